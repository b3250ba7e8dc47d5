"""What `ccmon init tmux --write` has put into the tmux servers that run, and how it leaves them again."""

import re
from typing import List, Mapping, Optional, Sequence

from ccmon.setup.snippets import TMUX_BARE, TMUX_BEFORE, TMUX_LENGTH
from ccmon.system import tmux

_BARE = f"(?:{re.escape(TMUX_BARE)}(?= ))?"            # not in what earlier versions have written
RIGHT, LENGTH = "status-right", "status-right-length"
_SET = re.compile(rf"^\s*set(?:-option)?\s+-g\s+{LENGTH}\s+[\"']?(\d+)[\"']?\s*(?:#.*)?$", re.MULTILINE)


def with_line(calls: Sequence[str], env: Mapping[str, str]) -> List[str]:
    """The sockets of the servers that show the line by one of these calls."""
    return [socket for socket in (tmux.sockets(env) if calls else []) if _cut(tmux.option(socket, RIGHT, env), calls) is not None]


def clear(sockets: Sequence[str], calls: Sequence[str], start_up: str, env: Mapping[str, str]) -> List[str]:
    """Take the calls out of these servers, whose start-up file now holds that text: the sockets where that was done.

    What else stands in status-right stays. Its length is what it was, where that can be known and ours is still there.
    """
    return [socket for socket in sockets if _cleared(socket, calls, start_up, env)]


def _cleared(socket: str, calls: Sequence[str], start_up: str, env: Mapping[str, str]) -> bool:
    right = _cut(tmux.option(socket, RIGHT, env), calls)
    if right is None or not tmux.set_option(socket, RIGHT, right, env):
        return False
    before = tmux.option(socket, TMUX_BEFORE, env)
    if tmux.option(socket, LENGTH, env) == str(TMUX_LENGTH):
        tmux.set_option(socket, LENGTH, before or _length_in(start_up), env)
    if before:
        tmux.set_option(socket, TMUX_BEFORE, None, env)
    return True


def _cut(right: Optional[str], calls: Sequence[str]) -> Optional[str]:
    """The text without the calls and what --write puts before each; None when none is in it.

    Of the same program, whatever format it is asked for: another one is chosen on a bar of another colour.
    """
    rest = right
    for program in dict.fromkeys(call.rpartition(" ")[0] if "#{" not in call else call.partition(" #{")[0] for call in calls):
        rest = None if rest is None else re.sub(rf"{_BARE} ?{re.escape(program)} [^()]*\)", "", rest)
    return None if rest == right else rest


def _length_in(start_up: str) -> Optional[str]:
    """The length that the file sets; None where it sets none."""
    lengths = _SET.findall(start_up)
    return lengths[-1] if lengths else None
