"""What is remembered between refreshes: the store under this call's settings, or its absence told and lived with."""

from contextlib import suppress
from typing import List, NamedTuple, Optional, Sequence, Tuple

from ccmon import compute, demo, limits, official
from ccmon.context import Context
from ccmon.model import Block, Facts, HighWater, Limit, Record, Source, Used
from ccmon.session_json import WINDOWS_S
from ccmon.store import Hit, Minute, Store, StoreError, open_store
from ccmon.store_thin import MINUTES_S

BACKGROUND_BUSY_MS, SCREEN_BUSY_MS = 250, 2000


class Answer(NamedTuple):
    """What the source said."""

    blocks: Tuple[Block, ...]
    source: Source


class Memory:
    """The store, or its absence: without it the numbers of this moment are still right."""

    def __init__(self, ctx: Context, store: Optional[Store], trouble: Optional[str]) -> None:
        self.ctx, self.store, self.trouble = ctx, store, trouble
        self._half_told = False        # old minutes are coming in: the rest of their hours may be in the next batch

    def __enter__(self) -> "Memory":
        return self

    def __exit__(self, *_: object) -> None:
        if self.store:
            self.store.close()

    def facts(self, now: int) -> Facts:
        """What is stored, empty without a store."""
        if self.store:
            try:
                return self._with_official(self.store, self.store.facts(self.ctx.owner, now), now)
            except StoreError as err:
                self.trouble = str(err)
        return Facts(trouble=self.trouble)

    def keep(self, answer: Answer, now: int) -> Facts:
        """Store the answer; the facts then. Where that fails, the answer with what was stored before it."""
        if self.store:
            try:
                facts = self.store.record(answer.blocks, self.ctx.owner, now, self._limit_of, compute.active)
                return self._with_official(self.store, facts._replace(source=answer.source), now)
            except StoreError as err:
                self.trouble = str(err)
        return self._unsaved(answer, now)

    def _with_official(self, store: Store, facts: Facts, now: int) -> Facts:
        return facts._replace(official=official.load(store.ledger(self.ctx.owner)).official.at(now))

    def _unsaved(self, answer: Answer, now: int) -> Facts:
        """A store that is held by another process can still be read: the record and the last hour are in it."""
        stored = self.facts(now)
        best = limits.join(stored.high_water, limits.high_water(answer.blocks, now))
        return Facts(answer.blocks, tuple(block.start for block in answer.blocks), stored.samples, best,
                     answer.source, self.trouble, stored.official)

    def note_readings(self, lines: List[str]) -> bool:
        """Keep what Claude Code said; False when that has to wait for a store."""
        now = self.ctx.now()

        def settle(text: Optional[str]) -> Tuple[str, List[Tuple[int, int, float, int]]]:
            ledger, told = official.settle(official.load(text), lines, now)
            return official.dump(ledger), [(WINDOWS_S[r.window], r.at, r.percent, r.resets_at) for r in told]
        try:
            if self.store and lines:
                self.store.settle(self.ctx.owner, settle)
            return self.store is not None
        except StoreError as err:
            self.trouble = str(err)
            return False

    def keep_logs(self, minutes: Sequence[Minute], hits: Sequence[Hit]) -> bool:
        """Keep what only the log files give; False when that has to wait for a store."""
        try:
            if self.store and (minutes or hits):
                self.store.keep_logs(self.ctx.owner, minutes, hits)
                self._half_told |= any(minute.ts < self.ctx.now() - MINUTES_S for minute in minutes)
            return self.store is not None
        except StoreError as err:
            self.trouble = str(err)
            return False

    def maintain(self, now: int) -> None:
        """Thin what has grown old, for a moment at most; what fails or does not get done has time."""
        if self.store and not self._half_told:
            with suppress(StoreError):
                self.store.maintain(now)

    def records(self, since: Optional[int] = None, everywhere: bool = False) -> List[Record]:
        """The sessions that ended since then, by start; of all machines if everywhere. StoreError says why there are none."""
        return self._sound().records(None if everywhere else self.ctx.owner, self.ctx.now(), since)

    def used(self, since: int, until: int, everywhere: bool = False) -> List[Used]:
        """Tokens by hour and model, as far as the log reader saw them. Raises StoreError."""
        return self._sound().used(None if everywhere else self.ctx.owner, since, until)

    def _sound(self) -> Store:
        if self.store is None:
            raise StoreError(self.trouble or "There is no store")
        return self.store

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
        return Memory(ctx, open_store(ctx.paths.store, busy_ms, ctx.now()), None)
    except StoreError as err:
        return Memory(ctx, None, str(err))


def old_news(ctx: Context) -> Optional[str]:
    """The trouble that is known already; None when looking for it brought it to light."""
    with opened(ctx, BACKGROUND_BUSY_MS) as memory:
        facts = memory.facts(ctx.now())
        return None if memory.store and memory.store.trouble else facts.trouble


def works(ctx: Context) -> bool:
    """True when the store can be read now, whatever became of an earlier one."""
    with opened(ctx, BACKGROUND_BUSY_MS) as memory:
        memory.facts(ctx.now())
        return memory.trouble is None


def remember_demo(ctx: Context) -> None:
    """Fill the memory of a demo with what would have been seen since the session began."""
    now = ctx.now()
    assert ctx.demo is not None
    with opened(ctx, BACKGROUND_BUSY_MS) as memory:
        for at in demo.moments(now, ctx.demo):
            memory.keep(Answer(demo.blocks(at, ctx.demo), Source("demo", refreshed=at)), at)
