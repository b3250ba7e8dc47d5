"""Claude Code's settings: any layout keeps everything but the one member and comes back whole; the command in real shells."""

import json
import os
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_shells import program
from test_dotfiles import OLD, env, others, settings, stand_in, undo, write  # noqa: F401

from ccmon.setup import settings_json
from ccmon.setup.snippets import claude_entry

pytestmark = pytest.mark.newest_only


def with_line(text, ccmon, direct=""):
    return settings_json.with_line(text.encode(), ccmon, direct).decode()


def without_line(text, before):
    return settings_json.without_line(text.encode(), before.encode()).decode()


ENTRY = {"type": "command", "command": "/c/ccmon --statusline --format claude", "refreshInterval": 10}


@pytest.mark.parametrize("text, expected", [
    ("{}", "{\n  \"statusLine\": " + json.dumps(ENTRY, indent=2).replace("\n", "\n  ") + "\n}"),
    ('{"a":1}', '{"a":1,"statusLine":' + json.dumps(ENTRY, separators=(",", ":")) + "}"),
    ('{"a": 1}', '{"a": 1, "statusLine": ' + json.dumps(ENTRY) + "}"),
    ('{\n\t"a": 1\n}\n', '{\n\t"a": 1,\n\t"statusLine": ' + json.dumps(ENTRY, indent="\t").replace("\n", "\n\t") + "\n}\n"),
    ('{\r\n    "a": 1\r\n}', '{\r\n    "a": 1,\r\n    "statusLine": '
     + json.dumps(ENTRY, indent=4).replace("\n", "\r\n    ") + "\r\n}"),
])
def test_the_new_member_is_laid_out_as_the_others(text, expected):
    assert with_line(text, "/c/ccmon") == expected


@pytest.mark.parametrize("word", ["ccmon", "~/bin/ccmon", '"$HOME/a b/ccmon"', "'/it'\\''s/ccmon'", "'C:\\x y\\CCMON.EXE'"])
@pytest.mark.parametrize("options", ["", " --max-width 60", " --template '{percent}% | \"{end}\"'"])
def test_its_own_command_is_known_with_any_path_and_options(word, options):
    text = json.dumps({"statusLine": {"type": "command", "command": f"{word} --statusline --format claude{options}"}})
    assert settings_json.is_own(text.encode()) and settings_json.calls_ccmon(text.encode())
    assert command_of(with_line(text, "/new/ccmon")) == f"/new/ccmon --statusline --format claude{options}"
    sooner = with_line(text, "/new/ccmon", "/p -S '/a b/ccmon/bare_start.py'")
    assert command_of(sooner) == (f"/p -S '/a b/ccmon/bare_start.py' --statusline --format claude{options} || "
                                  f"/new/ccmon --statusline --format claude{options}")
    assert settings_json.programs(sooner.encode()) == ["/p", "/a b/ccmon/bare_start.py", "/new/ccmon"]
    assert with_line(sooner, word) == text


def command_of(text):
    return json.loads(text)["statusLine"]["command"]


@pytest.mark.parametrize("command", [
    "/p -S /x/other.py O || /c/ccmon O", "/p -S /x/ccmon/bare_start.py O", "/c/ccmon O || /c/ccmon O",
    "/p -S /x/ccmon/bare_start.py O || /c/other O", "{ /p -S /x/ccmon/bare_start.py O || /c/ccmon O"])
def test_a_start_that_was_edited_is_called_but_not_own(command):
    text = json.dumps({"statusLine": {"type": "command", "command": command.replace("O", "--statusline --format claude")}})
    assert settings_json.calls_ccmon(text.encode()) and not settings_json.is_own(text.encode())


def test_nothing_is_spelt_anew_when_nothing_changes():
    text = '{"statusLine": {"type": "command", "command": "\\/c\\/ccmon --statusline --format \\u0063laude"}}'
    assert settings_json.is_own(text.encode()) and with_line(text, "/c/ccmon") == text


@pytest.mark.parametrize("command", ["ccmon --version", "ccmon-line plain", "my-ccmon --statusline", "/c/ccmon/bin/x"])
def test_what_is_not_the_line_of_ccmon_is_wrapped(command):
    text = with_line(json.dumps({"statusLine": {"type": "command", "command": command}}), "/c/ccmon")
    assert f"(eval ' {command}')" in text and settings_json.is_own(text.encode())


# --- any file ---------------------------------------------------------------------------------------------------------------

VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
                      lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=6)
COMMANDS = st.fixed_dictionaries({"type": st.just("command"), "command": st.text()}, optional={"padding": VALUES})
OBJECTS = st.dictionaries(st.text() | st.sampled_from(["statusline", "a"]), VALUES, max_size=4).flatmap(
    lambda found: st.permutations(list(found.items())) if found else st.just([]))
BLANKS = st.text(" \t\r\n", max_size=3)


@st.composite
def layouts(draw, value):
    """JSON of the value with any blanks and escapes."""
    blank = draw(st.lists(BLANKS, min_size=4, max_size=4))
    if isinstance(value, dict):
        members = [draw(layouts(key)) + blank[0] + ":" + blank[1] + draw(layouts(inner)) for key, inner in value.items()]
        return "{" + blank[2] + (blank[3] + "," + blank[2]).join(members) + blank[3] + "}"
    if isinstance(value, list):
        return "[" + blank[0] + (blank[1] + "," + blank[2]).join(draw(layouts(inner)) for inner in value) + blank[3] + "]"
    if isinstance(value, str) and draw(st.booleans()):
        return '"' + "".join(f"\\u{unit:04x}" for unit in units(value)) + '"'
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


def units(text):
    raw = text.encode("utf-16-be")
    return [raw[at] * 256 + raw[at + 1] for at in range(0, len(raw), 2)]


@st.composite
def documents(draw):
    """A settings file, mostly with a status line."""
    members = list(draw(OBJECTS))
    if draw(st.booleans()):
        members.insert(draw(st.integers(0, len(members))), ("statusLine", draw(COMMANDS)))
    return draw(st.sampled_from(["", "\ufeff"])) + draw(BLANKS) + draw(layouts(dict(members))) + draw(BLANKS)


@given(documents(), st.sampled_from(["/c/ccmon", "'/it'\\''s \"é\"/ccmon'"]),
       st.sampled_from(["", "'/a b/py' -S '/it'\\''s \"é\"/ccmon/bare_start.py'"]))
def test_any_file_comes_back_and_keeps_its_other_members(before, ccmon, direct):
    after = with_line(before, ccmon, direct)
    old, new = (json.loads(text.lstrip("\ufeff")) for text in (before, after))
    assert others(old) == others(new) and settings_json.is_own(after.encode())
    assert {**old.get("statusLine", claude_entry(ccmon)), "command": ""} == {**new["statusLine"], "command": ""}
    assert with_line(after, ccmon, direct) == after
    assert without_line(after, before) == before
    assert without_line(with_line(after, "/new/ccmon"), before) == before
    at = after.index("{") + 1
    edited = after[:at] + '"new\\n": {},' + after[at:]
    expected = {"new\n": {}, **old}
    if "new\n" not in old:
        assert json.loads(without_line(edited, before).lstrip("\ufeff")) == expected


# --- the command that is written, in real shells: the old rows first, and ccmon's in any case --------------------------------

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
