"""The pictures of the history: what a bar, a column and a shade stand for, and that no data and no window breaks them."""

from datetime import date, timedelta

import pytest
import wcwidth
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon import text
from ccmon.choices import PERIODS
from ccmon.history import groups as history_groups
from ccmon.history.groups import UsageGroup
from ccmon.text import Charset
from ccmon.views.history import chart, heatmap

pytestmark = pytest.mark.newest_only

UNICODE, ASCII = Charset(), Charset(False, False)
THURSDAY = date(2026, 1, 15)


def group(begins, tokens=1000, percent=20.0, cost_usd=1.5, sessions=1):
    return UsageGroup(begins.isoformat(), begins, sessions, tokens, None, None, None, None, cost_usd, (), percent,
                      int(percent >= 80), int(percent >= 100))


def days(*tokens, last=THURSDAY, **more):
    """A group for each figure up to that day, none for None."""
    made = zip((last - timedelta(days=ago) for ago in range(len(tokens) - 1, -1, -1)), tokens)
    return [group(day, count, **more) for day, count in made if count is not None]


def drawn(groups, width=80, height=24, period="day", charset=UNICODE):
    return [text.plain(line) for line in chart.lines(groups, period, width, height, charset)]


# --- periods --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("period, begins, wanted", [
    ("day", (date(2025, 12, 30), date(2026, 1, 2)), ["2025-12-30", "2025-12-31", "2026-01-01", "2026-01-02"]),
    ("week", (date(2025, 12, 22), date(2026, 1, 5)), ["2025-W52", "2026-W01", "2026-W02"]),
    ("month", (date(2025, 11, 1), date(2026, 2, 1)), ["2025-11", "2025-12", "2026-01", "2026-02"]),
])
def test_periods_without_a_session_are_filled_in(period, begins, wanted):
    made = chart.filled([group(day) for day in begins], period)
    assert [g.key for g in made] == wanted and [g.sessions for g in made] == [1, *[0] * (len(wanted) - 2), 1]


def test_filling_reaches_up_to_today_and_not_behind_the_last_group():
    assert [g.tokens for g in chart.filled(days(7), "day", THURSDAY + timedelta(days=2))] == [7, 0, 0]
    assert [g.tokens for g in chart.filled(days(7), "day", THURSDAY - timedelta(days=2))] == [7]
    assert chart.filled([], "day", THURSDAY) == [] == chart.filled([group(THURSDAY)._replace(begins=None)], "day")


def test_one_wrong_date_does_not_cost_millions_of_days():
    made = chart.filled([group(date(1, 1, 1)), group(date(9999, 12, 31))], "day")
    assert len(made) == chart.MOST and made[-1].sessions == 1


@pytest.mark.parametrize("period, brief, year, wanted", [
    ("day", False, False, "Thu  5 Feb"), ("day", True, False, " 5 Feb"), ("day", False, True, "Thu  5 Feb 2026"),
    ("week", False, False, "W06  5 Feb"), ("week", True, False, "W06"), ("month", False, False, "Feb 2026"),
    ("month", True, False, "Feb 26")])
def test_names(period, brief, year, wanted):
    assert chart.name(date(2026, 2, 5), period, brief, year) == wanted


# --- rows -----------------------------------------------------------------------------------------------------------------

def test_rows_say_when_how_much_for_how_much_and_how_near_the_limit():
    shown = drawn(days(12_345, None, 500, percent=84.9, cost_usd=2.5))
    assert [row.split()[:3] for row in shown[1:-1]] == [["Thu", "15", "Jan"], ["Wed", "14", "Jan"], ["Tue", "13", "Jan"]]
    assert shown[2].split()[3:] == ["-"]
    assert shown[3].endswith("12,345  $2.50    ! 84 %") and shown[1].endswith(" 500  $2.50    ! 84 %")
    assert shown[-1].split() == ["3", "days", "12,845", "$5.00"]


@pytest.mark.parametrize("percent, role, sign", [(49, "ok", ""), (79.9, "fair", ""), (80, "warn", "!"), (101, "danger", "!")])
@pytest.mark.parametrize("width", [80, 30, 20])
def test_the_colour_of_a_row_is_the_level_and_the_sign_says_it_too(percent, role, sign, width):
    row = chart.lines(days(10, 1000, percent=percent), "day", width, 10, UNICODE)[1]
    assert {span.role for span in row if "█" in span.text} == {role}
    assert ("!" in text.plain(row)) == bool(sign)


@pytest.mark.parametrize("charset, full", [(UNICODE, "█"), (ASCII, "#")])
def test_bars_are_as_long_as_their_share(charset, full):
    whole, half, trace = (row.count(full) for row in drawn(days(1, 50_000, 100_000), charset=charset)[1:4])
    assert whole > 20 and abs(half - whole / 2) <= 1 and trace <= 1
    assert drawn(days(1, 100_000), charset=charset)[2].split()[3] in ("▏", "#"), "anything at all leaves a trace"


def test_the_newest_that_fit_are_shown_and_it_is_said():
    shown = drawn(days(*range(1, 31)), 50, 12)
    assert [row.split()[-4] for row in shown[1:-1]] == [str(n) for n in range(30, 20, -1)]
    assert shown[-1].startswith(" 10 of 30 days") and "255" in shown[-1]


def test_an_unknown_cost_is_a_dash():
    shown = drawn([*days(5, None, None, cost_usd=None), *days(7)])
    assert [row.split()[-3 if row.endswith("%") else -1] for row in shown[1:]] == ["$1.50", "-", "-", "-"]


@pytest.mark.parametrize("height, rows", [(1, 1), (2, 2), (3, 3), (5, 5), (6, 6), (30, 12)])
def test_low_windows_keep_the_bars(height, rows):
    shown = drawn(days(*range(1, 11)), 50, height)
    assert len(shown) == rows and "15 Jan" in shown[height >= 6]


# --- columns --------------------------------------------------------------------------------------------------------------

def column(shown, at, width=1):
    """The cells of a column from the bottom up, without blanks above; `at` counts cells right of the scale."""
    rows = [row.ljust(200)[chart.LABEL_CELLS + at:][:width] for row in shown]
    bottom = next(index for index, row in enumerate(shown) if row.startswith("   0"))
    return "".join(rows[index] for index in range(bottom - 1, 0, -1)).rstrip()


def test_many_days_are_columns_with_a_gap_before_each_monday():
    shown = drawn(days(*[100] * 38))
    assert len(shown) == 24 and shown[-2].split() == "15 Dec 22 Dec 29 Dec 5 Jan 12 Jan".split()
    cells = shown[-4][chart.LABEL_CELLS:]
    assert cells.split() == ["█" * 6, *["█" * 7] * 4, "█" * 4]
    assert shown[-2].index("15 Dec") - chart.LABEL_CELLS == 7 == shown[-3].index("┬") - chart.LABEL_CELLS


@pytest.mark.parametrize("charset, eighths", [(UNICODE, "▁▂▃▄▅▆▇█"), (ASCII, "...::::#")])
def test_columns_are_as_high_as_their_share(charset, eighths):
    tokens = [n * 1000 for n in range(1, 31)]
    made = chart.column_lines(chart.filled(days(*tokens), "day"), "day", 80, 24, charset)
    shown = ["", *map(text.plain, made)]
    for n in (1, 7, 15, 29, 30):
        full, rest = divmod(round(n * 21 * 8 / 30), 8)
        assert column(shown, 2 * n - 1) == eighths[7] * full + (eighths[rest - 1] if rest else "")


def test_a_day_without_a_session_is_an_empty_column_and_little_is_not_nothing():
    shown = drawn(days(*[9000] * 10, None, 1, *[9000] * 10), 60, 12)
    columns_of = [column(shown, 2 * n + 1) for n in range(22)]
    assert columns_of[10] == "" and columns_of[11] == "▁" and columns_of[12].startswith("█")


def test_the_sign_stands_on_the_column():
    near = [group(THURSDAY - timedelta(days=ago), 1000 * (40 - ago), 95.0 if ago % 2 else 10.0) for ago in range(40)]
    shown = drawn(near[:30], 80, 20)
    tops = [column(shown, 2 * n + 1)[-1] for n in range(30)]
    assert [top == "!" for top in tops] == [ago % 2 == 1 for ago in range(29, -1, -1)]


def test_columns_that_do_not_fit_are_left_out_and_it_is_said():
    shown = drawn(days(*range(1, 201)))
    assert shown[-1].startswith(" 63 of 200 days   most 200 on Thu 15 Jan") and f"{sum(range(138, 201)):,} tokens" in shown[-1]


def test_wide_columns_have_their_figures_above():
    shown = drawn(days(*[1500, 2500] * 6, percent=85.0), 120, 10)
    assert shown[1].count("!2.5k") == 6 and "!1.5k" in "\n".join(shown)


@pytest.mark.parametrize("period, count, wanted", [
    ("week", 13, "Nov Dec 2026"), ("month", 40, "2023 2024 2025 2026"),
    ("month", 17, "Sep Oct Nov Dec 2025 Mar Apr May Jun Jul Aug Sep Oct Nov Dec 2026")])
def test_weeks_and_months_have_their_years_below(period, count, wanted):
    """And no two dates run into each other: a year takes the room of the month after it."""
    step = 7 if period == "week" else 30
    begins = {history_groups.first_day(THURSDAY - timedelta(days=step * ago), period) for ago in range(count)}
    shown = drawn([group(day) for day in begins], 80, 12, period)
    assert shown[-2].split() == wanted.split()


def test_the_scale_has_round_numbers_at_the_rows_where_they_end():
    made = ["", *map(text.plain, chart.column_lines(chart.filled(days(*range(0, 41)), "day"), "day", 80, 24, UNICODE))]
    labels = {row.split()[0]: len(made) - 3 - at for at, row in enumerate(made) if "┤" in row}
    assert labels == {"10": 5, "20": 10, "30": 15, "40": 20}


def test_the_scale_fits_the_column():
    groups = days(*[10 * n for n in range(1, 31)])
    made = ["", *map(text.plain, chart.column_lines(chart.filled(groups, "day"), "day", 80, 24, UNICODE))]
    for row in (row for row in made if "┤" in row):
        n = int(row.split()[0]) // 10
        level = len(column(made, 2 * n - 1))
        assert made.index(row) == len(made) - 2 - level, "a column of so many tokens ends in the row of its figure"


# --- the heat map -----------------------------------------------------------------------------------------------------------

def table(**cells):
    """Seven days of 24 hours; d3h14=500 sets Thursday from 14:00."""
    made = [[0.0] * 24 for _ in range(7)]
    for name, tokens in cells.items():
        day, hour = name[1:].split("h")
        made[int(day)][int(hour)] = float(tokens)
    return made


def heat(made, width=80, charset=UNICODE):
    return [text.plain(line) for line in heatmap.lines(made, width, charset)]


def test_an_hour_is_a_shade_at_its_place():
    shown = heat(table(d0h0=1, d3h14=1000, d3h15=500, d6h23=260))
    assert shown[1].startswith("  Mon ░░· ·") and shown[4][6 + 28:6 + 34] == "██▒▒· " and shown[7][6 + 46:6 + 48] == "▒▒"
    assert [row.split()[-1] for row in shown[1:9]] == ["1", "-", "-", "1.5k", "-", "-", "260", "1.8k"]
    assert shown[0].split() == ["00", "03", "06", "09", "12", "15", "18", "21", "tokens"]


def test_the_legend_gives_the_numbers_behind_the_shades():
    assert heat(table(d2h2=1000))[-1].split() == "up to ░░ 250 ▒▒ 500 ▓▓ 750 ██ 1k tokens an hour".split()
    assert heat(table(d2h2=800), charset=ASCII)[-1].split()[2:6] == [".", "100", ":", "200"]


def test_the_busiest_hour_day_and_time_of_day_are_told():
    made = table(d3h14=500, d1h9=300, d2h9=300, d1h10=250)
    assert " Busiest: Thu 14:00-15:00 with 500 tokens; day: Tue; time of day: 09:00-10:00." in heat(made)
    assert " Busiest: Thu 14:00-15:00, 500 tokens" in heat(made, 40)
    assert "23:00-00:00" in heat(table(d0h23=5))[-2]


@pytest.mark.parametrize("width, cells", [(100, 72), (80, 48), (60, 48), (59, 24), (40, 24), (30, 24), (29, 12), (20, 12)])
def test_the_map_shrinks_with_the_window(width, cells):
    shown = heat([[1.0] * 24 for _ in range(7)], width)
    assert shown[1].count("█") == cells and all(len(row) <= width for row in shown)


def test_two_hours_are_joined_without_losing_tokens():
    shown = heat(table(d0h2=100, d0h3=100, d0h5=150), 26)
    assert shown[1].split()[1] == "·█▓·········" and shown[1].endswith("350")


def test_very_narrow_windows_get_the_sentence():
    assert " ".join(heat(table(d0h2=100), 17)).split() == "Busiest: Mon 02:00-03:00, 100 tokens".split()


@pytest.mark.parametrize("made", [table(), [], [[]], table(d0h0=-5, d1h1="nan", d2h2="inf")])
def test_nothing_is_said_to_be_nothing(made):
    assert heat(made) == [" " + heatmap.NOTHING]


def test_shades_get_stronger_in_every_theme():
    roles = [span.role for span in heatmap.lines(table(d0h0=10, d0h1=30, d0h2=60, d0h3=100), 80, UNICODE)[1]][1:4]
    assert roles == ["dim", "accent", "title"]


# --- never wider, never taller, never an error --------------------------------------------------------------------------------

DATES = st.dates(date(2024, 1, 1), date(2026, 3, 1)) | st.dates()
TOKENS = st.sampled_from([0, 1, 999, 2 ** 63]) | st.integers(0, 10 ** 7)
GROUPS = st.lists(st.builds(group, DATES, TOKENS, st.floats(0, 1e6), st.none() | st.floats(0, 1e9), st.integers(0, 40)),
                  max_size=80)
WIDTHS, HEIGHTS = st.integers(1, 200), st.integers(1, 60)
CHARSETS = st.sampled_from([UNICODE, ASCII])


def check(lines, width, height, charset):
    assert len(lines) <= height
    for line in lines:
        shown = "".join(span.text for span in line)
        assert wcwidth.wcswidth(shown) == text.line_width(line) <= width, shown
        assert all(span.role in text.ROLES for span in line) and (charset.unicode or shown.isascii())


@settings(deadline=None, max_examples=examples(50))
@given(GROUPS, st.sampled_from(PERIODS), WIDTHS, HEIGHTS, CHARSETS)
def test_no_groups_break_the_chart(groups, period, width, height, charset):
    lines = chart.lines(groups, period, width, height, charset)
    check(lines, width, height, charset)
    assert lines


@settings(deadline=None)
@given(st.lists(st.lists(st.floats() | st.floats(0, 1e7), min_size=24, max_size=24), min_size=7, max_size=7), WIDTHS, CHARSETS)
def test_no_table_breaks_the_heat_map(made, width, charset):
    check(heatmap.lines(made, width, charset), width, 99, charset)
