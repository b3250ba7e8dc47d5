"""`ccmon accounts`: a row for each account here, or an object; nothing is summed."""

import json
import sys
from types import SimpleNamespace

from ccmon import output
from ccmon.pipeline import accounts
from ccmon.settings.context import Context
from ccmon.views import accounts_table

OK = 0


def run(given: SimpleNamespace, ctx: Context) -> int:
    """Print them; the exit code."""
    there, now = accounts.current_accounts(ctx), ctx.now()
    name = accounts.shown_name(ctx, there)
    if given.json:
        print(json.dumps(accounts_table.document(there, name, now)))
        return OK
    cells = output.size().columns if sys.stdout.isatty() or "COLUMNS" in ctx.env else None
    output.show(ctx, accounts_table.lines(there, name, ctx.zone, now, ctx.paths.home or "", cells), pager=False)
    return OK
