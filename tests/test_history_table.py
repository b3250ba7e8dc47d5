"""The history's rows, columns and tables as values: widths, totals, what is not known, comma-separated values."""

import csv
import io
from itertools import product

import pytest
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import FixedZone
from test_history_groups import NOW, UTC, grouped, histories, row, session

from ccmon import text
from ccmon.choices import GROUPS, PERIODS
from ccmon.errors import UsageError
from ccmon.history import groups
from ccmon.history.groups import Scale
from ccmon.text import Charset, plain
from ccmon.views.history import rows
from ccmon.views.history import table as history_table
from ccmon.views.history import table_columns as columns
from ccmon.views.history.table import HistoryTable
from ccmon.when import HOUR_S

ASCII = Charset(False, False)
THREE = (session("2025-11-20T08:00", 3500, models=("claude-opus-4-1-20250805", "claude-sonnet-4-5-20250929")),
         session("2025-11-21T08:00", 7000, 5 * HOUR_S - 60), session("2025-11-24T14:00", 1000, HOUR_S, models=()))


def of(records, kind, used=None):
    """Rows of a kind; unless it is told what was used, each session used all of its tokens in its first minutes."""
    if kind == "session":
        return rows.with_shares([rows.record_row(record, NOW) for record in records])
    if used is None:
        used = [row(one.block.start, one.block.tokens, (*one.block.models, "")[0], one.host, cost_usd=one.block.cost_usd)
                for one in records]
    return rows.with_shares([rows.group_row(group, "/src") for group in grouped(records, used, kind, UTC)])


def table(records, kind="session", names=None, feet=True, charset=ASCII, used=None):
    """A table with its totals."""
    made = of(records, kind, used)
    ends = [rows.totals(made, len(records)), rows.averages(made)] if feet and made else []
    chosen = columns.chosen_columns(names, kind) if names else columns.default_columns(kind, 80, True)
    return HistoryTable(kind, chosen, made, ends, UTC, charset)


def shown(*words, width=None, **more):
    """The lines of a table as text."""
    return [plain(line) for line in history_table.lines(table(*words, **more), width, more.get("names") is not None)]


# --- tables -----------------------------------------------------------------------------------------------------------

def test_a_table_of_sessions():
    assert shown(THREE, names="start,length,tokens,cost,share,models") == [
        "start               length  tokens   cost  share  models",
        "------------------  ------  ------  -----  -----  --------------------",
        "2025-11-20 08:00    2h 00m   3,500  $1.50   50 %  opus-4-1, sonnet-4-5",
        "2025-11-21 08:00    4h 59m   7,000  $1.50  100 %  opus",
        "2025-11-24 14:00 *  2h 00m   1,000  $1.50   14 %",
        "------------------  ------  ------  -----  -----  --------------------",
        "total               8h 59m  11,500  $4.50  100 %",
        "average             2h 59m   3,833  $1.50   54 %"]


def test_a_table_of_weeks():
    assert shown(THREE, "week", names="week,begins,sessions,tokens,near,hits,bar") == [
        "week      begins      sessions  tokens  near  hits  bar",
        "--------  ----------  --------  ------  ----  ----  --------------------",
        "2025-W47  2025-11-17         2  10,500     1     1  ####################",
        "2025-W48  2025-11-24         1   1,000     0     0  ##..................",
        "--------  ----------  --------  ------  ----  ----  --------------------",
        "total                        3  11,500     1     1",
        "average                    1.5   5,750   0.5   0.5"]


def test_a_table_of_models():
    used = [row("2025-11-20T08:00", 2500, "claude-opus-4-1-20250805"), row("2025-11-20T09:00", 1000, None, cost_usd=None),
            row("2025-11-21T08:00", 7000), row("2025-11-24T14:00", 10, "")]
    assert shown(THREE, "model", names="model,sessions,tokens,part,cost", feet=False, used=used) == [
        "model         sessions  tokens  part   cost",
        "------------  --------  ------  ----  -----",
        "opus                 1   7,000  66 %  $0.25",
        "opus-4-1             1   2,500  23 %  $0.25",
        "not by model         1   1,000   9 %      -",
        "no model             1      10   0 %  $0.25"]


def test_a_table_of_projects():
    used = [row("2025-11-20T08:00", 2500), row("2025-11-20T09:00", 1000, None, project=None),
            row("2025-11-21T08:00", 20, project=""), row("2025-11-24T14:00", 10, project="/srcery/x|y")]
    assert shown(THREE, "project", names="project,sessions,tokens,models", feet=False, used=used) == [
        "project         sessions  tokens  models",
        "--------------  --------  ------  ------",
        "~/shop                 1   2,500  opus",
        "not by project         1   1,000",
        "no project             1      20  opus",
        "/srcery/x|y            1      10  opus"]
    words = history_table.csv(columns.chosen_columns("project,tokens", "project"), of(THREE, "project", used), UTC)
    assert words.splitlines()[1] == "/src/shop,2500"


@pytest.mark.parametrize("width, name", [(100, "~/a-rather-long-folder/below-another-one/shop"),
                                         (80, "..long-folder/below-another-one/shop"), (20, "..w-another-one/shop")])
def test_the_end_of_a_path_tells_most_of_it(width, name):
    used = [row("2025-11-20T08:00", 2500, project="/src/a-rather-long-folder/below-another-one/shop")]
    assert shown(THREE, "project", width=width, feet=False, used=used)[2].split()[0] == name


def test_what_is_not_known_is_a_dash_also_in_the_sum():
    lines = shown([THREE[0], session("2025-11-21T08:00", 7000, cost_usd=None, input=None, output=None, counted=False)],
                  names="start,tokens,input,cost")
    assert lines[2:4] == ["2025-11-20 08:00    3,500    875  $1.50", "2025-11-21 08:00   ~7,000      -      -"]
    assert lines[5:] == ["total             ~10,500      -      -", "average            ~5,250      -      -"]


@pytest.mark.parametrize("names, has", [("tokens,cost", False), ("tokens,bar", False), ("tokens,models", True),
                                        ("tokens,start", True)])
def test_sums_need_a_column_that_can_name_them(names, has):
    assert any("average" in line for line in shown(THREE, names=names)) is has


def test_the_active_session_and_totals_stand_out():
    found = history_table.lines(table(THREE, names="start,tokens"))
    role = {span.text.strip(): span.role for line in found for span in line}
    assert (role["2025-11-24 14:00 *"], role["total"], role["2025-11-20 08:00"]) == ("value", "value", "text")


@pytest.mark.parametrize("tokens, role", [(0, "ok"), (3499, "ok"), (3500, "fair"), (5600, "warn"), (7000, "warn"),
                                          (7001, "danger")])
def test_shares_and_bars_have_the_colour_of_their_level(tokens, role):
    line = history_table.lines(table([session("2025-11-20T08:00", tokens)], names="share,bar", feet=False))[2]
    assert {span.role for span in line if span.text.strip()} - {"track"} == {role}


@pytest.mark.parametrize("width, names", [
    (200, "start host length tokens cost share bar models"), (80, "start host length tokens cost share bar models"),
    (71, "start host length tokens cost share bar"), (60, "start host length tokens cost share"),
    (50, "start host tokens cost share"), (36, "start tokens share"), (30, "start tokens"), (18, "start"), (5, "start")])
def test_the_least_worthy_columns_give_way(width, names):
    assert shown(THREE, width=width)[0].split() == [name[:width] for name in names.split()]


@settings(deadline=None, max_examples=examples(40))
@given(histories(), st.sampled_from(GROUPS), st.integers(1, 140), st.booleans(), st.booleans())
def test_no_line_is_wider_than_the_terminal(history, kind, width, unicode, named):
    records, used = history
    made = table(records, kind, charset=Charset(unicode, False), used=used)
    lines = history_table.lines(made, width, named)
    assert max(map(text.line_width, lines)) <= width
    assert len(lines) == 2 + len(made.rows) + (3 if made.feet else 0)


def test_wide_terminals_give_their_room_to_bars_and_names():
    names = tuple(f"claude-model-{n}" for n in range(9))
    lines = shown([session("2025-11-20T08:00", 7000, models=names)], width=100, feet=False)
    assert lines[2].endswith("model-2 +6") and "#" * 10 in lines[2] and len(lines[2]) <= 100
    assert "model-8" in shown([session("2025-11-20T08:00", 7000, models=names)], width=240, feet=False)[2]


def test_without_a_width_nothing_is_left_out():
    names = tuple(f"claude-model-{n}" for n in range(40))
    line = shown([session("2025-11-20T08:00", 1, models=names, host="x")], feet=False)[2]
    assert all(f"model-{n}" in line for n in range(40))


@pytest.mark.parametrize("name, clean", [("\x1b[31mred", "[31mred"), ("a\tb\nc", "a b c"), ("a|b", "a/b"),
                                         ("\u202eevil", "evil")])
def test_hostile_names_stay_in_their_cells(name, clean):
    made = table([session("2025-11-20T08:00", host=name, models=(name, name))], names="host,models", feet=False)
    headings, cells, align = history_table.grid(made)
    assert (headings, cells, align) == (["host", "models"], [[clean, f"{clean}, {clean}"]], ["left", "left"])


# --- columns ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words, kind, found", [
    ("start,tokens", "session", "start,tokens"), (" tokens , cost_usd", "session", "tokens,cost"),
    ("percent", "session", "share"), ("percent", "day", "highest"), ("share", "week", "highest"), ("highest", "session", "share"),
    ("key", "day", "day"), ("period", "month", "month"), ("tokens,tokens", "model", "tokens,tokens"),
    ("length_s", "session", "length")])
def test_names_of_columns(words, kind, found):
    assert ",".join(column.name for column in columns.chosen_columns(words, kind)) == found


@pytest.mark.parametrize("words, kind, told", [
    ("tokns", "session", r"'tokns' is no column \(did you mean tokens\?\); by session there are start, end, last, .*models"),
    ("day", "week", r"'day' is no column.*; by week there are week, begins"), ("start,,cost", "session", "a column is missing"),
    ("", "day", "the name of a column is missing"), ("plan", "hour", r"'plan' is no column"),
    ("\x1b[31m", "day", r"'\[31m' is no"),
    ("x" * 500, "day", "'" + "x" * 40 + "' is no column")])
def test_unknown_columns(words, kind, told):
    with pytest.raises(UsageError, match=told):
        columns.chosen_columns(words, kind)


@pytest.mark.parametrize("kind", GROUPS)
def test_every_column_has_a_name_a_meaning_and_a_value(kind):
    made = of(THREE, kind)
    known = columns.columns_of(kind)
    for one, column in product(made, known.values()):
        assert isinstance(column.shown(one, UTC), str) and column.meaning
        assert column.value(one, UTC) is None or isinstance(column.value(one, UTC), (str, int, float))
    assert len(columns.help_lines(kind)) == len(known)
    assert known.keys() >= {column.name for column in columns.default_columns(kind, 80, True)}


@pytest.mark.parametrize("kind, width, names", [
    ("session", 0, "start length tokens cost share models"), ("session", 200, "start length tokens cost share bar models"),
    ("day", 0, "day sessions tokens cost highest hits"), ("week", 80, "week sessions tokens cost highest hits bar"),
    ("month", 100, "month sessions tokens cost highest hits spark bar"), ("hour", 200, "hour sessions tokens part cost bar"),
    ("model", 0, "model sessions tokens part cost"), ("project", 0, "project sessions tokens part cost")])
def test_usual_columns(kind, width, names):
    assert [column.name for column in columns.default_columns(kind, width)] == names.split()


@pytest.mark.parametrize("name, largest_first, expected", [
    ("tokens", False, [2, 0, 1]), ("tokens", True, [1, 0, 2]), ("cost", False, [0, 1, 2]), ("cost", True, [0, 1, 2]),
    ("models", False, [2, 0, 1]), ("start", True, [2, 1, 0]), ("length", False, [0, 2, 1])])
def test_sorted(name, largest_first, expected):
    column, = columns.chosen_columns(name, "session")
    assert columns.sorted_indexes(of(THREE, "session"), column, largest_first, UTC) == expected


@pytest.mark.parametrize("largest_first", [False, True])
def test_what_is_unknown_comes_last(largest_first):
    records = [session("2025-11-20T08:00", cost_usd=cost) for cost in (None, 2.0, None, 1.0)]
    found = columns.sorted_indexes(of(records, "session"), columns.chosen_columns("cost", "session")[0], largest_first, UTC)
    assert found == ([1, 3, 0, 2] if largest_first else [3, 1, 0, 2])


# --- rows -------------------------------------------------------------------------------------------------------------

@settings(deadline=None)
@given(histories(), st.sampled_from(GROUPS))
def test_totals_are_the_sums_of_what_is_shown(history, kind):
    records, used = history
    made = of(records, kind, used)
    if not made:
        return
    total, average = rows.totals(made, len(records)), rows.averages(made)
    assert total.tokens == sum(row.tokens for row in made) and total.sessions == len(records)
    assert average.tokens * len(made) == pytest.approx(total.tokens)
    assert sum(row.part for row in made) == pytest.approx(100 if total.tokens else 0)
    assert max(row.peak for row in made) == (100 if total.tokens else 0)
    if kind in ("session", *PERIODS):
        assert total.hits == sum(row.hits for row in made)
        assert total.cost_usd == pytest.approx(1.5 * len(records) if kind == "session" else 0.25 * len(used))


@pytest.mark.parametrize("scale, name, more", [
    (Scale(7000, "plan", "pro"), "7,000 tokens (the reference figure of pro)", "the reference figure"),
    (Scale(35_000, "flag", "pro"), "35,000 tokens (the limit set)", "the limit set"),
    (Scale(9, "config", "pro"), "9 tokens (the limit set)", "the limit set"),
    (Scale(9, "high_water", "custom_max"), "9 tokens (the record)", "the record"),
    (Scale(9, "learned", "ml_auto"), "9 tokens (the learned limit)", "the learned limit")])
def test_what_sessions_are_rated_by_is_said_once(scale, name, more):
    records = [session("2025-11-20T08:00", tokens) for tokens in (5599, 5600, 6999, 7000, 9000)]
    assert rows.rated_by(records, scale) == f"Shares are of {name}."
    assert rows.reached(records, scale) == "2 of 5 sessions reached the limit, 4 passed 80 %"
    unknown = [records[-1]._replace(hit=False), records[0]._replace(rated_by="official")]
    assert rows.rated_by(unknown, scale) == f"Shares are Claude's own where it told them, else of {name}."
    assert rows.reached(unknown, scale) == f"0 of 2 sessions reached the limit, 1 passed 80 %; 1 passed {more}"
    assert rows.rated_by(unknown[1:], scale) == "Shares are Claude's own."
    said = [plain(line) for line in rows.notes("session", of(unknown, "session"), unknown, scale)]
    assert said == ["", rows.rated_by(unknown, scale), rows.reached(unknown, scale)]
    assert rows.notes("model", [], unknown, scale) == [] == rows.notes("day", [], [], scale)


def test_unknown_costs_are_told():
    known, unknown = session("2025-11-20T08:00"), session("2025-11-21T08:00", cost_usd=None)
    assert rows.unknown_costs([known]) is None and rows.unknown_costs([]) is None
    sentence = "The cost of 1 session is not known; that of the others is $1.50."
    assert rows.unknown_costs([known, unknown]) == sentence
    for kind in ("session", "day", "month"):
        made = of([known, unknown], kind)
        assert sentence in [plain(line) for line in rows.notes(kind, made, [known, unknown], Scale(7000, "plan", "pro"))]
        assert rows.totals(made, 2).cost_usd is None and rows.feet(kind, made[:1], 1) == []


@pytest.mark.parametrize("kind, first, count", [("session", 0, 5), ("day", 4, 12), ("week", 3, 7), ("month", 6, 10)])
def test_sparklines_lie_in_the_time_of_their_row(kind, first, count):
    used = [row("2025-11-20T08:00", 400), row("2025-11-20T09:45", 200)]
    made, = of([session("2025-11-20T08:00", 600, 2 * HOUR_S - 1)], kind, used)
    found = rows.spark(made, kind, groups.by_quarter(used), UTC)
    assert len(found) == count and sum(filter(None, found)) == pytest.approx(600)
    assert found.index(max(filter(None, found))) == first and None in found


# --- comma-separated values ---------------------------------------------------------------------------------------------

def read(words):
    """As a program reads them."""
    return list(csv.reader(io.StringIO(words, newline=""), strict=True))


def test_csv():
    words = history_table.csv(columns.chosen_columns("start,start_epoch,tokens,cost,share,models", "session"),
                              of(THREE[:1], "session"),
                              FixedZone())
    assert words == ('start,start_epoch,tokens,cost_usd,percent,models\r\n2025-11-20 09:00:00,1763625600,3500,1.5,50.0,'
                     '"claude-opus-4-1-20250805, claude-sonnet-4-5-20250929"\r\n')


def test_what_is_not_known_is_empty_and_numbers_are_numbers():
    record = session("2025-11-20T08:00", 10, cost_usd=None, input=None, last=None)
    named = columns.chosen_columns("cost,input,last,last_epoch,tokens,limit,hits", "session")
    assert read(history_table.csv(named, of([record], "session"), UTC))[1] == ["", "", "", "", "10", "7000", "0"]


@pytest.mark.parametrize("kind", GROUPS)
def test_all_that_there_is(kind):
    words = read(history_table.csv(columns.data_columns(kind), of(THREE, kind), UTC))
    assert {len(line) for line in words} == {len(words[0])} and len(set(words[0])) == len(words[0])
    assert len(words) == len(of(THREE, kind)) + 1
