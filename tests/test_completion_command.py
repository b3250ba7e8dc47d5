"""`ccmon completion`: what it prints is loaded by the three shells as the manual says, from wherever ccmon is installed."""

import os
import shutil
import sys

import pytest
from commands import ROOT
from terminal import Terminal

from ccmon.arguments import SHELLS
from ccmon.commands import completion
from ccmon.errors import CcmonError

pytestmark = pytest.mark.newest_only

FILES = {"bash": "ccmon", "zsh": "_ccmon", "fish": "ccmon.fish"}
STARTS = {
    "bash": (["bash", "--norc", "-i"], "PS1='> '; bind 'set bell-style none'; eval \"$(ccmon completion bash)\""),
    "zsh": (["zsh", "-f", "-i"], "PROMPT='> '; autoload -Uz compinit; compinit -D -u; eval \"$(ccmon completion zsh)\""),
    "fish": (["fish", "--no-config", "-i"], "function fish_prompt; echo '> '; end; ccmon completion fish | source"),
}


def test_every_shell_has_a_place():
    assert set(SHELLS) == set(completion.PLACES) == set(FILES)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_clone_prints_its_own_file(machine, shell):
    result = machine.run("completion", shell)
    assert (result.code, result.err) == (0, "") and result.out == (ROOT / "completions" / FILES[shell]).read_text()


@pytest.mark.parametrize("words, said", [(["tcsh"], "choose from"), (["zhs"], "did you mean zsh?"), ([], "SHELL")])
def test_another_shell_is_told_those_that_there_are(machine, words, said):
    result = machine.run("completion", *words)
    assert (result.code, result.out) == (2, "") and said in result.err


def test_a_wrong_configuration_does_not_matter(machine):
    machine.configure("[ccmon]\nplam = pro\n")
    assert machine.run("completion", "bash").code == 0


@pytest.fixture
def prefix(tmp_path):
    """A Python with nothing in it."""
    (tmp_path / "usr").mkdir()
    return tmp_path / "usr"


def placed(share, text):
    """The completions for bash in that share folder."""
    path = share / "bash-completion/completions/ccmon"
    path.parent.mkdir(parents=True)
    path.write_text(text)


@pytest.mark.parametrize("package", ["venv/lib/python3.13/site-packages/ccmon", "venv/Lib/site-packages/ccmon", "venv/ccmon"])
def test_an_installed_one_prints_what_was_installed_with_it(prefix, tmp_path, package):
    placed(prefix / "share", "that of the Python")
    assert completion.text("bash", str(tmp_path / package), str(prefix)) == "that of the Python"
    placed(tmp_path / "venv/share", "its own")
    assert completion.text("bash", str(tmp_path / package), str(prefix)) == "its own"


def test_no_folder_far_above_is_looked_into(prefix, tmp_path):
    placed(tmp_path / "share", "anybody's")
    with pytest.raises(CcmonError, match="pip install"):
        completion.text("bash", str(tmp_path / "a/lib/python3.13/site-packages/ccmon"), str(prefix))


# --- in their shells --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_loads_it_and_finishes_words(machine, shell):
    command, setup = STARTS[shell]
    path = shutil.which(command[0])
    if path is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{command[0]} is not installed")
    ccmon = machine.bin / "ccmon"
    ccmon.write_text(f"#!/bin/sh\nexec '{sys.executable}' -m ccmon \"$@\"\n")
    ccmon.chmod(0o755)
    with Terminal([path, *command[1:]], columns=200, rows=60, env={**machine.env(), "SHELL": path}) as term:
        term.send(setup + "; echo ready''now\r")
        term.wait_for("readynow")
        term.send("ccmon config set them\tlig\t")
        term.wait_for("ccmon config set theme light")
