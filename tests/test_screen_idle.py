"""An open screen where nothing happens does nothing it need not do, and misses nothing: by what is done, not by time."""

import os
import subprocess
import sys
import time
from types import SimpleNamespace

import claude_logs
import pytest
from commands import ROOT
from made_facts import made_facts

from ccmon import model
from ccmon.fullscreen import app
from ccmon.fullscreen.app import Picture, ScreenState, View
from ccmon.fullscreen.live import LOAD, NOTHING, READ, Poller
from ccmon.pipeline import history, present, refresh, stored, watch
from ccmon.settings import context
from ccmon.sources import log_files, log_watch
from ccmon.sources.log_watch import LogWatch
from ccmon.text import Charset

OLD = time.time() - 86_400
SCAN = log_files.scan


# --- the logs ---------------------------------------------------------------------------------------------------------------

@pytest.fixture
def logs(tmp_path, monkeypatch):
    """Makes 50 old logs in 5 projects, seen by a watch for which a look at everything is dear."""
    return lambda name="": _logs(tmp_path / f"logs {name}", monkeypatch)


def _logs(folder, monkeypatch):
    for number in range(50):
        _write(folder / f"p{number // 10}" / f"s{number:02}.jsonl", OLD - 60 * number)
    for one in [*folder.iterdir(), folder]:
        os.utime(str(one), (OLD, OLD))
    clock = SimpleNamespace(now_s=1000.0, cpu_s=0.0, scans=0)

    def counted(folders):
        clock.scans, clock.cpu_s = clock.scans + 1, clock.cpu_s + 1.0
        return SCAN(folders)
    monkeypatch.setattr(log_files, "scan", counted)
    monkeypatch.setattr(log_files, "HAS_CTIME", False)     # so that a time can be set back
    seen = LogWatch([str(folder)], lambda: clock.now_s, lambda: clock.cpu_s)
    assert seen.has_changed() and not seen.has_changed() and clock.scans == 1
    return SimpleNamespace(folder=folder, clock=clock, watch=seen)


def _write(path, at, text="{}\n", mode="w"):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open(mode) as file:
        file.write(text)
    os.utime(str(path), (at, at))


def _unseen_new(folder):
    _write(folder / "p0/new.jsonl", OLD)
    os.utime(str(folder / "p0"), (OLD, OLD))       # as on a network: what is new does not show in the folder


CHANGES = [
    ("appended to the newest", lambda at: _write(at / "p0/s00.jsonl", time.time(), mode="a"), True),
    ("the newest shrank", lambda at: _write(at / "p0/s00.jsonl", OLD, ""), True),
    ("the newest rewritten", lambda at: _write(at / "p0/s00.jsonl", OLD + 1, "[]\n"), True),
    ("the newest is gone", lambda at: (at / "p0/s00.jsonl").unlink(), True),
    ("an old one is gone", lambda at: (at / "p4/s49.jsonl").unlink(), True),
    ("new in an old project", lambda at: _write(at / "p4/new.jsonl", time.time()), True),
    ("new project", lambda at: _write(at / "p9/new.jsonl", time.time()), True),
    ("first sub-agent", lambda at: _write(at / "p0/s00/subagents/agent-1.jsonl", time.time()), True),
    ("appended to an old one", lambda at: _write(at / "p4/s49.jsonl", time.time(), mode="a"), False),
    ("new, and its folder's time stays", _unseen_new, None),       # some file systems show it in the folder's size
]


def test_a_change_of_a_log_is_seen_at_once_or_within_half_a_minute_and_once(logs):
    for name, change, at_once in CHANGES:
        seen = logs(name)
        change(seen.folder)
        is_seen = seen.watch.has_changed()
        assert at_once in (is_seen, None), name
        seen.clock.now_s += log_watch.MOST_S
        assert seen.watch.has_changed() != is_seen, name
        assert not seen.watch.has_changed(), name


def test_between_two_looks_at_all_logs_only_the_newest_and_the_folders_are_looked_at(logs, monkeypatch):
    logs, asked, stat = logs(), [], os.stat

    def noted(path, **options):
        asked.append(path)
        return stat(path, **options)
    monkeypatch.setattr(os, "stat", noted)
    for _ in range(9):
        logs.clock.now_s += 3
        assert not logs.watch.has_changed()
    assert logs.clock.scans == 1 and 0 < len(asked) <= 9 * (1 + 5 + 3 * log_watch.HOT_FILES)


def test_few_logs_are_all_looked_at_each_time(logs):
    logs = logs()
    logs.watch._cpu_s = lambda: 0.0
    logs.clock.now_s += log_watch.MOST_S
    assert not logs.watch.has_changed()
    _write(logs.folder / "p4/s49.jsonl", time.time(), mode="a")
    assert logs.watch.has_changed()


# --- the poller -------------------------------------------------------------------------------------------------------------

@pytest.fixture
def pollers(home, monkeypatch):
    """Two screens of one account; refreshes and openings of the history are counted."""
    start = time.time() - 3000
    entries = claude_logs.talk(seed=1, start=start, hours=0.5, messages=20)
    log = claude_logs.write(home / ".claude", entries)[0]
    os.utime(str(log), (start, start))
    ctx = context.prepare({}, {"HOME": str(home), "PATH": "", "CCMON_SOURCE": "logs", "CCMON_ALERTS": "none"})
    counts = SimpleNamespace(reads=0, opened=0)
    once, open_store = refresh.once, stored.open_store

    def read(*args):
        counts.reads += 1
        return once(*args)

    def opened(*args):
        counts.opened += 1
        return open_store(*args)
    monkeypatch.setattr(refresh, "once", read)
    monkeypatch.setattr(stored, "open_store", opened)
    monkeypatch.setattr(Poller, "_just_read", lambda self, now: False)     # each turn here is some seconds after the last
    clock = SimpleNamespace(ahead_s=0)
    monkeypatch.setattr(context.Context, "now", lambda self: int(time.time()) + clock.ahead_s)
    made = [Poller(ctx, SimpleNamespace(wake=lambda: None, clock=clock)) for _ in range(2)]
    for one in made:
        one._watch._logs._cpu_s = lambda: 0.0
        one._watch.has_input()
        one._turn(READ)
    settled(made)
    return SimpleNamespace(both=made, log=log, counts=counts, ctx=ctx, entries=entries)


def settled(pollers):
    """How many turns, 3 seconds apart, the pollers take until none of them has anything to do."""
    for turns in range(20):
        pollers[0].screen.clock.ahead_s += 3
        due = [(one, one._due()) for one in pollers]
        for one, what in due:
            if what:
                one._turn(what)
        if not any(what for _, what in due):
            return turns
    raise AssertionError("they never come to rest")


def append(pollers):
    entry = pollers.entries[-1]._replace(time=time.time() - 5, message="msg_new", request="req_new", output=12_345)
    claude_logs.write(pollers.log.parents[2], [entry])


def test_where_nothing_changes_nothing_is_opened_read_or_painted(pollers, monkeypatch):
    pollers.counts.reads = pollers.counts.opened = 0
    monkeypatch.setattr("ccmon.locks.lock", None)
    monkeypatch.setattr("ccmon.line_answer.read_state", None)
    assert [one._due() for one in pollers.both for _ in range(50)] == [NOTHING] * 100
    assert (pollers.counts.reads, pollers.counts.opened) == (0, 0)


def test_a_changed_log_is_read_once_and_two_screens_come_to_rest(pollers):
    tokens = pollers.both[0]._last.stored.blocks[-1].tokens
    pollers.counts.reads = 0
    append(pollers)
    assert settled(pollers.both) <= 4 and pollers.counts.reads <= 2
    assert all(one._last.stored.blocks[-1].tokens > tokens + 12_000 for one in pollers.both)


def test_what_another_process_stores_is_loaded_and_not_read_again(pollers):
    with history.opened(pollers.ctx, 1000) as kept:
        kept.add_hit(pollers.ctx.now())
    pollers.counts.reads = 0
    first = pollers.both[0]
    assert first._due() == LOAD and settled([first]) <= 3      # what is learned of it is stored, too
    assert first._last.learned.hit_at is not None and pollers.counts.reads == 0


HAPPENINGS = {
    "a session ends": lambda one: setattr(one, "_edge", time.time() - 1),
    "long ago": lambda one: setattr(one, "_due_s", time.monotonic() - 1),
    "the clock was set": lambda one: setattr(one._watch, "_ahead_s", one._watch._ahead_s - 10),
    "a fault": lambda one: setattr(one, "_last", one._last.with_source(one._last.reported.source._replace(error="no"))),
    "no logs": lambda one: setattr(one, "_last", one._last.with_source(one._last.reported.source._replace(logs=""))),
    "a line was asked for": lambda one: os.utime(os.path.join(one.ctx.cache, "plain")) or _not_fresh(one),
}


def test_time_alone_calls_for_a_look(pollers):
    for name, happening in HAPPENINGS.items():
        happening(pollers.both[0])
        assert pollers.both[0]._due() == READ, name
        assert 0 < settled(pollers.both) <= 4, name


def _not_fresh(one):
    path = os.path.join(one.ctx.cache, "state")
    with open(path) as file:
        words = file.read().split(" ")
    with open(path, "w") as file:
        file.write(" ".join(["0", *words[1:]]))
    one._watch.note_stored()


def test_the_rest_grows_where_nobody_uses_or_asks_anything(pollers):
    seen, now = pollers.both[0]._watch, int(time.time())
    source = pollers.both[0]._last.reported.source
    assert seen.rest_s(source, now, now - 10) == watch.REST_S < seen.rest_s(source, now, now - 1000) == watch.CALM_REST_S


# --- the picture --------------------------------------------------------------------------------------------------------------

NOW = 1_800_000_000 + 3600             # an hour into the session
BLOCK = model.Block(NOW - 3600, NOW + 4 * 3600, NOW - 60, 5000, 2000, 3000, 0, 0, 1.0, ("claude-sonnet-4-5",))


@pytest.fixture
def drawn(home, monkeypatch):
    """Views of a session that runs, with how often the numbers and the lines were made."""
    counts = SimpleNamespace(numbers=0, lines=0)
    ctx = context.prepare({}, {"HOME": str(home), "PATH": ""})
    view, made = present.snapshot, app._made

    def counted_view(*args):
        counts.numbers += 1
        return view(*args)

    def counted_made(*args):
        counts.lines += 1
        return made(*args)
    monkeypatch.setattr(present, "snapshot", counted_view)
    monkeypatch.setattr(app, "_made", counted_made)
    facts = made_facts((BLOCK,), (BLOCK.start,), source=model.Source("logs", refreshed=NOW))
    return SimpleNamespace(counts=counts, view=View(ctx, ScreenState(facts, reading=False), Charset(), 80, 24))


def _text(lines):
    return ["".join(span.text for span in line) for line in lines]


def test_of_a_session_that_runs_only_clock_and_age_are_made_anew_each_second(drawn):
    picture = Picture()
    for now in range(NOW, NOW + 60):
        shown, fresh = (_text(one.lines(drawn.view, now, now - now % 3)) for one in (picture, Picture()))
        assert (shown[0], shown[-1]) == (fresh[0], fresh[-1]) and len(shown) == len(fresh)
        assert picture.changes_in_s(now + 0.25) == pytest.approx(0.752)
    assert drawn.counts.numbers - 60 == 1 and drawn.counts.lines - 60 <= 60 / app.LINES_S + 1


def test_when_nothing_is_used_a_frame_stands_until_the_minute(drawn):
    picture, calm = Picture(), drawn.view._replace(is_calm=True)
    first = _text(picture.lines(calm, NOW))
    assert picture.changes_in_s(NOW + 20.25) == pytest.approx(39.752)
    later, next_minute = (_text(picture.lines(calm, NOW + s, NOW + s - 2)) for s in (59, 61))
    assert (later[0], later[-1]) == (first[0], first[-1]) != (next_minute[0], next_minute[-1])


def test_a_key_is_answered_and_its_message_goes_in_time(drawn):
    for state, words in (({"message": "Noted", "message_until": NOW + 3}, "Noted"), ({"page": "help"}, "back"),
                         ({"page": "history"}, "history"), ({"compact": True}, "")):
        picture, before = Picture(), drawn.view._replace(is_calm=True)
        first = _text(picture.lines(before, NOW))
        after = before._replace(state=before.state._replace(**state))
        shown = _text(picture.lines(after, NOW))
        assert shown != first and words in "".join(shown)
        assert (picture.changes_in_s(NOW) < 1.01) == ("message" in state)
        assert "Noted" not in "".join(_text(picture.lines(after, NOW + 3)))


def test_the_last_minute_of_a_session_counts_its_seconds(drawn):
    picture = Picture()
    rows = [_text(picture.lines(drawn.view, now))[1:-1] for now in range(BLOCK.end - 20, BLOCK.end)]
    assert len(set(map(tuple, rows))) == 20
    assert "No active session" in "".join(_text(picture.lines(drawn.view, BLOCK.end)))


# --- the first frame ----------------------------------------------------------------------------------------------------------

LATER = ("ccmon.alerts.rules", "ccmon.alerts.channels", "ccmon.doctor", "ccmon.fullscreen.live", "ccmon.fullscreen.key",
         "ccmon.pipeline.refresh", "ccmon.pipeline.sources", "ccmon.pipeline.alerting", "ccmon.pipeline.watch",
         "ccmon.sources.ccusage", "ccmon.sources.claude_files", "ccmon.views.history", "ccmon.views.document",
         *(f"ccmon.sources.log_{name}" for name in ("reader", "parts", "entries", "watch", "workers")),
         "ccmon.views.screen.pages", "ccmon.history.windows", "ccmon.pipeline.lines", "ccmon.line_cache", "subprocess",
         "traceback", "queue", *(("enum", "signal") if sys.version_info >= (3, 13) else ()))      # before, typing itself loads re
MOST_MODULES = 90                     # of ccmon
FIRST = """
import os, sys
from ccmon import cli, call
from ccmon.commands import look
from ccmon.fullscreen import app
class Screen:
    coloured = True
    def __init__(self, theme, log): pass
    def __enter__(self): return self
    def __exit__(self, *error): pass
    def size(self): return 80, 24
    def paint(self, lines):
        print(*sorted(sys.modules), sep="\\n")
        assert any("ccmon" in span.text for span in lines[0])
        sys.stdout.flush()
        os._exit(0)
app.Screen = Screen
with call.context_of(call.parse([])) as ctx:
    look._full_screen(ctx)
"""


def test_the_first_frame_is_of_what_is_stored_and_loads_nothing_that_comes_after_it(pollers):
    env = {**pollers.ctx.env, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    run = subprocess.run([sys.executable, "-c", FIRST], capture_output=True, text=True, cwd=ROOT, check=False, env=env)
    loaded = run.stdout.split()
    assert "ccmon.views.screen.dashboard" in loaded, run.stderr
    assert [name for name in loaded if name.startswith(LATER)] == []
    assert len([name for name in loaded if name.split(".")[0] == "ccmon"]) <= MOST_MODULES
