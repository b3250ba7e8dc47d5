"""The goals, the noise of each result over seeds, and the rows of which the tables are made.

Noise is the standard deviation of a result over eight disjoint blocks of seeds (`--quick --first 1000, 2000, ... 8000`); the full
form's is that of the quick form times the root of the numbers of users. Where nothing was missed in any block, and for shares,
it is what chance alone makes of a share that just meets the goal. A goal counts as missed when the result is beyond it by more
than two of them.
"""

from typing import List, NamedTuple, Optional, Sequence

SURE = 2.0                             # standard deviations


class Goal(NamedTuple):
    """What a result should be, and its standard deviation over seeds."""

    text: str
    most: float = float("inf")
    least: float = float("-inf")
    noise: float = 0.0                 # full form
    noise_quick: float = 0.0


class Row(NamedTuple):
    """One line of a table."""

    name: str
    value: float
    text: str                          # the value as it is printed
    goal: Optional[Goal] = None
    others: str = ""                   # what others' rules give
    known: str = ""                    # a known weak point: why a miss is no failure

    def verdict(self, quick: bool) -> str:
        """ok | missed, within the noise | MISSED | known weak point; empty where there is no goal."""
        if self.goal is None:
            return ""
        beyond = max(self.value - self.goal.most, self.goal.least - self.value)
        if beyond <= 1e-12:
            return "ok"
        noise = self.goal.noise_quick if quick else self.goal.noise
        if beyond <= SURE * noise:
            return "missed, within the noise"
        return "known weak point" if self.known else "MISSED"


class Table(NamedTuple):
    """One part's results."""

    title: str
    rows: Sequence[Row]
    seconds: float = 0.0

    def missed(self, quick: bool) -> List[str]:
        """Rows whose goal is missed by more than the noise, as text."""
        return [f"{self.title}: {row.name}: {row.text} (goal {row.goal.text})" for row in self.rows
                if row.goal and row.verdict(quick) == "MISSED"]

    def lines(self, quick: bool) -> List[str]:
        """As a table that reads well in a terminal and in a README alike."""
        head = ("", "ccmon", "goal", "", "others")
        cells = [head] + [(row.name, row.text, row.goal.text if row.goal else "", row.verdict(quick), row.others)
                          for row in self.rows]
        widths = [max(len(row[column]) for row in cells) for column in range(5)]
        lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in cells]
        return [f"### {self.title}", "", lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:], ""]


LIMIT_30 = Goal("<= 3 %", most=0.03, noise=0.003, noise_quick=0.006)
LIMIT_100 = Goal("<= 1 %", most=0.01, noise=0.001, noise_quick=0.002)
EVENTS_3 = Goal("<= 5 %", most=0.05, noise=0.015, noise_quick=0.027)
EVENTS_10 = Goal("<= 3 %", most=0.03, noise=0.001, noise_quick=0.001)
COVERED = Goal(">= 90 %", least=0.90, noise=0.067, noise_quick=0.12)
POINTS = Goal("<= 1", most=1.0, noise=0.03, noise_quick=0.10)
FALSE_ALARMS = Goal("<= 0.1", most=0.1, noise=0.06, noise_quick=0.19)
FOUND = Goal(">= 95 %", least=0.95, noise=0.02, noise_quick=0.11)
RUNWAY_MAE = Goal("<= 0 %", most=0.0, noise=0.033, noise_quick=0.085)
RUNWAY_CRPS = Goal("<= -35 %", most=-0.35, noise=0.017, noise_quick=0.043)
RUNWAY_BRIER = Goal("<= -25 %", most=-0.25, noise=0.012, noise_quick=0.032)
RUNWAY_COVERAGE = Goal("88-92 %", most=0.92, least=0.88, noise=0.0044, noise_quick=0.0114)
FALSE_CHOICES = Goal("<= 5 %", most=0.05, noise=0.05, noise_quick=0.2)
TRAINING = Goal("<= 1 s", most=1.0, noise=0.1, noise_quick=0.1)


def median(values: Sequence[float]) -> float:
    """The middle value; not a number without values."""
    return quantile(values, 0.5)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share lies, linear in between; not a number without values."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def mean(values: Sequence[float]) -> float:
    """The mean; not a number without values."""
    return sum(values) / len(values) if values else float("nan")


def percent(value: float, digits: int = 1) -> str:
    """A share as per cent, with a sign where it is a difference."""
    return f"{100 * value:.{digits}f} %"
