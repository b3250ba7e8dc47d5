"""How far likelihoods came true, and which rule is shown: as a chart of rows with bars, as a table, in sentences, as JSON."""

from typing import Any, Dict, Iterator, List, Tuple

from ccmon import text
from ccmon.learning.score import Bin, Reliability
from ccmon.learning.values import LEAST_COMPARED, Choice, Comparison
from ccmon.text import Charset, Line, Span, plural
from ccmon.when import Zone, local

TITLE = "Forecasts: said and happened"
HEAD = ("said", "happened", "forecasts", "windows", "")
RULES = {"session": ("runway", "last-hour rate"), "week": ("week's own runway", "pace so far")}   # learned, simple
WIDE_CELLS = 60                        # from here on the forecasts are counted, too, and the verdict has words
_WIDE_REST, _NARROW_REST = (Span("  forecasts  windows", "label"),), (Span("  of", "label"),)


def chart(reliability: Reliability, cells: int, charset: Charset) -> List[Line]:
    """A row for each bin: the forecast likelihood, and how often it came true as a bar with a mark at that likelihood."""
    wide = cells >= WIDE_CELLS
    ends = [_end(one, wide) for one in reliability.bins]
    room = max(4, cells - 17 - max((text.width(end) for end in ends), default=0))
    rest = _WIDE_REST if wide else _NARROW_REST
    head = (Span(" said  happened  ", "label"), Span(_scale(room), "dim"), *rest)
    rows = [(Span(f"{_percent(one.said)}     {_percent(one.happened)}  ", "value"),
             *text.bar(one.happened, room, "accent", charset, one.said), Span(end, "text"))
            for one, end in zip(reliability.bins, ends)]
    return [text.clip_line(line, cells) for line in (head, *rows)] if rows else []


def _scale(cells: int) -> str:
    """What the ends of a bar stand for."""
    return text.pad("0 %", cells - 5) + "100 %" if cells >= 9 else " " * cells


def _end(one: Bin, wide: bool) -> str:
    if wide:
        return f"{one.forecasts:>11,}{one.windows:>9,}  {one.verdict:8}"
    return f"{one.windows:>4,}{'!' if one.verdict else ' '}"


def _percent(share: float) -> str:
    return f"{100 * share:>3.0f} %"


def rows(reliability: Reliability) -> Tuple[Tuple[str, ...], ...]:
    """The bins as a table's rows below HEAD."""
    return tuple((_percent(one.said).strip(), _percent(one.happened).strip(), text.count(one.forecasts), text.count(one.windows),
                  one.verdict) for one in reliability.bins)


def summary(reliability: Reliability, window: str) -> str:
    """What the chart is of."""
    return (f"{plural(reliability.forecasts, 'forecast')} of {plural(reliability.windows, window)}: how likely they said it runs "
            "out before the reset, and how often it did")


def spread_sentence(reliability: Reliability) -> str:
    """How the medians and intervals held, in one sentence; empty where there is none."""
    parts = []
    if reliability.before_median is not None:
        parts.append(f"{_percent(reliability.before_median).strip()} ran out before the median (50 is right)")
    if reliability.in_interval is not None:
        parts.append(f"{_percent(reliability.in_interval).strip()} within the 90 % interval (90 is right)")
    return "; ".join(parts)


def verdicts_sentence(reliability: Reliability) -> str:
    """What a mark at a row means, where one has it."""
    is_off = any(one.verdict for one in reliability.bins)
    return "too high, too low (!): by more than chance, each window counted once" if is_off else ""


# --- which rule is shown --------------------------------------------------------------------------------------------------

def choice_sentences(choice: Choice, window: str, zone: Zone) -> Iterator[str]:
    """Which of the two rules for a window ("session" or "week") is shown, since when, and why."""
    rules = RULES[window]
    shown, other = rules if choice.rule == "learned" else reversed(rules)
    if choice.since:
        day = f"{local(choice.since, zone):%Y-%m-%d}"
        yield (f"shown: the {shown} since {day}: on the {plural(choice.then.windows, window)} before, "
               f"{_compared(choice.then, *rules)}")
    else:
        yield f"shown: the {shown}"
    if choice.now.windows:
        last = plural(choice.now.windows, window) if choice.now.windows > 1 else window
        yield f"on the last {last}, {_compared(choice.now, *rules)}"
    if choice.now.windows < LEAST_COMPARED:
        yield f"after {LEAST_COMPARED} {window}s the {other} may take its place"


def _compared(comparison: Comparison, learned: str, simple: str) -> str:
    """the error (CRPS) of the runway was 8.3 minutes above that of the last-hour rate (0.4 % likely by chance)."""
    side, chance = ("below", 1 - comparison.chance) if comparison.lost_min <= 0 else ("above", comparison.chance)
    return (f"the error (CRPS) of the {learned} was {abs(comparison.lost_min):.1f} minutes {side} that of the {simple} "
            f"({'below 0.1' if chance < 0.001 else f'{100 * chance:.1f}'} % likely by chance)")


# --- as JSON ----------------------------------------------------------------------------------------------------------------

def document(reliability: Reliability) -> Dict[str, Any]:
    """Shares are 0 to 1; null where nothing is known."""
    return {**reliability._asdict(), "bins": [{**one._asdict(), "verdict": one.verdict or None} for one in reliability.bins]}
