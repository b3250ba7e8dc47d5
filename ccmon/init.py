"""`ccmon init`: the texts for shells and bars filled with this machine's paths, printed, written or taken out again."""

import os
import shutil
import sys
from typing import List, Mapping

from ccmon import dotfiles, linecache
from ccmon.model import UsageError
from ccmon.options import OPTIONS
from ccmon.views import snippets


def run(target: str, write: bool, undo: bool, env: Mapping[str, str]) -> str:
    """What the call prints. UsageError when ccmon has no command of its own, or nothing can be written for the target."""
    if (write or undo) and target not in snippets.BLOCKS:
        raise UsageError(f"no file is edited for {target}: run ccmon init {target} and put the text there yourself; "
                         f"--write knows {', '.join(snippets.BLOCKS)}")
    if undo:
        return _undo(target, env)
    places = _places(target, env)
    return _write(target, places, env) if write else snippets.TARGETS[target](places)


def _write(target: str, places: snippets.Places, env: Mapping[str, str]) -> str:
    path = dotfiles.path_of(target, env)
    kept = dotfiles.put(path, snippets.block(target, places))
    backup = f" What was there before is in {kept}." if kept else ""
    begin = "tmux source-file " + snippets.for_sh(path) if target == "tmux" else f"start a new {target}"
    return f"The line is set up in {path}.{backup}\nTo see it: {begin}. To take it out: ccmon init {target} --undo\n"


def _undo(target: str, env: Mapping[str, str]) -> str:
    path = dotfiles.path_of(target, env)
    return f"Taken out of {path}.\n" if dotfiles.take_out(path) else f"There is nothing of ccmon in {path}.\n"


def _places(target: str, env: Mapping[str, str]) -> snippets.Places:
    ccmon, folder = _command(env), linecache.folder(env)
    if folder is None:
        raise UsageError("there is no place to keep a line: set HOME or XDG_CACHE_HOME")
    file = linecache.file_of(linecache.key(["--statusline", "--format", target], env))
    options = [f"CCMON_{option.name.upper()}" for option in OPTIONS]
    return snippets.Places(ccmon, _line(ccmon), folder, file, linecache.config_path(env), (*snippets.VARIABLES, *options))


def _command(env: Mapping[str, str]) -> str:
    """The absolute path of the `ccmon` that runs, else of the one on PATH; links are kept: they outlive an upgrade."""
    called = os.path.abspath(sys.argv[0])
    if os.path.basename(called).lower() in ("ccmon", "ccmon.exe") and os.access(called, os.X_OK):
        return called
    found = shutil.which("ccmon", path=env.get("PATH"))
    if found is None:
        raise UsageError("ccmon is not installed as a command. Install it (pip install .), or put it on PATH")
    return os.path.abspath(found)


def _line(ccmon: str) -> List[str]:
    """The words that print a line: ccmon-line where it is installed."""
    beside = os.path.join(os.path.dirname(ccmon), "ccmon-line")
    return [beside] if os.access(beside, os.X_OK) else [ccmon, "--statusline", "--format"]
