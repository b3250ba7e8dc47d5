"""What a full-screen program leaves of the terminal, as a row of a markdown table: python tests/faults/terminal_matrix.py -- htop

Each column is one run in a pseudo-terminal of its own, as the foreground job of a small shell that repairs nothing itself.
--name, --ready TEXT (on the screen before the fault; else 1.5 s of output), --head (the table's head first), --settle SECONDS.
"""

import argparse
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

SIGNALS = ("TERM", "HUP", "QUIT", "INT", "KILL", "SEGV")
FAULTS = (*SIGNALS, "Ctrl-Z, fg", "stalled", "vanished")
MODES = {1049: "alternate screen", 47: "alternate screen", 1047: "alternate screen", 1: "keypad", 1000: "mouse", 1002: "mouse",
         1003: "mouse", 2004: "paste"}
PATIENCE_S = 5.0


class Job(NamedTuple):
    """A program as a foreground job: it, its shell, and the terminal from both ends."""

    shell: int
    pid: int
    master: int
    slave: int
    told: int                          # what the shell says: "stopped" or "ended"
    ask: int                           # a byte brings the job to the foreground again
    before: List[object]
    raw: bytearray


def start(command: List[str]) -> Job:
    """Run the command in a new pseudo-terminal of 80x24."""
    master, slave = pty.openpty()
    resize(master, 80, 24)
    before = termios.tcgetattr(slave)
    told, tell = os.pipe()
    asked, ask = os.pipe()
    shell = os.fork()
    if shell == 0:
        try:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            os.close(master)
            be_shell(command, slave, tell, asked)
        finally:
            os._exit(0)
    os.close(tell)
    os.close(asked)
    pid = int(read_line(told))
    return Job(shell, pid, master, slave, told, ask, before, bytearray())


def be_shell(command: List[str], slave: int, tell: int, asked: int) -> None:
    """Run the command as a job of its own, say what becomes of it, continue it when asked."""
    for number in (signal.SIGTTOU, signal.SIGTSTP, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(slave, os.getpid())
        for number in (signal.SIGTTOU, signal.SIGTSTP, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        for descriptor in (0, 1, 2):
            os.dup2(slave, descriptor)
        os.closerange(3, 64)
        os.execvp(command[0], command)

    def hang_up(*_: object) -> None:   # as shells do when their window closes
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGHUP)

    signal.signal(signal.SIGHUP, hang_up)
    os.write(tell, b"%d\n" % pid)
    while True:
        _, status = os.waitpid(pid, os.WUNTRACED)
        with contextlib.suppress(OSError):     # the terminal may have vanished
            os.tcsetpgrp(slave, os.getpgrp())
        if not os.WIFSTOPPED(status):
            break
        os.write(tell, b"stopped\n")
        os.read(asked, 1)
        os.tcsetpgrp(slave, pid)
        os.killpg(pid, signal.SIGCONT)
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    os.write(tell, b"ended %d\n" % code)


def read_line(descriptor: int, timeout_s: float = PATIENCE_S) -> str:
    """A line of what the shell says, or nothing in time."""
    line = b""
    deadline = time.monotonic() + timeout_s
    while not line.endswith(b"\n"):
        if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
            return ""
        got = os.read(descriptor, 1)
        if not got:
            return line.decode()
        line += got
    return line.decode().strip()


def resize(master: int, columns: int, rows: int) -> None:
    """A new size of the window."""
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def listen(job: Job, seconds: float, until: Optional[Callable[[], bool]] = None) -> bool:
    """Read the terminal for so long, or until it is so."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if until and until():
            return True
        if select.select([job.master], [], [], 0.05)[0]:
            try:
                job.raw.extend(os.read(job.master, 65536))
            except OSError:
                break
    return bool(until and until())


def drawn(job: Job, ready: Optional[str], settle_s: float) -> None:
    """Wait until the program has drawn its screen."""
    if ready and not listen(job, 60, lambda: ready.encode() in job.raw):
        raise SystemExit(f"never seen: {ready!r}; the program wrote {bytes(job.raw[-300:])!r}")
    listen(job, settle_s)


def leftover(job: Job) -> List[str]:
    """What of the terminal is not as it was."""
    found = [] if termios.tcgetattr(job.slave) == job.before else ["modes"]
    stand: Dict[int, bool] = {}
    for one in re.finditer(rb"\x1b\[\?([\d;]+)([hl])|\x1b([=>])|\x1b\[!p|\x1bc", bytes(job.raw)):
        if one[1]:
            stand.update({int(mode): one[2] == b"h" for mode in one[1].split(b";")})
    if not stand.get(25, True):
        found.append("cursor")
    return found + sorted({name for mode, name in MODES.items() if stand.get(mode, False)})


def verdict(job: Job, ending: str) -> str:
    """A cell of the table."""
    left = leftover(job)
    return ", ".join(([] if ending.startswith("ended") else ["does not end"]) + left) or "clean"


def by_signal(job: Job, name: str) -> str:
    """A signal ends it, or not."""
    os.kill(job.pid, getattr(signal, f"SIG{name}"))
    ending = finish(job)
    listen(job, 1.5)                   # somebody else may put things right
    return verdict(job, ending)


def finish(job: Job) -> str:
    """What the shell says in the end, reading the terminal meanwhile."""
    deadline, line = time.monotonic() + PATIENCE_S, ""
    while not line.startswith("ended") and time.monotonic() < deadline:
        listen(job, 0.05)
        line = read_line(job.told, 0.05) or line
    return line


def stopped_and_back(job: Job) -> str:
    """Ctrl-Z gives the terminal to the shell, fg gives it back, and q ends it in order."""
    os.write(job.master, b"\x1a")
    deadline, line = time.monotonic() + PATIENCE_S, ""
    while not line and time.monotonic() < deadline:
        listen(job, 0.05)
        line = read_line(job.told, 0.05)
    if line != "stopped":
        return "does not stop"
    listen(job, 0.3)
    left = leftover(job)
    shown = len(job.raw)
    os.write(job.ask, b"!")
    back = listen(job, PATIENCE_S, lambda: len(job.raw) > shown + 200)
    return ", ".join(left + ([] if back else ["does not come back"])) or "clean"


def stalled(job: Job) -> str:
    """Nobody reads the terminal, the program has much to draw, and is asked to end; then somebody reads again."""
    for turn in range(120):
        resize(job.master, 60 + turn % 40, 20 + turn % 15)
        time.sleep(0.02)
    os.write(job.master, b"\x13")
    time.sleep(1)
    os.kill(job.pid, signal.SIGTERM)
    ending = read_line(job.told, PATIENCE_S)
    listen(job, 1.5)
    return verdict(job, ending)


def vanished(job: Job) -> str:
    """The window is closed."""
    used = cpu_s(job.pid)
    os.close(job.slave)
    os.close(job.master)
    ending = read_line(job.told, PATIENCE_S)
    if ending.startswith("ended"):
        return "ends"
    return "lives on" + (", busy" if cpu_s(job.pid) - used > 1 else "")


def cpu_s(pid: int) -> float:
    """Processor seconds used so far."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cell(command: List[str], fault: str, ready: Optional[str], settle_s: float) -> str:
    """One run with one fault."""
    job = start(command)
    try:
        drawn(job, ready, settle_s)
        works: Dict[str, Callable[[], str]] = {"Ctrl-Z, fg": lambda: stopped_and_back(job), "stalled": lambda: stalled(job),
                                               "vanished": lambda: vanished(job)}
        return works.get(fault, lambda: by_signal(job, fault))()
    finally:
        end(job)


def end(job: Job) -> None:
    """Nothing of it is left running."""
    for number in (job.pid, job.shell):
        with contextlib.suppress(OSError):
            os.kill(number, signal.SIGKILL)
    os.waitpid(job.shell, 0)
    for descriptor in (job.master, job.slave, job.told, job.ask):
        with contextlib.suppress(OSError):
            os.close(descriptor)


def arguments(argv: List[str]) -> Tuple[argparse.Namespace, List[str]]:
    """The options and the command behind --."""
    own, command = (argv[:argv.index("--")], argv[argv.index("--") + 1:]) if "--" in argv else (argv, [])
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name")
    parser.add_argument("--ready")
    parser.add_argument("--settle", type=float, default=1.5)
    parser.add_argument("--head", action="store_true")
    given = parser.parse_args(own)
    if not command:
        parser.error("name a command behind --")
    return given, command


def main() -> None:
    """Print the row."""
    given, command = arguments(sys.argv[1:])
    if given.head:
        print("|  | " + " | ".join(FAULTS) + " |")
        print("| --- " * (len(FAULTS) + 1) + "|")
    cells = [cell(command, fault, given.ready, given.settle) for fault in FAULTS]
    print(f"| {given.name or os.path.basename(command[0])} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
