"""Row T-25: only the full screen has a guardian; counted are the forks of each call on a real terminal."""

import os
import signal
from pathlib import Path

import pytest
from commands import alive, wait_until
from full_screen import children, guardian_of, leave, live, shown
from terminal import CLEAN, Terminal

from ccmon import call_parser
from ccmon.fullscreen import guardian
from ccmon.settings.options import OPTIONS, flag_name
from ccmon.typed_values import TRUE

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")]

TERM = {"TERM": "xterm"}
OF_THE_SCREEN = {flag_name(option) for option in OPTIONS} - {"--no-guardian"} | {"--demo"}


def actions():
    """Every option of ccmon itself."""
    return [action for action in call_parser.root_parser()._actions if action.option_strings]


def commands():
    return next(action.choices for action in call_parser.root_parser()._actions if action.dest == "command")


def called(action):
    """How each of an option's names is typed, with and without an equals sign."""
    for name in action.option_strings:
        yield [name] if action.nargs == 0 else [name, "x"]
        if action.nargs != 0:
            yield [f"{name}=x"]


ALL = [(words, action.option_strings[0] in OF_THE_SCREEN) for action in actions() for words in called(action)]


@pytest.mark.parametrize("words, screen", ALL, ids=lambda value: " ".join(value) if isinstance(value, list) else "")
def test_T25_each_option_says_whether_it_is_a_screen(words, screen):
    """Made of the parser: an option that is new there fails here until the guardian's table has it."""
    assert guardian.wanted(words, TERM) is screen
    assert guardian.wanted(["--demo", *words], TERM) is screen
    assert guardian.wanted([*words, "--theme", "mono", "--compact"], TERM) is screen
    for more in ("--json", "--version", "-h", "--once", "why", "--no-guardian", "--nonsense"):
        assert not guardian.wanted([*words, more], TERM) and not guardian.wanted([more, *words], TERM)
    shortened = words[0].split("=")[0][:-1]
    assert not guardian.wanted([shortened, *words[1:]], TERM)


def test_T25_no_command_is_a_screen():
    for name in commands():
        for words in ([name], ["--plan", "max5", name], ["--compact", name], ["--plan=max5", "--demo", name, "--json"]):
            assert not guardian.wanted(words, TERM), words
        assert guardian.wanted(["--theme", name], TERM)        # a value


@pytest.mark.parametrize("words", [["--plan"], ["--plan", "--demo"], ["--compact", "x"], ["-"], ["--"], [""], ["--demo=yes"]])
def test_T25_a_mistake_is_none(words):
    assert not guardian.wanted(words, TERM)


def test_T25_the_environment_says_so_too():
    for word in ("", *TRUE, "YES", "On"):
        assert guardian.wanted([], {**TERM, "CCMON_GUARDIAN": word})
    for word in ("0", "no", "false", "off", "NO", "Off", "angel", " yes"):
        assert not guardian.wanted([], {**TERM, "CCMON_GUARDIAN": word})
    assert guardian.wanted([], TERM) and not guardian.wanted([], {"TERM": "dumb"}) and not guardian.wanted([], {})


class Counted:
    """Calls of ccmon whose forks are counted."""

    def __init__(self, machine):
        live(machine)
        self.machine, self.file = machine, machine.folder / "forks"
        (machine.cwd / "sitecustomize.py").write_text(
            f"import os\nfd = os.open({str(self.file)!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)\n"
            "os.register_at_fork(after_in_parent=lambda: os.write(fd, b'f'))\n")

    def terminal(self, *words, env=None, **options):
        self.file.write_bytes(b"")
        path = f"{self.machine.cwd}:{self.machine.env()['PYTHONPATH']}"
        variables = self.machine.env(TERM=None, PYTHONPATH=path, **(env or {}))
        return Terminal(self.machine.command(*words), env=variables, cwd=str(self.machine.cwd), **options)

    def forks(self):
        return self.file.stat().st_size


@pytest.fixture
def counted(machine):
    return Counted(machine)


@pytest.mark.parametrize("words, code", [
    (["--version"], 0), (["--help"], 0), (["-h"], 0), (["--json"], 0), (["--once"], 0), (["--plan", "max5", "--once"], 0),
    (["--js"], 2), (["--ver"], 2), (["--reset-terminal"], 0), (["--demo", "why", "--json"], 0), (["--compact", "config"], 0)])
def test_T25_what_shows_no_screen_forks_nothing(counted, words, code):
    with counted.terminal(*words) as term:
        assert term.wait_exit() == code
        assert counted.forks() == 0 and term.leftover() == CLEAN


@pytest.mark.parametrize("env", [{"CCMON_GUARDIAN": "no"}, {"CCMON_GUARDIAN": "OFF"}, {}])
def test_T25_where_none_is_wanted_the_screen_has_no_child(counted, env):
    """Said in the environment: none is forked. Said in config.ini: it has gone when the screen is up."""
    if not env:
        counted.machine.configure("[ccmon]\nguardian = no\n")
    with counted.terminal("--interval", "3600", env=env) as term:
        shown(term)
        assert counted.forks() == (0 if env else 1)
        assert not [child for child in children(term.process.pid)
                    if b"ccmon" in Path(f"/proc/{child}/cmdline").read_bytes() or not alive(child)]
        leave(term)


@pytest.mark.parametrize("stream", ["stdin", "stdout"])
def test_T25_without_a_terminal_there_is_none(counted, stream):
    with open(os.devnull, "r+b") as nothing, counted.terminal(**{stream: nothing}) as term:
        assert term.wait_exit() == 0 and counted.forks() == 0


@pytest.mark.parametrize("kind, forks", [("dumb", 0), ("no-such-terminal", 1)])
def test_T25_a_terminal_that_cannot_be_drawn_on_has_none_while_ccusage_is_asked(counted, kind, forks):
    counted.machine.gated()
    with counted.terminal(term=kind) as term:
        wait_until(lambda: counted.machine.runs() or term.process.poll() is not None, "ccusage is asked")
        assert counted.forks() == forks
        assert not [child for child in children(term.process.pid) if b"-m" in Path(f"/proc/{child}/cmdline").read_bytes()]


def test_T25_when_the_screen_is_left_the_guardian_is_gone_before(counted):
    with counted.terminal("--interval", "3600") as term:
        shown(term)
        assert counted.forks() == 1
        child = guardian_of(term.process.pid)
        term.send("q")
        assert term.process.wait(20) == 0 and not alive(child)


def test_T25_one_that_was_stopped_does_not_hold_up_the_end(counted):
    with counted.terminal("--interval", "3600") as term:
        shown(term)
        child = guardian_of(term.process.pid)
        os.kill(child, signal.SIGSTOP)
        term.send("q")
        assert term.wait_exit() == 0 and not alive(child)
        assert term.leftover() == CLEAN


def test_T25_where_no_process_can_be_forked_the_screen_goes_on_without(counted):
    path = counted.machine.cwd / "sitecustomize.py"
    path.write_text("import errno, os\ndef fork():\n    raise BlockingIOError(errno.EAGAIN, 'no process')\nos.fork = fork\n")
    with counted.terminal("--interval", "3600") as term:
        shown(term)
        leave(term)
