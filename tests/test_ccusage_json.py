"""The parser of ccusage's output: recorded output of eleven versions, mutated, truncated and random."""

import json
import re
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.ccusage_json import Parsed, parse
from ccmon.model import SESSION_S, Block, CcmonError

DATA = Path(__file__).parent / "data" / "ccusage"
GOOD = sorted(DATA.glob("*/*.json"))
LOGGED = sorted(DATA.glob("*/*debug.stdout.txt"))
NOT_JSON = sorted(set(DATA.glob("*/*.stdout.txt")) - set(LOGGED))
NOW = 1795334400                       # 2026-11-22T08:00:00Z, when the output was recorded
START = NOW - 3600
ONE = {
    "id": "2026-11-22T07:00:00.000Z", "startTime": "2026-11-22T07:00:00.000Z", "endTime": "2026-11-22T12:00:00.000Z",
    "actualEndTime": "2026-11-22T07:41:12.345Z", "isActive": True, "isGap": False, "entries": 7,
    "tokenCounts": {"inputTokens": 100, "outputTokens": 20, "cacheCreationInputTokens": 3000,
                    "cacheReadInputTokens": 40000},
    "totalTokens": 43120, "costUSD": 1.25, "models": ["claude-opus-4-1"], "burnRate": None, "projection": None,
}
PARSED_ONE = Block(START, START + SESSION_S, NOW - 1128, 120, 100, 20, 3000, 40000, 1.25, ("claude-opus-4-1",), 7)
WRONG = ["x", "", True, -1, 1.5, 1e999, -1e999, float("nan"), 10 ** 15 + 1, 10 ** 400, [], {}, [None], {"a": 1}]


def name_of(path):
    return f"{path.parent.name}/{path.name.split('.')[0]}"


def short(value):
    return repr(value)[:20]


def changed(**fields):
    """ONE with other fields; ... deletes a field, and the names of tokenCounts go into it."""
    block = json.loads(json.dumps(ONE))
    for name, value in fields.items():
        place = block["tokenCounts"] if name in ONE["tokenCounts"] else block
        if value is ...:
            del place[name]
        else:
            place[name] = value
    return block


def parsed(*blocks, now=NOW):
    return parse(json.dumps({"blocks": list(blocks)}), now)


def only(block):
    """The one block that a list of just this block gives."""
    found = parsed(block)
    assert (len(found.blocks), found.skipped) == (1, 0), found
    return found.blocks[0]


def rejected(block):
    assert parsed(block, ONE) == Parsed((PARSED_ONE,), 1, 0)


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


@pytest.mark.parametrize("name", [n for n in ONE if n != "startTime"] + list(ONE["tokenCounts"]))
@pytest.mark.parametrize("value", [..., None], ids=["deleted", "null"])
def test_every_field_but_the_start_is_optional(name, value):
    block = only(changed(**{name: value}))
    assert block.start == START and block.end == START + SESSION_S
    expected = {"tokenCounts": 43120, "inputTokens": 20, "outputTokens": 100}.get(name, 120)
    assert block.tokens == expected
    assert block.counted is (name != "tokenCounts")


@pytest.mark.parametrize("value", [..., None, "Invalid Date", "", 5, True, [], "2026-11-22", "2026-13-22T07:00:00.000Z",
                                   "2026-11-22T07:00:60.000Z", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00+09:00",
                                   "2026-11-22T07:00:00.000Zjunk", "\ud800", "20٢٦-11-22T07:00:00Z", " 2026-11-22T07:00:00Z"])
def test_no_start_no_block(value):
    rejected(changed(startTime=value))


@pytest.mark.parametrize("value", [..., None, "Invalid Date", 5, [], "9999-12-31T23:59:59.999Z", "2026-11-22T12:00:60Z",
                                   "2026-11-22T07:00:00.000Z", "2025-01-01T00:00:00.000Z"])
def test_no_end_is_five_hours_later(value):
    assert only(changed(endTime=value)) == PARSED_ONE


@pytest.mark.parametrize("value", [..., None, "Invalid Date", 5, [], "9999-12-31T23:59:59.999Z", "2026-11-22T06:00:00.000Z"])
def test_no_last_message(value):
    assert only(changed(actualEndTime=value)) == PARSED_ONE._replace(last=None)


@pytest.mark.parametrize("text, epoch", [
    ("2026-11-22T07:00:00.000Z", START), ("2026-11-22T07:00:00Z", START), ("2026-11-22T07:00:00.999999999Z", START),
    ("2026-11-22T08:00:00.000+01:00", START), ("2026-11-22T08:00:00+0100", START), ("2026-11-22T01:30:00-05:30", START),
    ("2026-11-22 07:00:00Z", START), ("2026-11-22T07:00Z", START), ("2026-11-22T07:00:00.5", START),
    ("2024-02-29T00:00:01.000Z", 1709164801)])
def test_times(text, epoch):
    assert only(changed(startTime=text, endTime=None)).start == epoch


@pytest.mark.parametrize("value", WRONG, ids=short)
def test_a_count_of_a_wrong_type_rejects_the_block(value):
    for name in ONE["tokenCounts"]:
        rejected(changed(**{name: value}))
    if not isinstance(value, dict):
        rejected(changed(tokenCounts=value))


@pytest.mark.parametrize("value", WRONG, ids=short)
def test_wrong_total_matters_only_when_it_is_used(value):
    assert only(changed(totalTokens=value)).tokens == 120
    rejected(changed(totalTokens=value, tokenCounts=None))


def test_only_total_tokens():
    expected = PARSED_ONE._replace(tokens=43120, input=None, output=None, cache_creation=None, cache_read=None, counted=False)
    for counts in (..., None, {}, {"cacheReadInputTokens": 5}, {"inputTokens": None, "outputTokens": None}):
        assert only(changed(tokenCounts=counts)) == expected
    assert only({"startTime": ONE["startTime"]}) == Block(START, START + SESSION_S, None, 0, None, None, None, None, None,
                                                          counted=False)


def test_whole_floats_are_counts():
    block = only(changed(inputTokens=100.0, outputTokens=20.0, entries=7.0))
    assert block == PARSED_ONE and type(block.tokens) is int and type(block.entries) is int


@pytest.mark.parametrize("value", WRONG[:-6] + [..., None], ids=short)
def test_entries_are_a_detail(value):
    assert only(changed(entries=value)).entries == 0


@pytest.mark.parametrize("value, cost", [(0, 0.0), (3, 3.0), (0.12, 0.12), (..., None), (None, None), (-1, None), ("1", None),
                                         (True, None), (float("nan"), None), (1e999, None), (10 ** 400, None), ([], None)])
def test_cost(value, cost):
    assert only(changed(costUSD=value)).cost_usd == cost


@pytest.mark.parametrize("value, models", [
    (["b", "a", "b"], ("b", "a")), (["<synthetic>", "unknown", "x"], ("x",)), ([], ()), (None, ()), ("claude", ()), ({}, ()),
    ([1, None, ["y"], {"z": 1}, True, ""], ()), (["claude-opus-4-1[1m]"], ("claude-opus-4-1_1m_",)),
    (["m\x1b]0;PWN\x07$(id)`x`"], ("m_0_PWN_id_x_",)), (["\ud800é🎯x"], ("_x",)), (["a" * 99], ("a" * 40,)),
    (["a b", "a\tb"], ("a_b",))])
def test_models(value, models):
    assert only(changed(models=value)).models == models


# --- whole lists ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("gap", [{"isGap": True}, {"id": "gap-2026-11-22T07:00:00.000Z"}, {"isGap": None, "id": "gap-x"}])
def test_gaps_are_left_out_and_not_counted(gap):
    assert parsed(changed(**gap)) == Parsed((), 0, 0)


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}, {"blocks": []}, True, float("nan")])
def test_junk_among_the_blocks(junk):
    assert parsed(junk, ONE, junk) == Parsed((PARSED_ONE,), 2, 0)


def test_future_blocks():
    late = changed(startTime="2026-11-22T08:01:01.000Z")
    in_time = changed(startTime="2026-11-22T08:01:00.000Z", actualEndTime=None)
    found = parsed(late, in_time, ONE)
    assert [block.start for block in found.blocks] == [START, NOW + 60] and (found.skipped, found.future) == (0, 1)


def test_last_message_in_the_future_is_counted_and_kept():
    odd = changed(actualEndTime="2026-11-22T08:01:01.000Z")
    assert parsed(odd) == Parsed((PARSED_ONE._replace(last=NOW + 61),), 0, 1)
    assert parsed(changed(actualEndTime="2026-11-22T08:01:00.000Z")).future == 0


def test_two_active_blocks_are_both_kept():
    other = changed(startTime="2026-11-22T06:00:00.000Z")
    assert [block.start for block in parsed(ONE, other).blocks] == [START - 3600, START]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_with_one_start_the_larger_stays(order):
    pair = [ONE, changed(outputTokens=19)][::order]
    assert parsed(*pair).blocks == (PARSED_ONE,)
    assert parsed(*[ONE, changed(tokenCounts=None)][::order]).blocks == (PARSED_ONE,), "cache tokens do not count"


# --- what stands around the JSON ------------------------------------------------------------------------------------------

PRETTY, COMPACT = json.dumps({"blocks": [ONE]}, indent=2), json.dumps({"blocks": [ONE]}, separators=(",", ":"))


@pytest.mark.parametrize("body", [PRETTY, COMPACT, PRETTY.replace("\n", "\r\n"), json.dumps([ONE]), json.dumps([ONE], indent=2),
                                  json.dumps({"message": "m", "blocks": [ONE]})],
                         ids=["pretty", "compact", "crlf", "bare list", "pretty bare list", "message first"])
@pytest.mark.parametrize("before", ["", "\ufeff", "\n\n", "[ccusage] ℹ Debug mode\n" * 200, "[\n", "{\n", '{"level":"info"}\n',
                                    "[]\n", "warning: {x}\n", "\ufefflog\n"])
@pytest.mark.parametrize("after", ["", "\n", "\nDone in 0.2 s\n", '\n{"blocks": []}', "}]", "\0"])
def test_noise(before, body, after):
    assert parse(before + body + after, NOW) == Parsed((PARSED_ONE,), 0, 0)


def test_noise_on_the_same_line():
    assert parse("\x1b[32mlog\x1b[0m " + COMPACT, NOW).blocks == (PARSED_ONE,)
    assert parse("loading...\r" + PRETTY, NOW).blocks == (PARSED_ONE,)


@pytest.mark.parametrize("text, sentence", [
    ("", "ccusage printed nothing"), (" \n\t\ufeff\0", "ccusage printed nothing"),
    ("Date must be in YYYYMMDD format\n", "ccusage printed no JSON: 'Date must be in YYYYMMDD format'"),
    ("a\x1b[31m\x07\nb\u202e" + "c" * 99, "ccusage printed no JSON: 'a[31m b" + "c" * 73 + "'"),
    ('{"blocks":[{"id', "ccusage printed broken JSON: '{\"blocks\":[{\"id'"),
    ('{"blocks": {}}', "ccusage printed JSON without a list of blocks: '{\"blocks\": {}}'"),
    ('{"blocks": null}', "ccusage printed JSON without a list of blocks: '{\"blocks\": null}'"),
    ('{"daily": [1]}', "ccusage printed JSON without a list of blocks: '{\"daily\": [1]}'"),
    ("[]", "ccusage printed JSON without a list of blocks: '[]'"), ("null", "ccusage printed no JSON: 'null'")])
def test_no_blocks_to_read(text, sentence):
    with pytest.raises(CcmonError) as caught:
        parse(text, NOW)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("count", ["9" * 5000, "-" + "9" * 5000, "1e999", "-1e999", "NaN", "Infinity", "1" + "0" * 16])
def test_numbers_that_json_takes_and_nobody_means(count):
    text = COMPACT.replace('"inputTokens":100', f'"inputTokens":{count}').replace("}]}", "}," + json.dumps(ONE) + "]}")
    assert parse(text, NOW) == Parsed((PARSED_ONE,), 1, 0)


@pytest.mark.parametrize("opening", ["[", '{"blocks":[', '{"blocks":', '[{"startTime":'])
def test_deep_nesting(opening):
    with pytest.raises(CcmonError):
        parse(opening * 100_000, NOW)
    with pytest.raises(CcmonError):
        parse('{"blocks":[' + "[" * 100_000 + "]" * 100_000 + "]}", NOW)


@pytest.mark.parametrize("path", [DATA / "20.0.24" / "active_data__blocks_json_offline.json",
                                  DATA / "18.0.11" / "active_data__blocks_json_debug.stdout.txt"], ids=name_of)
def test_truncated_output_is_refused(path):
    text = path.read_text("utf-8").rstrip()
    for size in range(0, len(text), 50):
        with pytest.raises(CcmonError):
            parse(text[:size], NOW)


JUNK = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) |
                    st.sampled_from(["2026-11-22T07:00:00.000Z", "gap-", 10 ** 15, 10 ** 400]),
                    lambda inner: st.lists(inner, max_size=3) |
                    st.dictionaries(st.sampled_from([*ONE, *ONE["tokenCounts"], "blocks"]), inner, max_size=6), max_leaves=20)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(list(ONE)), JUNK) | JUNK))
def test_any_list_of_blocks_is_read(junk):
    found = parse(json.dumps({"blocks": junk + [ONE]}), NOW)
    assert len(found.blocks) + found.skipped <= len(junk) + 1 and START in [block.start for block in found.blocks]
    for block in found.blocks:
        assert 0 <= block.tokens <= 2 * 10 ** 15 and block.end > block.start and block.entries >= 0
        assert all(re.fullmatch(r"[A-Za-z0-9._-]{1,40}", model) for model in block.models)
        assert block.cost_usd is None or 0 <= block.cost_usd <= 10 ** 15


@settings(max_examples=200, deadline=None)
@given(JUNK.map(json.dumps) | st.text())
def test_any_text_gives_blocks_or_our_error(text):
    try:
        parse(text, NOW)
    except CcmonError as error:
        assert str(error).isprintable() and len(str(error)) < 150
