"""What was used when, as learning wants it: from minutes by model, from hours, and from what was seen of a session."""

from __future__ import annotations

from typing import Dict, List, Mapping, Optional, Sequence, Tuple

from ccmon.learning.values import KINDS, Key, RatesOf, Use
from ccmon.named_tuple import NamedTuple

COST: Key = ("", "cost")
_FOUR = KINDS[:4]
_QUARTER_S = 900

Row = Sequence[int]                    # epoch s, number of the model, four kinds


class _Model(NamedTuple):
    keys: Tuple[Key, Key, Key, Key]
    rates: Optional[Tuple[float, ...]]     # USD per token of each kind


def by_model(models: Mapping[int, str], minutes: Sequence[Row], quarters: Sequence[Row], rates_of: RatesOf) -> List[Use]:
    """Uses by time, from minutes and from quarters of an hour; models have their names by number.

    The cost of a time is left out where a model has no price.
    """
    by_number = {number: _model(name, rates_of) for number, name in models.items()}
    if not quarters:
        return _uses(minutes, 60, by_number)
    return sorted(_uses(quarters, _QUARTER_S, by_number) + _uses(minutes, 60, by_number), key=lambda use: use.ts)


def _model(name: str, rates_of: RatesOf) -> _Model:
    first, second, third, fourth = ((name, kind) for kind in _FOUR)
    return _Model((first, second, third, fourth), rates_of(name) if name else None)


def _uses(rows: Sequence[Row], span_s: int, models: Mapping[int, _Model]) -> List[Use]:
    """A year has hundreds of thousands of rows: no calls in the loop that can be spared."""
    uses: List[Use] = []
    before = -1
    load: Dict[Key, float] = {}
    for ts, number, given, made, created, read in rows:
        (one, two, three, four), rates = models[number]
        if ts != before:
            load = {COST: 0.0}
            uses.append(Use(ts, span_s, load))
            before = ts
        load[one], load[two], load[three], load[four] = given, made, created, read
        if rates and COST in load:
            load[COST] += given * rates[0] + made * rates[1] + created * rates[2] + read * rates[3]
        elif given or made or created or read:
            load.pop(COST, None)
    return uses


def of_session(start: int, shots: Sequence[Sequence[Optional[int]]]) -> List[Use]:
    """What was used between what was seen of a session: from when to when, four counts and micro-dollars, all since its start."""
    uses: List[Use] = []
    since, counts, spent = start, [0, 0, 0, 0], 0
    for first, last, *rest in shots:
        counts_now = [max(one or 0, before) for one, before in zip(rest, counts)]
        cost = rest[4] if len(rest) > 4 else None
        assert first is not None and last is not None
        if counts_now != counts:
            load: Dict[Key, float] = {("", kind): one - before for kind, one, before in zip(_FOUR, counts_now, counts)}
            if cost is not None:
                load[COST] = max(0, cost - spent) / 1e6
            begin = min(since, first - 1)
            uses.append(Use(begin, first - begin, load))
        counts, since, spent = counts_now, max(since, last), spent if cost is None else max(spent, cost)
    return uses
