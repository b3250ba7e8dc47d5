"""history and record from outside: what is remembered, in which shape, and that nothing is lost."""

import csv
import io
import json
import sqlite3

import pytest
import tabulate
from commands import HOUR, NOW, block

pytestmark = pytest.mark.newest_only

DAY = 24 * HOUR
KEYS = {"start": int, "end": int, "last": int, "active": bool, "tokens": int, "input": int, "output": int, "cache_creation": int,
        "cache_read": int, "cost_usd": float, "models": list, "limit": int, "percent": float, "source": str, "host": str,
        "plan": str, "limit_source": str, "near": bool, "hit": bool, "rated_by": str, "passed": bool}
GROUP_KEYS = ["key", "begins", "sessions", "tokens", "input", "output", "cache_creation", "cache_read", "cost_usd", "models",
              "percent", "near", "hits", "passed"]
GAP = {"id": "gap-2025", "isGap": True, "startTime": "2025-11-20T00:00:00.000Z", "endTime": "2025-11-21T00:00:00.000Z",
       "actualEndTime": None, "entries": 0, "totalTokens": 0, "costUSD": 0, "models": [],
       "tokenCounts": {"inputTokens": 0, "outputTokens": 0, "cacheCreationInputTokens": 0, "cacheReadInputTokens": 0}}


@pytest.fixture
def recorded(machine):
    """A machine that remembers three sessions, the last one active."""
    machine.answers([block(NOW - 2 * HOUR, 700), GAP, block(NOW - 10 * DAY, 3500), block(NOW - 3 * DAY, 1400)])
    assert machine.run("record") == (0, "", "")
    return machine


def starts(machine, *words, **env):
    """The starts of the sessions listed."""
    return [item["start"] for item in machine.run("history", "--json", *words, **env).json]


def test_an_empty_history(machine):
    assert machine.run("history", "--json") == (0, "[]\n", "")
    plain = machine.run("history")
    assert plain.code == 0 and plain.out.count("\n") == 1 and "ccmon record" in plain.out
    assert machine.run("history", "--table").out.startswith("|")
    assert machine.runs() == 0


def test_keys_and_types(recorded):
    items = recorded.run("history", "--json").json
    assert len(items) == 3
    for item in items:
        assert list(item) == list(KEYS)
        assert all(type(item[name]) is kind for name, kind in KEYS.items()), item
    assert items[-1] == {
        "host": items[0]["host"], "plan": "pro", "limit_source": "plan", "near": False, "hit": False,
        "rated_by": "limit", "passed": False,
        "start": NOW - 2 * HOUR, "end": NOW + 3 * HOUR, "last": NOW - HOUR, "active": True, "tokens": 700, "input": 140,
        "output": 560, "cache_creation": 3500, "cache_read": 66_500, "cost_usd": 1.25,
        "models": ["claude-sonnet-4-5-20250929"], "limit": 7000, "percent": 10.0, "source": "ccusage"}


def test_oldest_first_the_active_one_included_no_gaps(recorded):
    assert starts(recorded) == [NOW - 10 * DAY, NOW - 3 * DAY, NOW - 2 * HOUR]
    assert [item["active"] for item in recorded.run("history", "--json").json] == [False, False, True]


@pytest.mark.parametrize("days, count", [("1", 1), ("3", 2), ("4", 2), ("30", 3), ("0.01", 1), ("2.7", 1), ("2.9", 2)])
def test_days_are_counted_to_the_end_of_a_session(recorded, days, count):
    assert len(starts(recorded, "--days", days)) == count


def test_a_session_that_ended_exactly_then_is_outside(machine):
    machine.answers([block(NOW - DAY - 5 * HOUR, 700)])
    machine.run("record")
    assert starts(machine, "--days", "1") == []
    assert starts(machine, "--days", "1", now=NOW - 1) == [NOW - DAY - 5 * HOUR]


@pytest.mark.parametrize("words", [["--days", "0"], ["--days", "-1"], ["--days", "x"], ["--days", "nan"], ["--days", "1e99"],
                                   ["--days"], ["--by", "weak"], ["--table", "--json"],
                                   ["--since", "x"], ["--until", "2026-13"], ["--since", "2025-11-02", "--until", "2025-11-01"],
                                   ["--days", "3", "--since", "today"], ["--days", "3", "--until", "today"],
                                   ["--rows", "0"], ["--rows", "-1"], ["--rows", "1.5"], ["--rows"], ["--sort", "x"], ["--sort"],
                                   ["--sort", "-"], ["--sort", "bar"], ["--sort", "day"], ["--columns", ""],
                                   ["--columns", "start,x"], ["--columns", "tokens", "--json"], ["--columns", "x", "--heatmap"],
                                   ["--by", "hour", "--columns", "plan"], ["--sort", "tokens", "--chart"],
                                   ["--rows", "3", "--heatmap"], ["--csv", "--json"], ["--chart", "year"], ["--host", "x"],
                                   ["--check", "--json"]])
def test_wrong_words(recorded, words):
    result = recorded.run("history", *words)
    assert result.code == 2 and result.out == "" and result.err.count("\n") == 1


@pytest.mark.parametrize("words, told", [
    (["--since", "11/01"], "a day (2026-11-22, today, yesterday, monday, 3d), a week (2026-W47"),
    (["--columns", "tokns"], "did you mean tokens?"), (["--by", "day", "--columns", "start"], "by day there are day, begins"),
    (["--sort", "-tokns"], "did you mean tokens?"), (["--host", "x"], "there are "), (["--by", "dya"], "day"),
    (["--rows", "x"], "'x' is not a whole number of rows from 1 to 1,000,000"),
    (["--days", "x"], "'x' is not a number of days"), (["--days", "0"], "'0' is not a number of days above 0, up to 36500"),
    (["--days", "1", "--since", "today"], "use one of them")])
def test_wrong_words_are_told_with_what_is_valid(recorded, words, told):
    assert told in recorded.run("history", *words).err


def test_the_simple_table(recorded):
    lines = recorded.run("history", "--timezone", "UTC").out.splitlines()
    assert lines[0].split() == ["start", "length", "tokens", "cost", "share", "models"]
    assert set(lines[1]) == {"-", " "}
    assert lines[2].split() == ["2025-11-14", "16:00", "1h", "00m", "3,500", "$1.25", "50", "%", "sonnet-4-5"]
    assert lines[4].split()[:3] == ["2025-11-24", "14:00", "*"]
    assert lines[5] == lines[1] and [line.split()[0] for line in lines[6:8]] == ["3", "average"]
    assert lines[6].split()[2:] == ["4h", "00m", "5,600", "$3.75"] and lines[7].split()[-2:] == ["26", "%"]
    assert lines[8:] == ["", "* still runs", "Shares are of 7,000 tokens (the reference figure of pro).",
                         "0 of 3 sessions reached the limit, 0 passed 80 %"]


def test_table_alone_is_github(recorded):
    alone = recorded.run("history", "--table")
    assert alone.out.startswith("| start") and alone == recorded.run("history", "--table", "github")
    assert recorded.run("--table", "history") == alone


@pytest.mark.parametrize("name", sorted(tabulate.tabulate_formats))
def test_every_format_of_tabulate(recorded, name):
    result = recorded.run("history", "--table", name)
    assert result.code == 0 and "3,500" in result.out.replace("{,}", ",")


def test_an_unknown_format_gets_the_list(recorded):
    result = recorded.run("history", "--table", "githbu")
    assert result.code == 2 and "github" in result.err and "fancy_grid" in result.err and result.err.count("\n") == 1


def test_zones_move_the_table_not_the_json(recorded):
    assert "2025-11-14 17:00" in recorded.run("history").out
    assert "2025-11-15 01:00" in recorded.run("history", "--timezone", "Asia/Tokyo").out
    assert starts(recorded) == starts(recorded, "--timezone", "Asia/Tokyo")


def test_the_limit_of_its_time_stays(machine):
    machine.answers([block(NOW - 3 * DAY, 1400)])
    machine.run("record", "--plan", "max5")
    machine.run("record", "--plan", "max20", now=NOW + 60)
    assert [(item["limit"], item["plan"], item["percent"]) for item in machine.run("history", "--json").json] == [
        (35_000, "max5", 20.0)]


def test_what_ccusage_forgets_is_kept(recorded):
    recorded.answers([block(NOW - 2 * HOUR, 900)])
    recorded.run("record", now=NOW + 60)
    assert [item["tokens"] for item in recorded.run("history", "--json").json] == [3500, 1400, 900]


def test_a_session_forgotten_before_it_was_over_is_completed_from_what_was_seen(recorded):
    recorded.answers([])
    recorded.run("record", now=NOW + 600)
    later = NOW + 6 * HOUR
    last = recorded.run("history", "--json", now=later).json[-1]
    assert (last["tokens"], last["active"], last["end"]) == (700, False, NOW + 3 * HOUR)
    assert recorded.run("--json", now=later).json["session"]["tokens"] == 700


def test_a_completed_session_never_shrinks(recorded):
    recorded.answers([block(NOW - 3 * DAY, 14), block(NOW - 10 * DAY, 35_000)])
    recorded.run("record", now=NOW + 60)
    assert [item["tokens"] for item in recorded.run("history", "--json").json][:2] == [35_000, 1400]


def test_the_record_outlives_the_logs(recorded):
    recorded.answers([block(NOW - 2 * HOUR, 700)])
    plan = recorded.run("--json", "--plan", "custom_max", now=NOW + 60).json["plan"]
    assert plan == {"name": "custom_max", "limit": 3500, "limit_source": "high_water", "limit_unit": "tokens"}


def test_saving_twice_changes_nothing(recorded):
    before = recorded.run("history", "--json")
    for _ in range(3):
        recorded.run("record")
    assert recorded.run("history", "--json") == before


def test_the_history_of_another_claude_folder_is_its_own(recorded):
    assert recorded.run("history", "--json", CLAUDE_CONFIG_DIR="/other").json == []


def test_history_reads_only(recorded):
    recorded.fails()
    assert len(starts(recorded)) == 3 and recorded.runs() == 1


def test_history_of_a_store_that_cannot_be_used_says_so(machine):
    result = machine.run("history", CCMON_DATA_DIR="/dev/null/x")
    assert result.code == 30 and "history is off" in result.err and result.err.count("\n") == 1


def test_hundreds_of_sessions_in_one_answer(machine):
    machine.answers([block(NOW - at * 6 * HOUR, at) for at in range(2, 400)])
    machine.run("record")
    items = machine.run("history", "--json").json
    assert [item["tokens"] for item in items] == list(range(399, 1, -1)) and json.dumps(items)


# --- which sessions -----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("words, tokens", [
    (["--since", "2025-11-14"], [3500, 1400, 700]), (["--since", "2025-11-15"], [1400, 700]), (["--since", "today"], [700]),
    (["--until", "yesterday"], [3500, 1400]), (["--since", "2025-11-14", "--until", "2025-11-14"], [3500]),
    (["--since", "2025-W47", "--until", "2025-W47"], [1400]), (["--until", "2025-11"], [3500, 1400, 700]),
    (["--rows", "2"], [1400, 700]), (["--rows", "9"], [3500, 1400, 700]), (["--sort", "tokens"], [700, 1400, 3500]),
    (["--sort", "-tokens"], [3500, 1400, 700]), (["--sort=-tokens", "--rows", "1"], [3500]),
    (["--sort", "-start"], [700, 1400, 3500]), (["--sort", "tokens", "--rows", "2"], [700, 1400]),
    (["--since", "2025-11-15", "--rows", "1"], [700])])
def test_which_sessions_and_in_which_order(recorded, words, tokens):
    assert [item["tokens"] for item in recorded.run("history", "--json", *words).json] == tokens
    assert [int(row["tokens"]) for row in comma_separated(recorded, *words)] == tokens


def test_days_are_those_of_the_zone(machine):
    machine.answers([block(NOW - 17 * HOUR, 700)])                  # 23 November, 23:00 in UTC, 24 November in Warsaw
    machine.run("record")
    assert len(starts(machine, "--since", "today")) == 1
    assert starts(machine, "--since", "today", "--timezone", "UTC") == []


def test_no_session_in_that_time_is_said(recorded):
    result = recorded.run("history", "--since", "2025-11-16", "--until", "2025-11-17")
    assert result == (0, "No sessions in that time: those stored began from 2025-11-14 to 2025-11-24\n", "")
    assert recorded.run("history", "--chart", "--since", "2026").out == result.out
    assert recorded.run("history", "--json", "--since", "2026").json == []
    assert len(comma_separated(recorded, "--since", "2026")) == 0


# --- groups -------------------------------------------------------------------------------------------------------------

def groups(machine, by, *words):
    """Key: sessions and tokens."""
    items = machine.run("history", "--json", "--by", by, *words).json
    assert all(list(item) == GROUP_KEYS for item in items)
    return {item["key"]: (item["sessions"], item["tokens"]) for item in items}


def test_groups(recorded):
    assert groups(recorded, "day") == {"2025-11-14": (1, 3500), "2025-11-21": (1, 1400), "2025-11-24": (1, 700)}
    assert groups(recorded, "week") == {"2025-W46": (1, 3500), "2025-W47": (1, 1400), "2025-W48": (1, 700)}
    assert groups(recorded, "month") == {"2025-11": (3, 5600)}
    assert groups(recorded, "model") == {"not by model": (3, 5600)}
    assert groups(recorded, "project") == {"not by project": (3, 5600)}
    assert {key: both for key, both in groups(recorded, "hour").items() if both[0]} == {
        "15:00": (1, 560), "16:00": (1, 140), "17:00": (2, 3920), "18:00": (2, 980)}      # five quarters of an hour each
    assert [item["begins"] for item in recorded.run("history", "--json", "--by", "week").json] == [
        "2025-11-10", "2025-11-17", "2025-11-24"]
    assert groups(recorded, "day", "--rows", "1", "--sort", "tokens") == {"2025-11-24": (1, 700)}


def test_how_often_the_limit_was_reached_and_a_figure_passed(machine):
    starts = {5600: 3 * DAY, 5599: 4 * DAY, 7000: 5 * DAY, 36_000: 9 * HOUR}
    machine.answers([block(NOW - ago, tokens) for tokens, ago in starts.items()])
    machine.run("record", "--plan", "max5")
    machine.run("hit", "--at", "2025-11-20 18:00")
    for by in ("session", "day", "month"):
        assert machine.run("history", "--by", by, "--plan", "max5").out.endswith(
            "else of 35,000 tokens (the reference figure of max5).\n"
            "1 of 4 sessions reached the limit, 2 passed 80 %; 1 passed the reference figure\n")
    last = machine.run("history", "--by", "day", "--rows", "1", "--plan", "max5").out
    assert "sessions reached" not in last and "Shares are of 35,000 tokens" in last
    items = machine.run("history", "--json", "--plan", "max5").json
    assert [(item["near"], item["hit"], item["passed"]) for item in items] == [
        (False, False, False), (True, True, False), (False, False, False), (True, False, True)]


# --- machines -----------------------------------------------------------------------------------------------------------

@pytest.fixture
def merged(recorded):
    """The second session is one of another machine, called =lap|top."""
    with sqlite3.connect(str(recorded.home / ".local/share/ccmon/ccmon.db")) as db:
        other = db.execute("INSERT INTO owner (host, account) VALUES ('=lap|top', 'x')").lastrowid
        db.execute("UPDATE session SET owner_id = ? WHERE tokens = 1400", (other,))
        db.execute("UPDATE usage SET owner_id = ? WHERE ts BETWEEN ? AND ?", (other, NOW - 3 * DAY, NOW - 3 * DAY + 5 * HOUR))
    db.close()
    return recorded


def test_hosts(merged):
    here = merged.run("history", "--json").json[0]["host"]
    assert [item["tokens"] for item in merged.run("history", "--json").json] == [3500, 700]
    assert [item["tokens"] for item in merged.run("history", "--json", "--host", here).json] == [3500, 700]
    assert [item["tokens"] for item in merged.run("history", "--json", "--host", "=lap|top").json] == [1400]
    assert [item["host"] for item in merged.run("history", "--json", "--host", "all").json] == [here, "=lap|top", here]
    assert groups(merged, "month", "--host", "all") == {"2025-11": (3, 5600)}
    assert groups(merged, "month") == {"2025-11": (2, 4200)}
    assert merged.run("history", "--host", "all").out.split()[:2] == ["start", "host"]
    assert merged.run("history").out.split()[:2] == ["start", "length"]
    told = merged.run("history", "--host", "=laptop").err
    assert "did you mean =lap|top?" in told and here in told


def test_names_stay_in_their_cells(merged):
    assert [row["host"] for row in comma_separated(merged, "--host", "=lap|top")] == ["'=lap|top"]
    github = merged.run("history", "--host", "all", "--table").out.splitlines()
    assert {line.count("|") for line in github} == {8} and "=lap/top" in github[3]


# --- shapes -------------------------------------------------------------------------------------------------------------

def comma_separated(machine, *words):
    """The rows of --csv."""
    out = machine.run("history", "--csv", *words).out
    return list(csv.DictReader(io.StringIO(out, newline=""), strict=True))


def test_csv(recorded):
    assert recorded.shell(f"CCMON_NOW={NOW} $CCMON history --csv >out").code == 0
    raw = (recorded.cwd / "out").read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n") == 4
    assert raw.startswith(b"start,end,last,start_epoch,end_epoch,last_epoch,host,length_s,tokens,")
    first = comma_separated(recorded)[0]
    expected = {"start": "2025-11-14 17:00:00", "start_epoch": str(NOW - 10 * DAY), "length_s": "3600", "tokens": "3500",
                "cost_usd": "1.25", "percent": "50.0", "near": "0", "plan": "pro", "models": "claude-sonnet-4-5-20250929"}
    assert {name: first[name] for name in expected} == expected
    assert list(comma_separated(recorded, "--by", "week", "--columns", "key,cost,bar")[0]) == ["week", "cost_usd"]


def test_columns(recorded):
    assert recorded.run("history", "--columns", "tokens,source").out.splitlines()[0] == "tokens  source"
    drawn = recorded.run("history", "--by", "day", "--columns", "day,spark,bar", "--ascii").out.splitlines()
    assert drawn[2].split()[1:] == ["@.", "#" * 20] and drawn[4].split()[1:] == ["@.", "#" * 4 + "." * 16]
    helped = recorded.run("history", "--columns", "help", "--by", "week").out.splitlines()
    assert helped[0].split()[0] == "week" and all(len(line.split()) > 2 for line in helped)
    assert recorded.run("history", "--columns", "start,tokens", "--table").out.startswith("| start              |   tokens |")


def test_totals_stand_in_tables_too_and_not_in_data(recorded):
    assert recorded.run("history", "--table", "tsv").out.splitlines()[-2].split("\t")[2].strip() == "5,600"
    assert len(recorded.run("history", "--json").json) == len(comma_separated(recorded)) == 3


def test_the_table_needs_no_tabulate(recorded, tmp_path):
    (tmp_path / "tabulate.py").write_text("raise ImportError")
    path = f"{tmp_path}:{recorded.env()['PYTHONPATH']}"
    assert recorded.run("history", PYTHONPATH=path).code == 0
    result = recorded.run("history", "--table", PYTHONPATH=path)
    assert result.code == 30 and "pip install tabulate" in result.err and result.err.count("\n") == 1


@pytest.mark.parametrize("words", [["--chart"], ["--chart", "week"], ["--heatmap"], ["--chart", "month", "--rows", "1"]])
def test_pictures_are_plain_in_a_pipe(recorded, words):
    result = recorded.run("history", *words)
    assert result.code == 0 and result.out.count("\n") > 2 * ("month" not in words) and "\x1b" not in result.out
    assert recorded.run("history", *words, "--ascii").out.isascii()


@pytest.mark.parametrize("env, coloured", [({}, False), ({"FORCE_COLOR": "1"}, True),
                                           ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
                                           ({"FORCE_COLOR": "1", "TERM": "dumb"}, False)])
def test_colours_in_a_pipe(recorded, env, coloured):
    for words in ((), ("--by", "day"), ("--chart",)):
        assert ("\x1b[" in recorded.run("history", *words, **env).out) is coloured
    assert "\x1b" not in recorded.run("history", "--csv", **env).out + recorded.run("history", "--table", **env).out


def test_check_and_backup_are_asked_of_the_store(recorded):
    assert recorded.run("history", "--check").code == 0
    copy = recorded.folder / "copy.db"
    assert recorded.run("history", "--backup", str(copy)).code == 0 and copy.stat().st_size > 0
