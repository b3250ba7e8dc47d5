"""What ccmon says when ccusage cannot be started, or fails: one sentence with the way out."""

import os
import re

import pytest
from ccusage_stand_in import EMPTY, ENV, failure, run, stand_in  # noqa: F401

from ccmon.sources.ccusage import version
from ccmon.sources.program_search import Program

NODE_18 = r"""file:///usr/lib/node_modules/ccusage/dist/data-loader-9ESMosno.js:5366
    if (paths.length === 0) throw new Error(`No valid Claude data directories found. Please ensure`);
                                  ^

Error: %s
- /home/dev/.claude/projects
    at getClaudePaths (file:///usr/lib/node_modules/ccusage/dist/data-loader-9ESMosno.js:5366:32)
    at async file:///usr/lib/node_modules/ccusage/dist/index.js:3618:1

Node.js v20.20.2"""
PYTHON = """usage: ccusage [-h] {daily,json,statusline} ...
ccusage: error: argument command: invalid choice: 'blocks' (choose from 'daily', 'json', 'statusline')"""
NO_DATA = "ccusage found no Claude Code data. Start Claude Code once, or set CLAUDE_CONFIG_DIR"
SEE = ". To see it, run: ccusage blocks --json"


@pytest.mark.parametrize("code, stderr, sentence, missing", [
    (127, "/usr/bin/env: 'node': No such file or directory", "Node.js was not found by PATH. .* '/path/to/node PATH'", 1),
    (127, "PATH: 20: exec: node: not found", r"Node.js was not found by PATH. .*", 1),
    (127, "PATH: 3: frob: not found", r"PATH could not be started \(PATH: 3: frob: not found\). Install it .*", 1),
    (126, "PATH: /x: Permission denied", r"PATH could not be started \(PATH: /x: Permission denied\). Install it .*", 1),
    (126, "", r"PATH could not be started \(it did not say why\). Install it .*", 1),
    (1, "ccusage native binary is not available for linux-x64. Reinstall ccusage so optional native dependencies are installed.",
     "ccusage was installed without its native part. Install it with: npm install -g ccusage", 1),
    (1, "ccusage native binary is not executable: EPERM: operation not permitted, chmod '/usr/lib/x'",
     "the native part of ccusage is not executable. Run once: sudo ccusage --version", 1),
    (2, PYTHON, "PATH is the Python program of the same name, not the npm one. Install the right one with: npm .* ccusage", 1),
    (2, "ccusage: error: invalid choice: 'blocks'", "PATH is the Python program of the same name, .*", 1),
    (1, "ccusage requires Bun or Node.js >=22.0.0",
     r"Node.js is too old for this ccusage \(ccusage requires Bun or Node.js >=22.0.0\). Update Node.js, or .*", 1),
    (1, NODE_18.replace("Error: %s", "SyntaxError: Unexpected token '??='"),
     r"Node.js is too old for this ccusage \(SyntaxError: Unexpected token '\?\?='\). .*", 1),
    (1, NODE_18.replace("Error: %s", "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'x' imported from /y.js"),
     r"ccusage is not installed completely \(Error \[ERR_MODULE_NOT_FOUND\]: Cannot find package 'x' .*\). Install it .*", 1),
    (1, NODE_18 % "No valid Claude data directories found. Please ensure at least one of the following exists:", NO_DATA, 0),
    (1, 'Error: CliError("No valid Claude data directories found in CLAUDE_CONFIG_DIR. Expected each path to be")', NO_DATA, 0),
    (1, NODE_18 % "EACCES: permission denied, open '/home/dev/x.jsonl'",
     "ccusage failed with exit code 1: Error: EACCES: permission denied, open '/home/dev/x.jsonl'" + SEE, 0),
    (2, "Unknown blocks option '--order'\nRun 'ccusage --help' for usage.",
     "ccusage failed with exit code 2: Unknown blocks option '--order'" + SEE, 0),
    (1, "\x1b[31m[ccusage]\x1b[0m  ERROR  bad\x07 {line} \x1b]0;PWN\x07thing\n    at x (y.js:1:2)",
     "ccusage failed with exit code 1: .ccusage.  ERROR  bad {line} thing" + SEE, 0),
    (1, "first\nlast\n\n", "ccusage failed with exit code 1: last" + SEE, 0),
    (3, "", "ccusage failed with exit code 3: it did not say why" + SEE, 0),
    (1, "Error: " + "x" * 9000, "ccusage failed with exit code 1: [Ex].{119}" + SEE, 0)])
def test_exit_codes(stand_in, tmp_path, code, stderr, sentence, missing):
    program = stand_in(f'cat "{tmp_path}/stderr" >&2; echo \'{EMPTY}\'; exit {code}')
    (tmp_path / "stderr").write_text(stderr.replace("PATH", program.path))
    text, is_missing = failure(program)
    assert re.fullmatch(sentence.replace("PATH", re.escape(program.path)), text), text
    assert is_missing == bool(missing)


def test_folder_named_node_is_not_the_missing_node(stand_in, tmp_path):
    """Below ~/.nvm/versions/node every error holds that word."""
    path = tmp_path / "node" / "ccusage"
    path.parent.mkdir()
    os.rename(stand_in("frobnicate").path, path)
    assert " could not be started (" in failure(Program((str(path),), str(path)))[0]


def test_error_on_stdout(stand_in):
    assert "exit code 1: bad date" + SEE in failure(stand_in("echo 'bad date'; exit 1"))[0]


def test_killed_by_a_signal(stand_in):
    assert failure(stand_in("kill -KILL $$")) == ("ccusage was killed by signal 9: it did not say why" + SEE, False)


@pytest.mark.parametrize("body, text", [
    ("echo 'ccusage 20.0.24'", "20.0.24"), ("echo 18.0.11", "18.0.11"), (r"printf '\nv19.0.3\n'", "19.0.3"),
    ("echo 'ccusage 21.0.0-beta.1'", "21.0.0"), ("echo node 20.1.0", None), ("echo; exit 0", None),
    ("echo 18.0.11; exit 1", None), ("echo 1.2", None), ("exit 127", None)])
def test_version(stand_in, body, text):
    assert version(stand_in('[ "$*" = --version ] || exit 9; ' + body), ENV, None) == text


def test_version_of_nothing():
    assert version(Program(("/nonexistent/x",), "/nonexistent/x"), ENV, None) is None
