"""How good forecasts were: likelihoods against what came, which rule is shown, scores on series of others; as text and JSON."""

from __future__ import annotations

from datetime import datetime, timezone

from ccmon import text
from ccmon.learning import score
from ccmon.learning.score import Reliability
from ccmon.learning.values import LEAST_COMPARED, Choice, Comparison
from ccmon.quick_typing import TYPE_CHECKING, Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.text import Charset, Line, Span, plural
from ccmon.when import DAY_S, HOUR_S, Zone, local

if TYPE_CHECKING:
    from ccmon.learning.evaluate import Judged, Result

TITLE = "Forecasts: said and happened"
HEAD = ("said", "happened", "forecasts", "windows", "")
RULES = {"session": ("runway", "last-hour rate"), "week": ("week's own runway", "pace so far")}   # learned, simple
WIDE_CELLS = 60                        # from here on the forecasts are counted, too, and the verdict has words


def chart(reliability: Reliability, cells: int, charset: Charset) -> List[Line]:
    """A row for each bin: the forecast likelihood, and how often it came true as a bar with a mark at that likelihood."""
    wide = cells >= WIDE_CELLS
    ends = [f"{one.forecasts:>11,}{one.windows:>9,}  {one.verdict:8}" if wide
            else f"{one.windows:>4,}{'!' if one.verdict else ' '}" for one in reliability.bins]
    room = max(4, cells - 17 - max((text.width(end) for end in ends), default=0))
    scale = text.pad("0 %", room - 5) + "100 %" if room >= 9 else " " * room       # what the ends of a bar stand for
    rest = Span("  forecasts  windows" if wide else "  of", "label")
    head = (Span(" said  happened  ", "label"), Span(scale, "dim"), rest)
    rows = [(Span(f"{_percent(one.said)}     {_percent(one.happened)}  ", "value"),
             *text.bar(one.happened, room, "accent", charset, one.said), Span(end, "text"))
            for one, end in zip(reliability.bins, ends)]
    return [text.clip_line(line, cells) for line in (head, *rows)] if rows else []


def _percent(share: float) -> str:
    return f"{100 * share:>3.0f} %"


def reliability_rows(reliability: Reliability) -> Tuple[Tuple[str, ...], ...]:
    """The bins as a table's rows below HEAD."""
    return tuple((_percent(one.said).strip(), _percent(one.happened).strip(), text.count(one.forecasts), text.count(one.windows),
                  one.verdict) for one in reliability.bins)


def reliability_sentences(reliability: Reliability, window: str) -> Iterator[str]:
    """What the chart is of; then how the medians and intervals held, and what a mark at a row means, where there are any."""
    yield (f"{plural(reliability.forecasts, 'forecast')} of {plural(reliability.windows, window)}: how likely they said it runs "
           "out before the reset, and how often it did")
    parts = []
    if reliability.before_median is not None:
        parts.append(f"{_percent(reliability.before_median).strip()} ran out before the median (50 is right)")
    if reliability.in_interval is not None:
        parts.append(f"{_percent(reliability.in_interval).strip()} within the 90 % interval (90 is right)")
    if parts:
        yield "; ".join(parts)
    if any(one.verdict for one in reliability.bins):
        yield "too high, too low (!): by more than chance, each window counted once"


# --- which rule is shown --------------------------------------------------------------------------------------------------

def choice_sentences(choice: Choice, window: str, zone: Zone) -> Iterator[str]:
    """Which of the two rules for a window ("session" or "week") is shown, since when, and why."""
    rules = RULES[window]
    shown, other = rules if choice.rule == "learned" else reversed(rules)
    if choice.since:
        day = f"{local(choice.since, zone):%Y-%m-%d}"
        yield (f"shown: the {shown} since {day}: on the {plural(choice.then.windows, window)} before, "
               f"{_compared(choice.then, *rules)}")
    else:
        yield f"shown: the {shown}"
    if choice.now.windows:
        last = plural(choice.now.windows, window) if choice.now.windows > 1 else window
        yield f"on the last {last}, {_compared(choice.now, *rules)}"
    if choice.now.windows < LEAST_COMPARED:
        yield f"after {LEAST_COMPARED} {window}s the {other} may take its place"


def _compared(comparison: Comparison, learned: str, simple: str) -> str:
    """the error (CRPS) of the runway was 8.3 minutes above that of the last-hour rate (0.4 % likely by chance)."""
    side, chance = ("below", 1 - comparison.chance) if comparison.lost_min <= 0 else ("above", comparison.chance)
    return (f"the error (CRPS) of the {learned} was {abs(comparison.lost_min):.1f} minutes {side} that of the {simple} "
            f"({'below 0.1' if chance < 0.001 else f'{100 * chance:.1f}'} % likely by chance)")


def reliability_document(reliability: Reliability) -> Dict[str, Any]:
    """Shares are 0 to 1; null where nothing is known."""
    return {**reliability._asdict(), "bins": [{**one._asdict(), "verdict": one.verdict or None} for one in reliability.bins]}


# --- on series of others: `ccmon learn --evaluate` ------------------------------------------------------------------------

CELLS = 80
_FILE_CELLS, _COLUMNS = 31, (("moments", 9), ("from day", 10), ("MAE", 7), ("CRPS", 7), ("Brier", 7), ("90 %", 8))
_SCORES = ("mae", "crps", "brier")


class FileResult(NamedTuple):
    """The result of one file."""

    name: str                          # as it was given
    result: Result


def series_lines(result: Result) -> List[Line]:
    """What was read of a file, and the scores of the session and of the week, within 80 columns."""
    rows = [_read(result)]
    if result.session.ours.n:
        rows += ["", *_moments(result, result.session, "session", result.limits, "the last-hour rate"),
                 *_scores(result.session, 60.0, "seed")]
    else:
        rows.append("Nothing to decide: no row below the limit before its reset.")
    if result.skipped > result.rows:
        rows[1:1] = ["Most rows are skipped: ts and resets are epoch seconds, ts rises from row to row, and a reset is "
                     "at most five hours after it."]
    if result.week is not None and result.week.ours.n:
        rows += ["", *_moments(result, result.week, "week", result.week_limits, "the straight line"),
                 *_scores(result.week, HOUR_S, "line")]
    elif result.week is not None:
        rows += ["", "Nothing to decide in the week: no 7-day window is seen to its end."]
    return [(Span(row),) for words in rows for row in (text.wrap(words, CELLS) if text.width(words) > CELLS else [words])]


def _read(result: Result) -> str:
    idle = f" ({result.idle:,} idle)" if result.idle else ""
    skipped = f"{result.skipped:,} skipped"
    if not result.rows:
        return f"0 rows, {skipped}"
    days = plural(_day_of(result.end) - _day_of(result.begin) + 1, "day")
    return f"{plural(result.rows, 'row')}{idle} from {_date(result.begin)} on, {days}; {skipped}"


def _moments(result: Result, judged: Judged, name: str, limits: Sequence[float], plain: str) -> Iterator[str]:
    """How many moments there were, and from when on ccmon had a forecast of its own."""
    at = ", ".join(f"{limit:.4g}" for limit in limits)
    yield f"the {name}: {plural(judged.ours.n, 'moment')} judged, with the limit at {at} %"
    day = _own_day(result, judged)
    if day is None or judged.own_from is None:
        yield f"ccmon's own forecast never began: it says what {plain} says"
    else:
        before = f"; before that {plain}" if judged.own < judged.ours.n else ""
        yield f"ccmon's own forecast from day {day} ({_date(judged.own_from)}) on{before}"


def _scores(judged: Judged, unit_s: float, plain: str) -> Iterator[str]:
    ours, seed, unit = judged.ours, judged.seed, "minutes" if unit_s == 60.0 else "hours"
    yield _row("", ("ccmon", plain, "difference"))
    for name, mine, theirs in (("mean absolute error, " + unit, ours.mae_min, seed.mae_min),
                               ("CRPS, " + unit, ours.crps_min, seed.crps_min)):
        yield _row(name, (f"{(mine or 0.0) * 60 / unit_s:.1f}", f"{(theirs or 0.0) * 60 / unit_s:.1f}", _change(mine, theirs)))
    yield _row("Brier, used up before the reset", (f"{ours.brier or 0.0:.3f}", f"{seed.brier or 0.0:.3f}",
                                                   _change(ours.brier, seed.brier)))
    yield _row("coverage of the 90 % interval", ("-" if ours.coverage90 is None else f"{ours.coverage90:.1%}", "none"))


def _row(name: str, values: Sequence[str]) -> str:
    return f"{name:<34}" + "".join(f"{value:>{cells}}" for value, cells in zip(values, (10, 10, 12)))


def _date(ts: float) -> str:
    return f"{datetime.fromtimestamp(ts, timezone.utc):%Y-%m-%d}"


def _day_of(ts: float) -> int:
    return int(ts // DAY_S)


def _own_day(result: Result, judged: Judged) -> Optional[int]:
    """The day (by UTC) of the series, from 1 on, on which ccmon's own forecast began; None where it never did."""
    return None if judged.own_from is None else _day_of(judged.own_from) - _day_of(result.begin) + 1


def _difference(judged: Judged) -> Dict[str, Optional[float]]:
    """By how much ccmon is off the plain rule, as a share of it (-0.2: 20 % less); None where that cannot be computed."""
    return {name: (ours / seed - 1 if ours is not None and seed else None)
            for name, ours, seed in zip(_SCORES, judged.ours[1:4], judged.seed[1:4])}


def _change(ours: Optional[float], seed: Optional[float]) -> str:
    return f"{ours / seed - 1:+.0%}" if ours is not None and seed else "-"


# --- several ------------------------------------------------------------------------------------------------------------

Numbers = Tuple[Optional[float], ...]  # moments, day, differences of MAE, CRPS and Brier as shares, coverage


def table_lines(results: Sequence[FileResult]) -> List[Line]:
    """A table by file with the median of each column; of the week another one, where any file says something of it."""
    rows = _table("session, against the last-hour rate", [(one.name, one.result, one.result.session) for one in results])
    weeks = [(one.name, one.result, one.result.week) for one in results if one.result.week is not None]
    if weeks:
        rows += ["", *_table("week, against the straight line", weeks)]
    return [(Span(row),) for row in rows]


def _table(title: str, rows: Sequence[Tuple[str, Result, Judged]]) -> List[str]:
    numbers = [_numbers(result, judged) for _, result, judged in rows]
    head = "".join(f"{name:>{cells}}" for name, cells in _COLUMNS)
    names = [text.pad(name, _FILE_CELLS) for name in _short([name for name, _, _ in rows])]
    return [f"the {title}", text.pad("file", _FILE_CELLS) + head,
            *(name + _cells(row) for name, row in zip(names, numbers)),
            text.pad("median", _FILE_CELLS) + _cells(_medians(numbers))]


def _short(names: Sequence[str]) -> List[str]:
    """Without the folder that all of them are in; of what is too long its end."""
    folders = {name.rpartition("/")[0] for name in names if name != "-"}
    shown = [text.printable(name.rpartition("/")[2] if len(folders) == 1 else name) for name in names]
    return ["standard input" if name == "-" else text.clip(name[::-1], _FILE_CELLS - 1)[::-1] for name in shown]


def _numbers(result: Result, judged: Judged) -> Numbers:
    return (judged.ours.n, _own_day(result, judged), *_difference(judged).values(), judged.ours.coverage90)


def _medians(rows: Sequence[Numbers]) -> Numbers:
    """Of each column over the files that have a value in it."""
    columns = [sorted(value for value in column if value is not None) for column in zip(*rows)]
    return tuple((column[(len(column) - 1) // 2] + column[len(column) // 2]) / 2 if column else None for column in columns)


def _cells(row: Numbers) -> str:
    """One row's numbers under their heads."""
    patterns = ("{:,.0f}", "{:.0f}", "{:+.0%}", "{:+.0%}", "{:+.0%}", "{:.1%}")
    words = ("-" if value is None else pattern.format(value) for value, pattern in zip(row, patterns))
    return "".join(f"{word:>{cells}}" for word, (_, cells) in zip(words, _COLUMNS))


# --- as JSON ------------------------------------------------------------------------------------------------------------

def document(result: Result) -> Dict[str, Any]:
    """The object of --json; minutes for mae and crps, null where there was no decision."""
    week = None if result.week is None else {"limits": list(result.week_limits), **_judged(result, result.week)}
    return {"rows": result.rows, "idle": result.idle, "skipped": result.skipped, "from": result.begin or None,
            "until": result.end or None, "limits": list(result.limits), **_judged(result, result.session), "week": week}


def _judged(result: Result, judged: Judged) -> Dict[str, Any]:
    return {"decisions": judged.ours.n, "own_decisions": judged.own, "own_from": judged.own_from,
            "own_from_day": _own_day(result, judged), **score.beside(judged.ours, judged.seed), "difference": _difference(judged),
            "coverage90": judged.ours.coverage90}


def documents(results: Sequence[FileResult]) -> Dict[str, Any]:
    """Of several files: each one's object, and the medians of what the table shows."""
    weeks = [_numbers(one.result, one.result.week) for one in results if one.result.week is not None]
    middle = _median_document([_numbers(one.result, one.result.session) for one in results])
    return {"files": [{"file": text.printable(one.name), **document(one.result)} for one in results],
            "median": {**middle, "week": _median_document(weeks) if weeks else None}}


def _median_document(rows: Sequence[Numbers]) -> Dict[str, Any]:
    moments, day, *changes, coverage = _medians(rows)
    return {"decisions": moments, "own_from_day": day, "difference": dict(zip(_SCORES, changes)), "coverage90": coverage}
