"""The status lines of a refresh: each is rendered from its own words and environment and put into the cache."""

from ccmon import call, claude_row, line_cache
from ccmon.errors import CcmonError, UsageError
from ccmon.model import Facts, Snapshot
from ccmon.pipeline import present
from ccmon.quick_typing import TYPE_CHECKING, Callable, Dict, List, Mapping, Optional, Sequence, Tuple
from ccmon.settings import config, context, themes
from ccmon.settings.context import Context
from ccmon.settings.options import BY_NAME, FORMATS, SECTIONS
from ccmon.text import Charset, Span, clean, clip
from ccmon.typed_values import word_of
from ccmon.views.line import dialects, fields, statusline

LINE_CELLS, MOST_CELLS = 80, 1000
MOST_BYTES = 32_768                    # bars read a line of 64 kB, or of less; only a template's own text comes to that
TOO_LONG = "this line would be too long. Shorten the template"
CLAUDE = "claude"

if TYPE_CHECKING:
    from ccmon.usage.accounts import Chosen

_Shown = Tuple[Optional[str], Optional["Chosen"]]


def write_all(ctx: Context, facts: Facts, now: int, of_account: Callable[[Context], Facts]) -> None:
    """Render the plain line and every line asked for in the last day, each from its own words.

    of_account finds the facts of another account, where a line names one.
    """
    if not ctx.cache:
        return
    facts_of: Dict[_Shown, Facts] = {} if ctx.chosen and ctx.chosen.is_other_login else {_shown(ctx): facts}
    for key in {"--statusline\0": None, **dict.fromkeys(line_cache.recent_keys(ctx.cache))}:
        argv, env = line_cache.argv_and_env(key)
        try:
            own = context_of(argv, {**_without_own(ctx.env), "LC_ALL": "C.UTF-8", **env}, ctx)     # a key names another
        except UsageError:
            line_cache.forget(ctx.cache, key)
            continue
        if own.settings.timezone == "local" and own.env.get("TZ") != ctx.env.get("TZ"):
            line_cache.forget(ctx.cache, key)       # this process cannot convert to that zone
            continue
        if _shown(own) not in facts_of:
            facts_of[_shown(own)] = of_account(own)
        line_cache.write_line(ctx.cache, key, line_of(own, facts_of[_shown(own)], now).encode("utf-8", "replace"))


def _shown(ctx: Context) -> _Shown:
    """What two lines have in common that show the same facts."""
    apart = ctx.chosen is not None and (ctx.chosen.is_other_login or ctx.chosen.is_merged)
    return ctx.cache, ctx.chosen if apart else None


def _without_own(env: Mapping[str, str]) -> Dict[str, str]:
    return {name: value for name, value in env.items()
            if name == "CCMON_NOW" or not (name.startswith("CCMON_") or name in ("NO_COLOR", "TZ"))}


def context_of(argv: List[str], env: Mapping[str, str], ctx: Optional[Context] = None, switch: bool = True) -> Context:
    """The context that an argument list asks for, without switch not of the account that it names.

    Paths and owner are those of ctx, whose folders these are, when it is given and no other account is named.
    """
    own = context.prepare(call.flags_of(tuple(argv)), env, switch and (ctx is None or ctx.demo is None))
    if ctx is None or own.chosen:
        return own
    return own._replace(paths=ctx.paths, cache=ctx.cache, owner=ctx.owner, demo=ctx.demo)


def line_of(ctx: Context, facts: Facts, now: int) -> str:
    """The status line with its newline, in the dialect that is asked for; instead of one that is too long, that it is."""
    line = _line_of(ctx, facts, now)
    return line if len(line.encode("utf-8", "replace")) <= MOST_BYTES else _error_line(ctx.settings.format, TOO_LONG, None)


def _line_of(ctx: Context, facts: Facts, now: int) -> str:
    snapshot, dialect = present.snapshot(ctx, facts, now), dialects.DIALECTS[ctx.settings.format]
    if ctx.settings.format == CLAUDE:
        return _record(ctx, snapshot, dialect) + "\n"
    all_groups, theme = statusline.ranked(snapshot, ctx.zone), _theme(ctx)
    words = [group.span for group in all_groups]
    if ctx.settings.template:
        body = _filled(ctx, ctx.settings.template, snapshot, dialect)
    else:
        fitting = statusline.fitting(spelled(all_groups, dialect), ctx.settings.max_width)
        body = " ".join(dialects.painted(word, dialect, theme) for word in fitting)
    body = body or dialects.painted(words[0], dialect, None)      # never an empty line: bars and Claude Code drop it
    return dialect.envelope(body, dialects.extras(snapshot, words, theme, ctx.zone)) + "\n"


def spelled(all_groups: Sequence[statusline.WordGroup], dialect: dialects.Dialect) -> List[statusline.WordGroup]:
    """The groups as they are read in that dialect: their width is that of what is read."""
    return [group._replace(span=Span(dialect.spell(clean(group.span.text)), group.span.role)) for group in all_groups]


def _record(ctx: Context, snapshot: Snapshot, dialect: dialects.Dialect) -> str:
    """What is joined with Claude Code's own words later, in the cells that it has then."""
    cells = None if ctx.settings.origin["max_width"] == "default" else ctx.settings.max_width
    if not ctx.settings.template:
        unicode = ctx.utf8 and not ctx.settings.ascii
        return dialects.words_record(snapshot, ctx.zone, _theme(ctx), unicode, cells)
    value = _values(ctx, snapshot)
    pieces = fields.pieces(_one_line(ctx.settings.template), value, dialect, MOST_CELLS, claude_row.is_later)
    return dialects.template_record(list(pieces), snapshot, ctx.zone, value, cells)


def _filled(ctx: Context, template: str, snapshot: Snapshot, dialect: dialects.Dialect) -> str:
    return fields.fill(_one_line(template), _values(ctx, snapshot), dialect, ctx.settings.max_width)


def _one_line(template: str) -> str:
    return " ".join(template.splitlines())


def _values(ctx: Context, snapshot: Snapshot) -> fields.Value:
    return fields.values(snapshot, ctx.zone, Charset(ctx.utf8 and not ctx.settings.ascii, False))


def _theme(ctx: Context) -> Optional[themes.Theme]:
    """Only NO_COLOR counts: a line is cached for the variables that line_answer.signature knows."""
    settings = ctx.settings
    if ctx.env.get("NO_COLOR"):
        return None
    place, is_of_line = dialects.DIALECTS[settings.format].ground, settings.origin["theme"] == "flag"
    return themes.line_theme(place, settings.theme_in_force, settings.theme_is_set, settings.theme_is_set and is_of_line)


def error_line(argv: Sequence[str], env: Mapping[str, str], sentence: str) -> str:
    """A line with an error, and its newline, in the dialect that was meant as far as that can be read."""
    meant = _meant(argv, env, "format")
    return _error_line(word_of(meant, FORMATS) or meant, sentence, _cells_meant(argv, env))


def _error_line(meant: str, sentence: str, cells: Optional[int]) -> str:
    sentence = clip(sentence, MOST_CELLS)
    if meant == CLAUDE:
        return dialects.error_record(clean(f"CC ! {sentence}"), cells) + "\n"
    dialect = dialects.DIALECTS.get(meant, dialects.DIALECTS["plain"])
    words = clip(dialect.spell(clean(f"CC ! {sentence}")), cells or LINE_CELLS)
    body = dialects.painted(Span(words), dialect, None)
    return dialect.envelope(body, dialects.Extras("error", [clean(sentence)])) + "\n"


def _meant(argv: Sequence[str], env: Mapping[str, str], name: str) -> str:
    """Words that did not parse are searched by hand; the configuration may be what is wrong."""
    flag = "--" + name.replace("_", "-")
    named = [after for word, after in zip(argv, argv[1:]) if word == flag]
    named += [word[len(flag) + 1:] for word in argv if word.startswith(flag + "=")]
    try:
        configured = config.read(config.paths(env).config, SECTIONS).get("ccmon", {}).get(name)
    except CcmonError:
        configured = None
    return named[-1] if named else env.get("CCMON_" + name.upper()) or (configured.text.strip() if configured else "")


def _cells_meant(argv: Sequence[str], env: Mapping[str, str]) -> Optional[int]:
    """The cells that were asked for; None when none were, or when just that is what is wrong."""
    try:
        return int(BY_NAME["max_width"].parse(_meant(argv, env, "max_width")))
    except ValueError:
        return None
