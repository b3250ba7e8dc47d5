"""Everything that ccmon writes: in which folders, under which names. `ccmon uninstall` removes nothing that is not in here.

A test compares it with what all commands leave in an empty home.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress

from ccmon import line_answer, private
from ccmon.errors import CcmonError
from ccmon.quick_typing import Dict, Iterator, List, Mapping, NamedTuple, Sequence
from ccmon.settings import accounts, config, context
from ccmon.settings.options import BY_NAME, OPTIONS
from ccmon.setup import dotfiles
from ccmon.setup.snippets import WRITABLE
from ccmon.system import newfiles, removal

HISTORY, SETTINGS, LINES, LOG, PART = "history", "settings", "cached line", "log", "unfinished"
MOVERS = ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")
_SIDE = r"(-wal|-shm|-journal)?"
_STORE = re.compile(rf"ccmon\.db(\.corrupt-\d{{8}}-\d{{6}}(-\d+)?|\.before-\d+(-\d+)?(\.part)?)?{_SIDE}")
_LOCK = re.compile(r"(lock|\.ccmon-lock)(\.held)?(\.removed)?")
_CHECKSUM = re.compile(r"[0-9a-f]{8}")
_CACHED = re.compile(rf"(?:{'|'.join([*BY_NAME['format'].choices, *line_answer.NOT_LINES])}|readings\.taken|[0-9a-f]{{8}}\.line)")
LOCK_FOLDERS = ("learning", "logs.reading")        # in a folder of lines: each holds a lock


class File(NamedTuple):
    """A file that ccmon has written."""

    path: str
    kind: str


class Folder(NamedTuple):
    """A folder in which ccmon writes, and what of it."""

    path: str
    kind: str

    def files(self) -> List[File]:
        """Those that are there, by their names alone."""
        return [File(os.path.join(self.path, name), kind) for name in removal.names(self.path)
                for kind in [_kind(self.kind, name)] if kind]

    def others(self) -> List[str]:
        """What lies there and is none of ccmon's."""
        inner = self.inner()
        return [name for name in removal.names(self.path) if not _kind(self.kind, name) and name not in inner]

    def inner(self) -> List[str]:
        """Names of folders in it that ccmon has made."""
        names = removal.names(self.path) if self.kind == LINES else []
        return [name for name in names if name in LOCK_FOLDERS or _CHECKSUM.fullmatch(name)]


def _kind(folder: str, name: str) -> str:
    """What the file of that name is in such a folder; "" for none of ccmon's."""
    if newfiles.is_part(name, folder == LINES) or _LOCK.fullmatch(name) and (folder == LINES or name[:1] == "."):
        return LINES if folder == LINES else PART
    named = {HISTORY: _STORE.fullmatch(name), LINES: _CACHED.fullmatch(name), SETTINGS: name == "config.ini",
             LOG: name == "ccmon.log"}.get(folder)
    return folder if named else ""


def has_own_comments(text: str) -> bool:
    """Whether config.ini has comments that are not those with which `ccmon config edit` begins it."""
    usual = {"# Take the # away from a line to set it. What counts: ccmon config", *(f"# {option.help}" for option in OPTIONS)}
    settings = re.compile(rf"#\s*({'|'.join(option.name for option in OPTIONS)})\s*=.*")
    rows = [row.strip() for row in text.splitlines()]
    return any(row[:1] in "#;" and row not in usual and not settings.fullmatch(row) for row in rows if row)


# --- the environments -------------------------------------------------------------------------------------------------------

def environments(env: Mapping[str, str]) -> List[Mapping[str, str]]:
    """Those in which ccmon may have written: this one, the usual one, and those whose lines are cached, of each account."""
    usual = {name: value for name, value in env.items() if name not in (*MOVERS, "CCMON_DATA_DIR", config.FOLDERS)}
    moved = {name: value for name, value in env.items() if name not in ("CCMON_DATA_DIR", config.FOLDERS)}
    envs: List[Mapping[str, str]] = [env, moved, usual]
    envs += [{**env, "CCMON_DATA_DIR": path} for path in _noted_data_folders(envs)]
    for folders in _account_folders(env):
        envs += [config.with_folders(one, folders) for one in (env, usual)]
    return envs


def _noted_data_folders(envs: Sequence[Mapping[str, str]]) -> List[str]:
    """What CCMON_DATA_DIR was for lines that are cached."""
    lines = (file.path for folder in _cache_folders(envs) for file in folder.files() if file.path.endswith(".line"))
    keys = [os.fsdecode((private.content_of(path) or b"").partition(b"\n")[0]).split("\0") for path in lines]
    noted = [word.partition("=")[2].replace("\\\\", "\\") for key in keys for word in key if word.startswith("CCMON_DATA_DIR=")]
    return [path for path in dict.fromkeys(noted) if os.path.isabs(path)]


def _account_folders(env: Mapping[str, str]) -> List[Sequence[str]]:
    """The folders of each account here; of a broken configuration none that only that names."""
    with suppress(CcmonError):
        return [group.folders for group in accounts.folder_groups(env, context.prepare({}, env, switch=False).settings)]
    return [config.usual_folders(env), config.claude_folders(env), *([folder] for folder in config.folders_beside(env))]


# --- the folders ------------------------------------------------------------------------------------------------------------

def folders(envs: Sequence[Mapping[str, str]]) -> List[Folder]:
    """All folders of ccmon's own, whether they are there or not; those inside of others first."""
    ours: Dict[Folder, None] = dict.fromkeys(_cache_folders(envs))
    for env in envs:
        paths = config.paths(env)
        for path, kind in ((paths.store, HISTORY), (paths.config, SETTINGS), (paths.log, LOG)):
            if path:
                ours[Folder(os.path.dirname(path), kind)] = None
    return list(ours)


def _cache_folders(envs: Sequence[Mapping[str, str]]) -> Iterator[Folder]:
    """Those of the lines; a folder outside of the home may serve other homes: of that only what is this one's."""
    for env in envs:
        lines = line_answer.folder(env)
        if lines is not None:
            root = os.path.dirname(lines) if _CHECKSUM.fullmatch(os.path.basename(lines)) else lines
            is_ours = root.startswith((config.home(env) or "\0").rstrip("/") + "/")
            inside = [os.path.join(root, name) for name in Folder(root, LINES).inner()] if is_ours else [lines]
            for path in dict.fromkeys([*inside, root] if is_ours else inside):
                if os.path.basename(path) not in LOCK_FOLDERS:
                    yield from (Folder(os.path.join(path, name), LINES) for name in LOCK_FOLDERS)
                yield Folder(path, LINES)


# --- what other programs read -----------------------------------------------------------------------------------------------

def start_up_files(envs: Sequence[Mapping[str, str]]) -> Dict[str, str]:
    """Path -> target, of each start-up file and settings.json that --write could have written to."""
    paths: Dict[str, str] = {}
    for env in envs:
        for target in WRITABLE:
            with suppress(CcmonError):
                paths.update(dict.fromkeys(dotfiles.paths_of(target, env), target))
        for folder in [*config.claude_folders(env), *config.usual_folders(env)]:
            folder = os.path.dirname(folder) if os.path.basename(folder) == "projects" else folder
            paths[os.path.join(folder, "settings.json")] = "claude"
    return paths


_BY_HAND = (".profile", ".bash_profile", ".bash_login", ".zprofile", ".zshenv", ".zlogin", ".p10k.zsh", ".xbarrc",
            ".config/starship.toml", ".config/waybar/config", ".config/waybar/config.jsonc", ".config/i3blocks/config",
            ".config/polybar/config.ini", ".config/i3/config", ".config/sway/config", ".config/fish/functions/ccmon.fish")


def files_by_hand(envs: Sequence[Mapping[str, str]]) -> List[str]:
    """Where people put what `ccmon init` prints, or an alias: ccmon writes to none of them."""
    homes = dict.fromkeys(home for home in map(config.home, envs) if home)
    return [os.path.join(home, *name.split("/")) for home in homes for name in _BY_HAND]
