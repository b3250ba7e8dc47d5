"""The present numbers as text for the Prometheus family, valid as OpenMetrics 1.0 and in the older format; and alerting rules."""

from __future__ import annotations

from ccmon import __version__
from ccmon.model import NEAR_PERCENT, Record, Snapshot, Windows
from ccmon.quick_typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, TypeVar
from ccmon.sources.session_json import WINDOWS_S
from ccmon.text import printable
from ccmon.usage.binding import LIKELY
from ccmon.usage.outlook import is_likelihood
from ccmon.usage.windows import credits_percent, order

PREFIX = "ccmon_"
NO_PLAN = "unknown"

T = TypeVar("T")
Labels = Tuple[Tuple[str, str], ...]
Samples = Sequence[Tuple[Labels, Optional[float]]]     # a value that is not known is left out
Groups = Dict[Labels, List[Record]]
Logins = Sequence[Tuple[str, Windows]]                 # short hash of the login, and its windows


class Family(NamedTuple):
    """Samples of one name."""

    name: str                          # ends in its unit; that of a counter in _total
    help: str
    samples: Samples
    unit: str = ""


def text(snapshot: Snapshot, records: Sequence[Record], account: str, others: Logins = ()) -> str:
    """Everything, from the first HELP to the end. account labels every sample: several users of a machine have a file each.

    others: the windows of other logins that use the same folders.
    """
    families = [*_gauges(snapshot, others), *_counters(_grouped(records, snapshot.now))]
    return "".join(f"{line}\n" for family in families for line in _lines(family, (("account", account),))) + "# EOF\n"


# --- now -------------------------------------------------------------------------------------------------------

def _one(name: str, help: str, value: Optional[float], unit: str = "") -> Family:
    return Family(name, help, [((), value)], unit)


def _info(name: str, help: str, **labels: str) -> Family:
    return Family(name, help, [(tuple(labels.items()), 1)])


def _gauges(snapshot: Snapshot, others: Logins) -> Iterator[Family]:
    source = snapshot.source
    yield _one("up", "Whether the last look at the usage succeeded.", int(source.error is None and snapshot.age_s is not None))
    yield _info("build_info", "The version of ccmon.", version=__version__)
    yield _info("source_info", "Where the usage is read.", source=source.name, version=source.version or "")
    yield _one("data_age_seconds", "Time since the last look that succeeded.", snapshot.age_s, "seconds")
    yield _one("data_timestamp_seconds", "Time of the last look that succeeded.", source.refreshed, "seconds")
    if snapshot.age_s is not None or snapshot.session is not None:     # else nothing is known, which is not zero
        yield from _usage(snapshot)
    yield from _windows(snapshot, others)
    yield from _official(snapshot)
    yield from _credits(snapshot)


def _usage(snapshot: Snapshot) -> Iterator[Family]:
    """Between two sessions nothing of the next one is used."""
    limit, session = snapshot.limit, snapshot.session if snapshot.active else None
    left = limit.tokens if snapshot.left is None else snapshot.left
    yield _info("plan_info", "The plan in force, and what gives its limit.", plan=limit.plan, limit_source=limit.source)
    yield _one("session_active", "Whether a session runs.", int(session is not None))
    yield _one("session_used_tokens", "Input and output tokens of the session.", session.tokens if session else 0, "tokens")
    whole = snapshot.capacity if session else limit.tokens
    yield _one("session_limit_tokens", "Tokens that a session may hold.", whole, "tokens")
    yield _one("session_left_tokens", "Tokens left of the limit.", left, "tokens")
    yield _one("session_used_ratio", "Used share of the limit, may be above 1.", (snapshot.percent or 0) / 100, "ratio")
    yield _one("session_cost_usd", "Cost of the session in US dollars.", session.cost_usd if session else 0, "usd")
    yield _one("burn_rate_tokens_per_second", "Input and output tokens of the last hour by the second.",
               snapshot.burn_per_min / 60, "tokens_per_second")
    yield _one("predicted_end_timestamp_seconds", "When the tokens run out at that rate; left out when they do not.",
               snapshot.predicted_end, "seconds")
    runway = snapshot.runway if is_likelihood(snapshot.runway) else None
    yield _one("runs_out_probability_ratio", "Likelihood that the limit is reached before the reset; left out while unknown.",
               runway and runway.probability, "ratio")
    yield _one("reset_timestamp_seconds", "Time of the next reset.", snapshot.reset.at, "seconds")


def _each(name: str, help: str, labelled: Sequence[Tuple[Labels, T]], value: Callable[[T], Optional[float]],
          unit: str = "") -> Family:
    return Family(name, help, [(labels, value(one)) for labels, one in labelled], unit)


def _windows(snapshot: Snapshot, others: Logins) -> Iterator[Family]:
    """Every window of every login, and which of them binds."""
    login, bound = _login(snapshot), snapshot.binding
    logins = [(login, snapshot.windows), *(((("login", other),), windows) for other, windows in others)]
    windows = [((("window", one.name), ("scope", one.scope), *whose), one)
               for whose, several in logins for one in sorted(several, key=order)]
    yield _each("window_used_ratio", "Used share of the window, as Claude says, may be above 1.", windows,
                lambda one: one.percent / 100, "ratio")
    yield _each("window_reset_timestamp_seconds", "Its reset, as Claude says.", windows, lambda one: one.resets_at, "seconds")
    yield _each("window_read_timestamp_seconds", "Time at which Claude said so.", windows, lambda one: one.read_at, "seconds")
    yield _each("window_runs_out_probability_ratio", "Likelihood that it is used up before its reset; left out while unknown.",
                windows, lambda one: one.forecast.probability if one.forecast and is_likelihood(one.forecast) else None, "ratio")
    if bound is not None:
        yield _info("binding_info", "The limit that decides how much is left, and why.", window=bound.name, why=bound.why,
                    **dict(login))


def _login(snapshot: Snapshot) -> Labels:
    """Whose windows they are, where Claude Code's own file tells."""
    return (("login", snapshot.login.account),) if snapshot.login.account else ()


def _official(snapshot: Snapshot) -> Iterator[Family]:
    """The 5 hours and the week under their first names."""
    windows = [((("window", one.name),), one) for one in sorted(snapshot.windows, key=order) if one.name in WINDOWS_S]
    yield _each("official_used_ratio", "Used share of the window, as Claude says.", windows, lambda one: one.percent / 100,
                "ratio")
    yield _each("official_reset_timestamp_seconds", "Its reset, as Claude says.", windows, lambda one: one.resets_at, "seconds")
    yield _each("official_read_timestamp_seconds", "Time at which Claude said so.", windows, lambda one: one.read_at, "seconds")


def _credits(snapshot: Snapshot) -> Iterator[Family]:
    several = [((("kind", one.kind), ("currency", one.currency), *_login(snapshot)), one) for one in snapshot.credits]
    shares = [(labels, credits_percent(one)) for labels, one in several]
    yield _each("credits_used", "What was spent beyond the windows, or of a spend limit, in the currency.", several,
                lambda one: one.used)
    yield _each("credits_limit", "What may be spent, in the currency; left out where nothing limits it.", several,
                lambda one: one.limit)
    yield _each("credits_used_ratio", "Used share of it, may be above 1.", shares,
                lambda percent: None if percent is None else percent / 100, "ratio")
    yield _each("credits_enabled", "Whether it may be spent.", several, lambda one: int(one.enabled))
    yield _each("credits_reset_timestamp_seconds", "When it begins anew.", several, lambda one: one.resets_at, "seconds")


# --- the history ------------------------------------------------------------------------------------------------------

def _grouped(records: Sequence[Record], now: int) -> Groups:
    """The sessions that are over, by host and plan: a running one may change its plan, and then a counter would fall."""
    groups: Groups = {}
    for record in sorted(records, key=lambda record: (record.host, record.plan)):
        if record.block.end <= now:
            labels = (("host", printable(record.host)), ("plan", printable(record.plan) or NO_PLAN))
            groups.setdefault(labels, []).append(record)
    return groups


def _counters(groups: Groups) -> Iterator[Family]:
    def each(name: str, help: str, value: Callable[[Record], float]) -> Family:
        return Family(name, help, [(labels, round(sum(map(value, group)), 6)) for labels, group in groups.items()])

    yield each("history_sessions_total", "Completed sessions in the history.", lambda _: 1)
    yield each("history_tokens_total", "Input and output tokens of the completed sessions.",
               lambda record: record.block.tokens if record.block.counted else 0)    # a bare total may include cache
    yield each("history_cost_usd_total", "Their cost in US dollars.", lambda record: record.block.cost_usd or 0)
    yield each("history_hits_total", "Those that were cut off at the limit.", lambda record: record.hit)


# --- how it is written ------------------------------------------------------------------------------------------------

def _lines(family: Family, common: Labels) -> Iterator[str]:
    """Nothing for a family without a value."""
    name = PREFIX + family.name
    samples = [(labels, value) for labels, value in family.samples if value is not None]
    if samples:
        yield f"# HELP {name} {family.help}"
    # Of counters OpenMetrics wants the TYPE under the name without _total, the older format with it: rate() works without any.
    if samples and not name.endswith("_total"):
        yield f"# TYPE {name} gauge"
    if samples and family.unit:
        yield f"# UNIT {name} {family.unit}"
    for labels, value in samples:
        words = ",".join(f'{label}="{_escaped(word)}"' for label, word in common + labels)
        yield f"{name}{{{words}}} {int(value) if value == int(value) else repr(round(value, 6))}"


def _escaped(value: str) -> str:
    return printable(value).replace("\\", "\\\\").replace('"', '\\"')

# --- alerting rules ---------------------------------------------------------------------------------------------------

STALE_S = 900
_RUNNING = "ccmon_window_reset_timestamp_seconds > time()"
_NO_WINDOW = """and ccmon_reset_timestamp_seconds > time()
unless on (account, instance, job) ccmon_window_used_ratio{window="five_hour"}""".replace("\n", " ")


class Rule(NamedTuple):
    """One alert. Nothing that was read stands in it, and of labels only those that are made of a-z, 0-9 and _."""

    name: str
    when: str                          # PromQL
    lasts: str                         # so long it must be true
    severity: str                      # warning | critical
    summary: str
    description: str


_SHARE = "{{ $value | humanizePercentage }}"
_OF_IT = ("window", "account", "login", "instance", "job")             # labels that tell a window from all others
_UNTIL = ("{{ with printf `ccmon_window_reset_timestamp_seconds{" + ",".join(f"{name}=%q" for name in _OF_IT) + "}` "
          + " ".join(f"$labels.{name}" for name in _OF_IT)
          + " | query }}Reset: {{ . | first | value | humanizeTimestamp }}{{ end }}")
RULES = (
    Rule("ClaudeWindowNear", f"(ccmon_window_used_ratio >= {NEAR_PERCENT / 100} < 1) and {_RUNNING}", "5m", "warning",
         f"{_SHARE} of the window {{{{ $labels.window }}}} is used", _UNTIL),
    Rule("ClaudeWindowUsedUp", f'(ccmon_window_used_ratio{{scope="account"}} >= 1) and {_RUNNING}', "1m", "critical",
         "The window {{ $labels.window }} is used up",
         f"Nothing is answered until its reset, unless credits are left. {_UNTIL}"),
    Rule("ClaudeModelWindowUsedUp", f'(ccmon_window_used_ratio{{scope!="account"}} >= 1) and {_RUNNING}', "1m", "warning",
         "The window {{ $labels.window }} is used up", f"It stops one model alone. {_UNTIL}"),
    Rule("ClaudeWindowRunsOut",
         f"(ccmon_window_runs_out_probability_ratio >= {LIKELY}) and ccmon_window_used_ratio < 1 and {_RUNNING}",
         "15m", "warning", f"{_SHARE} likely that the window {{{{ $labels.window }}}} runs out before its reset",
         "By what ccmon has learned of this user's work."),
    Rule("ClaudeSessionNear", f"ccmon_session_used_ratio >= {NEAR_PERCENT / 100} {_NO_WINDOW}", "5m", "warning",
         f"{_SHARE} of the session's limit is used", "By tokens: Claude has not said how much is used."),
    Rule("ClaudeSessionRunsOut", f"ccmon_runs_out_probability_ratio >= {LIKELY} {_NO_WINDOW}", "15m", "warning",
         f"{_SHARE} likely that the session runs out before its reset", "By tokens: Claude has not said how much is used."),
    Rule("ClaudeCreditsNear",
         f"ccmon_credits_used_ratio >= {NEAR_PERCENT / 100} unless ccmon_credits_enabled == 0", "5m", "warning",
         f"{_SHARE} of the {{{{ $labels.kind }}}} is spent", "These are the credits beyond the windows, or a spend limit."),
    Rule("CcmonStale", f"ccmon_up == 0 or time() - ccmon_data_timestamp_seconds > {STALE_S}", "5m", "warning",
         "ccmon has no new numbers", f"The last look failed, or is more than {STALE_S // 60} minutes old: see ccmon doctor."))


def rules_text() -> str:
    """The rule file of Prometheus, as YAML."""
    rows = ["groups:", "  - name: ccmon", "    rules:"]
    for rule in RULES:
        rows += [f"      - alert: {rule.name}", f"        expr: {_quoted(rule.when)}", f"        for: {rule.lasts}",
                 "        labels:", f"          severity: {rule.severity}", "        annotations:",
                 f"          summary: {_quoted(rule.summary)}", f"          description: {_quoted(rule.description)}"]
    return "".join(f"{row}\n" for row in rows)


def _quoted(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"
