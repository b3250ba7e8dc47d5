"""`ccmon help --man [TOPIC]`: that page of the manual, by `man` where it can show it, else as text."""

import os
import signal
import sys
from types import SimpleNamespace

import ccmon
from ccmon import output
from ccmon.errors import CcmonError
from ccmon.quick_typing import Optional
from ccmon.system import processes
from ccmon.views import manual

OK = 0


def run(given: SimpleNamespace) -> int:
    """Show it."""
    path = path_of(given.page)
    page = _in_archive(given.page) if path is None else None
    if path is not None and not (sys.stdout.isatty() and _shown_by_man(path)):
        with open(path, "rb") as file:
            page = file.read()
    if page is not None:
        output.show_text(os.environ, manual.text(page.decode("utf-8"), output.size().columns))
    elif path is None:
        raise CcmonError("the manual did not come along with ccmon", "Install it as a whole, or see: ccmon help")
    return OK


def _in_archive(page: str) -> Optional[bytes]:
    """What it holds where ccmon runs from a zip, in which it has no path."""
    from pkgutil import get_data
    try:
        return get_data("ccmon", f"man/{page}")
    except OSError:
        return None


def path_of(page: str) -> Optional[str]:
    """Where it is: in the package that was installed, or beside it in a clone; None where it is not."""
    package = os.path.dirname(os.path.abspath(ccmon.__file__))
    places = (os.path.join(folder, "man", page) for folder in (package, os.path.dirname(package)))
    return next(filter(os.path.isfile, places), None)


def _shown_by_man(path: str) -> bool:
    """Through the user's own man; False where there is none, or one that cannot: some systems have a stand-in that only talks."""
    program = processes.which("man", os.environ)
    if program is None or processes.WINDOWS or path not in (processes.printed([program, "-w", path], os.environ) or ""):
        return False
    import subprocess
    sys.stdout.flush()
    try:
        process = subprocess.Popen([program, path], env=processes.environment(os.environ))  # absolute, no shell  # nosec B603
    except OSError:
        return False
    interrupt = signal.signal(signal.SIGINT, signal.SIG_IGN)       # Ctrl-C is the pager's
    try:
        return process.wait() == 0
    finally:
        signal.signal(signal.SIGINT, interrupt)
