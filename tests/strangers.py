"""Calls of ccmon by a user without rights, on a machine where something is changed; a process that has imported all of it
forks for each call.

What is imported may be root's alone, as in a virtual environment in /root; after that the rights are given up.
"""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import IO, Any, Dict, Optional

import pytest
from claude_logs import talk, write
from commands import HOUR, NOW, PATIENCE_S, ROOT, Machine, Result, block

USER = 12345
SERVER = f"""
import json, os, sys
import _strptime, encodings.ascii, encodings.idna, encodings.latin_1, encodings.utf_8_sig, unicodedata, pytz, tabulate, ccmon
import fcntl, grp, pty, pwd, resource, select, tempfile, termios
sys.path.insert(0, {str(ROOT / "tests")!r})
import fork_server
fork_server.load()
from ccmon.__main__ import main
zones = [pytz.timezone(name) for name in ("Europe/Warsaw", "UTC")]
for request in sys.stdin:
    words, env, out, err = json.loads(request)
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_RDONLY)
        for fd, target in enumerate((null, os.open(out, os.O_WRONLY), os.open(err, os.O_WRONLY))):
            os.dup2(target, fd)
        os.setsid()
        os.chdir("/")
        os.environ.clear()
        os.environ.update(env)
        if os.getuid() == 0:
            os.setgroups([])
            os.setresgid({USER}, {USER}, {USER})
            os.setresuid({USER}, {USER}, {USER})
        sys.argv = ["ccmon", *words]
        sys.stdout, sys.stderr = os.fdopen(1, "w", encoding="utf-8"), os.fdopen(2, "w", encoding="utf-8")
        sys.exit(main())
    print(os.waitpid(child, 0)[1] >> 8, flush=True)
"""


class Strangers:
    """The process that forks."""

    def __init__(self) -> None:
        self.server: "Optional[subprocess.Popen[str]]" = None

    def call(self, words: Any, env: Dict[str, str]) -> Result:
        """A call with that environment; it may not take long."""
        if self.server is None:
            self.server = subprocess.Popen([sys.executable, "-c", SERVER], text=True, stdin=subprocess.PIPE, cwd="/",
                                           stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
        with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
            request = json.dumps([words, env, out.name, err.name])
            self._pipe(self.server.stdin).write(request + "\n")
            self._pipe(self.server.stdin).flush()
            code = int(self._answer())
            return Result(code, out.read().decode(), err.read().decode())

    def _answer(self) -> str:
        from select import select
        assert self.server and select([self.server.stdout], [], [], PATIENCE_S)[0], "the call waits for something"
        return self._pipe(self.server.stdout).readline()

    @staticmethod
    def _pipe(pipe: "Optional[IO[str]]") -> "IO[str]":
        assert pipe
        return pipe

    def close(self) -> None:
        """End it."""
        if self.server:
            self.server.kill()
            self.server.communicate()
            self.server = None


STRANGERS = Strangers()


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
        result = STRANGERS.call(words, self.env(CCMON_NOW=NOW, TERM="dumb", **env))
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
    STRANGERS.close()
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
