"""Hostile data for tests: strategies for everything that ccmon reads, and what may be said of everything that it writes.

Each document begins as a good one and is then damaged in places, so that most of it is still read. NOW is its moment.
"""

import json
import re
import unicodedata
from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

import scenes
from claude_logs import Entry, line
from commands import HOUR, NOW, block, iso
from hypothesis import strategies as st
from wcwidth import wcswidth

from ccmon.learning import portable, runway, state, usage_curve, week
from ccmon.learning.score import Score
from ccmon.learning.values import LearnedState, Reading
from ccmon.usage import official

DAY = 24 * HOUR
START = NOW - 2 * HOUR
WORDS = ("$(touch PWNED)", "`touch PWNED`", "${HOME}", "$[1+1]", "$'a'", "\\u", "\\$", "\\", "%n", "%F{red}", "%(?.a.b)", "%{",
         "#(touch PWNED)", "#[fg=red]", "#S", "#{pid}", "%{F#f00}", "|", "| bash=touch terminal=false", "---", "<b>", "</svg>",
         "<script>alert(1)</script>", "<!--", "-->", "]]>", "&amp;", "&", "!", "!!", "'", '"',
         "'\"><img src=x onerror=alert(1)>", "=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "../../../../PWNED", "/etc/passwd",
         "~root", "; touch PWNED", "&& touch PWNED", "\x1b[31m", "\x1b]0;PWNED\x07", "\x1b[2J", "\x1bP$q\x1b\\", "\x1b[6n",
         "\x9b31m", "\x90", "\n", "\r", "\r\n", "\t", "\x00", "\x01", "\x02", "\x07", "\x08", "\x0e", "\x7f", "\x85", "\u202e",
         "\u2066", "\u2028", "\u2029", "\u200b", "\u200d", "\ufe0f", "\ufeff", "\ud800", "\udc80", "\U0001f468\u200d\U0001f469",
         "\u1160", "\u3164", "\U000e0041", "e\u0301\u0302\u0303", "\ufdfd", "日本語", "łódź", "١٢", "1e5", "007", "nan", "inf",
         "-", "?", " ", "", "x" * 300, "{percent}", "{{", "%s", "%(x)s", "{0}", "NULL", "'; DROP TABLE session; --", "[ccmon]",
         "=", "#", ",")
INTEGERS = (0, 1, -1, 59, 60, 101, 2**31 - 1, 2**31, 2**53 + 1, 10**12, 10**15, 10**15 + 1, 2**63 - 1, 2**63, -2**63, 10**30,
            253_402_300_799, 253_402_300_800, NOW, NOW + 1, NOW - 5 * HOUR, NOW + 5 * HOUR, 1000 * NOW)
FLOATS = (0.5, -0.0, 1e-320, 1e15, 1e18, 1e300, 1.7e308, -1e300, float("inf"), float("-inf"), float("nan"), 99.99999, 100.0001)
MOMENTS = ("2025-11-24T16:00:60Z", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59-14:00",
           "2099-12-31T23:59:59Z", "2000-01-01T00:00:00+14:00", "2000-01-01T00:00:00Z", "1969-12-31T23:59:59Z",
           "0001-01-01T00:00:00Z", "2025-11-24T16:00:00+99:99", "2025-11-24T16:00:00", "2025-11-24 16:00", "2025-11-24",
           "Invalid Date", "٢٠٢٥-11-24T16:00:00Z", "+010000-01-01T00:00:00Z", "2025-11-24T16:00:00." + "1" * 400 + "Z")

texts = st.lists(st.sampled_from(WORDS) | st.text(max_size=3), min_size=1, max_size=4).map("".join)
integers = st.sampled_from(INTEGERS) | st.integers(-2**70, 2**70)
numbers = integers | st.sampled_from(FLOATS) | st.floats()
scalars = st.none() | st.booleans() | numbers | texts | st.sampled_from(MOMENTS)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
                      max_leaves=5)


# --- damage -----------------------------------------------------------------------------------------------------------

def _places(document: Any, path: Tuple[Any, ...] = ()) -> List[Tuple[Any, ...]]:
    """The way to every value of a JSON document but the whole."""
    items = enumerate(document) if isinstance(document, list) else document.items() if isinstance(document, dict) else ()
    return [found for key, value in items for found in ((*path, key), *_places(value, (*path, key)))]


def _copied(document: Any) -> Any:
    if isinstance(document, dict):
        return {key: _copied(value) for key, value in document.items()}
    return [_copied(value) for value in document] if isinstance(document, (list, tuple)) else document


@st.composite
def damaged(draw: Callable[..., Any], document: Any, most: int = 4) -> Any:
    """The JSON document with values of some places exchanged, taken out, doubled or put somewhere else."""
    document = _copied(document)
    for _ in range(draw(st.integers(0, most))):
        places = _places(document)
        if not places:
            return document
        *way, key = draw(st.sampled_from(places))
        inside = document
        for step in way:
            inside = inside[step]
        deed = draw(st.sampled_from(("exchange", "exchange", "exchange", "remove", "add")))
        if deed == "exchange":
            inside[key] = draw(values)
        elif deed == "remove":
            del inside[key]
        elif isinstance(inside, list):
            inside.insert(key, _copied(inside[key]))
        else:
            inside[draw(texts)] = draw(values)
    return document


@st.composite
def garbled(draw: Callable[..., Any], content: bytes, before: bytes = b"", behind: bytes = b"") -> bytes:
    """The bytes, now and then with some before, behind or between them, a part missing, or one that is no UTF-8."""
    deed = draw(st.sampled_from(("none",) * 6 + ("cut", "hole", "byte", "before", "behind", "bom", "utf-16", "twice")))
    at = draw(st.integers(0, max(0, len(content) - 1))) if deed in ("cut", "hole", "byte") else 0
    if deed == "cut":
        return content[:at]
    if deed == "hole":
        return content[:at] + content[at + draw(st.integers(1, 50)):]
    if deed == "byte":
        return content[:at] + draw(st.binary(min_size=1, max_size=4)) + content[at:]
    junk = draw(st.binary(max_size=30)) + draw(st.sampled_from((before, behind, b"\n", b"[" * 50, b"{" * 50)))
    return {"none": content, "before": junk + content, "behind": content + junk, "bom": b"\xef\xbb\xbf" + content,
            "utf-16": content.decode("utf-8", "replace").encode("utf-16"), "twice": content + content}[deed]


def _bytes(document: Any) -> bytes:
    return json.dumps(document).encode()


# --- what programs and people write -------------------------------------------------------------------------------------

BLOCKS = {"blocks": [block(NOW - 30 * HOUR, 20_000), block(NOW - 8 * HOUR, 36_000, isGap=True, id="gap-1"),
                     block(NOW - 9 * HOUR, 3_000), block(START, 4_200, isActive=True, actualEndTime=iso(NOW - 60))]}
moments = st.integers(-40 * DAY, 40 * DAY).map(lambda ahead: iso(NOW + ahead)) | st.sampled_from(MOMENTS)


@st.composite
def ccusage_documents(draw: Callable[..., Any]) -> Any:
    """What ccusage might print, as a JSON value: its blocks with other models and times, and damage."""
    document = _copied(BLOCKS)
    active = document["blocks"][-1]
    active["models"] = draw(st.lists(texts, max_size=3)) + active["models"]
    for name in draw(st.sets(st.sampled_from(("startTime", "endTime", "actualEndTime")), max_size=1)):
        active[name] = draw(moments)
    for name in draw(st.sets(st.sampled_from(("inputTokens", "outputTokens", "cacheReadInputTokens")), max_size=1)):
        active["tokenCounts"][name] = draw(st.integers(0, 10 ** 15) | numbers)
    return draw(damaged(document))


ccusage_answers = ccusage_documents().map(_bytes).flatmap(
    lambda made: garbled(made, b"[ccusage] WARN {\n", b"\n(node:1) Warning\n"))


def _log_documents() -> List[Any]:
    spoken = [Entry(NOW - ago, 100, 900, 50, 7000, message=f"m{ago}", request=f"r{ago}") for ago in (60, 3000, 30 * HOUR)]
    limits = [Entry(NOW - 4000, kind="limit", resets=NOW + HOUR)]
    return [json.loads(line(entry)) for entry in spoken + limits]


def _log_line(document: Any) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode("utf-8", "replace")


log_lines = st.sampled_from(_log_documents()).flatmap(damaged).map(_log_line).flatmap(lambda made: garbled(made, b'{"usage":{}}'))
logs = st.lists(log_lines, max_size=5).map(b"\n".join)

HOOK = {"session_id": "0b5a-1", "cwd": "/home/a", "model": {"id": "claude-opus-4-1", "display_name": "Opus 4.1"},
        "cost": {"total_cost_usd": 1.5, "total_api_duration_ms": 5000},
        "context_window": {"used_percentage": 44.2, "context_window_size": 200_000, "current_usage": {"input_tokens": 900}},
        "rate_limits": {"five_hour": {"used_percentage": 61.5, "resets_at": NOW + 2 * HOUR},
                        "seven_day": {"used_percentage": 12, "resets_at": NOW + 3 * DAY}}}
hooks = damaged(HOOK).map(_bytes).flatmap(garbled)

CONFIGURATION = (("plan", "max5"), ("timezone", "Europe/Warsaw"), ("interval", "3"), ("limit", "35,000"), ("reset", "5,10"),
                 ("theme", "dark"), ("template", "{percent}% {model} {plan}"), ("max_width", "60"), ("format", "tmux"))


@st.composite
def configurations(draw: Callable[..., Any]) -> bytes:
    """A config.ini with strange values, names, sections and bytes."""
    rows = ["[ccmon]"]
    for name, usual in draw(st.lists(st.sampled_from(CONFIGURATION), max_size=4, unique=True)):
        rows.append(f"{name} = {draw(st.just(usual) | texts)}")
    if draw(st.booleans()):
        rows += ["[plans]", f"{draw(texts)} = {draw(st.just('9000') | texts)}"]
    if draw(st.booleans()):
        rows += ["[prices]", f"{draw(texts)} = {draw(st.just('3, 15, 3.75, 6, 0.30') | texts)}"]
    rows += draw(st.lists(texts, max_size=1))
    return draw(garbled("\n".join(rows).encode("utf-8", "surrogatepass")))


# --- what other machines and ccmon itself have written --------------------------------------------------------------------

SHARED = {"ccmon_share": 1, "subscription": "Max5", "high_water": 120_000, "sessions": 41, "limit": 35_000, "low": 33_000,
          "high": 37_000, "unit": "tokens", "hits": 4, "hit_days": [20] * 5 + [0, 0], "hit_hours": [0, 0, 30, 50, 20, 0],
          "hours": [4] * 24}
shared_lines = damaged(SHARED).map(_bytes).flatmap(garbled)
shared_files = st.lists(shared_lines, max_size=4).map(b"\n".join)


@st.composite
def series(draw: Callable[..., Any]) -> bytes:
    """A CSV file of percentages, as `ccmon learn --evaluate` takes it."""
    rows = ["ts,five_hour_pct,five_hour_resets_at"]
    rows += [f"{START + 300 * at},{at * 3 % 101},{START + 5 * HOUR}" for at in range(draw(st.integers(0, 40)))]
    for _ in range(draw(st.integers(0, 3))):
        rows.insert(draw(st.integers(0, len(rows))), ",".join(map(str, draw(st.lists(scalars, max_size=4)))))
    return draw(garbled("\n".join(rows).encode("utf-8", "replace")))


SPOOL = (f"{NOW - 90} 0b5a-1 5000 61.5 {NOW + 2 * HOUR} 12.0 {NOW + 3 * DAY}",
         f"{NOW - 30} 0b5a-1 6000 62.0 {NOW + 2 * HOUR} - -")
spools = st.lists(st.sampled_from(SPOOL) | st.lists(texts | numbers.map(str), max_size=8).map(" ".join), max_size=4).map(
    lambda rows: "".join(f"{row}\n" for row in rows).encode("utf-8", "replace"))

SETTINGS = {"model": "opus", "statusLine": {"type": "command", "command": "old --line", "padding": 0}, "env": {"A": "b"}}
claude_settings = damaged(SETTINGS).map(_bytes).flatmap(garbled)


def _lessons() -> str:
    """A learned state with everything in it, as ccmon keeps it."""
    readings = [Reading(NOW - DAY + 300 * at, float(at * 2 % 100), NOW - DAY + 5 * HOUR * (1 + at // 60)) for at in range(200)]
    known = runway.train(usage_curve.from_readings(readings), NOW)
    weekly = week.train([Reading(NOW - DAY + 3600 * at, float(at), NOW + DAY) for at in range(20)], NOW)
    return state.dump(LearnedState(scenes.learned()._replace(at=NOW - 900), known, known, weekly))


def _extra() -> str:
    score = Score(10, 5.0, 4.0, 0.1, 0.9)
    kept = portable.FrozenModel("arima", "points", {"ar": [0.5, 0.1], "ma": [0.2, 0.1], "scale": 2.0, "sigma2": 0.5})
    tried = portable.Tried("runway", score), portable.Tried("arima", score)
    return portable.dump(portable.Extra(NOW - 900, tried, kept, "max5", ("even",)))


LEDGER = official.dump(official.with_lines(official.Ledger(), SPOOL, NOW)[0])
NOTES: Dict[str, str] = {
    "learned 1": _lessons(), "learned_extra 1": _extra(), "official 1": LEDGER, "logs_learned 1": f"{NOW} whole 12345",
    "host": "laptop", "learn_since 1": "0", "thinned": str(NOW - 60), "thinned 1": f"{NOW} {NOW} {NOW}",
    "moved_aside": f"{NOW - 60} The history was damaged", "ccusage_path": "/usr/bin/ccusage", "told 1 9": str(NOW)}


@st.composite
def notes(draw: Callable[..., Any]) -> Dict[str, Any]:
    """What the small notes of the store might say."""
    made: Dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(sorted(NOTES)), max_size=3, unique=True)):
        usual = NOTES[name]
        if usual[:1] in "[{":
            document = json.loads(usual)
            made[name] = draw(damaged(document).map(json.dumps) | texts | st.just(usual[:len(usual) // 2]))
        else:
            made[name] = draw(texts | numbers.map(str) | st.just(usual) | st.just(" ".join([usual] * 5)))
    return made


_COUNTS = {"tokens": 5000, "input": 1000, "output": 4000, "cache_creation": 5000, "cache_read": 9000, "cost_micro_usd": 1_250_000}
_FOUR = {"input": 100, "output": 400, "cache_creation": 500, "cache_read": 900}
ROWS: Dict[str, Dict[str, Any]] = {
    "owner": {"id": 2, "host": "studio", "account": "a1"},
    "session": {"owner_id": 1, "start_ts": START, "end_ts": START + 5 * HOUR, "last_ts": NOW - 60, **_COUNTS,
                "models": "claude-opus-4", "entries": 5, "counted": 1, "source": "ccusage", "listed": 1, "plan": "max5",
                "limit_tokens": 35_000, "limit_source": "plan"},
    "snapshot": {"owner_id": 1, "ts": NOW - 600, "seen": NOW - 500, "session_id": 1, **_COUNTS},
    "reading": {"owner_id": 1, "window_s": 5 * HOUR, "ts": NOW - 300, "percent": 61.0, "resets_at": START + 5 * HOUR,
                "source": "statusline", "noted_at": None},
    "model": {"id": 2, "name": "claude-opus-4-1-20250805"},
    "project": {"id": 2, "name": "-home-ada-shop", "path": "/home/ada/shop"},
    "usage": {"owner_id": 1, "ts": NOW // 900 * 900 - 900, "model_id": 2, "project_id": 2, **_FOUR, "cost_nano": 5_000_000,
              "unpriced": 0, "entries": 3},
    "forecast": {"owner_id": 1, "window_s": 5 * HOUR, "ts": NOW - 900, "resets_at": START + 5 * HOUR, "percent": 40.0,
                 "median": NOW + HOUR, "low": NOW, "high": NOW + 2 * HOUR, "probability": 0.6, "rule": "runway",
                 "seed_at": NOW + HOUR, "outcome_at": None, "reached": None}}
_KEYS = {"id", "owner_id", "window_s"}
_cells = (texts | st.none() | st.binary(max_size=5) | st.floats() | st.sampled_from([n for n in INTEGERS if abs(n) < 2**63])
          | st.integers(-2**63, 2**63 - 1))


@st.composite
def rows(draw: Callable[..., Any]) -> List[Tuple[str, Dict[str, Any]]]:
    """Rows for the tables of the store, most of their values as they should be."""
    made = []
    for table in draw(st.lists(st.sampled_from(sorted(ROWS)), min_size=1, max_size=4)):
        row = dict(ROWS[table])
        for name in draw(st.sets(st.sampled_from(sorted(set(row) - _KEYS)), max_size=2)):
            row[name] = draw(_cells)
        shift = draw(st.integers(0, 50)) * HOUR
        for name in ("ts", "seen", "start_ts", "end_ts", "last_ts", "resets_at"):
            if isinstance(row.get(name), int) and abs(row[name]) < 2**62:
                row[name] -= shift
        made.append((table, row))
    return made


# --- what may be written ------------------------------------------------------------------------------------------------

SGR = r"\x1b\[[0-9;]*m"
OWN = {"ansi": SGR, "fish": SGR, "claude": SGR, "bash": r"\x01\x1b\[[0-9;]+m\x02"}


_UNWANTED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def check_line(shown: str, cells: Optional[int] = None, own: str = "(?!)") -> None:
    """No control character but the writer's own sequences, nothing that changes the order of what is read, not too wide."""
    bare = re.sub(own, "", shown)
    assert not [char for char in bare if unicodedata.category(char) in _UNWANTED], f"unclean: {shown!r}"
    assert cells is None or 0 <= wcswidth(bare) <= cells, f"{wcswidth(bare)} of {cells} cells: {shown!r}"


def check_text(shown: str, cells: Optional[int] = None, own: str = "(?!)") -> None:
    """The same of every line."""
    for row in shown.split("\n"):
        check_line(row, cells, own)


def check_lines(lines: Sequence[Any], width: int, height: int) -> None:
    """What a view gave fits into the window."""
    assert len(lines) <= height, f"{len(lines)} lines for {height}"
    for row in lines:
        check_line("".join(span.text for span in row), width)
