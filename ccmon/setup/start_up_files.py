"""Where the start-up files of shells and tmux, and the settings of Claude Code, are."""

import os
from typing import Mapping

from ccmon.errors import CcmonError
from ccmon.setup import bash_files


def path_of(target: str, env: Mapping[str, str]) -> str:
    """The start-up file of bash, zsh, fish or tmux, or Claude Code's settings. CcmonError when there is no home."""
    named = [part.strip() for part in env.get("CLAUDE_CONFIG_DIR", "").split(",") if part.strip()]
    if target == "claude" and named:
        return os.path.join(os.path.abspath(os.path.expanduser(named[0])), "settings.json")
    home = env.get("HOME") or os.path.expanduser("~")
    if not os.path.isabs(home) or not os.path.isdir(home):
        raise CcmonError("there is no home directory to write to", "Set HOME")
    base = env.get("XDG_CONFIG_HOME", "")
    config = base if os.path.isabs(base) else os.path.join(home, ".config")
    if target == "tmux":
        return _first_that_exists(os.path.join(home, ".tmux.conf"), os.path.join(config, "tmux", "tmux.conf"))
    return {"bash": bash_files.place(home), "zsh": os.path.join(env.get("ZDOTDIR") or home, ".zshrc"),
            "fish": os.path.join(config, "fish", "config.fish"), "claude": os.path.join(home, ".claude", "settings.json")}[target]


def _first_that_exists(usual: str, other: str) -> str:
    return other if os.path.exists(other) and not os.path.exists(usual) else usual
