"""`ccmon init`: what shows the line in a shell or bar, and where to put it."""

import os
from argparse import Namespace

from ccmon import init

OK = 0


def run(given: Namespace) -> int:
    """Print it, or edit the start-up file; the exit code."""
    print(init.run(given.target, given.write, given.undo, os.environ), end="")
    return OK
