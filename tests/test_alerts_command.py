"""Alerts in the whole program: who sends them, once among many, what they hold up (nothing), and where no secret is."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from commands import HOUR, NOW, ROOT, block, wait_until
from extent import ALL
from full_screen import leave, live, monitor
from webhooks import SECRET, calls, program, server

pytestmark = pytest.mark.newest_only

CROWD = 20 if ALL else 6
CONFIG = "[ccmon]\nlimit = 10000\nalerts = 80, 100, reset\nalert_by = {}\n"
MAIL = r"""
alerts = 80
alert_by = command
alert_command = sh -c 'printf "Subject: %s\n\n%s\n" \
  "$CCMON_ALERT_TITLE" "$CCMON_ALERT_TEXT" | sendmail me@example.org'
"""
DIRECT = {"no_proxy": "127.0.0.1"}


@pytest.fixture
def near(machine):
    """A machine on which 85 % is used, with a desktop."""
    machine.answers([block(NOW - 2 * HOUR, 8500, actualEndTime=None)])
    machine.configure(CONFIG.format("desktop"))
    program(machine.bin / "notify-send")
    return machine


def shown(machine):
    """The titles of the notifications."""
    return [words[2] for words in calls(machine.bin / "notify-send")]


def test_record_tells_once(near):
    assert near.run("record") == (0, "", "") and near.run("record", now=NOW + 60).code == 0
    assert shown(near) == ["85 % of the session is used"]
    near.answers([block(NOW - 2 * HOUR, 10_500)])
    near.run("record", now=NOW + 120)
    near.run("record", now=NOW + 3 * HOUR)
    assert shown(near)[1:] == ["The limit is reached", "The session was reset"]


def test_nothing_is_told_unless_it_is_wanted(near):
    near.configure("[ccmon]\nlimit = 10000\n")
    near.run("record")
    assert shown(near) == []


CLAIM = """
import os, sys
sys.path.insert(0, sys.argv[1])
from ccmon.pipeline import alerting, refresh; from ccmon.settings import context
ctx = context.prepare({}, os.environ)
facts = refresh.load(ctx, ctx.now())
print("ready", flush=True)
sys.stdin.readline()
alerting.send(ctx, alerting.claim(ctx, facts))
"""


def test_many_at_once_send_one(near):
    near.configure("[ccmon]\nlimit = 10000\n")
    near.run("record")                 # all know the numbers, nobody was told
    near.configure(CONFIG.format("desktop"))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    crowd = [subprocess.Popen([sys.executable, "-c", CLAIM, str(ROOT)], env=near.env(CCMON_NOW=NOW), text=True, **pipes)
             for _ in range(CROWD)]
    for one in crowd:
        assert one.stdout.readline() == "ready\n"
    for one in crowd:
        one.stdin.write("go\n")
        one.stdin.flush()
    ended = [one.communicate(timeout=100)[1] for one in crowd]
    assert ended == [""] * CROWD and len(shown(near)) == 1


def test_many_commands_at_once_post_one_webhook(near):
    """Half of them record, half show the line, whose refreshers work on when it is shown; before, nobody was told."""
    near.configure("[ccmon]\nlimit = 10000\n")
    near.run("record")
    near.configure(CONFIG.format("webhook"))
    with server() as hook:
        env = near.env(CCMON_NOW=NOW, CCMON_ALERT_WEBHOOK_URL=hook.url, **DIRECT)
        crowd = [subprocess.Popen(["/bin/sh", "-c", 'echo; read go; exec "$@"', "sh", sys.executable, "-m", "ccmon", words],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  env={**env, "PYTHONPATH": str(ROOT)})
                 for words in ["record", "--statusline"] * (CROWD // 2)]
        for one in crowd:
            assert one.stdout.readline() == b"\n"
        for one in crowd:
            one.stdin.write(b"go\n")
            one.stdin.flush()
        ended = [one.communicate(timeout=100) for one in crowd]
        wait_until(lambda: not working(near), "the refreshers have ended")
    assert [one.returncode for one in crowd] == [0] * CROWD and {err for _, err in ended} == {b""}
    assert [document["text"].partition(":")[0] for document in hook.taken] == ["85 % of the session is used"]


def working(machine):
    """Whether any process has this machine's home."""
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):        # ended, or somebody else's
            if f"HOME={machine.home}\0".encode() in environ.read_bytes():
                return True
    return False


def test_the_refresher_tells_and_holds_nobody_up(near):
    """A notification that hangs: the line is there, and the next refresh is free to begin."""
    gate = near.folder / "gate"
    program(near.bin / "notify-send", f'while [ ! -e "{gate}" ]; do sleep 0.05; done')
    near.run("--statusline")
    wait_until(lambda: shown(near), "it is told")
    assert near.idle() and near.run("--statusline").out.startswith("CC 85%")
    gate.touch()


def test_a_screen_rings_once(machine):
    live(machine, 8500)
    machine.configure(CONFIG.format("bell"))
    with monitor(machine) as term:
        term.wait_for("8,500")
        term.wait_until(lambda: b"\a" in term.raw, "it rings")
        live(machine, 8600)
        term.wait_for("8,600")
        leave(term)
        assert term.raw.count(b"\a") == 1


# --- the command ---

def test_what_is_shown_when_alerts_are_off(machine):
    told = machine.run("alerts")
    first, second, third = told.out.splitlines()[:3]
    assert (told.code, first) == (0, "alerts    off. To turn them on: ccmon config set alerts 80,100,runs_out,reset")
    assert second.strip() == "more kinds: allocation, unusual, credits; every kind: all"
    assert third.strip() == "other percentages: ccmon config set alerts 50,80,95,100"
    assert max(map(len, told.out.splitlines())) <= 80


def test_the_command_that_is_shown_turns_them_on(machine):
    command = machine.run("alerts").out.splitlines()[0].partition("on: ccmon ")[2].split()
    assert machine.run(*command).code == 0
    assert machine.run("alerts").out.startswith("alerts    80, 100, runs_out, reset (config.ini)\n")


def test_what_is_shown_when_they_are_on(near):
    near.configure(CONFIG.format("all"))
    near.run("record")
    out = near.run("alerts", now=NOW + 60).out
    assert "alerts    80, 100, reset (config.ini)\nalert_by  bell, desktop, command, webhook (config.ini)\n" in out
    assert f"  desktop {near.bin}/notify-send\n  command ! alert_command is not set\n  webhook ! there is no address" in out
    assert "  17:00     80          desktop shown by notify-send\n" in out and "bell" not in out.split("told in")[1]


@pytest.mark.parametrize("kind", [[], ["95"], ["credits"]])
def test_the_test_says_what_happened(near, kind):
    told = near.run("alerts", "test", *kind)
    assert (told.code, told.out) == (0, "desktop ok      shown by notify-send\n")
    assert calls(near.bin / "notify-send")[0][3].startswith(f"This is how '{(kind or ['80'])[0]}' is told; ")
    assert near.run("alerts", "test", *kind).code == 0         # it is no alert: it can be sent again


def test_a_channel_that_fails_is_exit_code_1(near):
    program(near.bin / "notify-send", "exit 3")
    told = near.run("alerts", "test", "--alert-by", "desktop,command,bell", "--alert-command", "true")
    assert told.code == 1 and told.out.splitlines() == [
        "bell    ok      not rung: the output is no terminal", "desktop failed  notify-send ended with exit code 3",
        "command ok      ran, exit code 0"]


@pytest.mark.parametrize("words, said", [(["alerts", "tset"], "test"),
                                         (["alerts", "test", "0"], "or another percentage from 1 to 1000"),
                                         (["alerts", "--alerts", "8x"], "choose from 80, 100, runs_out")])
def test_wrong_words(machine, words, said):
    told = machine.run(*words)
    assert told.code == 2 and said in told.err


def test_mail_by_a_command(near):
    """The manual's example, with a sendmail that keeps what it gets."""
    assert MAIL.strip() in (ROOT / "man" / "ccmon-config.md").read_text()
    mail = near.folder / "mail"
    (near.bin / "sendmail").write_text(f'#!/bin/sh\ncat >"{mail}"\necho "$@" >>"{mail}"\n')
    (near.bin / "sendmail").chmod(0o755)
    near.configure("[ccmon]\nlimit = 10000\n" + MAIL)
    assert near.run("record").code == 0
    assert mail.read_text() == ("Subject: 85 % of the session is used\n\nNear the limit: 8,500 of 10,000 tokens (85 %). "
                                "Reset at 20:00.\nme@example.org\n")


# --- the webhook and its secret ---

@pytest.mark.parametrize("answers", [[], [403], [500, 500, 500]])
def test_the_webhook_is_called_and_its_address_is_nowhere(near, answers):
    with server(answers) as hook:
        secret = near.folder / "secret"
        secret.write_text(hook.url)
        secret.chmod(0o600)
        near.configure(CONFIG.format("webhook") + f"alert_webhook_file = {secret}\n")
        said = [near.run("record", **DIRECT), near.run("alerts"), near.run("why"), near.run("--json"), near.run("why", "--json"),
                near.run("alerts", "test", **DIRECT)]
    assert hook.taken[0]["text"].startswith("85 % of the session is used: Near the limit: 8,500 of 10,000")
    assert not any(SECRET in result.out + result.err for result in said)
    assert "HTTP" in said[1].out and [result.code for result in said[:3]] == [0, 0, 0]
    assert not list(told_in(near.home))


def test_an_address_in_the_environment_is_nowhere_either(near):
    near.configure(CONFIG.format("webhook, desktop"))
    with server([403]) as hook:
        variables = {"CCMON_ALERT_WEBHOOK_URL": hook.url, **DIRECT}
        said = [near.run(*words.split(), **variables) for words in ("--statusline", "record", "alerts", "alerts test", "why")]
        wait_until(lambda: near.idle() and hook.taken, "it is sent")
    assert not any(SECRET in result.out + result.err for result in said) and "CCMON_ALERT_WEBHOOK_URL" in said[2].out
    assert not any(SECRET in word for words in calls(near.bin / "notify-send") for word in words)
    assert not list(told_in(near.home))


@pytest.mark.parametrize("words, name", [("record", "ccusage"), ("--statusline", "ccusage"), ("doctor", "ccusage"),
                                         ("doctor", "node"), ("doctor", "tmux"), ("config edit", "editor"),
                                         ("alerts test", "notify-send")])
def test_no_program_that_ccmon_runs_gets_the_address(near, words, name):
    (near.bin / name).write_text(f"#!/bin/sh\nenv >>'{near.folder}/got'\ncat '{near.folder}/answer.json'\n")
    (near.bin / name).chmod(0o755)
    near.run(*words.split(), now=None, CCMON_ALERT_WEBHOOK_URL=f"https://h.example/{SECRET}", EDITOR="editor")
    wait_until(lambda: near.idle() and (near.folder / "got").exists(), "it is run")
    got = (near.folder / "got").read_text()
    assert f"HOME={near.home}\n" in got and SECRET not in got


def told_in(folder):
    """The files that hold the secret."""
    for name, _, files in os.walk(str(folder)):
        for file in files:
            with open(os.path.join(name, file), "rb") as kept:
                if SECRET.encode() in kept.read():
                    yield file


def test_the_search_for_secrets_finds_one(near):
    (near.home / "x").write_text(SECRET)
    assert list(told_in(near.home)) == ["x"]


def test_an_address_as_an_option_is_refused_and_not_repeated(machine):
    machine.configure(f"[ccmon]\nalert_webhook_file = https://h.example/{SECRET}\n")
    told = machine.run("alerts")
    assert told.code == 2 and "line 2: an address is a secret" in told.err and SECRET not in told.err
