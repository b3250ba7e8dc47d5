"""The fields of Claude Code's JSON, whatever stands in their places."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.sources import session_json

RESET = 1_764_018_000
JUNK = [None, True, "", "x", [], {}, [1], {"a": 1}, -1, float("nan"), float("inf"), 1e300, 10 ** 400, "1" * 5000]


def document(used, resets_at):
    return {"rate_limits": {"five_hour": {"used_percentage": used, "resets_at": resets_at}}}


@pytest.mark.parametrize("used, expected", [
    (0, 0), (37, 37), (37.0, 37), (28.999999999999996, 29), (12.3456789, 12.3457), ("41", 41), (101, 101),
    (104, 104), (57.99999999, 58), ("104.5", 104.5), (1000, 1000), (1000.1, None), (-0.1, None), (RESET, None),
    (1000 * RESET, None), (RESET // 86_400, None), ("2025-11-24T21:00:00Z", None), *[(junk, None) for junk in JUNK],
])
def test_percentages_beyond_0_to_1000_are_none(used, expected):
    found = session_json.windows(document(used, RESET)).get("five_hour")
    assert found == (None if expected is None else (expected, RESET))


@pytest.mark.parametrize("resets_at, expected", [
    (RESET, RESET), (RESET + 1, RESET), (RESET - 1, RESET), (float(RESET), RESET), (str(RESET), RESET),
    (RESET * 1000 + 999, RESET),
    ("2025-11-24T21:00:00Z", RESET), ("2025-11-24T21:00:00.480+00:00", RESET), ("2025-11-24T22:00:00+01:00", RESET),
    ("2025-11-24T20:59:59", RESET), ("2025-11-24T20:59:59.48Z", RESET), ("2025-11-24T22:00:00.123456789+01:00", RESET),
    ("2025-11-24t21:00:00z", RESET), ("0001-01-01T00:00:00+14:00", None), ("2025-11-24T21:00:00.", RESET),
    ("tomorrow", None), (0, None), (5, None), (1e13, None), *[(junk, None) for junk in JUNK],
])
def test_resets_are_whole_minutes(resets_at, expected):
    found = session_json.windows(document(37, resets_at)).get("five_hour")
    assert found == (None if expected is None else (37, expected))


@pytest.mark.parametrize("context, expected", [
    ({"used_percentage": 42.7}, 42.7), ({"used_percentage": 0}, 0), ({"used_percentage": "8"}, 8),
    ({"used_percentage": None, "context_window_size": 200_000,
      "current_usage": {"input_tokens": 1000, "output_tokens": 9, "cache_creation_input_tokens": 9000,
                        "cache_read_input_tokens": 10_000}}, 10),
    ({"used_percentage": None, "context_window_size": 200_000, "current_usage": None}, None),
    ({"context_window_size": 0, "current_usage": {"input_tokens": 1}}, None),
    ({"used_percentage": -3}, None), ({"used_percentage": 1e9}, None), (None, None), ("full", None),
])
def test_the_context(context, expected):
    assert session_json.context_percent({"context_window": context}) == expected


@pytest.mark.parametrize("model, expected", [
    ({"display_name": "Opus 4.1", "id": "claude-opus-4-1"}, "Opus 4.1"), ({"id": "claude-opus-4-1"}, "claude-opus-4-1"),
    ({"display_name": "", "id": "x"}, "x"),
    ({"display_name": "$(touch x)`id`%n#(id)\x1b[31m\n\u202eend"}, "touch x id n id 31m end"),
    ({"display_name": "A" * 99}, "A" * 40), ({"display_name": "💥"}, ""), ({"display_name": 5}, ""), (None, ""), ("Opus", ""),
])
def test_the_models_name_is_harmless(model, expected):
    assert session_json.model({"model": model}) == expected


def test_cost_session_and_counter():
    told = {"session_id": "ab-1\n2", "cost": {"total_cost_usd": 1.5, "total_api_duration_ms": 12.0}}
    assert (session_json.cost_usd(told), session_json.session_id(told), session_json.counter(told)) == (1.5, "ab-12", 12)
    assert (session_json.cost_usd({}), session_json.session_id({}), session_json.counter({})) == (None, "?", None)
    for junk in JUNK:
        told = {"session_id": junk, "cost": {"total_cost_usd": junk, "total_api_duration_ms": junk}}
        assert session_json.cost_usd(told) is None and session_json.counter(told) is None


KEYS = ("rate_limits five_hour seven_day used_percentage resets_at model id display_name cost total_cost_usd session_id "
        "total_api_duration_ms context_window context_window_size current_usage input_tokens").split()
ANY = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
                   lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                       st.sampled_from(KEYS), inner, max_size=4), max_leaves=20)


@given(ANY)
def test_no_document_is_too_strange(document):
    for used, resets_at in session_json.windows(document).values():
        assert 0 <= used <= 1000 and resets_at % 60 == 0
    context, cost_usd = session_json.context_percent(document), session_json.cost_usd(document)
    assert context is None or math.isfinite(context)
    assert cost_usd is None or math.isfinite(cost_usd)
    assert session_json.model(document).isascii() and len(session_json.session_id(document).split()) == 1
    json.dumps(session_json.counter(document))
