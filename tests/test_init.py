"""ccmon init: what it prints works in real shells, what --write edits is undone to the byte."""

import json
import os
import re
import shutil
import subprocess
import time

import pytest
from commands import HOUR, ROOT, block, wait_until
from line_shells import HOSTILE, NOT_TRIED, call, contents, install, installed, processes, program  # noqa: F401
from live_lines import STALE_S, age, end_refresher, live, warm
from terminal import Terminal

from ccmon.line_answer import HOLD_S
from ccmon.settings.options import OPTIONS
from ccmon.setup import dotfiles, init, snippets

pytestmark = pytest.mark.newest_only

HOOKS = {                              # how each shell runs a prompt's hooks; $1 is the file with the snippet
    "bash": (["bash", "--norc", "-c"], '. "$1"; {before}; for f in "${PROMPT_COMMAND[@]}"; do eval "$f"; done; {after}; '
             'printf "%s\\n" "$CCMON_LINE"', ["-"]),
    "zsh": (["zsh", "-f", "-c"], '. "$1"; {before}; for f in $precmd_functions; do $f; done; {after}; '
            'printf "%s\\n" "$CCMON_LINE"', ["-"]),
    "fish": (["fish", "--no-config", "-c"], 'source $argv[1]; {before}; emit fish_prompt; {after}; '
             'printf "%s\\n" "$CCMON_LINE"', []),
}
INTERACTIVE = {"bash": ["bash", "-i"], "zsh": ["zsh", "-i"], "fish": ["fish", "-i"]}


@pytest.fixture
def place(installed, monkeypatch):
    """A machine with both programs and a session that runs; its home is that of this process, too."""
    monkeypatch.setenv("HOME", str(installed.home))
    live(installed)
    return installed


@pytest.fixture(params=sorted(HOOKS))
def shell(request):
    return program(request.param) and request.param


def snippet(machine, target, **env):
    """What `ccmon init TARGET` prints."""
    return init.run(target, False, False, machine.env(**env))


def hook(machine, shell, before=":", after=":", **env):
    """The words of a shell that runs the hook of a prompt once and shows the variable."""
    path = machine.folder / f"hook.{shell}"
    path.write_text(snippet(machine, shell, **env))
    words, text, name = HOOKS[shell]
    return [*words, text.replace("{before}", before).replace("{after}", after), *name, str(path)]


def prompted(machine, shell, before=":", after=":", **env):
    done = call(machine, hook(machine, shell, before, after, **env), **env)
    assert done.err == "", done
    return done.out


# --- what is printed --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("target", sorted(snippets.TARGETS))
def test_every_text_has_absolute_paths_that_run(place, target):
    before = contents(place.home)
    text = snippet(place, target)
    assert contents(place.home) == before and str(place.bin) in text and "@" not in re.sub(r"@[P%]", "", text)
    assert target != "bash" or place.run("init", "bash", now=None) == (0, text, "")
    called = re.search(r"(/\S*/ccmon-line) (\w+)", text)
    if called:
        done = call(place, [called[1], called[2]])
        assert (done.code, done.err) == (0, "") and done.out.startswith(("CC ", "{"))


def test_the_bars_get_what_they_can_read(place):
    assert json.loads("{" + snippet(place, "waybar").split("\n", 1)[1] + "}")["custom/ccmon"]["return-type"] == "json"
    toml = snippet(place, "starship")
    assert json.loads(re.search(r"^command = (.*)$", toml, re.MULTILINE)[1]) == f"{place.bin}/ccmon-line starship"
    for target in ("xbar", "swiftbar"):
        path = place.folder / "plugin.sh"
        path.write_text(snippet(place, target))
        path.chmod(0o755)
        assert call(place, [str(path)]).out.startswith("CC ")


def test_starship_shows_it(place):
    path = shutil.which("starship")
    if path is None:
        pytest.skip("starship is not installed")
    (place.home / "starship.toml").write_text('format = "${custom.ccmon}"\n' + snippet(place, "starship"))
    assert "CC 131%" in call(place, [path, "prompt"], STARSHIP_CONFIG=place.home / "starship.toml").out


@pytest.mark.parametrize("words, told", [(["bsh"], "did you mean bash?"), ([], "SHELL"), (["zshh"], "'i3blocks'"),
                                         (["waybar", "--write"], "bash, zsh, fish, tmux"),
                                         (["bash", "--write", "--undo"], "not allowed")])
def test_wrong_words_are_told(place, words, told):
    done = place.run("init", *words, now=None)
    assert done.code == 2 and told in done.err and done.err.count("\n") == 1 and done.out == ""


def test_without_a_command_or_a_home_it_says_what_to_do(machine):
    done = machine.run("init", "bash")
    assert done.code == 2 and "pip install" in done.err
    install(machine)
    done = machine.run("init", "bash", now=None, HOME="/nonexistent")
    assert done.code == 2 and "HOME" in done.err


# --- the hook ---------------------------------------------------------------------------------------------------------------

def test_a_fresh_line_costs_no_process(place, shell):
    expected = warm(place, "--format", shell) + "\n"
    assert prompted(place, shell) == expected
    assert processes(place, hook(place, shell)) == [] and place.runs() == 1


@pytest.mark.parametrize("env", [{"TZ": "Asia/Tokyo"}, {"NO_COLOR": "1"}, {"CCMON_PLAN": "max5"}, {"LC_ALL": "C"},
                                 {"XDG_DATA_HOME": "/proc/nope"}])
def test_another_environment_has_its_own_line_without_a_process(place, shell, env):
    place.run("--statusline", "--format", shell, "--wait", "30", now=None, **env)
    wait_until(place.idle, "the refresher ends")
    time.sleep(0.1)
    expected = place.run("--statusline", "--format", shell, now=None, **env).out
    assert prompted(place, shell, **env) == expected
    assert processes(place, hook(place, shell, **env), **env) == []


def test_a_variable_that_changes_later_changes_the_line(place, shell):
    warm(place, "--format", shell)
    export = "set -gx CCMON_PLAN max5" if shell == "fish" else "export CCMON_PLAN=max5"
    assert "26%" in prompted(place, shell, export)


def test_every_variable_that_chooses_a_line_is_watched(place, shell):
    text = snippet(place, shell)
    for option in OPTIONS:
        assert re.search(rf"\$\{{?CCMON_{option.name.upper()}\b", text)


def test_the_first_prompt_asks_ccmon(place, shell):
    place.configure("[ccmon]\nwait = 30\n")
    assert "CC" in prompted(place, shell) and "131%" in prompted(place, shell)


def test_a_stale_line_is_shown_at_once_and_refreshed_behind_it(place, shell):
    warm(place, "--format", shell)
    live(place, 350)
    place.gated()
    age(place, STALE_S)
    asked_at = time.time()
    assert "131%" in prompted(place, shell) and "~" not in prompted(place, shell)
    wait_until(lambda: place.runs() == 2, "ccusage runs")
    assert os.stat(str(place.cache / "fresh")).st_mtime >= asked_at + HOLD_S, "until then nobody else is started"
    place.opens()
    wait_until(place.idle, "the refresher ends")
    assert re.search("[^0-9]5%", prompted(place, shell)) and place.runs() == 2


def test_an_old_line_is_marked_and_ends_with_its_session(place, shell):
    warm(place, "--format", shell)
    place.slow(600)
    (place.cache / shell).write_text("CC old\n")
    age(place, STALE_S + 9000)
    assert prompted(place, shell) == "~CC old\n"
    os.utime(str(place.cache / "ends"), (1, time.time() - 1))
    assert "131%" in prompted(place, shell)
    end_refresher(place)


@pytest.mark.parametrize("options", ["set -u", "set -e", "set -C", "alias echo=false", "IFS=CP", "set -f"])
def test_the_users_own_options_do_not_matter(place, options):
    for shell in ("bash", "zsh"):
        expected = warm(place, "--format", shell) + "\n"
        (place.cache / "now").write_text("a file that is there\n")
        before = options.replace("alias", "shopt -s expand_aliases; alias") if shell == "bash" else options
        assert prompted(place, shell, before) == expected
        assert processes(place, hook(place, shell, before)) == []


def test_quotes_in_paths(tmp_path, shell):
    from commands import Machine
    folder = tmp_path / "it's $(a) \"home\" \\ %#"
    folder.mkdir()
    machine = Machine(folder)
    machine.ccusage.write_text("#!/bin/sh\necho '{\"blocks\":[]}'\n")
    (machine.bin / "ccmon").write_text(f"#!/bin/sh\nexec '{os.sys.executable}' -m ccmon \"$@\"\n")
    (machine.bin / "ccmon").chmod(0o755)
    shutil.copy(str(ROOT / "ccmon/ccmon-line"), str(machine.bin / "ccmon-line"))
    machine.run("--statusline", "--format", shell, "--wait", "30", now=None)
    wait_until(lambda: (machine.cache / "fresh").exists() and machine.idle(), "the refresher ends")
    assert "idle" in prompted(machine, shell)
    line = snippets.command(snippets.SnippetValues("", [str(machine.bin / "ccmon-line")], "", "", ""), "plain")
    assert call(machine, ["sh", "-c", line]).out.startswith("CC ")


# --- a hostile model name, typed at -----------------------------------------------------------------------------------------

EVIL = "$(touch pwned)`touch pwned`#(touch pwned)%n\\u\\w"


def hostile(machine):
    """A model and a plan with the worst of names, in a template that shows them."""
    machine.answers([block(int(time.time()) - HOUR, 700, models=[HOSTILE])])
    machine.configure("[ccmon]\nline_ttl = 600\nmax_width = 150\ntemplate = {percent} {plan} {model} END\n"
                      f"plan = {EVIL}\n[plans]\n{EVIL} = 7000\n", is_old=True)
    for target in ("bash", "zsh", "fish", "tmux"):
        warm(machine, "--format", target)


@pytest.mark.parametrize("written", [False, True])
def test_a_prompt_shows_the_line_and_runs_nothing_of_it(place, shell, written):
    hostile(place)
    path = dotfiles.path_of(shell, {"HOME": str(place.home)})
    if written:
        place.run("init", shell, "--write", now=None, **NOT_TRIED)
    else:                              # the example in the snippet's own comment
        text = snippet(place, shell)
        example = "".join(line[4:] + "\n" for line in text.splitlines() if line.startswith("#   ") and " init " not in line)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text + example)
    with Terminal(INTERACTIVE[shell], columns=200, rows=20, env=place.env(), cwd=str(place.cwd)) as term:
        term.wait_for("END")
        assert "10 " in term.text() and "touch pwned" in term.text() and "touch_PWNED" in term.text()
        age(place, STALE_S)
        for _ in range(3):
            term.send("false\r")
        term.send("echo status=$status\r" if shell == "fish" else "echo status=$?\r")
        term.wait_for("status=1")
        wait_until(lambda: place.runs() >= 2 and place.idle(), "a refresh")
        term.send("echo in''put\r")
        term.wait_for("input")
        assert not re.search(r"\[1\] |Done|has ended|done", term.text())
    assert not any(name.name.lower() == "pwned" for name in place.folder.rglob("*"))


def test_even_a_line_that_no_dialect_has_escaped_runs_nothing(place, shell):
    warm(place, "--format", shell)
    (place.cache / shell).write_text(f"CC {EVIL} END\n")
    place.run("init", shell, "--write", now=None, **NOT_TRIED)
    with Terminal(INTERACTIVE[shell], columns=200, rows=20, env=place.env(), cwd=str(place.cwd)) as term:
        term.wait_for("END")
        term.send("\r")
    assert os.listdir(str(place.cwd)) == []


def test_tmux_shows_the_line_and_runs_nothing_of_it(place):
    program("tmux")
    hostile(place)
    (place.home / ".tmux.conf").write_text("set -g status-right 'mine'\nset -g status-interval 1\n")
    assert place.run("init", "tmux", "--write", now=None).code == 0
    socket = ["tmux", "-S", str(place.folder / "socket")]
    with Terminal([*socket, "new-session", "cat"], columns=200, env=place.env()) as term:
        try:
            term.wait_for("END")
            assert "mine" in term.text() and "touch pwned" in term.text()
            subprocess.run([*socket, "source-file", str(place.home / ".tmux.conf")], env=place.env(), check=True)
            term.wait_for("END")
            shown = subprocess.run([*socket, "show", "-g", "status-right"], env=place.env(), capture_output=True, text=True,
                                   check=True).stdout
            assert shown.count("ccmon-line") == 1
            word = re.search(r"ccmon-line (.*)\)", shown)[1]
            for style, name in (("bg=green,fg=black", "tmuxbright"), ("bg=#eff1f5,fg=#4c4f69", "tmux")):     # a theme set later
                subprocess.run([*socket, "set", "-g", "status-style", style], env=place.env(), check=True)
                found = subprocess.run([*socket, "display-message", "-p", word], env=place.env(), capture_output=True, text=True,
                                       check=True).stdout
                assert found == name + "\n"
        finally:
            subprocess.run([*socket, "kill-server"], env=place.env(), stderr=subprocess.DEVNULL, check=False)
    assert not any(name.name.lower() == "pwned" for name in place.folder.rglob("*"))
