"""The pages for people as data, read once: README, manual and others; and a machine on which what they say can be tried."""

import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

import simulator
from commands import Machine, Result, block

ROOT = Path(__file__).resolve().parent.parent
MANUAL = ("ccmon", "ccmon-line", "ccmon-history", "ccmon-learn", "ccmon-config")
FOR_USERS = ("README.md", *(f"man/{name}.md" for name in MANUAL))
PAGES = {name: (ROOT / name).read_text(encoding="utf-8")
         for name in (*FOR_USERS, "CONTRIBUTING.md", "CHANGELOG.md", "tests/backtest/README.md", "tests/faults/README.md")}
README = PAGES["README.md"]
_FENCE = re.compile(r"(?:<!-- (?P<note>[^\n]*) -->\n)?^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^ *```$", re.M | re.S)
_NEEDS_A_SHELL = re.compile(r"[|<>$;&`(*~]|^(?!ccmon )")


class Block(NamedTuple):
    """A fenced block."""

    page: str                          # README.md
    language: str
    text: str                          # unindented
    note: str                          # the HTML comment right above it, "" when there is none

    @property
    def lines(self) -> List[str]:
        """What is typed, without the comments behind it; a line that is shifted belongs to the one before."""
        text = re.sub(r"\n +", " ", re.sub(r"  +# .*", "", self.text))
        return [line.strip() for line in text.splitlines() if line.strip()]


def _blocks(page: str) -> List[Block]:
    return [Block(page, m["language"], "".join(line[len(m["indent"]):] for line in m["text"].splitlines(True)), m["note"] or "")
            for m in _FENCE.finditer(PAGES[page])]


BLOCKS = [one for page in FOR_USERS for one in _blocks(page)]
TYPED = [one for one in BLOCKS if one.language == "sh"]
OUTPUTS = [one for one in BLOCKS if one.note.startswith("output of: ")]
EXAMPLE = next(one.text for one in BLOCKS if one.note == "the worked example")         # what ccusage says in it


def prose(page: str) -> str:
    """The page without its fenced blocks."""
    return re.sub(r"^ *```.*?^ *```$", "", PAGES[page], flags=re.M | re.S)


def section(page: str, heading: str) -> str:
    """What stands below a heading, as far as the next one of its level or above."""
    marks, text = re.search(rf"^(#+) {re.escape(heading)}\n(.*)", PAGES[page], re.M | re.S).groups()  # type: ignore[union-attr]
    return re.split(rf"^#{{1,{len(marks)}}} ", text, flags=re.M)[0]


def table(page: str, heading: str, column: int = 0) -> List[str]:
    """The cells of one column of the first table below a heading, without backquotes."""
    rows = re.search(r"(?:^\|.*\n)+", section(page, heading), re.M).group(0).splitlines()[2:]  # type: ignore[union-attr]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    return [(name if column == 0 else row[column]).strip("`") for row in cells for name in row[0].split("`, `")]


def named(page: str, heading: str) -> List[str]:
    """The names that begin the items of lists below a heading, the options without their values."""
    lead = re.findall(r"^- ((?:`[^`]+`(?:, )?)+)", section(page, heading), re.M)
    return [name.split(" ")[0] if name[:2] == "--" else name for names in lead for name in re.findall(r"`([^`]+)`", names)]


def anchors(page: str) -> List[str]:
    """The anchors that a Git host gives to the headings."""
    headings = [re.sub(r"[`*]", "", title) for title in re.findall(r"^#+ (.*)$", prose(page), re.M)]
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings]


# --- an isolated machine ----------------------------------------------------------------------------------------------

class Newcomer(Machine):
    """A machine on which `ccmon` is on PATH, used with the real clock."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.script("ccmon", f"exec '{sys.executable}' -m ccmon \"$@\"\n")
        self.answers(session(2_800))

    def script(self, name: str, text: str) -> None:
        """Put a program on PATH."""
        path = self.bin / name
        path.write_text("#!/bin/sh\n" + text, encoding="utf-8")
        path.chmod(0o755)

    def says(self, text: str) -> None:
        """ccusage prints this text from now on."""
        (self.folder / "text").write_text(text, encoding="utf-8")
        self.behaves(f"cat '{self.folder}/text'")

    def has_files_of_others(self) -> None:
        """A series of percentages, a summary that somebody has posted, and the history of another machine."""
        if not (self.cwd / "series.csv").exists():
            (self.cwd / "series.csv").write_text("\n".join(simulator.simulate(simulator.Scenario(seed=1, days=3)).rows()))
            self.types("ccmon history --backup old-laptop.db")
            (self.cwd / "summaries.jsonl").write_text(self.types("ccmon learn --share --subscription Max5").out.splitlines()[-1])

    def types(self, line: str, shell: str = "sh", *flags: str) -> Result:
        """A line typed into a shell, without a terminal; the shell itself is left out where it has nothing to do."""
        env = {"COLUMNS": 80, "LINES": 24, "TMUX": "/nonexistent,1,0",
               "PATH": f"{self.bin}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}"}
        if shell == "sh" and not _NEEDS_A_SHELL.search(line):
            return self.run(*shlex.split(line)[1:], now=None, **env)
        done = subprocess.run([shell, *flags, "-c", line], env=self.env(**env), cwd=self.cwd, stdin=subprocess.DEVNULL,
                              capture_output=True, encoding="utf-8", timeout=60)
        return Result(done.returncode, done.stdout, done.stderr)


def session(tokens: int, ago_s: int = 5000) -> List[Dict[str, Any]]:
    """A completed session of 30,000 tokens, and one that began so many seconds ago."""
    start = int(time.time()) - ago_s
    return [block(start - 86_400, 30_000), block(start, tokens)]
