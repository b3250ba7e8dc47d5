"""Rows T-26 and T-27: text that is pasted into the screen, and keys that come faster than hands."""

import os
import signal
import sqlite3
from contextlib import closing

import pytest
from clock_screen import clock, log, ticks  # noqa: F401
from extent import examples
from full_screen import leave, live, monitor, shown
from hypothesis import given, settings
from hypothesis import strategies as st
from line_shells import contents, installed  # noqa: F401
from terminal import CLEAN, Terminal
from test_first_run import answer_all, dialogue, place  # noqa: F401

from ccmon.fullscreen.keys import (
    _USUAL,
    AFTER_TEXT_S,
    ALT_S,
    CTRL_C,
    CTRL_L,
    ESCAPE_S,
    HANDS_S,
    MOST_KEYS,
    OTHER,
    PASTE,
    PASTE_S,
    SEQUENCE_S,
    Decoder,
    Typing,
)

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")]

BEGIN, END, PASTES = b"\x1b[200~", b"\x1b[201~", 2004
LINES = "".join(f"Line {n:04d} of a log that somebody has copied and who knows why\n" for n in range(901))     # odd: not undone


def decoded(*pieces, pause_s=0.0):
    """The names that pieces of bytes become, with so long between them, and a while after them."""
    decoder, now_s, names = Decoder({b"\x1bA": "up", b"\x0b": "up"}), 100.0, []
    for piece in pieces:
        names += decoder.decoded(piece, now_s)
        now_s += pause_s
    return names + decoder.decoded(b"", now_s + SEQUENCE_S)


# --- T-26: bytes ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("data, names", [
    (b"qL \n\r\t\x7f\x08", ["q", "L", " ", "enter", "enter", "tab", "backspace", "backspace"]), (b"\x0c", [CTRL_L]),
    (b"\x1b", ["esc"]), (b"\x1b\x1b", ["esc"]),
    (b"\x1b[A\x1bOA\x1b[1~\x1b[7~\x1b[6~\x1bOM", ["up"] * 2 + ["home"] * 2 + ["pgdn", "enter"]),
    (b"\x1bA\x0b", ["up", "up"]), ("é日".encode(), [OTHER, OTHER]), (b"\x00\x01", [OTHER, OTHER]),
    (BEGIN + b"Lq\x1b[201\x1b[200~\x1b" + END + b"q", [PASTE, PASTE, "q"]),           # nested, and nearly an end
    (BEGIN + b"a" + END + b"L" + END, [PASTE, PASTE, "L"]),                           # an end in the text: what follows is short
    (b"\x1b[<0;1;1M\x1b[Mqqq\x1b[I\x1b[Oz", ["z"]), (b"\x1b[113;5uz", ["z"]), (b"\x1b[1;5Az", ["z"]), (b"\x1b[[Az", ["z"]),
    (b"\x1b]0;qL\x07z\x1b]11;q\x1b\\z", ["z", "z"]), (b"\x1bP1$rqL\x1b\\z", ["z"]), (b"\x1b_qL\x1b\\z", ["z"]),
    (b"\x1bqz", ["z"]), (b"?\x1bh", ["?"]), (b"\x1bL", []), ("\x1bé".encode(), []), (b"\x1b\x03", [CTRL_C]),       # with Alt
    (b"\x1bO5Az", ["z"]), (b"\x1b[?62;4cz", ["z"]), (b"\x1b[12\x0cz", [CTRL_L, "z"]),
    (b"\x1bP1q\x1b[Az", ["up", "z"]),
    (b"\x1b[<64;10;5Mz", ["up"] * 3 + ["z"]), (b"\x1b[<65;10;5Mz", ["down"] * 3 + ["z"]), (b"\x1b[M`!!z", ["up"] * 3 + ["z"]),
    (b"\x1b[97;5;5Mz", ["down"] * 3 + ["z"]), (b"\x1b[<65;1;1mz", ["z"]),                      # the wheel, and its release
    (b"\x1b[20", []), (b"\x1bO", []), (b"\x1b]0;qLqL", []), (b"\x1b" + b"[" * 3 + b"z", ["z"])])
def test_T26_what_bytes_mean_however_they_come(data, names):
    assert decoded(data) == names
    for at in range(1, len(data)):
        assert decoded(data[:at], data[at:], pause_s=0.001) == names
    assert decoded(*(data[at:at + 1] for at in range(len(data))), pause_s=0.001) == names


def test_T26_a_paste_whose_end_is_lost_ends_with_a_pause():
    assert decoded(BEGIN + b"Lq", b"qq", b"qq", pause_s=PASTE_S * 0.9) == [PASTE]
    assert decoded(BEGIN + b"Lq", *[b"q"] * 4, pause_s=PASTE_S * 0.3) == [PASTE, "q"]         # a hand that wants to leave
    assert decoded(BEGIN + b"Lq", b"q", pause_s=PASTE_S) == [PASTE, "q"]
    assert decoded(b"\x1b]0;L", b"q", pause_s=SEQUENCE_S) == ["q"]
    assert decoded(b"\x1b", b"[1~", b"z", pause_s=0.3) == ["esc", "home", "z"]                 # none of its bytes is a key
    assert decoded(b"\x1b", b"[A", pause_s=SEQUENCE_S + ESCAPE_S) == ["esc", "[", "A"]
    assert decoded(b"\x1b", b"q", pause_s=ALT_S * 1.1) == ["esc", "q"]                         # quick hands


@pytest.mark.parametrize("data, name", [(b"\x1bOA", "up"), (b"\x1b[6~", "pgdn"), (b"\x1b[1~", "home"), (b"\x1b", "esc")])
def test_T26_a_slow_line_brings_an_arrow_key_byte_by_byte(data, name):
    assert decoded(*(data[at:at + 1] for at in range(len(data))), pause_s=0.06) == [name]


def test_T26_what_never_ends_is_not_kept():
    decoder = Decoder({})
    for _ in range(50):
        decoder.decoded(b"\x1b]0;" + b"x" * 4000, 1.0)
        decoder.decoded(BEGIN + b"x" * 4000, 1.0)
        assert len(decoder._rest) < 5000


def bytes_of(characters, most):
    return st.text(characters, max_size=most).map(str.encode)


def sequences():
    """Sequences as ECMA-48 has them, of any numbers and ends, and characters with Alt."""
    text, end = bytes_of(st.characters(min_codepoint=32, max_codepoint=126), 30), st.integers(64, 126).map(lambda n: bytes([n]))
    csi = st.tuples(st.just(b"\x1b["), bytes_of("0123456789:;<=>?", 8), bytes_of(" !#$%&'()*+-./", 2), end).map(b"".join)
    strings = st.tuples(st.sampled_from([b"\x1b]", b"\x1bP", b"\x1b_", b"\x1b^", b"\x1bX"]), text, st.just(b"\x1b\\"))
    return st.one_of(
        csi.filter(lambda made: made not in (b"\x1b[M", b"\x1b[[", BEGIN)), strings.map(b"".join),
        st.tuples(st.just(b"\x1bO"), bytes_of("0123456789;", 3), end).map(b"".join),
        st.tuples(st.just(b"\x1b]"), text, st.just(b"\x07")).map(b"".join),
        st.sampled_from([b"\x1b" + bytes([n]) for n in range(48, 127) if n not in b"[O]P_^X"]))


@settings(max_examples=examples(50), deadline=None)
@given(st.lists(sequences(), min_size=1, max_size=3), st.data())
def test_T26_no_byte_of_a_sequence_is_a_key_nor_is_its_escape(made, data):
    stream = b"".join(made)
    cuts = sorted(data.draw(st.sets(st.integers(1, len(stream) - 1), max_size=6)))
    slow = [ESCAPE_S * 0.9] if all(one[1:2] in b"[O]P_^X" for one in made) else []
    pause_s = data.draw(st.sampled_from([0.0, ALT_S * 0.9, *slow]))
    pieces = [stream[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(stream)])]
    names = decoded(*pieces, pause_s=pause_s)
    assert set(names) <= set(_USUAL.values())
    assert decoded(*pieces, b"z", pause_s=pause_s)[len(names):] == ["z"]


# --- T-27: names ----------------------------------------------------------------------------------------------------------

def heard(*times_and_names):
    """What is heard, at once and a while after the last."""
    typing, out = Typing(), []
    for now_s, names in times_and_names:
        out += typing.heard([*names] if isinstance(names, str) else names, 100 + now_s)
    return out + typing.heard([], 100 + times_and_names[-1][0] + HANDS_S)


@pytest.mark.parametrize("given, names", [
    ([(0, "q")], ["q"]), ([(0, "hvp")], ["h", "v", "p"]), ([(0, ["up"] * 500)], ["up"] * 500),
    ([(0, "t" * MOST_KEYS)], ["t"] * MOST_KEYS), ([(0, "t" * (MOST_KEYS + 1))], [PASTE]), ([(0, [OTHER] * 9 + ["p"])], [PASTE]),
    ([(0, "L")], ["L"]), ([(0, "LL")], ["L", "L"]), ([(0, "L"), (0.05, "L")], ["L", "L"]), ([(0, "L"), (1, "L")], ["L", "L"]),
    ([(0, "LLL")], [PASTE]), ([(0, "L"), (0.03, "L"), (0.06, "L"), (0.09, "L")], [PASTE, PASTE]),
    ([(0, "Lp")], [PASTE, "p"]), ([(0, ["L", "enter"])], [PASTE, "enter"]), ([(0, "p"), (0.05, "L")], ["p", PASTE]),
    ([(0, "L"), (0.05, "p")], [PASTE, "p"]), ([(0, "p"), (0.2, "L")], ["p", "L"]), ([(0, "L"), (0.2, "p")], ["L", "p"]),
    ([(0, ["L", "up"])], ["up", "L"]), ([(0, [OTHER, "L"])], [PASTE]),
    ([(0, [PASTE]), (0.1, "L")], [PASTE, PASTE]), ([(0, [PASTE, "L"])], [PASTE, PASTE]),
    ([(0, [PASTE]), (0.1, "q")], [PASTE, "q"]), ([(0, [PASTE]), (AFTER_TEXT_S + 0.1, "L")], [PASTE, "L"]),
    ([(0, "a quick text")], [PASTE]), ([(0, "this is it q")], [PASTE, "q"]),
    ([(0, "this is it q"), (0.05, "ueue")], [PASTE, PASTE]),
    ([(0, "this is it q"), (0.05, "q")], [PASTE, PASTE, "q"]), ([(0, "twelve chars"), (0.1, "bq\n")], [PASTE, PASTE]),
    ([(0, "twelve chars"), (0.1, "p")], [PASTE, "p"])])
def test_T27_what_is_heard_of_keys_that_come_at_once(given, names):
    assert heard(*given) == names


# --- on a terminal --------------------------------------------------------------------------------------------------------

def noted(machine):
    with closing(sqlite3.connect(str(machine.home / ".local/share/ccmon/ccmon.db"))) as db:
        return db.execute("SELECT count(*) FROM reading WHERE source = 'hit'").fetchone()[0]


def paste(term, text):
    """All of it, as fast as the terminal takes it."""
    data = text.encode()
    while data:
        data = data[os.write(term._master, data):]


@pytest.mark.parametrize("before, after", [(BEGIN, END), (BEGIN + b"L\n" + BEGIN, b"L" + END + END), (b"", b"")],
                         ids=["marked", "nested", "not marked"])
def test_T26_a_large_text_does_nothing_and_q_quits_after_it(machine, before, after):
    live(machine)
    with monitor(machine, "--interval", "3600") as term:
        shown(term)
        assert term.private_modes()[PASTES]
        written = term.written()
        paste(term, before.decode() + LINES + after.decode())
        term.wait_for("Pasted text was left out")
        assert "1,234" in term.text() and term.written() - written < 20_000
        leave(term)
    assert noted(machine) == 0


def test_T26_a_paste_without_an_end_holds_the_keys_up_for_a_second_only(machine):
    live(machine)
    with monitor(machine, "--interval", "3600") as term:
        shown(term)
        term.send(BEGIN.decode() + "Lq?")
        term.wait_for("Pasted text was left out")
        term.resize(60, 15)
        term.pause(PASTE_S + 0.2)
        term.send("?")
        term.wait_for("cut off just now")
        term.send("q")
        term.wait_for("1,234")
        leave(term)
    assert noted(machine) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT, signal.SIGKILL])
def test_T26_pastes_are_not_marked_any_more_whatever_ends_it(machine, number):
    live(machine)
    with monitor(machine) as term:
        shown(term)
        assert term.private_modes()[PASTES]
        term.send(BEGIN.decode() + "L")            # in the middle of one
        term.signal(number)
        term.wait_exit()
        term.wait_until(lambda: term.leftover() == CLEAN and not term.private_modes()[PASTES], "pastes are not marked")


def test_T26_nor_while_it_is_stopped(machine):
    live(machine)
    env = machine.env(TERM=None, PS1="ready> ", CCMON=" ".join(machine.command("--interval", "0.5")))
    with Terminal(["dash" if os.path.exists("/bin/dash") else "sh", "-i"], env=env) as term:
        term.wait_for("ready>")
        term.send("$CCMON\r")
        shown(term)
        for _ in range(2):
            assert term.private_modes()[PASTES]
            term.send(BEGIN.decode() + "L")
            term.pause(0.1)
            term.send("\x1a")
            term.wait_until(lambda: not term.private_modes()[PASTES] and term.leftover().main_screen, "stopped")
            term.send("fg\r")
            term.wait_until(lambda: term.private_modes()[PASTES] and "1,234" in term.text(), "drawn again")

        def has_left():
            if term.private_modes()[PASTES]:
                term.send("q")         # what was cut by Ctrl-Z is over; what is typed while curses comes back is lost
                term.pause(0.1)
            return term.leftover() == CLEAN and not term.private_modes()[PASTES]
        term.wait_until(has_left, "left")


@pytest.mark.parametrize("keys, often", [("L", 1), ("LL", 0), ("LLL", 0), ("Lp", 0), ("L\n", 0), ("pLp", 0)])
def test_T27_what_is_stored_hangs_on_a_key_that_comes_alone(machine, keys, often):
    live(machine)
    with monitor(machine, "--interval", "3600") as term:
        shown(term)
        term.send(keys)
        term.wait_for({"L": "Noted: cut off", "LL": "Taken back"}.get(keys, "Pasted text" if "p" not in keys else "Plan max"))
        leave(term)
    assert noted(machine) == often


def test_T27_a_burst_is_one_frame(log):
    with clock(log, tick_s=3600) as term:
        term.wait_for("tick 000001")
        paste(term, "\x1b[B" * 500 + "z")
        term.wait_for("key:z")
        assert ticks(term) <= 20       # a few, should this machine give the bytes in pieces
        paste(term, "z" * 2000)
        term.wait_for("paste:None")
        assert ticks(term) <= 40


def test_T26_answers_that_were_pasted_write_nothing(place):
    """The last question wants an answer that was given to it."""
    before = contents(place.home)
    with dialogue(place) as term:
        term.wait_for("]:")
        term.send("max5\nlocal\nbash\ny\ny\ny\n")
        term.wait_for("Write it?")
        term.pause()
        assert term.process.poll() is None and contents(place.home) == before
        term.send("n\n")
        assert term.wait_exit() == 0 and contents(place.home) == before
        assert "Nothing was written." in term.text()
