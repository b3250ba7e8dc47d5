"""What `ccmon why` says of each number: the session, its limit, reset and pace, forecasts, the account, and prices."""

from ccmon import text
from ccmon.learning.values import ENOUGH, Estimate, Learned, UnitWeights
from ccmon.model import Block, Runway, Window
from ccmon.quick_typing import Callable, Iterator, Tuple
from ccmon.text import count, duration, model_names, plural
from ccmon.usage.account_note import newest_credits
from ccmon.usage.burn import Term
from ccmon.usage.notices import amounts, way_out_of_plan
from ccmon.usage.outlook import is_likelihood
from ccmon.usage.windows import order
from ccmon.views import score_words
from ccmon.views.evidence import Evidence
from ccmon.views.limit_words import RULERS, between, cut_offs, plan_words

MOST_PARTS = 3                         # sessions named behind a burn rate
WINDOWS = {"five_hour": "5 hours", "seven_day": "7 days"}

Section = Callable[[Evidence, int], Iterator[str]]


# --- the session ------------------------------------------------------------------------------------------------------

def _session(evidence: Evidence, cells: int) -> Iterator[str]:
    snapshot, block = evidence.snapshot, evidence.snapshot.session
    if block is None:
        yield "none is known"
        return
    when = f"{evidence.clock(block.start)}-{evidence.clock(block.end)}"
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
    yield (f"! cut from all messages ever read: logs up to {evidence.clock(evidence.cut_since or 0)} are gone or came late, "
           "so ccusage cuts it otherwise")
    for block in evidence.reported:
        yield f"ccusage says {evidence.clock(block.start)}-{evidence.clock(block.end)}: {plural(block.tokens, 'token')}"


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
        yield f"record: {count(best.tokens)} on {evidence.day(best.at)}, the largest of {among}"


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
        return f"plan {plan_words(limit)}, {evidence.where_text(own)}"
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
    read = f"read {evidence.clock(window.read_at)}, {duration(evidence.snapshot.now - window.read_at)} ago{source}"
    return f"{name}: {text.percent(window.percent)}, reset {evidence.clock(window.resets_at)}; {read}"


def _reset(evidence: Evidence, cells: int) -> Iterator[str]:
    snapshot, reset = evidence.snapshot, evidence.snapshot.reset
    asked = evidence.set_by("reset")
    rules = {"session": "end of the session, 5 hours after its start", "official": "as Claude says",
             "hour": "your own hour", "schedule": "reference time" if asked else "no session runs: the next reference time"}
    by = f" ({asked})" if asked else ""
    yield f"{evidence.clock(reset.at)}, in {duration(reset.at - snapshot.now)}: {rules.get(reset.rule, reset.rule)}{by}"
    other = "" if reset.rule == "schedule" else f"next reference time {evidence.clock(reset.reference_at)}; "
    yield f"{other}zone {reset.timezone} ({evidence.set_by('timezone') or 'default'})"


def _burn(evidence: Evidence, cells: int) -> Iterator[str]:
    terms, snapshot = evidence.terms, evidence.snapshot
    yield f"{text.short_count(terms.per_min)} /min = {count(round(terms.tokens))} tokens of the last hour / 60, {terms.source}"
    if terms.source == "measured" and terms.first is not None:
        yield f"{plural(terms.samples, 'sample')} since {evidence.clock(terms.first)}{_parts(evidence)}"
    else:
        yield from (_even(evidence, term) for term in terms.parts[-MOST_PARTS:])
        if len(terms.parts) > MOST_PARTS:
            yield f"and {plural(len(terms.parts) - MOST_PARTS, 'session')} before"
    if snapshot.predicted_end is not None and snapshot.left is not None:
        about = "about " if snapshot.about else ""
        yield f"runs out {evidence.clock(snapshot.predicted_end)}: {about}{count(snapshot.left)} tokens left at that pace"


def _parts(evidence: Evidence) -> str:
    named = [f"{count(round(term.tokens))} of the session from {evidence.clock(term.start)}"
             for term in evidence.terms.parts[-MOST_PARTS:] if term.start is not None]
    return ": " + ", ".join(named) if named else ""


def _even(evidence: Evidence, term: Term) -> str:
    start = "?" if term.start is None else evidence.clock(term.start)
    spread_over = f"spread over {duration(term.spread_s)}"
    return f"session from {start}: {count(round(term.tokens))} of {count(term.whole)} tokens, {spread_over}"


# --- forecasts and what was learned ----------------------------------------------------------------------------------

def runway(evidence: Evidence, cells: int) -> Iterator[str]:
    """How likely it is that the limit is reached before the reset, and what that rests on; else the burn rate says all."""
    snapshot, state = evidence.snapshot, evidence.snapshot.learned or Learned(0)
    for name, forecast, choice in (("session", snapshot.runway, state.session_choice),
                                   ("7 days", snapshot.week, state.week_choice)):
        if forecast is not None and forecast.probability >= 1 and forecast.median <= snapshot.now:
            yield f"{name}: used up"
        elif forecast is not None and is_likelihood(forecast):
            yield f"{name}: {_likely(forecast, evidence)}"
        elif forecast is not None and forecast.learned:
            window = "session" if name == "session" else "week"
            yield f"{name}, {'; '.join(score_words.choice_sentences(choice, window, evidence.zone))}"
            yield f"{name}: by the {score_words.RULES[window][0]}, {_likely(forecast.learned, evidence)}"
        elif forecast is not None:
            yield f"{name}: last-hour rate; {plural(forecast.rows, 'past moment')} of the {ENOUGH} that a likelihood takes"


def _likely(forecast: Runway, evidence: Evidence) -> str:
    """A time only where it is before the reset, as on the screen."""
    low, median, high = map(evidence.clock, (forecast.low, forecast.median, forecast.high))
    middle = f"median {median}, " if forecast.median < forecast.resets_at else ""
    span = f" ({middle}{low}-{high})" if low != high else ""
    return f"{text.percent(round(100 * forecast.probability))} likely to run out before the reset{span}, {_behind(forecast)}"


def _behind(forecast: Runway) -> str:
    if forecast.rule == "pace":
        return f"wide: by the pace of {plural(forecast.rows, 'day')}" if forecast.rows else "wide: by the pace of the first day"
    return f"from {plural(forecast.rows, 'day' if forecast.rule == 'week' else 'past moment')}"


def learned(evidence: Evidence, cells: int) -> Iterator[str]:
    """The limit with its interval, the ruler and its error, what they rest on; nothing while nothing is known."""
    state = evidence.snapshot.learned
    if state is None or state.unit_weights is None or state.estimate is None:
        return
    yield _learned_limit(state, state.unit_weights, state.estimate)
    behind = cut_offs(state) or f"{plural(state.readings, 'reading')}, {plural(state.hits, 'limit event')}"
    covered = text.percent(100 * state.estimate.covered)
    yield f"{behind}; noise {100 * state.estimate.noise:.1f} %, {covered} of windows used only here"
    for change in state.changes[-1:]:
        yield f"the allocation changed on {evidence.day(change.at)}: now {change.factor:.2f} of what it was"


def _learned_limit(state: Learned, ruler: UnitWeights, estimate: Estimate) -> str:
    if not estimate.learned and state.is_by_events:
        return f"not learned so far: {between(state, ruler, estimate)}"
    if not estimate.learned and estimate.is_unfit:
        return f"not learned so far: the readings do not fit one limit (noise {100 * estimate.noise:.1f} %)"
    if not estimate.learned:
        return (f"not learned so far: {plural(estimate.readings, 'reading')} of {plural(estimate.windows, 'window')} "
                f"{'is' if estimate.readings == 1 else 'are'} not enough")
    low, high = (count(round(state.tokens_per_load * value)) for value in estimate[1:3])
    middle = count(round(state.tokens_per_load * estimate.median))
    return f"about {middle} tokens ({low}-{high}), {RULERS[ruler.name]}, error {ruler.error_points:.1f} points"


# --- the account ------------------------------------------------------------------------------------------------------

def account(evidence: Evidence, cells: int) -> Iterator[str]:
    """Nothing where no such file was ever read."""
    note, now = evidence.account, evidence.snapshot.now
    if note.path:
        login = note.login
        who = f"login {login.account}" if login.account else "nobody is logged in"
        plan = f", plan {login.plan}" if login.plan else ""
        tier = f", tier {login.tier}" if login.tier else ""
        yield evidence.path_text(note.path, cells)
        yield f"{who}{plan}{tier}"
        if note.read_at:
            yield f"its windows are of {evidence.clock(note.read_at)}, {duration(now - note.read_at)} old"
    if evidence.asked.at:
        asked = f"claude was asked {duration(now - evidence.asked.at)} ago"
        yield f"! {asked}: {evidence.asked.error}" if evidence.asked.error else asked
    for one in newest_credits(note.credits, evidence.asked.credits):
        state = "" if one.enabled else ", switched off"
        yield f"extra usage: {amounts(one) if one.used is not None else 'not known how much'}{state}"
    if note.fault:
        yield f"! it is not read now: {note.fault}" + ("; what stands here was read before" if note.path else "")
    rest = evidence.windows_dropped - note.dropped
    for number, where in ((note.dropped, "this file"), (rest, "the last status line")):
        if number > 0:
            yield f"{plural(number, 'member')} of {where} left out: no reset, or no percentage that can be"


SECTIONS: Tuple[Tuple[str, Section], ...] = (
    ("session", _session), ("limit", _limit), ("reset", _reset), ("burn", _burn), ("runway", runway), ("official", _official),
    ("account", account), ("learned", learned), ("prices", _prices))
