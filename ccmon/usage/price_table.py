"""The table of prices as data: its date, its source, and what is missing in its lists of models, which priced.py reads."""

from __future__ import annotations

from binascii import crc32

from ccmon.quick_typing import Any, Mapping

DATE = "2026-11-22"
SOURCE = "ccusage 20.0.24 --offline (its prices are those of LiteLLM and models.dev)"
OLD_DAYS = 90                          # after these a price may well be another

LONG_TOKENS = 200_000                  # the tokens of one kind beyond these have the long-context price

# Families that the lists know by some of their ids only: the family, and the id whose price is that of all.
FAMILIES: Mapping[str, str] = {
    "claude-3-5-sonnet": "claude-3-5-sonnet-20241022",
    "claude-4-sonnet": "claude-4-sonnet-20250514",
    "claude-4-opus": "claude-4-opus-20250514",
    "gpt-5-3-spark": "gpt-5.3-codex-spark",
}


def stamp(own: Mapping[str, Any]) -> int:
    """A number that is another one when prices are: ours, or the user's own."""
    return crc32(repr((DATE, sorted(own.items()))).encode())
