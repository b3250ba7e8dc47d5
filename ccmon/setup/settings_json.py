"""Claude Code's settings.json: where its statusLine stands, and the content with ccmon's line in it or without.

Only characters of that member change: order, layout, line ends and escapes of everything else stay as they are. A command
that was there goes into the new one, which reads Claude Code's JSON once and gives it to both.
"""

from __future__ import annotations

import json
import re
import shlex
from typing import Any, List, Match, NoReturn, Optional

from ccmon.errors import CcmonError
from ccmon.named_tuple import NamedTuple
from ccmon.setup.snippets import CLAUDE_OPTIONS, claude_command, claude_entry, for_sh

NEW = "{}\n"                           # what a file that is made for the line begins with
KEY = "statusLine"

# `eval` runs in the shell that Claude Code chose; in ( ) the old command may exit. Behind the space a leading - is no
# option. `echo` ends a row without a line end: Claude Code drops blank rows. A failure would make it drop all of them.
BEFORE = "ccmon_in=$(cat); printf '%s\\n' \"$ccmon_in\" | (eval "
BETWEEN = "); echo; printf '%s\\n' \"$ccmon_in\" | "
AFTER = " || :"

_BLANK = re.compile(r"[ \t\r\n]*")
_PART = r"""[^\s'"\\;&|<>()`]|\\.|'[^']*'|"[^"]*\""""       # of a word of a simple command
_MORE = rf"(?: +(?:{_PART})+)*"
_DIRECT = rf"(?P<direct>(?P<python>(?:{_PART})+) -S (?P<file>(?:{_PART})+)) {CLAUDE_OPTIONS}{_MORE} \|\| "
_CALL = rf"(?P<group>\{{ )?(?:{_DIRECT})?(?P<ccmon>(?:{_PART})+) {CLAUDE_OPTIONS}(?P<more>{_MORE})(?(group); \}})"
_WRAP = rf"(?P<wrap>{re.escape(BEFORE)}'(?P<old>(?:[^']|'\\'')*)'{re.escape(BETWEEN)})"
_OWN = re.compile(rf"{_WRAP}?{_CALL}(?(wrap){re.escape(AFTER)})")
_ALONE = re.compile(rf"\s*(?P<ccmon>(?:{_PART})+)(?: +(?:{_PART})+)*\s*")
_CALLS = re.compile(r"""(?<![\w-])ccmon(\.exe|/bare_start\.py)?['"]?\s[^;&|]*--statusline\b""", re.IGNORECASE)


class Unfit(CcmonError):
    """Why a content is left alone; to be read behind the name of its file and `between`. line: the wrong one in it, else 1."""

    def __init__(self, what: str, line: int = 1, way_out: str = "", between: str = " ") -> None:
        super().__init__(what, way_out)
        self.line, self.between = line, between


class Member(NamedTuple):
    """A member of a JSON object, and where it stands in the text."""

    key: str
    value: Any
    start: int                         # of the key
    at: int                            # of the value
    end: int


def with_line(content: Optional[bytes], ccmon: str, direct: str = "") -> bytes:
    """The content (None: there is no file) with ccmon's line, set up or renewed; the command is that of claude_command.

    Unfit where it cannot be.
    """
    return _with_line(NEW if content is None else _text(content), ccmon, direct).encode("utf-8")


def _with_line(text: str, ccmon: str, direct: str) -> str:
    line = _line(text)
    if line is None:
        return _inserted(text, claude_entry(ccmon, direct))
    command = _command(text, line)
    if command is None:
        raise Unfit(f"has a {KEY} that ccmon does not know: it is no object with the type command")
    return _exchanged(text, command, _set_up(command.value, ccmon, direct))


def without_line(content: bytes, before: Optional[bytes]) -> Optional[bytes]:
    """The content without ccmon's line; `before` is what it was before. None when the file was made for it."""
    text, then = _text(content), None if before is None else _text(before)
    line, command, own = _line(text), _line_command(text), _own_command(text)
    if own and _with_line(NEW if then is None else then, own["ccmon"], own["direct"] or "") == text:
        return before
    if line is None or command is None or not (own or then):
        raise Unfit("calls ccmon in a way of its own")
    if then:
        old = _line(then)
        after = text[:line.at] + then[old.at:old.end] + text[line.end:] if old else _removed(text, line)
    else:
        wrapped = own["old"] if own else None
        after = _removed(text, line) if wrapped is None else _exchanged(text, command, wrapped.replace("'\\''", "'")[1:])
    return after.encode("utf-8")


def is_own(content: bytes) -> bool:
    """Whether the line is there as `with_line` makes it, with any paths and any further options."""
    return _own_command(_text(content)) is not None


def calls_ccmon(content: bytes) -> bool:
    """Whether the status line has anything of ccmon in it."""
    command = _line_command(_text(content))
    return command is not None and _CALLS.search(command.value) is not None


def has_members_of(now: bytes, copy: bytes) -> bool:
    """Whether all members of the copy are in the text that is there now, whatever the layout."""
    if now == copy:
        return True
    try:
        return _contains(*(json.loads(text.decode("utf-8-sig")) for text in (now, copy)))
    except (ValueError, RecursionError):
        return False


def _contains(now: Any, copy: Any) -> bool:
    if isinstance(copy, dict) and isinstance(now, dict):
        return all(key in now and _contains(now[key], value) for key, value in copy.items())
    if isinstance(copy, list) and isinstance(now, list):
        return all(value in now for value in copy)
    return bool(now == copy)


def programs(content: bytes) -> List[str]:
    """The files that the line calls, where it is as `with_line` makes it: Python and bare_start.py, if it does, and ccmon."""
    own = _own_command(_text(content))
    return ["".join(shlex.split(own[name])) for name in ("python", "file", "ccmon") if own[name]] if own else []


# --- the command ----------------------------------------------------------------------------------------------------------

def _set_up(command: str, ccmon: str, direct: str) -> str:
    own = _own(command)
    if own:
        call = claude_command(ccmon, direct, own["more"])
        return _wrapped(own["wrap"], call, bool(direct)) if own["wrap"] else call
    calls = _CALLS.search(command)
    if not command.strip() or calls and _is_ccmon(_ALONE.fullmatch(command)):
        return claude_command(ccmon, direct)
    if calls:
        raise Unfit(f"has a {KEY} that calls ccmon in a way of its own")
    return _wrapped(f"{BEFORE}{for_sh(' ' + command)}{BETWEEN}", claude_command(ccmon, direct), bool(direct))


def _wrapped(before: str, call: str, is_group: bool) -> str:
    """The call behind what feeds it; of a group each part reads the same."""
    return f"{before}{{ {call}; }}{AFTER}" if is_group else before + call + AFTER


def _own_command(text: str) -> Optional[Match[str]]:
    command = _line_command(text)
    return _own(command.value) if command else None


def _own(command: str) -> Optional[Match[str]]:
    match = _OWN.fullmatch(command)
    is_start = match and (not match["file"] or _name(match["file"]) == "bare_start.py")
    return match if is_start and _is_ccmon(match) else None


def _is_ccmon(match: Optional[Match[str]]) -> bool:
    return match is not None and _name(match["ccmon"]).lower() in ("ccmon", "ccmon.exe")


def _name(word: str) -> str:
    """That of the file which a word of the shell leads to."""
    return re.split(r"[/\\]", re.sub("['\"]", "", word))[-1]


# --- the members ----------------------------------------------------------------------------------------------------------

def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise Unfit("is not UTF-8") from None


def _no_json(word: str) -> NoReturn:
    raise ValueError(word)


_DECODER = json.JSONDecoder(parse_int=float, parse_constant=_no_json)        # float: no limit of digits


def _line(text: str) -> Optional[Member]:
    """The member of the status line. Unfit when the text is not one JSON object with at most one."""
    return _one(_members(text, _top(text)), KEY)


def _line_command(text: str) -> Optional[Member]:
    line = _line(text)
    return _command(text, line) if line else None


def _command(text: str, line: Member) -> Optional[Member]:
    """The command in a status line of the one type that there is."""
    if not isinstance(line.value, dict):
        return None
    inner = _members(text, line.at)
    kind, command = _one(inner, "type"), _one(inner, "command")
    is_command = kind and kind.value == "command" and command and isinstance(command.value, str)
    return command if is_command else None


def _one(members: List[Member], key: str) -> Optional[Member]:
    same = [member for member in members if member.key == key]
    if len(same) > 1:
        raise Unfit(f"has {key} more than once")
    return same[0] if same else None


def _top(text: str) -> int:
    """Where the object begins."""
    start = _skip(text, 1 if text.startswith("\ufeff") else 0)
    try:
        value, end = _DECODER.raw_decode(text, start)
        if _skip(text, end) < len(text):
            raise json.JSONDecodeError("more than one value", text, _skip(text, end))
    except json.JSONDecodeError as err:
        raise Unfit(f"is not JSON at line {err.lineno}, column {err.colno} (comments and trailing commas are not)",
                    err.lineno) from None
    except (ValueError, RecursionError):
        raise Unfit("is not JSON that ccmon can read") from None
    if not isinstance(value, dict):
        raise Unfit("is JSON, but not an object")
    return start


def _members(text: str, start: int) -> List[Member]:
    """The members of the object that begins there, in a text that is JSON."""
    members, at = [], _skip(text, start + 1)
    while text[at] != "}":
        key, key_end = _DECODER.raw_decode(text, at)
        value_at = _skip(text, _skip(text, key_end) + 1)
        value, end = _DECODER.raw_decode(text, value_at)
        members.append(Member(key, value, at, value_at, end))
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at] == "," else at
    return members


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank else at


# --- the edits ------------------------------------------------------------------------------------------------------------

def _exchanged(text: str, member: Member, value: str) -> str:
    return text if value == member.value else text[:member.at] + _dumped(value) + text[member.end:]


def _inserted(text: str, entry: Any) -> str:
    """As the last member, laid out as the one before it."""
    top = _top(text)
    members = _members(text, top)
    if not members:
        return _inserted_first(text, top, entry)
    last = members[-1]
    gap = text[len(text[:last.start].rstrip(" \t\r\n")):last.start]
    rows = re.search(r"\r?\n[ \t]*\Z", gap)
    colon = ": " if text[last.at - 1].isspace() else ":"
    if rows:
        gap, indent = rows[0], rows[0].lstrip("\r\n")
        written = _dumped(entry, indent=indent, separators=(",", colon)).replace("\n", gap)
    else:
        gap = gap or colon[1:]
        written = _dumped(entry, separators=("," + colon[1:], colon))
    return f'{text[:last.end]},{gap}"{KEY}"{colon}{written}{text[last.end:]}'


def _inserted_first(text: str, top: int, entry: Any) -> str:
    end = _skip(text, top + 1)
    rows = "\n" in text[top:end]
    eol = "\r\n" if "\r\n" in text else "\n"
    written = f'{eol}  "{KEY}": ' + _dumped(entry, indent=2).replace("\n", eol + "  ") + ("" if rows else eol)
    at = top + 1 if rows else end
    return text[:at] + written + text[at:]


def _removed(text: str, line: Member) -> str:
    """The text without the member and its comma."""
    top = _top(text)
    members = _members(text, top)
    at = members.index(line)
    if at:
        return text[:members[at - 1].end] + text[line.end:]
    if len(members) > 1:
        return text[:line.start] + text[members[1].start:]
    return text[:top + 1] + text[_skip(text, line.end):]


def _dumped(value: Any, **layout: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, **layout)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:         # half a character, as only an escape can write it
        return json.dumps(value, **layout)
    return text
