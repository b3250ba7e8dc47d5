"""Which window was binding at the last refresh, and which were used up: what a refresh needs of the last ones."""

from contextlib import suppress
from typing import TYPE_CHECKING, Tuple

from ccmon.model import Hit, ReportedFacts, Snapshot
from ccmon.pipeline.history import WEEK_S, History
from ccmon.sources.session_json import window_name
from ccmon.store.database import StoreError
from ccmon.usage.windows import is_of_another

if TYPE_CHECKING:
    from ccmon.usage.hits import CutOff

_BINDING = "binding"
_KINDS = {"session": "five_hour", "weekly": "seven_day", "model": "seven_day_"}


def hits(history: History, reported: ReportedFacts, now: int) -> Tuple[Hit, ...]:
    """The limit events of a week."""
    return tuple(hit for hit in _hits(history, now)
                 if not is_of_another(hit.name, hit.resets_at, reported.windows, reported.apart))


def bound(history: History) -> str:
    """The window that was binding, and why; "" where none was."""
    return history.note(_BINDING) or ""


def _hits(history: History, now: int) -> Tuple[Hit, ...]:
    """Those of the session count only with their reset: of others LearnedFacts.hit_at speaks."""
    with suppress(StoreError):
        return tuple(Hit(window_name(_KINDS[event.kind] + event.model), event.at, event.resets_at)
                     for event in history.limit_events(now - WEEK_S) if event.source == "limit" and _names_window(event))
    return ()


def _names_window(event: "CutOff") -> bool:
    lacking = event.kind == "model" and not event.model or event.kind == "session" and not event.resets_at
    return event.kind in _KINDS and not lacking


def note(history: History, snapshot: Snapshot) -> None:
    """Store what is binding now, so that the next refresh does not change it for a trifle."""
    newest = f"{snapshot.binding.name} {snapshot.binding.why}" if snapshot.binding else ""
    if history.store and newest != bound(history):
        history.write_note(_BINDING, newest)
