"""Which ccusage is run: the part of the ccusage door that looks for it. Starts nothing, and never uses npx.

program_folders lists the folders beside PATH.
"""

from __future__ import annotations

import json
import os
from typing import List, Mapping, Optional, Tuple

from ccmon import private
from ccmon.named_tuple import NamedTuple
from ccmon.sources import program_folders
from ccmon.sources.ccusage_errors import NotFound, NotInstalled, make_runnable
from ccmon.sources.program_folders import distrust_reason, search, shown
from ccmon.system import processes


class Program(NamedTuple):
    """What to run."""

    argv: Tuple[str, ...]              # the first word is absolute
    path: str                          # the first word


def find(command: Optional[str], remembered: Optional[str], env: Mapping[str, str], home: Optional[str]) -> Program:
    """The program: the user's choice, else that on PATH, of last time, or in the usual folders. Raises NotFound."""
    if command and command.strip():
        return _named(command.strip(), env, home)
    path, why = search(processes.folders(env), "ccusage", env), None
    if path is None and remembered and os.path.isabs(remembered) and processes.is_program(remembered):
        why = distrust_reason(remembered)
        path = None if why else remembered
    path = path or search(program_folders.folders(env, home), "ccusage", env)
    if path is None and why:
        raise NotFound(f"The ccusage of last time is not run: {why}", "Name one with --ccusage or CCMON_CCUSAGE")
    if path is None:
        raise NotInstalled()
    path = program_folders.managed_program(path, env, home) or program_folders.lasting_path(path)
    return Program((path,), path)


def _named(command: str, env: Mapping[str, str], home: Optional[str]) -> Program:
    whole = _below_home(command, home)
    if os.path.isabs(whole) and os.path.isfile(whole):
        words = [whole]
    else:
        words = _words(command)
        words[0] = _first_word(_below_home(words[0], home), env, home)
    path = words[0]
    if not os.path.isfile(path):
        raise NotFound(f"'{shown(path)}', named by --ccusage or CCMON_CCUSAGE, is not there", "Check the path, or leave it away")
    if not processes.is_program(path):
        raise NotFound(f"'{shown(path)}', named by --ccusage or CCMON_CCUSAGE, may not be run", *make_runnable(shown(path)))
    return Program(tuple(words), path)


def _words(command: str) -> List[str]:
    try:
        words = processes.split(command)
    except ValueError as error:
        raise NotFound(f"--ccusage or CCMON_CCUSAGE is not a command: '{shown(command)}'", "Close its quotes") from error
    if not words or not words[0]:
        raise NotFound("--ccusage or CCMON_CCUSAGE names no program", "Give an absolute path, or a name on PATH")
    return words


def _first_word(word: str, env: Mapping[str, str], home: Optional[str]) -> str:
    if os.path.isabs(word):
        return word
    if os.sep in word or "/" in word:
        raise NotFound(f"'{shown(word)}', named by --ccusage or CCMON_CCUSAGE, depends on the current folder",
                       "Give an absolute path, or a name on PATH")
    path = search([*processes.folders(env), *program_folders.folders(env, home)], word, env)
    if path is None:
        raise NotFound(f"'{shown(word)}', named by --ccusage or CCMON_CCUSAGE, was not found on PATH",
                       "Give its absolute path")
    return path


def _below_home(word: str, home: Optional[str]) -> str:
    return os.path.join(home, word[2:]) if home and word.startswith("~/") else word


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
