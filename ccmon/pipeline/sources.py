"""Where the numbers come from: ccusage, or the log files themselves; and whether it is worth asking at all."""

import gc
import os
import time
from binascii import crc32
from contextlib import suppress
from functools import partial
from typing import List, Optional, Sequence, Tuple

from ccmon import linecache
from ccmon.model import SKEW_S, CcmonError, Source
from ccmon.pipeline.memory import Answer, Hit, Memory, Minute
from ccmon.settings import config
from ccmon.settings.context import Context, prepare
from ccmon.sources import ccusage, ccusage_json, demo, log_files, log_reader
from ccmon.sources.log_files import LogFile
from ccmon.store import values
from ccmon.usage import price_table, prices

try:
    import resource
except ImportError:                    # Windows
    resource = None  # type: ignore[assignment]

MOST_REST_S = 300                      # a source is asked again after that, whatever the files say
LEARN_S = 60                           # the logs are read beside ccusage at most so often
MOST_LEARN_S = 5.0


# --- nothing changed, nothing done ------------------------------------------------------------------------------------

def files(ctx: Context) -> List[LogFile]:
    """Claude Code's log files."""
    return [] if ctx.demo is not None else log_files.scan(log_files.projects(config.claude_folders(ctx.env)))


def unchanged(ctx: Context, before: Source, stamp: str, memory: Memory, now: int) -> bool:
    """True when the source could only repeat itself: no log has changed, no session has ended, and it was asked of late."""
    by_hand = ctx.settings.origin["ccusage"] in ("flag", "environment")
    if not stamp or stamp != before.logs or by_hand or before.error or before.ran is None or before.progress is not None:
        return False
    if ctx.settings.source not in ("auto", before.name) or before.reason == "no_ccusage" and _is_there(ctx, memory):
        return False
    if ctx.cache and linecache.read_state(ctx.cache).outdated(linecache.config_path(ctx.env)):
        return False                   # another source may be wanted now
    if not 0 <= now - before.ran < MOST_REST_S or memory.trouble:
        return False
    facts = memory.facts(now)
    ended = any(before.ran < block.end <= now for block in facts.blocks)
    return bool(facts.blocks) and not ended and not memory.trouble


def _is_there(ctx: Context, memory: Memory) -> bool:
    """True when there is a ccusage by now; whether it can be started is for ask to find out."""
    try:
        return bool(ccusage.find(ctx.settings.ccusage, memory.remembered_path(), ctx.env, ctx.paths.home))
    except CcmonError:
        return False


# --- asking -----------------------------------------------------------------------------------------------------------

def ask(ctx: Context, before: Source, memory: Memory, lock: int, cancel: ccusage.Cancel, files: Sequence[LogFile]) -> Answer:
    """What the source says now. Raises CcmonError, ccusage.Cancelled.

    A ccusage that fails is told, and never replaced in silence; one that cannot be started at all is.
    """
    if ctx.demo is not None:
        now = ctx.now()
        return Answer(demo.blocks(now, ctx.demo), Source("demo", refreshed=now))
    if ctx.settings.source == "logs":
        return _from_logs(ctx, memory, files, "asked_for")
    try:
        return _from_ccusage(ctx, before, memory, lock, cancel)
    except ccusage.Failed as err:
        if ctx.settings.source == "auto" and err.missing and files:
            return _from_logs(ctx, memory, files, "no_ccusage")
        if err.missing and files:
            raise ccusage.Failed(f"{err}. Claude Code's logs are there: --source logs reads them without", missing=True) from None
        raise


# --- ccusage ----------------------------------------------------------------------------------------------------------

def _from_ccusage(ctx: Context, before: Source, memory: Memory, lock: int, cancel: ccusage.Cancel) -> Answer:
    started, now = _spent_s(), ctx.now()
    _end_orphan(lock)
    program = ccusage.find(ctx.settings.ccusage, memory.remembered_path(), ctx.env, ctx.paths.home)

    def note_group(pid: int) -> None:
        linecache.leave_group(lock, f"{pid} {ccusage.started(pid)}")

    text = ccusage.fetch(program, ctx.settings.timeout, ctx.env, ctx.paths.home, note_group, cancel)
    linecache.leave_group(lock, "")
    try:
        parsed = ccusage_json.parse(text, now)
    except CcmonError as err:
        raise CcmonError(f"{err}. To see it, run: ccusage blocks --json") from None
    took_s = round(max(after - before for before, after in zip(started, _spent_s())), 2)
    if len(program.argv) == 1:         # not the node of a --ccusage 'node cli.js'
        memory.remember_path(program.path)
    version, stamp = _version(ctx, before, program, cancel)
    source = Source("ccusage", version, program.path, stamp, now, took_s, skipped=parsed.skipped, future=parsed.future)
    return Answer(parsed.blocks, source)


def _spent_s() -> Tuple[float, float]:
    """Wall time, and CPU time of the programs that were run: ccusage uses several cores."""
    if resource is None:
        return time.monotonic(), 0.0
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic(), usage.ru_utime + usage.ru_stime


def _end_orphan(lock: int) -> None:
    """Kill the ccusage that a killed refresher left behind."""
    pid, _, start = linecache.left_group(lock).strip().partition(" ")
    if pid.isdigit() and start:
        ccusage.kill_group(int(pid), start)
        linecache.leave_group(lock, "")


def _version(ctx: Context, before: Source, program: ccusage.Program,
             cancel: ccusage.Cancel) -> Tuple[Optional[str], Optional[int]]:
    try:
        stamp: Optional[int] = os.stat(program.path).st_mtime_ns
    except OSError:
        stamp = None
    if stamp is not None and (before.path, before.stamp) == (program.path, stamp):
        return before.version, stamp
    version = ccusage.packaged_version(program)
    if version is None and ctx.background:
        return None, None              # asked for by the next call in the foreground
    return version or ccusage.version(program, ctx.env, ctx.paths.home, cancel), stamp


# --- the log files ------------------------------------------------------------------------------------------------------

def _from_logs(ctx: Context, memory: Memory, files: Sequence[LogFile], reason: str) -> Answer:
    started, now = time.monotonic(), ctx.now()
    if not ctx.cache:
        raise CcmonError("There is no place for the cache of the log reader. Set HOME or XDG_CACHE_HOME")
    result = log_reader.look(ctx.cache, files, now, _price(ctx), partial(_keep, memory))
    blocks = tuple(block for block in result.blocks if block.start <= now + SKEW_S)
    source = Source("logs", refreshed=now, took_s=round(time.monotonic() - started, 2), skipped=result.skipped,
                    future=len(result.blocks) - len(blocks), reason=reason, progress=result.progress)
    return Answer(blocks, source)


def _keep(memory: Memory, minutes: Sequence[Tuple[int, str, int, int, int, int]],
          hits: Sequence[Tuple[int, Optional[int], int]]) -> bool:
    return memory.keep_logs([Minute(*minute) for minute in minutes], [Hit(*hit) for hit in hits])


def _price(ctx: Context) -> log_reader.Price:
    own = ctx.settings.prices
    stamp = crc32(repr((price_table.DATE, sorted(own.items()))).encode())
    return log_reader.Price(partial(prices.cost_usd, own=own), stamp)


# --- the log files, for what ccusage does not tell ------------------------------------------------------------------------

ENDS, WHOLE = "ends", "whole"          # how much of the logs was read for learning


def may_learn(ctx: Context, source: Source) -> bool:
    """False where the logs are not to be read, or were read for the numbers already."""
    return ctx.demo is None and bool(ctx.cache) and ctx.settings.source == "auto" and source.name == "ccusage"


def learn(ctx: Context, source: Source, memory: Memory) -> None:
    """Read from the logs what was used by minute and model, once there is something to learn from it; until then their ends,
    for a limit message.

    At most once a minute, and only when a log has changed; what fails is tried again then.
    """
    noted_at, depth, seen = ((memory.logs_learned() or "0  ").split(" ") + ["", ""])[:3]
    reason = memory.has_readings()
    newly = reason and depth == ENDS
    if not newly and (seen == source.logs or 0 <= ctx.now() - (values.number(noted_at) or 0) < LEARN_S):
        return
    found = files(ctx)
    memory.note_logs_learned(f"{ctx.now()} {WHOLE if reason else ENDS} ")      # whatever becomes of it, not at once again
    if not reason:
        _keep(memory, [], log_reader.limits_at_the_end(found, ctx.now()))
    with suppress(CcmonError):
        if not memory.has_readings():
            memory.note_logs_learned(f"{ctx.now()} {ENDS} {log_files.stamp(found)}")
        elif found:
            done = _all_sent(ctx, memory, found)
            memory.note_logs_learned(f"{ctx.now()} {WHOLE} {log_files.stamp(found) if done else ''}")


def _all_sent(ctx: Context, memory: Memory, found: Sequence[LogFile]) -> bool:
    """Look until nothing is left to store; False when it takes long."""
    sent: List[int] = []

    def send(minutes: Sequence[Tuple[int, str, int, int, int, int]], hits: Sequence[Tuple[int, Optional[int], int]]) -> bool:
        sent.append(len(minutes))
        return _keep(memory, minutes, hits)

    assert ctx.cache is not None
    until = time.monotonic() + MOST_LEARN_S
    while time.monotonic() < until:
        before = len(sent)
        log_reader.look(ctx.cache, found, ctx.now(), _price(ctx), send)
        if len(sent) == before or memory.trouble:          # another process reads everything first
            return False
        if sent[-1] < log_reader.MOST_SENT:
            return True
    return False


def read_all_logs() -> None:
    """What the process does that reads a long history: everything, once."""
    ctx = prepare({}, os.environ)
    if ctx.cache:
        gc.disable()                   # many small objects without cycles: looking for some took a third of the time
        if hasattr(os, "nice"):        # not on Windows
            os.nice(5)
        log_reader.read_all(ctx.cache, files(ctx), _price(ctx))
