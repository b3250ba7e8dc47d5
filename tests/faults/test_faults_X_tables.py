"""Rows X-6 and X-7 of the faults: what a spreadsheet would take for a formula, and tabulate for a number."""

import csv
import io
import sqlite3
from contextlib import closing

import pytest
from commands import HOUR, NOW, Machine, block
from hypothesis import given
from hypothesis import strategies as st
from test_history_groups import UTC, session
from test_history_table import of, read

from ccmon import text
from ccmon.views.history import table
from ccmon.views.history import table_columns as columns

pytestmark = pytest.mark.newest_only

FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(1)", "\t=1", " =1", "＝1+1")
NUMBERS = ("007", "1e5", "0x10", "1_000", "nan", "inf", "1.50", "+3")
UNSAFE = ("a\x1b[2Jb", "a\nb", "a\x00b", "a\u202eb")


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    """A history of one session each of machines with such names."""
    machine = Machine(tmp_path_factory.mktemp("hosts"))
    names = (*FORMULAS, *NUMBERS, *UNSAFE)
    machine.answers([block(NOW - (n + 1) * 6 * HOUR, 700 + n) for n in range(len(names))])
    assert machine.run("record").code == 0
    with closing(sqlite3.connect(str(machine.home / ".local/share/ccmon/ccmon.db"))) as db, db:
        for n, name in enumerate(names):
            owner = db.execute("INSERT INTO owner (host, account) VALUES (?, 'x')", (name,)).lastrowid
            db.execute("UPDATE session SET owner_id = ? WHERE tokens = ?", (owner, 700 + n))
    yield machine
    machine.close()


def test_X06_the_file_that_a_spreadsheet_opens(hosts):
    out = hosts.run("history", "--csv", "--host", "all").out
    rows = list(csv.DictReader(io.StringIO(out, newline=""), strict=True))
    shown = {row["tokens"]: row["host"] for row in rows}
    begins = {cell.lstrip()[:1] for row in rows for cell in row.values()} & set("=+-@＝\t\r\n")
    assert begins == set() and len(rows) == len((*FORMULAS, *NUMBERS, *UNSAFE))
    assert shown["700"] == "'" + FORMULAS[0] and shown[str(700 + len(FORMULAS))] == "007"
    assert all(float(row["tokens"]) and float(row["cost_usd"]) for row in rows)       # numbers stay numbers


@pytest.mark.parametrize("begin, kept", [*((char, char) for char in ("=", "+", "-", "@", " =", "＝", "＋", "－", "＠")),
                                         ("\t=", " ="), ("\r\n@", "  @"), ("\0=", "=")])
def test_X06_no_text_is_a_formula(begin, kept):
    words = table.csv(columns.chosen_columns("host", "session"),
                              of([session("2025-11-20T08:00", host=begin + "cmd|' /C calc'!A0")], "session"), UTC)
    assert read(words)[1] == ["'" + kept + "cmd|' /C calc'!A0"]


@given(st.text())
def test_X06_any_text_comes_back(name):
    rows = of([session("2025-11-20T08:00", 5, host=name)], "session")
    (_, heading), (tokens, found) = read(table.csv(columns.chosen_columns("tokens,host", "session"), rows, UTC))
    assert (heading, tokens) == ("host", "5") and found in (text.printable(name), "'" + text.printable(name))
    assert not found.strip().startswith(tuple("=+-@"))


@pytest.mark.parametrize("host", ["007", "1e5", "1.50"])
def test_X07_a_column_of_what_looks_like_numbers_is_shown_as_it_is(hosts, host):
    assert hosts.run("history", "--columns", "host", "--host", host, "--table", "simple").out.split()[-1] == host


@pytest.mark.parametrize("name", ["fancy_grid", "tsv", "html"])
def test_X07_no_control_character_is_shown(hosts, name):
    out = hosts.run("history", "--columns", "host,tokens", "--host", "all", "--table", name).out
    assert not {char for char in out if text.clean(char) != char} - set("\n\t") and "ab" in out


def test_X07_the_command_keeps_a_row_a_line(hosts):
    lines = hosts.run("history", "--table", "--host", "all").out.splitlines()
    assert len(lines) - 2 - len((*FORMULAS, *NUMBERS, *UNSAFE)) in (0, 1, 2) and "\x1b" not in "".join(lines)
    assert len({line.count("|") for line in lines}) == 1
    assert [line for line in lines if "| 1e5 " in line] and [line for line in lines if "| 007 " in line]
