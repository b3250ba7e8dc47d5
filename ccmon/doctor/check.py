"""The values of `ccmon doctor`: a verdict on one topic, a file as it was measured, and the commands that mend what is wrong."""

from __future__ import annotations

import re
from typing import Container, List, Optional

from ccmon.named_tuple import NamedTuple
from ccmon.setup.snippets import for_sh
from ccmon.text import plural

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

    def inside(self, path: str) -> bool:
        """Whether it lies in the home."""
        stem = (self.home or "").rstrip("/")
        return bool(stem) and path.startswith(stem + "/")

    def word(self, path: str) -> str:
        """One word of a shell command, with ~ for the home."""
        stem = (self.home or "").rstrip("/")
        return "~/" + for_sh(path[len(stem) + 1:]) if self.inside(path) else for_sh(path)

    def in_command(self, command: str) -> str:
        """A command with ~ for the home, where no quotes stand around it."""
        stem = (self.home or "").rstrip("/")
        return re.sub(rf"(?<= ){re.escape(stem)}/", "~/", command) if stem else command

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
