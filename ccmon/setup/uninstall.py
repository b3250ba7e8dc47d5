"""`ccmon uninstall`: what is there of ccmon outside of its own program, and how it is taken away.

Nothing is removed that written.py does not name; what is a link, another user's or changed since is left alone, and named.
"""

from __future__ import annotations

import os
import re
import sys
from importlib import metadata

from ccmon import line_answer, locks, private, refresher
from ccmon.errors import CcmonError, PathError
from ccmon.quick_typing import Container, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Set
from ccmon.settings import config
from ccmon.setup import dotfiles, init, tmux_line, written
from ccmon.setup.snippets import for_sh
from ccmon.setup.written import HISTORY, LINES, SETTINGS, File
from ccmon.store import copy
from ccmon.system import newfiles, process_facts, processes, removal
from ccmon.text import plural

MOST_PASSES = 3                        # what is being written meanwhile is met in the next one
_CALLS = re.compile(r"(?<![\w.-])ccmon(-line)?(?![\w.-])")
_COMMENT = ("#", ";", "//")
PACKAGE = "ccmon-cli"
_BESIDE = {PACKAGE, "pytz", "tabulate", "windows-curses", "pip", "setuptools", "wheel", "pkg-resources", "distribute"}


class Leftover(NamedTuple):
    """What stays, and why, as the rest of a sentence."""

    path: str
    why: str


class Installation(NamedTuple):
    """What there is of ccmon."""

    start_up: Dict[str, str]           # files with ccmon's lines -> the target
    copies: Dict[str, str]             # files beside which there is a copy of what was there before -> the target
    calls: List[str]                   # that tmux makes
    servers: List[str]                 # the sockets of the tmux that make them
    pids: List[int]                    # of the ccmon that run
    files: List[File]                  # that go
    folders: List[str]                 # of its own, in which nothing is: what a call that was killed has left
    history: List[File]                # that there is, whether it goes or not
    left: List[Leftover]               # what is named beforehand

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be taken away."""
        return not (self.start_up or self.copies or self.servers or self.pids or self.files or self.folders)


class Uninstall:
    """One call: where ccmon has written is read once, what is there is surveyed again and again."""

    def __init__(self, env: Mapping[str, str], history: bool) -> None:
        self.env, self.with_history = env, history
        self.envs = written.environments(env)
        self.folders = written.folders(self.envs)
        self.start_up_files = written.start_up_files(self.envs)

    # what is there

    def survey(self) -> Installation:
        """What is there; nothing is changed."""
        files = list(dict.fromkeys(file for folder in self.folders for file in folder.files()))
        history = [file for file in files if file.kind == HISTORY]
        wanted = [file for file in files if file.kind != HISTORY or self.with_history]
        why = {file: removal.why_not(file.path) or _reason_to_stay(file) for file in wanted}
        left = [Leftover(file.path, reason) for file, reason in why.items() if reason]
        start_up = self._start_up(left)
        calls = list(dict.fromkeys(call for path, target in self.start_up_files.items() if target == "tmux"
                                   for call in init.tmux_calls(path, self.env)))
        copies = self._copies(start_up, left)
        paths = dict.fromkeys(folder.path for folder in self.folders)
        empty = [path for path in paths if _may_go(path) and removal.is_empty(path)]
        return Installation(start_up, copies, calls, tmux_line.with_line(calls, self.env), self._running(),
                            [file for file in wanted if not why[file]], empty, history, [*left, *self._of_others()])

    def _start_up(self, left: List[Leftover]) -> Dict[str, str]:
        """The files that ccmon can be taken out of; what cannot be read although it has it is added to left."""
        with_line: Dict[str, str] = {}
        seen: Set[str] = set()
        for path, target in self.start_up_files.items():
            real = os.path.realpath(path)
            try:
                has_line = real not in seen and dotfiles.can_take_out(target, path)
                if has_line and private.foreign(os.stat(path)):
                    left.append(Leftover(path, "it belongs to another user"))
                elif has_line:
                    with_line[path] = target
            except (CcmonError, OSError) as err:
                has_ccmon = "ccmon" in dotfiles.text_of(path) or removal.is_shut(path)
                left += [Leftover(path, _reason(err, path))] if real not in seen and has_ccmon else []
            seen.add(real)
        return with_line

    def _copies(self, start_up: Mapping[str, str], left: List[Leftover]) -> Dict[str, str]:
        copies = {path: target for path, target in self.start_up_files.items() if os.path.lexists(path + dotfiles.BACKUP)}
        for path in [path for path in copies if path not in start_up and not dotfiles.may_drop_copy(copies[path], path)]:
            left += [] if removal.is_shut(path) else [_copy_stays(path)]
            del copies[path]
        return copies

    def _running(self) -> List[int]:
        """The ccmon that work with these folders; where nobody sees what they work with, those that hold a lock."""
        paths, running = {folder.path for folder in self.folders}, process_facts.running_ccmon()
        is_dark = any(one.env is None for one in running)
        holders = {locks.holder_pid(folder.path) for folder in self.folders if is_dark and folder.kind == LINES}
        return [one.pid for one in running if (one.pid in holders if one.env is None else paths & _folders_of(one.env))]

    def _of_others(self) -> List[Leftover]:
        """Own folders that stay because something that ccmon did not write is in them, or as they are links."""
        left = []
        for folder in self.folders:
            names = folder.others() if os.path.basename(folder.path) == "ccmon" else []
            if os.path.islink(folder.path):
                left.append(Leftover(folder.path, removal.LINK))
            elif removal.is_shut(folder.path):
                left.append(Leftover(folder.path, "it cannot be looked into"))
            elif names:
                are = "is not a file" if len(names) == 1 else "are not files"
                left.append(Leftover(folder.path, f"{names[0]}{' and others' if names[1:] else ''} in it {are} of ccmon"))
        return left

    # taking it out

    def take_out(self, installation: Installation) -> List[Leftover]:
        """Take all of it away; what could not be, or stays. First who writes, then what was written."""
        left = {one.path: one for one in [*installation.left, *self._undone(installation)]}
        process_facts.end(installation.pids)
        for _ in range(MOST_PASSES):
            held = [locks.lock(folder.path) for folder in self.folders if folder.kind == LINES and os.path.isdir(folder.path)]
            for file in self.survey().files:           # with the locks
                why = removal.remove_file(file.path)
                left.update({file.path: Leftover(file.path, why)} if why else {})
            for fd in held:
                if fd is not None:
                    locks.unlock(fd)
            self._remove_folders()
            installation = self.survey()
            process_facts.end(installation.pids)
            if not installation.pids and all(file.path in left for file in installation.files):
                break
        newfiles.sweep([*private.temporary_folders(self.env), *map(os.path.dirname, self.start_up_files),
                        *(folder.path for folder in self.folders)])
        self._remove_folders()
        return list({**left, **{one.path: one for one in installation.left}}.values())

    def _undone(self, installation: Installation) -> List[Leftover]:
        """Take it out of other programs' files, and of the tmux that run."""
        left: List[Leftover] = []
        for path, target in installation.start_up.items():
            try:
                dotfiles.take_out(target, path)
            except CcmonError as err:
                left.append(Leftover(path, _reason(err, path)))
        failed = {one.path for one in left}
        for path, target in installation.copies.items():
            if path in failed:
                left.append(Leftover(path + dotfiles.BACKUP, f"it is what {path} held before ccmon, which is still in that"))
            elif dotfiles.drop_copy(target, path):
                left.append(_copy_stays(path))
        texts = [dotfiles.text_of(path) for path, target in self.start_up_files.items() if target == "tmux"]
        for socket in installation.servers:
            tmux_line.clear(socket, installation.calls, "\n".join(texts), self.env)
        return left

    def _remove_folders(self) -> None:
        """Folders in which nothing is left: ccmon's own, and above them those that look as ccmon makes them, up to the home."""
        homes = {home.rstrip("/") for home in map(config.home, self.envs) if home}
        for path in [*(folder.path for folder in self.folders), *map(os.path.dirname, self.start_up_files)]:
            while path not in homes and len(path) > 1 and _may_go(path) and removal.remove_folder(path):
                path = os.path.dirname(path)

    # what is for the user to do

    def by_hand(self, named: Container[str]) -> List[Leftover]:
        """What other files still call, because somebody has put it there by hand: only the user can take that out.

        named: files that are named already; there may be more in a start-up file, not in settings.json.
        """
        left = []
        for path in dict.fromkeys([*self.start_up_files, *written.files_by_hand(self.envs)]):
            is_named = path in named and self.start_up_files.get(path) == "claude"
            number = 0 if is_named else _calling_line(path)
            if number:
                left.append(Leftover(path, f"line {number}, which was put there by hand, names ccmon: take out what calls it"))
        program = processes.which("crontab", self.env)
        table = processes.printed([program, "-l"], self.env) if program else None
        if any(_is_call(row) for row in (table or "").splitlines()):
            left.append(Leftover("crontab", "it calls ccmon: take that out with crontab -e"))
        return left


# --- single files -----------------------------------------------------------------------------------------------------------

def _reason(err: Exception, path: str) -> str:
    """The error without the name of the file, which stands before it already."""
    if isinstance(err, OSError):
        return str(err.strerror)
    return err.without_path if isinstance(err, PathError) and err.path == path else str(err)


def _copy_stays(path: str) -> Leftover:
    return Leftover(path + dotfiles.BACKUP, f"it holds what is not in {path} now: remove it when you do not need it")


def _calling_line(path: str) -> int:
    """The first line, from 1, that calls ccmon, is no comment and does not stand between its marks; 0 when there is none."""
    rows = dotfiles.text_of(path).split("\n")
    begin, end = (next((at for at, row in enumerate(rows) if row.startswith(mark.decode())), -1)
                  for mark in (dotfiles.BEGIN, dotfiles.END))
    return next((at + 1 for at, row in enumerate(rows) if _is_call(row) and not begin <= at <= end), 0)


def _is_call(row: str) -> bool:
    return _CALLS.search(row) is not None and not row.lstrip().startswith(_COMMENT)


def _reason_to_stay(file: File) -> Optional[str]:
    """Why a file is not removed although its name is one of ccmon's."""
    if file.kind == HISTORY and file.path.endswith("ccmon.db") and copy.is_of_another_program(file.path):
        return "it is a database of another program"
    if file.kind == SETTINGS:
        try:
            own = written.has_own_comments(private.read(file.path, private.anybody).decode("utf-8", "replace"))
        except OSError as err:
            return f"it cannot be read ({err.strerror})"
        return "it has comments of your own: remove it when you do not need them" if own else None
    return None


def _folders_of(env: Mapping[str, str]) -> Set[str]:
    """Where a process with that environment writes."""
    store, cache = config.paths(env).store, line_answer.folder(env)
    return {path for path in (os.path.dirname(store or ""), cache or "") if path}


def _may_go(path: str) -> bool:
    return os.path.basename(path) == "ccmon" or removal.is_private_folder(path)


def size_of(files: Sequence[File]) -> str:
    """How many there are, and how large."""
    return f"{plural(len(files), 'file')}, {sum(removal.size(file.path) for file in files) / 1e6:.1f} MB"


# --- the program itself ---------------------------------------------------------------------------------------------------

class Where(NamedTuple):
    """Where ccmon runs."""

    prefix: str                        # of the Python
    is_venv: bool
    names: List[str]                   # of what lies in the prefix
    packages: Optional[List[str]]      # that are installed there; None where ccmon is not one of them
    folder: str                        # in which the folder ccmon is
    pip: str                           # as words of a command
    has_pip: bool
    is_managed: bool                   # the system's own Python, which refuses pip


def where_it_runs() -> Where:
    """Of this process."""
    folder, is_venv = refresher.import_folder(), sys.prefix != sys.base_prefix
    packages = [dist for dist in metadata.distributions() if not is_venv or _is_in(str(dist.locate_file("")), sys.prefix)]
    own = [{str(file) for file in dist.files or ()} for dist in packages if _named([dist]) == [PACKAGE]]
    editable = any(files and "ccmon/__init__.py" not in files for files in own)        # it leads to its sources
    names = _named(packages)
    # Where it runs from its sources, a package that is installed, too, is another one.
    is_clone = os.path.exists(os.path.join(folder, "setup.cfg")) and not _is_in(folder, sys.prefix)
    marker = os.path.join(os.path.dirname(os.__file__), "EXTERNALLY-MANAGED")
    pip = os.path.join(sys.prefix, "Scripts" if processes.WINDOWS else "bin", "pip.exe" if processes.WINDOWS else "pip")
    return Where(sys.prefix, is_venv, removal.names(sys.prefix),
                 names if PACKAGE in names and (editable or not is_clone) else None, folder, processes.pip(),
                 os.path.exists(pip) or not is_venv, os.path.exists(marker))


def _named(packages: Iterable[object]) -> List[str]:
    names = (getattr(dist, "metadata", {}).get("Name") or "" for dist in packages)
    return sorted({re.sub(r"[-_.]+", "-", name).lower() for name in names if name})


def _is_in(path: str, folder: str) -> bool:
    return os.path.realpath(path).startswith(os.path.realpath(folder).rstrip(os.sep) + os.sep)


def package_command(there: Where) -> str:
    """The words to type, or a sentence where there is no package."""
    parts = there.prefix.replace("\\", "/").rstrip("/").split("/")
    if "pipx_metadata.json" in there.names:
        return f"pipx uninstall {for_sh(parts[-1])}"
    if "uv-receipt.toml" in there.names:
        return f"uv tool uninstall {for_sh(parts[-1])}"
    if there.packages is None:
        return f"nothing: ccmon runs from {there.folder}, which no package owns"
    if there.is_venv and set(there.packages) <= _BESIDE:
        return f"rm -r {for_sh(there.prefix)}"
    if there.is_venv and not there.has_pip:
        return f"uv pip uninstall --python {for_sh(there.prefix)} {PACKAGE}"
    return f"{there.pip} uninstall {'--break-system-packages ' if there.is_managed and not there.is_venv else ''}{PACKAGE}"


def links_to_program(env: Mapping[str, str], there: Where) -> List[str]:
    """Links on PATH into that Python, made by hand: no package command removes them; pipx and uv remove their own."""
    if not there.is_venv or {"pipx_metadata.json", "uv-receipt.toml"} & set(there.names):
        return []
    paths = (os.path.join(folder, name) for folder in processes.folders(env) for name in ("ccmon", "ccmon-line"))
    return [path for path in dict.fromkeys(paths) if os.path.islink(path) and _is_in(path, there.prefix)
            and not _is_in(os.path.dirname(path), there.prefix)]
