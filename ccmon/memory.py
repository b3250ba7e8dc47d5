"""What is remembered between refreshes: the store under this call's settings, or its absence told and lived with."""

from typing import List, NamedTuple, Optional, Tuple

from ccmon import compute, demo, limits
from ccmon.context import Context
from ccmon.model import Block, Facts, HighWater, Limit, Record, Source
from ccmon.store import Store, StoreError, open_store

BACKGROUND_BUSY_MS, SCREEN_BUSY_MS = 250, 2000


class Answer(NamedTuple):
    """What the source said."""

    blocks: Tuple[Block, ...]
    source: Source


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

    def records(self, since: Optional[int] = None) -> List[Record]:
        """The sessions that ended since then, by start; StoreError says why there are none to be had."""
        if self.store is None:
            raise StoreError(self.trouble or "There is no store")
        return self.store.records(self.ctx.owner, since)

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


def remember_demo(ctx: Context) -> None:
    """Fill the memory of a demo with what would have been seen since the session began."""
    now = ctx.now()
    assert ctx.demo is not None
    with opened(ctx, BACKGROUND_BUSY_MS) as memory:
        for at in demo.moments(now, ctx.demo):
            memory.keep(Answer(demo.blocks(at, ctx.demo), Source("demo", refreshed=at)), at)
