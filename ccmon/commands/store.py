"""`ccmon history --check` and `--backup FILE`: the integrity of what is stored, and a copy of it."""

import os

from ccmon.errors import CcmonError
from ccmon.quick_typing import List
from ccmon.settings.context import Context
from ccmon.store import copy, history_path
from ccmon.store.check import TABLES, CheckResult, examine
from ccmon.text import clean, count, plural, wrap
from ccmon.when import dated

OK = 0
_CELLS = 78
_NAMED = 5                             # sessions that are listed one by one


def stored_at(ctx: Context) -> str:
    """The path of the history. CcmonError when there is no place for one."""
    if not ctx.paths.store:
        raise CcmonError("There is no home directory: history is off", "Set HOME or CCMON_DATA_DIR")
    return ctx.paths.store


def check(ctx: Context) -> int:
    """Check every page and row, and print what was checked. Raises CcmonError where anything is wrong."""
    path = stored_at(ctx)
    result = examine(path)
    if result is None:
        print(f"Nothing is stored yet: {path} does not exist")
        return OK
    if result.problems:
        raise _damaged(path, result.problems[0], len(result.problems) - 1)
    shut = history_path.inaccessible(path)
    summary = f"{path} can be read, but nothing is recorded: {shut} cannot be written" if shut else f"{path} is sound"
    words = [_contents(result), "looked at: every page and index, the links between tables, the values",
             *_not_counted(result, ctx)]
    copy_path = [f"as it was before the upgrade: {clean(result.copy)}"] if result.copy and os.path.exists(result.copy) else []
    print("\n  ".join([summary, *(line for text in words for line in wrap(text, _CELLS)), *copy_path]))
    return OK


def _not_counted(result: CheckResult, ctx: Context) -> List[str]:
    """The sessions that are stored beside the history, because they overlap others."""
    if not result.aside:
        return []
    named = [f"{dated(one.start, ctx.zone)} {plural(one.tokens, 'token')}" for one in result.aside[:_NAMED]]
    more = len(result.aside) - len(named)
    verbs = "overlaps others and does" if len(result.aside) == 1 else "overlap others and do"
    names = ", ".join(named) + (f" and {count(more)} more" if more else "")
    return [f"{plural(len(result.aside), 'session')} {verbs} not count: {names}"]


def _contents(result: CheckResult) -> str:
    parts = [plural(number, TABLES[table]) for table, number in result.rows.items() if number]
    hosts = f" of {', '.join(map(clean, result.hosts))}" if result.hosts else ""
    return f"{', '.join(parts) or 'no rows'}{hosts}; schema {result.version}, {_megabytes(result.size)}"


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _damaged(path: str, what: str, more: int) -> CcmonError:
    others = f", and {count(more)} more" if more else ""
    return CcmonError(f"{path} is damaged ({' '.join(what.split())}{others})", "Move it away with its -wal and -shm: "
                      "a backup can take its place, else a new history is begun")


def backup(ctx: Context, file: str) -> int:
    """Copy the history to the file, also while it is in use."""
    path = stored_at(ctx)
    if not history_path.exists(path):
        raise CcmonError(f"There is nothing to copy yet: {path} does not exist. ccmon keeps sessions from its first run on")
    try:
        sessions, size = copy.backup(path, file)
    except copy.Broken as error:
        raise _damaged(path, str(error), 0) from None
    print(f"{plural(sessions, 'session')} copied to {clean(file)} ({_megabytes(size)})")
    return OK
