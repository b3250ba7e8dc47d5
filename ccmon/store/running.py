"""The sessions that run by the last answer of the source, stored as it reported them."""

import sqlite3
from typing import Iterable, List

from ccmon import checked
from ccmon.model import Block
from ccmon.store import rows, values
from ccmon.when import SKEW_S

_KEY = "running"


def note(db: sqlite3.Connection, owner: int, answer: Iterable[Block], now: int) -> None:
    """Store the sessions of the last answer that run."""
    import json
    running = [block for block in rows.distinct(answer, now) if block.end > now]
    rows.write_note(db, f"{_KEY} {owner}", json.dumps(running))


def blocks(db: sqlite3.Connection, owner: int, now: int) -> List[Block]:
    """The sessions of the last answer that still run."""
    try:
        running = [Block(*fields) for fields in checked.value(rows.note(db, f"{_KEY} {owner}") or "[]")]
        return [block._replace(models=tuple(block.models)) for block in running
                if _is_possible(block) and block.end > now and block.start <= now + SKEW_S]
    except checked.Damage:
        return []


def _is_possible(block: Block) -> bool:
    """Whether what was stored can be a session."""
    numbers = (block.tokens, *(count for count in block[4:8] if count is not None), block.entries)
    return (values.epoch(block.start) is not None and values.epoch(block.end) is not None and block.start < block.end
            and (block.last is None or values.epoch(block.last) is not None)
            and all(values.count(number) is not None for number in numbers)
            and (block.cost_usd is None or type(block.cost_usd) in (int, float) and 0 <= block.cost_usd < 1e9)
            and all(isinstance(name, str) for name in block.models) and isinstance(block.source, str))
