"""The command line: what each call prints and its exit code; the one place where errors become text."""

import errno
import os
import sys
from importlib import import_module
from io import TextIOWrapper

from ccmon import streams
from ccmon.errors import CcmonError, Unwritable, UsageError
from ccmon.quick_typing import List, Sequence
from ccmon.system import signals

OK, INTERNAL = 0, 70
WITHOUT_CONTEXT = ("init", "config", "completion", "doctor", "uninstall", "manual")  # they work with a wrong configuration, too
DISK = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM)


def main(argv: Sequence[str]) -> int:
    """Run one call and return its exit code; no traceback reaches the user."""
    _keep_streams()
    signals.end_in_order()
    try:
        code = _exit_code(list(argv))
        sys.stdout.flush()             # here, where what goes wrong is handled
        return code
    except CcmonError as err:
        return streams.complain(str(err), err.code)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _silence_stdout()
        return OK
    except Exception as err:
        if isinstance(err, OSError) and err.errno in DISK:
            _silence_stdout()
            return streams.complain(f"{err}. Check free space and permissions", Unwritable.code)
        return streams.complain(f"internal error: {type(err).__name__}: {err}. {streams.logged()}", INTERNAL)


def _exit_code(argv: List[str]) -> int:
    try:
        return _run(argv)
    except SystemExit as done:         # --help, --version, or a signal
        return int(done.code or 0)


def _run(argv: List[str]) -> int:
    """Each command is a room of its own, loaded when it is wanted."""
    if "--statusline" in argv:
        return int(import_module("ccmon.commands.statusline").statusline(argv))
    from ccmon import call  # the line does without, where that cannot be loaded either
    given = call.parse(argv)
    if getattr(given, "reset_terminal", False):
        return _reset_terminal()
    module = import_module(f"ccmon.commands.{given.command or 'look'}")
    if given.command in WITHOUT_CONTEXT:
        return int(module.run(given))
    with call.context_of(given) as ctx:
        try:
            return int(module.run(given, ctx))
        finally:
            database = sys.modules.get("ccmon.store.database")         # whatever the call was about; not to be loaded for that
            for sentence in database.moved_aside() if database else ():
                streams.complain(sentence, OK)


def _reset_terminal() -> int:
    from ccmon.fullscreen import terminal
    try:
        terminal.reset()
    except OSError:
        raise UsageError("standard output is not a terminal", "Type ccmon --reset-terminal in the one to bring back") from None
    return OK


def _keep_streams() -> None:
    """Give the print of this process somewhere to go, and let no character stop it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _silence_stdout() -> None:
    """The reader has gone: the interpreter is not to complain about it at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError:
        pass
