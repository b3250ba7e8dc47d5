"""What tokens cost: the table against the real ccusage, one's own prices, and models that are not known."""

import json
import os
import random
import re
from pathlib import Path
from typing import NamedTuple, Optional

import claude_logs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon.model import Used
from ccmon.sources import ccusage
from ccmon.sources.ccusage_json import parse
from ccmon.usage import price_table
from ccmon.usage.prices import Price, cost_usd, lookup, used_usd

FOO = Price(3, 15, 3.75, 6, 0.3)
KINDS = ("input", "output", "cache_5m", "cache_1h", "cache_read")


class Usage(NamedTuple):
    """The tokens of an answer."""

    model: Optional[str]
    input: int = 0
    output: int = 0
    cache_5m: int = 0
    cache_1h: int = 0
    cache_read: int = 0
    cost_usd: Optional[float] = None


def bedrock():
    """Every id of Amazon Bedrock that the table knows."""
    return [f"{region}{'.' if region else ''}anthropic.{family}{date}-v1:0"
            for family, regions in price_table.BEDROCK.items() for region in regions
            for date in [DATED.get(family, "")]]


# The dates that ccusage has for Bedrock: an id without them is another one there.
DATED = {"claude-3-sonnet": "-20240229", "claude-3-opus": "-20240229", "claude-3-5-haiku": "-20241022",
         "claude-3-5-sonnet": "-20240620", "claude-3-7-sonnet": "-20250219", "claude-sonnet-4": "-20250514",
         "claude-sonnet-4-5": "-20250929", "claude-opus-4": "-20250514", "claude-opus-4-1": "-20250805",
         "claude-opus-4-5": "-20251101", "claude-haiku-4-5": "-20251001"}
SPELT = ["claude-sonnet-4-5-20250929", "claude-opus-4-5-20251101", "claude-haiku-4-5-20251001", "claude-3-5-sonnet-20241022",
         "claude-opus-4-1-20250805", "claude-opus-4-6-20260205", "claude-sonnet-4-5-20301231", "claude-sonnet-4-20250514",
         "claude-sonnet-4.5", "claude-sonnet-4-5[1m]", "claude-opus-5[1m]", "claude-opus-5@20260901", "claude-sonnet-4@20250514",
         "anthropic/claude-opus-4-8", "anthropic/claude-sonnet-4.5", "openrouter/anthropic/claude-opus-4.6",
         "claude-sonnet-4-5-20250929-v1:0"]
FAST = [f"{name}-fast" for name in (*price_table.FAMILIES, "claude-opus-4-6-20260205", "anthropic/claude-opus-4.8")]
UNKNOWN = ["claude-foo-9", "claude-opus-4-9", "claude-sonnet-5-1", "claude-opus-6", "claude-haiku-5", "claude-fable-5-2",
           "claude-2.1", "jp.anthropic.claude-opus-4-6-v1", "anthropic.claude-3-haiku-20240307-v1:0", "claude", "opus",
           "sonnet", "gpt-5", "<synthetic>", "", "claude-opus-5-", "claude-opus-5-2026", "xclaude-opus-5",
           "claude-opus-5@eu", "us.anthropic.claude-opus-5-fast", "claude-opus-5-fast-fast", "stealth/claude-opus-4.8"]


# --- the real ccusage -----------------------------------------------------------------------------------------------------

def told(home, blocks):
    """What ccusage 20 says that each list of usages costs."""
    path = os.environ.get("CCUSAGE_20")
    if not path:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("CCUSAGE_20 is not set")
    starts = [1_600_000_000 // 3600 * 3600 + number * 12 * 3600 for number in range(len(blocks))]
    claude_logs.write(home / ".claude", [line(start + at, usage) for start, block in zip(starts, blocks)
                                         for at, usage in enumerate(block)])
    env = {**os.environ, "HOME": str(home), "CLAUDE_CONFIG_DIR": ""}
    found = parse(ccusage.fetch(ccusage.find(path, None, os.environ, None), 60, env, str(home)), starts[-1])
    costs = {block.start: block.cost_usd for block in found.blocks}
    assert sorted(costs) == starts
    return [costs[start] for start in starts]


def line(at, usage):
    """The answer as an entry of a log; fast mode is not in the model's name there."""
    model = re.sub("-fast$", "", usage.model)
    entry = claude_logs.Entry(at, usage.input, usage.output, usage.cache_5m + usage.cache_1h, usage.cache_read, model,
                              f"msg_{at}", f"req_{at}")
    message = json.loads(claude_logs.line(entry))["message"]
    written = {"ephemeral_5m_input_tokens": usage.cache_5m, "ephemeral_1h_input_tokens": usage.cache_1h}
    message["usage"].update(cache_creation=written, speed="standard" if model == usage.model else "fast")
    cost = {} if usage.cost_usd is None else {"costUSD": usage.cost_usd}
    return entry._replace(extra={"message": message, **cost})


@pytest.mark.real_ccusage
def test_every_price_is_that_of_ccusage(home):
    """One kind of token at a time, below and above the 200,000 of the long context."""
    usages = [Usage(model)._replace(**{kind: tokens}) for model in [*price_table.FAMILIES, *SPELT, *FAST, *bedrock()]
              for kind in KINDS for tokens in (100_000, 300_000)
              # The 200,000 tokens that this model can take at most; ccusage has a price for more on Bedrock.
              if tokens < 200_000 or "anthropic.claude-3-5-sonnet" not in model]
    ours = [cost_usd(usage, {}) for usage in usages]
    theirs = told(home, [[usage] for usage in usages])
    assert min(theirs) > 0
    assert [usage for usage, a, b in zip(usages, ours, theirs) if a != pytest.approx(b, rel=1e-9)] == []


@pytest.mark.real_ccusage
def test_costs_of_mixed_answers_are_those_of_ccusage(home):
    rng = random.Random(4)
    blocks = [[mixed(rng) for _ in range(rng.randint(1, 9))] for _ in range(200)]
    ours = [sum(cost_usd(usage, {}) for usage in block) for block in blocks]
    assert ours == pytest.approx(told(home, blocks), rel=1e-9)


def mixed(rng):
    model = rng.choice([*price_table.FAMILIES, *SPELT, *FAST])
    tokens = [rng.choice([0, rng.randint(1, 5_000), rng.randint(100_000, 900_000)]) for _ in KINDS]
    return Usage(model, *tokens, cost_usd=rng.choice([None, None, None, round(rng.random(), 6)]))


# --- rules ------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("usage, cost", [
    (Usage("claude-opus-4-1", 1_000, 2_000), 0.165), (Usage("claude-opus-4-1", 1_000, cost_usd=0.5), 0.5),
    (Usage("claude-opus-4-1", 1_000, cost_usd=0.0), 0.0), (Usage("claude-foo-9", 1_000, cost_usd=0.5), 0.5),
    (Usage("claude-sonnet-4-5", 200_000), 0.6), (Usage("claude-sonnet-4-5", 200_001), 0.600006),
    (Usage("claude-sonnet-4-5", 150_000, 0, 150_000), 1.0125), (Usage("claude-opus-4-8-fast", 1_000_000), 10),
    (Usage("claude-foo-9", 1), None), (Usage("claude-foo-9"), 0), (Usage(None), 0), (Usage(None, 1), None)])
def test_cost(usage, cost):
    assert cost_usd(usage, {}) == (cost if cost is None else pytest.approx(cost, rel=1e-12))


@pytest.mark.parametrize("model", UNKNOWN)
def test_unknown_models_have_no_price(model):
    assert lookup(model, {}) is None


@pytest.mark.parametrize("model, own, price", [
    ("claude-foo-9", {"claude-foo-9": FOO}, FOO), ("claude-foo-9-20261122", {"claude-foo": FOO}, FOO),
    ("claude-foo-9", {"claude-foo-8": FOO}, None), ("claude-foo-9", {"foo": FOO}, None),
    ("anthropic/claude-foo-9", {"claude-foo-9": FOO}, FOO), ("anthropic/claude-foo-9", {"anthropic/": FOO}, FOO),
    ("Claude-Foo-9", {"claude-foo-9": FOO}, FOO),
    ("claude-opus-5", {"claude-opus-5": FOO}, FOO), ("claude-opus-5", {"claude-opus": FOO, "c": FOO.times(9)}, FOO),
    ("claude-opus-5-fast", {"claude-opus-5": FOO}, FOO.times(2)), ("claude-opus-5-fast", {"claude-opus-5-fast": FOO}, FOO),
    ("claude-sonnet-4-5", {"claude-sonnet-4-5": FOO}, FOO)])
def test_own_prices(model, own, price):
    assert lookup(model, own) == price


def test_own_prices_leave_those_of_the_table():
    assert lookup("claude-haiku-4-5", {"claude-foo-9": FOO}) == (1, 5, 1.25, 2, 0.1, None)


def test_prices_are_multiplied_those_of_the_long_context_too():
    assert Price(1, 2, 3, 4, 5, (6, 7, 8, 9, 10)).times(2) == (2, 4, 6, 8, 10, (12, 14, 16, 18, 20))
    assert FOO.times(1) == FOO


@given(st.text(max_size=60) | st.from_regex(r"(us\.)?(anthropic[./])?claude-[a-z0-9.@:-]{1,20}(-fast)?", fullmatch=True))
def test_any_model_has_a_price_or_none(model):
    price = lookup(model, {})
    assert price is None or all(rate > 0 for rate in price[:5])


@given(st.sampled_from([*price_table.FAMILIES, *FAST]), st.lists(st.integers(0, 10 ** 9), min_size=5, max_size=5),
       st.sampled_from(KINDS))
def test_more_tokens_cost_more(model, tokens, kind):
    usage = Usage(model, *tokens)
    assert cost_usd(usage._replace(**{kind: getattr(usage, kind) + 1_000}), {}) > cost_usd(usage, {}) >= 0


def test_the_table_is_whole():
    names = {*price_table.LONG_CONTEXT, *price_table.FAST, *price_table.BEDROCK}
    assert names <= {*price_table.FAMILIES} and all(lookup(name, {}) for name in [*price_table.FAMILIES, *bedrock()])


def test_the_readme_names_the_date_and_the_source():
    text = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8").replace("\n", " ")
    assert f"the prices of {price_table.DATE} as {price_table.SOURCE.split(' --')[0]} has them" in text


@pytest.mark.parametrize("model, expected", [("claude-sonnet-4-5-20250929", 1.8), ("claude-opus-4-5", 3.0), ("gpt-x", None),
                                             ("", None)])
def test_the_sum_of_an_hour_is_no_long_context(model, expected):
    used = Used(0, model, 300_000, 10_000, 0, 2_500_000)
    assert used_usd(used, {}) == (None if expected is None else pytest.approx(expected))
    assert used_usd(Used(0, model, 0, 0, 0, 0), {}) == 0.0


def test_what_is_written_to_the_cache_in_an_hour_counts_for_five_minutes():
    own = {"mine": Price(1, 2, 3, 4, 5)}
    assert used_usd(Used(0, "mine-2", 0, 0, 1_000_000, 0), own) == 3.0
