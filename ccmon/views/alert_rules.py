"""Alerting rules for Prometheus, by the names that openmetrics.py gives: `ccmon export --rules`.

The text is always the same: nothing that was read stands in it, and of labels only those that are made of a-z, 0-9 and _.
"""

from __future__ import annotations

from typing import Iterator

from ccmon.model import NEAR_PERCENT
from ccmon.named_tuple import NamedTuple
from ccmon.usage.binding import LIKELY

STALE_S = 900
_RUNNING = "ccmon_window_reset_timestamp_seconds > time()"
_NO_WINDOW = """and ccmon_reset_timestamp_seconds > time()
unless on (account, instance, job) ccmon_window_used_ratio{window="five_hour"}""".replace("\n", " ")


class Rule(NamedTuple):
    """One alert."""

    name: str
    when: str                          # PromQL
    lasts: str                         # so long it must be true
    severity: str                      # warning | critical
    summary: str
    description: str


_SHARE = "{{ $value | humanizePercentage }}"
_OF_IT = ("window", "account", "login", "instance", "job")             # labels that tell a window from all others
_UNTIL = ("{{ with printf `ccmon_window_reset_timestamp_seconds{" + ",".join(f"{name}=%q" for name in _OF_IT) + "}` "
          + " ".join(f"$labels.{name}" for name in _OF_IT)
          + " | query }}Reset: {{ . | first | value | humanizeTimestamp }}{{ end }}")
RULES = (
    Rule("ClaudeWindowNear", f"(ccmon_window_used_ratio >= {NEAR_PERCENT / 100} < 1) and {_RUNNING}", "5m", "warning",
         f"{_SHARE} of the window {{{{ $labels.window }}}} is used", _UNTIL),
    Rule("ClaudeWindowUsedUp", f'(ccmon_window_used_ratio{{scope="account"}} >= 1) and {_RUNNING}', "1m", "critical",
         "The window {{ $labels.window }} is used up",
         f"Nothing is answered until its reset, unless credits are left. {_UNTIL}"),
    Rule("ClaudeModelWindowUsedUp", f'(ccmon_window_used_ratio{{scope!="account"}} >= 1) and {_RUNNING}', "1m", "warning",
         "The window {{ $labels.window }} is used up", f"It stops one model alone. {_UNTIL}"),
    Rule("ClaudeWindowRunsOut",
         f"(ccmon_window_runs_out_probability_ratio >= {LIKELY}) and ccmon_window_used_ratio < 1 and {_RUNNING}",
         "15m", "warning", f"{_SHARE} likely that the window {{{{ $labels.window }}}} runs out before its reset",
         "By what ccmon has learned of this user's work."),
    Rule("ClaudeSessionNear", f"ccmon_session_used_ratio >= {NEAR_PERCENT / 100} {_NO_WINDOW}", "5m", "warning",
         f"{_SHARE} of the session's limit is used", "By tokens: Claude has not said how much is used."),
    Rule("ClaudeSessionRunsOut", f"ccmon_runs_out_probability_ratio >= {LIKELY} {_NO_WINDOW}", "15m", "warning",
         f"{_SHARE} likely that the session runs out before its reset", "By tokens: Claude has not said how much is used."),
    Rule("ClaudeCreditsNear",
         f"ccmon_credits_used_ratio >= {NEAR_PERCENT / 100} unless ccmon_credits_enabled == 0", "5m", "warning",
         f"{_SHARE} of the {{{{ $labels.kind }}}} is spent", "These are the credits beyond the windows, or a spend limit."),
    Rule("CcmonStale", f"ccmon_up == 0 or time() - ccmon_data_timestamp_seconds > {STALE_S}", "5m", "warning",
         "ccmon has no new numbers", f"The last look failed, or is more than {STALE_S // 60} minutes old: see ccmon doctor."))


def text() -> str:
    """The rule file, as YAML."""
    return "".join(f"{line}\n" for line in ("groups:", "  - name: ccmon", "    rules:", *(
        line for rule in RULES for line in _lines(rule))))


def _lines(rule: Rule) -> Iterator[str]:
    yield f"      - alert: {rule.name}"
    yield f"        expr: {_quoted(rule.when)}"
    yield f"        for: {rule.lasts}"
    yield "        labels:"
    yield f"          severity: {rule.severity}"
    yield "        annotations:"
    yield f"          summary: {_quoted(rule.summary)}"
    yield f"          description: {_quoted(rule.description)}"


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
