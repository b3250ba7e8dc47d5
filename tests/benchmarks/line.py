"""What one line costs, beside a bare start of the same interpreter: python tests/benchmarks/line.py [--runs N]

Each path is measured in turn with the bare start, in one run. Prompts: microseconds of the hook that `ccmon init` prints,
and the processes it starts (counted by strace where that is installed). A stand-in takes the place of ccusage.
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
from typing import Sequence

from measure import BARE, ROOT, in_turns

sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from commands import HOUR, Machine, block, wait_until  # noqa: E402
from installs import WRAPPER, put_program  # noqa: E402

from ccmon import (
    line_answer,
    line_cache,  # noqa: E402
)

PROMPTS = 2000
HERD = 50
HOOKS = {
    "bash": (["bash", "--norc", "-c"], '. "$0"; t() {{ local n=0; while ((n++ < {n})); do {call}; done; }}; t'),
    "zsh": (["zsh", "-f", "-c"], '. "$0"; t() {{ local n=0; while ((n++ < {n})); do {call}; done; }}; t'),
    "fish": (["fish", "--no-config", "-c"], "source $argv[1]; set n 0; while test $n -lt {n}; set n (math $n + 1); {call}; end"),
}
HOOK_CALL, NO_CALL = "_ccmon_refresh", "true"


def install(machine: Machine) -> None:
    """`ccmon` as pip's wrapper starts it, and ccmon-line beside it."""
    put_program(machine.bin / "ccmon", WRAPPER, sys.executable)
    shutil.copy(str(ROOT / "ccmon/ccmon-line"), str(machine.bin / "ccmon-line"))


def run(machine: Machine, words: Sequence[str], told: bytes = b"") -> float:
    """Seconds of one run, with that on stdin."""
    env = machine.env()
    reading, writing = os.pipe()
    os.write(writing, told)
    os.close(writing)
    started = time.perf_counter()
    subprocess.run(list(words), env=env, stdin=reading, stdout=subprocess.DEVNULL, check=False, cwd="/")
    took_s = time.perf_counter() - started
    os.close(reading)
    return took_s


def claude_code() -> bytes:
    """What Claude Code pipes into its status line command: about two kilobytes."""
    resets_at = int(time.time()) + 2 * HOUR
    limits = {name: {"used_percentage": 37, "resets_at": resets_at} for name in ("five_hour", "seven_day")}
    told = {"session_id": "3f1c", "transcript_path": "/home/you/.claude/projects/x/3f1c.jsonl", "cwd": "/home/you/x" * 100,
            "model": {"id": "claude-opus-4-1", "display_name": "Opus 4.1"}, "version": "2.1.80",
            "cost": {"total_cost_usd": 1.23, "total_api_duration_ms": 81_234}, "rate_limits": limits,
            "context_window": {"context_window_size": 200_000, "used_percentage": 42, "current_usage": {"input_tokens": 5}}}
    return json.dumps(told).encode()


def stale(machine: Machine) -> None:
    """As if the lines had just ceased to be fresh."""
    wait_until(machine.idle, "the refresher ends")
    state = line_answer.read_state(str(machine.cache)).replaced(fresh_until=int(time.time()) - 1)
    line_cache.write_state(str(machine.cache), state)


def when_stale(machine: Machine, words: Sequence[str]) -> float:
    """Seconds of one run on a stale line."""
    stale(machine)
    took_s = run(machine, words)
    wait_until(lambda: line_answer.read_state(str(machine.cache)).fresh_until > time.time() and machine.idle(), "a refresh")
    time.sleep(0.1)                    # it shall not be measured with the next
    return took_s


def paths(machine: Machine, runs: int) -> None:
    """Each way to the line, in bare starts."""
    ccmon, line = str(machine.bin / "ccmon"), str(machine.bin / "ccmon-line")
    figures = in_turns({
        BARE: lambda: run(machine, [sys.executable, "-c", "pass"]),
        "ccmon --statusline, fresh": lambda: run(machine, [ccmon, "--statusline"]),
        "ccmon --statusline, stale": lambda: when_stale(machine, [ccmon, "--statusline"]),
        "--format claude, fresh": lambda: run(machine, [ccmon, "--statusline", "--format", "claude"], claude_code()),
        "ccmon-line, fresh": lambda: run(machine, [line]),
        "ccmon-line, stale": lambda: when_stale(machine, [line]),
        "sh -c ccmon-line": lambda: run(machine, ["/bin/sh", "-c", line]),
        "sh -c true": lambda: run(machine, ["/bin/sh", "-c", "true"]),
    }, runs)
    bare_s = figures[BARE]
    for name, took_s in figures.items():
        print(f"{name:28} {1000 * took_s:8.2f} ms   {took_s / bare_s:5.2f} starts")


def prompts(machine: Machine) -> None:
    """Microseconds and processes of each shell's hook while the line is fresh."""
    for shell, (words, text) in HOOKS.items():
        if not shutil.which(shell):
            continue
        hook = machine.folder / f"hook.{shell}"
        done = subprocess.run([str(machine.bin / "ccmon"), "init", shell], env=machine.env(), stdout=subprocess.PIPE, check=True)
        hook.write_bytes(done.stdout)
        run(machine, [str(machine.bin / "ccmon"), "--statusline", "--format", shell])
        wait_until(machine.idle, "the refresher ends")
        calls = {call: [*words, text.format(n=PROMPTS, call=call), str(hook)] for call in (HOOK_CALL, NO_CALL)}
        figures = in_turns({call: partial(run, machine, words) for call, words in calls.items()}, 5)
        hook_us = 1e6 * (figures[HOOK_CALL] - figures[NO_CALL]) / PROMPTS
        forks = processes(machine, [*words, text.format(n=10, call=HOOK_CALL), str(hook)])
        print(f"{shell + ' prompt, fresh':28} {hook_us:8.1f} us   {forks}")


def processes(machine: Machine, words: Sequence[str]) -> str:
    """How many processes ten prompts start."""
    if not shutil.which("strace"):
        return ""
    from line_shells import processes as started
    return f"{len(started(machine, words)) / 10:g} forks"


def herd(machine: Machine, words: Sequence[str]) -> None:
    """Fifty at once on a stale line."""
    stale(machine)
    before, started = machine.runs(), time.perf_counter()
    calls = [subprocess.Popen(list(words), env=machine.env(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
             for _ in range(HERD)]
    for call in calls:
        call.wait()
    took_s = time.perf_counter() - started
    wait_until(lambda: machine.runs() > before and machine.idle(), "the refresh")
    time.sleep(0.5)
    name = f"{HERD} x {os.path.basename(words[0])}, stale"
    print(f"{name:28} {1000 * took_s:8.0f} ms   {machine.runs() - before} ccusage")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder))
        install(machine)
        machine.answers([block(int(time.time()) - 2 * HOUR, 9200)])
        config = machine.configure("[ccmon]\nline_ttl = 600\n")
        os.utime(str(config), (1, 1))
        run(machine, [str(machine.bin / "ccmon"), "--statusline", "--wait", "20"])
        run(machine, [str(machine.bin / "ccmon"), "--statusline"])
        paths(machine, runs)
        prompts(machine)
        herd(machine, [str(machine.bin / "ccmon"), "--statusline"])
        herd(machine, [str(machine.bin / "ccmon-line")])
        machine.close()


if __name__ == "__main__":
    main()
