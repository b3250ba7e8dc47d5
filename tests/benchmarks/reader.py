"""What reading the logs costs, beside ccusage on the same logs: python tests/benchmarks/reader.py [--lines N ...] [--idle S]

For 1,000 to a million lines: the first look, a look when nothing is new, and one when ten lines are; wall time, CPU time and
memory of each, in processes of their own. CCUSAGE_20 names the real ccusage. --idle counts its runs under an open screen.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, NamedTuple, Sequence

ROOT = Path(__file__).resolve().parents[2]
MODELS = ("claude-sonnet-4-5-20250929", "claude-opus-4-1-20250805", "claude-haiku-4-5-20251001")
LINES_A_FILE = 1400
DAY_S = 86_400
CCMON = [sys.executable, "-m", "ccmon"]


class Cost(NamedTuple):
    """What one process, with all that it waited for, has cost."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    out: str


def write_logs(folder: Path, lines: int, now: float) -> None:
    """Conversations of about 1,400 lines, one after the other until now, with a night between some of them."""
    rng, number = random.Random(lines), 0
    files = max(1, lines // LINES_A_FILE)
    folder.mkdir(parents=True)
    for at in range(files):
        begins = now - (files - at) * 3.1 * 3600 - (files - at) // 3 * 9 * 3600
        path = folder / f"{at:08d}-0000-4000-8000-000000000000.jsonl"
        ends = begins
        with path.open("w") as file:
            for step in range(lines // files):
                number, ends = number + 1, begins + step * 3 * 3600 / (lines // files)
                file.write(one_line(rng, number, ends, path.stem))
        os.utime(str(path), (ends, ends))


def one_line(rng: random.Random, number: int, at: float, session: str) -> str:
    """An answer, its repetition, or something else that Claude Code writes down; about 700 bytes."""
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at % 1 * 1000):03d}Z"
    head = {"parentUuid": f"p{number}", "isSidechain": False, "userType": "external", "cwd": "/home/you/work/shop",
            "sessionId": session, "version": "2.1.80", "gitBranch": "main", "timestamp": stamp, "uuid": f"u{number}"}
    if number % 5 < 2:
        asked = {**head, "type": "user", "message": {"role": "user", "content": "x" * 420}}
        return json.dumps(asked, separators=(",", ":")) + "\n"
    same = number - number % 5 % 2     # some answers stand in two lines
    usage = {"input_tokens": rng.randint(1, 90), "cache_creation_input_tokens": rng.randint(0, 4000),
             "cache_read_input_tokens": rng.randint(0, 90_000), "output_tokens": rng.randint(1, 900), "service_tier": "standard"}
    message = {"id": f"msg_{same}", "type": "message", "role": "assistant", "model": rng.choice(MODELS),
               "content": [{"type": "text", "text": "y" * 180}], "stop_reason": None, "usage": usage}
    return json.dumps({**head, "type": "assistant", "requestId": f"req_{same}", "message": message}, separators=(",", ":")) + "\n"


def run(words: Sequence[str], env: Dict[str, str]) -> Cost:
    """One process and what it cost."""
    code = """import resource, subprocess, sys, time
started = time.monotonic()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, file=sys.stderr)
sys.stdout.buffer.write(done.stdout)"""
    done = subprocess.run([sys.executable, "-c", code, *words], env=env, capture_output=True, text=True, check=True)
    wall, cpu, peak = done.stderr.split()[-3:]
    return Cost(float(wall), float(cpu), float(peak) / 1024, done.stdout)


def report(name: str, cost: Cost) -> None:
    """One row."""
    print(f"  {name:34} {1000 * cost.wall_s:9.0f} ms wall  {1000 * cost.cpu_s:9.0f} ms CPU  {cost.peak_mb:6.0f} MB")


def measure(lines: int, folder: Path) -> None:
    """All rows for so many lines."""
    home, logs = folder / "home", folder / "home/.claude/projects/p"
    write_logs(logs, lines, time.time() - 60)
    whole = sum(path.stat().st_size for path in logs.iterdir())
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "CCMON_SOURCE": "logs"}
    print(f"{lines:,} lines, {whole / 1e6:,.0f} MB in {len(list(logs.iterdir())):,} files")
    started = time.monotonic()
    first = run([*CCMON, "--json"], env)
    report("ccmon --json, first look", first)
    if json.loads(first.out)["source"]["progress"] is not None:
        peak = 0.0
        while json.loads(run([*CCMON, "--json"], env).out)["source"]["progress"] is not None:
            for _ in range(10):
                peak = max(peak, reader_mb())
                time.sleep(0.1)
        print(f"  {'all read, in the background':34} {1000 * (time.monotonic() - started):9.0f} ms wall {'':17} {peak:6.0f} MB")
    words = [sys.executable, __file__, "--looks", str(logs)]
    done = subprocess.run(words, env=env, stdout=subprocess.PIPE, text=True, check=True)
    print(done.stdout, end="")
    if os.environ.get("CCUSAGE_20"):
        env["PATH"] += ":" + os.path.dirname(shutil.which("node") or "/usr/bin/node")
        report("ccusage", run([os.environ["CCUSAGE_20"], "blocks", "--json", "--offline"], env))


def reader_mb() -> float:
    """Resident memory of the process that reads everything."""
    for status in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"read_all_logs" in status.read_bytes():
                return float(status.with_name("statm").read_text().split()[1]) * 4096 / 1e6
        except OSError:
            continue
    return 0.0


def looks(logs: Path) -> None:
    """In a process that lasts, as the screen does: what a refresh costs."""
    from ccmon.pipeline import refresh
    from ccmon.settings.context import prepare
    ctx = prepare({}, os.environ)
    refresh.once(ctx, -1)
    timed("refresh, nothing new", ctx)
    path = max(logs.iterdir())
    rng = random.Random(1)
    with path.open("a") as file:
        file.writelines(one_line(rng, 10 ** 8 + number, time.time(), path.stem) for number in range(10))
    timed("refresh, ten new lines", ctx)


def timed(name: str, ctx: Any) -> None:
    """One refresh of this process."""
    from ccmon.pipeline import refresh
    wall_s, cpu_s = time.monotonic(), time.process_time()
    refresh.once(ctx, -1)
    resident = float(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
    report(name, Cost(time.monotonic() - wall_s, time.process_time() - cpu_s, resident, ""))


def idle(folder: Path, seconds: float) -> None:
    """Runs of ccusage under an open screen while no log changes."""
    sys.path.insert(0, str(ROOT / "tests"))
    from commands import HOUR, Machine, block
    from terminal import Terminal
    machine = Machine(folder)
    write_logs(machine.home / ".claude/projects/p", 1000, time.time() - 60)
    machine.answers([block(int(time.time()) - HOUR, 700)])
    with Terminal(machine.command(), env=machine.env()) as term:
        term.wait_until(lambda: "700" in term.text(), "the numbers")
        before = machine.runs()
        time.sleep(seconds)
        print(f"{machine.runs() - before} ccusage runs in {seconds:g} idle seconds")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="*", default=[1000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--idle", type=float, default=0)
    parser.add_argument("--looks", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.looks:
        looks(given.looks)
        return
    for lines in given.lines:
        with tempfile.TemporaryDirectory() as folder:
            measure(lines, Path(folder))
    if given.idle:
        with tempfile.TemporaryDirectory() as folder:
            idle(Path(folder), given.idle)


if __name__ == "__main__":
    main()
