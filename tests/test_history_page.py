"""The history page of the screen: its keys, what it shows of how much, and how it gets there from the other pages."""

import pytest
import wcwidth
from extent import examples
from full_screen import leave, live, monitor, shown
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import NOW, START, FixedZone, block, past, records, scene, used, weeks

from ccmon import text
from ccmon.choices import PERIODS
from ccmon.fullscreen.app import ScreenState, update
from ccmon.fullscreen.keys import ScreenEvent
from ccmon.history import groups as history_groups
from ccmon.history.groups import by_period
from ccmon.model import Facts, Record, UsageRow
from ccmon.text import Charset
from ccmon.views.history import chart, heatmap
from ccmon.views.screen import pages
from ccmon.views.screen.pages import gathered
from ccmon.views.screen.scene import NO_PAST, Page

LOOKS = st.builds(Page, st.sampled_from(pages.VIEWS), st.sampled_from(PERIODS), st.integers(0, 500))
PASTS = st.sampled_from([0, 1, 2, 40, 400]).map(
    lambda count: gathered(records(count), used(count), FixedZone(), NOW, weeks(min(count, 4))))


@settings(deadline=None, max_examples=examples(50))
@given(PASTS, LOOKS, st.integers(1, 200), st.integers(1, 60), st.booleans())
def test_no_past_breaks_the_page(known, look, width, height, unicode):
    lines = pages.history_page(scene(500, charset=Charset(unicode, unicode)), known, look, width, height)
    assert len(lines) == height
    for line in lines:
        assert wcwidth.wcswidth("".join(span.text for span in line)) == text.line_width(line) <= width


KNOWN = gathered(records(60), used(60), FixedZone(), NOW)
DAYS = len(KNOWN.groups["day"])


def page(look, width=80, height=24, known=KNOWN):
    return [text.plain(line) for line in pages.history_page(scene(14_012), known, look, width, height)]


@pytest.mark.parametrize("keys, wanted", [
    ("v", Page("chart")), ("tab", Page("chart")), ("right right", Page("heat map")), ("v v v", Page("list")),
    ("left", Page("heat map")), ("v b", Page("chart", "week")), ("v b b", Page("chart", "month")), ("v b b b", Page("chart")),
    ("b", Page()), ("v v b", Page("heat map")), ("v b v v v", Page("chart", "week")), ("x", Page()), ("down v", Page("chart")),
    ("down", Page(offset=1)), ("down up up", Page()), ("pgdn", Page(offset=19)), ("pgdn pgup", Page()), ("end", Page(offset=40)),
    ("end down", Page(offset=40)), ("end home", Page()), ("pgdn pgdn pgdn pgdn", Page(offset=40)), ("v v down", Page("heat map")),
    ("v b b down", Page("chart", "month")),
])
def test_keys(keys, wanted):
    look = Page()
    for key in keys.split():
        look = pages.after_key(look, key, KNOWN, 80, 24)
    assert look == wanted


@pytest.mark.parametrize("keys, wanted", [
    ("v v v", Page("week")), ("v v v v", Page()), ("left", Page("week")), ("left down", Page("week", offset=1)),
    ("left end down", Page("week", offset=2)), ("left up", Page("week")), ("left b left", Page("heat map"))])
def test_the_week_is_one_more_view_where_it_is_known(keys, wanted):
    look, known = Page(), gathered(records(9), used(9), FixedZone(), NOW, weeks(3))
    for key in keys.split():
        look = pages.after_key(look, key, known, 80, 24)
    assert look == wanted
    shown = page(look, known=known)
    assert ("even use would be" in shown[2]) == (wanted == Page("week")) and ("at most, on" in shown[2]) == (wanted.offset > 0)
    assert wanted.view != "week" or shown[-1].endswith(f"{wanted.offset + 1} of 3 weeks")
    assert page(wanted) == page(Page() if wanted.view == "week" else wanted)      # it is forgotten meanwhile


def test_another_period_or_view_begins_with_the_newest():
    long = gathered(records(400), used(400), FixedZone(), NOW)
    scrolled = pages.after_key(Page("chart"), "pgdn", long, 80, 24)
    assert scrolled.offset == 62
    assert pages.after_key(scrolled, "b", long, 80, 24) == Page("chart", "week")
    assert pages.after_key(scrolled, "left", long, 80, 24) == Page()


@pytest.mark.parametrize("view", pages.views(KNOWN))
@pytest.mark.parametrize("width, height", [(80, 24), (40, 10), (20, 5), (5, 2), (1, 1)])
def test_every_row_can_be_reached_and_none_beyond(view, width, height):
    bottom = pages.after_key(Page(view), "end", KNOWN, width, height)
    assert pages.after_key(bottom, "down", KNOWN, width, height) == bottom
    if view == "list" and height >= 5:
        assert "24 Dec" in " ".join(page(bottom, width, height)) or "2025-12-24" in " ".join(page(bottom, width, height))


def test_the_foot_says_what_is_shown_and_what_the_keys_do():
    assert page(Page())[-1].split("  ")[0] == " h back" and "v chart" in page(Page())[-1]
    assert page(Page())[-1].endswith("1-20 of 60 sessions")
    assert "v heat map  b by week  up/down scroll" in page(Page("chart"))[-1]
    assert page(Page("chart"), 40, 10)[-1].endswith(f"1-5 of {DAYS} days")
    assert page(Page("heat map"))[-1] == " h back  v list"
    assert page(Page(), known=NO_PAST)[-1].endswith("0 sessions")


def test_a_window_that_grew_shows_as_much_as_it_can():
    assert page(Page(offset=59), 80, 24) == page(Page(offset=40), 80, 24)


def test_the_chart_is_scrolled_by_periods():
    first, second = page(Page("chart"), 50, 12)[3:5]
    assert page(Page("chart", offset=1), 50, 12)[3].split()[:2] == second.split()[:2] != first.split()[:2]


def test_the_chart_reaches_up_to_today():
    old = [Record(block(900, START - 3 * 86_400), "max5", 35_000, "plan")]
    shown = page(Page("chart"), known=gathered(old, (), FixedZone(), NOW))
    assert [row.split()[:2] for row in shown[3:7]] == [["Thu", "15"], ["Wed", "14"], ["Tue", "13"], ["Mon", "12"]]


def test_the_page_draws_what_the_command_draws():
    groups = by_period(KNOWN.records, used(60), "week", FixedZone())
    weeks = [text.plain(line) for line in chart.lines(groups, "week", 80, 21, Charset())]
    assert page(Page("chart", "week"))[2:2 + len(weeks)] == weeks and len(weeks) > 4
    table = history_groups.heat(history_groups.by_quarter(used(60)), FixedZone())
    map_of = [text.plain(line) for line in heatmap.lines(table, 80, Charset())]
    assert page(Page("heat map"))[2:2 + len(map_of)] == map_of and len(map_of) > 9


def test_the_list_shows_the_hours_that_the_reader_saw():
    wide = past(40, seen=True)
    shown = [text.plain(line) for line in wide(scene(14_012), 120, 20)]
    assert "hours" in shown[2] and "▂▆█▄▁" in shown[4] and not any(mark in shown[16] for mark in "▂▆▁")
    narrow = [text.plain(line) for line in wide(scene(14_012), 80, 20)]
    assert "hours" not in narrow[2] and "models" in narrow[2]


def test_what_is_seen_is_what_models_are_known_of():
    rows = [UsageRow(START, "a", "", 1, 2, 9, 9), UsageRow(START, "b", "", 3, 4, 9, 9), UsageRow(START, None, None, 90, 0, 0, 0)]
    known = gathered(records(1), rows, FixedZone(), NOW)
    assert known.seen == {START: 10} and sum(map(sum, known.heat)) == 100


def test_a_first_read_shows_what_it_has_read_before_any_session_is_cut():
    known = gathered((), [UsageRow(START, "a", "", 1, 2, 9, 9)], FixedZone(), NOW)
    assert "No sessions are stored yet" in " ".join(page(Page(), known=known))
    assert any("Thu 15 Jan" in row and row.split()[-1] == "-" for row in page(Page("chart"), known=known))


# --- the way there and back ---------------------------------------------------------------------------------------------------

def pressed(keys, state):
    """The state after the keys, and the effects that were asked for."""
    effects = []
    for key in keys.split():
        state, effect = update(state, ScreenEvent("key", key), NOW, "pro", 80, 24)
        effects += [effect] if effect else []
    return state, effects


@pytest.mark.parametrize("keys, where, look, effects", [
    ("h", "history", Page(), ["history"]), ("h h", "dashboard", Page(), ["history"]), ("h esc", "dashboard", Page(), ["history"]),
    ("h q", "dashboard", Page(), ["history"]), ("h q q", "dashboard", Page(), ["history", "quit"]),
    ("h v q", "dashboard", Page("chart"), ["history"]), ("h v b h h", "history", Page("chart", "week"), ["history"] * 2),
    ("h down down h h", "history", Page(), ["history"] * 2), ("h v esc", "dashboard", Page("chart"), ["history"]),
    ("v b down tab left", "dashboard", Page(), []), ("? v b", "help", Page(), []),
    ("h r", "history", Page(), ["history", "refresh"]),
])
def test_the_page_is_entered_and_left(keys, where, look, effects):
    state, asked = pressed(keys, ScreenState(Facts(), past=KNOWN))
    assert (state.page, state.history_view, asked) == (where, look, effects)


def test_the_page_follows_what_is_read_meanwhile(machine):
    live(machine, 1234)
    with monitor(machine) as term:
        shown(term)
        term.send("h")
        term.wait_for("up/down scroll")
        term.wait_for("1,234")
        live(machine, 5678)
        term.wait_for("5,678")
        term.send("q")
        leave(term)
