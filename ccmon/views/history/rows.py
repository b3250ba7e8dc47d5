"""The rows of the history: sessions and groups in one shape, their totals and averages, and objects for --json."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from ccmon.choices import PERIODS
from ccmon.history import groups
from ccmon.history.groups import Scale, UsageGroup, near_count, next_period, tokens_by_part
from ccmon.model import NEAR_PERCENT, Record
from ccmon.named_tuple import NamedTuple
from ccmon.text import Line, Span, count, model_for_programs, models_for_programs, printable
from ccmon.when import Zone, midnight

if TYPE_CHECKING:
    from ccmon.history.windows import PastWindow

Number = Optional[float]


class HistoryRow(NamedTuple):
    """A session, or what several have in common. None: not known, or without a meaning here."""

    label: str                         # of groups: the period, hour, model or project; start stands there for sessions
    sessions: Number
    tokens: Number                     # input + output
    input: Number
    output: Number
    cache_creation: Number
    cache_read: Number
    cost_usd: Number
    models: Tuple[str, ...]
    percent: Number                    # of the limit; of groups the largest
    near: Number
    hits: Number
    passed: Number
    begins: Optional[date] = None
    start: Optional[int] = None        # epoch s; likewise end and last
    end: Optional[int] = None
    last: Optional[int] = None
    length_s: Number = None
    limit: Number = None
    plan: str = ""
    limit_source: str = ""
    rated_by: str = ""
    source: str = ""
    host: str = ""
    counted: bool = True               # False: tokens may include cache tokens
    active: bool = False
    part: Number = None                # percent of the tokens of all rows
    peak: Number = None                # percent of the tokens of the largest row
    spark: Tuple[Number, ...] = ()     # tokens over the time of the row, None where there were none
    brief: str = ""                    # the label where people read it; "" where it is the same
    window: "Optional[PastWindow]" = None  # of a row of the past of a window


def is_active(record: Record, now: int) -> bool:
    """Whether the session still runs: what the source lists no more does not."""
    return record.listed and record.block.start <= now < record.block.end


def record_row(record: Record, now: int) -> HistoryRow:
    """A session as a row."""
    block, active = record.block, is_active(record, now)
    length_s = max(0, (now if active else block.used_until(now)) - block.start)
    return HistoryRow("", 1, block.tokens, block.input, block.output, block.cache_creation, block.cache_read, block.cost_usd,
                      block.models, record.percent, int(record.percent >= NEAR_PERCENT), int(record.hit), int(record.passed),
                      None, block.start, block.end, block.last, length_s, record.limit, record.plan, record.limit_source,
                      record.rated_by, block.source, record.host, block.counted, active)


def group_row(group: UsageGroup, home: str = "") -> HistoryRow:
    """A group as a row; only periods have sessions that were near a limit. home: the folder that is written as ~."""
    apart = group.begins is None
    return HistoryRow(group.key, group.sessions, group.tokens, group.input, group.output, group.cache_creation, group.cache_read,
                      group.cost_usd, group.models, None if apart else group.percent, None if apart else group.near,
                      None if apart else group.hits, None if apart else group.passed, group.begins,
                      brief=_in_home(group.key, home) if apart else "")


def _in_home(path: str, home: str) -> str:
    """~/src/shop."""
    rest = path[len(home):]
    return "~" + rest if len(home) > 1 and path.startswith(home) and rest[:1] in ("", "/", "\\") else path


def with_shares(rows: Sequence[HistoryRow]) -> List[HistoryRow]:
    """The rows with what each is of all tokens, and of the largest row's."""
    tokens = [row.tokens or 0 for row in rows]
    everything, largest = sum(tokens), max(tokens, default=0)
    return [row._replace(part=own * 100 / everything if everything else 0.0, peak=own * 100 / largest if largest else 0.0)
            for row, own in zip(rows, tokens)]


# --- totals ---------------------------------------------------------------------------------------------------------------

_SUMS = ("tokens", "input", "output", "cache_creation", "cache_read", "cost_usd", "length_s", "near", "hits", "passed", "part")


def totals(rows: Sequence[HistoryRow], sessions: int) -> HistoryRow:
    """The sums, of percentages the largest; a sum with something unknown in it is not known."""
    sums: Dict[str, Any] = {name: _whole([getattr(row, name) for row in rows], sum) for name in _SUMS}
    shares = [row.percent for row in rows]
    names = tuple(dict.fromkeys(name for row in rows for name in row.models))
    return HistoryRow("total", sessions, sums.pop("tokens") if rows else 0, models=names, percent=_whole(shares, max),
                      counted=all(row.counted for row in rows), **sums)


def averages(rows: Sequence[HistoryRow]) -> HistoryRow:
    """What a row has on average."""
    def mean(numbers: Sequence[float]) -> float:
        return sum(numbers) / len(numbers)
    means: Dict[str, Any] = {name: _whole([getattr(row, name) for row in rows], mean) for name in (*_SUMS, "sessions", "percent")}
    return HistoryRow("average", means.pop("sessions"), means.pop("tokens") if rows else 0, models=(),
                      percent=means.pop("percent"), counted=all(row.counted for row in rows), **means)


def feet(by: str, rows: Sequence[HistoryRow], sessions: int) -> List[HistoryRow]:
    """The rows below the others: the total, and the average where rows can be compared."""
    if len(rows) < 2:
        return []
    total = totals(rows, sessions)
    if by == "session":
        total = total._replace(label=f"{sessions:,} sessions", percent=None)
    return [total, averages(rows)] if by in ("session", *PERIODS) else [total]


def _whole(numbers: Sequence[Number], join: Callable[[Sequence[float]], float]) -> Number:
    """What join makes of them; None when one is not known."""
    numbers_given = [number for number in numbers if number is not None]
    return join(numbers_given) if numbers_given and len(numbers_given) == len(numbers) else None


# --- sentences under a table ------------------------------------------------------------------------------------------------

def notes(by: str, rows: Sequence[HistoryRow], records: Sequence[Record], scale: Scale) -> List[Line]:
    """What the signs mean, what is not known, what sessions are rated by, and how often the limit was reached.

    A blank line first where there is any.
    """
    signs = (("* still runs", any(row.active for row in rows)),
             ("~ may include cache tokens", any(not row.counted for row in rows)))
    candidates = ["; ".join(words for words, needed in signs if needed), unknown_costs(records) or ""]
    if records and by in ("session", *PERIODS):
        candidates += [rated_by(records, scale), reached(records, scale) if len(records) > 1 else ""]
    sentences = [words for words in candidates if words]
    return [(), *((Span(words, "label"),) for words in sentences)] if sentences else []


def rated_by(records: Sequence[Record], scale: Scale) -> str:
    """What 100 % are."""
    official = sum(record.rated_by == groups.OFFICIAL for record in records)
    whole = f"{count(scale.tokens)} tokens ({scale_name(scale)})"
    if official == len(records):
        return "Shares are Claude's own."
    return f"Shares are Claude's own where it told them, else of {whole}." if official else f"Shares are of {whole}."


def scale_name(scale: Scale) -> str:
    """The reference figure of max5."""
    return f"{scale.name} of {printable(scale.plan)}" if scale.source == "plan" else scale.name


def reached(records: Sequence[Record], scale: Scale) -> str:
    """How often the limit was reached, as far as it is recorded; and how often a mere figure was passed."""
    passed = sum(record.passed for record in records)
    more = f"; {passed:,} passed {scale.name}" if passed else ""
    return (f"{sum(record.hit for record in records):,} of {_sessions(len(records))} reached the limit, "
            f"{near_count(records):,} passed 80 %{more}")


def unknown_costs(records: Sequence[Record]) -> Optional[str]:
    """What is known of the cost when some of it is not."""
    costs = [record.block.cost_usd for record in records]
    known_costs = [cost for cost in costs if cost is not None]
    if len(known_costs) == len(costs):
        return None
    return f"The cost of {_sessions(len(costs) - len(known_costs))} is not known; that of the others is ${sum(known_costs):,.2f}."


def _sessions(number: int) -> str:
    return f"{number:,} session" + ("" if number == 1 else "s")


# --- objects ----------------------------------------------------------------------------------------------------------------

def document(item: Union[Record, UsageGroup], now: int) -> Dict[str, Any]:
    """A session or group as an object; times in epoch seconds, costs in US dollars. Keys are only ever added."""
    return _session(item, is_active(item, now)) if isinstance(item, Record) else _group(item)


def _session(record: Record, active: bool) -> Dict[str, Any]:
    block = record.block
    return {"start": block.start, "end": block.end, "last": block.last, "active": active, "tokens": block.tokens,
            "input": block.input, "output": block.output, "cache_creation": block.cache_creation,
            "cache_read": block.cache_read, "cost_usd": block.cost_usd, "models": models_for_programs(block.models),
            "limit": record.limit, "percent": round(record.percent, 4), "source": block.source, "host": record.host,
            "plan": record.plan, "limit_source": record.limit_source, "near": record.percent >= NEAR_PERCENT, "hit": record.hit,
            "rated_by": record.rated_by, "passed": record.passed}


def _key(group: UsageGroup) -> str:
    """Of a model as programs may read it."""
    return model_for_programs(group.key) if group.models == (group.key,) else group.key


# percent, near, hits and passed are null where there is no period: hours of the day, models and projects have no limit.
def _group(group: UsageGroup) -> Dict[str, Any]:
    none: Dict[str, Any] = {"percent": None, "near": None, "hits": None, "passed": None}
    apart = none if group.begins is None else {"percent": round(group.percent, 4)}
    return {**group._asdict(), **apart, "key": _key(group), "begins": group.begins and group.begins.isoformat(),
            "models": models_for_programs(group.models),
            "cost_usd": None if group.cost_usd is None else round(group.cost_usd, 6)}


# --- sparklines -------------------------------------------------------------------------------------------------------------

SPARK_CELLS = {"session": 5, "day": 12, "week": 7, "month": 10}


def spark(row: HistoryRow, kind: str, quarters: Mapping[int, float], zone: Zone) -> Tuple[Number, ...]:
    """Tokens over the time of a session (by the hour), day (two hours), week (the day) or month (about three days)."""
    start, end = _span(row, kind, zone)
    return tuple(number or None for number in tokens_by_part(quarters, start, end, SPARK_CELLS[kind]))


def _span(row: HistoryRow, kind: str, zone: Zone) -> Tuple[int, int]:
    if row.begins is not None:
        return midnight(row.begins, zone), midnight(next_period(row.begins, kind), zone)
    return row.start or 0, row.end or 0
