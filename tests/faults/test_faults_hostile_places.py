"""Hostile data where they are shown: the full screen in a terminal emulator, all commands in tmux, lines in the shells.

Rows X-1 to X-5 have the shells and tmux with hostile values one by one: test_faults_X_prompts.py.
"""

import subprocess
import time
from pathlib import Path

import hostile_properties as properties
import pytest
from commands import HOUR, block
from full_screen import leave, monitor
from hostile_home import COMMANDS, TEMPLATE, run_script
from line_shells import call, install, program
from terminal import Terminal
from wcwidth import wcswidth

pytestmark = pytest.mark.newest_only

CORPUS = Path(__file__).parents[1] / "data/hostile"
KEYS = "hvvhpt?"


def poisoned(machine):
    """Hostile answers of ccusage for now, a hostile plan, and a hostile history behind them."""
    now = int(time.time())
    names = ["\x1b]0;PWNED\x07$(touch PWNED)`touch PWNED`", "#(touch PWNED)\u202e\x9b31m", "x" * 500, "日本語"]
    machine.answers([block(now - 2 * HOUR, 2800, models=names)])
    assert machine.run("record", now=None).code == 0
    script = (CORPUS / "stores/names.sql").read_text() + (CORPUS / "stores/largest-everywhere.sql").read_text()
    run_script(machine.home / ".local/share/ccmon/ccmon.db", script)
    machine.configure((CORPUS / "configurations/plan-of-controls.ini").read_text())


def untouched(machine):
    """Nothing was run."""
    return not [path for path in machine.folder.rglob("*") if "pwned" in path.name.lower()]


@pytest.mark.parametrize("columns, rows", [(80, 24), (40, 10), (20, 5)])
def test_T13_T20_P16_the_full_screen_shows_hostile_data_and_nothing_else(machine, columns, rows):
    poisoned(machine)
    with monitor(machine, columns=columns, rows=rows) as term:
        term.wait_until(lambda: "31 %" in term.text(), "2,800 of 9,000")
        for key in KEYS:
            pressed(term, key)
            assert all(wcswidth(line) <= columns for line in term.lines())
        pressed(term, "?")
        leave(term)
    raw = bytes(term.raw).replace(b"\x1b]11;?\x1b\\", b"")      # the question for the background
    assert b"\x1b]" not in raw and b"\x1bP" not in raw and b"\x07" not in raw and "\x9b".encode() not in raw
    assert term.screen.title == "" and untouched(machine)


def pressed(term, key):
    """Press it, and wait until something is painted."""
    before = term.written()
    term.send(key)
    term.wait_until(lambda: term.written() > before, key)


def outputs(name):
    """What every command prints on the poisoned home."""
    home = properties.begun()
    home.script((CORPUS / f"stores/{name}.sql").read_text())
    home.answer = (CORPUS / "ccusage/names.json").read_bytes()
    return "".join(home.call(*words.split()).out for words, _ in COMMANDS)


@pytest.mark.parametrize("columns", [80, 20])
def test_T20_X03_all_that_is_printed_leaves_tmux_as_it_was(tmp_path, columns):
    (tmp_path / "out").write_text(outputs("names"), encoding="utf-8")
    socket = [program("tmux"), "-S", str(tmp_path / "socket"), "-f", "/dev/null"]
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(tmp_path)}
    with Terminal([*socket, "new-session", f"cat {tmp_path}/out; echo; echo the-end; cat"], env=env, columns=columns) as term:
        term.wait_for("the-end")
        term.send("echo-of-keys")      # the answer to a question of the terminal would stand before it
        term.wait_until(lambda: any(line == "echo-of-keys" for line in term.lines()), "what was typed, and nothing before it")
        modes = "#{pane_title}/#{alternate_on}/#{cursor_flag}/#{mouse_any_flag}"
        asked = [*socket, "display-message", "-p", modes]
        told = subprocess.run(asked, env=env, check=True, capture_output=True, text=True).stdout
        assert "PWNED" not in told and told.strip().endswith("/0/1/0")
        subprocess.run([*socket, "kill-server"], env=env, check=True)
    assert not list(tmp_path.rglob("PWNED"))


SHELLS = {"bash": (["bash", "--norc", "-c"], 'PS1=$(cat line); printf %s "${PS1@P}"'),
          "zsh": (["zsh", "-f", "-o", "PROMPT_SUBST", "-c"], 'line=$(cat line); print -rP -- "$line"'),
          "fish": (["fish", "--no-config", "-c"], "set line (cat line); echo $line"),
          "plain": (["sh", "-c"], 'line=$(cat line); echo "$line"'),
          "ansi": (["sh", "-c"], 'line=$(cat line); printf "%s" "$line"')}


@pytest.mark.parametrize("name", SHELLS)
@pytest.mark.parametrize("store", ["names", "text-everywhere"])
def test_X01_X02_X04_X05_a_line_of_all_fields_of_hostile_data_runs_nothing(machine, name, store):
    argv, script = SHELLS[name]
    program(argv[0])
    install(machine)
    home = properties.begun()
    home.script((CORPUS / f"stores/{store}.sql").read_text())
    home.answer = (CORPUS / "ccusage/names.json").read_bytes()
    home.config.write_bytes((CORPUS / "configurations/plan-of-controls.ini").read_bytes())
    shown = home.line("--format", name, "--template", TEMPLATE, "--max-width", "1000")
    (machine.cwd / "line").write_text(shown, encoding="utf-8")
    done = call(machine, [*argv, script], HOME=machine.cwd)
    assert done.code == 0 and done.err == "" and done.out.strip()
    assert untouched(machine)


def test_X05_the_shells_of_these_tests_would_run_it(machine):
    (machine.cwd / "line").write_text("$(touch PWNED)")
    call(machine, [*SHELLS["bash"][0], SHELLS["bash"][1]])
    assert (machine.cwd / "PWNED").exists()
