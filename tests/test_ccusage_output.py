"""The parser of ccusage's output: recorded output of eleven versions, mutated, truncated and random."""

import json
import os
import re
from datetime import datetime, timezone

import pytest
from ccusage_answers import DATA, GOOD, LOGGED, NOT_JSON, NOW, ONE, PARSED_ONE, START, changed, name_of, only, parsed
from ccusage_stand_in import EMPTY, ENV, failure, run, stand_in  # noqa: F401
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from ccmon.errors import CcmonError
from ccmon.model import Block
from ccmon.sources.ccusage import version
from ccmon.sources.ccusage_output import Parsed, parse
from ccmon.sources.program_search import Program
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


# --- what goes wrong --------------------------------------------------------------------------------------------------

NODE_18 = r"""file:///usr/lib/node_modules/ccusage/dist/data-loader-9ESMosno.js:5366
    if (paths.length === 0) throw new Error(`No valid Claude data directories found. Please ensure`);
                                  ^

Error: %s
- /home/dev/.claude/projects
    at getClaudePaths (file:///usr/lib/node_modules/ccusage/dist/data-loader-9ESMosno.js:5366:32)
    at async file:///usr/lib/node_modules/ccusage/dist/index.js:3618:1

Node.js v20.20.2"""
PYTHON = """usage: ccusage [-h] {daily,json,statusline} ...
ccusage: error: argument command: invalid choice: 'blocks' (choose from 'daily', 'json', 'statusline')"""
NO_DATA = "ccusage found no Claude Code data. Start Claude Code once, or set CLAUDE_CONFIG_DIR"
SEE = ". To see it, run: ccusage blocks --json"


@pytest.mark.parametrize("code, stderr, sentence, missing", [
    (127, "/usr/bin/env: 'node': No such file or directory", "Node.js was not found by PATH. .* '/path/to/node PATH'", 1),
    (127, "PATH: 20: exec: node: not found", r"Node.js was not found by PATH. .*", 1),
    (127, "PATH: 3: frob: not found", r"PATH could not be started \(PATH: 3: frob: not found\). Install it .*", 1),
    (126, "PATH: /x: Permission denied", r"PATH could not be started \(PATH: /x: Permission denied\). Install it .*", 1),
    (126, "", r"PATH could not be started \(it did not say why\). Install it .*", 1),
    (1, "ccusage native binary is not available for linux-x64. Reinstall ccusage so optional native dependencies are installed.",
     "ccusage was installed without its native part. Install it with: npm install -g ccusage", 1),
    (1, "ccusage native binary is not executable: EPERM: operation not permitted, chmod '/usr/lib/x'",
     "the native part of ccusage is not executable. Run once: sudo ccusage --version", 1),
    (2, PYTHON, "PATH is the Python program of the same name, not the npm one. Install the right one with: npm .* ccusage", 1),
    (2, "ccusage: error: invalid choice: 'blocks'", "PATH is the Python program of the same name, .*", 1),
    (1, "ccusage requires Bun or Node.js >=22.0.0",
     r"Node.js is too old for this ccusage \(ccusage requires Bun or Node.js >=22.0.0\). Update Node.js, or .*", 1),
    (1, NODE_18.replace("Error: %s", "SyntaxError: Unexpected token '??='"),
     r"Node.js is too old for this ccusage \(SyntaxError: Unexpected token '\?\?='\). .*", 1),
    (1, NODE_18.replace("Error: %s", "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x' imported from /y.js"),
     r"ccusage is not installed completely \(Error \[ERR_MODULE_NOT_FOUND\]: Cannot find package 'x' .*\). Install it .*", 1),
    (1, NODE_18 % "No valid Claude data directories found. Please ensure at least one of the following exists:", NO_DATA, 0),
    (1, 'Error: CliError("No valid Claude data directories found in CLAUDE_CONFIG_DIR. Expected each path to be")', NO_DATA, 0),
    (1, NODE_18 % "EACCES: permission denied, open '/home/dev/x.jsonl'",
     "ccusage failed with exit code 1: Error: EACCES: permission denied, open '/home/dev/x.jsonl'" + SEE, 0),
    (2, "Unknown blocks option '--order'\nRun 'ccusage --help' for usage.",
     "ccusage failed with exit code 2: Unknown blocks option '--order'" + SEE, 0),
    (1, "\x1b[31m[ccusage]\x1b[0m  ERROR  bad\x07 {line} \x1b]0;PWN\x07thing\n    at x (y.js:1:2)",
     "ccusage failed with exit code 1: .ccusage.  ERROR  bad {line} thing" + SEE, 0),
    (1, "first\nlast\n\n", "ccusage failed with exit code 1: last" + SEE, 0),
    (3, "", "ccusage failed with exit code 3: it did not say why" + SEE, 0),
    (1, "Error: " + "x" * 9000, "ccusage failed with exit code 1: [Ex].{119}" + SEE, 0)])
def test_exit_codes(stand_in, tmp_path, code, stderr, sentence, missing):
    program = stand_in(f'cat "{tmp_path}/stderr" >&2; echo \'{EMPTY}\'; exit {code}')
    (tmp_path / "stderr").write_text(stderr.replace("PATH", program.path))
    text, is_missing = failure(program)
    assert re.fullmatch(sentence.replace("PATH", re.escape(program.path)), text), text
    assert is_missing == bool(missing)


def test_folder_named_node_is_not_the_missing_node(stand_in, tmp_path):
    """Below ~/.nvm/versions/node every error holds that word."""
    path = tmp_path / "node" / "ccusage"
    path.parent.mkdir()
    os.rename(stand_in("frobnicate").path, path)
    assert " could not be started (" in failure(Program((str(path),), str(path)))[0]


def test_error_on_stdout(stand_in):
    assert "exit code 1: bad date" + SEE in failure(stand_in("echo 'bad date'; exit 1"))[0]


def test_killed_by_a_signal(stand_in):
    assert failure(stand_in("kill -KILL $$")) == ("ccusage was killed by signal 9: it did not say why" + SEE, False)


@pytest.mark.parametrize("body, text", [
    ("echo 'ccusage 20.0.24'", "20.0.24"), ("echo 18.0.11", "18.0.11"), (r"printf '\nv19.0.3\n'", "19.0.3"),
    ("echo 'ccusage 21.0.0-beta.1'", "21.0.0"), ("echo node 20.1.0", None), ("echo; exit 0", None),
    ("echo 18.0.11; exit 1", None), ("echo 1.2", None), ("exit 127", None)])
def test_version(stand_in, body, text):
    assert version(stand_in('[ "$*" = --version ] || exit 9; ' + body), ENV, None) == text


def test_version_of_nothing():
    assert version(Program(("/nonexistent/x",), "/nonexistent/x"), ENV, None) is None
