"""Which rule is shown: the learned one, or the simpler one beside it where that was better by more than chance.

Forecasts within one window share their outcome, so that a window counts once: by the mean difference of both rules' CRPS. Both
rules go on being scored whichever is shown, and the learned one comes back when it has won.
"""

from typing import Any, Dict, Iterable, List, NamedTuple, Sequence

from ccmon import kept
from ccmon.learning import told
from ccmon.learning.values import PLAIN_RATES, Choice, Comparison
from ccmon.model import SESSION_S, Forecast

LAST = 20                              # windows that are compared at most
LEAST = 8                              # and at least
CHANCE = 0.005                         # below this chance of such a loss by luck the simpler rule is shown
BACK_CHANCE = 0.1                      # below this chance of such a gain by luck the learned one is shown again
_STEPS = 400                           # into which the sum of the differences is cut


class Loss(NamedTuple):
    """One window whose outcome is known."""

    end: int                           # epoch s
    minutes: float                     # mean CRPS of the learned rule - that of the simpler one: positive where it lost


def chosen(forecasts: Iterable[Forecast], window_s: int = SESSION_S) -> Choice:
    """The rule to show for windows of that length, by all forecasts that are stored."""
    return walk(losses(forecasts, window_s))


def losses(forecasts: Iterable[Forecast], window_s: int = SESSION_S) -> List[Loss]:
    """Each window whose outcome is known, by its end; forecasts that were plain rates themselves compare nothing."""
    learned = [made for made in told.over_of(forecasts, window_s) if made.rule not in PLAIN_RATES]
    return [Loss(window[-1].resets_at, sum(map(_lost_min, window)) / len(window)) for window in told.by_window(learned)]


def _lost_min(made: Forecast) -> float:
    return told.errors(made).crps - told.seed_errors(made).crps


def walk(windows: Sequence[Loss]) -> Choice:
    """What was in force after each window, and so now. After a change only windows since then count against the rule in force."""
    rule, since, begin, then = "learned", 0, 0, Comparison()
    for count in range(1, len(windows) + 1):
        recent = windows[max(begin, count - LAST):count]
        sign, most = (1.0, CHANCE) if rule == "learned" else (-1.0, BACK_CHANCE)
        if len(recent) >= LEAST and sign * sum(one.minutes for one in recent) > 0:
            found = compared(recent)
            if (found.chance if rule == "learned" else chance([-one.minutes for one in recent])) < most:
                rule, since, begin, then = ("simple" if rule == "learned" else "learned"), recent[-1].end, count, found
    return Choice(rule, since, then, compared(windows[max(begin, len(windows) - LAST):]))


def compared(windows: Sequence[Loss]) -> Comparison:
    """The mean loss of the learned rule, and how likely one at least as large is where neither rule is better."""
    if not windows:
        return Comparison()
    minutes = [one.minutes for one in windows]
    return Comparison(len(windows), sum(minutes) / len(minutes), chance(minutes))


def chance(minutes: Sequence[float]) -> float:
    """How likely a sum at least as large is, if each difference might as well have had the other sign (to 1 part in 400)."""
    whole = sum(map(abs, minutes))
    if whole <= 0:
        return 1.0
    steps = [round(_STEPS * abs(value) / whole) for value in minutes]
    least = sum(step if value > 0 else -step for step, value in zip(steps, minutes))
    shares = {0: 1.0}
    for step in steps:
        after: Dict[int, float] = {}
        for total, share in shares.items():
            for now in (total - step, total + step):
                after[now] = after.get(now, 0.0) + share / 2
        shares = after
    return min(1.0, sum(share for total, share in shares.items() if total >= least))


def load(parts: Any) -> Choice:
    """What was kept as JSON. Raises kept.Damage where it is something else."""
    rule, since, then, now = parts
    if rule not in ("learned", "simple"):
        raise ValueError("no rule of ours")
    return Choice(rule, kept.moment(since), _comparison(*then), _comparison(*now))


def _comparison(windows: Any, lost_min: Any, likely: Any) -> Comparison:
    return Comparison(kept.count(windows), kept.within(float(lost_min), -kept.MOST, kept.MOST), kept.share(likely))
