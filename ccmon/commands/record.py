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
    from ccmon.usage.notices import NO_DATA, failure
    with output.Progress(ctx, "reading the logs") as progress:
        facts = current_facts(ctx, insist=True, whole=progress)
        source = facts.reported.source
        if source.name != "logs" or source.progress is not None:       # else they have just been read
            catch_up(ctx, progress)
    learn_quietly(ctx)
    send_alerts(ctx, alerts_due(ctx, facts))
    if facts.reported.source.error:
        return streams.complain(failure(facts.reported.source), NO_DATA)
    if facts.stored.trouble and not history.works(ctx):
        return streams.complain(facts.stored.trouble, NO_DATA)
    return OK
