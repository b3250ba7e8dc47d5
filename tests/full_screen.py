"""The real program, full screen in a terminal, on a stand-in ccusage that knows a session of now."""

import time
from pathlib import Path
from typing import Any, List

from commands import HOUR, Machine, block
from terminal import CLEAN, Terminal


def live(machine: Machine, tokens: int = 1234, **fields: Any) -> None:
    """ccusage knows a session that runs now."""
    machine.answers([block(int(time.time()) - 2 * HOUR, tokens, **fields)])


def monitor(machine: Machine, *words: str, env: Any = None, **options: Any) -> Terminal:
    """The full screen, looking twice a second; env as in Machine.env, options as in Terminal."""
    variables = machine.env(TERM=None, **(env or {}))
    return Terminal(machine.command("--interval", "0.5", *words), env=variables, **{"cwd": str(machine.cwd), **options})


def shown(term: Terminal) -> None:
    """Wait until the first numbers stand on the screen."""
    term.wait_for("1,234")


def leave(term: Terminal) -> None:
    """q, and everything is as it was."""
    term.send("q")
    assert term.wait_exit() == 0
    assert term.leftover() == CLEAN


def children(pid: int) -> List[int]:
    """The processes whose parent this is."""
    found = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [child for child in found if parent(child) == pid]


def parent(pid: int) -> int:
    """The parent of a process; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def guardian_of(pid: int) -> int:
    """The child that is a Python, too."""
    return next(child for child in children(pid) if b"ccmon" in Path(f"/proc/{child}/cmdline").read_bytes())
