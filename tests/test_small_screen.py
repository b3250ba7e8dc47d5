"""The small terminal in which a prompt is read, beside pyte."""

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.setup.prompt_probe import SmallScreen

pytestmark = pytest.mark.newest_only

COLUMNS, ROWS = 12, 4
NUMBER = st.integers(0, 15).map(lambda number: str(number or ""))
MOVES = st.builds("\x1b[{}{}".format, NUMBER, st.sampled_from("ABCDGdX"))
PLACES = st.builds("\x1b[{};{}{}".format, NUMBER, NUMBER, st.sampled_from("Hf"))
ERASED = st.builds("\x1b[{}{}".format, st.sampled_from(["", "0", "1", "2"]), st.sampled_from("JK"))
SHIFTS = st.builds("\x1b[{}{}".format, NUMBER, st.sampled_from("P@"))
OTHERS = st.sampled_from(["\r", "\n", "\b", "\t", "\x1b7", "\x1b[31m", "\x1b[?2004h", "\x1b]0;title\x07", "\x1b(B", "\x1b=",
                          "%" + " " * (COLUMNS - 1), "\r \r"])
TEXT = st.text(alphabet="abc $>", max_size=15)


def from_a_column(moves):
    """Begun at a column: pyte leaves the cursor behind the last cell when it goes elsewhere from there, terminals do not."""
    return st.builds("\x1b[{}G{}".format, st.integers(1, COLUMNS), moves)


@settings(derandomize=True)               # pyte has corners of its own
@given(st.lists(st.one_of(TEXT, *map(from_a_column, (MOVES, PLACES, ERASED, SHIFTS, OTHERS))), max_size=25))
def test_it_shows_what_a_terminal_shows(pieces):
    ours, theirs = SmallScreen(COLUMNS, ROWS), pyte.Screen(COLUMNS, ROWS)
    ours.write("".join(pieces))
    pyte.Stream(theirs).feed("".join(pieces))
    assert ours.rows() == [row.rstrip() for row in theirs.display]
    assert (ours.row, ours.column) == (theirs.cursor.y, min(theirs.cursor.x, COLUMNS - 1))


@given(st.text(alphabet="\x1b[]();?0123456789ABCHJKmX\x07\r\n\u4e2d\u0301 abc", max_size=200))
def test_no_text_is_too_much_for_it(text):
    screen = SmallScreen(COLUMNS, ROWS)
    screen.write(text)
    assert len(screen.rows()) == ROWS and 0 <= screen.row < ROWS and 0 <= screen.column < COLUMNS
