"""The real ccusage from npm on generated logs: what is parsed in the end is what the generator wrote.

CCUSAGE_20 and CCUSAGE_18 hold the paths of the two programs; without them these tests are skipped, but not in CI.
"""

import os
import time

import claude_logs
import pytest

from ccmon.sources import ccusage, ccusage_output, program_search
from ccmon.sources.ccusage_output import parse

pytestmark = [pytest.mark.newest_only, pytest.mark.real_ccusage]
NOW = int(time.time())
TODAY = NOW // 3600 * 3600
VERSIONS = {"CCUSAGE_20": "20.", "CCUSAGE_18": "18."}


@pytest.fixture(params=VERSIONS, ids=VERSIONS.get)
def program(request):
    """The real program that the environment names."""
    path = os.environ.get(request.param)
    if not path:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{request.param} is not set")
    return program_search.find_ccusage(path, None, os.environ, None)


@pytest.fixture
def read(program, home):
    """Write the entries below a new home, and read them back through ccusage."""
    def run(entries):
        claude_logs.write(home / ".claude", entries)
        env = {**os.environ, "HOME": str(home), "CLAUDE_CONFIG_DIR": ""}
        parsed = parse(ccusage.fetch(program, 60, env, str(home)), NOW)
        assert parsed.skipped == 0
        return parsed
    return run


def sums(blocks):
    return [(b.start, b.last, b.entries, b.input, b.output, b.cache_creation, b.cache_read) for b in blocks]


def expected(entries):
    return [(s.start, int(s.last), *s[2:]) for s in claude_logs.sessions(entries)]


def test_version(program, home, request):
    found = ccusage.version(program, os.environ, str(home))
    assert found.startswith(VERSIONS[request.node.callspec.params["program"]]) and found.count(".") == 2


def test_sessions_of_a_week(read):
    entries = [entry for day in range(1, 8)
               for entry in claude_logs.talk(day, TODAY - day * 86400 + day * 700, 3.5, 12, session=f"0000000{day}-0-4-8-0")]
    entries += claude_logs.by_agent(claude_logs.talk(20, TODAY - 86400 + 100, 1, 6, model=claude_logs.HAIKU), "a1b2")
    entries += claude_logs.talk(30, NOW - 1800, 0.25, 5, model=claude_logs.OPUS)
    found = read(entries)
    assert sums(found.blocks) == expected(entries) and len(found.blocks) >= 8
    assert found.blocks[-1].models == (claude_logs.OPUS,)
    active = [block for block in found.blocks if block.start <= NOW < block.end]
    assert active == [found.blocks[-1]] and active[0].end == active[0].start + 5 * 3600
    assert all(block.cost_usd > 0 and block.counted for block in found.blocks)


def test_old_sessions_are_still_read(read):
    entries = claude_logs.talk(1, TODAY - 400 * 86400, 9, 40) + claude_logs.talk(2, 1735689600, 2, 9)
    assert sums(read(entries).blocks) == expected(entries)


def test_resumed_messages_count_once(read):
    entries = claude_logs.talk(1, TODAY - 86400, 2, 10)
    again = claude_logs.resumed(entries[:6], "22222222-2222-4333-8444-555555555555")
    assert sums(read(entries + again).blocks) == expected(entries + again) == expected(entries)


def test_streamed_messages(read, request):
    """20 takes the largest line of a message, 18 the first."""
    first = claude_logs.talk(1, TODAY - 86400, 1, 1)[0]
    lines = claude_logs.streamed(first, [1, 1, 500])
    block = read(lines).blocks[0]
    assert (block.entries, block.output) == (1, 500 if request.node.callspec.params["program"] == "CCUSAGE_20" else 1)


def test_users_and_limit_lines_hold_no_tokens(read):
    entries = claude_logs.talk(1, TODAY - 86400, 1, 4)
    limit = entries[-1]._replace(time=entries[-1].time + 9, kind="limit", resets=TODAY, input=0, output=0, cache_creation=0,
                                 cache_read=0, message="msg_limit", request=None)
    user = limit._replace(kind="user", time=limit.time + 9)
    found = read([*entries, limit, user]).blocks
    assert sums(found) == expected([*entries, limit]) and found[0].models == (claude_logs.SONNET,)


def test_no_logs(read, home):
    (home / ".claude" / "projects").mkdir(parents=True)
    assert read([]).blocks == ()


def test_no_claude_folder(program, home):
    """20 prints an empty list, 18 a stack trace of Node."""
    env = {**os.environ, "CLAUDE_CONFIG_DIR": str(home / "nowhere")}
    with pytest.raises(ccusage_output.Failed, match="^ccusage found no Claude Code data. Start Claude Code once") as caught:
        ccusage.fetch(program, 60, env, str(home))
    assert not caught.value.missing
