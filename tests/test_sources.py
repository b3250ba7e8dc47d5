"""Which source is used, and that it is told: ccusage as long as it can be started, the log files where it cannot."""

import json
import os
import re
import sqlite3
import time
from contextlib import closing

import pytest
from commands import HOUR, NOW, block

from ccmon import line_answer, line_cache
from ccmon.model import Source
from ccmon.pipeline import refresh
from ccmon.settings import context

pytestmark = pytest.mark.newest_only


def answer(number, at, given=1000):
    """A line of a log."""
    usage = {"input_tokens": given, "output_tokens": 400, "cache_creation_input_tokens": 50, "cache_read_input_tokens": 9000}
    return json.dumps({"sessionId": "s", "requestId": f"r{number}", "version": "2.1.80",
                       "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at)),
                       "message": {"id": f"m{number}", "model": "claude-sonnet-4-5-20250929", "usage": usage}},
                      separators=(",", ":")) + "\n"


@pytest.fixture
def logged(machine):
    """A machine whose logs say 2,800 tokens and whose ccusage says 700."""
    log = machine.home / ".claude/projects/p/s.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text(answer(1, NOW - HOUR) + answer(2, NOW - 1800))
    machine.log = log
    machine.answers([block(NOW - HOUR, 700)])
    return machine


def read(machine, *words, **env):
    document = machine.run("--json", *words, **env).json
    return document["source"]["name"], document["source"]["reason"], (document["session"] or {}).get("tokens")


def test_ccusage_comes_first(logged):
    assert read(logged) == ("ccusage", None, 700)


def test_without_ccusage_the_logs_are_read(logged):
    logged.ccusage.unlink()
    assert read(logged, PATH="/usr/bin:/bin") == ("logs", "no_ccusage", 2800)
    result = logged.run("--once", PATH="/usr/bin:/bin", COLUMNS=80, LINES=24)
    assert "logs (no ccusage)" in result.out and result.err == "" and result.code == 0
    assert logged.run("--statusline", "--wait", "20", PATH="/usr/bin:/bin").out.startswith("CC 40%")
    assert logged.run("record", PATH="/usr/bin:/bin") == (0, "", "")


@pytest.mark.parametrize("script", ["code=126", "code=127", "echo 'usage: ccusage [-h] {daily}' >&2; code=2"])
def test_a_ccusage_that_cannot_be_started_is_replaced(logged, script):
    logged.behaves(script)
    assert read(logged)[:2] == ("logs", "no_ccusage")


@pytest.mark.parametrize("script", ["code=1", "echo nonsense", "kill -9 $$", "exec sleep 30"])
def test_one_that_fails_is_told_and_never_replaced(logged, script):
    logged.behaves(script)
    result = logged.run("--json", "--timeout", "1")
    assert (result.code, result.json["source"]["name"], result.json["session"]) == (30, "ccusage", None)
    assert "Failed to get usage data" in result.err


def test_without_logs_a_missing_ccusage_is_told(logged):
    logged.ccusage.unlink()
    logged.log.unlink()
    result = logged.run("--json", PATH="/usr/bin:/bin")
    assert result.code == 30 and "npm install -g ccusage" in result.err


def test_who_insists_on_a_missing_ccusage_hears_that_the_logs_are_there(logged):
    logged.ccusage.unlink()
    result = logged.run("--json", "--source", "ccusage", PATH="/usr/bin:/bin")
    assert result.code == 30 and "--source logs" in result.err
    assert logged.run("--json", "--source", "logs", PATH="/usr/bin:/bin").code == 0


def test_as_soon_as_ccusage_is_there_it_is_used(logged):
    away = logged.ccusage.with_name("away")
    logged.ccusage.rename(away)
    assert read(logged, PATH=f"{logged.bin}:/usr/bin:/bin")[0] == "logs"
    away.rename(logged.ccusage)
    assert read(logged, now=NOW + 1)[0] == "ccusage"


def test_the_source_can_be_chosen(logged):
    assert read(logged, "--source", "logs") == ("logs", "asked_for", 2800)
    assert logged.runs() == 0
    logged.configure("[ccmon]\nsource = logs\n")
    assert read(logged) == ("logs", "asked_for", 2800)
    logged.ccusage.unlink()
    assert logged.run("--json", "--source", "ccusage", PATH="/usr/bin:/bin").json["source"]["name"] == "ccusage"


def test_what_both_say_is_one_session(logged):
    logged.answers([block((NOW - HOUR) // 3600 * 3600, 700)])
    read(logged)
    read(logged, "--source", "logs", now=NOW + 1)
    sessions = logged.run("history", "--json", now=NOW + 2).json
    assert [(row["tokens"], row["source"]) for row in sessions] == [(2800, "logs")]


def test_deleted_logs_leave_the_history(logged):
    read(logged, "--source", "logs")
    logged.log.write_text(answer(3, NOW + 20 * HOUR))
    assert read(logged, "--source", "logs", now=NOW + 20 * HOUR + 60)[2] == 1400
    assert [row["tokens"] for row in logged.run("history", "--json", now=NOW + 20 * HOUR + 60).json] == [2800, 1400]


def test_messages_are_stored(logged):
    read(logged, "--source", "logs")
    with closing(sqlite3.connect(str(logged.home / ".local/share/ccmon/ccmon.db"))) as db:
        rows = db.execute("SELECT at_ms, name, input, output, cache_5m, cache_read FROM message JOIN model ON id = model_id")
        assert [row[1:] for row in rows] == [("claude-sonnet-4-5-20250929", 1000, 400, 50, 9000)] * 2


def test_a_limit_message_is_a_reading_of_100(logged):
    text = "You've hit your session limit - resets 9pm (Europe/Warsaw)"
    limit = {"type": "assistant", "isApiErrorMessage": True, "sessionId": "s", "timestamp": "2025-11-24T15:55:00.000Z",
             "message": {"id": "x", "model": "<synthetic>", "role": "assistant", "content": [{"type": "text", "text": text}],
                         "usage": {"input_tokens": 0, "output_tokens": 0}}}
    with logged.log.open("a") as file:
        file.write(json.dumps(limit, separators=(",", ":")) + "\n")
    read(logged, "--source", "logs")
    with closing(sqlite3.connect(str(logged.home / ".local/share/ccmon/ccmon.db"))) as db:
        assert db.execute("SELECT ts, percent, source FROM reading").fetchall() == [(NOW - 300, 100.0, "limit")]


def test_damaged_lines_are_told_in_one_line(logged):
    with logged.log.open("a") as file:
        file.write('{"usage":{\n' * 3)
    document = logged.run("--json", "--source", "logs").json
    assert document["warnings"][-1] == "blocks_skipped" and document["session"]["tokens"] == 2800
    assert "3 damaged lines left out" in logged.run("--once", "--source", "logs", COLUMNS=80, LINES=24).out


def test_without_a_history_the_recent_sessions_are_read_anew(logged):
    (logged.home / ".local/share/ccmon/ccmon.db").mkdir(parents=True)
    for _ in range(2):
        result = logged.run("--json", "--source", "logs")
        assert result.json["session"]["tokens"] == 2800 and "store_failed" in result.json["warnings"]


def test_the_cost_of_an_unknown_model_is_unknown(logged):
    logged.log.write_text(answer(1, NOW - HOUR).replace("sonnet-4-5-20250929", "opus-99"))
    assert logged.run("--json", "--source", "logs").json["session"]["cost_usd"] is None
    logged.configure("[prices]\nclaude-opus-99 = 10, 0, 0, 0, 0\n")
    os.utime(str(logged.log))
    assert logged.run("--json", "--source", "logs", now=NOW + 400).json["session"]["cost_usd"] == 0.01


# --- what is noted of the source ------------------------------------------------------------------------------------------------

SAMPLES = {"str": "a word", "int": 7, "float": 0.5, "bool": True}


@pytest.mark.parametrize("field", Source._fields)
def test_every_field_of_the_source_is_noted_and_read_again(machine, field):
    ctx = context.prepare({}, machine.env())
    source = Source("logs")._replace(**{field: SAMPLES[re.sub(r"Optional\[(.*)\]", r"\1", Source.__annotations__[field])]})
    line_cache.write_state(ctx.cache, line_answer.State(note=json.dumps(source._asdict())))
    assert refresh.source_before(ctx) == source and source != Source("ccusage")


def test_every_field_of_the_state_is_written_and_read_again(machine):
    values = {name: f"note {at}" if name == "note" else at for at, name in enumerate(line_answer.State.__slots__, 1)}
    (machine.home / "cache").mkdir()
    line_cache.write_state(str(machine.home / "cache"), line_answer.State(**values))
    read = line_answer.read_state(str(machine.home / "cache"))
    assert {name: getattr(read, name) for name in line_answer.State.__slots__} == values
