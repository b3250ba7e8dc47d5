"""ccmon from outside: an isolated home, a ccusage of our own making that counts its runs, and calls of the real command.

The stand-in is a shell script: `answers` gives it blocks to print, `behaves` any shell text to run instead.
"""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from types import MethodType
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

import fork_server

ROOT = Path(__file__).resolve().parent.parent
NOW = 1_764_000_000                    # Monday 24 November 2025, 16:00:00 UTC, 17:00 in Warsaw
HOUR = 3600
PATIENCE_S = 40.0                      # only ever spent by a test that fails
STAND_IN = """#!/bin/sh
[ "$1" = --version ] && { echo "ccusage 20.0.24"; exit 0; }
echo $$ >>"%(folder)s/runs"
mkdir "%(folder)s/busy" 2>/dev/null || echo $$ >>"%(folder)s/overlaps"
. "%(folder)s/behaviour"
rmdir "%(folder)s/busy" 2>/dev/null
exit ${code:-0}
"""


class Result(NamedTuple):
    """How a call ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document that was printed."""
        return json.loads(self.out)


def iso(epoch: int) -> str:
    """As ccusage writes times."""
    return datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def block(start: int, tokens: int, **fields: Any) -> Dict[str, Any]:
    """A block as ccusage 20 prints it: a fifth of the tokens is input, cache tokens are a hundred times as many."""
    known = {"id": iso(start), "startTime": iso(start), "endTime": iso(start + 5 * HOUR), "actualEndTime": iso(start + HOUR),
             "isActive": False, "isGap": False, "entries": 7, "costUSD": 1.25, "models": ["claude-sonnet-4-5-20250929"],
             "totalTokens": tokens * 101, "burnRate": None, "projection": None,
             "tokenCounts": {"inputTokens": tokens // 5, "outputTokens": tokens - tokens // 5,
                             "cacheCreationInputTokens": tokens * 5, "cacheReadInputTokens": tokens * 95}}
    return {**known, **fields}


def wait_until(seen: Callable[[], Any], what: str) -> Any:
    """Wait until it is so, and give what was seen."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = seen()
        if found:
            return found
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    """Whether the process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def asleep(pid: int) -> bool:
    """Whether each of its threads waits for something (Linux; elsewhere any does)."""
    for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
        with suppress(OSError):        # it has ended since
            if stat.read_text().rpartition(")")[2].split()[0] != "S":
                return False
    return True


def command_of(pid: int) -> str:
    """The command line of a process; nothing when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:
        return ""


class Machine:
    """A home with a stand-in ccusage on PATH, and a working directory elsewhere."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.bin, self.cwd = folder, folder / "home", folder / "bin", folder / "elsewhere"
        for new in (self.home, self.bin, self.cwd, folder / "tmp"):
            new.mkdir()
        self.ccusage = self.bin / "ccusage"
        self.ccusage.write_text(STAND_IN % {"folder": folder})
        self.ccusage.chmod(0o755)
        self.answers([])

    def close(self) -> None:
        """End what a test left running on purpose, or by failing."""
        for pid in self.pids():
            if alive(pid) and str(self.folder) in command_of(pid):
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)

    # what ccusage does

    def answers(self, blocks: Sequence[Dict[str, Any]]) -> None:
        """ccusage prints these blocks from now on."""
        temporary = self.folder / "next.json"
        temporary.write_text(json.dumps({"blocks": list(blocks)}))
        os.replace(temporary, self.folder / "answer.json")
        self.behaves(f'cat "{self.folder}/answer.json"')

    def behaves(self, script: str) -> None:
        """ccusage does this from now on; `code` is its exit code."""
        temporary = self.folder / "next.behaviour"
        temporary.write_text(script + "\n")
        os.replace(temporary, self.folder / "behaviour")

    def fails(self) -> None:
        """ccusage fails from now on."""
        self.behaves("echo 'error: the disk is on fire' >&2; code=3")

    def slow(self, seconds: float) -> None:
        """ccusage takes so long before it answers."""
        self.behaves(f'sleep {seconds}; cat "{self.folder}/answer.json"')

    def gated(self) -> None:
        """ccusage does not answer before the gate opens."""
        self.behaves(f'while [ ! -e "{self.folder}/open" ]; do sleep 0.05; done; cat "{self.folder}/answer.json"')

    def opens(self) -> None:
        """Open the gate."""
        (self.folder / "open").touch()

    def pids(self) -> List[int]:
        """The ccusage processes that were ever started."""
        runs = self.folder / "runs"
        return [int(line) for line in runs.read_text().split()] if runs.exists() else []

    def runs(self) -> int:
        """How often ccusage was run for its blocks."""
        return len(self.pids())

    def overlaps(self) -> bool:
        """Whether two of them ever ran at once."""
        return (self.folder / "overlaps").exists()

    # what the user does

    def env(self, **more: Any) -> Dict[str, str]:
        """The whole environment of a call; None removes a variable."""
        usual = {"HOME": str(self.home), "PATH": f"{self.bin}:/usr/bin:/bin", "LC_ALL": "C.UTF-8",
                 "PYTHONPATH": str(ROOT), "TMPDIR": str(self.folder / "tmp"), "TERM": "xterm-256color",
                 "TMUX_TMPDIR": str(self.folder)}
        return {name: str(value) for name, value in {**usual, **more}.items() if value is not None}

    def command(self, *words: str) -> List[str]:
        """The argument list of a call."""
        return [sys.executable, "-m", "ccmon", *words]

    def start(self, *words: str, env: Optional[Dict[str, Any]] = None, **streams: Any) -> "subprocess.Popen[str]":
        """A call that is left running."""
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "cwd": str(self.cwd)}
        return subprocess.Popen(self.command(*words), env=self.env(**(env or {})), text=True, **{**pipes, **streams})

    def run(self, *words: str, now: Any = NOW, stdin: bytes = b"", **env: Any) -> Result:
        """A call on a fixed clock; now=None is the real one."""
        more = {"CCMON_NOW": now, **env}
        code, out, err = self._forked(words, more, stdin) or self._started(words, more, stdin)
        assert "Traceback" not in err and "Exception ignored" not in err, err
        return Result(code, out, err)

    def _forked(self, words: Sequence[str], more: Dict[str, Any], stdin: bytes) -> Optional[Tuple[int, str, str]]:
        """A call without the interpreter's own start; None where that would make a difference."""
        env = self.env(**more)
        own = (self.command, self.start) != (MethodType(Machine.command, self), MethodType(Machine.start, self))
        if own or not fork_server.suits(env):
            return None
        return fork_server.call(words, env, str(self.cwd), stdin, PATIENCE_S)

    def _started(self, words: Sequence[str], more: Dict[str, Any], stdin: bytes) -> Tuple[int, str, str]:
        process = self.start(*words, env=more, **({"stdin": subprocess.PIPE} if stdin else {}))
        out, err = process.communicate(stdin.decode() or None, timeout=PATIENCE_S)
        return process.returncode, out, err

    def shell(self, script: str, **env: Any) -> Result:
        """A shell line in which $CCMON is the command."""
        variables = self.env(**{"CCMON": " ".join(self.command()), **env})
        done = subprocess.run(["/bin/sh", "-c", script], env=variables, cwd=self.cwd, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=PATIENCE_S)
        return Result(done.returncode, done.stdout, done.stderr)

    def configure(self, text: str, is_old: bool = False) -> Path:
        """Write config.ini; the lines of one that is not old are asked for again soon."""
        path = self.home / ".config/ccmon/config.ini"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if is_old:
            os.utime(path, (1, 1))
        return path

    @property
    def cache(self) -> Path:
        """The folder of the line cache."""
        return self.home / ".cache/ccmon"

    def idle(self) -> bool:
        """No refresher holds the lock."""
        from ccmon import locks
        fd = locks.lock(str(self.cache))
        if fd is not None:
            locks.unlock(fd)
        return fd is not None
