"""The status lines of a refresh: each is rendered from its own words and environment and put into the cache."""

from typing import Dict, List, Mapping, Optional

from ccmon import arguments, context, linecache
from ccmon.context import Context
from ccmon.model import Facts, UsageError
from ccmon.text import Charset
from ccmon.views import statusline


def write_all(ctx: Context, facts: Facts, now: int) -> None:
    """Render the plain line and every line asked for in the last day, each from its own words."""
    if not ctx.cache:
        return
    for key in {"--statusline\0": None, **dict.fromkeys(linecache.asked(ctx.cache))}:
        argv, env = linecache.words(key)
        try:
            own = context_of(argv, {**_without_own(ctx.env), **env}, ctx)
        except UsageError:
            linecache.forget(ctx.cache, key)
            continue
        if own.settings.timezone == "local" and own.env.get("TZ") != ctx.env.get("TZ"):
            linecache.forget(ctx.cache, key)       # this process cannot tell the time of that zone
            continue
        linecache.write_line(ctx.cache, key, line_of(own, facts, now).encode("utf-8", "replace"))


def _without_own(env: Mapping[str, str]) -> Dict[str, str]:
    return {name: value for name, value in env.items()
            if name == "CCMON_NOW" or not (name.startswith("CCMON_") or name in ("NO_COLOR", "TZ"))}


def context_of(argv: List[str], env: Mapping[str, str], ctx: Optional[Context] = None) -> Context:
    """The context that an argument list asks for; paths and owner are those of ctx when it is given."""
    own = context.prepare(arguments.flags(arguments.parse(argv)), env)
    own = own._replace(utf8=linecache.NOT_UTF8 not in env)
    return own._replace(paths=ctx.paths, cache=ctx.cache, owner=ctx.owner, demo=ctx.demo) if ctx else own


def line_of(ctx: Context, facts: Facts, now: int) -> str:
    """The status line with its newline."""
    text = statusline.render(ctx.view(facts, now), ctx.zone, Charset(ctx.utf8 and not ctx.settings.ascii, False))
    return text + "\n"
