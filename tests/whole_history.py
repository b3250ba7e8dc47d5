"""A home whose history has rows of every kind, and calls of the command on it that cost no start of an interpreter each."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Sequence

from claude_logs import OPUS, SESSION_S, Entry, talk, write
from commands import HOUR, NOW, Machine, block

from ccmon import cli

DAY_S = 86_400
EVERYTHING = "[ccmon]\nlimit = 1000\nsource = {}\nalerts = 80, 100, reset\nalert_by = command\nalert_command = tee -a {}/told\n"
OTHER_COMMANDS = ("alerts", "completion", "config", "doctor", "export", "history", "hit", "init", "learn", "look", "merge",
                  "record", "report", "statusline", "store", "why")


def entries() -> List[Entry]:
    """Answers of a hundred days, and of the session that runs."""
    found = [entry for day in (120, 100, 95, 50, 9, 3, 1) for entry in
             talk(day, NOW - day * DAY_S, 9, 8, session=f"{day:08d}-2222-4333-8444-555555555555")]
    limit = Entry(NOW - DAY_S, kind="limit", resets=NOW - DAY_S + HOUR, message="cut", request="cut")
    return [*found, limit, *talk(7, NOW - 2 * HOUR, 1.5, 12, model=OPUS)]


def readings(begin: int, number: int) -> str:
    """What Claude Code says, one line a minute, as the spool holds it."""
    return "".join(f"{begin + 60 * n} s1 {n + 1} {n + 1} {NOW + HOUR} {n + 1} {NOW + 5 * DAY_S} {NOW - 3 * HOUR}\n"
                   for n in range(number))


def spool(machine: Machine, begin: int, number: int) -> None:
    """Put them there."""
    machine.cache.mkdir(parents=True, exist_ok=True)
    with (machine.cache / "readings").open("a") as file:
        file.write(readings(begin, number))


def blocks() -> List[Dict[str, Any]]:
    """What ccusage says: some sessions of before, and the one that runs."""
    return [*(block(NOW - day * DAY_S, 900 + day) for day in range(2, 60)), block(NOW - 2 * HOUR, 950, actualEndTime=None)]


def live(machine: Machine) -> Path:
    """Use ccmon in that home for some days; the path of its history."""
    preload()
    machine.answers(blocks())
    machine.configure(EVERYTHING.format("auto", machine.folder))
    write(machine.home / ".claude", entries())
    for ago in (3 * DAY_S, 2 * DAY_S, 60, 0):
        spool(machine, NOW - ago - 1800, 30)
        ended = call(machine, "record", CCMON_NOW=NOW - ago)
        assert ended.is_clean and ended.code == 0, ended
    for later in range(0, 1200, 60):
        call(machine, "--json", CCMON_NOW=NOW + later)
    for later, words in ((1200, "hit"), (1260, "learn"), (1300, "record")):
        assert call(machine, words, CCMON_NOW=NOW + later).code == 0
    return machine.home / ".local/share/ccmon/ccmon.db"


# --- calls without a start ------------------------------------------------------------------------------------------------

class Ended(NamedTuple):
    """How a call ended."""

    words: Sequence[str]
    code: int                          # negative: by that signal
    out: str
    err: str

    @property
    def is_clean(self) -> bool:
        """Whether nothing in it looks like a fault of the program."""
        said = self.err + self.out
        return 0 <= self.code != 70 and not any(word in said for word in ("internal error", "Traceback", "sqlite3."))


def preload() -> None:
    """Import what the commands need, once."""
    for name in OTHER_COMMANDS:
        import_module(f"ccmon.commands.{name}")
    for name in ("ccmon.store.check", "ccmon.store.copy", "ccmon.store.merge", "ccmon.pipeline.refresh", "ccmon.store.join",
                 "ccmon.fullscreen.screen", "ccmon.learning.extra"):
        import_module(name)


def call(machine: Machine, *words: str, **env: Any) -> Ended:
    """The command in a fork of this process, with that home."""
    out, err = str(machine.folder / "call.out"), str(machine.folder / "call.err")
    pid = os.fork()
    if not pid:
        _be(machine, words, env, out, err)
    status = os.waitpid(pid, 0)[1]
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return Ended(words, code, *(Path(name).read_text(errors="replace") for name in (out, err)))


def _be(machine: Machine, words: Sequence[str], env: Dict[str, Any], out: str, err: str) -> None:
    code = 99
    try:
        os.setsid()
        for target, name in ((0, os.devnull), (1, out), (2, err)):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), target)
        os.environ.clear()
        os.environ.update(machine.env(**{"CCMON_NOW": NOW + 1400, **env}))
        os.chdir(machine.cwd)
        sys.stdin, sys.stdout, sys.stderr = (open(fd, mode, encoding="utf-8", closefd=False)
                                             for fd, mode in ((0, "r"), (1, "w"), (2, "w")))
        code = cli.main(words)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


__all__ = ["SESSION_S", "Ended", "blocks", "call", "entries", "live", "preload", "readings", "spool"]
