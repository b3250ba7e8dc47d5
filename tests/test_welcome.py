"""The first run: which steps are offered while there is nothing to see."""

import time

import pytest
from scenes import NO_NODE, NOW, official, scene

from ccmon.model import Source
from ccmon.settings.context import prepare
from ccmon.text import line_width, plain
from ccmon.typed_values import RawValue
from ccmon.views.screen import dashboard, foot, idle, pages
from ccmon.views.screen.scene import NO_PAST, Page

NOTHING = Source(error="ccusage was not found", missing=True, not_installed=True)


def shown(made, width=80, height=24):
    """The screen as one text."""
    return "\n".join("".join(span.text for span in line) for line in dashboard.render(made, width, height))


@pytest.mark.parametrize("source, first", [(NOTHING, True), (Source(), False), (Source(error=NO_NODE, missing=True), False),
                                           (NOTHING._replace(refreshed=NOW - 9), False)])
def test_only_who_has_nothing_at_all_is_welcomed(source, first):
    assert idle.is_first(scene(None, source=source)) == first
    assert ("Welcome" in shown(scene(None, source=source))) == first


@pytest.mark.parametrize("width, height", [(80, 24), (60, 15), (40, 10)])
def test_the_commands_are_there_in_every_window(width, height):
    said = shown(scene(None, source=NOTHING), width, height)
    assert all(word in said for word in ("no logs", "claude", "ccmon init", "ccmon init claude --write", "ccmon --demo"))


def test_who_is_connected_is_not_asked_to_connect():
    connect = "ccmon init claude"
    assert connect in shown(scene(None)) and connect not in shown(scene(None, windows=official(age_s=1500)))
    assert "ccmon init " in shown(scene(None, windows=official(age_s=1500)))


def test_a_broken_program_keeps_its_reason_and_its_way_out():
    said = shown(scene(None, source=Source(error=NO_NODE, missing=True)))
    assert "node was not" in said and "nodejs.org" in said and "Welcome" not in said


# --- while the logs are looked at ---------------------------------------------------------------------------------------

def test_while_the_first_look_is_under_way_nothing_is_said_to_be_missing():
    """An older failure is no news of now: the logs may have come since."""
    for source in (NOTHING, Source(error=NO_NODE, missing=True)):
        said = shown(scene(None, source=source, is_first_read=True))
        assert "Looking for Claude Code's logs" in said and "no logs" not in said and "npm install" not in said
        assert "reading" in shown(scene(None, source=source, is_first_read=True), 20, 5)


def test_a_first_reading_says_how_far_it_has_come():
    source = Source("logs", refreshed=NOW - 2, reason="no_ccusage", progress=0.12)
    assert "reading Claude Code's logs for the first time: 12 % so far" in shown(scene(None, source=source)).replace("R", "r")
    page = pages.history_page(scene(None, source=source), NO_PAST, Page(), 80, 24)
    assert "still being read" in "\n".join(plain(line) for line in page)


@pytest.mark.parametrize("width, height", [(80, 24), (132, 50), (60, 24), (40, 24)])
def test_what_will_be_seen_is_shown_dim_and_said_to_be_an_example(width, height):
    lines = dashboard.render(scene(None, source=NOTHING), width, height)
    at = next(at for at, line in enumerate(lines) if "An example of this screen" in plain(line))
    assert {span.role for line in lines[at:at + 7] for span in line if span.text.strip()} == {"dim"}
    assert max(line_width(line) for line in lines) <= width
    said = "\n".join(map(plain, lines[:-1])).rstrip().split("\n\n")       # the title, and three groups
    assert len(said) == 1 + 3 and "\n\n\n" not in "\n\n".join(said)
    assert "35,000" in said[3] and ("plan max5" in said[3] or width < 60)


def test_the_last_row_says_the_same_as_the_welcome():
    assert foot.source_words(NOTHING, NOW) == "no logs, no ccusage" and "no logs" in idle.WELCOME
    assert foot.source_words(NOTHING, NOW, reading=True) == "reading"
    assert foot.source_words(NOTHING._replace(refreshed=NOW - 9), NOW) == "ccusage, 9 s"


# --- the zone -----------------------------------------------------------------------------------------------------------

HINT = "Times of Europe/Warsaw. This computer's: ccmon config set timezone local"


def test_the_zone_that_nobody_chose_has_its_way_out_on_the_screen():
    assert "ccmon config set timezone local" in shown(scene(14_012, zone_hint=HINT))
    assert "timezone" not in shown(scene(14_012)) and "(+" not in shown(scene(14_012, zone_hint=HINT))
    assert "(+1" not in shown(scene(38_512, zone_hint=HINT, trouble="x", windows=official(age_s=1500)))


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the zone of the process")
@pytest.mark.parametrize("zone, setting, told", [("Europe/Warsaw", None, False), ("Asia/Tokyo", None, True),
                                                 ("Asia/Tokyo", "UTC", False), ("Asia/Tokyo", "Europe/Warsaw", False)])
def test_the_zone_is_only_hinted_at_where_it_is_a_default_that_differs(zone, setting, told, monkeypatch, tmp_path):
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        flags = {"timezone": RawValue(setting, "--timezone")} if setting else {}
        ctx = prepare(flags, {"HOME": str(tmp_path), "TZ": zone})
        assert bool(ctx.zone_hint(NOW)) == told and ctx._replace(demo=NOW).zone_hint(NOW) == ""
    finally:
        monkeypatch.undo()
        time.tzset()
