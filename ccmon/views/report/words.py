"""What every form of a report says in the same words: its heading, the figures beside those before, and its tables."""

from __future__ import annotations

from datetime import date, timedelta

from ccmon import text
from ccmon.history import groups
from ccmon.history.digest import Digest, Measured, Rise
from ccmon.history.groups import UsageGroup
from ccmon.history.windows import PastWindow
from ccmon.learning.score import Reliability
from ccmon.quick_typing import List, NamedTuple, Optional, Sequence, Tuple
from ccmon.text import short_name
from ccmon.views import score_words
from ccmon.when import day_and_hour

MONTH_NAMES = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
               "December")
MODELS_SHOWN = 8
COUNTING = "Tokens are input and output. Days and hours have what was used in them, and a day the sessions that began on it."


class Figure(NamedTuple):
    """One number of the period and the same of the period before."""

    name: str
    now: str
    before: str
    change: str                        # "" where the two cannot be compared


class ReportTable(NamedTuple):
    """Cells of text below a heading; all columns but the first are at the right."""

    title: str
    head: Tuple[str, ...]
    rows: Tuple[Tuple[str, ...], ...]


# --- heading ----------------------------------------------------------------------------------------------------------

def heading(digest: Digest) -> str:
    """Week 47, 17 to 23 November 2025; November 2025."""
    period = digest.period
    if period.kind == "month":
        return f"{MONTH_NAMES[period.first.month - 1]} {period.first.year}"
    return f"Week {int(period.key[-2:])}, {span(period.first, period.last)}"


def nothing(digest: Digest) -> str:
    """That nothing was used in the period, and the command that shows more."""
    kind = digest.period.kind
    if not digest.so_far:
        return f"No session of this {kind} is stored. ccmon keeps them from its first run on; try: ccmon record"
    earlier = "ccmon report --last" + ("" if kind == "week" else f" --period {kind}")
    return f"No session of this {kind} is stored so far. To read the usage now: ccmon record; for the {kind} before: {earlier}"


def span(first: date, last: date) -> str:
    """17 to 23 November 2025, 29 December 2025 to 4 January 2026."""
    end = f"{last.day} {MONTH_NAMES[last.month - 1]} {last.year}"
    month = "" if first.month == last.month else f" {MONTH_NAMES[first.month - 1]}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day}{month}{year} to {end}"


def state(digest: Digest) -> str:
    """Whether the period is over."""
    return f"so far, {day_and_hour(digest.now, digest.zone)}" if digest.so_far else "complete"


def zone_name(digest: Digest) -> str:
    """The zone that days and hours are of."""
    return text.printable(digest.zone.name)


# --- figures ----------------------------------------------------------------------------------------------------------

def before_name(digest: Digest) -> str:
    """What the period is compared with."""
    return f"{digest.period.kind} before" + (" by then" if digest.so_far else "")


def compared(digest: Digest) -> str:
    """With what the period is compared, as a part of a sentence; empty when with nothing."""
    until = " up to the same time" if digest.so_far else ""
    return f"compared with the {digest.period.kind} before{until}" if digest.before else ""


def figures(digest: Digest) -> List[Figure]:
    """Tokens, cost, sessions, and how near the limit they came."""
    now, then = digest.total, digest.before
    return [
        _figure("tokens", now.tokens, then and then.tokens),
        Figure("cost", text.usd(now.cost_usd), text.usd(then.cost_usd if then else None),
               change(now.cost_usd, then.cost_usd if then else None)),
        _figure("sessions", now.sessions, then and then.sessions),
        _figure("80 % passed", now.near, then and then.near, relative=False),
        _figure("limit reached", now.hits, then and then.hits, relative=False),
    ]


def _figure(name: str, now: int, then: Optional[int], relative: bool = True) -> Figure:
    return Figure(name, text.count(now), "-" if then is None else text.count(then), change(now, then) if relative else "")


def change(now: Optional[float], before: Optional[float]) -> str:
    """+12 %, twice as much and more as a factor; nothing where there is nothing to compare."""
    if now is None or not before:
        return ""
    ratio = now / before
    return f"{min(ratio, 99_999):.1f} times" if ratio >= 2 else f"{(ratio - 1) * 100:+.0f} %".replace("-0 %", "+0 %")


def marked_days(digest: Digest) -> List[date]:
    """Those whose beginnings pictures show: all of a week, the Mondays of a month."""
    first, last = digest.period.first, digest.period.last
    days = (first + timedelta(days=at) for at in range((last - first).days + 1))
    return [day for day in days if digest.period.kind == "week" or day.weekday() == 0]


# --- tables -----------------------------------------------------------------------------------------------------------

def days_table(digest: Digest) -> ReportTable:
    """One row for each day that has begun."""
    rows = tuple((day.day_name, *_amounts(day), text.percent(day.percent) if day.sessions else "", nearness(day))
                 for day in digest.days if day.begins)
    return ReportTable("Days", ("day", "sessions", "tokens", "cost", "highest", ""), rows)


def _amounts(group: UsageGroup) -> Tuple[str, str, str]:
    if group.is_empty:
        return "", "", ""
    return text.count(group.sessions), text.count(group.tokens), text.usd(group.cost_usd)


def nearness(group: UsageGroup) -> str:
    """limit reached, figure passed, over 80 %, or nothing."""
    return "limit reached" if group.hits else "figure passed" if group.passed else "over 80 %" if group.near else ""


def model_groups(digest: Digest) -> List[UsageGroup]:
    """The models by use; those beyond the eighth, and those of less than half a percent, as one."""
    groups = [group for group in digest.models if group.tokens > 0]
    shown = [group for group, part in zip(groups, shares(groups)) if part >= 0.005][:MODELS_SHOWN]
    rest = groups[len(shown):]
    return [*shown, _joined(rest)] if len(rest) > 1 else groups


def _joined(rest: Sequence[UsageGroup]) -> UsageGroup:
    costs = [group.cost_usd for group in rest if group.cost_usd is not None]
    return rest[0]._replace(key=f"{len(rest)} others", tokens=sum(group.tokens for group in rest),
                            cost_usd=sum(costs) if len(costs) == len(rest) else None)


def shares(groups: Sequence[UsageGroup]) -> List[float]:
    """Each one's part of all their tokens, 0..1."""
    whole = sum(group.tokens for group in groups)
    return [group.tokens / whole if whole else 0.0 for group in groups]


def short_group_name(group: UsageGroup, cells: int = 40) -> str:
    """The name of a model or a machine, short enough for a table; pages escape it."""
    return _cut(short_name(text.printable(text.without_path(group.key))), cells)


def _cut(name: str, cells: int) -> str:
    return name if text.width(name) <= cells else text.clip(name, cells - 2) + ".."


def models_table(digest: Digest) -> ReportTable:
    """Tokens and cost by model."""
    groups = model_groups(digest)
    rows = tuple((short_group_name(group), text.count(group.tokens), f"{part * 100:.0f} %", text.usd(group.cost_usd))
                 for group, part in zip(groups, shares(groups)))
    return ReportTable("Models", ("model", "tokens", "share", "cost"), rows)


def limits_table(digest: Digest) -> ReportTable:
    """How near the limit the sessions came, by what they are rated by."""
    rows = tuple((_rated_by(use, digest), text.count(use.sessions), text.count(use.near), text.count(use.hits),
                  text.count(use.passed) if use.by != groups.OFFICIAL else "") for use in digest.measured)
    return ReportTable("Limits", ("rated by", "sessions", "80 % passed", "reached", "above it"), rows)


def _rated_by(use: Measured, digest: Digest) -> str:
    """Claude's own word; max5, 35,000; the record, 31,200."""
    if use.by == groups.OFFICIAL:
        return "Claude's own word"
    name = text.printable(digest.scale.plan) if digest.scale.source == "plan" else digest.scale.name
    return f"{_cut(name, 24)}, {text.count(digest.scale.tokens)}"


def share(rise: Rise, digest: Digest) -> Tuple[str, str]:
    """How much of its limit a session used, and of what."""
    record = rise.record
    whole = "Claude's own" if record.rated_by == groups.OFFICIAL else text.count(digest.scale.tokens)
    return text.percent(record.percent), whole


def weeks_table(digest: Digest) -> ReportTable:
    """How far each 7-day window came that ran in the period."""
    rows = tuple((day_and_hour(week.end, digest.zone), *week_words(week, digest)) for week in digest.weeks)
    return ReportTable("Weekly limit", ("until", "highest", "reached"), rows)


def week_words(week: PastWindow, digest: Digest) -> Tuple[str, str]:
    """The highest percentage, and when it was read."""
    return text.percent(week.percent), day_and_hour(week.reached_at, digest.zone)


def weeks_sentence(digest: Digest) -> str:
    """What the picture of the weekly limit shows."""
    week = digest.weeks[-1]
    percent, reached = week_words(week, digest)
    end = day_and_hour(week.end, digest.zone)
    return f"The week until {end}: {percent}, reached on {reached}. Dashed is even use up to 100 %."


def hosts_table(digest: Digest) -> ReportTable:
    """Sessions and tokens by machine."""
    rows = tuple((_cut(text.printable(group.key) or "unknown", 30), *_amounts(group), text.count(group.hits))
                 for group in digest.hosts)
    return ReportTable("Machines", ("machine", "sessions", "tokens", "cost", "limit reached"), rows)


def forecasts_table(reliability: Reliability) -> ReportTable:
    """The likelihoods of sessions against what came, of the last months."""
    return ReportTable(score_words.TITLE, score_words.HEAD, score_words.reliability_rows(reliability))


def forecasts_sentence(reliability: Reliability) -> str:
    """What the table of the forecasts shows."""
    sentences = score_words.reliability_sentences(reliability, "session")
    return ". ".join(sentence[:1].upper() + sentence[1:] for sentence in sentences) + "."


def fullest(table: Sequence[Sequence[float]]) -> float:
    """Tokens of the fullest cell of the heat map."""
    return max((tokens for row in table for tokens in row), default=0.0)
