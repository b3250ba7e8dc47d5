"""The door to other programs' start-up files: a marked block is put in, replaced or taken out, nothing else is touched."""

import os
import re
from binascii import crc32
from contextlib import suppress
from typing import List, Mapping, Optional, Tuple

from ccmon import private
from ccmon.errors import CcmonError, PathError
from ccmon.setup import settings_json
from ccmon.system import shared_files, start_up_files
from ccmon.system.start_up_files import path_of

BEGIN, END = b"# >>> ccmon >>>", b"# <<< ccmon <<<"
UNENDED = b" (the line above had no end)"
CONTINUED = b" (the line above ended in a backslash)"
_NOTED = re.compile(re.escape(END) + rb" ([0-9a-f]{8})\s*\Z")
ALONE = b" (the file was made for these lines)"
BACKUP = ".before-ccmon"


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
    """The file that the block is to be written to: the one that has it, unless a new shell does not read that one here."""
    usual, paths = path_of(target, env), with_block_in(target, env)
    if target == "bash" and start_up_files.is_login_usual():
        is_read = start_up_files.read_at_start(start_up_files.home_of(env), True)
        paths = [path for path in paths if path in is_read]
    return paths[0] if paths else usual


def put(path: str, block: str) -> Optional[str]:
    """Write the block at the end, or in place of the one that is there. The backup's path when one was made."""
    return shared_files.repeated(lambda: _put(path, block))


def _put(path: str, block: str) -> Optional[str]:
    before = shared_files.read(path)
    after = with_block(path, before, block)
    start, end = _span(path, before or b"")
    backup = path + BACKUP if before is not None and start == end else None
    if backup:
        shared_files.replace(backup, shared_files.read(backup), before or b"", like=path)
    shared_files.replace(path, before, after, lines=True)
    return backup


def with_block(path: str, before: Optional[bytes], block: str) -> bytes:
    """What put makes of the content; None is no file. CcmonError when half of a block is in it."""
    start, end = _span(path, before or b"")
    lines = os.fsencode(block) + END + b" " + _sum(os.fsencode(block)) + b"\n"
    if before is None:
        return BEGIN + ALONE + b"\n" + lines
    above, head = before[:start], before[start:].split(b"\n", 1)[0] if start < end else BEGIN
    gap, mark = _gap(above)
    if mark:
        head = BEGIN + mark
    return above + gap + head + b"\n" + lines + before[end:]


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


def _refuse_changed(path: str, block: bytes) -> None:
    """CcmonError where somebody has changed the block since it was written, as far as its end says what it was."""
    rows = block.splitlines()
    noted = _NOTED.match(rows[-1]) if rows else None
    if noted is not None and noted[1] != _sum(b"\n".join(rows[1:-1])):
        raise PathError(path, f"the lines between '{BEGIN.decode()}' and '{END.decode()}' were changed since ccmon wrote them",
                        "Take them out by hand", between=": ")


def can_take_out(path: str) -> bool:
    """Whether there is a block. CcmonError when half of it is gone, or it was changed since it was written."""
    text = block(path)
    if text is not None:
        _refuse_changed(path, os.fsencode(text))
    return text is not None


def _has_lines_of(now: bytes, copy: bytes) -> bool:
    """Whether all lines of the copy stand in what is there now, in their order."""
    rows = iter(now.splitlines())
    return all(line in rows for line in copy.splitlines())


def take_out(path: str) -> bool:
    """Remove the block; the file too when it was made for it. False when there is none. CcmonError where it was changed."""
    return shared_files.repeated(lambda: _take_out(path))


def without_block(path: str) -> bytes:
    """What take_out makes of the content, which has a block. CcmonError as there."""
    before = shared_files.read(path) or b""
    return _without(before, *_span(path, before))


def _without(before: bytes, start: int, end: int) -> bytes:
    head, rest = before[start:].split(b"\n", 1)[0].rstrip(b"\r"), before[:start] + before[end:]
    if not before[end:]:
        rest = rest[:-1] if head.endswith(UNENDED) else rest[:-2] if head.endswith(CONTINUED) else rest
    return rest


def _take_out(path: str) -> bool:
    before = shared_files.read(path)
    start, end = _span(path, before or b"")
    if before is None or start == end:
        return False
    _refuse_changed(path, before[start:end])
    head, rest = before[start:].split(b"\n", 1)[0].rstrip(b"\r"), _without(before, start, end)
    if head.endswith(ALONE) and not rest:
        shared_files.remove(path, before, lines=True)
    else:
        shared_files.replace(path, before, rest, lines=True)
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
    backup, holds = path + BACKUP, settings_json.has_members_of if target == "claude" else _has_lines_of
    with suppress(CcmonError, OSError):
        copy = None if os.path.islink(backup) or private.foreign(os.stat(backup)) else shared_files.read(backup)
        return copy is not None and holds(shared_files.read(path) or b"", copy)
    return False


def block_position(path: str) -> Tuple[int, bool]:
    """The line at which the block begins, by either of its marks (1 where there is none), and whether only comments follow it."""
    rows: List[bytes] = []
    with suppress(CcmonError):
        rows = (shared_files.read(path) or b"").splitlines()
    marks = [number for number, row in enumerate(rows, 1) if row.startswith((BEGIN, END))]
    ends = [number for number in marks if rows[number - 1].startswith(END)]
    below = rows[ends[-1]:] if ends else []
    return (marks or [1])[0], not any(row.strip() and not row.strip().startswith(b"#") for row in below)


def block(path: str) -> Optional[str]:
    """What stands between the marks, those too; None when there is nothing. CcmonError when half of it is gone."""
    content = shared_files.read(path) or b""
    start, end = _span(path, content)
    return os.fsdecode(content[start:end]) if start < end else None


def _span(path: str, content: bytes) -> Tuple[int, int]:
    """Where the block begins and ends; two equal numbers when there is none. CcmonError when half of it is gone."""
    lines = content.splitlines(True)
    begins = [n for n, line in enumerate(lines) if line.startswith(BEGIN)]
    ends = [n for n, line in enumerate(lines) if line.startswith(END)]
    if not begins and not ends:
        return len(content), len(content)
    if len(begins) != 1 or len(ends) != 1 or begins > ends:
        raise PathError(path, f"the lines '{BEGIN.decode()}' and '{END.decode()}' do not match", "Remove them by hand",
                        between=": ")
    return len(b"".join(lines[:begins[0]])), len(b"".join(lines[:ends[0] + 1]))
