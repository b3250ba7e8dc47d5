"""Logs that are written by pieces, and a history that looks at them at any time."""

from pathlib import Path
from typing import List, Tuple

from claude_logs import Entry, file_of
from ledger_world import ME, PRICE

from ccmon.model import Block, UsageRow
from ccmon.sources import log_files, log_reader
from ccmon.store.database import open_store

Found = Tuple[List[UsageRow], List[Block]]


class Logs:
    """A home with logs, and a history beside it."""

    def __init__(self, folder: Path) -> None:
        self.root, self.store = folder / "home" / ".claude", str(folder / "ccmon.db")

    def write(self, entry: Entry, content: bytes) -> Path:
        """Append bytes to the entry's log."""
        path = self.root / "projects" / file_of(entry)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            file.write(content)
        return path

    def look(self, now: float, upkeep: bool = False) -> Found:
        """Read what is new; all that is stored then: use by quarter, model and project, and the sessions."""
        folders = log_files.projects([str(self.root)])
        with open_store(self.store, 2000, now) as store:
            log_reader.read(store, log_reader.LogSet(folders, log_files.scan(folders), ME, PRICE), now)
            while upkeep and not store.maintain(now, 5.0):
                pass
            used = [row for row in store.used(ME, 0, 1 << 40) if row.input or row.output]
            return used, [record.block for record in store.records(ME, now)]

    def anew(self, now: float) -> Found:
        """What a history says that reads all of it at once."""
        other = Logs(self.root.parent.parent)
        other.store = self.store + ".anew"
        return other.look(now)


def tokens(found: Found) -> int:
    """Input and output of all."""
    return sum(row.input + row.output for row in found[0])
