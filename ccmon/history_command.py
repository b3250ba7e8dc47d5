"""`ccmon history`: the stored sessions, grouped, as a table, as data or as a picture."""

import json
from argparse import Namespace
from typing import Any, List, Optional, Sequence

from ccmon import memory
from ccmon.context import Context
from ccmon.model import CcmonError, Record, UsageError
from ccmon.text import clean
from ccmon.views import history

OK = 0


def run(given: Namespace, ctx: Context) -> int:
    """Print the stored sessions; the exit code."""
    since = None if given.days is None else ctx.now() - int(_days(given.days) * 86_400)
    table = None if given.table is None else _table_format(given.table)
    records = _records(ctx, since)
    if given.json:
        print(json.dumps(history.objects(records, ctx.now())))
    elif records or table:
        print(_table(records, ctx, table or "simple"))
    else:
        print("No sessions are stored yet. ccmon keeps them from its first run on; try: ccmon record")
    return OK


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1
    if not 0 < days <= 36_500:
        raise UsageError(f"--days: '{text}' is not a number of days from 1 to 36500")
    return days


def _tabulate() -> Any:
    try:
        import tabulate
    except ImportError:
        raise CcmonError("tabulate is missing. Install it in your virtual environment with: pip install tabulate") from None
    return tabulate


def _table_format(name: str) -> str:
    formats = sorted(_tabulate().tabulate_formats)
    if name not in formats:
        raise UsageError(f"--table: '{clean(name)}' is unknown; choose from {', '.join(formats)}")
    return name


def _records(ctx: Context, since: Optional[int]) -> List[Record]:
    with memory.opened(ctx, memory.SCREEN_BUSY_MS) as kept:
        return kept.records(since)


def _table(records: Sequence[Record], ctx: Context, name: str) -> str:
    rows = history.cells(records, ctx.now(), ctx.zone)
    align = history.ALIGN if rows else None
    return str(_tabulate().tabulate(rows, headers=history.COLUMNS, tablefmt=name, colalign=align, disable_numparse=True))
