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
from ccmon.fullscreen.keys import ScreenEvent
from ccmon.fullscreen.state import ScreenState, update
from ccmon.history import groups as history_groups
from ccmon.history.groups import by_period
from ccmon.model import Facts, Record, UsageRow
from ccmon.text import Charset
from ccmon.views.history import chart, heatmap
from ccmon.views.screen import history_page
from ccmon.views.screen.history_page import gathered
from ccmon.views.screen.past import NO_PAST, Look

LOOKS = st.builds(Look, st.sampled_from(history_page.VIEWS), st.sampled_from(PERIODS), st.integers(0, 500))
PASTS = st.sampled_from([0, 1, 2, 40, 400]).map(
    lambda count: gathered(records(count), used(count), FixedZone(), NOW, weeks(min(count, 4))))


@settings(deadline=None, max_examples=examples(50))
@given(PASTS, LOOKS, st.integers(1, 200), st.integers(1, 60), st.booleans())
def test_no_past_breaks_the_page(known, look, width, height, unicode):
    lines = history_page.render(scene(500, charset=Charset(unicode, unicode)), known, look, width, height)
    assert len(lines) == height
    for line in lines:
        assert wcwidth.wcswidth("".join(span.text for span in line)) == text.line_width(line) <= width


KNOWN = gathered(records(60), used(60), FixedZone(), NOW)
DAYS = len(KNOWN.groups["day"])


def page(look, width=80, height=24, known=KNOWN):
    return [text.plain(line) for line in history_page.render(scene(14_012), known, look, width, height)]


@pytest.mark.parametrize("keys, wanted", [
    ("v", Look("chart")), ("tab", Look("chart")), ("right right", Look("heat map")), ("v v v", Look("list")),
    ("left", Look("heat map")), ("v b", Look("chart", "week")), ("v b b", Look("chart", "month")), ("v b b b", Look("chart")),
    ("b", Look()), ("v v b", Look("heat map")), ("v b v v v", Look("chart", "week")), ("x", Look()), ("down v", Look("chart")),
    ("down", Look(offset=1)), ("down up up", Look()), ("pgdn", Look(offset=19)), ("pgdn pgup", Look()), ("end", Look(offset=40)),
    ("end down", Look(offset=40)), ("end home", Look()), ("pgdn pgdn pgdn pgdn", Look(offset=40)), ("v v down", Look("heat map")),
    ("v b b down", Look("chart", "month")),
])
def test_keys(keys, wanted):
    look = Look()
    for key in keys.split():
        look = history_page.after_key(look, key, KNOWN, 80, 24)
    assert look == wanted


@pytest.mark.parametrize("keys, wanted", [
    ("v v v", Look("week")), ("v v v v", Look()), ("left", Look("week")), ("left down", Look("week", offset=1)),
    ("left end down", Look("week", offset=2)), ("left up", Look("week")), ("left b left", Look("heat map"))])
def test_the_week_is_one_more_view_where_it_is_known(keys, wanted):
    look, known = Look(), gathered(records(9), used(9), FixedZone(), NOW, weeks(3))
    for key in keys.split():
        look = history_page.after_key(look, key, known, 80, 24)
    assert look == wanted
    shown = page(look, known=known)
    assert ("even use would be" in shown[2]) == (wanted == Look("week")) and ("at most, on" in shown[2]) == (wanted.offset > 0)
    assert wanted.view != "week" or shown[-1].endswith(f"{wanted.offset + 1} of 3 weeks")
    assert page(wanted) == page(Look() if wanted.view == "week" else wanted)      # it is forgotten meanwhile


def test_another_period_or_view_begins_with_the_newest():
    long = gathered(records(400), used(400), FixedZone(), NOW)
    scrolled = history_page.after_key(Look("chart"), "pgdn", long, 80, 24)
    assert scrolled.offset == 62
    assert history_page.after_key(scrolled, "b", long, 80, 24) == Look("chart", "week")
    assert history_page.after_key(scrolled, "left", long, 80, 24) == Look()


@pytest.mark.parametrize("view", history_page.views(KNOWN))
@pytest.mark.parametrize("width, height", [(80, 24), (40, 10), (20, 5), (5, 2), (1, 1)])
def test_every_row_can_be_reached_and_none_beyond(view, width, height):
    bottom = history_page.after_key(Look(view), "end", KNOWN, width, height)
    assert history_page.after_key(bottom, "down", KNOWN, width, height) == bottom
    if view == "list" and height >= 5:
        assert "24 Dec" in " ".join(page(bottom, width, height)) or "2025-12-24" in " ".join(page(bottom, width, height))


def test_the_foot_says_what_is_shown_and_what_the_keys_do():
    assert page(Look())[-1].split("  ")[0] == " h back" and "v chart" in page(Look())[-1]
    assert page(Look())[-1].endswith("1-20 of 60 sessions")
    assert "v heat map  b by week  up/down scroll" in page(Look("chart"))[-1]
    assert page(Look("chart"), 40, 10)[-1].endswith(f"1-5 of {DAYS} days")
    assert page(Look("heat map"))[-1] == " h back  v list"
    assert page(Look(), known=NO_PAST)[-1].endswith("0 sessions")


def test_a_window_that_grew_shows_as_much_as_it_can():
    assert page(Look(offset=59), 80, 24) == page(Look(offset=40), 80, 24)


def test_the_chart_is_scrolled_by_periods():
    first, second = page(Look("chart"), 50, 12)[3:5]
    assert page(Look("chart", offset=1), 50, 12)[3].split()[:2] == second.split()[:2] != first.split()[:2]


def test_the_chart_reaches_up_to_today():
    old = [Record(block(900, START - 3 * 86_400), "max5", 35_000, "plan")]
    shown = page(Look("chart"), known=gathered(old, (), FixedZone(), NOW))
    assert [row.split()[:2] for row in shown[3:7]] == [["Thu", "15"], ["Wed", "14"], ["Tue", "13"], ["Mon", "12"]]


def test_the_page_draws_what_the_command_draws():
    groups = by_period(KNOWN.records, used(60), "week", FixedZone())
    weeks = [text.plain(line) for line in chart.lines(groups, "week", 80, 21, Charset())]
    assert page(Look("chart", "week"))[2:2 + len(weeks)] == weeks and len(weeks) > 4
    table = history_groups.heat(history_groups.by_quarter(used(60)), FixedZone())
    map_of = [text.plain(line) for line in heatmap.lines(table, 80, Charset())]
    assert page(Look("heat map"))[2:2 + len(map_of)] == map_of and len(map_of) > 9


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
    assert "No sessions are stored yet" in " ".join(page(Look(), known=known))
    assert any("Thu 15 Jan" in row and row.split()[-1] == "-" for row in page(Look("chart"), known=known))


# --- the way there and back ---------------------------------------------------------------------------------------------------

def pressed(keys, state):
    """The state after the keys, and the effects that were asked for."""
    effects = []
    for key in keys.split():
        state, effect = update(state, ScreenEvent("key", key), NOW, "pro", 80, 24)
        effects += [effect] if effect else []
    return state, effects


@pytest.mark.parametrize("keys, where, look, effects", [
    ("h", "history", Look(), ["history"]), ("h h", "dashboard", Look(), ["history"]), ("h esc", "dashboard", Look(), ["history"]),
    ("h q", "dashboard", Look(), ["history"]), ("h q q", "dashboard", Look(), ["history", "quit"]),
    ("h v q", "dashboard", Look("chart"), ["history"]), ("h v b h h", "history", Look("chart", "week"), ["history"] * 2),
    ("h down down h h", "history", Look(), ["history"] * 2), ("h v esc", "dashboard", Look("chart"), ["history"]),
    ("v b down tab left", "dashboard", Look(), []), ("? v b", "help", Look(), []),
    ("h r", "history", Look(), ["history", "refresh"]),
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
