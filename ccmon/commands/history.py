"""`ccmon history`: the stored sessions, or what was used in groups, as a table, as data or as a picture."""

from __future__ import annotations

import sys
from types import SimpleNamespace

from ccmon import output, streams
from ccmon.choices import PERIODS, WINDOW
from ccmon.errors import CcmonError, UsageError
from ccmon.history import groups
from ccmon.history.groups import (
    QUARTER_S,
    RANKED,
    Scale,
    TimeBounds,
    UsageGroup,
    began_in,
    chosen,
    is_in,
    records_of_host,
    used_in,
    used_on_host,
)
from ccmon.model import Record, UsageRow
from ccmon.pipeline import rated
from ccmon.pipeline.history import SCREEN_BUSY_MS, History, opened
from ccmon.quick_typing import TYPE_CHECKING, Any, List, NamedTuple, Optional, Sequence, Tuple, Union
from ccmon.settings.context import Context
from ccmon.text import Line, clean, did_you_mean
from ccmon.typed_values import days, folded, whole, word_of
from ccmon.views.history import rows as history_rows
from ccmon.views.history import table as history_table
from ccmon.views.history import table_columns
from ccmon.views.history.rows import HistoryRow
from ccmon.views.history.table import HistoryTable
from ccmon.views.history.table_columns import HistoryColumn
from ccmon.when import local

if TYPE_CHECKING:
    from ccmon.history.windows import PastWindow

    Item = Union[Record, UsageGroup, PastWindow]

OK = 0
ROWS_MAX = 1_000_000
_EVER = 1 << 40                        # epoch s, later than anything
CHART_ROWS = 16                        # lines of a chart, where the terminal has as many
EMPTY = ("No sessions are stored yet, and nothing is there to read: no logs of Claude Code, and no ccusage that was asked. "
         "Use claude, or ask ccusage with: ccmon record")


class Query(NamedTuple):
    """What the call asks for, checked."""

    by: str                            # of choices.GROUPS, or window
    days: TimeBounds
    since: Optional[int]               # epoch s: what ended, or was used, after that
    rows: Optional[int]
    sort: Optional[HistoryColumn]
    largest_first: bool
    columns: Optional[List[HistoryColumn]]
    window: Optional[str]              # its name or label as it was written


class Selection(NamedTuple):
    """What the history has of that."""

    records: List[Record]              # by session and by period those that began then, else those that used any of it
    used: List[UsageRow]                   # only read where it is needed
    scale: Optional[Scale] = None      # what sessions are rated by of which Claude has reported nothing; None for windows
    windows: "Sequence[PastWindow]" = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.records or self.used or self.windows)


def run(given: SimpleNamespace, ctx: Context) -> int:
    """Print the stored sessions in the shape that is asked for; the exit code."""
    if given.check or given.backup is not None:
        from ccmon.commands import store
        return int(store.check(ctx) if given.check else store.backup(ctx, given.backup))
    query = _query(given, ctx)
    if given.columns == "help":
        print("\n".join(table_columns.help_lines(query.by)))
        return OK
    table = None if given.table is None else _table_format(given.table)
    with opened(ctx, SCREEN_BUSY_MS) as history:
        output.read_logs(ctx, history)
        selection = _selection(given, history, query)
    if given.chart or given.heatmap:
        _picture(given, ctx, query, selection)
    elif given.json or given.csv:
        _data(given, ctx, query, selection)
    elif table or not selection.is_empty:
        _table(given, ctx, query, selection, table)
    else:
        print(streams.named(_nothing(given, ctx)))
    return OK


# --- what is asked for --------------------------------------------------------------------------------------------------

def _query(given: SimpleNamespace, ctx: Context) -> Query:
    _refuse_pairs(given)
    by = _by(given)
    query = chosen(given.since, given.until, ctx.now(), ctx.zone)
    since = query.after if given.days is None else ctx.now() - int(_parsed("--days", days(1e-9, 36_500), given.days) * 86_400)
    rows = None if given.rows is None else _parsed("--rows", whole(1, ROWS_MAX, "rows"), given.rows)
    sort = None if given.sort is None else _sort(given.sort, by)
    columns = None if given.columns in (None, "help") else table_columns.chosen_columns(given.columns, by)
    return Query(by, query, since, rows, sort, (given.sort or "").startswith("-"), columns, given.window)


def _by(given: SimpleNamespace) -> str:
    """--chart is about periods: that of --by, if it is one, or about windows; --heatmap about hours."""
    if given.heatmap:
        return "hour"
    if given.window is not None or given.by == WINDOW:
        return WINDOW
    if not given.chart:
        return str(given.by)
    return str(given.by if given.by in PERIODS else given.chart)


def _refuse_pairs(given: SimpleNamespace) -> None:
    """Words that have no meaning together."""
    if given.days is not None and (given.since or given.until) is not None:
        raise UsageError("--days and --since or --until both say from when on: use one of them")
    if given.window is not None and given.by not in ("session", WINDOW):
        raise UsageError(f"--window has no meaning with --by {given.by}: use --by window")
    if given.window is not None or given.by == WINDOW:
        for name in ("heatmap", "host"):
            if getattr(given, name):
                raise UsageError(f"--{name} has no meaning with --by window, which is about one account's limits")
    shape = next((name for name in ("chart", "heatmap", "json") if getattr(given, name)), None)
    pairs = (("columns", ("json", "chart", "heatmap")), ("sort", ("chart", "heatmap")), ("rows", ("heatmap",)))
    for name, shapes in pairs:
        if shape in shapes and getattr(given, name) is not None:
            raise UsageError(f"--{name} has no meaning with --{shape}")


def _parsed(flag: str, parse: Any, words: str) -> Any:
    try:
        return parse(words)
    except ValueError as err:
        raise UsageError(f"{flag}: {err}") from None


def _sort(words: str, by: str) -> HistoryColumn:
    column = table_columns.chosen_columns(words[1:] if words[:1] in ("-", "+") else words, by, "--sort")[0]
    if not column.data:
        raise UsageError(f"--sort: {column.name} is no number; sort by what it shows, such as tokens")
    return column


def _table_format(name: str) -> str:
    formats = sorted(_tabulate().tabulate_formats)
    selection = word_of(name, formats, {"markdown": "github", "md": "github"})
    if selection is None:
        raise UsageError(f"--table: '{clean(name)}' is unknown{did_you_mean(folded(name), formats)}; "
                         f"choose from {', '.join(formats)}")
    return selection


def _tabulate() -> Any:
    try:
        import tabulate
    except ImportError:
        raise CcmonError("tabulate is missing", "Install it in your virtual environment with: pip install tabulate") from None
    return tabulate


# --- what there is ------------------------------------------------------------------------------------------------------

def _selection(given: SimpleNamespace, history: History, query: Query) -> Selection:
    """By session those that began on the days (with --days: ended since), else what was used on them (with --days: since)."""
    if query.by == WINDOW:
        return Selection([], [], windows=_windows(history, query))
    sessions = rated.rated_sessions(history, rated.stored_basis(history), query.since, given.host is not None)
    records = records_of_host(sessions.records, given.host)
    used: List[UsageRow] = []
    if _needs_used(query):
        since = 0 if query.since is None or query.by == "session" else query.since - QUARTER_S + 1
        used = used_on_host(history.usage_rows(since, _EVER, given.host is not None), given.host)
    began = began_in(records, query.days, history.ctx.zone)
    if query.by == "session":
        return Selection(began, used, sessions.scale)
    inside = used_in(groups.with_bare_totals(used, records), query.days, history.ctx.zone)
    if query.by not in PERIODS:
        return Selection(groups.sessions_using(records, inside), inside, sessions.scale)
    new = [record for record in began if query.since is None or record.block.start >= query.since]
    return Selection(new, inside, sessions.scale)


def _windows(history: History, query: Query) -> "List[PastWindow]":
    """Those that began on the days (with --days: ended since); earlier ones are what they are compared with."""
    from ccmon.pipeline import past_windows
    since = 0 if query.since is None else max(0, query.since - 2 * past_windows.LONGEST_S - QUARTER_S)
    name = past_windows.named(past_windows.known_names(history), query.window)
    readings = past_windows.readings(history, name, 0 if past_windows.length_s(name) is None else since)
    selection = past_windows.of_name(history, name, readings, history.usage_rows(since, _EVER)) if name else []
    return [one for one in selection if (query.since is None or one.end > query.since)
            and is_in(one.readings[0][0] if one.start is None else one.start, query.days, history.ctx.zone)]


def _needs_used(query: Query) -> bool:
    sparks = any(column.name == "spark" for column in query.columns or ())
    return query.by != "session" or sparks


def _width(given: SimpleNamespace) -> int:
    """Cells of the terminal that shows our own table; 0 where none does."""
    is_own = not any((given.table, given.json, given.csv, given.chart, given.heatmap))
    return output.size().columns if is_own and sys.stdout.isatty() else 0


def _nothing(given: SimpleNamespace, ctx: Context) -> str:
    """Why there is no row."""
    if given.window is not None or given.by == WINDOW:
        return _no_window(given, ctx)
    with opened(ctx, SCREEN_BUSY_MS) as history:
        records = history.records(None, given.host is not None)
    if not records:
        return EMPTY
    first, last = (local(records[at].block.start, ctx.zone).date() for at in (0, -1))
    return f"No sessions in that time: those stored began from {first} to {last}"


def _no_window(given: SimpleNamespace, ctx: Context) -> str:
    from ccmon.pipeline import past_windows
    with opened(ctx, SCREEN_BUSY_MS) as history:
        name = past_windows.named(past_windows.known_names(history), given.window)
        epochs = [one.at for one in past_windows.readings(history, name)] if name else []
    if not epochs:
        return history_rows.NOTHING_READ
    first, last = (local(at, ctx.zone).date() for at in (min(epochs), max(epochs)))
    return f"No window began in that time: those known were read from {first} to {last}"


# --- rows ---------------------------------------------------------------------------------------------------------------

def _items(ctx: Context, by: str, selection: Selection) -> Sequence[Item]:
    """Sessions or groups, in the order of time; models and projects by tokens."""
    if by == "session":
        return selection.records
    if by == WINDOW:
        return selection.windows
    if by in PERIODS:
        return groups.by_period(selection.records, selection.used, by, ctx.zone)
    if by == "hour":
        return groups.by_hour(selection.records, selection.used, ctx.zone)
    return (groups.by_model if by == "model" else groups.by_project)(selection.records, selection.used)


def _chosen(ctx: Context, query: Query, selection: Selection) -> List[Tuple[HistoryRow, Item]]:
    """The rows in their order: the last ones of time, the first ones of any other order."""
    items = _items(ctx, query.by, selection)
    rows = [_row(item, ctx) for item in items]
    pairs = list(zip(history_rows.with_shares(rows), items))
    if query.sort:
        order = table_columns.sorted_indexes([row for row, _ in pairs], query.sort, query.largest_first, ctx.zone)
        pairs = [pairs[at] for at in order]
    if query.rows is None:
        return pairs
    return pairs[:query.rows] if query.sort or query.by in RANKED else pairs[-query.rows:]


def _row(item: Item, ctx: Context) -> HistoryRow:
    if isinstance(item, Record):
        return history_rows.record_row(item, ctx.now())
    if isinstance(item, UsageGroup):
        return history_rows.group_row(item, ctx.env.get("HOME", "").rstrip("/"))
    return history_rows.window_row(item, ctx.now())


def _records_of(ctx: Context, query: Query, pairs: Sequence[Tuple[HistoryRow, Item]], selection: Selection) -> List[Record]:
    """The sessions that the rows are about."""
    if query.by in PERIODS and query.rows is not None:
        shown = {item.begins for _, item in pairs if isinstance(item, UsageGroup)}
        return [record for record in selection.records
                if groups.first_day(local(record.block.start, ctx.zone).date(), query.by) in shown]
    return [item for _, item in pairs if isinstance(item, Record)] if query.by == "session" else selection.records


# --- shapes -------------------------------------------------------------------------------------------------------------

def _data(given: SimpleNamespace, ctx: Context, query: Query, selection: Selection) -> None:
    pairs = _chosen(ctx, query, selection)
    if given.json:
        items = [item for _, item in pairs]
        import json
        print(json.dumps([history_rows.document(item, ctx.now()) for item in items]))
        return
    columns = [column for column in query.columns or table_columns.data_columns(query.by) if column.data]
    streams.print_exactly(history_table.csv(columns, [row for row, _ in pairs], ctx.zone))


def _table(given: SimpleNamespace, ctx: Context, query: Query, selection: Selection, name: Optional[str]) -> None:
    pairs = _chosen(ctx, query, selection)
    records = _records_of(ctx, query, pairs, selection)
    windows = [item for _, item in pairs if not isinstance(item, (Record, UsageGroup))]
    width, several = _width(given), len({one.host for one in records}) > 1 or len({one.login for one in windows} - {""}) > 1
    columns = query.columns or table_columns.default_columns(query.by, width, several)
    rows = _with_sparks(ctx, query, pairs, selection, columns)
    feet = history_rows.feet(query.by, rows, len(records) or len(windows))
    table = HistoryTable(query.by, columns, rows, feet, ctx.zone, output.charset(ctx, sys.stdout))
    if name is not None:
        headings, cells, align = history_table.grid(table)
        print(_tabulate().tabulate(cells, headings, name, colalign=align if cells else None, disable_numparse=True))
        return
    lines = history_table.lines(table, width or None, query.columns is not None)
    notes = _notes(ctx, query, rows, records, windows, selection.scale)
    newest_first, is_paged = None, not given.no_pager and sys.stdout.isatty()
    if is_paged and query.sort is None and query.by not in (*RANKED, "hour"):
        turned = history_table.lines(table._replace(rows=rows[::-1]), width or None, query.columns is not None)
        newest_first = [*turned, *notes]
    output.show(ctx, [*lines, *notes], is_paged, newest_first)


def _notes(ctx: Context, query: Query, rows: Sequence[HistoryRow], records: Sequence[Record], windows: "Sequence[PastWindow]",
           scale: Optional[Scale]) -> Sequence[Line]:
    if scale:
        return history_rows.notes(query.by, rows, records, scale)
    return history_rows.window_notes(windows, ctx.now())


def _with_sparks(ctx: Context, query: Query, pairs: Sequence[Tuple[HistoryRow, Item]], selection: Selection,
                 columns: Sequence[HistoryColumn]) -> List[HistoryRow]:
    rows = [row for row, _ in pairs]
    if not any(column.name == "spark" for column in columns):
        return rows
    quarters = groups.by_quarter(selection.used)
    return [row._replace(spark=history_rows.spark(row, query.by, quarters, ctx.zone)) for row in rows]


def _picture(given: SimpleNamespace, ctx: Context, query: Query, selection: Selection) -> None:
    size, charset = output.size(), output.charset(ctx, sys.stdout)
    if selection.is_empty:
        print(streams.named(_nothing(given, ctx)))
        return
    lines: Sequence[Line]
    if given.heatmap:
        from ccmon.views.history import heatmap
        lines = heatmap.lines(groups.heat(groups.by_quarter(selection.used), ctx.zone), size.columns, charset, ctx.zone.dial)
    elif query.by == WINDOW:
        from ccmon.views.history import chart
        shown = max(selection.windows, key=lambda one: one.readings[-1])
        lines = chart.window_lines(shown, ctx.now(), ctx.zone, size.columns, max(6, min(CHART_ROWS, size.rows - 2)), charset)
    else:
        from ccmon.views.history import chart
        periods = groups.by_period(selection.records, selection.used, query.by, ctx.zone)[-(query.rows or 0):]
        lines = chart.lines(periods, query.by, size.columns, max(5, min(CHART_ROWS, size.rows - 2)), charset)
    output.show(ctx, lines, not given.no_pager)
