"""What the monitor costs, printed beside a bare interpreter start and ccusage's own run: python tests/benchmarks/monitor.py

Needs ccusage: CCUSAGE_20 names it, else the one on PATH. --seconds N sets the length of the idle watches (60): of a screen that
was opened just now, and of one where nothing was used for a while. --lines N sets how many lines of logs there are (100000).
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict

from measure import BARE, ROOT, first_frame_s, in_turns, run

sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import claude_logs  # noqa: E402
from terminal import Terminal  # noqa: E402

RUNS = 9
CCMON = [sys.executable, "-m", "ccmon"]


def environment(home: str, ccusage: str) -> Dict[str, str]:
    """A home of its own with ccusage on PATH."""
    return {"HOME": home, "PATH": f"{os.path.dirname(ccusage)}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8",
            "TERM": "xterm-256color", "PYTHONPATH": str(ROOT)}


def write_logs(root: Path, lines: int, files: int = 60) -> None:
    """Sessions of two weeks in a dozen projects, the last of which runs."""
    now = time.time()
    for number in range(files):
        start = now - 7200 - (files - 1 - number) * 20_000
        talk = claude_logs.talk(seed=number, start=start, hours=1.9, messages=lines // files, project=f"-home-dev-{number % 12}",
                                session=f"{number:08d}-0000-4000-8000-000000000000")
        for path in claude_logs.write(root, talk):
            os.utime(str(path), (start + 6840, start + 6840))


def status_kb(pid: int, field: str) -> int:
    """A figure of /proc/PID/status in kB; 0 where there is none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(field)), 0)


def idle(env: Dict[str, str], seconds: int, after_s: int) -> None:
    """Memory, CPU and bytes of a screen that nobody touches, so long after it was opened."""
    with Terminal(CCMON, env=env) as terminal:
        terminal.wait_for("quit")
        time.sleep(after_s)
        cpu_s, written = terminal.cpu_s(), terminal.written()
        time.sleep(seconds)
        cpu_s, written = terminal.cpu_s() - cpu_s, terminal.written() - written
        print(f"resident memory             {status_kb(terminal.process.pid, 'VmRSS') / 1024:8.1f} MB")
        print(f"CPU over {seconds:3} s idle         {cpu_s:8.2f} s   {100 * cpu_s / seconds:.2f} % of a core, "
              f"{after_s} s after its start (ccusage apart)")
        print(f"bytes per idle second       {written / seconds:8.1f}")
        terminal.send("q")
        terminal.wait_exit()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--lines", type=int, default=100_000)
    given = parser.parse_args()
    ccusage = os.environ.get("CCUSAGE_20") or shutil.which("ccusage")
    if not ccusage:
        sys.exit("ccusage is needed: npm install -g ccusage")
    with tempfile.TemporaryDirectory() as home:
        write_logs(Path(home, ".claude"), given.lines)
        env = environment(home, ccusage)
        subprocess.run([*CCMON, "record"], env=env, stdout=subprocess.DEVNULL, check=False, cwd="/")
        figures = in_turns({
            BARE: lambda: run([sys.executable, "-c", "pass"], env).wall_s,
            "first frame": lambda: first_frame_s(CCMON, env),
            "--json": lambda: run([*CCMON, "--json"], env).wall_s,
            "--statusline, cached": lambda: run([*CCMON, "--statusline"], env).wall_s,
            "history": lambda: run([*CCMON, "history"], env).wall_s,
            "ccusage blocks": lambda: run([ccusage, "blocks", "--json", "--offline"], env).wall_s,
        }, RUNS)
        bare_s = figures[BARE]
        for name, took_s in figures.items():
            print(f"{name:27} {1000 * took_s:8.1f} ms  {took_s / bare_s:5.2f} starts")
        for after_s in (10, 130):
            idle(env, given.seconds, after_s)


if __name__ == "__main__":
    main()
