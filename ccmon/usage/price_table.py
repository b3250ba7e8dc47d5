"""The prices of Claude models as data: what ccusage knows offline, measured model by model. prices.py reads it."""

from typing import Dict, Mapping, Tuple

DATE = "2026-11-22"
SOURCE = "ccusage 20.0.24 --offline (its prices are those of LiteLLM and models.dev)"

LONG_TOKENS = 200_000                  # the tokens of one kind beyond these have the long-context price

# USD per million tokens: input, output, cache written for 5 minutes, for an hour, cache read.
Prices = Tuple[float, float, float, float, float]
OPUS_4: Prices = (15, 75, 18.75, 30, 1.5)
OPUS_5: Prices = (5, 25, 6.25, 10, 0.5)
SONNET: Prices = (3, 15, 3.75, 6, 0.3)
FABLE: Prices = (10, 50, 12.5, 20, 1)
FABLE_1: Prices = (10, 50, 12.5, 20, 0.25)

FAMILIES: Mapping[str, Prices] = {     # model id without its date: a newer version is another family, and unknown
    "claude-3-haiku": (0.25, 1.25, 0.3, 0.5, 0.03),
    "claude-3-sonnet": SONNET,
    "claude-3-opus": OPUS_4,
    "claude-3-5-haiku": (0.8, 4, 1, 1.6, 0.08),
    "claude-3-5-sonnet": SONNET,
    "claude-3-7-sonnet": SONNET,
    "claude-sonnet-4": SONNET,
    "claude-4-sonnet": SONNET,
    "claude-sonnet-4-5": SONNET,
    "claude-sonnet-4-6": SONNET,
    "claude-sonnet-5": (2, 10, 2.5, 4, 0.2),
    "claude-opus-4": OPUS_4,
    "claude-4-opus": OPUS_4,
    "claude-opus-4-1": OPUS_4,
    "claude-opus-4-5": OPUS_5,
    "claude-opus-4-6": OPUS_5,
    "claude-opus-4-7": OPUS_5,
    "claude-opus-4-8": OPUS_5,
    "claude-opus-5": OPUS_5,
    "claude-haiku-4-5": (1, 5, 1.25, 2, 0.1),
    "claude-fable-5": FABLE,
    "claude-fable-5-1": FABLE_1,
    "claude-mythos-preview": FABLE,
    "claude-mythos-5": FABLE,
    "claude-mythos-5-1": FABLE_1,
}

LONG: Prices = (6, 22.5, 7.5, 12, 0.6)
LONG_CONTEXT: Mapping[str, Prices] = {"claude-sonnet-4": LONG, "claude-4-sonnet": LONG, "claude-sonnet-4-5": LONG}

FAST: Mapping[str, float] = {          # what fast mode multiplies all prices with
    "claude-opus-4-6": 6,
    "claude-opus-4-7": 6,
    "claude-opus-4-8": 2,
    "claude-opus-5": 2,
}

# Amazon Bedrock: the regions of a family, and what they multiply its prices with. "" is an id without a region.
_OLD = {"": 1.0, "us": 1.0, "eu": 1.0}
_OLD_ASIA = {**_OLD, "apac": 1.0}
_NEW = {"": 1.0, "global": 1.0, "us": 1.1, "eu": 1.1}
_NEW_AUSTRALIA = {**_NEW, "au": 1.1}
_NEW_ASIA = {**_NEW_AUSTRALIA, "jp": 1.1}
BEDROCK: Mapping[str, Dict[str, float]] = {
    "claude-3-sonnet": _OLD,
    "claude-3-opus": _OLD,
    "claude-3-5-haiku": _OLD,
    "claude-3-5-sonnet": _OLD,
    "claude-3-7-sonnet": _OLD_ASIA,
    "claude-sonnet-4": {**_OLD_ASIA, "global": 1.0},
    "claude-sonnet-4-5": _NEW_ASIA,
    "claude-sonnet-4-6": _NEW_ASIA,
    "claude-sonnet-5": _NEW_ASIA,
    "claude-opus-4": _OLD,
    "claude-opus-4-1": _OLD,
    "claude-opus-4-5": {**_NEW, "eu": 1.0},
    "claude-opus-4-6": _NEW_AUSTRALIA,
    "claude-opus-4-7": _NEW_ASIA,
    "claude-opus-4-8": _NEW_ASIA,
    "claude-opus-5": _NEW_ASIA,
    "claude-haiku-4-5": _NEW_ASIA,
    "claude-fable-5": _NEW,
    "claude-fable-5-1": _NEW,
}
