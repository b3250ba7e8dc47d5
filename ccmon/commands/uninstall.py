"""`ccmon uninstall`: lists what ccmon has written, takes it out on yes, and prints which package command is left to type."""

import os
import sys
from types import SimpleNamespace

from ccmon import streams
from ccmon.errors import UsageError
from ccmon.quick_typing import List, Sequence, Tuple
from ccmon.setup import dotfiles
from ccmon.setup.uninstall import Installation, Leftover, Uninstall, links_to_program, package_command, size_of, where_it_runs
from ccmon.setup.written import HISTORY, LINES, LOG, PART, SETTINGS, File
from ccmon.system import ready
from ccmon.text import clean, width

OK, SOME_LEFT = 0, 1
YES = ("y", "yes")
ASIDE = "Nothing was changed."
_WORDS = {SETTINGS: "settings", LINES: "lines", LOG: "log", HISTORY: "history", PART: "unfinished"}


def run(given: SimpleNamespace) -> int:
    """List it, ask, take it out; the exit code, 1 when something of ccmon is left. UsageError where nobody can be asked."""
    call = Uninstall(os.environ, given.history)
    installation = call.survey()
    if installation.is_empty:
        code = _ended(call, installation, installation.left, "Nothing is left to take out.")
        return OK if given.dry_run else code
    _print_list("This is taken out:" if given.yes and not given.dry_run else "This would be taken out:", _rows(installation))
    if given.dry_run:
        _print_left([*installation.left, *call.by_hand([*installation.start_up, *(one.path for one in installation.left)])])
        _print_history(call, installation)
        return OK
    if not given.yes and not _is_wanted():
        print(ASIDE)
        return OK
    return _ended(call, installation, call.take_out(installation), "")


def _is_wanted() -> bool:
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("nothing was changed: this is no terminal to ask in", "Type ccmon uninstall --yes, or --dry-run to look")
    ready.discard_typed()               # what was pasted before is no answer
    try:
        return input("\nTake it out? [y/N]: ").strip().lower() in YES
    except EOFError:
        print()
        return False


def _ended(call: Uninstall, installation: Installation, left: Sequence[Leftover], words: str) -> int:
    left = [*left, *call.by_hand([one.path for one in left])]
    print(words or f"\nTaken out{' as far as it could be' if left else ''}.")
    _print_left(left)
    _print_history(call, installation)
    there = where_it_runs()
    print(f"Left to type: {package_command(there)}")
    for path in links_to_program(os.environ, there):
        print(f"and: rm {path}")
    return SOME_LEFT if left else OK


# --- the list ---------------------------------------------------------------------------------------------------------------

def _rows(installation: Installation) -> List[Tuple[str, str]]:
    rows = [("the line", path) for path in installation.start_up]
    rows += [("the line", f"the tmux that runs ({socket})") for socket in installation.servers]
    rows += [("a copy", path + dotfiles.BACKUP) for path in installation.copies]
    rows += [("a folder", path) for path in installation.folders]
    rows += [("a ccmon that runs", f"process {pid}") for pid in installation.pids]
    for kind, words in _WORDS.items():
        files = [file for file in installation.files if file.kind == kind]
        for folder in dict.fromkeys(_folder(file) for file in files):
            inside = [file for file in files if _folder(file) == folder]
            rows.append((words, inside[0].path if len(inside) == 1 else f"{folder}{os.sep} ({size_of(inside)})"))
    return rows


def _folder(file: File) -> str:
    """Where it is told to lie: cached lines of other accounts and locks have folders inside of ccmon's."""
    folder = os.path.dirname(file.path)
    parts = folder.split(os.sep)
    return os.sep.join(parts[:len(parts) - parts[::-1].index("ccmon")]) if file.kind == LINES and "ccmon" in parts else folder


def _print_list(title: str, rows: Sequence[Tuple[str, str]]) -> None:
    print(title)
    cells = max(width(words) for words, _ in rows)
    for words, path in rows:
        print(f"  {words:<{cells}}  {clean(path)}")


def _print_left(left: Sequence[Leftover]) -> None:
    if left:
        print("Left alone:")
        for one in left:
            print(f"  {clean(one.path)}: {clean(one.why)}")


def _print_history(call: Uninstall, installation: Installation) -> None:
    if installation.history and not call.with_history:
        print(f"The history stays: {clean(installation.history[0].path)} ({size_of(installation.history)}). "
              + streams.named("To take it out, too: ccmon uninstall --history"))
