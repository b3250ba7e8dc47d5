"""The door to the start-up files of shells and tmux, and the settings of Claude Code: where they are, and which a new bash reads.

On macOS bash starts as a login shell: of three files it reads the first that is there, and ~/.bashrc only where that one says so.
"""

import os
import sys
from contextlib import suppress

from ccmon import private
from ccmon.errors import CcmonError
from ccmon.quick_typing import List, Mapping, Optional

USUAL = ".bashrc"
OF_LOGIN = (".bash_profile", ".bash_login", ".profile")
BESIDE = (".bash_aliases",)            # that Debian's ~/.bashrc reads: lines are moved there by hand
_READS = r"(?:^|[;&|({\s])\\?(?:\.|source)\s+(?:--\s+)?(?P<path>(?:\"[^\"]*\"|'[^']*'|[^ \t\n;&|()\"'])+)"
_HOME = r"^(?:~|\$HOME|\$\{HOME\}|\$\{HOME:[^}]*\})(?=/)"


def home_of(env: Mapping[str, str]) -> str:
    """The home, whether it is there or not."""
    return env.get("HOME") or os.path.expanduser("~")


def path_of(target: str, env: Mapping[str, str]) -> str:
    """The start-up file of bash, zsh, fish or tmux, or Claude Code's settings. CcmonError when there is no home."""
    named = [part.strip() for part in env.get("CLAUDE_CONFIG_DIR", "").split(",") if part.strip()]
    if target == "claude" and named:
        return os.path.join(os.path.abspath(os.path.expanduser(named[0])), "settings.json")
    home = home_of(env)
    if not os.path.isabs(home) or not os.path.isdir(home):
        raise CcmonError("there is no home directory to write to", "Set HOME")
    base = env.get("XDG_CONFIG_HOME", "")
    config = base if os.path.isabs(base) else os.path.join(home, ".config")
    if target == "tmux":
        usual, other = os.path.join(home, ".tmux.conf"), os.path.join(config, "tmux", "tmux.conf")
        return other if os.path.exists(other) and not os.path.exists(usual) else usual
    return {"bash": bash_path(home), "zsh": os.path.join(env.get("ZDOTDIR") or home, ".zshrc"),
            "fish": os.path.join(config, "fish", "config.fish"), "claude": os.path.join(home, ".claude", "settings.json")}[target]


# --- bash -----------------------------------------------------------------------------------------------------------------

def is_login_usual() -> bool:
    """Whether terminals start it as a login shell here."""
    return sys.platform == "darwin"


def login_file(home: str) -> Optional[str]:
    """What a login bash reads: the first that there is, and none after one that it may not read; None where there is none."""
    paths = (os.path.join(home, name) for name in OF_LOGIN)
    return next(filter(os.path.exists, paths), None)


def bash_path(home: str) -> str:
    """Where lines belong that each new bash shall read, whether that file is there or not."""
    usual = os.path.join(home, USUAL)
    return login_file(home) or os.path.join(home, OF_LOGIN[0]) if is_login_usual() else usual


def all_files(home: str) -> List[str]:
    """Where such lines may be, whatever is there."""
    return [os.path.join(home, name) for name in (USUAL, *OF_LOGIN, *BESIDE)]


def read_at_start(home: str, is_login: bool) -> List[str]:
    """The files that a new bash reads, as far as their words say so: one may read another one."""
    first = login_file(home) if is_login else os.path.join(home, USUAL)
    files = [first] if first else []
    for path in files:                 # grows meanwhile
        files += [other for other in _read_by(path, home) if other not in files]
    return files


def _read_by(path: str, home: str) -> List[str]:
    import re
    text = ""
    with suppress(OSError):
        text = private.read(path, private.anybody).decode("utf-8", "replace")
    rows = [re.sub(r"(^|\s)#.*", "", row) for row in text.split("\n")]               # to bash a CR is a part of the name
    words = {re.sub("[\"']", "", match["path"]) for row in rows for match in re.finditer(_READS, row)}
    return [other for other in all_files(home) if any(_is_path(word, other, home) for word in words)]


def _is_path(word: str, path: str, home: str) -> bool:
    """Whether a word of a shell means that file; of a word with variables or of no folder, the name alone counts."""
    import re
    whole = re.sub(_HOME, lambda _: home, word)
    if os.path.isabs(whole) and "$" not in whole:
        return os.path.realpath(whole) == os.path.realpath(path)
    return os.path.basename(whole) == os.path.basename(path)
