"""What the claude program answers when it is asked for the limits (get_usage), as windows and credits, or a sentence."""

from __future__ import annotations

import json
from typing import Any, Optional

from ccmon.model import Login
from ccmon.named_tuple import NamedTuple
from ccmon.sources.session_json import member
from ccmon.text import clean, clip
from ccmon.usage.account_json import AccountReport, usage

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
