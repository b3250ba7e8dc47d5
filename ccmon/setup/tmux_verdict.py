"""Whether a tmux server that runs shows the line, told by its options."""

from __future__ import annotations

import re
from typing import Iterable, Mapping

from ccmon.named_tuple import NamedTuple
from ccmon.setup.prompt_verdict import NOT_SEEN, SEEN, UNKNOWN, Visibility
from ccmon.setup.snippets import for_sh

LEAST_CELLS = 60                       # of status-right; tmux cuts what is longer
CALL = re.compile(r"ccmon(-line)?\b")
_ROW = re.compile(r"^(?P<name>@?[\w-]+(?:\[\d+\])?)(?: (?P<value>.*))?$")


class Server(NamedTuple):
    """What a server that runs says of itself."""

    options: Mapping[str, str]         # the global ones
    session: Mapping[str, str]         # what the session in which one is has of its own
    path: str                          # of the start-up file
    in_file: bool                      # it has ccmon's lines
    is_last: bool                      # and nothing follows them


def options_of(rows: Iterable[str]) -> Mapping[str, str]:
    """What `show-options` prints, by name; the quotes around a value are left out."""
    matches = (match for match in map(_ROW.match, rows) if match)
    return {match["name"]: (match["value"] or "").strip("'\"") for match in matches}


def of_server(server: Server) -> Visibility:
    """What hides the line, the outermost first."""
    both = {**server.options, **server.session}
    if both.get("status") == "off":
        place = "this session" if server.session.get("status") == "off" else "the server"
        flag = "" if server.session.get("status") == "off" else "-g "
        return Visibility(NOT_SEEN, f"{place} shows no status line: status is off", f"tmux set {flag}status on")
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


