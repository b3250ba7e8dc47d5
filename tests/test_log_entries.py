"""Lines of Claude Code's logs: what is read from them, and what is refused."""

import json

import claude_logs
import log_mixtures
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from log_mixtures import ODD

from ccmon.sources import log_entries
from ccmon.sources.limit_events import limit_message
from ccmon.sources.log_entries import LogEntry, digest, parse, path_session
from ccmon.sources.log_unused import unused_kind

TIME = 1_790_000_000.25
ENTRY = claude_logs.Entry(TIME, input=1, output=2, cache_creation=30, cache_read=400)
FIELDS = json.loads(claude_logs.line(ENTRY))


def odd(name):
    return parse(log_mixtures.make(ODD[name], FIELDS), "of-the-path")


def test_every_field():
    line = claude_logs.line(ENTRY._replace(hour_cache=True, sidechain=True, extra={"costUSD": 0.5})).encode()
    assert parse(line, "of-the-path") == (LogEntry(
        1_790_000_000_250, digest("msg_1"), digest("req_1"), digest(ENTRY.session), claude_logs.SONNET, 1, 2, 0, 30, 400,
        sidechain=True, speed=False, cost_usd=0.5, reset_at=None),)


def test_total():
    assert odd("nothing")[0].total == 1 + 2 + 30 + 400


@pytest.mark.parametrize("name", ODD)
def test_oddities(name):
    """As many entries as the real ccusage 20 sees: tests/test_log_real_ccusage.py holds the table against it."""
    assert len(odd(name)) == ODD[name].entries


@pytest.mark.parametrize("name, field, value", [
    ("no cache creation object", "cache_5m", 30),
    ("empty cache creation object", "cache_5m", 0),
    ("cache creation of other sums", "cache_5m", 3),
    ("cache creation of other sums", "cache_1h", 4),
    ("cache creation null", "cache_5m", 30),
    ("speed standard", "speed", True),
    ("speed standard", "model", claude_logs.SONNET),
    ("speed fast", "speed", True),
    ("speed fast", "model", claude_logs.SONNET + "-fast"),
    ("fast and synthetic", "model", None),
    ("synthetic", "model", None),
    ("no model", "model", None),
    ("model with blanks", "model", "my model (v2)"),
    ("model very long", "model", "m" * 90),
    ("model of Ollama", "model", "minimax-m2.5:cloud"),
    ("model with a comma and colours", "model", "a_b[31m"),
    ("no message id", "message", None),
    ("no request", "request", None),
    ("no session", "session", digest("of-the-path")),
    ("side chain null", "sidechain", False),
    ("cost a whole number", "cost_usd", 2.0),
    ("cost negative", "cost_usd", -0.5),
    ("old limit", "reset_at", 1790003600),
    ("old limit with a bar further on", "reset_at", None),
    ("old limit without a time", "reset_at", None),
    ("old limit at zero", "reset_at", None),
    ("old limit that is no error", "reset_at", None),
    ("timestamp of whole seconds", "at_ms", 1_790_000_000_000),
    ("timestamp of Kolkata", "at_ms", 1_790_000_000_250 - 19_800_000),
    ("timestamp of New York", "at_ms", 1_790_000_000_000 + 14_400_000),
])
def test_what_is_read_from_oddities(name, field, value):
    assert getattr(odd(name)[0], field) == value


def test_advisors():
    own, second, third = odd("advisor")
    assert own == odd("nothing")[0]
    assert second == own._replace(message=digest("msg_1:advisor:0"), model=claude_logs.OPUS, input=7, output=5, cache_5m=0,
                                  cache_1h=0, cache_read=0)
    assert (third.message, third.model, third.cache_read) == (digest("msg_1:advisor:1"), claude_logs.HAIKU, 9)
    assert odd("advisor with cost")[1].cost_usd is None and odd("advisor in a limit line")[1].reset_at == 1790003600
    assert odd("advisor fast")[1].model == claude_logs.OPUS and odd("advisor fast")[1].speed
    assert [entry.message for entry in odd("advisor without a message id")] == [None, None]


@pytest.mark.parametrize("change", [
    {"timestamp": "1999-12-31T23:59:59.000Z"}, {"timestamp": "2100-01-01T00:00:00.000Z"}, {"timestamp": "0000-01-01T00:00:00Z"}])
def test_times_of_other_centuries_are_damage(change):
    assert parse(log_mixtures.compact({**FIELDS, **change}), "s") == ()


@pytest.mark.parametrize("count", [10 ** 15 + 1, 2 ** 64, 10 ** 400])
def test_absurd_counts_are_damage(count):
    digits = str(count) if count < 10 ** 100 else "1" + "0" * 400
    assert parse(claude_logs.line(ENTRY).replace('"input_tokens":1', f'"input_tokens":{digits}').encode(), "s") == ()


@pytest.mark.parametrize("digits, entries", [(308, 1), (309, 0)])
def test_numbers_of_a_long_line(digits, entries):
    line = claude_logs.line(ENTRY).replace('"Done."', f'"{"x" * 5000}"').replace('"type":"message"', '"x":-' + "9" * digits)
    assert len(parse(line.encode(), "s")) == entries


def test_an_absurd_cost_is_none():
    assert parse(log_mixtures.compact({**FIELDS, "costUSD": 1e300}), "s")[0].cost_usd is None


def test_a_name_twice_in_a_line_that_is_looked_through():
    line = log_mixtures.compact({**FIELDS, "x": None}).replace(b'"x":null', b'"x": null,"x":1')
    assert parse(line, "s") == () and parse(line.replace(b',"x":1', b""), "s")


def test_any_depth_is_survived():
    line = claude_logs.line(ENTRY).replace('"Done."', "[" * 200_000 + "]" * 200_000)
    assert parse(line.encode(), "s") == ()
    assert limit_message(line.replace('"type":', '"isApiErrorMessage":true,"limit":').encode()) is None
    assert unused_kind(line.encode()) in ("refused", "damaged")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3), max_leaves=6)
places = st.sampled_from([(), ("message",), ("message", "usage"), ("message", "usage", "cache_creation"),
                          ("message", "content", 0)]).flatmap(lambda path: st.tuples(st.just(path), st.sampled_from(
                              sorted(_inside(path)) + ["iterations", "speed", "costUSD", "isApiErrorMessage", "requestId"])))


def _inside(path):
    value = FIELDS
    for name in path:
        value = value[name]
    return value


@given(st.lists(st.tuples(places, json_values), min_size=1, max_size=3))
def test_parse_never_raises_whatever_the_fields(changes):
    fields = json.loads(json.dumps(FIELDS))
    for (path, name), value in changes:
        target = fields
        for step in path:
            there = target[:1] if isinstance(target, list) and step == 0 else isinstance(target, dict) and step in target
            target = target[step] if there else {}
        if isinstance(target, dict):
            target[name] = value
    line = json.dumps(fields, separators=(",", ":")).encode()
    for entry in parse(line, "s"):
        assert all(0 <= count <= log_entries.MOST for count in entry[5:10]) and isinstance(entry, LogEntry)
        assert entry.model is None or entry.model.isascii() and 0 < len(entry.model) <= 40
    limit_message(line)
    unused_kind(line)


@given(st.binary(max_size=60), st.integers(0, 700), st.integers(0, 30))
@example(b"", 0, 0)
def test_parse_never_raises_whatever_the_bytes(noise, at, dropped):
    line = claude_logs.line(ENTRY).encode()
    damaged = line[:at] + noise + line[at + dropped:]
    parse(damaged, "s")
    unused_kind(damaged)
    limit_message(damaged)


@given(st.text(), st.text())
def test_digests(one, other):
    assert (digest(one) == digest(other)) == (one == other) and 0 <= digest(one) < 2 ** 63


@pytest.mark.parametrize("path, session", [
    ("/h/.claude/projects/-p/abc.jsonl", "abc"),
    ("/h/.claude/projects/-p/abc/chat.jsonl", "abc"),
    ("/h/.claude/projects/-p/abc/subagents/agent-1.jsonl", "abc"),
    ("/h/.claude/projects/-p/q/abc/subagents/agent-1.jsonl", "abc"),
    ("/h/.claude/projects/-p/subagents/agent-1.jsonl", "subagents"),
    ("/h/.claude/projects/-p/q/r/chat.jsonl", "r"),
    ("/h/.claude/projects/abc.jsonl", "abc.jsonl"),
    ("/h/.claude/projects//-p/./abc.jsonl", "abc"),
    ("/srv/projects/h/.claude/projects/-p/abc.jsonl", "-p"),
    ("/h/.claude/projects/-p/.jsonl", "-p"),
    ("", "unknown"),
])
def test_session_of_a_path(path, session):
    assert path_session(path) == session
