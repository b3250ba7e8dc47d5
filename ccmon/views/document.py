"""The --json document: every number of a moment. Keys are only ever added; the README describes them."""

from typing import Any, Dict, Optional

from ccmon.learning.values import Learned
from ccmon.model import Block, Limit, Quota, Runway, Snapshot, Source
from ccmon.text import models_for_programs

SCHEMA = 1
NO_SESSION, NO_DATA = 20, 30          # exit codes


def document(snapshot: Snapshot) -> Dict[str, Any]:
    """Times in epoch seconds, costs in US dollars; null where a value has no meaning."""
    return {
        "schema": SCHEMA,
        "now": snapshot.now,
        "source": {"name": snapshot.source.name, "version": snapshot.source.version, "age_s": snapshot.age_s,
                   "error": snapshot.source.error, "reason": snapshot.source.reason,
                   "progress": _rounded(snapshot.source.progress)},
        "session": _session(snapshot.session, snapshot.active),
        "plan": _plan(snapshot.limit),
        "percent": _rounded(snapshot.percent),
        "percent_source": snapshot.percent_source,
        "tokens_left": snapshot.left,
        "tokens_about": snapshot.about,
        "burn_rate_per_min": _rounded(snapshot.burn_per_min),
        "burn_rate_source": snapshot.burn_source,
        "sustainable_rate_per_min": _rounded(snapshot.sustainable_per_min),
        "predicted_end": snapshot.predicted_end,
        "runway": runway_document(snapshot.runway),
        "runway_week": runway_document(snapshot.week),
        "learned": learned_document(snapshot.learned),
        "reset": snapshot.reset._asdict(),
        "official": {name: _quota(quota) for name, quota in snapshot.official._asdict().items()},
        "warnings": [notice.code for notice in snapshot.warnings if not notice.advice],
    }


def _session(block: Optional[Block], active: bool) -> Optional[Dict[str, Any]]:
    if block is None:
        return None
    return {"active": active, "start": block.start, "end": block.end, "tokens": block.tokens, "input": block.input,
            "output": block.output, "cache_creation": block.cache_creation, "cache_read": block.cache_read,
            "cost_usd": block.cost_usd, "models": models_for_programs(block.models)}


def _plan(limit: Limit) -> Dict[str, Any]:
    return {"name": limit.plan, "limit": limit.tokens, "limit_source": limit.source, "limit_unit": limit.unit}


def runway_document(runway: Optional[Runway]) -> Optional[Dict[str, Any]]:
    """Median and 90 % interval in epoch seconds, cut at the reset."""
    if runway is None:
        return None
    return {"median": runway.median, "low": runway.low, "high": runway.high, "probability": _rounded(runway.probability),
            "rule": runway.rule, "rows": runway.rows}


def learned_document(learned: Optional[Learned]) -> Optional[Dict[str, Any]]:
    """The limit in the ruler's own units; estimate is null until there is enough to go by."""
    if learned is None:
        return None
    ruler, estimate = learned.ruler, learned.estimate
    return {"at": learned.at, "readings": learned.readings, "hits": learned.hits,
            "ruler": ruler and {"name": ruler.name, "unit": ruler.unit, "error_points": _rounded(ruler.error_points),
                                "readings": ruler.readings},
            "estimate": estimate and {name: _rounded(value) if isinstance(value, float) else value
                                      for name, value in estimate._asdict().items()},
            "tokens_per_load": _rounded(learned.tokens_per_load),
            "changes": [change._asdict() for change in learned.changes]}


def _quota(quota: Optional[Quota]) -> Optional[Dict[str, Any]]:
    return None if quota is None else {**quota._asdict(), "percent": _rounded(quota.percent)}


def _rounded(number: Optional[float]) -> Optional[float]:
    return None if number is None else round(number, 4)


def exit_code(snapshot: Snapshot) -> int:
    """30 no data, 20 no active session, 11 over the limit, 10 from 80 % on or limit unknown, else 0."""
    if snapshot.age_s is None and snapshot.session is None:
        return NO_DATA
    if not snapshot.active:
        return NO_SESSION
    codes = {notice.code for notice in snapshot.warnings}
    if "over_limit" in codes:
        return 11
    return 10 if codes & {"near_limit", "limit_unknown"} else 0


def failure(source: Source) -> str:
    """The sentence that people search for."""
    return f"Failed to get usage data: {source.error or 'another ccmon is still reading them. Try again in a moment'}"
