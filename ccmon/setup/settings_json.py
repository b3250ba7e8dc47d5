"""Claude Code's settings.json: where its statusLine stands, and the content with ccmon's line in it or without.

Only characters of that member change: order, layout, line ends and escapes of everything else stay as they are. A command
that was there goes into the new one, which reads Claude Code's JSON once and gives it to both.
"""

from __future__ import annotations

import json
import re
import shlex

from ccmon.errors import CcmonError
from ccmon.quick_typing import Any, List, Match, NamedTuple, NoReturn, Optional
from ccmon.setup.snippets import CLAUDE_OPTIONS, claude_command, claude_entry, for_sh

NEW = b"{}\n"                          # what a file that is made for the line begins with
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


def with_line(content: Optional[bytes], ccmon: str, direct: str = "") -> bytes:
    """The content (None: there is no file) with ccmon's line, set up or renewed; the command is that of claude_command.

    Unfit where it cannot be.
    """
    settings = _Settings(NEW if content is None else content)
    if settings.line is None:
        return settings.inserted(claude_entry(ccmon, direct)).encode("utf-8")
    if settings.command is None:
        raise Unfit(f"has a {KEY} that ccmon does not know: it is no object with the type command")
    return settings.exchanged(_set_up(settings.command.value, ccmon, direct)).encode("utf-8")


def without_line(content: bytes, before: Optional[bytes]) -> Optional[bytes]:
    """The content without ccmon's line; `before` is what it was before. None when the file was made for it."""
    now, then = _Settings(content), _Settings(before) if before else None
    line, own = now.line, now.own
    if own and with_line(before, own["ccmon"], own["direct"] or "") == content:
        return before
    if line is None or now.command is None or not (own or then):
        raise Unfit("calls ccmon in a way of its own")
    if then and then.line:
        after = now.text[:line.at] + then.text[then.line.at:then.line.end] + now.text[line.end:]
    elif then or not own or own["old"] is None:
        after = now.removed(line)
    else:
        after = now.exchanged(own["old"].replace("'\\''", "'")[1:])
    return after.encode("utf-8")


def is_own(content: bytes) -> bool:
    """Whether the line is there as `with_line` makes it, with any paths and any further options."""
    return _Settings(content).own is not None


def calls_ccmon(content: bytes) -> bool:
    """Whether the status line has anything of ccmon in it."""
    command = _Settings(content).command
    return command is not None and _CALLS.search(command.value) is not None


def programs(content: bytes) -> List[str]:
    """The files that the line calls, where it is as `with_line` makes it: Python and bare_start.py, if it does, and ccmon."""
    own = _Settings(content).own
    return ["".join(shlex.split(own[name])) for name in ("python", "file", "ccmon") if own[name]] if own else []


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


def _own(command: str) -> Optional[Match[str]]:
    match = _OWN.fullmatch(command)
    is_start = match and (not match["file"] or _name(match["file"]) == "bare_start.py")
    return match if is_start and _is_ccmon(match) else None


def _is_ccmon(match: Optional[Match[str]]) -> bool:
    return match is not None and _name(match["ccmon"]).lower() in ("ccmon", "ccmon.exe")


def _name(word: str) -> str:
    """That of the file which a word of the shell leads to."""
    return re.split(r"[/\\]", re.sub("['\"]", "", word))[-1]


# --- the text ---------------------------------------------------------------------------------------------------------------

def _no_json(word: str) -> NoReturn:
    raise ValueError(word)


_DECODER = json.JSONDecoder(parse_int=float, parse_constant=_no_json)        # float: no limit of digits


class Member(NamedTuple):
    """A member of a JSON object, and where it stands in the text."""

    key: str
    value: Any
    start: int                         # of the key
    at: int                            # of the value
    end: int


class _Settings:
    """The text, where its status line stands, and the edits. Unfit when it is not one JSON object with at most one."""

    def __init__(self, content: bytes) -> None:
        try:
            self.text = content.decode("utf-8")
        except UnicodeDecodeError:
            raise Unfit("is not UTF-8") from None
        self.top = _top(self.text)
        self.members = _members(self.text, self.top)
        self.line = _one(self.members, KEY)
        inner = _members(self.text, self.line.at) if self.line and isinstance(self.line.value, dict) else []
        kind, command = _one(inner, "type"), _one(inner, "command")
        is_command = kind and kind.value == "command" and command and isinstance(command.value, str)
        self.command = command if is_command else None           # in a status line of the one type that there is
        self.own = _own(command.value) if command and is_command else None

    def exchanged(self, value: str) -> str:
        """With another command."""
        text, command = self.text, self.command
        return text if not command or value == command.value else text[:command.at] + _dumped(value) + text[command.end:]

    def inserted(self, entry: Any) -> str:
        """With the line as the last member, laid out as the one before it."""
        if not self.members:
            return self._inserted_first(entry)
        text, last = self.text, self.members[-1]
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

    def _inserted_first(self, entry: Any) -> str:
        text, end = self.text, _skip(self.text, self.top + 1)
        rows = "\n" in text[self.top:end]
        eol = "\r\n" if "\r\n" in text else "\n"
        written = f'{eol}  "{KEY}": ' + _dumped(entry, indent=2).replace("\n", eol + "  ") + ("" if rows else eol)
        at = self.top + 1 if rows else end
        return text[:at] + written + text[at:]

    def removed(self, line: Member) -> str:
        """Without the member and its comma."""
        text, at = self.text, self.members.index(line)
        if at:
            return text[:self.members[at - 1].end] + text[line.end:]
        if len(self.members) > 1:
            return text[:line.start] + text[self.members[1].start:]
        return text[:self.top + 1] + text[_skip(text, line.end):]


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


def _dumped(value: Any, **layout: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, **layout)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:         # half a character, as only an escape can write it
        return json.dumps(value, **layout)
    return text
