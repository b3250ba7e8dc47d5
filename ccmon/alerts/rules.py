"""What is worth telling the user who does not look: kinds of alerts, when each is due, its words and its numbers."""

from typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence

from ccmon.learning.values import Use
from ccmon.model import SESSION_S, Snapshot
from ccmon.text import clean, count, percent, short_count
from ccmon.usage.outlook import is_likelihood
from ccmon.usage.windows import named
from ccmon.when import Zone, clock_text

SAME_S = SESSION_S // 2                # ends of windows that differ by less are those of the same window
NEAR = 80                              # percent: from then on the reset is news
EARLY = 20                             # percent: before that a plain rate says little
PAST_DAYS = 28
_LEAST_DAYS, _LEAST_HOURS = 14, 30     # of which something must be known
_TIMES = 2                             # as much as the most at this hour is unusual
_HOUR_S, _DAY_S = 3600, 86_400


class Alert(NamedTuple):
    """Something that is told once."""

    kind: str                          # one of kinds.KINDS
    window_end: int                    # epoch s: of the session that it is about; of allocation when that changed
    title: str
    text: str
    values: Mapping[str, object]       # for programs; None where unknown


class Usual(NamedTuple):
    """What is used in an hour like this one."""

    most: int                          # tokens: the most at this hour, or one beside it, of the last PAST_DAYS days
    busy: int                          # tokens of a busy hour, at any time of the day: nine of ten have less


# --- when ---------------------------------------------------------------------------------------------------------------

def window_end(snapshot: Snapshot) -> Optional[int]:
    """Epoch s when the running session's limit begins anew, as Claude or else the source says; None without a session."""
    told = named(snapshot.windows, "five_hour")
    if told:
        return told.resets_at
    return snapshot.session.end if snapshot.active and snapshot.session else None


def is_near(snapshot: Snapshot) -> bool:
    """Whether so much is used that the reset will be news."""
    return snapshot.percent is not None and snapshot.percent >= NEAR


def due(snapshot: Snapshot, zone: Zone, near: Iterable[int], usual: Optional[Usual]) -> List[Alert]:
    """What this moment calls for, told before or not; `near` are the ends of late windows that came near their limit."""
    found = [*_of_window(snapshot, zone, usual), *_of_resets(snapshot, zone, near), *_of_allocation(snapshot)]
    return [Alert(kind, end, clean(title), clean(text), values(kind, snapshot, zone)) for kind, end, title, text in found]


class _Found(NamedTuple):
    kind: str
    window_end: int
    title: str
    text: str


def _of_window(snapshot: Snapshot, zone: Zone, usual: Optional[Usual]) -> List[_Found]:
    end = window_end(snapshot)
    if end is None or snapshot.percent is None:
        return []
    told = {notice.code: notice.text for notice in snapshot.warnings}
    used = f"{percent(snapshot.percent)} of the session is used"
    reset = f" Reset at {clock_text(snapshot.reset.at, snapshot.now, zone)}."
    found = []
    if "near_limit" in told:
        found.append(_Found("80", end, used, f"{told['near_limit']}.{reset}"))
    if "over_limit" in told:
        found.append(_Found("100", end, "The limit is reached", f"{told['over_limit']}.{reset}"))
    if "runs_out_before_reset" in told and (is_likelihood(snapshot.runway) or snapshot.percent >= EARLY):
        found.append(_Found("runs_out", end, "The session runs out before its reset",
                            f"{told['runs_out_before_reset']}. {used}."))
    hour = _HOUR_S / 60 * snapshot.burn_per_min
    if usual and is_unusual(hour, usual):
        found.append(_Found("unusual", end, "Unusual use for this hour",
                            f"{short_count(hour)} tokens in the last hour; the most at this hour of the last "
                            f"{PAST_DAYS} days is {short_count(usual.most)}. {used}."))
    return found


def _of_resets(snapshot: Snapshot, zone: Zone, near: Iterable[int]) -> List[_Found]:
    """Windows that came near their limit, and are over: by the clock, or because another one runs."""
    running = window_end(snapshot)
    over = [end for end in near if end <= snapshot.now or running is not None and running - end >= SAME_S]
    return [_Found("reset", end, "The session was reset",
                   f"The session that was nearly used up was reset at {clock_text(min(end, snapshot.now), snapshot.now, zone)}.")
            for end in over if snapshot.now - end < SESSION_S]


def _of_allocation(snapshot: Snapshot) -> List[_Found]:
    told = [notice.text for notice in snapshot.warnings if notice.code == "allocation_changed"]
    changes = snapshot.learned.changes if snapshot.learned else ()
    return [_Found("allocation", changes[-1].at, "The allocation has changed", text) for text in told[:1] if changes]


# --- what is usual --------------------------------------------------------------------------------------------------------

def usual_of(used: Sequence[Use], now: int) -> Optional[Usual]:
    """What is usual at this hour, by the use of the days before; None as long as too little of them is known."""
    hours: Dict[int, float] = {}
    today = now // _HOUR_S
    for one in used:
        tokens = sum(amount for (_, kind), amount in one.load.items() if kind in ("input", "output"))
        if tokens > 0 and one.ts // _HOUR_S < today:
            hours[one.ts // _HOUR_S] = hours.get(one.ts // _HOUR_S, 0) + tokens
    if len(hours) < _LEAST_HOURS or today - min(hours) < 24 * _LEAST_DAYS:
        return None
    alike = [hours.get(today - 24 * day + beside, 0) for day in range(1, PAST_DAYS + 1) for beside in (-1, 0, 1)]
    return Usual(round(max(alike)), round(sorted(hours.values())[len(hours) * 9 // 10]))


def is_unusual(tokens: float, usual: Usual) -> bool:
    """Whether so many tokens in an hour are far more than ever at this hour, and more than in a busy one."""
    return tokens > _TIMES * usual.most and tokens > usual.busy


# --- what is passed on ------------------------------------------------------------------------------------------------------

def values(kind: str, snapshot: Snapshot, zone: Zone) -> Dict[str, object]:
    """The numbers that go with an alert; times as epoch s and as the clock shows them."""
    session = snapshot.session if snapshot.active else None
    return {"kind": kind, "percent": None if snapshot.percent is None else round(snapshot.percent, 1),
            "percent_source": snapshot.percent_source, "tokens": session.tokens if session else None,
            "limit": snapshot.capacity if session else None, "left": snapshot.left,
            "burn_per_min": round(snapshot.burn_per_min, 1), "plan": snapshot.limit.plan,
            "cost_usd": session.cost_usd if session else None, "now": snapshot.now, "resets_at": snapshot.reset.at,
            "reset": clock_text(snapshot.reset.at, snapshot.now, zone), "timezone": snapshot.reset.timezone}


def variables(alert: Alert) -> Dict[str, str]:
    """As environment variables: CCMON_ALERT_KIND, CCMON_ALERT_TEXT ...; empty where unknown."""
    told = {**alert.values, "title": alert.title, "text": alert.text}
    return {f"CCMON_ALERT_{name.upper()}": "" if value is None else str(value) for name, value in told.items()}


def payload(alert: Alert) -> Dict[str, object]:
    """As a JSON document: `text` is what Slack shows, `content` what Discord shows, `ccmon` the numbers."""
    words = f"{alert.title}: {alert.text}"
    return {"text": words, "content": words, "ccmon": dict(alert.values)}


def sample(kind: str, snapshot: Snapshot, zone: Zone) -> Alert:
    """An alert that is a test, with the numbers of this moment."""
    used = f"now {percent(snapshot.percent)} is used" if snapshot.percent is not None else "no session is active"
    limit = f"{count(snapshot.capacity or snapshot.limit.tokens)} tokens"
    return Alert(kind, snapshot.now, "Test of ccmon's alerts", f"This is how '{kind}' is told; {used}, the limit is {limit}.",
                 values(kind, snapshot, zone))
