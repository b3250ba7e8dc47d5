"""The start: a cached status line is answered here at once, everything else goes to the command line."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping, NoReturn


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


def add_packages() -> None:
    """What `python -S` has left out: the folders of packages."""
    if sys.flags.no_site:
        import site
        site.main()


def refresh_lines(argv: "list[str]", lock: int) -> None:
    """What the detached refresher does."""
    add_packages()
    from ccmon.pipeline.refresh import in_background
    in_background(argv, lock)


def start_refresher(where: str, argv: "list[str]", env: "Mapping[str, str]") -> None:
    """Have the lines of that cache refreshed behind the caller's back."""
    from ccmon import refresher
    refresher.refresh(where, argv, env, refresh_lines)


def finish(line: bytes) -> bytes:
    """The line itself, or what is made of a record for Claude Code."""
    from ccmon.line_answer import RECORD
    if line[:1] != RECORD:
        return line
    from ccmon.sources.hook import finish
    return finish(line)


def leave(code: int) -> "NoReturn":
    """End the process with that code without taking down all that is loaded, which would cost a third of a short call.

    Whoever looks into the interpreter (profilers, tracers, -X dev, -W, -i) gets its own end.
    """
    if not (sys.flags.dev_mode or sys.flags.inspect or sys.warnoptions or sys.getprofile() or sys.gettrace() or is_monitored()):
        try:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code & 255)
        except (AttributeError, OSError, ValueError):
            pass                       # a closed or full stream: the interpreter says so
    sys.exit(code)


def is_monitored() -> bool:
    """Whether a profiler or coverage looks on by sys.monitoring, as they do from Python 3.12 on."""
    monitoring = getattr(sys, "monitoring", None)
    return monitoring is not None and any(monitoring.get_tool(number) is not None for number in range(6))


def is_printed_version() -> bool:
    """Print the version by what is loaded already; False where that fails: the long road says why."""
    from ccmon import __version__
    try:
        os.write(1, f"ccmon {__version__}\n".encode())
        return True
    except OSError:
        return False


def main() -> None:
    """The `ccmon` command."""
    keep_streams()
    argv = sys.argv[1:]
    if "--statusline" in argv:
        if "CCMON_NOW" not in os.environ:
            from ccmon import line_answer
            if line_answer.answer(argv, start_refresher, finish):
                os._exit(0)
        leave(long_road(argv))
    if argv in (["--version"], ["-V"]) and is_printed_version():
        leave(0)
    few_collections()
    from ccmon.fullscreen import guardian
    try:
        if guardian.wanted(argv, os.environ):
            guardian.start()
        from ccmon.cli import main as run
        code = run(argv)
    except KeyboardInterrupt:          # while it is loaded, or says what went wrong
        code = 130
    finally:
        guardian.dismiss()             # no screen after all, and ended by a mistake
    leave(code)


def few_collections() -> None:
    """Look for cycles seldom: loading makes many objects and no garbage, and each look goes through all of them."""
    import gc
    gc.set_threshold(50_000)


def long_road(argv: "list[str]") -> int:
    """A status line that is not cached; that ccmon cannot be loaded is a line too."""
    few_collections()
    try:
        add_packages()
        from ccmon import cli
        from ccmon.commands import statusline  # noqa: F401
    except Exception as err:
        from ccmon.line_answer import put
        put(f"CC ! ccmon cannot start: {type(err).__name__} {getattr(err, 'name', None) or ''}".rstrip().encode() + b"\n")
        return 0
    return cli.main(argv)


def leave_folder() -> None:
    """`python -m` looks for what is imported in the folder that it was called in first: ours has been found there or not."""
    try:
        if sys.path[:1] == [os.getcwd()] and not getattr(sys.flags, "safe_path", sys.flags.isolated):
            del sys.path[0]
    except OSError:
        pass                           # the folder is gone: nothing is looked for in it


if __name__ == "__main__":
    leave_folder()
    main()
