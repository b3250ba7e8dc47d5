"""What tokens cost: the table against the real ccusage, one's own prices, and models that are not known."""

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple, Optional

import claude_logs
import price_lists
import pytest
from commands import ROOT
from extent import part
from hypothesis import given
from hypothesis import strategies as st

from ccmon.model import UsageRow
from ccmon.sources import ccusage, program_search
from ccmon.sources.ccusage_output import parse
from ccmon.usage import price_table, priced
from ccmon.usage.prices import Large, Price, cost_usd, lookup, plain_rates, used_usd

pytestmark = pytest.mark.newest_only

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


FAMILIES = ["claude-3-haiku", "claude-3-sonnet", "claude-3-opus", "claude-3-5-haiku", "claude-3-7-sonnet", "claude-sonnet-4",
            "claude-sonnet-4-5", "claude-sonnet-4-6", "claude-sonnet-5", "claude-opus-4", "claude-opus-4-1", "claude-opus-4-5",
            "claude-opus-4-6", "claude-opus-4-7", "claude-opus-4-8", "claude-opus-5", "claude-haiku-4-5", "claude-fable-5",
            "claude-fable-5-1", "claude-mythos-preview", "claude-mythos-5", "claude-mythos-5-1"]
OURS = ["claude-3-5-sonnet", "claude-4-sonnet", "claude-4-opus"]     # families of which ccusage knows some spellings only
FORMS = ["{}", "{}-latest", "{}-20250929", "{}@20250929", "{}@latest", "{}-20250929-v1:0", "{}-v1:0", "{}-v2:0", "{}-v1",
         "{}[1m]", "{}-20250929[1m]", "{}-thinking", "{}:thinking", "{}:beta", "{}-20250929-v1:0:200k"]
ARN = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic."
BEFORE = ["", "anthropic.", "us.anthropic.", "eu.anthropic.", "apac.anthropic.", "jp.anthropic.", "global.anthropic.",
          "us-gov.anthropic.", ARN, "arn:aws:bedrock:us-east-1::foundation-model/anthropic.", "bedrock/us.anthropic.",
          "publishers/anthropic/models/", "projects/p/locations/us-east5/publishers/anthropic/models/", "vertex_ai/",
          "anthropic/", "openrouter/anthropic/", "github-copilot/"]
OTHERS = ["kimi-k2.5", "kimi-k2:1t-cloud", "glm-4.6:cloud", "glm-5.1[1m]", "qwen3-coder:480b-cloud", "deepseek-chat",
          "deepseek-v3.1", "openrouter/z-ai/glm-4.6", "openrouter/moonshotai/kimi-k2", "gpt-5-codex", "openai/gpt-5.5",
          "gpt-5.6-sol", "gemini-2.5-pro", "google/gemini-3-pro-preview", "x-ai/grok-4.3", "grok-code-fast-1", "MiniMax-M2.5",
          "minimax/minimax-m2.7", "minimax-m3", "opus", "sonnet", "haiku", "claude-opus", "gpt-5.3-spark", "azure/gpt-5.4",
          "moonshotai/kimi-k2-thinking"]
UNKNOWN = ["claude-foo-9", "claude-opus-4-9", "claude-sonnet-5-1", "claude-opus-6", "claude-haiku-5", "claude-fable-5-2",
           "claude-2.1", "<synthetic>", "", "-", "/", "claude-opus-5-2026", "xclaude-opus-5", "claude-opus-4-10",
           "claude-3-6-sonnet", "us.anthropic.claude-opus-4-9-20270101-v1:0", "minimax-m2.5:cloud", "llama9",
           "claude-opus-4-9-fast"]


def dotted(name):
    """As OpenRouter writes it."""
    return re.sub(r"([0-9])-([0-9])(?![0-9])", r"\1.\2", name)


def spelt():
    """Every family in the forms of all providers."""
    names = {*FAMILIES, *map(dotted, FAMILIES)}
    return sorted(before + form.format(name) for name in names for before in BEFORE for form in FORMS)


def listed():
    """Every id of the lists, but those that are another model in fast mode here."""
    ids = sorted({model for models in (priced._FIRST, priced._EXACT, priced._REST) for model in priced._list(*models).prices})
    plain = {model: priced.find(model[:-len("-fast")]) for model in ids if model.endswith("-fast")}
    return [model for model in ids if not plain.get(model) or plain[model].fast == 1]


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
    found = parse(ccusage.fetch(program_search.find_ccusage(path, None, os.environ, None), 60, env, str(home)), starts[-1])
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


FIELDS = {"input": "input_tokens", "output": "output_tokens", "cache_5m": "cache_creation_input_tokens",
          "cache_read": "cache_read_input_tokens"}


def single():
    """One kind of token at a time, on both sides of every border; and the output beside each kind that fills the context."""
    sizes = sorted({priced.find(model).size for model in listed()} - {0} | {200_000})
    tokens = [1_000, *sizes, *(size + 1 for size in sizes), 2_000_000]
    yield from ({"input": number} for number in tokens)
    yield from ({kind: number} for kind in KINDS[1:] for number in (1_000, 200_000, 200_001, 2_000_000))
    yield from ({kind: 2_000_000, "output": 1_000} for kind in ("input", "cache_5m", "cache_1h", "cache_read"))
    yield {"input": 90_000, "cache_5m": 90_000, "cache_1h": 90_000, "cache_read": 90_000, "output": 90_000}


def raw(tokens):
    """The same as in a log."""
    made = {FIELDS[kind]: number for kind, number in tokens.items() if kind in FIELDS}
    hour = tokens.get("cache_1h", 0)
    parts = {"ephemeral_5m_input_tokens": tokens.get("cache_5m", 0), "ephemeral_1h_input_tokens": hour}
    return {**made, "cache_creation_input_tokens": sum(parts.values()), "cache_creation": parts} if hour else made


def compare(models, usages):
    """(model, usage, ours, that of ccusage 20) where they differ, and how many were compared."""
    path = os.environ.get("CCUSAGE_20")
    if not path:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("CCUSAGE_20 is not set")
    found = price_lists.costs(path, models, [{**raw(usage), "speed": "standard"} for usage in usages])
    pairs = [(model, usage, cost_usd(Usage(model, **usage), {}), found[model, at])
             for at, usage in enumerate(usages) for model in models]
    return [pair for pair in pairs if pair[2] is None or abs(pair[2] - pair[3]) > 1e-9 * pair[3]], len(pairs)


@pytest.mark.real_ccusage
def test_every_price_of_the_lists_is_that_of_ccusage():
    models, usages = part(listed()), list(single())
    wrong, compared = compare(models, usages)
    print(f"{len(models)} models, {len(usages)} usages each, {compared} costs compared, {len(wrong)} differ")
    assert wrong == [] and len(listed()) > 3_000


@pytest.mark.real_ccusage
def test_ids_of_all_providers_are_priced_as_ccusage_prices_them():
    models = [*part(spelt()), *OTHERS]
    usages = [{kind: number} for kind in KINDS for number in (1_000, 600_000)]
    wrong, compared = compare(models, usages)
    print(f"{len(models)} models, {compared} costs compared, {len(wrong)} differ")
    assert wrong == []


@pytest.mark.real_ccusage
def test_fast_mode_costs_what_it_does_with_ccusage():
    models = listed()
    path = os.environ.get("CCUSAGE_20") or pytest.skip("CCUSAGE_20 is not set")
    found = price_lists.costs(path, models, [{"input_tokens": 1_000, "speed": "fast"}])
    wrong = [model for model in models
             if cost_usd(Usage(model + "-fast", 1_000), {}) != pytest.approx(found[model + "-fast", 0], rel=1e-9)]
    # With -fast, these are ids of models of their own; the log reader's name is the same for both.
    assert [model for model in wrong if not priced.is_listed(model + "-fast")] == [] and len(wrong) < 30


@pytest.mark.real_ccusage
def test_what_has_no_price_has_none_with_ccusage():
    models = [model for model in UNKNOWN if model not in ("", "<synthetic>")]
    path = os.environ.get("CCUSAGE_20") or pytest.skip("CCUSAGE_20 is not set")
    assert set(price_lists.costs(path, models, [{"input_tokens": 1_000}]).values()) == {0}


@pytest.mark.real_ccusage
@pytest.mark.skipif(sys.platform != "linux", reason="the program is that of Linux")
def test_the_lists_are_those_that_ccusage_holds():
    path = Path(os.environ.get("CCUSAGE_20") or pytest.skip("CCUSAGE_20 is not set")).resolve()
    native = next(iter(path.parents[2].glob("@ccusage/ccusage-linux-*/bin/ccusage")), None)
    litellm, models_dev = price_lists.packed(native)[:2]
    known = {model for models in (priced._FIRST, priced._EXACT, priced._REST) for model in priced._list(*models).prices}
    assert len(litellm) > 500 and {*litellm, *models_dev} - known == set()


@pytest.mark.real_ccusage
def test_costs_of_mixed_answers_are_those_of_ccusage(home):
    rng = random.Random(4)
    blocks = [[mixed(rng) for _ in range(rng.randint(1, 9))] for _ in range(200)]
    ours = [sum(cost_usd(usage, {}) for usage in block) for block in blocks]
    assert ours == pytest.approx(told(home, blocks), rel=1e-9)


def mixed(rng):
    model = rng.choice([*FAMILIES, *OTHERS, ARN + "claude-opus-4-8", *(f"{name}-fast" for name in FAMILIES)])
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


@pytest.mark.parametrize("own, model", [
    ("claude-sonnet-4-5", "global.anthropic.claude-sonnet-4-5-20250929-v1:0"), ("claude-sonnet-4-5", ARN + "claude-sonnet-4-5"),
    ("claude-sonnet-4-5", "openrouter/anthropic/claude-sonnet-4.5"), ("claude-sonnet-4.5", "claude-sonnet-4-5-20250929"),
    ("claude-opus-4-1", "publishers/anthropic/models/claude-opus-4-1@20250805"),
    ("claude-opus-4-6", "databricks-claude-opus-4-6"),
    ("us.anthropic.claude", "us.anthropic.claude-opus-4-1-20250805-v1:0"), ("minimax-m2.5", "minimax-m2.5:cloud"),
    ("minimax-m2.5:cloud", "minimax-m2.5:cloud"), ("claude-opus-4-1@20250805", "claude-opus-4-1@20250805"),
    ("glm-4.6", "z-ai/glm-4.6"), ("claude-sonnet-4-5[1m]", "claude-sonnet-4-5[1m]"), (ARN[:50], ARN + "claude-sonnet-5")])
def test_own_prices_count_for_the_ids_of_all_providers(own, model):
    assert lookup(model, {own: FOO, "c": FOO.times(9), "claude-x": FOO.times(7)}) == FOO


@pytest.mark.parametrize("own, model", [
    ("sonnet", "us.anthropic.claude-sonnet-4-5"), ("opus-4", "claude-opus-4-1"),
    ("us.anthropic.claude-opus", "eu.anthropic.claude-opus-5"),
    ("claude-sonnet-4-5", "claude-sonnet-4-6"), ("cloud", "claude-sonnet-5"), ("5", "claude-sonnet-4.5")])
def test_own_prices_count_for_no_other_model(own, model):
    assert lookup(model, {own: FOO.times(99)}) == lookup(model, {}) is not None


def test_the_longest_own_name_counts():
    own = {"claude-sonnet-4-5": FOO, "us.anthropic.claude-sonnet-4-5": FOO.times(2), "us.": FOO.times(3)}
    assert lookup("us.anthropic.claude-sonnet-4-5-20250929-v1:0", own) == FOO.times(2)
    assert lookup("eu.anthropic.claude-sonnet-4-5-20250929-v1:0", own) == FOO


@pytest.mark.parametrize("family", OURS)
@pytest.mark.parametrize("before", BEFORE)
def test_every_spelling_of_a_family_has_its_price(family, before):
    found = {lookup(before + form.format(name), {}) for form in FORMS for name in (family, dotted(family))}
    assert {price[:5] for price in found} == {lookup(price_table.FAMILIES[family], {})[:5]}


@pytest.mark.parametrize("tokens, cost", [((272_000, 0), 1.36), ((272_001, 0), 2.72001), ((272_000, 0, 0, 0, 1), 2.720001),
                                          ((0, 300_000), 9.0), ((272_001, 1_000), 2.76501), ((0, 1_000, 0, 300_000), 6.045)])
def test_a_large_context_has_other_prices_for_the_whole_answer(tokens, cost):
    assert cost_usd(Usage("gpt-5.5", *tokens), {}) == pytest.approx(cost, rel=1e-12)
    double = cost_usd(Usage("mine", *tokens), {"mine": lookup("gpt-5.5", {}).times(2)})
    assert double == pytest.approx(2 * cost, rel=1e-12)


@given(st.text(max_size=60) | st.from_regex(r"(us\.)?(anthropic[./])?claude-[a-z0-9.@:-]{1,20}(-fast)?", fullmatch=True)
       | st.text("a-1.@/:5gpt", max_size=200))
def test_any_model_has_a_price_or_none(model):
    price = lookup(model, {})
    assert price is None or all(rate >= 0 for rate in price[:5])


@given(st.sampled_from([*FAMILIES, *OTHERS, *(f"{name}-fast" for name in FAMILIES)]),
       st.lists(st.integers(0, 10 ** 9), min_size=5, max_size=5), st.sampled_from(("input", "output", "cache_1h", "cache_read")))
def test_more_tokens_cost_more(model, tokens, kind):
    usage = Usage(model, *tokens)
    assert cost_usd(usage._replace(**{kind: getattr(usage, kind) + 1_000}), {}) > cost_usd(usage, {}) >= 0


def test_the_lists_are_loaded_when_a_price_is_asked_for_and_no_more_of_them_than_it_takes():
    script = ("import sys; from ccmon.usage import prices\n"
              "def loaded(): return len([name for name in sys.modules if 'price_lists.' in name])\n"
              "print(loaded(), *[(prices.lookup(model, {}), loaded())[1] for model in sys.argv[1:]])")
    models = "claude-opus-4-5-20251101", "MiniMax-M2.1", "a.claude-opus-9"         # of the first list, of the second, like one
    run = subprocess.run([sys.executable, "-c", script, *models], stdout=subprocess.PIPE, check=True, cwd=ROOT)
    assert run.stdout.split() == [b"0", b"1", b"2", b"4"]


def test_the_manual_names_the_date_and_the_source():
    text = (ROOT / "man" / "ccmon-config.md").read_text(encoding="utf-8").replace("\n", " ")
    assert f"the prices of {price_table.DATE} as {price_table.SOURCE.split(' --')[0]} has them" in text


@pytest.mark.parametrize("model, expected", [("claude-sonnet-4-5-20250929", 1.8), ("claude-opus-4-5", 3.0), ("gpt-x", None),
                                             ("", None)])
def test_the_sum_of_an_hour_is_no_long_context(model, expected):
    used = UsageRow(0, model, "", 300_000, 10_000, 0, 2_500_000)
    assert used_usd(used, {}) == (None if expected is None else pytest.approx(expected))
    assert used_usd(UsageRow(0, model, "", 0, 0, 0, 0), {}) == 0.0


def test_what_is_written_to_the_cache_in_an_hour_counts_for_five_minutes():
    own = {"mine": Price(1, 2, 3, 4, 5)}
    assert used_usd(UsageRow(0, "mine-2", "", 0, 0, 1_000_000, 0), own) == 3.0


@given(st.sampled_from([*FAMILIES, *OTHERS, "claude-opus-4-6-fast", "foo", "large", "unheard-of"]),
       st.lists(st.integers(0, price_table.LONG_TOKENS), min_size=5, max_size=5))
def test_an_answer_of_few_tokens_costs_its_plain_rates(model, cuts):
    """To the last bit: who prices many multiplies by himself."""
    own = {"foo": FOO._replace(long=(6, 30, 7.5, 12, 0.6)), "large": FOO._replace(long=Large(1000, (6, 30, 7.5, 12, 0.6)))}
    edges = sorted(cuts)
    tokens = [after - before for before, after in zip([0, *edges], edges)]
    rates = plain_rates(model, own)
    assert (rates is None) == (model in ("large", "unheard-of"))
    if rates:
        one, two, three, four, five = (number * rate for number, rate in zip(tokens, rates))
        assert cost_usd(Usage(model, *tokens), own) == (one + two + three + four + five) / 1_000_000
