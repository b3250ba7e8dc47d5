"""A cached line and one that is rendered the long way are the same bytes, whatever was asked for, in any environment."""

import json
import re
import time

import pytest
from commands import HOUR, block, wait_until
from live_lines import STALE_S, age, one_line

from ccmon import line_answer
from ccmon.views.line.dialects import DIALECTS

pytestmark = pytest.mark.newest_only

TEMPLATE = ["--template", "{percent}% {used} {bar:7} {models} {reset}"]
ROADS = [["--format", name, *more] for name in DIALECTS for more in ([], TEMPLATE)]
ROADS += [["--template", "{nope}"], ["--format=tmux"], ["--format", "bash", "--plan", "max20"], ["--max-width", "9"], [],
          ["--timezone", "Asia/Tokyo"], ["--limit", "500"], ["--ascii"], ["--reset-hour", "3"]]
ELSEWHERE = ROADS[-9:]                 # at most 32 lines are kept in files of their own
OWN_LIMIT = {"max20", "500", "{nope}"}
ENVIRONMENTS = [{}, {"LC_ALL": "C"}, {"CCMON_PLAN": "max20"}, {"NO_COLOR": "1"}, {"TZ": "Asia/Tokyo"}]


def lasting(line):
    """What does not change with each second."""
    line = re.sub(r"[0-9]+/min", "N/min", line)
    kept = ("text", "full_text", "class", "color", "state", "plan")
    return {name: json.loads(line).get(name) for name in kept} if line.startswith("{") else line


def lines(machine, roads, env):
    """All of them, asked for on the real clock."""
    return [one_line(machine.run("--statusline", *words, now=None, **env)) for words in roads]


def spoil(paths):
    """Put another line into the place of each that is kept."""
    for path in paths:
        head = path.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0] + b"\n" if path.suffix == ".line" else b""
        path.write_bytes(head + b"old\n")


@pytest.mark.parametrize("env", ENVIRONMENTS[:2] + [pytest.param(env, marks=pytest.mark.nightly) for env in ENVIRONMENTS[2:]])
def test_both_roads_print_the_same_bytes(machine, env):
    roads = ELSEWHERE if env else ROADS
    machine.answers([block(int(time.time()) - 2 * HOUR, 9200)])
    machine.configure("[ccmon]\nline_ttl = 600\nplan = team\nreset_hour = 0\n[plans]\nteam = 9000\n", is_old=True)
    machine.run("record", now=None)
    first = lines(machine, roads, env)                          # rendered
    assert machine.runs() == 1 and ("CCMON_PLAN" in env or all(
        "102" in line or {*words} & OWN_LIMIT for line, words in zip(first, roads)))
    keys = [line_answer.key(["--statusline", *words], machine.env(**env)) for words in roads]
    paths = [machine.cache / line_answer.file_of(key) for key in keys]
    assert len(set(paths)) == len(roads) and lines(machine, roads, env) == first
    if not env:
        named = {path.name: path.read_text() for path in paths if path.suffix != ".line"}
        assert set(named) == {"plain", *DIALECTS}        # the line alone; what is kept for Claude Code is no line yet
        assert all(one_line(machine.run("--statusline", "--format", name, now=None)) + "\n" == named[name]
                   for name in set(DIALECTS) - {"plain", "claude"})
    for again in ("record", "refresher"):
        spoil(paths)
        assert set(lines(machine, roads, env)) == {"old"}       # as they are kept
        if again == "record":
            machine.run("record", now=None)
        else:
            age(machine, STALE_S)
            machine.run("--statusline", now=None, **env)
            wait_until(machine.idle, "the refresher ends")
        if again == "refresher" or not env:              # who renders them anew is of another locale, and another plan
            assert list(map(lasting, lines(machine, roads, env))) == list(map(lasting, first)), again
    assert machine.runs() == 3
