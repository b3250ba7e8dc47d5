"""`ccmon export`: one look at the usage, as --json has it, written for monitoring systems."""

import sys
from argparse import Namespace
from typing import List

from ccmon import output
from ccmon.model import CcmonError, Record, Snapshot, UsageError
from ccmon.pipeline import memory, rated
from ccmon.pipeline.refresh import current_facts
from ccmon.settings.context import Context
from ccmon.system import outfiles
from ccmon.views import openmetrics

OK = 0


def run(given: Namespace, ctx: Context) -> int:
    """Print or write the numbers; the exit code. That a source failed is one of them (ccmon_up), and no error."""
    if given.output == "":
        raise UsageError("--output: no file is named")
    snapshot = ctx.view(current_facts(ctx), ctx.now())
    output.read_logs(ctx)
    content = openmetrics.text(snapshot, _records(ctx, snapshot), ctx.owner.account).encode("utf-8", "replace")
    if given.output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    else:
        outfiles.write(given.output, content, for_all=True)
    return OK


def _records(ctx: Context, snapshot: Snapshot) -> List[Record]:
    """The history of all machines that were merged into this one; a store that cannot be used has none."""
    try:
        with memory.opened(ctx, memory.SCREEN_BUSY_MS) as kept:
            return rated.sessions(kept, snapshot, everywhere=True).records
    except CcmonError:
        return []
