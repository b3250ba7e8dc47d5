"""Faults P-1, P-14, P-16, P-20 with the real ccusage from npm, named by CCUSAGE_20 and CCUSAGE_18."""

import json
import os
import re
import shutil
import subprocess

import claude_logs
import pytest
from commands import PATIENCE_S
from test_real_ccusage import NOW, expected, program, read, sums  # noqa: F401

from ccmon.sources import ccusage, ccusage_output, program_search

pytestmark = [pytest.mark.newest_only, pytest.mark.real_ccusage]
EVIL = "claude-\x1b]0;PWN\x07\u202e$(id)`id`#(id)"


def test_P01_without_node(program, home, tmp_path, monkeypatch):
    """The launcher by its absolute path, with nothing else on PATH (tmux started by the system), and no node elsewhere."""
    monkeypatch.setattr("ccmon.sources.program_search._EVERYWHERE", ())
    launcher = os.path.realpath(program.path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ccusage").symlink_to(launcher)
    lonely = program_search.find_ccusage(str(tmp_path / "bin" / "ccusage"), None, {}, None)
    with pytest.raises(ccusage_output.Failed, match=r"^Node\.js was not found by .*/bin/ccusage\. .*--ccusage") as caught:
        ccusage.fetch(lonely, 60, {"PATH": str(tmp_path / "bin")}, str(home))
    assert caught.value.missing


def test_P14_a_line_from_next_year(read):
    """It makes ccusage report two active blocks: the one that has not begun is left out."""
    now = claude_logs.talk(1, NOW - 1200, 0.2, 3)
    found = read(now + claude_logs.talk(2, NOW + 366 * 86400, 0.1, 2))
    assert sums(found.blocks) == expected(now) and found.future == 1


@pytest.fixture
def hostile(program, machine):
    """A machine with the real ccusage, and logs that name a hostile model."""
    entries = claude_logs.talk(1, NOW - 1200, 0.3, 4, model=EVIL) + claude_logs.talk(2, NOW - 90_000, 2, 9, model=EVIL)
    claude_logs.write(machine.home / ".claude", entries)
    machine.tokens = sum(entry.input + entry.output for entry in entries[:4])
    machine.usual = {"CCMON_CCUSAGE": program.path, "CCMON_SOURCE": "ccusage", "PATH": os.environ["PATH"]}
    return machine


def test_P16_what_ccusage_passes_on_raw_is_shown_clean(hostile):
    ccusage_itself = program_search.find_ccusage(hostile.usual["CCMON_CCUSAGE"], None, os.environ, None)
    raw = ccusage.fetch(ccusage_itself, 60, hostile.env(**hostile.usual), None)
    assert EVIL in json.loads(raw)["blocks"][-1]["models"], "it does pass it on"
    assert hostile.run("--json", now=None, **hostile.usual).json["session"]["tokens"] == hostile.tokens
    formats = [["--statusline", "--wait", "9", "--format", name] for name in ("plain", "tmux")]
    for words in (["--once"], ["why"], *formats):
        shown = hostile.run(*words, now=None, **hostile.usual)
        assert shown.code == 0 and not re.search("PWN\x07|\x1b\\]|\u202e|[$#][(]id|`id", shown.out), words


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_P20_nothing_is_asked_of_the_network(hostile):
    """Without --offline ccusage fetches prices: it would look up a name, which is a connection to port 53."""
    log = hostile.folder / "connections"
    command = ["strace", "-f", "-qq", "-e", "trace=connect,sendto,sendmsg,sendmmsg", "-o", str(log), *hostile.command("record")]
    done = subprocess.run(command, env=hostile.env(**hostile.usual), cwd=hostile.cwd, stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, timeout=3 * PATIENCE_S, check=False)
    if b"PTRACE" in done.stderr or b"ptrace" in done.stderr:
        pytest.skip("ptrace is not allowed")
    assert done.returncode == 0, done.stderr
    assert hostile.run("--json", now=None, **hostile.usual).json["source"]["name"] == "ccusage"
    assert "AF_INET" not in log.read_text()
