"""`ccmon doctor`: a verdict on one topic, a file as measured, the commands that mend what is wrong; the page of verdicts."""

from __future__ import annotations

import re

from ccmon import text
from ccmon.quick_typing import Any, Container, Dict, Iterator, List, NamedTuple, Optional
from ccmon.setup.snippets import for_sh
from ccmon.text import Line, Span, pad, plural, printable, width

OK, HINT, FAULT = "ok", "hint", "fault"
UPDATE = "git pull && .venv/bin/pip install ."
HOMELESS = 'export HOME="$(eval echo "~$(id -un)")"'           # no getent on macOS


class Check(NamedTuple):
    """The verdict on one topic."""

    topic: str
    state: str                         # ok | hint | fault
    says: str
    mend: Optional[str] = None         # a command for a shell; None when it is ok


class FileStat(NamedTuple):
    """A file or folder, and what this user may do with it."""

    path: str
    exists: bool = False
    folder: bool = False
    mode: int = 0                      # permission bits
    own: bool = True
    readable: bool = True
    writable: bool = True


def exit_code(checks: List[Check]) -> int:
    """1 when something has to be mended."""
    return 1 if any(check.state == FAULT for check in checks) else 0


def summary(checks: List[Check]) -> str:
    """2 faults, 1 hint; or that there is none."""
    numbers = [(sum(check.state == state for check in checks), state) for state in (FAULT, HINT)]
    return ", ".join(plural(number, state) for number, state in numbers if number) or "nothing is wrong"


class Commands(NamedTuple):
    """The commands as this user can type them."""

    home: Optional[str]
    is_foreign: bool = False           # it is the home of another user, as after sudo -E: HOME is what is wrong
    variables: Container[str] = ()     # names, of the environment

    def setting(self, name: str, value: str) -> str:
        """Set an option, the value being one word of a shell: in the environment, where that hides the configuration."""
        variable = f"CCMON_{name.upper()}"
        return f"export {variable}={value}" if variable in self.variables else f"ccmon config set {name} {value}"

    def unset(self, origin: str, line: int, config: Optional[FileStat]) -> str:
        """Take back what was set at that line of config.ini, by that variable or by that flag (line 0); else lead to it."""
        if config and (line or config.exists and not origin):
            return self.edit(config.path, line)
        if not origin:
            return "env | grep ^CCMON_"
        return "ccmon doctor" if origin.startswith("--") else f"unset {origin}"

    @property
    def stem(self) -> str:
        """The home without a slash at its end; "" where there is none."""
        return (self.home or "").rstrip("/")

    def inside(self, path: str) -> bool:
        """Whether it lies in the home."""
        return bool(self.stem) and path.startswith(self.stem + "/")

    def word(self, path: str) -> str:
        """One word of a shell command, with ~ for the home."""
        return "~/" + for_sh(path[len(self.stem) + 1:]) if self.inside(path) else for_sh(path)

    def in_command(self, command: str) -> str:
        """A command with ~ for the home, where no quotes stand around it."""
        return re.sub(rf"(?<= ){re.escape(self.stem)}/", "~/", command) if self.stem else command

    def edit(self, path: str, line: int) -> str:
        """Open the file at the line."""
        return f"${{EDITOR:-vi}} +{max(1, line)} {self.word(path)}"

    def take(self, status: FileStat, variable: Optional[str]) -> str:
        """Make it, and what is in it, this user's alone."""
        return self.permit(status, "go-w" if status.own else "-R go-w", variable)

    def permit(self, status: FileStat, how: str, variable: Optional[str], more: str = "") -> str:
        """Let this user use it. What is neither theirs nor in their home is left alone: the variable led there, or HOME."""
        if status.own:
            return f"chmod {how} {self.word(status.path)}{more}"
        if self.inside(status.path) and not self.is_foreign:
            return f'sudo chown {"-R " if how.startswith("-R") else ""}"$(id -un)" {self.word(status.path)}{more}'
        return f"unset {variable}" if variable else HOMELESS

    def untangle(self, path: str, link: bool) -> str:
        """Make the file of a link that leads to it, which stays where it is; move anything else out of the way."""
        if link:
            word, new = self.word(path), self.word(path + ".new")
            return f"(umask 077; cp {word} {new}) && mv {new} {word}"
        return self.aside(path, "moved")

    def aside(self, path: str, name: str) -> str:
        """Move it away, with what begins with its name, into a new folder beside it."""
        folder, _, file = path.rpartition("/")
        return f"(cd {self.word(folder)} && mv {for_sh(file)}* \"$(mktemp -d {name}.XXXXXX)\")"

    def largest(self, path: str) -> str:
        """List what takes the room on its disk, the largest last: only the user can say what may go."""
        return f"du -xh {'~' if self.inside(path) else self.word(path.rpartition('/')[0] or '/')} | sort -h | tail -n 20"


# --- the page ---------------------------------------------------------------------------------------------------------

STATES = {OK: "ok", HINT: "warn", FAULT: "danger"}             # roles
_STATE_CELLS, _TOPIC_CELLS = 7, 13
_NAMES_COMMAND = "ccmon init "          # whole: it is copied
_WORDS = re.compile(r"(?:'[^']*'|\"[^\"]*\"|\$\([^)]*\)|[^\s'\"])+")       # of a shell: what is quoted stays together


def page_lines(checks: List[Check], home: Optional[str], cells: int) -> List[Line]:
    """Nothing is wider than asked, but for a word of a command that has to be: it is copied whole."""
    out = [line for check in checks for line in _rows(check, home or "", cells)]
    role = STATES[FAULT] if exit_code(checks) else STATES[OK]
    return [*out, (Span(""),), text.clip_line((Span(summary(checks), role),), cells)]


def _rows(check: Check, home: str, cells: int) -> Iterator[Line]:
    begin = (Span(pad(check.state, _STATE_CELLS), STATES[check.state]), Span(pad(check.topic, _TOPIC_CELLS), "label"))
    room = max(1, cells - _STATE_CELLS - _TOPIC_CELLS)
    says = _fitted(_with_tilde(printable(check.says), home), room,
                   check.state != OK or _NAMES_COMMAND in check.says)
    for number, row in enumerate(says):
        head = begin if number == 0 else (Span(" " * (_STATE_CELLS + _TOPIC_CELLS)),)
        yield text.clip_line((*head, Span(row)), cells)
    for number, row in enumerate(_broken(check.mend or "", cells - _STATE_CELLS - 5)):
        yield (Span(" " * _STATE_CELLS), Span("run: " if number == 0 else "     ", "dim"), Span(row, "value"))


def _with_tilde(words: str, home: str) -> str:
    stem = home.rstrip("/")
    return re.sub(rf"(?<![\w/]){re.escape(stem)}(?=/)", "~", words) if stem else words


def _fitted(words: str, cells: int, may_wrap: bool) -> List[str]:
    """A verdict is one row, with the middle of a long path left out; what is wrong, or to be typed, goes on below."""
    if width(words) <= cells:
        return [words]
    if may_wrap:
        return text.wrap(words, cells)
    half = max(0, cells - 2) // 2
    return [text.clip(words, cells - 2 - half) + ".." + text.clip(words[::-1], half)[::-1]]


def _broken(command: str, cells: int) -> List[str]:
    """The command in rows that a shell takes as one, broken between words."""
    rows: List[str] = []
    for word in _WORDS.findall(command):
        if rows and width(rows[-1]) + 1 + width(word) <= cells - 2:
            rows[-1] += " " + word
        else:
            rows.append(word)
    return [row + " \\" for row in rows[:-1]] + rows[-1:] if width(command) > cells else [command] if command else []


def document(checks: List[Check]) -> Dict[str, Any]:
    """What --json prints."""
    return {"ok": not exit_code(checks), "faults": sum(check.state == FAULT for check in checks),
            "hints": sum(check.state == HINT for check in checks), "checks": [check._asdict() for check in checks]}
