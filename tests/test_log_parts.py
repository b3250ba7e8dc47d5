"""One log read in chunks, by bytes that rule most lines out, beside a plain slow reading of the same lines."""

import json
import os
import random
import re
from binascii import crc32
from collections import Counter
from datetime import datetime, timezone

import log_mixtures
import log_sessions
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.sources import limit_events, log_entries, log_files, log_parts, log_unused
from ccmon.sources.log_reader import EntryPrices
from ccmon.store import messages as store_messages
from ccmon.text import model_id

NEVER_NULL = {"id", "cwd", "model", "speed", "costUSD", "version", "sessionId", "requestId", "isApiErrorMessage",
              "cache_read_input_tokens", "cache_creation_input_tokens"}
COUNTS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
NOISE = [b"", b"{}", b"no JSON", b"\xff\xfe", b'{"type":"user","message":{"content":"' + b"x" * 700 + b'"}}', b'"usage":{',
         b'{"isApiErrorMessage":true}', b"\r", b"null", b'{"type":"summary","leafUuid":null}']
FREE = EntryPrices(lambda entry: 0.0, 1)


# --- the plain reading ----------------------------------------------------------------------------------------------------

def plain_entries(line):
    """Time, model and tokens of a line's entries, with everything looked at; none where ccusage takes none."""
    if b'"usage":{' not in line:
        return []
    try:
        data = json.loads(line.decode().strip(" \t\r\n"), parse_constant=refused, parse_int=integer, parse_float=real)
        assert isinstance(data, dict)
        walk(data, 127, ())
        return [entry(data), *advisors(data)]
    except (ValueError, KeyError, TypeError, AssertionError, AttributeError, RecursionError):
        return []


def refused(_word):
    raise ValueError


def integer(digits):
    assert len(digits.lstrip("-")) <= 308
    return int(digits)


def real(digits):
    assert abs(float(digits)) < float("inf")
    return float(digits)


def walk(value, deepest, path):
    """No half characters, no nesting beyond 127, no null where none may be."""
    if isinstance(value, str):
        value.encode()
    if isinstance(value, (dict, list)):
        assert deepest
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            here = (*path, name)
            is_iteration = len(here) == 5 and here[:3] == ("message", "usage", "iterations") and name == "model"
            assert item is not None or name not in NEVER_NULL or is_iteration
            walk(str(name), 0, here)
            walk(item, deepest - 1, here)


def entry(data):
    message = data["message"]
    for place, name in ((data, "requestId"), (data, "sessionId"), (message, "id"), (message, "model")):
        assert isinstance(place.get(name, "x"), str) and place.get(name, "x")
    for name in ("isSidechain", "isApiErrorMessage"):
        assert data.get(name) is None or isinstance(data[name], bool)
    assert re.match("[0-9]+[.][0-9]+[.][0-9]", data.get("version", "1.1.1")[:40])
    assert data.get("costUSD") is None or type(data["costUSD"]) in (int, float)
    model = message.get("model")
    return (milliseconds(data["timestamp"]), shown(model, message["usage"].get("speed")), *tokens(message["usage"]))


def shown(model, speed):
    if model in (None, "<synthetic>", "unknown"):
        return ""
    return model_id(model + "-fast" if speed == "fast" else model)


def tokens(usage):
    parts = usage.get("cache_creation")
    five, hour = usage.get("cache_creation_input_tokens", 0), 0
    if parts is not None:
        five, hour = parts.get("ephemeral_5m_input_tokens", 0), parts.get("ephemeral_1h_input_tokens", 0)
    assert usage.get("speed") in (None, "standard", "fast")
    found = usage["input_tokens"], usage["output_tokens"], five, hour, usage.get("cache_read_input_tokens", 0)
    for count in (*found, usage.get("cache_creation_input_tokens", 0)):
        assert type(count) is int and 0 <= count <= 10 ** 15
    return found


def advisors(data):
    found = []
    try:
        for item in data["message"]["usage"].get("iterations", ()):
            assert isinstance(item["type"], str) and isinstance(item.get("model") or "", str)
            counts = tokens(item)
            if item["type"] == "advisor_message" and item.get("model"):
                found.append((milliseconds(data["timestamp"]), shown(item["model"], None), *counts))
    except (ValueError, KeyError, TypeError, AssertionError, AttributeError):
        return []
    return found


def milliseconds(text):
    found = re.fullmatch(r"(20\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})([.]\d{3})?(?:Z|([+-])(\d{2}):(\d{2}))", text, re.ASCII)
    assert found
    second, part, sign, hours, minutes = found.groups()
    at = int(datetime.strptime(second, "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc).timestamp()) * 1000
    assert int(hours or 0) < 24 and int(minutes or 0) < 60
    ahead = (int(hours or 0) * 60 + int(minutes or 0)) * 60_000
    return at + int((part or ".0")[1:]) + (-ahead if sign == "+" else ahead)


# --- beside it --------------------------------------------------------------------------------------------------------------

def read(path, known=None):
    """The parts of the log as one: its messages, its events, the position behind the last."""
    file, = log_files.scan([str(path.parent)])
    parts = list(log_parts.new_parts(file, known, [str(path.parent)], FREE, 1_790_000_000))
    messages, events = ([one for part in parts for one in getattr(part, name)] for name in ("messages", "events"))
    return messages, events, parts[-1].after


def rows_of_logged(logged):
    ids = {name: 0 for m in logged for name in (m.model, m.project)}
    return store_messages.message_rows(logged, ids, ids)


def decided(rows):
    """What of each message with an id is stored, and of which key: copies that change nothing may have been left out."""
    index = {}
    store_messages.fold(index, rows)
    plain = ~(store_messages.ALONE | store_messages.PRICED)
    return sorted((row.message, row.key, row.at_ms, *row[6:11], row.flags & plain)
                  for group in index.values() for row in group.values() if not row.flags & store_messages.ALONE)


def judged(lines):
    """What is noted of the lines beside their entries: how many are damaged, the first of those, the others by kind."""
    kinds = [(number, log_unused.unused_kind(line)) for number, line in enumerate(lines, 1)
             if b'"usage":{' in line and not plain_entries(line)]
    bad = [number for number, kind in kinds if kind == "damaged"]
    return len(bad), min(bad, default=0), Counter(kind for _, kind in kinds if kind != "damaged")


@given(st.integers(0, 10 ** 6), st.sampled_from([7, 100, 1000, 1 << 20]), st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_log_is_read_in_chunks_as_line_by_line(tmp_path_factory, seed, chunk, is_ended):
    rng = random.Random(seed)
    lines = [line for found in log_mixtures.mixture(seed).values() for line in found] + rng.choices(NOISE, k=5)
    lines = [line for line in rng.sample(lines, min(len(lines), 40)) if b"\n" not in line]
    path = tmp_path_factory.mktemp("logs") / "a.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n" * is_ended)
    whole = lines if is_ended else lines[:-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_files, "CHUNK", chunk)
        patch.setattr(log_parts, "MOST_ROWS", 3)
        messages, events, after = read(path)
        more = read(path, after) if is_ended else ([], [], after)      # half a line may have been taken for a whole one
    entries = [entry for line in whole for entry in log_entries.parse(line, log_entries.path_session(str(path)))]
    assert [(e.at_ms, e.model or "", *e[5:10]) for e in entries] == [one for line in whole for one in plain_entries(line)]
    ended = [m for m in messages if not m.unended]
    assert decided(rows_of_logged(ended)) == decided(log_sessions.rows_of(entries))
    assert [(m.at_ms, *m[6:11]) for m in ended if m.alone] == [(e.at_ms, *e[5:10]) for e in entries if e.message is None]
    assert len(events) == sum(limit_events.limit_message(line) is not None for line in whole)
    assert (after.damaged, after.first_damaged, Counter(json.loads(after.left_out))) == judged(whole)
    assert (after.offset, after.lines) == (sum(len(line) + 1 for line in whole), len(whole))
    assert after.crc == crc32(path.read_bytes()[:after.offset]) and after.size == os.path.getsize(str(path))
    assert more[0] == [] and more[2]._replace(check_at=0) == after._replace(check_at=0)


@pytest.mark.parametrize("copies, sent", [
    ([{}, {}], [0]), ([{}, {"output": 9}, {"output": 3}], [0, 1]), ([{"sidechain": True, "output": 9}, {}], [0, 1]),
    ([{}, {"sidechain": True, "output": 9}], [0]), ([{}, {"request": "req_2"}], [0, 1]), ([{"message": None}] * 2, [0, 1]),
    ([{"request": "same"}, {"request": None, "session": "same"}], [0, 1])])
def test_a_copy_that_cannot_count_is_left_out_where_it_is_read(tmp_path, copies, sent):
    logged = [log_mixtures.Entry(1_790_000_000 + at, 1, **{"output": 2, **copy}) for at, copy in enumerate(copies)]
    (tmp_path / "a.jsonl").write_text("".join(log_mixtures.claude_logs.line(entry) + "\n" for entry in logged))
    assert [message.at_ms // 1000 - 1_790_000_000 for message in read(tmp_path / "a.jsonl")[0]] == sent


@pytest.mark.parametrize("name", log_mixtures.ODD)
def test_the_plain_reading_is_ccusages(name):
    fields = json.loads(log_mixtures.claude_logs.line(log_mixtures.Entry(1_790_000_000.25)))
    line = log_mixtures.make(log_mixtures.ODD[name], fields)
    assert len(plain_entries(line)) == log_mixtures.ODD[name].entries == len(log_entries.parse(line, "s"))
