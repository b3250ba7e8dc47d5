"""ccmon and ccmon-line as they are installed, on a machine of their own, for tests of what shells do with the line."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

import pytest
from commands import PATIENCE_S, ROOT, Machine, Result

from ccmon.setup import dotfiles

HOSTILE = "x$(touch PWNED)`touch PWNED`#(touch PWNED)%n%{%}\\u\\w;touch PWNED\n#[fg=red]\x1b[31m'\"|&<b>"
NOT_TRIED = {"CCMON_PROBE": "/nobody/looks"}       # for `init --write`: it starts no shell to see whether it shows the line
FORKS = "clone,clone3,fork,vfork,execve"


def program(name: str) -> str:
    """The path of a program that the tests need; CI has to have it."""
    path = shutil.which(name)
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{name} is not installed")
    return str(path)


def put_block(path: str, block: str = "block\n") -> Optional[str]:
    """Put a block into a start-up file, as `ccmon init --write` does; the path of the copy."""
    return dotfiles.put("bash", path, lambda before: dotfiles.with_block(before, block))


def install(machine: Machine) -> None:
    """Put both programs into the machine's folder of programs."""
    ccmon = machine.bin / "ccmon"
    ccmon.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m ccmon \"$@\"\n")
    ccmon.chmod(0o755)
    shutil.copy(str(ROOT / "ccmon/ccmon-line"), str(machine.bin / "ccmon-line"))


def contents(home: Path) -> Dict[str, Optional[bytes]]:
    """What is in each file, None for a folder, by its path in the home."""
    return {str(path.relative_to(home)): path.read_bytes() if path.is_file() else None for path in home.rglob("*")}


@pytest.fixture
def installed(machine: Machine) -> Machine:
    """A machine with both programs."""
    install(machine)
    return machine


def call(machine: Machine, words: Sequence[str], **env: Any) -> Result:
    """A call of a program, with its bytes kept."""
    program(words[0])
    done = subprocess.run(list(words), env=machine.env(**env), cwd=machine.cwd, stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=PATIENCE_S)
    return Result(done.returncode, *(text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr)))


def processes(machine: Machine, words: Sequence[str], **env: Any) -> List[str]:
    """The processes that a call starts, its own left out; threads are none."""
    log = machine.folder / "strace"
    call(machine, ["strace", "-f", "-qq", "-o", str(log), "-e", "trace=" + FORKS, *words], **env)
    lines = Path(log).read_text(errors="replace").splitlines()
    calls = [line for line in lines if re.search(r"\b(clone3?|v?fork|execve)\(", line)]
    assert "execve(" in calls[0]
    return [line for line in calls[1:] if "CLONE_THREAD" not in line]
