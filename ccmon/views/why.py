"""`ccmon why` as lines of text: the number first, then what stands behind it. Nothing is wider than asked."""

from ccmon import __version__, text
from ccmon.quick_typing import Iterator, List, Tuple
from ccmon.settings.ini_sections import Setting
from ccmon.text import Line, Span, clip, count, duration, plural, printable, width, with_name
from ccmon.views import why_numbers
from ccmon.views.evidence import Evidence
from ccmon.views.why_numbers import Section
from ccmon.when import second_text

LABEL_CELLS = 9
LEFT_OUT = {"progress": "reports of progress", "tool_result": "results of tools", "api_error": "errors of the API",
            "synthetic": "messages of Claude Code itself", "empty": "empty answers", "refused": "that ccusage refuses",
            "other": "other records"}
ORIGINS = {"asked_for": "asked for with source = logs", "no_ccusage": "no ccusage could be started"}
_NAME_CELLS, _VALUE_CELLS = 10, 22


def lines(evidence: Evidence, cells: int) -> List[Line]:
    """One section a topic: its name at the left, the number, and below what it rests on."""
    out: List[Line] = [_title(evidence, cells)]
    room = max(1, cells - LABEL_CELLS)
    for label, section in SECTIONS:
        sentences = (printable(with_name(words, evidence.command)) for words in section(evidence, room))
        spans = [Span(row, "warn" if words.startswith("! ") else "text") for words in sentences
                 for row in ([words] if width(words) <= room else text.wrap(words, room))]      # columns that fit stay
        heads = [label] + [""] * (len(spans) - 1)
        out += [text.clip_line((Span(text.pad(head, LABEL_CELLS), "accent"), span), cells) for head, span in zip(heads, spans)]
    return out


def _title(evidence: Evidence, cells: int) -> Line:
    now, zone = evidence.snapshot.now, printable(evidence.snapshot.reset.timezone)
    at = f"{evidence.day(now)} {second_text(now, evidence.zone)} {zone}"
    left = (Span(f"ccmon {__version__}", "title"), Span("  where each number comes from", "text"))
    return text.spread(left, (Span(at, "dim"),), cells)


# --- where it was read ------------------------------------------------------------------------------------------------

def _source(evidence: Evidence, cells: int) -> Iterator[str]:
    source = evidence.snapshot.source
    yield _reading(evidence)
    if source.reason:
        yield f"the log files, not ccusage: {ORIGINS.get(source.reason, source.reason)}"
    if source.unstarted:
        yield f"! {source.unstarted}"
    yield from _places(evidence, cells)
    if source.error:
        yield f"! {source.error}"
    if source.progress is not None:
        yield f"! reading all logs: {text.percent(100 * source.progress)} so far"
    if source.skipped:
        yield f"{plural(source.skipped, 'damaged line' if source.name == 'logs' else 'malformed session')} left out"
    if source.future:
        yield f"{plural(source.future, 'session')} dated in the future: check the clock"


def _reading(evidence: Evidence) -> str:
    """Name and version, how old the data are, and what they cost."""
    source = evidence.snapshot.source
    name = f"{source.name} {source.version}" if source.version else source.name
    if source.name == "demo":
        return "demo: simulated, nothing is read"
    if source.refreshed is None:
        return f"{name}, nothing read so far" + (". Run ccmon, or `ccmon record`" if source.error is None else "")
    age = f"{name}, {duration(evidence.snapshot.age_s or 0)} old"
    if source.ran is None or source.ran >= source.refreshed:
        return f"{age}, took {source.took_s:g} s"
    return f"{age}; ran {duration(evidence.snapshot.now - source.ran)} ago in {source.took_s:g} s, no log changed since"


def _places(evidence: Evidence, cells: int) -> Iterator[str]:
    """The program and the folders it reads, on one line where that fits."""
    path = evidence.snapshot.source.path
    parts = [evidence.path_text(path, cells)] if path else []
    folders = ", ".join(evidence.path_text(folder, cells - 6) for folder in evidence.folders)
    parts += [f"reads {folders}"] if folders else []
    yield from [" ".join(parts)] if parts and width(" ".join(parts)) <= cells else parts


def _logs(evidence: Evidence, cells: int) -> Iterator[str]:
    if evidence.logs is None:
        return
    logs = evidence.logs
    yield (f"{plural(logs.files, 'file')}, {plural(logs.lines, 'line')}: {plural(logs.messages, 'message')}, "
           f"{count(logs.damaged)} damaged")
    for path, damaged, first in logs.worst:
        words = f"! {plural(damaged, 'damaged line')}, the first is line {count(first)} of "
        yield words + evidence.path_text(path, max(20, cells - len(words)))
    if logs.left_out:
        kinds = ", ".join(f"{count(number)} {LEFT_OUT.get(kind, kind)}" for kind, number in sorted(logs.left_out.items()))
        yield f"not answers, so not counted: {kinds}"


# --- where it is stored -------------------------------------------------------------------------------------------------

def _store(evidence: Evidence, cells: int) -> Iterator[str]:
    store = evidence.store
    if store.path is None:
        yield _nowhere(evidence)
    elif not store.size:
        yield evidence.path_text(store.path, cells - 18) + ", not made so far"
    else:
        schema = "" if store.schema is None else f", schema {store.schema}"
        tail = f", {_size(store.size)}{schema}"
        yield evidence.path_text(store.path, cells - len(tail)) + tail
    if any(rows for _, rows in store.rows):
        yield "rows: " + ", ".join(f"{printable(name)} {count(rows)}" for name, rows in store.rows if rows)
    if store.trouble:
        yield f"! {store.trouble}"


def _nowhere(evidence: Evidence) -> str:
    return "none: a demo keeps nothing" if evidence.snapshot.source.name == "demo" else "none: there is no home directory"


def _size(size: int) -> str:
    return f"{size} B" if size < 1000 else f"{size / 1000:.0f} kB" if size < 999_500 else f"{size / 1e6:.1f} MB"


def _cache(evidence: Evidence, cells: int) -> Iterator[str]:
    cache = evidence.cache
    if cache.folder is None:
        yield _nowhere(evidence)
        return
    tail = f", {plural(cache.lines, 'status line')}, {_freshness(evidence)}"
    yield evidence.path_text(cache.folder, cells - len(tail)) + tail
    if cache.failures:
        waits = cache.retry_at > evidence.snapshot.now
        until = f"not asked before {second_text(cache.retry_at, evidence.zone)}" if waits else "asked again at the next look"
        yield f"! {plural(cache.failures, 'failure')} in a row: {until}"


def _freshness(evidence: Evidence) -> str:
    cache, now = evidence.cache, evidence.snapshot.now
    if not cache.fresh_until:
        return "none fresh" if cache.failures else "no refresh so far"
    word = "fresh for" if cache.fresh_until > now else "not fresh since"
    return f"{word} {duration(abs(cache.fresh_until - now))}"


# --- who set what -----------------------------------------------------------------------------------------------------

def _options(evidence: Evidence, cells: int) -> Iterator[str]:
    own = [setting for setting in evidence.settings if setting.where]
    for setting in own:
        yield _setting(evidence, setting, cells)
    if evidence.own_themes:
        yield f"themes of your own: {', '.join(evidence.own_themes)}"
    rest = len(evidence.settings) - len(own)
    what = f"the other {rest} are defaults" if own else f"all {rest} are defaults"
    if evidence.config is None:
        yield what
    else:
        tail = f"{what}; " + ("" if evidence.configured else "there is no ")
        yield tail + evidence.path_text(evidence.config, cells - len(tail))


def _setting(evidence: Evidence, setting: Setting, cells: int) -> str:
    longest = max(width(printable(other.text)) for other in evidence.settings if other.where)
    room = min(_VALUE_CELLS, longest)
    value = clip(printable(setting.text), room)
    hidden = ", ".join(evidence.where_text(where).split(",")[0] for where in setting.hidden)
    where = evidence.where_text(setting.where or "") + (f"; not {hidden}" if hidden else "")
    return clip(f"{text.pad(setting.name, _NAME_CELLS)} {text.pad(value, room)}  {where}", cells)


def _where(evidence: Evidence, where: str) -> str:
    """A file by its name alone: its folder stands below."""
    return where.rpartition("/")[2] if evidence.config and where.startswith(evidence.config) else where


SECTIONS: Tuple[Tuple[str, Section], ...] = (
    ("source", _source), ("logs", _logs), *why_numbers.SECTIONS, ("store", _store), ("cache", _cache), ("options", _options))
