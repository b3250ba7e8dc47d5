"""The door to the cached status lines, written: line files put in place, listed, forgotten; their freshness noted.

Shells compare times of change: a line may be shown while `expires` is newer than now, nobody need be asked for another
while `fresh` is (which never outlives `expires`), and its numbers are of a session that still runs while `ends` is.
"""

import errno
import os
import time
from contextlib import nullcontext

from ccmon import linecache
from ccmon.system import newfiles, private

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import IO, Iterator

LATE_S = 10
MOST_BYTES = 200_000
_NO_SPOOL = (errno.ENOENT, errno.EPERM, errno.ENXIO, errno.ELOOP)      # nothing, or nothing of ours


def words(key_text: str) -> "tuple[list[str], dict[str, str]]":
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
    name = linecache.file_of(key_text)
    content = line if linecache.is_dialect(name) else key_text.encode("utf-8", "surrogateescape") + b"\n" + line
    if len(content) > linecache.MOST_BYTES or linecache.read(where + "/" + name) == content:
        return                         # words of a megabyte are answered without a cache
    asked_at = linecache.changed(where + "/" + name)
    replace(where, name, content)
    if asked_at:
        linecache.set_time(where + "/" + name, asked_at)  # its time of change says when it was last asked for


def replace(where: str, name: str, content: bytes) -> bool:
    """Write a file of the cache whole or not at all; a full disk or a read-only home costs the cache, nothing else."""
    whole = False
    try:
        linecache.make_folder(where)
        newfiles.sweep([where], cache=True)
        with newfiles.making(where) as new:
            whole = os.write(new.fd, content) == len(content)
            if whole:
                if os.name == "nt":    # one that is open cannot be renamed
                    new.close()
                private.put_in_place(new.name, where + "/" + name)
    except OSError:
        whole = False
    return whole


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass


def forget(where: str, key_text: str) -> None:
    """Remove a line that can no longer be kept current: whoever asks for it next renders it anew."""
    _remove(where + "/" + linecache.file_of(key_text))


def _lines(where: str) -> "list[str]":
    try:
        return [n for n in os.listdir(where) if linecache.is_dialect(n) or n.endswith(".line")]
    except OSError:
        return []


def any_line(where: str) -> bool:
    """True once somebody was answered."""
    return bool(_lines(where))


def how_many(where: str) -> int:
    """The lines that are kept."""
    return len(_lines(where))


def asked_at(where: str) -> float:
    """When any line was last asked for while it was not fresh (epoch s); 0 when none was."""
    return max([linecache.changed(where + "/" + name) for name in _lines(where)], default=0.0)


def asked(where: str) -> "list[str]":
    """The keys asked for in the last day, the newest first, at most 32; all others are removed."""
    now = time.time()
    found = sorted([(_asked_at(where + "/" + n, now), n) for n in _lines(where) if n != "plain"], reverse=True)
    kept = [n for at, n in found if at >= now - linecache.KEEP_S][:linecache.MOST_LINES]
    for _, name in found:
        if name not in kept:
            _remove(where + "/" + name)
    keys = [_key_of(where, n) for n in kept]
    return [key_text for key_text in keys if key_text]


def _asked_at(path: str, now: float) -> float:
    """When the line was last asked for; for one of a clock that was ahead its day begins now."""
    at = linecache.changed(path)
    if at > now + 60:
        linecache.set_time(path, now)
    return min(at, now)


def _key_of(where: str, name: str) -> str:
    """The words that the file answers."""
    if linecache.is_dialect(name):
        return "--statusline\0--format\0" + name + "\0"
    return (linecache.read(where + "/" + name) or b"").partition(b"\n")[0].decode("utf-8", "surrogateescape")


def may_be_spooled(where: str) -> bool:
    """Whether the spool may hold what was not taken yet; False where spooled() would give nothing."""
    return any(os.path.lexists(where + "/" + linecache.SPOOL + ending) for ending in ("", ".taken"))


def spooled(where: str) -> "Iterator[str]":
    """What the spool holds, file by file: ask for the next when one is safely stored. The caller holds the lock.

    What was taken stays readable for a while, and is given again: a writer that had the file open then may still have added to
    it. What is added once its name is gone its writer writes anew, see linecache.append.
    """
    path, taken = where + "/" + linecache.SPOOL, where + "/" + linecache.SPOOL + ".taken"
    try:
        old = _opened(taken)
    except OSError as error:
        if error.errno not in _NO_SPOOL:
            return                     # nothing may take its place
        old = None
    with old or nullcontext():
        before = _content(old)
        yield before
        if old and os.name == "nt":    # Windows replaces no open file
            old.close()
        if os.path.exists(path):
            try:
                private.put_in_place(path, taken)
                file = _opened(taken)
            except OSError:
                return
            yield from _late(old, before)
            with file:
                yield _content(file)
        elif time.time() - linecache.changed(taken) > LATE_S:
            _remove(taken)
            yield from _late(old, before)


def _opened(path: str) -> "IO[bytes]":
    """A plain file of our own. Raises OSError."""
    return os.fdopen(private.open_plain(path, os.O_RDONLY), "rb")


def _late(old: "IO[bytes] | None", before: str) -> "Iterator[str]":
    """What the file holds by now, where it has grown."""
    content = _content(old) if old and not old.closed else before
    if content != before:
        yield content


def _content(file: "IO[bytes] | None") -> str:
    if file is None:
        return ""
    file.seek(0)
    return file.read(MOST_BYTES).decode("ascii", "replace")


def write_state(where: str, state: linecache.State) -> bool:
    """Replace the freshness file, and the times that shells look at; False when it cannot be."""
    whole = _put_state(where, state)
    mark(where, "expires", state.expires_at)
    mark(where, "fresh", min(state.quiet_until, state.expires_at))
    _remove(where + "/now")            # fish can only append to it
    return whole


def _put_state(where: str, state: linecache.State) -> bool:
    """Its time lies a little back: a configuration that is written in the same second is newer then, also to bash 3.2."""
    numbers = (state.fresh_until, state.retry_at, state.expires_at, state.refreshed, state.failures, state.config)
    text = " ".join([str(int(n)) for n in numbers]) + "\n" + state.note
    whole = replace(where, "state", text.encode("utf-8", "surrogateescape"))
    if whole:
        linecache.set_time(where + "/state", linecache.changed(where + "/state") - linecache.COARSE_S)
    return whole


def mark(where: str, name: str, at: int) -> None:
    """Give an empty file this time of change (epoch s), for shells to compare with."""
    path = where + "/" + name
    if not os.path.exists(path):
        replace(where, name, b"")
    linecache.set_time(path, at)


def outdate(env: "linecache.Environ") -> None:
    """Let no cached line, of whichever account, be shown as it is any more: what they were rendered from was changed just now.

    No time of a file says that for sure. The next call renders its line anew, and has all of them refreshed.
    """
    folder = linecache.folder(env)
    for where in _all_accounts(folder) if folder else ():
        if os.path.exists(where + "/state") and not linecache.is_foreign_folder(where):
            state = linecache.read_state(where)
            state.config = linecache.CHANGED
            if not _put_state(where, state):
                _remove(where + "/state")          # a full disk
            for name in ("fresh", "expires", "ends"):
                _remove(where + "/" + name)


def _all_accounts(folder: str) -> "list[str]":
    """The folders of lines beside that one, and itself: each account has one of its own."""
    root = folder if os.path.basename(folder) == "ccmon" else os.path.dirname(folder)
    try:
        return [root, *[root + "/" + name for name in os.listdir(root) if len(name) == 8 and name.isalnum()]]
    except OSError:
        return [folder]
