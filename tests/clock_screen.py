"""The clock program in a terminal, for the tests of the terminal door."""

import os
import re
import sys
from pathlib import Path

import pytest
from terminal import Terminal

APP = str(Path(__file__).parent / "data" / "clock_app.py")


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


def clock(log, tick_s=0.05, **options):
    """The clock program in a terminal."""
    return Terminal([sys.executable, APP, str(log), str(tick_s)], **options)


def environment(**changes):
    """The environment with changes; None removes."""
    merged = {**os.environ, **changes}
    return {name: value for name, value in merged.items() if value is not None}


def ticks(term):
    """How often the clock has been painted, 0 before the first time."""
    found = re.search(r"tick (\d+)", term.text())
    return int(found.group(1)) if found else 0


def drawn(term, often=2):
    """Wait until the clock has been painted that often, so the frame before is complete."""
    term.wait_until(lambda: ticks(term) >= often, "ticks")


def role_colours(term):
    """The colour in which each role's name is painted on the fourth row."""
    row = term.lines()[3]
    return {word.group(): term.style_at(3, word.start()) for word in re.finditer(r"\w+", row)}
