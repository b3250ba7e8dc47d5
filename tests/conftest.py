"""Every test runs with HOME and the XDG folders in a temporary directory, never in the user's own."""

import os
import signal
import sys
from pathlib import Path
from typing import List, Set

import pytest
from extent import examples, is_chosen
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

PRIVATE = ("NO_COLOR", "CLICOLOR", "FORCE_COLOR", "CLAUDE_CONFIG_DIR", "COLUMNS", "LINES", "TMUX", "TZ", "NVM_DIR")


def pytest_configure(config: pytest.Config) -> None:
    """Cut the whole session off from the real home before anything of ccmon is imported."""
    for name in [n for n in os.environ if n.startswith(("CCMON_", "XDG_")) or n in PRIVATE]:
        del os.environ[name]
    os.environ["LC_ALL"] = "C.UTF-8"
    number = 10 if os.environ.get("LOWEST_VERSIONS") else examples(30)         # the newest looks closer
    settings.register_profile("usual", deadline=None, max_examples=number)      # machines are noisy
    settings.load_profile("usual")
    signal.signal(signal.SIGINT, signal.default_int_handler)       # a background job has it ignored, and so would its children
    os.environ["HOME"] = "/nonexistent-home-of-the-ccmon-tests"


def pytest_collection_modifyitems(config: pytest.Config, items: List[pytest.Item]) -> None:
    """In CI, of the variants of a test the first and a part of the others; with the real ccusage all of them."""
    seen: Set[str] = set()
    kept, left = [], []
    for item in items:
        name = item.nodeid.partition("[")[0]
        tried = name not in seen or bool(item.get_closest_marker("real_ccusage")) or is_chosen(item.nodeid)
        seen.add(name)
        (kept if tried else left).append(item)
    items[:] = kept
    config.hook.pytest_deselected(items=left)


@pytest.fixture(autouse=True)
def nothing_moved():
    """What a test in this process has moved aside is no news for the next one."""
    database = sys.modules.get("ccmon.store.database")
    if database:
        database.moved_aside().clear()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """An empty home of one's own, in the environment."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    return folder


@pytest.fixture
def machine(tmp_path):
    """A home with a stand-in ccusage, to call the real command on."""
    from commands import Machine
    machine = Machine(tmp_path)
    yield machine
    machine.close()
