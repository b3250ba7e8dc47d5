"""What `ccmon doctor` measures: each topic's facts, gathered through the doors and handed to verdicts.py. Changes nothing."""

import os
import re
import shlex
import sys
import time
from contextlib import suppress
from functools import lru_cache
from types import SimpleNamespace
from typing import List, Mapping, NamedTuple, Optional, Tuple

from ccmon import __version__, arguments, line_answer, line_cache, output
from ccmon.doctor import node as node_found
from ccmon.doctor import prices, probes, shown, verdicts
from ccmon.doctor.verdicts import Check, Owned
from ccmon.errors import CcmonError
from ccmon.fullscreen import curses_package, screen
from ccmon.model import Place
from ccmon.settings import accounts, config, options
from ccmon.settings.context import Context, settings_of
from ccmon.setup import init, settings_json, snippets, visibility
from ccmon.setup.prompt_verdict import SHELLS
from ccmon.sources import ccusage, ccusage_json, log_files
from ccmon.store import check, facts, place
from ccmon.system import clock, dotfiles, private
from ccmon.system import tmux as tmux_servers
from ccmon.text import duration, plural
from ccmon.typed_values import Given


class _Settings(NamedTuple):
    """What is in force, as far as it can be had."""

    settings: options.Settings
    layers: Tuple[Mapping[str, Given], ...]
    error: Optional[str]               # why not all of it


class Surroundings:
    """What every topic is looked at with; a wrong configuration is noted and left out."""

    def __init__(self, given: SimpleNamespace, env: Mapping[str, str]) -> None:
        paths = config.paths(env)
        self.settings, self.layers, self.config_error = _settings(arguments.flags(given), env, paths.config)
        self.env = env = self._of_account(env, paths.store)
        self.zone_error: Optional[str] = None
        self.zone = self._zone()
        self.ctx = Context(env, paths, line_answer.folder(env), config.owner(env), self.settings, self.zone)
        self.owned = Owned(paths.home, paths.home is not None and probes.is_foreign(paths.home))
        self.now = self._now()

    def _of_account(self, env: Mapping[str, str], store: Optional[str]) -> Mapping[str, str]:
        """The environment with the folders of the account that is named."""
        name = self.settings.account
        if name:
            where = next((layer["account"].where for layer in self.layers if "account" in layer), "account")
            try:
                return accounts.chosen(name, where, env, self.settings, store, int(time.time())).env
            except CcmonError as err:
                self.config_error = self.config_error or str(err)
        return env

    def _zone(self) -> clock.Zone:
        try:
            return clock.zone(self.settings.timezone).with_dial(self.settings.clock)
        except CcmonError as err:
            self.zone_error = str(err)
            return clock.zone("local")

    def _now(self) -> int:
        try:
            return clock.now(self.env)
        except CcmonError:
            return int(time.time())

    def undo(self, name: str) -> Optional[str]:
        """The command that takes back a setting; None when nobody made it."""
        given = next((layer[name] for layer in self.layers if name in layer), None)
        return verdicts.undo(given.where, self.config_place(), self.owned) if given else None

    def config_place(self) -> Optional[Place]:
        """config.ini as it was found."""
        return probes.place(self.ctx.paths.config) if self.ctx.paths.config else None

    @lru_cache(maxsize=None)           # noqa: B019  one object a process
    def remembered(self) -> Optional[str]:
        """The ccusage that last worked, as the history has it."""
        path = self.ctx.paths.store or ""
        with suppress(CcmonError):
            return facts.look(path, facts.ccusage_path) if _is_stored(path) else None
        return None

    @lru_cache(maxsize=None)           # noqa: B019
    def ran(self) -> verdicts.Ccusage:
        """One run of ccusage."""
        return _ran(self)

    @lru_cache(maxsize=None)           # noqa: B019
    def node(self) -> verdicts.Node:
        """Node.js and npm."""
        return node_found.measured(self.settings.ccusage, self.remembered(), self.env, self.ctx.paths.home)

    @lru_cache(maxsize=None)           # noqa: B019
    def found_logs(self) -> verdicts.Logs:
        """Claude Code's log files."""
        return _found_logs(self)


def _settings(flags: Mapping[str, Given], env: Mapping[str, str], path: Optional[str]) -> _Settings:
    """With as many of the layers as can be read."""
    error: Optional[str] = None
    for source in (flags, env, path), (flags, env, None), (flags, {}, None), ({}, {}, None):
        try:
            sections = config.read(source[2], options.SECTIONS)
            layers = source[0], options.from_environment(source[1]), options.from_file(sections)
            return _Settings(settings_of(layers, sections), layers, error)
        except CcmonError as err:
            error = error or str(err)
    raise AssertionError("the defaults are sound")


# --- programs ---------------------------------------------------------------------------------------------------------

def ccmon(around: Surroundings) -> Check:
    """This program."""
    path, first = probes.called(), probes.which("ccmon", around.env)
    same = bool(path and first and probes.same_file(path, first))
    check = verdicts.ccmon(__version__, ".".join(map(str, sys.version_info[:3])), path, first, same)
    return prices.aged(check, around.now)


def node(around: Surroundings) -> Check:
    """Node.js and npm."""
    return verdicts.node(around.node(), around.ran().error is None, verdicts.by_hand(sys.platform))


def _ran(around: Surroundings) -> verdicts.Ccusage:
    settings, env, home = around.settings, around.env, around.ctx.paths.home
    if settings.source == "logs":
        return verdicts.Ccusage("logs")
    try:
        program = ccusage.find(settings.ccusage, around.remembered(), env, home)
        started = time.monotonic()
        answer = ccusage.fetch(program, settings.timeout, env, home)
        took_s = time.monotonic() - started
        ccusage_json.parse(answer, around.now)
        version = ccusage.packaged_version(program) or ccusage.version(program, env, home)
        return verdicts.Ccusage(settings.source, program.path, version, took_s)
    except ccusage.Failed as err:
        undo = around.undo("ccusage") if isinstance(err, ccusage.NotFound) else None
        return verdicts.Ccusage(settings.source, error=str(err), missing=err.missing, undo=undo)
    except CcmonError as err:
        return verdicts.Ccusage(settings.source, error=str(err))


def ccusage_run(around: Surroundings) -> Check:
    """ccusage: where, which, whether it runs and how long."""
    found = around.node()
    installs = verdicts.INSTALLERS.get(found.installer or "", verdicts.by_hand(sys.platform))
    return verdicts.ccusage(around.ran(), found.path is not None, installs)


def _found_logs(around: Surroundings) -> verdicts.Logs:
    configured = config.claude_folders(around.env)
    folders = log_files.projects(configured)
    there = tuple(folder for folder in dict.fromkeys(folders) if os.path.isdir(folder))
    files = log_files.scan(folders)
    newest_s = max(0, around.now - max(file.mtime_ns for file in files) // 10 ** 9) if files else None
    named = any(part.strip() for part in around.env.get("CLAUDE_CONFIG_DIR", "").split(","))
    return verdicts.Logs(there, len(files), newest_s, tuple(probes.shut_logs(configured, folders)), tuple(folders), named,
                         _difference(around, log_files.stamp(files)))


def _difference(around: Surroundings, stamp: str) -> Optional[Tuple[int, int]]:
    path = around.ctx.paths.store or ""
    with suppress(CcmonError):
        if _is_stored(path):
            return facts.look(path, lambda db: facts.difference(db, around.ctx.owner, around.now, stamp))
    return None


def logs(around: Surroundings) -> Check:
    """The log files."""
    return verdicts.logs(around.found_logs(), around.owned)


# --- settings ---------------------------------------------------------------------------------------------------------

def configuration(around: Surroundings) -> Check:
    """config.ini and the CCMON_ variables."""
    given = {name for layer in around.layers[1:] for name in layer}
    return verdicts.configuration(around.config_place(), around.config_error, len(given), around.owned)


def time_zone(around: Surroundings) -> Check:
    """The zone and the clock."""
    here, fixed = clock.zone("local"), around.env.get("CCMON_NOW", "").strip()
    error, undo = around.zone_error, around.undo("timezone")
    try:
        clock.now(around.env)
    except CcmonError as err:
        error, undo = str(err), "unset CCMON_NOW"
    by_default = around.settings.origin["timezone"] == "default"
    differs = around.zone.offset_s(around.now) != here.offset_s(around.now)
    return verdicts.time(verdicts.Time(around.zone.name, error, undo, by_default, differs, here.name, bool(fixed)))


# --- what is kept -----------------------------------------------------------------------------------------------------

def _variable(around: Surroundings, *names: str) -> Optional[str]:
    return next((name for name in names if os.path.isabs(around.env.get(name, ""))), None)


def history(around: Surroundings) -> Check:
    """The history: place, permissions, soundness."""
    path = around.ctx.paths.store
    if path is None:
        return verdicts.history(verdicts.Kept(None), False, around.owned)
    above, variable = probes.above(path), _variable(around, "CCMON_DATA_DIR", "XDG_DATA_HOME")
    odd, shut = place.odd(path), place.shut(path)
    kept = verdicts.Kept(probes.place(path), above, variable=variable, free=probes.free(above.path), strange=place.strange(path),
                         odd=odd, link=odd == path and os.path.isfile(path), beside=probes.place(shut) if shut else None)
    taken, newer = place.taken_by_others(path), False
    kept = kept._replace(taken=_lowest(*taken) if taken else None)
    if kept.place and odd is None and taken is None and kept.place.exists and kept.place.readable:
        kept, newer = _examined(kept, path)
    return verdicts.history(kept, newer, around.owned)


def _examined(kept: verdicts.Kept, path: str) -> Tuple[verdicts.Kept, bool]:
    try:
        found = check.examine(path)
    except CcmonError as err:
        if "held by another program" in str(err):
            return kept._replace(contents="in use just now"), False
        words = str(err).replace(path + " ", "", 1)
        newer = "newer ccmon" in words
        return kept._replace(problem=words) if newer else kept._replace(strange=words), newer
    if found is None:
        return kept, False
    if found.problems:
        return kept._replace(problem=" ".join(found.problems[0].split())), False
    return kept._replace(contents=f"{plural(found.rows.get('session', 0), 'session')}, {found.size / 1e6:.1f} MB"), False


def _is_stored(path: str) -> bool:
    """Whether there is a history that the program would use."""
    return os.path.exists(path) and place.strange(path) is None


def _lowest(folder: str, why: str = private.FOREIGN) -> Place:
    """What there is of it; another user's is not one's own, even if it is a link to what is."""
    found = probes.place(folder) if os.path.lexists(folder) else probes.above(folder)
    return found._replace(own=found.own and why != private.FOREIGN)


def cache(around: Surroundings) -> Check:
    """The lines that are ready."""
    folder = around.ctx.cache
    if folder is None:
        return verdicts.cache(verdicts.Kept(None), 0, around.owned)
    state = line_answer.read_state(folder)
    age = f", refreshed {duration(max(0, around.now - state.refreshed))} ago" if state.refreshed else ""
    inside = os.path.join(folder, "state")
    there = probes.place(folder)
    if probes.place(inside).mode & 0o002:          # ccmon made it 0600: the disk keeps no modes, as those of Windows do
        there = there._replace(mode=0)
    kept = verdicts.Kept(there, probes.above(inside), None,
                         plural(line_cache.line_count(folder), "line") + " ready" + age, _variable(around, "XDG_CACHE_HOME"),
                         taken=_lowest(folder) if line_answer.is_foreign_folder(folder) else None)
    return verdicts.cache(kept, state.failures, around.owned)


# --- where it is shown ------------------------------------------------------------------------------------------------

def claude(around: Surroundings) -> Check:
    """The status line in Claude Code's settings."""
    found = _connection(around.env)
    seen = visibility.of_claude(around.env) if found.set_up else None
    return shown.claude(found._replace(silent_s=_silent_s(around), seen=seen), around.owned)


def _silent_s(around: Surroundings) -> Optional[int]:
    path = around.ctx.paths.store or ""
    with suppress(CcmonError):
        told = facts.look(path, lambda db: facts.last_percentage(db, around.ctx.owner)) if _is_stored(path) else None
        return None if told is None else around.now - told
    return None


def _connection(env: Mapping[str, str]) -> shown.Shown:
    path = "settings.json"
    try:
        path = dotfiles.path_of("claude", env)
        content = (dotfiles.read(path) or b"{}").decode("utf-8")
        connected, called = settings_json.calls_ccmon(content), settings_json.programs(content)
    except (CcmonError, UnicodeDecodeError) as err:
        line = re.search(r" line (\d+)", str(err))
        says = f"{path} {err}" if isinstance(err, settings_json.Unfit) else str(err)
        return shown.Shown("claude", path, says, int(line[1]) if line else 1)
    gone = next((one for one in called if os.path.isabs(one) and not (probes.is_program(one) or one[-3:] == ".py" and
                                                                      os.path.isfile(one))), None)
    return shown.Shown("claude", path, set_up=connected, gone=gone)


def shells(around: Surroundings) -> Check:
    """The blocks that `ccmon init --write` has put into start-up files."""
    return shown.shells([_with_sight(_start_up(target, around.env), around.env) for target in snippets.BLOCKS], around.owned)


def _with_sight(file: shown.Shown, env: Mapping[str, str]) -> shown.Shown:
    """Starts the shell once, where the line is set up in one; nothing where it is not."""
    is_wanted = file.target in SHELLS and file.set_up and not file.gone
    return file._replace(seen=visibility.of(file.target, env)) if is_wanted else file


def _start_up(target: str, env: Mapping[str, str]) -> shown.Shown:
    path = "~"
    try:
        path = dotfiles.path_of(target, env)
        path = next(iter(dotfiles.with_block_in(target, env)), path)
        block = dotfiles.block(path)
    except CcmonError as err:
        return shown.Shown(target, path, str(err), _line_of_mark(path))
    program = _program_in(block or "")
    return shown.Shown(target, path, set_up=block is not None or init.is_called_by_hand(target, env),
                        gone=program if program and not probes.is_program(program) else None)


def _line_of_mark(path: str) -> int:
    with suppress(CcmonError):
        rows = (dotfiles.read(path) or b"").splitlines()
        return next((n for n, row in enumerate(rows, 1) if row.startswith((dotfiles.BEGIN, dotfiles.END))), 1)
    return 1


def _program_in(block: str) -> Optional[str]:
    """The absolute path that a block calls."""
    call = re.search(r"(?:\[ -x|test -x) (.*?)(?: \] &&|; and )", block) or re.search(r" #\((.*?)\)", block)
    with suppress(ValueError, IndexError):
        word = shlex.split(call[1].replace("##", "#").replace("%%", "%"))[0] if call else ""
        return word if os.path.isabs(word) else None
    return None


def tmux(around: Surroundings) -> Check:
    """tmux, and whether ccusage can be run with the PATH of its server."""
    path = probes.which("tmux", around.env)
    if path is None:
        return shown.tmux(shown.Tmux(None), around.owned)
    version = probes.said([path, "-V"], around.env) or "tmux"
    told = tmux_servers.has_server(around.env) and probes.said([path, "show-environment", "-g", "PATH"], around.env) or ""
    if not told.startswith("PATH="):
        return shown.tmux(shown.Tmux(version), around.owned)
    rows = (probes.said([path, "show-options", "-g"], around.env) or "").splitlines()
    has_line = any("ccmon" in row for row in rows if row.startswith("status"))
    server = told[len("PATH="):]
    same = server == around.env.get("PATH")
    finds, remembered = (True, False) if same else _runs_with(around, {**around.env, "PATH": server})
    is_wanted = has_line or _start_up("tmux", around.env).set_up
    seen = visibility.of_tmux(around.env) if is_wanted else None
    return shown.tmux(shown.Tmux(version, server, has_line, same, finds, remembered, seen), around.owned)


def _runs_with(around: Surroundings, env: Mapping[str, str]) -> Tuple[Optional[bool], bool]:
    """Whether ccusage runs there, and whether only by memory; None when it tells no version here either."""
    if around.ran().error is not None or around.ran().version is None:
        return None, False
    home = around.ctx.paths.home
    for remembered in dict.fromkeys((None, around.remembered())):
        with suppress(CcmonError):
            program = ccusage.find(around.settings.ccusage, remembered, env, home)
            if ccusage.version(program, env, home):
                return True, remembered is not None
    return False, False


def terminal(around: Surroundings) -> Check:
    """The terminal."""
    streams: List[object] = [sys.stdin, sys.stdout]
    is_terminal = all(stream is not None and stream.isatty() for stream in streams)  # type: ignore[attr-defined]
    size = output.size()
    colours = output.colours(around.ctx, sys.stdout)
    trouble = screen.usable(around.env) if is_terminal else None
    theme = output.theme_shown(around.ctx).theme if is_terminal and colours else ""
    return verdicts.terminal(verdicts.Terminal(trouble, is_terminal, around.env.get("TERM", ""), colours, size.columns, size.rows,
                                               theme, curses_package.command(around.env) if screen.curses is None else ""))


def locale(around: Surroundings) -> Check:
    """The locale's characters."""
    name = next(filter(None, map(around.env.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    known = probes.locale_is_known()
    mend = "setx PYTHONUTF8 1" if os.name == "nt" else f"export LC_ALL={output.installed_locale()}"
    return verdicts.locale(name or "", output.utf8(), known, mend)
