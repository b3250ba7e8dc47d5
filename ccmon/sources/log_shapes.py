"""Answers of a shape that comes again and again, read by a regular expression that one of them makes: sooner than as JSON.

What it takes for an answer is one to the last byte, with the same entry; all else is for log_entries. Opens no file.
"""

import json
import re

from ccmon.quick_typing import Any, Dict, List, Match, Optional, Tuple
from ccmon.sources import log_entries, log_json
from ccmon.sources.log_entries import LogEntry

LEARN_AT = 150                         # answers of about one shape that no expression takes: to make one takes 2 ms
MOST_SHAPES = 12
_MOST_MISSED = 200                     # shapes of which the answers are counted
_LONGEST_LINE = 1 << 16                # bytes
_MOST_BRACKETS = 16                    # of each kind, outside the content
_TEXT, _NUMBER, _CONTENT = r'"[^"\\\x00-\x1f]*"', "(?:0|[1-9][0-9]{0,14})", r"(\[.*\])"
_WANTED_TEXT, _WANTED_NUMBER = r'"([^"\\\x00-\x1f]+)"', "(0|[1-9][0-9]{0,14})"
_made = tuple.__new__
_FIXED = ("type", "speed")             # texts by which a line is read otherwise
_USAGE = ("message", "usage")
_PLACES = (("timestamp",), ("message", "id"), ("requestId",), ("sessionId",), ("message", "model"), ("version",),
           *((*_USAGE, name) for name in ("input_tokens", "output_tokens", "cache_creation_input_tokens",
                                          "cache_read_input_tokens")))
_FLAT = _PLACES[-2]
_PARTS = tuple((*_USAGE, "cache_creation", f"ephemeral_{name}_input_tokens") for name in ("5m", "1h"))
_FOLDER, _CONTENT_PLACE = ("cwd",), ("message", "content")

Place = Tuple[str, ...]


class _Shape:
    """What is the same in all answers of a shape, and where in them that stands which is not."""

    def __init__(self, text: str, data: Dict[str, Any]) -> None:
        """The shape of that line, whose record is data. ValueError, LookupError, TypeError where it is no ordinary one."""
        self._places: List[Place] = []
        usage = data["message"]["usage"]
        self._has_parts = usage.get("cache_creation") is not None
        self.match = re.compile(self._pattern(data, ()), re.DOTALL).fullmatch
        five, hour = _PARTS if self._has_parts else (_FLAT, _FLAT)
        folder = _FOLDER if "cwd" in data else _CONTENT_PLACE
        wanted = (_CONTENT_PLACE, folder, *_PLACES[:8], five, hour, _PLACES[-1], _FLAT)
        self._groups = [self._places.index(place) + 1 for place in wanted]
        self._has_folder, self._sidechain, self._speed = "cwd" in data, data.get("isSidechain"), usage.get("speed")
        match = self.match(text)
        content = match[self._groups[0]] if match else text
        if (not match or log_json.is_suspect(text) or {"costUSD", "isApiErrorMessage"} & data.keys()
                or log_entries.ADVISOR.decode() in text
                or type(self._sidechain) is not bool or type(data.get("cwd", "")) is not str
                or any(text.count(sign) - content.count(sign) > _MOST_BRACKETS for sign in "{[")):
            raise ValueError

    def _pattern(self, value: Any, place: Place) -> str:
        if place == _CONTENT_PLACE and type(value) is list:
            self._places.append(place)
            return _CONTENT
        if type(value) is dict:
            items = [f"{re.escape(json.dumps(name))}:{self._pattern(item, (*place, name))}" for name, item in value.items()]
            return f"\\{{{','.join(items)}\\}}"
        if type(value) is list:
            return f"\\[{','.join(self._pattern(item, (*place, '')) for item in value)}\\]"
        is_wanted = place in _PLACES or place in _PARTS or place == _FOLDER
        if is_wanted:
            self._places.append(place)
        if type(value) is str and place[-1] not in _FIXED:
            return _WANTED_TEXT if is_wanted else _TEXT
        if type(value) is int:
            return _WANTED_NUMBER if is_wanted else _NUMBER
        return re.escape(json.dumps(value))

    def entry(self, match: "Match[str]", length: int) -> Optional[Tuple[LogEntry, Optional[str]]]:
        """The entry of a line of that length (characters) that match takes, and the folder that the line has. Raises BadLine,
        LookupError."""
        (content, folder, at, ident, request, session, model, version,
         given, made, five, hour, read, _) = match.group(*self._groups)
        if not log_json.is_plain_value(content, length, _MOST_BRACKETS):
            return None
        return _made(LogEntry, (
            log_json.time_ms(at), *log_entries.identity(ident, request),
            *log_entries.setting(session, "", model, self._speed, version)[:2],
            int(given), int(made), int(five), int(hour) if self._has_parts else 0, int(read), self._sidechain,
            self._speed is not None, None, None)), folder if self._has_folder else None


class Shapes:
    """Those that have come often, the last one first."""

    def __init__(self) -> None:
        self._shapes: List[_Shape] = []
        self._missed: Dict[Tuple[str, ...], int] = {}

    def entry(self, line: bytes) -> Optional[Tuple[LogEntry, Optional[str]]]:
        """The entry of an answer, and the folder that the line has; None where the other road has to be taken."""
        if not self._shapes or len(line) > _LONGEST_LINE:
            return None
        try:
            text = line.decode()
            for at, shape in enumerate(self._shapes):
                match = shape.match(text)
                if match:
                    if at:
                        self._shapes.insert(0, self._shapes.pop(at))
                    return shape.entry(match, len(text))
        except (ValueError, LookupError):
            pass
        return None

    def learn(self, line: bytes, data: Dict[str, Any]) -> None:
        """An answer, with its record, that came the other road."""
        about = (*data, *data["message"], *data["message"]["usage"])
        if len(self._missed) >= _MOST_MISSED:
            self._missed.clear()
        self._missed[about] = missed = self._missed.get(about, 0) + 1
        if missed % LEARN_AT == 0 and len(self._shapes) < MOST_SHAPES and len(line) <= _LONGEST_LINE:
            try:
                self._shapes.insert(0, _Shape(line.decode(), data))
            except (ValueError, LookupError, TypeError):
                self._missed[about] = -100 * LEARN_AT
