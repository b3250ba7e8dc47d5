"""`--format claude`: Claude Code's JSON on stdin, its row in return, and what it says kept for everyone."""

import json
import re
import sqlite3
import sys
import time
from contextlib import closing

import pytest
from commands import HOUR, PATIENCE_S, block, wait_until
from hypothesis import given
from hypothesis import strategies as st

from ccmon import claude_row, text
from ccmon.sources import hook

pytestmark = pytest.mark.newest_only

SGR = re.compile(r"\x1b\[[0-9;]*m")
CLAUDE = ("--statusline", "--format", "claude")


def told(five=37, week=12, session="s1", counter=1000, model="Opus 4.1", left_s=2 * HOUR + 90):
    """What Claude Code 2.1.80 pipes into its command."""
    now = int(time.time())
    windows = {"five_hour": five, "seven_day": week}
    limits = {name: {"used_percentage": used, "resets_at": now + left_s} for name, used in windows.items() if used is not None}
    return {"session_id": session, "version": "2.1.80", "model": {"id": "claude-opus-4-1", "display_name": model},
            "cost": {"total_cost_usd": 1.234, "total_api_duration_ms": counter},
            "context_window": {"context_window_size": 200_000, "used_percentage": 42},
            **({"rate_limits": limits} if limits else {})}


def ask(machine, document, *words, **env):
    """The row, as it was printed."""
    stdin = document if isinstance(document, bytes) else json.dumps(document).encode()
    done = machine.run(*(words or CLAUDE), now=None, stdin=stdin, **env)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("\n") and done.out.count("\n") == 1 and len(done.out) > 1
    return done.out[:-1]


def words_of(row):
    return SGR.sub("", row)


@pytest.fixture
def used(machine):
    """A machine that has read usage, with a row asked for before."""
    machine.answers([block(int(time.time()) - HOUR, 700)])
    machine.run("record", now=None)
    ask(machine, told(None, None))
    return machine


# --- the row ----------------------------------------------------------------------------------------------------------------

def test_both_roads_print_the_same(machine):
    machine.answers([block(int(time.time()) - HOUR, 700)])
    machine.run("record", now=None)
    first = ask(machine, told(), COLUMNS=200)
    assert words_of(first).startswith("Opus 4.1 · ctx 42% · 5h 37% (2h 0")
    assert words_of(first).endswith("· $1.23 · 700 tokens · 12/min")
    assert ask(machine, told(), COLUMNS=200) == first
    assert machine.runs() == 1


def test_without_official_percentages_ccmons_own_words_stand_there(used):
    row = words_of(ask(used, told(None, None), COLUMNS=200))
    words = r"Opus 4\.1 · ctx 42% · \$1\.23 · CC 10% · 700/7k · 12/min · (?:out \d\d:\d\d|lasts) · reset \d\d:\d\d"
    assert re.fullmatch(words, row)


def test_on_an_empty_home(machine):
    assert words_of(ask(machine, told(), COLUMNS=200)).startswith("Opus 4.1 · ctx 42% · 5h 37% (2h 0")


def test_with_ccusage_missing(machine):
    machine.ccusage.unlink()
    wait_until(lambda: "no logs yet" in words_of(ask(machine, told(), PATH="/bin", COLUMNS=200)), "the reason")
    assert words_of(ask(machine, told(), PATH="/bin", COLUMNS=200)).startswith("Opus 4.1 · ctx 42% · 5h 37%")


@pytest.mark.parametrize("columns, expected", [
    ("200", "Opus 4.1 · ctx 42% · 5h 37% (2h 01m) · 7d 12% (2h 01m) · $1.23 · 700 tokens · 11/min"),
    ("60", "Opus 4.1 · ctx 42% · 5h 37% (2h 01m) · 7d 12% (2h 01m)"), ("40", "Opus 4.1 · ctx 42% · 5h 37% (2h 01m)"),
    ("28", "ctx 42% · 5h 37% (2h 01m)"), ("20", "5h 37% (2h 01m)"),
    ("8", "5h 37%"), ("5", "$1.23"), ("4", "5h"), ("3", "5h"), ("1", "5"),
])
def test_columns_are_kept_by_leaving_out_the_least(columns, expected):
    record = {"gap": " · ", "beside": [["700 tokens", ""], ["11/min", ""]]}
    now = time.time()
    document = told()
    for window in document["rate_limits"].values():
        window["resets_at"] = (int(now) // 60 + 122) * 60
    row = claude_row.compose(record, document, int(columns), (int(now) // 60 + 122) * 60 - (2 * HOUR + 90))
    assert row == expected


@pytest.mark.parametrize("word, expected", [("100", 100), ("0", 80), ("-5", 80), ("x", 80), ("", 80), ("9" * 30, 80), ("١٢", 80)])
def test_the_columns_variable(word, expected):
    assert hook.columns({"COLUMNS": word}) == expected
    assert hook.columns({}) == 80


def test_max_width_counts_too(used):
    assert len(words_of(ask(used, told(), *CLAUDE, "--max-width", "30", COLUMNS="200"))) <= 30


def test_colours_follow_the_levels_and_no_color(used):
    assert "\x1b[1m5h 85%!" in ask(used, told(five=85)) and "\x1b[1;7m5h 101%!" in ask(used, told(five=101))
    dark = [*CLAUDE, "--theme", "dark"]                # else nobody knows what it is shown on
    assert "\x1b[38;5;80m5h 37%" in ask(used, told(), *dark)
    assert "\x1b[38;5;214m5h 85%!" in ask(used, told(five=85), *dark)
    assert "\x1b[1;38;5;203m5h 101%!" in ask(used, told(five=101), *dark)
    assert "\x1b" not in ask(used, told(), NO_COLOR="1")


def test_ascii(used):
    row = words_of(ask(used, told(), *CLAUDE, "--ascii"))
    assert row.isascii() and " | " in row


def test_a_hostile_model_name_does_nothing(used):
    row = words_of(ask(used, told(model="$(touch x)`id`%n#[fg=red]\x1b[31m\nx"), COLUMNS=200))
    assert row.startswith("touch x id n fg red 31m x · ctx")


def test_templates(used):
    template = ("\x1b[7m{session_model}\x1b[0m {context}% {session_cost} {official_5h}/{official_7d} "
                "{percent} {{x}} {nope} {context:3} {bar:4}")
    row = ask(used, told(), *CLAUDE, "--template", template)
    assert row == "\x1b[7mOpus 4.1\x1b[0m 42% $1.23 37/12 10 {x} ? ? ▍───"
    assert ask(used, told(None, None), *CLAUDE, "--template", "{official_5h}{context}") == "-42"
    assert ask(used, told(), *CLAUDE, "--template", "\x1b[7m{official_5h}", COLUMNS=1) == "C"
    assert used.run("--statusline", "--template", "{context} {session_model} {session_cost}", now=None).out == "- - -\n"


def test_claude_is_for_the_command_line_only(used):
    line = used.run("--statusline", CCMON_FORMAT="claude", now=None).out
    assert line.startswith("CC ! CCMON_FORMAT: claude is for Claude Code")
    used.configure("[ccmon]\nformat = claude\n")
    assert "config.ini, line 2: claude is for Claude Code only" in used.run("--once", now=None).err
    assert words_of(ask(used, told())).startswith("Opus 4.1")      # the words of the call come first


def test_a_wrong_setting_is_told_in_the_row(machine):
    row = words_of(ask(machine, told(), *CLAUDE, "--plan", "nope", COLUMNS=300))
    assert row.endswith("choose from pro, max5, max20, custom_max, ml_auto")


# --- stdin ------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("stdin", [
    b"", b"\n", b"{", b"[]", b"null", b"3", b'"x"', b"\xff\xfe\x00", b"[" * 100_000, b'{"model":', b"NaN", b"1" * 10_000,
    b'\xef\xbb\xbf{"model": {"id": "x"}}', b"{}trailing", json.dumps({"rate_limits": {"five_hour": 3}, "model": []}).encode(),
], ids=lambda stdin: repr(stdin[:20]))
def test_malformed_json_is_survived(used, stdin):
    row = words_of(ask(used, stdin, COLUMNS=200))
    assert "CC 10% · 700/7k" in row


def test_a_large_document_is_read_and_a_huge_one_survived(used):
    assert "5h 37%" in words_of(ask(used, {"padding": "x" * 300_000, **told()}, COLUMNS=200))
    assert "CC 10%" in words_of(ask(used, {"padding": "x" * 3_000_000, **told()}, COLUMNS=200))


@given(st.text())
def test_the_fast_parser_reads_what_json_reads(words):
    assert hook.parse(json.dumps(words)) == hook._parse_slowly(json.dumps(words)) == words
    assert (hook.parse(words) is None) == (hook._parse_slowly(words.lstrip()) is None)


@given(st.integers(0, 10 ** 7))
def test_durations_and_sums_read_as_elsewhere(number):
    assert claude_row.duration(number) == text.duration(number)
    assert claude_row.usd(number / 100) == text.usd(number / 100)


@given(st.integers(1, 120), st.integers(0, 101), st.text(max_size=50), st.booleans())
def test_never_wider_than_asked_and_never_empty(cells, percent, name, official):
    document = told(percent if official else None, percent, model=name)
    record = {"gap": " · ", "words": [["CC 10%", "\x1b[1m"], ["700/7.0k", ""]], "beside": [], "levels": [[0, "\x1b[3m"]]}
    row = claude_row.compose(record, document, cells, time.time())
    assert 0 < len(words_of(row)) <= cells


# --- what it leads to -------------------------------------------------------------------------------------------------------

def rows(machine):
    with closing(sqlite3.connect(str(machine.home / ".local/share/ccmon/ccmon.db"))) as db:
        return db.execute("SELECT window_s, percent, source FROM reading ORDER BY window_s, ts").fetchall()


def test_the_official_percentages_reach_the_store_and_every_view(used):
    ask(used, told(37, 12.5))
    assert used.run("record", now=None).code == 0
    assert rows(used) == [(18_000, 37.0, "statusline"), (604_800, 12.5, "statusline")]
    document = used.run("--json", now=None).json
    quota = document["official"]["five_hour"]
    assert quota["percent"] == 37 and document["official"]["seven_day"]["percent"] == 12.5
    assert document["reset"]["rule"] == "official" and document["reset"]["at"] == quota["resets_at"]
    assert 0 <= time.time() - quota["read_at"] < PATIENCE_S
    assert used.run("--statusline", "--template", "{official_5h} {official_7d}", now=None).out == "37 12\n"
    assert "37 %" in used.run("--once", now=None, COLUMNS=80, LINES=24).out
    assert "5h 37%" in words_of(ask(used, told(None, None)))          # a new session of Claude Code that knows nothing yet


def test_a_refresh_behind_the_callers_back_takes_them_too(used):
    ask(used, told(41, None))
    state = used.cache / "state"
    head, note = state.read_text().split("\n", 1)
    state.write_text(" ".join(["1", *head.split()[1:]]) + "\n" + note)
    ask(used, told(41, None))
    wait_until(lambda: rows(used) == [(18_000, 41.0, "statusline")], "the reading is stored")


def test_an_idle_terminal_shows_the_newest_number(used):
    ask(used, told(60, 12))
    used.run("record", now=None)
    assert "5h 60%" in words_of(ask(used, told(37, 12, session="idle")))


def test_a_value_that_was_lowered_stays_so_in_every_view(used):
    idle = told(67, 12, session="idle", counter=9000)
    for document in (idle, told(0, 12, counter=2000), told(1, 12, counter=3000), idle):
        ask(used, document)
        used.run("record", now=None)
    assert used.run("--json", now=None).json["official"]["five_hour"]["percent"] == 1
    assert "5h 1%" in words_of(ask(used, idle)) and "5h 1%" in words_of(ask(used, told(None, None)))
    assert [row[1] for row in rows(used) if row[0] == 18_000][-1] == 1


def test_two_accounts_in_one_folder(used):
    one, other = told(67, 12, session="one"), told(4, 3, session="other", left_s=HOUR)
    for document in (one, other, one):
        ask(used, document)
        used.run("record", now=None)
    assert "5h 67%" in words_of(ask(used, one)) and "5h 4%" in words_of(ask(used, other))
    quotas = used.run("--json", now=None).json["official"]
    assert (quotas["five_hour"]["percent"], quotas["seven_day"]["percent"]) == (4, 3)
    assert "5h 67% (2h" in words_of(ask(used, told(60, 12, session="one", counter=500)))       # the session's other terminal


@pytest.mark.parametrize("percent, shown", [(104, 104), (460.5, 460), (1_764_000_000, None), (1_764_000_000_000, None)])
def test_more_than_a_hundred(used, percent, shown):
    row = words_of(ask(used, told(percent, 12), COLUMNS=200))
    assert (f"5h {shown}%!" in row) is ("5h" in row) is (shown is not None)
    used.run("record", now=None)
    seen = used.run("--json", now=None)
    if shown is None:
        assert seen.code == 0 and seen.json["official"]["five_hour"] is None
    else:
        assert seen.code == 11 and seen.json["percent"] == percent
        assert "over_limit" in seen.json["warnings"]


@pytest.mark.parametrize("percent, left_s", [(37, 57 * 24 * HOUR), (97, 5 * HOUR - 90), (104, 5 * HOUR)])
def test_what_cannot_be_is_shown_nowhere(used, percent, left_s):
    assert "5h" not in words_of(ask(used, told(percent, None, left_s=left_s), COLUMNS=200))
    used.run("record", now=None)
    assert rows(used) == [] and used.run("--json", now=None).json["official"]["five_hour"] is None
    assert "5h" not in words_of(ask(used, told(percent, None, left_s=left_s), COLUMNS=200))


def test_a_passed_window_is_not_shown(used):
    assert "5h" not in words_of(ask(used, told(37, 12, left_s=-300)))
    used.run("record", now=None)
    assert rows(used) == []


def test_failing_ccusage_keeps_no_reading_back(used):
    used.fails()
    ask(used, told(37, None))
    assert used.run("record", now=None).code == 30
    assert rows(used) == [(18_000, 37.0, "statusline")]


def test_without_a_store_readings_wait(used):
    data = used.home / ".local/share/ccmon"
    ask(used, told(37, None))
    data.rename(data.with_name("away"))
    data.write_text("not a folder")
    assert used.run("record", now=None).code == 30
    ask(used, told(38, None, counter=2000))
    assert used.run("record", now=None).code == 30
    data.unlink()
    data.with_name("away").rename(data)
    used.run("record", now=None)
    assert [row[1] for row in rows(used)] in ([37.0, 38.0], [38.0])
    assert used.run("--json", now=None).json["official"]["five_hour"]["percent"] == 38


def test_the_spool_stays_small_and_private(used):
    for n in range(3):
        ask(used, told(37 + n, None))
    spool = used.cache / "readings"
    assert oct(spool.stat().st_mode & 0o777) == "0o600" and len(spool.read_text().splitlines()) == 3
    spool.write_text("x" * 70_000)
    ask(used, told(50, None))
    assert spool.stat().st_size == 70_000
    used.run("record", now=None)
    assert not spool.exists()


def test_a_line_that_is_written_late_is_not_lost(used):
    ask(used, told(37, None))
    with open(str(used.cache / "readings"), "a") as late:
        used.run("record", now=None)
        late.write(f"{int(time.time())} s1 2000 55 {(int(time.time()) + 7200) // 60 * 60 + 120} - -\n")
    used.run("record", now=None)
    assert used.run("--json", now=None).json["official"]["five_hour"]["percent"] == 55


def test_the_demo_and_other_words_write_no_spool(used):
    ask(used, told(), *CLAUDE, "--demo")
    assert sys.platform == "win32" or not (used.cache / "readings.taken").exists()
