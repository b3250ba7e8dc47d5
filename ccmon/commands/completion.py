"""`ccmon completion`: prints the completions of a shell, which lie beside the installed package or in its sources."""

import os
import sys
from types import SimpleNamespace

from ccmon import refresher, streams
from ccmon.errors import CcmonError
from ccmon.quick_typing import Iterator

OK = 0
PREFIX_DEPTH = 3                       # PREFIX/lib/python3.13/site-packages, and not further up: others may write there
PLACES = {"bash": "bash-completion/completions/ccmon", "zsh": "zsh/site-functions/_ccmon",
          "fish": "fish/vendor_completions.d/ccmon.fish"}


def run(given: SimpleNamespace) -> int:
    """Print them; the exit code."""
    streams.print_exactly(text(given.shell, os.path.join(refresher.import_folder(), "ccmon"), sys.prefix))
    return OK


def text(shell: str, package: str, prefix: str) -> str:
    """The completions that belong to the package in that folder. CcmonError when they were not installed with it."""
    for path in _candidates(shell, package, prefix):
        try:
            with open(path, encoding="utf-8") as file:
                return file.read()
        except OSError:
            continue
    raise CcmonError(f"the completions for {shell} were not installed with {package}", "Install ccmon again: pip install .")


def _candidates(shell: str, package: str, prefix: str) -> Iterator[str]:
    """In a clone; else in the share folder above the package (also a user's own Python, and --prefix), or that of the Python."""
    above = os.path.dirname(package)
    if os.path.isfile(os.path.join(above, "setup.cfg")):
        yield os.path.join(above, "completions", os.path.basename(PLACES[shell]))
    for _ in range(PREFIX_DEPTH + 1):
        yield os.path.join(above, "share", *PLACES[shell].split("/"))
        above = os.path.dirname(above)
    yield os.path.join(prefix, "share", *PLACES[shell].split("/"))
