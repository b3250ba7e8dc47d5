"""--demo: the whole program on simulated sessions, with nothing read and nothing left behind."""

import re
import signal
from argparse import Namespace

import pytest
from commands import NOW
from hypothesis import given
from hypothesis import strategies as st
from terminal import CLEAN, Terminal

from ccmon import call
from ccmon.learning import state, values
from ccmon.pipeline import demo, refresh
from ccmon.usage import official
from ccmon.when import SESSION_S

pytestmark = pytest.mark.newest_only


def untouched(machine):
    """Nothing in the home or the folder of temporary files, and ccusage never ran."""
    return not list(machine.home.iterdir()) and not list((machine.folder / "tmp").iterdir()) and machine.runs() == 0


@pytest.mark.parametrize("words, code", [([], 0), (["--once"], 0), (["--json"], 0), (["--statusline"], 0), (["history"], 0),
                                         (["history", "--json"], 0), (["history", "--table"], 0), (["record"], 0),
                                         (["--once", "--plan", "pro"], 0), (["--json", "--limit", "10"], 0),
                                         (["--timezone", "Mars"], 2), (["--plna"], 2)])
def test_every_mode_leaves_nothing_behind(machine, words, code):
    machine.fails()
    result = machine.run("--demo", *words)
    assert result.code == code and "Failed" not in result.out
    assert untouched(machine)


def test_it_shows_everything_at_once(machine):
    told = machine.run("--demo", "--json").json
    assert told["source"] == {"name": "demo", "version": None, "age_s": 0, "error": None,
                              "reason": None, "progress": None}
    assert told["session"]["active"] and 0 < told["percent"] and told["burn_rate_source"] == "measured"
    assert told["session"]["models"] and told["session"]["cost_usd"] and told["predicted_end"]
    assert len(machine.run("--demo", "history", "--json").json) > 10
    assert machine.run("--demo", "--statusline").out.startswith("CC ")


def test_it_has_a_past_that_was_learned_from(machine):
    told = machine.run("--demo", "--json").json
    assert told["percent_source"] == "official" and told["official"]["seven_day"]["percent"] > 0
    screen = machine.run("--demo", "--once").out
    assert "% before" in screen or "likely" in screen
    assert "Claude's own" in screen and re.search(r"7d .* % to ", screen) and "Forecasts so far" in screen
    assert re.search("( [⠁⠂⠄⡀]){9}", screen)      # the edges of the forecast
    learned = " ".join(machine.run("--demo", "learn", "--report").out.split())
    assert "33,000" in learned


def test_it_does_not_disturb_real_data(machine):
    machine.run("record")
    before = {path: path.read_bytes() for path in machine.home.rglob("*") if path.is_file()}
    for words in (["--json"], ["record"], ["--statusline"], ["history"]):
        machine.run("--demo", *words)
    assert {path: path.read_bytes() for path in machine.home.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("ending", ["q", signal.SIGTERM])
def test_the_screen_moves_and_leaves_nothing_behind(machine, ending):
    variables = machine.env()
    variables.pop("TERM")
    with Terminal(machine.command("--demo"), env=variables, cwd=str(machine.cwd)) as term:
        term.wait_for("demo")
        term.send("h")
        term.wait_for("start")
        term.send("h")
        before = term.written()
        term.wait_until(lambda: term.written() > before)
        if ending == "q":
            term.send("q")
        else:
            term.signal(ending)
        assert term.wait_exit() == (0 if ending == "q" else 143)
        assert term.leftover() == CLEAN
    assert untouched(machine)


@given(st.integers(10 ** 9, 4 * 10 ** 9), st.integers(0, 3600))
def test_sessions_depend_on_the_time_alone_and_only_grow(now, later_s):
    first = demo.anchor(now)
    assert 2 * 3600 <= now - first < 3 * 3600
    before, after = demo.blocks(now, first), demo.blocks(now + later_s, first)
    assert before == demo.blocks(now, first)
    assert before[-1].start == after[-1].start == first and before[-1].tokens <= after[-1].tokens
    assert all(block.end == block.start + SESSION_S and block.tokens == block.input + block.output for block in before)
    assert all(a.end <= b.start for a, b in zip(before, before[1:]))


def test_an_hour_of_demo_shows_use():
    first = demo.anchor(NOW)
    assert demo.blocks(NOW + 3600, first)[-1].tokens - demo.blocks(NOW, first)[-1].tokens > 500


# --- the past --------------------------------------------------------------------------------------------------------------

def test_what_was_learned_is_kept_as_other_lessons_are():
    lessons = demo.learned_state(demo.anchor(NOW))
    loaded = state.load(state.dump(lessons))
    assert loaded is not None and loaded.learned == lessons.learned and loaded.tokens.rows == lessons.tokens.rows
    assert loaded.points.rows == lessons.points.rows >= values.ENOUGH


@given(st.integers(10 ** 9, 4 * 10 ** 9))
def test_claudes_percentages_are_always_possible_and_only_grow(now):
    first = demo.anchor(now)
    lines = demo.readings(demo.sample_epochs(now, first), first).splitlines()
    ledger, told = official.with_lines(official.Ledger(), lines, now)
    assert [one.name for one in ledger.windows] == ["five_hour", "seven_day"] and told
    for window in ("five_hour", "seven_day"):
        values = [(reading.resets_at, reading.percent) for reading in told if reading.window == window]
        assert values == sorted(values) and values
    assert ledger.windows[0].resets_at == first + SESSION_S


def test_the_screen_says_how_likely_it_is_at_any_hour():
    for hours in range(0, 48, 7):
        first = demo.anchor(NOW + hours * 3600)
        used = demo.blocks(first + 9000, first)[-1].tokens
        assert 0.2 * demo.LIMIT < used < 0.8 * demo.LIMIT


def test_claude_goes_on_talking_while_the_screen_is_open(machine, monkeypatch):
    for name, value in machine.env(CCMON_NOW=NOW).items():
        monkeypatch.setenv(name, value)
    with call.context_of(Namespace(demo=True)) as ctx:
        later = ctx._replace(env={**ctx.env, "CCMON_NOW": str(NOW + 3000)})
        before, after = (refresh.current_facts(at).reported.windows[0] for at in (ctx, later))
    assert (before.read_at, after.read_at) == (NOW, NOW + 3000) and after.percent > before.percent
