"""The door to Claude Code's status line: its JSON read from stdin, noted for the next refresh, and joined with ccmon's words.

On the line's short cut: nothing slow is imported. The cache holds a record for that dialect: RECORD, then JSON (dialects.py).
"""

import os
import time

from ccmon import claude_row, line_answer, private
from ccmon.sources import session_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WAIT_S = 0.05                          # for a stdin that says nothing
MOST_SPOOL_BYTES = 65_536              # a refresher that never comes must not fill the disk


def finish(line: bytes) -> bytes:
    """The line to print: itself, or for a record the line that is made with what Claude Code says on stdin."""
    if line[:1] != line_answer.RECORD:
        return line
    try:
        record, document = parse(line[1:].decode("utf-8", "replace")), parse(read_stdin())
        note(document, line_answer.folder(os.environ), time.time())
        shown = claude_row.compose(record, document, columns(os.environ), time.time())
    except Exception:                  # an empty line or an exit code would blank Claude Code's row
        shown = claude_row.NOTHING
    return (shown or claude_row.NOTHING).encode("utf-8", "replace") + b"\n"


# --- stdin ------------------------------------------------------------------------------------------------------------

def read_stdin() -> str:
    """What is on stdin, as far as it comes within 50 ms; nothing from a terminal."""
    try:
        if os.isatty(0):
            return ""
        content = _read_windows() if os.name == "nt" else _read_within(time.monotonic() + WAIT_S)
    except (OSError, ValueError):
        return ""
    return content.decode("utf-8-sig", "replace")


def _read_within(deadline: float) -> bytes:
    import select
    content = b""
    while len(content) < private.MOST_CACHED_BYTES:
        # What is there already is read on a busy machine, too, where the time is over before the first select.
        if not select.select([0], [], [], max(0.0, deadline - time.monotonic()))[0]:
            break
        part = os.read(0, 65_536)
        content += part
        if not part:
            break
    return content


def _read_windows() -> bytes:
    import threading  # select knows only sockets there
    parts: "list[bytes]" = []

    def read() -> None:
        while sum(map(len, parts)) < private.MOST_CACHED_BYTES:
            part = os.read(0, 65_536)
            if not part:
                break
            parts.append(part)
    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(WAIT_S)
    return b"".join(parts)


class _ScannerRules:
    """What the scanner behind the json module is set up with; the module itself costs half an interpreter start."""

    strict, object_hook, object_pairs_hook, array_hook = False, None, None, None
    parse_float, parse_int, parse_constant = float, int, str


def parse(text: str) -> "Any":
    """The JSON value that the text begins with; None when there is none."""
    text = text.lstrip()
    try:
        from _json import make_scanner  # private: each Python may ask for other rules than these, or have none
        return make_scanner(_ScannerRules)(text, 0)[0]  # type: ignore[arg-type]
    except (StopIteration, ValueError, RecursionError, SystemError):
        return None                    # Python 3.9 to 3.11 have no words for what is wrong where json is not loaded
    except Exception:
        return _parse_slowly(text)


def _parse_slowly(text: str) -> "Any":
    """The same by what Python documents."""
    import json
    try:
        return json.JSONDecoder(strict=_ScannerRules.strict, parse_constant=_ScannerRules.parse_constant).raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def columns(env: "line_answer.Environ") -> int:
    """The cells of a row: what Claude Code says in COLUMNS, or 80."""
    word = env.get("COLUMNS", "")
    return int(word) if word.isascii() and word.isdigit() and 0 < int(word[:6]) <= 10_000 else 80


# --- the spool ------------------------------------------------------------------------------------------------------------

def note(document: "Any", where: "str | None", now: float) -> None:
    """Add the official percentages to the spool of that cache folder, one line; the next refresh takes them into the store."""
    line = spool_line(document, now)
    if where is not None and line:
        append(where, line.encode())


def append(where: str, line: bytes) -> None:
    """Add a line to the spool, at once or not at all; none where it is full, and none in another user's folder."""
    try:
        if not os.path.isdir(where):   # hardly ever: the line that is shown lies in it
            private.own_folder(where)
        for _ in range(0 if private.foreign_folder(where) else 3):      # some file systems count no names
            if _appended(where + "/" + line_answer.SPOOL, line):
                return
    except OSError:
        pass


def _appended(path: str, line: bytes) -> bool:
    """False when the file lost its name meanwhile: who took it may have read it before the line came. Raises OSError."""
    fd = private.open_file(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        if os.fstat(fd).st_size < MOST_SPOOL_BYTES:
            os.write(fd, line)
        return os.fstat(fd).st_nlink > 0 or os.name == "nt"
    finally:
        os.close(fd)


def spool_line(document: "Any", now: float) -> str:
    """Time, session, counter, percentage and reset of the two first windows, when the session began; those of all others.

    Then what is used of a spend limit, the prompt cache, and how many members could not be taken; "" where the document says
    nothing. An older ccmon reads what stands before the others.
    """
    windows, dropped = session_json.read_windows(session_json.member(document, "rate_limits"))
    cache = session_json.prompt_cache(document, now)
    if not windows and not dropped and cache is None:
        return ""
    counter, began = session_json.counter(document), session_json.began_at(document, now)
    words = [int(now), session_json.session_id(document), _or_dash(counter)]
    for name in session_json.WINDOWS_S:
        words += windows.pop(name, ("-", "-"))
    words.append(_or_dash(began))
    words += [name + "=" + ",".join(map(str, windows[name])) for name in sorted(windows)]
    spend = session_json.spend_usd(document) if dropped or len(words) > 8 else None
    if spend:
        words.append(session_json.SPEND + "/".join(map(_or_dash, spend)))
    if cache:
        words.append(session_json.CACHE + "/".join(map(_or_dash, cache)))
    if dropped:
        words.append(session_json.DROPPED + str(dropped))
    return " ".join(map(str, words)) + "\n"


def _or_dash(value: "Any") -> str:
    return "-" if value is None else str(value)
