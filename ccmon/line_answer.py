"""The door to the cached status lines, read: which file answers, and its freshness.

This file and private.py are all that a cached `ccmon --statusline` loads: nothing slow is imported.
Shells read the same folder without Python: by the times of `fresh`, `expires`, `ends` and `state` against that of `now`.
"""

import os
import time

from ccmon.private import content_of, mtime_s, set_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Final, Mapping
    Environ = Mapping[str, str]
    Refresh = Callable[[str, list[str], Environ], object]
    Finish = Callable[[bytes], bytes]

TTL_S = 15
NOT_UTF8 = "<locale>"                  # stands in a signature for a locale that is not UTF-8
KEEP_S = 86_400                        # lines not asked for since then are no longer rendered
MOST_LINES = 32
MOST_FRESH_S = 7200
MOST_PAUSE_S = 60                      # between two tries of a failing source
MOST_AHEAD_S = 60                      # a time that lies further ahead is of another clock
COARSE_S = 2                           # the coarsest file times: whole seconds to bash 3.2 and some disks, even ones on FAT
HOLD_S = 3                             # a shell that has just had a refresh started need not ask again
SPOOL = "readings"                     # what Claude Code said, until a refresh takes it
RECORD = b"\x1e"                       # begins what is no line yet: sources/hook.py makes one of it
FORMATS = ("plain", "ansi", "tmux", "tmuxdark", "tmuxlight", "tmuxbright", "bash", "zsh", "fish", "starship", "waybar",
           "i3blocks", "polybar", "xbar", "json", "claude")            # those of choices.py: each has a file
NOT_LINES = ("state", "lock", "fresh", "expires", "ends", "now", SPOOL)
CHANGED = -1                           # a stamp that no configuration has
DOMAIN = ("CLAUDE_CONFIG_DIR", "CCMON_DATA_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME")


class State:
    """When the data were read and when to try again (epoch s), under which configuration (its stamp).

    `note` is JSON about the source, for the long road.
    """

    __slots__ = ("fresh_until", "retry_at", "expires_at", "refreshed", "failures", "config", "note")

    def __init__(self, fresh_until: int = 0, retry_at: int = 0, expires_at: int = 0, refreshed: int = 0,
                 failures: int = 0, config: int = 0, note: str = "") -> None:
        self.fresh_until: "Final" = fresh_until
        self.retry_at: "Final" = retry_at
        self.expires_at: "Final" = expires_at
        self.refreshed: "Final" = refreshed
        self.failures: "Final" = failures
        self.config: "Final" = config
        self.note: "Final" = note

    def replaced(self, **fields: "int | str") -> "State":
        """The same with other values in those fields."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return State(**{**values, **fields})

    @property
    def quiet_until(self) -> int:
        """Nobody need ask for a refresh before."""
        return max(self.fresh_until, self.retry_at)

    def backing_off(self, now: float) -> bool:
        """True while nobody may try again."""
        return is_pause(self.retry_at, now)

    def outdated(self, config: str) -> bool:
        """True when the configuration is not the one that the lines were rendered from."""
        return self.config != config_stamp(config)

    def due(self, now: float, config: str) -> bool:
        """True when a refresh may start: not fresh, not backing off, not from the future; or the configuration moved."""
        if self.backing_off(now):
            return False
        fresh = now < self.fresh_until <= now + MOST_FRESH_S and self.refreshed <= now + MOST_AHEAD_S
        return not fresh or self.outdated(config)


def is_pause(until: float, now: float) -> bool:
    """Whether a pause until then is on; one that ends too far ahead was noted before the clock was set back."""
    return now < until <= now + MOST_PAUSE_S + 1


def config_stamp(path: str) -> int:
    """When the file changed (ns) and its size, 0 when there is none: no clock has to agree with another to see a change.

    The time alone says little where a disk keeps whole seconds.
    """
    try:
        status = os.stat(path)
        return (status.st_size << 64) + status.st_mtime_ns
    except OSError:
        return 0


def _base(env: "Environ", variable: str) -> str:
    """The folder that an XDG variable names, or on Windows %LOCALAPPDATA%, as in settings/config.py; "" for the usual one."""
    base = env.get(variable, "")
    return base if os.path.isabs(base) else env.get("LOCALAPPDATA", "") if os.name == "nt" else ""


def folder(env: "Environ") -> "str | None":
    """The cache folder of this environment: one for each set of Claude folders and data folders."""
    base = _base(env, "XDG_CACHE_HOME")
    domain = "\n".join([env.get(name, "") for name in DOMAIN])
    user = env.get("HOME") or os.path.expanduser("~")
    if base and not base.startswith(user + "/"):
        domain += user                 # that folder may serve several homes
    if not base:
        if not os.path.isabs(user) or not os.path.isdir(user):
            return None
        base = user + "/.cache"
    return base + ("/ccmon" if domain == "\n\n\n" else "/ccmon/" + checksum(domain))


def config_path(env: "Environ") -> str:
    """Where config.ini is; only its time of change matters here."""
    return (_base(env, "XDG_CONFIG_HOME") or os.path.expanduser("~/.config")) + "/ccmon/config.ini"


def checksum(text: str) -> str:
    """Eight characters that stand for the text."""
    from binascii import crc32  # not for every line
    return format(crc32(text.encode("utf-8", "surrogateescape")) & 0xFFFFFFFF, "08x")


def is_utf8(env: "Environ") -> bool:
    """Whether the locale that the variables, or the words of a key, name is UTF-8: the one rule of all lines."""
    if NOT_UTF8 in env:
        return False
    name = (env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or "").lower()
    return "utf-8" in name or "utf8" in name


def signature(env: "Environ") -> "list[str]":
    """The environment variables that change a line's text, as NAME=value; empty in the usual environment."""
    names = [n for n in env if n.startswith("CCMON_") and n != "CCMON_LINE" and n[6:11] != "ALERT" or n in ("NO_COLOR", "TZ")]
    words = [n + "=" + env[n] for n in sorted(names)]
    return words if is_utf8(env) else words + [NOT_UTF8 + "="]


def key(argv: "list[str]", env: "Environ") -> str:
    """One line of text that stands for the exact words that asked."""
    words = [w.replace("\\", "\\\\").replace("\n", "\\n").replace("\0", "\\0") for w in argv + ["", *signature(env)]]
    return "\0".join(words)


def file_of(key_text: str) -> str:
    """The file of a line: --format D alone has one named D, which shell snippets can read; others go by a checksum.

    No other word is a name of a file: on disks that do not tell upper from lower case State would be that of state. plain
    is what is asked for without words: the configuration may name another format for that.
    """
    parts = key_text.split("\0")
    alone = len(parts) == 4 and parts[:2] == ["--statusline", "--format"] and not parts[3]
    if alone and parts[2] != "plain" and parts[2] in FORMATS:
        return parts[2]
    return "plain" if key_text == "--statusline\0" else checksum(key_text) + ".line"


def read_line(where: str, key_text: str) -> "bytes | None":
    """The cached line of exactly these words, with its newline."""
    name = file_of(key_text)
    content = content_of(where + "/" + name)
    if not content:
        return None
    if name in FORMATS:                # nothing but the line
        return content
    head, _, line = content.partition(b"\n")
    return line if line and head == key_text.encode("utf-8", "surrogateescape") else None


def read_state(where: str) -> State:
    """The freshness file; an empty state when there is none or it is damaged."""
    content = (content_of(where + "/state") or b"").decode("utf-8", "surrogateescape")
    head, _, note = content.partition("\n")
    try:
        fresh_until, retry_at, expires_at, refreshed, failures, config = [int(word) for word in head.split()]
        return State(fresh_until, retry_at, expires_at, refreshed, failures, config, note)
    except ValueError:
        return State()


def answer(argv: "list[str]", refresh: "Refresh", finish: "Finish") -> bool:
    """Print the cached line of exactly these words, finished, and have it refreshed behind the caller's back.

    False: there is no such line, or it is too old to be shown as it is; take the long road.
    """
    env = os.environ
    where = folder(env)
    if where is None:
        return False
    key_text = key(argv, env)
    line = read_line(where, key_text)
    if line is None:
        return False
    state, now, config = read_state(where), time.time(), config_path(env)
    if state.outdated(config) or not now < state.expires_at <= now + MOST_FRESH_S + KEEP_S:
        return False
    put(finish(line))
    if state.due(now, config):
        set_time(where + "/" + file_of(key_text), now)     # it was asked for just now
        refresh(where, argv, env)
    else:
        hold(where, now, state.quiet_until)
    return True


def hold(where: str, now: float, until: float) -> None:
    """Keep the shells that read the lines from starting one process each, as long as the lines may be shown."""
    if mtime_s(where + "/fresh") <= now:
        set_time(where + "/fresh", min(until, mtime_s(where + "/expires")))


def put(line: bytes) -> None:
    """One write to stdout; a closed, full or broken one is no reason to fail."""
    try:
        os.write(1, line)
    except OSError:
        pass
