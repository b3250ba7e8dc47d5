"""The parser of ccusage's output: recorded output of eleven versions, mutated, truncated and random."""

import json
import re
from datetime import datetime, timezone

import pytest
from ccusage_answers import DATA, GOOD, LOGGED, NOT_JSON, NOW, ONE, PARSED_ONE, START, changed, name_of, only, parsed
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.errors import CcmonError
from ccmon.model import Block
from ccmon.sources.ccusage_output import Parsed, parse
from ccmon.when import SESSION_S

# --- recorded output -----------------------------------------------------------------------------------------------

def naive(text):
    """(start, tokens, cache, entries) of every block as a reader in a hurry would take them."""
    return sorted((block["startTime"][:19], block["tokenCounts"]["inputTokens"] + block["tokenCounts"]["outputTokens"],
                   block["tokenCounts"]["cacheReadInputTokens"], block["entries"])
                  for block in json.loads(text)["blocks"] if not block["isGap"])


def iso(epoch):
    return datetime.fromtimestamp(epoch, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def test_there_are_fixtures():
    assert len(GOOD) > 80 and len(LOGGED) == 4 and len(NOT_JSON) == 15
    assert {path.parent.name.split(".")[0] for path in GOOD} >= {"11", "14", "15", "16", "17", "18", "19", "20"}


@pytest.mark.parametrize("path", GOOD + LOGGED, ids=name_of)
def test_recorded_output(path):
    text = path.read_text("utf-8")
    found = parse(text, NOW)
    assert [(iso(b.start), b.tokens, b.cache_read, b.entries) for b in found.blocks] == naive(text[text.index("{"):])
    assert (found.skipped, found.future) == (0, 0)
    for block in found.blocks:
        assert block.counted and block.tokens == block.input + block.output
        assert block.start <= block.last < block.end == block.start + SESSION_S
        assert not {"<synthetic>", "unknown"} & set(block.models)
        assert block.cost_usd >= 0


@pytest.mark.parametrize("path", NOT_JSON, ids=name_of)
def test_recorded_output_that_is_not_json(path):
    with pytest.raises(CcmonError, match="^ccusage printed (nothing$|no JSON: '.{1,80}'$)"):
        parse(path.read_text("utf-8"), NOW)


def test_active_block_of_20_in_full():
    text = (DATA / "20.0.24" / "active_data__blocks_json_offline.json").read_text()
    raw = [block for block in json.loads(text)["blocks"] if block["isActive"]]
    block = parse(text, NOW).blocks[-1]
    assert len(raw) == 1 and block.start <= NOW < block.end
    counts = raw[0]["tokenCounts"]
    assert block.cache_creation == counts["cacheCreationInputTokens"] and block.output == counts["outputTokens"]
    assert block.cost_usd == raw[0]["costUSD"] and block.models == tuple(raw[0]["models"])


def test_order_of_the_list_does_not_matter():
    for folder in ("15.3.1", "18.0.11", "20.0.24"):
        texts = [(DATA / folder / f"active_data__blocks_json_{end}.json").read_text() for end in ("offline", "order_desc")]
        assert parse(texts[0], NOW).blocks == parse(texts[1], NOW).blocks != ()


# --- one field wrong -------------------------------------------------------------------------------------------------

def test_one_block():
    assert parsed(ONE) == Parsed((PARSED_ONE,), 0, 0)


def test_only_total_tokens():
    expected = PARSED_ONE._replace(tokens=43120, input=None, output=None, cache_creation=None, cache_read=None, counted=False)
    for counts in (..., None, {}, {"cacheReadInputTokens": 5}, {"inputTokens": None, "outputTokens": None}):
        assert only(changed(tokenCounts=counts)) == expected
    assert only({"startTime": ONE["startTime"]}) == Block(START, START + SESSION_S, None, 0, None, None, None, None, None,
                                                          counted=False)


def test_whole_floats_are_counts():
    block = only(changed(inputTokens=100.0, outputTokens=20.0, entries=7.0))
    assert block == PARSED_ONE and type(block.tokens) is int and type(block.entries) is int


# --- whole lists ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("gap", [{"isGap": True}, {"id": "gap-2026-11-22T07:00:00.000Z"}, {"isGap": None, "id": "gap-x"}])
def test_gaps_are_left_out_and_not_counted(gap):
    assert parsed(changed(**gap)) == Parsed((), 0, 0)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_with_one_start_the_larger_stays(order):
    pair = [ONE, changed(outputTokens=19)][::order]
    assert parsed(*pair).blocks == (PARSED_ONE,)
    assert parsed(*[ONE, changed(tokenCounts=None)][::order]).blocks == (PARSED_ONE,), "cache tokens do not count"


# --- what stands around the JSON ------------------------------------------------------------------------------------------

JUNK = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) |
                    st.sampled_from(["2026-11-22T07:00:00.000Z", "gap-", 10 ** 15, 10 ** 400]),
                    lambda inner: st.lists(inner, max_size=3) |
                    st.dictionaries(st.sampled_from([*ONE, *ONE["tokenCounts"], "blocks"]), inner, max_size=6), max_leaves=20)


@settings(max_examples=examples(50), deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(list(ONE)), JUNK) | JUNK))
def test_any_list_of_blocks_is_read(junk):
    found = parse(json.dumps({"blocks": junk + [ONE]}), NOW)
    assert len(found.blocks) + found.skipped <= len(junk) + 1 and START in [block.start for block in found.blocks]
    for block in found.blocks:
        assert 0 <= block.tokens <= 2 * 10 ** 15 and block.end > block.start and block.entries >= 0
        assert all(re.fullmatch(r"[A-Za-z0-9._-]{1,40}", model) for model in block.models)
        assert block.cost_usd is None or 0 <= block.cost_usd <= 10 ** 15


@settings(max_examples=examples(50), deadline=None)
@given(JUNK.map(json.dumps) | st.text())
def test_any_text_gives_blocks_or_our_error(text):
    try:
        parse(text, NOW)
    except CcmonError as error:
        assert str(error).isprintable() and len(str(error)) < 150
