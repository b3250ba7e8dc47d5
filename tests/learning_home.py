"""A home in which a simulated user has worked for weeks: messages, sessions, official readings, forecasts with their outcomes."""

from typing import Dict, List, Sequence

from account_windows import keep_readings
from simulator import Scenario, Simulated, simulate

from ccmon.learning import runway, usage_curve
from ccmon.learning.values import Reading
from ccmon.model import Block, Source
from ccmon.pipeline import history
from ccmon.pipeline.history import History, SourceAnswer
from ccmon.settings import context
from ccmon.store import ledger
from ccmon.store.messages import LogMessage
from ccmon.when import SESSION_S

DAY_S = 86_400


def ends(sim: Simulated) -> int:
    """The end of the history, an hour after the last use."""
    return sim.use[-1].ts + 3600


def blocks(sim: Simulated, now: int) -> List[Block]:
    """The sessions as ccusage would tell them."""
    found, place = [], 0
    for window in sim.windows:
        sums, last, models = [0.0] * 5, window.start, set()
        while place < len(sim.use) and sim.use[place].ts < window.resets_at:
            use, place = sim.use[place], place + 1
            last = use.ts
            for (model, kind), amount in use.load.items():
                sums[("input", "output", "cache_creation", "cache_read", "cost").index(kind)] += amount
                models |= {model} - {""}
        if last > window.start or sums[0]:
            given, made, written, read = map(round, sums[:4])
            start = window.start // 3600 * 3600
            found.append(Block(start, start + SESSION_S, last, given + made, given, made, written, read, sums[4],
                               tuple(sorted(models)), 5))
    return [block for block in found if block.start <= now]


def fill(env: Dict[str, str], scenario: Scenario, readings: bool = True, forecasts: int = 0) -> int:
    """Store the user's history; epoch s of its end. forecasts: how many of the last days' rows are forecast."""
    sim = simulate(scenario)
    now = ends(sim)
    ctx = context.prepare({}, {**env, "CCMON_NOW": str(now)})
    with history.opened(ctx, 5000) as kept:
        kept.store_answer(SourceAnswer(tuple(blocks(sim, now)), Source("logs", refreshed=now)), now)
        said = [_message(number, use.ts, model, use.load) for number, use in enumerate(sim.use)
                for model in sorted({name for name, _ in use.load} - {""})]
        assert kept.store is not None
        kept.store.change_owner(ctx.owner, lambda db, owner: ledger.count(db, owner, said))
        if readings:
            _cut_off(kept, [reading for reading in sim.readings if reading.source == "limit"])
            _tell(kept, [reading for reading in sim.readings if reading.source == "statusline"], SESSION_S)
            _tell(kept, weekly(sim), history.WEEK_S)
        _forecast(kept, sim, now, forecasts if readings else 0)
    return now


def _message(number: int, ts: int, model: str, load) -> LogMessage:  # type: ignore[no-untyped-def]
    kinds = ("input", "output", "cache_creation", "cache_read")
    given, made, written, read = (round(load.get((model, kind), 0)) for kind in kinds)
    return LogMessage(ts * 1000, number * 8 + len(model) % 8, number, 1, model, "shop", given, made, written, 0, read, None)


def _cut_off(kept: History, readings: Sequence[Reading]) -> None:
    assert kept.store is not None
    kept.store.change_owner(kept.ctx.owner, lambda db, owner: db.executemany(
        "INSERT INTO reading (owner_id, window_s, ts, percent, resets_at, source) VALUES (?, ?, ?, 100, ?, 'limit')",
        [(owner, SESSION_S, reading.ts, reading.resets_at) for reading in readings]))


def _tell(kept: History, readings: Sequence[Reading], window_s: int) -> None:
    assert kept.store is not None
    rows = [(window_s, reading.ts, reading.percent, reading.resets_at) for reading in readings]
    keep_readings(kept.store, kept.ctx.owner, rows)


def weekly(sim: Simulated) -> List[Reading]:
    """The 7-day window of the same account: a fifth of each session's percentage."""
    found: List[Reading] = []
    total, used, reset, window = 0.0, 0.0, sim.readings[0].ts + 3 * DAY_S, 0
    for reading in sim.readings:
        if reading.resets_at != window:
            window, total, used = reading.resets_at, total + used, 0.0
        if reading.ts >= reset:
            reset, total = reset + 7 * DAY_S, 0.0
        used = max(used, reading.percent / 20)
        found.append(Reading(reading.ts, float(min(100, int(total + used))), reset))
    return found


def _forecast(kept: History, sim: Simulated, now: int, number: int) -> None:
    """What would have been said at the last readings, and what came of it."""
    if not number:
        return
    shown, points = sim.readings[-number:], usage_curve.from_readings(sim.readings)
    trained = runway.train(usage_curve.until(points, shown[0].ts), shown[0].ts)
    for reading in shown:
        known = usage_curve.until(points, reading.ts)
        if reading.percent < 100 and reading.resets_at > reading.ts:
            made = runway.forecast(trained, known, 100 - reading.percent, reading.ts, reading.resets_at)
            kept.store_forecast(reading.ts, reading.resets_at, reading.percent, made, reading.resets_at)
    kept.close_forecasts(now)
