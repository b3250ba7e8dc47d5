"""The door to files and environment: where things are kept, whose usage it is, what config.ini says."""

import configparser
import hashlib
import os
from typing import Dict, List, Mapping, NamedTuple, Optional, Sequence, TextIO

from ccmon.model import CcmonError, Given, Owner
from ccmon.system import private
from ccmon.text import clean

LOG_BYTES = 1_000_000
ANY_NAME = "NAME"                      # ends what stands for many sections
_COLON = "\ufdd0"                      # no character: stands for a colon that belongs to a name


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


def owner(env: Mapping[str, str]) -> Owner:
    """This machine, and a hash of the folders that Claude Code's logs are read from."""
    host = os.uname().nodename if hasattr(os, "uname") else env.get("COMPUTERNAME", "")
    folders = "\n".join(os.path.realpath(folder) for folder in claude_folders(env))
    return Owner(host or "localhost", hashlib.sha256(folders.encode("utf-8", "replace")).hexdigest()[:12])


def claude_folders(env: Mapping[str, str]) -> List[str]:
    """Claude Code's configuration folders: CLAUDE_CONFIG_DIR, comma-separated, else the two usual places."""
    named = [os.path.expanduser(part.strip()) for part in env.get("CLAUDE_CONFIG_DIR", "").split(",")]
    if any(named):
        return [folder for folder in named if folder]
    user = home(env) or "/"
    base = env.get("XDG_CONFIG_HOME", "")
    first = base if os.path.isabs(base) else os.path.join(user, ".config")
    return [os.path.join(first, "claude"), os.path.join(user, ".claude")]


def read(path: Optional[str], known: Sequence[str]) -> Dict[str, Dict[str, Given]]:
    """The sections of config.ini; empty when there is none. CcmonError tells what does not parse, and unknown sections."""
    if not path or not os.path.exists(path):
        return {}
    try:
        with open(path, encoding="utf-8-sig") as file:
            content = file.read()
    except (OSError, UnicodeDecodeError) as err:
        raise CcmonError(f"{path} cannot be read ({err}). Mend or remove it") from None
    return sections_of(content, path, known)


def sections_of(content: str, path: str, known: Sequence[str]) -> Dict[str, Dict[str, Given]]:
    """The sections of that content of config.ini. CcmonError tells what does not parse, and unknown sections."""
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    content = _masked(content)
    try:
        parser.read_string(content, path)
    except configparser.Error as err:
        raise CcmonError(f"{path}, line {_unmasked(_bad_line(err))}. Mend or remove the file") from None
    for section in parser.sections():
        if not any(_is_named(section, name) for name in known):
            valid = ", ".join(f"[{name}]" for name in known)
            raise CcmonError(f"{path}, line {_line_of(content, section)}: unknown section [{clean(section)}]; valid are {valid}")
    return {section: {_unmasked(key): Given(_unmasked(text), f"{path}, line {_line_of(content, section, key)}")
                      for key, text in parser.items(section)} for section in parser.sections()}


def _masked(content: str) -> str:
    """With a mark for each colon in a name under [prices]: ids of models may have some, and configparser ends a name there."""
    lines, inside = content.split("\n"), False
    for number, line in enumerate(lines):
        inside = line.strip().split("]")[0] == "[prices" if line.strip().startswith("[") else inside
        if inside:
            name, sign, value = line.partition("=") if "=" in line else line.rpartition(":")
            lines[number] = name.replace(":", _COLON) + sign + value
    return "\n".join(lines)


def _unmasked(text: str) -> str:
    return text.replace(_COLON, ":")


def _is_named(section: str, name: str) -> bool:
    """Whether the section is that one; theme.NAME stands for theme. and any name."""
    return section.startswith(name[:-len(ANY_NAME)]) if name.endswith(ANY_NAME) else section == name


def _bad_line(err: configparser.Error) -> str:
    """3: what is wrong there."""
    if isinstance(err, configparser.MissingSectionHeaderError):
        return f"{err.lineno}: settings stand below a line [ccmon]"
    if isinstance(err, configparser.ParsingError):
        return f"{err.errors[0][0]}: this is no line of the form name = value"
    if isinstance(err, configparser.DuplicateOptionError):
        return f"{err.lineno}: '{err.option}' is set a second time"
    return f"{getattr(err, 'lineno', '?')}: [{getattr(err, 'section', '?')}] begins a second time"


def open_log(path: Optional[str]) -> TextIO:
    """The log file, begun anew when it has grown large; nowhere when it cannot be written."""
    try:
        private.make_folder(os.path.dirname(path or ""))
        fresh = os.O_TRUNC if path and os.path.exists(path) and os.path.getsize(path) > LOG_BYTES else 0
        fd = private.open_file(path or "", os.O_WRONLY | os.O_CREAT | os.O_APPEND | fresh)
        return open(fd, "a", encoding="utf-8", errors="replace", buffering=1)
    except OSError:
        return open(os.devnull, "a", encoding="utf-8")


def _line_of(content: str, section: str, key: Optional[str] = None) -> int:
    """The number of the line where the section begins, or where it has the key."""
    inside = False
    for number, line in enumerate(content.splitlines(), 1):
        text = line.strip()
        if text.startswith("["):
            inside = text[1:].split("]")[0] == section
            if inside and key is None:
                return number
        elif inside and text.replace(":", "=").split("=")[0].strip().lower() == key:
            return number
    return 0
