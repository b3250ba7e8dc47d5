"""Calls of ccmon by a user without rights, on a machine where something is changed."""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Dict, Sequence

import fork_server
import pytest
from claude_logs import talk, write
from commands import HOUR, NOW, PATIENCE_S, Machine, Result, block

USER = 12345


def call(words: Sequence[str], env: Dict[str, str]) -> Result:
    """A call by that user; it may not take long."""
    ended = fork_server.call(words, env, "/", b"", PATIENCE_S, USER)
    assert ended, "another call is under way"
    return Result(*ended)


class Place(Machine):
    """A machine with a history, a cache and logs, and what is done to them."""

    @property
    def store(self):
        """The history's file."""
        return self.home / ".local/share/ccmon/ccmon.db"

    @property
    def config(self):
        """config.ini."""
        return self.home / ".config/ccmon/config.ini"

    def away(self, path):
        """Move it out of its place; the new one."""
        os.rename(path, self.home / "away")
        return self.home / "away"

    def sql(self, script):
        """Run SQL on the history."""
        with closing(sqlite3.connect(self.store)) as db, db:
            db.executescript(script)

    def own(self):
        """All of it belongs to the stranger."""
        if os.getuid() == 0:
            subprocess.run(["chown", "-hR", f"{USER}:{USER}", str(self.folder)], check=True)

    def call(self, *words, **env):
        """A call of the program."""
        result = call(words, self.env(CCMON_NOW=NOW, TERM="dumb", **env))
        assert "Traceback" not in result.err, result.err
        return result

    def doctor(self, **env):
        """The checks by topic."""
        return {check["topic"]: check for check in json.loads(self.call("doctor", "--json", **env).out)["checks"]}

    def mend(self, command):
        """Do as the doctor says."""
        done = subprocess.run(["/bin/sh", "-c", command], env=self.env(), timeout=30, check=False,
                              preexec_fn=(lambda: os.setuid(USER)) if os.getuid() == 0 else None)
        assert done.returncode == 0, command


@pytest.fixture(scope="module")
def model():
    """A machine as it is when all is well, with a session in the history, and logs that were read."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    place = Place(folder)
    place.answers([block(NOW - HOUR, 1234)])
    write(place.home / ".claude", talk(1, NOW - HOUR, 1, 5))
    (place.home / ".config/ccmon").mkdir(parents=True)
    place.own()
    for words in (["--source", "logs", "record"], ["record"]):
        done = place.call(*words)
        assert done.code == 0, done
    shutil.copy(place.store, folder / "other.db")
    with closing(sqlite3.connect(folder / "other.db")) as db, db:
        db.executescript("UPDATE owner SET host = 'other'; PRAGMA journal_mode = DELETE")
    (folder / "other.db").chmod(0o644)
    yield place
    shutil.rmtree(folder)


@pytest.fixture
def place(model):
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    made = Place(folder)
    made.answers([block(NOW - HOUR, 1234)])
    subprocess.run(["cp", "-a", f"{model.home}/.", str(made.home)], check=True)
    (folder / "other.db").symlink_to(model.folder / "other.db")
    yield made
    subprocess.run(["chmod", "-R", "u+rwX", str(folder)], check=False)
    shutil.rmtree(folder)
