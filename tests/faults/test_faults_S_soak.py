"""The short form of the soak: a full screen and ten callers of the line on a ccusage in all its moods. An hour of it: soak.py."""

from pathlib import Path

import pytest
from soak import MOODS, SHORT, Soak, flat

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc")]


def test_S_soak_in_short(tmp_path):
    soak = Soak(tmp_path, SHORT)
    try:
        soak.run()
    finally:
        soak.machine.close()
    assert flat(soak, most_kb=6144), soak.summary()        # it is over before all is warm: soak.py looks closer
    assert set(soak.moods) == set(MOODS) and sum(soak.calls.values()) >= SHORT.callers and len(soak.samples) > 5
