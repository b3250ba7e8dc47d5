"""What Claude Code tells its status line command: the fields of that JSON, cleaned. Each may be absent, null or nonsense.

The line's short cut loads this file: it imports nothing.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WINDOWS_S = {"five_hour": 5 * 3600, "seven_day": 7 * 86_400}
MOST_PERCENT = 1000                    # extra usage goes on beyond 100; an epoch is more even when counted in days (20,000)
JITTER_S = 60                          # resets that differ by no more are one
OPENING_S, OPENING_PERCENT = 300, 95   # right after a reset the last window's values still come
NAME_CELLS = 40
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


def member(document: "Any", *names: str) -> "Any":
    """The value at that path; None when there is none."""
    for name in names:
        document = document.get(name) if isinstance(document, dict) else None
    return document


def number(value: "Any") -> "float | None":
    """A finite number, also one written as text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if abs(found) < 1e18 else None


def percent(value: "Any") -> "float | None":
    """A percentage from 0 to 1000 without the noise of its last digits: a known fault puts an epoch there."""
    found = number(value)
    return round(found, 4) if found is not None and 0 <= found <= MOST_PERCENT else None


def moment(value: "Any") -> "int | None":
    """Epoch seconds rounded to the minute, from seconds, milliseconds or ISO 8601: the source jitters by a second."""
    found = number(value)
    if found is None and isinstance(value, str):
        found = _iso(value)
    if found is not None and found > 1e11:
        found /= 1000
    return int(found + 30) // 60 * 60 if found is not None and 1e9 < found < 1e10 else None


def _iso(value: str) -> "float | None":
    from datetime import datetime, timezone  # dear on the short cut, and no known version writes such times
    whole, _, fraction = value.strip().upper().replace("Z", "+00:00").partition(".")
    try:
        at = datetime.fromisoformat(whole + fraction.lstrip("0123456789"))     # Python 3.10 reads three or six digits only
        return (at if at.tzinfo else at.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        return None


def window(document: "Any", name: str) -> "tuple[float, int] | None":
    """The percentage used of a window (five_hour, seven_day) and when it resets (epoch s)."""
    found = member(document, "rate_limits", name)
    used, resets_at = percent(member(found, "used_percentage")), moment(member(found, "resets_at"))
    return None if used is None or resets_at is None else (used, resets_at)


def possible(name: str, percent: float, resets_at: int, at: float) -> bool:
    """Whether a window can be like that at that moment (epoch s): it runs, and has not been filled as soon as it began."""
    left_s, whole_s = resets_at - at, WINDOWS_S[name]
    opening = whole_s - left_s < OPENING_S and percent >= OPENING_PERCENT
    return 0 <= percent <= MOST_PERCENT and 0 < left_s <= whole_s + OPENING_S and not opening


def alike(ours: "Any", told: "Any", now: float) -> "list[bool]":
    """For each window of both, whether it ends at the same time: accounts differ in their windows' resets.

    Both are sequences in the order of WINDOWS_S, of (percentage, resets_at, ...) or None. Weeks of one account follow upon one
    another, so that a week that is over tells as much; five hours that are over tell nothing.
    """
    found = []
    for name, known, other in zip(WINDOWS_S, ours, told):
        if known and other and (name == "seven_day" or min(known[1], other[1]) > now):
            apart_s = abs(known[1] - other[1])
            if min(known[1], other[1]) <= now:
                apart_s = (apart_s + JITTER_S) % WINDOWS_S[name] - JITTER_S
            found.append(apart_s <= JITTER_S)
    return found


def context_percent(document: "Any") -> "float | None":
    """How full the model's context window is."""
    found = member(document, "context_window")
    used = number(member(found, "used_percentage"))
    if used is None:
        used = _context_share(found)
    return used if used is not None and 0 <= used <= 1000 else None


def _context_share(found: "Any") -> "float | None":
    size = number(member(found, "context_window_size"))
    kinds = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    counts = [number(member(found, "current_usage", kind)) for kind in kinds]
    known = [count for count in counts if count is not None]
    return 100 * sum(known) / size if known and size is not None and size > 0 else None


def model(document: "Any") -> str:
    """The model's name in harmless characters; "" when there is none."""
    for key in ("display_name", "id"):
        value = member(document, "model", key)
        words = "".join([char if char in _PLAIN else " " for char in value]).split() if isinstance(value, str) else []
        if words:
            return " ".join(words)[:NAME_CELLS].rstrip()
    return ""


def cost_usd(document: "Any") -> "float | None":
    """What the session has cost."""
    found = number(member(document, "cost", "total_cost_usd"))
    return found if found is not None and 0 <= found < 1e7 else None


def session(document: "Any") -> str:
    """The session's id in harmless characters, `?` when there is none."""
    value = member(document, "session_id")
    return "".join([char for char in value if char in _PLAIN])[:64] or "?" if isinstance(value, str) else "?"


def counter(document: "Any") -> "int | None":
    """A count that grows with every answer of Claude: an unchanged one tells that these are old values once more."""
    found = number(member(document, "cost", "total_api_duration_ms"))
    return None if found is None or found < 0 else int(found)


def began(document: "Any", now: float) -> "int | None":
    """When the session began (epoch s): what it has been told since is no older."""
    found = number(member(document, "cost", "total_duration_ms"))
    return int(now - found / 1000) if found is not None and 0 <= found <= 1000 * now else None
