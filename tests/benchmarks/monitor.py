"""What the monitor costs, printed beside a bare interpreter start and ccusage's own run: python tests/benchmarks/monitor.py

Needs ccusage: CCUSAGE_20 names it, else the one on PATH. --seconds N sets the length of the idle watch (60).
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict

from measure import BARE, ROOT, in_turns, run

sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import claude_logs  # noqa: E402
from terminal import Terminal  # noqa: E402

RUNS = 9
CCMON = [sys.executable, "-m", "ccmon"]


def environment(home: str, ccusage: str) -> Dict[str, str]:
    """A home of its own with ccusage on PATH."""
    return {"HOME": home, "PATH": f"{os.path.dirname(ccusage)}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}


def first_frame_s(env: Dict[str, str]) -> float:
    """Seconds until the title stands on the screen."""
    started = time.perf_counter()
    with Terminal(CCMON, env=env) as terminal:
        while b"ccmon" not in terminal.raw:
            time.sleep(0.001)
        took_s = time.perf_counter() - started
        terminal.send("q")
        terminal.wait_exit()
    return took_s


def status_kb(pid: int, field: str) -> int:
    """A figure of /proc/PID/status in kB; 0 where there is none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(field)), 0)


def idle(env: Dict[str, str], seconds: int) -> None:
    """Memory, CPU and bytes of a screen that nobody touches."""
    with Terminal(CCMON, env=env) as terminal:
        terminal.wait_for("quit")
        time.sleep(5)
        cpu_s, written = terminal.cpu_s(), terminal.written()
        time.sleep(seconds)
        cpu_s, written = terminal.cpu_s() - cpu_s, terminal.written() - written
        print(f"resident memory             {status_kb(terminal.process.pid, 'VmRSS') / 1024:8.1f} MB")
        print(f"CPU over {seconds:3} s idle         {cpu_s:8.2f} s   {100 * cpu_s / seconds:.2f} % of a core (ccusage apart)")
        print(f"bytes per idle second       {written / seconds:8.1f}")
        terminal.send("q")
        terminal.wait_exit()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    seconds = parser.parse_args().seconds
    ccusage = os.environ.get("CCUSAGE_20") or shutil.which("ccusage")
    if not ccusage:
        sys.exit("ccusage is needed: npm install -g ccusage")
    with tempfile.TemporaryDirectory() as home:
        now = time.time()
        claude_logs.write(Path(home, ".claude"), claude_logs.talk(seed=1, start=now - 7200, hours=1.9, messages=1000))
        env = environment(home, ccusage)
        figures = in_turns({
            BARE: lambda: run([sys.executable, "-c", "pass"], env).wall_s,
            "first frame": lambda: first_frame_s(env),
            "--json": lambda: run([*CCMON, "--json"], env).wall_s,
            "--statusline, cached": lambda: run([*CCMON, "--statusline"], env).wall_s,
            "history": lambda: run([*CCMON, "history"], env).wall_s,
            "ccusage blocks": lambda: run([ccusage, "blocks", "--json", "--offline"], env).wall_s,
        }, RUNS)
        bare_s = figures[BARE]
        for name, took_s in figures.items():
            print(f"{name:27} {1000 * took_s:8.1f} ms  {took_s / bare_s:5.2f} starts")
        idle(env, seconds)


if __name__ == "__main__":
    main()
