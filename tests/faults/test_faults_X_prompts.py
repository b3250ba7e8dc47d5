"""Rows X-1 to X-5 of the faults: the line in bash, dash, zsh, fish and tmux, with values that want to run there."""

import json
import re
import shutil
import subprocess

import pytest
import scenes
from commands import HOUR, NOW, block
from extent import examples
from hostile_lines import EVIL, HOSTILE, hostile_texts, put_place, spelled
from hypothesis import given, settings
from hypothesis import strategies as st
from terminal import Terminal

from ccmon.settings import themes
from ccmon.settings.themes import hexadecimal
from ccmon.text import Span
from ccmon.views.line import dialects, fields
from ccmon.views.line.dialects import DIALECTS, painted

pytestmark = pytest.mark.newest_only

THEME = themes.THEMES["dark"]


# --- many values in the real shells -------------------------------------------------------------------------------------

def shells(tmp_path_factory, argv, script, lines):
    """What a shell prints for lines that it reads from a file; nothing of them may have run."""
    folder = tmp_path_factory.mktemp("shell")
    (folder / "lines").write_text("".join(line + "\n" for line in lines), encoding="utf-8", errors="replace")
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(folder)}
    done = subprocess.run([*argv, "-c", script], cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    assert [path.name for path in folder.iterdir()] == ["lines"] and done.stderr == b""
    return done.stdout.decode("utf-8", "replace").splitlines()


LOOP = 'while IFS= read -r line; do %s; done <lines'
BASH = ["bash", "--norc"]
PROMPTS = [
    ("bash", BASH, LOOP % 'PS1="$line"; printf "%s\\n" "${PS1@P}"'),
    ("bash", BASH, "PS1='$(printf %s \"$line\")'; " + LOOP % 'printf "%s\\n" "${PS1@P}"'),
    ("bash", ["sh"], "PS1='$(printf %s \"$line\")'; " + LOOP % 'eval "printf \'%s\\\\n\' \\"$PS1\\""'),
    ("zsh", ["zsh", "-f"], LOOP % 'print -rP -- "$line"'),
    ("zsh", ["zsh", "-f", "-o", "PROMPT_SUBST"], LOOP % 'print -rP -- "$line"'),
    ("zsh", ["zsh", "-f", "-o", "PROMPT_SUBST"], "PROMPT='$(print -r -- \"$line\")'; " + LOOP % 'print -rP -- "$PROMPT"'),
]


@pytest.mark.parametrize("name, argv, script", PROMPTS, ids=["bash", "bash-single", "dash", "zsh", "zsh-subst", "zsh-single"])
@settings(max_examples=examples(15), deadline=None)
@given(values=st.lists(hostile_texts.map(lambda text: f"x{text}x"), min_size=1, max_size=40))
def test_X01_X02_prompts_show_what_is_said_and_run_nothing(tmp_path_factory, name, argv, script, values):
    if not shutil.which(argv[0]):
        pytest.skip(f"{argv[0]} is not installed")
    shown = shells(tmp_path_factory, argv, script, [painted(Span(value), DIALECTS[name], None) for value in values])
    assert shown == [spelled(name, value).encode("utf-8", "replace").decode() for value in values]


@pytest.mark.parametrize("name, argv, script", PROMPTS, ids=["bash", "bash-single", "dash", "zsh", "zsh-subst", "zsh-single"])
@pytest.mark.parametrize("before", ["$", "\\$", "%", "%%", "#", "\\"])
def test_X01_X02_an_authors_sign_before_a_field_opens_nothing(tmp_path_factory, name, argv, script, before):
    if not shutil.which(argv[0]):
        pytest.skip(f"{argv[0]} is not installed")
    risky = [value for value in HOSTILE if "touch" in value or value[0] in "({[$`#"]
    lines = [fields.fill(before + "{x}", lambda *_, v=value: v, DIALECTS[name], 99) for value in risky]
    shells(tmp_path_factory, argv, script, lines)


def test_X01_X02_the_shells_of_these_tests_would_run_what_is_not_escaped(tmp_path_factory):
    with pytest.raises(AssertionError):
        shells(tmp_path_factory, *PROMPTS[0][1:], ["$(touch PWNED)"])


# --- the program in a prompt --------------------------------------------------------------------------------------------

@pytest.fixture
def place(machine):
    """A machine on which everything wants to run; nothing did."""
    put_place(machine)
    yield machine
    assert not [path for path in machine.folder.rglob("*") if path.name.lower() == "pwned"]


def prompt(machine, argv, rc, **size):
    """An interactive shell whose start-up file says this."""
    (machine.home / "rc").write_text(rc)
    return Terminal(argv, env=machine.env(CCMON_NOW=NOW, PS1=None, ZDOTDIR=machine.home), **size)


PLAIN_LINE = "CC 40% 2.8k/7k 23/min"
WORDS = "ccmon --statusline --max-width 21 --format"
SHELLS = {
    "bash": (["bash", "--noprofile", "--rcfile", "{home}/rc", "-i"], "PS1='$({words} bash) '\n"),
    "bash-command": (["bash", "--noprofile", "--rcfile", "{home}/rc", "-i"], "PROMPT_COMMAND='PS1=\"$({words} bash) \"'\n"),
    "zsh": (["zsh", "-f", "-i"], "unsetopt prompt_sp; precmd() {{ PROMPT=\"$({words} zsh) \" }}\n"),
    "zsh-subst": (["zsh", "-f", "-i"], "unsetopt prompt_sp; setopt prompt_subst; PROMPT='$({words} zsh) '\n"),
    "zsh-both": (["zsh", "-f", "-i"], "unsetopt prompt_sp; setopt prompt_subst; precmd() {{ PROMPT=\"$({words} zsh) \" }}\n"),
    "fish": (["fish", "--no-config"], "function fish_prompt; printf '%s ' ({words} fish); end; function fish_greeting; end\n"),
    "dash": (["dash", "-i"], "PS1='$({words} plain) '\n"),
}


def shell(machine, name, words, columns=120):
    """That shell with the words' output in its prompt."""
    argv, rc = SHELLS[name]
    if not shutil.which(argv[0]):
        pytest.skip(f"{argv[0]} is not installed")
    machine.run("record")              # a line waits for its first numbers only so long, and the machine may be busy
    term = prompt(machine, [word.format(home=machine.home) for word in argv], rc.format(words=words), columns=columns, rows=12)
    if argv[0] in ("zsh", "fish", "dash"):
        term.pause()
        term.send(f"{'source' if argv[0] == 'fish' else '.'} {machine.home}/rc; clear\n")
    return term


@pytest.mark.parametrize("name", SHELLS)
def test_X01_X02_X04_the_line_in_a_prompt_and_long_input_behind_it(place, name):
    with shell(place, name, WORDS, 30) as term:
        term.wait_for(PLAIN_LINE)
        if name == "dash":
            return                     # no line editing, nothing to measure
        term.wait_until(lambda: term.lines()[0] == PLAIN_LINE, "at the top")
        term.pause()
        for typed in ("0123456789", "abcdefghij", "ABCDEFGHIJ"):     # a wrong width shows where the first of them breaks
            term.send(typed)
            term.wait_until(lambda last=typed[-1]: last in term.text(), typed)
        term.send("\x01")              # and in where the beginning of the input is
        term.pause()
        term.send("echo ")
        shown = PLAIN_LINE + " echo 0123456789abcdefghijABCDEFGHIJ"
        term.wait_until(lambda: "".join(line.ljust(30) for line in term.lines()).startswith(shown), shown)
        term.pause()
        assert term.screen.cursor.y * 30 + term.screen.cursor.x == len(PLAIN_LINE + " echo ")
        term.send("\x05")              # and the end
        term.pause()
        assert term.screen.cursor.y * 30 + term.screen.cursor.x == len(shown)


@pytest.mark.parametrize("name", [name for name in SHELLS if name != "dash"])
def test_X01_X02_X04_its_colours_reach_the_screen(place, name):
    with shell(place, name, WORDS.replace("--statusline", "--statusline --theme dark")) as term:
        term.wait_until(lambda: term.lines()[0] == PLAIN_LINE, "the line")
        assert term.style_at(0, 3).fg == hexadecimal(THEME["ok"].fg)[1:] and term.style_at(0, 7).bold
        assert term.style_at(0, 17).fg == "default" and not term.style_at(0, 17).bold


@pytest.mark.parametrize("name", SHELLS)
def test_X01_X02_X04_a_hostile_name_in_a_prompt_is_only_text(place, name):
    dialect = {"dash": "plain"}.get(name, name.partition("-")[0])
    with shell(place, name, 'ccmon --statusline --template "{plan}/{models}" --max-width 90 --format') as term:
        shown = spelled(dialect, EVIL) + "/_touch_pwned_,_id_,_n"
        term.wait_until(lambda: term.lines()[0].startswith(shown), shown)


@pytest.mark.parametrize("name", SHELLS)
def test_X01_X02_X04_a_hostile_complaint_in_a_prompt_is_only_text(place, name):
    with shell(place, name, 'ccmon --statusline --theme "\\$(touch pwned)" --format') as term:
        term.wait_for("(touch pwned)' is unknown")
        assert term.lines()[0].startswith("CC ! --theme: ")


# --- tmux ---------------------------------------------------------------------------------------------------------------

@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")
@pytest.mark.parametrize("way", ["job", "set"])
@pytest.mark.parametrize("words, shown", [
    (" --theme dark", "CC 40% 2.8k/7k 23/min lasts"), (" --ascii --template '[{bar:10}]'", "[====......]"),
    (" --template '#[bold]{plan}'", dialects.for_tmux(EVIL).replace("%n", "").split("%f")[0])])
def test_X03_tmux_shows_it_and_runs_nothing(place, way, words, shown):
    socket = ["tmux", "-S", str(place.folder / "socket")]
    config = "set -g status-right-length 200\nset -g status-left ''\nset -g status-interval 1\n" \
             "set -g window-status-current-format ''\n"
    command = f"ccmon --statusline --format tmux{words}"
    (place.folder / "tmux.conf").write_text(config + ("" if way == "set" else f'set -g status-right "#({command})"\n'))
    env = place.env(CCMON_NOW=NOW)
    with Terminal([*socket, "-f", str(place.folder / "tmux.conf"), "new-session", "cat"], env=env, columns=150) as term:
        try:
            if way == "set":
                term.wait_until(lambda: term.lines()[-1].strip(), "tmux's own status line")
                place.shell(f'tmux -S {socket[2]} set -g status-right "$({command})"', CCMON_NOW=NOW)
            term.wait_for(shown)
            row = term.lines()[-1]
            if "theme" in words:
                assert term.style_at(23, row.index("40%")).fg == hexadecimal(THEME["ok"].fg)[1:]
        finally:
            subprocess.run([*socket, "kill-server"], env=env, stderr=subprocess.DEVNULL, check=False)


@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")
def test_X03_the_tmux_of_these_tests_would_run_what_is_not_escaped(machine):
    socket = ["tmux", "-S", str(machine.folder / "socket")]
    env = machine.env()
    with Terminal([*socket, "-f", "/dev/null", "new-session", "cat"], env=env) as term:
        try:
            term.wait_until(lambda: term.lines()[-1].strip(), "tmux's own status line")
            subprocess.run([*socket, "set", "-g", "status-right", f"#(touch {machine.folder}/ran)"], env=env, check=True)
            term.wait_until((machine.folder / "ran").exists, "it runs")
        finally:
            subprocess.run([*socket, "kill-server"], env=env, stderr=subprocess.DEVNULL, check=False)


# --- the safest default -------------------------------------------------------------------------------------------------

HOSTILE_MODELS = [*HOSTILE, "../../etc/passwd", "claude-" + "x" * 500, "=1+1", "\u0430laude", ""]


def test_X05_names_of_models_are_letters_digits_and_dots_everywhere(machine):
    machine.answers([block(NOW - 2 * HOUR, 2800, models=[name, "claude-ok-1.5"]) for name in HOSTILE_MODELS])
    told = machine.run("--json").json
    kept = told["session"]["models"]
    found = machine.run("history", "--json").json
    assert "claude-ok-1.5" in kept
    for name in {name for models in (kept, *(item["models"] for item in found)) for name in models}:
        assert re.fullmatch(r"[A-Za-z0-9._-]{1,40}", name)
    shown = json.loads(machine.run("--statusline", "--format", "json", "--template", "{models}/{model}").out)["text"]
    assert re.fullmatch(r"[A-Za-z0-9._-]+(, ?[A-Za-z0-9._-]+)*/[A-Za-z0-9._-]+", shown)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("tokens", [14_012, 38_512])
def test_X05_our_own_words_hold_nothing_that_a_shell_reads(name, tokens):
    shown = scenes.scene(tokens)
    words = scenes.line_words(shown.snapshot, shown.zone)
    assert words and not set(words) & set("$`\\#|<>&{}")


@pytest.mark.parametrize("name, words", [("bash", "USD 1.23"), ("zsh", "USD 1.23"), ("plain", "$1.23"), ("tmux", "$1.23")])
def test_X01_X05_a_dollar_stands_only_where_it_is_one(name, words):
    assert painted(Span("$1.23"), DIALECTS[name], None) == words
