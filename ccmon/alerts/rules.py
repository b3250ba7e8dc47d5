"""Alerts: when each kind is due, its words and its numbers."""

from __future__ import annotations

from datetime import datetime, timezone

from ccmon.alerts.kinds import KINDS, SESSION, credits_key, key, threshold
from ccmon.learning.values import Use
from ccmon.model import NEAR_PERCENT, Binding, Credits, Snapshot, Window
from ccmon.quick_typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence
from ccmon.text import clean, count, duration, percent, short_count
from ccmon.usage import notices
from ccmon.usage.binding import EARLY, runs_out
from ccmon.usage.outlook import is_likelihood
from ccmon.usage.windows import credits_percent, name_words, window, window_named
from ccmon.when import DAY_S, HOUR_S, SESSION_S, Zone, clock_text

PAST_DAYS = 28
_LEAST_DAYS, _LEAST_HOURS = 14, 30     # of which there must be records
_TIMES = 2                             # as much as the most at this hour is unusual
SAME_S = SESSION_S // 2                # ends of windows that differ by less are those of the same window
OLD_S = HOUR_S                         # a reading that is older is given with its age
CREDIT_LEVELS = (NEAR_PERCENT, 100)            # percent, where no thresholds of one's own are set
_NEWS_S = DAY_S                        # so long is the reset of a week news; that of a session until the next one
_CREDIT_WORDS = {"extra_usage": "extra usage", "spend_limit": "spend limit"}


class Usual(NamedTuple):
    """What is used in an hour like this one."""

    most: int                          # tokens: the most at this hour, or one beside it, of the last PAST_DAYS days
    busy: int                          # tokens of a busy hour, at any time of the day: nine of ten have less


class Alert(NamedTuple):
    """An alert that is due, sent before or not; it is sent once."""

    kind: str                          # as the user names it: 80, runs_out, credits
    window: str                        # name of the window; "" where it is about none
    window_end: int                    # epoch s; of the allocation when that changed
    title: str
    text: str
    level: Optional[int] = None        # percent: the highest threshold that was passed
    credits: Optional[Credits] = None
    key: str = ""                      # what stands for it in the history
    values: Mapping[str, object] = {}  # for programs; None where unknown


class NearWindow(NamedTuple):
    """A window that came near its limit, or, where it is full, reached it: its reset will be news."""

    window: str
    window_end: int                    # epoch s
    full: bool = False


def highest(levels: Iterable[int], percent: float) -> Optional[int]:
    """The highest of these thresholds that was passed; None of none."""
    return max((level for level in levels if percent >= level), default=None)


# --- when ---------------------------------------------------------------------------------------------------------------

def window_end(snapshot: Snapshot) -> Optional[int]:
    """Epoch s when the running session's limit begins anew, as Claude or else the source says; None without a session."""
    reading = window_named(snapshot.windows, SESSION)
    if reading:
        return reading.resets_at
    return snapshot.session.end if snapshot.active and snapshot.session else None


def near_windows(snapshot: Snapshot) -> Iterator[NearWindow]:
    """The windows of which so much is used that the reset will be news."""
    end = window_end(snapshot)
    if end is not None and snapshot.percent is not None and snapshot.percent >= NEAR_PERCENT:
        yield NearWindow(SESSION, end)
    for one in snapshot.windows:
        if one.name != SESSION and one.percent >= NEAR_PERCENT:
            yield NearWindow(one.name, one.resets_at)
            if one.percent >= 100 and one.scope == "account":
                yield NearWindow(one.name, one.resets_at, full=True)


def due(snapshot: Snapshot, zone: Zone, noted: Sequence[NearWindow], usual: Optional[Usual],
        wanted: Sequence[str] = KINDS) -> List[Alert]:
    """The alerts of the wanted kinds that are due, sent before or not; `noted` came near their limit of late."""
    levels = [level for level in map(threshold, wanted) if level is not None]
    twice = [one.kind for one in snapshot.credits] if "credits" in wanted else []      # a spend limit is a window, too
    alerts = [*_session_alerts(snapshot, zone, levels, usual), *window_alerts(snapshot, zone, levels, twice),
             *reset_alerts(snapshot, zone, noted, window_end(snapshot)), *_allocation_alerts(snapshot),
             *credit_alerts(snapshot, zone, levels)]
    return [_completed(one, snapshot, zone) for one in alerts if one.kind in wanted]


def _session_alerts(snapshot: Snapshot, zone: Zone, levels: Sequence[int], usual: Optional[Usual]) -> Iterator[Alert]:
    end = window_end(snapshot)
    if end is None or snapshot.percent is None:
        return
    warnings = {notice.code: notice.text for notice in snapshot.warnings if not notice.window}
    used = f"{percent(snapshot.percent)} of the session is used"
    over, level = "over_limit" in warnings, _session_level(snapshot, levels)
    if level is not None:
        words = warnings.get("over_limit" if over else "near_limit", notices.session_used(snapshot))
        yield Alert(str(level), SESSION, end, "The limit is reached" if over and level <= 100 else used,
                    f"{words}. Reset at {clock_text(snapshot.reset.at, snapshot.now, zone)}.", level)
    if "runs_out_before_reset" in warnings and (is_likelihood(snapshot.runway) or snapshot.percent >= EARLY):
        yield Alert("runs_out", SESSION, end, "The session runs out before its reset",
                    f"{warnings['runs_out_before_reset']}. {used}.")
    hour = HOUR_S / 60 * snapshot.burn_per_min
    if usual and is_unusual(hour, usual):
        yield Alert("unusual", SESSION, end, "Unusual use for this hour",
                    f"{short_count(hour)} tokens in the last hour; the most at this hour of the last "
                    f"{PAST_DAYS} days is {short_count(usual.most)}. {used}.")


def _session_level(snapshot: Snapshot, levels: Sequence[int]) -> Optional[int]:
    """The highest threshold that was passed; None above a mere record, and where another window is used up for longer."""
    if notices.is_blocked_elsewhere(snapshot) or snapshot.limit.unknown and snapshot.percent_source != "official":
        return None
    share, over = snapshot.percent or 0, any(one.code == "over_limit" and not one.window for one in snapshot.warnings)
    return highest([level for level in levels if over or level < 100], max(share, 100 if over else 0))       # 100: it is reached


def _allocation_alerts(snapshot: Snapshot) -> List[Alert]:
    texts = [notice.text for notice in snapshot.warnings if notice.code == "allocation_changed"]
    changes = snapshot.learned.changes if snapshot.learned else ()
    return [Alert("allocation", "", changes[-1].at, "The allocation has changed", text) for text in texts[:1] if changes]


# --- thresholds, and what runs out --------------------------------------------------------------------------------------

def window_alerts(snapshot: Snapshot, zone: Zone, levels: Sequence[int], without: Sequence[str] = ()) -> Iterator[Alert]:
    """What each window calls for that is not the session's, and not among those names."""
    for one in snapshot.windows:
        if one.name == SESSION or one.name in without or is_shadowed(one, snapshot):
            continue
        name, level = name_words(one.name), highest(levels, one.percent)
        used = f"{percent(one.percent)} of the {name} is used"
        if level is not None:
            full = one.percent >= 100 and level <= 100
            words = _used_up(one, snapshot, zone) if one.percent >= 100 else f"Claude says {used}"
            reset = "" if one.percent >= 100 else f" Reset at {clock_text(one.resets_at, snapshot.now, zone)}."
            yield Alert(str(level), one.name, one.resets_at, f"The {name} is used up" if full else used,
                        f"{words}.{reset}{_age(one.read_at, snapshot.now)}", level)
        if one.percent < 100 and one.forecast is not None and runs_out(one.percent, one.forecast):
            words = notices.window_runs_out(one.forecast, one.resets_at, snapshot, zone)
            yield Alert("runs_out", one.name, one.resets_at, f"The {name} runs out before its reset",
                        f"{_sentence(words)}. {used}.{_age(one.read_at, snapshot.now)}")


def is_shadowed(one: Window, snapshot: Snapshot) -> bool:
    """Whether another window of the account is used up for longer: then this one changes nothing."""
    bound = snapshot.binding.name if snapshot.binding else ""
    return any(other.percent >= 100 and other.scope == "account" and other.name != one.name
               and (other.resets_at, other.name == bound) > (one.resets_at, one.name == bound) for other in snapshot.windows)


def _used_up(one: Window, snapshot: Snapshot, zone: Zone) -> str:
    bound = snapshot.binding
    if one.scope != "account" and (bound is None or bound.name != one.name):
        return _sentence(notices.model_used_up(one, snapshot, zone))
    return _sentence(notices.used_up(Binding(one.name, one.label, one.percent, one.resets_at, "full"), snapshot, zone))


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _age(read_at: int, now: int) -> str:
    return f" Claude said so {duration(now - read_at)} ago." if now - read_at > OLD_S else ""


# --- resets -------------------------------------------------------------------------------------------------------------

def reset_alerts(snapshot: Snapshot, zone: Zone, noted: Sequence[NearWindow], session_end: Optional[int]) -> Iterator[Alert]:
    """Windows that came near their limit, and are over: by the clock, or because another one of that name runs.

    One that ended while another was used up for longer is no news: nothing began anew.
    """
    now = snapshot.now
    full = [one for one in noted if one.full and (one.window_end <= now or not _is_over(one, snapshot, session_end))]
    for one in noted:
        shadowed = any(other.window != one.window and other.window_end > one.window_end for other in full)
        news_s = SESSION_S if one.window == SESSION else _NEWS_S
        if not one.full and not shadowed and _is_over(one, snapshot, session_end) and now - one.window_end < news_s:
            name = "session" if one.window == SESSION else name_words(one.window)
            yield Alert("reset", one.window, one.window_end, f"The {name} was reset",
                        f"The {name} that was nearly used up was reset at {clock_text(min(one.window_end, now), now, zone)}.")


def _is_over(one: NearWindow, snapshot: Snapshot, session_end: Optional[int]) -> bool:
    if one.window_end <= snapshot.now:
        return True
    if any(abs(other.resets_at - one.window_end) < SAME_S for windows in snapshot.apart.accounts
           for other in windows if other.name == one.window):
        return False                   # it runs on: another account has answered since
    running = window_named(snapshot.windows, one.window)
    end = session_end if one.window == SESSION else running.resets_at if running else None
    return end is not None and end - one.window_end >= SAME_S


# --- credits ------------------------------------------------------------------------------------------------------------

def credit_alerts(snapshot: Snapshot, zone: Zone, levels: Sequence[int]) -> Iterator[Alert]:
    """What may be spent beyond the windows, or instead of them, once a threshold and month."""
    for one in snapshot.credits:
        share, end = credits_percent(one), _credits_end(one, snapshot.now)
        level = None if share is None else highest(levels or CREDIT_LEVELS, share)
        if share is None or level is None or end is None or one.kind == "extra_usage" and not one.enabled:
            continue
        name = _CREDIT_WORDS.get(one.kind, "credits")
        used = f"{percent(share)} of the {name} is used"
        amounts = "" if one.used is None else f" ({notices.amounts(one)})"
        reset = "" if one.resets_at is None else f" Reset at {clock_text(one.resets_at, snapshot.now, zone)}."
        words = f"{used}{amounts}.{reset}{_age(one.read_at, snapshot.now)}"
        yield Alert("credits", "", end, f"The {name} is used up" if share >= 100 else used, words, level, one,
                    credits_key(level, one.kind))


def _credits_end(one: Credits, now: int) -> Optional[int]:
    """Epoch s when they begin anew: the end of the month where Claude gives none; None where that is over."""
    if one.resets_at is not None:
        return one.resets_at if one.resets_at > now else None
    read, today = (datetime.fromtimestamp(at, timezone.utc) for at in (one.read_at, now))
    following = datetime(today.year + today.month // 12, today.month % 12 + 1, 1, tzinfo=timezone.utc)
    return int(following.timestamp()) if (read.year, read.month) == (today.year, today.month) else None


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

def _completed(alert: Alert, snapshot: Snapshot, zone: Zone) -> Alert:
    return alert._replace(title=clean(alert.title), text=clean(alert.text), key=alert.key or key(alert.kind, alert.window),
                          values=_values(alert, snapshot, zone))


def _values(alert: Alert, snapshot: Snapshot, zone: Zone) -> Dict[str, object]:
    """The numbers that go with an alert; times as epoch s and as the clock shows them."""
    session = snapshot.session if snapshot.active else None
    return {"kind": alert.kind, "percent": _rounded(snapshot.percent),
            "percent_source": snapshot.percent_source, "tokens": session.tokens if session else None,
            "limit": snapshot.capacity if session else None, "left": snapshot.left,
            "burn_per_min": round(snapshot.burn_per_min, 1), "plan": snapshot.limit.plan,
            "cost_usd": session.cost_usd if session else None, "now": snapshot.now, "resets_at": snapshot.reset.at,
            "reset": clock_text(snapshot.reset.at, snapshot.now, zone), "timezone": snapshot.reset.timezone,
            "threshold": alert.level, **_window_values(alert, snapshot, zone), **_credits_values(alert.credits)}


def _window_values(alert: Alert, snapshot: Snapshot, zone: Zone) -> Dict[str, object]:
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
    alert = Alert(kind, bound.name if bound else "", bound.resets_at if bound else snapshot.now, "Test of ccmon's alerts",
                  f"This is how '{kind}' is told; {used}, the limit is {limit}.", threshold(kind),
                  next(iter(snapshot.credits), None) if kind == "credits" else None)
    return _completed(alert, snapshot, zone)
