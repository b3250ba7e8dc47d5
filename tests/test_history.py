"""history and record from outside: what is remembered, in which shape, and that nothing is lost."""

import json

import pytest
import tabulate
from commands import HOUR, NOW, block

DAY = 24 * HOUR
KEYS = {"start": int, "end": int, "last": int, "active": bool, "tokens": int, "input": int, "output": int, "cache_creation": int,
        "cache_read": int, "cost_usd": float, "models": list, "limit": int, "percent": float, "source": str}
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
                                   ["--days"], ["--by", "week"], ["--table", "--json"]])
def test_wrong_words(recorded, words):
    result = recorded.run("history", *words)
    assert result.code == 2 and result.out == "" and result.err.count("\n") == 1


def test_the_simple_table(recorded):
    lines = recorded.run("history", "--timezone", "UTC").out.splitlines()
    assert lines[0].split() == ["start", "length", "tokens", "cost", "share", "models"]
    assert set(lines[1]) == {"-", " "}
    assert lines[2].split() == ["2025-11-14", "16:00", "1h", "00m", "3,500", "$1.25", "50", "%", "sonnet-4-5"]
    assert len(lines) == 5


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
    assert [(item["limit"], item["percent"]) for item in machine.run("history", "--json").json] == [(35_000, 4.0)]


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
    assert plan == {"name": "custom_max", "limit": 3500, "limit_source": "high_water"}


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
