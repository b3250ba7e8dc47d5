"""Row T-2: ccmon is killed or crashes while the screen is up, and the guardian brings the terminal back; first aid by hand."""

import os
import signal
from pathlib import Path

import pytest
from commands import alive, wait_until
from full_screen import children, guardian_of, leave, live, monitor, parent, shown
from terminal import CLEAN, Terminal

pytestmark = pytest.mark.newest_only


@pytest.fixture
def screen(machine):
    """The full screen with a guardian, drawn; the words and variables may be added."""
    terms = []

    def start(*words, **options):
        live(machine)
        terms.append(monitor(machine, *words, **options))
        shown(terms[0])
        return terms[0]

    yield start
    for term in terms:
        term.__exit__()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
def test_T02_whatever_kills_it_the_terminal_is_brought_back(screen, number):
    term = screen()
    assert term.leftover() != CLEAN
    term.signal(number)
    assert term.wait_exit() == -number
    wait_until(lambda: term.leftover() == CLEAN, "the terminal is as before")


def test_T02_the_whole_process_group_is_killed(screen):
    term = screen()
    os.killpg(term.process.pid, signal.SIGKILL)
    term.wait_exit()
    wait_until(lambda: term.leftover() == CLEAN, "the terminal is as before")


def test_T02_a_ccusage_that_hangs_does_not_keep_the_guardian_waiting(machine, screen):
    term = screen("--interval", "0.5")
    machine.gated()
    runs = machine.runs()
    wait_until(lambda: machine.runs() > runs, "ccusage hangs")
    term.signal(signal.SIGKILL)
    term.wait_exit()
    wait_until(lambda: term.leftover() == CLEAN, "the terminal is as before")
    assert alive(machine.pids()[-1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP])
def test_T02_what_ccmon_heeds_does_not_reach_its_guardian(screen, number):
    term = screen()
    guardian = guardian_of(term.process.pid)
    os.kill(guardian, number)
    term.signal(signal.SIGKILL)
    term.wait_exit()
    wait_until(lambda: term.leftover() == CLEAN and not alive(guardian), "the terminal is as before")


def test_T02_it_is_small_and_forked_before_anything_heavy(screen):
    term = screen()
    maps = Path(f"/proc/{guardian_of(term.process.pid)}/maps").read_text()
    assert "_sqlite3" not in maps and "_curses" not in maps and "_json" not in maps
    assert "_sqlite3" in Path(f"/proc/{term.process.pid}/maps").read_text()
    leave(term)


def test_T02_nothing_of_it_is_left_when_the_screen_is_left(screen):
    term = screen()
    guardian = guardian_of(term.process.pid)
    leave(term)
    wait_until(lambda: not alive(guardian), "gone")
    assert bytes(term.raw).count(b"\x1b[?1049l") == 1          # curses' own: a second one would move the cursor


def test_T02_without_its_guardian_ccmon_goes_on(screen):
    term = screen()
    os.kill(guardian_of(term.process.pid), signal.SIGKILL)
    term.resize(60, 15)
    term.send("?")
    term.wait_for("cut off just now")
    term.send("?")
    shown(term)
    leave(term)


@pytest.mark.parametrize("words, env", [(["--no-guardian"], {}), ([], {"CCMON_GUARDIAN": "no"})])
def test_T02_no_guardian_when_none_is_wanted_and_first_aid_afterwards(machine, words, env):
    live(machine)
    first, aid = (" ".join(machine.command(*more)) for more in (words, ["--reset-terminal"]))
    with Terminal(["/bin/sh", "-c", f"{first}; read answer; {aid}"], env=machine.env(TERM=None, **env)) as term:
        shown(term)
        ccmon = next(child for child in children(term.process.pid))
        assert not [child for child in children(ccmon) if b"ccmon" in Path(f"/proc/{child}/cmdline").read_bytes()]
        os.kill(ccmon, signal.SIGKILL)
        term.wait_until(lambda: b"Killed" in term.raw, "Killed")
        assert not term.leftover().main_screen and not term.leftover().same_modes
        term.send("\n")
        assert term.wait_exit() == 0
        assert term.leftover() == CLEAN


# --- with a shell that takes the terminal over ------------------------------------------------------------------------

@pytest.fixture
def shell(machine):
    """bash -i with job control, in which $CCMON starts the screen."""
    live(machine)
    env = machine.env(TERM=None, PS1="ready> ", CCMON=" ".join(machine.command("--interval", "0.5")))
    with Terminal(["bash", "--norc", "--noprofile", "-i"], env=env) as term:
        term.wait_for("ready>")
        yield term


def the_ccmon_below(pid):
    return wait_until(lambda: [child for child in children(pid) if b"ccmon" in Path(f"/proc/{child}/cmdline").read_bytes()
                               and parent(child) == pid], "ccmon runs")[0]


@pytest.mark.parametrize("_again", range(3))
def test_T02_a_shell_has_its_screen_back_and_its_own_modes(shell, _again):
    shell.send("$CCMON\r")
    shown(shell)
    os.kill(the_ccmon_below(shell.process.pid), signal.SIGKILL)
    shell.wait_until(lambda: shell.leftover()[1:4] == CLEAN[1:4], "the screen is as before")
    shell.wait_until(lambda: b"Killed" in shell.raw and shell.raw.count(b"ready> ") == 2, "the next prompt")
    shell.send("echo a$((40+2))z; exit 5\r")
    assert shell.wait_exit() == 5
    assert b"a42z" in shell.raw and shell.raw.count(b"echo a$") == 1       # echoed by readline, and by nobody else
    assert shell.leftover() == CLEAN


def test_T02_one_that_was_stopped_before_it_was_killed_leaves_the_screen_to_others(shell):
    shell.send("$CCMON\r")
    shown(shell)
    ccmon = the_ccmon_below(shell.process.pid)
    guardian = guardian_of(ccmon)
    shell.send("\x1a")
    shell.wait_for("Stopped")
    shell.send("less /etc/passwd\r")
    shell.wait_for("root:")
    shell.pause(1.2)                   # longer than the guardian's idea of who is in front may be old
    before = bytes(shell.raw)
    os.kill(ccmon, signal.SIGKILL)
    wait_until(lambda: not alive(guardian), "the guardian is gone")
    shell.pause()
    assert bytes(shell.raw) == before
    shell.send("q")


def test_T02_stopped_and_continued_it_is_guarded_as_before(shell):
    shell.send("$CCMON\r")
    shown(shell)
    ccmon = the_ccmon_below(shell.process.pid)
    shell.send("\x1a")
    shell.wait_for("Stopped")
    shell.send("fg\r")
    shell.wait_until(lambda: not shell.leftover().main_screen, "drawn again")
    shell.pause(1.2)
    os.kill(ccmon, signal.SIGKILL)
    shell.wait_until(lambda: shell.leftover()[1:4] == CLEAN[1:4], "the screen is as before")


# --- first aid --------------------------------------------------------------------------------------------------------

DIRTY = (r"stty raw -echo intr undef; printf '\033[?1049h\033[?25l\033[?1000h\033[?1006h\033[?2004h"
         r"\033[?1h\033=\033(0\033[1;31m\033[3;9r'")


def test_T02_reset_terminal_mends_what_any_program_has_left(machine):
    aid = " ".join(machine.command("--reset-terminal"))
    with Terminal(["/bin/sh", "-c", f"{DIRTY}; {aid}; stty -a; printf 'all plain\\n'"], env=machine.env(TERM=None)) as term:
        assert term.wait_exit() == 0
        assert term.leftover() == CLEAN
        assert "all plain" in term.text()
        row = next(at for at, line in enumerate(term.lines()) if "all plain" in line)
        assert not term.style_at(row, 0).bold and term.style_at(row, 0).fg == "default"
        assert "intr = ^C" in term.text() and " icanon" in term.text() and " echo " in term.text()


def test_T02_reset_terminal_goes_on_below_what_is_there(machine):
    aid = " ".join(machine.command("--reset-terminal"))
    with Terminal(["/bin/sh", "-c", f"echo; echo two; {aid}; printf three"], env=machine.env(TERM=None)) as term:
        assert term.wait_exit() == 0
        assert [line for line in term.lines() if line] == ["two", "three"] and term.lines()[-1] == "three"


def test_T02_reset_terminal_says_when_there_is_none(machine):
    machine.configure("[ccmon]\nnonsense = 1\n")       # first aid needs no configuration
    done = machine.run("--reset-terminal")
    assert (done.code, done.out) == (2, "") and len(done.err.splitlines()) == 1
