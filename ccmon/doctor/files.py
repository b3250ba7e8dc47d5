"""The topics logs, account, history and cache: Claude Code's files, and those that ccmon writes."""

from __future__ import annotations

import math
import os
import re
import sqlite3

from ccmon import line_answer, line_cache, private
from ccmon.doctor.check import FAULT, HINT, HOMELESS, OK, UPDATE, Check, Commands, FileStat
from ccmon.doctor.machine import Machine, folder_above, free_bytes, shut_logs, status_of
from ccmon.errors import INSTALL_COMMAND, CcmonError, PathError
from ccmon.learning import state
from ccmon.model import LearnedLimit
from ccmon.pipeline import stored
from ccmon.pipeline.present import source_before
from ccmon.quick_typing import NamedTuple, Optional, Tuple
from ccmon.settings import config
from ccmon.sources import log_files
from ccmon.store import check as integrity
from ccmon.store import copy, history_path, learning, present
from ccmon.text import count, duration, plural
from ccmon.typed_values import PLANS
from ccmon.usage import utilization
from ccmon.usage.account_note import AccountNote, AskedNote

FAR = 2.0                              # the figures of plans are references: less than that apart says nothing
NO_HOME = ("there is no home directory to keep it in", HOMELESS)
LITTLE_FREE, LEAST_FREE = 50_000_000, 65_536       # bytes; with less, sqlite's journal and its index have no room


# --- logs -------------------------------------------------------------------------------------------------------------

def check_logs(machine: Machine) -> Check:
    """None is no fault of a new machine, but one of a wrong CLAUDE_CONFIG_DIR."""
    configured = config.claude_folders(machine.env)
    folders = log_files.projects(configured)
    is_named = any(part.strip() for part in machine.env.get("CLAUDE_CONFIG_DIR", "").split(","))
    shut = shut_logs(configured, folders)
    if shut:                           # one command a call: the next one names the next folder
        return Check("logs", FAULT, f"{shut.path} cannot be read, or not all in it",
                     machine.commands.permit(shut, "-R u+rX", "CLAUDE_CONFIG_DIR" if is_named else None))
    there = [folder for folder in dict.fromkeys(folders) if os.path.isdir(folder)]
    if not there and is_named:
        return Check("logs", FAULT, f"CLAUDE_CONFIG_DIR leads to {folders[0]}, which is not there", "unset CLAUDE_CONFIG_DIR")
    logs = log_files.scan(folders)
    if not logs:
        return Check("logs", HINT, f"none yet in {folders[-1]}: Claude Code writes them", "claude")
    stamp = log_files.stamp(logs)
    differ = machine.of_history(lambda db, owner: present.running_difference(db, owner, machine.now, stamp))
    if differ:                         # tokens of the session that runs
        return Check("logs", HINT, f"ccusage counts {count(differ[0])} tokens in the session that runs, the log files "
                     f"hold {count(differ[1])}: the screen says ccusage's figure, the history that of the logs", INSTALL_COMMAND)
    newest_s = max(0, machine.now - max(file.mtime_ns for file in logs) // 10 ** 9)
    return Check("logs", OK, f"{plural(len(logs), 'file')}, the newest {duration(newest_s)} old, {', '.join(there)}")


# --- account ----------------------------------------------------------------------------------------------------------

StoredAccount = Tuple[AccountNote, Optional[LearnedLimit], AskedNote]      # the last: where claude is to be asked
NO_ACCOUNT: StoredAccount = (AccountNote(), None, AskedNote())


def check_account(machine: Machine) -> Check:
    """Which file is read, and for what."""
    settings = machine.settings
    note, learned, asked = machine.of_history(_account_of) or NO_ACCOUNT
    return verdict(note, learned if settings.origin["plan"] == "default" else None,
                   asked if settings.official == "claude" else AskedNote(), settings.account_file, machine.now, machine.commands)


def _account_of(db: sqlite3.Connection, owner: int) -> StoredAccount:
    learned = state.load(learning.note(db, owner, learning.LEARNED))
    limit = utilization.limit_in_tokens(learned.learned, None, None) if learned else None
    return stored.read_account_note(db, owner), limit, stored.read_asked_note(db, owner)


def verdict(note: AccountNote, learned: Optional[LearnedLimit], asked: AskedNote, is_read: bool, now: int,
            commands: Commands) -> Check:
    """A file that is not there is no fault: not everybody has used Claude Code here."""
    if asked.sentence:
        return Check("account", HINT, asked.sentence.rstrip("."), commands.setting("official", "statusline"))
    if not is_read:
        return Check("account", OK, "Claude Code's own file is not read: account_file = no")
    if not note.path and not note.fault:
        return Check("account", OK, "Claude Code's own file .claude.json has not been read so far")
    age = f", {duration(now - note.read_at)} old" if note.read_at else ""
    says = f"reads {note.path or '.claude.json'}{age} (off: account_file = no)"      # one row of 60 cells
    if note.fault:
        return Check("account", HINT, f"{note.path or '.claude.json'} is not read: {note.fault}",
                     commands.setting("account_file", "no"))
    far = _disagreement(note.login.plan, learned)
    return Check("account", HINT, far, commands.setting("plan", "ml_auto")) if far else Check("account", OK, says)


def _disagreement(plan: str, learned: Optional[LearnedLimit]) -> str:
    """Where another plan's figure is much nearer to what was learned; the file is as old as the last login."""
    if not plan or learned is None:
        return ""
    nearest = min(PLANS, key=lambda name: abs(math.log(PLANS[name] / learned.tokens)))
    if nearest == plan or learned.low / FAR <= PLANS[plan] <= learned.high * FAR:
        return ""
    return (f"plan {plan} by Claude Code's own file, which is as old as the last login; the learned limit, "
            f"about {count(learned.tokens)} tokens, is nearer to {nearest}")


# --- ccmon's own ------------------------------------------------------------------------------------------------------

class OwnFile(NamedTuple):
    """A file or folder of ccmon's own."""

    status: FileStat
    above: FileStat                    # the lowest folder over it that there is
    problem: Optional[str] = None      # what is damaged
    newer: Optional[str] = None        # that a later ccmon has written it
    contents: str = ""
    variable: Optional[str] = None     # of the environment, which led here
    free: Optional[int] = None         # bytes of its disk that this user may fill; None: not measured
    unused: Optional[str] = None       # why it is not used, as the rest of a sentence
    odd: Optional[str] = None          # the path that is to blame for that, where it is not what is in the file
    link: bool = False                 # it leads to a file that could be used
    beside: Optional[FileStat] = None  # what sqlite has put beside it, if that is shut
    taken: Optional[FileStat] = None   # what of it another user owns, or could exchange


def _unwritable(file: OwnFile, commands: Commands) -> Optional[Tuple[str, str]]:
    """Why it cannot be written, and what mends that."""
    above = file.above
    for one in filter(None, (file.status, file.beside)):
        if one.exists and not (one.readable and one.writable):
            main = re.sub("-(wal|shm|journal)$", "", one.path)         # what is beside it got its mode
            return f"{one.path} cannot be read and written", commands.permit(
                one._replace(path=main), "u+rwX", file.variable, "" if one.folder else "*")
    if not above.folder:     # a file, or a link that leads nowhere
        aside = f"mv {commands.word(above.path)} {commands.word(above.path + '.old')}"
        return f"{above.path} is in the way: it is no folder", f"unset {file.variable}" if file.variable else aside
    if not above.writable:
        return f"nothing can be written to {above.path}", commands.permit(above, "u+rwx", file.variable)
    return None


def _taken(folder: str, why: str = private.FOREIGN) -> FileStat:
    """What there is of it; another user's is not one's own, even if it is a link to what is."""
    there = status_of(folder) if os.path.lexists(folder) else folder_above(folder)
    return there._replace(own=there.own and why != private.FOREIGN)


# --- the history ------------------------------------------------------------------------------------------------------

def check_history(machine: Machine) -> Check:
    """The history: path, permissions, integrity."""
    path = machine.ctx.paths.store
    if path is None:
        return Check("history", FAULT, *NO_HOME)
    above, odd = folder_above(path), history_path.odd_file(path)
    shut, taken = history_path.inaccessible(path), history_path.foreign_file(path)
    file = OwnFile(status_of(path), above, variable=machine.variable("CCMON_DATA_DIR", "XDG_DATA_HOME"),
                   free=free_bytes(above.path), unused=history_path.refusal(path), odd=odd,
                   link=odd == path and os.path.isfile(path), beside=status_of(shut) if shut else None,
                   taken=_taken(*taken) if taken else None)
    is_usable = odd is None and taken is None and file.status.exists and file.status.readable
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
    if file.odd is not None:
        return Check("history", FAULT, f"{file.status.path} {file.unused}", commands.untangle(file.odd, file.link))
    if file.taken is not None:
        return Check("history", FAULT, f"{file.status.path} {file.unused}", commands.take(file.taken, file.variable))
    wrong = _unwritable(file, commands)
    if wrong:
        return Check("history", FAULT, *wrong)
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
        return Check("cache", FAULT, *NO_HOME)
    state = line_answer.read_state(folder)
    age = f", refreshed {duration(max(0, machine.now - state.refreshed))} ago" if state.refreshed else ""
    inside = os.path.join(folder, "state")
    there = status_of(folder)
    if status_of(inside).mode & 0o002:           # ccmon made it 0600: the disk has no modes, as those of Windows do
        there = there._replace(mode=0)
    file = OwnFile(there, folder_above(inside), contents=plural(line_cache.line_count(folder), "line") + " ready" + age,
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
    if wrong:
        return Check("cache", FAULT, *wrong)
    path = file.status.path
    if not file.status.exists:
        return Check("cache", OK, f"nothing yet; it will be {path}")
    if file.status.mode & 0o022:
        return Check("cache", FAULT, f"others on this machine may write to {path}", f"chmod 700 {commands.word(path)}")
    if failures:
        return Check("cache", HINT, f"refreshing it failed, {plural(failures, 'time')} in a row", "ccmon record")
    return Check("cache", OK, f"{path}, {file.contents}")
