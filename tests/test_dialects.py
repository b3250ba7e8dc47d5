"""The line in the places that show it: escapes as functions, and the real shells and tmux with values that want to run."""

import json
import re
import shutil
import subprocess
import sys
from xml.etree import ElementTree

import pytest
import scenes
from commands import HOUR, NOW, block
from hypothesis import example, given, settings
from hypothesis import strategies as st
from terminal import Terminal

from ccmon import text, themes
from ccmon.text import Span
from ccmon.views import dialects, fields, statusline
from ccmon.views.dialects import DIALECTS, Told, hexadecimal, painted

HOSTILE = ["$(touch PWNED)", "`touch PWNED`", "${HOME}", "$HOME", "$[1+1]", "$'a'", "\\u", "\\$", "\\", "%n", "%F{red}",
           "%(?.a.b)",
           "#(touch PWNED)", "##(touch PWNED)", "(touch PWNED)", "{HOME}", "#[fg=red]", "[fg=red]", "#S", "#{pid}", "%{F#f00}",
           "%%{F-}", "{F#f00}", "|", "| bash=/bin/sh", "---", "-----", "<b>", "</b>", "&amp;", "&", "!", "!!", "~", "'", '"',
           "\x1b[31m", "\x1b]0;x\x07", "\n", "\r", "\t", "\x00", "\x01", "\x02", "\x7f", "\x9b31m", "\u202e", "\u2028", "\u200b",
           "\ud800", "a", " ", "$", "`", "%", "#", "łódź", "日本"]
hostile_texts = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=3)), min_size=1, max_size=6).map("".join)
THEME = themes.THEMES["dark"]
OWN = {"ansi": r"\x1b\[[0-9;]+m", "fish": r"\x1b\[[0-9;]+m", "bash": r"\x01\x1b\[[0-9;]+m\x02",
       "claude": r"\x1b\[[0-9;]+m"}


def value(name, shown):
    """A value as it stands in a line of the dialect."""
    return fields.fill("{x}", lambda *_: shown, DIALECTS[name], 1000)


def spelled(name, shown):
    """What is read of a value."""
    return DIALECTS[name].spell(text.clean(shown))


# --- as functions -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", DIALECTS)
@given(shown=hostile_texts, role=st.sampled_from(text.ROLES), theme=st.sampled_from([None, *themes.THEMES.values()]))
def test_no_control_character_but_the_dialects_own(name, shown, role, theme):
    line = painted(Span(shown, role), DIALECTS[name], theme)
    assert text.clean(re.sub(OWN.get(name, "(?!)"), "", line)) == re.sub(OWN.get(name, "(?!)"), "", line)


@pytest.mark.parametrize("name", DIALECTS)
@example(shown="\u17b4")                # takes no cells
@given(shown=hostile_texts)
def test_a_template_says_the_same_as_the_line(name, shown):
    seen = painted(Span(shown), DIALECTS[name], None)
    assert value(name, shown) == (seen if seen.strip() else "")


@given(shown=hostile_texts)
def test_every_escape_can_be_undone(shown):
    for name in ("plain", "ansi", "fish", "starship", "i3blocks", "json"):
        assert painted(Span(shown), DIALECTS[name], None) == text.clean(shown)
    assert painted(Span(shown), DIALECTS["zsh"], None).replace("%%", "%") == spelled("zsh", shown)
    pango = ElementTree.fromstring(f"<m>{painted(Span(shown), DIALECTS['waybar'], None)}</m>")
    assert (pango.text or "") == text.clean(shown) and len(pango) == 0


@given(shown=hostile_texts)
def test_what_a_place_would_read_as_its_own_is_gone(shown):
    assert "#" not in value("tmux", shown)
    assert not set(value("bash", shown)) & set("$`\\")
    assert not set(value("zsh", shown)) & set("$`\\") and "%" not in value("zsh", shown).replace("%%", "")
    assert "%{" not in value("polybar", shown)
    assert "|" not in value("xbar", shown) and "---" not in value("xbar", shown)


@pytest.mark.parametrize("name", DIALECTS)
@given(parts=st.lists(hostile_texts, max_size=4), told=st.builds(
    Told, st.just("error"), st.lists(hostile_texts.map(text.clean), min_size=1), st.none() | st.floats(0, 1e9),
    st.sampled_from([None, "#ff0000"]), st.just({})))
def test_an_envelope_is_one_line(name, parts, told):
    body = " ".join(painted(Span(part), DIALECTS[name], THEME) for part in parts)
    line = DIALECTS[name].envelope(body, told)
    assert len(line.splitlines()) <= 1
    if name in ("waybar", "i3blocks", "json"):
        found = json.loads(line)
        assert found[{"i3blocks": "full_text"}.get(name, "text")] == body
    if name == "waybar":
        ElementTree.fromstring(f"<m>{found['tooltip']}</m>")
        assert 0 <= found["percentage"] <= 100


@pytest.mark.parametrize("tokens, role", [(14_012, "ok"), (21_012, "fair"), (29_780, "warn"), (38_512, "danger")])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_colours_change_at_the_screens_thresholds(tokens, role, theme):
    shown = scenes.scene(tokens)
    word = statusline.groups(shown.snapshot, shown.zone)[1]
    style, looks = themes.THEMES[theme][role], themes.THEMES[theme]
    bold = "%B{}%b" if style.bold else "{}"
    percent = word.text
    assert word.role == role == text.level_role(shown.snapshot.percent) and percent.startswith(str(int(tokens / 350)) + "%")
    assert painted(word, DIALECTS["ansi"], looks) == f"{themes.ansi(style, 256)}{percent}\x1b[0m"
    assert painted(word, DIALECTS["bash"], looks) == f"\x01{themes.ansi(style, 256)}\x02{percent}\x01\x1b[0m\x02"
    assert painted(word, DIALECTS["zsh"], looks) == f"%F{{{style.fg}}}{bold.format(percent.replace('%', '%%'))}%f"
    flags = " bold" if style.bold else ""
    assert painted(word, DIALECTS["tmux"], looks) == f"#[fg=colour{style.fg}{flags}]{percent}#[default]"
    assert painted(word, DIALECTS["polybar"], looks) == f"%{{F{hexadecimal(style.fg)}}}{percent}%{{F-}}"
    told = dialects.told(shown.snapshot, [word], looks)
    assert json.loads(DIALECTS["i3blocks"].envelope("x", told))["color"] == hexadecimal(style.fg)
    assert DIALECTS["xbar"].envelope("x", told) == f"x | color={hexadecimal(style.fg)}"
    assert json.loads(DIALECTS["waybar"].envelope("x", told))["class"] == [role, "active"]


@pytest.mark.parametrize("index, colour", [(1, "#800000"), (16, "#000000"), (196, "#ff0000"), (214, "#ffaf00"), (231, "#ffffff"),
                                           (232, "#080808"), (255, "#eeeeee")])
def test_colours_as_xterm_has_them(index, colour):
    assert hexadecimal(index) == colour


def test_without_a_theme_nothing_is_coloured():
    shown = scenes.scene(38_512)
    words = statusline.groups(shown.snapshot, shown.zone)
    for dialect in DIALECTS.values():
        body = " ".join(painted(word, dialect, None) for word in words)
        line = dialect.envelope(body, dialects.told(shown.snapshot, words, None))
        assert not re.search(r"\x1b|\x01|#\[|%F|%B|%\{|color", line)


def test_xbars_own_parameters_are_left_alone():
    assert DIALECTS["xbar"].envelope("CC | size=12", Told("active", [], 3.0, "#ffffff")) == "CC | size=12"


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
@settings(max_examples=15, deadline=None)
@given(values=st.lists(hostile_texts.map(lambda text: f"x{text}x"), min_size=1, max_size=40))
def test_prompts_show_what_is_said_and_run_nothing(tmp_path_factory, name, argv, script, values):
    if not shutil.which(argv[0]):
        pytest.skip(f"{argv[0]} is not installed")
    shown = shells(tmp_path_factory, argv, script, [painted(Span(value), DIALECTS[name], None) for value in values])
    assert shown == [spelled(name, value).encode("utf-8", "replace").decode() for value in values]


@pytest.mark.parametrize("name, argv, script", PROMPTS, ids=["bash", "bash-single", "dash", "zsh", "zsh-subst", "zsh-single"])
@pytest.mark.parametrize("before", ["$", "\\$", "%", "%%", "#", "\\"])
def test_an_authors_sign_before_a_field_opens_nothing(tmp_path_factory, name, argv, script, before):
    if not shutil.which(argv[0]):
        pytest.skip(f"{argv[0]} is not installed")
    risky = [value for value in HOSTILE if "touch" in value or value[0] in "({[$`#"]
    lines = [fields.fill(before + "{x}", lambda *_, v=value: v, DIALECTS[name], 99) for value in risky]
    shells(tmp_path_factory, argv, script, lines)


def test_the_shells_of_these_tests_would_run_what_is_not_escaped(tmp_path_factory):
    with pytest.raises(AssertionError):
        shells(tmp_path_factory, *PROMPTS[0][1:], ["$(touch PWNED)"])


# --- the program in a prompt --------------------------------------------------------------------------------------------

EVIL = "$(touch pwned)`touch pwned`#(touch pwned)#[bold]%n%f{red}|<b>&!"
TEMPLATE = "'{plan} {source} {percent}% {model}'"


@pytest.fixture
def place(machine):
    """A machine with ccmon on PATH, 40 % of a plan whose name wants to run, and a model that does too."""
    program = machine.bin / "ccmon"
    program.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m ccmon \"$@\"\n")
    program.chmod(0o755)
    machine.answers([block(NOW - 2 * HOUR, 2800, models=["$(touch pwned)", "`id`", "%n", "#(id)"])])
    machine.configure(f"[ccmon]\nplan = {EVIL}\nline_ttl = 600\n[plans]\n{EVIL} = 7000\n")
    yield machine
    assert not [path for path in machine.folder.rglob("pwned")]


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
    term = prompt(machine, [word.format(home=machine.home) for word in argv], rc.format(words=words), columns=columns, rows=12)
    if argv[0] in ("zsh", "fish", "dash"):
        term.pause()
        term.send(f"{'source' if argv[0] == 'fish' else '.'} {machine.home}/rc; clear\n")
    return term


@pytest.mark.parametrize("name", SHELLS)
def test_the_line_in_a_prompt_and_long_input_behind_it(place, name):
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
def test_its_colours_reach_the_screen(place, name):
    with shell(place, name, WORDS) as term:
        term.wait_until(lambda: term.lines()[0] == PLAIN_LINE, "the line")
        assert term.style_at(0, 3).fg == hexadecimal(THEME["ok"].fg)[1:] and term.style_at(0, 7).bold
        assert term.style_at(0, 17).fg == "default" and not term.style_at(0, 17).bold


@pytest.mark.parametrize("name", SHELLS)
def test_a_hostile_name_in_a_prompt_is_only_text(place, name):
    dialect = {"dash": "plain"}.get(name, name.partition("-")[0])
    with shell(place, name, 'ccmon --statusline --template "{plan}/{models}" --max-width 90 --format') as term:
        shown = spelled(dialect, EVIL) + "/_touch_pwned_,_id_,_n"
        term.wait_until(lambda: term.lines()[0].startswith(shown), shown)


@pytest.mark.parametrize("name", SHELLS)
def test_a_hostile_complaint_in_a_prompt_is_only_text(place, name):
    with shell(place, name, 'ccmon --statusline --theme "\\$(touch pwned)" --format') as term:
        term.wait_for("(touch pwned)' is unknown")
        assert term.lines()[0].startswith("CC ! --theme: ")


# --- tmux ---------------------------------------------------------------------------------------------------------------

@pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")
@pytest.mark.parametrize("way", ["job", "set"])
@pytest.mark.parametrize("words, shown", [
    ("", "CC 40% 2.8k/7k 23/min out"), (" --ascii --template '[{bar:10}]'", "[====......]"),
    (" --template '#[bold]{plan}'", dialects.for_tmux(EVIL).replace("%n", "").split("%f")[0])])
def test_tmux_shows_it_and_runs_nothing(place, way, words, shown):
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
            if not words:
                assert term.style_at(23, row.index("40%")).fg == hexadecimal(THEME["ok"].fg)[1:]
                assert term.style_at(23, row.index("2.8k")).bold and not term.style_at(23, row.index("23/min")).bold
        finally:
            subprocess.run([*socket, "kill-server"], env=env, stderr=subprocess.DEVNULL, check=False)


# --- bars, by their documented format -----------------------------------------------------------------------------------

def test_waybar_gets_one_object_with_pango_text(place):
    found = place.run("--statusline", "--format", "waybar", "--template", "<b>{plan}</b>").json
    bold = ElementTree.fromstring(f"<m>{found['text']}</m>")[0]
    assert bold.text == EVIL and bold.tag == "b"
    assert found["percentage"] == 40 and found["class"] == ["ok", "active"] and found["tooltip"].startswith("CC 40%")


def test_i3blocks_gets_one_object(place):
    found = place.run("--statusline", "--format", "i3blocks", "--template", "{plan}").json
    assert found == {"full_text": EVIL, "short_text": "40%", "color": "#5fd7d7"}


def test_json_is_the_line_and_the_document(place):
    place.run("record")
    found, document = (place.run(*words).json for words in (["--statusline", "--format", "json"], ["--json"]))
    assert found == {"text": found["text"], "state": "active", **document} and found["text"].startswith(PLAIN_LINE)


@pytest.mark.parametrize("name, end", [("polybar", ""), ("xbar", " | color=#5fd7d7"), ("starship", ""), ("plain", "")])
def test_plain_texts(place, name, end):
    assert place.run("--statusline", "--format", name, "--template", "{plan}").out == spelled(name, EVIL) + end + "\n"


@pytest.mark.parametrize("name", DIALECTS)
def test_complaints_come_in_the_dialect_that_was_meant(place, name):
    for words, env in ((["--format", name], {}), ([f"--format={name}"], {}), ([], {"CCMON_FORMAT": name})):
        done = place.run("--statusline", "--theme", "<$(x)|#(x)>", *words, **env)
        assert done.code == 0 and done.out.count("\n") == 1
        if name in ("waybar", "i3blocks", "json"):
            assert "CC ! --theme" in done.json[{"i3blocks": "full_text"}.get(name, "text")]
        else:
            assert done.out.startswith(DIALECTS[name].escape(DIALECTS[name].spell("CC ! --theme: '<$(x)|#(x)>' is unknown")))
    place.configure(f"[ccmon]\nformat = {name}\n")
    begins = {"i3blocks": '{"full_text": "CC !', "waybar": '{"text": "CC !', "json": '{"text": "CC !'}.get(name, "CC !")
    assert place.run("--statusline", "--plan", "max50").out.startswith(begins)
