"""What Claude Code reports to its status line command: the fields of that JSON, cleaned. Each may be absent, null or nonsense.

On the line's short cut: nothing is imported.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WINDOWS_S = {"five_hour": 5 * 3600, "seven_day": 7 * 86_400}
NEAR_PERCENT = 80                      # from here on a window is nearly used up
MOST_PERCENT = 1000                    # extra usage goes on beyond 100; an epoch is more even when counted in days (20,000)
JITTER_S = 60                          # resets that differ by no more are one
OPENING_S, OPENING_PERCENT = 300, 95   # right after a reset the last window's values still come
NAME_CELLS = 40
LABELS = {"five_hour": "5h", "seven_day": "7d"}
LONGEST_S = 400 * 86_400               # a window of unknown length
MOST_WINDOWS, MOST_MEMBERS = 12, 200   # more of them are nobody's limits
SPEND = "spend="                       # in the spool: used and limit of the spend limit, in dollars, a dash for none
LONG_AGO = 1_000_000_001               # the end of a cache that is cold since an unknown time
CACHE = "cache="                       # in the spool: the prompt cache, see prompt_cache
DROPPED = "dropped="                   # in the spool: how many members could not be taken
_ALSO = {"seven_day_overage_included": "seven_day_fable"}              # one limit, two names
_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
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
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e18 else None


def percent(value: "Any") -> "float | None":
    """A percentage from 0 to 1000, rounded; None for others: some versions put an epoch there."""
    used = number(value)
    return round(used, 4) if used is not None and 0 <= used <= MOST_PERCENT else None


def rounded_epoch(value: "Any") -> "int | None":
    """Epoch seconds rounded to the minute, from seconds, milliseconds or ISO 8601: the source jitters by a second."""
    epoch_s = _epoch(value)
    return None if epoch_s is None else int(epoch_s + 30) // 60 * 60


def _epoch(value: "Any") -> "float | None":
    epoch_s = number(value)
    if epoch_s is None and isinstance(value, str):
        epoch_s = iso_epoch(value)
    if epoch_s is not None and epoch_s > 1e11:
        epoch_s /= 1000
    return epoch_s if epoch_s is not None and 1e9 < epoch_s < 1e10 else None


def iso_epoch(text: str) -> "int | None":
    """Epoch seconds of 2025-11-24T21:00:00.48+00:00, rounded down; in UTC where no offset is given, None for anything else."""
    from datetime import datetime  # hardly ever: the line's short cut is given numbers
    text = text.strip()[:40].upper()
    day, clock = text[:10], text[11:].replace(" ", "")
    at = max(clock.find("+"), clock.find("-"), clock.find("Z"))
    clock, offset = (clock[:at], clock[at:].replace("Z", "+00:00")) if at >= 0 else (clock, "+00:00")
    clock, offset = clock.partition(".")[0], offset if ":" in offset else offset[:3] + ":" + offset[3:]
    if text[10:11] not in ("T", " ") or len(clock) not in (5, 8) or len(offset) != 6:
        return None
    try:
        return int(datetime.fromisoformat(f"{day}T{clock}{offset}").timestamp())
    except (ValueError, OverflowError):
        return None


def windows(document: "Any") -> "dict[str, tuple[float, int]]":
    """Every member of rate_limits that has a percentage and a reset: name -> percentage used, reset (epoch s)."""
    return read_windows(member(document, "rate_limits"))[0]


def read_windows(limits: "Any") -> "tuple[dict[str, tuple[float, int]], int]":
    """The windows in such a member, of whatever name, also those in lists; and how many were left out."""
    windows: "dict[str, tuple[float, int]]" = {}
    dropped = 0
    for name, window in _members(limits):
        used, resets_at = _percent_of(window), _reset_of(window)
        if used is None and resets_at is None:
            continue                   # no window at all
        if used is None or resets_at is None or not name or name not in windows and len(windows) >= MOST_WINDOWS:
            dropped += 1
        else:
            windows[name] = max(windows.get(name, (used, resets_at)), (used, resets_at))
    return windows, dropped


def _members(limits: "Any") -> "list[tuple[str, Any]]":
    """Name and value of each that may be a window, the 5 hours and the week first: they are not to be lost among others."""
    members: "list[tuple[str, Any]]" = []
    if not isinstance(limits, dict):
        return members
    for key in [key for key in WINDOWS_S if key in limits] + [key for key in limits if key not in WINDOWS_S][:MOST_MEMBERS]:
        value = limits[key]
        if isinstance(value, dict):
            members.append((window_name(key), value))
        elif isinstance(value, list):
            members += [(_listed_name(key, one), one) for one in value[:MOST_MEMBERS]]
    return [one for one in members if one[0] in WINDOWS_S] + [one for one in members if one[0] not in WINDOWS_S]


_KINDS = {"session": "five_hour", "weekly_all": "seven_day", "weekly_scoped": "seven_day", "model_scoped": "seven_day"}


def _listed_name(key: str, window: "Any") -> str:
    """Of one in a list: by its kind, else the list's name, and by the model that it is about."""
    kind = member(window, "kind")
    lead = kind if isinstance(kind, str) else key
    scope = member(window, "scope", "model", "display_name") or member(window, "display_name") or member(window, "scope", "model")
    if not isinstance(scope, str):
        return window_name(_KINDS.get(lead, lead)) if lead not in ("weekly_scoped", "model_scoped", key) else ""
    return window_name(_KINDS.get(lead, lead) + "_" + scope)


def window_name(text: str) -> str:
    """In a-z, 0-9 and _, as Claude names its windows; "" where nothing is left of it."""
    if text in WINDOWS_S:              # nearly always
        return text
    lower = text.lower()[:200]
    name = "_".join("".join([char if char in _NAME else " " for char in lower]).split())[:NAME_CELLS].rstrip("_")
    return _ALSO.get(name, name)


def _percent_of(window: "Any") -> "float | None":
    for key in ("used_percentage", "utilization", "percent"):
        used = percent(window.get(key)) if isinstance(window, dict) else None
        if used is not None:           # Claude counts in whole per cents: between 0 and 1 it is a share
            return None if 0 < used < 1 else used
    return None


def _reset_of(window: "Any") -> "int | None":
    return rounded_epoch(window.get("resets_at") or window.get("resetsAt")) if isinstance(window, dict) else None


def spend_usd(document: "Any") -> "tuple[float | None, float | None] | None":
    """What of a spend limit is used, and how much that is; None where there is neither."""
    limit_member = member(document, "rate_limits", "spend_limit")
    both = [number(member(limit_member, key)) for key in ("used_usd", "limit_usd")]
    used, limit = [one if one is not None and 0 <= one < 1e9 else None for one in both]
    return None if used is None and limit is None else (used, limit)


def length_s(name: str) -> "int | None":
    """Length of a window (s), by the beginning of its name; None when unknown."""
    return WINDOWS_S.get(name) or WINDOWS_S.get(_part(name)[0])


def _part(name: str) -> "tuple[str, str]":
    """The beginning that tells the length, and what the window is about beyond that."""
    lead = next((lead for lead in WINDOWS_S if name == lead or name.startswith(lead + "_")), "")
    return lead, name[len(lead):].strip("_")


def scope(name: str) -> str:
    """account; or what alone the window limits: a model's name as people write it (Opus 4.5), or apps."""
    if name in WINDOWS_S:
        return "account"
    lead, rest = _part(name)
    return words(rest) if lead and rest else "account"


def label(name: str) -> str:
    """5h, 7d, 7d Opus; the name in words where its length is unknown."""
    if name in LABELS:
        return LABELS[name]
    lead, rest = _part(name)
    return " ".join([LABELS[lead], words(rest)]).rstrip() if lead else name.replace("_", " ")


def words(name: str) -> str:
    """Opus 4.5 of opus_4_5."""
    out = ""
    for part in name.split("_"):
        number = part.isdigit() and len(part) < 3
        out += ("." if number and out[-1:].isdigit() else " " if out else "") + (part if number else part[:1].upper() + part[1:])
    return out


def is_possible(name: str, percent: float, resets_at: int, at: float) -> bool:
    """Whether a window can be like that then (epoch s): it runs, and has not been filled as soon as it began."""
    left_s, whole_s = resets_at - at, length_s(name)
    opening = whole_s is not None and whole_s - left_s < OPENING_S and percent >= OPENING_PERCENT
    return 0 <= percent <= MOST_PERCENT and 0 < left_s <= (whole_s or LONGEST_S) + OPENING_S and not opening


def same_resets(ours: "Any", theirs: "Any", now: float) -> "dict[str, bool]":
    """For each window of both, whether it ends at the same time: accounts differ in their windows' resets.

    Both map names to (percentage, reset). The 5 hours and the week decide, and only without them others. Weeks of one account
    follow upon one another, so that a week that is over counts, too; five hours that are over do not.
    """
    both = [name for name in ours if name in theirs]
    is_alike = {}
    for name in [name for name in both if name in WINDOWS_S] or both:
        first, last = sorted((ours[name][1], theirs[name][1]))
        if name == "seven_day" or first > now:
            apart_s = last - first
            if first <= now:
                apart_s = (apart_s + JITTER_S) % WINDOWS_S[name] - JITTER_S
            is_alike[name] = apart_s <= JITTER_S
    return is_alike


def context_percent(document: "Any") -> "float | None":
    """How full the model's context window is."""
    context = member(document, "context_window")
    used = number(member(context, "used_percentage"))
    if used is None:
        used = _context_share(context)
    return used if used is not None and 0 <= used <= 1000 else None


def _context_share(context: "Any") -> "float | None":
    size = number(member(context, "context_window_size"))
    kinds = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    counts = [number(member(context, "current_usage", kind)) for kind in kinds]
    numbers = [count for count in counts if count is not None]
    return 100 * sum(numbers) / size if numbers and size is not None and size > 0 else None


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
    cost = number(member(document, "cost", "total_cost_usd"))
    return cost if cost is not None and 0 <= cost < 1e7 else None


def prompt_cache(document: "Any", now: float) -> "tuple[int, int, int | None, int | None] | None":
    """Of the conversation's cache: when it goes cold (epoch s), how long it stays warm (s), the tokens that are paid again after
    that, and how much of the input came from it (per cent), each None where unknown; None without an end."""
    cache = member(document, "prompt_cache")
    warm, end = member(cache, "warm"), member(cache, "expires_at")
    expires_at = LONG_AGO if end is None and warm is False else _epoch(end)
    ttl_s = _seconds(member(cache, "ttl")) or (300 if expires_at is None or expires_at - now <= 300 else 3600)
    if expires_at is None or expires_at - ttl_s > now + OPENING_S:
        return None
    if warm is False:
        expires_at = min(expires_at, now)
    tokens, share = number(member(cache, "recache_tokens_if_cold")), number(member(cache, "hit_ratio"))
    return (int(expires_at), ttl_s, int(tokens) if tokens is not None and 0 <= tokens < 1e12 else None,
            int(round(100 * share, 6)) if share is not None and 0 <= share <= 1 else None)


def _seconds(ttl: "Any") -> int:
    """Of 5m and 1h, as Claude Code writes them, or of seconds; 0 for anything else."""
    seconds = number(ttl)
    if seconds is not None:
        return int(seconds) if 0 < seconds <= 86_400 else 0
    figures, unit = (ttl[:-1], ttl[-1:]) if isinstance(ttl, str) else ("", "")
    is_ttl = unit in ("m", "h") and figures.isascii() and figures.isdigit() and len(figures) < 4
    return int(figures) * (60 if unit == "m" else 3600) if is_ttl else 0


def session_id(document: "Any") -> str:
    """The session's id in harmless characters, `?` when there is none."""
    value = member(document, "session_id")
    return "".join([char for char in value if char in _PLAIN])[:64] or "?" if isinstance(value, str) else "?"


def counter(document: "Any") -> "int | None":
    """A count that grows with every answer of Claude: with an unchanged one the values are old."""
    duration_ms = number(member(document, "cost", "total_api_duration_ms"))
    return None if duration_ms is None or duration_ms < 0 else int(duration_ms)


def began_at(document: "Any", now: float) -> "int | None":
    """When the session began (epoch s): its values are no older."""
    duration_ms = number(member(document, "cost", "total_duration_ms"))
    return int(now - duration_ms / 1000) if duration_ms is not None and 0 <= duration_ms <= 1000 * now else None
