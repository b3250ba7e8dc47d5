"""The history between refreshes: the store under this call's settings; without one, or with a damaged one, nothing of it."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

from ccmon.model import (
    Block,
    Facts,
    Forecast,
    HighWater,
    LearnedLimit,
    Limit,
    Record,
    ReportedFacts,
    Runway,
    Source,
    StoredFacts,
    UsageRow,
)
from ccmon.pipeline import stored
from ccmon.pipeline.stored import BACKGROUND_BUSY_MS as BACKGROUND_BUSY_MS
from ccmon.pipeline.stored import READING_BUSY_MS as READING_BUSY_MS
from ccmon.pipeline.stored import SCREEN_BUSY_MS as SCREEN_BUSY_MS
from ccmon.pipeline.stored import AccountHistory
from ccmon.quick_typing import TYPE_CHECKING, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.settings.context import Context
from ccmon.sources.session_json import WINDOWS_S
from ccmon.store import learning, log_state, trusted, window_readings
from ccmon.store.database import Busy, Store, StoreError
from ccmon.when import DAY_S, SESSION_S

if TYPE_CHECKING:
    from ccmon.learning.values import RatesOf, Reading, Use
    from ccmon.pipeline.recording import LimitOf
    from ccmon.store import present
    from ccmon.store.alerts import SentAlert
    from ccmon.store.trusted import Trust
    from ccmon.usage.hits import CutOff

WEEK_S = WINDOWS_S["seven_day"]
_NO_SOURCE = Source()


class SourceAnswer(NamedTuple):
    """What the source answered."""

    blocks: Optional[Tuple[Block, ...]]    # None where the ledger has read them itself
    source: Source
    is_history: bool = True            # False where the history is made of the logs, and only what runs is shown


class History(AccountHistory):
    """The store, or its absence: without it the present numbers are still right."""

    def facts(self, now: int, source: Source = _NO_SOURCE) -> Facts:
        """What is stored and reported, empty without a store; what is learned is not in it."""
        if self.store:
            try:
                return self._with_reported(self.store, self.store.facts(self.ctx.owner, now), source, now)
            except StoreError as err:
                self.trouble, self.is_held = str(err), isinstance(err, Busy)
        return Facts(StoredFacts(trouble=self.trouble, is_held=self.is_held), ReportedFacts(source))

    def _with_reported(self, store: Store, stored: StoredFacts, source: Source, now: int) -> Facts:
        return Facts(stored, self.reported(store, stored, source, now))

    def store_answer(self, answer: SourceAnswer, now: int) -> Facts:
        """Store the answer; the facts then. Where that fails, the answer with what was stored before it."""
        from ccmon.pipeline.recording import store_answer
        if self.store:
            try:
                stored = store_answer(self.store, self.ctx.owner, answer.blocks, now, self._limits(), answer.is_history)
                return self._with_reported(self.store, stored, answer.source, now)
            except StoreError as err:
                self.trouble = str(err)
        return self._unsaved(answer, now)

    def _unsaved(self, answer: SourceAnswer, now: int) -> Facts:
        """A store that is held by another process can still be read: the record and the last hour are in it."""
        from ccmon.usage import utilization
        stored, reported, _ = self.facts(now, answer.source)
        if answer.blocks is None:
            return Facts(stored._replace(trouble=self.trouble), reported)
        best = utilization.larger_high_water(stored.high_water, utilization.high_water(answer.blocks, now))
        starts = tuple(block.start for block in answer.blocks)
        return Facts(StoredFacts(answer.blocks, starts, stored.samples, best, trouble=self.trouble), reported)

    def store_readings(self, spool: str) -> bool:
        """Store the lines of the spool, each once: how far it was read is stored with them. False when that has to wait."""
        now, store, login = self.ctx.now(), self.store, self.account_note().login.account

        def write(db: sqlite3.Connection, owner: int) -> None:
            from ccmon.pipeline import recording
            lines, read = learning.unread(db, owner, spool)
            recording.write_lines(db, owner, lines, now, login)
            if lines:
                learning.write_note(db, owner, learning.SPOOL, read)
        try:
            if store and (spool or store.read_owner(self.ctx.owner, window_readings.are_waiting, False)):
                store.change_owner(self.ctx.owner, write)
            return store is not None
        except StoreError as err:
            self.trouble = str(err)
            return False

    def has_waiting_readings(self) -> bool:
        """Whether lines of Claude Code wait in the store for the right clock."""
        return self._read(window_readings.are_waiting, False)

    def store_limits(self) -> None:
        """Store the plan and limit of this time for the sessions that have come from the logs."""
        from ccmon.pipeline import recording
        now, limit_of = self.ctx.now(), self._limits()
        self._write(lambda db, owner: recording.write_limits(db, owner, now, limit_of, False), None)

    # --- the ledger of the logs ---------------------------------------------------------------------------------------

    def has_read_logs(self) -> bool:
        """True when all logs have been read to their ends once."""
        return self._read(log_state.is_complete, False)

    def has_messages(self) -> bool:
        """True when any message of the logs is stored."""
        from ccmon.store import ledger
        return self._read(ledger.has_messages, False)

    def share_read(self, size: int) -> float:
        """How much (0..1) of logs of so many bytes has been read."""
        from ccmon.store import ledger
        return self._read(lambda db, owner: ledger.share_read(db, owner, size), 0.0)

    def damaged_lines(self) -> Tuple[int, Optional[str]]:
        """Damaged lines in all logs, and the log with the most of them."""
        none: Tuple[int, Optional[str]] = (0, None)
        return self._read(log_state.damaged, none)

    def maintain(self, now: int) -> None:
        """Thin what has grown old, briefly; what fails or does not get done has time."""
        trust = self.trust(now)
        if self.store and trust:
            with suppress(StoreError):
                self.store.maintain(trust.epoch)

    def trust(self, now: int) -> "Optional[Trust]":
        """Whether the clock is believed, which is noted; None where that cannot be read now."""
        with suppress(StoreError):
            trust = self.required_store().read(self.ctx.owner, lambda db, _: trusted.current(db, now))
            return trust if trust.is_noted else self.required_store().change(lambda db: trusted.update(db, now))
        return None

    def records(self, since: Optional[int] = None, everywhere: bool = False) -> List[Record]:
        """The sessions that ended since then, by start; of all machines if everywhere. Raises StoreError."""
        return self.required_store().records(None if everywhere else self.ctx.owner, self.ctx.now(), since)

    def rating_rows(self, since: Optional[int] = None, everywhere: bool = False) -> "List[present.OwnerSessions]":
        """Sessions as records() has them, with what tells how near their limits they came; for each owner. Raises StoreError."""
        from ccmon.store import present
        now = self.ctx.now()
        return self.required_store().read(self.ctx.owner, lambda db, own: present.owner_sessions(db, own, everywhere, now, since))

    def usage_rows(self, since: int, until: int, everywhere: bool = False) -> List[UsageRow]:
        """What was used by quarter of an hour, model, project and machine; costs by the prices of today where there was none
        then. Raises StoreError."""
        from ccmon.usage import prices
        rows, own = self.required_store().used(None if everywhere else self.ctx.owner, since, until), self.ctx.settings.prices
        return [row._replace(cost_usd=prices.used_usd(row, own)) if row.cost_usd is None else row for row in rows]

    # --- learning -----------------------------------------------------------------------------------------------------

    def learning_history(self, now: int, days: int = 90) -> "Tuple[List[Use], List[Reading], List[Block]]":
        """What the limit is learned from: use on this machine, official 5-hour readings, sessions; each by time."""
        since = now - days * DAY_S
        return self.uses(since, now + 1), self._readings(SESSION_S, since, now), self._sessions(now, since)

    def uses(self, since: int, until: int, with_costs: bool = True) -> "List[Use]":
        """What was used from since on and before until: by minute and model, else as the sessions were seen; without costs no
        price is read."""
        from ccmon.learning import usage_curve
        from ccmon.store import present
        recorded = self._read(lambda db, owner: present.recorded_use(db, owner, since, until), None)
        if recorded is None:
            return []
        by_model = usage_curve.by_model(recorded.models, recorded.minutes, recorded.quarters,
                                 self._rates_of() if with_costs else lambda _: None)
        observed = [use for start, shots in recorded.seen for use in usage_curve.of_session(start, shots) if use.ts >= since]
        return sorted(by_model + observed, key=lambda use: use.ts) if observed else by_model

    def _rates_of(self) -> "RatesOf":
        from functools import partial

        from ccmon.usage import prices
        return partial(prices.token_rates, own=self.ctx.settings.prices)

    def weekly_readings(self, now: int, days: int = 90) -> "List[Reading]":
        """The official readings of the 7-day window, by time."""
        return self._readings(WEEK_S, now - days * DAY_S, now)

    def window_names(self) -> List[str]:
        """The windows of the account of which anything was read."""
        none: List[str] = []
        return self._read(window_readings.names, none)

    def window_readings(self, name: str, since: int, until: int) -> "List[window_readings.WindowReading]":
        """All readings of that window, by time."""
        none: "List[window_readings.WindowReading]" = []
        return self._read(lambda db, owner: window_readings.readings(db, owner, since, until, name), none)

    def readings(self, since: int, until: int) -> "List[Reading]":
        """The official readings and limit events of the 5-hour window, by time."""
        return self._readings(SESSION_S, since, until)

    def _readings(self, window_s: int, since: int, now: int) -> "List[Reading]":
        rows = self.reading_rows(window_s, since, now)
        if not rows:
            return []                  # as where Claude never reported anything
        from ccmon.learning.values import Reading
        return [Reading(*row) for row in rows]

    def _sessions(self, now: int, since: int) -> List[Block]:
        try:
            records = self.store.records(self.ctx.owner, now, since) if self.store else []
            return [record.block for record in records if record.block.start <= now]
        except StoreError as err:
            self.trouble = str(err)
            return []

    def forget_learning(self, now: int) -> None:
        """Drop the learned state and the forecasts; older readings are learned from no more. Raises StoreError."""
        self._own_store().change_owner(self.ctx.owner, lambda db, owner: learning.forget(db, owner, now))

    def store_forecast(self, now: int, resets_at: int, percent: float, runway: Runway, seed_at: int,
                      window_s: int = SESSION_S) -> None:
        """Store what is forecast now of a window that is not used up; of each window at most once in 5 minutes."""
        forecast = Forecast(now, resets_at, percent, *runway[:5], seed_at, window_s=window_s)
        if percent < 100 and now < resets_at and self._read(
                lambda db, owner: learning.is_due(db, owner, window_s, now), True):
            self._write(lambda db, owner: learning.write_forecast(db, owner, forecast), None)

    def close_forecasts(self, now: int) -> None:
        """Note what came of forecasts: when the limit was reached, else the reset, a little after it."""
        none: List[Tuple[int, int, int, bool]] = []
        outcomes = self._read(lambda db, owner: learning.outcomes(db, owner, now), none)
        if outcomes:
            self._write(lambda db, owner: learning.close(db, owner, outcomes), None)

    def forecasts(self, since: int = 0) -> List[Forecast]:
        """What was forecast since then, with what came of it, by time."""
        return self._read(lambda db, owner: learning.forecasts(db, owner, since), [])

    # --- limit events ---------------------------------------------------------------------------------------------------

    def add_hit(self, at: int) -> Tuple[int, bool]:
        """The user was cut off then: the time under which that stands, and whether it is new. Raises StoreError."""
        now = self.ctx.now()
        return self._own_store().change_owner(self.ctx.owner, lambda db, owner: learning.note_hit(db, owner, at, now))

    def undo_hit(self) -> Optional[int]:
        """Take back what was noted last: the time it was about, None when nothing is noted. Raises StoreError."""
        return self._own_store().change_owner(self.ctx.owner, learning.undo_hit)

    def limit_events(self, since: int = 0) -> "List[CutOff]":
        """When a limit was reached from since on, by the user or a message, by time. Raises StoreError."""
        none: "List[learning.LimitEventRow]" = []
        rows = self.required_store().read_owner(self.ctx.owner, lambda db, owner: learning.limit_events(db, owner, since), none)
        if not rows:
            return []
        from ccmon.usage.hits import CutOff
        return [CutOff(*row) for row in rows]

    def first_epoch(self) -> Optional[int]:
        """Epoch s from which on anything is stored. Raises StoreError."""
        return self.required_store().read_owner(self.ctx.owner, learning.oldest_epoch, None)

    # --- alerts -------------------------------------------------------------------------------------------------------

    def sent_alerts(self, since: int, ending_since: Optional[int] = None) -> "List[SentAlert]":
        """The alerts since then, and of windows that end after ending_since, by time; nothing without a store."""
        from ccmon.store import alerts
        none: "List[SentAlert]" = []
        return self._read(lambda db, owner: alerts.sent_alerts(db, owner, since, ending_since), none)

    def claim_alert(self, kind: str, window_end: int, channels: Sequence[str], same_s: int, now: int) -> List[str]:
        """The channels on which this process is to send that; none where another one was faster, or without a store."""
        from ccmon.store import alerts
        none: List[str] = []
        return self._write(lambda db, owner: alerts.claim(db, owner, kind, window_end, channels, now, same_s), none)

    def renew_alert(self, kind: str, window_end: int, channel: str, claimed_at: int) -> bool:
        """Whether an old claim of this process still holds, and holds on."""
        from ccmon.store import alerts
        now = self.ctx.now()
        return self._write(lambda db, owner: alerts.renew(db, owner, kind, window_end, channel, claimed_at, now), False)

    def note_alert(self, kind: str, window_end: int, channel: str, outcome: str) -> None:
        """Store what became of an alert on a channel."""
        from ccmon.store import alerts
        self._write(lambda db, owner: alerts.note_outcome(db, owner, kind, window_end, channel, outcome), None)

    def note(self, name: str) -> Optional[str]:
        """The small text that was last written under that name."""
        return self._read(lambda db, owner: learning.note(db, owner, name), None)

    def write_note(self, name: str, text: str) -> None:
        """Store a small text under that name."""
        self._write(lambda db, owner: learning.write_note(db, owner, name, text), None)

    # --- settings -----------------------------------------------------------------------------------------------------

    def _limits(self) -> "LimitOf":
        from ccmon.usage import utilization
        settings, (plan, by_account) = self.ctx.settings, self.ctx.plan_of(self.account_note().login)
        may_learn = by_account or plan in ("pro", "ml_auto")
        text = self.learned() if may_learn else None
        learned = None if text is None else self._learned_limit(text)

        def limit_of(tokens: int, high_water: Optional[HighWater]) -> Limit:
            return utilization.resolve(plan, settings.explicit_limit, tokens, high_water, settings.plans, learned, by_account)
        return limit_of

    def _learned_limit(self, text: str) -> Optional[LearnedLimit]:
        from ccmon.learning import state
        from ccmon.usage import utilization
        learned = state.load(text)
        return utilization.limit_in_tokens(learned.learned, None, None) if learned else None

    def ccusage_path(self) -> Optional[str]:
        """The ccusage that last worked."""
        try:
            return self.store.get("ccusage_path") if self.store else None
        except StoreError:
            return None

    def write_ccusage_path(self, path: str) -> None:
        """Store the path for processes with a poorer PATH, such as a tmux server's; one that is no UTF-8 sqlite cannot take."""
        try:
            if self.store and path.encode():
                self.store.put("ccusage_path", path)
        except UnicodeEncodeError:
            pass
        except StoreError as err:
            self.trouble = str(err)


def opened(ctx: Context, busy_ms: int) -> History:
    """The history of this context; an error on opening it is in `trouble`, never fatal."""
    return stored.opened(ctx, busy_ms, History)


def works(ctx: Context) -> bool:
    """True when the store can be read and written by now, whatever became of an earlier one."""
    with opened(ctx, BACKGROUND_BUSY_MS) as history:
        history.facts(ctx.now())
        try:
            if history.store:
                history.store.put("tried", str(ctx.now()))
        except StoreError:
            return False
        return history.trouble is None
