"""`ccmon` itself: the full screen, one frame of it as text, or all numbers as JSON."""

import sys
from types import SimpleNamespace

from ccmon import output, streams
from ccmon.fullscreen import guardian
from ccmon.model import Facts, Snapshot
from ccmon.pipeline import present
from ccmon.settings.context import Context

OK = 0


def run(given: SimpleNamespace, ctx: Context) -> int:
    """Show the present numbers as it is asked for; the exit code."""
    if given.json:
        return _json(ctx)
    if given.once:
        return _complain(_once(ctx))
    from ccmon.fullscreen import screen  # what prints does without curses
    if screen.usable(ctx.env) is None:
        return _full_screen(ctx)
    guardian.dismiss()                 # no screen that it could guard
    _once(ctx)
    if screen.curses is None and sys.stdin.isatty() and sys.stdout.isatty():
        from ccmon.fullscreen import entries  # only there
        streams.complain(entries.without_curses(ctx.env), OK)       # the frame has been shown
    return OK


def _json(ctx: Context) -> int:
    from ccmon import checked
    from ccmon.views import document
    snapshot = present.snapshot(ctx, _facts(ctx), ctx.now())
    print(checked.json_text(document.document(snapshot)))
    return _complain(snapshot)


def _complain(snapshot: Snapshot) -> int:
    """The exit code, with a word on stderr when there is nothing to show."""
    from ccmon.usage import notices
    code = notices.exit_code(snapshot)
    if code == notices.NO_DATA:
        streams.complain(notices.failure(snapshot.source), code)
    if code == notices.NO_SESSION:
        from ccmon.views.screen import idle
        streams.complain(idle.NO_SESSION, code)
    return code


def _facts(ctx: Context) -> Facts:
    """The facts of now; where only the logs say what is used, of all of them."""
    from ccmon.pipeline import unchanged
    facts = unchanged.stored_facts(ctx)
    if facts is not None:
        return facts
    from ccmon.pipeline.refresh import current_facts  # the screen's first frame asks nobody
    with output.Progress(ctx, "reading the logs") as progress:
        return current_facts(ctx, whole=progress)


def _once(ctx: Context) -> Snapshot:
    from ccmon.views.screen import dashboard, foot
    from ccmon.views.screen.scene import Scene
    facts = _facts(ctx)
    snapshot = present.snapshot(ctx, facts, ctx.now())
    size = output.size()
    status = foot.source_words(facts.reported.source, snapshot.now)
    scene = Scene(snapshot, ctx.zone, output.charset(ctx, sys.stdout), status, "", ctx.settings.compact,
                  ctx.chosen.name if ctx.chosen else "", streams.own_command(), ctx.zone_hint(snapshot.now))
    for row in output.painted(ctx, dashboard.render(scene, max(20, size.columns), max(5, size.rows))):
        print(row)
    return snapshot


def _full_screen(ctx: Context) -> int:
    from ccmon.fullscreen import app, screen
    from ccmon.settings import config
    with config.open_log(ctx.paths.log) as log:
        return app.run(ctx, screen.drawable(output.charset(ctx, sys.stdout)), log)
