"""The topics history and cache: the files that ccmon writes."""

from __future__ import annotations

import os
import re
from typing import Optional, Tuple

from ccmon import line_answer, line_cache, private
from ccmon.doctor import files
from ccmon.doctor.check import FAULT, HINT, HOMELESS, OK, UPDATE, Check, Commands, FileStat
from ccmon.doctor.machine import Machine
from ccmon.errors import CcmonError, PathError
from ccmon.named_tuple import NamedTuple
from ccmon.pipeline.present import source_before
from ccmon.store import check as integrity
from ccmon.store import copy, history_path
from ccmon.text import duration, plural

LITTLE_FREE, LEAST_FREE = 50_000_000, 65_536       # bytes; with less, sqlite's journal and its index have no room


class OwnFile(NamedTuple):
    """A file or folder of ccmon's own."""

    status: Optional[FileStat]            # None: there is no home for it
    above: Optional[FileStat] = None      # the lowest folder over it that there is
    problem: Optional[str] = None      # what is damaged
    newer: Optional[str] = None        # that a later ccmon has written it
    contents: str = ""
    variable: Optional[str] = None     # of the environment, which led here
    free: Optional[int] = None         # bytes of its disk that this user may fill; None: not measured
    unused: Optional[str] = None       # why it is not used, as the rest of a sentence
    odd: Optional[str] = None          # the path that is to blame for that, where it is not what is in the file
    link: bool = False                 # it leads to a file that could be used
    beside: Optional[FileStat] = None     # what sqlite has put beside it, if that is shut
    taken: Optional[FileStat] = None      # what of it another user owns, or could exchange


def _unwritable(file: OwnFile, commands: Commands) -> Optional[Tuple[str, str]]:
    """Why it cannot be written, and what mends that."""
    there, above = file.status, file.above
    if there is None:
        return "there is no home directory to keep it in", HOMELESS
    for one in filter(None, (there, file.beside)):
        if one.exists and not (one.readable and one.writable):
            return f"{one.path} cannot be read and written", _permit(one, commands, file.variable)
    if above and not above.folder:     # a file, or a link that leads nowhere
        aside = f"mv {commands.word(above.path)} {commands.word(above.path + '.old')}"
        return f"{above.path} is in the way: it is no folder", f"unset {file.variable}" if file.variable else aside
    if above and not above.writable:
        return f"nothing can be written to {above.path}", commands.permit(above, "u+rwx", file.variable)
    return None


def _permit(one: FileStat, commands: Commands, variable: Optional[str]) -> str:
    """The same for what sqlite has put beside a file: it got the file's mode."""
    main = re.sub("-(wal|shm|journal)$", "", one.path)
    return commands.permit(one._replace(path=main), "u+rwX", variable, "" if one.folder else "*")


def _taken(folder: str, why: str = private.FOREIGN) -> FileStat:
    """What there is of it; another user's is not one's own, even if it is a link to what is."""
    there = files.lowest(folder)
    return there._replace(own=there.own and why != private.FOREIGN)


# --- the history ------------------------------------------------------------------------------------------------------

def check_history(machine: Machine) -> Check:
    """The history: path, permissions, integrity."""
    path = machine.ctx.paths.store
    if path is None:
        return history(OwnFile(None), machine.commands)
    above, odd = files.above(path), history_path.odd_file(path)
    shut, taken = history_path.inaccessible(path), history_path.foreign_file(path)
    file = OwnFile(files.status_of(path), above, variable=machine.variable("CCMON_DATA_DIR", "XDG_DATA_HOME"),
                   free=files.free_bytes(above.path), unused=history_path.refusal(path), odd=odd,
                   link=odd == path and os.path.isfile(path), beside=files.status_of(shut) if shut else None,
                   taken=_taken(*taken) if taken else None)
    is_usable = file.status and odd is None and taken is None and file.status.exists and file.status.readable
    return history(_examined(file, path) if is_usable else file, machine.commands)


def _examined(file: OwnFile, path: str) -> OwnFile:
    try:
        findings = integrity.examine(path)
    except copy.InUse:
        return file._replace(contents="in use just now")
    except copy.Newer as err:
        return file._replace(newer=err.without_path)
    except CcmonError as err:
        return file._replace(unused=err.without_path if isinstance(err, PathError) else str(err))
    if findings is None:
        return file
    if findings.problems:
        return file._replace(problem=" ".join(findings.problems[0].split()))
    return file._replace(contents=f"{plural(findings.rows.get('session', 0), 'session')}, {findings.size / 1e6:.1f} MB")


def history(file: OwnFile, commands: Commands) -> Check:
    """The worst that is wrong with it."""
    if file.status and file.odd is not None:
        return Check("history", FAULT, f"{file.status.path} {file.unused}", commands.untangle(file.odd, file.link))
    if file.status and file.taken is not None:
        return Check("history", FAULT, f"{file.status.path} {file.unused}", commands.take(file.taken, file.variable))
    wrong = _unwritable(file, commands)
    if wrong or file.status is None:
        return Check("history", FAULT, *(wrong or ("", "")))
    path = file.status.path
    if file.free is not None and file.free < LEAST_FREE:
        return Check("history", FAULT, f"the disk is full: nothing can be written to {path}", commands.largest(path))
    if file.newer is not None:
        return Check("history", FAULT, file.newer, UPDATE)
    if file.unused is not None:
        return Check("history", FAULT, f"{path} {file.unused}", commands.aside(path, "moved"))
    if file.problem is not None:
        return Check("history", FAULT, f"{path} is damaged: {file.problem}", commands.aside(path, "damaged"))
    if file.free is not None and file.free < LITTLE_FREE:
        return Check("history", HINT, f"the disk has {file.free / 1e6:.0f} MB left for {path}", commands.largest(path))
    if not file.status.exists:
        return Check("history", OK, f"nothing yet; it will be {path}")
    if file.status.mode & 0o077:
        mend = f"chmod 600 {commands.word(path)}*" if file.status.own else commands.permit(file.status, "600", file.variable)
        return Check("history", HINT, f"others on this machine may read {path}", mend)
    return Check("history", OK, f"{path}, sound: {file.contents}")


# --- the lines that are ready -----------------------------------------------------------------------------------------

def check_cache(machine: Machine) -> Check:
    """The lines that are ready."""
    folder = machine.ctx.cache
    if folder is None:
        return cache(OwnFile(None), 0, machine.commands)
    state = line_answer.read_state(folder)
    age = f", refreshed {duration(max(0, machine.now - state.refreshed))} ago" if state.refreshed else ""
    inside = os.path.join(folder, "state")
    there = files.status_of(folder)
    if files.status_of(inside).mode & 0o002:           # ccmon made it 0600: the disk has no modes, as those of Windows do
        there = there._replace(mode=0)
    file = OwnFile(there, files.above(inside), contents=plural(line_cache.line_count(folder), "line") + " ready" + age,
                   variable=machine.variable("XDG_CACHE_HOME"),
                   taken=_taken(folder) if private.foreign_folder(folder) else None)
    failures = 0 if source_before(machine.ctx).not_installed else state.failures       # nothing to read yet: other topics say so
    return cache(file, failures, machine.commands)


def cache(file: OwnFile, failures: int, commands: Commands) -> Check:
    """failures: refreshes in a row that gave nothing."""
    if file.taken is not None:
        says = f"{file.taken.path} belongs to another user"
        return Check("cache", FAULT, says, commands.take(file.taken, file.variable))
    wrong = _unwritable(file, commands)
    if wrong or file.status is None:
        return Check("cache", FAULT, *(wrong or ("", "")))
    path = file.status.path
    if not file.status.exists:
        return Check("cache", OK, f"nothing yet; it will be {path}")
    if file.status.mode & 0o022:
        return Check("cache", FAULT, f"others on this machine may write to {path}", f"chmod 700 {commands.word(path)}")
    if failures:
        return Check("cache", HINT, f"refreshing it failed, {plural(failures, 'time')} in a row", "ccmon record")
    return Check("cache", OK, f"{path}, {file.contents}")
