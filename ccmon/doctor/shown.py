"""What `ccmon doctor` thinks of the places in which the line is set up: Claude Code, tmux, shells."""

from typing import List, NamedTuple, Optional

from ccmon.doctor.mending import Owned
from ccmon.doctor.verdicts import FAULT, HINT, OK, Check
from ccmon.setup.prompt_verdict import NOT_SEEN, SEEN, UNKNOWN, Visibility
from ccmon.text import duration

MOST_SILENT_S = 3 * 86_400


class Shown(NamedTuple):
    """A start-up file of a shell or of tmux, or Claude Code's settings."""

    target: str
    path: str
    error: Optional[str] = None        # why it cannot be used
    line: int = 1                      # where that is
    set_up: bool = False
    gone: Optional[str] = None         # the program that it calls, which is not there
    silent_s: Optional[int] = None     # since the last official percentage, when sessions came after it
    seen: Optional[Visibility] = None  # None: it is not set up, or that cannot be found out


def claude(found: Shown, owned: Owned) -> Check:
    """Whether Claude Code tells ccmon the official percentages."""
    if found.error is not None:
        return Check("Claude Code", FAULT, found.error, owned.edit(found.path, found.line))
    if found.gone is not None:
        return Check("Claude Code", FAULT, f"its status line calls {found.gone}, which is not there", "ccmon init claude --write")
    if not found.set_up:
        return Check("Claude Code", HINT, "not connected: it does not pass on its own percentages", "ccmon init claude --write")
    if found.seen is not None and found.seen.state != SEEN:
        return _unseen("Claude Code", found.seen, owned)
    if found.silent_s is not None and found.silent_s > MOST_SILENT_S:
        says = f"connected, but it told no percentage for {duration(found.silent_s)}, though there were sessions"
        return Check("Claude Code", HINT, says, "ccmon init claude --write")
    return Check("Claude Code", OK, f"its status line is ccmon's, {found.path}")


def shells(found: List[Shown], owned: Owned) -> Check:
    """Whether the start-up files that have the line still work."""
    for file in found:
        if file.error is not None:
            return Check("shells", FAULT, file.error, owned.edit(file.path, file.line))
        if file.gone is not None:
            says = f"{file.path} calls {file.gone}, which is not there"
            return Check("shells", FAULT, says, f"ccmon init {file.target} --write")
    for file in found:
        if file.seen is not None and file.seen.command and (file.seen.state != SEEN or file.seen.is_partial):
            return _unseen("shells", file.seen, owned)
    names, seen = (", ".join(file.target for file in found if wanted(file)) for wanted in (_is_set_up, _is_seen))
    says = "the line is set up and seen in " + seen if seen and seen == names else f"the line is set up in {names}"
    return Check("shells", OK, says if names else "no start-up file has the line (ccmon init SHELL)")


def _is_set_up(file: Shown) -> bool:
    return file.set_up


def _is_seen(file: Shown) -> bool:
    return file.seen is not None and file.seen.state == SEEN


def _unseen(topic: str, seen: Visibility, owned: Owned) -> Check:
    how = {NOT_SEEN: "the line is set up, but not seen: ", UNKNOWN: "not known whether the line is seen: "}.get(seen.state, "")
    return Check(topic, HINT, how + seen.says, owned.in_command(seen.command or f"ccmon init {topic}"))


class Tmux(NamedTuple):
    """tmux and its server."""

    version: Optional[str]             # None: there is no tmux
    path: Optional[str] = None         # PATH of its server, None: no server runs
    shown: bool = False                # its status has the line
    same: bool = False                 # its PATH is the one here
    finds: Optional[bool] = None       # ccusage runs with its PATH; None: it does not here either, or is not wanted
    remembered: bool = False           # only because ccmon remembers where it is
    seen: Optional[Visibility] = None  # None: the line is not set up there


def tmux(found: Tmux, owned: Owned) -> Check:
    """Whether ccmon can do its work in the server, whose PATH is that of its first hour."""
    if found.version is None or found.path is None:
        return Check("tmux", OK, "not installed" if found.version is None else f"{found.version}, no server runs")
    mend = 'tmux set-environment -g PATH "$PATH"'
    if found.finds is False:
        state = FAULT if found.shown else HINT
        return Check("tmux", state, f"ccusage does not run with the server's PATH: {found.path}", mend)
    if found.remembered:
        return Check("tmux", HINT, "the server's PATH lacks ccusage; ccmon remembers where it is", mend)
    if found.seen is not None and found.seen.state != SEEN:
        return _unseen("tmux", found.seen, owned)
    line = "shows the line" if found.shown else "does not show the line"
    why = "the same PATH as here" if found.same else "ccusage runs with its PATH" if found.finds else "another PATH than here"
    return Check("tmux", OK, f"{found.version}, the server {line} and has {why}")
