"""Text as it is on standard output; what goes wrong as a line on stderr, and its details in the log.

What a message needs is loaded for it: most calls go well.
"""

import os
import sys
from io import TextIOWrapper


def named(sentence: str) -> str:
    """The sentence with the commands of ccmon that it names as they can be typed here."""
    from ccmon.text import with_name
    return with_name(sentence, own_command())


def own_command() -> str:
    """How ccmon is to be called in what people are to type."""
    from ccmon.system import processes
    return processes.own_command(os.environ)


def complain(sentence: str, code: int) -> int:
    """Print on stderr what is wrong; gives the exit code back."""
    from ccmon.text import clean
    try:
        print(f"ccmon: {clean(named(sentence))}", file=sys.stderr)
    except OSError:
        pass                           # nobody can read it: the exit code has to do
    return code


def logged() -> str:
    """Write the present exception to the log; a sentence with its path."""
    import time
    from traceback import format_exc

    from ccmon.settings import config
    path = config.paths(os.environ).log
    with config.open_log(path) as log:
        log.write(time.strftime("%Y-%m-%d %H:%M:%S ") + format_exc())
    return f"Details are in {path}" if path and os.path.exists(path) else "There is no place for a log"


def size() -> "tuple[int, int]":
    """Columns and rows of the terminal, or by COLUMNS and LINES; 0 where there is none. shutil would take long to load."""
    columns, rows = _cells("COLUMNS"), _cells("LINES")
    if columns <= 0 or rows <= 0:
        try:
            terminal = os.get_terminal_size(sys.__stdout__.fileno())      # type: ignore[union-attr]
            columns, rows = columns if columns > 0 else terminal.columns, rows if rows > 0 else terminal.lines
        except (AttributeError, ValueError, OSError):
            pass                       # there is none
    return max(0, columns), max(0, rows)


def columns() -> int:
    """Cells of a row of the terminal, 80 where there is none."""
    return size()[0] or 80


def _cells(name: str) -> int:
    """The number in the variable; 0 where that is no number."""
    try:
        return int(os.environ[name])
    except (KeyError, ValueError):
        return 0


def print_exactly(text: str) -> None:
    """Print text that has its own line ends."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(newline="")
    print(text, end="")
