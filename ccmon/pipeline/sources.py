"""Where the numbers come from: ccusage, or the log files themselves; and whether it is worth asking at all."""

import os
import time
from binascii import crc32
from contextlib import suppress
from functools import partial
from typing import List, Optional, Sequence, Tuple

from ccmon import linecache, locks
from ccmon.errors import CcmonError
from ccmon.model import Block, Source
from ccmon.pipeline.memory import READING_BUSY_MS, Answer, Memory, opened
from ccmon.settings import config
from ccmon.settings.context import Context, prepare
from ccmon.sources import ccusage, ccusage_errors, ccusage_json, demo, log_files, log_reader
from ccmon.sources.log_files import LogFile
from ccmon.sources.log_reader import Tell
from ccmon.store import ledger, values
from ccmon.store.database import Store, StoreError
from ccmon.usage import price_table, prices
from ccmon.when import SKEW_S

try:
    import resource
except ImportError:                    # Windows
    resource = None  # type: ignore[assignment]

MOST_REST_S = 300                      # a source is asked again after that, whatever the files say
LEARN_S = 60                           # the logs are read beside ccusage at most so often
MOST_LEARN_S = 5.0
MOST_STILL_S = 60.0                    # whoever reads a long history has something to show for it within that


# --- nothing changed, nothing done ------------------------------------------------------------------------------------

def files(ctx: Context) -> List[LogFile]:
    """Claude Code's log files."""
    if ctx.demo is not None or ctx.is_stored_only:
        return []
    return log_files.scan(log_files.projects(config.claude_folders(ctx.env)))


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

def ask(ctx: Context, before: Source, memory: Memory, lock: int, cancel: ccusage.Cancel, files: Sequence[LogFile],
        whole: Optional[Tell] = None) -> Answer:
    """What the source says now. Raises CcmonError, ccusage.Cancelled.

    A ccusage that fails is told, and never replaced in silence; one that cannot be started at all is. whole: logs that were
    never read are read to their ends first, and it is told how far that has come.
    """
    if ctx.demo is not None:
        now = ctx.now()
        return Answer(demo.blocks(now, ctx.demo), Source("demo", refreshed=now))
    if ctx.settings.source == "logs":
        return _from_logs(ctx, memory, files, "asked_for", whole, cancel)
    try:
        answer = _from_ccusage(ctx, before, memory, lock, cancel)
        return answer._replace(is_history=_is_history(ctx, memory, files))
    except ccusage.Failed as err:
        if ctx.settings.source == "auto" and err.missing and files:
            answer = _from_logs(ctx, memory, files, "no_ccusage", whole, cancel)
            why = None if isinstance(err, ccusage.NotFound) else str(err)
            return answer._replace(source=answer.source._replace(unstarted=why))
        if err.missing and files:
            raise ccusage.Failed(str(err), "Claude Code's logs are there: --source logs reads them without",
                                 missing=True) from None
        raise


def _is_history(ctx: Context, memory: Memory, before: Sequence[LogFile]) -> bool:
    """Whether ccusage alone knows what was used: there were and are no logs, or they hold no message.

    Looked at again: the first one may just have come, and what is reported of it while it is written would count beside it.
    """
    if ctx.settings.source == "ccusage":
        return True
    found = before or files(ctx)
    if found and memory.store is not None and memory.logs_read() and not memory.has_messages():
        with suppress(CcmonError):
            done = log_reader.read(memory.store, logs_of(ctx, files(ctx)), ctx.now(), None, time.monotonic() + MOST_LEARN_S)
            return done and not memory.has_messages()
    return not found


# --- ccusage ----------------------------------------------------------------------------------------------------------

def _from_ccusage(ctx: Context, before: Source, memory: Memory, lock: int, cancel: ccusage.Cancel) -> Answer:
    started, now = _spent_s(), ctx.now()
    _end_orphan(lock)
    program = ccusage.find(ctx.settings.ccusage, memory.remembered_path(), ctx.env, ctx.paths.home)

    def note_group(pid: int) -> None:
        locks.leave_group(lock, f"{pid} {ccusage.started(pid)}")

    text = ccusage.fetch(program, ctx.settings.timeout, ctx.env, ctx.paths.home, note_group, cancel)
    locks.leave_group(lock, "")
    try:
        parsed = ccusage_json.parse(text, now)
    except CcmonError as err:
        raise CcmonError(err.what, *ccusage_errors.SEE) from None
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
    pid, _, start = locks.left_group(lock).strip().partition(" ")
    if pid.isdigit() and start:
        ccusage.kill_group(int(pid), start)
        locks.leave_group(lock, "")


def _version(ctx: Context, before: Source, program: ccusage.Program,
             cancel: ccusage.Cancel) -> Tuple[Optional[str], Optional[int]]:
    stamp = _stamp_of(program.path)
    if stamp is not None and (before.path, before.stamp) == (program.path, stamp):
        return before.version, stamp
    version = ccusage.packaged_version(program)
    if version is None and ctx.background:
        return None, None              # asked for by the next call in the foreground
    return version or ccusage.version(program, ctx.env, ctx.paths.home, cancel), stamp


def _stamp_of(path: str) -> Optional[int]:
    """What tells two programs under that path apart; None where there is none. In a Nix store all have the same time."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return crc32(f"{os.path.realpath(path)} {found.st_mtime_ns} {found.st_size}".encode("utf-8", "surrogateescape"))


# --- the log files ------------------------------------------------------------------------------------------------------

def logs_of(ctx: Context, found: Sequence[LogFile]) -> log_reader.Logs:
    """These log files, with whose they are and what their answers cost."""
    own = ctx.settings.prices
    stamp = crc32(repr((price_table.DATE, sorted(own.items()))).encode())
    folders = log_files.projects(config.claude_folders(ctx.env)) if ctx.demo is None else []
    return log_reader.Logs(folders, found, ctx.owner, log_reader.Price(partial(prices.cost_usd, own=own), stamp))


def _heeding(cancel: ccusage.Cancel, tell: Optional[Tell]) -> Tell:
    """The same, that ends the reading where that is wanted meanwhile: what was read so far stays. Raises ccusage.Cancelled."""
    def told(share: float) -> None:
        cancel.check()
        if tell:
            tell(share)
    return told


def _from_logs(ctx: Context, memory: Memory, found: Sequence[LogFile], reason: str, whole: Optional[Tell],
               cancel: ccusage.Cancel) -> Answer:
    started, now = time.monotonic(), ctx.now()
    logs = logs_of(ctx, found)
    progress: Optional[float] = None
    blocks: Optional[Sequence[Block]] = None
    if memory.store is None or memory.is_frozen():
        blocks = log_reader.recent(logs, now)
    elif whole or not ctx.cache:
        read_whole(ctx, memory, found, _heeding(cancel, whole))
    elif memory.logs_read() or sum(file.size for file in found) <= log_reader.AT_ONCE_BYTES:
        _read_all(memory.store, logs, now, _heeding(cancel, None))
    else:
        log_reader.start(ctx.cache, ctx.env)
        progress = min(0.99, memory.share_read(sum(file.size for file in found)))
        blocks = log_reader.recent(logs, now)
    skipped, worst = memory.damaged()
    future = sum(block.start > now + SKEW_S for block in blocks or ())
    source = Source("logs", refreshed=now, took_s=round(time.monotonic() - started, 2), skipped=skipped, skipped_in=worst,
                    future=future, reason=reason, progress=progress)
    return Answer(None if blocks is None else tuple(block for block in blocks if block.start <= now + SKEW_S), source, False)


def _read_all(store: Store, logs: log_reader.Logs, now: int, tell: Optional[Tell] = None) -> None:
    """Read to the ends, also what another process has begun to read meanwhile and was killed at. Raises StoreError."""
    if not log_reader.read(store, logs, now, tell):
        log_reader.read(store, logs, now, tell)


def read_whole(ctx: Context, memory: Memory, found: Sequence[LogFile], tell: Optional[Tell]) -> None:
    """Read the logs to their ends; where another process reads them, wait for it as long as it gets on. Raises StoreError."""
    assert memory.store is not None
    size = sum(file.size for file in found)
    come, until = -1.0, 0.0
    while True:
        lock = locks.lock(os.path.join(ctx.cache, "logs.reading")) if ctx.cache else -1
        if lock is not None:
            break
        share = memory.share_read(size)
        if share != come:
            come, until = share, time.monotonic() + max(MOST_STILL_S, ctx.settings.timeout)
        if time.monotonic() > until:
            raise StoreError(f"{locks.holder(os.path.join(ctx.cache or '', 'logs.reading'))}, another ccmon, reads the logs "
                             "and does not get on", "Try again, or end that one")
        if tell:
            tell(share)
        time.sleep(0.1)
    try:
        _read_all(memory.store, logs_of(ctx, found), ctx.now(), tell)
    finally:
        locks.unlock(lock)


# --- the log files beside ccusage ------------------------------------------------------------------------------------------

def may_read_beside(ctx: Context, source: Source) -> bool:
    """False where the logs are not to be read, or were read for the numbers already."""
    return ctx.demo is None and ctx.settings.source == "auto" and source.name == "ccusage"


def read_beside(ctx: Context, source: Source, memory: Memory, at_once: bool = False) -> None:
    """Bring what the logs say of models, hours, projects and limits into the ledger.

    At most once a minute, and only when a log has changed; what fails is tried again then. at_once: now, if any has changed.
    """
    noted_at, seen = ((memory.logs_read_beside() or "0 ").split(" ") + [""])[:2]
    rests = not at_once and 0 <= ctx.now() - (values.number(noted_at) or 0) < LEARN_S
    if memory.store is None or rests or seen == source.logs != "":
        return
    found = files(ctx)
    memory.note_logs_read_beside(f"{ctx.now()} ")          # whatever becomes of it, not at once again
    with suppress(CcmonError):
        if memory.logs_read() or sum(file.size for file in found) <= log_reader.AT_ONCE_BYTES or not ctx.cache:
            done = log_reader.read(memory.store, logs_of(ctx, found), ctx.now(), None, time.monotonic() + MOST_LEARN_S)
            memory.note_limits()
            if done and not memory.store.of_owner(ctx.owner, ledger.has_checks, False):
                memory.note_logs_read_beside(f"{ctx.now()} {log_files.stamp(found)}")
        elif found:
            log_reader.start(ctx.cache, ctx.env)


def catch_up(ctx: Context, memory: Memory, tell: Optional[Tell]) -> None:
    """Read what the ledger lacks of the logs, all of it, before its history is shown; nothing where logs are not to be read, and
    where nothing can be written: what is stored can be shown all the same."""
    if ctx.demo is not None or ctx.settings.source == "ccusage" or memory.store is None or memory.is_frozen():
        return
    found = files(ctx)
    with suppress(StoreError):
        if memory.logs_read():
            _read_all(memory.store, logs_of(ctx, found), ctx.now())
        elif found:
            read_whole(ctx, memory, found, tell)
        memory.note_limits()


def read_all_logs() -> None:
    """What the process does that reads a long history: everything, once; nothing when another one is at it."""
    ctx = prepare({}, os.environ, switch=False)
    lock = locks.lock(os.path.join(ctx.cache, "logs.reading")) if ctx.cache else None
    if lock is None:
        return
    if hasattr(os, "nice"):            # not on Windows
        os.nice(5)
    with opened(ctx, READING_BUSY_MS) as memory:
        if memory.store:
            log_reader.read(memory.store, logs_of(ctx, files(ctx)), ctx.now())
    locks.unlock(lock)
