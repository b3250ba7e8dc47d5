"""A strict reader of OpenMetrics text for the tests: what the specification demands of an exposition with gauges and unknowns."""

import re
from typing import Dict, List, NamedTuple, Tuple

_NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
_VALUE = r'"((?:[^"\\\n]|\\["\\n])*)"'
_LABEL = re.compile(rf"([a-zA-Z_][a-zA-Z0-9_]*)={_VALUE}")
_LABELS = rf"\{{((?:[a-zA-Z_]\w*={_VALUE}(?:,|(?=\}})))*)\}}"
_SAMPLE = re.compile(rf"({_NAME})(?:{_LABELS})? (-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?)")
_DESCRIPTOR = re.compile(rf"# (HELP|TYPE|UNIT) ({_NAME}) (.*)")
SUFFIXES = ("_total", "_created", "_count", "_sum", "_bucket", "_gcount", "_gsum", "_info")


class Metric(NamedTuple):
    """One family."""

    described: Dict[str, str]          # HELP, TYPE, UNIT
    samples: Dict[Tuple[Tuple[str, str], ...], float]      # by sorted labels


def parse(text: str) -> Dict[str, Metric]:
    """The families by name. AssertionError where the text is not OpenMetrics."""
    assert text.endswith("# EOF\n") and "\r" not in text and "\t" not in text
    found: Dict[str, Metric] = {}
    order: List[str] = []
    for line in text.splitlines()[:-1]:
        _take(line, found, order)
    for name, metric in found.items():
        _check(name, metric, found)
    return found


def _take(line: str, found: Dict[str, Metric], order: List[str]) -> None:
    descriptor, sample = _DESCRIPTOR.fullmatch(line), _SAMPLE.fullmatch(line)
    assert descriptor or sample, f"neither descriptor nor sample: {line!r}"
    name = descriptor.group(2) if descriptor else sample.group(1)
    if name not in found:
        found[name] = Metric({}, {})
        order.append(name)
    assert order[-1] == name, f"{name} is interleaved with other families"
    metric = found[name]
    if descriptor:
        assert descriptor.group(1) not in metric.described and not metric.samples, line
        metric.described[descriptor.group(1)] = descriptor.group(3)
    else:
        labels = tuple(sorted((key, _unescaped(value)) for key, value in _LABEL.findall(sample.group(2) or "")))
        assert len(dict(labels)) == len(labels) and labels not in metric.samples, f"twice: {line!r}"
        metric.samples[labels] = float(sample.group(sample.lastindex))


def _unescaped(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: "\n" if match.group(1) == "n" else match.group(1), value)


def _check(name: str, metric: Metric, found: Dict[str, Metric]) -> None:
    kind = metric.described.get("TYPE", "unknown")
    assert kind in ("gauge", "unknown"), f"{name}: {kind} has rules of its own"
    unit = metric.described.get("UNIT", "")
    assert not unit or name.endswith("_" + unit), f"{name} does not end in its unit {unit}"
    assert metric.samples and metric.described.get("HELP"), f"{name} has no sample or no help"
    assert re.fullmatch(r'(?:[^\\"]|\\["\\n])*', metric.described["HELP"]), f"{name}: HELP is not escaped"
    assert not any(name + suffix in found for suffix in SUFFIXES), f"{name} clashes with another family"
