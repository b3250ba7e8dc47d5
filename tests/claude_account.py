"""Claude Code's own file .claude.json as tests write it: of the same shape, with made-up contents."""

import json
from datetime import datetime, timezone
from typing import Any, Dict, Optional

NOW = 1_764_000_000
HOUR, DAY = 3600, 86_400
PROFILE = {"organizationUuid": "0b0d0c0a-1111-4222-8333-444455556666", "accountUuid": "a1a2a3a4-5555-4666-8777-888899990000",
           "organizationType": "claude_max", "organizationRateLimitTier": "default_claude_max_20x", "userRateLimitTier": None,
           "seatTier": None, "emailAddress": "somebody@example.org", "displayName": "Somebody"}


def iso(at: float) -> str:
    """As Claude writes times."""
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.123456+00:00")


def utilization(now: int = NOW, five: float = 20, week: float = 84, fable: float = 100, **more: Any) -> Dict[str, Any]:
    """The member of that name: 5 hours, week, the week of one model in limits[], credits."""
    return {"five_hour": {"utilization": five, "resets_at": iso(now + 2 * HOUR)},
            "seven_day": {"utilization": week, "resets_at": iso(now + 3 * DAY)}, "seven_day_opus": None,
            "extra_usage": {"is_enabled": True, "monthly_limit": 5000, "used_credits": 341.0, "utilization": 6.8,
                            "currency": "USD"},
            "limits": [{"kind": "session", "group": "session", "percent": five, "severity": "normal",
                        "resets_at": iso(now + 2 * HOUR), "scope": None, "is_active": False},
                       {"kind": "weekly_all", "group": "weekly", "percent": week, "severity": "warning",
                        "resets_at": iso(now + 3 * DAY), "scope": None, "is_active": True},
                       {"kind": "weekly_scoped", "group": "weekly", "percent": fable, "severity": "critical",
                        "resets_at": iso(now + 4 * DAY), "scope": {"model": {"id": None, "display_name": "Fable 5"}},
                        "is_active": False}], **more}


def document(now: int = NOW, limits: Any = None, profile: Optional[Dict[str, Any]] = None, **cached: Any) -> Dict[str, Any]:
    """The whole file; a secret stands in it that nobody is to see again."""
    profile = PROFILE if profile is None else profile
    return {"numStartups": 12, "userID": "SECRET", "projects": {"/home/somebody/SECRET": {"lastCost": 0.3}},
            "oauthAccount": profile, "cachedUsageUtilization": {
                "fetchedAtMs": 1000 * now + 7, "accountUuid": profile.get("accountUuid"),
                "utilization": utilization(now) if limits is None else limits, **cached}}


def text(*args: Any, **given: Any) -> str:
    """The file's text."""
    return json.dumps(document(*args, **given), indent=2)
