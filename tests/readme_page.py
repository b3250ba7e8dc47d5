"""The pages for people as data, and a machine on which what they say can be tried."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

import pytest
import simulator
from commands import Machine, Result, block

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")}


class Block(NamedTuple):
    """A fenced block."""

    language: str
    text: str
    note: str                          # the HTML comment right above it, "" when there is none


def blocks(page: str) -> List[Block]:
    """The fenced blocks of a page, unindented."""
    fence = r"(?:<!-- (?P<note>.*?) -->\n)?^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^ *```$"
    return [Block(m["language"], "".join(line[len(m["indent"]):] for line in m["text"].splitlines(True)), m["note"] or "")
            for m in re.finditer(fence, page, re.M | re.S)]


def prose(page: str) -> str:
    """The page without its fenced blocks."""
    return re.sub(r"^ *```.*?^ *```$", "", page, flags=re.M | re.S)


def table(heading: str, column: int = 0) -> List[str]:
    """The cells of one column of the first table below a heading, without backquotes."""
    section = README.split(f"# {heading}\n", 1)[1]
    rows = re.search(r"(?:^\|.*\n)+", section, re.M).group(0).splitlines()[2:]  # type: ignore[union-attr]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    return [(name if column == 0 else row[column]).strip("`") for row in cells for name in row[0].split("`, `")]


def example() -> str:
    """The ccusage output of the worked example."""
    return next(b.text for b in blocks(README) if b.note == "the worked example")


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
        (self.cwd / "series.csv").write_text("\n".join(simulator.simulate(simulator.Scenario(seed=1, days=3)).rows()))
        self.types("ccmon history --backup old-laptop.db")
        (self.cwd / "summaries.jsonl").write_text(self.types("ccmon learn --share --subscription Max5").out.splitlines()[-1])

    def types(self, line: str, shell: str = "sh", *flags: str) -> Result:
        """A line typed into a shell, without a terminal."""
        env = self.env(COLUMNS=80, LINES=24, TMUX="/nonexistent,1,0",
                       PATH=f"{self.bin}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}")
        done = subprocess.run([shell, *flags, "-c", line], env=env, cwd=self.cwd, stdin=subprocess.DEVNULL,
                              capture_output=True, encoding="utf-8", timeout=60)
        return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return Newcomer(tmp_path)


def session(tokens: int, ago_s: int = 5000) -> List[Dict[str, Any]]:
    """A completed session of 30,000 tokens, and one that began so many seconds ago."""
    start = int(time.time()) - ago_s
    return [block(start - 86_400, 30_000), block(start, tokens)]
