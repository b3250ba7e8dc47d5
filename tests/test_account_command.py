"""`ccmon accounts` and `--account` from outside: three accounts and another machine, in views, in the line, on the screen."""

import time

import pytest
from commands import HOUR, NOW, block, wait_until
from full_screen import leave, monitor
from live_lines import one_line
from terminal import Terminal

from ccmon import line_answer
from ccmon.model import Owner
from ccmon.sources import hook
from ccmon.store import window_readings
from ccmon.store.database import open_store
from ccmon.store.window_readings import WindowReading

pytestmark = pytest.mark.newest_only


def said(machine, percent, left_s, now=NOW, folder="", session="s1"):
    """What Claude Code told its row in that folder a minute ago."""
    env = machine.env(CLAUDE_CONFIG_DIR=folder or None)
    hook.note({"session_id": session, "cost": {"total_api_duration_ms": 5}, "rate_limits": {
        "five_hour": {"used_percentage": percent, "resets_at": now + left_s},
        "seven_day": {"used_percentage": percent / 2, "resets_at": now + 86_400 + left_s}}}, line_answer.folder(env), now - 60)


def three(machine, now=NOW):
    """Accounts default, work and work/1; ccusage notes which folders it is to read, and what was used is told apart by them."""
    for name in (".claude", ".claude-work"):
        (machine.home / name / "projects").mkdir(parents=True)
    work = str(machine.home / ".claude-work")
    said(machine, 37, HOUR, now)
    said(machine, 91, 2 * HOUR, now, work, "older")
    said(machine, 8, 3 * HOUR, now, work)
    machine.answers([block(now - HOUR, 700)])
    machine.behaves(f'echo "${{CLAUDE_CONFIG_DIR:-none}}" >>"{machine.folder}/asked"; if [ "$CLAUDE_CONFIG_DIR" ]; then '
                    f'sed "s/{block(now - HOUR, 700)["totalTokens"]}/0/; s/: 560,/: 5600,/" "{machine.folder}/answer.json"; '
                    f'else cat "{machine.folder}/answer.json"; fi')
    return work


def official(result):
    return result.json["official"]["five_hour"]["percent"]


def test_three_accounts_and_another_machine(machine):
    work = three(machine)
    found = machine.run("accounts", "--json").json["accounts"]
    assert [(one["name"], one["shown"], one["windows"][0]["percent"]) for one in found] == [
        ("default", True, 37), ("work", False, 8), ("work/1", False, 91)]
    assert found[1]["folders"] == [work] and machine.runs() == 0, "nothing is run for a list"
    for words, env in ((("--account", "work"), {}), ((), {"CCMON_ACCOUNT": "work"}), ((), {"CLAUDE_CONFIG_DIR": work})):
        shown = machine.run("--json", *words, **env)
        assert official(shown) == 8 and shown.json["session"]["output"] == 5600
    assert official(machine.run("--json", "--account", "work/1")) == 91
    assert official(machine.run("--json")) == 37
    assert set((machine.folder / "asked").read_text().split()) == {work, "none"}
    machine.configure("[ccmon]\naccount = job\n[accounts]\njob = ~/.claude-work\n")
    assert official(machine.run("--json")) == 8
    assert " job " in machine.run("--once").out.splitlines()[0]
    assert [one["name"] for one in machine.run("accounts", "--json").json["accounts"] if one["shown"]] == ["job"]
    wrong = machine.run("--json", "--account", "jop")
    assert (wrong.code, wrong.out) == (2, "") and "did you mean job?" in wrong.err and wrong.err.count("\n") == 1


def test_another_machine_is_shown_as_it_is_stored(machine):
    three(machine)
    theirs = str(machine.folder / "theirs.db")
    server = Owner("server", "b2")
    with open_store(theirs, 1000, NOW) as store:
        store.change_owner(server, lambda db, owner: window_readings.add(db, owner, [
            WindowReading("", "five_hour", NOW - 600, 66.0, NOW + HOUR, "statusline")]))
    machine.run("record")
    assert machine.run("merge", theirs).code == 0
    runs = machine.runs()
    document = machine.run("--json", "--account", "server").json
    assert document["official"]["five_hour"]["percent"] == 66 and document["source"]["age_s"] == 600
    assert machine.run("accounts").out.count("machine server") == 1
    for words in (["history"], ["why"], ["record"], ["report"], ["export", "--openmetrics"], ["--once"]):
        assert machine.run(*words, "--account", "server").code in (0, 20), words
    assert machine.run("hit", "--account", "server").code == 30
    assert machine.runs() == runs, "it is read here by nobody"
    assert one_line(machine.run("--statusline", "--template", "{official_5h}", "--account", "server")) == "66"
    assert official(machine.run("--json")) == 37


def test_nothing_known_says_what_to_do(machine):
    found = machine.run("accounts")
    assert found.code == 0 and found.out.startswith("No account is known here yet.")


@pytest.mark.parametrize("words, env", [(("--account", "work"), {}), ((), {"CCMON_ACCOUNT": "work"})])
def test_the_line_of_an_account_has_a_key_of_its_own(machine, words, env):
    """It is kept where the caller looks, is answered from there, and follows its account when the lines are refreshed."""
    now = int(time.time())
    work = three(machine, now)

    def line(*more, **also):
        return one_line(machine.run("--statusline", "--template", "{official_5h}", *more, now=None, **also))
    wait_until(lambda: line(*words, **env) == "8", "the account's line")
    wait_until(lambda: line() == "37", "the line of the folders")
    assert line(*words, **env) == "8" and line("--account", "work/1") == "91"
    wait_until(machine.idle, "the refresher ends")
    said(machine, 9, 3 * HOUR, now + 50, work, "s2")
    machine.configure("[ccmon]\nemoji = no\n")             # a new configuration: each line is made anew
    wait_until(lambda: line(*words, **env) == "9", "the new reading")
    assert line() == "37"


def test_the_screen_goes_through_the_accounts(machine):
    now = int(time.time())
    three(machine, now)
    with monitor(machine, columns=100) as term:
        term.wait_for("37 %")
        seen(term, "work", "8 %", 2)
        seen(term, "work/1", "91 %", 3)
        seen(term, "default", "37 %", 1)
        leave(term)


def seen(term: Terminal, name: str, percent: str, place: int) -> None:
    """The key goes to that account: the title names it, and its numbers stand there."""
    term.send("a")
    term.wait_for(f"Account {name}, {place} of 3")
    term.wait_for(f"ccmon {name} ")
    term.wait_for(percent)
