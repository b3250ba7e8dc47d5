"""Whether the line is seen in real shells that are started with start-up files of many kinds; nothing is left of such a try."""

import os
import time
from pathlib import Path

import pytest
from commands import command_of
from line_shells import NOT_TRIED, contents, installed, program  # noqa: F401
from terminal import Terminal

from ccmon.setup import prompt_probe, visibility
from ccmon.setup.prompt_check import NOT_SEEN, SEEN, UNKNOWN

pytestmark = [pytest.mark.newest_only, pytest.mark.filterwarnings("ignore:.*multi-threaded")]
FILES = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}
OWN = "build() { PS1='mine> '; }\nPROMPT_COMMAND=build\n"
THEME = "starship_precmd() { PS1=\"$(cat ~/.line) > \"; }\nPROMPT_COMMAND=starship_precmd\n"       # a stand-in of its mechanism
LATE = "function fish_prompt; echo 'late> '; end\nfunction fish_right_prompt; echo theirs; end\n"


def written(installed, shell, above, *options):
    """`ccmon init SHELL --write` with that start-up file."""
    path = installed.home / FILES[shell]
    path.parent.mkdir(parents=True, exist_ok=True)
    if above is not None:
        path.write_text(above)
    return installed.run("init", shell, "--write", *options, now=None, SHELL=program(shell))


def seen(installed, shell, above, **env):
    """What is said of it, in this process."""
    assert installed.run("init", shell, "--write", now=None, **NOT_TRIED).code == 0
    path = installed.home / FILES[shell]
    path.write_text(above + path.read_text())
    return visibility.visibility(shell, installed.env(SHELL=program(shell), **env))


def test_a_prompt_that_is_made_anew_is_told_and_the_command_helps(installed):
    done = written(installed, "bash", OWN)
    assert done.code == 1 and done.err == ""
    assert "It is set up, but not seen: a start-up file of bash makes the prompt anew" in done.out
    assert done.out.splitlines()[-1] == "Run: ccmon init bash --write --above"
    done = written(installed, "bash", None, "--above")
    assert done.code == 0 and "It is seen: a new bash shows it" in done.out


def test_a_theme_is_named_with_its_recipe_and_then_seen(installed):
    (installed.home / ".line").write_text("~")
    done = written(installed, "bash", THEME)
    assert done.code == 1 and "starship makes the prompt" in done.out and done.out.endswith("Run: ccmon init starship\n")
    rc = installed.home / ".bashrc"
    rc.write_text(rc.read_text().replace("cat ~/.line", f"{installed.bin}/ccmon-line starship"))
    assert visibility.visibility("bash", installed.env()).state == SEEN


def test_a_right_prompt_has_the_line_where_there_is_room(installed):
    path = installed.home / ".config/fish/functions/fish_prompt.fish"
    path.parent.mkdir(parents=True)
    path.write_text(LATE)
    before = contents(installed.home)
    assert written(installed, "fish", None).code == 0
    assert {path for path in contents(installed.home) if path not in before} == {FILES["fish"]}
    assert written(installed, "zsh", "precmd() { PROMPT='%~ > '; RPROMPT=theirs }\n").code == 0
    done = written(installed, "zsh", "PROMPT='a left prompt of so many cells %% '\n")
    assert done.code == 1 and "has no room for it" in done.out
    assert installed.run(*done.out.split("Run: ccmon ")[1].split(), now=None).code == 0
    assert written(installed, "zsh", None).code == 0


@pytest.mark.parametrize("above, state, says, command", [
    ("return\n", NOT_SEEN, "does not get to ccmon's lines", "${EDITOR:-vi} +2 "),
    ("exec zsh -f -i\n", NOT_SEEN, "starts zsh", "ccmon init zsh --write"),
    ("[ -z \"$TMUX\" ] && exec tmux new\nset -x\nccmon doctor >/dev/null\nPS1='\\w\\n> '\n", SEEN, "a new bash shows it", ""),
    ("head -c 3000 /dev/urandom; clear; env\nsleep 0.8\nPS1='\\w\\n> '\n", SEEN, "a new bash shows it", "")])
def test_start_up_files_of_many_kinds(installed, above, state, says, command):
    program("zsh")
    found = seen(installed, "bash", above)
    assert found.state == state and says in found.says and (found.command or "").startswith(command)


@pytest.mark.parametrize("above, says", [("read -p 'Load them? ' x\n", "showed is 'Load them?'"), ("exit 3\n", "with status 3"),
                                         ("yes\n", "yes still runs"), ("sleep 1000\n", "sleep still runs")])
def test_a_shell_without_a_prompt_is_waited_for_so_long(installed, above, says, monkeypatch):
    monkeypatch.setattr(prompt_probe, "PATIENCE_S", 1.0)
    found = seen(installed, "bash", above)
    assert found.state == UNKNOWN and says in found.says and found.command.startswith("${EDITOR:-vi} +2 ")


def test_nothing_is_left_of_a_try(installed):
    history = installed.home / ".bash_history"
    history.write_text("mine\n" * 400)
    number = f"1000.{os.getpid()}{time.time_ns() % 10 ** 6}"
    above = (f"HISTSIZE=500 HISTFILE=~/.bash_history PROMPT_COMMAND='history -a'\nsleep {number} &\n"
             f"(setsid sleep {number} >/dev/null 2>&1 &)\nPS1='\\w\\n> '\n")
    found = seen(installed, "bash", above)
    assert found.state == SEEN and history.read_text() == "mine\n" * 400
    assert {path.name for path in installed.home.iterdir()} == {".bashrc", ".bash_history"}
    assert not [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if number in command_of(pid)]
    assert not list(Path(installed.folder / "tmp").iterdir())


def test_a_key_that_is_pressed_meanwhile_is_not_lost(installed):
    (installed.home / ".bashrc").write_text("sleep 1\n")
    script = f"{installed.bin}/ccmon init bash --write; stty -a | grep -o ' echo '; read -r word; echo got=$word"
    with Terminal(["/bin/sh", "-c", script], env=installed.env(), cwd=str(installed.cwd)) as term:
        term.wait_until(lambda: (installed.home / ".bashrc.before-ccmon").exists(), "it is written")
        term.send("typed\r")
        term.wait_for("got=typed")
        assert "It is seen" in term.text()
