"""ccmon init claude: settings.json is edited by the member only, undone to the byte, and an old command lives on inside."""

import json
import os
import shutil
import stat
import subprocess

import pytest
from line_shells import call, install, program
from test_settings_json import others

from ccmon.errors import CcmonError
from ccmon.setup import dotfiles, init, settings_json
from ccmon.setup.snippets import claude_entry, for_sh

OLD = '"statusLine": {"type": "command", "command": "mine", "padding": 0}'
FILES = {
    "empty": b"{}", "empty with a line end": b"{}\n", "empty with a row": b"{\n}\n", "empty with a space": b"{ }",
    "usual": b'{\n  "model": "opus",\n  "env": {\n    "A": "1"\n  }\n}\n', "minified": b'{"a":1,"b":[1,2]}',
    "spaced": b'{ "a": 1, "b": {} }', "tabs": b'{\n\t"a": 1,\n\t"b": 2\n}\n', "four": b'{\n    "a": {}\n}',
    "CRLF": b'{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n', "CRLF, empty": b"{\r\n}\r\n", "no indentation": b'{\n"a": 1\n}\n',
    "comma first": b'{ "a": 1\n, "b": 2\n}', "BOM": b'\xef\xbb\xbf{\n  "a": 1\n}\n', "blanks around": b' \n\t{"a": 1}  \n\n ',
    "escapes": b'{"\\u0061\\/": "\\ud83d\\ude00 \\ud800 \xc3\xa9", "b": 1.50e1, "c": 1' + b"0" * 5000 + b"}",
    "key inside": b'{\n  "a": {"statusLine": {"type": "command"}},\n  "b": "\\"statusLine\\": {"\n}\n',
    "an old command": b"{\n  " + OLD.encode() + b',\n  "z": 1\n}\n', "only an old command": b"{" + OLD.encode() + b"}",
    "escaped key": b'{"a": 1, "\\u0073tatusLine" :{"command"\n:"m\\u0069ne", "type":\t"command"} }',
    "half a character": b'{"statusLine": {"type": "command", "command": "echo \\ud800"}}',
    "empty command": b'{"statusLine": {"type": "command", "command": " ", "padding": 2}}',
    "by hand": b'{"statusLine": {"type": "command", "command": "/abs/path/ccmon --statusline --wait 0"}}',
    "big": json.dumps({f"key {n}": ["x" * 100, {"n": n}] for n in range(5000)}, indent=2).encode(),
}


@pytest.fixture
def env(home):
    """The environment of a call with a stand-in ccmon, which repeats a part of what it reads, on PATH."""
    stand_in(home / "bin")
    return {"HOME": str(home), "PATH": str(home / "bin")}


@pytest.fixture
def settings(home):
    """Where settings.json is, in its folder."""
    (home / ".claude").mkdir()
    return home / ".claude/settings.json"


def stand_in(folder):
    folder.mkdir()
    path = folder / "ccmon"
    path.write_text("#!/bin/sh\nIFS= read -r line\nprintf '%s\\n' \"CCMON $* $line\"\n")
    path.chmod(0o755)
    return path


def write(env):
    return init.run("claude", True, False, env)


def undo(env):
    return init.run("claude", False, True, env)


def backup(path):
    return path.with_name(path.name + ".before-ccmon")


def parsed(content):
    return json.loads(content.decode("utf-8-sig"), parse_int=str)


# --- printed ----------------------------------------------------------------------------------------------------------------

def test_what_is_printed_can_be_pasted_and_nothing_is_edited(env, home):
    text = init.run("claude", False, False, env)
    first, entry = text.split("\n", 1)
    assert f"{home}/.claude/settings.json" in first and "ccmon init claude --write" in first
    assert json.loads("{" + entry + "}") == {"statusLine": {
        "type": "command", "command": f"{home}/bin/ccmon --statusline --format claude", "refreshInterval": 10}}
    assert not (home / ".claude").exists()


@pytest.mark.parametrize("named, path", [
    (None, ".claude"), ("", ".claude"), (",", ".claude"), ("/one", "/one"), ("/one,/two", "/one"), (" /one ", "/one"),
    ("~/three", "three")])
def test_which_file_it_is(home, named, path):
    env = {"HOME": str(home), **({} if named is None else {"CLAUDE_CONFIG_DIR": named})}
    assert dotfiles.path_of("claude", env) == os.path.join(str(home), path, "settings.json")


def test_the_whole_command(machine):
    install(machine)
    ccmon, path = str(machine.bin / "ccmon"), machine.home / ".claude/settings.json"
    for words, told in ([], "--write does"[:7]), (["--write"], "--undo"), (["--undo"], "Taken out"), (["--undo"], "nothing"):
        done = call(machine, [ccmon, "init", "claude", *words])
        assert (done.code, done.err) == (0, "") and told in done.out and str(path) in done.out
        assert path.exists() is (words == ["--write"])
    assert os.listdir(str(path.parent)) == []


# --- written and taken back -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", FILES)
def test_only_the_member_changes_and_undo_gives_the_bytes_back(env, settings, name):
    settings.write_bytes(FILES[name])
    settings.chmod(0o640)
    assert str(backup(settings)) in write(env)
    once, before = settings.read_bytes(), parsed(FILES[name])
    now = parsed(once)
    assert others(now) == others(before)
    assert "--statusline --format claude" in now["statusLine"]["command"]
    assert {**now["statusLine"], "command": ""} == {**before.get("statusLine", {**claude_entry("x"), "refreshInterval": "10"}),
                                                    "command": ""}
    assert once.count(b"\r\n") == (once.count(b"\n") if b"\r\n" in FILES[name] else 0)
    assert backup(settings).read_bytes() == FILES[name]
    stamp = settings.stat().st_mtime_ns
    assert "before-ccmon" not in write(env)
    assert settings.stat().st_mtime_ns == stamp and backup(settings).read_bytes() == FILES[name]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (settings, backup(settings))} == {0o640}
    assert undo(env) == f"Taken out of {settings}.\n"
    assert settings.read_bytes() == FILES[name] and os.listdir(str(settings.parent)) == ["settings.json"]
    if name != "by hand":
        assert "nothing of ccmon" in undo(env) and settings.read_bytes() == FILES[name]


def test_a_file_that_was_made_for_it_is_removed(env, home):
    path = home / ".claude/settings.json"
    write(env)
    assert path.read_text() == json.dumps({"statusLine": claude_entry(f"{home}/bin/ccmon")}, indent=2) + "\n"
    write(env)
    undo(env)
    assert os.listdir(str(path.parent)) == []


@pytest.mark.parametrize("first", [{}, {"model": "opus"}])
@pytest.mark.parametrize("last", [{}, {"z": 1}, {"y": 1, "z": []}])
def test_of_a_file_that_was_made_for_it_later_settings_stay(env, settings, first, last):
    write(env)
    settings.write_text(json.dumps({**first, **json.loads(settings.read_text()), **last}, indent=4))
    undo(env)
    assert settings.read_text() == json.dumps({**first, **last}, indent=4)


@pytest.mark.parametrize("edit", [lambda text: text.replace('"a": 1', '"a": 2'), lambda text: text.replace("{", '{"new": [],', 1),
                                  lambda text: text.rstrip()[:-1] + ', "last": 0}', lambda text: text + "\n\n"])
@pytest.mark.parametrize("before", ['{"a": 1}', '{\n  "a": 1,\n  "b": 2\n}\n', "{" + OLD + ', "a": 1}', '{"a": 1,\n' + OLD + "}"])
def test_what_was_edited_since_stays(env, settings, before, edit):
    settings.write_text(before)
    write(env)
    settings.write_text(edit(settings.read_text()))
    undo(env)
    assert settings.read_text() == edit(before) and os.listdir(str(settings.parent)) == ["settings.json"]


def test_a_layout_that_claude_code_has_made_anew_is_no_hindrance(env, settings):
    settings.write_text('{"a":1, "statusLine" :{"type":"command","command":"\\u006dine"}}')
    write(env)
    settings.write_text(json.dumps({**json.loads(settings.read_text()), "b": 2}, indent=2))
    undo(env)
    assert settings.read_text() == \
        '{\n  "a": 1,\n  "statusLine": {"type":"command","command":"\\u006dine"},\n  "b": 2\n}'


@pytest.mark.parametrize("command, back", [("echo it's # x", "echo it's # x"), ("-x '\\''", "-x '\\''")])
def test_a_lost_backup_is_no_hindrance(env, settings, command, back):
    settings.write_text(json.dumps({"statusLine": {"padding": 1, "type": "command", "command": command}}))
    write(env)
    backup(settings).unlink()
    undo(env)
    assert json.loads(settings.read_text()) == {"statusLine": {"padding": 1, "type": "command", "command": back}}


@pytest.mark.parametrize("text", ["{}", "{" + OLD + "}"])
def test_a_new_path_of_ccmon_takes_the_place_of_the_old_one(env, home, settings, text):
    settings.write_text(text)
    write(env)
    new = stand_in(home / "it's new")
    env["PATH"] = str(new.parent)
    assert "before-ccmon" not in write(env)
    command = json.loads(settings.read_text())["statusLine"]["command"]
    assert command == json.loads(settings_json.with_line(text.encode(), for_sh(str(new))))["statusLine"]["command"]
    assert command.count("--statusline") == 1 and f"{home}/bin" not in command
    undo(env)
    assert settings.read_text() == text


def test_a_backup_of_other_times_is_not_put_back(env, settings):
    settings.write_text('{"a": 1}')
    write(env)
    settings.write_text("{" + OLD + "}")               # by hand: nothing of ccmon is left
    assert "nothing of ccmon" in undo(env)
    write(env)
    assert backup(settings).read_text() == "{" + OLD + "}"
    settings.unlink()
    write(env)
    assert not backup(settings).exists()
    undo(env)
    assert not settings.exists()


def test_a_link_stays_a_link(env, home, settings):
    (home / "dotfiles").mkdir()
    real = home / "dotfiles/claude.json"
    real.write_text('{"a": 1}')
    settings.symlink_to("../dotfiles/claude.json")
    write(env)
    assert settings.is_symlink() and "ccmon" in real.read_text() and os.listdir(str(real.parent)) == ["claude.json"]
    assert backup(settings).read_text() == '{"a": 1}'
    undo(env)
    assert settings.is_symlink() and real.read_text() == '{"a": 1}' and not backup(settings).exists()


@pytest.mark.parametrize("content", [FILES["usual"], FILES["CRLF"], FILES["escaped key"], None])
def test_git_sees_no_difference(env, home, settings, content):
    def git(*words):
        return subprocess.run([program("git"), "-c", "user.name=x", "-c", "user.email=x", "-c", "core.autocrlf=false", *words],
                              cwd=str(home), env={**env, "PATH": os.environ["PATH"]}, check=True, stdout=subprocess.PIPE).stdout
    if content is not None:
        settings.write_bytes(content)
    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "x")
    write(env)
    assert git("status", "--porcelain") != b""
    undo(env)
    assert git("diff") == git("status", "--porcelain") == b""


# --- refused ----------------------------------------------------------------------------------------------------------------

COMMAND = b'{"statusLine": {"type": "command", "command": "%s"}}'
REFUSED = [
    (b"", "not JSON"), (b"{", "not JSON"), (b'{\n  // mine\n  "a": 1}', "line 2, column 3"), (b'{"a": 1,}', "trailing commas"),
    (b'/* x */ {"a": 1}', "comments"), (b'{"a": 1} // x', "line 1, column 10"), (b"{'a': 1}", "not JSON"),
    (b'{"a": NaN}', "not JSON"), (b"[" * 100_000 + b"]" * 100_000, "JSON"), (b"{} {}", "not JSON"), (b"[]", "not an object"),
    (b'"x"', "not an object"), (b'{"a": "\xff"}', "not UTF-8"), ("{}".encode("utf-16"), "not UTF-8"),
    (b'{"statusLine": {}, "status\\u004cine": {}}', "statusLine more than once"), (b'{"statusLine": null}', "no object"),
    (b'{"statusLine": "x"}', "no object"), (b'{"statusLine": {"command": "x"}}', "no object with the type command"),
    (b'{"statusLine": {"type": "static", "command": "x"}}', "type command"),
    (b'{"statusLine": {"type": "command"}}', "type command"),
    (b'{"statusLine": {"type": "command", "command": 5}}', "statusLine"),
    (b'{"statusLine": {"type": "command", "command": "a", "command": "b"}}', "command more than once"),
    (COMMAND % b"ccmon --statusline | cat", "way of its own"),
    (COMMAND % b"x=$(/a/ccmon --statusline); echo $x", "way of its own"),
]


@pytest.mark.parametrize("content, told", REFUSED, ids=[repr(content[:60]) for content, _ in REFUSED])
def test_what_is_not_understood_is_left_alone(env, settings, content, told):
    settings.write_bytes(content)
    with pytest.raises(CcmonError, match="by hand") as caught:
        write(env)
    assert told in str(caught.value) and str(settings) in str(caught.value) and "\n" not in str(caught.value)
    assert settings.read_bytes() == content and os.listdir(str(settings.parent)) == ["settings.json"]


@pytest.mark.parametrize("content, told", [one for one in REFUSED if one[1] in ("not JSON", "not UTF-8", "way of its own")])
def test_undo_too_leaves_it_alone(env, settings, content, told):
    settings.write_bytes(content)
    with pytest.raises(CcmonError, match=told):
        undo(env)
    assert settings.read_bytes() == content and os.listdir(str(settings.parent)) == ["settings.json"]


@pytest.mark.parametrize("content", [b'{"statusLine": 5}', b'{"a": "ccmon --statusline"}', COMMAND % b"echo ccmon", b"{}"])
def test_undo_finds_nothing_of_ccmon(env, settings, content):
    settings.write_bytes(content)
    assert "nothing of ccmon" in undo(env) and settings.read_bytes() == content


def test_an_edited_wrap_is_not_wrapped_again_and_the_backup_undoes_it(env, settings):
    settings.write_text("{" + OLD + "}")
    write(env)
    edited = settings.read_text().replace("echo; ", "")
    settings.write_text(edited)
    with pytest.raises(CcmonError, match="way of its own"):
        write(env)
    assert settings.read_text() == edited and undo(env) and settings.read_text() == "{" + OLD + "}"


def test_a_backup_that_is_broken_is_told(env, settings):
    settings.write_text("{" + OLD + "}")
    write(env)
    backup(settings).write_text("{")
    once = settings.read_text()
    with pytest.raises(CcmonError, match=r"before-ccmon is not JSON"):
        undo(env)
    assert settings.read_text() == once


def test_places_that_cannot_be_read_or_written(env, home, settings):
    settings.mkdir()
    for change in (write, undo):
        with pytest.raises(CcmonError, match="cannot be read"):
            change(env)
    with pytest.raises(CcmonError, match="cannot be written"):
        write({**env, "CLAUDE_CONFIG_DIR": "/proc/nowhere"})
    with pytest.raises(CcmonError, match="HOME"):
        write({**env, "HOME": "/nonexistent"})
    with pytest.raises(CcmonError, match="HOME"):
        write({**env, "HOME": "/nonexistent", "XDG_CACHE_HOME": str(home)})


@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_write_that_fails_leaves_no_trace(env, settings, monkeypatch, fails_at):
    settings.write_text('{"a": 1}')
    calls, real = [], os.fsync

    def full(fd):
        calls.append(fd)
        if len(calls) == fails_at:
            raise OSError(28, "No space left on device")
        real(fd)
    monkeypatch.setattr(dotfiles.os, "fsync", full)
    with pytest.raises(CcmonError, match="No space left"):
        write(env)
    assert settings.read_text() == '{"a": 1}' and os.listdir(str(settings.parent)) == ["settings.json"]


def test_a_folder_without_leave_to_write(env, home, settings):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    settings.write_text("{}")
    settings.parent.chmod(0o500)
    with pytest.raises(CcmonError, match="cannot be written"):
        write(env)
    settings.parent.chmod(0o700)
    assert settings.read_text() == "{}" and shutil.which("ccmon", path=str(home / "bin"))
