"""A machine whose logs grow, vanish, move and come back, and what all that was ever written there amounts to.

The oracle keeps every line that was ever read and knows only ccusage's rule for copies: main conversations before side chains,
the larger sum of tokens before the smaller, else the first.
"""

import json
import shutil
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

from ccmon.model import Owner
from ccmon.pipeline.recording import store_answer
from ccmon.sources import log_files, log_reader
from ccmon.store.database import Store, open_store
from ccmon.usage import prices
from ccmon.usage.price_table import LONG_TOKENS
from ccmon.usage.utilization import resolve

ME = Owner("laptop", "abc")
MONDAY = 1_764_547_200                 # 1 December 2025, 00:00 UTC
HOUR_S, SESSION_S = 3600, 5 * 3600
PRICE = log_reader.EntryPrices(partial(prices.cost_usd, own={}), 1, partial(prices.plain_rates, own={}), LONG_TOKENS)
MODELS = ("claude-sonnet-4-5-20250929", "claude-opus-4-1-20250805")


class Line(NamedTuple):
    """One line of a log."""

    message: int
    at_ms: int
    tokens: int                        # of input, and as many of output
    model: int = 0
    session: int = 0
    sidechain: bool = False

    def text(self) -> str:
        """As Claude Code writes it."""
        from datetime import datetime, timezone
        at = datetime.fromtimestamp(self.at_ms / 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.") + f"{self.at_ms % 1000:03d}Z"
        usage = {"input_tokens": self.tokens, "output_tokens": self.tokens}
        return json.dumps({"type": "assistant", "timestamp": at, "sessionId": f"s{self.session}", "version": "2.1.0",
                           "requestId": f"req_{self.message}", "isSidechain": self.sidechain,
                           "message": {"id": f"msg_{self.message}", "model": MODELS[self.model], "usage": usage}},
                          separators=(",", ":"))

    def is_better(self, than: "Line") -> bool:
        """Whether ccusage takes this copy rather than the other."""
        return (not self.sidechain, self.tokens) > (not than.sidechain, than.tokens)


class World:
    """The logs, the history, and the oracle."""

    def __init__(self, folder: Path) -> None:
        self.projects = folder / "home" / ".claude" / "projects"
        self.projects.mkdir(parents=True)
        self.path, self.now = str(folder / "ccmon.db"), MONDAY
        self.files: Dict[str, List[Line]] = {}
        self.backup: Dict[str, List[Line]] = {}
        self.seen: Dict[int, Line] = {}

    # --- events -----------------------------------------------------------------------------------------------------

    def write(self, name: str, *lines: Line) -> None:
        """Append lines to a log."""
        self.files.setdefault(name, []).extend(lines)
        path = self.projects / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.writelines(line.text() + "\n" for line in lines)

    def delete(self, name: str) -> None:
        """As Claude Code does after 30 days; what was in it stays in the backup."""
        self.backup[name] = self.files.pop(name)
        (self.projects / name).unlink()

    def rewrite(self, name: str) -> None:
        """The same lines in another order, in a new file."""
        lines = self.files.pop(name)
        (self.projects / name).unlink()
        self.write(name, *lines[1:], *lines[:1])

    def move(self, name: str, to: str) -> None:
        """To another folder."""
        self.files[to] = self.files.pop(name)
        (self.projects / to).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(str(self.projects / name), str(self.projects / to))

    def restore(self, name: str, to: str) -> None:
        """What was deleted is there again under another name."""
        self.write(to, *self.backup[name])

    # --- ccmon ------------------------------------------------------------------------------------------------------

    def store(self) -> Store:
        """The history, opened."""
        return open_store(self.path, 2000, self.now)

    def logs(self) -> log_reader.LogSet:
        """What there is to read."""
        folders = [str(self.projects)]
        return log_reader.LogSet(folders, log_files.scan(folders), ME, PRICE)

    def record(self, until: float = float("inf")) -> None:
        """Read the logs, and look at the moment; the oracle reads as well."""
        with self.store() as store:
            done = log_reader.read(store, self.logs(), self.now, None, until)
            self.observe(store)
        assert done
        for name in sorted(self.files):
            for line in self.files[name]:
                known = self.seen.get(line.message)
                self.seen[line.message] = line if known is None or line.is_better(known) else known

    def observe(self, store: Store) -> Any:
        """The facts of this moment."""
        return store_answer(store, ME, None, self.now, lambda tokens, mark: resolve("pro", None, tokens, mark))

    # --- what must hold ---------------------------------------------------------------------------------------------

    def sessions(self) -> List[Tuple[int, int, int]]:
        """Start, end and tokens of each."""
        with self.store() as store:
            return [(r.block.start, r.block.end, r.block.tokens) for r in store.records(ME, self.now)]

    def used(self) -> Dict[Tuple[int, str], int]:
        """Tokens by hour and model."""
        found: Dict[Tuple[int, str], int] = defaultdict(int)
        with self.store() as store:
            for row in store.used(ME, 0, 1 << 40):
                found[row.at // HOUR_S, row.model or ""] += row.input + row.output
        return {key: tokens for key, tokens in found.items() if tokens}

    def truth(self) -> Dict[Tuple[int, str], int]:
        """Tokens by hour and model of all messages that were ever read."""
        found: Dict[Tuple[int, str], int] = defaultdict(int)
        for line in self.seen.values():
            found[line.at_ms // 1000 // HOUR_S, MODELS[line.model]] += 2 * line.tokens
        return {key: tokens for key, tokens in found.items() if tokens}

    def check(self) -> None:
        """Each message once, in sessions that do not overlap."""
        assert self.used() == self.truth()
        sessions = self.sessions()
        assert sum(tokens for _, _, tokens in sessions) == sum(self.truth().values())
        for start, end, _ in sessions:
            assert 0 < end - start <= SESSION_S
        for (_, end, _), (start, _, _) in zip(sessions, sessions[1:]):
            assert end <= start
