"""Windows of an account as tests make them."""

from typing import Any, Iterable, Optional, Tuple

from hypothesis import strategies as st

from ccmon.model import Owner, Runway, Window, Windows
from ccmon.sources.session_json import window_name
from ccmon.store import window_readings
from ccmon.store.database import Store
from ccmon.usage.windows import window, window_named


def five_hour(percent: float, resets_at: int, read_at: int) -> Window:
    """The 5 hours."""
    return window("five_hour", percent, resets_at, read_at)


def seven_day(percent: float, resets_at: int, read_at: int) -> Window:
    """The week."""
    return window("seven_day", percent, resets_at, read_at)


def windows(*found: Optional[Window]) -> Windows:
    """Those that are known."""
    return tuple(one for one in found if one is not None)


def pairs(found: Windows) -> list:
    """Percentage and reset of the 5 hours and of the week, None for what is not known."""
    both = [window_named(found, name) for name in ("five_hour", "seven_day")]
    return [None if one is None else (one.percent, one.resets_at) for one in both]


def any_windows(now: int, most: int = 12) -> Any:
    """A strategy: up to so many windows that run at that moment, of any name, from anywhere, with any forecast."""
    usual = ["five_hour", "seven_day", "seven_day_opus", "seven_day_sonnet", "seven_day_opus_4_5", "monthly"]
    names = st.sampled_from(usual) | st.text(min_size=1, max_size=60).map(window_name).filter(bool)
    later = st.integers(now + 1, now + 8 * 86_400)
    forecasts = st.none() | st.builds(lambda at, share, rule: Runway(at, at, at, share, rule, resets_at=at),
                                      later, st.floats(0, 1), st.sampled_from(["week", "average"]))
    percents = st.sampled_from([0, 79.99, 80, 99.6, 100, 1000]) | st.floats(0, 300)
    sources = st.sampled_from(["statusline", "account_file", "limit", "claude"])
    one = st.builds(lambda name, percent, end, age_s, source, forecast: window(
        name, percent, end, now - age_s, source)._replace(forecast=forecast),
        names, percents, later, st.integers(-60, 9 * 86_400), sources, forecasts)
    return st.lists(one, max_size=most, unique_by=lambda one: one.name).map(tuple)


def keep_readings(store: Store, owner: Owner, rows: Iterable[Tuple[int, int, float, int]]) -> None:
    """Store readings of the 5 hours or the week: length (s), time, percentage, reset."""
    names = {seconds: name for name, seconds in window_readings.NAMES_S.items()}
    found = [window_readings.WindowReading("", names[seconds], *row, "statusline") for seconds, *row in rows]
    store.change_owner(owner, lambda db, number: window_readings.add(db, number, found))
