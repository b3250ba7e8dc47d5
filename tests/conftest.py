"""Every test runs with HOME and the XDG folders in a temporary directory, never in the user's own."""

import gc
import os
import re
import signal
import sys
from pathlib import Path
from typing import List, Optional

import extent
import pytest
from extent import examples, is_chosen
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

NEWEST_ONLY = "not newest_only"        # what the oldest Python runs
PYTHONS_OWN = {getattr(signal, name, None) for name in ("SIGPIPE", "SIGXFSZ")}     # subprocess gives them back to children
PRIVATE = ("NO_COLOR", "CLICOLOR", "FORCE_COLOR", "CLAUDE_CONFIG_DIR", "COLUMNS", "LINES", "TMUX", "TZ", "NVM_DIR")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How much is tried."""
    parser.addoption("--all", action="store_true", help="nightly tests too, and all variants, examples and damage: takes hours")


def pytest_configure(config: pytest.Config) -> None:
    """Cut the whole session off from the real home before anything of ccmon is imported."""
    extent.ALL = config.getoption("--all")
    for name in [n for n in os.environ if n.startswith(("CCMON_", "XDG_")) or n in PRIVATE]:
        del os.environ[name]
    os.environ["LC_ALL"] = "C.UTF-8"
    number = 10 if os.environ.get("LOWEST_VERSIONS") else examples(30)         # the newest looks closer
    settings.register_profile("usual", deadline=None, max_examples=number)      # machines are noisy
    settings.load_profile("usual")
    hear_signals()
    sys.argv[0] = "pytest"             # a ccmon that was installed beside it is not the one that runs
    os.environ["HOME"] = "/nonexistent-home-of-the-ccmon-tests"


def hear_signals() -> None:
    """What nohup or a background job has ignored or blocked would be so in all that the tests start."""
    for number in signal.valid_signals():
        if signal.getsignal(number) == signal.SIG_IGN and number not in PYTHONS_OWN:
            signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, [])


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> Optional[bool]:
    """The oldest Python does not even load the files of which it runs nothing."""
    if config.option.markexpr == NEWEST_ONLY and collection_path.suffix == ".py":
        return bool(re.search(r"^pytestmark = .*newest_only", collection_path.read_text("utf-8"), re.MULTILINE)) or None
    return None


@pytest.hookimpl(trylast=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Without --all only the first and a part of the variants of a test are made; with the real ccusage all."""
    if not extent.ALL and not metafunc.definition.get_closest_marker("real_ccusage"):
        name = metafunc.definition.nodeid
        metafunc._calls = [call for number, call in enumerate(metafunc._calls) if not number or is_chosen(f"{name}[{call.id}]")]


def pytest_collection_modifyitems(config: pytest.Config, items: List[pytest.Item]) -> None:
    """Without --all no nightly tests."""
    left = [item for item in items if not extent.ALL and item.get_closest_marker("nightly")]
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=left)


def pytest_collection_finish() -> None:
    """Thousands of tests are no garbage, whenever that is looked for."""
    gc.freeze()


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
