"""The past of the account's windows out of the store: what Claude reported of each, what was used meanwhile, what was learned."""

from functools import partial

from ccmon.errors import UsageError
from ccmon.history import windows
from ccmon.history.windows import LoginReading, PastWindow, Range, WindowKind
from ccmon.learning import state
from ccmon.learning.values import HISTORY_S, Key, Learned, measure
from ccmon.model import UsageRow
from ccmon.pipeline.history import History
from ccmon.quick_typing import Dict, List, Optional, Sequence
from ccmon.sources.session_json import label, length_s, scope, window_name
from ccmon.store import window_readings
from ccmon.text import clean, clip, did_you_mean
from ccmon.usage.binding import is_only_model
from ccmon.usage.hits import CutOff
from ccmon.usage.utilization import LEAST_TOKENS
from ccmon.usage.windows import order, window
from ccmon.when import DAY_S

LONGEST_S = 7 * DAY_S                  # of a window whose length can be read from its name
COURSES_S = 60 * DAY_S                 # how far back the screen shows the week's course
WEEK = "seven_day"
_NAMES = {"session": "five_hour", "weekly": WEEK}      # of limit events
_KINDS = ("input", "output", "cache_creation", "cache_read")


def known_names(history: History) -> List[str]:
    """Names of the windows of which anything is stored, the 5 hours and the week first. Raises StoreError."""
    nothing: List[str] = []
    found = history.required_store().read_owner(history.ctx.owner, window_readings.names, nothing)
    return sorted({*found, *map(_name_of, history.limit_events())} - {""}, key=lambda name: order(window(name, 0.0, 0, 0)))


def readings(history: History, name: str, since: int = 0) -> List[LoginReading]:
    """All that Claude reported of that window from then on (epoch s), limit events among it. Raises StoreError."""
    nothing: List[window_readings.WindowReading] = []
    until = history.ctx.now()
    rows = history.required_store().read_owner(
        history.ctx.owner, lambda db, owner: window_readings.readings(db, owner, since, until, name), nothing)
    events = [event for event in history.limit_events() if _name_of(event) == name and since <= event.at <= until]
    return [*(LoginReading(row.login, row.ts, row.percent, row.resets_at) for row in rows),
            *(LoginReading("", event.at, 100.0, event.resets_at, True) for event in events)]


def _name_of(event: CutOff) -> str:
    """The window that a limit event is about; "" for one that was over, and for limits that are no windows."""
    if 0 < event.resets_at <= event.at:
        return ""
    return window_name(f"{WEEK}_{event.model}") if event.kind == "model" and event.model else _NAMES.get(event.kind, "")


def named(names: Sequence[str], wanted: Optional[str]) -> str:
    """Of these names the one that is wanted by its name or label, without a wish the first; "" where there is none.
    UsageError lists the names."""
    if wanted is None:
        return names[0] if names else ""
    word = wanted.strip().lower()
    name = next((name for name in names if word in (name, label(name).lower())), None)
    if name is None and names:
        raise UsageError(f"--window: nothing is known of '{clip(clean(wanted), 40)}'{did_you_mean(word, names)}; "
                         f"there are {', '.join(names)}")
    return name or ""


def of_name(history: History, name: str, reported: Sequence[LoginReading], used: Sequence[UsageRow]) -> List[PastWindow]:
    """The windows of a name, by their ends. used: by time, over all of them."""
    learned_state = state.load(history.learned()) if name == "five_hour" else None
    part = partial(learned_part, learned_state.learned) if learned_state else lambda rows, end: None
    return windows.grouped_windows(WindowKind(name, length_s(name), partial(counts, scope(name)), part), reported, used)


def weeks(history: History, since: int) -> List[PastWindow]:
    """The 7-day windows that ended since then, of the login that was read last, without what was used. Raises StoreError."""
    found = [one for one in of_name(history, WEEK, readings(history, WEEK, since - LONGEST_S), ()) if one.end > since]
    newest = max(found, key=lambda one: one.readings[-1], default=None)
    return [one for one in found if newest and one.login == newest.login]


def counts(about: str, model: Optional[str]) -> Optional[bool]:
    """Whether what that model uses counts in a window of that scope; None where the model is not recorded."""
    if about == "account":
        return True
    return None if model is None else is_only_model(about, [model])


def learned_part(learned: Learned, rows: Sequence[UsageRow], end: int) -> Optional[Range]:
    """What part of this use one per cent of a 5-hour window is that ended then; None where nothing was learned of its time."""
    limit, load = learned.estimate, _load(rows)
    if limit is None or learned.unit_weights is None or not limit.learned or end < learned.at - HISTORY_S:
        return None
    amount = measure(learned.unit_weights, load)
    tokens = sum(count for (_, kind), count in load.items() if kind in _KINDS[:2])
    if amount <= 0 or tokens < LEAST_TOKENS:
        return None
    for later in learned.changes:      # the limit of its time
        amount *= later.factor if later.at >= end else 1.0
    return Range(*(value / 100 / amount for value in limit[:3]))


def _load(rows: Sequence[UsageRow]) -> Dict[Key, float]:
    load: Dict[Key, float] = {}
    for row in rows:
        for kind in _KINDS:
            key = (row.model or "", kind)
            load[key] = load.get(key, 0.0) + getattr(row, kind)
    costs = [row.cost_usd for row in rows]
    if None not in costs:
        load["", "cost"] = sum(cost for cost in costs if cost is not None)
    return load
