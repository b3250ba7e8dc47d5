"""The start: a cached status line is answered here at once, everything else goes to the command line."""

import os
import sys


def keep_streams() -> None:
    """Make a closed stdin, stdout or stderr /dev/null: otherwise the next file opened would get its number."""
    try:
        while True:
            fd = os.open(os.devnull, os.O_RDWR)
            if fd > 2:
                os.close(fd)
                return
    except OSError:
        pass                           # no descriptor is left: nothing can take the number either


def refresh_lines(argv: "list[str]", lock: int) -> None:
    """What the detached refresher does."""
    from ccmon.refresh import in_background
    in_background(argv, lock)


def finish(line: bytes) -> bytes:
    """The line itself, or what is made of a record for Claude Code."""
    from ccmon.linecache import RECORD
    if line[:1] != RECORD:
        return line
    from ccmon.hook import finish
    return finish(line)


def main() -> None:
    """The `ccmon` command."""
    keep_streams()
    argv = sys.argv[1:]
    if "--statusline" in argv and "CCMON_NOW" not in os.environ:
        from ccmon import linecache
        if linecache.answer(argv, refresh_lines, finish):
            os._exit(0)
    from ccmon.cli import main as run
    sys.exit(run(argv))


if __name__ == "__main__":
    main()
