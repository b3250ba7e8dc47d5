"""Parts of a screen one below the other: what does not fit drops out in order of worth, nothing is cut in two."""

from __future__ import annotations

from typing import List, Sequence, Tuple

from ccmon.named_tuple import NamedTuple
from ccmon.text import Line


class Part(NamedTuple):
    """Lines that stand or fall together; a smaller worth stays longer."""

    worth: float
    lines: Sequence[Line]


def fit(stack: Sequence[Part], height: int) -> List[Line]:
    """The lines of the parts that fit, in their order."""
    return fit_both(stack, [], height)[0]


def fit_both(body: Sequence[Part], foot: Sequence[Part], height: int) -> Tuple[List[Line], List[Line]]:
    """The lines of the parts that fit together, those of the body and those of the foot."""
    stack = [*body, *foot]
    kept = list(range(len(stack)))
    while kept and sum(len(stack[at].lines) for at in kept) > height:
        kept.remove(max(kept, key=lambda at: (bool(stack[at].lines), stack[at].worth)))
    return ([line for at in kept if at < len(body) for line in stack[at].lines],
            [line for at in kept if at >= len(body) for line in stack[at].lines])


def bottom(lines: Sequence[Line], foot: Sequence[Line], height: int) -> List[Line]:
    """The lines, with the foot on the last rows of the window."""
    return [*lines, *[()] * max(0, height - len(lines) - len(foot)), *foot]
