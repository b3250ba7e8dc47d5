"""What ccusage does not tell is read from the logs beside it, always: when, how often, and what comes of it."""

import json
import os
import sqlite3
import time
from contextlib import closing

import pytest
from commands import HOUR, NOW, Machine, block, wait_until
from terminal import Terminal

from ccmon.model import Source
from ccmon.pipeline import history, learned_state, refresh, sources
from ccmon.settings import context
from ccmon.sources import log_reader
from ccmon.store import learning

pytestmark = pytest.mark.newest_only

SONNET = "claude-sonnet-4-5-20250929"


def answer(number, at):
    """A line of a log."""
    usage = {"input_tokens": 10, "output_tokens": 4, "cache_creation_input_tokens": 50, "cache_read_input_tokens": 900}
    return json.dumps({"sessionId": "s", "requestId": f"r{number}", "version": "2.1.80",
                       "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at)),
                       "message": {"id": f"m{number}", "model": SONNET, "usage": usage}}, separators=(",", ":")) + "\n"


def minutes(machine: Machine):
    """The messages in the store."""
    path = machine.home / ".local/share/ccmon/ccmon.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(str(path))) as db:
        return db.execute("SELECT at_ms / 1000, input, output, cache_5m, cache_read FROM message ORDER BY at_ms").fetchall()


@pytest.fixture
def logged(machine):
    """A machine with ccusage and two minutes in its logs."""
    machine.log = machine.home / ".claude/projects/p/s.jsonl"
    machine.log.parent.mkdir(parents=True)
    machine.log.write_text(answer(1, NOW - HOUR) + answer(2, NOW - 1800))
    machine.answers([block(NOW - HOUR, 700)])
    return machine


def add(machine, number, at):
    with machine.log.open("a") as file:
        file.write(answer(number, at))


LIMIT = "5-hour limit reached - resets 6:30pm (UTC)"


def limit(at, text=LIMIT):
    """A line that says so."""
    message = {"model": "<synthetic>", "content": [{"type": "text", "text": text}]}
    return json.dumps({"sessionId": "s", "isApiErrorMessage": True, "message": message,
                       "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at))}, separators=(",", ":")) + "\n"


def test_the_first_limit_message_is_enough_to_begin_with(logged):
    logged.run("record")
    add_text(logged, limit(NOW + 30))
    logged.run("record", now=NOW + 60)
    assert "30 s" not in logged.run("hit", "--list", now=NOW + 61).out and len(minutes(logged)) == 2
    told = logged.run("--json", now=NOW + 62).json
    assert (told["percent"], told["percent_source"]) == (100.0, "official") and told["warnings"] == ["over_limit"]


@pytest.mark.parametrize("text, at", [("You've hit your weekly limit - resets 6pm (UTC)", NOW - 30), (LIMIT, NOW - 5 * HOUR),
                                      ("ok", NOW)])
def test_no_other_message_is(logged, text, at):
    add_text(logged, limit(at, text))
    logged.run("record")
    assert logged.run("--json").json["percent_source"] == "tokens"


def add_text(machine, text):
    with machine.log.open("a") as file:
        file.write(text)


def test_the_logs_are_read_beside_ccusage(logged):
    logged.run("record")
    assert minutes(logged) == [(NOW - HOUR, 10, 4, 50, 900), (NOW - 1800, 10, 4, 50, 900)]
    assert logged.run("--json", now=NOW + 1).json["source"]["name"] == "ccusage" and logged.runs() == 1


@pytest.mark.parametrize("words", [("--source", "ccusage"), ("--demo",)])
def test_who_wants_ccusage_alone_has_it_alone(logged, words):
    logged.run("record", *words)
    assert minutes(logged) == []


@pytest.mark.parametrize("words", [("--json",), ("--once",)])
def test_a_call_that_answers_reads_no_more_than_it_needs(logged, words):
    logged.run(*words)
    assert minutes(logged) == []


def test_not_more_often_than_once_a_minute(logged):
    logged.run("record")
    add(logged, 3, NOW + 5)
    for now, known in ((NOW + 30, 2), (NOW + 59, 2), (NOW + 60, 3)):
        ctx = context.prepare({}, {**logged.env(), "CCMON_NOW": str(now)})
        refresh.current_facts(ctx, insist=True)
        refresh.learn(ctx)
        assert len(minutes(logged)) == known


def test_unchanged_logs_are_not_read(logged, monkeypatch):
    ctx = context.prepare({}, {**logged.env(), "CCMON_NOW": str(NOW)})
    refresh.current_facts(ctx, insist=True)
    refresh.learn(ctx)
    looks = []
    monkeypatch.setattr(log_reader, "read", lambda *_: looks.append(1))
    ctx = ctx._replace(env={**ctx.env, "CCMON_NOW": str(NOW + 600)})
    refresh.learn(ctx)
    assert looks == []
    add(logged, 3, NOW + 5)
    refresh.current_facts(ctx)
    refresh.learn(ctx)
    assert looks == [1]


def test_a_long_history_is_read_by_a_process_of_its_own(logged, monkeypatch):
    started = []
    monkeypatch.setattr(log_reader, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(log_reader, "start", lambda cache, env: started.append(cache))
    ctx = context.prepare({}, {**logged.env(), "CCMON_NOW": str(NOW)})
    with history.opened(ctx, 1000) as kept:
        sources.read_beside(ctx, Source("ccusage", logs="x"), kept)
        assert minutes(logged) == [] and started == [ctx.cache] and kept.note(learning.LOGS) == f"{NOW} "
    for name, value in ctx.env.items():
        monkeypatch.setenv(name, value)
    sources.read_all_logs()
    assert len(minutes(logged)) == 2


def test_a_record_returns_when_all_is_stored(logged):
    """Without a terminal it says nothing; a line more is in the next one, however soon."""
    for number, now in ((3, NOW + 1), (4, NOW + 2)):
        add(logged, number, now)
        assert logged.run("record", now=now) == (0, "", "") and len(minutes(logged)) == number


def test_the_refresher_of_the_line_learns_after_it_has_answered(logged):
    now = int(time.time())
    logged.log.write_text(answer(1, now - HOUR))
    logged.answers([block(now - HOUR, 700)])
    logged.run("--statusline", now=None)
    wait_until(lambda: minutes(logged), "the minutes are stored")
    assert [row[1:] for row in minutes(logged)] == [(10, 4, 50, 900)] and logged.idle()
    log = logged.home / ".local/state/ccmon"
    assert not log.exists() or not any(path.stat().st_size for path in log.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
def test_the_screen_reads_them_too(logged):
    now = int(time.time())
    logged.log.write_text(answer(1, now - HOUR))
    logged.answers([block(now - HOUR, 1234)])
    with Terminal(logged.command("--interval", "0.5"), env=logged.env(TERM=None), cwd=str(logged.cwd)) as term:
        term.wait_for("1,234")
        wait_until(lambda: minutes(logged), "the messages are stored")
        term.send("q")
        assert term.wait_exit() == 0


# --- whose figures are shown ------------------------------------------------------------------------------------------------

def test_the_history_is_the_ledgers_and_the_screen_says_what_ccusage_says(logged):
    """An older ccusage counts the first of duplicate lines."""
    logged.answers([block(NOW - HOUR, 20)])
    logged.run("record")
    assert [row["tokens"] for row in logged.run("history", "--json").json] == [28]
    assert logged.run("--json").json["session"]["tokens"] == 20
    check = next(check for check in logged.run("doctor", "--json").json["checks"] if check["topic"] == "logs")
    words = "ccusage counts 20 tokens in the session that runs, the log files hold 28"
    assert check["state"] == "hint" and words in check["says"]


def test_without_logs_the_reports_are_the_history(logged):
    logged.run("record", "--source", "ccusage")
    assert [row["tokens"] for row in logged.run("history", "--json", "--source", "ccusage").json] == [700]
    assert minutes(logged) == []


def test_what_only_ccusage_reported_stays_when_the_logs_are_read(logged):
    """The logs of an earlier session are gone; those of this one hold less than was reported."""
    logged.answers([block(NOW - 30 * HOUR, 5000), block(NOW - HOUR, 700)])
    logged.run("record", "--source", "ccusage")
    for _ in range(2):
        logged.run("record", now=NOW + 120)
        rows = logged.run("history", "--json", now=NOW + 120).json
        assert [row["tokens"] for row in rows] == [5000, 700]


def test_deleting_a_log_beside_ccusage_counts_nothing_twice(logged):
    at = NOW // HOUR * HOUR - 6 * HOUR
    logged.log.write_text(answer(1, at))
    other = logged.log.with_name("t.jsonl")
    other.write_text(answer(2, at + 2 * HOUR) + answer(3, at + 6 * HOUR))
    logged.answers([block(at, 28), block(at + 6 * HOUR, 14)])
    now = at + 6 * HOUR + 1800
    logged.run("record", now=now)
    logged.log.unlink()
    logged.answers([block(at + 2 * HOUR, 28)])             # as ccusage cuts what is left
    for later in (1, 100):
        logged.run("record", now=now + later)
        assert [row["tokens"] for row in logged.run("history", "--json", now=now + later).json] == [28, 14]
        shown = logged.run("--json", now=now + later).json["session"]
        assert (shown["start"], shown["tokens"]) == (at + 6 * HOUR, 14)
    words = " ".join(logged.run("why", now=now + 100).out.split())
    assert "gone or came late, so ccusage cuts it otherwise" in words and "28 tokens" in words


def test_a_fault_in_learning_spoils_no_answer(logged, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("broken")
    monkeypatch.setattr(learned_state, "study_when_due", broken)
    ctx = context.prepare({}, {**logged.env(), "CCMON_NOW": str(NOW)})
    assert refresh.learn_quietly(ctx) is False
    assert "ZeroDivisionError: broken" in (logged.home / ".local/state/ccmon/ccmon.log").read_text()
    monkeypatch.undo()
    assert refresh.learn_quietly(ctx) is True


# --- what the reader counts -----------------------------------------------------------------------------------------------

def test_what_was_read_of_the_logs_is_counted(machine):
    assert machine.run("why", "--json").json["logs"] is None
    machine.answers([block(NOW - 2 * HOUR, 700)])
    log = machine.home / ".claude/projects/-src-shop/a.jsonl"
    log.parent.mkdir(parents=True)
    usage = '{"input_tokens":5,"output_tokens":6}'
    answer = ('{"type":"assistant","timestamp":"2025-11-24T15:00:00.000Z","sessionId":"s","version":"2.1.0","requestId":"r",'
              '"message":{"id":"m","model":"claude-opus-4-1","usage":' + usage + "}}")
    log.write_text(f'{{"type":"user"}}\n{answer[:-9]}\n{answer}\n{{"type":"progress","data":{{"usage":{usage}}}}}\n')
    machine.run("record", "--source", "logs")
    logs = machine.run("why", "--json").json["logs"]
    assert logs == {"files": 1, "lines": 4, "messages": 1, "damaged": 1, "left_out": {"progress": 1}, "worst": [[str(log), 1, 2]]}
    out = " ".join(machine.run("why").out.split())
    assert "logs 1 file, 4 lines: 1 message, 1 damaged" in out and "1 damaged line, the first is line 2" in out
    assert "not answers, so not counted: 1 reports of progress" in out
