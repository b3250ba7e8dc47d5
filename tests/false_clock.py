"""A clock of our own for the processes of one test: set ahead, set back, and moved while they run.

Python's `time.time` is replaced in them as they start. The monotonic clock goes on undisturbed, as it does when the user
sets the time, or when a laptop sleeps; so do the times that the system gives to files.
"""

import os
from pathlib import Path
from typing import Dict

import pytest
from commands import ROOT

REPLACED = """
import time

def _moved(real=time.time, path=%r):
    with open(path) as file:
        return real() + int(file.read())

time.time = _moved
"""


class FalseClock:
    """The difference to the real time that the processes with this environment see."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "false_clock"
        self._folder.mkdir()
        self._file = self._folder / "ahead"
        (self._folder / "sitecustomize.py").write_text(REPLACED % str(self._file))
        self.ahead(0)

    def ahead(self, seconds: int) -> None:
        """From now on the clock is ahead of the real one by so many seconds, or behind."""
        temporary = self._folder / "next"
        temporary.write_text(f"{seconds}\n")
        os.replace(temporary, self._file)

    def env(self) -> Dict[str, str]:
        """What makes a process see this clock."""
        return {"PYTHONPATH": f"{self._folder}{os.pathsep}{ROOT}"}


@pytest.fixture
def false_clock(tmp_path):
    """A clock that only the processes with its environment see."""
    return FalseClock(tmp_path)
