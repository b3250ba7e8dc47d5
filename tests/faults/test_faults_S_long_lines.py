"""S-14: lines that would be longer than what reads them takes: kept whole, or made shorter where they are made."""

import json
import subprocess
import time

import pytest
from commands import HOUR, ROOT, block

from ccmon import line_answer, line_cache, private
from ccmon.pipeline import lines, refresh
from ccmon.pipeline.lines import MOST_BYTES
from ccmon.views.line.dialects import DIALECTS
from ccmon.views.line.statusline import MOST_MODELS

pytestmark = pytest.mark.newest_only

MODELS = [*(f"claude-{'x' * 80}-{n}-\u00e9\U0001f600$(touch PWNED)\"'&<|" for n in range(900)),
          *(f"claude-opus-4-{n}" for n in range(117))]
HUGE = {"tokenCounts": {"inputTokens": 10 ** 11, "outputTokens": 10 ** 11, "cacheCreationInputTokens": 10 ** 11,
                        "cacheReadInputTokens": 10 ** 11}, "totalTokens": 4 * 10 ** 11, "costUSD": 1e5}
TEMPLATES = {"usual": None, "models": "{model} {models} {percent} {used} {limit} {cost} {bar:1000}",
             "markup": "\x1b[31m" * 30_000 + "{models}",
             "combining": "a" + "\u0301" * 60_000, "quotes": "\"'&<>" * 30_000}


@pytest.fixture
def many(machine):
    """A machine whose session has a thousand models and numbers beyond all measure."""
    machine.answers([block(int(time.time()) - HOUR, 700, models=MODELS, **HUGE)])
    machine.run("record", now=None)
    return machine


@pytest.mark.parametrize("template", TEMPLATES)
def test_S14_every_dialect_stays_valid_and_short(many, monkeypatch, template):
    """In one process: a line is one line, below the bound, the same from the cache, and JSON where it is to be."""
    for name, value in many.env().items():
        monkeypatch.setenv(name, value)
    text = TEMPLATES[template]
    for dialect in DIALECTS:
        argv = ["--statusline", "--format", dialect, *(["--template", text] if text else []), "--max-width", "1000"]
        ctx = lines.context_of(argv, many.env())
        line = lines.line_of(ctx, refresh.load(ctx, ctx.now()), ctx.now()).encode()
        assert 1 < len(line) <= MOST_BYTES and line.count(b"\n") == 1 and line.endswith(b"\n"), (dialect, len(line))
        if dialect in ("json", "waybar", "i3blocks"):
            json.loads(line)
        if dialect == "claude":
            json.loads(line[1:])
        key = line_answer.key(argv, many.env())
        line_cache.write_line(ctx.cache, key, line)
        assert line_answer.read_line(ctx.cache, key) == line         # its words may be longer than the line


def test_S14_what_is_left_out_is_counted(many):
    document = many.run("--statusline", "--format", "json", now=None).json
    names = document["session"]["models"]
    assert len(names) == MOST_MODELS + 1 and names[-1].startswith("+") and int(names[-1]) > 90
    assert len(many.run("--json", now=None).json["session"]["models"]) == MOST_MODELS + int(names[-1])      # all of them there
    line = many.run("--statusline", "--template", "{models}", "--max-width", "1000", now=None).out
    assert line.rstrip().endswith("," + names[-1]) or len(line) <= 1001


def test_S14_a_template_that_is_too_long_is_told(many):
    for dialect in ("plain", "claude"):
        said = many.run("--statusline", "--format", dialect, "--template", "\x1b[31m" * 20_000 + "{percent}", now=None)
        assert said.code == 0 and "CC ! this line would be too long. Shorten the template" in said.out and len(said.out) < 1000


def test_S14_a_cached_line_is_read_whole(tmp_path):
    """Also one of an older ccmon, which made them longer; what is larger than any line is none."""
    for size, is_line in ((65_535, True), (65_537, True), (300_000, True), (private.MOST_CACHED_BYTES + 1, False)):
        (tmp_path / "json").write_bytes(b"x" * (size - 1) + b"\n")
        line = line_answer.read_line(str(tmp_path), "--statusline\0--format\0json\0")
        assert (line is not None and len(line) == size) is is_line


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_S14_ccmon_line_prints_it_whole(many, shell):
    line = "{" + "x" * 70_000 + "}\n"
    (many.cache / "json").write_text(line)
    words = [shell, str(ROOT / "ccmon/ccmon-line"), "json"]
    done = subprocess.run(words, env=many.env(), stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout == line


def test_S14_words_of_a_megabyte_are_answered_without_a_cache(tmp_path):
    key = "--statusline\0--template\0" + "y" * private.MOST_CACHED_BYTES + "\0"
    line_cache.write_line(str(tmp_path), key, b"CC 1\n")
    assert line_answer.read_line(str(tmp_path), key) is None and not list(tmp_path.iterdir())
