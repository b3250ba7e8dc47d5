"""What `ccmon why` says of the learned limit and of the runway."""

from typing import Iterator

from ccmon import text
from ccmon.learning.values import ENOUGH, Estimate, Learned, UnitWeights
from ccmon.model import Runway
from ccmon.text import count, plural
from ccmon.usage.outlook import is_likelihood
from ccmon.views import reliability_words
from ccmon.views.evidence import Evidence
from ccmon.views.limit_words import RULERS, between, cut_offs
from ccmon.when import clock_text, local


def learned(evidence: Evidence, cells: int) -> Iterator[str]:
    """The limit with its interval, the ruler and its error, what they rest on; nothing while nothing is known."""
    state = evidence.snapshot.learned
    if state is None or state.unit_weights is None or state.estimate is None:
        return
    yield _limit(state, state.unit_weights, state.estimate)
    behind = cut_offs(state) or f"{plural(state.readings, 'reading')}, {plural(state.hits, 'limit event')}"
    yield (f"{behind}; noise "
           f"{100 * state.estimate.noise:.1f} %, {text.percent(100 * state.estimate.covered)} of windows used only here")
    for change in state.changes[-1:]:
        at = f"{local(change.at, evidence.zone):%Y-%m-%d}"
        yield f"the allocation changed on {at}: now {change.factor:.2f} of what it was"


def _limit(state: Learned, ruler: UnitWeights, estimate: Estimate) -> str:
    if not estimate.learned and state.is_by_events:
        return f"not learned so far: {between(state, ruler, estimate)}"
    if not estimate.learned and estimate.is_unfit:
        return f"not learned so far: the readings do not fit one limit (noise {100 * estimate.noise:.1f} %)"
    if not estimate.learned:
        return (f"not learned so far: {plural(estimate.readings, 'reading')} of {plural(estimate.windows, 'window')} "
                f"{'is' if estimate.readings == 1 else 'are'} not enough")
    low, high = (count(round(state.tokens_per_load * value)) for value in estimate[1:3])
    middle = count(round(state.tokens_per_load * estimate.median))
    return f"about {middle} tokens ({low}-{high}), {RULERS[ruler.name]}, error {ruler.error_points:.1f} points"


def runway(evidence: Evidence, cells: int) -> Iterator[str]:
    """How likely it is that the limit is reached before the reset, and what that rests on; else the burn rate says all."""
    snapshot, state = evidence.snapshot, evidence.snapshot.learned or Learned(0)
    for name, forecast, choice in (("session", snapshot.runway, state.session_choice),
                                   ("7 days", snapshot.week, state.week_choice)):
        if forecast is not None and forecast.probability >= 1 and forecast.median <= snapshot.now:
            yield f"{name}: used up"
        elif forecast is not None and is_likelihood(forecast):
            yield f"{name}: {_likely(forecast, evidence)}"
        elif forecast is not None and forecast.learned:
            window = "session" if name == "session" else "week"
            yield f"{name}, {'; '.join(reliability_words.choice_sentences(choice, window, evidence.zone))}"
            yield f"{name}: by the {reliability_words.RULES[window][0]}, {_likely(forecast.learned, evidence)}"
        elif forecast is not None:
            yield f"{name}: last-hour rate; {plural(forecast.rows, 'past moment')} of the {ENOUGH} that a likelihood takes"


def _likely(forecast: Runway, evidence: Evidence) -> str:
    """A time only where it is before the reset, as on the screen."""
    times = (forecast.low, forecast.median, forecast.high)
    low, median, high = (clock_text(at, evidence.snapshot.now, evidence.zone) for at in times)
    middle = f"median {median}, " if forecast.median < forecast.resets_at else ""
    span = f" ({middle}{low}-{high})" if low != high else ""
    return f"{text.percent(round(100 * forecast.probability))} likely to run out before the reset{span}, {_behind(forecast)}"


def _behind(forecast: Runway) -> str:
    if forecast.rule == "pace":
        return f"wide: by the pace of {plural(forecast.rows, 'day')}" if forecast.rows else "wide: by the pace of the first day"
    return f"from {plural(forecast.rows, 'day' if forecast.rule == 'week' else 'past moment')}"
