"""The door to ccusage, and to the user's own claude: runs them with a time-out, and says in one sentence what went wrong.

Each runs in a group of its own, with what it prints capped; none of its processes outlives it.
"""

from __future__ import annotations

import errno
import os
import re
import selectors
import signal
import subprocess
import threading
import time

from ccmon.errors import CcmonError
from ccmon.quick_typing import IO, Callable, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.sources import ccusage_output as output
from ccmon.sources.cancel import Cancel
from ccmon.sources.ccusage_output import Failed, NotFound, TooMuch, TooSlow, shown
from ccmon.sources.program_search import Program, child_folders
from ccmon.system import process_facts, processes

BLOCKS = ("blocks", "--json", "--offline", "--order", "asc", "--session-length", "5")
MOST_OUTPUT = 8 << 20                  # bytes of stdout; a block takes about 700
VERSION_S = 5.0
TICK_S = 0.05                          # how often an exit is looked for while a pipe is silent
DRAIN_S = 0.3                          # for what is still in the pipes when the program is gone
MERCY_S = 0.2                          # between SIGTERM and SIGKILL
LATER = "Close some programs"
CLAUDE_WORDS = ("-p", "--input-format", "stream-json", "--output-format", "stream-json", "--verbose", "--setting-sources", "",
                "--strict-mcp-config", "--no-session-persistence")
_NESTED = ("CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT")         # with these claude refuses: it believes to be inside itself


class RunResult(NamedTuple):
    """How a run ended by itself."""

    code: int
    out: bytes
    err: bytes


def fetch(program: Program, timeout_s: float, env: Mapping[str, str], home: Optional[str],
          on_start: Optional[Callable[[int], None]] = None, cancel: Optional[Cancel] = None) -> str:
    """What ccusage prints about its blocks. on_start gets the number of its process, which is that of its group, once it runs.

    Raises Failed, Cancelled.
    """
    ended = run(program, BLOCKS, timeout_s, env, home, on_start, cancel)
    if ended.code != 0:
        raise output.exit_failure(program.path, ended.code, ended.out, ended.err)
    return ended.out.decode("utf-8-sig", "replace")


def version(program: Program, env: Mapping[str, str], home: Optional[str], cancel: Optional[Cancel] = None) -> Optional[str]:
    """Its version, such as 20.0.24; None when it does not say."""
    try:
        ended = run(program, ("--version",), VERSION_S, env, home, None, cancel)
    except CcmonError:
        return None
    match = re.match(r"\s*(?:ccusage\s+)?v?([0-9]+\.[0-9]+\.[0-9]+)\b", ended.out.decode("utf-8-sig", "replace"))
    return match.group(1) if match and ended.code == 0 else None


# --- orphans: a ccusage whose ccmon was killed -----------------------------------------------------------------------

def kill_group(pgid: int, started_at: str) -> bool:
    """Kill the group, if its first process is still the one that started then. True when it was."""
    alive = pgid > 1 and started_at != "" and process_facts.is_same_start(process_facts.started(pgid), started_at)
    if alive:
        processes.end(pgid)
    return alive


# --- claude, which is asked for the account's limits where the user wants that ----------------------------------------

def ask_claude(program: Program, request: str, timeout_s: float, env: Mapping[str, str], home: Optional[str],
               words: Sequence[str] = CLAUDE_WORDS) -> str:
    """What it prints when it is given that line. Raises Failed with one sentence."""
    child = {name: value for name, value in env.items() if name not in _NESTED}
    try:
        ended = run(program, words, timeout_s, child, home, line=request.encode())
    except TooSlow:
        raise Failed(f"claude took longer than {timeout_s:g} s and was stopped", "It is asked again later") from None
    except TooMuch:
        raise Failed("claude printed too much and was stopped", "Update Claude Code") from None
    except Failed:
        raise Failed(f"{shown(program.path)} could not be started", "Try: claude --version", missing=True) from None
    if ended.code != 0 and b'"control_response"' not in ended.out:
        line = output.error_line(ended.err.decode("utf-8", "replace")) or "it did not say why"
        raise Failed(f"claude {output.exit_words(ended.code)}: {line.rstrip('.')}", "To see it, run: claude -p hello")
    return ended.out.decode("utf-8-sig", "replace")


# --- running ------------------------------------------------------------------------------------------------------------

def run(program: Program, words: Sequence[str], timeout_s: float, env: Mapping[str, str], home: Optional[str],
        on_start: Optional[Callable[[int], None]] = None, cancel: Optional[Cancel] = None, line: bytes = b"") -> RunResult:
    """Run the program to its end; whatever happens, nothing of its process group is left. line: its standard input, short.

    Raises Failed, Cancelled.
    """
    cancel = cancel or Cancel()
    process = cancel.start(lambda: _popen(program, words, env, home, line))
    try:
        if on_start:
            on_start(process.pid)
        out, err = _collect(process, timeout_s, cancel)
    finally:
        if os.name != "nt" or process.poll() is None:
            processes.end(process.pid)         # the program, or children that it left behind
        cancel.release()
        code = _reaped(process)
    cancel.check()
    return RunResult(code, out, err)


def _popen(program: Program, words: Sequence[str], env: Mapping[str, str], home: Optional[str],
           line: bytes) -> "subprocess.Popen[bytes]":
    folder = home if home and os.path.isabs(home) and os.path.isdir(home) and os.access(home, os.X_OK) else "/"
    stdin = _filled_pipe(line) if line else subprocess.DEVNULL
    try:
        return subprocess.Popen(processes.arguments([*program.argv, *words]), cwd=folder, env=_environment(program, env, home),
                                **processes.APART, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                bufsize=0)  # an absolute path, no shell  # nosec B603
    except (OSError, ValueError) as error:
        raise _unstartable(program, error) from error
    finally:
        if line:
            os.close(stdin)


def _filled_pipe(line: bytes) -> int:
    """What reads that line and then the end: it fits into the pipe, so that nobody has to write while the program runs."""
    reads, writes = os.pipe()
    try:
        os.write(writes, line)
    finally:
        os.close(writes)
    return reads


def _environment(program: Program, env: Mapping[str, str], home: Optional[str]) -> Dict[str, str]:
    """The launcher of npm needs node on PATH, which may have none: the one that belongs to the program."""
    child = {name: value for name, value in processes.environment(env).items()
             if name != "CLAUDE_CONFIG_DIR" or any(part.strip() for part in value.split(","))}     # it fails where none is named
    child["PATH"] = os.pathsep.join(child_folders(program.path, env, home))
    if os.name == "nt":
        child["NoDefaultCurrentDirectoryInExePath"] = "1"
    return child


class _Pipes:
    """Both pipes of the child, read as it fills them: all of stdout, the end of stderr."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.out, self.err = bytearray(), bytearray()
        try:
            self._selector = selectors.DefaultSelector()
        except OSError as error:
            raise Failed(f"ccusage could not be read ({shown(str(error))})", LATER) from error
        assert process.stdout and process.stderr
        self._register(process.stdout, self.out)
        self._register(process.stderr, self.err)

    def _register(self, pipe: IO[bytes], buffer: bytearray) -> None:
        os.set_blocking(pipe.fileno(), False)
        self._selector.register(pipe, selectors.EVENT_READ, buffer)

    def __enter__(self) -> "_Pipes":
        return self

    def __exit__(self, *_: object) -> None:
        self._selector.close()

    def open(self) -> bool:
        """True while anyone may still write."""
        return bool(self._selector.get_map())

    def read(self) -> None:
        """Take what is there, or wait a tick for it. Raises Failed when it is too much."""
        if not self.open():
            time.sleep(TICK_S / 10)    # it exits any moment
            return
        for key, _ in self._selector.select(TICK_S):
            data = os.read(key.fd, 1 << 16)
            key.data.extend(data)
            if not data:
                self._selector.unregister(key.fileobj)
        del self.err[:-output.STDERR_BYTES]
        self._check_size()

    def _check_size(self) -> None:
        if len(self.out) > MOST_OUTPUT:
            raise TooMuch(f"ccusage printed more than {MOST_OUTPUT >> 20} MB and was stopped", *output.SEE)


class _PipesByThreads(_Pipes):
    """The same on Windows, where nobody can wait for a pipe: a thread reads each, as long as anybody holds it."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self.out, self.err = bytearray(), bytearray()
        assert process.stdout and process.stderr
        self._threads = [threading.Thread(target=self._take, args=pair, daemon=True)
                         for pair in ((process.stdout, self.out), (process.stderr, self.err))]
        for thread in self._threads:
            thread.start()

    def _take(self, pipe: IO[bytes], buffer: bytearray) -> None:
        while len(buffer) <= MOST_OUTPUT:
            try:
                data = os.read(pipe.fileno(), 1 << 16)
            except OSError:
                return
            if not data:
                return
            buffer.extend(data)
            if buffer is self.err:
                del buffer[:-output.STDERR_BYTES]

    def __exit__(self, *_: object) -> None:
        pass                           # a thread ends with its pipe

    def open(self) -> bool:
        """True while anyone may still write."""
        return any(thread.is_alive() for thread in self._threads)

    def read(self) -> None:
        """Wait a tick for the threads. Raises Failed when they have read too much."""
        if not self.open():
            time.sleep(TICK_S / 10)    # it exits any moment
        for thread in self._threads:
            thread.join(TICK_S / 2)
        self._check_size()


def _collect(process: "subprocess.Popen[bytes]", timeout_s: float, cancel: Cancel) -> Tuple[bytes, bytes]:
    """stdout and the end of stderr. Raises Failed, Cancelled."""
    deadline = time.monotonic() + timeout_s
    with (_PipesByThreads if os.name == "nt" else _Pipes)(process) as pipes:
        while not _has_exited(process):
            cancel.check()
            if time.monotonic() > deadline:
                _ask_to_end(process)
                raise TooSlow(timeout_s)
            pipes.read()
        deadline = time.monotonic() + DRAIN_S
        while pipes.open() and time.monotonic() < deadline:
            pipes.read()
        return bytes(pipes.out), bytes(pipes.err)


def _has_exited(process: "subprocess.Popen[bytes]") -> bool:
    """Without reaping it where the system can do that: until then its number belongs to its group alone."""
    if not hasattr(os, "waitid"):
        return process.poll() is not None
    try:
        return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def _ask_to_end(process: "subprocess.Popen[bytes]") -> None:
    processes.end(process.pid, gently=True)
    deadline = time.monotonic() + MERCY_S
    while not _has_exited(process) and time.monotonic() < deadline:
        time.sleep(TICK_S / 10)


def _reaped(process: "subprocess.Popen[bytes]") -> int:
    for pipe in (process.stdout, process.stderr):
        if pipe and os.name != "nt":   # there, to close what a thread still reads would wait for the writer
            pipe.close()
    try:
        return process.wait(1)
    except subprocess.TimeoutExpired:  # stuck in the kernel, as on a dead network drive: not waited for
        return -signal.SIGTERM


# --- what went wrong ------------------------------------------------------------------------------------------------------

def _unstartable(program: Program, error: Exception) -> Failed:
    path = shown(program.path)
    if isinstance(error, FileNotFoundError) and os.path.exists(program.path):
        return Failed(f"{path} needs an interpreter that is not there (its first line names it)", *output.INSTALL, missing=True)
    if isinstance(error, FileNotFoundError):
        return NotFound(f"{path} is gone", *output.INSTALL)
    if isinstance(error, PermissionError):
        return Failed(f"{path} may not be run by you", *output.make_runnable(path), missing=True)
    reason = shown(str(getattr(error, "strerror", None) or error))
    if getattr(error, "errno", None) in (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE):
        return Failed(f"{path} could not be started now ({reason})", LATER)
    return Failed(f"{path} could not be started ({reason})", *output.INSTALL, missing=True)
