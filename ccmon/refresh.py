"""The pipeline, once: run the source, compute, save, write the lines. Poller, refresher and `record` all call it."""

import json
import os
import signal
import threading
import time
import traceback
from contextlib import contextmanager
from typing import Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from ccmon import arguments, ccusage, ccusage_json, compute, config, context, demo, limits, linecache
from ccmon.context import Context
from ccmon.model import Block, CcmonError, Facts, HighWater, Limit, Source, UsageError
from ccmon.store import Store, StoreError, open_store
from ccmon.text import Charset
from ccmon.views import statusline

BACKGROUND_BUSY_MS, SCREEN_BUSY_MS = 250, 2000
ENDINGS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Answer(NamedTuple):
    """What the source said."""

    blocks: Tuple[Block, ...]
    source: Source
    took_s: float


def once(ctx: Context, lock: int, busy_ms: int = BACKGROUND_BUSY_MS, cancel: Optional[ccusage.Cancel] = None) -> Facts:
    """Read the source, store what it says and write every line; the caller holds the refresh lock.

    Never raises CcmonError: a failure stands in the facts' source and starts the back-off.
    """
    now = ctx.now()
    before = source_before(ctx)
    with opened(ctx, busy_ms) as memory:
        try:
            with _signals_end(cancel or ccusage.Cancel()) as cancel:
                answer = _ask(ctx, before, memory, lock, cancel)
        except ccusage.Cancelled:
            return memory.facts(now)._replace(source=before)
        except CcmonError as err:
            now = ctx.now()            # a time-out has taken its time: the pause begins after it
            facts = memory.facts(now)._replace(source=_failed(before, err))
            _note_failure(ctx, facts, now)
        else:
            facts = memory.keep(answer, now)
            _note_success(ctx, facts, now, answer.took_s)
    write_lines(ctx, facts, now)
    return facts


def load(ctx: Context, now: int, busy_ms: int = BACKGROUND_BUSY_MS) -> Facts:
    """The newest facts that are stored, without running anything."""
    source = source_before(ctx)        # first: it is noted after the facts, which must not be older than it
    with opened(ctx, busy_ms) as memory:
        return memory.facts(now)._replace(source=source)


# --- the source -------------------------------------------------------------------------------------------------------

def source_before(ctx: Context) -> Source:
    """What the last refresh, of whichever process, noted about the source."""
    name = "ccusage" if ctx.demo is None else "demo"
    try:
        noted = json.loads(linecache.read_state(ctx.cache).note) if ctx.cache else {}
        return Source(**{key: noted[key] for key in Source._fields if key in noted}) if noted else Source(name)
    except (ValueError, TypeError):
        return Source(name)


def _ask(ctx: Context, before: Source, memory: "Memory", lock: int, cancel: ccusage.Cancel) -> Answer:
    started, now = time.monotonic(), ctx.now()
    if ctx.demo is not None:
        return Answer(demo.blocks(now, ctx.demo), Source("demo", refreshed=now), time.monotonic() - started)
    _end_orphan(lock)
    program = ccusage.find(ctx.settings.ccusage, memory.remembered_path(), ctx.env, ctx.paths.home)

    def note_group(pid: int) -> None:
        linecache.leave_group(lock, f"{pid} {ccusage.started(pid)}")

    text = ccusage.fetch(program, ctx.settings.timeout, ctx.env, ctx.paths.home, note_group, cancel)
    linecache.leave_group(lock, "")
    parsed = ccusage_json.parse(text, now)
    took_s = time.monotonic() - started
    if len(program.argv) == 1:         # not the node of a --ccusage 'node cli.js'
        memory.remember_path(program.path)
    version, stamp = _version(ctx, before, program, cancel)
    source = Source("ccusage", version, program.path, stamp, now, skipped=parsed.skipped, future=parsed.future)
    return Answer(parsed.blocks, source, took_s)


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
    if before.version and before.path == program.path and before.stamp == stamp:
        return before.version, stamp
    version = ccusage.packaged_version(program)
    if version is None and not ctx.background:
        version = ccusage.version(program, ctx.env, ctx.paths.home, cancel)
    return version, stamp


def _failed(before: Source, err: CcmonError) -> Source:
    return before._replace(error=str(err), missing=isinstance(err, ccusage.Failed) and err.missing)


def pause_s(failures: int) -> int:
    """Seconds to wait after the n-th failure in a row (n from 1): 3, 6, 12, 24, 48, 60."""
    return min(linecache.MOST_PAUSE_S, 3 * 2 ** min(10, failures - 1))


def backing_off(ctx: Context) -> bool:
    """True while a failing source has to be left alone, whichever process saw it fail. A fixed clock would end no pause."""
    if not ctx.cache or "CCMON_NOW" in ctx.env:
        return False
    return linecache.read_state(ctx.cache).backing_off(ctx.now())


def _note_failure(ctx: Context, facts: Facts, now: int) -> None:
    if ctx.cache:
        before = linecache.read_state(ctx.cache)
        retry_at = now + pause_s(before.failures + 1)
        _note(ctx, facts, now, linecache.State(0, retry_at, retry_at, before.refreshed, before.failures + 1))


def _note_success(ctx: Context, facts: Facts, now: int, took_s: float) -> None:
    if ctx.cache:
        fresh_until = int(now + min(linecache.MOST_FRESH_S, max(ctx.settings.line_ttl, 5 * took_s)))
        _note(ctx, facts, now, linecache.State(fresh_until, 0, fresh_until, now))


def _note(ctx: Context, facts: Facts, now: int, state: linecache.State) -> None:
    """The lines may be shown as they are for a while after they were fresh, but not beyond the session's end."""
    assert ctx.cache is not None
    ends = [block.end for block in compute.active(facts.blocks, facts.listed, now)]
    state.expires_at = min([state.expires_at + ctx.stale_after_s(), *ends])
    state.config = linecache.config_stamp(linecache.config_path(ctx.env))
    state.note = json.dumps(facts.source._asdict())
    linecache.write_state(ctx.cache, state)


# --- the memory -------------------------------------------------------------------------------------------------------

class Memory:
    """The store, or its absence: without it the numbers of this moment are still right."""

    def __init__(self, ctx: Context, store: Optional[Store], trouble: Optional[str]) -> None:
        self.ctx, self.store, self.trouble = ctx, store, trouble

    def __enter__(self) -> "Memory":
        return self

    def __exit__(self, *_: object) -> None:
        if self.store:
            self.store.close()

    def facts(self, now: int) -> Facts:
        """What is stored, empty without a store."""
        if self.store:
            try:
                return self.store.facts(self.ctx.owner, now)
            except StoreError as err:
                self.trouble = str(err)
        return Facts(trouble=self.trouble)

    def keep(self, answer: Answer, now: int) -> Facts:
        """Store the answer; the facts come back from the store, or from the answer alone when that fails."""
        if self.store:
            try:
                self.store.save(answer.blocks, self.ctx.owner, now, self._limit_of)
                facts = self.store.facts(self.ctx.owner, now)
                found = compute.active(facts.blocks, facts.listed, now)
                self.store.observe(self.ctx.owner, found[0] if found else None, now)
                return self.store.facts(self.ctx.owner, now)._replace(source=answer.source)
            except StoreError as err:
                self.trouble = str(err)
        return Facts(answer.blocks, tuple(block.start for block in answer.blocks), (),
                     limits.high_water(answer.blocks, now), answer.source, self.trouble)

    def _limit_of(self, tokens: int, high_water: Optional[HighWater]) -> Limit:
        settings = self.ctx.settings
        return limits.resolve(settings.plan, settings.explicit_limit, tokens, high_water, settings.plans)

    def remembered_path(self) -> Optional[str]:
        """The ccusage that last worked."""
        try:
            return self.store.get("ccusage_path") if self.store else None
        except StoreError:
            return None

    def remember_path(self, path: str) -> None:
        """Keep the path for processes with a poorer PATH, such as a tmux server's."""
        try:
            if self.store:
                self.store.put("ccusage_path", path)
        except StoreError as err:
            self.trouble = str(err)


def opened(ctx: Context, busy_ms: int) -> Memory:
    """The memory of this context; a store that cannot be opened is told, never fatal."""
    if not ctx.paths.store:
        return Memory(ctx, None, "There is no home directory: history is off. Set HOME or CCMON_DATA_DIR")
    try:
        return Memory(ctx, open_store(ctx.paths.store, busy_ms), None)
    except StoreError as err:
        return Memory(ctx, None, str(err))


# --- the lines --------------------------------------------------------------------------------------------------------

def write_lines(ctx: Context, facts: Facts, now: int) -> None:
    """Render the plain line and every line asked for in the last day, each from its own words."""
    if not ctx.cache:
        return
    for key in {"--statusline\0": None, **dict.fromkeys(linecache.asked(ctx.cache))}:
        argv, env = linecache.words(key)
        try:
            own = context_of(argv, {**_without_own(ctx.env), **env}, ctx)
        except UsageError:
            linecache.forget(ctx.cache, key)
            continue
        if own.settings.timezone == "local" and own.env.get("TZ") != ctx.env.get("TZ"):
            linecache.forget(ctx.cache, key)       # this process cannot tell the time of that zone
            continue
        linecache.write_line(ctx.cache, key, line_of(own, facts, now).encode("utf-8", "replace"))


def _without_own(env: Mapping[str, str]) -> Dict[str, str]:
    return {name: value for name, value in env.items()
            if name == "CCMON_NOW" or not (name.startswith("CCMON_") or name in ("NO_COLOR", "TZ"))}


def context_of(argv: List[str], env: Mapping[str, str], ctx: Optional[Context] = None) -> Context:
    """The context that an argument list asks for; paths and owner are those of ctx when it is given."""
    own = context.prepare(arguments.flags(arguments.parse(argv)), env)
    return own._replace(paths=ctx.paths, cache=ctx.cache, owner=ctx.owner, demo=ctx.demo) if ctx else own


def line_of(ctx: Context, facts: Facts, now: int) -> str:
    """The status line with its newline."""
    ascii_only = ctx.settings.ascii or "ASCII" in ctx.env
    text = statusline.render(ctx.view(facts, now), ctx.zone, Charset(not ascii_only, False))
    return text + "\n"


def in_background(argv: List[str], lock: int) -> None:
    """The detached refresher: one refresh with the settings of the words that asked."""
    env = dict(os.environ)
    ctx = context_of(argv, env)._replace(background=True)
    end_in_order()
    try:
        once(ctx, lock)
    except Exception:                  # not again with every call: the reason is in the log
        with config.open_log(ctx.paths.log) as log:
            log.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {traceback.format_exc()}")
        _note_failure(ctx, Facts(source=source_before(ctx)._replace(error="internal error, see the log")), ctx.now())


def end_in_order() -> None:
    """Let SIGTERM and SIGHUP end the process as an exception does: with ccusage killed and files put away."""
    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    for number in ENDINGS[1:]:
        signal.signal(number, leave)


@contextmanager
def _signals_end(cancel: ccusage.Cancel) -> Iterator[ccusage.Cancel]:
    """Until left, a signal ends ccusage first and this process then: an exception in its start would leave it behind."""
    if threading.current_thread() is not threading.main_thread():
        yield cancel
        return
    noted: List[int] = []

    def note(number: int, _frame: object) -> None:
        noted.append(number)
        cancel.ask()

    before = {number: signal.signal(number, note) for number in ENDINGS}
    try:
        yield cancel
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
        for number in noted[:1]:
            signal.raise_signal(number)


def remember_demo(ctx: Context) -> None:
    """Fill the memory of a demo with what would have been seen since the session began."""
    now = ctx.now()
    assert ctx.demo is not None
    with opened(ctx, BACKGROUND_BUSY_MS) as memory:
        for at in demo.moments(now, ctx.demo):
            memory.keep(Answer(demo.blocks(at, ctx.demo), Source("demo", refreshed=at), 0.0), at)
