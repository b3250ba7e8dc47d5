"""`ccmon alerts`: what is sent, how, and what was sent of late; `ccmon alerts test` tries every channel."""

import sys
from types import SimpleNamespace

from ccmon import streams
from ccmon.alerts import channels, rules
from ccmon.alerts.kinds import BELL, KINDS, SESSION, kind_and_window
from ccmon.pipeline import alerting, present, refresh
from ccmon.pipeline.alerting import Outcome
from ccmon.pipeline.history import SCREEN_BUSY_MS, opened
from ccmon.quick_typing import Iterator, List
from ccmon.settings.context import Context
from ccmon.sources.session_json import label
from ccmon.store.alerts import NOTED
from ccmon.system import ready
from ccmon.text import clean, pad, printable, width
from ccmon.when import DAY_S, clock_text

OK, FAULT = 0, 1
DESKTOP, YES = "desktop", ("y", "yes")
_RECENT_S = 7 * DAY_S
_MOST = 10                             # of what was sent of late
_LEVELS = {"file": "config.ini", "environment": "environment", "flag": "flag", "default": "default"}


def run(given: SimpleNamespace, ctx: Context) -> int:
    """Show or try; 1 when a channel that was tried failed."""
    if given.task == "test":
        return _try(ctx, given.kind or KINDS[0])
    print("\n".join(clean(streams.named(line)) for line in [*_settings(ctx), *_recent(ctx)]))
    return OK


def _settings(ctx: Context) -> Iterator[str]:
    settings = ctx.settings
    if settings.alerts:
        yield f"alerts    {', '.join(settings.alerts)} ({_LEVELS[settings.origin['alerts']]})"
    else:
        yield f"alerts    off. To turn them on: ccmon config set alerts {','.join(KINDS[:4])}"
        yield f"          more kinds: {', '.join(KINDS[4:])}; every kind: all"
        yield "          other percentages: ccmon config set alerts 50,80,95,100"
    yield f"alert_by  {', '.join(settings.alert_by) or 'nothing'} ({_LEVELS[settings.origin['alert_by']]})"
    for channel in settings.alert_by:
        yield f"  {channel:<8}{_marked(alerting.ready(ctx, channel))}"


def _marked(outcome: Outcome) -> str:
    return outcome.words if outcome.succeeded else f"! {outcome.words}"


def _recent(ctx: Context) -> List[str]:
    now = ctx.now()
    with opened(ctx, SCREEN_BUSY_MS) as history:
        sent = [one for one in history.sent_alerts(now - _RECENT_S) if one.channel != NOTED]
    if not sent:
        return []
    rows = [(clock_text(one.ts, now, ctx.zone), _what(one.kind), one.channel, one.outcome or "not finished")
            for one in sent[-_MOST:]]
    cells = max(10, *(width(what) for _, what, _, _ in rows)) + 2
    return ["", "told in the last 7 days",
            *(f"  {at:<10}{pad(what, cells)}{channel:<8}{outcome}" for at, what, channel, outcome in rows)]


def _what(key: str) -> str:
    """80; 80 7d of another window than the session; as it stands in the history."""
    kind, window = kind_and_window(key)
    return printable(kind if window == SESSION else f"{kind} {label(window)}")


def _try(ctx: Context, kind: str) -> int:
    facts, now = refresh.load(ctx, ctx.now()), ctx.now()
    alert = rules.sample(kind, present.snapshot(ctx, facts, now), ctx.zone)
    if not ctx.settings.alert_by:
        print("alert_by names no channel: nothing to try")
    failed = False
    for channel in ctx.settings.alert_by:
        outcome = _rung() if channel == BELL else alerting.send_by(ctx, alert, channel)
        print(clean(f"{channel:<8}{'ok' if outcome.succeeded else 'failed':<8}{outcome.words}"))
        failed |= not outcome.succeeded or channel == DESKTOP and not _is_seen()
    return FAULT if failed else OK


def _is_seen() -> bool:
    """Ask whether the notification is there, as no program says that; where nobody can be asked it is believed."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        if channels.is_silent():
            print(f"{'':<16}whether it is seen is not known here: type ccmon alerts test in a terminal, which asks")
        return True
    ready.discard_typed()               # what was typed before is no answer
    try:
        is_seen = input(f"{'':<16}Is it on the screen? [y/N]: ").strip().lower() in YES
    except EOFError:
        print()
        return True
    if not is_seen:
        print(f"{'':<16}{channels.way_out()}")
    return is_seen


def _rung() -> Outcome:
    """Where nobody can hear it, that is no fault of the channel."""
    if not sys.stdout.isatty():
        return Outcome(True, "not rung: the output is no terminal")
    print(end="\a", flush=True)
    return Outcome(True, "rung in this terminal")
