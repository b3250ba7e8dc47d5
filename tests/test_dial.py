"""The 12-hour clock: wherever people read a time of day it has am or pm, fits as before, and data for programs never have it."""

import json
import re
from functools import partial
from typing import Iterator, Tuple

import line_scenes
import pytest
import report_cases
import scenes
import test_why
from scenes import FixedZone

from ccmon import text, when
from ccmon.alerts import rules
from ccmon.history import groups
from ccmon.settings.themes import THEMES
from ccmon.text import Charset
from ccmon.usage import hits
from ccmon.views import why
from ccmon.views.history import heatmap, table, table_columns
from ccmon.views.history.rows import group_row, record_row
from ccmon.views.line import dialects, fields, statusline
from ccmon.views.report import html
from ccmon.views.report import text as report_text

OF_24 = re.compile(r"(?<![\d:.-])\d\d?:\d\d(?::\d\d)?(?![ap]m|[\d:])")         # no 1:05pm
SIZES = ((20, 5), (24, 10), (40, 12), (60, 20), (80, 24), (132, 50))
TWELVE = FixedZone(dial=12)
OF_MOMENTS = ("end", "reset", "out_median", "out_low", "out_high", "binding.reset", "w.seven_day.reset")     # fields


@pytest.mark.parametrize("hour, minute, words, name", [
    (0, 5, "12:05am", "12am"), (9, 0, "9:00am", "9am"), (11, 59, "11:59am", "11am"), (12, 0, "12:00pm", "12pm"),
    (14, 5, "2:05pm", "2pm"), (23, 59, "11:59pm", "11pm"), (24, 0, "12:00am", "12am"), (26, 0, "2:00am", "2am")])
def test_times_of_day(hour, minute, words, name):
    assert (when.time_of_day(hour, minute, 12), when.hour_name(hour, 12)) == (words, name)
    assert (when.time_of_day(hour, minute, 24), when.hour_name(hour, 24)) == (f"{hour % 24:02d}:{minute:02d}", f"{hour:02d}")


def test_moments():
    at = scenes.START - 3600 + 65       # 12:01:05
    assert when.second_text(at, TWELVE) == "12:01:05pm" and when.dated(at, TWELVE) == "2026-01-15 12:01pm"
    assert when.clock_text(at - 86_400, at, TWELVE) == "Wed 12:01pm"


def _frames() -> Iterator[Tuple[str, int]]:
    """Each row of each scene in all sizes, and how wide it may be."""
    for scene in (*(make() for make in scenes.SCENES.values()), *(scenes.Shot(make()) for make in line_scenes.LINES.values())):
        for width, height in SIZES:
            yield from ((text.plain(line), width) for line in scene.render(scene.scene, width, height))


def test_no_row_of_the_screen_has_24_hours_and_none_is_wider(monkeypatch):
    monkeypatch.setattr(scenes, "FixedZone", partial(FixedZone, dial=12))
    rows = list(_frames())
    assert not [row for row, _ in rows if OF_24.search(row)]
    assert not [row for row, width in rows if text.width(row) > width]
    assert any("pm" in row for row, _ in rows)


def test_neither_has_the_line_nor_what_alerts_say(monkeypatch):
    monkeypatch.setattr(scenes, "FixedZone", partial(FixedZone, dial=12))
    said = []
    for make in (*line_scenes.LINES.values(), *(lambda shot=shot: shot().scene for shot in scenes.SCENES.values())):
        snapshot = make().snapshot
        value = fields.values(snapshot, TWELVE, Charset())
        said += [scenes.line_words(snapshot, TWELVE), *(value(name, None, 0) for name in OF_MOMENTS),
                 *dialects.extras(snapshot, statusline.groups(snapshot, TWELVE), THEMES["dark"], TWELVE).sentences]
        said += [f"{one.title} {one.text}" for one in rules.due(snapshot, TWELVE, [], None)]
    assert not [words for words in said if OF_24.search(words)] and any("pm" in words for words in said)


def test_neither_have_why_reports_and_hits(monkeypatch):
    monkeypatch.setattr(test_why, "ZONE", TWELVE)
    said = [text.plain(line) for make in (test_why.working, test_why.failing) for line in why.lines(make(), 80)]
    made = report_cases.made(report_cases.weeks(12), windows=report_cases.limits(3), zone=report_cases.WARSAW.with_dial(12))
    said += [text.plain(line) for line in report_text.lines(made, 100, Charset())]
    page = re.sub(r"<style>.*?</style>", "", html.page(made, "1"), flags=re.S)
    said += [*report_text.markdown(made).splitlines(), *page.splitlines()]
    said += hits.table([hits.CutOff(scenes.START, scenes.NOW, "hit")], scenes.NOW, TWELVE)
    said += [hits.noted(scenes.NOW, True, scenes.NOW, TWELVE)]
    assert not [words for words in said if OF_24.search(words)] and sum("pm" in words for words in said) > 20


@pytest.mark.parametrize("kind", ["session", "hour"])
def test_tables_for_people_follow_the_clock_and_data_do_not(kind):
    records, used = scenes.records(9), scenes.used(9)
    rows = [record_row(one, scenes.NOW) for one in records] if kind == "session" else [
        group_row(one) for one in groups.by_hour(records, used, TWELVE)]
    shown = table.lines(table.HistoryTable(kind, list(table_columns.columns_of(kind).values()), rows, (), TWELVE, Charset()))
    assert not [line for line in shown if OF_24.search(text.plain(line))] and "pm" in text.plain(shown[-1])
    columns = table_columns.data_columns(kind)
    assert table.csv(columns, rows, TWELVE) == table.csv(columns, rows, FixedZone())
    assert json.loads(json.dumps(rows[0].label)) == rows[0].label


@pytest.mark.parametrize("width", [20, 30, 38, 60, 80])
def test_hours_below_the_heat_map_stay_in_their_places(width):
    heat = [[1.0] * 24 for _ in range(7)]
    by_12, by_24 = ([text.plain(line) for line in heatmap.lines(heat, width, Charset(), dial)] for dial in (12, 24))
    if len(by_24) > 2:
        assert by_12[0].index("12") == by_24[0].index("00")
        assert not re.search(r"[ap]m?\d", by_12[0]) and max(map(len, by_12)) <= width
    assert not any(map(OF_24.search, by_12))
