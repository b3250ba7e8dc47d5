"""`ccmon learn`: learns the account's limit from all that is stored, reports it, and tries forecasts on series of others."""

import json
import math
import sys
from functools import partial
from types import SimpleNamespace

from ccmon import line_cache, output
from ccmon.errors import CcmonError, UsageError
from ccmon.history import groups
from ccmon.learning import portable, score, share, usage_curve
from ccmon.learning.portable import Extra
from ccmon.learning.share import Summary
from ccmon.learning.values import ENOUGH, Learned, LearnedState
from ccmon.pipeline import demo, learned_state
from ccmon.pipeline.history import SCREEN_BUSY_MS, WEEK_S, History, opened
from ccmon.quick_typing import Dict, List, Optional, Tuple
from ccmon.settings.context import Context
from ccmon.store.learning import EXTRA
from ccmon.system import named_files
from ccmon.text import Line, Span, clean, clip, plural, printable, wrap
from ccmon.views import learn_report
from ccmon.views.learn_report import LearnReport
from ccmon.when import DAY_S

OK = 0
PIPE_CELLS, LEAST_CELLS, MOST_CELLS = 80, 40, 100
DAYS = 90
INSTALL = "pip install '.[ml]' in ccmon's clone"


def run(given: SimpleNamespace, ctx: Context) -> int:
    """Do the one thing that is asked for; the exit code. Raises UsageError, CcmonError."""
    _fits(given)
    if given.evaluate is not None:
        return _evaluate(given, ctx)
    if not given.forget:
        output.read_logs(ctx)
    with opened(ctx, SCREEN_BUSY_MS) as history:
        if history.store is None:
            raise CcmonError(history.trouble or "There is no store")
        if given.forget:
            return _forget(ctx, history)
        state = demo.learned_state(ctx.demo) if ctx.demo is not None else learned_state.study(history, ctx.now())
        line_cache.outdate(ctx.env)
        learned = state or LearnedState(Learned(ctx.now()))
        if given.share and ctx.demo is not None:
            raise UsageError("--share tells others of your own history: leave --demo out")
        if given.share:
            return _share(given, ctx, history, learned)
        if given.compare is not None:
            return _compare(given, ctx, history, learned)
        return _learn(given, ctx, history, learned)


def _fits(given: SimpleNamespace) -> None:
    """UsageError where an option has no meaning with what is asked for."""
    for option, value in (("--at-percent", given.at_percent), ("--at-quantile", given.at_quantile)):
        if value is not None and given.evaluate is None:
            raise UsageError(f"{option} belongs to --evaluate FILE", "See: ccmon learn --help")
    if given.at_percent is not None and given.at_quantile is not None:
        raise UsageError("--at-percent and --at-quantile both say what the limit is", "Leave one out")
    if given.evaluate is not None and given.evaluate.count("-") > 1:
        raise UsageError("--evaluate: - is standard input, which can be read once")
    if given.subscription is not None and not given.share and given.compare is None:
        raise UsageError("--subscription belongs to --share or --compare FILE", "See: ccmon learn --help")
    if given.json and given.forget:
        raise UsageError("--forget has nothing to say as JSON", "Leave --json out")


def _print(ctx: Context, lines: List[Line]) -> None:
    output.show(ctx, lines, pager=False)


def _cells() -> int:
    return max(LEAST_CELLS, min(MOST_CELLS, output.size().columns)) if sys.stdout.isatty() else PIPE_CELLS


def _wrapped(words: str, role: str = "text") -> List[Line]:
    return [(Span(row, role),) for row in wrap(words, _cells())]


# --- a series of another account --------------------------------------------------------------------------------------

def _evaluate(given: SimpleNamespace, ctx: Context) -> int:
    """Each file in turn; all are read before the first is judged, which takes long."""
    from ccmon.learning import evaluate
    from ccmon.views import score_words
    percents, shares = _percents("--at-percent", given.at_percent), _percents("--at-quantile", given.at_quantile)
    read = [(path, *evaluate.read(named_files.lines(path), _file_name(path))) for path in given.evaluate]
    done, whole = 0, max(1, sum(len(rows) for _, rows, _ in read))
    results = []
    with output.Progress(ctx, "") as progress:
        for path, rows, skipped in read:
            limits, week_limits = evaluate.quantiles(rows, shares) if shares else (percents or (100.0,),) * 2
            show = partial(_show, progress, path, done / whole, len(rows) / whole)
            results.append(score_words.FileResult(path, evaluate.walked(rows, skipped, limits, week_limits, show)))
            done += len(rows)
    if given.json:
        print(json.dumps(score_words.document(results[0].result) if len(results) == 1 else score_words.documents(results)))
    else:
        _print(ctx, score_words.series_lines(results[0].result) if len(results) == 1 else score_words.table_lines(results))
    return OK


def _show(progress: output.Progress, path: str, before: float, part: float, done: float) -> None:
    progress(before + part * done, _file_name(path))


def _file_name(path: str) -> str:
    return "standard input" if path == "-" else printable(path)


def _percents(option: str, text: Optional[str]) -> Tuple[float, ...]:
    """The per cents that the option lists, each once. UsageError names the first that is none."""
    return tuple(dict.fromkeys(_percent(option, word) for word in text.split(","))) if text is not None else ()


def _percent(option: str, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not 0 < value <= 100:           # not a number is neither
        raise UsageError(f"{option}: '{clip(clean(word), 40)}' is no percentage above 0 and up to 100, such as 80 or 60,80")
    return value


# --- learning, reported -------------------------------------------------------------------------------------------------

def _learn(given: SimpleNamespace, ctx: Context, history: History, learned: LearnedState) -> int:
    """Report what was learned; unless only a report is wanted, the extra models are tried where they are installed."""
    extra = portable.load(history.note(EXTRA))
    absent: List[str] = []
    if not given.report:
        from ccmon.learning.extra import missing
        absent = missing()
        extra = extra if absent else _tried(ctx, history, learned)
    forecasts = history.forecasts()
    findings = LearnReport(ctx.now(), ctx.zone, learned, ctx.settings.plans, score.scores_of(forecasts),
                           score.scores_of(forecasts, WEEK_S), extra, score.reliability_of(forecasts),
                           score.reliability_of(forecasts, WEEK_S),
                           learned_state.weekly_scores(history, ctx.now()) if given.report else ())
    if given.json:
        print(json.dumps(learn_report.document(findings)))
        return OK
    _print(ctx, learn_report.lines(findings, _cells(), given.report, output.charset(ctx, sys.stdout)))
    if absent:
        _print(ctx, _wrapped(f"Further models are tried where {' and '.join(absent)} can be loaded: {INSTALL}", "dim"))
    return OK


def _tried(ctx: Context, history: History, learned: LearnedState) -> Extra:
    """Try the extra models on the user's own past, and store the one that is better."""
    from ccmon.learning import extra
    now = ctx.now()
    use, readings, sessions = history.learning_history(now, DAYS)
    points = learned.points is not None and learned.points.rows >= ENOUGH
    curve = usage_curve.from_readings(readings) if points else usage_curve.from_uses(use, readings)
    curve = usage_curve.stopped(curve, usage_curve.blocked(history.weekly_readings(now, DAYS)))
    with output.Progress(ctx, "plans and days") as progress:
        tried, used = extra.trial(curve, now, "points" if points else "tokens", lambda done, name: progress(done, _trying(name)))
        tokens = [block.tokens for block in sessions if block.end <= now and block.counted and block.tokens]
        forest = extra.tier(tokens, ctx.settings.plans) if tokens else ""
        made = Extra(now, tried, used, forest, extra.days(_quarters(history, now), ctx.zone))
    history.write_note(EXTRA, portable.dump(made))
    return made


def _trying(name: str) -> str:
    return f"trying {learn_report.MODELS[name]}" if name in learn_report.MODELS else "plans and days"


def _quarters(history: History, now: int) -> Dict[int, int]:
    """Tokens of each quarter of an hour of the last months."""
    return groups.by_quarter(history.usage_rows(now - DAYS * DAY_S, now + 1))


def _forget(ctx: Context, history: History) -> int:
    before = learned_state.stored(history)
    number = len(history.forecasts())
    history.forget_learning(ctx.now())
    line_cache.outdate(ctx.env)
    readings = before.learned.readings if before else 0
    _print(ctx, _wrapped(f"Forgotten: what was learned from {plural(readings, 'reading')}, and {plural(number, 'forecast')} with "
                         "their score. Readings and hits so far count no more: learning starts anew with the next one."))
    _print(ctx, _wrapped("Kept: sessions, tokens and readings in the history."))
    return OK


# --- among others -------------------------------------------------------------------------------------------------------

def _summary(given: SimpleNamespace, ctx: Context, history: History, learned: LearnedState) -> Summary:
    hits = [event.at for event in history.limit_events() if event.teaches == "session"]
    return share.summary(learned.learned, given.subscription, hits, _quarters(history, ctx.now()), ctx.zone)


def _share(given: SimpleNamespace, ctx: Context, history: History, learned: LearnedState) -> int:
    own = _summary(given, ctx, history, learned)
    line = json.dumps(share.document(own), separators=(",", ":"))
    if not given.json:
        _print(ctx, learn_report.summary_lines(own, _cells(), ctx.zone.dial))
    print(line)
    return OK


def _compare(given: SimpleNamespace, ctx: Context, history: History, learned: LearnedState) -> int:
    others, bad = share.read(named_files.lines(given.compare))
    rank = share.place(_summary(given, ctx, history, learned), others, bad)
    if given.json:
        print(json.dumps(share.place_document(rank)))
    else:
        _print(ctx, learn_report.rank_lines(rank, _cells()))
    return OK
