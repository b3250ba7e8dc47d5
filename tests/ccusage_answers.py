"""What ccusage prints, recorded and made up: one block, its fields changed one by one, and how it is read."""

import json
from pathlib import Path

from ccmon.model import Block
from ccmon.sources.ccusage_output import Parsed, parse
from ccmon.when import SESSION_S

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
