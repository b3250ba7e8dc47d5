"""What the memory has of the account: what Claude Code's own file said, and what came of asking claude."""

from typing import Tuple

from ccmon.model import Windows
from ccmon.pipeline import account_note
from ccmon.pipeline.stored import StoreAccess
from ccmon.usage.account_note import AccountNote
from ccmon.usage.asked_note import AskedNote


class AccountHistory(StoreAccess):
    """The part of the memory that is about the account."""

    def account_note(self) -> AccountNote:
        """What Claude Code's own file said when it was last read; an empty one where it is not to be read."""
        nothing = AccountNote()
        return self._look(account_note.of_owner, nothing) if self.ctx.settings.account_file else nothing

    def account_notes(self) -> Tuple[AccountNote, AskedNote]:
        """Both notes."""
        return self.account_note(), self.asked_note()

    def asked_note(self) -> AskedNote:
        """What came of asking claude; an empty one where it is not to be asked."""
        nothing = AskedNote()
        return self._look(account_note.asked, nothing) if self.ctx.settings.official == "claude" else nothing

    def keep_asked(self, note: AskedNote, told: Windows, login: str) -> None:
        """Keep what claude said of that login, all in one transaction."""
        now = self.ctx.now()
        self._write(lambda db, owner: account_note.keep_asked(db, owner, note, told, login, now), None)

    def keep_account(self, note: AccountNote, told: Windows) -> None:
        """Keep what that file says, all in one transaction."""
        now = self.ctx.now()
        self._write(lambda db, owner: account_note.keep(db, owner, note, told, now), None)
