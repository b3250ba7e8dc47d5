"""What holds for every view, every window and whatever the data say: sizes, widths, no control characters, no error."""

import unicodedata
from typing import Any

import pytest
import wcwidth
from account_windows import any_windows
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import NOW, OKAY, RECORD, SCENES, START, FixedZone, Shot, block, line_words, past, plan, scene, week

from ccmon import text
from ccmon.model import Credits, Source
from ccmon.text import Charset
from ccmon.typed_values import ResetRule
from ccmon.views.limit_words import limit_words
from ccmon.views.screen import dashboard, pages, parts

pytestmark = pytest.mark.newest_only

WIDTHS, HEIGHTS = st.integers(1, 200), st.integers(1, 60)
WORDS = st.text(max_size=60) | st.sampled_from(
    ["", "\x1b[31mred", "a\tb\nc", "\u202eevil", "नमस्ते", "日本語モデル", "e\u0301", "👩‍👩‍👧", "x" * 200])
HOSTILE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def check(shot: Shot, width: int, height: int) -> None:
    """The lines fit the window, and every terminal agrees on that."""
    lines = shot.render(shot.scene, width, height)
    assert len(lines) <= height
    for line in lines:
        shown = "".join(span.text for span in line)
        assert not {unicodedata.category(char) for char in shown} & HOSTILE, ascii(shown)
        assert wcwidth.wcswidth(shown) == text.line_width(line) <= width, ascii(shown)
        assert all(span.role in text.ROLES for span in line)


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("height", [1, 3, 5, 9, 12, 24, 40])
def test_every_scene_fits_every_width(name, height):
    shot = SCENES[name]()
    for width in (*range(1, 20), *range(22, 90, 5), 37, 38, 71, 72, 80, 109, 110, 160, 200):
        check(shot, width, height)


AMOUNTS = st.none() | st.floats(0, 1e9)
CREDITS = st.builds(Credits, st.sampled_from(["extra_usage", "spend_limit"]), AMOUNTS, AMOUNTS,
                    st.sampled_from(["", "USD", "EUR"]), AMOUNTS, st.booleans(),
                    st.none() | st.integers(NOW, NOW + 10 ** 7), st.integers(0, NOW),
                    st.sampled_from(["statusline", "account_file"]))


@st.composite
def wild_scenes(draw: Any) -> Shot:
    """A scene with data as nobody would make them up."""
    tokens = draw(st.none() | st.integers(0, 10 ** 12))
    begun = draw(st.integers(0, 5 * 3600 - 1))
    running = block(tokens or 0, NOW - begun, cost_usd=draw(st.none() | st.floats(0, 1e9)),
                    models=tuple(draw(st.lists(WORDS, max_size=5))), cache_read=draw(st.none() | st.integers(0, 10 ** 13)),
                    input=draw(st.none() | st.integers(0, 10 ** 12)), end=NOW + draw(st.integers(1, 10 ** 6)))
    source = Source(version=draw(st.none() | WORDS), refreshed=draw(st.none() | st.integers(NOW - 10 ** 7, NOW + 10 ** 7)),
                    error=draw(st.none() | WORDS), missing=draw(st.booleans()), skipped=draw(st.integers(0, 3)))
    options = plan(draw(st.sampled_from(["pro", "max5", "custom_max", "ml_auto"])),
                   rule=ResetRule("hour", (draw(st.integers(0, 23)),)) if draw(st.booleans()) else ResetRule("session"),
                   explicit_limit=draw(st.none() | st.tuples(st.integers(1, 10 ** 12), st.just("flag"))))
    made = scene(tokens, options, draw(st.booleans()), week() if draw(st.booleans()) else (), session=running, source=source,
                 high_water=draw(st.none() | st.just(RECORD)), trouble=draw(st.none() | WORDS), status=draw(WORDS),
                 message=draw(WORDS), compact=draw(st.booleans()), zone=FixedZone(draw(WORDS), draw(st.integers(-86399, 86399))),
                 windows=draw(any_windows(NOW, 5)), credits=tuple(draw(st.lists(CREDITS, max_size=2))),
                 charset=Charset(draw(st.booleans()), draw(st.booleans())))
    return Shot(made, draw(st.sampled_from([dashboard.render, pages.help_page, past(0), past(40, draw(st.integers(0, 45)))])))


@settings(max_examples=examples(50), deadline=None)
@given(wild_scenes(), WIDTHS, HEIGHTS)
def test_no_data_breaks_a_view(shot, width, height):
    check(shot, width, height)
    assert line_words(shot.scene.snapshot, shot.scene.zone).strip()


@given(st.integers(0, 10 ** 9), st.integers(30, 200), st.booleans())
@settings(deadline=None)
def test_rows_with_bars_are_exactly_as_wide_as_the_window(tokens, width, unicode):
    shown = scene(tokens, charset=Charset(unicode, unicode))
    for row in (parts.tokens_bar(shown, width), parts.time_bar(shown, width)):
        assert text.line_width(row) == width


def digits(name: str, width: int, height: int) -> str:
    shot = SCENES[name]()
    return "\n".join(map(text.plain, shot.render(shot.scene, width, height)))


@pytest.mark.parametrize("width", range(16, 121))
def test_numbers_are_whole_or_absent(width):
    """No figure of the screen is ever cut: each is one of the numbers that the widest screen knows."""
    sizes = ((200, 50), (60, 15), (40, 10), (20, 5), (200, 1))
    known = {word.strip("(),%") for size in sizes for word in digits("active60", *size).split()}
    seen = {word.strip("(),%") for height in (5, 10, 24) for word in digits("active60", width, height).split()}
    strange = {word for word in seen - known if any(char.isdigit() for char in word)}
    assert strange <= {"+1"}, strange     # one more model than fits


def test_a_notice_is_never_cut_in_a_word():
    whole = scene(29_780).snapshot.warnings[0].text.split()
    for width in range(38, 120):
        shown = dashboard.render(scene(29_780), width, 10)
        row = next(text.plain(line) for line in shown if text.plain(line).startswith(" ! "))
        assert set(row[3:].split()) <= {*whole, *(word.rstrip(",") for word in whole), "..", "(+1)"}, row


def test_the_graph_begins_at_the_start_of_the_session_and_knows_nothing_unseen():
    unseen, seen = digits("unseen", 80, 24), digits("active60", 80, 24)
    assert unseen != seen
    rows = dashboard.render(scene(21_012, seen=False), 80, 24)
    drawn = {span.role for row in rows for span in row if any("\u2800" < char <= "\u28ff" for char in span.text)}
    assert drawn == {"dim"}


@pytest.mark.parametrize("name", ["began", "active60", "ending"])
def test_the_axis_ends_at_the_right_edge_and_marks_now(name):
    axis = next(row for row in digits(name, 80, 24).splitlines() if "└" in row)
    assert len(axis) == 80 - 1 and axis.count("┸") == 1


def test_over_the_limit_the_curve_has_a_row_above_it():
    rows = digits("active110", 80, 24).splitlines()
    at = next(index for index, row in enumerate(rows) if "┄" in row)
    assert any("\u2800" < char <= "\u28ff" for char in rows[at - 1])


def test_data_in_tiny_windows_never_hides_the_percentage():
    for width in range(4, 38):
        assert "60" in digits("active60", width, 5), width


def test_a_session_just_begun_has_no_error():
    check(Shot(scene(0, now=START, session=block(0), source=OKAY._replace(refreshed=START))), 80, 24)


@pytest.mark.parametrize("width, words", [(80, "plan max20 (your account)   Warsaw"), (62, "max20   ")])
def test_the_plan_of_the_account_says_that_it_is(width, words):
    shown = scene(20_000, plan("max20", by_account=True))
    assert words in text.plain(parts.title(shown, width))
    assert "limit: plan max20 (your account)" in limit_words(shown.snapshot, shown.zone)
    above = scene(150_000, plan("max20", by_account=True))
    assert "your account" not in text.plain(parts.title(above, width))
