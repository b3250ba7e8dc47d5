"""Where ccmon looks for ccusage: real files in temporary folders, nothing is run."""

import os

import pytest
from ccusage_places import NOWHERE, found, no_system_ccusage, put, sentence  # noqa: F401

from ccmon.sources.program_search import Program, packaged_version

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


PLACES = [".nvm/versions/node/v20.1.0/bin", ".local/share/fnm/node-versions/v20.1.0/installation/bin",
          ".fnm/node-versions/v20.1.0/installation/bin", ".volta/bin", ".bun/bin", ".local/share/pnpm", ".npm-global/bin",
          ".npm-packages/bin", ".local/bin", ".asdf/shims", ".local/share/mise/shims", ".yarn/bin"]


def test_usual_places_in_their_order(tmp_path, monkeypatch):
    paths = [put(tmp_path / place / "ccusage") for place in PLACES]
    monkeypatch.chdir(tmp_path.parent)
    sentence(home=None)
    sentence(home=tmp_path.name)
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
    monkeypatch.setattr("ccmon.sources.program_search._EVERYWHERE", ("/nonexistent", str(tmp_path)))
    assert found().path == path


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


@pytest.mark.parametrize("command, words", [
    ("'open", "Close its quotes"), ("''", "names no program"), ("/nonexistent/x", "is not there"), ("/", "is not there"),
    ("/a\0b", "is not there"), ("/\ud800", "is not there"), ("/\x1b[31m" + "x" * 5000, "is not there")])
def test_sentences(command, words):
    text = sentence(command)
    assert words in text and len(text) < 300


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
