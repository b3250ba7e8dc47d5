"""What a refresh gets back from the history: from the store, beside a store that is held, and without one."""

import sqlite3
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from made_facts import changed_facts
from store_cases import DAY, HOUR, T0, block, kept_files

from ccmon.model import HighWater, Sample, Source
from ccmon.pipeline import history, present
from ccmon.pipeline.history import SourceAnswer
from ccmon.settings import context
from ccmon.store.database import StoreError
from ccmon.usage.compute import active

BIG, NOW_RUNNING = block(T0 - DAY, 30_000), block(T0, 9_000)
SOURCE = Source("ccusage", "20.0.24", refreshed=T0)


@pytest.fixture
def ctx(home):
    return context.prepare({}, {"HOME": str(home), "CCMON_NOW": str(T0 + 60)})


def kept(ctx, blocks, now):
    with history.opened(ctx, 50) as opened:
        return opened.store_answer(SourceAnswer(tuple(blocks), SOURCE), now)


@contextmanager
def held(ctx):
    """Another process writes for longer than anybody waits."""
    with closing(sqlite3.connect(ctx.paths.store, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield


def test_the_facts_come_back_from_the_store(ctx):
    kept(ctx, [BIG], T0 - HOUR)
    facts = kept(ctx, [NOW_RUNNING], T0 + 60)
    assert facts.stored.blocks == (BIG, NOW_RUNNING) and facts.stored.listed == (T0,)
    assert facts.stored.samples == (Sample(T0 - HOUR, T0 - HOUR, None, 0), Sample(T0 + 60, T0 + 60, T0, 9_000))
    assert (facts.stored.high_water, facts.reported.source) == (HighWater(30_000, T0 - DAY, 1), SOURCE)
    assert facts.stored.trouble is None


def test_the_limit_of_its_time_is_noted(ctx):
    kept(ctx, [BIG], T0 - HOUR)
    kept(ctx, [NOW_RUNNING], T0 + 60)
    with history.opened(ctx, 50) as opened:
        assert [(r.plan, r.limit) for r in opened.records(T0)] == [("custom_max", 30_000)]


def test_a_held_store_is_read_and_told(ctx):
    """A record that only the store knows must not vanish because somebody else is writing."""
    kept(ctx, [BIG], T0 - HOUR)
    with held(ctx):
        facts = kept(ctx, [NOW_RUNNING], T0 + 60)
    assert "is held by another program" in facts.stored.trouble
    assert (facts.stored.blocks, facts.stored.listed, facts.reported.source) == ((NOW_RUNNING,), (T0,), SOURCE)
    assert facts.stored.samples == (Sample(T0 - HOUR, T0 - HOUR, None, 0),)
    shot = present.snapshot(ctx, facts, T0 + 60)
    assert (shot.limit.tokens, shot.limit.unknown, shot.percent) == (30_000, False, 30.0)
    assert {notice.code for notice in shot.warnings} & {"store_failed", "limit_unknown"} == {"store_failed"}


def test_an_answer_with_a_higher_record_than_the_held_store_counts(ctx):
    kept(ctx, [BIG], T0 - HOUR)
    with held(ctx):
        facts = kept(ctx, [block(T0 - 2 * DAY, 40_000)], T0 + 60)
    assert facts.stored.high_water == HighWater(40_000, T0 - 2 * DAY, 1)


@pytest.mark.parametrize("paths, why", [
    (dict(CCMON_DATA_DIR="/dev/null/x"), "cannot be created"), (dict(HOME="/nonexistent"), "There is no home directory")])
def test_without_a_store_the_answer_is_all(ctx, paths, why):
    poor = context.prepare({}, {**ctx.env, **paths})
    facts = kept(poor, [BIG, NOW_RUNNING], T0 + 60)
    assert why in facts.stored.trouble and not history.works(poor)
    assert changed_facts(facts, trouble=None) == changed_facts(
        kept(ctx, [BIG, NOW_RUNNING], T0 + 60), listed=(T0 - DAY, T0), samples=(), trouble=None)
    with history.opened(poor, 50) as opened:
        assert opened.facts(T0).stored.blocks == ()
        with pytest.raises(StoreError, match=why):
            opened.records()
        opened.write_ccusage_path("/bin/ccusage")
        assert opened.ccusage_path() is None


def test_a_damaged_history_is_told_to_everyone_for_a_day(ctx):
    """The process that met it is often a detached refresher, which nobody hears."""
    kept(ctx, [BIG], T0 - HOUR)
    Path(ctx.paths.store).write_bytes(b"broken" * 1000)
    told = kept(ctx, [NOW_RUNNING], T0 + 60).stored.trouble
    assert kept_files(ctx.paths.store)[0] in told and history.works(ctx)
    for now, expected in [(T0 + 120, told), (T0 + 60 + DAY - 1, told), (T0 + 60 + DAY, None)]:
        with history.opened(ctx, 50) as opened:
            assert opened.facts(now).stored.trouble == expected
        assert kept(ctx, [NOW_RUNNING], now).stored.trouble == expected


def test_a_machine_that_is_called_otherwise_keeps_its_record(ctx):
    kept(ctx, [BIG], T0 - HOUR)
    renamed = ctx._replace(owner=ctx.owner._replace(host="mac-2.fritz.box"))
    assert kept(renamed, [NOW_RUNNING], T0 + 60).stored.high_water == HighWater(30_000, T0 - DAY, 1)
    with history.opened(renamed, 50) as opened:
        assert [record.block for record in opened.records()] == [BIG, NOW_RUNNING]


def test_a_session_that_the_source_dropped_is_a_record_that_is_not_listed(ctx):
    kept(ctx, [NOW_RUNNING], T0)
    facts = kept(ctx, [], T0 + 60)
    assert active(facts.stored.blocks, facts.stored.listed, T0 + 60) == []
    with history.opened(ctx, 50) as opened:
        assert [record.listed for record in opened.records()] == [False]


def test_the_path_that_worked_is_remembered(ctx):
    for expected in (None, "/opt/ccusage"):
        with history.opened(ctx, 50) as opened:
            assert opened.ccusage_path() == expected
            opened.write_ccusage_path("/opt/ccusage")


def test_facts_and_source_are_of_one_refresh(ctx, monkeypatch):
    """Another process stores its answer, and then notes its source, while this one reads."""
    kept(ctx, [BIG], T0 - HOUR)
    noted = []

    def source_before(_ctx):
        if len(noted) == 1:            # between the first reading of the facts and the second of the source
            kept(ctx, [NOW_RUNNING], T0 + 60)
        noted.append(SOURCE._replace(refreshed=T0 + min(len(noted), 1)))
        return noted[-1]
    monkeypatch.setattr(present, "source_before", source_before)
    facts = present.load(ctx, T0 + 60)
    assert (facts.reported.source.refreshed, facts.stored.blocks) == (T0 + 1, (BIG, NOW_RUNNING)) and len(noted) == 3
