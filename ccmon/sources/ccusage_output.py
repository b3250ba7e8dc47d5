"""What ccusage prints, read into blocks: one tolerant parser for its versions 11 to 20; and what goes wrong with it, as errors.

Every field but startTime may be missing. A block that cannot be trusted is left out and counted; the others stay.
"""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import chain, islice

from ccmon.errors import INSTALL_COMMAND, CcmonError, SourceError
from ccmon.model import Block
from ccmon.quick_typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple
from ccmon.sources.session_json import iso_epoch
from ccmon.text import clean, clip, model_id
from ccmon.when import SESSION_S, SKEW_S

MOST = 10 ** 15                        # no count of tokens and no cost is larger
SHOWN = 80                             # characters of bad output in an error
TRIES = 50                             # places in the output where the JSON may begin

_JSON_AT_LINE = r"(?m)^(?:\{|\[(?=\s*[{\]]))"          # not "[ccusage] ...", which is its log
_JSON_ANYWHERE = r'\{\s*"blocks"'
STDERR_BYTES = 4096                    # of what is held, the last ones
_NO_MODEL = ("<synthetic>", "unknown")
_ERROR_LINE = (r"(?:\[ccusage\] *)?(?:Uncaught )?(?:\w*Error(?: \[\w+\])?: |ERROR\s|error: |fatal|thread .* panicked"
               r"|[\w./-]+: error: )")
_STACK_LINE = r"at |Node\.js v|Bun v|throw |Run '|\S+:[0-9]+$|[\W\d]*$"
_PYTHON_PROGRAM = r"(?m)^usage: .*\[-h\]|: error: .*invalid choice"
_ESCAPES = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\].*?(?:\x07|\x1b\\))"
INSTALL = f"Install it with: {INSTALL_COMMAND}", INSTALL_COMMAND       # way_out and command
SEE_COMMAND = "ccusage blocks --json"
SEE = f"To see it, run: {SEE_COMMAND}", SEE_COMMAND    # way_out and command


class Parsed(NamedTuple):
    """The sessions in one answer of ccusage, by start, and what was left out of it."""

    blocks: Tuple[Block, ...]
    skipped: int                       # malformed blocks left out
    future: int                        # blocks with a start (left out) or a last message (included) ahead of the clock


class _Bad(ValueError):
    """This block is malformed."""


def parse(text: str, now: int) -> Parsed:
    """The blocks that ccusage printed, without gaps; now is epoch seconds. Raises CcmonError when there are none to read."""
    best: Dict[int, Block] = {}
    skipped = future = 0
    for raw in _raw_blocks(text.replace("\ufeff", "")):
        try:
            block = _block(raw)
        except _Bad:
            skipped += 1
            continue
        if block is None:
            continue
        future += max(block.start, block.last or 0) > now + SKEW_S
        if block.start <= now + SKEW_S:
            best[block.start] = max(best.get(block.start, block), block, key=lambda one: (one.counted, one.tokens))
    return Parsed(tuple(best[start] for start in sorted(best)), skipped, future)


# --- finding the JSON ------------------------------------------------------------------------------------------------

def _raw_blocks(text: str) -> List[Any]:
    """The list of blocks in the output, whatever stands before and behind it."""
    shown = clean(" ".join(text[:1000].split()))[:SHOWN]
    if not shown:
        raise CcmonError("ccusage printed nothing")
    problem = "broken JSON" if re.search(_JSON_ANYWHERE, text) else "no JSON"
    for value in _values(text):
        blocks = _block_list(value)
        if blocks is not None:
            return blocks
        problem = "JSON without a list of blocks"
    raise CcmonError(f"ccusage printed {problem}: '{shown}'")


def _block_list(value: Any) -> Optional[List[Any]]:
    """The list under "blocks", or the value itself when it is a list of blocks."""
    if isinstance(value, dict):
        blocks = value.get("blocks")
        return blocks if isinstance(blocks, list) else None
    bare = isinstance(value, list) and any(isinstance(item, dict) and "startTime" in item for item in value)
    return value if bare else None


def _values(text: str) -> Iterator[Any]:
    """Every JSON value that begins where ccusage's answer may begin."""
    import json  # who only looks for the program does without
    decoder = json.JSONDecoder(parse_int=_integer)
    for match in chain(*(islice(re.finditer(pattern, text), TRIES) for pattern in (_JSON_AT_LINE, _JSON_ANYWHERE))):
        try:
            yield decoder.raw_decode(text, match.start())[0]
        except (ValueError, RecursionError):
            continue


def _integer(digits: str) -> float:
    """Python refuses to convert thousands of digits: no such count is real."""
    return int(digits) if len(digits) < 20 else float("inf")


# --- one block ---------------------------------------------------------------------------------------------------------

def _block(raw: Any) -> Optional[Block]:
    """The block, None for a gap. Raises _Bad."""
    if not isinstance(raw, dict):
        raise _Bad
    if raw.get("isGap") is True or str(raw.get("id")).startswith("gap-"):
        return None
    start, end, last = (_epoch(raw.get(name)) for name in ("startTime", "endTime", "actualEndTime"))
    if start is None:
        raise _Bad
    tokens, *four = _counts(raw)
    return Block(start=start, end=end if end and end > start else start + SESSION_S,
                 last=last if last and last >= start else None,
                 tokens=tokens or 0, input=four[0], output=four[1], cache_creation=four[2], cache_read=four[3],
                 cost_usd=_cost(raw.get("costUSD")), models=_models(raw.get("models")),
                 entries=_entries(raw.get("entries")), counted=four[0] is not None)


def _counts(raw: Dict[str, Any]) -> Tuple[Optional[int], ...]:
    """Tokens, input, output, cache creation, cache read; the four are None when ccusage did not count them apart."""
    members = raw.get("tokenCounts")
    if members is not None and not isinstance(members, dict):
        raise _Bad
    four = [_count((members or {}).get(name + "Tokens")) for name in ("input", "output", "cacheCreationInput", "cacheReadInput")]
    if four[0] is None and four[1] is None:
        return (_count(raw.get("totalTokens")), None, None, None, None)
    counts = [number or 0 for number in four]
    return (counts[0] + counts[1], *counts)


def _count(value: Any) -> Optional[int]:
    """A whole number from 0 to MOST, None when missing. Raises _Bad."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MOST or value != int(value):
        raise _Bad
    return int(value)


def _entries(value: Any) -> int:
    with suppress(_Bad):
        return _count(value) or 0
    return 0


def _cost(value: Any) -> Optional[float]:
    """US dollars, None when missing (--no-cost) or not a sum of money."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MOST:
        return None
    return float(value)


def _models(value: Any) -> Tuple[str, ...]:
    """The ids in order of first use."""
    names = [name for name in value if isinstance(name, str) and name not in _NO_MODEL] if isinstance(value, list) else []
    return tuple(dict.fromkeys(model_id(name) for name in names if name))


def _epoch(value: Any) -> Optional[int]:
    """Epoch seconds of an ISO time, rounded down; None when it is not one, or not of this century."""
    return iso_epoch(value.replace(",", ".")) if isinstance(value, str) and value.startswith("20") else None


# --- what goes wrong: each kind is a class or has the command that mends it -------------------------------------------

class Failed(SourceError):
    """ccusage gave no data. missing: it could not be started at all, so that trying again is of no use."""

    def __init__(self, what: str, way_out: str = "", command: str = "", missing: bool = False) -> None:
        super().__init__(what, way_out, command)
        self.missing = missing or self.missing


class NotFound(Failed):
    """There is no ccusage program at the path."""

    missing = True


class NotInstalled(NotFound):
    """There is none anywhere, and nobody named one."""

    not_installed = True

    def __init__(self) -> None:
        super().__init__("ccusage was not found", INSTALL[0] + " (ccmon --demo works meanwhile)", INSTALL_COMMAND)


class TooSlow(Failed):
    """The program was stopped when its time was over."""

    joint = ", "

    def __init__(self, timeout_s: float) -> None:
        self.longer_s = max(60, 2 * timeout_s)         # what it may take the next time
        super().__init__(f"ccusage took longer than {timeout_s:g} s and was stopped", f"try --timeout {self.longer_s:g}")


class NoNode(Failed):
    """The program needs Node.js, and did not find it."""

    def __init__(self, path: str) -> None:
        super().__init__(f"Node.js was not found by {path}", f"Put it on PATH, or name both: --ccusage '/path/to/node {path}'",
                         missing=True)


class NoData(Failed):
    """There are no logs for it."""

    def __init__(self) -> None:
        super().__init__("ccusage found no Claude Code data", "Start Claude Code once, or set CLAUDE_CONFIG_DIR")


class TooMuch(Failed):
    """The program was stopped because it printed without an end."""


def make_runnable(path: str) -> Tuple[str, str]:
    """The way out, and its command, where a program may not be run; path: as it may be shown."""
    command = f"chmod +x {path}"
    return f"Try: {command}", command


def exit_failure(path: str, code: int, out: bytes, err: bytes) -> Failed:
    """Why the program at the path ended with an exit code other than 0, negative for a signal; out, err: what it printed."""
    name, words = shown(path), err.decode("utf-8", "replace")
    said = "" if out.lstrip()[:1] in (b"{", b"[") else out[-STDERR_BYTES:].decode("utf-8", "replace")         # no data
    line = error_line(words) or error_line(said) or "it did not say why"
    if re.search(_PYTHON_PROGRAM, words):
        return Failed(f"{name} is the Python program of the same name, not the npm one",
                      f"Install the right one with: {INSTALL_COMMAND}", INSTALL_COMMAND, missing=True)
    if code == 127 and re.search(r"\b(?:node|bun)\b", words.replace(path, "")):
        return NoNode(name)
    if code in (126, 127):
        return Failed(f"{name} could not be started ({line})", *INSTALL, missing=True)
    return _line_failure(line) or Failed(f"ccusage {exit_words(code)}: {line.rstrip('.')}", *SEE)


def exit_words(code: int) -> str:
    """That a program ended with that exit code."""
    return f"was killed by signal {-code}" if code < 0 else f"failed with exit code {code}"


def _line_failure(line: str) -> Optional[Failed]:
    """The failure that this line of stderr names; None for any other line."""
    if "native binary is not available" in line:
        return Failed("ccusage was installed without its native part", *INSTALL, missing=True)
    if "native binary is not executable" in line:
        return Failed("the native part of ccusage is not executable", "Run once: sudo ccusage --version",
                      "sudo ccusage --version", missing=True)
    if re.search(r"requires .*Node|^SyntaxError|ERR_UNKNOWN_BUILTIN_MODULE", line):
        newest = f"{INSTALL_COMMAND}@latest"
        return Failed(f"Node.js is too old for this ccusage ({line})", f"Update Node.js, or run: {newest}", newest, missing=True)
    if re.search("Cannot find (?:module|package)", line):
        return Failed(f"ccusage is not installed completely ({line})", *INSTALL, missing=True)
    return NoData() if "No valid Claude data director" in line else None


def error_line(output: str) -> str:
    """The line that names the error, not one of a stack trace; else the last one; safe and at most 120 cells."""
    lines = [line for line in (clean(raw).strip() for raw in re.sub(_ESCAPES, "", output).splitlines()) if line]
    if len(output) >= STDERR_BYTES and len(lines) > 1:
        del lines[0]                   # cut: only the end of stderr is held
    named = [line for line in lines if re.match(_ERROR_LINE, line)]
    others = [line for line in lines if not re.match(_STACK_LINE, line)]
    return clip((named[:1] or others[-1:] or [""])[0], 120)


def shown(text: str) -> str:
    """A path or a word of the user's, safe and short enough for an error."""
    return clip(clean(text), 120)
