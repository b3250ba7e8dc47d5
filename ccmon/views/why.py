"""`ccmon why` as lines of text: the number first, then what stands behind it. Nothing is wider than asked."""

from typing import Callable, Iterator, List, Tuple

from ccmon import __version__, text
from ccmon.model import Block, Window
from ccmon.own_name import with_name
from ccmon.settings.ini_sections import Setting
from ccmon.text import Line, Span, clip, count, duration, model_names, plural, printable, width
from ccmon.usage.burn import Term
from ccmon.usage.notices import way_out_of_plan
from ccmon.usage.windows import order
from ccmon.views import why_account, why_learned
from ccmon.views.evidence import Evidence
from ccmon.views.limit_words import plan_words
from ccmon.when import clock_text, local, second_text

LABEL_CELLS = 9
MOST_PARTS = 3                         # sessions named behind a burn rate
WINDOWS = {"five_hour": "5 hours", "seven_day": "7 days"}
LEFT_OUT = {"progress": "reports of progress", "tool_result": "results of tools", "api_error": "errors of the API",
            "synthetic": "messages of Claude Code itself", "empty": "empty answers", "refused": "that ccusage refuses",
            "other": "other records"}
ORIGINS = {"asked_for": "asked for with source = logs", "no_ccusage": "no ccusage could be started"}
_NAME_CELLS, _VALUE_CELLS = 10, 22

Section = Callable[[Evidence, int], Iterator[str]]


def lines(evidence: Evidence, cells: int) -> List[Line]:
    """One section a topic: its name at the left, the number, and below what it rests on."""
    out: List[Line] = [_title(evidence, cells)]
    room = max(1, cells - LABEL_CELLS)
    for label, section in SECTIONS:
        spans = [Span(row, "warn" if words.startswith("! ") else "text")
                 for words in section(evidence, room) for row in _rows(with_name(words, evidence.command), room)]
        heads = [label] + [""] * (len(spans) - 1)
        out += [text.clip_line((Span(text.pad(head, LABEL_CELLS), "accent"), span), cells) for head, span in zip(heads, spans)]
    return out


def _title(evidence: Evidence, cells: int) -> Line:
    now, zone = evidence.snapshot.now, printable(evidence.snapshot.reset.timezone)
    at = f"{_day(evidence, now)} {second_text(now, evidence.zone)} {zone}"
    left = (Span(f"ccmon {__version__}", "title"), Span("  where each number comes from", "text"))
    return text.spread(left, (Span(at, "dim"),), cells)


def _rows(words: str, cells: int) -> List[str]:
    """Columns stay as they are when they fit; a sentence goes on below."""
    words = printable(words)
    return [words] if width(words) <= cells else text.wrap(words, cells)


def short_path(path: str, home: str, cells: int) -> str:
    """The path with ~ for the home; of a long one the middle is left out."""
    stem = home.rstrip("/")
    short = printable("~" + path[len(stem):] if stem and path.startswith(stem + "/") else path)
    if width(short) <= cells:
        return short
    room = max(0, cells - 2)
    tail = clip(short[::-1], room - room // 3)[::-1]
    return clip(short, room // 3) + ".." + tail


def _at(evidence: Evidence, epoch: int) -> str:
    return clock_text(epoch, evidence.snapshot.now, evidence.zone)


def _day(evidence: Evidence, epoch: int) -> str:
    return f"{local(epoch, evidence.zone):%Y-%m-%d}"


def _ago(evidence: Evidence, epoch: int) -> str:
    return f"{duration(evidence.snapshot.now - epoch)} ago"


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
    return f"{age}; ran {_ago(evidence, source.ran)} in {source.took_s:g} s, no log changed since"


def _places(evidence: Evidence, cells: int) -> Iterator[str]:
    """The program and the folders it reads, on one line where that fits."""
    paths = [evidence.snapshot.source.path] if evidence.snapshot.source.path else []
    home = evidence.home or ""
    parts = [short_path(path, home, cells) for path in paths]
    folders = ", ".join(short_path(folder, home, cells - 6) for folder in evidence.folders)
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
        yield words + short_path(path, evidence.home or "", max(20, cells - len(words)))
    if logs.left_out:
        kinds = ", ".join(f"{count(number)} {LEFT_OUT.get(kind, kind)}" for kind, number in sorted(logs.left_out.items()))
        yield f"not answers, so not counted: {kinds}"


# --- the session ------------------------------------------------------------------------------------------------------

def _session(evidence: Evidence, cells: int) -> Iterator[str]:
    snapshot, block = evidence.snapshot, evidence.snapshot.session
    if block is None:
        yield "none is known"
        return
    when = f"{_at(evidence, block.start)}-{_at(evidence, block.end)}"
    if not snapshot.active:
        yield "none runs; the last one:"
    yield f"{when}: {_tokens(block)}"
    if block.counted:
        yield _cache_tokens(block)
    if evidence.cut_since is not None:
        yield from _cut_otherwise(evidence)
    if snapshot.others:
        yield f"+{plural(snapshot.others, 'active session')}, not added"
    yield _cost(block, cells)


def _cut_otherwise(evidence: Evidence) -> Iterator[str]:
    yield (f"! cut from all messages ever read: logs up to {_at(evidence, evidence.cut_since or 0)} are gone or came late, "
           "so ccusage cuts it otherwise")
    for block in evidence.reported:
        yield f"ccusage says {_at(evidence, block.start)}-{_at(evidence, block.end)}: {plural(block.tokens, 'token')}"


def _tokens(block: Block) -> str:
    if not block.counted:
        return f"{plural(block.tokens, 'token')}: ccusage gave only this total; it may include cache"
    return f"{plural(block.tokens, 'token')} = {count(block.input or 0)} input + {count(block.output or 0)} output"


def _cache_tokens(block: Block) -> str:
    read, made = block.cache_read or 0, block.cache_creation or 0
    name = "totalTokens" if block.source == "ccusage" else "together"
    return f"without cache: {count(read)} read, {count(made)} written; {name} {count(block.tokens + read + made)}"


def _cost(block: Block, cells: int) -> str:
    whose = {"logs": "by the prices below", "ccusage": "by ccusage"}.get(block.source, "simulated")
    cost = "cost not known" if block.cost_usd is None else f"{text.usd(block.cost_usd)} {whose}"
    entries = "1 entry" if block.entries == 1 else f"{count(block.entries)} entries"
    return f"{entries}; {cost}; {model_names(block.models, cells - len(entries) - len(cost) - 4)}"


def _prices(evidence: Evidence, cells: int) -> Iterator[str]:
    own = f"; your own for {', '.join(evidence.own_prices)}" if evidence.own_prices else ""
    yield f"table of {evidence.prices}{own}; used with the log files"


# --- limit, reset, pace -----------------------------------------------------------------------------------------------

def _limit(evidence: Evidence, cells: int) -> Iterator[str]:
    snapshot, limit = evidence.snapshot, evidence.snapshot.limit
    used = f"; {text.percent(snapshot.percent)} used" if snapshot.percent is not None else ""
    used += ", as Claude says" if used and snapshot.percent_source == "official" else ""
    yield f"{'about ' if limit.unit != 'tokens' else ''}{plural(limit.tokens, 'token')}: {_limit_source(evidence)}{used}"
    if limit.switched:
        yield f"plan {limit.asked} was exceeded, so {limit.plan} is in force for this session"
        if not limit.by_account:
            yield way_out_of_plan(snapshot.session.tokens if snapshot.session else 0)
    if limit.unknown:
        yield "the session is above every record: the real limit is higher"
    if limit.high_water is None:
        yield "record: none, as no completed session is known"
    else:
        best, among = limit.high_water, plural(limit.high_water.sessions, "completed session")
        yield f"record: {count(best.tokens)} on {_day(evidence, best.at)}, the largest of {among}"


def _limit_source(evidence: Evidence) -> str:
    limit = evidence.snapshot.limit
    if limit.source in ("flag", "config"):
        return f"set by {evidence.set_by('limit') or limit.source}"
    if limit.source == "learned":
        return f"plan {limit.plan}, learned"
    if limit.source == "high_water":
        return f"plan {limit.plan}, your record"
    own = dict(evidence.plans).get(limit.plan)
    if limit.source == "plan" and own:
        return f"plan {plan_words(limit)}, {_where(evidence, own)}"
    if limit.source == "plan" and limit.plan == limit.asked and limit.plan not in ("custom_max", "ml_auto"):
        return f"plan {plan_words(limit)}, a reference figure"
    return f"plan {limit.plan}, without a record the figure of pro"


def _official(evidence: Evidence, cells: int) -> Iterator[str]:
    windows = sorted(evidence.snapshot.windows, key=order)
    for window in windows:
        yield _window(evidence, WINDOWS.get(window.name, window.label), window)
    if not windows:
        yield "not known; Claude Code tells it to its status line: `ccmon init claude`"


def _window(evidence: Evidence, name: str, window: Window) -> str:
    source = {"account_file": ", in Claude Code's own file", "claude": ", asked"}.get(window.source, "")
    read = f"read {_at(evidence, window.read_at)}, {_ago(evidence, window.read_at)}{source}"
    return f"{name}: {text.percent(window.percent)}, reset {_at(evidence, window.resets_at)}; {read}"


def _reset(evidence: Evidence, cells: int) -> Iterator[str]:
    snapshot, reset = evidence.snapshot, evidence.snapshot.reset
    asked = evidence.set_by("reset")
    rules = {"session": "end of the session, 5 hours after its start", "official": "as Claude says",
             "hour": "your own hour", "schedule": "reference time" if asked else "no session runs: the next reference time"}
    by = f" ({asked})" if asked else ""
    yield f"{_at(evidence, reset.at)}, in {duration(reset.at - snapshot.now)}: {rules.get(reset.rule, reset.rule)}{by}"
    other = "" if reset.rule == "schedule" else f"next reference time {_at(evidence, reset.reference_at)}; "
    yield f"{other}zone {reset.timezone} ({evidence.set_by('timezone') or 'default'})"


def _burn(evidence: Evidence, cells: int) -> Iterator[str]:
    terms, snapshot = evidence.terms, evidence.snapshot
    yield f"{text.short_count(terms.per_min)} /min = {count(round(terms.tokens))} tokens of the last hour / 60, {terms.source}"
    if terms.source == "measured" and terms.first is not None:
        yield f"{plural(terms.samples, 'sample')} since {_at(evidence, terms.first)}{_parts(evidence)}"
    else:
        yield from (_even(evidence, term) for term in terms.parts[-MOST_PARTS:])
        if len(terms.parts) > MOST_PARTS:
            yield f"and {plural(len(terms.parts) - MOST_PARTS, 'session')} before"
    if snapshot.predicted_end is not None and snapshot.left is not None:
        about = "about " if snapshot.about else ""
        yield f"runs out {_at(evidence, snapshot.predicted_end)}: {about}{count(snapshot.left)} tokens left at that pace"


def _parts(evidence: Evidence) -> str:
    named = [f"{count(round(term.tokens))} of the session from {_at(evidence, term.start)}"
             for term in evidence.terms.parts[-MOST_PARTS:] if term.start is not None]
    return ": " + ", ".join(named) if named else ""


def _even(evidence: Evidence, term: Term) -> str:
    start = "?" if term.start is None else _at(evidence, term.start)
    spread_over = f"spread over {duration(term.spread_s)}"
    return f"session from {start}: {count(round(term.tokens))} of {count(term.whole)} tokens, {spread_over}"


# --- where it is stored -------------------------------------------------------------------------------------------------

def _store(evidence: Evidence, cells: int) -> Iterator[str]:
    store = evidence.store
    if store.path is None:
        yield _nowhere(evidence)
    elif not store.size:
        yield short_path(store.path, evidence.home or "", cells - 18) + ", not made so far"
    else:
        schema = "" if store.schema is None else f", schema {store.schema}"
        tail = f", {_size(store.size)}{schema}"
        yield short_path(store.path, evidence.home or "", cells - len(tail)) + tail
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
    yield short_path(cache.folder, evidence.home or "", cells - len(tail)) + tail
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
        yield tail + short_path(evidence.config, evidence.home or "", cells - len(tail))


def _setting(evidence: Evidence, setting: Setting, cells: int) -> str:
    longest = max(width(printable(other.text)) for other in evidence.settings if other.where)
    room = min(_VALUE_CELLS, longest)
    value = clip(printable(setting.text), room)
    hidden = ", ".join(_where(evidence, where).split(",")[0] for where in setting.hidden)
    where = _where(evidence, setting.where or "") + (f"; not {hidden}" if hidden else "")
    return clip(f"{text.pad(setting.name, _NAME_CELLS)} {text.pad(value, room)}  {where}", cells)


def _where(evidence: Evidence, where: str) -> str:
    """A file by its name alone: its folder stands below."""
    return where.rpartition("/")[2] if evidence.config and where.startswith(evidence.config) else where


SECTIONS: Tuple[Tuple[str, Section], ...] = (
    ("source", _source), ("logs", _logs), ("session", _session), ("limit", _limit), ("reset", _reset), ("burn", _burn),
    ("runway", why_learned.runway), ("official", _official), ("account", why_account.account),
    ("learned", why_learned.learned), ("prices", _prices), ("store", _store), ("cache", _cache), ("options", _options))
