"""What `ccmon learn` prints: the limit, what it rests on, how good forecasts were; that as JSON; and what may be shared."""

from __future__ import annotations

from math import log

from ccmon import text
from ccmon.learning import score, week
from ccmon.learning.portable import Extra
from ccmon.learning.score import ForecastScores, Reliability
from ccmon.learning.share import Place, Summary
from ccmon.learning.values import ENOUGH, MOST_NOISE, Choice, Estimate, Learned, LearnedState, UnitWeights
from ccmon.model import LearnedLimit
from ccmon.quick_typing import Any, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.text import Charset, Line, Span, count, plural
from ccmon.usage import utilization
from ccmon.usage.notices import CONNECT, change_meaning
from ccmon.usage.windows import name_words
from ccmon.views import score_words
from ccmon.views.document import choice_document, estimate_document
from ccmon.views.limit_words import RULERS, between, cut_offs
from ccmon.when import DAYS, Zone, hour_name, local

LABEL_CELLS = 9
_NAME_CELLS, _CELLS = 30, 10
_CHARSET = Charset()
MODELS = {"runway": "ccmon's runway", "last_hour": "last-hour rate", "arima": "ARIMA(2,1,2)", "boosting": "boosted quantiles",
          "network": "neural network"}


class LearnReport(NamedTuple):
    """Everything that is known."""

    at: int                            # epoch s
    zone: Zone
    state: LearnedState
    plans: Mapping[str, int]
    session: ForecastScores            # the score of past forecasts
    week: ForecastScores
    extra: Optional[Extra] = None
    session_said: Reliability = Reliability()      # likelihoods against what came
    week_said: Reliability = Reliability()
    models: Sequence[Tuple[str, ForecastScores]] = ()        # the score of the weeks of single models, by the window's name


def lines(report: LearnReport, cells: int, scores: bool, charset: Charset = _CHARSET) -> List[Line]:
    """One section a topic, its name at the left; with the scores of past forecasts, or without."""
    sections = [("limit", _limit(report)), ("ruler", _ruler(report.state.learned)), ("changes", _changes(report)),
                ("runway", _runway(report.state))]
    if scores:
        learned, zone = report.state.learned, report.zone
        sections += [("score", _scored(report.session, "session", learned.session_choice, zone)),
                     ("week", _scored(report.week, "week", learned.week_choice, zone))]
        sections += [("", _of_model(name, scores_of)) for name, scores_of in report.models if scores_of.ours.n]
    room, out = max(1, cells - LABEL_CELLS), []
    for label, words in sections:
        out += _section(label, _wrapped(words, room), cells)
    for label, kind, reliability in (("likely", "session", report.session_said), ("", "week", report.week_said)):
        out += _section(label, _chart(reliability, kind, room, charset), cells)
    out += _section("extra", _wrapped(_extra(report.extra, report.zone), room), cells)
    return out + _section("days", _wrapped(report.extra.days if report.extra else (), room), cells)


def _section(label: str, rows: List[Line], cells: int) -> List[Line]:
    heads = [label] + [""] * (len(rows) - 1)
    return [text.clip_line((Span(text.pad(head, LABEL_CELLS), "accent"), *row), cells) for head, row in zip(heads, rows)]


def _wrapped(sentences: Iterable[str], cells: int) -> List[Line]:
    return [(Span(row),) for sentence in sentences
            for row in ([sentence] if text.width(sentence) <= cells else text.wrap(sentence, cells))]


def _chart(reliability: Reliability, window: str, cells: int, charset: Charset) -> List[Line]:
    """The likelihoods against what came; nothing before any came."""
    if not reliability.bins:
        return []
    summary, *below = score_words.reliability_sentences(reliability, window)
    return [*_wrapped([summary], cells), *score_words.chart(reliability, cells, charset), *_wrapped(below, cells)]


def _day(at: int, zone: Zone) -> str:
    return f"{local(at, zone):%Y-%m-%d}"


# --- the limit ----------------------------------------------------------------------------------------------------------

def _limit(report: LearnReport) -> Iterator[str]:
    learned = report.state.learned
    tokens = utilization.limit_in_tokens(learned, None, None)
    if tokens is None:
        yield from _unknown(learned)
        return
    about = "about " if tokens.unit != "tokens" else ""
    yield f"{about}{count(tokens.tokens)} tokens, 90 % interval {count(tokens.low)}-{count(tokens.high)}"
    if learned.estimate and learned.unit_weights:
        yield from _in_own_unit(learned.estimate, learned.unit_weights)
    yield f"nearest plan by its reference figure: {nearest(tokens.tokens, report.plans)}"
    if report.extra and report.extra.forest:
        yield f"the Random Forest, taught by made-up users, names {report.extra.forest}"


def _in_own_unit(estimate: Estimate, ruler: UnitWeights) -> Iterator[str]:
    if ruler.unit == "cost":
        yield f"constant in cost: ${estimate.median:,.2f} (${estimate.low:,.2f}-{estimate.high:,.2f}); tokens by your usual mix"
    elif ruler.unit == "weighted":
        yield f"constant {RULERS[ruler.name]}; tokens by your usual mix"


def _unknown(learned: Learned) -> Iterator[str]:
    """Nothing is made up where nothing is known."""
    yield (f"unknown, at least {count(int(learned.at_least))} ({plural(learned.sessions, 'session')})"
           if learned.sessions else "unknown: no completed session is known")
    estimate = learned.estimate
    if estimate and learned.unit_weights and learned.is_by_events:
        yield f"{cut_offs(learned)}: {between(learned, learned.unit_weights, estimate)}, too wide to be called learned"
    if estimate is None and not learned.readings or learned.is_by_events:
        yield f"Claude's own percentages are not known. Connect Claude Code: `{CONNECT}`"
    elif estimate is None:
        yield f"{plural(learned.readings, 'reading')} so far: too few to say more"
    elif estimate.is_unfit:
        yield (f"{plural(learned.readings, 'reading')} do not fit one limit: the noise is {100 * estimate.noise:.1f} %, and "
               f"a learned limit has at most {100 * MOST_NOISE:.0f} %")
    else:
        yield f"{plural(estimate.readings, 'reading')} of {plural(estimate.windows, 'window')} so far: not enough to be sure"


def nearest(tokens: int, plans: Mapping[str, int]) -> str:
    """The plan whose figure is nearest, by ratio: max5 (35,000)."""
    name = min(plans, key=lambda plan: abs(log(plans[plan] / tokens)))
    return f"{name} ({count(plans[name])})"


def _ruler(learned: Learned) -> Iterator[str]:
    ruler, estimate = learned.unit_weights, learned.estimate
    if ruler is None or estimate is None:
        return
    where = "where you were cut off" if learned.is_by_events else "at the end of windows held out"
    off = f": {ruler.error_points:.1f} points off {where} (median)"
    yield RULERS[ruler.name] + (off if estimate.windows > (2 if learned.is_by_events else 1) and estimate.covered else "")
    yield cut_offs(learned) or (f"{plural(ruler.readings, 'reading')}, {plural(learned.hits, 'limit event')}, "
                                f"{plural(estimate.windows, 'window')}")
    yield f"noise {100 * estimate.noise:.1f} %; {text.percent(100 * estimate.covered)} of windows used only on this machine"


def _changes(report: LearnReport) -> Iterator[str]:
    changes = report.state.learned.changes
    for change in changes:
        yield f"{_day(change.at, report.zone)}, noticed {_day(change.found_at, report.zone)}: {change_meaning(change)}"
    if not changes and report.state.learned.unit_weights:
        yield "none found"


# --- forecasts ----------------------------------------------------------------------------------------------------------

def _runway(state: LearnedState) -> Iterator[str]:
    courses = ("Claude's percentages", state.points), ("tokens", state.tokens)
    trained_rows = [(name, trained.rows) for name, trained in courses if trained]
    for name, rows in trained_rows:
        rest = "" if rows >= ENOUGH else f" of {ENOUGH}; until then the last-hour rate counts"
        yield f"from {name}: {plural(rows, 'past moment')}{rest}"
    if not trained_rows:
        yield "last-hour rate; nothing is known of other days"
    if state.week:
        days, least = state.week.days, week.LEAST_DAYS
        rest = "" if days >= least else f" of {least}; until then the pace counts, with a wide span"
        yield f"of the week: {plural(days, 'day')}{rest}"


def _scored(scores: ForecastScores, window: str, choice: Choice, zone: Zone) -> Iterator[str]:
    """The scores of one kind of window, and whose forecasts are shown because of them."""
    yield from _told(scores, window)
    if choice.now.windows or choice.since:
        yield from score_words.choice_sentences(choice, window, zone)


def _of_model(name: str, scores: ForecastScores) -> Iterator[str]:
    rows = list(_told(scores, "week"))
    yield f"{name_words(name)}, gone through again: {rows[0]}"
    yield from rows[1:]


def _told(scores: ForecastScores, window: str) -> Iterator[str]:
    if not scores.ours.n:
        waiting = f"; {plural(scores.open, 'forecast')} wait for the end of theirs" if scores.open else ""
        yield f"no {window} is over of which ccmon has told when it runs out{waiting}"
        return
    yield f"{plural(scores.ours.n, 'forecast')} of {plural(scores.windows, window)}; median error {scores.error_min:.0f} min"
    ours, seed = scores.ours, scores.seed           # the seed's rule is the rate of the last hour
    yield _row("", ("ccmon", "seed", ""))
    yield _row("mean error, minutes", _pair(ours.mae_min, seed.mae_min, 1))
    yield _row("CRPS, minutes", _pair(ours.crps_min, seed.crps_min, 1))
    yield _row("Brier", _pair(ours.brier, seed.brier, 3))
    yield _row("in the 90 % interval", (_percent(ours.coverage90), "-", ""))


def _row(name: str, values: Tuple[str, ...]) -> str:
    return (text.pad(name, _NAME_CELLS) + "".join(" " * max(1, _CELLS - len(value)) + value for value in values)).rstrip()


def _pair(ours: Optional[float], seed: Optional[float], digits: int) -> Tuple[str, str, str]:
    change = f"{100 * (ours / seed - 1):+.0f} %" if ours is not None and seed else ""
    return _number(ours, digits), _number(seed, digits), change


def _number(value: Optional[float], digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _percent(share: Optional[float]) -> str:
    return "-" if share is None else f"{100 * share:.0f} %"


# --- extra models -------------------------------------------------------------------------------------------------------

def _extra(extra: Optional[Extra], zone: Zone) -> Iterator[str]:
    if extra is None or not extra.tried:
        return
    number = extra.tried[0].score.n
    if not number:
        yield "too little is known to try further models"
        return
    yield f"tried {_day(extra.at, zone)} on your last weeks: {plural(number, 'forecast')}, three limits of your windows' size"
    yield _row("", ("MAE", "CRPS", "Brier", "in 90 %"))
    for tried in extra.tried:
        name, made = MODELS.get(tried.name, tried.name), tried.score
        values = (_number(made.mae_min, 1), _number(made.crps_min, 1), _number(made.brier, 3), _percent(made.coverage90))
        yield _row(name, (tried.note,) if tried.note else values)
    if extra.used:
        yield f"{MODELS.get(extra.used.name, extra.used.name)} is clearly better than ccmon's runway, and is used"
    else:
        yield "none is clearly better than ccmon's runway, which is used"


# --- as JSON ------------------------------------------------------------------------------------------------------------

def document(report: LearnReport) -> Dict[str, Any]:
    """Everything for programs; unknown is null."""
    learned, state = report.state.learned, report.state
    tokens = utilization.limit_in_tokens(learned, None, None)
    return {
        "at": report.at, "limit": _limit_document(learned, tokens, report.plans), "at_least": int(learned.at_least),
        "sessions": learned.sessions, "readings": learned.readings, "hits": learned.hits,
        "ruler": learned.unit_weights and {**learned.unit_weights._asdict(), "unit": learned.unit_weights.unit},
        "changes": [change._asdict() for change in learned.changes],
        "runway": {"points_rows": state.points and state.points.rows, "tokens_rows": state.tokens and state.tokens.rows,
                   "week_days": state.week and state.week.days},
        "forecasts": {"session": _told_document(report.session, report.session_said, learned.session_choice),
                      "week": _told_document(report.week, report.week_said, learned.week_choice),
                      "models": {name: _scores_document(scores_of) for name, scores_of in report.models}},
        "extra": report.extra and _extra_document(report.extra)}


def _limit_document(learned: Learned, tokens: Optional[LearnedLimit], plans: Mapping[str, int]) -> Optional[Dict[str, Any]]:
    if learned.estimate is None:
        return None
    plan = nearest(tokens.tokens, plans).split()[0] if tokens else None
    return {**estimate_document(learned.estimate), "tokens": tokens and tokens._asdict(), "nearest_plan": plan}


def _told_document(scores: ForecastScores, reliability: Reliability, choice: Choice) -> Dict[str, Any]:
    return {**_scores_document(scores), "choice": choice_document(choice),
            "reliability": score_words.reliability_document(reliability)}


def _scores_document(scores: ForecastScores) -> Dict[str, Any]:
    return {"forecasts": scores.ours.n, "windows": scores.windows, "open": scores.open, "median_error_min": scores.error_min,
            **score.beside(scores.ours, scores.seed), "coverage90": scores.ours.coverage90}


def _extra_document(extra: Extra) -> Dict[str, Any]:
    tried = {one.name: {**one.score._asdict(), "note": one.note or None} for one in extra.tried}
    return {"at": extra.at, "used": extra.used and extra.used.name, "tried": tried, "forest": extra.forest or None,
            "days": list(extra.days)}


# --- to be shared -----------------------------------------------------------------------------------------------------------

_LABEL = 14
_RANK_HEAD = ("", "all", "learned", "25 %", "median", "75 %", "median record")
UNITS = {"cost": "cost", "weighted": "weighted tokens"}


def summary_lines(own: Summary, cells: int, dial: int = 24) -> List[Line]:
    """What would be shared, in words, hours by a dial of 12 or 24; the JSON line that follows holds the same."""
    rows = [("subscription", own.subscription or "not stated: --subscription Pro, Max5, Max20, Teams, Enterprise"),
            ("largest", f"{count(own.high_water)} tokens of {plural(own.sessions, 'session')}"), ("limit", _shared_limit(own))]
    if own.limit and own.unit != "tokens":
        rows.append(("", f"constant in {UNITS[own.unit]}, not in tokens"))
    rows.append(("cut off", plural(own.hits, "time")))
    if own.hit_days:
        rows.append(("", "by weekday: " + ", ".join(f"{day} {part} %" for day, part in zip(DAYS, own.hit_days) if part)))
        rows.append(("", "by hour: " + ", ".join(f"{hour_name(4 * index, dial)}-{hour_name(4 * index + 4, dial)} {part} %"
                                                 for index, part in enumerate(own.hit_hours) if part)))
    if own.hours:
        rows.append(("hours of use", text.sparkline(own.hours, Charset(unicode=False)) + "  from 0 to 24"))
    out: List[Line] = [(Span(text.pad(label, _LABEL), "accent"), Span(words)) for label, words in rows]
    out += [(Span(row, "dim"),) for row in text.wrap(
        "Nothing is sent. There is no name, host, account, path or date in it, and numbers are rounded. Read it, and post the "
        "line below where limits are compared, if you like:", cells)]
    return [text.clip_line(line, cells) for line in out]


def _shared_limit(own: Summary) -> str:
    if own.limit is None:
        return "not learned"
    about = "" if own.unit == "tokens" else "about "
    return f"{about}{count(own.limit)} tokens, 90 % interval {count(own.low or 0)}-{count(own.high or 0)}"


def rank_lines(rank: Place, cells: int) -> List[Line]:
    """The rank first, then a row for each subscription."""
    rows = [row for sentence in _sentences(rank) for row in text.wrap(sentence, cells)]
    table = [(Span(_rank_row(_RANK_HEAD), "label"),)] if rank.groups else []
    table += [(Span(_rank_row((group.name, count(group.number), count(group.learned), *_three(group.limits),
                               _three(group.high_waters)[1]))),) for group in rank.groups]
    return [text.clip_line(line, cells) for line in [*((Span(row),) for row in rows), *table]]


def _sentences(rank: Place) -> Iterator[str]:
    others = "1 summary" if rank.number == 1 else f"{count(rank.number)} summaries"
    yield others + (f"; {plural(rank.bad, 'other line')} left out." if rank.bad else ".")
    tokens = f"{count(rank.own)} tokens"
    what = f"learned limit, about {tokens}," if rank.by == "limit" else f"largest session of {tokens}"
    if not rank.own:
        yield "Nothing is known of your own limit or sessions yet."
    elif rank.rank is None:
        yield f"Your {what} has nothing to be compared with."
    else:
        alike = f"; {_ranked(*rank.alike)} with your subscription" if rank.alike else ""
        yield f"Your {what} is the {_ranked(rank.rank, rank.of)}{alike} (1 is the largest)."


def _ranked(rank: int, of: int) -> str:
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending} of {of}"


def _three(values: Optional[Tuple[int, int, int]]) -> Tuple[str, ...]:
    return ("-", "-", "-") if values is None else tuple(map(count, values))


def _rank_row(cells: Tuple[str, ...]) -> str:
    return text.pad(cells[0], 12) + "".join(f"{cell:>{room}}" for cell, room in zip(cells[1:], (7, 9, 11, 11, 11, 15)))
