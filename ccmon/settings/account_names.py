"""Names of accounts: those that [accounts] of config.ini gives, and those that folders have by themselves."""

from __future__ import annotations

from typing import Dict, Iterable, List, Sequence, Tuple

from ccmon.text import clean
from ccmon.typed_values import Layers, RawValue

LONGEST_NAME = 32                      # characters
SECTION, USUAL = "accounts", "default"
_LEAD = ".claude"
_KEPT = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def table(sections: Layers) -> Dict[str, Tuple[str, ...]]:
    """The accounts of config.ini with their folders, as they are written. CcmonError names the line of a wrong one."""
    return {_name(name, given): _folders(name, given) for name, given in sections.get(SECTION, {}).items()}


def _name(name: str, given: RawValue) -> str:
    if not name or len(name) > LONGEST_NAME or not set(name) <= _KEPT:
        raise given.error(f"'{clean(name)[:LONGEST_NAME]}' cannot be the name of an account, which is made of "
                          f"letters, digits, - _ and ., {LONGEST_NAME} at most")
    return name


def _folders(name: str, given: RawValue) -> Tuple[str, ...]:
    folders = tuple(filter(None, (part.strip() for part in given.text.split(","))))
    if not folders or "\0" in given.text:
        raise given.error(f"account '{name}' needs a folder, as in {name} = ~/.claude-{name}")
    return folders


def name_of_folders(folders: Sequence[str], usual: Sequence[str]) -> str:
    """default for the usual places, work for .claude-work, the last part of other paths; of several, joined by +."""
    if folders and set(folders) <= set(usual):
        return USUAL
    parts = [USUAL if folder in usual else name_of_folder(folder) for folder in folders]
    return "+".join(dict.fromkeys(parts))[:LONGEST_NAME]


def name_of_folder(folder: str) -> str:
    """work of /home/ada/.claude-work, in the characters of a name."""
    parts = folder.replace("\\", "/").rstrip("/").split("/")
    last = parts[-2] if len(parts) > 1 and parts[-1] == "projects" else parts[-1]
    if last.lower().startswith(_LEAD + "-"):
        last = last[len(_LEAD) + 1:]
    return plain(last.lstrip("."))


def plain(text: str) -> str:
    """The text as a name may be written; account where nothing is left of it."""
    words = "".join(char if char in _KEPT else " " for char in text.lower()).split()
    return "-".join(words).strip(".-")[:LONGEST_NAME] or "account"


def each_once(names: Iterable[str]) -> List[str]:
    """The names in their order; one that came before gets a number."""
    unique: List[str] = []
    for name in names:
        own, number = name, 1
        while own in unique:
            number += 1
            own = f"{name}-{number}"
        unique.append(own)
    return unique
