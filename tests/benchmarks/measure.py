"""What the benchmarks share: one process and what it cost, several measured in turns."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Callable, Dict, List, Mapping, NamedTuple, Sequence

ROOT = Path(__file__).resolve().parents[2]
BARE = "bare interpreter start"


class Cost(NamedTuple):
    """What one process, with all that it waited for, has cost."""

    wall_s: float
    cpu_s: float                       # user and system
    peak_mb: float                     # resident, of the largest of its processes
    out: bytes = b""


def run(words: Sequence[str], env: Mapping[str, str], stdin: bytes = b"", keep: bool = False, fails: bool = True) -> Cost:
    """One process; stdin must fit into a pipe. Its output only with keep. Unless it may fail, SystemExit where it does."""
    reading, writing = os.pipe()
    os.write(writing, stdin)
    os.close(writing)
    started = time.perf_counter()
    process = subprocess.Popen(list(words), env=dict(env), stdin=reading, stdout=subprocess.PIPE if keep else subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, cwd="/")
    out = process.stdout.read() if process.stdout else b""
    status, usage = os.wait4(process.pid, 0)[1:]
    took_s = time.perf_counter() - started
    process.returncode = status
    os.close(reading)
    if status and not fails:
        sys.exit(f"{' '.join(words)} failed")
    return Cost(took_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out)


def in_turns(works: Mapping[str, Callable[[], float]], runs: int, unmeasured: int = 1) -> Dict[str, float]:
    """The median of each, measured in turn so that a drifting machine hits all alike; the first runs fill caches."""
    samples: Dict[str, List[float]] = {name: [] for name in works}
    for turn in range(unmeasured + runs):
        for name, work in works.items():
            figure = work()
            if turn >= unmeasured:
                samples[name].append(figure)
    return {name: statistics.median(figures) for name, figures in samples.items()}


def cpu_s(pid: int) -> float:
    """Processor seconds of a running process and of those it has waited for (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def first_frame_s(words: Sequence[str], env: Mapping[str, str]) -> float:
    """Seconds until the numbers and the last row stand on the screen."""
    from terminal import Terminal
    started = time.perf_counter()
    with Terminal(words, env=dict(env)) as terminal:
        while b" left" not in terminal.raw or b"help" not in terminal.raw:
            time.sleep(0.001)
        took_s = time.perf_counter() - started
        terminal.send("q")
        terminal.wait_exit()
    return took_s
