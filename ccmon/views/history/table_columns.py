"""The columns of the history: their names and meanings, what stands in them, and which are shown where."""

from __future__ import annotations

from ccmon import text, when
from ccmon.choices import GROUPS as KINDS
from ccmon.choices import PERIODS, WINDOW
from ccmon.errors import UsageError
from ccmon.history.groups import NO_MODEL, NOT_BY_MODEL
from ccmon.quick_typing import TYPE_CHECKING, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union
from ccmon.text import Charset, clean, clip, did_you_mean, model_for_people, model_name, printable
from ccmon.views.history.rows import HistoryRow, Number
from ccmon.when import Zone

if TYPE_CHECKING:
    from ccmon.history.windows import PastWindow, Range

Value = Union[None, str, int, float]

SESSION, LIMITED, GROUPS = ("session",), ("session", *PERIODS), KINDS[1:]
OF_WINDOWS, TIMED, ALL = (WINDOW,), ("session", WINDOW), (*KINDS, WINDOW)
NAMED = (*LIMITED, "project", WINDOW)  # have models, as what used them


class HistoryColumn(NamedTuple):
    """A column of the table; where room is short, the one of lowest priority is dropped first."""

    name: str
    meaning: str
    kinds: Tuple[str, ...]             # of rows: those of choices.GROUPS, and window
    priority: int
    shown: Callable[[HistoryRow, Zone], str]
    data: str                          # its name in CSV files, "" where it is not in them
    value: Callable[[HistoryRow, Zone], Value]            # what CSV files say, and what it is sorted by
    right: bool = True
    role: Callable[[HistoryRow], str] = lambda row: "text"
    is_picture: bool = False


def minute_text(epoch: Optional[int], zone: Zone) -> str:
    """2026-11-22 09:00."""
    return "" if epoch is None else when.dated(epoch, zone)


def _second(epoch: Optional[int], zone: Zone) -> Optional[str]:
    return None if epoch is None else when.local(epoch, zone).isoformat(" ")


def _count(number: Number) -> str:
    return "-" if number is None else text.count(round(number))


def _few(number: Number) -> str:
    """3, or 2.4 where it is an average."""
    return "-" if number is None else text.count(round(number)) if number == int(number) or number >= 100 else f"{number:.1f}"


def _percent(number: Number) -> str:
    return "-" if number is None else text.percent(number)


def _start(row: HistoryRow, zone: Zone) -> str:
    return row.label if row.start is None else minute_text(row.start, zone) + (" *" if row.active else "")


def _label(row: HistoryRow, zone: Zone) -> str:
    """What people read: a project below their home by ~."""
    return printable(row.brief or row.label)


def _whole_label(row: HistoryRow, zone: Zone) -> str:
    """A project's whole path, a model's whole name."""
    return model_for_people(row.label) if row.models == (row.label,) else printable(row.label)


def _rounded(number: Number, digits: int = 6) -> Number:
    return number if number is None or isinstance(number, int) else round(number, digits)


def _number(name: str, meaning: str, priority: int, kinds: Tuple[str, ...] = ALL,
            shown: Callable[[Number], str] = _count) -> HistoryColumn:
    """A column of a number that is called the same everywhere."""
    return HistoryColumn(name, meaning, kinds, priority, lambda row, zone: shown(getattr(row, name)), name,
                         lambda row, zone: _rounded(getattr(row, name)))


def _word(name: str, meaning: str, priority: int) -> HistoryColumn:
    return HistoryColumn(name, meaning, SESSION, priority, lambda row, zone: printable(getattr(row, name)), name,
                         lambda row, zone: printable(getattr(row, name)), right=False)


def _moment(name: str, meaning: str, kinds: Tuple[str, ...] = SESSION) -> HistoryColumn:
    return HistoryColumn(name, meaning, kinds, 30, lambda row, zone: minute_text(getattr(row, name), zone), name,
                         lambda row, zone: _second(getattr(row, name), zone), right=False)


def _epoch(name: str, kinds: Tuple[str, ...] = SESSION) -> HistoryColumn:
    return HistoryColumn(f"{name}_epoch", f"{name} in epoch seconds", kinds, 10, lambda row, zone: str(getattr(row, name) or ""),
                         f"{name}_epoch", lambda row, zone: getattr(row, name))


def _key(kind: str, meaning: str, shown: Callable[[HistoryRow, Zone], str] = _label) -> HistoryColumn:
    return HistoryColumn(kind, meaning, (kind,), 100, shown, kind, _whole_label, right=False)


def _share(name: str, meaning: str, kinds: Tuple[str, ...]) -> HistoryColumn:
    return HistoryColumn(name, meaning, kinds, 80, lambda row, zone: _percent(row.percent if row.sessions else None), "percent",
                         lambda row, zone: _rounded(row.percent, 4), role=lambda row: text.level_role(row.percent))


def _pictured(name: str, meaning: str, priority: int, kinds: Tuple[str, ...] = ALL) -> HistoryColumn:
    """A column that is drawn: it has no data of its own."""
    return HistoryColumn(name, meaning, kinds, priority, lambda row, zone: "", "", lambda row, zone: None, right=False,
                         is_picture=True)


def _window_column(name: str, meaning: str, priority: int, shown: "Callable[[PastWindow], str]", data: str,
                   value: "Callable[[PastWindow], Value]", right: bool = True) -> HistoryColumn:
    """A column of past windows."""
    return HistoryColumn(name, meaning, OF_WINDOWS, priority, lambda row, zone: shown(row.window) if row.window else "", data,
                         lambda row, zone: value(row.window) if row.window else None, right)


def _range(window: "PastWindow", unit: str) -> "Optional[Range]":
    """The value of one per cent, in tokens or cost."""
    percent_value = window.percent_value
    return None if percent_value is None else percent_value.tokens if unit == "tokens" else percent_value.cost_usd


def _figure(number: float, unit: str) -> str:
    """1,234; $0.36, with two digits where it is a matter of cents."""
    if unit == "tokens":
        return text.count(round(number)) if number >= 10 else f"{number:.1f}"
    return f"${number:,.2f}" if number >= 1 else f"${number:.3f}"


def _worth(name: str, unit: str, part: str, meaning: str, priority: int = 12) -> HistoryColumn:
    """The value of 1 %: as it most likely is, or the least or the most of it."""
    def shown(window: "PastWindow") -> str:
        values = _range(window, unit)
        return _figure(getattr(values, part), unit) if values else "-"

    def number(window: "PastWindow") -> Value:
        values = _range(window, unit)
        return None if values is None else round(getattr(values, part), 2 if unit == "tokens" else 6)

    data = "tokens_per_percent" if unit == "tokens" else "usd_per_percent"
    return _window_column(name, meaning, priority, shown, data if part == "value" else f"{data}_{part}", number)


def _worth_range(name: str, unit: str, priority: int) -> HistoryColumn:
    def shown(window: "PastWindow") -> str:
        values = _range(window, unit)
        return f"{_figure(values.low, unit)}-{_figure(values.high, unit).lstrip('$')}" if values else "-"
    return _window_column(name, "from the least to the most that it may have been", priority, shown, "", lambda window: None)


def _change(window: "PastWindow") -> str:
    """+12 %; same where the ranges are not apart."""
    if window.change is None:
        return "-"
    return f"{min(window.change.percent, 99_999):+.0f} %" if window.change.is_clear else "same"


def _changed(row: HistoryRow, zone: Zone) -> Optional[int]:
    """1 where the ranges are apart, else 0."""
    return int(row.window.change.is_clear) if row.window and row.window.change else None


COLUMNS: Tuple[HistoryColumn, ...] = (
    HistoryColumn("start", "when it began; * marks the one that still runs", TIMED, 100, _start, "start",
                  lambda row, zone: _second(row.start, zone), right=False),
    _moment("end", "when it was over, or will be", TIMED),
    _moment("last", "when its last message came"),
    _epoch("start", TIMED), _epoch("end", TIMED), _epoch("last"),
    _window_column(WINDOW, "its name", 20, lambda window: window.name, WINDOW, lambda window: window.name, False),
    _window_column("login", "short hash of who was logged in", 65, lambda window: window.login or "-", "login",
                   lambda window: window.login, False),
    _key("day", "the local day"),
    _key("week", "the week (from Monday)"),
    _key("month", "the month"),
    _key("hour", "the hour of the day, of all days together",
         lambda row, zone: when.time_of_day(int(row.label[:2]), 0, zone.dial)),
    _key("model", "the model; not by model: what only ccusage has told",
         lambda row, zone: row.label if row.label in (NO_MODEL, NOT_BY_MODEL) else model_name(row.label)),
    _key("project", "the folder of the project; not by project: what only ccusage has told, or was summed up before"),
    HistoryColumn("begins", "the first day of the period", PERIODS, 20, lambda row, zone: str(row.begins or ""), "begins",
                  lambda row, zone: str(row.begins) if row.begins else None, right=False),
    _word("host", "the machine on which it was recorded", 60),
    _number("sessions", "how many sessions began then; used the hour, model or project", 55, GROUPS, _few),
    HistoryColumn("length", "how long it was used", SESSION, 50,
                  lambda row, zone: "-" if row.length_s is None else text.duration(round(row.length_s)), "length_s",
                  lambda row, zone: _rounded(row.length_s)),
    HistoryColumn("tokens", "input + output; ~ where they may include cache tokens", ALL, 90,
                  lambda row, zone: ("" if row.counted else "~") + _count(row.tokens), "tokens",
                  lambda row, zone: _rounded(row.tokens)),
    _number("input", "input tokens", 35),
    _number("output", "output tokens", 36),
    _number("cache_creation", "tokens written to the cache", 33),
    _number("cache_read", "tokens read from the cache", 32),
    HistoryColumn("cost", "in US dollars; - where it is not known", ALL, 70, lambda row, zone: text.usd(row.cost_usd), "cost_usd",
                  lambda row, zone: _rounded(row.cost_usd)),
    _share("share", "how much of its limit was used", SESSION),
    _word("rated_by", "who says that: official (Claude itself), learned, or the limit in force now", 16),
    _share("highest", "the largest share of its limit that a session used; of a window the highest percentage",
           (*PERIODS, WINDOW)),
    HistoryColumn("reached", "when that was first told", OF_WINDOWS, 46,
                  lambda row, zone: minute_text(row.window and row.window.reached_at, zone), "reached",
                  lambda row, zone: _second(row.window and row.window.reached_at, zone), right=False),
    _window_column("reached_epoch", "the same in epoch seconds", 10, lambda window: str(window.reached_at), "reached_epoch",
                   lambda window: window.reached_at),
    _worth("worth", "tokens", "value", "tokens that 1 % was worth", 85), _worth_range("range", "tokens", 48),
    _worth("worth_low", "tokens", "low", "the least of that"), _worth("worth_high", "tokens", "high", "the most of that"),
    _worth("worth_usd", "cost", "value", "US dollars that 1 % was worth", 75), _worth_range("range_usd", "cost", 47),
    _worth("worth_usd_low", "cost", "low", "the least of that"), _worth("worth_usd_high", "cost", "high", "the most of that"),
    _window_column("worth_by", "who says that: learned, or readings (Claude's rounded percentage)", 16,
                   lambda window: window.percent_value.by if window.percent_value else "", "worth_by",
                   lambda window: window.percent_value and window.percent_value.by, False),
    _window_column("change", "how much more than in the last window before it; same: less than it may be off by", 76,
                   _change, "change", lambda window: window.change and round(window.change.percent, 4)),
    HistoryColumn("changed", "1 where the change is more than that", OF_WINDOWS, 13,
                  lambda row, zone: str(_changed(row, zone) or "-"), "changed", _changed),
    _number("part", "percent of the tokens of all rows", 57, GROUPS, shown=_percent),
    _number("limit", "the limit of its time, in tokens", 40, SESSION),
    _word("plan", "the plan of its time", 39),
    _word("limit_source", "where the limit came from", 15),
    _number("near", "sessions that used 80 % of the limit or more", 58, LIMITED, _few),
    _number("hits", "sessions that were cut off at the limit", 59, LIMITED, _few),
    _number("passed", "sessions above a mere reference figure, and not known to have been cut off", 38, LIMITED, _few),
    _word("source", "who told of it: ccusage or logs", 14),
    _pictured("bar", "how much that is: of the limit, or of the largest row", 45),
    _pictured("spark", "tokens over its time", 44, LIMITED),
    HistoryColumn("models", "the models used", NAMED, 42, lambda row, zone: ", ".join(map(model_name, row.models)), "models",
                  lambda row, zone: ", ".join(map(model_for_people, row.models)), right=False, role=lambda row: "dim"),
)
_DEFAULT: Dict[str, Tuple[str, ...]] = {
    "session": ("start", "length", "tokens", "cost", "share", "models"),
    **{period: (period, "sessions", "tokens", "cost", "highest", "hits") for period in PERIODS},
    **{kind: (kind, "sessions", "tokens", "part", "cost") for kind in ("hour", "model", "project")},
    WINDOW: ("start", "end", "highest", "reached", "tokens", "cost", "worth", "range", "worth_usd", "change"),
}
_ALIASES = {"cost_usd": "cost", "length_s": "length", "percent": "share", "epoch": "start_epoch"}


def columns_of(kind: str) -> Dict[str, HistoryColumn]:
    """The columns that rows of that kind have."""
    return {column.name: column for column in COLUMNS if kind in column.kinds}


WIDE_CELLS = 100                       # terminals of that width have room for sparklines


def default_columns(kind: str, width: int = 0, hosts: bool = False) -> List[HistoryColumn]:
    """Those shown when none are named, on a terminal of that width (0: in a pipe, without pictures); hosts: of several hosts,
    or windows of several logins."""
    names = list(_DEFAULT[kind])
    if hosts and kind in TIMED:
        names.insert(1, "host" if kind == "session" else "login")
    if kind in PERIODS and width >= WIDE_CELLS:
        names.append("spark")
    if width and kind != WINDOW:
        names.insert(len(names) - (kind == "session"), "bar")
    return [columns_of(kind)[name] for name in names]


def data_columns(kind: str) -> List[HistoryColumn]:
    """Everything that there is, for CSV files."""
    return [column for column in columns_of(kind).values() if column.data]


def chosen_columns(words: str, kind: str, flag: str = "--columns") -> List[HistoryColumn]:
    """The columns of a list such as start,tokens,cost. UsageError names the nearest and all."""
    return [_one(word.strip(), kind, flag) for word in words.split(",")]


def _one(word: str, kind: str, flag: str) -> HistoryColumn:
    columns = columns_of(kind)
    for name in (word, *_meant(word.lower(), kind)):
        if name in columns:
            return columns[name]
    hint = "the name of a column is missing"
    if word:
        hint = f"'{clip(clean(word), 40)}' is no column{did_you_mean(word.lower(), columns)}"
    raise UsageError(f"{flag}: {hint}; by {kind} there are {', '.join(columns)}")


def _meant(word: str, kind: str) -> Sequence[str]:
    """What else a name may stand for: other programs' words, and what is called otherwise in groups."""
    name = _ALIASES.get(word, word)
    return name, {"key": kind, "period": kind, "share": "highest", "highest": "share"}.get(name, name)


def help_lines(kind: str) -> List[str]:
    """The columns with their meanings."""
    columns = columns_of(kind)
    cells = max(map(len, columns))
    return [f"{text.pad(column.name, cells)}  {column.meaning}" for column in columns.values()]


def sorted_indexes(rows: Sequence[HistoryRow], column: HistoryColumn, largest_first: bool, zone: Zone) -> List[int]:
    """The places of the rows by that column; equal ones stay in their order, unknown ones come last."""
    values = [column.value(row, zone) for row in rows]
    indexes = [at for at, value in enumerate(values) if value is not None]
    in_order = sorted(indexes, key=lambda at: values[at], reverse=largest_first)  # type: ignore[arg-type,return-value]
    return in_order + [at for at, value in enumerate(values) if value is None]


def pictured(column: HistoryColumn, row: HistoryRow, kind: str, cells: int, charset: Charset) -> text.Line:
    """A bar (of the limit, or of the largest row) or sparkline in so many cells."""
    if column.name == "bar":
        role = text.level_role(row.percent) if row.percent is not None else "accent"
        return text.bar(((row.percent if kind in TIMED else row.peak) or 0.0) / 100, cells, role, charset)
    return (text.Span(text.sparkline(row.spark, charset), "accent"),)
