"""Alerts: when each kind is due, its words and its numbers."""

from __future__ import annotations

from typing import Dict, Iterator, List, Mapping, Optional, Sequence

from ccmon.alerts import window_rules
from ccmon.alerts.kinds import KINDS, SESSION, threshold
from ccmon.alerts.window_rules import DueAlert, NearWindow, highest
from ccmon.learning.values import Use
from ccmon.model import NEAR_PERCENT, Credits, Snapshot
from ccmon.named_tuple import NamedTuple
from ccmon.text import clean, count, percent, short_count
from ccmon.usage import notices
from ccmon.usage.binding import EARLY
from ccmon.usage.outlook import is_likelihood
from ccmon.usage.windows import credits_percent, window, window_named
from ccmon.when import HOUR_S, Zone, clock_text

PAST_DAYS = 28
_LEAST_DAYS, _LEAST_HOURS = 14, 30     # of which there must be records
_TIMES = 2                             # as much as the most at this hour is unusual


class Alert(NamedTuple):
    """What is sent once."""

    kind: str                          # as the user names it; see kinds.py
    window_end: int                    # epoch s: of the window that it is about; of allocation when that changed
    title: str
    text: str
    values: Mapping[str, object]       # for programs; None where unknown
    key: str                           # what stands for it in the history


class Usual(NamedTuple):
    """What is used in an hour like this one."""

    most: int                          # tokens: the most at this hour, or one beside it, of the last PAST_DAYS days
    busy: int                          # tokens of a busy hour, at any time of the day: nine of ten have less


# --- when ---------------------------------------------------------------------------------------------------------------

def window_end(snapshot: Snapshot) -> Optional[int]:
    """Epoch s when the running session's limit begins anew, as Claude or else the source says; None without a session."""
    reading = window_named(snapshot.windows, SESSION)
    if reading:
        return reading.resets_at
    return snapshot.session.end if snapshot.active and snapshot.session else None


def near_windows(snapshot: Snapshot) -> List[NearWindow]:
    """The windows of which so much is used that the reset will be news."""
    end = window_end(snapshot)
    near = end is not None and snapshot.percent is not None and snapshot.percent >= NEAR_PERCENT
    return [*([NearWindow(SESSION, end)] if near and end is not None else []), *window_rules.near_windows(snapshot)]


def due(snapshot: Snapshot, zone: Zone, noted: Sequence[NearWindow], usual: Optional[Usual],
        wanted: Sequence[str] = KINDS) -> List[Alert]:
    """The alerts of the wanted kinds that are due, sent before or not; `noted` came near their limit of late."""
    levels = [level for level in map(threshold, wanted) if level is not None]
    twice = [one.kind for one in snapshot.credits] if "credits" in wanted else []      # a spend limit is a window, too
    alerts = [*_session_alerts(snapshot, zone, levels, usual), *window_rules.window_alerts(snapshot, zone, levels, twice),
             *window_rules.reset_alerts(snapshot, zone, noted, window_end(snapshot)), *_allocation_alerts(snapshot),
             *window_rules.credit_alerts(snapshot, zone, levels)]
    return [Alert(one.kind, one.window_end, clean(one.title), clean(one.text), _values(one, snapshot, zone), one.history_key)
            for one in alerts if one.kind in wanted]


def _session_alerts(snapshot: Snapshot, zone: Zone, levels: Sequence[int], usual: Optional[Usual]) -> Iterator[DueAlert]:
    end = window_end(snapshot)
    if end is None or snapshot.percent is None:
        return
    warnings = {notice.code: notice.text for notice in snapshot.warnings if not notice.window}
    used = f"{percent(snapshot.percent)} of the session is used"
    over, level = "over_limit" in warnings, _session_level(snapshot, levels)
    if level is not None:
        words = warnings.get("over_limit" if over else "near_limit", notices.session_used(snapshot))
        yield DueAlert(str(level), SESSION, end, "The limit is reached" if over and level <= 100 else used,
                    f"{words}. Reset at {clock_text(snapshot.reset.at, snapshot.now, zone)}.", level)
    if "runs_out_before_reset" in warnings and (is_likelihood(snapshot.runway) or snapshot.percent >= EARLY):
        yield DueAlert("runs_out", SESSION, end, "The session runs out before its reset",
                    f"{warnings['runs_out_before_reset']}. {used}.")
    hour = HOUR_S / 60 * snapshot.burn_per_min
    if usual and is_unusual(hour, usual):
        yield DueAlert("unusual", SESSION, end, "Unusual use for this hour",
                    f"{short_count(hour)} tokens in the last hour; the most at this hour of the last "
                    f"{PAST_DAYS} days is {short_count(usual.most)}. {used}.")


def _session_level(snapshot: Snapshot, levels: Sequence[int]) -> Optional[int]:
    """The highest threshold that was passed. That of 100 and those above it mean that the limit is reached.

    None above a mere record, and where another window is used up, so that this one changes nothing.
    """
    if notices.is_blocked_elsewhere(snapshot) or snapshot.limit.unknown and snapshot.percent_source != "official":
        return None
    share, over = snapshot.percent or 0, any(one.code == "over_limit" and not one.window for one in snapshot.warnings)
    return highest([level for level in levels if over or level < 100], max(share, 100 if over else 0))


def _allocation_alerts(snapshot: Snapshot) -> List[DueAlert]:
    warnings = [notice.text for notice in snapshot.warnings if notice.code == "allocation_changed"]
    changes = snapshot.learned.changes if snapshot.learned else ()
    return [DueAlert("allocation", "", changes[-1].at, "The allocation has changed", text) for text in warnings[:1] if changes]


# --- what is usual --------------------------------------------------------------------------------------------------------

def usual_of(used: Sequence[Use], now: int) -> Optional[Usual]:
    """What is usual at this hour, by the use of the days before; None as long as there are too few of them."""
    hours: Dict[int, float] = {}
    today = now // HOUR_S
    for one in used:
        tokens = sum(amount for (_, kind), amount in one.load.items() if kind in ("input", "output"))
        if tokens > 0 and one.ts // HOUR_S < today:
            hours[one.ts // HOUR_S] = hours.get(one.ts // HOUR_S, 0) + tokens
    if len(hours) < _LEAST_HOURS or today - min(hours) < 24 * _LEAST_DAYS:
        return None
    alike = [hours.get(today - 24 * day + beside, 0) for day in range(1, PAST_DAYS + 1) for beside in (-1, 0, 1)]
    return Usual(round(max(alike)), round(sorted(hours.values())[len(hours) * 9 // 10]))


def is_unusual(tokens: float, usual: Usual) -> bool:
    """Whether so many tokens in an hour are far more than ever at this hour, and more than in a busy one."""
    return tokens > _TIMES * usual.most and tokens > usual.busy


# --- what is passed on ------------------------------------------------------------------------------------------------------

def _values(alert: DueAlert, snapshot: Snapshot, zone: Zone) -> Dict[str, object]:
    """The numbers that go with an alert; times as epoch s and as the clock shows them."""
    session = snapshot.session if snapshot.active else None
    return {"kind": alert.kind, "percent": _rounded(snapshot.percent),
            "percent_source": snapshot.percent_source, "tokens": session.tokens if session else None,
            "limit": snapshot.capacity if session else None, "left": snapshot.left,
            "burn_per_min": round(snapshot.burn_per_min, 1), "plan": snapshot.limit.plan,
            "cost_usd": session.cost_usd if session else None, "now": snapshot.now, "resets_at": snapshot.reset.at,
            "reset": clock_text(snapshot.reset.at, snapshot.now, zone), "timezone": snapshot.reset.timezone,
            "threshold": alert.level, **_window_values(alert, snapshot, zone), **_credits_values(alert.credits)}


def _window_values(alert: DueAlert, snapshot: Snapshot, zone: Zone) -> Dict[str, object]:
    """Of the window that it is about."""
    name, end = alert.window, alert.window_end if alert.window else None
    one, about = window_named(snapshot.windows, name), window(name, 0, 0, 0)
    share = snapshot.percent if name == SESSION else one.percent if one else None
    over = end is None or alert.kind == "reset"            # what is used now is of the next one
    return {"window": name or None, "window_label": about.label if name else None,
            "window_scope": about.scope if name else None,
            "window_percent": None if over else _rounded(share), "window_resets_at": end,
            "window_reset": None if end is None else clock_text(end, snapshot.now, zone)}


def _credits_values(one: Optional[Credits]) -> Dict[str, object]:
    if one is None:
        return dict.fromkeys(("credits", "credits_used", "credits_limit", "credits_currency", "credits_percent"))
    return {"credits": one.kind, "credits_used": one.used, "credits_limit": one.limit, "credits_currency": one.currency or None,
            "credits_percent": _rounded(credits_percent(one))}


def _rounded(share: Optional[float]) -> Optional[float]:
    return None if share is None else round(share, 1)


def variables(alert: Alert) -> Dict[str, str]:
    """As environment variables: CCMON_ALERT_KIND, CCMON_ALERT_TEXT ...; empty where unknown."""
    values = {**alert.values, "title": alert.title, "text": alert.text}
    return {f"CCMON_ALERT_{name.upper()}": "" if value is None else str(value) for name, value in values.items()}


def payload(alert: Alert) -> Dict[str, object]:
    """As a JSON document: `text` is what Slack shows, `content` what Discord shows, `ccmon` the numbers."""
    words = f"{alert.title}: {alert.text}"
    return {"text": words, "content": words, "ccmon": dict(alert.values)}


def sample(kind: str, snapshot: Snapshot, zone: Zone) -> Alert:
    """An alert that is a test, with the present numbers; of the window that binds."""
    used = f"now {percent(snapshot.percent)} is used" if snapshot.percent is not None else "no session is active"
    limit = f"{count(snapshot.capacity or snapshot.limit.tokens)} tokens"
    bound = snapshot.binding
    alert = DueAlert(kind, bound.name if bound else "", bound.resets_at if bound else snapshot.now, "Test of ccmon's alerts",
                  f"This is how '{kind}' is told; {used}, the limit is {limit}.", threshold(kind),
                  next(iter(snapshot.credits), None) if kind == "credits" else None)
    return Alert(kind, snapshot.now, alert.title, alert.text, _values(alert, snapshot, zone), alert.history_key)
