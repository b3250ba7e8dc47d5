"""Moments of the status line: which window binds, as scenes around the one moment of scenes.py."""

from typing import Callable, Dict, Optional

import scenes
from scenes import DAY_S, NOW, START

from ccmon.model import Credits, Source, Windows
from ccmon.text import Charset
from ccmon.usage.windows import window
from ccmon.views.line import fields
from ccmon.views.line.dialects import DIALECTS
from ccmon.views.screen.scene import Scene

WEEK_END = START + 5 * DAY_S - 4 * 3600 + 5 * 3600 + 18 * 60     # Tuesday 14:18 in Warsaw
OLD = scenes.OKAY._replace(refreshed=NOW - 740, error=scenes.FAILED)
NEAR_END = START + 8 * 3600            # Thursday 21:00
CREDIT = Credits("extra_usage", 3.0, 50.0, "USD", 6.0, True, None, NOW - 40, "account_file")


def account(five: Optional[float] = 26, week: Optional[float] = 12, resets_at: int = WEEK_END, **others: float) -> Windows:
    """Windows of one account; None for not known."""
    known = {"five_hour": five, "seven_day": week, **others}
    ends = {"five_hour": START + 5 * 3600}
    return tuple(window(name, used, ends.get(name, resets_at), NOW - 40) for name, used in known.items() if used is not None)


def _scene(tokens: Optional[int], windows: Windows, **more: object) -> Callable[[], Scene]:
    return lambda: scenes.scene(tokens, windows=windows, charset=Charset(), **more)


LINES: Dict[str, Callable[[], Scene]] = {
    "5 h binds": _scene(9_212, account(96)),
    "week at 84": _scene(9_212, account(26, 84, NEAR_END)),
    "week runs out": _scene(9_212, account(26, 61)),
    "week at 100": _scene(9_212, account(20, 100)),
    "week at 100, idle": _scene(None, account(20, 100)),
    "week at 100, old data": _scene(9_212, account(20, 100), source=OLD),
    "week at 100, nothing read": _scene(None, account(None, 100), source=Source()),
    "week at 100, no ccusage": _scene(None, account(None, 100), source=Source(error="x", missing=True)),
    "5 h at 100": _scene(9_212, account(100, 40)),
    "5 h at 100, credits": _scene(9_212, account(100, 40), credits=(CREDIT,)),
    "5 h at 100, idle": _scene(None, account(100, 40)),
    "model's week at 100": _scene(9_212, account(26, 12, seven_day_opus=100.0)),
    "several": _scene(9_212, account(26, 84, NEAR_END, seven_day_opus=100.0, seven_day_sonnet=91.0)),
    "account before model": _scene(9_212, account(26, 84, NEAR_END, spend_limit=81.0, seven_day_opus=100.0)),
    "credits": _scene(9_212, account(20, 100), credits=(CREDIT,)),
    "week at 84, idle": _scene(None, account(None, 84, NEAR_END)),
    "nothing known": _scene(None, (), source=Source()),
    "no window": _scene(9_212, ()),
}


def filled(template: str, shown: Scene, name: str = "plain", room: int = 1000, charset: Optional[Charset] = None) -> str:
    """The template on a scene, in that dialect."""
    return fields.fill(template, fields.values(shown.snapshot, shown.zone, charset or Charset()), DIALECTS[name], room)
