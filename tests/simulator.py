"""Simulated users with known limits: what they use here and elsewhere, what the server makes of it, and what is seen of that.

Everything comes from the scenario's seed. Server units are arbitrary: each weighting counts tokens in its own way.
"""

import math
import random
from typing import Callable, Dict, Iterator, List, NamedTuple, Sequence, Tuple

from ccmon.learning.values import WINDOW_S, Key, Reading, Use
from ccmon.usage.prices import lookup

START = 1780272000                     # Monday 2026-06-01 00:00 UTC
DAY_S, MINUTE_S = 86400, 60
OPUS, SONNET, HAIKU = MODELS = ("claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5")
TOKENS = ("input", "output", "cache_creation", "cache_read")
HEADER = "ts,five_hour_pct,five_hour_resets_at,tokens_in,tokens_out,cache_write,cache_read,cost"

Tokens = Dict[Key, float]
Weights = Dict[Key, float]
Minute = Tuple[int, Tokens]


def _prices(model: str) -> Tuple[float, ...]:
    price = lookup(model, {})
    assert price is not None
    return price.input / 1e6, price.output / 1e6, price.cache_5m / 1e6, price.cache_read / 1e6


PRICES: Weights = {(model, kind): usd for model in MODELS for kind, usd in zip(TOKENS, _prices(model))}


def _same(*weights: float) -> Weights:
    return {(model, kind): weight for model in MODELS for kind, weight in zip(TOKENS, weights)}


WEIGHTINGS: Dict[str, Weights] = {
    "list_price": PRICES,
    "in_out": _same(1, 1, 0, 0),
    "all_tokens": _same(1, 1, 1, 1),
    "cheap_reads": {key: usd * (0.02 if key[1] == "cache_read" else 1) for key, usd in PRICES.items()},
    "own_mix": {(model, kind): factor * weight           # on no menu: neither by the price list nor the same for all kinds
                for model, factor, weights in ((OPUS, 9.0, (1, 4, 0.5, 0.02)), (SONNET, 1.0, (1, 8, 2, 0.06)),
                                               (HAIKU, 0.1, (1, 3, 1, 0)))
                for kind, weight in zip(TOKENS, weights)},
}
ROUNDINGS: Dict[str, Callable[[float], float]] = {
    "floor": math.floor, "round": lambda percent: math.floor(percent + 0.5), "ceil": math.ceil}


class Scenario(NamedTuple):
    """One user and one server."""

    seed: int
    days: int = 42
    weighting: str = "list_price"      # of WEIGHTINGS
    elsewhere: float = 0.3             # share of windows partly used elsewhere: claude.ai, another machine
    rounding: str = "floor"            # of ROUNDINGS
    changes: Tuple[Tuple[float, float], ...] = ()      # day, factor of the limit for windows that start from then on
    peak: float = 1.0                  # factor of the limit for windows that start on workdays from 13 to 19 o'clock UTC
    rebaseline: bool = False           # a change takes effect at once: the percentage jumps within the window
    fullness: float = 0.0              # the limit as a multiple of the user's large windows; 0: differs by user, 0.5 to 1.6
    any_second: bool = False           # readings come at any second of a minute, not at its end


class Window(NamedTuple):
    """What was true of one 5-hour window."""

    start: int                         # epoch s, as all times
    resets_at: int
    limit: float                       # server units, at its end
    units: float                       # used in all
    here: float                        # of these on this machine
    hit_at: int                        # 0: the limit was not reached

    @property
    def seen(self) -> float:
        """Share of the use that this machine saw, 0..1."""
        return self.here / self.units if self.units else 1.0

    @property
    def percent(self) -> float:
        """At its end, not rounded."""
        return 100 * self.units / self.limit


class Point(NamedTuple):
    """The account after one minute with use on this machine."""

    ts: int
    percent: float                     # rounded as the server does
    resets_at: int


class Simulated(NamedTuple):
    """One user's history."""

    scenario: Scenario
    use: List[Use]                     # minutes, this machine only
    readings: List[Reading]
    windows: List[Window]
    limits: List[Tuple[int, float]]    # (from epoch s on, limit in server units)
    points: List[Point]                # every percentage that was on the screen, changed or not
    account: List[Point]               # the same, and after each minute of use elsewhere

    @property
    def weights(self) -> Weights:
        """How the server weighs tokens, by model and kind."""
        return WEIGHTINGS[self.scenario.weighting]

    def units(self, use: Use) -> float:
        """What the server counts for it."""
        return _units(use.load, self.weights)

    def limit_at(self, ts: int) -> float:
        """The limit of windows that start then, in server units (without the peak hours' factor)."""
        return [limit for at, limit in self.limits if at <= ts][-1]

    def rows(self, every_s: int = 0) -> Iterator[str]:
        """The series as `ccmon learn --evaluate` takes it: account-wide percentages, this machine's tokens within the window.

        A row for each minute with use here; or one every few seconds while a window runs, as a poller would write it.
        """
        yield HEADER
        window, sums, place = 0, [0.0] * 5, 0
        for point in self._polled(every_s) if every_s else self.points:
            if point.resets_at != window:
                window, sums = point.resets_at, [0.0] * 5
            while place < len(self.use) and self.use[place].ts < point.ts:
                if self.use[place].ts >= window - WINDOW_S:
                    _sum_up(sums, self.use[place])
                place += 1
            yield "{},{:.0f},{},{:.0f},{:.0f},{:.0f},{:.0f},{:.4f}".format(*point, *sums)

    def _polled(self, every_s: int) -> Iterator[Point]:
        for this, after in zip(self.account, [*self.account[1:], None]):
            until = min(this.resets_at, after.ts if after else this.resets_at)
            for ts in range(-(-this.ts // every_s) * every_s, until, every_s):
                yield this._replace(ts=ts)

    def lines(self, seed: int = 0) -> List[str]:
        """The same as official.py gets it: three sessions, of which the idle ones repeat their own last answer."""
        rng = random.Random(f"lines {self.scenario.seed} {seed}")
        told: Dict[str, Tuple[int, str]] = {}
        lines = []
        for point in self.points:
            name = rng.choice("abc")
            answer = f"{point.percent:.0f} {point.resets_at} - -"
            told[name] = (told.get(name, (0, ""))[0] + 1, answer)
            other = rng.choice("abc")
            for session in (name, other) if other in told and other != name else (name,):
                lines.append("{} {} {} {}".format(point.ts, session, *told[session]))
        return lines


def simulate(scenario: Scenario) -> Simulated:
    """That user's history; the same for the same scenario."""
    rng = random.Random(f"user {scenario.seed}")
    demand = _Demand(rng).minutes(scenario.days)
    weights = WEIGHTINGS[scenario.weighting]
    typical, limit = _typical(demand, weights, scenario.fullness or math.exp(rng.uniform(math.log(0.5), math.log(1.6))))
    return _Server(scenario, weights, limit, typical).run(demand)


def _units(load: Tokens, weights: Weights) -> float:
    return math.fsum([count * weights.get(key, 0.0) for key, count in load.items()])    # sum() differs by version of Python


def _sum_up(sums: List[float], use: Use) -> None:
    for (_, kind), count in use.load.items():
        sums[("input", "output", "cache_creation", "cache_read", "cost").index(kind)] += count


def _typical(demand: Sequence[Minute], weights: Weights, fullness: float) -> Tuple[float, float]:
    """The median load of a window if there were no limit, and the limit: a multiple of the load of a large one."""
    sums: List[float] = []
    reset = 0
    for ts, load in demand:
        if ts >= reset:
            reset = ts + WINDOW_S
            sums.append(0.0)
        sums[-1] += _units(load, weights)
    sums.sort()
    return sums[len(sums) // 2], fullness * sums[int(len(sums) * 0.85)]


class _Demand:
    """What one user would use if there were no limit."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.begin_h, self.end_h = rng.uniform(6, 11), rng.uniform(16, 23.5)
        self.weekend, self.off = rng.uniform(0, 0.8), rng.uniform(0.02, 0.15)
        self.lunch_h = rng.uniform(11.5, 14)
        self.burst_min, self.pause_min = rng.uniform(15, 60), rng.uniform(10, 50)
        self.pace, self.active = math.exp(rng.gauss(0, 0.4)), rng.uniform(0.5, 0.95)
        opus, haiku = rng.uniform(0.1, 0.8), rng.uniform(0.02, 0.15)
        self.mix = (opus, 1 - opus - haiku if opus + haiku < 1 else 0.1, haiku)

    def minutes(self, days: int) -> List[Minute]:
        """Minutes in which something was used, in order."""
        found: List[Minute] = []
        for day in range(days):
            if self.rng.random() < (1 - self.weekend if day % 7 > 4 else self.off):
                continue
            self._day(START + day * DAY_S, found)
        return found

    def _day(self, midnight: int, found: List[Minute]) -> None:
        rng = self.rng
        at = midnight + int((self.begin_h + rng.gauss(0, 0.6)) * 60) * MINUTE_S
        end = midnight + int((self.end_h + rng.gauss(0, 1)) * 60) * MINUTE_S
        lunch = midnight + int((self.lunch_h + rng.gauss(0, 0.3)) * 60) * MINUTE_S
        busy = math.exp(rng.gauss(0, 0.4))
        at = max(at, found[-1][0] + 3600 if found else 0)
        while at < end:
            until = min(end, at + self._minutes_of(self.burst_min * busy, 0.8))
            self._burst(at, until, busy, found)
            at = until + self._minutes_of(self.pause_min / busy, 1.0)
            if lunch <= at < lunch + 3600:
                at = lunch + 3600

    def _minutes_of(self, median: float, spread: float) -> int:
        return MINUTE_S * max(1, min(240, round(median * math.exp(self.rng.gauss(0, spread)))))

    def _burst(self, at: int, until: int, busy: float, found: List[Minute]) -> None:
        """One conversation: one main model, its own style, a context that grows until it is compacted."""
        rng = self.rng
        model = rng.choices(MODELS, self.mix)[0]
        pace = self.pace * math.exp(rng.gauss(0, 0.5)) * busy ** 0.5
        wordy, pasted = math.exp(rng.gauss(0, 0.6)), math.exp(rng.gauss(0, 1))
        context = 15000 * math.exp(rng.gauss(0, 0.5))
        for ts in range(at, until, MINUTE_S):
            if rng.random() >= self.active:
                continue
            load, grown = self._minute(model, pace, wordy, pasted, context)
            context = context + grown if context + grown < 160000 else 30000
            found.append((ts, load))

    def _minute(self, model: str, pace: float, wordy: float, pasted: float, context: float) -> Tuple[Tokens, float]:
        rng = self.rng
        answers = pace * math.exp(rng.gauss(0, 0.6)) * 2
        output = int(350 * wordy * answers * math.exp(rng.gauss(0, 0.4))) + 1
        written = int(1200 * answers * math.exp(rng.gauss(0, 0.7)))
        load = {(model, "input"): float(int(40 * pasted * answers) + 3), (model, "output"): float(output),
                (model, "cache_creation"): float(written), (model, "cache_read"): float(int(context * answers))}
        if model != HAIKU and rng.random() < 0.15:         # Claude Code asks a small model on the side
            load[(HAIKU, "input")], load[(HAIKU, "output")] = float(rng.randint(200, 3000)), float(rng.randint(20, 200))
        return load, output + written


class _Server:
    """Counts what is used, cuts it at the limit, and keeps what this machine gets to see."""

    def __init__(self, scenario: Scenario, weights: Weights, limit: float, typical: float) -> None:
        self.scenario, self.weights, self.base, self.typical = scenario, weights, limit, typical
        self.rng = random.Random(f"server {scenario.seed}")
        self.round = ROUNDINGS[scenario.rounding]
        self.limits = self._limits()
        self.use: List[Use] = []
        self.readings: List[Reading] = []
        self.windows: List[Window] = []
        self.points: List[Point] = []
        self.account: List[Point] = []
        self.start = self.reset = self.hit_at = self.messages = 0
        self.units = self.here = self.limit = 0.0
        self.shown = -1.0
        self.elsewhere: List[Tuple[int, float]] = []       # the latest first

    def _limits(self) -> List[Tuple[int, float]]:
        limits = [(START, self.base)]
        for day, factor in self.scenario.changes:
            limits.append((START + int(day * DAY_S), limits[-1][1] * factor))
        return limits

    def run(self, demand: Sequence[Minute]) -> Simulated:
        """All windows of that demand."""
        for ts, load in demand:
            if ts >= self.reset:
                self._close()
                self._open(ts)
            self._pass(ts)
            self._minute(ts, load)
        self._close()
        return Simulated(self.scenario, self.use, self.readings, self.windows, self.limits, self.points,
                         sorted(self.account))

    def _limit_at(self, ts: int) -> float:
        limit = [limit for at, limit in self.limits if at <= ts][-1]
        workday, hour = (ts - START) // DAY_S % 7 < 5, ts % DAY_S // 3600
        return limit * self.scenario.peak if workday and 13 <= hour < 19 else limit

    def _open(self, ts: int) -> None:
        """A window begins with its first message, wherever that comes from."""
        rng, last_reset = self.rng, self.reset
        self.start, self.elsewhere = ts, []
        if rng.random() < self.scenario.elsewhere:
            if rng.random() < 0.4:
                self.start = max(last_reset, ts - rng.randrange(0, 240) * MINUTE_S)
            self.elsewhere = self._spells()
        self.reset = self.start + WINDOW_S
        self.limit = self._limit_at(self.start)
        self.units = self.here = 0.0
        self.hit_at = self.messages = 0
        self.shown = -1.0

    def _spells(self) -> List[Tuple[int, float]]:
        """Minutes of use elsewhere and their server units: one to four spells, a tenth to the whole of a usual window."""
        rng = self.rng
        minutes: List[Tuple[int, float]] = []
        total, count = self.typical * rng.uniform(0.1, 1.0), rng.randint(1, 4)
        for _ in range(count):
            begin, length = self.start + rng.randrange(0, 300) * MINUTE_S, rng.randint(3, 40)
            minutes += [(begin + n * MINUTE_S, total / count / length) for n in range(length) if rng.random() < 0.7]
        minutes.append((self.start, self.typical * 0.002))
        return sorted(minutes, reverse=True)

    def _pass(self, ts: int) -> None:
        """Count what was used elsewhere until then."""
        while self.elsewhere and self.elsewhere[-1][0] <= ts:
            at, units = self.elsewhere.pop()
            if self.hit_at or at >= self.reset:
                continue
            self.units += units
            self.account.append(Point(at + MINUTE_S, self._rounded(100 * self.units / self.limit), self.reset))
            if self.units >= self.limit:
                self.hit_at = at + MINUTE_S

    def _minute(self, ts: int, load: Tokens) -> None:
        if self.scenario.rebaseline:
            self.limit = self._limit_at(ts)
        if self.hit_at:
            self._blocked(ts, load)
            return
        units, left = _units(load, self.weights), self.limit - self.units
        before = 100 * self.units / self.limit
        if units >= left:              # the answer that crosses the limit is still given
            share = min(1.0, (left + self.limit * self.rng.uniform(0.0002, 0.004)) / units)
            load, units = {key: float(math.ceil(count * share)) for key, count in load.items()}, units * share
        self._take(ts, load, units)
        if self.units >= self.limit:
            self.hit_at = ts + MINUTE_S
        self._show(ts, before)
        if self.hit_at:
            self._message(ts + MINUTE_S)

    def _take(self, ts: int, load: Tokens, units: float) -> None:
        cost = _units(load, PRICES)
        self.use.append(Use(ts, MINUTE_S, {**load, ("", "cost"): cost}))
        self.units += units
        self.here += units

    def _show(self, ts: int, before: float) -> None:
        percent, at = 100 * self.units / self.limit, min(ts + MINUTE_S, self.reset - 1)
        if self.scenario.any_second and not self.hit_at:
            at = ts + self.rng.randint(1, MINUTE_S)
            percent = before + (percent - before) * (at - ts) / MINUTE_S
        shown = self._rounded(percent)
        self.points.append(Point(at, shown, self.reset))
        self.account.append(self.points[-1])
        if shown != self.shown:
            self.readings.append(Reading(at, shown, self.reset))
            self.shown = shown

    def _rounded(self, percent: float) -> float:
        return float(min(100, self.round(round(percent, 9))))

    def _blocked(self, ts: int, load: Tokens) -> None:
        """Refused, and told so at times; a few small requests pass."""
        if self.rng.random() < 0.02:
            small = {key: float(int(count * 0.03)) for key, count in load.items()}
            self._take(ts, small, _units(small, self.weights))
        if self.messages < 3 and (not self.messages or self.rng.random() < 0.05):
            self._show(ts, 100.0)
            self._message(ts + MINUTE_S)

    def _message(self, at: int) -> None:
        """A limit message; some wordings do not tell the reset."""
        self.messages += 1
        self.readings.append(Reading(at, 100.0, self.reset if self.rng.random() < 0.7 else 0, "limit"))

    def _close(self) -> None:
        if self.reset:
            self._pass(self.reset)
            self.windows.append(Window(self.start, self.reset, self.limit, self.units, self.here, self.hit_at))
