"""`ccmon report`: a week or a month in words and pictures, on the terminal, as Markdown or as one HTML page."""

import sys
from types import SimpleNamespace
from typing import Optional, Tuple

from ccmon import __version__, output, streams
from ccmon.history import digest, groups
from ccmon.history.digest import Digest, Period
from ccmon.history.periods import records_of_host, used_on_host
from ccmon.learning import reliability
from ccmon.learning.reliability import Reliability
from ccmon.pipeline import learned_state, memory, past_windows, rated
from ccmon.settings.context import Context
from ccmon.system import named_files
from ccmon.views.report import html, markdown, text

OK = 0


def run(given: SimpleNamespace, ctx: Context) -> int:
    """Print or write the report; the exit code. Raises UsageError, Unwritable, CcmonError."""
    period = digest.period_at(ctx.now(), given.period, ctx.zone, int(given.last))
    output.read_logs(ctx)
    found, said = _digest(ctx, period, given.host)
    if given.html is not None:
        _write(given.html, html.page(found, __version__, said))
    elif given.markdown:
        streams.print_exactly(markdown.document(found, said))
    else:
        lines = text.lines(found, output.size().columns, output.charset(ctx, sys.stdout), said)
        output.show(ctx, lines, True)
    return OK


def _write(path: str, page: str) -> None:
    if path == "-":
        streams.print_exactly(page)
    else:
        named_files.write(path, page.encode("utf-8", "replace"))


def _digest(ctx: Context, period: Period, host: Optional[str]) -> Tuple[Digest, Reliability]:
    """What was used, and how the forecasts of the months before its end came true; these are of this machine alone."""
    with memory.opened(ctx, memory.SCREEN_BUSY_MS) as kept:
        known = rated.sessions(kept, rated.present(kept), everywhere=host is not None)
        records = records_of_host(known.records, host)
        used = used_on_host(kept.used(digest.needed_since(period, ctx.zone), period.end, host is not None), host)
        weeks = past_windows.weeks(kept, period.start) if host is None else []
        forecasts = kept.forecasts(period.end - learned_state.SCORED_S) if host is None else []
    said = reliability.of(made for made in forecasts if made.ts < period.end)
    return digest.make(records, groups.with_bare_totals(used, records), period, ctx.zone, ctx.now(), known.scale, weeks), said
