"""Whether the line is seen, told by what a shell showed when it was started: one sentence, and the command that leads on."""

from __future__ import annotations

import re
from typing import Callable, FrozenSet, Optional, Tuple

from ccmon.named_tuple import NamedTuple
from ccmon.setup import probe_texts
from ccmon.setup.prompt_names import Maker, maker_of
from ccmon.setup.small_screen import SmallScreen
from ccmon.setup.snippets import for_sh
from ccmon.text import clip, printable, width

SEEN, NOT_SEEN, UNKNOWN = "seen", "not seen", "unknown"
SHELLS = ("bash", "zsh", "fish")
ROWS = 24
USUAL_COLUMNS, WIDE_COLUMNS = 80, 300
GAP_CELLS = 3                          # that shells keep free beside a right prompt
LEAST_ROOM = 30                        # cells for what is typed, of a row of 80
MOST_SHOWN = 40                        # cells of what a start-up file asks
_OTHER_PROGRAMS = ("tmux", "screen", "zellij")
_NAME = re.compile(r"(?<![='\"+])\$\{?(?:CCMON_LINE|_ccmon_)")   # a trace (set -x) shows it otherwise
_PASTE_ON = "\x1b[?2004h"
_TITLES = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9:;<=>?]*[ -/]*[@-~]|\x1b[ -/]*.")


class Visibility(NamedTuple):
    """Whether the line is seen in a place."""

    state: str                         # seen | not seen | unknown
    says: str                          # the rest of a sentence that begins with the state
    command: Optional[str] = None      # what leads on
    is_partial: bool = False           # seen, but not everywhere


class Start(NamedTuple):
    """How a shell came up, and where."""

    shell: str
    has_prompt: bool
    program: Optional[str]             # what had the terminal at the end
    beside: Tuple[str, ...]            # what else ran in the shell's group
    status: Optional[int]              # of a shell that had ended
    took_s: float
    written: str
    columns: int
    report: FrozenSet[str]             # the rows that the stand-in left in its file
    mark: str
    path: str                          # of the start-up file
    line: int                          # at which ccmon's lines begin in it
    is_last: bool                      # nothing follows them
    is_above: bool = False             # they ask for a row above the prompt


def screen_of(written: str, columns: int) -> SmallScreen:
    """The screen after that."""
    screen = SmallScreen(columns, ROWS)
    screen.write(written)
    return screen


def shows(shell: str, mark: str, columns: int) -> Callable[[str], Optional[bool]]:
    """A function that tells whether what is written shows the line; None as long as it shows no prompt."""
    def judged(written: str) -> Optional[bool]:
        drawn = (["", *written.split(_PASTE_ON)[1:]])[-1] if shell == "fish" else written          # fish greets before that
        if not _TITLES.sub("", drawn).strip():
            return None
        return is_shown(screen_of(written, columns), mark)
    return judged


def is_shown(screen: SmallScreen, mark: str) -> bool:
    """Whether the line stands there; what a trace (set -x) says of an assignment is no line."""
    return re.search(rf"(?<![=\w'\"]){re.escape(mark)}", screen.text()) is not None


def room_beside(written: str, mark: str) -> Optional[int]:
    """Cells that a prompt on the wide terminal leaves for the line in a row of the usual width; None where it is not there."""
    screen = screen_of(written, WIDE_COLUMNS)
    if not is_shown(screen, mark):
        return None
    behind = re.search(rf"{re.escape(mark)}-*(.*)", "\n".join(screen.rows()))
    return USUAL_COLUMNS - screen.column - (width(behind[1]) if behind else 0) - GAP_CELLS


def of_start(start: Start, room_when_wide: Callable[[], Optional[int]]) -> Visibility:
    """What a shell's start says of the line. room_when_wide: what room_beside says of another one, on the wide terminal."""
    reads = start.shell == "fish" and _PASTE_ON in start.written      # beside it, fish makes its completions at first
    if not start.has_prompt or (start.beside and probe_texts.BLOCK not in start.report and not reads):
        return _without_prompt(start)
    screen = screen_of(start.written, start.columns)
    if is_shown(screen, start.mark):
        return _seen(start, screen)
    return _not_seen(start, screen, room_when_wide)


def _seen(start: Start, screen: SmallScreen) -> Visibility:
    room = USUAL_COLUMNS - screen.column
    if start.shell == "bash" and not start.is_above and (room < LEAST_ROOM or _wraps(start, screen)):
        left = f"leaves {room} cells" if 0 < room <= USUAL_COLUMNS and not _wraps(start, screen) else "leaves no room"
        return Visibility(SEEN, f"a new bash shows it, but {left} of a row of {USUAL_COLUMNS} for what is typed; "
                                "it can have a row of its own", row_command("bash"))
    return Visibility(SEEN, f"a new {start.shell} shows it")


def _wraps(start: Start, screen: SmallScreen) -> bool:
    """Whether the prompt with the line goes on in a further row, on a terminal of the usual width."""
    return start.columns <= USUAL_COLUMNS and screen.row > 0 and start.mark in screen.rows()[screen.row - 1] \
        and len(screen.rows()[screen.row - 1]) == start.columns


def row_command(shell: str) -> str:
    """The command that gives the line a row of its own above the prompt."""
    return f"ccmon init {shell} --write --above"


# --- no prompt ------------------------------------------------------------------------------------------------------------

def _without_prompt(start: Start) -> Visibility:
    shell, programs = start.shell, [name for name in (start.program or "", *start.beside) if name]
    if start.status is not None:
        how = f"by signal {-start.status}" if start.status < 0 else f"with status {start.status}"
        return Visibility(UNKNOWN, f"{shell} ended {how} before it came to a prompt", edit(start.path, start.line))
    other = next((name for name in (*SHELLS, *_OTHER_PROGRAMS) if name != shell and any(name in program for program in programs)),
                 None)
    if other:
        leads = f"ccmon init {other} --write" if other in (*SHELLS, "tmux") else edit(start.path, start.line)
        return Visibility(NOT_SEEN, f"a start-up file of {shell} starts {other}, which has a line of its own", leads)
    runs = ", ".join(dict.fromkeys(printable(program) for program in programs if shell not in program))
    still = f": {runs} still runs" if runs else ""
    says = f"{shell} came to no prompt within {start.took_s:.0f} s{still}{_last_shown(start)}"
    return Visibility(UNKNOWN, says, edit(start.path, start.line))


def _last_shown(start: Start) -> str:
    rows = [row.strip() for row in screen_of(start.written, start.columns).rows() if row.strip()]
    return f"; the last that it showed is '{clip(printable(rows[-1]), MOST_SHOWN)}'" if rows else ""


def edit(path: str, line: int) -> str:
    """Open the file at the line."""
    return f"${{EDITOR:-vi}} +{line} {for_sh(path)}"


# --- a prompt without the line --------------------------------------------------------------------------------------------

def _not_seen(start: Start, screen: SmallScreen, room_when_wide: Callable[[], Optional[int]]) -> Visibility:
    shell, path = start.shell, start.path
    again = f"ccmon init {shell} --undo && ccmon init {shell} --write"
    if probe_texts.BLOCK not in start.report:
        return Visibility(NOT_SEEN, f"{shell} does not get to ccmon's lines in {path}: something above them ends it"
                                    f", or waits for a key{_last_shown(start)}", edit(path, start.line))
    if start.report & {probe_texts.FIXED, probe_texts.NO_VARS}:
        why = "is read-only there" if probe_texts.FIXED in start.report else "may not call anything, as promptvars is off"
        has_row = shell == "bash" and not start.is_above and probe_texts.NO_HOOK not in start.report
        return Visibility(NOT_SEEN, f"the prompt of {shell} {why}, and stays as it is",
                          row_command(shell) if has_row else edit(path, start.line))
    room = room_when_wide() if shell != "bash" else None
    if room is not None:
        leads = f"ccmon config set max_width {room}" if room >= probe_texts.LEAST_CELLS else "ccmon init tmux"
        return Visibility(NOT_SEEN, f"a row of {USUAL_COLUMNS} cells has no room for it beside the prompt", leads)
    maker = maker_of(start.report)
    if maker and maker.target:
        return Visibility(NOT_SEEN, _made_by(maker), f"ccmon init {maker.target}")
    if _NAME.search("".join(screen.rows()[max(0, screen.row - 1):screen.row + 1])):
        option = "promptvars" if shell == "bash" else "prompt_subst"
        return Visibility(NOT_SEEN, f"the prompt shows the text that stands for it, as {option} is off",
                          again if not start.is_last else edit(path, start.line))
    if not start.is_last:
        return Visibility(NOT_SEEN, f"what stands below ccmon's lines in {path} makes the prompt anew", again)
    made = _made_by(maker) if maker else f"a start-up file of {shell} makes the prompt anew each time, without it"
    leads = row_command(shell) if shell == "bash" and not start.is_above else edit(path, start.line)
    return Visibility(NOT_SEEN, made, leads)


def _made_by(maker: Maker) -> str:
    return f"{maker.name} makes the prompt, and knows nothing of it"

