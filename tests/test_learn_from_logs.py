"""What ccusage does not tell is read from the logs beside it: when, how often, and not without something to learn from."""

import json
import os
import sqlite3
import time
from contextlib import closing

import pytest
from commands import HOUR, NOW, Machine, block, wait_until
from terminal import Terminal

from ccmon.model import Source
from ccmon.pipeline import lessons, memory, refresh, sources
from ccmon.settings import context
from ccmon.sources import log_reader

SONNET = "claude-sonnet-4-5-20250929"


def answer(number, at):
    """A line of a log."""
    usage = {"input_tokens": 10, "output_tokens": 4, "cache_creation_input_tokens": 50, "cache_read_input_tokens": 900}
    return json.dumps({"sessionId": "s", "requestId": f"r{number}", "version": "2.1.80",
                       "timestamp": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(at)),
                       "message": {"id": f"m{number}", "model": SONNET, "usage": usage}}, separators=(",", ":")) + "\n"


def minutes(machine: Machine):
    """The minutes in the store."""
    path = machine.home / ".local/share/ccmon/ccmon.db"
    with closing(sqlite3.connect(str(path))) as db:
        return db.execute("SELECT ts, input, output, cache_creation, cache_read FROM minute ORDER BY ts").fetchall()


@pytest.fixture
def logged(machine):
    """A machine with ccusage and two minutes in its logs."""
    machine.log = machine.home / ".claude/projects/p/s.jsonl"
    machine.log.parent.mkdir(parents=True)
    machine.log.write_text(answer(1, NOW - HOUR) + answer(2, NOW - 1800))
    machine.answers([block(NOW - HOUR, 700)])
    return machine


@pytest.fixture
def learning(logged):
    """The same, and its user was cut off once."""
    logged.run("hit", now=NOW - 600)
    return logged


def add(machine, number, at):
    with machine.log.open("a") as file:
        file.write(answer(number, at))


def test_who_has_nothing_to_learn_from_pays_nothing(logged):
    logged.run("record")
    assert minutes(logged) == [] and not (logged.cache / "logs.db").exists()


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
    assert minutes(logged) == [] and logged.run("--json").json["percent_source"] == "tokens"


def test_only_the_end_of_a_log_is_looked_at(logged, monkeypatch):
    monkeypatch.setattr(log_reader, "END_BYTES", 1000)
    add_text(logged, limit(NOW - 60) + "x" * 1100 + "\n" + limit(NOW - 30, "5-hour limit reached - resets 6:30pm (UTC)"))
    ctx = context.prepare({}, {**logged.env(), "CCMON_NOW": str(NOW)})
    found = log_reader.limits_at_the_end(sources.files(ctx), NOW)
    assert [at for at, _, _ in found] == [NOW - 30]


def add_text(machine, text):
    with machine.log.open("a") as file:
        file.write(text)


def test_with_a_reading_the_minutes_are_read_beside_ccusage(learning):
    learning.run("record")
    assert minutes(learning) == [(NOW - HOUR, 10, 4, 50, 900), (NOW - 1800, 10, 4, 50, 900)]
    assert learning.run("--json", now=NOW + 1).json["source"]["name"] == "ccusage" and learning.runs() == 1


@pytest.mark.parametrize("words", [("--source", "ccusage"), ("--demo",)])
def test_who_wants_ccusage_alone_has_it_alone(learning, words):
    learning.run("record", *words)
    assert minutes(learning) == [] and not (learning.cache / "logs.db").exists()


@pytest.mark.parametrize("words", [("--json",), ("--once",)])
def test_a_call_that_answers_reads_no_more_than_it_needs(learning, words):
    learning.run(*words)
    assert minutes(learning) == []


def test_not_more_often_than_once_a_minute(learning):
    learning.run("record")
    add(learning, 3, NOW + 5)
    for now, known in ((NOW + 30, 2), (NOW + 59, 2), (NOW + 60, 3)):
        learning.run("record", now=now)
        assert len(minutes(learning)) == known


def test_unchanged_logs_are_not_read(learning, monkeypatch):
    learning.run("record")
    looks = []
    monkeypatch.setattr(log_reader, "look", lambda *_: looks.append(1))
    ctx = context.prepare({}, {**learning.env(), "CCMON_NOW": str(NOW + 600)})
    refresh.learn(ctx)
    assert looks == []
    add(learning, 3, NOW + 5)
    learning.run("--json", now=NOW + 600)
    refresh.learn(ctx)
    assert looks == [1]


def test_a_cache_that_cannot_be_written_costs_only_the_minutes(learning):
    (learning.cache / "logs.db").mkdir(parents=True)
    assert learning.run("record") == (0, "", "") and minutes(learning) == []
    (learning.cache / "logs.db").rmdir()
    assert learning.run("record", now=NOW + 60) == (0, "", "") and len(minutes(learning)) == 2


def test_many_minutes_come_in_at_once(learning, monkeypatch):
    learning.log.write_text("".join(answer(n, NOW - HOUR - 60 * n) for n in range(25)))
    monkeypatch.setattr(log_reader, "MOST_SENT", 10)
    ctx = context.prepare({}, {**learning.env(), "CCMON_NOW": str(NOW)})
    with memory.opened(ctx, 1000) as kept:
        sources.learn(ctx, Source("ccusage", logs="x"), kept)
    assert len(minutes(learning)) == 25


def test_as_long_as_another_process_reads_everything_it_is_tried_again(learning, monkeypatch):
    monkeypatch.setattr(log_reader, "AT_ONCE_BYTES", 10)
    monkeypatch.setattr(log_reader, "_start", lambda: None)
    ctx = context.prepare({}, {**learning.env(), "CCMON_NOW": str(NOW)})
    with memory.opened(ctx, 1000) as kept:
        sources.learn(ctx, Source("ccusage", logs="x"), kept)
        assert minutes(learning) == [] and kept.logs_learned() == f"{NOW} whole "
        log_reader.read_all(str(learning.cache), sources.files(ctx), sources._price(ctx))
    later = ctx._replace(env={**ctx.env, "CCMON_NOW": str(NOW + 60)})
    with memory.opened(later, 1000) as kept:
        sources.learn(later, Source("ccusage", logs="x"), kept)
    assert len(minutes(learning)) == 2


def test_the_refresher_of_the_line_learns_after_it_has_answered(learning):
    now = int(time.time())
    learning.log.write_text(answer(1, now - HOUR))
    learning.answers([block(now - HOUR, 700)])
    learning.run("hit", now=None)
    learning.run("--statusline", now=None)
    wait_until(lambda: minutes(learning), "the minutes are stored")
    assert [row[1:] for row in minutes(learning)] == [(10, 4, 50, 900)] and learning.idle()
    log = learning.home / ".local/state/ccmon"
    assert not log.exists() or not any(path.stat().st_size for path in log.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")
def test_the_screen_learns_and_key_l_gives_the_reason(logged):
    now = int(time.time())
    logged.log.write_text(answer(1, now - HOUR))
    logged.answers([block(now - HOUR, 1234)])
    with Terminal(logged.command("--interval", "0.5"), env=logged.env(TERM=None), cwd=str(logged.cwd)) as term:
        term.wait_for("1,234")
        assert minutes(logged) == []
        term.send("L")
        term.wait_for("Noted: cut off at")
        wait_until(lambda: minutes(logged), "the minutes are stored")
        term.send("L")
        term.wait_for("Taken back")
        term.send("q")
        assert term.wait_exit() == 0
    assert logged.run("hit", "--list", now=None).out == "Nothing is noted.\n"


def test_a_fault_in_learning_spoils_no_answer(learning, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("broken")
    monkeypatch.setattr(lessons, "study_when_due", broken)
    ctx = context.prepare({}, {**learning.env(), "CCMON_NOW": str(NOW)})
    assert refresh.learn_quietly(ctx) is False
    assert "ZeroDivisionError: broken" in (learning.home / ".local/state/ccmon/ccmon.log").read_text()
    monkeypatch.undo()
    assert refresh.learn_quietly(ctx) is True
