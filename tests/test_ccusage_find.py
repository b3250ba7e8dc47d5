"""Where ccmon looks for ccusage: real files in temporary folders, nothing is run."""

import os
import stat

import pytest

from ccmon.ccusage import Failed, NotFound, Program, find
from ccmon.ccusage_find import packaged_version, path_folders

NOWHERE = {"PATH": "/nonexistent/bin"}


@pytest.fixture(autouse=True)
def no_system_ccusage(monkeypatch):
    """These tests must not meet a ccusage that the machine has."""
    monkeypatch.setattr("ccmon.ccusage_find._EVERYWHERE", ())


def put(path, mode=0o755):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return str(path)


def found(command=None, remembered=None, env=NOWHERE, home=None):
    program = find(command, remembered, env, home and str(home))
    assert program.path == program.argv[0] and os.path.isabs(program.path)
    return program


def sentence(*args, **kwargs):
    with pytest.raises(NotFound) as caught:
        found(*args, **kwargs)
    assert isinstance(caught.value, Failed) and caught.value.missing
    assert str(caught.value).isprintable() and not str(caught.value).endswith(".")
    return str(caught.value)


# --- without a command -----------------------------------------------------------------------------------------------

def test_on_path(tmp_path):
    put(tmp_path / "a" / "other")
    first, second = put(tmp_path / "b" / "ccusage"), put(tmp_path / "c" / "ccusage")
    env = {"PATH": f"{tmp_path}/a:/nonexistent:{tmp_path}/b:{tmp_path}/c"}
    for command in (None, "", "  "):
        assert found(command, remembered=second, env=env) == Program((first,), first)


def test_nowhere(tmp_path):
    for env in (NOWHERE, {"PATH": ""}, {"PATH": ":::."}):
        assert sentence(env=env, home=tmp_path).startswith(
            "ccusage was not found. Install it with: npm install -g ccusage (ccmon --demo")


@pytest.mark.parametrize("mode", [0o644, 0o000])
def test_what_may_not_be_run_is_passed_over(tmp_path, mode):
    put(tmp_path / "a" / "ccusage", mode)
    (tmp_path / "b" / "ccusage").mkdir(parents=True)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "ccusage").symlink_to("/nonexistent")
    good = put(tmp_path / "d" / "ccusage")
    assert found(env={"PATH": ":".join(f"{tmp_path}/{name}" for name in "abcd")}).path == good


def test_relative_path_entries_are_ignored(tmp_path, monkeypatch):
    put(tmp_path / "ccusage")
    put(tmp_path / "bin" / "ccusage")
    monkeypatch.chdir(tmp_path)
    env = {"PATH": "::.:./:bin:./bin:~/bin:"}
    assert path_folders(env) == []
    sentence(env=env)
    sentence("ccusage", env=env)
    sentence(remembered="ccusage")
    sentence(remembered="bin/ccusage")


def test_remembered(tmp_path):
    path = put(tmp_path / "old" / "ccusage")
    usual = put(tmp_path / "home" / ".local" / "bin" / "ccusage")
    assert found(remembered=path, home=tmp_path / "home").path == path
    os.chmod(path, stat.S_IRUSR)
    assert found(remembered=path, home=tmp_path / "home").path == usual
    os.unlink(path)
    assert found(remembered=path, home=tmp_path / "home").path == usual


PLACES = [".nvm/versions/node/v20.1.0/bin", ".local/share/fnm/node-versions/v20.1.0/installation/bin",
          ".fnm/node-versions/v20.1.0/installation/bin", ".volta/bin", ".bun/bin", ".local/share/pnpm", ".npm-global/bin",
          ".npm-packages/bin", ".local/bin", ".asdf/shims", ".local/share/mise/shims", ".yarn/bin"]


@pytest.mark.parametrize("place", PLACES)
def test_usual_places(tmp_path, monkeypatch, place):
    path = put(tmp_path / place / "ccusage")
    assert found(home=tmp_path).path == path
    monkeypatch.chdir(tmp_path.parent)
    sentence(home=None)
    sentence(home=tmp_path.name)


def test_order_of_the_usual_places(tmp_path):
    paths = [put(tmp_path / place / "ccusage") for place in PLACES]
    for path in paths:
        assert found(home=tmp_path).path == path
        os.unlink(path)


def test_nvm_newest_version_that_has_it(tmp_path):
    versions = ["v9.11.2", "v22.1.0", "v22.20.0", "v22.3.0", "v8.0.0"]
    for version in versions:
        put(tmp_path / ".nvm/versions/node" / version / "bin" / "ccusage")
    (tmp_path / ".nvm/versions/node/v100.0.0/bin").mkdir(parents=True)
    assert "/v22.20.0/" in found(home=tmp_path).path


def test_nvm_dir(tmp_path, monkeypatch):
    path = put(tmp_path / "odd [name]*2024" / "versions/node/v9.0.0/bin/ccusage")
    put(tmp_path / ".nvm/versions/node/v22.0.0/bin/ccusage")
    assert found(env={**NOWHERE, "NVM_DIR": str(tmp_path / "odd [name]*2024")}, home=tmp_path).path == path
    monkeypatch.chdir(tmp_path)
    assert "/v22.0.0/" in found(env={**NOWHERE, "NVM_DIR": "odd [name]*2024"}, home=tmp_path).path


def test_everywhere(tmp_path, monkeypatch):
    path = put(tmp_path / "ccusage")
    monkeypatch.setattr("ccmon.ccusage_find._EVERYWHERE", ("/nonexistent", str(tmp_path)))
    assert found().path == path


def test_never_npx(tmp_path):
    put(tmp_path / "npx")
    put(tmp_path / "bunx")
    sentence(env={"PATH": str(tmp_path)}, home=tmp_path)


# --- as the user said ------------------------------------------------------------------------------------------------------

def test_command_is_a_path(tmp_path):
    plain, spaced = put(tmp_path / "plain"), put(tmp_path / "with space's" / "ccusage")
    assert found(plain) == Program((plain,), plain)
    assert found(f" {spaced} ") == Program((spaced,), spaced)
    assert found("~/plain", home=tmp_path) == Program((plain,), plain)
    assert found("~/plain --x", home=tmp_path).argv == (plain, "--x")


def test_command_with_words(tmp_path):
    node = put(tmp_path / "my node")
    assert found(f"'{node}' '/opt/cc usage/cli.js' --x").argv == (node, "/opt/cc usage/cli.js", "--x")
    named = put(tmp_path / "bin" / "bunx")
    assert found("bunx ccusage@20", env={"PATH": f".:{tmp_path}/bin"}).argv == (named, "ccusage@20")


def test_command_wins_and_is_never_replaced(tmp_path):
    other, mine = put(tmp_path / "ccusage"), put(tmp_path / "mine")
    assert found(mine, remembered=other, env={"PATH": str(tmp_path)}, home=tmp_path).path == mine
    for command in ("nope", "/nonexistent/ccusage", str(tmp_path)):
        assert "CCMON_CCUSAGE" in sentence(command, remembered=other, env={"PATH": str(tmp_path)}, home=tmp_path)


@pytest.mark.parametrize("command", ["./ccusage", "bin/ccusage", "../ccusage", "bin/ccusage --x", "~other/ccusage", "~/ccusage"])
def test_relative_commands_are_refused(tmp_path, monkeypatch, command):
    put(tmp_path / "ccusage")
    put(tmp_path / "bin" / "ccusage")
    monkeypatch.chdir(tmp_path)
    assert "depends on the current folder. Give an absolute path, or a name on PATH" in sentence(command)


def test_bare_name_is_not_taken_from_the_current_folder(tmp_path, monkeypatch):
    put(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    assert "'mine', named by --ccusage or CCMON_CCUSAGE, was not found on PATH. Give its absolute path" in sentence("mine")


@pytest.mark.parametrize("command, words", [
    ("'open", "Close its quotes"), ("''", "names no program"), ("/nonexistent/x", "is not there"), ("/", "is not there"),
    ("/a\0b", "is not there"), ("/\ud800", "is not there"), ("/\x1b[31m" + "x" * 5000, "is not there")])
def test_sentences(command, words):
    text = sentence(command)
    assert words in text and len(text) < 300


def test_command_that_may_not_be_run(tmp_path):
    path = put(tmp_path / "ccusage", 0o644)
    assert sentence(path).endswith(f"may not be run. Try: chmod +x {path}")


@pytest.mark.parametrize("package, expected", [
    ('{"name":"ccusage","version":"20.0.24"}', "20.0.24"), ('{"name":"other","version":"1.0.0"}', None), ("[]", None),
    ("{", None),
])
def test_the_version_stands_in_the_package_around_the_program(tmp_path, package, expected):
    program = put(tmp_path / "lib" / "ccusage" / "dist" / "cli.js")
    (tmp_path / "lib" / "ccusage" / "package.json").write_text(package)
    link = tmp_path / "bin" / "ccusage"
    link.parent.mkdir()
    link.symlink_to(program)
    assert packaged_version(Program((str(link),), str(link))) == expected
