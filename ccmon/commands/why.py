"""`ccmon why`: gathers what is stored and noted, and prints where each number comes from. It runs no ccusage."""

import json
import os
import sys
from types import SimpleNamespace

from ccmon import call, line_answer, line_cache, output, streams
from ccmon.errors import CcmonError
from ccmon.model import Block, Facts
from ccmon.pipeline import learned_state, present, refresh
from ccmon.pipeline.history import SCREEN_BUSY_MS, opened
from ccmon.quick_typing import Dict, Iterator, List, Optional, Tuple
from ccmon.settings import config, ini_sections, options
from ccmon.settings.context import Context
from ccmon.settings.ini_sections import THEME_PREFIX, Setting
from ccmon.settings.options import LEVELS, OPTIONS
from ccmon.sources import log_files
from ccmon.store import connection, history_path, ledger, rows
from ccmon.store.present import running_blocks
from ccmon.typed_values import RawValue
from ccmon.usage import compute
from ccmon.usage.account_note import AccountNote, AskedNote
from ccmon.usage.price_table import DATE
from ccmon.views import why
from ccmon.views.evidence import CacheFacts, Evidence, LogFacts, StoreFacts, why_document

OK = 0
PIPE_CELLS, MOST_CELLS = 80, 120


def run(given: SimpleNamespace, ctx: Context) -> int:
    """Print where the numbers come from; the exit code."""
    evidence = _gathered(given, ctx)
    if given.json:
        print(json.dumps(why_document(evidence)))
    else:
        cells = min(MOST_CELLS, output.size().columns) if sys.stdout.isatty() else PIPE_CELLS
        output.show(ctx, why.lines(evidence, cells), pager=False)
    return OK


def _gathered(given: SimpleNamespace, ctx: Context) -> Evidence:
    now = ctx.now()
    facts, (account, asked), store = _remembered(ctx, now)
    sections = config.read(ctx.paths.config, options.SECTIONS)
    return Evidence(
        snapshot=present.snapshot(ctx, facts, now), zone=ctx.zone, terms=compute.burn_terms(facts, now), store=store,
        cache=_cache(ctx), logs=_logs(ctx), folders=_folders(ctx), config=ctx.paths.config,
        configured=bool(ctx.paths.config) and os.path.exists(ctx.paths.config or ""),
        settings=tuple(output.with_theme(_settings(ctx, call.flags(given), options.from_file(sections)), ctx.callers_env)),
        plans=tuple((name, own.where) for name, own in sections.get("plans", {}).items()),
        prices=DATE, own_prices=tuple(ctx.settings.prices),
        own_themes=tuple(name[len(THEME_PREFIX):] for name in sections if name.startswith(THEME_PREFIX)),
        home=ctx.paths.home if ctx.demo is None else config.home(os.environ), cut_since=facts.stored.cut_since,
        reported=_reported(ctx, now) if facts.stored.cut_since is not None else (),
        account=account, asked=asked, windows_dropped=facts.reported.windows_dropped, command=streams.own_command())


# --- what is stored ---------------------------------------------------------------------------------------------------

def _remembered(ctx: Context, now: int) -> Tuple[Facts, Tuple[AccountNote, AskedNote], StoreFacts]:
    """The facts and the file they are in. One that is not there is not made; that of a demo goes when it ends."""
    if ctx.demo is not None:
        return refresh.once(ctx, -1), (AccountNote(), AskedNote()), StoreFacts(None)
    source = refresh.source_before(ctx)
    if not ctx.paths.store or not os.path.lexists(ctx.paths.store):
        return Facts().with_source(source), (AccountNote(), AskedNote()), StoreFacts(ctx.paths.store)
    with opened(ctx, SCREEN_BUSY_MS) as history:
        facts = learned_state.recall(history, history.facts(now).with_source(source), now)
        trouble = facts.stored.trouble
        files_of = _store(ctx, trouble) if history.store else StoreFacts(ctx.paths.store, trouble=trouble)
        return facts, (history.account_note(), history.asked_note()), files_of


def _store(ctx: Context, trouble: Optional[str]) -> StoreFacts:
    path = ctx.paths.store or ""
    size = history_path.size_bytes(path, path + "-wal")
    try:
        schema, counts = connection.read_file(path, rows.table_counts)
    except CcmonError as err:
        return StoreFacts(path, size, trouble=trouble or str(err))
    return StoreFacts(path, size, schema, counts, trouble)


def _cache(ctx: Context) -> CacheFacts:
    if not ctx.cache or ctx.demo is not None:
        return CacheFacts(None)
    state = line_answer.read_state(ctx.cache)
    return CacheFacts(ctx.cache, line_cache.line_count(ctx.cache), state.refreshed, state.fresh_until, state.expires_at,
                      state.retry_at, state.failures)


def _logs(ctx: Context) -> Optional[LogFacts]:
    """What the log reader has read; None when it never has, or when the history cannot be read just now."""
    if ctx.demo is not None or not ctx.paths.store:
        return None
    try:
        counts = connection.read_owner(ctx.paths.store, ctx.owner, ledger.counts, None)
    except CcmonError:
        return None
    return LogFacts(*counts) if counts and counts.files else None


def _reported(ctx: Context, now: int) -> Tuple[Block, ...]:
    """The sessions that run by ccusage."""
    try:
        none: List[Block] = []
        return tuple(connection.read_owner(ctx.paths.store or "", ctx.owner,
                                           lambda db, owner: running_blocks(db, owner, now), none))
    except CcmonError:
        return ()


def _folders(ctx: Context) -> Tuple[str, ...]:
    """The folders of Claude Code's log files that there are."""
    folders = log_files.projects(config.claude_folders(ctx.env)) if ctx.demo is None else []
    return tuple(folder for folder in folders if os.path.isdir(folder))


# --- who set what -----------------------------------------------------------------------------------------------------

def _settings(ctx: Context, flags: Dict[str, RawValue], file: Dict[str, RawValue]) -> Iterator[Setting]:
    """Every option; reset_hour is another way to say reset."""
    layers = dict(zip(LEVELS, (flags, options.from_environment(ctx.env), file)))
    for option in OPTIONS:
        if option.name == "reset_hour":
            continue
        names = ("reset", "reset_hour") if option.name == "reset" else (option.name,)
        yield ini_sections.setting(names, ctx.settings.plan if option.name == "plan" else option.default, layers)
