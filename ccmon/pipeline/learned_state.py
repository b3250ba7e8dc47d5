"""What was learned meets the facts of now: recalled at every refresh, learned anew when there is more to learn from."""

from contextlib import suppress
from functools import lru_cache

from ccmon import checked
from ccmon.model import EVENTS, Facts, Hit, LearnedFacts, ReportedFacts, Snapshot
from ccmon.pipeline.history import WEEK_S, History
from ccmon.quick_typing import TYPE_CHECKING, Dict, List, Optional, Tuple
from ccmon.sources.session_json import MOST_WINDOWS, length_s, window_name
from ccmon.store import learning
from ccmon.store.database import StoreError
from ccmon.usage.windows import is_of_another, running, window_named
from ccmon.when import DAY_S, SESSION_S

if TYPE_CHECKING:
    from ccmon.learning.portable import FrozenModel
    from ccmon.learning.score import ForecastScores
    from ccmon.learning.values import Key, LearnedState, Load, Reading, Use, WeekModel
    from ccmon.usage.hits import CutOff
    from ccmon.usage.outlook import Outlook

AGAIN_S = 3600                         # new readings wait for so long
SCORED_S = 90 * DAY_S                  # forecasts made before that tell little of today's
RECENT_S = 2 * SESSION_S               # what forecasts are made from


def recall(history: History, facts: Facts, now: int) -> Facts:
    """The facts with the learned limit, what the running window has used, and what forecasts rest on."""
    readings = history.readings(now - RECENT_S, now)
    learned = _events(history, facts.reported, readings, now)
    state = stored(history)
    if state is None:
        return facts._replace(learned=learned)
    use = _recent_uses(history, state, now)
    outlook = _outlook(state, use, readings, _extra(history, now))._replace(weeks=weekly_models(history))
    return facts._replace(learned=learned._replace(state=state.learned, load=_load(facts, use, now), outlook=outlook))


def stored(history: History) -> "Optional[LearnedState]":
    """What was learned last; None where nothing was, or it is damaged."""
    text = history.learned()
    if not text:
        return None
    from ccmon.learning.state import load
    return load(text)


def recall_limit(history: History, facts: Facts, now: int) -> Facts:
    """The facts with what decides how full the session is: limit events and the learned limit, without what forecasts rest on."""
    learned = _events(history, facts.reported, history.readings(now - SESSION_S, now), now)
    state = stored(history)
    if state and state.learned.estimate and state.learned.estimate.learned:
        learned = learned._replace(state=state.learned, load=_load(facts, _recent_uses(history, state, now), now))
    return facts._replace(learned=learned)


def _recent_uses(history: History, state: "LearnedState", now: int) -> "List[Use]":
    """What was used of late; what that cost only where the limit is one of costs: the prices are a long list."""
    weights = state.learned.unit_weights
    return history.uses(now - RECENT_S, now + 1, weights is not None and any(kind == "cost" for _, kind, _ in weights.weights))


def _events(history: History, reported: ReportedFacts, readings: "List[Reading]", now: int) -> LearnedFacts:
    """The limit events that show how full a window is, and which one was binding. readings: of the last five hours at least."""
    events = [reading.ts for reading in readings if reading.source in EVENTS and reading.ts > now - SESSION_S
            and not is_of_another("five_hour", reading.resets_at, reported.windows, reported.apart)]
    return LearnedFacts(hits=hits(history, reported, now), hit_at=max(events, default=None), bound=noted_binding(history))


def _load(facts: Facts, use: "List[Use]", now: int) -> "Optional[Load]":
    """What was used since the window began; None where that is not stored by model and kind."""
    window = window_named(running(facts.reported.windows, now), "five_hour")
    starts = [block.start for block in facts.stored.blocks if block.start <= now < block.end]
    start = window.resets_at - SESSION_S if window else max(starts, default=None)
    if start is None:
        return None
    total: "Dict[Key, float]" = {}
    for one in use:
        if one.ts >= start:
            for key, count in one.load.items():
                total[key] = total.get(key, 0.0) + count
    return total or None


def _extra(history: History, now: int) -> "Optional[FrozenModel]":
    """The extra model in force; most people have none."""
    text = history.note(learning.EXTRA)
    if text is None:
        return None
    from ccmon.learning import portable
    return portable.in_force(portable.load(text), now)


def _outlook(state: "LearnedState", use: "List[Use]", readings: "List[Reading]", extra: "Optional[FrozenModel]") -> "Outlook":
    from ccmon.learning import usage_curve
    from ccmon.usage.outlook import Outlook, Pace
    points = Pace(state.points, usage_curve.from_readings(readings)) if state.points else None
    tokens = Pace(state.tokens, usage_curve.from_uses(use, readings)) if state.tokens else None
    return Outlook(points, tokens, state.week, extra)


# --- learning ---------------------------------------------------------------------------------------------------------

def study(history: History, now: int) -> "Optional[LearnedState]":
    """Learn anew from everything that is stored, and store it; None when there is nothing to learn from."""
    from ccmon.learning import learner, runway, score
    from ccmon.learning.state import dump, load
    from ccmon.usage import prices
    use, readings, sessions = history.learning_history(now)
    weekly = history.weekly_readings(now)
    if not (use or readings or sessions):
        return None
    before = stored(history)
    changes = before.learned.changes if before else ()
    state = learner.learn(use, readings, sessions, weekly, now, prices.token_rates, changes)
    forecasts = history.forecasts(now - SCORED_S)
    scored, weekly_scored = score.scores_of(forecasts), score.scores_of(forecasts, WEEK_S)
    state = state._replace(learned=state.learned._replace(
        mae_min=scored.ours.mae_min, scored=scored.windows, tail=runway.tail_after(score.are_covered(forecasts)),
        session_choice=score.choice_of(scored.losses), week_choice=score.choice_of(weekly_scored.losses)))
    text = dump(state)
    history.write_learned(text)
    store_weekly_models(history, now)
    return load(text)                  # with as many digits as every refresh will have


def study_when_due(history: History, now: int) -> None:
    """Once a day, and when Claude has reported something since the last time, an hour later; after a limit event at once."""
    if _is_doubted(history, now):
        return                         # to such a clock, what is learned from is of the future, or too old
    state = stored(history)
    at = state.learned.at if state else 0
    news = [reading for reading in history.readings(max(at, now - DAY_S), now) if reading.ts > at]
    if not 0 <= now - at < DAY_S or news and now - at >= AGAIN_S or any(reading.source in EVENTS for reading in news):
        study(history, now)


def _is_doubted(history: History, now: int) -> bool:
    trust = history.trust(now)
    return trust is None or trust.in_doubt


# --- the score ----------------------------------------------------------------------------------------------------------

def store_forecasts(history: History, snapshot: Snapshot) -> None:
    """Store what the learned rules forecast now of the session and the week, shown or not, and what came of it before."""
    now, runway, week = snapshot.now, snapshot.runway, snapshot.week
    if _is_doubted(history, now):
        return
    history.close_forecasts(now)
    if runway and snapshot.percent is not None and snapshot.left:
        seed_at = snapshot.predicted_end or runway.resets_at
        history.store_forecast(now, runway.resets_at, snapshot.percent, runway.learned or runway, min(seed_at, runway.resets_at))
    window = window_named(snapshot.windows, "seven_day")
    if week and window:
        from ccmon.usage import outlook
        plain = outlook.week_by_pace(window, now)
        history.store_forecast(now, week.resets_at, window.percent, week.learned or week, plain, WEEK_S)


# --- the window that is binding, and those that are used up ---------------------------------------------------------

_BINDING = "binding"
_KINDS = {"session": "five_hour", "weekly": "seven_day", "model": "seven_day_"}


def hits(history: History, reported: ReportedFacts, now: int) -> Tuple[Hit, ...]:
    """The limit events of a week."""
    return tuple(hit for hit in _hits(history, now)
                 if not is_of_another(hit.name, hit.resets_at, reported.windows, reported.apart))


def noted_binding(history: History) -> str:
    """The window that was binding, and why; "" where none was."""
    return history.note(_BINDING) or ""


def _hits(history: History, now: int) -> Tuple[Hit, ...]:
    """Those of the session count only with their reset: of others LearnedFacts.hit_at speaks."""
    with suppress(StoreError):
        return tuple(Hit(window_name(_KINDS[event.kind] + event.model), event.at, event.resets_at)
                     for event in history.limit_events(now - WEEK_S) if event.source == "limit" and _names_window(event))
    return ()


def _names_window(event: "CutOff") -> bool:
    lacking = event.kind == "model" and not event.model or event.kind == "session" and not event.resets_at
    return event.kind in _KINDS and not lacking


def note_binding(history: History, snapshot: Snapshot) -> None:
    """Store what is binding now, so that the next refresh does not change it for a trifle."""
    newest = f"{snapshot.binding.name} {snapshot.binding.why}" if snapshot.binding else ""
    if history.store and newest != noted_binding(history):
        history.write_note(_BINDING, newest)


# --- weekly limits of one model --------------------------------------------------------------------------------------

_DAYS = 90
_APART_S = 6 * 3600                   # between forecasts that are tried

Weeks = Tuple[Tuple[str, "WeekModel"], ...]   # by the window's name


def store_weekly_models(history: History, now: int) -> None:
    """Learn anew of each, and store it; some ms a window."""
    import json

    from ccmon.learning import state, week
    weeks = {name: week.train(_readings(history, name, now), now) for name in _names(history)}
    text = json.dumps({name: state.dump_week(one) for name, one in weeks.items() if one.last})
    if weeks and text != history.note(learning.WEEKS):
        history.write_note(learning.WEEKS, text)


def weekly_scores(history: History, now: int) -> "List[Tuple[str, ForecastScores]]":
    """How good the forecasts of each have been, by its name. Those of the account's windows alone are stored, so its readings are
    walked again: up to a second a window."""
    from ccmon.learning.evaluate import WeekWalk  # only to learn
    scored = []
    for name in _names(history):
        walk = WeekWalk((100.0,), _APART_S)
        for reading in _readings(history, name, now):
            walk.take(*reading[:3])
        scored.append((name, walk.scores()))
    return scored


def _names(history: History) -> List[str]:
    return [name for name in history.window_names() if name != "seven_day" and length_s(name) == 7 * DAY_S][:MOST_WINDOWS]


def _readings(history: History, name: str, now: int) -> "List[Reading]":
    """Those of the login that was read last."""
    from ccmon.learning.values import Reading
    rows = history.window_readings(name, now - _DAYS * DAY_S, now)
    return [Reading(row.ts, row.percent, row.resets_at, row.source) for row in rows if row.login == rows[-1].login]


def weekly_models(history: History) -> Weeks:
    """What store_weekly_models() has stored; nothing for another login than the one that was read last."""
    if history.ctx.chosen and history.ctx.chosen.is_other_login:
        return ()
    return _loaded(history.note(learning.WEEKS))


@lru_cache(maxsize=2)
def _loaded(text: Optional[str]) -> Weeks:
    if text is None:
        return ()
    from ccmon.learning.state import load_week
    try:
        loaded = [(checked.name(name), load_week(one)) for name, one in checked.value(text).items()]
    except checked.Damage:
        return ()
    return tuple((name, one) for name, one in loaded if one is not None)
