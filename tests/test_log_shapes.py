"""The short road by regular expressions: where it takes a line, its entry and folder are those of the long one."""

import json
import random
import re

import log_mixtures
import pytest
from claude_logs import Entry, line
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ccmon.sources import log_entries, log_shapes

SPLICES = ['"', "\\", "{", "}", "[", "]", ",", ":", "null", "1e999", "0", "-1", "\t", "é", "\\ud800", '"id":null', "]}", "NaN",
           "\r", '"usage":{', '"advisor_message"', " ", '"costUSD":1,', '"isApiErrorMessage":true,', "[" * 60,
           "9" * 400, "x" * 5000]


def lines_of(seed, rng):
    """Ordinary lines, of which shapes are learned, odd ones and damaged ones."""
    shapes = [{}, {"cwd": "/home/dev"}, {"entrypoint": "cli", "parentUuid": None}, {"isSidechain": True},
              {"costUSD": 2}]
    ordinary = [line(Entry(1_790_000_000 + at, at, at, 5, 6, message=f"msg_{at}", request=f"req_{at}", hour_cache=at % 3 == 0,
                           extra=shapes[at % 5])) for at in range(40)]
    ordinary += [re.sub(r',"cache_creation":{[^}]*}', "", text) for text in ordinary[:10]]
    odd = [log_mixtures.make(log_mixtures.ODD[name], json.loads(ordinary[0]))
           for name in rng.sample(sorted(log_mixtures.ODD), 20)]
    mixed = [text for found in log_mixtures.mixture(seed).values() for text in found][:60]
    damaged = []
    for text in rng.choices(ordinary, k=100):
        at, dropped = rng.randrange(len(text)), rng.choice([0, 0, 1, 5])
        damaged.append((text[:at] + rng.choice(SPLICES) + text[at + dropped:]).encode())
    return [text.encode() for text in ordinary], [*odd, *mixed, *damaged]


@given(st.integers(0, 10 ** 6))
@example(163)                          # a folder that is a number
@example(276)                          # an advisor's answer
@settings(max_examples=30, deadline=None)
def test_what_is_taken_is_what_the_long_road_makes_of_it(seed):
    rng = random.Random(seed)
    ordinary, others = lines_of(seed, rng)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_shapes, "LEARN_AT", 1)
        shapes = log_shapes.Shapes()
        taken = 0
        for text in [*ordinary, *others, *ordinary]:
            data = log_entries.record(text)
            entries = () if data is None else log_entries.record_entries(data, text, "path")
            short = shapes.entry(text)
            if short:
                taken += 1
                assert entries == (short[0],)
                assert data.get("cwd") == short[1]
            elif entries:
                shapes.learn(text, data)
    assert taken >= 60
