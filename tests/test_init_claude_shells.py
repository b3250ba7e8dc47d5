"""The command that `ccmon init claude --write` makes, run in real shells: the old rows first, and ccmon's in any case."""

import json
import os
import subprocess

import pytest
from line_shells import program
from test_init_claude import OLD, env, settings, stand_in, undo, write  # noqa: F401

pytestmark = pytest.mark.newest_only

HOOK = '{"model":{"display_name":"x $(touch PWNED) `touch PWNED` \\\\n %s \'"}}'
ROW = "CCMON --statusline --format claude " + HOOK
OLD_COMMANDS = [
    "echo old", "printf old", "cat", "echo one; echo two", "echo old # x", "echo it\\'s \"a 'b'\"", "echo old; exit 3",
    "exit", "", "cat <<E\nhere $((1+1))\nE", "cat <<E\nhere\nE\n", "cat <<E\nno end", "echo a \\\n  b", "false",
    "echo 'a\\\\b' \\\\", "echo a\\", "if then", "echo 'open", "echo old )", "(echo a", "no-such-program-of-mine",
    "read -r x; printf '<%s>' \"$x\"", "exec echo old", "set -e; false; echo never",
    "echo old; kill -9 $(sh -c 'echo $PPID'); echo never", "echo old & wait", "\necho old\n\n",
    "while read -r l; do printf '%s|' \"$l\"; done", "-x", "echo \u00e9 \U0001f600",
    "printf() { :; }; cat() { :; }; PATH=; echo old", "exec >/dev/null; echo hidden", "ccmon_in=; echo old",
    "echo \"<$1$#$0>\"", "trap 'echo bye' EXIT; echo old", "cd /; pwd", "exec 0</dev/null; cat; echo old",
    "set -u; echo $nothing; echo old", "echo \"'\" '\"' \\' \\\" \\\\ '\\'", "echo '%s' $(echo `echo a`)",
]


@pytest.fixture(params=["sh", "bash", "dash", "busybox"])
def shell(request):
    return [program(request.param), *(["sh"] if request.param == "busybox" else []), "-c"]


@pytest.mark.parametrize("command", OLD_COMMANDS, ids=repr)
def test_the_old_rows_come_first_and_ccmon_always(env, home, settings, shell, command):
    settings.write_text(json.dumps({"statusLine": {"type": "command", "command": command}}))
    expected = rows(run_hook(shell, settings, home))
    assert command != "cat" or expected == [HOOK]
    write(env)
    done = run_hook(shell, settings, home)
    assert (done.returncode, rows(done)) == (0, [*expected, ROW])
    assert os.listdir(str(home / "bin")) == ["ccmon"] and not (home / "PWNED").exists()


def rows(done):
    """What Claude Code makes of it."""
    return [row for row in done.stdout.decode().split("\n") if row]


def run_hook(shell, settings, home):
    command = json.loads(settings.read_text())["statusLine"]["command"]
    return subprocess.run([*shell, command], input=HOOK.encode() + b"\n", cwd=str(home), stdout=subprocess.PIPE, timeout=60,
                          env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})


def test_much_is_given_to_both(env, home, settings):
    settings.write_text(json.dumps({"statusLine": {"type": "command", "command": "wc -c"}}))
    write(env)
    command, much = json.loads(settings.read_text())["statusLine"]["command"], b"x" * 300_000
    done = subprocess.run([program("sh"), "-c", command], input=much, stdout=subprocess.PIPE, timeout=60)
    assert done.stdout.split(b"\n")[0].strip() == b"300001" and much in done.stdout


def test_without_ccmon_the_old_rows_are_still_shown(env, home, settings, shell):
    settings.write_text("{" + OLD.replace("mine", "echo old") + "}")
    write(env)
    (home / "bin/ccmon").unlink()
    done = run_hook(shell, settings, home)
    assert done.returncode == 0 and done.stdout.split() == [b"old"]


def test_a_path_with_quotes_runs(env, home, settings):
    ccmon = stand_in(home / "it's $(a) \"b\" \\ %# \u00e9")
    env["PATH"] = str(ccmon.parent)
    for text in ("{}", "{" + OLD.replace("mine", "echo old") + "}"):
        settings.write_text(text)
        write(env)
        assert ROW.encode() in run_hook([program("sh"), "-c"], settings, home).stdout
        undo(env)
        assert settings.read_text() == text
