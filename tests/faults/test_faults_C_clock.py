"""Faults C-3, C-6, C-7: the very second of the reset, a clock that is set back, a machine that slept."""

import os
import re
import signal
import time

import pytest
import scenes
from commands import block as row
from commands import wait_until
from false_clock import false_clock  # noqa: F401
from full_screen import leave, monitor
from live_lines import age, live, one_line, warm
from moments import UTC, at
from store_cases import DAY, HOUR, ME, T0, block, keep, path, snapshots, store, written_rows  # noqa: F401
from test_ccmon_line import ask, line, shell  # noqa: F401

from ccmon import line_answer, line_cache
from ccmon.model import Sample
from ccmon.text import plain
from ccmon.typed_values import ResetRule
from ccmon.usage import compute
from ccmon.usage.compute import REFERENCE_HOURS
from ccmon.views.screen import dashboard

pytestmark = pytest.mark.newest_only

SIX_YEARS_S = 6 * 365 * DAY


@pytest.mark.parametrize("now, expected", [
    ("2024-05-01 03:59", "2024-05-01 04:00"), ("2024-05-01 04:00", "2024-05-01 09:00"), ("2024-05-01 13:59", "2024-05-01 14:00"),
    ("2024-05-01 14:00", "2024-05-01 18:00"), ("2024-05-01 18:00", "2024-05-01 23:00"), ("2024-05-01 23:00", "2024-05-02 04:00"),
    ("2023-12-31 23:30", "2024-01-01 04:00"), ("2024-02-28 23:30", "2024-02-29 04:00"),
])
def test_C03_the_reference_times_are_strictly_later(now, expected):
    assert compute.next_hour(at(now), REFERENCE_HOURS, UTC) == at(expected)


RULES = [ResetRule("hour", (2, 18)), ResetRule("schedule"), ResetRule("session")]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.kind)
def test_C03_around_the_very_second_no_time_left_is_below_zero(rule):
    end = scenes.START + 5 * HOUR                        # 18:00 in Warsaw, where the reference times have a reset, too
    for now in range(end - 3, end + 62):
        shown = scenes.scene(21_000, scenes.plan("max5", rule=rule), seen=False, now=now)
        assert shown.snapshot.reset.at > now
        frames = [dashboard.render(shown, *size) for size in ((80, 24), (40, 10), (20, 5), (80, 1))]
        words = "\n".join([scenes.line_words(shown.snapshot, shown.zone), *(plain(line) for frame in frames for line in frame)])
        assert not re.search(r"(?<![\w:])-\s*\d", words), (now - end, words)


@pytest.mark.parametrize("shown", [block(tokens=10), block(tokens=11)])
def test_C06_a_clock_set_back_ends_what_was_seen(store, shown):
    first = block(tokens=10)
    keep(store, [first], T0 + 10)
    keep(store, [first], T0 + 4 * HOUR)
    back = T0 + HOUR
    keep(store, [shown], back)
    assert snapshots(store)[0][:2] == (T0 + 10, back)
    assert written_rows(store, lambda: keep(store, [shown], back + 5)) == 0
    assert all(sample.seen <= back + 5 for sample in store.facts(ME, back + 5).samples)


def test_C06_snapshots_ahead_of_the_clock_are_ignored(store):
    keep(store, [], T0 + DAY)
    keep(store, [], T0)
    assert store.facts(ME, T0).samples == (Sample(T0, T0, None, 0),)


def test_C06_facts_hold_no_block_of_the_future(store):
    keep(store, [block(T0 - 30 * DAY), block(T0 + DAY)], T0 + DAY)
    facts = store.facts(ME, T0)
    assert ([b.start for b in facts.blocks], facts.listed) == ([T0 - 30 * DAY], ())


def begun(machine, ago_s, tokens, ahead_s=0):
    """ccusage knows a session that began so long ago by a clock that is ahead."""
    machine.answers([row(int(time.time()) + ahead_s - ago_s, tokens)])


def test_C06_what_was_written_by_a_clock_six_years_ahead_is_renewed_at_once(machine, false_clock):
    begun(machine, 2 * HOUR, 9200, SIX_YEARS_S)
    false_clock.ahead(SIX_YEARS_S)
    ahead = false_clock.env()
    for words in (["record"], ["--statusline", "--wait", "9"], ["--statusline"]):
        assert machine.run(*words, now=None, **ahead).code == 0
    assert "131%" in machine.run("--statusline", now=None, **ahead).out
    wait_until(machine.idle, "the refresher ends")
    begun(machine, 2 * HOUR, 350)
    runs = machine.runs()
    wait_until(lambda: "5%" in one_line(machine.run("--statusline", now=None)), "the new numbers")
    wait_until(machine.idle, "the refresher ends")
    assert machine.runs() <= runs + 2                 # on a slow machine the first answer may be old by now
    told = machine.run("--json", now=None).json
    assert (told["session"]["tokens"], told["warnings"]) == (350, []) and 0 <= told["source"]["age_s"] < 600


def test_C06_a_session_of_a_clock_that_was_ahead_is_no_record(machine, false_clock):
    false_clock.ahead(400 * DAY)
    begun(machine, 10 * HOUR, 900_000, 400 * DAY)
    assert machine.run("record", now=None, **false_clock.env()).code == 0
    assert machine.run("--json", "--plan", "custom_max", now=None, **false_clock.env()).json["plan"]["limit"] == 900_000
    now = int(time.time())
    machine.answers([row(now - 2 * HOUR, 1234), row(now - 20 * HOUR, 8000)])
    told = machine.run("--json", "--plan", "custom_max", now=None).json
    assert (told["plan"]["limit"], told["session"]["tokens"]) == (8000, 1234)


@pytest.mark.parametrize("jump_s", [-2 * DAY, 2 * DAY])
def test_C06_the_clock_is_set_while_the_screen_runs(machine, false_clock, jump_s):
    begun(machine, 2 * HOUR, 1234)
    with monitor(machine, env=false_clock.env()) as term:
        term.wait_for("1,234")
        term.send("t")
        term.wait_for("Theme light")
        begun(machine, 2 * HOUR, 2345, jump_s)
        false_clock.ahead(jump_s)
        term.wait_for("2,345")
        term.wait_until(lambda: "Theme light" not in term.text())
        leave(term)


def test_C07_after_a_sleep_the_screen_says_how_old_its_numbers_are_and_reads_new_ones(machine, false_clock):
    begun(machine, 2 * HOUR, 1234)
    with monitor(machine, env=false_clock.env()) as term:
        term.wait_for("1,234")
        machine.gated()
        term.signal(signal.SIGSTOP)
        false_clock.ahead(2 * HOUR)
        term.signal(signal.SIGCONT)
        term.wait_until(lambda: re.search("Data is (2h 0|1h 59)", term.text()), "the age of the data")
        assert re.search("(59m|1h 00m) to", term.text()), "the time row goes on"
        begun(machine, HOUR // 2, 777, 2 * HOUR)
        machine.gated()
        machine.opens()
        term.wait_for("777")
        term.wait_until(lambda: "Data is" not in term.text())
        leave(term)


def test_C07_after_a_sleep_over_the_end_of_the_session_its_numbers_are_gone_at_once(machine, false_clock):
    begun(machine, 2 * HOUR, 9200)
    machine.configure("[ccmon]\nline_ttl = 600\n", is_old=True)
    env = false_clock.env()
    for _ in range(2):
        assert "131%" in machine.run("--statusline", "--wait", "9", now=None, **env).out
        wait_until(machine.idle, "the refresher ends")
    machine.gated()
    false_clock.ahead(9 * HOUR)
    assert "131%" not in one_line(machine.run("--statusline", "--wait", "0", now=None, **env))
    machine.opens()
    wait_until(machine.idle, "the refresher ends")


def test_C06_lines_that_were_asked_for_by_a_clock_that_was_ahead_take_the_place_of_no_others(tmp_path):
    where = str(tmp_path)
    keys = [line_answer.key(["--statusline", "--max-width", str(width)], {"LANG": "C.UTF-8"}) for width in range(20, 60)]
    files = [f"{where}/{line_answer.file_of(key)}" for key in keys]
    for key, file in zip(keys, files):
        line_cache.write_line(where, key, b"CC\n")
        os.utime(file, (time.time() + SIX_YEARS_S,) * 2)
    assert len(line_cache.recent_keys(where)) == line_answer.MOST_LINES
    line_cache.write_line(where, keys[0], b"CC\n")
    os.utime(files[0], (time.time() + 5,) * 2)           # asked for a little later
    assert keys[0] in line_cache.recent_keys(where)
    for file in files:
        if os.path.exists(file):
            os.utime(file, (os.stat(file).st_mtime - line_answer.KEEP_S - 60,) * 2)      # a day later
    assert line_cache.recent_keys(where) == []


def test_C06_the_line_of_the_launcher_becomes_stale_not_eternal(line, shell):
    warm(line)
    age(line, -6 * 365 * 86_400)
    later = time.time() + 6 * 365 * 86_400
    os.utime(str(line.cache / "state"), (later, later))
    live(line, 350)
    wait_until(lambda: ask(line, shell).startswith("CC 5%"), "the new line")
