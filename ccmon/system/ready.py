"""The door to what may be read, or takes bytes, by now: asked of poll, and of select where poll refuses terminals (macOS).

And to what was typed, or pasted, before anybody asked for it.
"""

import select
import time

TYPE_CHECKING = False
if TYPE_CHECKING:                      # the guardian does without
    from typing import Dict, List, Sequence

_SLICE_S = 0.05                        # between two polls, where neither poll nor select takes all of them
_READ, _WRITE = 1, 4                   # POLLIN and POLLOUT, wherever there is a poll
_MOST_FLUSHES, _MORE_S = 40, 0.05      # 2 s at most


def readable(descriptors: "Sequence[int]", wait_s: float) -> "List[int]":
    """Those of which there is something to read, or the end, within that time; with 0 s those of now."""
    return _ready(descriptors, _READ, wait_s)


def is_writable(descriptor: int, wait_s: float) -> bool:
    """Whether it takes bytes within that time. One that was never opened is an OSError, as of select."""
    return bool(_ready([descriptor], _WRITE, wait_s))


def _ready(descriptors: "Sequence[int]", event: int, wait_s: float) -> "List[int]":
    until_s = time.monotonic() + wait_s
    answers = _polled(descriptors, event, wait_s)
    refused = [descriptor for descriptor in descriptors if answers.get(descriptor, 0) & _refusal()]
    if not refused:
        return list(answers)
    try:
        return _selected(descriptors, event, max(0.0, until_s - time.monotonic()))
    except ValueError:                 # select takes no descriptors from 1024 on
        return _by_turns(refused, [other for other in descriptors if other not in refused], event, until_s)


def _refusal() -> int:
    return getattr(select, "POLLNVAL", 32)


def _polled(descriptors: "Sequence[int]", event: int, wait_s: float) -> "Dict[int, int]":
    """The events of each that has any; where there is none, it refuses all."""
    if not hasattr(select, "poll"):
        return {descriptor: _refusal() for descriptor in descriptors}
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, event)
    return dict(poll.poll(wait_s * 1000))


def _selected(descriptors: "Sequence[int]", event: int, wait_s: float) -> "List[int]":
    answers = select.select(descriptors if event == _READ else [], descriptors if event == _WRITE else [], [], wait_s)
    return [*answers[0], *answers[1]]


def _by_turns(refused: "Sequence[int]", others: "Sequence[int]", event: int, until_s: float) -> "List[int]":
    """poll for those that it takes, select for the rest, as far as it can."""
    low = [descriptor for descriptor in refused if descriptor < 1024]
    while True:
        rest_s = until_s - time.monotonic()
        answers = _selected(low, event, max(0.0, min(_SLICE_S, rest_s)))
        answers += [descriptor for descriptor in _polled(others, event, 0) if descriptor not in answers]
        if answers or rest_s <= 0:
            return answers


def discard_typed() -> None:
    """Throw away what was typed, with what still comes of it, for 2 s at most; the terminal is standard input."""
    try:
        import termios
    except ImportError:                # Windows
        return
    for _ in range(_MOST_FLUSHES):
        try:
            termios.tcflush(0, termios.TCIFLUSH)
        except termios.error:          # it has gone: reading fails then
            return
        if not select.select([0], [], [], _MORE_S)[0]:
            return
