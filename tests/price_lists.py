"""Writes the price lists of ccmon/usage/price_lists anew from a ccusage 20: python tests/price_lists.py PATH/TO/bin/ccusage.

PATH is the native program of @ccusage/ccusage-linux-x64. Two lists are packed in it: LiteLLM's, which it asks first, and
that of models.dev. What it has built in beside them has no list; NAMES are those that are known, and all prices that it
asks first are measured: by single kinds of tokens, below and above 200,000 and 272,000.
"""

import json
import os
import subprocess
import sys
import tempfile
import textwrap
import zlib
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "ccmon" / "usage" / "price_lists"
NAMES = """claude-opus-4-5 claude-opus-4-6 claude-opus-4-7 claude-opus-4-8 claude-haiku-4-5 claude-opus-4 claude-sonnet-4-6
    claude-sonnet-4 claude-3-5-haiku claude-3-5-haiku-20241022 claude-3-opus claude-3-sonnet claude-3-haiku gpt-5 gpt-5.5
    grok-4.3 moonshot/kimi-k2.5 moonshot/kimi-k2.6 gpt-5.1 gpt-5.1-codex gpt-5.2-codex gpt-5.3-codex gpt-5.2 gpt-5.4
    gpt-5.4-mini gpt-5.4-nano gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna glm-4.5 zai/glm-4.5 zai/glm-4.5-x zai/glm-4.5-air
    zai/glm-4.5-airx zai/glm-4.5v zai/glm-4-32b-0414-128k zai/glm-4.5-flash glm-4.6 glm-4.7 glm-5 glm-5-turbo glm-5.1""".split()
EXACT = ("deepseek-v4-flash", "deepseek-v4-pro")   # built in, too, but never found by a part of a name
FAST = {"gpt-5.6-sol": 2, "gpt-5.6-terra": 2, "gpt-5.6-luna": 2, "gpt-5.6": 2, "gpt-5.5": 2.5, "gpt-5.4": 2,
        "gpt-5.3-codex": 2, "gpt-6-astra": 2}
FAST_PREFIXES = {"claude-opus-4-6": 6, "claude-opus-4-7": 6, "claude-opus-4-8": 2}
KINDS = ("input", "output", "cache_5m", "cache_read")
SIZES = (200_000, 272_000)
WIDTH = 128


# --- what ccusage has ---------------------------------------------------------------------------------------------------

def packed(program):
    """The JSON objects that are packed in the program, in their order."""
    data, found = Path(program).read_bytes(), []
    for at in range(len(data)):
        if data[at] >> 1 & 3 == 2:     # deflate, with codes of its own
            try:
                if zlib.decompressobj(-15).decompress(data[at:at + 400], 2)[:2] == b'{"':
                    found.append(json.loads(zlib.decompressobj(-15).decompress(data[at:])))
            except (zlib.error, ValueError):
                continue
    return [one for one in found if len(one) > 100]


def line(model, usage, number, day):
    """One answer in a log."""
    counts = dict.fromkeys(("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"), 0)
    message = {"id": f"m{number}", "model": model, "usage": {**counts, **usage}}
    return json.dumps({"timestamp": f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}T12:00:00.000Z", "version": "2.1.0",
                       "sessionId": "s", "requestId": f"r{number}", "message": message}, separators=(",", ":"))


def costs(program, models, usages):
    """USD by (model, number of the usage); with -fast behind the model in fast mode."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / ".claude" / "projects" / "p"
        folder.mkdir(parents=True)
        lines = [line(model, usage, f"{day}-{at}", day) for day, usage in enumerate(usages) for at, model in enumerate(models)]
        (folder / "s.jsonl").write_text("\n".join(lines) + "\n")
        run = subprocess.run([program, "claude", "daily", "--json", "--offline", "--breakdown", "--timezone", "UTC"],
                             env={"HOME": home, "PATH": os.environ["PATH"]}, stdout=subprocess.PIPE, check=True)
    days = json.loads(run.stdout)["daily"]
    return {(part["modelName"], (int(day["date"][5:7]) - 1) * 28 + int(day["date"][8:]) - 1): part["cost"]
            for day in days for part in day["modelBreakdowns"]}


def measured(program, models):
    """Rates of models that ccusage asks first: (base, beyond 200,000, (size, rates of a large context), fast)."""
    fields = {"input": "input_tokens", "output": "output_tokens", "cache_5m": "cache_creation_input_tokens",
              "cache_read": "cache_read_input_tokens"}
    tokens = (1000, *SIZES, *(size + 1 for size in SIZES), 2_000_000)
    keys = [(kind, number) for kind in KINDS for number in tokens] + ["large", "fast"]
    usages = [{fields[kind]: number} for kind, number in keys[:-2]]
    usages += [{"input_tokens": 2_000_000, "output_tokens": 1000}, {"input_tokens": 1000, "speed": "fast"}]
    found = costs(program, models, usages)
    return {model: _rates({key: found[model + "-fast" * (key == "fast"), at] for at, key in enumerate(keys)})
            for model in models}


def _rates(cost):
    base = [rate(cost[kind, 1000] * 1e3) for kind in KINDS]
    size = next((size for size in SIZES for kind, each in zip(KINDS, base)
                 if abs(cost[kind, size + 1] - each * (size + 1) / 1e6) > 1e-9), None)
    fast = rate(cost["fast"] / cost["input", 1000]) if base[0] else 1
    if size is None:
        return base, None, None, fast
    if abs(cost["input", size + 1] - cost["input", size]) < 1e-3:
        return base, [rate((cost[kind, 2_000_000] - each * 0.2) / 1.8) for kind, each in zip(KINDS, base)], None, fast
    large = [rate(cost[kind, 2_000_000] / 2) for kind in KINDS]
    large[1] = rate((cost["large"] - cost["input", 2_000_000]) * 1e3)
    return base, None, (size, large), fast


def rate(value):
    """USD per million tokens, as written."""
    return float(f"{value:.9f}")


def listed(name, model):
    """The same of a model in the list of models.dev."""
    base = rates(model["cost"], [None, None, model["cost"]["input"] * 1.25, model["cost"]["input"] * 0.1])
    tier = model["cost"].get("tiers", [None])[0]
    large = tier and rates(tier, base)
    return base, None, (tier["tier"]["size"], large) if tier and large != base else None, fast(name)


def rates(cost, default):
    return [rate(cost.get(name, each)) for name, each in zip(("input", "output", "cache_write", "cache_read"), default)]


def fast(name):
    """What fast mode multiplies with."""
    if name.rpartition("/")[2] in FAST:
        return FAST[name.rpartition("/")[2]]
    for part in name.replace(".", "-").replace("@", "-").replace(":", "/").split("/"):
        for prefix, factor in FAST_PREFIXES.items():
            rest = part[part.rfind(prefix):]
            if rest == prefix or prefix in part and rest.startswith(prefix + "-"):
                return factor
    return 1


# --- how it is written -------------------------------------------------------------------------------------------------

def row(found):
    """Input, output, cache written and read; a dot for what follows from the input, or from the rates before."""
    base, beyond, large, factor = found
    usual = [None, None, base[0] * 1.25, base[0] * 0.1]
    parts = [_written(base, usual)]
    parts += ["+" + _written(beyond, base)] if beyond else []
    parts += [f"@{large[0]} " + _written(large[1], base)] if large else []
    parts += [f"*{factor:g}"] if factor != 1 else []
    return " ".join(parts)


def _written(values, usual):
    return " ".join("." if other is not None and abs(value - other) < 1e-12 else f"{value:.9f}".rstrip("0").rstrip(".")
                    for value, other in zip(values, usual))


def text(models):
    """Each price, a colon, the models that have it, a semicolon; wrapped."""
    groups = {}
    for name in sorted(models):
        groups.setdefault(row(models[name]), []).append(name)
    ordered = sorted(groups, key=lambda price: (groups[price][0], price))
    whole = " ".join(f"{price}: {' '.join(groups[price])};" for price in ordered)
    return textwrap.fill(whole, WIDTH, break_long_words=False, break_on_hyphens=False)


def write(name, what, models):
    """One module. Raw text: some names have odd characters, none a backslash."""
    body = text(models)
    assert "\\" not in body and '"""' not in body and body.isascii()
    head = f'"""{what} Written by tests/price_lists.py; ccmon/usage/priced.py reads it."""\n\nTEXT = """\\\n'
    (FOLDER / f"{name}.py").write_text(head + body + '\n"""\n')


def main(program):
    """All of it."""
    litellm, models_dev = packed(program)[:2]
    first = measured(program, sorted({*litellm, *NAMES}))
    exact = {name: listed(name, model) for name, model in models_dev.items() if model.get("exactOnly")}
    exact.update(measured(program, EXACT))
    rest = {name: listed(name, model) for name, model in models_dev.items() if not model.get("exactOnly")}
    half = sorted(rest)[len(rest) // 2]
    write("first", "Prices of the models that ccusage looks for first.", first)
    write("exact", "Prices of models that are found by their whole name only.", exact)
    write("rest_1", "Prices of all other models, the first half.", {name: rest[name] for name in rest if name < half})
    write("rest_2", "Prices of all other models, the second half.", {name: rest[name] for name in rest if name >= half})
    print(len(first), len(exact), len(rest))


if __name__ == "__main__":
    main(sys.argv[1])
