"""ccmon beside its neighbours, on the same logs: what a whole process of each costs, and what each counts.

python tests/benchmarks/peers.py [--runs N]. Looked for on PATH, or named by CCUSAGE_20, CLAUDE_MONITOR and CCSTATUSLINE; who is
not there is left out. Nothing is fetched: ccusage runs offline, claude-monitor without --api.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Sequence

from measure import BARE, ROOT, in_turns

sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import claude_logs  # noqa: E402
from installs import WRAPPER, put_program  # noqa: E402

PEERS = {"ccusage": "CCUSAGE_20", "claude-monitor": "CLAUDE_MONITOR", "ccstatusline": "CCSTATUSLINE"}
LOOKS = {                              # one look as JSON, and where tokens and cost stand in it
    "ccmon --json": (["ccmon", "--json"], lambda told: counts(told["session"], "", told["session"]["cost_usd"])),
    "ccusage blocks": (["ccusage", "blocks", "--json", "--offline", "--active"],
                       lambda told: counts(told["blocks"][0]["tokenCounts"], "Tokens", told["blocks"][0]["costUSD"])),
    "claude-monitor --once": (["claude-monitor", "--once", "--output", "json"],
                              lambda told: counts(told["local"]["tokens"], "_tokens", told["local"]["cost_usd"])),
}
LINES = {
    BARE: [sys.executable, "-c", "pass"],
    "ccmon --version": ["ccmon", "--version"],
    "claude-monitor --version": ["claude-monitor", "--version"],
    "ccusage --version": ["ccusage", "--version"],
    "ccmon-line": ["ccmon-line"],
    "ccmon --statusline": ["ccmon", "--statusline"],
    "ccmon, format claude": ["ccmon", "--statusline", "--format", "claude"],
    "ccusage statusline": ["ccusage", "statusline"],
    "the same, --no-cache": ["ccusage", "statusline", "--no-cache"],
    "ccstatusline": ["ccstatusline"],
    "claude-monitor --statusline": ["claude-monitor", "--statusline"],
}


class Home(NamedTuple):
    """A home with logs of its own, and what Claude Code would tell a status line there."""

    folder: Path
    env: Dict[str, str]
    told: bytes


def programs(folder: Path) -> Path:
    """A folder with ccmon as pip's wrapper starts it, and links to the neighbours that are here."""
    put_program(folder / "bin/ccmon", WRAPPER, sys.executable)
    shutil.copy(str(ROOT / "ccmon/ccmon-line"), str(folder / "bin" / "ccmon-line"))
    (folder / "bin/ccmon-line").chmod(0o755)
    for name, variable in PEERS.items():
        found = os.environ.get(variable) or shutil.which(name)
        if found:
            (folder / "bin" / name).symlink_to(os.path.abspath(found))
    return folder / "bin"


def home(folder: Path, bin_folder: Path, entries: Sequence[claude_logs.Entry]) -> Home:
    """A home in which these entries are the logs."""
    folder.mkdir()
    log = claude_logs.write(folder / ".claude", entries)[0]
    env = {"HOME": str(folder), "PATH": f"{bin_folder}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8", "TERM": "xterm-256color",
           "PYTHONPATH": str(ROOT)}
    return Home(folder, env, status(log, folder))


def status(log: Path, folder: Path) -> bytes:
    """The document that Claude Code pipes into a status line command."""
    soon = int(time.time()) + 7200
    limits = {name: {"used_percentage": 37, "resets_at": soon} for name in ("five_hour", "seven_day")}
    return json.dumps({
        "session_id": log.stem, "transcript_path": str(log), "cwd": str(folder), "version": "2.1.220",
        "workspace": {"current_dir": str(folder), "project_dir": str(folder)}, "rate_limits": limits,
        "model": {"id": "claude-sonnet-4-5", "display_name": "Sonnet 4.5"},
        "cost": {"total_cost_usd": 1.2, "total_duration_ms": 60_000, "total_api_duration_ms": 30_000,
                 "total_lines_added": 0, "total_lines_removed": 0},
        "context_window": {"context_window_size": 200_000, "used_percentage": 42, "total_input_tokens": 84_000,
                           "total_output_tokens": 10}}).encode()


def run(command: Sequence[str], place: Home) -> float:
    """Seconds of one run with the document on stdin."""
    reading, writing = os.pipe()
    os.write(writing, place.told)
    os.close(writing)
    started = time.perf_counter()
    done = subprocess.run(command, env=place.env, stdin=reading, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
                          check=False)
    took_s = time.perf_counter() - started
    os.close(reading)
    if done.returncode and "--json" not in command:                  # ccmon --json tells by its exit code how full it is
        sys.exit(f"{' '.join(command)} failed")
    return took_s


def costs(place: Home, commands: Dict[str, List[str]], runs: int) -> None:
    """A row for each: milliseconds and bare starts; measured in turn, so that a drifting machine hits all alike."""
    works = {name: partial(run, command, place) for name, command in commands.items()}
    figures = in_turns(works, runs, 2)     # the first two fill caches, and learn where ccusage is
    for name, took_s in figures.items():
        print(f"{name:28} {1000 * took_s:8.1f} ms {took_s / figures[BARE]:7.2f} starts")


def counts(tokens: Dict[str, int], suffix: str, cost_usd: float) -> str:
    """Input, output and cost as one text; suffix is what the program puts behind the words."""
    return f"{tokens['input' + suffix]:>9,} {tokens['output' + suffix]:>10,}   ${cost_usd:.2f}"


def counted(place: Home, command: List[str], read: Callable[[Dict[str, Dict[str, int]]], str]) -> str:
    """What the program counts of the present session."""
    done = subprocess.run(command, env=place.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False, cwd="/")
    return read(json.loads(done.stdout))


def logs(now: float) -> Dict[str, List[claude_logs.Entry]]:
    """One conversation: plain, each message in three lines as it streams, copied by a resume, and cached for an hour."""
    plain = claude_logs.talk(seed=1, start=now - 7200, hours=1.9, messages=1000, hour_cache=False)
    grown = [line for one in plain for line in claude_logs.streamed(one, [1, one.output // 2, one.output], 0.01)]
    again = claude_logs.resumed(plain, "22222222-2222-4333-8444-555555555555")
    return {"plain": plain, "streamed": grown, "resumed": plain + again,
            "hour cache": [one._replace(hour_cache=True) for one in plain]}


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder, now = Path(name), time.time()
        bin_folder = programs(folder)
        homes = {kind: home(folder / kind.replace(" ", "-"), bin_folder, entries) for kind, entries in logs(now).items()}
        path = homes["plain"].env["PATH"]
        looks = {name: look for name, look in LOOKS.items() if shutil.which(look[0][0], path=path)}
        commands = {**LINES, **{name: command for name, (command, _) in looks.items()}}
        costs(homes["plain"], {name: command for name, command in commands.items() if shutil.which(command[0], path=path)}, runs)
        print(f"\n{'what is counted':40} {'input':>9} {'output':>10}   cost")
        for kind, place in homes.items():
            for name, (command, read) in looks.items():
                print(f"{kind:12} {name:27} {counted(place, command, read)}")


if __name__ == "__main__":
    main()
