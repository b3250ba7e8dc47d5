"""Row M-5: a poll that refuses terminals, as that of macOS; and curses, which writes with the interpreter's lock held."""

import os
import resource
import select
import signal

import pytest
from clock_screen import APP, clock, drawn, environment, log  # noqa: F401
from full_screen import leave, live, monitor, shown
from terminal import CLEAN

from ccmon.system import ready

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals")]
REFUSING = """
import os, select
real = select.poll
class Poll:
    def __init__(self):
        self.refused, self.real = [], real()
    def register(self, fd, *events):
        self.refused.append(fd) if os.isatty(fd) else self.real.register(fd, *events)
    def poll(self, timeout=None):
        return [(fd, select.POLLNVAL) for fd in self.refused] + self.real.poll(0 if self.refused else timeout)
select.poll = Poll
"""
WITHOUT = "import select\ndel select.poll\n"


ON_A_MAC = REFUSING + "import sys\nsys.platform = 'darwin'\n"


@pytest.fixture(params=["refuses", "is not there", "knows them"])
def path(request, tmp_path):
    """PYTHONPATH of a Python whose poll does so."""
    code = {"refuses": ON_A_MAC, "is not there": WITHOUT}.get(request.param, "")
    (tmp_path / "sitecustomize.py").write_text(code)
    return f"{tmp_path}:{os.environ.get('PYTHONPATH', '')}"


@pytest.mark.parametrize("ending, status", [(signal.SIGTERM, 143), ("q", 0)])
def test_M05_a_stopped_terminal_and_the_end(log, path, ending, status):
    """Ctrl-S while nothing is to be painted; then the end."""
    with clock(log, tick_s=3600, env=environment(PYTHONPATH=path)) as term:
        term.wait_for("tick 000001")
        term.send("z")
        term.wait_for("key:z")
        before = term.cpu_s()
        term.send("ctrl-s")
        term.pause(0.5)
        assert term.cpu_s() - before < 0.3         # it waits for keys, and does not ask again and again
        term.send(ending) if ending == "q" else term.signal(ending)
        assert term.wait_exit() == status
        assert term.leftover() == CLEAN


@pytest.mark.parametrize("number, status", [(signal.SIGTERM, 143), (signal.SIGINT, 0)])
def test_M05_a_new_size_of_a_stopped_terminal_and_a_signal(log, number, status):
    """What curses sends then for the keys is written with the interpreter's lock held, where no signal is heard."""
    with clock(log, tick_s=3600) as term:
        term.wait_for("tick 000001")
        term.send("ctrl-s")
        term.pause()
        term.resize(60, 20)
        term.pause()
        term.signal(number)
        assert term.wait_exit() == status
        assert term.leftover() == CLEAN


def test_M05_a_terminal_that_was_stopped_before_and_a_signal(log):
    with clock(log, tick_s=3600, env=environment(STOPPED="1")) as term:
        term.pause(1)
        assert term.raw == b""
        term.signal(signal.SIGTERM)
        assert term.wait_exit() == 143
        assert term.leftover() == CLEAN


def test_M05_the_monitor_goes_on_when_its_terminal_does(machine):
    live(machine)
    (machine.cwd / "sitecustomize.py").write_text(REFUSING)
    with monitor(machine, env={"PYTHONPATH": f"{machine.cwd}:{machine.env()['PYTHONPATH']}"}) as term:
        shown(term)
        term.send("ctrl-s")
        term.pause(1)
        live(machine, 2345)
        term.resize(70, 20)
        term.pause(1)
        assert "2,345" not in term.text()
        term.send("ctrl-q")
        term.wait_for("2,345")
        leave(term)


# --- the door -------------------------------------------------------------------------------------------------------------

class Refusing:
    """A poll that knows no descriptor of those."""

    def __init__(self, unknown):
        self.unknown, self.refused, self.real = unknown, [], select_poll()

    def register(self, fd, event):
        self.refused.append(fd) if fd in self.unknown else self.real.register(fd, event)

    def poll(self, timeout_ms):
        return [(fd, select.POLLNVAL) for fd in self.refused] + self.real.poll(0 if self.refused else timeout_ms)


select_poll = getattr(select, "poll", None)


@pytest.mark.parametrize("refuses", ["none", "first", "all", "no poll"])
@pytest.mark.parametrize("high", [(), (0,), (1,), (0, 1)], ids=["low", "first high", "second high", "both high"])
def test_M05_what_is_ready_however_it_has_to_be_asked(monkeypatch, refuses, high):
    """Two pipes, which of them poll refuses and which have a number that select does not take."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    pipes = [list(os.pipe()) for _ in range(2)]
    try:
        for number in high:
            pipes[number] = [os.dup2(old, 2000 + 2 * number + end) for end, old in enumerate(pipes[number])]
        (one, to_one), (two, to_two) = pipes
        unknown = {"none": (), "first": (one, to_one), "all": (one, to_one, two, to_two)}.get(refuses, ())
        if refuses == "no poll":
            monkeypatch.delattr(select, "poll")
        else:
            monkeypatch.setattr(select, "poll", lambda: Refusing(unknown))
        asked = {number for number, fd in enumerate((one, two)) if fd < 1024 or refuses != "no poll" and fd not in unknown}
        assert ready.readable([one, two], 0.01) == []
        for number, writer in enumerate((to_one, to_two)):
            os.write(writer, b"!")
            wanted = [fd for place, fd in enumerate((one, two)[:number + 1]) if place in asked]
            assert sorted(ready.readable([one, two], 0.2)) == sorted(wanted)
        for number, writer in enumerate((to_one, to_two)):
            assert ready.is_writable(writer, 0.1) == (number in asked)
            os.set_blocking(writer, False)
            with pytest.raises(BlockingIOError):
                while True:
                    os.write(writer, b"x" * 65536)
            assert not ready.is_writable(writer, 0.01)
    finally:
        for pipe in pipes:
            for end in pipe:
                os.close(end)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
