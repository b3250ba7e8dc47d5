"""Lines that hold usage and give no entry: which are damaged, and what the whole ones are."""

import json

import claude_logs
import log_mixtures
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from log_mixtures import ODD

from ccmon.sources.log_entries import USAGE as HOLDS_USAGE
from ccmon.sources.log_entries import parse
from ccmon.sources.log_unused import unused_kind

ENTRY = claude_logs.Entry(1_790_000_000.25, input=1, output=2, cache_creation=30, cache_read=400)
FIELDS = json.loads(claude_logs.line(ENTRY))
USAGE = FIELDS["message"]["usage"]
KINDS = {"damaged", "progress", "tool_result", "api_error", "synthetic", "empty", "refused", "other"}
NULLS = {"service_tier": None, "inference_geo": None, "iterations": None, "speed": None}
ZERO = {"input_tokens": 0, "output_tokens": 0, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, **NULLS}
# Of the table that the real ccusage is held against: what it refuses and what is no answer, sorted.
DAMAGED = {"a bad escape", "a control character", "a leading zero", "a line and a half", "cache creation a number",
           "flat cache creation a text", "half a line", "infinite", "input a float", "input a text", "input negative",
           "input true", "no JSON", "no UTF-8 in the content", "no UTF-8 in the id", "no input", "no output", "no timestamp",
           "not a number", "output null", "read negative", "timestamp in other digits", "timestamp of 25 o'clock",
           "timestamp of 31 February", "zero bytes"}


def made(**top):
    return json.dumps({**FIELDS, **top}, separators=(",", ":")).encode()


def answer(usage=None, top=None, **message):
    given = USAGE if usage is None else usage
    return made(**(top or {}), message={**FIELDS["message"], "usage": given, **message})


def judged(line):
    assert HOLDS_USAGE in line and parse(line, "s") == ()
    return unused_kind(line)


@pytest.mark.parametrize("name", [name for name, odd in ODD.items() if not odd.entries])
def test_what_ccusage_refuses_is_damaged_or_whole(name):
    line = log_mixtures.make(ODD[name], FIELDS)
    if HOLDS_USAGE in line:
        whole = "other" if name == "a list" else "refused"
        assert judged(line) == ("damaged" if name in DAMAGED else whole)


@pytest.mark.parametrize("kind, line", [
    ("progress", made(type="progress", message=None, data={"type": "agent_progress", "message": {"message": {"usage": USAGE}}})),
    ("progress", made(type="agent_note", message=None, data={"message": {"usage": {**USAGE, "speed": None}}})),
    ("tool_result", made(type="user", message={"role": "user", "content": [{"type": "tool_result"}]},
                         toolUseResult={"totalTokens": 5, "usage": USAGE})),
    ("tool_result", made(type="user", timestamp=None, message={"role": "user"}, toolUseResult={"usage": {"input_tokens": -5}})),
    ("api_error", answer(ZERO, {"isApiErrorMessage": True, "error": "rate_limit"}, model="<synthetic>")),
    ("api_error", answer({"input_tokens": None, "output_tokens": None}, {"isApiErrorMessage": True}, model="<synthetic>")),
    ("synthetic", answer(ZERO, {"isApiErrorMessage": False}, model="<synthetic>")),
    ("empty", answer({}, model="claude-x")), ("empty", answer({"input_tokens": None, "output_tokens": None, **NULLS})),
    ("empty", made(message={"role": "assistant", "usage": None, "content": [{"input": {"usage": {"a": 1}}}]})),
    ("refused", answer({**USAGE, "speed": None})), ("refused", answer({**USAGE, "speed": "warp"})),
    ("refused", answer({**USAGE, "cache_read_input_tokens": None})), ("refused", answer(top={"version": "2"})),
    ("refused", answer(model=None)), ("refused", answer(top={"timestamp": "2026-11-22T07:00:00.123456+00:00"})),
    ("other", made(type="system", message=None, toolUseResult={"usage": USAGE})),
    ("other", made(type="summary", message="x", summary={"usage": USAGE})), ("other", b'[{"usage":{}}]')])
def test_whole_lines_of_other_kinds(kind, line):
    assert judged(line) == kind


@pytest.mark.parametrize("line", [
    answer({**USAGE, "input_tokens": -1}), answer({**USAGE, "output_tokens": 1.5}), answer({**USAGE, "output_tokens": 10 ** 16}),
    answer({**USAGE, "cache_read_input_tokens": "7"}), answer({**USAGE, "output_tokens": [1]}), answer({"input_tokens": 5}),
    answer({"output_tokens": 5, "input_tokens": None}), answer({**USAGE, "cache_creation": {"ephemeral_1h_input_tokens": -3}}),
    answer({**USAGE, "cache_creation": [{}]}), answer({"cache_read_input_tokens": 5}),
    answer({**USAGE, "output_tokens": True}, {"isApiErrorMessage": True}), answer(top={"timestamp": "2126-01-01T00:00:00.000Z"}),
    answer(top={"timestamp": None}), answer(top={"timestamp": "yesterday"}), answer(top={"timestamp": 5}),
    answer(top={"timestamp": "2025-02-29T10:00:00.000Z"}), answer()[:-1], answer() + b"x", answer() + answer(), answer()[9:],
    answer().replace(b'"input_tokens":1', b'"input_tokens":1' + b"0" * 5000), b"\0" * 9 + answer(),
    made(type="progress", data={"usage": USAGE})[:-30], b'"usage":{', b'{"usage":{\xff}}'])
def test_damage(line):
    assert judged(line) == "damaged"


@given(st.binary(max_size=40), st.integers(0, 700), st.integers(0, 30))
@example(b"[" * 100_000, 0, 0)
def test_never_raises_whatever_the_bytes(noise, at, dropped):
    line = answer()
    assert unused_kind(line[:at] + noise + line[at + dropped:]) in KINDS


NAMES = st.sampled_from(["usage", "type", "role", "message", "input_tokens", "cache_creation"])
VALUES = st.recursive(st.one_of(st.none(), st.booleans(), st.integers(-5, 10 ** 17), st.floats(), st.text(max_size=5)),
                      lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner)), max_leaves=8)


@given(st.sampled_from(["type", "message", "timestamp", "data", "isApiErrorMessage"]), VALUES)
def test_never_raises_whatever_the_values(name, value):
    assert unused_kind(made(**{name: value})) in KINDS


@given(st.integers(1, 10 ** 6), st.integers(0, 10 ** 6), st.sampled_from(["progress", "user", "system", "attachment", "future"]))
def test_no_other_kind_of_record_is_damaged(given_tokens, made_tokens, kind):
    """Whatever usage of their own they hold."""
    usage = {"input_tokens": given_tokens, "output_tokens": -made_tokens, "speed": None}
    assert unused_kind(made(type=kind, message={"role": "x"}, data={"usage": usage})) != "damaged"
