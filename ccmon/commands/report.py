"""`ccmon report`: a week or a month in words and pictures, on the terminal, as Markdown or as one HTML page."""

import sys
from types import SimpleNamespace

from ccmon import __version__, output, streams
from ccmon.history import digest, groups
from ccmon.history.digest import Digest, Period
from ccmon.history.groups import records_of_host, used_on_host
from ccmon.learning import score
from ccmon.learning.score import Reliability
from ccmon.pipeline import learned_state, past_windows, rated
from ccmon.pipeline.history import SCREEN_BUSY_MS, opened
from ccmon.quick_typing import Optional, Tuple
from ccmon.settings.context import Context
from ccmon.system import named_files
from ccmon.views.report import html, text

OK = 0


def run(given: SimpleNamespace, ctx: Context) -> int:
    """Print or write the report; the exit code. Raises UsageError, Unwritable, CcmonError."""
    period = digest.period_at(ctx.now(), given.period, ctx.zone, int(given.last))
    output.read_logs(ctx)
    report, scores = _report(ctx, period, given.host)
    if given.html is not None:
        _write(given.html, html.page(report, __version__, scores))
    elif given.markdown:
        streams.print_exactly(text.markdown(report, scores))
    else:
        lines = text.lines(report, output.size().columns, output.charset(ctx, sys.stdout), scores)
        output.show(ctx, lines, True)
    return OK


def _write(path: str, page: str) -> None:
    if path == "-":
        streams.print_exactly(page)
    else:
        named_files.write(path, page.encode("utf-8", "replace"))


def _report(ctx: Context, period: Period, host: Optional[str]) -> Tuple[Digest, Reliability]:
    """What was used, and how the forecasts of the months before its end came true; these are of this machine alone."""
    with opened(ctx, SCREEN_BUSY_MS) as history:
        sessions = rated.rated_sessions(history, rated.stored_basis(history), everywhere=host is not None)
        records = records_of_host(sessions.records, host)
        used = used_on_host(history.usage_rows(digest.needed_since(period, ctx.zone), period.end, host is not None), host)
        weeks = past_windows.weeks(history, period.start) if host is None else []
        forecasts = history.forecasts(period.end - learned_state.SCORED_S) if host is None else []
    scores = score.reliability_of(made for made in forecasts if made.ts < period.end)
    rows = groups.with_bare_totals(used, records)
    return digest.make(records, rows, period, ctx.zone, ctx.now(), sessions.scale, weeks), scores
