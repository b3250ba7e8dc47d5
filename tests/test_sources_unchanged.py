"""Nothing changed, nothing done: when ccusage is run, and when a look at the log files is enough."""

import os
import time
from types import SimpleNamespace

import claude_logs
import pytest
from commands import HOUR, NOW, block, wait_until

from ccmon.commands import record
from ccmon.settings.context import prepare
from ccmon.store.database import Store

pytestmark = pytest.mark.newest_only

START = NOW - HOUR


@pytest.fixture
def quiet(machine):
    """A machine with logs whose usage has been read once."""
    machine.log = machine.home / ".claude/projects/p/s.jsonl"
    machine.log.parent.mkdir(parents=True)
    machine.log.write_text("{}\n")
    machine.answers([block(START, 700)])
    machine.run("--json")
    assert machine.runs() == 1
    machine.answers([block(START, 900)])
    return machine


def tokens(machine, *words, now=NOW + 60, **env):
    return machine.run("--json", *words, now=now, **env).json["session"]["tokens"]


def test_while_no_log_changes_ccusage_is_not_run(quiet):
    first = quiet.run("--json", now=NOW + 60).json
    assert (first["session"]["tokens"], quiet.runs()) == (700, 1)
    assert first["source"]["age_s"] == 0 and first["warnings"] == []
    assert first["percent"] == 10 and first["predicted_end"] > quiet.run("--json", now=NOW).json["predicted_end"]
    assert quiet.runs() == 1


@pytest.mark.parametrize("change", [
    lambda log: log.write_text("{}\n{}\n"), lambda log: os.utime(str(log), (1, 1)),
    lambda log: (log.parent / "t.jsonl").write_text(""),
    lambda log: (log.write_text("[]\n"), os.utime(str(log), ns=(log.stat().st_mtime_ns, log.stat().st_mtime_ns + 1))),
    lambda log: os.replace(str(log), str(log.parent / "u.jsonl")),
], ids=["grown", "touched", "new", "rewritten", "renamed"])
def test_any_change_of_a_log_is_seen(quiet, change):
    change(quiet.log)
    assert (tokens(quiet), quiet.runs()) == (900, 2)
    assert (tokens(quiet), quiet.runs()) == (900, 2)


def test_a_change_while_ccusage_runs_is_not_missed(quiet):
    quiet.behaves(f'cat "{quiet.folder}/answer.json"; echo >>"{quiet.log}"')
    quiet.log.write_text("{} \n")
    tokens(quiet)
    assert quiet.runs() == 2
    tokens(quiet)
    assert quiet.runs() == 3


@pytest.mark.parametrize("now, runs", [(NOW + 299, 1), (NOW + 300, 2), (NOW - 1, 2)], ids=["soon", "five minutes", "set back"])
def test_it_is_run_again_after_five_minutes(quiet, now, runs):
    quiet.run("--json", now=now)
    assert quiet.runs() == runs


def test_it_is_run_when_a_session_ends(machine):
    machine.log = machine.home / ".claude/projects/p/s.jsonl"
    machine.log.parent.mkdir(parents=True)
    machine.log.write_text("{}\n")
    end = START + 5 * HOUR
    machine.answers([block(START, 700)])
    machine.run("--json", now=end - 20)
    machine.run("--json", now=end - 1)
    assert machine.runs() == 1
    machine.run("--json", now=end)
    assert machine.runs() == 2


def test_record_always_runs_it(quiet):
    assert quiet.run("record", now=NOW + 1).code == 0
    assert quiet.runs() == 2


@pytest.mark.parametrize("words, env", [(("--ccusage", "{}"), {}), ((), {"CCMON_CCUSAGE": "{}"})], ids=["flag", "environment"])
def test_a_ccusage_named_by_hand_is_always_run(quiet, words, env):
    program = str(quiet.ccusage)
    for runs in (2, 3):
        named = {name: value.format(program) for name, value in env.items()}
        quiet.run("--json", *[word.format(program) for word in words], **named)
        assert quiet.runs() == runs


def test_after_a_failure_it_is_run_again(quiet):
    quiet.fails()
    quiet.run("record")
    quiet.answers([block(START, 950)])
    assert (tokens(quiet, now=NOW + 200), quiet.runs()) == (950, 3)


def test_without_logs_it_is_always_run(quiet):
    quiet.log.unlink()
    for runs in (2, 3):
        tokens(quiet)
        assert quiet.runs() == runs


def test_a_changed_configuration_runs_it(quiet):
    quiet.configure("[ccmon]\nplan = max5\n")
    tokens(quiet)
    assert quiet.runs() == 2


def test_a_lost_store_is_filled_again(quiet):
    for file in (quiet.home / ".local/share/ccmon").iterdir():
        file.unlink()
    assert (tokens(quiet), quiet.runs()) == (900, 2)


def test_the_refresher_of_the_line_leaves_it_alone_too(quiet):
    quiet.answers([block(int(time.time()) - HOUR, 1400)])
    quiet.run("record", now=None)
    quiet.run("--statusline", now=None)
    runs, state = quiet.runs(), quiet.cache / "state"
    head, note = state.read_text().split("\n", 1)
    state.write_text(" ".join(["1", *head.split()[1:]]) + "\n" + note)
    assert quiet.run("--statusline", now=None).out.startswith("CC 20%")
    wait_until(lambda: int(state.read_text().split()[0]) > time.time() and quiet.idle(), "the lines are fresh again")
    assert quiet.runs() == runs


def test_without_logs_a_changed_number_shows_within_two_intervals(machine):
    machine.answers([block(START, 700)])
    machine.run("--json")
    machine.answers([block(START, 900)])
    assert tokens(machine, now=NOW + 3) == 900


# --- the logs as the only source ----------------------------------------------------------------------------------------

@pytest.fixture
def recorded(tmp_path, monkeypatch):
    """Records so long after the first time (s), with logs as the only source: in how many transactions that could write."""
    home = tmp_path / "home"
    paths = claude_logs.write(home / ".claude", claude_logs.talk(seed=1, start=NOW - HOUR, hours=0.9, messages=20))
    begun, begin = [], Store._begin
    monkeypatch.setattr(Store, "_begin", lambda store, db, how: (begun.append(how), begin(store, db, how))[1])

    monkeypatch.setattr(Store.maintain, "__defaults__", (60.0, 0.0))       # thinning ends at once, however busy the machine is

    def record_at(after_s, **env):
        given = {"HOME": str(home), "CCMON_SOURCE": "logs", "CCMON_NOW": str(NOW + after_s), "PATH": "/nowhere", **env}
        begun.clear()
        assert record.run(SimpleNamespace(), prepare({}, given)) == 0
        return begun.count("BEGIN IMMEDIATE")

    assert record_at(0) > 2
    record_at(61)                      # with the first forecast, of what was learned in the end
    return SimpleNamespace(at=record_at, log=paths[0], home=home)


def test_a_record_with_nothing_new_writes_nothing_while_lines_are_fresh_and_once_after_that(recorded):
    state = next(recorded.home.glob(".cache/ccmon/state"))
    before = state.read_bytes()
    assert (recorded.at(65), state.read_bytes()) == (0, before)
    assert (recorded.at(165), state.read_bytes() == before) == (1, False)


def test_a_record_with_anything_new_writes_it_at_once(recorded):
    with recorded.log.open("a") as log:
        log.write(claude_logs.line(claude_logs.Entry(NOW, 900, message="msg_new", request="req_new")) + "\n")
    assert recorded.at(65) > 1
    assert recorded.at(66, CCMON_SOURCE="auto") > 0                # another source may be wanted now
    (recorded.home / ".config/ccmon").mkdir(parents=True)
    (recorded.home / ".config/ccmon/config.ini").write_text("[ccmon]\nplan = max5\n")
    assert recorded.at(67) > 0
