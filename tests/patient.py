"""A machine with everything that ccmon wants, for `ccmon doctor` to look at: what is broken there can be mended there."""

import json
import shutil
import subprocess
import sys

import pytest
from claude_logs import talk, write
from commands import NOW, Machine, block

TOPICS = ["ccmon", "Node", "ccusage", "logs", "settings", "time", "history", "cache", "Claude Code", "account", "tmux", "shells",
          "terminal", "locale", "alerts"]
EDITOR = '#!/bin/sh\nsed -i "${1#+}d" "$2"\n'                  # deletes the line that it is opened at


class Patient(Machine):
    """A machine with everything that ccmon wants, on which the tools that mend are at hand."""

    def __init__(self, folder):
        super().__init__(folder)
        self.script("ccmon", f"exec '{sys.executable}' -m ccmon \"$@\"\n")
        self.script("npm", f"[ \"$*\" = 'install -g ccusage' ] && cp '{folder}/kept' '{self.ccusage}'\n")
        self.script("node", "echo v20.1.0\n")
        (self.bin / "editor").write_text(EDITOR)
        (self.bin / "editor").chmod(0o755)
        shutil.copy(self.ccusage, folder / "kept")
        self.answers([block(NOW - 3600, 1234)])
        write(self.home / ".claude", talk(1, NOW - 3600, 1, 5))
        assert self.run("record", now=None).code == 0
        assert self.run("init", "claude", "--write", now=None).code == 0

    def script(self, name, text):
        """Put a program on PATH."""
        (self.bin / name).write_text("#!/bin/sh\n" + text)
        (self.bin / name).chmod(0o755)

    def env(self, **more):
        """No tmux server but one of our own is seen; clocks show what ccmon shows."""
        usual = {"TMUX": f"{self.folder}/tmux.sock,1,0", "TZ": "Europe/Warsaw", "EDITOR": "editor"}
        return super().env(**{**usual, **more})

    def tmux(self, *words, **env):
        """The server of our own."""
        subprocess.run(["tmux", "-S", str(self.folder / "tmux.sock"), "-f", "/dev/null", *words], check=True,
                       env=super().env(TMUX=None, **env), timeout=30)

    def doctor(self, before="", **env):
        """The exit code and the checks by topic, after a command in the same shell."""
        done = self.shell(f"{before}\nexec ccmon doctor --json", **env)
        document = json.loads(done.out.splitlines()[-1])
        checks = {check["topic"]: check for check in document["checks"]}
        states = [check["state"] for check in checks.values()]
        assert list(checks) == TOPICS and (done.code == 1) is ("fault" in states) is not document["ok"], done
        assert (document["faults"], document["hints"]) == (states.count("fault"), states.count("hint"))
        assert all((check["mend"] is None) is (check["state"] == "ok") for check in checks.values())
        return done.code, checks

    @property
    def store(self):
        """The history's file."""
        return self.home / ".local/share/ccmon/ccmon.db"


@pytest.fixture
def patient(tmp_path):
    machine = Patient(tmp_path)
    yield machine
    machine.close()
