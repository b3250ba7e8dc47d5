"""What people are told to type: by its path where `ccmon` is not on PATH, in every message of the program."""

import ast
import os
import re
import subprocess
import sys

import own_sources
import pytest
from commands import ROOT, Machine

from ccmon.call_table import COMMANDS
from ccmon.system import processes
from ccmon.text import with_name

pytestmark = pytest.mark.newest_only

PROSE = ("does", "cannot", "is", "on", "are", "starts", "runs", "writes")
PATH = "~/clone/.venv/bin/ccmon"


@pytest.mark.parametrize("sentence, typed", [
    ("To see them all: ccmon config", f"To see them all: {PATH} config"), ("`ccmon init claude`", f"`{PATH} init claude`"),
    ("(ccmon --demo works meanwhile)", f"({PATH} --demo works meanwhile)"),
    ("That is all: run ccmon.", f"That is all: run {PATH}."),
    ("Run ccmon, or `ccmon record`", f"Run {PATH}, or `{PATH} record`"),
    ("ccmon keeps sessions from its first run on", None), ("in [the clone of ccmon-cli]", None),
    ("run ccmon as another user", None),
    ("/home/u/.config/ccmon/config.ini", None), (f"{PATH} config", None), ("the ccmon that runs", None)])
def test_commands_get_the_path_and_sentences_about_ccmon_do_not(sentence, typed):
    assert with_name(sentence, PATH) == (typed or sentence) and with_name(sentence, "ccmon") == sentence


def test_every_command_is_known():
    assert {name for name in COMMANDS if with_name(f"ccmon {name}", PATH) != f"{PATH} {name}"} == set()


@own_sources.together
def test_every_message_that_names_a_command_is_known_by_it():
    """Of all texts in the program: what looks like a command of ccmon behind a colon, a quote or a way out is one."""
    behind = re.compile(r"(?:: |`|see |Undo: |type )ccmon (?P<word>[a-z-]+)")
    texts = [node.value for nodes in own_sources.nodes().values() for node in nodes
             if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    unknown = [text for text in texts for found in behind.finditer(text)
               if with_name(found.group(), PATH) == found.group() and found["word"] not in PROSE]
    assert not unknown


@pytest.mark.skipif(os.name != "posix", reason="the path of an installed script")
def test_the_name_is_that_on_path_else_the_path_that_was_called(tmp_path, monkeypatch):
    program = tmp_path / "a b" / "ccmon"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "argv", [str(program)])
    assert processes.own_command({"PATH": str(program.parent)}) == "ccmon"
    assert processes.own_command({"PATH": "/nowhere"}) == f"'{program}'"
    assert processes.own_command({"PATH": "/nowhere", "HOME": str(tmp_path)}) == "~/'a b/ccmon'"
    monkeypatch.setattr(sys, "argv", [str(ROOT / "ccmon/__main__.py")])
    assert processes.own_command({"PATH": "/nowhere"}) == "ccmon"


@pytest.mark.parametrize("packages, program, is_windows", [
    ("v/lib/python3.13/site-packages", "v/bin/ccmon", False), ("usr/lib/python3/dist-packages", "usr/bin/ccmon", False),
    ("Library/Python/3.9/lib/python/site-packages", "Library/Python/3.9/bin/ccmon", False), ("src/lib/checkout", None, False),
    ("Python39/Lib/site-packages", "Python39/Scripts/ccmon.exe", True),
    ("P/Python39/site-packages", "P/Python39/Scripts/ccmon.exe", True)])
def test_a_module_that_was_called_names_the_program_that_pip_has_made(packages, program, is_windows, tmp_path, monkeypatch):
    (tmp_path / (program or "bin/ccmon")).parent.mkdir(parents=True)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / packages / "ccmon/__main__.py")])
    monkeypatch.setattr(processes, "WINDOWS", is_windows)
    monkeypatch.setattr(processes, "is_program", os.path.exists)
    assert processes.own_program() is None
    (tmp_path / (program or "bin/ccmon")).touch()
    assert processes.own_program() == (program and str(tmp_path / program))


@pytest.mark.skipif(os.name != "posix", reason="the path of an installed script")
def test_off_path_every_hint_works_as_it_stands(tmp_path):
    """The screen, doctor, why, errors and answers of an installed ccmon that is not on PATH; one hint is typed."""
    machine = Machine(tmp_path)
    machine.ccusage.unlink()
    program = machine.home / "v" / "ccmon"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nimport sys\nfrom ccmon.__main__ import main\nsys.exit(main())\n")
    program.chmod(0o755)

    def said(*words):
        done = subprocess.run([str(program), *words], env=machine.env(), cwd=machine.cwd, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
        return done.stdout

    calls = (("--once",), ("doctor",), ("why",), ("config", "get", "xyz"), ("alerts",), ("hit",), ("config",),
             ("uninstall", "--dry-run"))
    for words in calls:
        text = said(*words)
        commands = "--demo|config|init|record|hit|doctor|uninstall"
        assert "~/v/ccmon " in text and not re.search(rf"(?<!/)\bccmon (?:{commands})\b", text), words
        assert "../v/ccmon" not in text, "a command that is told is not cut"
    hint = re.search(r"run: (~/v/ccmon config set timezone \w+)", said("doctor"))
    typed = subprocess.run(["sh", "-c", hint.group(1) if hint else "~/v/ccmon config set timezone local"], env=machine.env(),
                           stdout=subprocess.PIPE, text=True, timeout=60, check=True)
    assert "timezone = local" in typed.stdout
