"""The golden screens: tests/golden/<scene>-<width>x<height>.txt is what the user sees, .roles the same cells as letters.

Letters: t text, T title, l label, v value, d dim, a accent, o ok, f fair, w warn, D danger, m marker, k key, r track;
a blank stays a blank. A wide character has its letter twice. To rewrite them on purpose:
UPDATE_GOLDEN=1 pytest tests/test_views_golden.py
"""

import os
from pathlib import Path
from typing import Iterator, List, Sequence

import pytest
from scenes import SCENES

from ccmon import text
from ccmon.text import ROLES, Line

GOLDEN = Path(__file__).parent / "golden"
LETTERS = {"text": "t", "title": "T", "label": "l", "value": "v", "dim": "d", "accent": "a", "ok": "o", "fair": "f", "warn": "w",
           "danger": "D", "marker": "m", "key": "k", "track": "r"}
SHOTS = """
80x24 active40 active60 active85 active110 active40-noemoji active40-ascii active110-ascii low began ending unseen switched
80x24 limit-unknown ml-auto reset-hour reset-list big notices message failed compact idle idle-ascii idle-failed idle-nothing
80x24 reading missing missing-node history-empty history-scrolled help
80x24 official official-ascii official-old official-week official-hour idle-official
80x24 windows week-used-up model-used-up idle-week-used-up
60x15 windows week-used-up
40x10 windows week-used-up
20x5 week-used-up official-week
120x40 windows
80x24 learned learned-tokens learned-official learned-ascii learned-unsure learned-unused learned-switched learned-changed
80x24 learned-hit unlearned
60x15 learned learned-official unlearned
40x10 learned unlearned learned-hit
20x5 learned-official learned-hit
80x1 learned-official
120x40 learned
80x24 chart-day chart-many chart-older chart-week chart-month chart-ascii chart-many-ascii heat heat-ascii
60x15 chart-day chart-many chart-week heat heat-ascii
40x10 chart-day chart-many chart-month heat heat-ascii chart-ascii
20x5 chart-day heat history-few
120x40 chart-many heat history-hours
80x24 history-week history-week-ascii
40x10 history-week
20x5 history-week
80x9 official
60x15 idle-official
40x10 official-old idle-official
60x15 active60 active110 notices reset-hour idle idle-nothing missing history-few help
40x10 active60 active110 reset-hour failed idle missing history-few help
20x5 active60 active110 idle missing help message
80x1 active60 failed
40x2 active60
1x1 active60 active110 idle
120x40 wide idle history-few
200x50 wide
"""


def shots() -> Iterator[str]:
    """The names of all golden screens."""
    for size, *names in map(str.split, SHOTS.strip().splitlines()):
        yield from (f"{name}-{size}" for name in names)


def cells(line: Line) -> str:
    """The role letter of every cell, blanks left blank."""
    letters = ((LETTERS[span.role] if char != " " else " ") * text.char_width(char) for span in line for char in span.text)
    return "".join(letters).rstrip()


def drawn(lines: Sequence[Line], height: int) -> List[str]:
    """Both files: the text and the letters."""
    rows = [*lines, *[()] * (height - len(lines))]
    return ["".join(made(row) + "\n" for row in rows) for made in (text.plain, cells)]


def test_every_role_has_a_letter_of_its_own():
    assert set(LETTERS) == set(ROLES) and len(set(LETTERS.values())) == len(ROLES)


@pytest.mark.parametrize("name", list(shots()))
def test_screen(name):
    scene, size = name.rsplit("-", 1)
    width, height = map(int, size.split("x"))
    shot = SCENES[scene]()
    files = [GOLDEN / (name + suffix) for suffix in (".txt", ".roles")]
    now = drawn(shot.render(shot.scene, width, height), height)
    missing = [] if os.environ.get("UPDATE_GOLDEN") else [file.name for file in files if not file.exists()]
    for file, content in zip(files, now):
        if os.environ.get("UPDATE_GOLDEN") or not file.exists():
            file.write_text(content, encoding="utf-8")
    assert not missing, f"{missing} was missing and is written: look at it"
    assert [file.read_text(encoding="utf-8") for file in files] == now


def test_no_golden_file_is_left_over():
    assert sorted(file.stem for file in GOLDEN.glob("*.*")) == sorted(2 * list(shots()))


@pytest.mark.parametrize("words", [
    "session 13:00-18:00", "40 %", "14,012 of 35,000", "20,988 left", "limit: plan max5 (reference)", "Europe/Warsaw", "max5",
    "2h 17m to 18:00 (session end)", "next reference time 18:00", "15:42:10", "69 /min", "last hour", "152 /min",
    "to the reset", "20:48", "2h 48m after, last-hour rate",
    "$3.10", "opus-4-1, sonnet-4-5", "1.1M read  70k new", "13:00", "17:00",
    "35k", "limit", "q quit", "r refresh", "p plan", "h history", "t theme", "? help", "ccusage 20.0.24, 2 s"])
def test_nothing_is_dropped_at_80_columns(words):
    shot = SCENES["active40"]()
    assert words in "\n".join(map(text.plain, shot.render(shot.scene, 80, 24)))


@pytest.mark.parametrize("name", ["active40", "official"])
def test_columns_do_not_move_without_emoji(name):
    def bare(name: str) -> List[str]:
        shot = SCENES[name]()
        rows = ["".join(span.text for span in row) for row in shot.render(shot.scene, 80, 24)]
        return ["".join("  " if text.char_width(char) == 2 else char for char in row) for row in rows]

    assert bare(name) == bare(f"{name}-noemoji")


@pytest.mark.parametrize("size, wanted", [
    ((40, 10), [["60 %"], ["21k of 35k", "14k left"], ["2h 17m"], ["17:58"], ["Runs out at", "before the reset"]]),
    ((20, 5), [["60 %"], ["14k left"], ["18:00"]]),
    ((80, 1), [["CC 60% 21k/35k 103/min out 17:58 reset 18:00"]])])
def test_what_small_windows_keep(size, wanted):
    shot = SCENES["active60"]()
    shown = "\n".join(map(text.plain, shot.render(shot.scene, *size)))
    assert all(word in shown for words in wanted for word in words)
