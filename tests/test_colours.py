"""The real colours: the program in a pseudo-terminal on recorded usage at 40, 60, 85 and 110 %, read back cell by cell."""

import json
import sys
from typing import Any, Dict, List, NamedTuple, Set

import pytest
from commands import ROOT, iso
from scenes import NOW, OPUS, START
from terminal import Terminal

TOKENS = 14_000
LIMITS = {40: 35_000, 60: 23_333, 85: 16_470, 110: 12_727}
COLOURS = {40: "5fd7d7", 60: "87afff", 85: "ffaf00", 110: "ff5f5f"}       # ok, fair, warn and danger of the dark theme
BLOCKS = "█▏▎▍▌▋▊▉"


class Reading(NamedTuple):
    """What stands on the screen."""

    rows: List[str]
    bar: Set[Any]                      # (foreground, bold) of the token bar's filled cells
    percent: Set[Any]                  # of the percentage beside it
    everywhere: Set[str]               # foregrounds of all cells


@pytest.fixture
def ccusage(tmp_path) -> str:
    """A program that answers as ccusage did, once."""
    block = {"id": iso(START), "startTime": iso(START), "endTime": iso(START + 5 * 3600), "actualEndTime": iso(NOW - 40),
             "isActive": True, "isGap": False, "entries": 90, "totalTokens": 9 * TOKENS, "costUSD": 3.1, "models": [OPUS],
             "tokenCounts": {"inputTokens": 5_000, "outputTokens": TOKENS - 5_000, "cacheCreationInputTokens": 1_000,
                             "cacheReadInputTokens": 8 * TOKENS}}
    program = tmp_path / "ccusage"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps({'blocks': [block]})}\nEND\n")
    program.chmod(0o755)
    return str(program)


def read(tmp_path: Any, ccusage: str, limit: int, term: str = "xterm-256color", **env: str) -> Reading:
    """Run the monitor with that limit and read its first full screen."""
    own: Dict[str, str] = {"HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT),
                           "CCMON_NOW": str(NOW), **env}
    words = [sys.executable, "-m", "ccmon", "--ccusage", ccusage, "--limit", str(limit)]
    with Terminal(words, env=own, term=term) as window:
        window.wait_for("$3.10")
        window.wait_for(", 0 s")       # the last row
        rows = window.lines()
        at = next(index for index, row in enumerate(rows) if "tokens" in row and "%" in row)
        cells = [window.style_at(at, column) for column in range(80)]
        seen = {window.style_at(row, column).fg for row in range(24) for column in range(80)}
        window.send("q")
        assert window.wait_exit() == 0
    return Reading(rows, {(c.fg, c.bold) for c in cells if c.data and c.data in BLOCKS},
                   {(c.fg, c.bold) for c in cells[70:] if c.data.isdigit() or c.data in "%!"}, seen)


@pytest.mark.parametrize("percent", LIMITS)
def test_bar_and_percentage_have_the_colour_of_their_level(tmp_path, ccusage, percent):
    shown = read(tmp_path, ccusage, LIMITS[percent])
    assert {colour for colour, _ in shown.bar} == {colour for colour, _ in shown.percent} == {COLOURS[percent]}
    row = next(row for row in shown.rows if "tokens" in row and "%" in row)
    words = "\n".join(shown.rows)
    assert f"{percent - (percent in (60, 85))} %" in row or f"{percent} %" in row
    assert ("!" in row) == (percent >= 80), "a sign stands beside yellow and red"
    assert ("Limit reached" in words, "Near the limit" in words) == (percent > 100, 80 <= percent <= 100)


def test_yellow_and_red_only_from_their_thresholds_on(tmp_path, ccusage):
    calm = read(tmp_path, ccusage, LIMITS[40]).everywhere
    assert not calm & {COLOURS[85], COLOURS[110]}
    assert len(set(COLOURS.values())) == 4


@pytest.mark.parametrize("term, env", [("xterm-256color", {"NO_COLOR": "1"}), ("vt100", {})])
@pytest.mark.parametrize("percent", [85, 110])
def test_without_colour_the_sign_and_the_words_stay(tmp_path, ccusage, percent, term, env):
    shown = read(tmp_path, ccusage, LIMITS[percent], term, **env)
    assert shown.everywhere == {"default"}
    words = "\n".join(shown.rows)
    assert "! " in next(row for row in shown.rows if "tokens" in row and "%" in row)
    assert ("Limit reached" if percent > 100 else "Near the limit") in words
