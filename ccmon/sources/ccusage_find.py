"""Where the ccusage program is: the part of the ccusage door that looks for it. Starts nothing, and never uses npx."""

import json
import os
import re
import stat
from glob import escape, glob
from typing import Iterable, List, Mapping, NamedTuple, Optional, Tuple

from ccmon.model import NO_CCUSAGE, CcmonError
from ccmon.system import private, processes
from ccmon.text import clean, clip

INSTALL = "Install it with: npm install -g ccusage"
_VERSIONED = (                         # below the home; the folder of the newest version comes first
    ".local/share/fnm/node-versions/*/installation/bin", ".fnm/node-versions/*/installation/bin")
_BELOW_HOME = (".volta/bin", ".bun/bin", ".local/share/pnpm", ".npm-global/bin", ".npm-packages/bin", ".local/bin",
               ".asdf/shims", ".local/share/mise/shims", ".yarn/bin")
_EVERYWHERE = ("/opt/homebrew/bin", "/usr/local/bin", "/usr/bin")
_ON_WINDOWS = (("APPDATA", "npm"), ("ProgramFiles", "nodejs"), ("LOCALAPPDATA", "pnpm"), ("LOCALAPPDATA", "Volta", "bin"),
               ("NVM_SYMLINK",), ("USERPROFILE", "scoop", "shims"))    # below these variables


class Failed(CcmonError):
    """ccusage gave no data. missing: it could not be started at all, so that trying again is of no use."""

    def __init__(self, sentence: str, missing: bool = False) -> None:
        super().__init__(sentence)
        self.missing = missing


class NotFound(Failed):
    """There is no ccusage program where one was looked for."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, missing=True)


class Program(NamedTuple):
    """What to run."""

    argv: Tuple[str, ...]              # the first word is absolute
    path: str                          # the first word


def find(command: Optional[str], remembered: Optional[str], env: Mapping[str, str], home: Optional[str]) -> Program:
    """The program: as the user said, else on PATH, else where it was last time, else in the usual places. Raises NotFound."""
    if command and command.strip():
        return _named(command.strip(), env, home)
    path, why = _search(path_folders(env), "ccusage", env), None
    if path is None and remembered and os.path.isabs(remembered) and is_program(remembered):
        why = whose(remembered)
        path = None if why else remembered
    path = path or _search(_usual_places(env, home), "ccusage", env)
    if path is None:
        named = f"The ccusage of last time is not run: {why}. Name one with --ccusage or CCMON_CCUSAGE"
        raise NotFound(named if why else NO_CCUSAGE)
    return Program((path,), path)


def whose(path: str) -> Optional[str]:
    """Why nobody should run what a note names, not the user: another user could have put it there, or changed it since.

    Groups count for nothing: what Homebrew and Debian have in /usr/local belongs to one that may write there.
    """
    for name in dict.fromkeys((path, os.path.realpath(path))):
        while True:
            try:
                found = os.lstat(name)
            except OSError as err:
                return f"{shown(name)}: {err.strerror}"
            why = private.foreign(found) or (private.SHARED if _is_for_all(found.st_mode) else None)
            if why:
                return f"{shown(name)} {why}"
            if name == os.path.dirname(name):
                break
            name = os.path.dirname(name)
    return None


def _is_for_all(mode: int) -> bool:
    """Whether everyone may write there; in a sticky folder only to what is one's own."""
    sticky = stat.S_ISDIR(mode) and mode & stat.S_ISVTX
    return os.name == "posix" and bool(mode & 0o002) and not sticky and not stat.S_ISLNK(mode)


def path_folders(env: Mapping[str, str]) -> List[str]:
    """The absolute entries of PATH, in order: a relative or empty one would run what lies in the current folder."""
    return processes.folders(env)


def is_program(path: str) -> bool:
    """True for a regular file that this user may execute."""
    return processes.is_program(path)


def shown(text: str) -> str:
    """A path or a word of the user's, safe and short enough for an error."""
    return clip(clean(text), 120)


def _named(command: str, env: Mapping[str, str], home: Optional[str]) -> Program:
    whole = _below_home(command, home)
    if os.path.isabs(whole) and os.path.isfile(whole):
        words = [whole]
    else:
        words = _words(command)
        words[0] = _first_word(_below_home(words[0], home), env)
    path = words[0]
    if not os.path.isfile(path):
        raise NotFound(f"'{shown(path)}', named by --ccusage or CCMON_CCUSAGE, is not there. Check the path, or leave it away")
    if not is_program(path):
        raise NotFound(f"'{shown(path)}', named by --ccusage or CCMON_CCUSAGE, may not be run. Try: chmod +x {shown(path)}")
    return Program(tuple(words), path)


def _words(command: str) -> List[str]:
    try:
        words = processes.split(command)
    except ValueError as error:
        raise NotFound(f"--ccusage or CCMON_CCUSAGE is not a command: '{shown(command)}'. Close its quotes") from error
    if not words or not words[0]:
        raise NotFound("--ccusage or CCMON_CCUSAGE names no program. Give an absolute path, or a name on PATH")
    return words


def _first_word(word: str, env: Mapping[str, str]) -> str:
    if os.path.isabs(word):
        return word
    if os.sep in word or "/" in word:
        raise NotFound(f"'{shown(word)}', named by --ccusage or CCMON_CCUSAGE, depends on the current folder. "
                       f"Give an absolute path, or a name on PATH")
    path = _search(path_folders(env), word, env)
    if path is None:
        raise NotFound(f"'{shown(word)}', named by --ccusage or CCMON_CCUSAGE, was not found on PATH. Give its absolute path")
    return path


def _below_home(word: str, home: Optional[str]) -> str:
    return os.path.join(home, word[2:]) if home and word.startswith("~/") else word


def _search(folders: Iterable[str], name: str, env: Mapping[str, str]) -> Optional[str]:
    paths = (os.path.join(folder, file) for folder in folders for file in processes.names(name, env))
    return next(filter(is_program, paths), None)


def _usual_places(env: Mapping[str, str], home: Optional[str]) -> List[str]:
    places: List[str] = []
    if os.path.isabs(env.get("NVM_DIR", "")):
        places += _newest_first(env["NVM_DIR"], "versions/node/*/bin")
    if home and os.path.isabs(home):
        places += _newest_first(home, ".nvm/versions/node/*/bin")
        places += [place for below in _VERSIONED for place in _newest_first(home, below)]
        places += [os.path.join(home, below) for below in _BELOW_HOME]
    if processes.WINDOWS:              # there /usr/bin would be a folder of the present drive, where anybody may make one
        named = [(env.get(name, ""), below) for name, *below in _ON_WINDOWS]
        return places + [os.path.join(folder, *below) for folder, below in named if processes.is_absolute(folder)]
    return places + list(_EVERYWHERE)


def _newest_first(folder: str, pattern: str) -> List[str]:
    """The folders that match below the folder, those of v22.1 before those of v9."""
    return sorted(glob(os.path.join(escape(folder), pattern)), reverse=True,
                  key=lambda path: [int(number) for number in re.findall(r"[0-9]+", path)])


def packaged_version(program: Program) -> Optional[str]:
    """The version that the npm package around the program states, without running anything; None elsewhere."""
    folder = os.path.dirname(os.path.realpath(program.path))
    for _ in range(4):
        try:
            package = json.loads(private.read(os.path.join(folder, "package.json"), private.anybody))
            if package.get("name") == "ccusage":
                return str(package.get("version"))[:20]
        except (OSError, ValueError, AttributeError, RecursionError):
            pass
        folder = os.path.dirname(folder)
    return None
