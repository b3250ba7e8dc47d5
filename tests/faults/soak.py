"""The soak: the full screen and forty callers of the line, for an hour, on a ccusage that answers, is slow, fails, hangs,
talks nonsense and recovers in turn. By hand: python tests/faults/soak.py --minutes 60

Memory, descriptors and processes are sampled; at the end the numbers have to be right and nothing may be left. Exit code 1
and the reasons when something is not so.
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from commands import HOUR, PATIENCE_S, ROOT, Machine, block
from line_shells import install
from terminal import CLEAN, Terminal

from ccmon import line_answer

STAND_IN = """#!/bin/sh
[ "$1" = --version ] && { echo "ccusage 20.0.24"; exit 0; }
read -r last 2>/dev/null <"%(folder)s/last"
case $last in ?*) grep -qs '^State:.[^ZX]' "/proc/$last/status" && grep -qsa ccusage "/proc/$last/cmdline" &&
    echo $$ >>"%(folder)s/overlaps" ;; esac
echo $$ >"%(folder)s/last"
echo $$ >>"%(folder)s/runs"
. "%(folder)s/behaviour"
exit ${code:-0}
"""
ANSWER = 'cat "{folder}/answer.json"'
MOODS = {"answers": ANSWER, "slow": "sleep {slow}; " + ANSWER, "fails": "echo 'error: the disk is on fire' >&2; code=3",
         "hangs": "trap '' TERM; sleep 600 & sleep 600", "nonsense": "echo '{{\"blocks\": [{{\"id\": '", "recovers": ANSWER}
GOOD = ("answers", "slow", "recovers")
DIALECTS = ("plain", "tmux", "bash", "zsh", "json", "waybar")
WORDS: Tuple[Tuple[str, ...], ...] = tuple(("--format", name) for name in DIALECTS) + (
    (), ("--ascii",), ("--template", "{used} of {limit}"), ("--format", "claude"))
TOLD = json.dumps({"session_id": "soak", "model": {"display_name": "Opus"}, "cost": {"total_cost_usd": 1}}).encode()
KEYS = ("h", "v", "b", "h", "?", "?", "c", "c", "t", "t", "t", "r")
SIZES = ((80, 24), (40, 10), (120, 40), (20, 5), (80, 24))


class Pace(NamedTuple):
    """How long and how fast, in seconds."""

    whole: float = 3600
    mood: float = 45                   # a mood of ccusage lasts at least so long
    slow: float = 3
    timeout: float = 5
    interval: float = 10
    pause: Tuple[float, float] = (8, 30)       # of a caller between two calls
    bell: float = 60                   # all callers at once, so often
    sample: float = 5
    patience: float = 180
    callers: int = 40
    waits_out: bool = True             # the pauses after failures; else r is pressed


SHORT = Pace(whole=4, mood=0.5, slow=0.3, timeout=0.5, interval=1, pause=(0.5, 2), bell=4, sample=0.2, patience=60, callers=10,
             waits_out=False)


class Sample(NamedTuple):
    """The full screen at one moment."""

    at: float
    rss_kb: int
    fds: int
    threads: int
    processes: int                     # all that belong to the soak, callers too


class Soak:
    """One run; `faults` tells what went wrong."""

    def __init__(self, folder: Path, pace: Pace) -> None:
        self.pace, self.machine = pace, Machine(folder)
        install(self.machine)
        self.program = folder / "program"
        shutil.copytree(str(ROOT / "ccmon"), str(self.program / "ccmon"))        # what is edited meanwhile is no part of it
        self.machine.ccusage.write_text(STAND_IN % {"folder": folder})
        config = self.machine.configure(f"[ccmon]\nplan = max20\ninterval = {pace.interval}\ntimeout = {pace.timeout}\n"
                                        f"line_ttl = {pace.interval}\n")
        os.utime(str(config), (1, 1))
        self.started_at = int(time.time())
        self.tokens, self.known = 1000, {"0"}
        self.faults: List[str] = []
        self.calls: Dict[str, int] = {}
        self.samples: List[Sample] = []
        self.moods: Dict[str, int] = {}
        self.longest_s = 0.0
        self._over, self._bell = threading.Event(), threading.Condition()
        self.set_mood("answers")

    # --- ccusage

    def set_mood(self, mood: str) -> None:
        """How ccusage is from now on; in the good moods it has a new number to tell."""
        if mood in GOOD:
            self.tokens += 100
            self.known.add(self.number())
            self.machine.answers([block(self.started_at - HOUR, self.tokens)])
        self.machine.behaves(MOODS[mood].format(folder=self.machine.folder, slow=self.pace.slow))
        self.moods[mood] = self.moods.get(mood, 0) + 1

    def env(self) -> Dict[str, str]:
        """The environment of every call."""
        return self.machine.env(PYTHONPATH=self.program)

    def number(self) -> str:
        """How lines write the tokens of this moment."""
        return f"{self.tokens / 1000:g}k"

    # --- the callers

    def fault(self, what: str) -> None:
        """Note what went wrong."""
        print(what[:1500], file=sys.stderr)
        if len(self.faults) < 50:
            self.faults.append(f"{time.time() - self.started_at:.0f} s: {what}")

    def caller(self, number: int) -> None:
        """One place that shows the line: every few seconds, and with all the others when the bell rings."""
        chance = random.Random(number)
        while not self._over.is_set():
            self.call(number)
            with self._bell:
                self._bell.wait(chance.uniform(*self.pace.pause))

    def call(self, number: int) -> None:
        """One call of the line."""
        name, words = self.words(number)
        began = time.monotonic()
        done = subprocess.run(words, env=self.env(), cwd=str(self.machine.cwd), input=TOLD, capture_output=True)
        self.longest_s = max(self.longest_s, time.monotonic() - began)
        self.calls[name] = self.calls.get(name, 0) + 1
        line = done.stdout.decode("utf-8", "replace")
        if done.returncode or done.stderr or line.count("\n") != 1 or not line.strip():
            self.fault(f"{words}: {done}")
        numbers = set(re.findall(r"([\d.]+k?)(?:/| of )140k", line))
        if not numbers <= self.known:
            self.fault(f"{words} said {line!r}, not one of {sorted(self.known)}")

    def words(self, number: int) -> Tuple[str, List[str]]:
        """The command of a caller: every second one is ccmon-line."""
        words = WORDS[number // 2 % len(WORDS)]
        if number % 2 and (not words or words[0] == "--format" and words[1] != "claude"):
            return "ccmon-line", [str(self.machine.bin / "ccmon-line"), *words[1:]]
        return "ccmon", self.machine.command("--statusline", *words)

    # --- samples

    def processes(self) -> Dict[int, str]:
        """Everything that runs in the home of this soak, and its command."""
        mark, found = f"HOME={self.machine.home}".encode(), {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if mark in (path / "environ").read_bytes().split(b"\0"):
                    found[int(path.name)] = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            except OSError:
                continue
        return found

    def sample(self, term: Terminal) -> None:
        """Look at the full screen: every process of its session."""
        found, numbers = self.processes(), [0, 0, 0]
        for pid in [pid for pid in found if session(pid) == term.process.pid]:
            for at, value in enumerate(figures(pid)):
                numbers[at] += value
        self.samples.append(Sample(time.time() - self.started_at, numbers[0], numbers[1], numbers[2], len(found)))

    def sampler(self, term: Terminal) -> None:
        """Sample and ring the bell until it is over."""
        rang = time.monotonic()
        while not self._over.wait(self.pace.sample):
            self.sample(term)
            if time.monotonic() - rang > self.pace.bell:
                rang = time.monotonic()
                with self._bell:
                    self._bell.notify_all()

    # --- the run

    def run(self) -> None:
        """All of it."""
        command = self.machine.command()
        with Terminal(command, env=self.env()) as term:
            threads = [threading.Thread(target=self.caller, args=(n,), daemon=True) for n in range(self.pace.callers)]
            threads.append(threading.Thread(target=self.sampler, args=(term,), daemon=True))
            for thread in threads:
                thread.start()
            self.moods_in_turn(term)
            self.ends_right(term)
            self._over.set()
            with self._bell:
                self._bell.notify_all()
            for thread in threads:
                thread.join(PATIENCE_S)
            self.leaves(term)
        self.nothing_left()

    def moods_in_turn(self, term: Terminal) -> None:
        """ccusage in all its moods until the time is over; always to the end of a round."""
        while time.time() - self.started_at < self.pace.whole and term.process.poll() is None:
            for mood in MOODS:
                self.set_mood(mood)
                began = time.monotonic()
                self.play(term, began)
                self.seen(f"{mood} was never seen on the screen", lambda mood=mood: self.shows(term, mood), term, mood)

    def play(self, term: Terminal, began: float) -> None:
        """Somebody presses keys and drags the window about while the mood lasts."""
        for at, key in enumerate(KEYS):
            term.send(key)
            if at < len(SIZES):
                term.resize(*SIZES[at])
            self._over.wait(self.pace.mood / len(KEYS))
        self._over.wait(max(0, self.pace.mood - (time.monotonic() - began)))

    def shows(self, term: Terminal, mood: str) -> bool:
        """Whether the screen says what ccusage says; what it says of failures changes with time, so the note is asked."""
        if mood in GOOD:
            return f"{self.tokens:,} of" in term.text()
        return line_answer.read_state(str(self.machine.cache)).failures > 0

    def seen(self, otherwise: str, what: Callable[[], bool], term: Terminal, mood: str) -> None:
        """Wait for it; note a fault when it never comes."""
        deadline = time.monotonic() + self.pace.patience
        while not what():
            if time.monotonic() > deadline or term.process.poll() is not None:
                self.fault(f"{otherwise}; the screen:\n{term.text()}")
                return
            if mood in GOOD and not self.pace.waits_out:
                term.send("r")
            time.sleep(0.3)

    # --- the end

    def ends_right(self, term: Terminal) -> None:
        """Everyone shows the last number, and so does the store."""
        self.set_mood("recovers")
        self.seen("the last number", lambda: self.shows(term, "recovers"), term, "recovers")
        for number in range(2 * len(WORDS)):
            name, words = self.words(number)
            if "claude" not in words:
                self.seen(f"{words} does not say {self.tokens}", lambda words=words: self.says(self.output(words)), term, "")
        found = json.loads(self.output(self.machine.command("--json")))["session"]["tokens"]
        if found != self.tokens:
            self.fault(f"--json says {found}, not {self.tokens}")
        self.store_is_right()

    def says(self, line: str) -> bool:
        """Whether a line shows the number of this moment."""
        return re.search(rf"(?<![\d.]){self.number()}(?:/| of )140k", line) is not None

    def output(self, words: Sequence[str]) -> str:
        """What a command prints."""
        return subprocess.run(words, env=self.env(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE).stdout.decode()

    def store_is_right(self) -> None:
        """Whole, and with one session of the last number."""
        with closing(sqlite3.connect(str(self.machine.home / ".local/share/ccmon/ccmon.db"))) as db:
            check = db.execute("PRAGMA integrity_check").fetchall()
            rows = db.execute("SELECT input + output FROM session").fetchall()
        if check != [("ok",)] or rows != [(self.tokens,)]:
            self.fault(f"the store: {check}, sessions of {rows} tokens, not {self.tokens}")

    def leaves(self, term: Terminal) -> None:
        """q ends the screen and gives the terminal back."""
        self.cpu_s = term.cpu_s()
        term.send("q")
        code = term.wait_exit(PATIENCE_S)
        if code or term.leftover() != CLEAN:
            self.fault(f"the screen left with {code}: {term.leftover()}")

    def nothing_left(self) -> None:
        """No process, no temporary file, no traceback, never two ccusage at once."""
        deadline = time.monotonic() + PATIENCE_S
        while self.processes() and time.monotonic() < deadline:
            time.sleep(0.1)
        for pid, command in self.processes().items():
            self.fault(f"left over: {pid} {command}")
        self.machine.close()
        files = [path.name for path in self.machine.cache.rglob("*") if path.is_file()]
        if [name for name in files if name.startswith(".")]:
            self.fault(f"temporary files: {files}")
        for path in self.machine.home.rglob("*log*"):
            if path.is_file() and "Traceback" in path.read_text(errors="replace"):
                self.fault(f"{path}: {path.read_text(errors='replace')[-2000:]}")
        if (self.machine.folder / "overlaps").exists():
            self.fault("two ccusage at once: " + (self.machine.folder / "overlaps").read_text().replace("\n", " "))

    def growth_kb(self) -> Optional[int]:
        """How much more memory the screen held in the last fifth than in the second; None when too short to tell."""
        fifth = len(self.samples) // 5
        if fifth < 10:
            return None
        return median(self.samples[-fifth:]) - median(self.samples[fifth:2 * fifth])

    def summary(self) -> str:
        """What was seen, in a few lines."""
        first, last = self.samples[len(self.samples) // 5], self.samples[-1]
        most = [max(column) for column in zip(*self.samples)]
        return "\n".join([
            f"{(time.time() - self.started_at) / 60:.1f} minutes; moods of ccusage: {self.moods}; {self.machine.runs()} runs",
            f"calls of the line: {sum(self.calls.values())} {self.calls}, the longest {self.longest_s:.2f} s",
            f"screen (all its processes): memory {first.rss_kb} kB after a fifth, {last.rss_kb} at the end, {most[1]} at most "
            f"(medians differ by {self.growth_kb()} kB); descriptors {first.fds}, {last.fds}, {most[2]}; "
            f"threads {first.threads}, {last.threads}, {most[3]}; CPU {self.cpu_s:.1f} s",
            f"processes of the soak: {most[4]} at most, {len(self.processes())} left; {len(self.samples)} samples",
            f"faults: {len(self.faults)}", *self.faults])


def session(pid: int) -> int:
    """The session of a process, 0 when it is gone."""
    try:
        return os.getsid(pid)
    except OSError:
        return 0


def figures(pid: int) -> Tuple[int, int, int]:
    """Resident kB, open descriptors and threads of a process; zeros when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        fds = len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return 0, 0, 0
    kb, threads = (int(re.findall(name + r":\s+(\d+)", status)[0]) for name in ("VmRSS", "Threads"))
    return kb, fds, threads


def median(samples: Sequence[Sample]) -> int:
    """The median memory, in kB."""
    return sorted(sample.rss_kb for sample in samples)[len(samples) // 2]


def flat(soak: Soak, most_kb: int = 2048) -> bool:
    """Whether memory and descriptors stayed where they were, once warm."""
    growth, warm = soak.growth_kb(), soak.samples[len(soak.samples) // 5:]
    if growth is not None and growth > most_kb:
        soak.fault(f"the screen grew by {growth} kB")
    late, early = (sorted(s.fds for s in part)[len(part) // 2] for part in (warm[len(warm) // 2:], warm[:len(warm) // 2]))
    if late > early + 2:
        soak.fault(f"descriptors grew from {early} to {late}")
    return not soak.faults


def main() -> int:
    """By hand."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--callers", type=int, default=Pace().callers)
    parser.add_argument("--short", action="store_true", help="the form that runs with the other tests")
    given: Any = parser.parse_args()
    pace = SHORT if given.short else Pace(whole=60 * given.minutes, callers=given.callers)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="ccmon-soak-"))
    soak = Soak(folder, pace)
    try:
        soak.run()
        flat(soak)
        print(soak.summary())
    finally:
        soak.machine.close()
        shutil.rmtree(str(folder), ignore_errors=True)
    return 1 if soak.faults else 0


if __name__ == "__main__":
    sys.exit(main())
