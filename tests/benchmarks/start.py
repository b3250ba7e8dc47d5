"""What each start of ccmon costs, of two states of it side by side: python tests/benchmarks/start.py [--old COMMIT-or-FOLDER]

Both are installed in environments of their own, with made-up logs, and measured in turns with a bare start of the same
interpreter. A start is the processor time of `python -c pass`; the first frame is measured in wall time, from exec until its last
row is there. --long adds a million log lines. CCUSAGE_20 names the real ccusage, which the first read stands beside.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence

from measure import BARE, ROOT, Cost, cpu_s, first_frame_s, in_turns, run

sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import claude_logs  # noqa: E402
import installs  # noqa: E402
from line import claude_code  # noqa: E402
from reader import write_logs  # noqa: E402
from terminal import Terminal  # noqa: E402

OLD = "fd9e328"                        # the last one before starts were made fast
SESSIONS, EVERY_S, LINES, MANY = 28, 9 * 3600, 115_000, 1_000_000
NONE = "-"
COMMANDS = {"--version": ["--version"], "--help": ["--help"], "config": ["config"], "completion bash": ["completion", "bash"],
            "history, 28 sessions": ["history"], "--once": ["--once"], "--json, nothing new": ["--json"]}
ROW = "{:34} {:>9} {:>6} {:>9} {:>6} {:>4} {:>4}"
CLAUDE = ["--statusline", "--format", "claude"]


class Tree(NamedTuple):
    """A state of ccmon, installed."""

    name: str                          # old or new
    folder: Path                       # of all that belongs to it
    root: Path                         # the checkout
    python: str                        # of its environment

    def env(self, logs: Path) -> Dict[str, str]:
        """Those logs, and a home that goes with them."""
        home = self.folder / "homes" / logs.name
        home.mkdir(parents=True, exist_ok=True)
        return {"HOME": str(home), "CLAUDE_CONFIG_DIR": str(logs), "PATH": f"{self.folder}/bin:/usr/bin:/bin",
                "CCMON_SOURCE": "logs", "LC_ALL": "C.UTF-8", "TERM": "xterm-256color", "TZ": "UTC"}

    def ccmon(self, *words: str) -> List[str]:
        """A call of it."""
        return [str(self.folder / "bin/ccmon"), *words]


def checkout(wanted: str, folder: Path) -> Path:
    """The tree that is meant: a folder, or a commit of this repository, unpacked. SystemExit where it is neither."""
    if (Path(wanted) / "ccmon").is_dir():
        return Path(wanted).resolve()
    archive = subprocess.run(["git", "-C", str(ROOT), "archive", wanted, "ccmon"], stdout=subprocess.PIPE, check=False)
    if archive.returncode:
        sys.exit(f"{wanted} is neither a folder with ccmon in it nor a commit of {ROOT}: name one with --old")
    folder.mkdir()
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)
    return folder


def install(name: str, root: Path, folder: Path) -> Tree:
    """An environment with that checkout and what it needs, as links: as fast to start as any."""
    installs.install(folder, installs.WRAPPER, root)
    return Tree(name, folder, root, str(folder / "bin/python"))


def write_sessions(folder: Path, now: float) -> Path:
    """Logs of made-up sessions, nine hours apart; the last one runs."""
    for number in range(SESSIONS):
        claude_logs.write(folder, claude_logs.talk(seed=number, start=now - 7200 - number * EVERY_S, hours=1.9, messages=40,
                                                   session=f"11111111-2222-4333-8444-{number:012d}"))
    return folder


def modules(words: Sequence[str], env: Dict[str, str], stdin: bytes = b"") -> int:
    """How many modules of ccmon a call loads."""
    done = subprocess.run(words, env={**env, "PYTHONPROFILEIMPORTTIME": "1"}, input=stdin, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, check=False, cwd="/")
    return len(set(re.findall(rb"\| +(ccmon[\w.]*)$", done.stderr, re.MULTILINE)))


def row(name: str, cells: Sequence[str], counts: Sequence[object] = ("", "")) -> None:
    """One row: figure and ratio of the old, of the new, modules of both."""
    print(ROW.format(name, *cells, *counts).rstrip(), flush=True)


def settle(tree: Tree, logs: Path) -> None:
    """Read the logs, learn from them, and let what runs behind it end."""
    for _ in range(3):
        run(tree.ccmon("record"), tree.env(logs), fails=False)
    time.sleep(1)


class Bench:
    """Two trees, and the table."""

    def __init__(self, trees: Sequence[Tree], folder: Path, runs: int) -> None:
        self.trees, self.folder, self.runs, self.now = trees, folder, runs, time.time()
        self.logs = write_sessions(folder / "sessions", self.now)
        for tree in trees:
            settle(tree, self.logs)

    def starts(self, name: str, words: Callable[[Tree], Sequence[str]], logs: Path, stdin: bytes = b"") -> None:
        """A row of processor time."""
        works = {tree.name: partial(self._cpu_s, words(tree), tree.env(logs), stdin) for tree in self.trees}
        figures = in_turns({**works, BARE: partial(self._cpu_s, self.bare(), self.trees[0].env(logs))}, self.runs)
        row(name, cells(figures, self.trees), [modules(words(tree), tree.env(logs), stdin) for tree in self.trees])

    def bare(self) -> List[str]:
        """The interpreter itself."""
        return [self.trees[0].python, "-c", "pass"]

    @staticmethod
    def _cpu_s(words: Sequence[str], env: Dict[str, str], stdin: bytes = b"") -> float:
        return run(words, env, stdin).cpu_s

    def commands(self) -> None:
        """What prints and ends."""
        self.starts("python -c pass", lambda tree: [tree.python, "-c", "pass"], self.logs)
        for name, words in COMMANDS.items():
            self.starts(name, lambda tree, words=words: tree.ccmon(*words), self.logs)  # type: ignore[misc]
        self.starts("record, nothing new", lambda tree: tree.ccmon("record"), self.logs)

    def first_frame(self) -> None:
        """From exec until the whole frame is there, of wall time."""
        works = {tree.name: partial(first_frame_s, tree.ccmon(), tree.env(self.logs)) for tree in self.trees}
        figures = in_turns({**works, BARE: lambda: run(self.bare(), {}).wall_s}, self.runs)
        row("first frame (wall)", cells(figures, self.trees))

    def lines(self) -> None:
        """The cached line for Claude Code, through the shell that it is run by."""
        for name, wrapper in (("line, pip's wrapper", installs.WRAPPER), ("line, old pip's (import re)", installs.OLD_WRAPPER)):
            for tree in self.trees:
                installs.put_program(tree.folder / "bin/ccmon", wrapper, tree.python)
                run(tree.ccmon(*CLAUDE), tree.env(self.logs), claude_code())
            self.starts(name, lambda tree: ["/bin/sh", "-c", " ".join(tree.ccmon(*CLAUDE))], self.logs, claude_code())
        commands = {tree.name: written(tree, self.logs) for tree in self.trees}
        self.starts("  as init claude writes it", lambda tree: ["/bin/sh", "-c", commands[tree.name]], self.logs, claude_code())
        for tree in self.trees:
            installs.put_program(tree.folder / "bin/ccmon", installs.WRAPPER, tree.python)

    def first_read(self, lines: int, runs: int) -> None:
        """The first read, its memory, and a record with nothing new after it."""
        logs = self.folder / f"lines-{lines}"
        write_logs(logs / "projects/p", lines, self.now - 60)
        costs: Dict[str, List[Cost]] = {}
        works = {tree.name: partial(self._first, tree, logs, costs) for tree in self.trees}
        if os.environ.get("CCUSAGE_20"):
            works[BARE] = partial(ccusage_s, logs)
        figures = in_turns(works, runs, 0)
        row(f"first read, {lines:,} lines (wall)", cells(figures, self.trees, "ccusage"))
        row("  peak memory, largest process", [text for tree in self.trees
                                               for text in (f"{max(cost.peak_mb for cost in costs[tree.name]):.0f} MB", "")])
        for tree in self.trees:
            settle(tree, logs)
        self.starts(f"record, {lines:,} lines, no news", lambda tree: tree.ccmon("record"), logs)

    @staticmethod
    def _first(tree: Tree, logs: Path, costs: Dict[str, List[Cost]]) -> float:
        env = tree.env(logs)
        subprocess.run(["rm", "-rf", env["HOME"]], check=True)
        cost = run(tree.ccmon("record"), tree.env(logs), fails=False)
        costs.setdefault(tree.name, []).append(cost)
        return cost.wall_s

    def idle(self, seconds: int) -> None:
        """Both screens open at the same time, and nothing happens."""
        terminals = [Terminal(tree.ccmon(), env=tree.env(self.logs)) for tree in self.trees]
        for terminal in terminals:
            terminal.wait_for("help")
        time.sleep(5)
        began = [cpu_s(terminal.process.pid) for terminal in terminals]
        time.sleep(seconds)
        shares = [100 * (cpu_s(terminal.process.pid) - at) / seconds for terminal, at in zip(terminals, began)]
        for terminal in terminals:
            terminal.send("q")
            terminal.wait_exit()
            terminal.__exit__()
        row(f"open screen, idle {seconds} s", [text for share in shares for text in (f"{share:.2f} %", "")])


def cells(figures: Dict[str, float], trees: Sequence[Tree], unit: Optional[str] = None) -> List[str]:
    """Milliseconds of each tree, and how many bare starts, or times of that program, they are."""
    found = []
    for tree in trees:
        bare = figures.get(BARE)
        found += [f"{1000 * figures[tree.name]:,.1f} ms", f"{figures[tree.name] / bare:.2f}" if bare else NONE]
    return found


def written(tree: Tree, logs: Path) -> str:
    """The command that ccmon init claude writes there."""
    env = tree.env(logs)
    subprocess.run(tree.ccmon("init", "claude", "--write"), env=env, stdout=subprocess.DEVNULL, check=False)
    settings = logs / "settings.json"
    command = json.loads(settings.read_text())["statusLine"]["command"]
    settings.unlink()
    return str(command)


def ccusage_s(logs: Path) -> float:
    """Wall time of the real ccusage on the same logs."""
    env = {"HOME": str(logs), "CLAUDE_CONFIG_DIR": str(logs), "PATH": os.environ["PATH"]}
    return run([os.environ["CCUSAGE_20"], "blocks", "--json", "--offline"], env, fails=False).wall_s


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", default=OLD, help="a commit, or a folder with ccmon in it")
    parser.add_argument("--runs", type=int, default=11)
    parser.add_argument("--reads", type=int, default=3, help="how often the logs are read for the first time")
    parser.add_argument("--seconds", type=int, default=60, help="of an open screen")
    parser.add_argument("--long", action="store_true", help="a million log lines, too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        roots = {"old": checkout(given.old, folder / "checkout"), "new": ROOT}
        bench = Bench([install(name, root, folder / name) for name, root in roots.items()], folder, given.runs)
        print(f"old: {given.old}, new: {ROOT}; Python {sys.version.split()[0]}, {os.cpu_count()} cores; medians of {given.runs}")
        row("", ["old", "starts", "new", "starts"], ["mod.", "mod."])
        bench.commands()
        bench.first_frame()
        bench.lines()
        bench.first_read(LINES, given.reads)
        if given.long:
            bench.first_read(MANY, 1)
        if given.seconds:
            bench.idle(given.seconds)


if __name__ == "__main__":
    main()
