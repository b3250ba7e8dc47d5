"""The --json document: every number of a moment. Keys are only ever added; man/ccmon.md describes them."""

from ccmon.model import Binding, Block, Runway, Snapshot, Window
from ccmon.quick_typing import TYPE_CHECKING, Any, Dict, Optional
from ccmon.sources.session_json import WINDOWS_S
from ccmon.text import models_for_programs
from ccmon.usage.windows import window_named

if TYPE_CHECKING:
    from ccmon.learning.values import Choice, Comparison, Estimate, Learned

SCHEMA = 1


def document(snapshot: Snapshot) -> Dict[str, Any]:
    """Times in epoch seconds, costs in US dollars; null where a value has no meaning."""
    return {
        "schema": SCHEMA,
        "now": snapshot.now,
        "source": {"name": snapshot.source.name, "version": snapshot.source.version, "age_s": snapshot.age_s,
                   "error": snapshot.source.error, "reason": snapshot.source.reason,
                   "progress": _rounded(snapshot.source.progress)},
        "session": _session(snapshot.session, snapshot.active),
        "plan": {"name": snapshot.limit.plan, "limit": snapshot.limit.tokens, "limit_source": snapshot.limit.source,
                 "limit_unit": snapshot.limit.unit},
        "percent": _rounded(snapshot.percent),
        "percent_source": snapshot.percent_source,
        "tokens_left": snapshot.left,
        "tokens_about": snapshot.about,
        "burn_rate_per_min": _rounded(snapshot.burn_per_min),
        "burn_rate_source": snapshot.burn_source,
        "sustainable_rate_per_min": _rounded(snapshot.sustainable_per_min),
        "predicted_end": snapshot.predicted_end,
        "runway": _runway(snapshot.runway),
        "runway_week": _runway(snapshot.week),
        "learned": _learned(snapshot.learned),
        "reset": snapshot.reset._asdict(),
        "official": {name: _official(window_named(snapshot.windows, name)) for name in WINDOWS_S},
        "windows": [window_document(one) for one in snapshot.windows],
        "binding": _binding(snapshot.binding),
        "credits": [one._asdict() for one in snapshot.credits],
        "prompt_cache": snapshot.cache and snapshot.cache._asdict(),
        "warnings": list(dict.fromkeys(notice.code for notice in snapshot.warnings if not notice.advice)),
    }


def _session(block: Optional[Block], active: bool) -> Optional[Dict[str, Any]]:
    if block is None:
        return None
    return {"active": active, "start": block.start, "end": block.end, "tokens": block.tokens, "input": block.input,
            "output": block.output, "cache_creation": block.cache_creation, "cache_read": block.cache_read,
            "cost_usd": block.cost_usd, "models": models_for_programs(block.models)}


def _runway(runway: Optional[Runway]) -> Optional[Dict[str, Any]]:
    """Median and 90 % interval in epoch seconds, cut at the reset; learned: of the rule in whose place this one is shown."""
    if runway is None:
        return None
    return {"median": runway.median, "low": runway.low, "high": runway.high, "probability": _rounded(runway.probability),
            "rule": runway.rule, "rows": runway.rows, "learned": _runway(runway.learned)}


def estimate_document(estimate: "Estimate") -> Dict[str, Any]:
    """What the learned limit rests on; the limit itself is null while it is not learned."""
    unknown: Dict[str, Any] = {} if estimate.learned else {"median": None, "low": None, "high": None}
    return {**estimate._asdict(), **unknown}


def _learned(learned: Optional["Learned"]) -> Optional[Dict[str, Any]]:
    """The limit in the ruler's own units; estimate is null until there is enough to go by."""
    if learned is None:
        return None
    ruler, estimate = learned.unit_weights, learned.estimate
    return {"at": learned.at, "readings": learned.readings, "hits": learned.hits,
            "ruler": ruler and {"name": ruler.name, "unit": ruler.unit, "error_points": _rounded(ruler.error_points),
                                "readings": ruler.readings},
            "estimate": estimate and {name: _rounded(value) if isinstance(value, float) else value
                                      for name, value in estimate_document(estimate).items()},
            "tokens_per_load": _rounded(learned.tokens_per_load),
            "changes": [change._asdict() for change in learned.changes],
            "choices": {"session": choice_document(learned.session_choice), "week": choice_document(learned.week_choice)}}


def choice_document(choice: "Choice") -> Dict[str, Any]:
    """Which rule is shown (learned or simple), since when, and both comparisons; since is null where it never changed."""
    return {"rule": choice.rule, "since": choice.since or None, "then": _comparison(choice.then), "now": _comparison(choice.now)}


def _comparison(comparison: "Comparison") -> Dict[str, Any]:
    return {"windows": comparison.windows, "lost_min": _rounded(comparison.lost_min), "chance": _rounded(comparison.chance)}


def _official(window: Optional[Window]) -> Optional[Dict[str, Any]]:
    return window and {"percent": _rounded(window.percent), "resets_at": window.resets_at, "read_at": window.read_at}


def window_document(window: Window) -> Dict[str, Any]:
    """One limit of the account, with when it is used up."""
    return {**window._asdict(), "percent": _rounded(window.percent), "forecast": _runway(window.forecast)}


def _binding(bound: Optional[Binding]) -> Optional[Dict[str, Any]]:
    if bound is None:
        return None
    ahead = bound.forecast
    return {"name": bound.name, "label": bound.label, "percent": _rounded(bound.percent), "resets_at": bound.resets_at,
            "why": bound.why, "runs_out_at": ahead and ahead.median, "probability": _rounded(ahead and ahead.probability)}


def _rounded(number: Optional[float]) -> Optional[float]:
    return None if number is None else round(number, 4)
