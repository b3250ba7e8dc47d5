"""config.ini and the places of files: what is read, which layer wins, and that a mistake is told with its line."""

import os
from pathlib import Path

import pytest
from commands import HOUR, NOW, block

from ccmon.settings import config, context

START = NOW - 2 * HOUR


@pytest.fixture
def active(machine):
    """A machine with an active session."""
    machine.answers([block(START, 1000)])
    return machine


def limit(machine, *words, **env):
    """The limit that a call works with."""
    return machine.run("--json", *words, **env).json["plan"]["limit"]


def test_flag_before_environment_before_file_before_default(active):
    assert limit(active) == 7000
    active.configure("[ccmon]\nplan = max5\n")
    assert limit(active) == 35_000
    assert limit(active, CCMON_PLAN="max20") == 140_000
    assert limit(active, "--plan", "pro", CCMON_PLAN="max20") == 7000
    assert limit(active, "--limit", "123", CCMON_LIMIT="456") == 123


def test_every_kind_of_line(active):
    active.configure("\ufeff# mine\n; too\n\n[ccmon]\n  PLAN : max5\ntimezone=Asia/Tokyo\ncompact = on\n[plans]\n")
    told = active.run("--json").json
    assert told["plan"]["limit"] == 35_000 and told["reset"]["timezone"] == "Asia/Tokyo"


@pytest.mark.parametrize("text, said", [
    ("[ccmon]\nplan = max5\nplam = pro\n", ["line 3", "'plam'", "did you mean plan?"]),
    ("[ccmon]\n\nplan = max50\n", ["line 3", "max50", "did you mean max5?"]),
    ("[ccmon]\nlimit = lots\n", ["line 2", "lots", "whole number"]),
    ("[ccmon]\nreset_hour = 24\n", ["line 2", "'24'", "0 to 23"]),
    ("[ccmon]\ntimezone = Europe/Warszawa\n", ["Europe/Warszawa", "Europe/Warsaw"]),
    ("[ccmon]\ncompact = perhaps\n", ["line 2", "yes nor no"]),
    ("[ccmon]\nreset = 5\nreset_hour = 4\n", ["reset", "both"]),
    ("[ccmno]\nplan = pro\n", ["line 1", "[ccmno]", "[ccmon]"]),
    ("[ccmon]\nplan = pro\n\n[colours]\n", ["line 4", "[colours]"]),
    ("plan = pro\n", ["line 1", "[ccmon]"]),
    ("[ccmon]\nplan\n", ["line 2"]),
    ("[ccmon]\nplan = pro\nplan = max5\n", ["line 3", "second time"]),
    ("[ccmon]\nplan = pro\n[ccmon]\n", ["line 3", "second time"]),
    ("[plans]\nteam = many\n", ["line 2", "many"]),
    ("[plans]\npro = 0\n", ["line 2", "'0'"]),
    ("[ccmon]\nsource = log\n", ["line 2", "'log'", "did you mean logs?"]),
    ("[ccmon]\n[prices]\nclaude-foo-9 = 3, 15\n", ["line 3", "3, 15", "cache for an hour", "3, 15, 3.75, 6, 0.30"]),
    ("[prices]\nclaude-foo-9 = 3, 15, 3, x, 1\n", ["line 2", "'x'"]),
])
def test_mistakes_are_told_with_their_line(active, text, said):
    path = active.configure(text)
    for words in (["--json"], ["record"], ["history"], []):
        result = active.run(*words)
        assert result.code == 2 and result.err.count("\n") == 1 and result.out == ""
        assert all(word in result.err for word in said), result.err
        assert str(path) in result.err or "timezone" in text or "both" in said
    assert active.runs() == 0


def test_a_file_that_cannot_be_read(active):
    active.configure("").write_bytes(b"\xff\xfe\0plan")
    assert active.run("--json").code == 2
    active.configure("").unlink()
    (active.home / ".config/ccmon/config.ini").mkdir()
    result = active.run("--json")
    assert result.code == 2 and "config.ini" in result.err


def test_the_table_of_plans(active):
    active.configure("[plans]\nteam = 50,000\npro = 500\n")
    assert limit(active, "--plan", "team") == 50_000
    told = active.run("--json")
    assert told.code == 10 and told.json["plan"]["name"] == "custom_max"     # 1,000 is above this pro
    assert limit(active, "--plan", "max5") == 35_000
    result = active.run("--json", "--plan", "teem")
    assert result.code == 2 and "did you mean team?" in result.err


def test_the_prices_of_models(active):
    active.configure("[prices]\nClaude-Foo-9 = 3, 15, 3.75, 6, 0.30\nus.anthropic.claude-foo: 1,2,3,4,5\n")
    assert context.prepare({}, {"HOME": str(active.home)}).settings.prices == {
        "claude-foo-9": (3, 15, 3.75, 6, 0.3, None), "us.anthropic.claude-foo": (1, 2, 3, 4, 5, None)}


@pytest.mark.parametrize("line, name", [
    ("minimax-m2.5:cloud = 1, 2, 3, 4, 5", "minimax-m2.5:cloud"), ("minimax-m2.5:cloud: 1,2,3,4,5", "minimax-m2.5:cloud"),
    ("us.anthropic.claude-foo-v1:0=1,2,3,4,5", "us.anthropic.claude-foo-v1:0"), ("claude-foo : 1,2,3,4,5", "claude-foo"),
    ("arn:aws:bedrock:us-east-1:1:application-inference-profile/Ab = 1,2,3,4,5",
     "arn:aws:bedrock:us-east-1:1:application-inference-profile/ab"), ("a/b@c[1m] = 1,2,3,4,5", "a/b@c[1m]"),
    ("a:b = 1,2,\n  3,4,5", "a:b"), ("  a:b:\t1,2,3,4,5\n# x: y\n; z = 1:2", "a:b")])
def test_names_of_models_may_have_colons(active, line, name):
    active.configure(f"[ccmon]\ntemplate = a: {{percent}} = b\n[prices]\n{line}\n[plans]\nteam: 5\n")
    found = context.prepare({}, {"HOME": str(active.home)}).settings
    assert found.prices == {name: (1, 2, 3, 4, 5, None)} and found.template == "a: {percent} = b" and found.plans["team"] == 5


@pytest.mark.parametrize("content, words", [
    ("[prices]\n\na:b = 1, 2\n", ["line 3", "'1, 2'"]),
    ("[prices]\na:b = 1,2,3,4,5\nA:B: 1,2,3,4,5\n", ["line 3", "'a:b'", "second"]),
    ("[prices]\na:b\n", ["line 2", "'b'"])])
def test_wrong_prices_of_names_with_colons_are_told_as_written(active, content, words):
    active.configure(content)
    told = active.run("--once")
    assert told.code == 2 and all(word in told.err for word in words)


def test_xdg_config_home(active, tmp_path):
    (tmp_path / "conf/ccmon").mkdir(parents=True)
    (tmp_path / "conf/ccmon/config.ini").write_text("[ccmon]\nplan = max20\n")
    assert limit(active, XDG_CONFIG_HOME=tmp_path / "conf") == 140_000
    assert limit(active, XDG_CONFIG_HOME="conf") == 7000             # relative: ignored, as its specification says


def test_a_demo_reads_it_too_and_has_a_plan_of_its_own_only_by_default(active):
    active.configure("[ccmon]\ntimezone = Asia/Tokyo\n")
    demo = active.run("--demo", "--json").json
    assert (demo["reset"]["timezone"], demo["plan"]["name"]) == ("Asia/Tokyo", "ml_auto")
    assert active.run("--demo", "--json", CCMON_PLAN="max20").json["plan"]["name"] == "max20"


# --- places ---------------------------------------------------------------------------------------------------------------

def test_places(tmp_path):
    home = str(tmp_path)
    usual = config.paths({"HOME": home})
    assert usual == (home, f"{home}/.config/ccmon/config.ini", f"{home}/.local/share/ccmon/ccmon.db",
                     f"{home}/.local/state/ccmon/ccmon.log")
    moved = config.paths({"HOME": home, "XDG_DATA_HOME": "/d", "XDG_STATE_HOME": "/s", "XDG_CONFIG_HOME": "/c"})
    assert moved == (home, "/c/ccmon/config.ini", "/d/ccmon/ccmon.db", "/s/ccmon/ccmon.log")
    assert config.paths({"HOME": home, "XDG_DATA_HOME": "/d", "CCMON_DATA_DIR": "/own"}).store == "/own/ccmon.db"
    assert config.paths({"HOME": home, "XDG_DATA_HOME": "d", "CCMON_DATA_DIR": "own"}).store == usual.store
    assert config.paths({"HOME": "/nonexistent"}) == (None, None, None, None)


def test_owners_differ_by_the_folders_of_claude(tmp_path):
    home = str(tmp_path)
    usual = config.owner({"HOME": home})
    assert usual == config.owner({"HOME": home, "CLAUDE_CONFIG_DIR": ""}) and len(usual.account) == 12
    assert usual.account != config.owner({"HOME": home, "CLAUDE_CONFIG_DIR": "/x"}).account
    link = tmp_path / "link"
    link.symlink_to(tmp_path / ".claude")
    folders = [config.owner({"HOME": home, "CLAUDE_CONFIG_DIR": str(path)}).account for path in (link, tmp_path / ".claude")]
    assert folders[0] == folders[1]
    assert config.claude_folders({"HOME": home, "CLAUDE_CONFIG_DIR": " /a , /b,"}) == ["/a", "/b"]


def test_the_log_begins_anew_when_it_is_large_and_is_nowhere_when_it_cannot_be(tmp_path):
    path = tmp_path / "state/ccmon.log"
    with config.open_log(str(path)) as log:
        log.write("x" * (config.LOG_BYTES + 1))
    with config.open_log(str(path)) as log:
        log.write("new")
    assert path.read_text() == "new" and path.stat().st_mode & 0o777 == 0o600
    for nowhere in (None, "/proc/nope/ccmon.log"):
        with config.open_log(nowhere) as log:
            assert log.name == os.devnull
    target = tmp_path / "precious"
    target.write_text("mine")
    (tmp_path / "link").symlink_to(target)
    with config.open_log(str(tmp_path / "link")) as log:
        log.write("y")
    assert Path(target).read_text() == "mine"
