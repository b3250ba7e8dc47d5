"""`ccmon init`: what shows the line in a shell or bar, and where to put it."""

import os
from types import SimpleNamespace

from ccmon import streams
from ccmon.errors import UsageError
from ccmon.setup import first_run, init, prompts, visibility
from ccmon.setup.prompt_check import NOT_SEEN

OK, UNSEEN = 0, 1


def run(given: SimpleNamespace) -> int:
    """Print it, or edit the start-up file; without a target ask what is wanted; the exit code, 1 for a line that is not seen."""
    if given.target is None:
        if given.write or given.undo or given.shown or given.above:
            flag = next(f"--{name}" for name in ("undo", "write", "above", "shown") if getattr(given, name))
            raise UsageError(f"name the file's program: ccmon init SHELL {flag}", "See: ccmon init --help")
        return first_run.run(os.environ)
    where = prompts.ABOVE if given.above else prompts.SHOWN if given.shown else prompts.BARE
    words = init.run(given.target, given.write, given.undo, os.environ, where)
    print(streams.named(words) if given.write or given.undo else words, end="")
    return _print_visibility(given.target) if given.write else OK


def _print_visibility(target: str) -> int:
    """Print whether the line is seen where it is set up now; the exit code."""
    verdict = visibility.visibility(target, os.environ)
    words = [*visibility.sentences(target, os.environ, verdict), *visibility.colours_hint([target], os.environ)]
    print(streams.named("\n".join(words)))
    return UNSEEN if verdict and verdict.state == NOT_SEEN else OK
