"""The answer of ccusage: the program is located, run, and its output parsed."""

import os
import time
from binascii import crc32

from ccmon import locks
from ccmon.errors import CcmonError
from ccmon.model import Source
from ccmon.pipeline.history import History, SourceAnswer
from ccmon.quick_typing import Optional, Tuple
from ccmon.settings.context import Context
from ccmon.sources import ccusage, ccusage_output, program_search
from ccmon.sources.cancel import Cancel
from ccmon.system import process_facts

try:
    import resource
except ImportError:                    # Windows
    resource = None  # type: ignore[assignment]


def answer(ctx: Context, before: Source, history: History, lock: int, cancel: Cancel) -> SourceAnswer:
    """The answer of ccusage. Raises CcmonError, Cancelled."""
    started, now = _spent_s(), ctx.now()
    _end_orphan(lock)
    program = program_search.find_ccusage(ctx.settings.ccusage, history.ccusage_path(), ctx.env, ctx.paths.home)

    def note_group(pid: int) -> None:
        locks.leave_group(lock, f"{pid} {process_facts.started(pid)}")

    text = ccusage.fetch(program, ctx.settings.timeout, ctx.env, ctx.paths.home, note_group, cancel)
    locks.leave_group(lock, "")
    try:
        parsed = ccusage_output.parse(text, now)
    except CcmonError as err:
        raise CcmonError(err.what, *ccusage_output.SEE) from None
    took_s = round(max(after - before for before, after in zip(started, _spent_s())), 2)
    if len(program.argv) == 1:         # not the node of a --ccusage 'node cli.js'
        history.write_ccusage_path(program.path)
    version, stamp = _version(ctx, before, program, cancel)
    source = Source("ccusage", version, program.path, stamp, now, took_s, skipped=parsed.skipped, future=parsed.future)
    return SourceAnswer(parsed.blocks, source)


def _spent_s() -> Tuple[float, float]:
    """Wall time, and CPU time of the programs that were run: ccusage uses several cores."""
    if resource is None:
        return time.monotonic(), 0.0
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic(), usage.ru_utime + usage.ru_stime


def _end_orphan(lock: int) -> None:
    """Kill the ccusage that a killed refresher left behind."""
    pid, _, start = locks.left_group(lock).strip().partition(" ")
    if pid.isdigit() and start:
        ccusage.kill_group(int(pid), start)
        locks.leave_group(lock, "")


def _version(ctx: Context, before: Source, program: program_search.Program,
             cancel: Cancel) -> Tuple[Optional[str], Optional[int]]:
    stamp = _stamp_of(program.path)
    if stamp is not None and (before.path, before.stamp) == (program.path, stamp):
        return before.version, stamp
    version = program_search.packaged_version(program)
    if version is None and ctx.background:
        return None, None              # asked for by the next call in the foreground
    return version or ccusage.version(program, ctx.env, ctx.paths.home, cancel), stamp


def _stamp_of(path: str) -> Optional[int]:
    """What differs between two programs under that path; None where there is none. In a Nix store all have the same time."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return crc32(f"{os.path.realpath(path)} {stat.st_mtime_ns} {stat.st_size}".encode("utf-8", "surrogateescape"))
