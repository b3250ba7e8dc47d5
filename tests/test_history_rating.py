"""What sessions are rated by: Claude's own percentages, cut-offs, and one limit for all others; and that all views agree."""

import os
import re
import sqlite3
import time

import pytest
from claude_logs import Entry, talk, write
from commands import HOUR, NOW, block, wait_until
from hypothesis import given
from hypothesis import strategies as st
from test_history_groups import session

from ccmon.fullscreen import live
from ccmon.fullscreen.app import ScreenState
from ccmon.history import groups
from ccmon.history.groups import RunningRating, Scale, rated
from ccmon.learning import state
from ccmon.pipeline import demo, history, present, refresh
from ccmon.settings import context
from ccmon.system import clock
from ccmon.when import local

pytestmark = pytest.mark.newest_only

START = NOW - 50 * HOUR
MAX5 = Scale(35_000, "plan", "max5")


def found(records, windows=(), cuts=(), scale=MAX5, running=None):
    """Percentage, by whom, cut off."""
    return [(one.percent, one.rated_by, one.hit) for one in rated(records, windows, sorted(cuts), scale, running)]


THREE = [session(START, 7000), session(START + 5 * HOUR, 35_000), session(START + 20 * HOUR, 70_000)]


def test_without_a_word_of_claude_all_have_one_limit_and_none_was_reached():
    assert found(THREE) == [(20.0, "limit", False), (100.0, "limit", False), (200.0, "limit", False)]
    assert [one.passed for one in rated(THREE, (), (), MAX5)] == [False, False, True]
    assert found(THREE, scale=Scale(70_000, "learned", "pro"))[2] == (100.0, "learned", False)
    assert found(THREE[:1], scale=Scale(0, "plan", "x")) == [(0.0, "limit", False)]


@pytest.mark.parametrize("reset_h, place", [
    (5, 0), (7, 0), (7.49, 0), (7.51, 1), (9, 1), (10, 1), (14.9, 1), (15, None), (19.9, None), (20.1, 2), (25, 2), (29.9, 2),
    (30, None), (-1, None), (0.1, 0)])
def test_a_window_belongs_to_the_session_that_it_overlaps_most(reset_h, place):
    told = found(THREE, [(START + int(reset_h * HOUR), 42.0)])
    assert [at for at, one in enumerate(told) if one == (42.0, "official", False)] == ([] if place is None else [place])


def test_the_highest_percentage_counts():
    reset = START + 5 * HOUR
    assert found(THREE[:1], [(reset, 40.0), (reset, 73.0), (reset, 60.0), (reset - 60, 72.0)]) == [(73.0, "official", False)]


@pytest.mark.parametrize("percent, hit", [(99.9, False), (100.0, True), (104.0, True)])
def test_all_of_claudes_own_percentage_is_a_cut_off(percent, hit):
    assert found(THREE[:1], [(START + 5 * HOUR, percent)]) == [(percent, "official", hit)]


@pytest.mark.parametrize("at, hit", [(-1, False), (0, True), (4 * HOUR, True), (5 * HOUR - 1, True), (5 * HOUR, False)])
def test_a_cut_off_is_that_of_the_session_in_whose_time_it_was(at, hit):
    wanted = (100.0, "official", True) if hit else (20.0, "limit", False)
    assert found(THREE[:1], cuts=[START + at, START - 9 * HOUR]) == [wanted]
    both = found(THREE[:1], [(START + 5 * HOUR, 103.0)], [START + at])
    assert both == [(103.0, "official", True)]


def test_the_running_session_is_rated_as_the_screen_does():
    running = RunningRating(START + 20 * HOUR, 55.0, "official")
    assert found(THREE, [(START + 25 * HOUR, 70.0)], running=running)[2] == (55.0, "official", False)
    assert found([THREE[2]._replace(listed=False)], running=running) == [(200.0, "limit", False)]


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 90_000)), max_size=12), st.integers(1, 10**6),
       st.lists(st.tuples(st.integers(0, 900), st.floats(0, 150)), max_size=20), st.lists(st.integers(0, 900 * 900), max_size=5))
def test_one_list_has_one_limit(gaps, limit, windows, cuts):
    records, at = [], START
    for gap, tokens in gaps:
        records.append(session(at, tokens))
        at += 5 * HOUR + gap * 900
    told = [(START + quarter * 900, percent) for quarter, percent in windows]
    made = rated(records, told, sorted(START + cut for cut in cuts), Scale(limit, "plan", "x"))
    assert len(made) == len(records) and {one.rated_by for one in made} <= {groups.OFFICIAL, groups.LIMIT}
    for one, before in zip(made, records):
        assert one.block == before.block
        if one.rated_by == groups.LIMIT:
            assert one.percent == pytest.approx(before.block.tokens * 100 / limit) and not one.hit
        else:
            assert one.hit == (one.percent >= 100) and not one.passed
            assert one.percent in [percent for _, percent in told] or one.hit


# --- the real command -----------------------------------------------------------------------------------------------------

@pytest.fixture
def read(machine):
    """Four sessions of the logs, the last one of which still runs."""
    parts = ((1, 70, 3), (2, 50, 60), (3, 20, 30), (4, 3, 40))
    talks = [talk(number, NOW - hours * HOUR, 2, count) for number, hours, count in parts]
    write(machine.home / ".claude", [entry for one in talks for entry in one])
    assert machine.run("record", "--source", "logs") == (0, "", "")
    return machine


def shares(machine, *words):
    """Percentage and tokens of each session."""
    return [(item["percent"], item["tokens"]) for item in machine.run("history", "--json", *words).json]


@pytest.mark.parametrize("words, limit, name", [
    (["--plan", "max20"], 140_000, "the reference figure of max20"), (["--limit", "50000"], 50_000, "the limit set"),
    (["--plan", "max5", "--limit", "20000"], 20_000, "the limit set")])
def test_the_settings_in_force_now_rate_all(read, words, limit, name):
    assert [percent for percent, _ in shares(read, *words)] == [
        round(tokens * 100 / limit, 4) for _, tokens in shares(read)] and len(shares(read)) == 4
    for by in ("session", "day", "month"):
        assert read.run("history", "--by", by, *words).out.count(f"Shares are of {limit:,} tokens ({name}).") == 1


def test_the_limit_of_the_time_stays_beside_it(read):
    before = [(item["limit"], item["plan"], item["limit_source"]) for item in read.run("history", "--json").json[:-1]]
    items = read.run("history", "--json", "--limit", "12345").json[:-1]            # that of the running one is the present one
    assert [(item["limit"], item["plan"], item["limit_source"]) for item in items] == before
    shown = read.run("history", "--limit", "12345", "--columns", "start,limit,plan,limit_source,share,rated_by,hits,passed").out
    assert "high_water" in shown and " limit " in shown


def test_pro_is_one_limit_too_whichever_session_passed_it(read):
    record = max(tokens for _, tokens in shares(read)[:-1])
    for now in (NOW, NOW + 6 * HOUR):                              # a session above pro runs; none does
        items = read.run("history", "--json", now=now).json
        assert all(item["percent"] == pytest.approx(item["tokens"] * 100 / record, abs=1e-3) for item in items)
        assert f"Shares are of {record:,} tokens (the record)." in read.run("history", now=now).out
    write(read.home / ".claude", [Entry(NOW + 6 * HOUR, 300, 400, message="new")])
    read.run("record", "--source", "logs", now=NOW + 6 * HOUR + 60)
    items = read.run("history", "--json", now=NOW + 6 * HOUR + 60).json                    # one within pro does
    assert all(item["percent"] == pytest.approx(item["tokens"] / 70, abs=1e-3) and not item["hit"] for item in items)
    assert items[-1]["percent"] == 10.0 == read.run("--json", "--source", "logs", now=NOW + 6 * HOUR + 60).json["percent"]
    assert "0 of 5 sessions reached the limit" in read.run("history", now=NOW + 6 * HOUR + 60).out
    assert "passed the reference figure" in read.run("history", now=NOW + 6 * HOUR + 60).out


def test_claudes_percentages_and_cut_offs_count(read):
    start = read.run("history", "--json").json[1]["start"]
    with sqlite3.connect(str(read.home / ".local/share/ccmon/ccmon.db")) as db:
        for minutes, percent in ((10, 30), (60, 61.5), (90, 20)):
            db.execute("INSERT INTO reading (owner_id, window_s, ts, percent, resets_at) SELECT id, 18000, ?, ?, ? FROM owner",
                       (start + minutes * 60, percent, start + 5 * HOUR + 600))
    db.close()
    third = read.run("history", "--json").json[2]["start"]
    when = local(third + HOUR, clock.zone("Europe/Warsaw"))
    assert read.run("hit", "--at", f"{when:%Y-%m-%d %H:%M}").code == 0
    items = read.run("history", "--json", "--plan", "max20").json
    assert [(item["rated_by"], item["hit"]) for item in items] == [
        ("limit", False), ("official", False), ("official", True), ("limit", False)]
    assert items[1]["percent"] == 61.5 and items[2]["percent"] == 100.0
    out = read.run("history", "--plan", "max20").out
    assert "Shares are Claude's own where it told them, else of 140,000 tokens" in out
    assert "1 of 4 sessions reached the limit, 1 passed 80 %" in out
    assert read.run("history", "--days", "2.5", "--json").json[0]["percent"] == 61.5
    exported = read.run("export", "--openmetrics", "--source", "logs").out
    assert re.search(r'^ccmon_history_hits_total\{.*\} 1$', exported, re.M)


def test_a_window_of_a_session_that_is_left_out_rates_none_beside_it(machine):
    times = (NOW - 30 * HOUR, NOW - 25 * HOUR + 60)
    write(machine.home / ".claude", [Entry(at, 10, 10, message=f"msg_{at}") for at in times])
    machine.run("record", "--source", "logs")
    with sqlite3.connect(str(machine.home / ".local/share/ccmon/ccmon.db")) as db:
        db.execute("INSERT INTO reading (owner_id, window_s, ts, percent, resets_at) SELECT id, 18000, ?, 90, ? FROM owner",
                   (NOW - 28 * HOUR, NOW - 23 * HOUR - HOUR // 2))
    db.close()
    assert [item["rated_by"] for item in machine.run("history", "--json").json] == ["official", "limit"]
    assert [item["rated_by"] for item in machine.run("history", "--json", "--days", "1").json] == ["limit"]


def agree(machine, words=(), **more):
    """Every view says the same share of the running session, and which."""
    percent = machine.run("--json", *words, **more).json["percent"]
    shown = f"{int(percent)} %"
    assert machine.run("history", "--json", *words, **more).json[-1]["percent"] == pytest.approx(percent, abs=1e-3)
    screen = machine.run("--once", *words, **more).out.splitlines()
    assert re.search(r"(\d+ %) *$", screen[2])[1] == shown
    assert re.search(r"CC (\d+)%", machine.run("--statusline", "--wait", "5", *words, **more).out)[1] == shown[:-2]
    table = machine.run("history", *words, **more).out.splitlines()
    assert next(row for row in table if " * " in row).count(f" {shown} ") == 1
    reports = [machine.run("report", "--html", "-", *which, *words, **more).out for which in ((), ("--last",))]
    assert any(f"<td>{shown}</td>" in report for report in reports), "of the week in which it began"
    return percent


@pytest.mark.parametrize("words", [(), ("--plan", "max20"), ("--plan", "max5"), ("--plan", "custom_max"), ("--limit", "4321")])
def test_screen_line_json_history_and_report_agree(read, words):
    read.configure("[ccmon]\nsource = logs\n")
    if words[:1] == ("--plan",):
        assert read.run("config", "set", "plan", words[1]).code == 0
        words = ()
    assert agree(read, words) > 0


def test_they_agree_on_a_session_of_which_claude_spoke_long_ago(read):
    """The screen goes by the tokens then: as long as it runs, the history does so, too."""
    read.configure("[ccmon]\nsource = logs\nplan = max20\n")
    end = read.run("history", "--json").json[-1]["end"]
    with sqlite3.connect(str(read.home / ".local/share/ccmon/ccmon.db")) as db:
        db.execute("INSERT INTO reading (owner_id, window_s, ts, percent, resets_at) SELECT id, 18000, ?, 97, ? FROM owner",
                   (NOW - 2 * HOUR, end))
    db.close()
    assert agree(read) < 97
    assert read.run("history", "--json", now=NOW + 6 * HOUR).json[-1]["percent"] == 97


@pytest.mark.real_ccusage
def test_they_agree_with_the_real_ccusage(machine):
    path = os.environ.get("CCUSAGE_20")
    if not path:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("CCUSAGE_20 is not set")
    now = int(time.time())
    write(machine.home / ".claude", [*talk(1, now - 30 * HOUR, 2, 50), *talk(2, now - 1500, 0.4, 20)])
    around = {"CCMON_CCUSAGE": path, "now": now, "PATH": os.environ["PATH"]}
    assert machine.run("record", **around) == (0, "", "")
    wait_until(lambda: machine.run("history", "--json", **around).json, "the logs have been read")
    for plan in ("max20", "max5"):
        assert machine.run("config", "set", "plan", plan).code == 0
        assert agree(machine, **around) > 0


def test_the_same_with_ccusage(machine):
    machine.answers([block(NOW - 2 * HOUR, 9000), block(NOW - 30 * HOUR, 170_000)])
    machine.run("record")
    machine.run("config", "set", "plan", "max20")
    both = machine.run("--json").json, machine.run("history", "--json").json
    assert both[1][-1]["percent"] == pytest.approx(both[0]["percent"], abs=1e-3) == pytest.approx(9000 / 1400, abs=1e-3)
    assert both[1][0]["percent"] == pytest.approx(170_000 / 1400, abs=1e-3) and both[1][0]["passed"] and not both[1][0]["hit"]


@pytest.mark.parametrize("plan, limit", [(None, 35_000), ("max20", 140_000)])
def test_the_page_of_the_screen_follows_the_plan_of_its_window(machine, plan, limit):
    machine.answers([block(NOW - 2 * HOUR, 9000), block(NOW - 30 * HOUR, 70_000)])
    machine.run("record")
    machine.configure("[ccmon]\nplan = max5\n")
    ctx = context.prepare({}, machine.env(CCMON_NOW=NOW))
    state = ScreenState(refresh.load(ctx, NOW), plan=plan)
    assert [record.percent for record in live._past(ctx, state).records] == [70_000 * 100 / limit, 9000 * 100 / limit]
    assert present.snapshot(ctx, state.facts, NOW, plan).percent == 9000 * 100 / limit


@pytest.mark.parametrize("words, limit, by", [
    (["--plan", "ml_auto"], 33_000, "learned"), ([], 33_000, "learned"), (["--plan", "max20"], 140_000, "limit"),
    (["--limit", "50000"], 50_000, "limit"), (["--plan", "ml_auto", "--limit", "50000"], 50_000, "limit")])
def test_the_learned_limit_counts_where_the_plan_leaves_room_for_it(machine, words, limit, by):
    machine.answers([block(NOW - 80 * HOUR, 6000), block(NOW - 30 * HOUR, 70_000)])
    machine.run("record")
    with history.opened(context.prepare({}, machine.env(CCMON_NOW=NOW)), 1000) as kept:
        kept.write_learned(state.dump(demo.learned_state(NOW)))
    items = machine.run("history", "--json", *words).json
    assert [(item["percent"], item["rated_by"]) for item in items] == [
        (round(tokens * 100 / limit, 4), by) for tokens in (6000, 70_000)]
    assert ("(the learned limit)" in machine.run("history", *words).out) is (by == "learned")
