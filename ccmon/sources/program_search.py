"""Which ccusage, claude and Node.js are run: those on PATH, else where version and package managers put them. Starts nothing.

What launchd, cron or xbar starts has a PATH of four folders. Never npx, nor a relative entry, nor what others could exchange.
"""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from glob import escape, glob

from ccmon import private
from ccmon.quick_typing import Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple
from ccmon.sources.ccusage_output import NotFound, NotInstalled, make_runnable, shown
from ccmon.system import processes

SHIMS = "shims"                        # folders of stand-ins, which need their manager
_MOST_ALIASES = 4                      # of nvm, one after the other
_NODE = r"""(?:\[tools\.node\]\s*version\s*=|["']?(?:core:)?node(?:js)?["']?\s*[= ])[\s\["'{]*(?:version\s*=\s*["'])?"""
_NUMBER, _NAME = r"v?(?P<number>[0-9][0-9.]*)", r"(?P<name>lts[\w-]*|latest)"
_VERSION = rf"(?m)^\s*(?:(?:{_NODE}(?:prefix:)?)?{_NUMBER}|{_NODE}{_NAME})"


class Program(NamedTuple):
    """What to run."""

    argv: Tuple[str, ...]              # the first word is absolute
    path: str                          # the first word


class Manager(NamedTuple):
    """A version manager: where it keeps each Node.js, and which of them is the usual one."""

    name: str                          # of its own program
    variable: str                      # of the environment, which names its folder
    usual: Tuple[str, ...]             # else, below the home
    versions: Tuple[str, ...]          # patterns below that folder: where programs of each version lie
    chosen: Tuple[str, ...] = ()       # below it, with ~/ below the home: the folder of the usual one, or a file that names it
    more: Tuple[str, ...] = ()         # further folders of programs below it


MANAGERS = (
    Manager("nvm", "NVM_DIR", (".nvm", ".config/nvm"), ("versions/node/*/bin",), ("alias/default",)),
    Manager("fnm", "FNM_DIR", ("Library/Application Support/fnm", ".local/share/fnm", ".fnm"),
            ("node-versions/*/installation/bin",), ("aliases/default/bin",)),
    Manager("nodenv", "NODENV_ROOT", (".nodenv",), ("versions/*/bin",), ("version",), (SHIMS,)),
    Manager("nodebrew", "NODEBREW_ROOT", (".nodebrew",), ("node/*/bin", "iojs/*/bin"), ("current/bin",)),
    Manager("asdf", "ASDF_DATA_DIR", (".asdf",), ("installs/nodejs/*/bin", "installs/nodejs/*/.npm/bin"), ("~/.tool-versions",),
            (SHIMS,)),
    Manager("mise", "MISE_DATA_DIR", (".local/share/mise", "Library/Application Support/mise", ".local/share/rtx"),
            ("installs/node/*/bin", "installs/npm-ccusage/*/bin"),
            ("~/mise.toml", "~/.mise.toml", "~/.config/mise/config.toml", "~/.tool-versions"), (SHIMS,)),
    Manager("proto", "PROTO_HOME", (".proto",), ("tools/node/*/bin", "tools/npm/*/bin"), (".prototools",),
            ("tools/node/globals/bin", "bin", SHIMS)),
    Manager("n", "N_PREFIX", ("n", ".n"), ("n/versions/node/*/bin",), ("bin",)),
    Manager("nvs", "NVS_HOME", (".nvs",), ("node/*/*/bin",), ("default/bin",)),
    Manager("volta", "VOLTA_HOME", (".volta",), ("tools/image/node/*/bin",), (), ("bin",)),
    Manager("pnpm", "PNPM_HOME", ("Library/pnpm", ".local/share/pnpm"), ("nodejs/*/bin",), (), ("", "bin")),
)
_WITHOUT_GLOBALS = ("volta", "pnpm")   # their versions of Node.js hold no global packages
_NAMED = (("BUN_INSTALL", "bin"), ("NPM_CONFIG_PREFIX", "bin"), ("npm_config_prefix", "bin"), ("XDG_BIN_HOME", ""))
_XDG = (("XDG_DATA_HOME", ".local/share/"), ("XDG_CONFIG_HOME", ".config/"))     # of managers, and what they replace
_BELOW_HOME = (".bun/bin", ".local/share/pnpm", ".local/share/pnpm/bin", "Library/pnpm", "Library/pnpm/bin", ".npm-global/bin",
               ".npm-packages/bin", ".npm/bin", ".local/share/npm/bin", ".local/bin", "bin", ".asdf/shims",
               ".local/share/mise/shims", ".yarn/bin", ".config/yarn/global/node_modules/.bin", ".nix-profile/bin",
               ".local/state/nix/profile/bin", ".guix-profile/bin", ".deno/bin", ".claude/local")
_EVERYWHERE = ("/opt/homebrew/bin", "/usr/local/bin", "/home/linuxbrew/.linuxbrew/bin", "/opt/local/bin", "/opt/pkg/bin",
               "/run/current-system/sw/bin", "/nix/var/nix/profiles/default/bin", "/snap/bin", "/usr/bin")
_KEG_ONLY = ("/opt/homebrew/opt", "/usr/local/opt", "/home/linuxbrew/.linuxbrew/opt")        # node@22 is linked nowhere else
_OF_MANAGERS = (".cargo/bin", ".asdf/bin", ".proto/bin")       # below the home: where managers themselves lie
_ON_WINDOWS = (("APPDATA", "npm"), ("ProgramFiles", "nodejs"), ("LOCALAPPDATA", "pnpm"), ("LOCALAPPDATA", "Volta", "bin"),
               ("NVM_SYMLINK",), ("USERPROFILE", "scoop", "shims"))    # below these variables


def find_ccusage(command: Optional[str], remembered: Optional[str], env: Mapping[str, str], home: Optional[str]) -> Program:
    """The program: the user's choice, else that on PATH, of last time, or in the usual folders. Raises NotFound."""
    if command and command.strip():
        return _named(command.strip(), env, home)
    path, why = search(processes.folders(env), "ccusage", env), None
    if path is None and remembered and os.path.isabs(remembered) and processes.is_program(remembered):
        why = distrust_reason(remembered)
        path = None if why else remembered
    path = path or search(folders(env, home), "ccusage", env)
    if path is None and why:
        raise NotFound(f"The ccusage of last time is not run: {why}", "Name one with --ccusage or CCMON_CCUSAGE")
    if path is None:
        raise NotInstalled()
    path = managed_program(path, env, home) or lasting_path(path)
    return Program((path,), path)


def find_claude(env: Mapping[str, str], home: Optional[str]) -> Program:
    """The claude on PATH, else where it is usually installed. Raises NotFound."""
    path = processes.which("claude", env) or search(folders(env, home), "claude", env)
    if path is None:
        raise NotFound("claude was not found", "Install Claude Code")
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
    path = search([*processes.folders(env), *folders(env, home)], word, env)
    if path is None:
        raise NotFound(f"'{shown(word)}', named by --ccusage or CCMON_CCUSAGE, was not found on PATH", "Give its absolute path")
    return path


def _below_home(word: str, home: Optional[str]) -> str:
    return os.path.join(home, word[2:]) if home and word.startswith("~/") else word


def packaged_version(program: Program) -> Optional[str]:
    """The version that the npm package around the program states, without running anything; None elsewhere."""
    import json  # who only looks for the program does without
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


def search(folders: Iterable[str], name: str, env: Mapping[str, str]) -> Optional[str]:
    """The first program of that name."""
    paths = (os.path.join(folder, file) for folder in folders for file in processes.names(name, env))
    return next(filter(processes.is_program, paths), None)


# --- folders ----------------------------------------------------------------------------------------------------------

def folders(env: Mapping[str, str], home: Optional[str]) -> List[str]:
    """Where programs of npm are usually installed, the likeliest first, whether the folders are there or not."""
    if processes.WINDOWS:              # there /usr/bin would be a folder of the present drive, where anybody may make one
        named = [(env.get(name, ""), below) for name, *below in _ON_WINDOWS]
        return [os.path.join(folder, *below) for folder, below in named if processes.is_absolute(folder)]
    user = _absolute(home)
    paths = [folder for manager in MANAGERS if manager.name not in _WITHOUT_GLOBALS for folder in versions(manager, env, home)]
    paths += [folder for manager in MANAGERS if env.get(manager.variable) or manager.name == "volta"
              for root in roots(manager, env, home)[:1] for folder in _joined(root, manager.more)]
    paths += [folder for name, below in _NAMED if processes.is_absolute(env.get(name, ""))
              for folder in _joined(env[name], [below])]
    paths += [*_npm_prefix(user), *(_joined(user, _BELOW_HOME) if user else ())]
    paths += [folder for manager in MANAGERS for root in roots(manager, env, home) for folder in _joined(root, manager.more)]
    paths += [folder for manager in MANAGERS if manager.name in _WITHOUT_GLOBALS for folder in versions(manager, env, home)]
    kegs = [folder for keg in _KEG_ONLY for folder in _newest_first(keg, "node@*/bin")] if _EVERYWHERE else []
    name = os.path.basename(user or "")
    per_user = [f"/etc/profiles/per-user/{name}/bin"] if name and _EVERYWHERE else []
    return list(dict.fromkeys([*paths, *per_user, *_EVERYWHERE, *kegs]))


def _joined(folder: str, below: Iterable[str]) -> List[str]:
    return [os.path.join(folder, name).rstrip("/") for name in below]


def _absolute(home: Optional[str]) -> Optional[str]:
    return home if home and os.path.isabs(home) else None


def _npm_prefix(home: Optional[str]) -> List[str]:
    """What `npm config set prefix` has written."""
    with suppress(OSError, ValueError):
        text = private.read(os.path.join(home or os.sep, ".npmrc"), private.anybody).decode("utf-8", "replace")
        match = re.search(r"^\s*prefix\s*=\s*[\"']?(.*?)[\"']?\s*$", text, re.MULTILINE)
        prefix = re.sub(r"^(~|\$\{?HOME\}?)(?=/)", lambda _: home or "", match[1]) if match and home else ""
        return [os.path.join(prefix, "bin")] if os.path.isabs(prefix) else []
    return []


# --- version managers -----------------------------------------------------------------------------------------------------

def roots(manager: Manager, env: Mapping[str, str], home: Optional[str]) -> List[str]:
    """Its folders that may be there: the named one first, then where the variables of XDG lead."""
    user, named = _absolute(home), [env.get(manager.variable, "")]
    named += [os.path.join(env[variable], below[len(usual):]) for variable, usual in _XDG if env.get(variable)
              for below in manager.usual if below.startswith(usual)]
    return [*filter(processes.is_absolute, named), *(_joined(user, manager.usual) if user else [])]


def versions(manager: Manager, env: Mapping[str, str], home: Optional[str]) -> List[str]:
    """The folders of programs of its versions: the usual one's first, then that of v22.1 before that of v9."""
    paths: List[str] = []
    for root in roots(manager, env, home):
        every = [folder for pattern in manager.versions for folder in _newest_first(root, pattern)]
        paths += [*_chosen(manager, root, home, every), *every]
    return list(dict.fromkeys(paths))


def _chosen(manager: Manager, root: str, home: Optional[str], every: List[str]) -> Iterator[str]:
    for choice in manager.chosen:
        path = os.path.join(home or os.sep, choice[2:]) if choice.startswith("~/") else os.path.join(root, choice)
        if os.path.isdir(path):
            yield path
        else:
            yield from _of_version(_version_in(path, _MOST_ALIASES), root, every)


def _of_version(version: str, root: str, every: List[str]) -> List[str]:
    """The folders of that version, or of those that begin with it; a name (lts) is that of a link beside them."""
    if version and not version[0].isdigit():
        return [folder for folder in every if f"/{version}/" in folder[len(root):]]
    parts = version.split(".") if version else []
    return [folder for folder in every if parts and _numbers(folder[len(root):])[:len(parts)] == [int(part) for part in parts]]


def _version_in(path: str, left: int) -> str:
    """22.1.0, 22 or lts, as a file says it that chooses a version; an alias of nvm leads to another one."""
    with suppress(OSError, ValueError):
        text = private.read(path, private.anybody).decode("utf-8", "replace")[:4096]
        match = re.search(_VERSION, text)
        if match:
            return (match["number"] or match["name"]).strip(".")
        folder = os.path.dirname(path)
        alias = os.path.join(os.path.dirname(folder) if os.path.basename(folder) == "lts" else folder, text.strip())
        if left and re.fullmatch(r"[\w/*.-]+", text.strip()) and ".." not in text:
            return _version_in(alias, left - 1)
    return ""


def _newest_first(folder: str, pattern: str) -> List[str]:
    return sorted(glob(os.path.join(escape(folder), pattern)), reverse=True, key=lambda path: _numbers(path[len(folder):]))


def _numbers(path: str) -> List[int]:
    return [int(number) for number in re.findall(r"[0-9]+", path)]


def managed_program(path: str, env: Mapping[str, str], home: Optional[str]) -> Optional[str]:
    """The program of that name in a version of the manager that has put a stand-in (shim) at the path; None for no shim.

    Only where the manager is not on PATH: it would choose the version itself.
    """
    manager = _manager_of(path, env, home) if os.path.basename(os.path.dirname(path)) == SHIMS else None
    if manager is None or processes.which(manager.name, env):
        return None
    return search(versions(manager, env, home), os.path.basename(path), env)


def _manager_of(path: str, env: Mapping[str, str], home: Optional[str]) -> Optional[Manager]:
    return next((manager for manager in MANAGERS for root in roots(manager, env, home)
                 if path.startswith(root.rstrip("/") + "/")), None)


def lasting_path(path: str) -> str:
    """The path that outlives this shell: fnm gives each one a folder of links of its own."""
    folder, name = os.path.split(path)
    return os.path.join(os.path.realpath(folder), name) if "fnm_multishells" in folder else path


# --- what a child gets ----------------------------------------------------------------------------------------------------

def child_folders(path: str, env: Mapping[str, str], home: Optional[str]) -> List[str]:
    """The PATH of a child: that of the program, of the node that belongs to it, then PATH itself.

    Only where no node is on PATH the likeliest one follows, and for a shim what it calls. None that another user could exchange.
    """
    own = [os.path.dirname(path), os.path.dirname(os.path.realpath(path))]
    usual = processes.folders(env)
    if processes.WINDOWS:
        return list(dict.fromkeys(own + usual))
    front = [*own, *_safe(_own_nodes(path))[:1]]
    has_node = search([*front, *usual], "node", env) is not None
    behind = [] if has_node else _safe(_nodes(path, env, home))[:1]
    shims = [folder for folder in [*own, *behind] if os.path.basename(folder) == SHIMS]
    managers = (_manager_of(os.path.join(folder, ""), env, home) for folder in shims)
    for manager in [manager for manager in managers if manager and not processes.which(manager.name, env)][:1]:
        behind += _safe(os.path.join(folder, manager.name) for folder in
                        [*(_joined(home, _OF_MANAGERS) if home else ()), *folders(env, home)])[:1]
    return list(dict.fromkeys([*front, *usual, *behind]))


def node_path(path: Optional[str], env: Mapping[str, str], home: Optional[str]) -> Optional[str]:
    """The node that the program at the path gets; without a path, the one on PATH or else the likeliest."""
    if path is not None:
        return search(child_folders(path, env, home), "node", env)
    return processes.which("node", env) or next((node for folder in _safe(_nodes("", env, home))
                                                 for node in [os.path.join(folder, "node")]), None)


def _own_nodes(path: str) -> Iterator[str]:
    """Where a node of the same installation may be: its global packages lie in lib, pnpm's one above the programs."""
    prefix, slash, _ = os.path.realpath(path).partition("/lib/node_modules/")
    if slash:
        yield from (os.path.join(folder, "bin", "node") for folder in (prefix, os.path.dirname(prefix)))
    yield os.path.join(os.path.dirname(os.path.dirname(path)), "node")


def _nodes(path: str, env: Mapping[str, str], home: Optional[str]) -> Iterator[str]:
    """Where a node may be, that of the manager in whose folder the program lies first."""
    manager = _manager_of(path, env, home)
    if manager:
        yield from (os.path.join(folder, "node") for folder in versions(manager, env, home))
    yield from (os.path.join(folder, "node") for folder in folders(env, home))


def _safe(paths: Iterable[str]) -> List[str]:
    """The folders of those that are programs, and nobody else's."""
    return [os.path.dirname(path) for path in paths if processes.is_program(path) and distrust_reason(path) is None]


def distrust_reason(path: str) -> Optional[str]:
    """Why nobody should run what a note or a guess names, not the user: another user could have put it there, or changed it.

    Groups count for nothing: what Homebrew and Debian have in /usr/local belongs to one that may write there.
    """
    for name in dict.fromkeys((path, os.path.realpath(path))):
        while True:
            try:
                status = os.lstat(name)
            except OSError as err:
                return f"{shown(name)}: {err.strerror}"
            why = private.foreign(status) or (private.SHARED if _is_for_all(status.st_mode) else None)
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
