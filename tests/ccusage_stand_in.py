"""Programs in the place of ccusage, written as shell scripts, and ways to run them that leave no process unnoticed."""

import os
import subprocess
import sys
import time

import pytest
from commands import ROOT

from ccmon.sources.ccusage import fetch
from ccmon.sources.ccusage_output import Failed
from ccmon.sources.program_search import Program

ENV = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}
LONG = 60                              # s, never waited for
EMPTY = '{"blocks":[]}'


@pytest.fixture
def stand_in(tmp_path):
    """A function that makes a program from the body of a shell script."""
    def make(body, shebang="#!/bin/sh", mode=0o755):
        path = tmp_path / "bin" / "ccusage"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{shebang}\n{body}\n")
        path.chmod(mode)
        return Program((str(path),), str(path))
    return make


class Windows:
    """`os` of a module that shall believe to run on Windows."""

    name = "nt"

    def __getattr__(self, name):
        return getattr(os, name)


def members(pgid):
    """The processes of the group that are not dead."""
    rows = subprocess.run(["ps", "-A", "-o", "pgid=,stat=,args="], stdout=subprocess.PIPE, text=True, check=True)
    return [row for row in rows.stdout.splitlines() if row.split()[0] == str(pgid) and not row.split()[1].startswith("Z")]


def wait_for(condition):
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def run(program, timeout_s=LONG, env=ENV, home=None, cancel=None):
    """fetch, and afterwards no process of its group is left."""
    pids = []
    try:
        return fetch(program, timeout_s, env, home and str(home), pids.append, cancel)
    finally:
        for pid in pids:
            wait_for(lambda pid=pid: not members(pid))


def failure(program, **kwargs):
    with pytest.raises(Failed) as caught:
        run(program, **kwargs)
    assert str(caught.value).isprintable() and not str(caught.value).endswith(".")
    return str(caught.value), caught.value.missing


def python(code, typed=""):
    """What the code prints in a Python of its own."""
    return subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True,
                          input=typed, cwd=ROOT).stdout
