"""`ccmon export`: one reading of the usage, as --json has it, written for monitoring systems; or the rules that watch it."""

import sys
from types import SimpleNamespace

from ccmon import output
from ccmon.errors import CcmonError, UsageError
from ccmon.model import Record, Snapshot, Windows
from ccmon.pipeline import present, rated
from ccmon.pipeline.history import SCREEN_BUSY_MS, History, opened
from ccmon.pipeline.refresh import current_facts
from ccmon.quick_typing import List, Tuple
from ccmon.settings.context import Context
from ccmon.store import rows
from ccmon.system import named_files
from ccmon.usage import official
from ccmon.usage.windows import running
from ccmon.views import openmetrics

OK = 0


def run(given: SimpleNamespace, ctx: Context) -> int:
    """Print or write the numbers; the exit code. That a source failed is one of them (ccmon_up), and no error."""
    if given.output == "":
        raise UsageError("--output: no file is named")
    content = (openmetrics.rules_text() if given.rules else _numbers(ctx)).encode("utf-8", "replace")
    if given.output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
    else:
        named_files.write(given.output, content, for_all=True)
    return OK


def _numbers(ctx: Context) -> str:
    snapshot = present.snapshot(ctx, current_facts(ctx), ctx.now())
    output.read_logs(ctx)
    records, others = _stored(ctx, snapshot)
    return openmetrics.text(snapshot, records, ctx.owner.account, others)


def _stored(ctx: Context, snapshot: Snapshot) -> Tuple[List[Record], List[Tuple[str, Windows]]]:
    """The history of all machines that were merged into this one, and other logins' windows; nothing of an unusable store."""
    try:
        with opened(ctx, SCREEN_BUSY_MS) as history:
            return rated.rated_sessions(history, snapshot, everywhere=True).records, _other_logins(history, snapshot)
    except CcmonError:
        return [], []


def _other_logins(history: History, snapshot: Snapshot) -> List[Tuple[str, Windows]]:
    """Those that use the same folders, where each is identified: they could not be distinguished else."""
    if history.store is None or not snapshot.login.account:
        return []
    ledger = official.load(history.store.read_owner(history.ctx.owner, rows.ledger, None))
    by_login = {one.login: running(one.windows, snapshot.now) for one in ledger.accounts}
    return sorted((login, windows) for login, windows in by_login.items() if login not in ("", snapshot.login.account))
