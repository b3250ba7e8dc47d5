"""When the account's windows beside the session's, and its credits, call for an alert, and in which words."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Iterable, Iterator, Optional, Sequence

from ccmon.alerts.kinds import credits_key, key
from ccmon.model import NEAR_PERCENT, Binding, Credits, Snapshot, Window
from ccmon.named_tuple import NamedTuple
from ccmon.text import duration, percent
from ccmon.usage import notices
from ccmon.usage.binding import SESSION, runs_out
from ccmon.usage.windows import credits_percent, name_words, window_named
from ccmon.when import DAY_S, HOUR_S, SESSION_S, Zone, clock_text

SAME_S = SESSION_S // 2                # ends of windows that differ by less are those of the same window
OLD_S = HOUR_S                         # a reading that is older is given with its age
CREDIT_LEVELS = (NEAR_PERCENT, 100)            # percent, where no thresholds of one's own are set
_NEWS_S = DAY_S                        # so long is the reset of a week news; that of a session until the next one
_CREDIT_WORDS = {"extra_usage": "extra usage", "spend_limit": "spend limit"}


class DueAlert(NamedTuple):
    """An alert that is due, sent before or not."""

    kind: str                          # as the user names it: 80, runs_out, credits
    window: str                        # name of the window; "" where it is about none
    window_end: int                    # epoch s; of the allocation when that changed
    title: str
    text: str
    level: Optional[int] = None        # percent: the highest threshold that was passed
    credits: Optional[Credits] = None
    key: str = ""                      # what stands for it in the history, where that is not kind and window

    @property
    def history_key(self) -> str:
        """What stands for it in the history."""
        return self.key or key(self.kind, self.window)


class NearWindow(NamedTuple):
    """A window that came near its limit, or, where it is full, reached it: its reset will be news."""

    window: str
    window_end: int                    # epoch s
    full: bool = False


def highest(levels: Iterable[int], percent: float) -> Optional[int]:
    """The highest of these thresholds that was passed; None of none."""
    return max((level for level in levels if percent >= level), default=None)


# --- thresholds, and what runs out --------------------------------------------------------------------------------------

def window_alerts(snapshot: Snapshot, zone: Zone, levels: Sequence[int], without: Sequence[str] = ()) -> Iterator[DueAlert]:
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
            yield DueAlert(str(level), one.name, one.resets_at, f"The {name} is used up" if full else used,
                        f"{words}.{reset}{_age(one.read_at, snapshot.now)}", level)
        if one.percent < 100 and one.forecast is not None and runs_out(one.percent, one.forecast):
            words = notices.window_runs_out(one.forecast, one.resets_at, snapshot, zone)
            yield DueAlert("runs_out", one.name, one.resets_at, f"The {name} runs out before its reset",
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

def near_windows(snapshot: Snapshot) -> Iterator[NearWindow]:
    """Those beside the session's of which so much is used that the reset will be news."""
    for one in snapshot.windows:
        if one.name != SESSION and one.percent >= NEAR_PERCENT:
            yield NearWindow(one.name, one.resets_at)
            if one.percent >= 100 and one.scope == "account":
                yield NearWindow(one.name, one.resets_at, full=True)


def reset_alerts(snapshot: Snapshot, zone: Zone, noted: Sequence[NearWindow], session_end: Optional[int]) -> Iterator[DueAlert]:
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
            yield DueAlert("reset", one.window, one.window_end, f"The {name} was reset",
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

def credit_alerts(snapshot: Snapshot, zone: Zone, levels: Sequence[int]) -> Iterator[DueAlert]:
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
        yield DueAlert("credits", "", end, f"The {name} is used up" if share >= 100 else used, words, level, one,
                    credits_key(level, one.kind))


def _credits_end(one: Credits, now: int) -> Optional[int]:
    """Epoch s when they begin anew: the end of the month where Claude gives none; None where that is over."""
    if one.resets_at is not None:
        return one.resets_at if one.resets_at > now else None
    read, today = (datetime.fromtimestamp(at, timezone.utc) for at in (one.read_at, now))
    following = datetime(today.year + today.month // 12, today.month % 12 + 1, 1, tzinfo=timezone.utc)
    return int(following.timestamp()) if (read.year, read.month) == (today.year, today.month) else None
