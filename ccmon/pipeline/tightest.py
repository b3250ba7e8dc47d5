"""Which window was binding at the last refresh, and which were used up: what a refresh needs of the last ones."""

from contextlib import suppress
from typing import TYPE_CHECKING, Tuple

from ccmon.model import Facts, Hit, Snapshot
from ccmon.pipeline.history import WEEK_S, History
from ccmon.sources.session_json import window_name
from ccmon.store.database import StoreError
from ccmon.usage.windows import is_of_another

if TYPE_CHECKING:
    from ccmon.usage.hits import CutOff

_BINDING = "binding"
_KINDS = {"session": "five_hour", "weekly": "seven_day", "model": "seven_day_"}


def recall(history: History, facts: Facts, now: int) -> Facts:
    """The facts with the limit events of a week, and the name of the window that was binding."""
    hits = (hit for hit in _hits(history, now) if not is_of_another(hit.name, hit.resets_at, facts.windows, facts.apart))
    return facts._replace(hits=tuple(hits), bound=history.note(_BINDING) or "")


def _hits(history: History, now: int) -> Tuple[Hit, ...]:
    """Those of the session count only with their reset: of others facts.hit_at speaks."""
    with suppress(StoreError):
        return tuple(Hit(window_name(_KINDS[event.kind] + event.model), event.at, event.resets_at)
                     for event in history.limit_events(now - WEEK_S) if event.source == "limit" and _names_window(event))
    return ()


def _names_window(event: "CutOff") -> bool:
    lacking = event.kind == "model" and not event.model or event.kind == "session" and not event.resets_at
    return event.kind in _KINDS and not lacking


def note(history: History, snapshot: Snapshot) -> None:
    """Store what is binding now, so that the next refresh does not change it for a trifle."""
    bound = f"{snapshot.binding.name} {snapshot.binding.why}" if snapshot.binding else ""
    if history.store and bound != (history.note(_BINDING) or ""):
        history.write_note(_BINDING, bound)
