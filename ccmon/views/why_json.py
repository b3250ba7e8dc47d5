"""The document of `ccmon why --json`. Keys are only ever added; the README describes them."""

from typing import Any, Dict, List, Optional

from ccmon import __version__
from ccmon.model import Block, Window
from ccmon.sources.session_json import WINDOWS_S
from ccmon.text import models_for_programs
from ccmon.usage.burn import WINDOW_S
from ccmon.usage.windows import window_named
from ccmon.views import why_account
from ccmon.views.document import learned_document, runway_document, window_document
from ccmon.views.evidence import Evidence

SCHEMA = 1


def document(evidence: Evidence) -> Dict[str, Any]:
    """Times in epoch seconds, costs in US dollars, sizes in bytes; null where nothing is known."""
    snapshot = evidence.snapshot
    return {
        "schema": SCHEMA,
        "version": __version__,
        "now": snapshot.now,
        "source": _source(evidence),
        "session": None if snapshot.session is None else _session(snapshot.session, snapshot.active, snapshot.others),
        "limit": _limit(evidence),
        "percent": snapshot.percent and round(snapshot.percent, 4),
        "percent_source": snapshot.percent_source,
        "tokens_left": snapshot.left,
        "tokens_about": snapshot.about,
        "reset": snapshot.reset._asdict(),
        "burn_rate": _burn(evidence),
        "predicted_end": snapshot.predicted_end,
        "runway": runway_document(snapshot.runway),
        "runway_week": runway_document(snapshot.week),
        "learned": learned_document(snapshot.learned),
        "official": {name: _official(window_named(snapshot.windows, name)) for name in WINDOWS_S},
        "windows": [window_document(one) for one in snapshot.windows],
        "windows_dropped": evidence.windows_dropped,
        "account": why_account.document(evidence),
        "themes": {"own": list(evidence.own_themes)},
        "prices": {"date": evidence.prices, "own": list(evidence.own_prices)},
        "store": {**evidence.store._asdict(), "rows": dict(evidence.store.rows)},
        "cache": evidence.cache._asdict(),
        "logs": evidence.logs and evidence.logs._asdict(), "cut_since": evidence.cut_since,
        "config": {"path": evidence.config, "exists": evidence.configured},
        "options": _options(evidence),
        "warnings": [notice.code for notice in snapshot.warnings if not notice.advice],
    }


def _source(evidence: Evidence) -> Dict[str, Any]:
    source = evidence.snapshot.source
    fields = {name: value for name, value in source._asdict().items() if name not in ("stamp", "logs")}
    return {**fields, "age_s": evidence.snapshot.age_s, "folders": list(evidence.folders)}


def _session(block: Block, active: bool, others: int) -> Dict[str, Any]:
    fields = block._asdict()
    return {"active": active, **fields, "models": models_for_programs(block.models),
            "total_tokens": _total(block), "others": others}


def _total(block: Block) -> Optional[int]:
    """All four kinds together: what ccusage calls totalTokens."""
    return block.tokens + (block.cache_creation or 0) + (block.cache_read or 0) if block.counted else block.tokens


def _limit(evidence: Evidence) -> Dict[str, Any]:
    limit = evidence.snapshot.limit
    fields = {name: value for name, value in limit._asdict().items() if name not in ("high_water", "learned")}
    learned = limit.learned and limit.learned._asdict()
    return {**fields, "unit": limit.unit, "learned": learned, "record": limit.high_water and limit.high_water._asdict()}


def _official(window: Optional[Window]) -> Optional[Dict[str, Any]]:
    return window and {"percent": window.percent, "resets_at": window.resets_at, "read_at": window.read_at}


def _burn(evidence: Evidence) -> Dict[str, Any]:
    terms = evidence.terms
    return {"per_min": round(terms.per_min, 4), "source": terms.source, "window_s": WINDOW_S, "tokens": terms.tokens,
            "samples": terms.samples, "first_sample": terms.first, "sessions": [term._asdict() for term in terms.parts]}


def _options(evidence: Evidence) -> List[Dict[str, Any]]:
    return [{**setting._asdict(), "hidden": list(setting.hidden)} for setting in evidence.settings]
