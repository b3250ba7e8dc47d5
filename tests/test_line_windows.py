"""The line and its templates with all windows of the account: which of them speaks, in every dialect and any width."""

import json
import re

import pytest
from hostile_lines import HOSTILE
from hypothesis import given
from hypothesis import strategies as st
from line_scenes import LINES, account, filled
from scenes import NOW, scene

from ccmon import text
from ccmon.pipeline import lines
from ccmon.settings import themes
from ccmon.sources import session_json
from ccmon.usage.windows import window
from ccmon.views.line import dialects, statusline
from ccmon.views.line.dialects import DIALECTS

pytestmark = pytest.mark.newest_only

THEME = themes.THEMES["dark"]
OK, FAIR, WARN, DANGER = (themes.hexadecimal(THEME[role].fg) for role in ("ok", "fair", "warn", "danger"))
WANT = {               # the line at 80 and at 20 cells; the short text and colour of bars; waybar's class, alt and percentage
    "5 h binds": ("CC 96%! 9.2k/~9.6k 45/min out 15:50 reset 18:00", "CC 96%! 9.2k/~9.6k", "96%!", "warn active five_hour 96"),
    "week at 84": ("CC 26% 9.2k/~35k 45/min reset 18:00 7d 84%!", "CC 26% 7d 84%!", "7d 84%!", "warn active seven_day 84"),
    "week runs out": ("CC 26% 9.2k/~35k 45/min reset 18:00 7d 61% out Fri 23:13", "CC 26% 7d 61%", "7d 61%",
                      "fair active seven_day 61"),
    "week at 100": ("CC 7d 100%! until Tue 14:18", "CC 7d 100%!", "7d 100%!", "danger active seven_day 100"),
    "week at 100, idle": ("CC 7d 100%! until Tue 14:18", "CC 7d 100%!", "7d 100%!", "danger idle seven_day 100"),
    "week at 100, old data": ("~CC 7d 100%! until Tue 14:18 12m old", "~CC 7d 100%!", "7d 100%!", "danger stale seven_day 100"),
    "week at 100, nothing read": ("CC 7d 100%! until Tue 14:18", "CC 7d 100%!", "7d 100%!", "danger none seven_day 100"),
    "week at 100, no ccusage": ("CC 7d 100%! until Tue 14:18 ! ccusage missing", "CC 7d 100%!", "7d 100%!",
                                "danger missing seven_day 100"),
    "5 h at 100": ("CC 100%! 9.2k/~9.2k 45/min reset 18:00", "CC 100%! reset 18:00", "100%!", "danger active five_hour 100"),
    "5 h at 100, credits": ("CC 100%! extra $3/$50 9.2k/~9.2k 45/min reset 18:00", "CC 100%!", "100%!",
                            "danger active five_hour 100"),
    "5 h at 100, idle": ("CC 5h 100%! until 18:00", "CC 5h 100%!", "100%!", "danger idle five_hour 100"),
    "model's week at 100": ("CC 26% 9.2k/~35k 45/min lasts reset 18:00 7d Opus 100%!", "CC 26% 9.2k/~35k", "26%",
                            "ok active five_hour 26"),
    "several": ("CC 26% 9.2k/~35k 45/min reset 18:00 7d 84%! 7d Opus 100%!", "CC 26% 7d 84%!", "7d 84%!",
                "warn active seven_day 84"),
    "account before model": ("CC 26% 9.2k/~35k 45/min reset 18:00 7d 84%! spend limit 81%!", "CC 26% 7d 84%!", "7d 84%!",
                             "warn active seven_day 84"),
    "credits": ("CC 7d 100%! extra $3/$50", "CC 7d 100%!", "7d 100%!", "danger active seven_day 100"),
    "week at 84, idle": ("CC idle 7d 84%!", "CC idle 7d 84%!", "7d 84%!", "warn idle seven_day 84"),
    "nothing known": ("CC -", "CC -", "CC", "none none 0"),
    "no window": ("CC 26% 9.2k/35k 45/min lasts reset 18:00", "CC 26% 9.2k/35k", "26%", "ok active five_hour 26"),
}


def joined(shown, cells):
    return " ".join(span.text for span in statusline.fitting(statusline.ranked(shown.snapshot, shown.zone), cells))


@pytest.mark.parametrize("name", LINES)
def test_the_line_and_what_bars_get(name):
    shown = LINES[name]()
    words, (line, narrow, short, state) = statusline.groups(shown.snapshot, shown.zone), WANT[name]
    assert (joined(shown, 80), joined(shown, 20)) == (line, narrow)
    told = dialects.extras(shown.snapshot, words, THEME, shown.zone)
    bar = json.loads(DIALECTS["waybar"].envelope("x", told))
    assert f"{' '.join(bar['class'])} {bar['alt']} {bar['percentage']}" == state
    tooltip = bar["tooltip"].split("\n")
    assert tooltip[0] == line and len(tooltip) > len(shown.snapshot.windows)
    for at, one in enumerate(shown.snapshot.windows):
        assert tooltip[1 + at].startswith(f"{one.label} {int(one.percent)}%{'!' * (one.percent >= 80)}, reset ")
        assert tooltip[1 + at].endswith(" (tightest)") == (one.name == bar["alt"])
    assert json.loads(DIALECTS["i3blocks"].envelope("x", told))["short_text"] == short
    colour = {"ok": OK, "fair": FAIR, "warn": WARN, "danger": DANGER}.get(state.split()[0])
    assert told.colour == (colour or themes.hexadecimal(THEME["dim"].fg))
    seen = json.loads(DIALECTS["json"].envelope("x", told))
    assert (seen["binding"] or {"name": "none"})["name"] == state.split()[-2]
    assert len(seen["windows"]) == len(shown.snapshot.windows)


@pytest.mark.parametrize("name, words", [("bash", "CC 7d 100%! extra USD 3/USD 50"), ("zsh", "CC 7d 100%! extra USD 3/USD 50"),
                                         ("tmux", "CC 7d 100%! extra $3/$50"), ("plain", "CC 7d 100%! extra $3/$50")])
def test_money_takes_the_cells_that_are_read(name, words):
    shown = LINES["credits"]()
    found = lines.spelled(statusline.ranked(shown.snapshot, shown.zone), DIALECTS[name])
    for cells, want in ((len(words), words), (len(words) - 1, "CC 7d 100%!")):
        assert " ".join(span.text for span in statusline.fitting(found, cells)) == want


ANY = st.dictionaries(st.sampled_from(["seven_day_opus", "seven_day_sonnet_4_5", "spend_limit", "hour", "seven_day_apps"]),
                      st.integers(0, 300), max_size=5)


@given(st.none() | st.integers(0, 120), st.none() | st.integers(0, 120), ANY, st.sampled_from([None, 700, 9212, 40_000]),
       st.integers(1, 100))
def test_what_binds_is_left_out_last(five, week, others, tokens, cells):
    shown = scene(tokens, windows=account(five, week, **others))
    snapshot, found = shown.snapshot, statusline.ranked(shown.snapshot, shown.zone)
    line = joined(shown, cells)
    assert 0 < text.width(line) <= cells
    bound = snapshot.binding
    if bound and bound.name != "five_hour" and bound.why != "session":
        said = statusline.percent_of(bound)
        assert (said in line) == (cells >= text.width(said))
    whole = " ".join(group.span.text for group in found)
    named = [one.label for one in snapshot.windows if one.name != "five_hour" and f"{one.label} {int(one.percent)}%" in whole]
    assert len(named) <= statusline.MOST_ADDITIONS
    assert all(one.percent >= 80 or bound and one.name == bound.name for one in snapshot.windows if one.label in named)


# --- templates --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("template, want", [
    ("{binding} {binding.percent} {binding.reset} {binding.left}", "7d 84 21:00 5h 17m"),
    ("{w.seven_day.label} {w.seven_day.percent} {w.seven_day.reset} {w.seven_day.left}", "7d 84 21:00 5h 17m"),
    ("{w.five_hour.label} {w.five_hour.percent} {w.five_hour.reset} {w.five_hour.left}", "5h 26 18:00 2h 17m"),
    ("{w.seven_day_opus.label} {w.seven_day_opus.percent}", "7d Opus 100"), ("{w.seven_day_sonnet.percent}", "91"),
    ("{w.nope.percent} {w.nope.label} {w.nope.left} {w.nope.reset}", "- - - -"),
    ("{w.seven_day} {w.seven_day.nope} {w.seven_day.percent:3} {binding.nope} {w..percent}", "? ? ? ? {w..percent}"),
    ("{w.seven_day.} {.w} {W.seven_day.percent} {w.7.percent}", "{w.seven_day.} {.w} {W.seven_day.percent} -")])
def test_fields_of_windows(template, want):
    assert filled(template, LINES["several"]()) == want


def test_nothing_known_is_a_dash():
    template = "{binding} {binding.percent} {binding.reset} {binding.left} {w.seven_day.left}"
    assert filled(template, LINES["nothing known"]()) == "- - - - -"
    assert filled("{binding} {binding.percent}", LINES["no window"]()) == "5h 26"       # by tokens


@pytest.mark.parametrize("name", DIALECTS)
@given(st.lists(st.sampled_from([*HOSTILE, "seven_day_", "w"]), min_size=1, max_size=4).map("".join))
def test_hostile_names_do_nothing_anywhere(name, raw):
    made = session_json.window_name(raw)
    assert re.fullmatch("[a-z0-9_]{0,40}", made)
    shown = scene(9212, windows=(window(made, 100.0, NOW + 7200, NOW - 40),))
    line = filled(f"{{binding}} {{w.{made}.label}}", shown, name)
    assert re.fullmatch(r"[A-Za-z0-9. ?{}_-]*", line)
    words = statusline.groups(shown.snapshot, shown.zone)
    for told in dialects.extras(shown.snapshot, words, None, shown.zone).sentences:
        assert text.clean(told) == told


@given(ANY, st.sampled_from(["percent", "left", "reset", "label"]), st.integers(0, 60))
def test_templates_of_windows_keep_the_width(others, part, room):
    shown = scene(9212, windows=account(26, 84, **others))
    template = " ".join(f"{{w.{name}.{part}}}" for name in [*others, "five_hour", "x"])
    assert text.width(filled(template, shown, room=room)) <= room
