"""What goes wrong with ccusage: each kind is a class or has the command that mends it."""

import re
from typing import Optional, Tuple

from ccmon.errors import SourceError

INSTALL_COMMAND = "npm install -g ccusage"
INSTALL = f"Install it with: {INSTALL_COMMAND}", INSTALL_COMMAND       # way_out and command
_DEMO = " (ccmon --demo works meanwhile)"
SEE_COMMAND = "ccusage blocks --json"
SEE = f"To see it, run: {SEE_COMMAND}", SEE_COMMAND    # way_out and command


class Failed(SourceError):
    """ccusage gave no data. missing: it could not be started at all, so that trying again is of no use."""

    def __init__(self, what: str, way_out: str = "", command: str = "", missing: bool = False) -> None:
        super().__init__(what, way_out, command)
        self.missing = missing


class NotFound(Failed):
    """There is no ccusage program at the path."""

    def __init__(self, what: str, way_out: str = "", command: str = "") -> None:
        super().__init__(what, way_out, command, missing=True)


class NotInstalled(NotFound):
    """There is none anywhere, and nobody named one."""

    not_installed = True

    def __init__(self) -> None:
        super().__init__("ccusage was not found", INSTALL[0] + _DEMO, INSTALL_COMMAND)


class TooSlow(Failed):
    """The program was stopped when its time was over."""

    joint = ", "

    def __init__(self, timeout_s: float) -> None:
        self.longer_s = max(60, 2 * timeout_s)         # what it may take the next time
        super().__init__(f"ccusage took longer than {timeout_s:g} s and was stopped", f"try --timeout {self.longer_s:g}")


class NoNode(Failed):
    """The program needs Node.js, and did not find it."""

    def __init__(self, path: str) -> None:
        super().__init__(f"Node.js was not found by {path}", f"Put it on PATH, or name both: --ccusage '/path/to/node {path}'",
                         missing=True)


class NoData(Failed):
    """There are no logs for it."""

    def __init__(self) -> None:
        super().__init__("ccusage found no Claude Code data", "Start Claude Code once, or set CLAUDE_CONFIG_DIR")


class TooMuch(Failed):
    """The program was stopped because it printed without an end."""


def make_runnable(path: str) -> Tuple[str, str]:
    """The way out, and its command, where a program may not be run; path: as it may be shown."""
    command = f"chmod +x {path}"
    return f"Try: {command}", command


def line_failure(line: str) -> Optional[Failed]:
    """The failure that this line of stderr names; None for any other line."""
    if "native binary is not available" in line:
        return Failed("ccusage was installed without its native part", *INSTALL, missing=True)
    if "native binary is not executable" in line:
        return Failed("the native part of ccusage is not executable", "Run once: sudo ccusage --version",
                      "sudo ccusage --version", missing=True)
    if re.search(r"requires .*Node|^SyntaxError|ERR_UNKNOWN_BUILTIN_MODULE", line):
        newest = f"{INSTALL_COMMAND}@latest"
        return Failed(f"Node.js is too old for this ccusage ({line})", f"Update Node.js, or run: {newest}", newest, missing=True)
    if re.search("Cannot find (?:module|package)", line):
        return Failed(f"ccusage is not installed completely ({line})", *INSTALL, missing=True)
    return NoData() if "No valid Claude data director" in line else None


def exit_failure(code: int, line: str) -> Failed:
    """That it ended with that exit code, negative for a signal."""
    how = f"was killed by signal {-code}" if code < 0 else f"failed with exit code {code}"
    return Failed(f"ccusage {how}: {line.rstrip('.')}", *SEE)
