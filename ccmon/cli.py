"""The command line: what each call prints and its exit code; the one place where errors become text."""

import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from argparse import Namespace
from typing import Any, List, Optional, Sequence, TextIO

from ccmon import arguments, demo, linecache, refresh, screen, themes
from ccmon.context import Context, prepare
from ccmon.model import CcmonError, Facts, Given, Record, Snapshot, UsageError
from ccmon.text import Charset, clean, plain
from ccmon.views import dashboard, history, report, statusline
from ccmon.views.scene import Scene

OK, USAGE, NO_DATA, INTERNAL = 0, 2, 30, 70
LOG_BYTES = 1_000_000


def main(argv: Sequence[str]) -> int:
    """Run one call and return its exit code; no traceback reaches the user."""
    try:
        return _run(list(argv))
    except UsageError as err:
        return _complain(str(err), USAGE)
    except CcmonError as err:
        return _complain(str(err), NO_DATA)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _silence_stdout()
        return OK
    except OSError as err:
        return _complain(f"{err}. Check free space and permissions", 1)
    except Exception as err:
        return _complain(f"internal error: {type(err).__name__}: {err}. {_logged()}", INTERNAL)


def _run(argv: List[str]) -> int:
    if "--statusline" in argv:
        return _statusline(argv)
    given = arguments.parse(argv)
    ctx = _context(given)
    try:
        return _command(given, ctx)
    finally:
        if ctx.demo is not None and ctx.paths.home:
            shutil.rmtree(ctx.paths.home, ignore_errors=True)


def _command(given: Namespace, ctx: Context) -> int:
    if given.command == "history":
        return _history(given, ctx)
    if given.command == "record":
        return _record(ctx)
    if given.json:
        return _json(ctx)
    if given.once:
        return _once(ctx)
    reason = screen.usable(ctx.env)
    return _once(ctx) * 0 if reason else _full_screen(ctx)


# --- contexts -----------------------------------------------------------------------------------------------------------

def _context(given: Namespace) -> Context:
    flags = arguments.flags(given)
    if not getattr(given, "demo", False):
        return prepare(flags, os.environ)
    return _demo_context({"plan": Given(demo.PLAN, "--demo"), **flags})


def _demo_context(flags: Any) -> Context:
    """A context with a temporary home of its own, and a memory of simulated sessions."""
    folder = tempfile.mkdtemp(prefix="ccmon-demo-")
    own = {"HOME": folder, "XDG_DATA_HOME": folder, "XDG_CACHE_HOME": folder, "XDG_STATE_HOME": folder}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "CCMON_DATA_DIR"))}
    ctx = prepare(flags, {**kept, **own})
    ctx = ctx._replace(demo=demo.anchor(ctx.now()))
    refresh.remember_demo(ctx)
    return ctx


# --- one look, for people and programs ---------------------------------------------------------------------------------

def current_facts(ctx: Context) -> Facts:
    """A refresh when no other process is at it, else what is stored; waits for the other only when nothing is."""
    deadline = time.monotonic() + ctx.settings.timeout
    while True:
        lock = linecache.lock(ctx.cache) if ctx.cache else -1
        if lock is not None:
            try:
                return refresh.once(ctx, lock)
            finally:
                linecache.unlock(lock)
        facts = refresh.load(ctx, ctx.now())
        if facts.blocks or facts.source.refreshed or time.monotonic() > deadline:
            return facts
        time.sleep(0.05)


def _record(ctx: Context) -> int:
    facts = current_facts(ctx)
    if facts.source.error:
        return _complain(failure(facts.source.error), NO_DATA)
    if facts.trouble:
        return _complain(facts.trouble, 1)
    return OK


def failure(reason: str) -> str:
    """The sentence that people search for."""
    return f"Failed to get usage data: {reason}"


def _json(ctx: Context) -> int:
    facts = current_facts(ctx)
    snapshot = ctx.view(facts, ctx.now())
    print(json.dumps(report.document(snapshot)))
    code = report.exit_code(snapshot)
    if code == NO_DATA and snapshot.source.error:
        _complain(failure(snapshot.source.error), code)
    return code


def _once(ctx: Context) -> int:
    facts = current_facts(ctx)
    snapshot = ctx.view(facts, ctx.now())
    size = shutil.get_terminal_size((80, 24))
    scene = Scene(snapshot, facts, ctx.zone, _charset(ctx, sys.stdout), _status(facts, snapshot), "", ctx.settings.compact)
    _print_frame(ctx, dashboard.render(scene, max(20, size.columns), max(5, size.lines)))
    return report.exit_code(snapshot)


def _status(facts: Facts, snapshot: Snapshot) -> str:
    name = " ".join(filter(None, (facts.source.name, facts.source.version)))
    return name if snapshot.age_s is None else f"{name}, {snapshot.age_s} s"


def _print_frame(ctx: Context, lines: "List[Any]") -> None:
    colours = _colours(ctx, sys.stdout)
    for line in lines:
        print(themes.sgr_line(line, themes.THEMES[ctx.settings.theme], colours) if colours else plain(line))


def _colours(ctx: Context, stream: TextIO) -> int:
    env = ctx.env
    if env.get("NO_COLOR") or env.get("CLICOLOR") == "0" or env.get("TERM", "dumb") == "dumb":
        return 0
    if not (stream.isatty() or env.get("FORCE_COLOR")):
        return 0
    return 256 if "256" in env.get("TERM", "") or env.get("COLORTERM") else 8


def _charset(ctx: Context, stream: Optional[TextIO]) -> Charset:
    encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "").replace("_", "")
    wide = encoding.startswith("utf") and screen.utf8() and not ctx.settings.ascii
    return Charset(wide, wide and ctx.settings.emoji)


def _full_screen(ctx: Context) -> int:
    from ccmon import app
    with _log(ctx) as log:
        try:
            return app.run(ctx, _charset(ctx, sys.stdout), log)
        except CcmonError:
            raise
        except Exception:
            traceback.print_exc(file=log)
            raise


# --- history ------------------------------------------------------------------------------------------------------------

def _history(given: Namespace, ctx: Context) -> int:
    since = None if given.days is None else ctx.now() - int(_days(given.days) * 86_400)
    table = None if given.table is None else _table_format(given.table)
    records = _records(ctx, since)
    if given.json:
        print(json.dumps(history.objects(records, ctx.now())))
    elif records or table:
        print(_table(records, ctx, table or "simple"))
    else:
        print("No sessions are stored yet. ccmon keeps them from its first run on; try: ccmon record")
    return OK


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1
    if not 0 < days <= 36_500:
        raise UsageError(f"--days: '{text}' is not a number of days from 1 to 36500")
    return days


def _tabulate() -> Any:
    try:
        import tabulate
    except ImportError:
        raise CcmonError("tabulate is missing. Install it in your virtual environment with: pip install tabulate") from None
    return tabulate


def _table_format(name: str) -> str:
    formats = sorted(_tabulate().tabulate_formats)
    if name not in formats:
        raise UsageError(f"--table: '{clean(name)}' is unknown; choose from {', '.join(formats)}")
    return name


def _records(ctx: Context, since: Optional[int]) -> List[Record]:
    with refresh.opened(ctx, refresh.SCREEN_BUSY_MS) as memory:
        if memory.store is None:
            raise CcmonError(memory.trouble or "There is no store")
        return memory.store.records(ctx.owner, since)


def _table(records: Sequence[Record], ctx: Context, name: str) -> str:
    rows = history.cells(records, ctx.now(), ctx.zone)
    align = history.ALIGN if rows else None
    return str(_tabulate().tabulate(rows, headers=history.COLUMNS, tablefmt=name, colalign=align, disable_numparse=True))


# --- the line -----------------------------------------------------------------------------------------------------------

def _statusline(argv: List[str]) -> int:
    """Always one line and exit 0; what is wrong goes into the line, and to stderr for people."""
    try:
        line = _line(argv)
    except CcmonError as err:
        print(f"ccmon: {err}", file=sys.stderr)
        line = f"CC ! {clean(str(err))[:70]}\n"
    except Exception as err:
        _logged()
        line = f"CC ! internal error: {type(err).__name__}\n"
    linecache.put(line.encode("utf-8", "replace"))
    return OK


def _line(argv: List[str]) -> str:
    given = arguments.parse(argv)
    ctx = _context(given)
    ctx = ctx._replace(env={**ctx.env, **({} if linecache.is_utf8(ctx.env) else {"ASCII": ""})})
    try:
        now = ctx.now()
        facts = refresh.load(ctx, now) if ctx.demo is None else current_facts(ctx)
        if ctx.demo is None and ctx.cache:
            facts = _refreshed_behind(ctx, argv, facts)
        line = refresh.line_of(ctx, facts, now)
        if ctx.demo is None and ctx.cache and "CCMON_NOW" not in ctx.env:
            linecache.write_line(ctx.cache, linecache.key(argv, os.environ), line.encode("utf-8", "replace"))
        return line
    finally:
        if ctx.demo is not None and ctx.paths.home:
            shutil.rmtree(ctx.paths.home, ignore_errors=True)


def _refreshed_behind(ctx: Context, argv: List[str], facts: Facts) -> Facts:
    """Start the refresher when the data are old; wait for its answer only when there is nothing to show."""
    assert ctx.cache is not None
    before = linecache.read_state(ctx.cache)
    if before.due(ctx.now(), ctx.paths.config):
        linecache.refresh(ctx.cache, argv, ctx.env, refresh.in_background)
    known = facts.blocks or facts.source.refreshed or facts.source.error
    deadline = time.monotonic() + (0 if known else ctx.settings.wait)
    while time.monotonic() < deadline:
        time.sleep(0.01)
        state = linecache.read_state(ctx.cache)
        if (state.refreshed, state.failures) != (before.refreshed, before.failures):
            return refresh.load(ctx, ctx.now())
    return facts


# --- messages -----------------------------------------------------------------------------------------------------------

def _complain(sentence: str, code: int) -> int:
    try:
        print(f"ccmon: {sentence}", file=sys.stderr)
    except (OSError, ValueError, AttributeError):
        pass                           # stderr is closed: the exit code has to do
    return code


def _silence_stdout() -> None:
    """The reader has gone: keep the interpreter from complaining about it at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    except OSError:
        pass


def _log(ctx: Optional[Context] = None) -> TextIO:
    """The log file, begun anew when it has grown large; nowhere when it cannot be written."""
    from ccmon import config
    path = (ctx.paths if ctx else config.paths(os.environ)).log
    try:
        os.makedirs(os.path.dirname(path or ""), 0o700, exist_ok=True)
        fresh = os.O_TRUNC if path and os.path.exists(path) and os.path.getsize(path) > LOG_BYTES else 0
        fd = os.open(path or "", os.O_WRONLY | os.O_CREAT | os.O_APPEND | fresh | getattr(os, "O_NOFOLLOW", 0), 0o600)
        return open(fd, "a", encoding="utf-8", errors="replace", buffering=1)
    except OSError:
        return open(os.devnull, "a", encoding="utf-8")


def _logged() -> str:
    """Write the present exception to the log and say where."""
    with _log() as log:
        log.write(time.strftime("%Y-%m-%d %H:%M:%S ") + traceback.format_exc())
        return f"Details are in {log.name}" if isinstance(log.name, str) else "Details are in ccmon's log"
