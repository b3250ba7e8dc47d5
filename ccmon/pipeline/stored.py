"""The store under this call's settings: how it is read and changed where it may be missing, held or damaged."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Callable, Optional, TypeVar

from ccmon.settings import config
from ccmon.settings.context import Context
from ccmon.store.database import Busy, Store, StoreError, open_store
from ccmon.text import clean

BACKGROUND_BUSY_MS, SCREEN_BUSY_MS, READING_BUSY_MS = 250, 2000, 10_000
if TYPE_CHECKING:
    Result = TypeVar("Result")
    Kind = TypeVar("Kind", bound="StoreAccess")


class StoreAccess:
    """The store, or its absence; the last error of it is in `trouble`."""

    def __init__(self, ctx: Context, store: Optional[Store], trouble: Optional[str]) -> None:
        self.ctx, self.store, self.trouble = ctx, store, trouble
        self.is_held = False           # the trouble is another program that uses the store, and passes

    def __enter__(self: Kind) -> Kind:
        return self

    def __exit__(self, *_: object) -> None:
        if self.store:
            self.store.close()

    def is_frozen(self) -> bool:
        """True when the store can only be read as it is."""
        return self.store is not None and self.store.is_frozen()

    def is_writable(self) -> bool:
        """True when there is a store that takes what is written."""
        return self.store is not None and not self.store.is_frozen()

    def required_store(self) -> Store:
        """The store; StoreError where there is none."""
        if self.store is None:
            raise StoreError(self.trouble or "There is no store")
        return self.store

    def _own_store(self) -> Store:
        """The store, for a change that belongs to this machine alone. Raises StoreError."""
        if self.ctx.is_stored_only:
            raise StoreError(f"This account is of the machine {clean(self.ctx.owner.host)}: note that there")
        return self.required_store()

    def _read(self, query: Callable[[sqlite3.Connection, int], Result], default: Result) -> Result:
        try:
            return self.store.read_owner(self.ctx.owner, query, default) if self.store else default
        except StoreError as err:
            self.trouble = str(err)
            return default

    def _write(self, change: Callable[[sqlite3.Connection, int], Result], default: Result) -> Result:
        try:
            return self.store.change_owner(self.ctx.owner, change) if self.store and not self.ctx.is_stored_only else default
        except StoreError as err:
            self.trouble = str(err)
            return default


def opened(ctx: Context, busy_ms: int, kind: Callable[[Context, Optional[Store], Optional[str]], Kind]) -> Kind:
    """The store of this context as that kind of access; an error on opening it is in `trouble`, never fatal."""
    if not ctx.paths.store:
        return kind(ctx, None, "There is no home directory: history is off. Set HOME or CCMON_DATA_DIR")
    try:
        store = open_store(ctx.paths.store, busy_ms, ctx.now())
        _join_accounts(ctx, store)
        return kind(ctx, store, None)
    except StoreError as err:
        without = kind(ctx, None, str(err))
        without.is_held = isinstance(err, Busy)
        return without


def _join_accounts(ctx: Context, store: Store) -> None:
    """What is stored under other names of the same folders is of this account: an older ccmon, or another list, named it so."""
    if ctx.demo is None and not ctx.is_stored_only and not store.is_frozen():
        others = store.accounts(ctx.owner)
        former = others & set(config.former_accounts(ctx.env)) if others else others
        if former:
            with suppress(Busy):       # the next process does it
                store.join_accounts(ctx.owner, sorted(former))
