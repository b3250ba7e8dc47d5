"""Stored sessions and use: which are chosen, by what they are rated, and groups of them by time, model, project or machine.

What was used counts where its quarter of an hour lies, whichever session it belongs to: so all groupings have one total.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date, timedelta

from ccmon.errors import UsageError
from ccmon.model import NEAR_PERCENT, Record, UsageRow
from ccmon.quick_typing import TYPE_CHECKING, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Set, Tuple, TypeVar
from ccmon.text import clean, clip, did_you_mean
from ccmon.when import SESSION_S, Zone, clock_text, day_name, local, midnight

if TYPE_CHECKING:
    from ccmon.typed_times import Typed

QUARTER_S = 900
RANKED = ("model", "project")          # the most used first
NO_MODEL, NOT_BY_MODEL = "no model", "not by model"
NO_PROJECT, NOT_BY_PROJECT = "no project", "not by project"
OFFICIAL, LEARNED, LIMIT = "official", "learned", "limit"
FULL_PERCENT = 100.0
_VALID = ("a day (2026-11-22, today, yesterday, monday, 3d), a week (2026-W47, last week), a month (2026-11), a year (2026) "
         "or a moment (2h, 14:30)")

K = TypeVar("K", str, date)
V = TypeVar("V")
N = TypeVar("N", int, float)


class UsageGroup(NamedTuple):
    """What was used in a time, by a model or in a project, and the sessions that belong there."""

    key: str                           # 2026-11-22, 2026-W47, 2026-11, 14:00, a model's name, a project's folder
    begins: Optional[date]             # first local day of the period; None for hours of the day, models and projects
    sessions: int                      # that began in the period; in which the hour, model or project was used
    tokens: int                        # input + output
    input: Optional[int]               # None when a session did not tell; likewise below
    output: Optional[int]
    cache_creation: Optional[int]
    cache_read: Optional[int]
    cost_usd: Optional[float]
    models: Tuple[str, ...]
    percent: float                     # the largest share of its limit that a session used; 0.0 where there is no period
    near: int                                      # sessions that used 80 % or more of their limit
    hits: int                          # sessions that were cut off at it
    passed: int = 0                    # sessions above a mere reference figure that nothing says were cut off

    @property
    def is_empty(self) -> bool:
        """Whether nothing was used, and no session began."""
        return not (self.sessions or self.tokens)

    @property
    def day_name(self) -> str:
        """Sun 22 Nov, its first day; empty where it is no period."""
        return day_name(self.begins) if self.begins else ""


# --- periods ----------------------------------------------------------------------------------------------------------

def by_period(records: Sequence[Record], used: Sequence[UsageRow], period: str, zone: Zone) -> List[UsageGroup]:
    """One group for each day, week (from Monday) or month in which something was used or a session began, by time."""
    quarters = {at: first_day(local(at, zone).date(), period) for at in {row.at for row in used}}
    spent = _grouped((quarters[row.at], row) for row in used)
    began = _grouped((first_day(local(record.block.start, zone).date(), period), record) for record in records)
    return [single_group(label(day, period), spent.get(day, ()), began.get(day, ()), day) for day in sorted({*spent, *began})]


def single_group(key: str, used: Sequence[UsageRow], records: Sequence[Record], begins: Optional[date] = None) -> UsageGroup:
    """All of it as one group."""
    return _group(key, begins, used)._replace(
        sessions=len(records), percent=max((record.percent for record in records), default=0.0), near=near_count(records),
        hits=sum(record.hit for record in records), passed=sum(record.passed for record in records))


def near_count(records: Sequence[Record]) -> int:
    """How many used 80 % of their limit or more."""
    return sum(record.percent >= NEAR_PERCENT for record in records)


def first_day(day: date, period: str) -> date:
    """The first day of its period."""
    if period == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if period == "week" else day


def next_period(day: date, period: str) -> date:
    """The first day of the period after the one that begins on that day."""
    if period == "month":
        return (day + timedelta(days=31)).replace(day=1)
    return day + timedelta(days=7 if period == "week" else 1)


def label(day: date, period: str) -> str:
    """2026-11-22, 2026-W47, 2026-11."""
    if period == "week":
        year, week, _ = day.isocalendar()[:3]
        return f"{year}-W{week:02d}"
    return day.isoformat()[:7] if period == "month" else day.isoformat()


def total(groups: Sequence[UsageGroup]) -> UsageGroup:
    """All of them together."""
    return UsageGroup("total", None, sum(g.sessions for g in groups), sum(g.tokens for g in groups),
                      sum_known(g.input for g in groups), sum_known(g.output for g in groups),
                      sum_known(g.cache_creation for g in groups), sum_known(g.cache_read for g in groups),
                      sum_known(g.cost_usd for g in groups), tuple(dict.fromkeys(name for g in groups for name in g.models)),
                      max((g.percent for g in groups), default=0.0), near=sum(g.near for g in groups),
                      hits=sum(g.hits for g in groups), passed=sum(g.passed for g in groups))


# --- hours, models, projects ------------------------------------------------------------------------------------------

def by_hour(records: Sequence[Record], used: Sequence[UsageRow], zone: Zone) -> List[UsageGroup]:
    """One group for each of the 24 local hours of the day."""
    hours = {at: f"{local(at, zone).hour:02d}:00" for at in {row.at for row in used}}
    groups = _by([hours[row.at] for row in used], records, used)
    return [groups.get(hour) or _group(hour, None, ()) for hour in (f"{number:02d}:00" for number in range(24))]


def by_model(records: Sequence[Record], used: Sequence[UsageRow]) -> List[UsageGroup]:
    """One group for each model, the most used first; what is not known by model is one of them.

    Messages of Claude Code itself have no model: they have no group unless they used something.
    """
    rows = [row for row in used if row.model != "" or any(row[3:7])]
    return _ranked(_by([_named(row.model, NO_MODEL, NOT_BY_MODEL) for row in rows], records, rows))


def by_project(records: Sequence[Record], used: Sequence[UsageRow]) -> List[UsageGroup]:
    """One group for each project, the most used first; what is not known by project is one of them."""
    return _ranked(_by([_named(row.project, NO_PROJECT, NOT_BY_PROJECT) for row in used], records, used))


def _named(name: Optional[str], none: str, unknown: str) -> str:
    return unknown if name is None else name or none


def _ranked(groups: Mapping[str, UsageGroup]) -> List[UsageGroup]:
    return sorted(groups.values(), key=lambda group: (-group.tokens, group.key))


def _by(keys: Sequence[str], records: Sequence[Record], used: Sequence[UsageRow]) -> Dict[str, UsageGroup]:
    """A group for each key, which the rows have in their order; its sessions are those in whose time it was used."""
    present: Dict[Tuple[str, int], Set[str]] = {}
    for key, row in zip(keys, used):
        present.setdefault((row.host, row.at), set()).add(key)
    sessions: Dict[str, int] = {}
    for record in records:
        for key in {key for at in _quarters(record) for key in present.get((record.host, at), ())}:
            sessions[key] = sessions.get(key, 0) + 1
    rows_by_key = _grouped(zip(keys, used))
    return {key: _group(key, None, rows)._replace(sessions=sessions.get(key, 0)) for key, rows in rows_by_key.items()}


def sessions_using(records: Sequence[Record], used: Sequence[UsageRow]) -> List[Record]:
    """The sessions in whose time any of it was used."""
    present = {(row.host, row.at) for row in used}
    return [record for record in records if any((record.host, at) in present for at in _quarters(record))]


def _quarters(record: Record) -> range:
    return range(record.block.start // QUARTER_S * QUARTER_S, record.block.end, QUARTER_S)


# --- sums -------------------------------------------------------------------------------------------------------------

def with_bare_totals(used: Sequence[UsageRow], records: Sequence[Record]) -> List[UsageRow]:
    """The rows, those marked of which only a bare total of their session is known."""
    bare = {(record.host, at) for record in records if not record.block.counted for at in _quarters(record)}
    return [row._replace(counted=False) if row.model is None and (row.host, row.at) in bare else row for row in used]


def _grouped(pairs: Iterable[Tuple[K, V]]) -> Dict[K, List[V]]:
    values: Dict[K, List[V]] = {}
    for key, value in pairs:
        values.setdefault(key, []).append(value)
    return values


def _group(key: str, begins: Optional[date], used: Sequence[UsageRow]) -> UsageGroup:
    def whole(numbers: Iterable[int]) -> Optional[int]:
        return sum(numbers) if is_counted else None
    is_counted = all(row.counted for row in used)
    return UsageGroup(key, begins, 0, sum(row.input + row.output for row in used), whole(row.input for row in used),
                      whole(row.output for row in used), whole(row.cache_creation for row in used),
                      whole(row.cache_read for row in used), sum_known(row.cost_usd for row in used),
                      tuple(dict.fromkeys(row.model for row in used if row.model)), 0.0, 0, 0)


def sum_known(numbers: Iterable[Optional[N]]) -> Optional[N]:
    """Their sum, None where one of them is not known."""
    terms = list(numbers)
    return None if None in terms else sum(term for term in terms if term is not None)  # type: ignore[return-value]


# --- courses ----------------------------------------------------------------------------------------------------------

def by_quarter(used: Iterable[UsageRow]) -> Dict[int, int]:
    """Tokens of each quarter of an hour (epoch s of its start) in which there were any."""
    tokens: Dict[int, int] = {}
    for row in used:
        if row.input + row.output:
            tokens[row.at] = tokens.get(row.at, 0) + row.input + row.output
    return tokens


def tokens_by_part(quarters: Mapping[int, float], start: int, end: int, parts: int) -> List[float]:
    """Tokens in so many equal parts of that time."""
    tokens = [0.0] * parts
    for at in range(start // QUARTER_S * QUARTER_S, end, QUARTER_S):
        tokens[min(parts - 1, max(0, (at - start) * parts // max(1, end - start)))] += quarters.get(at, 0)
    return tokens


def heat(quarters: Mapping[int, float], zone: Zone) -> List[List[float]]:
    """Tokens by weekday (Monday first) and local hour: seven rows of 24."""
    table = [[0.0] * 24 for _ in range(7)]
    for at, tokens in quarters.items():
        then = local(at, zone)
        table[then.weekday()][then.hour] += tokens
    return table


# --- what --since, --until and --host choose --------------------------------------------------------------------------

class TimeBounds(NamedTuple):
    """Local days, both included, or times; None where there is no bound."""

    first: Optional[date] = None
    last: Optional[date] = None
    after: Optional[int] = None        # epoch s: what ends, or is used, after that
    before: Optional[int] = None       # epoch s: what begins, or is used, before that


def chosen(since: Optional[str], until: Optional[str], now: int, zone: Zone) -> TimeBounds:
    """What --since and --until say: a week, month or year is meant whole. UsageError names what is valid."""
    if since is None and until is None:
        return TimeBounds()
    begin, end = _typed("--since", since, now, zone), _typed("--until", until, now, zone)
    bounds = TimeBounds(begin.first, end.last, None if begin.first else begin.at, None if end.last else end.at)
    if bounds.first and bounds.last and bounds.first > bounds.last:
        raise UsageError(f"--since {bounds.first} is after --until {bounds.last}: exchange them")
    from_s, to_s = bounds.after or (midnight(bounds.first, zone) if bounds.first else None), bounds.before
    if from_s is not None and to_s is not None and from_s > to_s:
        raise UsageError(f"--since {clock_text(from_s, now, zone)} is after --until {clock_text(to_s, now, zone)}: exchange them")
    return bounds


def _typed(flag: str, word: Optional[str], now: int, zone: Zone) -> "Typed":
    from ccmon.typed_times import Typed, typed
    if word is None:
        return Typed()
    try:
        return typed(word, now, zone)
    except (ValueError, OverflowError):
        raise UsageError(f"{flag}: '{clip(clean(word), 40)}' is not {_VALID}") from None


def began_in(records: Sequence[Record], wanted: TimeBounds, zone: Zone) -> List[Record]:
    """The sessions that began on those local days."""
    return [record for record in records if is_in(record.block.start, wanted, zone)]


def used_in(used: Sequence[UsageRow], wanted: TimeBounds, zone: Zone) -> List[UsageRow]:
    """What was used in the quarters of an hour of those local days."""
    inside = {at for at in {row.at for row in used} if is_in(at, wanted, zone)}
    return [row for row in used if row.at in inside]


def is_in(at: int, wanted: TimeBounds, zone: Zone) -> bool:
    """Whether that time (epoch s) is on one of the days, and before the upper bound; `after` is not checked here."""
    if wanted == TimeBounds():
        return True
    if not (wanted.first or date.min) <= local(at, zone).date() <= (wanted.last or date.max):
        return False
    return wanted.before is None or at < wanted.before


def records_of_host(records: List[Record], host: Optional[str]) -> List[Record]:
    """Those of that machine; of every one for None and all. UsageError lists the machines that there are."""
    if host in (None, "all"):
        return records
    hosts = sorted({record.host for record in records})
    if host not in hosts and hosts:
        word = clip(clean(str(host)), 60)
        raise UsageError(f"--host: nothing is known of '{word}'{did_you_mean(word, hosts)}; "
                         f"there are {', '.join(map(clean, hosts))} and all")
    return [record for record in records if record.host == host]


def used_on_host(used: List[UsageRow], host: Optional[str]) -> List[UsageRow]:
    """What was used on that machine; on every one for None and all."""
    return used if host in (None, "all") else [row for row in used if row.host == host]


# --- ratings: Claude's own percentage of a window, else one limit for the whole list, which never has two scales ------

class Scale(NamedTuple):
    """The limit of all sessions of which Claude has reported no percentage."""

    tokens: int
    source: str                        # plan | flag | config | high_water | learned
    plan: str

    @property
    def by(self) -> str:
        """What Record.rated_by says of sessions that are rated by it."""
        return LEARNED if self.source == "learned" else LIMIT

    @property
    def name(self) -> str:
        """What it is, in words: nobody knows whether it is Claude's own limit."""
        named = {"plan": "the reference figure", "high_water": "the record", "learned": "the learned limit"}
        return named.get(self.source, "the limit set")


class RunningRating(NamedTuple):
    """What the screen says of the running session: its word stands here, too."""

    start: int                         # epoch s
    percent: float
    by: str                            # official | learned | limit


def rated(records: Sequence[Record], windows: Sequence[Tuple[int, float]], cuts: Sequence[int], scale: Scale,
          running: Optional[RunningRating] = None) -> List[Record]:
    """One owner's sessions, by start, with what they are rated by.

    windows: the reset (epoch s) and a percentage that Claude reported of it; cuts: when a session was cut off (epoch s), by time.
    """
    percents = _highest_by_session(records, windows)
    return [_rated(record, percents.get(at), _is_cut(record, cuts), scale, running) for at, record in enumerate(records)]


def _highest_by_session(records: Sequence[Record], windows: Sequence[Tuple[int, float]]) -> Dict[int, float]:
    """The highest percentage of each session, by its index: a window belongs to the one that it overlaps most."""
    highest: Dict[int, float] = {}
    for reset, percent in windows:
        highest[reset] = max(percent, highest.get(reset, 0.0))
    by_session: Dict[int, float] = {}
    starts = [record.block.start for record in records]
    for reset, percent in highest.items():
        near = range(bisect_left(starts, reset - 2 * SESSION_S), bisect_left(starts, reset))
        overlaps = {at: min(records[at].block.end, reset) - max(starts[at], reset - SESSION_S) for at in near}
        most = max(overlaps, key=lambda at: overlaps[at], default=None)
        if most is not None and overlaps[most] > 0:
            by_session[most] = max(percent, by_session.get(most, 0.0))
    return by_session


def _is_cut(record: Record, cuts: Sequence[int]) -> bool:
    at = bisect_left(cuts, record.block.start)
    return at < len(cuts) and cuts[at] < record.block.end


def _rated(record: Record, percent: Optional[float], is_cut: bool, scale: Scale, running: Optional[RunningRating]) -> Record:
    """A cut-off is Claude's word, too: the session has used at least all of its limit."""
    by, hit = OFFICIAL, is_cut or percent is not None and percent >= FULL_PERCENT
    if is_cut:
        percent = max(FULL_PERCENT, percent or 0.0)
    if running and record.listed and record.block.start == running.start:
        percent, by = running.percent, running.by
    elif percent is None:
        percent, by = record.block.tokens * FULL_PERCENT / scale.tokens if scale.tokens > 0 else 0.0, scale.by
    return record._replace(percent=percent, rated_by=by, hit=hit)
