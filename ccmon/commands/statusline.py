"""`ccmon --statusline` where no cached line answers: always one line and exit 0."""

import os
import time

from ccmon import call, line_answer, line_cache, private, refresher, streams
from ccmon.errors import CcmonError
from ccmon.model import Facts, Source
from ccmon.pipeline import lines, refresh
from ccmon.pipeline.refresh import current_facts
from ccmon.quick_typing import List, Optional
from ccmon.settings.context import Context
from ccmon.sources import hook

OK = 0
STRUCTURED = ("json", "waybar", "i3blocks")        # dialects that no prompt shows


def statusline(argv: List[str]) -> int:
    """Always one line and exit 0; what is wrong goes into the line, and nothing to stderr: prompts show that too."""
    try:
        line = _stand_in(argv) or _line(argv)
    except CcmonError as err:
        line = lines.error_line(argv, os.environ, str(err))
    except Exception as err:
        streams.logged()
        line = lines.error_line(argv, os.environ, f"internal error: {type(err).__name__}")
    line_answer.put(hook.finish(line.encode("utf-8", "replace")))
    return OK


def _stand_in(argv: List[str]) -> Optional[str]:
    """What is shown while `ccmon init` or `ccmon doctor` tests whether a prompt shows the line."""
    if not os.environ.get("CCMON_PROBE") or any(word in argv for word in STRUCTURED):
        return None
    from ccmon.setup import snippets
    stand_in = snippets.stand_in_of(os.environ)
    return stand_in and stand_in + "\n"


def _line(argv: List[str]) -> str:
    with call.context_of(call.parse(argv)) as ctx:
        facts = _facts_of_line(ctx, argv)
        line = lines.line_of(ctx, facts, ctx.now())
        cache, key = ctx.line_cache, line_answer.key(argv, os.environ)
        if ctx.demo is not None or not cache or "CCMON_NOW" in ctx.env:
            return line
        made = None if facts.stored.blocks or facts.reported.source.error else _line_of_refresh(ctx, cache, key)
        # Not when a refresh has ended meanwhile: what it wrote is newer. What could not be read now is read by the next call.
        if not made and not facts.stored.is_held and _is_newest(ctx, facts):
            line_cache.write_line(cache, key, line.encode("utf-8", "replace"))
            if not _is_newest(ctx, facts):
                line_cache.forget(cache, key)
        return made or line


def _line_of_refresh(ctx: Context, cache: str, key: str) -> Optional[str]:
    """What a refresh has made of these words while this call waited: it has an answer, also where that could not be stored."""
    state = line_answer.read_state(cache)
    if state.outdated(line_answer.config_path(ctx.env)) or time.time() >= state.expires_at:
        return None
    line = line_answer.read_line(cache, key)
    return line.decode("utf-8", "replace") if line else None


def _is_newest(ctx: Context, facts: Facts) -> bool:
    return ctx.is_stored_only or refresh.source_before(ctx) == facts.reported.source


def _facts_of_line(ctx: Context, argv: List[str]) -> Facts:
    """What is stored, refreshed behind the caller's back when it is old; waits only where nobody was ever answered."""
    if ctx.demo is not None:
        return current_facts(ctx)
    cache = ctx.line_cache
    if cache and private.foreign_folder(cache):
        raise CcmonError(f"the cache belongs to another user, see ccmon doctor: {cache}")
    runs = bool(cache) and refresher.refresh(cache or "", argv, ctx.env, refresh.in_background)
    if ctx.cache and ctx.cache != cache and not ctx.is_stored_only:
        runs = refresher.refresh(ctx.cache, argv, ctx.env, refresh.account_in_background)
    facts = refresh.load(ctx, ctx.now())
    if facts.stored.is_held:
        return _facts_when_free(ctx, facts)
    if facts.stored.blocks or facts.reported.source != Source() or ctx.is_stored_only:
        return facts
    if not runs:
        raise CcmonError(f"no place to keep a line: {cache or 'there is no home'}", "Set HOME or XDG_CACHE_HOME")
    answered = line_cache.line_count(cache or "") > 0 and not ctx.chosen      # of another account they mean nothing
    deadline = time.monotonic() + (0 if answered else ctx.settings.wait)
    while refresh.source_before(ctx) == Source() and time.monotonic() < deadline:
        time.sleep(0.01)
    facts = refresh.load(ctx, ctx.now())
    return _facts_when_free(ctx, facts) if facts.stored.is_held else facts


def _facts_when_free(ctx: Context, facts: Facts) -> Facts:
    """What is stored, once no other program holds it, within the time that is waited for a line."""
    deadline = time.monotonic() + ctx.settings.wait
    while facts.stored.is_held and time.monotonic() < deadline:
        time.sleep(0.01)
        facts = refresh.load(ctx, ctx.now())
    return facts
