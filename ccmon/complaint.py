"""What goes wrong, as a line on stderr, and its details in the log. It loads what it needs then: most calls go well."""

import os
import sys


def named(sentence: str) -> str:
    """The sentence with the commands of ccmon that it names as they can be typed here."""
    from ccmon import own_name
    return own_name.with_name(sentence, own_command())


def own_command() -> str:
    """How ccmon is to be called in what people are told to type."""
    from ccmon.system import processes
    return processes.own_command(os.environ)


def complain(sentence: str, code: int) -> int:
    """Say on stderr what is wrong; gives the exit code back."""
    from ccmon.text import clean
    try:
        print(f"ccmon: {clean(named(sentence))}", file=sys.stderr)
    except OSError:
        pass                           # nobody can be told: the exit code has to do
    return code


def logged() -> str:
    """Write the present exception to the log and say where."""
    import time
    from traceback import format_exc

    from ccmon.settings import config
    path = config.paths(os.environ).log
    with config.open_log(path) as log:
        log.write(time.strftime("%Y-%m-%d %H:%M:%S ") + format_exc())
    return f"Details are in {path}" if path and os.path.exists(path) else "There is no place for a log"
