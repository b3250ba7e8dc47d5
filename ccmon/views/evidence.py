"""What `ccmon why` has gathered, as values and as JSON: the numbers of now and what stands behind each of them."""

from __future__ import annotations

from ccmon import __version__
from ccmon.model import Block, Limit, Snapshot, Window
from ccmon.quick_typing import Any, Dict, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.settings.ini_sections import Setting
from ccmon.sources.session_json import WINDOWS_S
from ccmon.text import OWN_NAME, clip, models_for_programs, printable, width
from ccmon.usage.account_note import AccountNote, AskedNote, newest_credits
from ccmon.usage.burn import WINDOW_S, Terms
from ccmon.usage.windows import window_named
from ccmon.views import document
from ccmon.when import Zone, clock_text, local

SCHEMA = 1


class StoreFacts(NamedTuple):
    """The sqlite file that remembers."""

    path: Optional[str]                # None without a home, and in a demo
    size: int = 0                      # bytes; 0: there is none
    schema: Optional[int] = None       # None when it could not be read
    rows: Tuple[Tuple[str, int], ...] = ()             # table, number of rows
    trouble: Optional[str] = None      # one sentence when something is wrong with it


class CacheFacts(NamedTuple):
    """The folder of the status lines and of what the last refresh noted."""

    folder: Optional[str]              # None without a home, and in a demo
    lines: int = 0
    refreshed: int = 0                 # epoch s, as the next three; 0 for never
    fresh_until: int = 0
    expires_at: int = 0                # until then lines may be shown
    retry_at: int = 0                  # a failing source is left alone until then
    failures: int = 0                  # in a row


class LogFacts(NamedTuple):
    """What the log reader has read."""

    files: int
    lines: int
    messages: int                      # those that count
    damaged: int                       # lines
    left_out: Mapping[str, int]        # lines of other kinds that hold a usage, by kind
    worst: Sequence[Tuple[str, int, int]] = ()         # log, damaged lines in it, number of the first one


class Evidence(NamedTuple):
    """Everything that `ccmon why` tells."""

    snapshot: Snapshot
    zone: Zone
    terms: Terms                       # of the burn rate
    store: StoreFacts
    cache: CacheFacts
    logs: Optional[LogFacts]
    folders: Tuple[str, ...]           # of Claude Code's log files
    config: Optional[str]              # path of config.ini
    configured: bool                   # whether that file is there
    settings: Tuple[Setting, ...]
    plans: Tuple[Tuple[str, str], ...]                 # figures of plans that config.ini gives: name, file and line
    prices: str                        # date of the table
    own_prices: Tuple[str, ...] = ()   # models with a price in config.ini
    own_themes: Tuple[str, ...] = ()   # sections [theme.NAME] of config.ini
    home: Optional[str] = None         # paths below it are shown with ~
    cut_since: Optional[int] = None    # as in Facts
    reported: Tuple[Block, ...] = ()   # the sessions that ccusage says to run
    account: AccountNote = AccountNote()               # of Claude Code's own file
    asked: AskedNote = AskedNote()     # what came of asking claude
    windows_dropped: int = 0           # as in Facts
    command: str = OWN_NAME            # how ccmon is to be called here

    def set_by(self, name: str) -> Optional[str]:
        """Where an option was set, None for a default."""
        return next((setting.where for setting in self.settings if setting.name == name), None)

    def clock(self, epoch: int) -> str:
        """17:40, with the day where it is another one."""
        return clock_text(epoch, self.snapshot.now, self.zone)

    def day(self, epoch: int) -> str:
        """2025-11-21."""
        return f"{local(epoch, self.zone):%Y-%m-%d}"

    def path_text(self, path: str, cells: int) -> str:
        """The path with ~ for the home; of a long one the middle is left out."""
        home = (self.home or "").rstrip("/")
        short = printable("~" + path[len(home):] if home and path.startswith(home + "/") else path)
        if width(short) <= cells:
            return short
        room = max(0, cells - 2)
        return clip(short, room // 3) + ".." + clip(short[::-1], room - room // 3)[::-1]

    def where_text(self, where: str) -> str:
        """A file by its name alone: its folder stands below."""
        return where.rpartition("/")[2] if self.config and where.startswith(self.config) else where


# --- as JSON ------------------------------------------------------------------------------------------------------------

def why_document(evidence: Evidence) -> Dict[str, Any]:
    """Times in epoch seconds, costs in US dollars, sizes in bytes; null where nothing is known. Keys are only ever added."""
    snapshot = evidence.snapshot

    def same(*names: str) -> Dict[str, Any]:
        return {name: numbers[name] for name in names}

    numbers = document.document(snapshot)
    return {
        "schema": SCHEMA,
        "version": __version__,
        "now": snapshot.now,
        "source": _source(evidence),
        "session": None if snapshot.session is None else _session(snapshot.session, snapshot.active, snapshot.others),
        "limit": _limit(snapshot.limit),
        **same("percent", "percent_source", "tokens_left", "tokens_about"),
        "reset": snapshot.reset._asdict(),
        "burn_rate": _burn(evidence.terms),
        **same("predicted_end", "runway", "runway_week", "learned"),
        "official": {name: _official(window_named(snapshot.windows, name)) for name in WINDOWS_S},
        **same("windows"),
        "windows_dropped": evidence.windows_dropped,
        "account": account_document(evidence),
        "themes": {"own": list(evidence.own_themes)},
        "prices": {"date": evidence.prices, "own": list(evidence.own_prices)},
        "store": {**evidence.store._asdict(), "rows": dict(evidence.store.rows)},
        "cache": evidence.cache._asdict(),
        "logs": evidence.logs and evidence.logs._asdict(), "cut_since": evidence.cut_since,
        "config": {"path": evidence.config, "exists": evidence.configured},
        "options": [{**setting._asdict(), "hidden": list(setting.hidden)} for setting in evidence.settings],
        "warnings": [notice.code for notice in snapshot.warnings if not notice.advice],
    }


def _source(evidence: Evidence) -> Dict[str, Any]:
    source = evidence.snapshot.source
    fields = {name: value for name, value in source._asdict().items() if name not in ("stamp", "logs")}
    return {**fields, "age_s": evidence.snapshot.age_s, "folders": list(evidence.folders)}


def _session(block: Block, active: bool, others: int) -> Dict[str, Any]:
    total = block.tokens + (block.cache_creation or 0) + (block.cache_read or 0) if block.counted else block.tokens
    return {"active": active, **block._asdict(), "models": models_for_programs(block.models),
            "total_tokens": total, "others": others}           # all four kinds: what ccusage calls totalTokens


def _limit(limit: Limit) -> Dict[str, Any]:
    fields = {name: value for name, value in limit._asdict().items() if name not in ("high_water", "learned")}
    learned = limit.learned and limit.learned._asdict()
    return {**fields, "unit": limit.unit, "learned": learned, "record": limit.high_water and limit.high_water._asdict()}


def _official(window: Optional[Window]) -> Optional[Dict[str, Any]]:
    return window and {"percent": window.percent, "resets_at": window.resets_at, "read_at": window.read_at}


def _burn(terms: Terms) -> Dict[str, Any]:
    return {"per_min": round(terms.per_min, 4), "source": terms.source, "window_s": WINDOW_S, "tokens": terms.tokens,
            "samples": terms.samples, "first_sample": terms.first, "sessions": [term._asdict() for term in terms.parts]}


def account_document(evidence: Evidence) -> Optional[Dict[str, Any]]:
    """What the account's own file said, and what came of asking; null where no such file was ever read."""
    note, asked = evidence.account, evidence.asked
    if not note.path and not note.fault and not asked.at:
        return None
    return {"path": note.path or None, "read_at": note.read_at or None, "login": note.login.account or None,
            "plan": note.login.plan or None, "tier": note.login.tier or None, "dropped": note.dropped,
            "fault": note.fault or None, "credits": [one._asdict() for one in newest_credits(note.credits, asked.credits)],
            "asked": {"at": asked.at, "failures": asked.failures, "error": asked.error or None} if asked.at else None}
