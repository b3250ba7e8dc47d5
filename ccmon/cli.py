"""The command line: what each call prints and its exit code; the one place where errors become text."""

import errno
import json
import os
import sys
import time
from argparse import Namespace
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from typing import Iterator, List, Mapping, Sequence

from ccmon import arguments, config, demo, hook, init, linecache, linefiles, lines, memory, output, refresh, screen
from ccmon.context import Context, prepare
from ccmon.model import CcmonError, Facts, Given, Snapshot, Source, Unwritable, UsageError
from ccmon.refresh import current_facts
from ccmon.text import Line, clean
from ccmon.views import dashboard, foot, idle, report
from ccmon.views.scene import Scene

OK, UNWRITABLE, USAGE, NO_SESSION, NO_DATA, INTERNAL = 0, 1, 2, 20, 30, 70
DISK = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EPERM)


def main(argv: Sequence[str]) -> int:
    """Run one call and return its exit code; no traceback reaches the user."""
    _keep_streams()
    refresh.end_in_order()
    try:
        code = _exit_code(list(argv))
        sys.stdout.flush()             # here, where what goes wrong is handled
        return code
    except UsageError as err:
        return _complain(str(err), USAGE)
    except Unwritable as err:
        return _complain(str(err), UNWRITABLE)
    except CcmonError as err:
        return _complain(str(err), NO_DATA)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _silence_stdout()
        return OK
    except Exception as err:
        if isinstance(err, OSError) and err.errno in DISK:
            _silence_stdout()
            return _complain(f"{err}. Check free space and permissions", UNWRITABLE)
        return _complain(f"internal error: {type(err).__name__}: {err}. {_logged()}", INTERNAL)


def _exit_code(argv: List[str]) -> int:
    try:
        return _run(argv)
    except SystemExit as done:         # --help, --version, or a signal
        return int(done.code or 0)


def _run(argv: List[str]) -> int:
    if "--statusline" in argv:
        return _statusline(argv)
    given = arguments.parse(argv)
    if given.command == "init":
        print(init.run(given.target, given.write, given.undo, os.environ), end="")
        return OK
    with _context(given) as ctx:
        return _command(given, ctx)


def _command(given: Namespace, ctx: Context) -> int:
    if given.command == "record":
        return _record(ctx)
    if given.command:
        return _run_command(given, ctx)
    if given.json:
        return _json(ctx)
    if given.once:
        return _told(_once(ctx))
    if screen.usable(ctx.env) is None:
        return _full_screen(ctx)
    _once(ctx)
    return OK


def _run_command(given: Namespace, ctx: Context) -> int:
    """Each command is a room of its own, loaded when it is wanted."""
    module = import_module(f"ccmon.{given.command}_command")
    return int(module.run(given, ctx))


# --- contexts -----------------------------------------------------------------------------------------------------------

@contextmanager
def _context(given: Namespace) -> Iterator[Context]:
    """What the call works with; a demo's own home goes when the call ends."""
    flags = arguments.flags(given)
    if not getattr(given, "demo", False):
        yield prepare(flags, os.environ)
        return
    from tempfile import TemporaryDirectory  # slow to load, and seldom wanted
    with TemporaryDirectory(prefix="ccmon-demo-") as folder:
        yield _demo_context(flags, folder)


def _demo_context(flags: Mapping[str, Given], folder: str) -> Context:
    """A context whose home is the folder, with a memory of simulated sessions."""
    configured = config.paths(os.environ).config
    own = {"HOME": folder, "XDG_DATA_HOME": folder, "XDG_CACHE_HOME": folder, "XDG_STATE_HOME": folder,
           "XDG_CONFIG_HOME": os.path.dirname(os.path.dirname(configured)) if configured else folder}
    ctx = prepare(flags, {**{name: value for name, value in os.environ.items() if name != "CCMON_DATA_DIR"}, **own})
    if ctx.settings.origin["plan"] == "default":
        ctx = ctx._replace(settings=ctx.settings._replace(plan=demo.PLAN))
    ctx = ctx._replace(demo=demo.anchor(ctx.now()))
    memory.remember_demo(ctx)
    return ctx


# --- one look, for people and programs ---------------------------------------------------------------------------------

def _record(ctx: Context) -> int:
    known = memory.old_news(ctx)
    facts = current_facts(ctx, insist=True)
    if facts.source.error:
        return _complain(failure(facts.source), NO_DATA)
    if facts.trouble and not memory.works(ctx):
        return _complain(facts.trouble, NO_DATA)
    if facts.trouble and facts.trouble != known:       # no harm, but said once: a damaged store was moved aside
        return _complain(facts.trouble, OK)
    return OK


def failure(source: Source) -> str:
    """The sentence that people search for."""
    return f"Failed to get usage data: {source.error or 'another ccmon is still reading them. Try again in a moment'}"


def _json(ctx: Context) -> int:
    snapshot = ctx.view(current_facts(ctx), ctx.now())
    print(json.dumps(report.document(snapshot)))
    return _told(snapshot)


def _told(snapshot: Snapshot) -> int:
    """The exit code, with a word on stderr when there is nothing to show."""
    code = report.exit_code(snapshot)
    if code == NO_DATA:
        _complain(failure(snapshot.source), code)
    if code == NO_SESSION:
        _complain(idle.NO_SESSION, code)
    return code


def _once(ctx: Context) -> Snapshot:
    facts = current_facts(ctx)
    snapshot = ctx.view(facts, ctx.now())
    size = output.size()
    status = foot.source_words(facts.source, snapshot.now)
    scene = Scene(snapshot, facts, ctx.zone, output.charset(ctx, sys.stdout), status, "", ctx.settings.compact)
    _print_frame(ctx, dashboard.render(scene, max(20, size.columns), max(5, size.rows)))
    return snapshot


def _print_frame(ctx: Context, lines: Sequence[Line]) -> None:
    for row in output.painted(ctx, lines):
        print(row)


def _full_screen(ctx: Context) -> int:
    from ccmon import app
    with config.open_log(ctx.paths.log) as log:
        return app.run(ctx, output.charset(ctx, sys.stdout), log)


# --- the line -----------------------------------------------------------------------------------------------------------

def _statusline(argv: List[str]) -> int:
    """Always one line and exit 0; what is wrong goes into the line, and nothing to stderr: prompts show that too."""
    try:
        line = _line(argv)
    except CcmonError as err:
        line = lines.error_line(argv, os.environ, str(err))
    except Exception as err:
        _logged()
        line = lines.error_line(argv, os.environ, f"internal error: {type(err).__name__}")
    linecache.put(hook.finish(line.encode("utf-8", "replace")))
    return OK


def _line(argv: List[str]) -> str:
    with _context(arguments.parse(argv)) as ctx:
        ctx = ctx._replace(utf8=linecache.is_utf8(ctx.env))
        facts = _facts_of_line(ctx, argv)
        line = lines.line_of(ctx, facts, ctx.now())
        # Not when a refresh has ended meanwhile: what it wrote is newer.
        if ctx.demo is None and ctx.cache and "CCMON_NOW" not in ctx.env and refresh.source_before(ctx) == facts.source:
            linefiles.write_line(ctx.cache, linecache.key(argv, os.environ), line.encode("utf-8", "replace"))
        return line


def _facts_of_line(ctx: Context, argv: List[str]) -> Facts:
    """What is stored, refreshed behind the caller's back when it is old; waits only where nobody was ever answered."""
    if ctx.demo is not None:
        return current_facts(ctx)
    runs = bool(ctx.cache) and linecache.refresh(ctx.cache or "", argv, ctx.env, refresh.in_background)
    facts = refresh.load(ctx, ctx.now())
    if facts.blocks or facts.source != Source():
        return facts
    if not runs:
        raise CcmonError(f"no place to keep a line: {ctx.cache or 'there is no home'}. Set HOME or XDG_CACHE_HOME")
    deadline = time.monotonic() + (0 if linefiles.any_line(ctx.cache or "") else ctx.settings.wait)
    while refresh.source_before(ctx) == Source() and time.monotonic() < deadline:
        time.sleep(0.01)
    return refresh.load(ctx, ctx.now())


# --- messages -----------------------------------------------------------------------------------------------------------

def _complain(sentence: str, code: int) -> int:
    try:
        print(f"ccmon: {clean(sentence)}", file=sys.stderr)
    except OSError:
        pass                           # nobody can be told: the exit code has to do
    return code


def _keep_streams() -> None:
    """Give the print of this process somewhere to go, and let no character stop it."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _silence_stdout() -> None:
    """The reader has gone: keep the interpreter from complaining about it at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError:
        pass


def _logged() -> str:
    """Write the present exception to the log and say where."""
    from traceback import format_exc  # slow to load, and seldom wanted
    path = config.paths(os.environ).log
    with config.open_log(path) as log:
        log.write(time.strftime("%Y-%m-%d %H:%M:%S ") + format_exc())
    return f"Details are in {path}" if path and os.path.exists(path) else "There is no place for a log"
