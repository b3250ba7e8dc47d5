"""The rows of the history: sessions, groups and windows in one shape, their totals and averages, and objects for --json."""

from __future__ import annotations

from datetime import date

from ccmon.choices import PERIODS
from ccmon.history import groups
from ccmon.history.groups import Scale, UsageGroup, near_count, next_period, tokens_by_part
from ccmon.model import NEAR_PERCENT, Record
from ccmon.quick_typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union
from ccmon.sources.session_json import label
from ccmon.text import Line, Span, count, model_for_programs, models_for_programs, plural, printable
from ccmon.usage.windows import name_words
from ccmon.when import Zone, midnight

if TYPE_CHECKING:
    from ccmon.history.windows import PastWindow, Range

Number = Optional[float]
Join = Callable[[Sequence[float]], float]
NOTHING_READ = ("Nothing is known of Claude's windows yet: Claude Code tells its percentages to its status line. "
                "To have them kept: ccmon init claude")


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


def window_row(window: PastWindow, now: int) -> HistoryRow:
    """A window as a row."""
    used = window.used
    kinds = (None,) * 5 if used is None else (used.input, used.output, used.cache_creation, used.cache_read, used.cost_usd)
    return HistoryRow("", 1, None if used is None else used.tokens, *kinds, used.models if used else (), window.percent, None,
                      None, None, start=window.start, end=window.end, active=window.end > now, window=window)


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
    names = tuple(dict.fromkeys(name for row in rows for name in row.models))
    return _joined("total", rows, sum, sessions, names, _whole([row.percent for row in rows], max))


def averages(rows: Sequence[HistoryRow]) -> HistoryRow:
    """What a row has on average."""
    def mean(numbers: Sequence[float]) -> float:
        return sum(numbers) / len(numbers)
    sessions, percent = (_whole([getattr(row, name) for row in rows], mean) for name in ("sessions", "percent"))
    return _joined("average", rows, mean, sessions, (), percent)


def _joined(label: str, rows: Sequence[HistoryRow], join: Join, sessions: Number, models: Tuple[str, ...],
            percent: Number) -> HistoryRow:
    values: Dict[str, Any] = {name: _whole([getattr(row, name) for row in rows], join) for name in _SUMS}
    return HistoryRow(label, sessions, models=models, percent=percent, counted=all(row.counted for row in rows), **values)


def feet(by: str, rows: Sequence[HistoryRow], sessions: int) -> List[HistoryRow]:
    """The rows below the others: the total, and the average where rows can be compared."""
    if len(rows) < 2:
        return []
    total = totals(rows, sessions)
    if by == "session":
        total = total._replace(label=plural(sessions, "session"), percent=None)
    return [total, averages(rows)] if by in ("session", *PERIODS) else [total]


def _whole(numbers: Sequence[Number], join: Join) -> Number:
    """What join makes of them; None when one is not known."""
    given = [number for number in numbers if number is not None]
    return join(given) if given and len(given) == len(numbers) else None


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
    name = f"{scale.name} of {printable(scale.plan)}" if scale.source == "plan" else scale.name
    whole = f"{count(scale.tokens)} tokens ({name})"           # the reference figure of max5
    if official == len(records):
        return "Shares are Claude's own."
    return f"Shares are Claude's own where it told them, else of {whole}." if official else f"Shares are of {whole}."


def reached(records: Sequence[Record], scale: Scale) -> str:
    """How often the limit was reached, as far as it is recorded; and how often a mere figure was passed."""
    passed = sum(record.passed for record in records)
    more = f"; {passed:,} passed {scale.name}" if passed else ""
    return (f"{sum(record.hit for record in records):,} of {plural(len(records), 'session')} reached the limit, "
            f"{near_count(records):,} passed 80 %{more}")


def unknown_costs(records: Sequence[Record]) -> Optional[str]:
    """What is known of the cost when some of it is not."""
    costs = [record.block.cost_usd for record in records]
    known_costs = [cost for cost in costs if cost is not None]
    if len(known_costs) == len(costs):
        return None
    unknown = plural(len(costs) - len(known_costs), "session")
    return f"The cost of {unknown} is not known; that of the others is ${sum(known_costs):,.2f}."


def window_notes(windows: Sequence[PastWindow], now: int) -> List[Line]:
    """What the rows are, and what the value of one per cent rests on."""
    sentences = ["* still runs" if any(window.end > now for window in windows) else "", _worth_by(windows),
                 "Change is that of its cost (of its tokens where costs are not known); same: less than it may be off by."
                 if any(window.change for window in windows) else "",
                 _full(windows)]
    return [(), *((Span(words, "label"),) for words in sentences if words)]


def _worth_by(windows: Sequence[PastWindow]) -> str:
    """What the value rests on."""
    from ccmon.history.windows import BY_LEARNING, BY_READINGS, LEAST_PERCENT
    sources = {window.percent_value.by for window in windows if window.percent_value}
    read = "what was used here and Claude's rounded percentage: use elsewhere makes it less"
    if not sources:
        return f"What 1 % was worth is not known: it takes use on this machine, and {LEAST_PERCENT:.0f} % or more."
    if BY_READINGS not in sources:
        return "Worth is what 1 % was worth, by the learned limit."
    return f"Worth is what 1 % was worth, by {'the learned limit; of others by ' if BY_LEARNING in sources else ''}{read}."


def _full(windows: Sequence[PastWindow]) -> str:
    if len(windows) < 2:
        return ""
    full, near = (sum(window.percent >= least for window in windows) for least in (100, NEAR_PERCENT))
    about = f"{count(full)} of {count(len(windows))} windows ({name_words(windows[0].name)})"
    return f"{about} were used up, {count(near)} passed 80 %"


# --- objects ----------------------------------------------------------------------------------------------------------------

def document(item: "Union[Record, UsageGroup, PastWindow]", now: int) -> Dict[str, Any]:
    """A session, group or window as an object; times in epoch seconds, costs in US dollars. Keys are only ever added."""
    if isinstance(item, Record):
        return _session(item, is_active(item, now))
    return _group(item) if isinstance(item, UsageGroup) else _window(item, now)


def _session(record: Record, active: bool) -> Dict[str, Any]:
    block = record.block
    return {"start": block.start, "end": block.end, "last": block.last, "active": active, "tokens": block.tokens,
            "input": block.input, "output": block.output, "cache_creation": block.cache_creation,
            "cache_read": block.cache_read, "cost_usd": block.cost_usd, "models": models_for_programs(block.models),
            "limit": record.limit, "percent": round(record.percent, 4), "source": block.source, "host": record.host,
            "plan": record.plan, "limit_source": record.limit_source, "near": record.percent >= NEAR_PERCENT, "hit": record.hit,
            "rated_by": record.rated_by, "passed": record.passed}


# percent, near, hits and passed are null where there is no period: hours of the day, models and projects have no limit.
def _group(group: UsageGroup) -> Dict[str, Any]:
    none: Dict[str, Any] = {"percent": None, "near": None, "hits": None, "passed": None}
    apart = none if group.begins is None else {"percent": round(group.percent, 4)}
    key = model_for_programs(group.key) if group.models == (group.key,) else group.key
    return {**group._asdict(), **apart, "key": key, "begins": group.begins and group.begins.isoformat(),
            "models": models_for_programs(group.models),
            "cost_usd": None if group.cost_usd is None else round(group.cost_usd, 6)}


def _window(window: "PastWindow", now: int) -> Dict[str, Any]:
    row, value, change = window_row(window, now), window.percent_value, window.change
    return {"window": window.name, "label": label(window.name), "login": window.login, "start": window.start, "end": window.end,
            "resets_at": window.resets_at, "active": row.active, "percent": window.percent, "reached": window.reached_at,
            "tokens": row.tokens, "input": row.input, "output": row.output, "cache_creation": row.cache_creation,
            "cache_read": row.cache_read, "cost_usd": None if row.cost_usd is None else round(row.cost_usd, 6),
            "models": models_for_programs(row.models), **_range("tokens_per_percent", value.tokens if value else None, 2),
            **_range("usd_per_percent", value.cost_usd if value else None, 6), "worth_by": value.by if value else None,
            "change": None if change is None else round(change.percent, 4), "change_of": change.unit if change else None,
            "changed": change.is_clear if change else None}


def _range(name: str, percent_range: Optional[Range], digits: int) -> Dict[str, Optional[float]]:
    parts = (None, None, None) if percent_range is None else tuple(round(number, digits) for number in percent_range)
    return dict(zip((name, f"{name}_low", f"{name}_high"), parts))


# --- sparklines -------------------------------------------------------------------------------------------------------------

SPARK_CELLS = {"session": 5, "day": 12, "week": 7, "month": 10}


def spark(row: HistoryRow, kind: str, quarters: Mapping[int, float], zone: Zone) -> Tuple[Number, ...]:
    """Tokens over the time of a session (by the hour), day (two hours), week (the day) or month (about three days)."""
    start, end = row.start or 0, row.end or 0
    if row.begins is not None:
        start, end = midnight(row.begins, zone), midnight(next_period(row.begins, kind), zone)
    return tuple(number or None for number in tokens_by_part(quarters, start, end, SPARK_CELLS[kind]))
