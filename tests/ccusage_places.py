"""Places where a ccusage program may be, for the tests that look for it."""

import os

import pytest

from ccmon.sources.ccusage_output import Failed, NotFound
from ccmon.sources.program_search import find_ccusage

NOWHERE = {"PATH": "/nonexistent/bin"}


@pytest.fixture(autouse=True)
def no_system_ccusage(monkeypatch):
    """These tests must not meet a ccusage that the machine has."""
    monkeypatch.setattr("ccmon.sources.program_search._EVERYWHERE", ())


def put(path, mode=0o755):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return str(path)


def found(command=None, remembered=None, env=NOWHERE, home=None):
    program = find_ccusage(command, remembered, env, home and str(home))
    assert program.path == program.argv[0] and os.path.isabs(program.path)
    return program


def sentence(*args, **kwargs):
    with pytest.raises(NotFound) as caught:
        found(*args, **kwargs)
    assert isinstance(caught.value, Failed) and caught.value.missing
    assert str(caught.value).isprintable() and not str(caught.value).endswith(".")
    return str(caught.value)
