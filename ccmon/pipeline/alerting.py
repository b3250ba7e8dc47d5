"""Alerts: which are due now, claimed in the store for this process alone, sent, and what became of each.

claim() is quick; send() may take many seconds and is called when nobody waits, with no lock held. Who dies between the two,
or is suspended, has his claim run out: another process sends it then, and he does not any more.
"""

from __future__ import annotations

from ccmon.alerts import channels, kinds, rules
from ccmon.alerts.kinds import BELL
from ccmon.alerts.rules import PAST_DAYS, SAME_S, Alert, NearWindow, Usual
from ccmon.errors import UsageError
from ccmon.model import Facts, Snapshot
from ccmon.pipeline import present
from ccmon.pipeline.history import BACKGROUND_BUSY_MS, READING_BUSY_MS, History, opened
from ccmon.quick_typing import List, NamedTuple, Optional, Set
from ccmon.settings import context
from ccmon.settings.context import Context
from ccmon.store import learning
from ccmon.store.alerts import LEASE_S, NOTED, SentAlert, is_claimed
from ccmon.when import DAY_S, SESSION_S

OPTIONS = ("alerts", "alert_by", "alert_command", "alert_webhook_file")
_HOUR_S = 3600
_SINCE_S = 2 * SESSION_S               # what is due now of sessions was not sent before that
_ENDED_S = DAY_S + SESSION_S          # nor is anything due of a window that ended before that
_NEAR, _FULL = "80", "100"             # kinds under which the history notes, without a channel, that a window came so far


class ClaimedAlert(NamedTuple):
    """What this process is to send, and how."""

    alert: Alert
    channels: List[str]
    claimed_at: int                    # epoch s


def claim(ctx: Context, facts: Facts, on_screen: bool = False) -> List[ClaimedAlert]:
    """What is due and sent by nobody so far; the bell is for a screen. Without a store nothing: two would send it."""
    own = _settled(ctx)
    if own is None or own.demo is not None or not own.settings.alerts:
        return []
    ways = [way for way in own.settings.alert_by if way != BELL or on_screen]
    now = own.now()
    snapshot = present.snapshot(own, facts, now)
    with opened(own, BACKGROUND_BUSY_MS) as history:
        sent = history.sent_alerts(now - _SINCE_S, now - _ENDED_S)
        for one in rules.near_windows(snapshot):
            _claimed(history, sent, kinds.key(_FULL if one.full else _NEAR, one.window), one.window_end, [NOTED], now)
        due = rules.due(snapshot, own.zone, _noted(sent), _usual(own, history, snapshot, sent, ways), own.settings.alerts or ())
        claims = [ClaimedAlert(alert, _claimed(history, sent, alert.key, alert.window_end, ways, now), now) for alert in due]
    return [claim for claim in claims if claim.channels]


def _noted(sent: List[SentAlert]) -> List[NearWindow]:
    """The windows that came near their limit of late, each once."""
    noted = [(*kinds.kind_and_window(one.kind), one.window_end) for one in sent if one.channel == NOTED]
    return list(dict.fromkeys(NearWindow(window, end, kind == _FULL) for kind, window, end in noted if kind in (_NEAR, _FULL)))


def _settled(ctx: Context) -> Optional[Context]:
    """All processes judge by the configuration, not by one window's flags, unless the alerts themselves are a flag."""
    if any(ctx.settings.origin[name] == "flag" for name in OPTIONS):
        return ctx
    if not ctx.settings.alerts:
        return None
    try:
        return context.prepare({}, ctx.env, switch=False)._replace(
            paths=ctx.paths, cache=ctx.cache, owner=ctx.owner, demo=ctx.demo, chosen=ctx.chosen, asked_env=ctx.asked_env)
    except UsageError:                 # broken meanwhile: the screen and the line show that
        return None


def _claimed(history: History, sent: List[SentAlert], key: str, window_end: int, ways: List[str], now: int) -> List[str]:
    """The channels that are claimed now; read first without a lock, as nearly always all was sent before."""
    before = _taken(sent, key, window_end, now)
    left = [way for way in ways if way not in before]
    return history.claim_alert(key, window_end, left, SAME_S, now) if left else []


def _taken(sent: List[SentAlert], key: str, window_end: int, now: int) -> Set[str]:
    return {one.channel for one in sent
            if kinds.covers(one.kind, key) and abs(one.window_end - window_end) < SAME_S and is_claimed(one, now)}


def _usual(ctx: Context, history: History, snapshot: Snapshot, sent: List[SentAlert], ways: List[str]) -> Optional[Usual]:
    """What is usual at this hour, where it matters; read from the history once an hour by all together."""
    end = rules.window_end(snapshot)
    before = _taken(sent, "unusual", end, snapshot.now) if end else set()
    if "unusual" not in (ctx.settings.alerts or ()) or not snapshot.burn_per_min or before.issuperset(ways):
        return None
    hour = snapshot.now // _HOUR_S * _HOUR_S
    noted = (history.note(learning.USUAL) or "").split()
    if noted[:1] != [str(hour)]:
        usual = rules.usual_of(history.uses(hour - (PAST_DAYS + 1) * DAY_S, hour), snapshot.now)
        noted = [str(number) for number in (hour, *(usual or ()))]
        history.write_note(learning.USUAL, " ".join(noted))
    return Usual(int(noted[1]), int(noted[2])) if len(noted) == 3 and all(map(str.isdigit, noted)) else None


# --- sending ------------------------------------------------------------------------------------------------------------

def send(ctx: Context, claims: List[ClaimedAlert]) -> None:
    """Send all of it, and note what became of each at once; the bell is the screen's own."""
    own = _settled(ctx) or ctx
    for due in claims:
        for channel in due.channels:
            if _holds(own, due, channel):
                _note(own, due.alert, channel, _outcome(own, due.alert, channel))


def _holds(ctx: Context, due: ClaimedAlert, channel: str) -> bool:
    """Whether it is still this process that is to send it: one that was suspended, or slow before, asks the store again."""
    if 0 <= ctx.now() - due.claimed_at < LEASE_S / 3:
        return True
    with opened(ctx, READING_BUSY_MS) as history:
        return history.renew_alert(due.alert.key, due.alert.window_end, channel, due.claimed_at)


def _outcome(ctx: Context, alert: Alert, channel: str) -> str:
    """What became of it; a fault of ours must not send it again and again."""
    if channel == BELL:
        return "rung"
    try:
        return send_by(ctx, alert, channel).words
    except Exception:
        _note(ctx, alert, channel, "internal error, see the log")
        raise


def _note(ctx: Context, alert: Alert, channel: str, outcome: str) -> None:
    with opened(ctx, READING_BUSY_MS) as history:           # nobody waits; without an outcome it would be sent again
        history.note_alert(alert.key, alert.window_end, channel, outcome)


class Outcome(NamedTuple):
    """What became of an alert on one channel, in a few words without any secret."""

    succeeded: bool
    words: str
    error: Optional[channels.NotDelivered] = None        # why not


def send_by(ctx: Context, alert: Alert, channel: str) -> Outcome:
    """Send it through that channel, which is no bell; takes its time."""
    try:
        if channel == "desktop":
            return Outcome(True, channels.desktop(alert.title, alert.text, ctx.env))
        if channel == "command":
            return Outcome(True, channels.command(ctx.settings.alert_command, rules.variables(alert), ctx.env))
        url = channels.webhook_url(ctx.settings.alert_webhook_file, ctx.env)
        return Outcome(True, channels.webhook(url, rules.payload(alert)))
    except channels.NotDelivered as err:
        return Outcome(False, str(err), err)


def ready(ctx: Context, channel: str) -> Outcome:
    """Whether the channel could be used, and through what; sends nothing."""
    try:
        if channel == BELL:
            return Outcome(True, "rings in the full screen")
        if channel == "desktop":
            return Outcome(True, channels.desktop_program(ctx.env))
        if channel == "command":
            return Outcome(True, channels.command_words(ctx.settings.alert_command, ctx.env)[0])
        where = channels.webhook_source(ctx.settings.alert_webhook_file, ctx.env)
        return Outcome(True, f"the address in {where}")
    except channels.NotDelivered as err:
        return Outcome(False, str(err), err)
