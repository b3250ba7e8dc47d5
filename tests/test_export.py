"""ccmon export: OpenMetrics that a strict reader and promtool take, the file that holds it, and what it says of stale data."""

import os
import shutil
import stat
import subprocess
from typing import Any, Dict

import openmetrics_text
import pytest
from commands import HOUR, NOW, block
from hypothesis import given
from hypothesis import strategies as st
from made_facts import made_facts
from scenes import MAX5, OKAY, SCENES, START, FixedZone, official
from scenes import NOW as THEN
from scenes import block as made

from ccmon.errors import Unwritable
from ccmon.model import Facts, Record, Snapshot, Source
from ccmon.system import named_files
from ccmon.usage import compute
from ccmon.views import openmetrics

PROMTOOL = shutil.which("promtool")
WORDS = ("export", "--openmetrics")


def promtool(text: str) -> None:
    """promtool finds nothing to complain about."""
    if PROMTOOL is None:
        pytest.skip("no promtool; in Debian it is in the package prometheus")
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def values(text: str, **labels: str) -> Dict[str, float]:
    """The value of each name that has a sample with these labels, without the prefix."""
    return {name[len("ccmon_"):]: value for name, metric in openmetrics_text.parse(text).items()
            for found, value in metric.samples.items() if labels.items() <= dict(found).items()}


def snapshot(facts: Facts, choice: compute.Options = MAX5) -> Snapshot:
    """The numbers at the moment of the scenes."""
    return compute.assess(facts, choice, FixedZone(), THEN)


def told(facts: Facts, *records: Record) -> str:
    """What is exported."""
    return openmetrics.text(snapshot(facts), records, "0123abc")


def record(start: int = START - 50 * HOUR, tokens: int = 1000, plan: str = "pro", host: str = "vm", **changes: Any) -> Record:
    """A session in the history."""
    return Record(made(tokens, start, **changes), plan, 7000, "plan", host=host)


BUSY = made_facts((made(14_000),), (START,), source=OKAY, windows=official())
IDLE = made_facts((made(900, START - 30 * HOUR),), source=OKAY)
NOTHING = made_facts(source=Source(error="no ccusage", missing=True))


# --- the text ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("facts", [BUSY, IDLE, NOTHING, Facts()])
@pytest.mark.parametrize("records", [[], [record(), record(plan="max5", host="other"), record(START)]])
def test_both_formats(facts, records):
    text = told(facts, *records)
    assert openmetrics_text.parse(text)
    promtool(text)


@pytest.mark.parametrize("name", sorted(SCENES))
def test_every_scene(name):
    snapshot_of = getattr(SCENES[name]().scene, "snapshot", None)
    assert snapshot_of is None or openmetrics_text.parse(openmetrics.text(snapshot_of, [], "x"))


def test_a_running_session():
    found = values(told(BUSY))
    assert found["up"] == 1 and found["session_active"] == 1 and found["data_age_seconds"] == 2
    assert (found["session_used_tokens"], found["session_limit_tokens"], found["session_left_tokens"]) == (14_000, 37_838, 23_838)
    assert found["session_used_ratio"] == 0.37 and found["data_timestamp_seconds"] == THEN - 2
    assert found["burn_rate_tokens_per_second"] == pytest.approx(snapshot(BUSY).burn_per_min / 60, abs=1e-6)
    assert found["predicted_end_timestamp_seconds"] == snapshot(BUSY).predicted_end
    assert found["reset_timestamp_seconds"] == snapshot(BUSY).reset.at
    assert found["session_cost_usd"] == pytest.approx(3.094)


def test_the_official_windows():
    five, seven = values(told(BUSY), window="five_hour"), values(told(BUSY), window="seven_day")
    assert (five["official_used_ratio"], seven["official_used_ratio"]) == (0.37, 0.12)
    assert five["official_reset_timestamp_seconds"] == official()[0].resets_at
    assert five["official_read_timestamp_seconds"] == THEN - 40
    assert "official" not in told(IDLE)


def test_between_sessions_nothing_is_used():
    found = values(told(IDLE))
    assert found["session_active"] == 0 and found["session_used_tokens"] == 0 and found["session_used_ratio"] == 0
    assert found["session_left_tokens"] == found["session_limit_tokens"] == 35_000
    assert "predicted_end_timestamp_seconds" not in found and found["burn_rate_tokens_per_second"] == 0


def test_where_nothing_is_known_no_zero_is_told():
    assert set(values(told(NOTHING))) == {"up", "build_info", "source_info"} and values(told(NOTHING))["up"] == 0


def test_stale_numbers_stay_with_their_age():
    found = values(told(BUSY.with_source(OKAY._replace(error="it failed", refreshed=THEN - 500))))
    assert (found["up"], found["data_age_seconds"], found["session_used_tokens"]) == (0, 500, 14_000)


def test_labels():
    text = told(BUSY.with_source(OKAY._replace(name="logs", version=None)))
    assert values(text, source="logs", version="")["source_info"] == 1
    assert values(text, plan="max5", limit_source="plan")["plan_info"] == 1
    assert all(("account", "0123abc") in labels for metric in openmetrics_text.parse(text).values() for labels in metric.samples)


# --- counters ---------------------------------------------------------------------------------------------------------

def test_counters_by_host_and_plan():
    records = [record(), record(START - 60 * HOUR, 500), record(plan="max5", tokens=70), record(host="b", tokens=9),
               record(START)]
    text = told(BUSY, *records)
    assert values(text, host="vm", plan="pro")["history_sessions_total"] == 2
    assert values(text, host="vm", plan="pro")["history_tokens_total"] == 1500
    assert values(text, host="vm", plan="pro")["history_cost_usd_total"] == pytest.approx(1500 * 0.000221)
    assert values(text, host="vm", plan="max5")["history_tokens_total"] == 70
    assert values(text, host="b", plan="pro")["history_tokens_total"] == 9


def test_what_does_not_count():
    text = told(BUSY, record(counted=False, cost_usd=None), record(START - 60 * HOUR, plan=""))
    assert values(text, plan="pro") == {**values(text, plan="pro"), "history_sessions_total": 1, "history_tokens_total": 0,
                                        "history_cost_usd_total": 0}
    assert values(text, plan="unknown")["history_sessions_total"] == 1


def total(text: str) -> float:
    """All tokens of the history."""
    metric = openmetrics_text.parse(text).get("ccmon_history_tokens_total")
    return sum(metric.samples.values()) if metric else 0


@given(st.lists(st.tuples(st.integers(6, 60), st.integers(0, 10 ** 6), st.sampled_from(["pro", "max5"])), max_size=20))
def test_counters_only_grow_with_time(sessions):
    records = [record(START - hours * HOUR, tokens, plan) for hours, tokens, plan in sessions]
    moments = [snapshot(BUSY)._replace(now=at) for at in range(THEN - 70 * HOUR, THEN + HOUR, HOUR)]
    seen = [total(openmetrics.text(moment, records, "x")) for moment in moments]
    assert seen == sorted(seen) and seen[-1] == sum(tokens for _, tokens, _ in sessions)


@given(st.text(), st.text())
def test_hostile_names(host, plan):
    text = told(BUSY, record(host=host, plan=plan), record(START - 60 * HOUR, host=host + "\n", plan=plan))
    assert openmetrics_text.parse(text) and text.encode("utf-8")


def test_names_are_escaped():
    text = told(BUSY, record(host='a"b\\c\nd', plan="\\n"))
    assert values(text, host='a"b\\c d', plan="\\n")["history_sessions_total"] == 1
    promtool(text)


# --- the reader of the tests ------------------------------------------------------------------------------------------

GOOD = '# HELP a_seconds A.\n# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds{x="1"} 1\na_seconds{x="2"} 2.5\n# EOF\n'


@pytest.mark.parametrize("old, new", [
    ("# EOF\n", ""), ("# EOF\n", "# EOF"), ("2.5\n", "2.5\n\n"), ('x="2"', 'x="1"'), ("a_seconds seconds", "a_seconds m"),
    ("gauge", "counter"), ("# HELP a_seconds A.\n", ""), ("# HELP", "# COMMENT"), ('x="2"', 'x="a\\q"'), ('x="2"', "x=2"),
    ("2.5", "zwei"), ("# EOF\n", "# HELP a_seconds B.\n# EOF\n"), ("# EOF\n", "# HELP b B.\nb 1\na_seconds 3\n# EOF\n"),
    ("# EOF\n", "# HELP a_seconds_total B.\na_seconds_total 1\n# EOF\n")])
def test_the_reader_refuses(old, new):
    assert openmetrics_text.parse(GOOD)["a_seconds"].samples[("x", "2"),] == 2.5
    with pytest.raises(AssertionError):
        openmetrics_text.parse(GOOD.replace(old, new))


# --- the command ------------------------------------------------------------------------------------------------------

@pytest.fixture
def busy(machine):
    """A machine with a session that runs and one that is over."""
    machine.answers([block(NOW - 20 * HOUR, 3000), block(NOW - 2 * HOUR, 700)])
    return machine


def test_it_refreshes_as_json_does(busy):
    result = busy.run(*WORDS)
    assert (result.code, result.err) == (0, "") and busy.runs() == 1
    assert values(result.out)["session_used_tokens"] == 700 and values(result.out, plan="pro")["history_tokens_total"] == 3000
    promtool(result.out)


def test_the_history_is_that_of_all(busy):
    busy.run("record")
    busy.run("record", CLAUDE_CONFIG_DIR="/other")
    assert values(busy.run(*WORDS).out, plan="pro")["history_tokens_total"] == 6000


def test_a_failing_ccusage_is_a_number_not_an_error(busy):
    busy.run("record")
    busy.fails()
    result = busy.run(*WORDS, now=NOW + 600)
    assert (result.code, result.err) == (0, "")
    found = values(result.out)
    assert (found["up"], found["data_age_seconds"], found["session_used_tokens"]) == (0, 600, 700)


def test_without_ccusage_and_without_a_home(machine):
    machine.ccusage.unlink()
    for env in ({}, {"HOME": "/nonexistent"}):
        result = machine.run(*WORDS, **env)
        assert (result.code, result.err) == (0, "") and values(result.out)["up"] == 0


def test_output_writes_the_same(busy):
    target = busy.cwd / "ccmon.prom"
    assert busy.run(*WORDS, "--output", "ccmon.prom") == (0, "", "")
    assert target.read_text() == busy.run(*WORDS).out and stat.S_IMODE(target.stat().st_mode) == 0o644
    assert os.listdir(busy.cwd) == ["ccmon.prom"]


def test_a_demo_touches_no_home(machine):
    result = machine.run(*WORDS, "--demo", now=None)
    assert result.code == 0 and values(result.out, source="demo")["source_info"] == 1 and list(machine.home.iterdir()) == []
    promtool(result.out)


@pytest.mark.parametrize("words", [("export",), (*WORDS, "--output"), (*WORDS, "--output", "")])
def test_wrong_words(machine, words):
    result = machine.run(*words)
    assert result.code == 2 and result.out == "" and result.err.count("\n") == 1 and machine.runs() == 0


@pytest.mark.parametrize("target", ["missing/ccmon.prom", ".", "/proc/x/y", "/dev/null/x"])
def test_unwritable(busy, target):
    result = busy.run(*WORDS, "--output", target)
    assert result.code == 1 and result.out == "" and result.err.count("\n") == 1 and f"{target} cannot be written" in result.err
    assert os.listdir(busy.cwd) == []


# --- the file ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_everyone_may_read_it(tmp_path, umask):
    before = os.umask(umask)
    try:
        named_files.write(str(tmp_path / "x"), b"new", for_all=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o644


def test_pipes_stay_pipes(machine):
    script = "mkfifo pipe; tail -n 1 pipe & $CCMON export --openmetrics --output pipe; wait; test -p pipe && echo still"
    result = machine.shell(script)
    assert result == (0, "# EOF\nstill\n", "")


def test_a_name_that_cannot_be(tmp_path):
    with pytest.raises(Unwritable):
        named_files.write(str(tmp_path / "a\0b"), b"new")
