"""The store under this call's settings: how it is asked and changed where it may be missing, held or damaged."""

import sqlite3
from typing import Callable, Optional, TypeVar

from ccmon.settings.context import Context
from ccmon.store.database import Store, StoreError
from ccmon.text import clean

Result = TypeVar("Result")


class Stored:
    """The store, or its absence; what went wrong the last time stands in trouble."""

    def __init__(self, ctx: Context, store: Optional[Store], trouble: Optional[str]) -> None:
        self.ctx, self.store, self.trouble = ctx, store, trouble

    def __exit__(self, *_: object) -> None:
        if self.store:
            self.store.close()

    def _look(self, work: Callable[[sqlite3.Connection, int], Result], nothing: Result) -> Result:
        try:
            return self.store.of_owner(self.ctx.owner, work, nothing) if self.store else nothing
        except StoreError as err:
            self.trouble = str(err)
            return nothing

    def _write(self, work: Callable[[sqlite3.Connection, int], Result], nothing: Result) -> Result:
        try:
            return self.store.change_of(self.ctx.owner, work) if self.store and not self.ctx.is_stored_only else nothing
        except StoreError as err:
            self.trouble = str(err)
            return nothing

    def _sound(self) -> Store:
        if self.store is None:
            raise StoreError(self.trouble or "There is no store")
        return self.store

    def _own(self) -> Store:
        if self.ctx.is_stored_only:
            raise StoreError(f"This account is of the machine {clean(self.ctx.owner.host)}: note that there")
        return self._sound()
