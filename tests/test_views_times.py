"""What the views say about moments: hours without a day, sessions that the source lists no more, and the work of a frame."""

import re
import sys

import pytest
from account_windows import five_hour, windows
from scenes import NOW, OKAY, START, block, line_words, official, plan, scene

from ccmon import text
from ccmon.model import Record, Sample
from ccmon.typed_values import ResetRule
from ccmon.views.history import rows as history_rows
from ccmon.views.screen import dashboard, pages, parts

HOUR, DAY_S = 3600, 86_400


def shown(made, width=80, height=24):
    return "\n".join(map(text.plain, dashboard.render(made, width, height)))


# --- when it runs out -----------------------------------------------------------------------------------------------------

def running_out(in_s):
    """A session whose tokens are used up so many seconds from now."""
    made = scene(21_012)
    return made._replace(snapshot=made.snapshot._replace(predicted_end=None if in_s is None else NOW + in_s, warnings=()))


@pytest.mark.parametrize("in_s, words", [
    (0, ["out 15:42"]), (HOUR, ["out 16:42"]), (18 * HOUR, []), (DAY_S + 1, []), (21 * DAY_S, []), (None, []),
])
def test_small_places_say_when_it_runs_out_only_before_the_reset(in_s, words):
    made = running_out(in_s)
    line = line_words(made.snapshot, made.zone)
    for place in (line, shown(made, 80, 1), shown(made, 20, 6)):
        assert re.findall(r"out \d\d:\d\d", place) == words and place.count("out") == len(words)
        assert "reset 18:00" in place


@pytest.mark.parametrize("in_s, words", [(18 * HOUR, "Fri 09:42"), (21 * DAY_S, "5 Feb 15:42")])
def test_the_screen_names_the_day(in_s, words):
    assert words in shown(running_out(in_s))


# --- what Claude itself says -----------------------------------------------------------------------------------------------

def quota(in_s, percent=37.0, age_s=40):
    """A window that is reset in so many seconds."""
    return five_hour(percent, NOW + in_s, NOW - age_s)


@pytest.mark.parametrize("in_s, words, elapsed", [
    (117 * 60 + 50, "1h 57m to 17:40 (official reset)", "60 %"), (HOUR, "1h 00m to 16:42 (official reset)", "80 %"),
    (5 * HOUR, "5h 00m to 20:42 (official reset)", "0 %"), (9 * HOUR, "9h 00m to Fri 00:42 (official reset)", "0 %"),
    (59, "59s to 15:43 (official reset)", "99 %")])
def test_the_time_row_is_about_the_official_window(in_s, words, elapsed):
    page = shown(scene(14_012, windows=windows(quota(in_s)))).splitlines()
    at = next(row for row, line in enumerate(page) if " time " in line)
    assert page[at].endswith(f" {elapsed}") and page[at + 1].strip().startswith(words)


def test_the_time_row_is_about_the_session_where_another_rule_holds():
    for rule in (ResetRule("hour", (16,)), ResetRule("schedule")):
        page = shown(scene(14_012, plan("max5", rule=rule), windows=official()))
        assert "2h 17m to 18:00" in page and " 54 %" in page and "official reset" not in page


@pytest.mark.parametrize("width, words", [
    (80, "1h 57m to 17:40 (official reset)"), (46, "1h 57m to 17:40 (official)"), (41, "1h 57m to 17:40 (official)"),
    (38, "1h 57m to 17:40")])
def test_the_rule_is_named_as_long_as_there_is_room(width, words):
    row = parts.time_figures(scene(14_012, windows=official()), width)
    assert text.plain(row).strip().split("  ")[0] == words


def test_the_projection_ends_at_the_official_reset():
    def last_s(known):
        made = scene(14_012, windows=known)
        return dashboard._pace(made.snapshot, made.snapshot.session)[-1].end[0]

    assert last_s(()) == START + 5 * HOUR
    assert last_s(windows(quota(HOUR))) == NOW + HOUR and last_s(windows(quota(4 * HOUR))) == START + 5 * HOUR


# --- what the source lists no more ---------------------------------------------------------------------------------------

def record(tokens=500, listed=True, **changes):
    return Record(block(tokens, **changes), "max5", 35_000, "plan", listed)


@pytest.mark.parametrize("made, active", [
    (record(), True), (record(listed=False), False), (record(start=NOW), True), (record(start=NOW + 1), False),
    (record(start=NOW - 5 * HOUR), False), (record(start=NOW - 5 * HOUR, listed=False), False),
])
def test_history_calls_active_what_runs_and_is_listed(made, active):
    assert history_rows.is_active(made, NOW) is active is history_rows.document(made, NOW)["active"]


@pytest.mark.parametrize("made, length", [
    (record(), "2h 42m"), (record(listed=False), "2h 41m"), (record(listed=False, last=START + HOUR), "1h 00m"),
    (record(listed=False, last=None), "2h 42m"), (record(start=START - DAY_S, last=None), "5h 00m"),
    (record(start=START - DAY_S, last=START - DAY_S + 600), "10m"),
])
def test_a_session_is_as_long_as_it_was_used(made, length):
    assert text.plain(pages.session_rows(scene(500), [made], {}, 0, 80, 9)[1])[18:26].strip() == length
    assert text.duration(history_rows.record_row(made, NOW).length_s) == length


def test_on_the_page_only_an_active_session_stands_out():
    page = pages.session_rows(scene(500), [record(tokens=111, listed=False), record(tokens=222)], {}, 0, 80, 10)
    roles = {span.text.strip(): span.role for line in page for span in line}
    assert (roles["222"], roles["111"]) == ("value", "text")


@pytest.mark.parametrize("last, words", [
    (START + HOUR, "1h 42m ago"), (NOW - 90, "1m ago"), (NOW + 600, "0s ago"), (None, "0s ago")])
def test_the_idle_screen_counts_from_the_last_use_of_a_session_that_is_listed_no_more(last, words):
    made = scene(500, session=block(500, last=last))
    idle = made._replace(snapshot=made.snapshot._replace(active=False, percent=None, left=None, predicted_end=None))
    assert f"13:00-18:00  {words}" in shown(idle)


def test_the_idle_screen_counts_from_the_end_of_a_session_that_ended():
    made = scene(None, known=[block(500, START - 5 * HOUR, last=START - 4 * HOUR)])
    assert "08:00-13:00  2h 42m ago" in shown(made)


# --- the work of a frame ---------------------------------------------------------------------------------------------------

def busy(looks):
    """A session that was looked at so often, with more tokens each time."""
    now = START + 270 * 60
    times = [START + 270 * 60 * at // looks for at in range(looks)]
    rows = tuple(Sample(at, at + 1, START, 30_000 * index // looks) for index, at in enumerate(times))
    return scene(30_000, plan("max5"), now=now, source=OKAY._replace(refreshed=now), samples=rows)


def calls(work):
    """How many functions of Python were called."""
    seen = [0]

    def count(_frame, event, _argument):
        seen[0] += event == "call"
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return seen[0]


@pytest.mark.parametrize("size", [(80, 24), (60, 24), (120, 40)])
def test_a_frame_asks_each_look_only_a_few_times(size):
    few, many = (calls(lambda looks=looks: dashboard.render(busy(looks), *size)) for looks in (1000, 6000))
    assert (many - few) / 5000 < 9
