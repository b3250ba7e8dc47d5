"""What every topic of `ccmon doctor` works with: the settings, what several topics measure, files around it. Changes nothing."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
import time
from contextlib import suppress
from functools import lru_cache
from types import SimpleNamespace

from ccmon import call, line_answer, private
from ccmon.doctor.check import Commands, FileStat
from ccmon.errors import CcmonError, SettingError, UsageError
from ccmon.quick_typing import Callable, Iterator, Mapping, Optional, Sequence, Tuple, TypeVar
from ccmon.settings import accounts, config, options
from ccmon.settings.context import Context, settings_of
from ccmon.store import connection, rows
from ccmon.system import clock, processes
from ccmon.typed_values import RawValue

Result = TypeVar("Result")
InForce = Tuple[options.Settings, Tuple[Mapping[str, RawValue], ...], Optional[CcmonError]]


class Machine:
    """This machine for this user; a wrong configuration is noted and left out."""

    def __init__(self, given: SimpleNamespace, env: Mapping[str, str]) -> None:
        paths = config.paths(env)
        self.settings, self.layers, self.config_error = _settings(call.flags(given), env, paths.config)
        self.env = env = self._of_account(env, paths.store)
        self.zone_error: Optional[CcmonError] = None
        self.zone = self._zone()
        self.ctx = Context(env, paths, line_answer.folder(env), config.owner(env), self.settings, self.zone)
        self.commands = Commands(paths.home, paths.home is not None and is_foreign(paths.home), env)
        self.now = int(time.time())
        with suppress(CcmonError):     # a clock that is set wrong is another topic's
            self.now = clock.now(self.env)

    def _of_account(self, env: Mapping[str, str], store: Optional[str]) -> Mapping[str, str]:
        """The environment with the folders of the account that is named."""
        name, given = self.settings.account, self.given("account")
        try:
            if not (name and given):
                return env
            return accounts.account_named(name, given.where, env, self.settings, store, int(time.time())).env
        except CcmonError as err:
            if given and isinstance(err, UsageError):
                err = SettingError(err.what, err.way_out, given.where, given.line)
            self.config_error = self.config_error or err
            return env

    def _zone(self) -> clock.TimeZone:
        try:
            return clock.zone(self.settings.timezone).with_dial(self.settings.clock)
        except CcmonError as err:
            self.zone_error = err
            return clock.zone("local")

    def given(self, name: str) -> Optional[RawValue]:
        """The option as it was set; None when nobody did."""
        return next((layer[name] for layer in self.layers if name in layer), None)

    def unset(self, name: str) -> Optional[str]:
        """The command that takes back an option; None when nobody set it."""
        given = self.given(name)
        return self.commands.unset(given.where, given.line, self.config_file()) if given else None

    def config_file(self) -> Optional[FileStat]:
        """config.ini; None where there is no home for it."""
        return status_of(self.ctx.paths.config) if self.ctx.paths.config else None

    def variable(self, *names: str) -> Optional[str]:
        """The first of these variables that names a folder."""
        return next((name for name in names if os.path.isabs(self.env.get(name, ""))), None)

    def installer(self, commands: Mapping[str, str]) -> Optional[str]:
        """The command of the first of these programs that is here."""
        return next((command for program, command in commands.items() if processes.which(program, self.env)), None)

    def of_history(self, query: Callable[[sqlite3.Connection, int], Result]) -> Optional[Result]:
        """What a query of the history gives of our owner; None where there is none, or it cannot be read."""
        with suppress(CcmonError):
            return connection.read_owner(self.ctx.paths.store, self.ctx.owner, query, None) if self.ctx.paths.store else None
        return None

    @lru_cache(maxsize=None)           # noqa: B019  one object a process
    def last_ccusage(self) -> Optional[str]:
        """The path of the ccusage that last worked, as the history has it."""
        path = self.ctx.paths.store
        with suppress(CcmonError):
            return connection.read_file(path, lambda db: rows.note(db, "ccusage_path")) if path else None
        return None


def _settings(flags: Mapping[str, RawValue], env: Mapping[str, str], path: Optional[str]) -> InForce:
    """What is in force, of which layers, and why not all of it where some cannot be read."""
    error: Optional[CcmonError] = None
    for source in (flags, env, path), (flags, env, None), (flags, {}, None), ({}, {}, None):
        try:
            sections = config.read(source[2], options.SECTIONS)
            layers = source[0], options.from_environment(source[1]), options.from_file(sections)
            return settings_of(layers, sections), layers, error
        except CcmonError as err:
            error = error or err
    raise AssertionError("the defaults are valid")


# --- files ------------------------------------------------------------------------------------------------------------

def status_of(path: str) -> FileStat:
    """What is there; where that cannot be seen, the folder over it that is shut."""
    try:
        status = os.stat(path)
    except PermissionError:
        return _shut_above(path)
    except (OSError, ValueError):
        return FileStat(path)
    folder = stat.S_ISDIR(status.st_mode)
    enter = os.X_OK if folder else 0
    own = private.is_own(status)
    return FileStat(path, True, folder, stat.S_IMODE(status.st_mode) if os.name == "posix" else 0, own,
                 os.access(path, os.R_OK | enter), os.access(path, os.W_OK | enter))


def _shut_above(path: str) -> FileStat:
    folder = os.path.dirname(path)
    with suppress(OSError):
        own = private.is_own(os.stat(folder))
        return FileStat(folder, True, True, own=own, readable=False, writable=False)
    return _shut_above(folder) if folder != os.path.dirname(folder) else FileStat(folder, True, True, own=False, readable=False)


def is_foreign(path: str) -> bool:
    """Whether it belongs to another user, who is not root."""
    with suppress(OSError):
        return private.foreign(os.stat(path)) is not None
    return False


def folder_above(path: str) -> FileStat:
    """The lowest folder over the path that there is."""
    folder = os.path.dirname(path)
    while folder != os.path.dirname(folder) and not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    return status_of(folder)


def free_bytes(folder: str) -> Optional[int]:
    """What this user may still write there; None where nobody says it (Windows, some network disks)."""
    if sys.platform == "win32":
        return None
    try:
        status = os.statvfs(folder)
    except (OSError, ValueError):
        return None
    if not status.f_blocks:
        return None
    return 0 if status.f_files and not status.f_favail else status.f_bavail * status.f_frsize


def shut_logs(configured: Sequence[str], folders: Sequence[str]) -> Optional[FileStat]:
    """The topmost of what cannot be read of the folders of logs, each in the configured one of its number; None: all can be."""
    for outer, folder in zip(configured, folders):
        top, whole = status_of(outer), status_of(folder)
        if top.exists and not top.readable:
            return top
        wrong = [inner for inner in _below(folder) if not inner.readable]
        if whole.exists and (wrong or not whole.readable):
            return whole._replace(own=whole.own and all(inner.own for inner in wrong))
    return None


def _below(folder: str) -> Iterator[FileStat]:
    """Every folder and log below; links are not followed, as the reader does."""
    waiting = [folder]
    while waiting:
        with suppress(OSError, ValueError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                is_folder = entry.is_dir(follow_symlinks=False)
                if is_folder or entry.name.endswith(".jsonl") and entry.is_file(follow_symlinks=False):
                    yield status_of(entry.path)
                if is_folder:
                    waiting.append(entry.path)
