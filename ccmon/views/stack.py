"""Parts of a screen one below the other: what does not fit drops out in order of worth, nothing is cut in two."""

from typing import List, NamedTuple, Sequence

from ccmon.text import Line


class Part(NamedTuple):
    """Lines that stand or fall together; a smaller worth stays longer."""

    worth: int
    lines: Sequence[Line]


def fit(stack: Sequence[Part], height: int) -> List[Line]:
    """The lines of the parts that fit, in their order."""
    kept = [part for part in stack if part.lines]
    while kept and sum(len(part.lines) for part in kept) > height:
        kept.remove(max(kept, key=lambda part: part.worth))
    return [line for part in kept for line in part.lines]


def bottom(lines: Sequence[Line], foot: Sequence[Line], height: int) -> List[Line]:
    """The lines, with the foot on the last rows of the window."""
    return [*lines, *[()] * max(0, height - len(lines) - len(foot)), *foot]
