"""The account in Claude Code's own file, or in Claude Code's answer: who is logged in, windows, credits.

Of the file two members count, oauthAccount and cachedUsageUtilization; nothing else of it leaves this module.
"""

from __future__ import annotations

import hashlib
import json

from ccmon.model import Credits, Login, Windows
from ccmon.quick_typing import Any, Dict, NamedTuple, Optional, Tuple
from ccmon.sources.session_json import is_possible, member, number, percent, read_windows, rounded_epoch
from ccmon.text import clean, clip
from ccmon.usage.windows import window

TIER_CHARACTERS = 64
WHOLE_UNITS = frozenset(("JPY", "KRW", "VND"))             # Claude Code divides amounts in all others by 100
_TIERS = (("default_claude_max_20x", "max20"), ("default_claude_max_5x", "max5"), ("claude_pro", "pro"),
          ("default_claude_ai", "pro"))
_NOT_WINDOWS = ("extra_usage", "spend_limit")
_LONGEST_ID = 200
_EARLIEST_S, _LATEST_S = 10 ** 9, 10 ** 10


class AccountReport(NamedTuple):
    """The account as reported at one time."""

    login: Login
    windows: Windows = ()
    credits: Tuple[Credits, ...] = ()
    dropped: int = 0                   # members that could not be taken
    read_at: int = 0                   # epoch s when Claude Code read the windows, 0 where unknown
    login_at: int = 0                  # epoch s when Claude Code last asked who is logged in, 0 where unknown


def parse(text: str) -> Optional[AccountReport]:
    """The account in Claude Code's own file; None where the text is no JSON object, as when it was cut off."""
    try:
        document = json.loads(text, parse_int=float)       # of thousands of digits, too
    except (ValueError, RecursionError, MemoryError):
        return None
    if not isinstance(document, dict):
        return None
    profile = document.get("oauthAccount")
    login_at = _epoch_s(member(profile, "profileFetchedAt"))
    report = AccountReport(login_of(profile), login_at=login_at)
    cached = document.get("cachedUsageUtilization")
    if not isinstance(cached, dict) or _id(cached, "accountUuid") != _id(profile, "accountUuid"):
        return report                   # none, or of whoever was logged in before
    return usage(cached.get("utilization"), _epoch_s(cached.get("fetchedAtMs")), "account_file")._replace(
        login=report.login, login_at=login_at)


def usage(limits: Any, read_at: int, source: str) -> AccountReport:
    """The windows and credits in such a member, read then (epoch s), of nobody so far."""
    if not isinstance(limits, dict):
        return AccountReport(Login(""), read_at=read_at)
    values, dropped = read_windows({key: value for key, value in limits.items() if key not in _NOT_WINDOWS})
    windows = tuple(window(name, used, resets_at, read_at, source) for name, (used, resets_at) in values.items()
                    if is_possible(name, used, resets_at, read_at))
    credits, strange = _credits(limits.get("extra_usage"), read_at, source)
    return AccountReport(Login(""), windows, credits, dropped + len(values) - len(windows) + strange, read_at)


# --- who is logged in ---------------------------------------------------------------------------------------------------

def login_of(profile: Any) -> Login:
    """The login in oauthAccount; that of nobody where it has none."""
    ids = [_id(profile, name) for name in ("organizationUuid", "accountUuid")]
    if not any(ids):
        return Login("")
    tier = _tier(profile)
    account = hashlib.sha256("\n".join(ids).encode("utf-8", "replace")).hexdigest()[:12]
    by_kind = "pro" if not tier and member(profile, "organizationType") == "claude_pro" else ""        # the organisation shows it
    return Login(account, plan_of(tier) or by_kind, tier)


def _id(profile: Any, name: str) -> str:
    value = member(profile, name)
    return value[:_LONGEST_ID] if isinstance(value, str) else ""


def _tier(profile: Any) -> str:
    """The user's own, else the organisation's, as Claude Code itself chooses."""
    for name in ("userRateLimitTier", "organizationRateLimitTier"):
        value = member(profile, name)
        if isinstance(value, str) and value:
            return "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "?"
                           for char in value[:TIER_CHARACTERS])
    return ""


def plan_of(tier: str) -> str:
    """pro, max5 or max20; "" for an unknown tier."""
    return next((plan for part, plan in _TIERS if part in tier), "")


# --- credits ------------------------------------------------------------------------------------------------------------

def _credits(extra: Any, read_at: int, source: str) -> Tuple[Tuple[Credits, ...], int]:
    """Extra usage where it is on or was used, and how many members could not be taken."""
    if extra is None:
        return (), 0
    enabled = member(extra, "is_enabled")
    if not isinstance(enabled, bool):
        return (), 1
    name = member(extra, "currency")
    currency = name.upper() if isinstance(name, str) and len(name) == 3 and name.isascii() and name.isalpha() else ""
    amounts: Dict[str, Optional[float]] = {key: _amount(extra.get(key), currency) for key in ("used_credits", "monthly_limit")}
    strange = sum(extra.get(key) is not None and amount is None for key, amount in amounts.items())
    if not enabled and not amounts["used_credits"]:
        return (), strange
    one = Credits("extra_usage", amounts["used_credits"], amounts["monthly_limit"], currency, percent(extra.get("utilization")),
                  enabled and not strange, rounded_epoch(extra.get("resets_at")), read_at, source)
    return (one,), strange


def _amount(value: Any, currency: str) -> Optional[float]:
    """In the currency: the file has minor units, cents for dollars."""
    units = number(value)
    if units is None or not 0 <= units < 1e12:
        return None
    return float(units) if currency in WHOLE_UNITS else round(units / 100, 2)


def _epoch_s(value: Any) -> int:
    """Of milliseconds; 0 for what is no time."""
    epoch = number(value)
    at = 0 if epoch is None else int(epoch / 1000 if epoch > 1e11 else epoch)
    return at if _EARLIEST_S < at < _LATEST_S else 0


REQUEST_ID = "ccmon"
REQUEST = json.dumps({"type": "control_request", "request_id": REQUEST_ID,
                      "request": {"subtype": "get_usage", "skip_behaviors": True}}) + "\n"
NOTHING = AccountReport(Login(""))


class ClaudeAnswer(NamedTuple):
    """The account, or why there is none."""

    account: AccountReport
    sentence: str = ""                 # what went wrong, "" where nothing did
    is_lasting: bool = False           # asking again will not help: the user has to do something


NO_ANSWER = ClaudeAnswer(NOTHING, "claude gave no answer about the limits. Update Claude Code", True)
NO_PLAN = ClaudeAnswer(NOTHING, "claude is not logged in to a plan that has limits. Start claude and type /login", True)
NOT_NOW = ClaudeAnswer(NOTHING, "claude could not get the limits from Anthropic just now. It is asked again later")


def parse_answer(output: str, now: int) -> ClaudeAnswer:
    """The answer in what claude printed, one JSON object a line; now is epoch seconds."""
    response = next(filter(None, map(_response, output.splitlines())), None)
    if response is None:
        return NO_ANSWER
    if response.get("subtype") != "success":
        error = response.get("error")
        why = clip(clean(error).strip(), 120).rstrip(". ") if isinstance(error, str) else "it did not say why"
        return ClaudeAnswer(NOTHING, f"claude refused to tell the limits: {why}")
    limits = member(response, "response", "rate_limits")
    if isinstance(limits, dict):
        return ClaudeAnswer(usage(limits, now, "claude"))
    available = member(response, "response", "rate_limits_available")
    return NOT_NOW if available is True else NO_PLAN if available is False else NO_ANSWER


def _response(line: str) -> Any:
    """The response to our request on that line; None where it is something else, such as a rate_limit_event."""
    try:
        document: Optional[Any] = json.loads(line, parse_int=float) if '"control_response"' in line else None
    except (ValueError, RecursionError, MemoryError):
        return None
    response = member(document, "response")
    return response if isinstance(response, dict) and response.get("request_id") == REQUEST_ID else None
