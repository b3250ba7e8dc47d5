"""ccmon's line in other programs' files: it is put in, renewed or taken out, nothing else is touched, and a copy stays beside.

In start-up files of shells and tmux it is a block between marks, in Claude Code's settings one member.
"""

from __future__ import annotations

import os
import re
from binascii import crc32
from contextlib import contextmanager, suppress

from ccmon import private
from ccmon.errors import CcmonError, PathError
from ccmon.quick_typing import Callable, Iterator, List, Mapping, NamedTuple, Optional, Tuple
from ccmon.setup import settings_json
from ccmon.setup.settings_json import Unfit
from ccmon.system import shared_files, start_up_files
from ccmon.system.start_up_files import path_of

BEGIN, END = b"# >>> ccmon >>>", b"# <<< ccmon <<<"
UNENDED = b" (the line above had no end)"
CONTINUED = b" (the line above ended in a backslash)"
_NOTED = re.compile(re.escape(END) + rb" ([0-9a-f]{8})\s*\Z")
ALONE = b" (the file was made for these lines)"
BACKUP = ".before-ccmon"
BY_HAND = "Nothing was changed: change it by hand, as ccmon init claude shows"


def paths_of(target: str, env: Mapping[str, str]) -> List[str]:
    """All files that path_of can name for it, whatever is there: the usual ones, and those that variables name."""
    paths = [path_of(target, env)]
    home = start_up_files.home_of(env)
    plain = {name: value for name, value in env.items() if name not in ("XDG_CONFIG_HOME", "ZDOTDIR", "CLAUDE_CONFIG_DIR")}
    paths.append(path_of(target, plain))
    if target == "tmux":
        bases = [base for base in (env.get("XDG_CONFIG_HOME", ""), os.path.join(home, ".config")) if os.path.isabs(base)]
        paths += [os.path.join(home, ".tmux.conf"), *(os.path.join(base, "tmux", "tmux.conf") for base in bases)]
    if target == "bash":
        paths += start_up_files.all_files(home)
    if target == "zsh":                # where they may have been moved by hand
        paths += [os.path.join(os.path.dirname(path), name) for path in paths[:2] for name in (".zprofile", ".zlogin", ".zshenv")]
    return list(dict.fromkeys(paths))


def with_block_in(target: str, env: Mapping[str, str]) -> List[str]:
    """The files that have the block, that of path_of first, of the same home. CcmonError where half of it is gone there."""
    usual = path_of(target, env)
    beside = [path for path in paths_of(target, env)
              if target == "tmux" or os.path.dirname(path) == os.path.dirname(usual)]
    paths = [usual] if block(usual) is not None else []
    for path in beside:
        with suppress(CcmonError):
            seen = map(os.path.realpath, [usual, *paths])      # one may be a link to another one
            paths += [path] if os.path.realpath(path) not in seen and block(path) is not None else []
    return paths


def block_path(target: str, env: Mapping[str, str]) -> str:
    """The first file that has the block, else the usual one."""
    return next(iter(with_block_in(target, env)), path_of(target, env))


def path_to_write(target: str, env: Mapping[str, str]) -> str:
    """The file that the line is to be written to: the one that has it, unless a new shell does not read that one here."""
    usual = path_of(target, env)
    if target in ("claude", "tmux"):
        return usual
    paths = with_block_in(target, env)
    if target == "bash" and start_up_files.is_login_usual():
        is_read = start_up_files.read_at_start(start_up_files.home_of(env), True)
        paths = [path for path in paths if path in is_read]
    return paths[0] if paths else usual


def others_with_block(target: str, path: str, env: Mapping[str, str]) -> List[str]:
    """The files that have the block although it is, or is about to be, in another one."""
    paths = [] if target in ("claude", "tmux") else with_block_in(target, env)
    return [other for other in paths if os.path.realpath(other) != os.path.realpath(path)]


def text_of(path: str) -> str:
    """The content, whatever bytes are in it; nothing when there is none, or it cannot be read."""
    with suppress(CcmonError):
        return (shared_files.read(path) or b"").decode("utf-8", "replace")
    return ""


# --- any file -------------------------------------------------------------------------------------------------------------

class Kind(NamedTuple):
    """How the line stands in the content of files of one kind. The functions raise Unfit."""

    has_line: Callable[[bytes], bool]  # whether there is anything of ccmon's to take out
    is_own: Callable[[bytes], bool]    # whether it is as ccmon writes it
    without_line: Callable[[bytes, Optional[bytes]], Optional[bytes]]      # by the copy; None: the file was made for it
    holds: Callable[[bytes, bytes], bool]          # whether all of a copy is in the content
    is_text: bool                      # what others add at the end meanwhile stays; the copy is not needed to take it out


@contextmanager
def naming(path: str) -> Iterator[None]:
    """What is wrong with its content, as a PathError."""
    try:
        yield
    except Unfit as err:
        raise PathError(path, err.what, err.way_out or BY_HAND, err.between) from None


def _kind(target: str) -> Kind:
    return _SETTINGS if target == "claude" else _START_UP


def put(target: str, path: str, with_line: Callable[[Optional[bytes]], bytes]) -> Optional[str]:
    """Write what with_line makes of the content (None: there is no file). The path of the copy of what was there before, if any.

    Raises CcmonError; then nothing has changed.
    """
    return shared_files.repeated(lambda: _put(_kind(target), path, with_line))


def _put(kind: Kind, path: str, with_line: Callable[[Optional[bytes]], bytes]) -> Optional[str]:
    before, backup = shared_files.read(path), path + BACKUP
    with naming(path):
        after = with_line(before)
        copied = None if before is None or kind.is_own(before) else before
    if copied is not None:
        shared_files.replace(backup, shared_files.read(backup), copied, like=path)
    try:
        shared_files.replace(path, before, after, lines=kind.is_text)
    except CcmonError:
        if copied is not None:
            shared_files.remove(backup, copied)
        raise
    old = shared_files.read(backup) if before is None and not kind.is_text else None
    if old is not None:                # of a file that is gone: taking the line out shall not bring it back
        shared_files.remove(backup, old)
    return None if copied is None else backup


def take_out(target: str, path: str) -> bool:
    """Take the line out of the file, the file too when it was made for it. False when there is none. Raises CcmonError."""
    return shared_files.repeated(lambda: _take_out(_kind(target), path))


def _take_out(kind: Kind, path: str) -> bool:
    now, backup = shared_files.read(path), path + BACKUP
    with naming(path):
        if now is None or not kind.has_line(now):
            return False
    copy = None if kind.is_text else shared_files.read(backup)
    with naming(backup):
        _ = copy is not None and kind.has_line(copy)   # whether it can be read
    with naming(path):
        after = kind.without_line(now, copy)
    if after is None:
        shared_files.remove(path, now, lines=kind.is_text)
    else:
        shared_files.replace(path, now, after, lines=kind.is_text)
    if copy is not None:
        shared_files.remove(backup, copy)
    return True


def can_take_out(target: str, path: str) -> bool:
    """Whether the line is there. Unfit, or another CcmonError, when it cannot be taken out."""
    kind, now = _kind(target), shared_files.read(path)
    if not now or not kind.has_line(now):
        return False
    if kind.is_text:
        kind.without_line(now, None)
    elif not kind.is_own(now) and not os.path.exists(path + BACKUP):
        raise Unfit("it calls ccmon in a way of its own: change it by hand, as ccmon init claude shows")
    return True


def drop_copy(target: str, path: str) -> Optional[str]:
    """Remove the copy of what was in the file before ccmon. Its path when it stays; None when there is none (any more)."""
    backup = path + BACKUP
    with suppress(CcmonError):         # it is named then
        copy = shared_files.read(backup) if may_drop_copy(target, path) else None
        if copy is not None:
            shared_files.remove(backup, copy)
    return backup if os.path.lexists(backup) else None


def may_drop_copy(target: str, path: str) -> bool:
    """Whether nothing is lost with the copy: all of it is in the file. A link, or another user's, stays."""
    backup = path + BACKUP
    with suppress(CcmonError, OSError):
        copy = None if os.path.islink(backup) or private.foreign(os.stat(backup)) else shared_files.read(backup)
        return copy is not None and _kind(target).holds(shared_files.read(path) or b"", copy)
    return False


# --- the block in a start-up file -------------------------------------------------------------------------------------------

def block(path: str) -> Optional[str]:
    """What stands between the marks, those too; None when there is nothing. CcmonError when half of it is gone."""
    content = shared_files.read(path) or b""
    with naming(path):
        start, end = _span(content)
    return os.fsdecode(content[start:end]) if start < end else None


def block_position(path: str) -> Tuple[int, bool]:
    """The line at which the block begins, by either of its marks (1 where there is none), and whether only comments follow it."""
    rows, end = text_of(path).split("\n"), END.decode()
    marks = [number for number, row in enumerate(rows, 1) if row.startswith((BEGIN.decode(), end))]
    ends = [number for number in marks if rows[number - 1].startswith(end)]
    below = rows[ends[-1]:] if ends else []
    return (marks or [1])[0], not any(row.strip() and not row.strip().startswith("#") for row in below)


def with_block(before: Optional[bytes], block: str) -> bytes:
    """The content (None: there is no file) with the block at its end, or in place of the one in it. Unfit with half of one."""
    start, end = _span(before or b"")
    lines = os.fsencode(block) + END + b" " + _sum(os.fsencode(block)) + b"\n"
    if before is None:
        return BEGIN + ALONE + b"\n" + lines
    above, head = before[:start], before[start:].split(b"\n", 1)[0] if start < end else BEGIN
    gap, mark = _gap(above)
    return above + gap + (BEGIN + mark if mark else head) + b"\n" + lines + before[end:]


def _gap(above: bytes) -> Tuple[bytes, bytes]:
    """What ends the last line above the block, and the mark that says so to --undo.

    A backslash there would join the block's first line to it; an empty line is nothing.
    """
    if above.endswith(b"\\\n"):
        return b"\n", UNENDED
    if above.endswith(b"\\"):
        return b"\n\n", CONTINUED
    return (b"\n", UNENDED) if above and not above.endswith(b"\n") else (b"", b"")


def _sum(block: bytes) -> bytes:
    """What stands behind the end of a block, for --undo to see whether somebody else has changed it."""
    return b"%08x" % crc32(b"\n".join(block.splitlines()))


def without_block(before: bytes, _: Optional[bytes] = None) -> Optional[bytes]:
    """The content without its block; None when the file was made for it. Unfit where somebody has changed the block."""
    start, end = _span(before)
    rows, rest = before[start:end].splitlines(), before[:start] + before[end:]
    noted = _NOTED.match(rows[-1]) if rows else None
    if noted is not None and noted[1] != _sum(b"\n".join(rows[1:-1])):
        raise Unfit(f"the lines between '{BEGIN.decode()}' and '{END.decode()}' were changed since ccmon wrote them", 1,
                    "Take them out by hand", ": ")
    head = rows[0] if rows else b""
    if not before[end:]:
        rest = rest[:-1] if head.endswith(UNENDED) else rest[:-2] if head.endswith(CONTINUED) else rest
    return rest if rest or not head.endswith(ALONE) else None


def _span(content: bytes) -> Tuple[int, int]:
    """Where the block begins and ends; two equal numbers when there is none. Unfit when half of it is gone."""
    lines = content.splitlines(True)
    begins = [n for n, line in enumerate(lines) if line.startswith(BEGIN)]
    ends = [n for n, line in enumerate(lines) if line.startswith(END)]
    if not begins and not ends:
        return len(content), len(content)
    if len(begins) != 1 or len(ends) != 1 or begins > ends:
        raise Unfit(f"the lines '{BEGIN.decode()}' and '{END.decode()}' do not match", 1, "Remove them by hand", ": ")
    return len(b"".join(lines[:begins[0]])), len(b"".join(lines[:ends[0] + 1]))


def _has_block(content: bytes) -> bool:
    start, end = _span(content)
    return start < end


def _has_lines_of(now: bytes, copy: bytes) -> bool:
    """Whether all lines of the copy stand in what is there now, in their order."""
    rows = iter(now.splitlines())
    return all(line in rows for line in copy.splitlines())


_START_UP = Kind(_has_block, _has_block, without_block, _has_lines_of, is_text=True)
_SETTINGS = Kind(settings_json.calls_ccmon, settings_json.is_own, settings_json.without_line, settings_json.has_members_of,
                 is_text=False)
