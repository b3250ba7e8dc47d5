"""The values that pass between rooms: named tuples of plain numbers and text, no behaviour but arithmetic.

Times are integer epoch seconds (UTC), tokens are input + output unless a name says otherwise, costs are US dollars.
"""

from __future__ import annotations

from ccmon.quick_typing import TYPE_CHECKING, NamedTuple, Optional, Tuple
from ccmon.sources.session_json import NEAR_PERCENT as NEAR_PERCENT
from ccmon.when import SESSION_S

if TYPE_CHECKING:
    from ccmon.learning.values import Learned, Load
    from ccmon.usage.outlook import Outlook


class Block(NamedTuple):
    """One 5-hour session as ccusage (or the store) knows it. Gaps are not blocks."""

    start: int                         # epoch s
    end: int                           # epoch s, when the session is over, not when its last message came
    last: Optional[int]                # epoch s of the last message, None when unknown
    tokens: int                        # input + output; totalTokens where ccusage gave no counts (counted is False)
    input: Optional[int]               # None when counted is False
    output: Optional[int]
    cache_creation: Optional[int]
    cache_read: Optional[int]
    cost_usd: Optional[float]          # None when unknown
    models: Tuple[str, ...] = ()
    entries: int = 0
    counted: bool = True               # False: tokens is totalTokens and may include cache tokens
    source: str = "ccusage"            # ccusage | logs | demo

    def overlap_s(self, other: "Block") -> int:
        """Seconds that both sessions cover."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def same_session(self, other: "Block") -> bool:
        """True when the two overlap by more than half of the shorter one: starts differ between ccusage versions."""
        return 2 * self.overlap_s(other) > max(0, min(self.end - self.start, other.end - other.start))

    def used_until(self, now: int) -> int:
        """Epoch s when a session that runs no more was last used: its last message, else its end, never later than now."""
        return min(now, self.end if self.last is None else self.last)


class Sample(NamedTuple):
    """What was seen from ts to seen: the tokens of the active session, or that none was active."""

    ts: int                            # epoch s, first seen
    seen: int                          # epoch s, last seen unchanged (at least ts)
    session: Optional[int]             # start of the active session, None when idle
    tokens: int                        # 0 when idle


class HighWater(NamedTuple):
    """The largest completed session, and how many it was compared with: of those whose tokens were used and counted alike."""

    tokens: int
    at: int                            # epoch s, its start
    sessions: int                      # itself among them


class Source(NamedTuple):
    """Where the numbers come from and how the last attempt to read them went."""

    name: str = "ccusage"              # ccusage | logs | demo
    version: Optional[str] = None
    path: Optional[str] = None         # absolute path of the program
    stamp: Optional[int] = None        # when that file changed (ns): the version is asked for again after an upgrade
    refreshed: Optional[int] = None    # epoch s of the last attempt that succeeded
    took_s: float = 0.0                # how long the last run took, on the wall or in CPU time, whichever is more
    error: Optional[str] = None        # one sentence, when the last attempt failed
    missing: bool = False              # the program could not be found or started
    skipped: int = 0                   # malformed blocks, or damaged lines of the logs, left out
    skipped_in: Optional[str] = None   # path of the log with the most of them
    future: int = 0                    # blocks that start in the future: clocks disagree
    ran: Optional[int] = None          # epoch s when it was last really asked; since then no log has changed
    logs: str = ""                     # stamp of the log files at that time
    reason: Optional[str] = None       # why the log files are read, not ccusage
    progress: Optional[float] = None   # 0..1: how much of the logs has been read, as long as that goes on
    not_installed: bool = False        # missing, and there is no ccusage anywhere
    unstarted: Optional[str] = None    # why the ccusage that there is could not be started, so that the logs are read: a sentence


class Window(NamedTuple):
    """One limit of the account: what Claude itself reports of how much is used."""

    name: str                          # five_hour, seven_day, seven_day_opus ...: as Claude names it, in a-z, 0-9 and _
    percent: float                     # 0..1000; above 100 with extra usage
    resets_at: int                     # epoch s, a whole minute
    read_at: int                       # epoch s, when Claude last reported it
    source: str = "statusline"         # statusline | account_file | limit (a limit event) | claude (asked)
    label: str = ""                    # 5h, 7d, 7d Opus
    scope: str = "account"             # account; else what alone it limits: a model's name (Opus 4.5), or apps
    forecast: Optional["Runway"] = None    # when it is used up


Windows = Tuple[Window, ...]           # each name once


class Credits(NamedTuple):
    """What may be spent beyond the windows, or instead of them."""

    kind: str                          # extra_usage | spend_limit
    used: Optional[float]              # in the currency; None where unknown, the others below too
    limit: Optional[float]             # None: no limit
    currency: str                      # ISO 4217, "" where unknown
    percent: Optional[float]
    enabled: bool                      # extra usage may be used
    resets_at: Optional[int]           # epoch s
    read_at: int                       # epoch s
    source: str                        # statusline | account_file | claude

    @property
    def left(self) -> bool:
        """Whether more may be spent."""
        over = self.percent is not None and self.percent >= 100
        return self.enabled and not over and (self.limit is None or self.used is None or self.used < self.limit)


class Login(NamedTuple):
    """Who is logged in, as far as Claude Code's own file names it."""

    account: str                       # short hash of organisation and account, "" where nobody is
    plan: str = ""                     # pro | max5 | max20, "" where the tier is not one of these
    tier: str = ""                     # as Claude names it, in harmless characters


class Binding(NamedTuple):
    """The limit that decides how much is left."""

    name: str                          # of a window; five_hour also where only tokens show how full the session is
    label: str
    percent: Optional[float]
    resets_at: int                     # epoch s
    why: str                           # full | runs_out | close (lasts, but hardly) | near | session
    forecast: Optional["Runway"] = None


class Hit(NamedTuple):
    """A limit event: Claude refused, as a window is used up."""

    name: str
    at: int                            # epoch s
    resets_at: int                     # epoch s, 0 where unknown


class PromptCache(NamedTuple):
    """Claude's cache of a session's conversation: once it is cold, the next message pays for all of it again."""

    expires_at: int                    # epoch s
    ttl_s: int                         # how long it stays warm after each request
    recache_tokens: Optional[int]      # paid again after that; None where unknown
    hit_percent: Optional[int]         # of the session's input that came from it; None where unknown


class Apart(NamedTuple):
    """What the row of one Claude Code session has to know beside the official percentages that are shown everywhere else."""

    accounts: Tuple[Windows, ...] = ()                     # others that use the same folder
    stale: Tuple[Tuple[str, float, int], ...] = ()         # window, percentage, reset: what sessions repeat, and holds no more


class StoredFacts(NamedTuple):
    """What the history holds, read by store/present.py."""

    blocks: Tuple[Block, ...] = ()     # by start; the last eight days and the newest block, no future ones
    listed: Tuple[int, ...] = ()       # starts of the blocks that the source's last good answer contained
    samples: Tuple[Sample, ...] = ()   # by ts; from an hour ago or the active session's start on, the earlier, and one before
    high_water: Optional[HighWater] = None
    cut_since: Optional[int] = None    # epoch s: logs up to then are gone or came late, so ccusage cuts this session otherwise
    trouble: Optional[str] = None      # one sentence when the store could not be used
    is_held: bool = False              # nothing is in here as another program held the store: a moment later it may be read


class ReportedFacts(NamedTuple):
    """What the source and Claude Code reported last, read by pipeline/stored.py."""

    source: Source = Source()
    windows: Windows = ()              # that run, of the account that answered last
    apart: Apart = Apart()
    credits: Tuple[Credits, ...] = ()
    login: Login = Login("")
    cache: Optional[PromptCache] = None    # of the session that was used last
    windows_dropped: int = 0           # members of the last status line, or of Claude Code's file, that could not be taken


class LearnedFacts(NamedTuple):
    """What was learned, and the limit events that correct it; read by pipeline/learned_state.py."""

    state: Optional["Learned"] = None
    outlook: Optional["Outlook"] = None    # what forecasts rest on
    load: Optional["Load"] = None      # what the running window has used here by model and kind, where that is recorded
    hits: Tuple[Hit, ...] = ()         # by time; of the 5 hours only with their reset
    hit_at: Optional[int] = None       # epoch s of the newest limit event: a message of Claude, or `ccmon hit`
    bound: str = ""                    # name of the window that was binding at the last refresh, and why


class Facts(NamedTuple):
    """Everything that is stored, reported and learned at one time, before any plan or clock is applied to it."""

    stored: StoredFacts = StoredFacts()
    reported: ReportedFacts = ReportedFacts()
    learned: LearnedFacts = LearnedFacts()

    def with_source(self, source: Source) -> "Facts":
        """The same with that source."""
        return self._replace(reported=self.reported._replace(source=source))


class LearnedLimit(NamedTuple):
    """A learned limit in tokens, by one session's mix of models and kinds."""

    tokens: int
    low: int                           # 5 %
    high: int                          # 95 %
    unit: str                          # tokens | cost | weighted: the unit in which it is constant


class Limit(NamedTuple):
    """How many tokens the session may hold, and by whom."""

    tokens: int                        # about, where unit is not tokens
    plan: str                          # pro | max5 | max20 | custom_max | ml_auto: the plan in force
    source: str                        # plan | flag | config | high_water | learned
    asked: str                         # the plan that was asked for
    high_water: Optional[HighWater] = None
    switched: bool = False             # the plan was exceeded, ml_auto or custom_max is in force
    unknown: bool = False              # the session is above every record: the real limit is higher
    learned: Optional[LearnedLimit] = None     # in force where source is learned
    by_account: bool = False           # the plan asked for is the account's own: nobody has set one

    @property
    def unit(self) -> str:
        """tokens | cost | weighted: the unit in which the limit in force is constant."""
        return self.learned.unit if self.learned and self.source == "learned" else "tokens"


class Reset(NamedTuple):
    """The next reset and the rule that gives it."""

    at: int                            # epoch s, always in the future
    rule: str                          # session | official | schedule | hour
    timezone: str                      # name of the zone
    reference_at: int                  # epoch s of the next reference time
    is_reference: bool = False         # only that time: nothing resets then, and nobody asked for the schedule


class Notice(NamedTuple):
    """A code for programs and a sentence for people."""

    code: str
    text: str
    advice: bool = False               # nothing is wrong: what could be done
    window: str = ""                   # name of the window that it is about, where that is not the session's


class Snapshot(NamedTuple):
    """All numbers at one time: what every view, the line and --json show."""

    now: int
    source: Source
    age_s: Optional[int]               # since the source was read, None when it never was
    session: Optional[Block]           # the active one, else the last one
    active: bool
    others: int                        # further active sessions, not added up
    limit: Limit
    percent: Optional[float]           # uncapped; None without an active session and without an official one
    left: Optional[int]                # tokens, at least 0; None without an active session
    burn_per_min: float
    burn_source: str                   # measured | even
    sustainable_per_min: Optional[float]
    predicted_end: Optional[int]       # epoch s
    reset: Reset
    warnings: Tuple[Notice, ...] = ()
    windows: Windows = ()              # that have not passed, the tightest first
    binding: Optional[Binding] = None  # None where there is none
    credits: Tuple[Credits, ...] = ()
    login: Login = Login("")
    percent_source: str = "tokens"     # official | learned | tokens
    capacity: int = 0                  # tokens that fill the session: the limit, or what was used and what Claude reports as left
    about: bool = False                # capacity and left are converted from another unit
    runway: Optional["Runway"] = None  # of the session; None without an active one
    week: Optional["Runway"] = None    # of the official seven days
    learned: Optional["Learned"] = None
    apart: Apart = Apart()
    cache: Optional[PromptCache] = None
    usage_curve: Tuple[Tuple[int, int], ...] = ()      # epoch s, tokens of the active session, from its start to now
    burn_history: Tuple[Optional[float], ...] = ()     # tokens of each five minutes of the last hour, None where nobody watched
    blocks: Tuple[Block, ...] = ()     # by start; the last eight days and the newest block
    high_water: Optional[HighWater] = None


class Owner(NamedTuple):
    """Whose sessions: the machine, and a short hash of Claude Code's configuration folders."""

    host: str
    account: str


class MergedOwner(Owner):
    """Of another machine, whose history was merged; it is called so, whatever this machine was called once."""

    __slots__ = ()


class Record(NamedTuple):
    """A session in the store with the plan and the limit of its time."""

    block: Block
    plan: str
    limit: int                         # tokens
    limit_source: str
    listed: bool = True                # False: it should still run, but the source lists it no more
    host: str = ""                     # machine on which it was recorded
    percent: float = 0.0               # of what it is rated by
    rated_by: str = ""                 # official | learned | limit; "" where nobody has rated it
    hit: bool = False                  # it was cut off: the limit was reached

    @property
    def passed(self) -> bool:
        """Whether it is above a mere reference figure, and it was not cut off."""
        return self.percent > 100 and self.rated_by != "official" and not self.hit


class UsageRow(NamedTuple):
    """What was used in a quarter of an hour: of one model, in one project."""

    at: int                            # epoch s of its start
    model: Optional[str]               # "" for none, None where unknown
    project: Optional[str]             # "" for none, None where unknown
    input: int                         # tokens
    output: int
    cache_creation: int
    cache_read: int
    cost_usd: Optional[float] = None   # None where unknown
    host: str = ""                     # machine on which it was used; "" where that does not matter
    counted: bool = True               # False: a bare total, which may include cache tokens, stands under output


EVENTS = ("limit", "hit")              # sources of readings that are exactly 100 %
PLAIN_RATES = ("last_hour", "average")         # rules of a runway without a likelihood


class Runway(NamedTuple):
    """When the limit is reached, as a distribution, cut at the reset."""

    median: int                        # epoch s; the reset when it more likely lasts
    low: int                           # epoch s, 5 %
    high: int                          # epoch s, 95 %
    probability: float                 # of reaching the limit before the reset, 0..1
    rule: str = "runway"               # runway, week; last_hour, average: a plain rate, too little is stored for more
    rows: int = 0                      # training rows behind it
    band: Tuple[Tuple[int, float, float], ...] = ()    # epoch s, 5 % and 95 % of what will have been used since now (tokens)
    resets_at: int = 0                 # epoch s: the reset at which it is cut
    learned: Optional["Runway"] = None # by the learned rule, where a plain rate was better of late and is shown


class Forecast(NamedTuple):
    """What was forecast at one time of one window, and what came of it."""

    ts: int                            # epoch s
    resets_at: int                     # epoch s, as it was then
    percent: float                     # used at that time
    median: int                        # as in Runway, those below too
    low: int
    high: int
    probability: float
    rule: str
    seed_at: int                       # epoch s by the seed's rule, the reset when it lasts by that
    outcome_at: Optional[int] = None   # epoch s when the limit was reached, else the reset; None while nobody knows
    reached: Optional[bool] = None     # whether it was reached before the reset
    window_s: int = SESSION_S
