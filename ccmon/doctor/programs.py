"""The topics ccmon, Node and ccusage: the programs, where they are and whether they run."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress
from datetime import date
from functools import lru_cache

from ccmon import __version__
from ccmon.doctor.check import FAULT, HINT, OK, UPDATE, Check, Commands
from ccmon.doctor.machine import Machine
from ccmon.errors import CcmonError
from ccmon.quick_typing import NamedTuple, Optional, Tuple
from ccmon.setup.snippets import for_sh
from ccmon.sources import ccusage, ccusage_output, program_search
from ccmon.system import processes
from ccmon.text import plural
from ccmon.usage.price_table import DATE, OLD_DAYS
from ccmon.when import DAY_S

INSTALLERS = {                         # of Node.js; the first that is there
    "brew": "brew install node", "apt-get": "sudo apt-get install nodejs npm", "dnf": "sudo dnf install nodejs",
    "pacman": "sudo pacman -S nodejs npm", "apk": "sudo apk add nodejs npm", "zypper": "sudo zypper install nodejs npm",
    "winget": "winget install OpenJS.NodeJS.LTS"}
_OPENERS = {"darwin": "open", "win32": "start"}        # of addresses


# --- ccmon ------------------------------------------------------------------------------------------------------------

def check_ccmon(machine: Machine) -> Check:
    """This program."""
    path, first, same = processes.own_program(), processes.which("ccmon", machine.env), False
    with suppress(OSError):
        same = bool(path and first and os.path.samefile(path, first))
    return prices_aged(ccmon(path, first, same), machine.now)


def ccmon(path: Optional[str], first: Optional[str], same: bool) -> Check:
    """path: what was called, None when it was no command; first: the ccmon on PATH, the same one or another."""
    says = f"{__version__}, Python {'.'.join(map(str, sys.version_info[:3]))}"
    if path is None or first and same:
        return Check("ccmon", OK, says + (f", {first}" if first else ""))
    folder = for_sh(path.rpartition("/")[0])
    why = f"another ccmon comes first on PATH: {first}" if first else f"{path} is not on PATH"
    return Check("ccmon", HINT, f"{says}: {why}", f'export PATH={folder}:"$PATH"')


def prices_aged(check: Check, now: int) -> Check:
    """The verdict on ccmon once its table of prices is old: newer models have no price, others may cost something else."""
    days = now // DAY_S - (date(*map(int, DATE.split("-"))) - date(1970, 1, 1)).days
    if check.state != OK or days <= OLD_DAYS:
        return check
    return Check(check.topic, HINT, f"{check.says}: its prices are of {DATE}, {plural(days, 'day')} old", UPDATE)


# --- Node.js ----------------------------------------------------------------------------------------------------------

class Node(NamedTuple):
    """The Node.js on PATH, else the one that ccusage gets."""

    path: Optional[str]
    version: Optional[str]             # None: it printed none
    npm: Optional[str]
    install: str                       # the command that installs Node.js
    on_path: bool = True


def check_node(machine: Machine) -> Check:
    """Node.js and npm."""
    return node(measure_node(machine), measure_ccusage(machine).error is None)


@lru_cache(maxsize=None)
def measure_node(machine: Machine) -> Node:
    """Of the ccusage that would be run."""
    env, home = machine.env, machine.ctx.paths.home
    try:
        program: Optional[str] = program_search.find_ccusage(machine.settings.ccusage, machine.last_ccusage(), env, home).path
    except CcmonError:
        program = None
    on_path = processes.which("node", env)
    path = on_path or program_search.node_path(program, env, home)
    version = processes.printed([path, "--version"], env) if path else None
    beside = os.path.join(os.path.dirname(path or ""), "npm")
    npm = processes.which("npm", env) or (beside if path and processes.is_program(beside) else None)
    return Node(path, version, npm, machine.installer(INSTALLERS) or by_hand(sys.platform), on_path is not None)


def by_hand(platform: str) -> str:
    """How to get Node.js where nothing here installs it; the platform is that of sys."""
    return f"{_OPENERS.get(platform, 'xdg-open')} https://nodejs.org/en/download"


def node(there: Node, ccusage_runs: bool) -> Check:
    """ccusage may run without it: one beside ccusage, or a native one."""
    if there.path is None:
        if ccusage_runs:
            return Check("Node", OK, "not on PATH; ccusage runs all the same")
        return Check("Node", HINT, "not found; ccusage from npm needs it", there.install)
    if there.version is None:
        return Check("Node", HINT if ccusage_runs else FAULT, f"{there.path} does not run", there.install)
    if there.npm is None and not ccusage_runs:
        return Check("Node", HINT, f"{there.version}, {there.path}; npm, which installs ccusage, is not there", there.install)
    hidden = "" if there.on_path else ", which is not on PATH: ccusage gets it"
    return Check("Node", OK, f"{there.version}, {there.path}{hidden}")


# --- ccusage ----------------------------------------------------------------------------------------------------------

class CcusageRun(NamedTuple):
    """A run of ccusage."""

    source: str                        # auto | ccusage | logs
    path: Optional[str] = None
    version: Optional[str] = None
    took_s: float = 0.0
    error: Optional[CcmonError] = None
    unset: Optional[str] = None        # the command that takes back the wrong name of the program


def check_ccusage(machine: Machine) -> Check:
    """ccusage: where, which, whether it runs and how long."""
    return run_of_ccusage(measure_ccusage(machine), measure_node(machine), machine.commands)


@lru_cache(maxsize=None)
def measure_ccusage(machine: Machine) -> CcusageRun:
    """One run, of a few that topics need."""
    settings, env, home = machine.settings, machine.env, machine.ctx.paths.home
    if settings.source == "logs":
        return CcusageRun("logs")
    try:
        program = program_search.find_ccusage(settings.ccusage, machine.last_ccusage(), env, home)
        started = time.monotonic()
        answer = ccusage.fetch(program, settings.timeout, env, home)
        took_s = time.monotonic() - started
        ccusage_output.parse(answer, machine.now)
        version = program_search.packaged_version(program) or ccusage.version(program, env, home)
        return CcusageRun(settings.source, program.path, version, took_s)
    except CcmonError as err:
        unset = machine.unset("ccusage") if isinstance(err, ccusage_output.NotFound) else None
        return CcusageRun(settings.source, error=err, unset=unset)


def run_of_ccusage(run: CcusageRun, there: Node, commands: Commands) -> Check:
    """Where the log files stand in, those to come as well, it is a hint."""
    if run.source == "logs":
        return Check("ccusage", OK, "not asked: source = logs")
    if run.error is None:
        return Check("ccusage", OK, f"{run.version or 'of unknown version'}, {run.path}, runs in {run.took_s:.2f} s")
    says, mend = _mended(run.error, there, commands)
    stand_in = isinstance(run.error, ccusage_output.Failed) and run.error.missing and run.source == "auto"
    says += ": Claude Code's log files are read instead" if stand_in else ""
    return Check("ccusage", HINT if stand_in else FAULT, says, mend or run.unset or ccusage_output.SEE_COMMAND)


def _mended(error: CcmonError, there: Node, commands: Commands) -> Tuple[str, str]:
    """What is wrong, and the command that mends it, "" where the error has none."""
    if isinstance(error, ccusage_output.TooSlow):
        return error.what, commands.setting("timeout", f"{error.longer_s:g}")
    if isinstance(error, ccusage_output.NoNode) and there.path is None:
        return str(error), there.install
    if isinstance(error, ccusage_output.NoData):
        return str(error), "claude"
    return (error.what if error.command else str(error)), error.command


def runs_with(machine: Machine, path: str) -> Tuple[Optional[bool], bool]:
    """Whether ccusage runs with that PATH, and only as ccmon remembers it; None when it has no version here either."""
    run, env = measure_ccusage(machine), {**machine.env, "PATH": path}
    if run.error is not None or run.version is None:
        return None, False
    home = machine.ctx.paths.home
    for remembered in dict.fromkeys((None, machine.last_ccusage())):
        with suppress(CcmonError):
            program = program_search.find_ccusage(machine.settings.ccusage, remembered, env, home)
            if ccusage.version(program, env, home):
                return True, remembered is not None
    return False, False
