"""What was learned meets the facts of now: recalled at every refresh, learned anew when there is more to learn from."""

from typing import TYPE_CHECKING, Dict, List, Optional

from ccmon.model import EVENTS, Facts, Snapshot
from ccmon.pipeline import tightest
from ccmon.pipeline.history import WEEK_S, History
from ccmon.store import learning
from ccmon.usage.windows import is_of_another, running, window_named
from ccmon.when import DAY_S, SESSION_S

if TYPE_CHECKING:
    from ccmon.learning.portable import FrozenModel
    from ccmon.learning.values import Key, LearnedState, Load, Reading, Use
    from ccmon.usage.outlook import Outlook

AGAIN_S = 3600                         # new readings wait for so long
SCORED_S = 90 * DAY_S                  # forecasts made before that tell little of today's
RECENT_S = 2 * SESSION_S               # what forecasts are made from


def recall(history: History, facts: Facts, now: int) -> Facts:
    """The facts with the learned limit, what the running window has used, and what forecasts rest on."""
    readings = history.readings(now - RECENT_S, now)
    facts = _with_hits(history, facts, readings, now)
    state = stored(history)
    if state is None:
        return facts
    from ccmon.pipeline import model_weeks
    use = _recent_uses(history, state, now)
    outlook = _outlook(state, use, readings, _extra(history, now))._replace(weeks=model_weeks.recall(history))
    return facts._replace(learned=state.learned, load=_load(facts, use, now), outlook=outlook)


def stored(history: History) -> "Optional[LearnedState]":
    """What was learned last; None where nothing was, or it is damaged."""
    text = history.learned()
    if not text:
        return None
    from ccmon.learning.state import load
    return load(text)


def recall_limit(history: History, facts: Facts, now: int) -> Facts:
    """The facts with what decides how full the session is: limit events and the learned limit, without what forecasts rest on."""
    facts = _with_hits(history, facts, history.readings(now - SESSION_S, now), now)
    state = stored(history)
    if state is None or state.learned.estimate is None or not state.learned.estimate.learned:
        return facts
    return facts._replace(learned=state.learned, load=_load(facts, _recent_uses(history, state, now), now))


def _recent_uses(history: History, state: "LearnedState", now: int) -> "List[Use]":
    """What was used of late; what that cost only where the limit is one of costs: the prices are a long list."""
    weights = state.learned.unit_weights
    return history.uses(now - RECENT_S, now + 1, weights is not None and any(kind == "cost" for _, kind, _ in weights.weights))


def _with_hits(history: History, facts: Facts, readings: "List[Reading]", now: int) -> Facts:
    """The facts with the limit events that show how full a window is. readings: of the last five hours at least."""
    hits = [reading.ts for reading in readings if reading.source in EVENTS and reading.ts > now - SESSION_S
            and not is_of_another("five_hour", reading.resets_at, facts.windows, facts.apart)]
    return tightest.recall(history, facts._replace(hit_at=max(hits, default=None)), now)


def _load(facts: Facts, use: "List[Use]", now: int) -> "Optional[Load]":
    """What was used since the window began; None where that is not stored by model and kind."""
    window = window_named(running(facts.windows, now), "five_hour")
    starts = [block.start for block in facts.blocks if block.start <= now < block.end]
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
    from ccmon.pipeline import model_weeks
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
    model_weeks.study(history, now)
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
