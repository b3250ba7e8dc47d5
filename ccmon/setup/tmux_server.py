"""The line in the tmux servers that run: whether it is shown, and how what `ccmon init tmux --write` put there is taken out."""

from __future__ import annotations

import re
from typing import Iterable, List, Mapping, Optional, Sequence

from ccmon.errors import CcmonError
from ccmon.named_tuple import NamedTuple
from ccmon.setup import dotfiles
from ccmon.setup.prompt_check import NOT_SEEN, SEEN, UNKNOWN, Visibility
from ccmon.setup.snippets import TMUX_BARE, TMUX_BEFORE, TMUX_LENGTH, for_sh
from ccmon.system import processes, tmux

_BARE = f"(?:{re.escape(TMUX_BARE)}(?= ))?"            # not in what earlier versions have written
RIGHT, LENGTH = "status-right", "status-right-length"
_SET = re.compile(rf"^\s*set(?:-option)?\s+-g\s+{LENGTH}\s+[\"']?(\d+)[\"']?\s*(?:#.*)?$", re.MULTILINE)
LEAST_CELLS = 60                       # of status-right; tmux cuts what is longer
CALL = re.compile(r"ccmon(-line)?\b")
_ROW = re.compile(r"^(?P<name>@?[\w-]+(?:\[\d+\])?)(?: (?P<value>.*))?$")


class Server(NamedTuple):
    """The options of a server that runs."""

    options: Mapping[str, str]         # the global ones
    session: Mapping[str, str]         # what the session in which one is has of its own
    path: str                          # of the start-up file
    in_file: bool                      # it has ccmon's lines
    is_last: bool                      # and nothing follows them


def tmux_visibility(env: Mapping[str, str]) -> Optional[Visibility]:
    """By the server that this environment leads to; None when none runs."""
    program = processes.which("tmux", env) if tmux.has_server(env) else None
    rows = _rows(program, "-g", env) if program else None
    if program is None or rows is None:
        return None
    session = _rows(program, None, env) if env.get("TMUX") else None
    path = dotfiles.path_of("tmux", env)
    try:
        in_file = dotfiles.block(path) is not None
    except CcmonError:
        in_file = False
    return server_visibility(Server(options_of(rows), options_of(session or ()), path, in_file, dotfiles.block_position(path)[1]))


def _rows(program: str, flag: Optional[str], env: Mapping[str, str]) -> Optional[List[str]]:
    output = processes.printed([program, "show-options", *([flag] if flag else [])], env)
    return None if output is None else output.splitlines()


def options_of(rows: Iterable[str]) -> Mapping[str, str]:
    """What `show-options` prints, by name; the quotes around a value are left out."""
    matches = (match for match in map(_ROW.match, rows) if match)
    return {match["name"]: (match["value"] or "").strip("'\"") for match in matches}


def server_visibility(server: Server) -> Visibility:
    """What hides the line, the outermost first."""
    both = {**server.options, **server.session}
    if both.get("status") == "off":
        subject = "this session" if server.session.get("status") == "off" else "the server"
        flag = "" if server.session.get("status") == "off" else "-g "
        return Visibility(NOT_SEEN, f"{subject} shows no status line: status is off", f"tmux set {flag}status on")
    formats = [value for name, value in both.items() if name.startswith("status-format[")]
    if any(map(CALL.search, [both.get("status-left", ""), *formats])):
        return Visibility(SEEN, "the server shows it")
    if not CALL.search(both.get("status-right", "")):
        return _without(server)
    if formats and not any("status-right" in value for value in formats):
        return Visibility(NOT_SEEN, "the server's status-format leaves status-right out", "tmux set -gu status-format")
    length = both.get("status-right-length", "")
    if length.isdigit() and int(length) < LEAST_CELLS:
        flag = "" if "status-right-length" in server.session else "-g "
        return Visibility(NOT_SEEN, f"the server cuts it: status-right-length is {length}",
                          f"tmux set {flag}status-right-length 100")
    return Visibility(SEEN, "the server shows it")


def _without(server: Server) -> Visibility:
    if CALL.search(server.options.get("status-right", "")):
        return Visibility(NOT_SEEN, "this session has a status-right of its own", "tmux set -u status-right")
    if not server.in_file:
        return Visibility(NOT_SEEN, "the server does not show it", "ccmon init tmux --write")
    read_again = f"tmux source-file {for_sh(server.path)}"
    if not server.is_last:
        says = f"what stands below ccmon's lines in {server.path} may set status-right anew, as a theme does"
        return Visibility(NOT_SEEN, says, f"ccmon init tmux --undo && ccmon init tmux --write && {read_again}")
    return Visibility(UNKNOWN, "the server has not read it yet, or a theme has set status-right since", read_again)


# --- taking it out --------------------------------------------------------------------------------------------------------

def with_line(calls: Sequence[str], env: Mapping[str, str]) -> List[str]:
    """The sockets of the servers that show the line by one of these calls."""
    return [socket for socket in (tmux.sockets(env) if calls else []) if _cut(tmux.option(socket, RIGHT, env), calls) is not None]


def clear(sockets: Sequence[str], calls: Sequence[str], start_up: str, env: Mapping[str, str]) -> List[str]:
    """Take the calls out of these servers, whose start-up file now holds that text: the sockets where that was done.

    What else stands in status-right stays. Its length is what it was, where that is noted and ours is still there.
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
