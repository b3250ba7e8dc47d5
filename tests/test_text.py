"""Text as values: widths against wcwidth, bars of exactly so many cells, numbers that never lie or grow."""

import unicodedata

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st

from ccmon import text
from ccmon.text import Charset, Span

WORDS = st.text(st.characters(), max_size=40)
CHARSETS = st.builds(Charset, st.booleans(), st.booleans())
SPANS = st.lists(st.builds(Span, WORDS.map(text.printable), st.sampled_from(text.ROLES)), max_size=6)
PICTURES = "".join(map(chr, range(0x2800, 0x2900))) + "█▏▎▍▌▋▊▉▁▂▃▄▅▆▇─┃│┤└┬┸┄🎯📊🔥⏰⏳🚀"


def shown(line) -> str:
    return "".join(span.text for span in line)


# --- models -------------------------------------------------------------------------------------------------------------

ARN = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-5-20250929-v1:0"


@pytest.mark.parametrize("name, kept, people, programs", [
    ("minimax-m2.5:cloud",) * 4,
    ("global.anthropic.claude-sonnet-4-5-20250929-v1:0",) * 4,
    ("anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4.5", "anthropic/claude-sonnet-4.5", "anthropic_claude-sonnet-4.5"),
    ("claude-sonnet-4-5[1m]", "claude-sonnet-4-5[1m]", "claude-sonnet-4-5[1m]", "claude-sonnet-4-5_1m_"),
    (ARN, ARN, ARN[57:], ARN[57:]),
    ("projects/p/locations/x/publishers/anthropic/models/claude-opus-4-1@20250805",) * 2
    + ("claude-opus-4-1@20250805", "claude-opus-4-1_20250805"),
    ("a,b", "a_b", "a_b", "a_b"), ("a\x1b]0;x\x07b", "a]0;xb", "a]0_xb", "a_0_xb"), ("$(id)`x`", "$(id)`x`", "_id_x_", "_id_x_"),
    ("\u202e", "_", "_", "_"), ("x" * 999, "x" * 200, "x" * 40, "x" * 40), ("x" * 64,) * 4, ("日本", "日本", "_", "_")])
def test_ids_of_models(name, kept, people, programs):
    assert text.model_id(name) == kept
    assert (text.model_for_people(kept), text.model_for_programs(kept)) == (people, programs)


@given(st.text(max_size=300))
def test_ids_of_models_never_say_more_than_words(name):
    kept = text.model_id(name)
    assert 0 < len(kept) <= 200 and "," not in kept and kept == text.clean(kept) and text.model_id(kept) == kept
    for shown in (text.model_for_people(kept), text.model_for_programs(kept)):
        assert 0 < len(shown) <= 64 and shown.isascii() and shown.isprintable() and not set(shown) & set("$`\\%#<>'\"{}();&!=*?")


# --- widths ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("char", PICTURES)
def test_the_characters_of_our_own(char):
    assert text.char_width(char) == wcwidth.wcwidth(char)
    assert char != "\ufe0f" and unicodedata.category(char) == "So" or char.isascii()


@given(WORDS.map(text.printable), st.integers(0, 50))
def test_clip_is_the_longest_beginning_that_fits(words, cells):
    made = text.clip(words, cells)
    assert words.startswith(made) and text.width(made) <= cells
    assert made == words or text.width(words[:len(made) + 1]) > cells


@given(SPANS, st.integers(0, 80))
def test_a_clipped_line_is_a_clipped_text(line, cells):
    made = text.clip_line(line, cells)
    assert shown(made) == text.clip(shown(line), cells)
    assert all(span.text for span in made)


@given(SPANS, SPANS, st.integers(0, 120))
def test_spread_stands_at_both_ends_or_drops_the_right(left, right, cells):
    made = text.spread(left, right, cells)
    assert text.line_width(made) <= cells
    if right and text.line_width(left) + text.line_width(right) < cells:
        assert text.line_width(made) == cells and shown(made).startswith(shown(left)) and shown(made).endswith(shown(right))
    else:
        assert shown(made) == text.clip(shown(left), cells)


@given(SPANS)
def test_merged_spans_say_the_same_and_no_two_neighbours_have_one_role(line):
    made = text.merged(line)
    assert [(c, span.role) for span in made for c in span.text] == [(c, span.role) for span in line for c in span.text]
    assert all(a.role != b.role for a, b in zip(made, made[1:]))


@given(WORDS.map(text.printable), st.integers(2, 40))
def test_wrap_fits_and_loses_only_the_ends_of_long_words(words, cells):
    lines = text.wrap(words, cells)
    assert all(0 < text.width(line) <= cells for line in lines)
    if all(text.width(word) <= cells for word in words.split()):
        assert " ".join(lines).split() == words.split()


def test_wrap_keeps_a_command_together_where_it_fits():
    words = "Install it with `npm install -g ccusage`; then again"
    assert text.wrap(words, 28) == ["Install it with", "`npm install -g ccusage`;", "then again"]
    assert text.wrap(words, 12) == ["Install it", "with `npm", "install -g", "ccusage`;", "then again"]
    assert text.wrap("an odd ` quote", 8) == ["an odd `", "quote"]


def test_pad_and_plain():
    assert text.pad("日", 4) == "日  " and text.pad("long", 2) == "long"
    assert text.plain((Span("a "), Span(" b  "))) == "a  b"


# --- numbers -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("number, made", [
    (0, "0"), (7, "7"), (999, "999"), (999.4, "999"), (999.6, "1k"), (1000, "1k"), (1049, "1k"), (1050, "1.1k"), (9_249, "9.2k"),
    (9_949, "9.9k"), (9_950, "10k"), (35_000, "35k"), (999_499, "999k"), (999_500, "1M"), (1_200_000, "1.2M"), (10 ** 9, "1G"),
    (10 ** 12, "1T"), (10 ** 15, "1P")])
def test_short_count(number, made):
    assert text.short_count(number) == made


@given(st.integers(0, 10 ** 15))
def test_a_short_count_is_short_and_near(number):
    made = text.short_count(number)
    scale = {"k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}.get(made[-1], 1)
    assert len(made) <= 4
    assert abs(float(made.rstrip("kMGTP")) * scale - number) <= max(0.5, number * 0.055)


@given(st.floats(0, 1e7), st.floats(0, 1e7))
def test_a_short_count_never_falls_as_the_number_grows(a, b):
    scale = {"k": 1e3, "M": 1e6}
    low, high = (float(m.rstrip("kM")) * scale.get(m[-1], 1) for m in map(text.short_count, sorted((a, b))))
    assert low <= high


@pytest.mark.parametrize("seconds, made", [
    (-5, "0s"), (0, "0s"), (59, "59s"), (60, "1m"), (3599, "59m"), (3600, "1h 00m"), (8_270, "2h 17m"), (86_399, "23h 59m"),
    (86_400, "1d 0h"), (97_200, "1d 3h"), (10 ** 7, "115d 17h")])
def test_duration(seconds, made):
    assert text.duration(seconds) == made


@given(st.integers(-10 ** 9, 10 ** 9))
def test_a_duration_is_never_negative_and_never_too_long(seconds):
    made = text.duration(seconds)
    assert "-" not in made
    unit = {"d": 86_400, "h": 3600, "m": 60, "s": 1}
    told = sum(int(word[:-1]) * unit[word[-1]] for word in made.split())
    assert 0 <= max(0, seconds) - told < (3600 if "d" in made else 60)


@pytest.mark.parametrize("value, made, role", [
    (0, "0 %", "ok"), (49.99, "49 %", "ok"), (50, "50 %", "fair"), (79.99, "79 %", "fair"), (80, "80 %", "warn"),
    (100, "100 %", "warn"), (100.01, "100 %", "danger"), (34_276, "34276 %", "danger"), (10 ** 9, "99999 %", "danger")])
def test_percent(value, made, role):
    assert (text.percent(value), text.level_role(value)) == (made, role)


def test_other_numbers():
    assert text.count(1_234_567) == "1,234,567" and text.usd(None) == "-" and text.usd(1234.5) == "$1,234.50"
    assert text.level_role(None) == "dim"
    assert [text.plural(n, "session") for n in (0, 1, 2, 2000)] == ["0 sessions", "1 session", "2 sessions", "2,000 sessions"]


# --- pictures -------------------------------------------------------------------------------------------------------

@given(st.floats(allow_nan=False), st.integers(0, 200), CHARSETS, st.none() | st.floats(allow_nan=False))
def test_a_bar_is_exactly_as_wide_as_asked(share, cells, charset, mark):
    made = text.bar(share, cells, "ok", charset, mark)
    assert wcwidth.wcswidth(shown(made)) == text.line_width(made) == cells
    assert {span.role for span in made} <= {"ok", "track", "marker"}
    assert sum(span.role == "marker" for span in made) == (mark is not None and cells > 0)
    assert charset.unicode or shown(made).isascii()


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 100), CHARSETS)
def test_a_larger_share_never_has_a_shorter_bar(a, b, cells, charset):
    bars = [text.bar(share, cells, "ok", charset) for share in sorted((a, b))]
    filled = [sum(len(span.text) for span in bar if span.role == "ok") for bar in bars]
    assert filled[0] <= filled[1]


def test_bar_pictures():
    full, plain = Charset(), Charset(False, False)
    assert [shown(text.bar(share, 4, "ok", full)) for share in (-1, 0, 0.03, 0.5, 0.97, 1, 9)] == [
        "────", "────", "▏───", "██──", "███▉", "████", "████"]
    assert shown(text.bar(0.5, 4, "ok", plain, 0.75)) == "##.|"
    assert text.bar(0.5, 4, "ok", full, 1.0) == (Span("██", "ok"), Span("─", "track"), Span("┃", "marker"))


@given(st.lists(st.none() | st.floats(0, 1e9), max_size=40), CHARSETS)
def test_a_sparkline_has_a_character_a_value(values, charset):
    made = text.sparkline(values, charset)
    assert len(made) == len(values)
    assert [char == " " for char in made] == [value is None for value in values]


def test_sparkline_pictures():
    assert text.sparkline([0, 1, 2, 4, 8], Charset()) == "▁▁▂▄█"
    assert text.sparkline([None, 0, 0], Charset()) == " ▁▁" and text.sparkline([5], Charset(False)) == "@"
