"""Lines of Claude Code's logs (JSONL) read into entries, as ccusage 20 reads them. Opens no file."""

from __future__ import annotations

import json
import re
from functools import lru_cache

from ccmon.blake import blake2b
from ccmon.quick_typing import Any, Dict, List, NamedTuple, Optional, Tuple
from ccmon.sources import log_json
from ccmon.sources.log_json import BadLine, time_ms
from ccmon.text import clean, model_id

MOST = 10 ** 15                        # no count of tokens and no cost is larger: such a line is damaged
USAGE = b'"usage":{'                   # no line without it holds an entry
ADVISOR = b'"advisor_message"'         # no line without it holds more than one
_OLD_LIMIT = re.compile(rb"Claude AI usage limit reached[^|]*\|([0-9]{1,15})(?![0-9])")
_ONLY_INT = {int}
_FEW_BITS = (1 << 49) - 1              # below MOST: no count with these bits alone is larger
_LONGEST_VERSION = 40                  # characters that matter
_LONGEST_KEPT = 200                    # characters of a text that is remembered
_LONGEST_KEPT_LINE = 1 << 16           # bytes of a line of which texts are remembered
_VERSION = re.compile(r"[0-9]+\.[0-9]+\.[0-9]", re.ASCII)
_LONGEST_CWD = 4096                    # characters
_NOT_IN_PROJECT = re.compile(r"[^A-Za-z0-9]")
_made = tuple.__new__
_from_bytes = int.from_bytes
_NO_MODEL = ("<synthetic>", "unknown")


class LogEntry(NamedTuple):
    """One answer of Claude as a line of the log has it."""

    at_ms: int                         # epoch ms
    message: Optional[int]             # digest of the message's id; without one it is nobody's duplicate
    request: Optional[int]             # digest of the request's id
    session: int                       # digest of the session's id
    model: Optional[str]               # its id, with -fast in fast mode; None for Claude Code's own messages
    input: int                         # tokens
    output: int
    cache_5m: int                      # cache creation, for five minutes or an unstated time
    cache_1h: int                      # cache creation, for an hour
    cache_read: int
    sidechain: bool                    # by a sub-agent, or beside the conversation
    speed: bool                        # the line has the speed
    cost_usd: Optional[float]          # as in lines of old versions of Claude Code
    reset_at: Optional[int]            # epoch s, from the oldest of the limit messages

    @property
    def total(self) -> int:
        """Tokens of all kinds."""
        return self.input + self.output + self.cache_5m + self.cache_1h + self.cache_read


def digest(text: str) -> int:
    """63 bits that stand for the text."""
    return _from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big") >> 1


def path_session(path: str) -> str:
    """The session that a log's path names, as ccusage finds it: for lines that name none themselves."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    inside = parts[parts.index("projects") + 1:] if "projects" in parts else parts
    if len(inside) == 2 and inside[1].endswith(".jsonl") and inside[1] != ".jsonl":
        return inside[1][:-len(".jsonl")]
    if len(inside) >= 4 and inside[-2] == "subagents":
        return inside[-3]
    return inside[max(0, len(inside) - 2)] if inside else "unknown"


@lru_cache(maxsize=16)
def project_folder(cwd: str, project: str) -> str:
    """The path of the project's folder, where cwd is it or below it; else "".

    Claude Code names the project's folder of logs after that path, with a dash for all but letters and digits.
    """
    path = clean(cwd[:_LONGEST_CWD])
    while path:
        if _NOT_IN_PROJECT.sub("-", path) == project:
            return path[:_LONGEST_KEPT]
        parent = re.sub(r"[/\\]+[^/\\]*$", "", path)
        path = parent if parent != path else ""
    return ""


def parse(line: bytes, session: str) -> Tuple[LogEntry, ...]:
    """The entries of one line, none when ccusage does not use it; session is the one that the file's path names.

    More than one when the answer was made with the help of an advisor. Never raises. Times outside 2000 to 2099 and
    counts above MOST are taken for damage.
    """
    data = record(line) if USAGE in line else None
    return () if data is None else record_entries(data, line, session)


def record(line: bytes) -> Optional[Dict[str, Any]]:
    """The JSON object of a line, None where ccusage takes it for none. Never raises."""
    try:
        return log_json.decode(line)
    except (ValueError, RecursionError):
        return None


def record_entries(data: Dict[str, Any], line: bytes, session: str) -> Tuple[LogEntry, ...]:
    """The entries of the record of one line, as parse has them. Never raises."""
    try:
        entry = _entry(data, line, session)
        helped = "iterations" in data["message"]["usage"] and ADVISOR in line
        return (entry, *_advisors(data, entry)) if helped else (entry,)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return ()


def leading_object(line: bytes) -> bytes:
    """The JSON object that the line begins with, where more than blanks stands behind it; else nothing. Never raises."""
    if USAGE not in line:
        return b""
    try:
        text = line.decode("utf-8", "surrogateescape")
        start = len(text) - len(text.lstrip())
        end = json.JSONDecoder().raw_decode(text, start)[1]
        return text[:end].encode("utf-8", "surrogateescape") if text[end:].strip() else b""
    except (ValueError, RecursionError):
        return b""


# --- one entry ------------------------------------------------------------------------------------------------------------

def _entry(data: Dict[str, Any], line: bytes, session: str) -> LogEntry:
    """The entry of the line itself. Raises BadLine, KeyError, TypeError."""
    get, message = data.get, data["message"]
    usage, cost, limited, sidechain = message["usage"], get("costUSD"), get("isApiErrorMessage"), get("isSidechain")
    setting_of, identity_of = (setting, identity) if len(line) < _LONGEST_KEPT_LINE else (
        setting.__wrapped__, identity.__wrapped__)
    session_digest, model, has_speed = setting_of(
        get("sessionId"), session, message.get("model"), usage.get("speed"), get("version"))
    return _made(LogEntry, (
        time_ms(data["timestamp"]), *identity_of(message.get("id"), get("requestId")), session_digest, model, *_counts(usage),
        sidechain if type(sidechain) is bool else _flag(sidechain), has_speed, None if cost is None else _cost(cost),
        _reset(line) if limited is not None and _flag(limited) else None))


@lru_cache(maxsize=64)                 # neighbouring lines are often of one message
def identity(ident: Any, request: Any) -> Tuple[Optional[int], Optional[int]]:
    """Digests of message and request. Raises BadLine."""
    return None if _text(ident) is None else digest(ident), None if _text(request) is None else digest(request)


@lru_cache(maxsize=64)                 # nearly all are of one conversation
def setting(named: Any, session: str, model: Any, speed: Any, version: Any) -> Tuple[int, Optional[str], bool]:
    """Digest of the session, the model, and whether there is a speed. Raises BadLine, TypeError."""
    if version is not None and not _VERSION.match(version[:_LONGEST_VERSION]):
        raise BadLine
    is_fast = _speed(speed) == "fast"
    return digest(_text(named) or session), _text(model) and _model(model[:_LONGEST_KEPT], is_fast), speed is not None


def _advisors(data: Dict[str, Any], entry: LogEntry) -> List[LogEntry]:
    """An entry for each advisor asked. One malformed iteration, and ccusage takes none of them."""
    message = data["message"]
    try:
        made = [_iteration(item, entry) for item in message["usage"].get("iterations", ())]
    except (ValueError, LookupError, TypeError, AttributeError):
        return []
    ident = message.get("id")
    return [advisor if ident is None else advisor._replace(message=digest(f"{ident}:advisor:{number}"))
            for number, advisor in enumerate(advisor for advisor in made if advisor)]


def _iteration(item: Dict[str, Any], entry: LogEntry) -> Optional[LogEntry]:
    """The entry of one iteration, None when it was not an advisor's."""
    kind, model = item["type"], item.get("model")
    if type(kind) is not str or not (model is None or type(model) is str):
        raise BadLine
    speed, counts = _speed(item.get("speed")), _counts(item)
    if kind != "advisor_message" or not model:
        return None
    return LogEntry(*entry[:4], _model(model[:_LONGEST_KEPT], False), *counts, entry.sidechain, speed is not None, None,
                 entry.reset_at)


def _counts(usage: Dict[str, Any]) -> Tuple[int, int, int, int, int]:
    """Tokens: input, output, cache creation for 5 minutes and for 1 hour, cache read."""
    flat, parts = usage.get("cache_creation_input_tokens", 0), usage.get("cache_creation")
    five, hour = flat, 0
    if parts is not None:
        five, hour = parts.get("ephemeral_5m_input_tokens", 0), parts.get("ephemeral_1h_input_tokens", 0)
    given, made, read = usage["input_tokens"], usage["output_tokens"], usage.get("cache_read_input_tokens", 0)
    if {type(flat), type(given), type(made), type(five), type(hour), type(read)} != _ONLY_INT:
        raise BadLine
    if not 0 <= flat | given | made | five | hour | read <= _FEW_BITS and not _all_can_be(flat, given, made, five, hour, read):
        raise BadLine
    return given, made, five, hour, read


def _all_can_be(*counts: int) -> bool:
    return 0 <= min(counts) <= max(counts) <= MOST


def _speed(speed: Optional[str]) -> Optional[str]:
    if speed is not None and speed != "standard" and speed != "fast":
        raise BadLine
    return speed


def _text(value: Any) -> Optional[str]:
    if value is not None and (type(value) is not str or not value):
        raise BadLine
    return value


def _flag(value: Any) -> bool:
    if value is not None and type(value) is not bool:
        raise BadLine
    return bool(value)


def _cost(value: Any) -> Optional[float]:
    """US dollars; None when there is none, or an absurd one."""
    if value is None:
        return None
    if type(value) is not int and type(value) is not float:
        raise BadLine
    return float(value) if -MOST <= value <= MOST else None


@lru_cache(maxsize=256)
def _model(name: str, fast: bool) -> Optional[str]:
    if name in _NO_MODEL:
        return None
    return model_id(name + "-fast" if fast else name)


def _reset(line: bytes) -> Optional[int]:
    match = _OLD_LIMIT.search(line)
    return int(match.group(1)) or None if match else None
