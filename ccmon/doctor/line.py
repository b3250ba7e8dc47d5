"""The topics Claude Code, tmux and shells: whether the line is set up there, works and is seen."""

from __future__ import annotations

import os
import re
import shlex
from contextlib import suppress

from ccmon.doctor import programs
from ccmon.doctor.check import FAULT, HINT, OK, Check, Commands
from ccmon.doctor.machine import Machine
from ccmon.errors import CcmonError
from ccmon.quick_typing import List, Mapping, NamedTuple, Optional
from ccmon.setup import dotfiles, init, settings_json, snippets, tmux_line, visibility
from ccmon.setup.prompt_check import NOT_SEEN, SEEN, SHELLS, UNKNOWN, Visibility
from ccmon.store import learning
from ccmon.system import processes, shared_files
from ccmon.system import tmux as tmux_servers
from ccmon.text import duration
from ccmon.when import DAY_S

MOST_SILENT_S = 3 * DAY_S


class Installed(NamedTuple):
    """A start-up file of a shell or of tmux, or Claude Code's settings."""

    target: str
    path: str
    error: Optional[str] = None        # why it cannot be used
    line: int = 1                      # where that is
    set_up: bool = False
    gone: Optional[str] = None         # the program that it calls, which is not there
    silent_s: Optional[int] = None     # since the last official percentage, when sessions came after it
    seen: Optional[Visibility] = None  # None: it is not set up, or that cannot be measured


def _unseen(topic: str, seen: Visibility, commands: Commands) -> Check:
    how = {NOT_SEEN: "the line is set up, but not seen: ", UNKNOWN: "not known whether the line is seen: "}.get(seen.state, "")
    return Check(topic, HINT, how + seen.says, commands.in_command(seen.command or f"ccmon init {topic}"))


# --- Claude Code ------------------------------------------------------------------------------------------------------

def check_claude(machine: Machine) -> Check:
    """The status line in Claude Code's settings."""
    file = connection(machine.env)
    seen = visibility.settings_visibility(visibility.settings_files(machine.env)) if file.set_up else None
    last = machine.of_history(learning.last_percentage)
    return claude(file._replace(silent_s=None if last is None else machine.now - last, seen=seen), machine.commands)


def connection(env: Mapping[str, str]) -> Installed:
    """The line in settings.json."""
    path = "settings.json"
    try:
        path = dotfiles.path_of("claude", env)
        content = shared_files.read(path) or b"{}"
        connected, called = settings_json.calls_ccmon(content), settings_json.programs(content)
    except settings_json.Unfit as err:
        return Installed("claude", path, f"{path} {err}", err.line)
    except CcmonError as err:
        return Installed("claude", path, str(err))
    gone = next((one for one in called if os.path.isabs(one) and not (processes.is_program(one) or one[-3:] == ".py" and
                                                                      os.path.isfile(one))), None)
    return Installed("claude", path, set_up=connected, gone=gone)


def claude(file: Installed, commands: Commands) -> Check:
    """Whether Claude Code passes the official percentages to ccmon."""
    if file.error is not None:
        return Check("Claude Code", FAULT, file.error, commands.edit(file.path, file.line))
    if file.gone is not None:
        return Check("Claude Code", FAULT, f"its status line calls {file.gone}, which is not there", "ccmon init claude --write")
    if not file.set_up:
        return Check("Claude Code", HINT, "not connected: it does not pass on its own percentages", "ccmon init claude --write")
    if file.seen is not None and file.seen.state != SEEN:
        return _unseen("Claude Code", file.seen, commands)
    if file.silent_s is not None and file.silent_s > MOST_SILENT_S:
        says = f"connected, but it told no percentage for {duration(file.silent_s)}, though there were sessions"
        return Check("Claude Code", HINT, says, "ccmon init claude --write")
    return Check("Claude Code", OK, f"its status line is ccmon's, {file.path}")


# --- shells -----------------------------------------------------------------------------------------------------------

def check_shells(machine: Machine) -> Check:
    """The blocks that `ccmon init --write` has put into start-up files."""
    return shells([with_sight(start_up(target, machine.env), machine.env) for target in snippets.BLOCKS], machine.commands)


def with_sight(file: Installed, env: Mapping[str, str]) -> Installed:
    """Starts the shell once, where the line is set up in one; nothing where it is not."""
    is_wanted = file.target in SHELLS and file.set_up and not file.gone
    return file._replace(seen=visibility.visibility(file.target, env)) if is_wanted else file


def start_up(target: str, env: Mapping[str, str]) -> Installed:
    """The start-up file of a shell or tmux that has the line, else the usual one."""
    path = "~"
    try:
        path = dotfiles.path_of(target, env)
        path = dotfiles.block_path(target, env)
        block = dotfiles.block(path)
    except CcmonError as err:
        return Installed(target, path, str(err), dotfiles.block_position(path)[0])
    program = program_in(block or "")
    return Installed(target, path, set_up=block is not None or init.is_called_by_hand(target, env),
                     gone=program if program and not processes.is_program(program) else None)


def program_in(block: str) -> Optional[str]:
    """The absolute path that a block calls."""
    call = re.search(r"(?:\[ -x|test -x) (.*?)(?: \] &&|; and )", block) or re.search(r" #\((.*?)\)", block)
    with suppress(ValueError, IndexError):
        word = shlex.split(call[1].replace("##", "#").replace("%%", "%"))[0] if call else ""
        return word if os.path.isabs(word) else None
    return None


def shells(files: List[Installed], commands: Commands) -> Check:
    """Whether the start-up files that have the line still work."""
    for file in files:
        if file.error is not None:
            return Check("shells", FAULT, file.error, commands.edit(file.path, file.line))
        if file.gone is not None:
            says = f"{file.path} calls {file.gone}, which is not there"
            return Check("shells", FAULT, says, f"ccmon init {file.target} --write")
    for file in files:
        if file.seen is not None and file.seen.command and (file.seen.state != SEEN or file.seen.is_partial):
            return _unseen("shells", file.seen, commands)
    names = ", ".join(file.target for file in files if file.set_up)
    seen = ", ".join(file.target for file in files if file.seen is not None and file.seen.state == SEEN)
    says = "the line is set up and seen in " + seen if seen and seen == names else f"the line is set up in {names}"
    return Check("shells", OK, says if names else "no start-up file has the line (ccmon init SHELL)")


# --- tmux -------------------------------------------------------------------------------------------------------------

class Tmux(NamedTuple):
    """tmux and its server."""

    version: Optional[str]             # None: there is no tmux
    path: Optional[str] = None         # PATH of its server, None: no server runs
    shown: bool = False                # its status has the line
    same: bool = False                 # its PATH is the one here
    finds: Optional[bool] = None       # ccusage runs with its PATH; None: it does not here either, or is not wanted
    remembered: bool = False           # only because ccmon remembers where it is
    seen: Optional[Visibility] = None  # None: the line is not set up there


def check_tmux(machine: Machine) -> Check:
    """tmux, and whether ccusage can be run with the PATH of its server."""
    return tmux(_server(machine), machine.commands)


def _server(machine: Machine) -> Tmux:
    env = machine.env
    path = processes.which("tmux", env)
    if path is None:
        return Tmux(None)
    version = processes.printed([path, "-V"], env) or "tmux"
    shown = tmux_servers.has_server(env) and processes.printed([path, "show-environment", "-g", "PATH"], env) or ""
    if not shown.startswith("PATH="):
        return Tmux(version)
    rows = (processes.printed([path, "show-options", "-g"], env) or "").splitlines()
    has_line = any("ccmon" in row for row in rows if row.startswith("status"))
    server_path = shown[len("PATH="):]
    same = server_path == env.get("PATH")
    finds, remembered = (True, False) if same else programs.runs_with(machine, server_path)
    seen = tmux_line.tmux_visibility(env) if has_line or start_up("tmux", env).set_up else None
    return Tmux(version, server_path, has_line, same, finds, remembered, seen)


def tmux(server: Tmux, commands: Commands) -> Check:
    """Whether ccmon can do its work in the server, whose PATH is that of its first hour."""
    if server.version is None or server.path is None:
        return Check("tmux", OK, "not installed" if server.version is None else f"{server.version}, no server runs")
    mend = 'tmux set-environment -g PATH "$PATH"'
    if server.finds is False:
        state = FAULT if server.shown else HINT
        return Check("tmux", state, f"ccusage does not run with the server's PATH: {server.path}", mend)
    if server.remembered:
        return Check("tmux", HINT, "the server's PATH lacks ccusage; ccmon remembers where it is", mend)
    if server.seen is not None and server.seen.state != SEEN:
        return _unseen("tmux", server.seen, commands)
    line = "shows the line" if server.shown else "does not show the line"
    why = "the same PATH as here" if server.same else "ccusage runs with its PATH" if server.finds else "another PATH than here"
    return Check("tmux", OK, f"{server.version}, the server {line} and has {why}")
