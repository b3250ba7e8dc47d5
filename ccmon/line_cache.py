"""The door to the cached status lines, written: line files put in place, listed, forgotten; their freshness noted.

Shells compare times of change: a line may be shown while `expires` is newer than now, nobody need be asked for another
while `fresh` is (which never outlives `expires`), and its numbers are of a session that still runs while `ends` is.
"""

import os
import time

from ccmon import line_answer, private
from ccmon.system import newfiles


def argv_and_env(key_text: str) -> "tuple[list[str], dict[str, str]]":
    """The argument list and the environment that a key stands for."""
    parts = [_unescape(w) for w in key_text.split("\0")]
    end = len(parts) - 1 - parts[::-1].index("") if "" in parts else len(parts)
    return parts[:end], dict([w.split("=", 1) for w in parts[end + 1:] if "=" in w])


def _unescape(word: str) -> str:
    out, escaped = [], False
    for char in word:
        if escaped:
            out.append({"n": "\n", "0": "\0"}.get(char, char))
        elif char != "\\":
            out.append(char)
        escaped = char == "\\" and not escaped
    return "".join(out)


def write_line(where: str, key_text: str, line: bytes) -> None:
    """Put the line in its file, when its bytes changed."""
    name = line_answer.file_of(key_text)
    content = line if name in line_answer.FORMATS else key_text.encode("utf-8", "surrogateescape") + b"\n" + line
    if len(content) > private.MOST_CACHED_BYTES or private.content_of(where + "/" + name) == content:
        return                         # words of a megabyte are answered without a cache
    asked_at = private.mtime_s(where + "/" + name)
    replace(where, name, content)
    if asked_at:
        private.set_time(where + "/" + name, asked_at)  # its time of change says when it was last asked for


def replace(where: str, name: str, content: bytes) -> bool:
    """Write a file of the cache whole or not at all; a full disk or a read-only home costs the cache, nothing else."""
    try:
        private.own_folder(where)
        newfiles.sweep([where], cache=True)
        newfiles.replace(where, None, where + "/" + name, content, lasting=False)
        return True
    except OSError:
        return False


def forget(where: str, key_text: str) -> None:
    """Remove a line that can no longer be made current: whoever asks for it next renders it anew."""
    private.unlink(where + "/" + line_answer.file_of(key_text))


def _lines(where: str) -> "list[str]":
    try:
        return [n for n in os.listdir(where) if n in line_answer.FORMATS or n.endswith(".line")]
    except OSError:
        return []


def line_count(where: str) -> int:
    """How many lines there are."""
    return len(_lines(where))


def last_asked_s(where: str) -> float:
    """When any line was last asked for while it was not fresh (epoch s); 0 when none was."""
    return max([private.mtime_s(where + "/" + name) for name in _lines(where)], default=0.0)


def recent_keys(where: str) -> "list[str]":
    """The keys asked for in the last day, the newest first, at most MOST_LINES; all others are removed."""
    now = time.time()
    by_time = sorted([(_asked_at(where + "/" + n, now), n) for n in _lines(where) if n != "plain"], reverse=True)
    recent = [n for at, n in by_time if at >= now - line_answer.KEEP_S][:line_answer.MOST_LINES]
    for _, name in by_time:
        if name not in recent:
            private.unlink(where + "/" + name)
    keys = [_key_of(where, n) for n in recent]
    return [key_text for key_text in keys if key_text]


def _asked_at(path: str, now: float) -> float:
    """When the line was last asked for; for one of a clock that was ahead its day begins now."""
    at = private.mtime_s(path)
    if at > now + line_answer.MOST_AHEAD_S:
        private.set_time(path, now)
    return min(at, now)


def _key_of(where: str, name: str) -> str:
    """The words that the file answers."""
    if name in line_answer.FORMATS:
        return "--statusline\0--format\0" + name + "\0"
    return (private.content_of(where + "/" + name) or b"").partition(b"\n")[0].decode("utf-8", "surrogateescape")


def write_state(where: str, state: line_answer.State) -> bool:
    """Replace the freshness file, and the times that shells look at; False when it cannot be."""
    whole = _put_state(where, state)
    mark(where, "expires", state.expires_at)
    mark(where, "fresh", min(state.quiet_until, state.expires_at))
    private.unlink(where + "/now")            # fish can only append to it
    return whole


def _put_state(where: str, state: line_answer.State) -> bool:
    """Its time lies a little back: a configuration that is written in the same second is newer then, also to bash 3.2."""
    numbers = (state.fresh_until, state.retry_at, state.expires_at, state.refreshed, state.failures, state.config)
    text = " ".join([str(int(n)) for n in numbers]) + "\n" + state.note
    whole = replace(where, "state", text.encode("utf-8", "surrogateescape"))
    if whole:
        private.set_time(where + "/state", private.mtime_s(where + "/state") - line_answer.COARSE_S)
    return whole


def mark(where: str, name: str, at: int) -> None:
    """Give an empty file this time of change (epoch s), for shells to compare with."""
    path = where + "/" + name
    if not os.path.exists(path):
        replace(where, name, b"")
    private.set_time(path, at)


def outdate(env: "line_answer.Environ") -> None:
    """Let no cached line, of whichever account, be shown as it is any more: what they were rendered from was changed just now.

    No time of a file says that for sure. The next call renders its line anew, and has all of them refreshed.
    """
    folder = line_answer.folder(env)
    for where in _all_accounts(folder) if folder else ():
        if os.path.exists(where + "/state") and not private.foreign_folder(where):
            if not _put_state(where, line_answer.read_state(where).replaced(config=line_answer.CHANGED)):
                private.unlink(where + "/state")          # a full disk
            for name in ("fresh", "expires", "ends"):
                private.unlink(where + "/" + name)


def _all_accounts(folder: str) -> "list[str]":
    """The folders of lines beside that one, and itself: each account has one of its own."""
    root = folder if os.path.basename(folder) == "ccmon" else os.path.dirname(folder)
    try:
        return [root, *[root + "/" + name for name in os.listdir(root) if len(name) == 8 and name.isalnum()]]
    except OSError:
        return [folder]
