"""How the weeks of single models grow: learned of their own readings, as that of the account is."""

from functools import lru_cache
from typing import TYPE_CHECKING, List, Optional, Tuple

from ccmon import checked
from ccmon.learning import state
from ccmon.pipeline.history import History
from ccmon.sources.session_json import MOST_WINDOWS, length_s
from ccmon.store import learning
from ccmon.when import DAY_S

if TYPE_CHECKING:
    from ccmon.learning.score import ForecastScores
    from ccmon.learning.values import Reading, WeekModel

_DAYS = 90
_APART_S = 6 * 3600                   # between forecasts that are tried

Weeks = Tuple[Tuple[str, "WeekModel"], ...]   # by the window's name


def study(history: History, now: int) -> None:
    """Learn anew of each, and store it; some ms a window."""
    from ccmon.learning import week
    weeks = {name: week.train(_readings(history, name, now), now) for name in _names(history)}
    import json
    text = json.dumps({name: state.dump_week(one) for name, one in weeks.items() if one.last})
    if weeks and text != history.note(learning.WEEKS):
        history.write_note(learning.WEEKS, text)


def scores(history: History, now: int) -> "List[Tuple[str, ForecastScores]]":
    """How good the forecasts of each have been, by its name. Those of the account's windows alone are stored, so its readings are
    walked again: up to a second a window."""
    from ccmon.learning.evaluate import WeekWalk  # only to learn
    scored = []
    for name in _names(history):
        walk = WeekWalk((100.0,), _APART_S)
        for reading in _readings(history, name, now):
            walk.take(*reading[:3])
        scored.append((name, walk.scores()))
    return scored


def _names(history: History) -> List[str]:
    return [name for name in history.window_names() if name != "seven_day" and length_s(name) == 7 * DAY_S][:MOST_WINDOWS]


def _readings(history: History, name: str, now: int) -> "List[Reading]":
    """Those of the login that was read last."""
    from ccmon.learning.values import Reading
    rows = history.window_readings(name, now - _DAYS * DAY_S, now)
    return [Reading(row.ts, row.percent, row.resets_at, row.source) for row in rows if row.login == rows[-1].login]


def recall(history: History) -> Weeks:
    """What study() has stored; nothing for another login than the one that was read last."""
    if history.ctx.chosen and history.ctx.chosen.is_other_login:
        return ()
    return _loaded(history.note(learning.WEEKS))


@lru_cache(maxsize=2)
def _loaded(text: Optional[str]) -> Weeks:
    try:
        loaded = [(checked.name(name), state.load_week(one)) for name, one in checked.value(text or "{}").items()]
    except checked.Damage:
        return ()
    return tuple((name, one) for name, one in loaded if one is not None)
