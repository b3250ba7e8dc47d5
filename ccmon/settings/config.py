"""The door to files and environment: paths, the account of folders, the values of config.ini."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from itertools import product

from ccmon import private
from ccmon.errors import SettingError
from ccmon.quick_typing import TYPE_CHECKING, Dict, List, Mapping, NamedTuple, Optional, Sequence, Set, TextIO, Tuple
from ccmon.text import clean
from ccmon.typed_values import RawValue

if TYPE_CHECKING:
    from ccmon.model import Owner

LOG_BYTES = 1_000_000
FOLDERS, LOGIN_FILE = "CLAUDE_CONFIG_DIR", ".claude.json"
MOST_BESIDE = 40
ANY_NAME = "NAME"                      # ends what stands for many sections


class Paths(NamedTuple):
    """Where ccmon reads and writes; None where there is no home to do so."""

    home: Optional[str]
    config: Optional[str]              # config.ini
    store: Optional[str]               # the sqlite file
    log: Optional[str]                 # the log file


def home(env: Mapping[str, str]) -> Optional[str]:
    """The home directory when it exists."""
    folder = env.get("HOME") or os.path.expanduser("~")
    return folder if os.path.isabs(folder) and os.path.isdir(folder) else None


def _base(env: Mapping[str, str], variable: str, default: str) -> Optional[str]:
    """An XDG base folder; relative values are ignored, as its specification says."""
    folder = env.get(variable, "")
    if os.path.isabs(folder):
        return folder
    if os.name == "nt" and env.get("LOCALAPPDATA"):
        return env["LOCALAPPDATA"]
    user = home(env)
    return os.path.join(user, default) if user else None


def _inside(base: Optional[str], *names: str) -> Optional[str]:
    return os.path.join(base, *names) if base else None


def paths(env: Mapping[str, str]) -> Paths:
    """All paths of this environment."""
    data = env.get("CCMON_DATA_DIR", "")
    folder = data if os.path.isabs(data) else _inside(_base(env, "XDG_DATA_HOME", ".local/share"), "ccmon")
    return Paths(
        home=home(env),
        config=_inside(_base(env, "XDG_CONFIG_HOME", ".config"), "ccmon", "config.ini"),
        store=_inside(folder, "ccmon.db"),
        log=_inside(_base(env, "XDG_STATE_HOME", ".local/state"), "ccmon", "ccmon.log"),
    )


def owner(env: Mapping[str, str]) -> "Owner":
    """This machine, and a hash of the folders that Claude Code's logs are read from."""
    from ccmon.model import Owner
    host = os.uname().nodename if hasattr(os, "uname") else env.get("COMPUTERNAME", "")
    return Owner(host or "localhost", _hash(_account(claude_folders(env), env)))


def claude_folders(env: Mapping[str, str]) -> List[str]:
    """Claude Code's configuration folders, each once: CLAUDE_CONFIG_DIR, comma-separated, else the two usual folders.

    A relative one lies in the home, where ccusage is run: who is asked, and from where, makes no difference.
    """
    return list(dict.fromkeys(_tidy(name, env) for name in _names(env)))


def account_of(folders: Sequence[str], env: Mapping[str, str]) -> "Owner":
    """This machine, and the hash of these folders, as they are written; they are read as CLAUDE_CONFIG_DIR is."""
    return owner({**env, FOLDERS: ",".join(folders)})


def with_folders(env: Mapping[str, str], folders: Sequence[str]) -> Mapping[str, str]:
    """The environment in which Claude Code's folders are these, if they are not already; its own ones are not named."""
    wanted = account_of(folders, env)
    if owner(env) == wanted:
        return env
    without = {name: value for name, value in env.items() if name != FOLDERS}
    named = claude_folders({**env, FOLDERS: ",".join(folders)})
    return without if owner(without) == wanted else {**without, FOLDERS: ",".join(named)}


def usual_folders(env: Mapping[str, str]) -> List[str]:
    """The two that are read where no folder is named."""
    return claude_folders({name: value for name, value in env.items() if name != FOLDERS})


def folders_beside(env: Mapping[str, str]) -> List[str]:
    """Folders ~/.claude-* that Claude Code uses, by name; at most MOST_BESIDE. Other programs name theirs so, too."""
    user = home(env)
    try:
        names = sorted(os.listdir(user)) if user else []
    except OSError:
        names = []
    folders = [os.path.join(user or "", name) for name in names if name.startswith(".claude-") and "," not in name]
    return [folder for folder in folders if is_of_claude(folder)][:MOST_BESIDE]


def login_files(env: Mapping[str, str]) -> List[str]:
    """The files in which Claude Code notes who is logged in: in the home, or in each folder that CLAUDE_CONFIG_DIR names.

    Of a list of folders, which is for ccusage alone, Claude Code was run with one or with none: the home counts too.
    """
    named = [part for part in env.get(FOLDERS, "").split(",") if part.strip()]
    user = home(env)
    in_home = [os.path.join(user, LOGIN_FILE)] if user else []
    files = [os.path.join(os.path.dirname(folder) if os.path.basename(folder) == _PROJECTS else folder, LOGIN_FILE)
             for folder in claude_folders(env)] if named else []
    usual = user is not None and os.path.join(user, ".claude", LOGIN_FILE) in files
    return list(dict.fromkeys(files + (in_home if not named or len(named) > 1 and usual else [])))


def is_of_claude(folder: str) -> bool:
    """Whether logs, or Claude Code's own file, lie there."""
    return os.path.isdir(_logs(folder)) or os.path.isfile(os.path.join(folder, LOGIN_FILE))


def is_usual_used(env: Mapping[str, str]) -> bool:
    """Whether Claude Code has used one of the two usual folders."""
    return any(map(is_of_claude, usual_folders(env))) or os.path.isfile(os.path.join(home(env) or os.sep, LOGIN_FILE))


def _names(env: Mapping[str, str]) -> List[str]:
    """The folders as they were named."""
    named = [part.strip() for part in env.get(FOLDERS, "").split(",")]
    return [name for name in named if name] or [_xdg_folder(env), _usual_folder(env)]


def _usual_folder(env: Mapping[str, str]) -> str:
    return os.path.join(home(env) or os.sep, ".claude")


def _xdg_folder(env: Mapping[str, str]) -> str:
    base = env.get("XDG_CONFIG_HOME", "")
    return os.path.join(base if os.path.isabs(base) else os.path.join(home(env) or os.sep, ".config"), "claude")


def _tidy(name: str, env: Mapping[str, str]) -> str:
    """An absolute path without ~, //, /./ and a / at its end; `..` stays, which behind a link is not the folder before it."""
    user = home(env)
    own = name == "~" or name[:2] in ("~/", "~" + os.sep)
    path = os.path.join(user or os.sep, user + name[1:] if user and own else os.path.expanduser(name))
    drive, rest = os.path.splitdrive(path.replace(os.altsep or os.sep, os.sep))
    return drive + os.sep + os.sep.join(part for part in rest.split(os.sep) if part not in ("", "."))


# --- whose usage it is ------------------------------------------------------------------------------------------------

_PROJECTS = "projects"
_LONGEST = 3                           # folders in a list whose every order is tried


def former_accounts(env: Mapping[str, str]) -> Tuple[str, ...]:
    """Other hashes under which this account may be stored: those of an older ccmon, and of the same folders named otherwise.

    None of them is an account of other folders, so that all of their owners on this machine may be joined with the present
    one. A few hundred short hashes: for when an owner is missing, not for every read.
    """
    present = _account(claude_folders(env), env)
    written = [os.path.realpath(_tidy(name, env)) for name in _names(env)]
    lists = [written, sorted(written), *_spellings(claude_folders(env), present)]
    usual = [_xdg_folder(env), _xdg_folder({**env, "XDG_CONFIG_HOME": ""}), _usual_folder(env)]
    if _account([usual[0], usual[2]], env) == present:
        lists += _spellings([_tidy(name, env) for name in usual], present)
    return tuple(name for name in dict.fromkeys(map(_hash, lists)) if name != _hash(present))


def _spellings(folders: Sequence[str], present: Sequence[str]) -> List[List[str]]:
    """The lists that mean the present folders and perhaps others of these, as an older ccmon wrote them: links resolved, in the
    order given, those named twice twice, the folder of the logs where that was named; and as before the folder was a link."""
    real = {name: _real_folder(folder) for folder in folders
            for name in (os.path.realpath(folder), os.path.realpath(_logs(folder)), _real_folder(folder),
                         os.path.join(_real_folder(folder), _PROJECTS),
                         os.path.join(os.path.realpath(os.path.dirname(folder)), os.path.basename(folder)))}
    tried = (names for length in range(len(present), _LONGEST + 1) for names in product(real, repeat=length))
    return [list(names) for names in tried if {real[name] for name in names} >= set(present)]


def _hash(folders: Sequence[str]) -> str:
    try:
        # private: hashlib loads OpenSSL, which takes longer than all else here
        from _sha2 import sha256  # type: ignore[import-not-found]
    except ImportError:
        from hashlib import sha256
    return sha256("\n".join(folders).encode("utf-8", "replace")).hexdigest()[:12]


def _account(folders: Sequence[str], env: Mapping[str, str]) -> List[str]:
    """The folders that make the account: those named, links resolved, sorted, whether they are there just now or not.

    Only the two usual folders are one account by rule, that of ~/.claude: the default is the same as
    CLAUDE_CONFIG_DIR=~/.claude, also when the other one appears. It is the other one's while nothing is in ~/.claude.
    """
    usual = _real_folder(_usual_folder(env))
    others = {_real_folder(_xdg_folder(env)), _real_folder(_xdg_folder({**env, "XDG_CONFIG_HOME": ""}))} - {usual}
    by_real_folder = {_real_folder(folder): folder for folder in folders}
    if usual in by_real_folder and by_real_folder.keys() <= others | {usual}:
        filled = sorted(real for real, folder in by_real_folder.items() if os.path.isdir(_logs(folder)))
        logs = _logs(_usual_folder(env))       # there, or behind a link that leads nowhere just now
        is_used = os.path.isdir(logs) or os.path.islink(_usual_folder(env)) or os.path.islink(logs)
        return [usual] if is_used or not filled else filled
    return sorted(by_real_folder)


def _logs(folder: str) -> str:
    """Where the logs of a configuration folder are; it may be named itself."""
    return folder if os.path.basename(folder) == _PROJECTS else os.path.join(folder, _PROJECTS)


def _real_folder(folder: str) -> str:
    """The configuration folder in which the logs really are."""
    logs = os.path.realpath(_logs(folder))
    return os.path.dirname(logs) if os.path.basename(logs) == _PROJECTS else logs


def read(path: Optional[str], sections: Sequence[str]) -> Dict[str, Dict[str, RawValue]]:
    """The sections of config.ini; empty when there is none. CcmonError for what does not parse, and unknown sections."""
    if not path or not os.path.exists(path):
        return {}
    try:
        content = private.read(path, whose).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as err:
        reason = getattr(err, "strerror", None) or err
        raise SettingError(f"{path} cannot be read ({reason})", _way_out(path, err), path, 1) from None
    return sections_of(content, path, sections)


def whose(status: os.stat_result) -> Optional[str]:
    """It names commands that ccmon runs. 0777 is what a disk shows that has no modes, such as those of Windows."""
    return private.foreign(status) if stat.S_IMODE(status.st_mode) == 0o777 else private.open_to_others(status)


def _way_out(path: str, err: Exception) -> str:
    reason = str(getattr(err, "strerror", ""))
    if private.SHARED in reason:
        import shlex
        return f"Make it yours alone: chmod go-w {shlex.quote(path)} (or set XDG_CONFIG_HOME, if its disk keeps no modes)"
    return "Set XDG_CONFIG_HOME to a folder of your own" if private.FOREIGN in reason else "Mend or remove it"


def sections_of(content: str, path: str, sections: Sequence[str]) -> Dict[str, Dict[str, RawValue]]:
    """The sections of that content of config.ini. CcmonError for what does not parse, and unknown sections."""
    contents = ini_contents(content)
    if contents.fault:
        line, what = contents.fault
        raise SettingError(f"{path}, line {line}: {what}", "Mend or remove the file", path, line)
    beginnings = tuple(name[:-len(ANY_NAME)] for name in sections if name.endswith(ANY_NAME))
    for section, at in contents.headers:
        if section not in sections and not section.startswith(beginnings):
            valid = ", ".join(f"[{name}]" for name in sections)
            raise RawValue("", f"{path}, line {at + 1}", at + 1).error(f"unknown section [{clean(section)}]; valid are {valid}")
    values: Dict[str, Dict[str, RawValue]] = {section: {} for section, _ in contents.headers}
    for one in contents.entries:
        values[one.section][one.key] = RawValue(one.text, f"{path}, line {one.first + 1}", one.first + 1)
    return values


class IniEntry(NamedTuple):
    """One value and the lines that hold it: from first up to, not including, end."""

    section: str
    key: str                           # in small letters
    text: str
    first: int
    end: int


class IniContents(NamedTuple):
    """What an INI file holds; lines are counted from 0."""

    headers: List[Tuple[str, int]]                 # each section and the number of its line
    entries: List[IniEntry]
    fault: Optional[Tuple[int, str]]               # the first line that configparser refuses, from 1, and what is wrong there


def ini_contents(content: str) -> IniContents:
    """Read as configparser does, which takes long to load. Other than there a name under [prices] may have colons.

    A line that stands further right than the option above it belongs to that one's value; lines of no form are passed over.
    """
    headers: List[Tuple[str, int]] = []
    entries: List[IniEntry] = []
    faults: List[Tuple[int, str]] = []
    open_at, gap = -1, ""              # the column in which the option begins whose value may go on; -1 for none
    for number, line in enumerate(content.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        text = line.strip()
        if not text or text[0] in "#;":
            gap += "" if text else "\n"
            continue
        at = len(line) - len(line.lstrip())
        if 0 <= open_at < at:
            entries[-1] = entries[-1]._replace(text=f"{entries[-1].text}{gap}\n{text}", end=number + 1)
        elif text[0] == "[" and text.rfind("]") > 1:
            headers.append((text[1:text.rindex("]")], number))
            open_at = -1
        else:
            entry = _entry(text, headers[-1][0], number) if headers else None
            what = "this is no line of the form name = value" if headers else "settings stand below a line [ccmon]"
            faults += [] if entry else [(number + 1, what)]
            entries += [entry] if entry else []
            open_at = at if entry else open_at
        gap = ""
    return IniContents(headers, entries, min([*_repeated(headers, entries), *faults], default=None))


def _entry(text: str, section: str, number: int) -> Optional[IniEntry]:
    sign = sign_at(text, section)
    name = text[:max(0, sign)].rstrip().lower()
    return IniEntry(section, name, text[sign + 1:].strip(), number, number + 1) if name else None


def sign_at(line: str, section: str) -> int:
    """The index of the = or : between name and value on a line of that section; -1 where there is none."""
    if section == "prices":
        return line.find("=") if "=" in line else line.rfind(":")
    return min((line.find(sign) for sign in "=:" if sign in line), default=-1)


def _repeated(headers: Sequence[Tuple[str, int]], entries: Sequence[IniEntry]) -> List[Tuple[int, str]]:
    """The lines, by number, where what is there begins a second time."""
    names: Set[Tuple[str, ...]] = set()
    faults: List[Tuple[int, str]] = []
    for at, *name in sorted([(at, name) for name, at in headers] + [(one.first, one.section, one.key) for one in entries]):
        if tuple(name) in names:
            faults.append((at + 1, f"'{name[1]}' is set a second time" if name[1:] else f"[{name[0]}] begins a second time"))
        names.add(tuple(name))
    return faults


def open_log(path: Optional[str]) -> TextIO:
    """The log file, begun anew when it has grown large; nowhere when it cannot be written."""
    try:
        private.own_folder(os.path.dirname(path or ""))
        fresh = os.O_TRUNC if path and os.path.exists(path) and os.path.getsize(path) > LOG_BYTES else 0
        fd = private.open_file(path or "", os.O_WRONLY | os.O_CREAT | os.O_APPEND | fresh)
        return open(fd, "a", encoding="utf-8", errors="replace", buffering=1)
    except OSError:
        return open(os.devnull, "a", encoding="utf-8")


def follow_log(log: TextIO, path: Optional[str]) -> None:
    """Let the open log, and stderr where that leads to it, be the file that lies there now: the home may have been exchanged."""
    with suppress(OSError):
        if os.path.samestat(os.stat(path or ""), os.fstat(log.fileno())):
            return
    with open_log(path) as new, suppress(OSError):
        is_stderr = os.path.samestat(os.fstat(2), os.fstat(log.fileno()))
        os.dup2(new.fileno(), log.fileno(), inheritable=False)
        if is_stderr:
            os.dup2(new.fileno(), 2)
