"""ccmon init --write and --undo: only the line is put into a file, undone to the byte, and an old command lives on inside."""

import json
import os
import stat
from pathlib import Path

import pytest
from line_shells import call, install

from ccmon.errors import CcmonError
from ccmon.setup import dotfiles, init, settings_json, snippets
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


CONTENTS = [None, b"", b"export A=1\n", b"no end", b"crlf\r\n", b"\xff\xfe\0\n", b"\n\n", b"# >>> other >>>\n",
            b"export A=b\\\n", b"export A=b\\", b"\\\\\n", b"\\"]
WRITTEN = [*(("claude", name) for name in FILES), *((target, content) for target in snippets.BLOCKS for content in CONTENTS)]


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


def write(env, target="claude"):
    return init.run(target, True, False, env)


def undo(env, target="claude"):
    return init.run(target, False, True, env)


def others(document):
    return [(key, value) for key, value in document.items() if key != "statusLine"]


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


def test_the_whole_command(machine):
    install(machine)
    ccmon, path = str(machine.bin / "ccmon"), machine.home / ".claude/settings.json"
    for words, told in ([], "--write does"[:7]), (["--write"], "--undo"), (["--undo"], "Taken out"), (["--undo"], "nothing"):
        done = call(machine, [ccmon, "init", "claude", *words])
        assert (done.code, done.err) == (0, "") and told in done.out and str(path) in done.out
        assert path.exists() is (words == ["--write"])
    assert os.listdir(str(path.parent)) == []


@pytest.mark.parametrize("target, variables, path", [
    ("bash", {}, ".bashrc"), ("zsh", {}, ".zshrc"), ("fish", {}, ".config/fish/config.fish"), ("tmux", {}, ".tmux.conf"),
    ("zsh", {"ZDOTDIR": "/z"}, "/z/.zshrc"), ("fish", {"XDG_CONFIG_HOME": "/c"}, "/c/fish/config.fish"),
    ("fish", {"XDG_CONFIG_HOME": "relative"}, ".config/fish/config.fish"), ("claude", {}, ".claude/settings.json"),
    *(("claude", {"CLAUDE_CONFIG_DIR": named}, f"{folder}/settings.json") for named, folder in [
        ("", ".claude"), (",", ".claude"), ("/one", "/one"), ("/one,/two", "/one"), (" /one ", "/one"), ("~/three", "three")])])
def test_which_file_it_is(home, target, variables, path):
    assert dotfiles.path_of(target, {"HOME": str(home), **variables}) == os.path.join(str(home), path)


def test_the_other_place_of_tmux_is_used_when_only_that_is_there(home):
    other = home / ".config/tmux/tmux.conf"
    other.parent.mkdir(parents=True)
    other.write_text("")
    assert dotfiles.path_of("tmux", {"HOME": str(home)}) == str(other)
    (home / ".tmux.conf").write_text("")
    assert dotfiles.path_of("tmux", {"HOME": str(home)}) == str(home / ".tmux.conf")


# --- written and taken back -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("target, content", WRITTEN, ids=[f"{target}-{content}" for target, content in WRITTEN])
def test_writing_twice_is_writing_once_and_undo_gives_the_bytes_back(env, target, content):
    path = Path(dotfiles.path_of(target, env))
    content = FILES[content] if target == "claude" else content
    if content is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o640)
    said = write(env, target)
    once = path.read_bytes()
    assert str(path) in said and b"ccmon" in once and (str(backup(path)) in said) is (content is not None)
    if target == "claude":
        only_the_member_changes(content, once)
    else:
        assert once.startswith(content or b"")
    stamp = path.stat().st_mtime_ns
    assert "before-ccmon" not in write(env, target)
    assert path.read_bytes() == once and path.stat().st_mtime_ns == stamp
    if content is not None:
        assert backup(path).read_bytes() == content
        assert {stat.S_IMODE(one.stat().st_mode) for one in (path, backup(path))} == {0o640}
    assert undo(env, target) == f"Taken out of {path}.\n"
    assert (path.read_bytes() if path.exists() else None) == content and not backup(path).exists()
    if content != FILES["by hand"]:
        assert "nothing of ccmon" in undo(env, target) and (path.read_bytes() if path.exists() else None) == content


def only_the_member_changes(content, once):
    now, before = parsed(once), parsed(content)
    assert others(now) == others(before)
    assert "--statusline --format claude" in now["statusLine"]["command"]
    assert {**now["statusLine"], "command": ""} == {**before.get("statusLine", {**claude_entry("x"), "refreshInterval": "10"}),
                                                    "command": ""}
    assert once.count(b"\r\n") == (once.count(b"\n") if b"\r\n" in content else 0)


def test_what_was_written_around_the_block_stays(env, home):
    path = home / ".bashrc"
    path.write_bytes(b"above\n")
    write(env, "bash")
    block = path.read_bytes()[len(b"above\n"):]
    path.write_bytes(path.read_bytes() + b"below\n")
    new = stand_in(home / "new")
    assert "before-ccmon" not in write({**env, "PATH": str(new.parent)}, "bash")
    assert path.read_bytes().startswith(b"above\n") and path.read_bytes().endswith(b"below\n")
    assert str(new).encode() in path.read_bytes() and block not in path.read_bytes()
    assert backup(path).read_bytes() == b"above\n"
    undo(env, "bash")
    assert path.read_bytes() == b"above\nbelow\n"


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


@pytest.mark.parametrize("target, content", [("claude", '{"a": 1}'), ("bash", "mine\n")])
def test_a_link_stays_a_link(env, home, settings, target, content):
    (home / "dotfiles").mkdir()
    real, link = home / "dotfiles/real", Path(dotfiles.path_of(target, env))
    real.write_text(content)
    link.symlink_to(real)
    write(env, target)
    assert link.is_symlink() and "ccmon" in real.read_text() and os.listdir(str(real.parent)) == ["real"]
    assert backup(link).read_text() == content
    undo(env, target)
    assert link.is_symlink() and real.read_text() == content and not backup(link).exists()


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
    for change in (write, undo) if told in ("not JSON", "not UTF-8", "way of its own") else (write,):
        with pytest.raises(CcmonError, match="by hand") as caught:
            change(env)
        assert told in str(caught.value) and str(settings) in str(caught.value) and "\n" not in str(caught.value)
        assert settings.read_bytes() == content and os.listdir(str(settings.parent)) == ["settings.json"]


@pytest.mark.parametrize("content", [b"# >>> ccmon >>>\n", b"# <<< ccmon <<<\n", b"# <<< ccmon <<<\n# >>> ccmon >>>\n",
                                     b"# >>> ccmon >>>\n# <<< ccmon <<<\n" * 2])
def test_half_a_block_is_refused(env, home, content):
    path = home / ".bashrc"
    path.write_bytes(content)
    for change in (write, undo):
        with pytest.raises(CcmonError, match="by hand"):
            change(env, "bash")
    assert path.read_bytes() == content and not backup(path).exists()


def test_a_block_that_was_changed_since_is_left_alone(env, home):
    path = home / ".bashrc"
    write(env, "bash")
    changed = path.read_bytes().replace(b"--shown", b"--above")
    path.write_bytes(changed)
    with pytest.raises(CcmonError, match="were changed since ccmon wrote them.*by hand"):
        undo(env, "bash")
    assert path.read_bytes() == changed


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


@pytest.mark.parametrize("target, content", [("claude", '{"a": 1}'), ("bash", "mine\n")])
@pytest.mark.parametrize("fails_at", [1, 2])
def test_a_write_that_fails_leaves_no_trace(env, settings, monkeypatch, fails_at, target, content):
    path, calls, real = Path(dotfiles.path_of(target, env)), [], os.fsync
    path.write_text(content)
    before = set(path.parent.iterdir())

    def full(fd):
        calls.append(fd)
        if len(calls) == fails_at:
            raise OSError(28, "No space left on device")
        real(fd)
    monkeypatch.setattr(dotfiles.os, "fsync", full)
    with pytest.raises(CcmonError, match="No space left"):
        write(env, target)
    assert path.read_text() == content and set(path.parent.iterdir()) == before
