"""Which rule is shown: the learned one, or the simpler one beside it where that was better by more than chance.

Forecasts within one window share their outcome, so that a window counts once: by the mean difference of both rules' CRPS. Both
rules go on being scored whichever is shown, and the learned one comes back when it has won.
"""

from typing import Dict, Sequence

from ccmon.learning.forecast_scores import Loss
from ccmon.learning.values import LEAST_COMPARED, Choice, Comparison

LAST = 20                              # windows that are compared at most
LEAST_MIN = 1.0                        # a smaller mean loss is none: where it surely lasts, a likelihood is hardly off
CHANCE = 0.005                         # below this chance of such a loss by luck the simpler rule is shown
BACK_CHANCE = 0.1                      # below this chance of such a gain by luck the learned one is shown again
_STEPS = 400                           # into which the sum of the differences is cut


def choice_of(windows: Sequence[Loss]) -> Choice:
    """The rule to show by all windows with an outcome, as in ForecastScores.losses; after a change those since then count."""
    choice, begin = Choice(), 0
    for count in range(LEAST_COMPARED, len(windows) + 1):
        recent = windows[max(begin, count - LAST):count]
        if len(recent) >= LEAST_COMPARED and _has_lost(choice.rule, recent):
            rule = "simple" if choice.rule == "learned" else "learned"
            choice, begin = Choice(rule, recent[-1].end, compared(recent)), count
    return choice._replace(now=compared(windows[max(begin, len(windows) - LAST):]))


def _has_lost(rule: str, windows: Sequence[Loss]) -> bool:
    """Whether the rule in force was worse by more than chance."""
    sign, least, most = (1.0, LEAST_MIN, CHANCE) if rule == "learned" else (-1.0, 0.0, BACK_CHANCE)
    lost = [sign * one.minutes for one in windows]
    return sum(lost) > least * len(lost) and chance(lost) < most


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
