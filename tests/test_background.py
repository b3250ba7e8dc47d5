"""The terminal is asked for its background, and no byte of the answer is ever a key, nor left for the next program."""

import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terminal import CLEAN, Terminal

from ccmon.fullscreen import keys
from ccmon.fullscreen.app import ScreenState, update
from ccmon.fullscreen.keys import ScreenEvent
from ccmon.model import Facts
from ccmon.settings.themes import background_of

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")]

ASKED = b"\x1b]11;?"
LIGHT, DARK = "\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "\x1b]11;rgb:1e1e/1e1e/2e2e\x07"
KIND = "\x1b[?62;22;52c"
OK_COLOURS = {"5fd7d7": "dark", "005f5f": "light"}     # of the keys in the last row


# --- pure -----------------------------------------------------------------------------------------------------------------

@given(st.sampled_from([LIGHT, DARK, KIND, LIGHT + KIND, KIND + DARK]), st.lists(st.integers(1, 30), max_size=5),
       st.sampled_from([0.0, 0.05, 0.4, 3.0]), st.sampled_from(["", "q", "jk"]))
def test_no_byte_of_an_answer_is_a_key_in_whatever_pieces_it_comes(answer, cuts, gap_s, typed):
    decoder, names, now_s = keys.Decoder({}), [], 100.0
    decoder.is_awaiting = True
    # Half a second behind a bare escape nobody can tell it from the key.
    begun = {at + more for at in range(len(answer)) if answer[at] == "\x1b" for more in range(1, 5) if gap_s > keys.SEQUENCE_S}
    ends = sorted({*(cut for cut in cuts if cut < len(answer) and cut not in begun), len(answer)})
    for start, end in zip([0, *ends], ends):
        names += decoder.decoded(answer[start:end].encode(), now_s)
        now_s += gap_s
        names += decoder.decoded(b"", now_s)
    names += decoder.decoded(typed.encode(), now_s)
    assert names == list(typed)
    assert [background_of(one) for one in decoder.answers if background_of(one)] == (
        ["#ffffff"] if LIGHT in answer else ["#1e1e2e"] if DARK in answer else [])


def test_the_escape_key_stays_one_while_an_answer_is_awaited():
    decoder = keys.Decoder({})
    decoder.is_awaiting = True
    assert decoder.decoded(b"\x1b", 5.0) == [] == decoder.decoded(b"", 5.2) and decoder.decoded(b"", 5.6) == ["esc"]
    assert decoder.decoded(b"\x1b", 7.0) == [] and decoder.decoded(LIGHT[1:].encode(), 7.3) == []
    assert len(decoder.answers) == 1


@pytest.mark.parametrize("begun, pause_s, typed", [
    (LIGHT[:-2], 0.6, "c"), (LIGHT[:14], 0.6, "q"), (LIGHT[:-2], 20.0, "?"), (LIGHT[:14] + "\x18", 0.0, "q"),
    (LIGHT[:14] + "x", 0.6, "q")])
def test_an_answer_without_its_end_takes_no_key(begun, pause_s, typed):
    decoder = keys.Decoder({})
    assert decoder.decoded(begun.encode(), 5.0) + decoder.decoded(typed.encode(), 5.0 + pause_s) == [typed]


@pytest.mark.parametrize("sought, theme, value, expected, effect", [
    (True, "dark", "#ffffff", "light", "theme"), (True, "dark", "#1e1e2e", "dark", ""),
    (True, "light", "#000000", "dark", "theme"), (False, "dark", "#ffffff", "dark", "")])
def test_the_background_chooses_the_theme_where_none_is_set(sought, theme, value, expected, effect):
    state = ScreenState(Facts(), theme=theme, is_theme_sought=sought)
    after, found = update(state, ScreenEvent("background", value), 0, "pro", 80, 24)
    assert (after.theme, found) == (expected, effect)
    chosen, _ = update(after, ScreenEvent("key", "t"), 0, "pro", 80, 24)
    assert update(chosen, ScreenEvent("background", "#ffffff"), 0, "pro", 80, 24) == (chosen, "")


# --- the screen -------------------------------------------------------------------------------------------------------------

@pytest.fixture
def screen(machine):
    """Start the demo in a terminal."""
    def start(*words: str, term="xterm-256color", **env):
        variables = machine.env(CCMON_NOW="1795358530", **env)
        return Terminal(machine.command("--demo", *words), env=variables, term=term, answers=False)
    return start


def theme(term: Terminal) -> str:
    """By the colour of the first key in the last row."""
    last = term.lines()[-1]
    return OK_COLOURS.get(term.style_at(23, last.index("q quit")).fg, "?") if "q quit" in last else ""


def asked(term: Terminal) -> None:
    """Wait until the first picture stands and the question is out."""
    term.wait_until(lambda: ASKED in term.raw and theme(term), "the question")


def test_a_light_terminal_gets_the_light_theme_and_keys_stay_keys(screen):
    with screen() as term:
        asked(term)
        assert theme(term) == "dark"   # drawn before anybody answers
        for piece in (LIGHT[:9], LIGHT[9:14], LIGHT[14:] + KIND):
            term.send(piece)
            term.pause(0.02)
        term.wait_until(lambda: theme(term) == "light", "the light theme")
        term.send("t")
        term.wait_for("Theme high-contrast.")
        term.send(DARK)                # late, and no longer wanted
        term.send("?")
        term.wait_for("this page, and back")
        assert "Pasted" not in term.text() and term.raw.count(ASKED) == 1
        term.send("q")
        term.send("q")
        assert term.wait_exit() == 0 and term.leftover() == CLEAN


def test_who_leaves_at_once_leaves_no_answer_behind(screen):
    with screen() as term:
        asked(term)
        term.send("q")
        term.pause(0.15)
        term.send(LIGHT + KIND)
        assert term.wait_exit() == 0
        assert term.unread() == b"" and term.leftover() == CLEAN


@pytest.mark.parametrize("words, term, env, expected", [
    ([], "linux", {}, "?"), (["--theme", "light"], "xterm-256color", {}, "light"), ([], "xterm-256color", {"NO_COLOR": "1"}, "?"),
    ([], "vt100", {}, "?")])
def test_nobody_is_asked_who_would_not_know_it(screen, words, term, env, expected):
    with screen(*words, term=term, **env) as window:
        window.wait_until(lambda: theme(window), "the last row")
        window.send("?")
        window.wait_for("this page, and back")
        assert ASKED not in window.raw
        window.send("q")
        window.wait_until(lambda: theme(window) == expected, expected)


def test_a_terminal_that_does_not_answer_costs_nothing(screen):
    with screen(COLORFGBG="0;15") as term:
        asked(term)
        assert theme(term) == "light"
        term.send("q")
        assert term.wait_exit() == 0 and term.leftover() == CLEAN


# --- what is printed --------------------------------------------------------------------------------------------------------

PATIENT = "import sys; from ccmon import output, cli; output.WAIT_S = {wait_s}; sys.exit(cli.main(sys.argv[1:]))"


@pytest.fixture
def printed(machine):
    """Start a call that prints, and waits so long for the terminal's answer."""
    def start(*words: str, wait_s=20.0, **env):
        command = [sys.executable, "-c", PATIENT.format(wait_s=wait_s), *words]
        return Terminal(command, rows=50, env=machine.env(CCMON_NOW="1795358530", **env), answers=False)
    return start


@pytest.mark.parametrize("answer, expected", [(LIGHT + KIND, b"38;5;23m"), (KIND, b"38;5;80m")])
def test_printed_pages_ask_too(printed, answer, expected):
    with printed("--demo", "--once") as term:
        term.wait_until(lambda: ASKED in term.raw, "the question")
        term.send(answer)
        assert term.wait_exit() == 0
        assert expected in term.raw and term.unread() == b"" and term.leftover() == CLEAN
        assert b"rgb" not in term.raw


def test_what_is_printed_waits_for_no_terminal_that_is_silent(printed):
    with printed("--demo", "--once", wait_s=0.1, COLORFGBG="0;15") as term:
        assert term.wait_exit() == 0 and ASKED in term.raw and b"38;5;23m" in term.raw


def test_what_was_typed_ahead_is_not_taken(machine):
    ask = "import sys; from ccmon.fullscreen import terminal; print(sys.stdin.readline(), terminal.background(0.2), flush=True)"
    with Terminal([sys.executable, "-c", ask], env=machine.env()) as term:
        term.send("go\nls\n")
        term.wait_for("b''")
        assert term.wait_exit() == 0 and ASKED not in term.raw


def test_config_says_which_theme_it_is_and_why(printed, machine):
    with printed("config") as term:
        term.wait_until(lambda: ASKED in term.raw, "the question")
        term.send(LIGHT + KIND)
        term.wait_for("the terminal's background is #ffffff")
        assert term.wait_exit() == 0
    theme_row = next(row for row in machine.run("config").out.splitlines() if row.startswith("theme"))
    assert theme_row.split() == ["theme", "auto", "default"]


def test_init_says_what_gives_the_line_its_colours_here(printed, machine):
    for name in ("ccmon", "ccmon-line"):
        (machine.bin / name).write_text("#!/bin/sh\n")
        (machine.bin / name).chmod(0o755)
    with printed("init", "claude", "--write") as term:
        term.wait_until(lambda: ASKED in term.raw, "the question")
        term.send(LIGHT + KIND)
        term.wait_for("config set theme")
        assert term.wait_exit() == 0
    with printed("init", "claude", "--write", wait_s=0.1) as term:
        assert term.wait_exit() == 0 and b"set theme" not in term.raw
