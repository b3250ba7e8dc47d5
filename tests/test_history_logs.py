"""The history of what the logs hold, through the real command: all groupings have one total, by local time, model, project."""

import json
import re
import sqlite3

import pytest
from claude_logs import OPUS, SONNET, Entry, talk, write
from commands import HOUR, NOW

from ccmon.choices import GROUPS
from ccmon.system import clock
from ccmon.when import local

pytestmark = pytest.mark.newest_only


@pytest.fixture
def read(machine):
    """A machine with logs of three conversations: over midnight in most zones, in two projects, with an unknown model."""
    talks = [talk(1, NOW - 70 * HOUR, 6, 60), talk(2, NOW - 20 * HOUR, 9, 60, model=OPUS, project="-src-other"),
             talk(3, NOW - 2 * HOUR, 1.9, 9, session="22222222-2222-4333-8444-555555555555", model="gpt-x")]
    talks.append([Entry(NOW - 60, model="<synthetic>", message="msg_0", request=None)])
    write(machine.home / ".claude", [entry for one in talks for entry in one])
    assert machine.run("record", "--source", "logs") == (0, "", "")
    return machine


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Pacific/Auckland"])
def test_all_groupings_of_the_logs_have_one_total(read, zone):
    sums = {}
    for by in GROUPS:
        items = read.run("history", "--json", "--by", by, "--timezone", zone).json
        sums[by] = [sum(item[name] for item in items) for name in ("tokens", "input", "output", "cache_creation", "cache_read")]
    assert len({tuple(found) for found in sums.values()}) == 1 and min(sums["day"]) > 0
    wanted = {}
    for number, start, hours, count in ((1, 70, 6, 60), (2, 20, 9, 60), (3, 2, 1.9, 9)):
        for entry in talk(number, NOW - start * HOUR, hours, count):
            day = local(int(entry.time), clock.zone(zone)).date().isoformat()
            wanted[day] = wanted.get(day, 0) + entry.input + entry.output
    found = {item["key"]: item["tokens"] for item in read.run("history", "--json", "--by", "day", "--timezone", zone).json}
    assert found == wanted and len(wanted) >= 3


def test_models_and_projects_of_the_logs(read):
    models = {item["key"]: item for item in read.run("history", "--json", "--by", "model").json}
    assert set(models) == {SONNET, OPUS, "gpt-x"} and [models[name]["sessions"] for name in (SONNET, OPUS, "gpt-x")] == [2, 2, 1]
    assert models["gpt-x"]["cost_usd"] is None and models[OPUS]["cost_usd"] > 0
    assert {"sonnet-4-5", "opus-4-1", "gpt-x"} <= set(read.run("history", "--by", "model").out.split())
    read.configure("[prices]\ngpt-x = 1, 2, 3, 3, 0\n")
    own = {item["key"]: item["cost_usd"] for item in read.run("history", "--json", "--by", "model").json}["gpt-x"]
    counts = models["gpt-x"]
    assert own == pytest.approx((counts["input"] + counts["output"] * 2 + counts["cache_creation"] * 3) / 1e6)
    projects = read.run("history", "--json", "--by", "project").json
    assert sorted(item["key"] for item in projects) == ["-src-other", "/home/dev/src/shop"]
    assert sorted(name for item in projects for name in item["models"]) == sorted([SONNET, OPUS, "gpt-x"])
    assert projects[0]["tokens"] + projects[1]["tokens"] == sum(item["tokens"] for item in models.values())


def test_a_project_below_the_home_is_shown_by_a_tilde(machine):
    path = f"{machine.home}/src/shop"
    write(machine.home / ".claude", talk(1, NOW - HOUR, 0.5, 5, project=re.sub("[^a-zA-Z0-9]", "-", path), extra={"cwd": path}))
    machine.run("record", "--source", "logs")
    assert machine.run("history", "--by", "project").out.splitlines()[2].startswith("~/src/shop ")
    assert machine.run("history", "--by", "project", "--table", "tsv").out.splitlines()[1].startswith("~/src/shop\t")
    assert machine.run("history", "--csv", "--by", "project").out.splitlines()[1].startswith(f"{path},")
    assert machine.run("history", "--json", "--by", "project").json[0]["key"] == path


@pytest.mark.parametrize("words, kept", [(["--since", "2025-11-24"], True), (["--until", "2025-11-23"], False),
                                         (["--days", str(17 / 24)], True)])
@pytest.mark.parametrize("by", ["day", "week", "month", "hour", "model", "project"])
def test_filters_choose_what_was_used_in_the_time(machine, by, words, kept):
    midnight = NOW - 17 * HOUR                                      # in Warsaw
    write(machine.home / ".claude", [Entry(midnight - HOUR, 1, 2, message="a", request="a"), Entry(midnight + 60, 10, 20)])
    machine.run("record", "--source", "logs")
    assert len(machine.run("history", "--json").json) == 1
    found = machine.run("history", "--json", "--by", by, *words).json
    assert sum(item["tokens"] for item in found) == (30 if kept else 3)
    assert sum(item["sessions"] for item in found) == (0 if kept and by in ("day", "week", "month") else 1)
    empty = machine.run("history", "--by", by, "--since", "2026").out
    assert empty == "No sessions in that time: those stored began from 2025-11-23 to 2025-11-23\n" or by == "hour"


def test_costs_that_cannot_be_are_unknown_and_the_history_stays(read):
    path = str(read.home / ".local/share/ccmon/ccmon.db")
    for cost in ("text", b"\x00", 9e999, -5):
        with sqlite3.connect(path) as db:
            db.execute("UPDATE usage SET cost_nano = ? WHERE ts = (SELECT max(ts) FROM usage)", (cost,))
        db.close()
        found = read.run("history", "--json", "--by", "day").json
        assert len(found) >= 3 and json.dumps(found, allow_nan=False)
