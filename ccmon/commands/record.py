"""`ccmon record`: one reading of the usage, for cron; prints nothing unless something is wrong."""

from types import SimpleNamespace

from ccmon.pipeline import unchanged
from ccmon.settings.context import Context

OK = 0


def run(_given: SimpleNamespace, ctx: Context) -> int:
    """Read the usage, store it and refresh the lines; the exit code."""
    return OK if unchanged.is_recorded(ctx) else _recorded(ctx)


def _recorded(ctx: Context) -> int:
    from ccmon import output, streams  # not where nothing is new
    from ccmon.pipeline import history
    from ccmon.pipeline.refresh import alerts_due, catch_up, current_facts, learn_quietly, send_alerts
    from ccmon.views.document import NO_DATA, failure
    with output.Progress(ctx, "reading the logs") as progress:
        facts = current_facts(ctx, insist=True, whole=progress)
        if facts.source.name != "logs" or facts.source.progress is not None:      # else they have just been read
            catch_up(ctx, progress)
    learn_quietly(ctx)
    send_alerts(ctx, alerts_due(ctx, facts))
    if facts.source.error:
        return streams.complain(failure(facts.source), NO_DATA)
    if facts.trouble and not history.works(ctx):
        return streams.complain(facts.trouble, NO_DATA)
    return OK
