"""File times in whole seconds, as bash 3.2 compares them and some disks keep them: what is changed in the second of a refresh."""

import os
import shutil
import sqlite3
import time
from contextlib import closing

import pytest
from commands import NOW, block
from line_shells import call, install
from live_lines import warm

from ccmon import line_answer, line_cache, private
from ccmon.fullscreen import live
from ccmon.fullscreen.app import ScreenState
from ccmon.line_answer import State
from ccmon.model import Facts
from ccmon.pipeline import refresh
from ccmon.settings import context
from ccmon.setup import first_run
from ccmon.setup.init import Edit
from ccmon.store import copy

pytestmark = pytest.mark.newest_only

SECOND = 1_700_000_000
NEW = "[ccmon]\nlimit = 200000\n"


def in_one_second(*paths):
    """The times that they would have if all of them had been written within one second."""
    for path in paths:
        os.utime(path, (SECOND, SECOND))


def pressed_l(machine, path, env):
    """Key L of the screen."""
    ctx = context.prepare({}, env)
    assert "Noted" in live._with_hit(ctx, ScreenState(Facts()), "hit").message


def answered_yes(machine, path, env):
    """The end of the dialogue of `ccmon init`."""
    edit = Edit(str(path), path.read_bytes(), NEW.encode())
    first_run._write(first_run.Plan(edit, {"limit": "200000"}, {}), env)


CHANGES = {"set": ("config", "set", "limit", "200000"), "theme": ("config", "set", "theme", "solarized"),
           "account": ("config", "set", "accounts.work", "/elsewhere"), "unset": ("config", "unset", "limit"),
           "edit": ("config", "edit"), "hit": ("hit",), "undo": ("hit", "--undo"), "learn": ("learn",),
           "forget": ("learn", "--forget"), "merge": ("merge", "@MERGED@"), "L": pressed_l, "init": answered_yes}


@pytest.mark.parametrize("change", list(CHANGES.values()), ids=list(CHANGES))
def test_M07_after_each_change_no_line_of_any_account_is_shown_as_it_was(machine, change, monkeypatch):
    machine.answers([block(NOW - 3600, 9000)])
    machine.run("record")
    env = {**machine.env(), "CCMON_NOW": str(NOW)}
    path, merged = machine.configure("[ccmon]\nlimit = 100000\n"), machine.folder / "merged.db"
    shutil.copy(machine.home / ".local/share/ccmon/ccmon.db", merged)
    in_one_second(path)
    folders = [str(machine.cache), line_answer.folder({**env, "CLAUDE_CONFIG_DIR": "/other"})]
    for where in folders:
        stamp = line_answer.config_stamp(str(path))
        line_cache.write_state(where, State(NOW + 15, 0, NOW + 45, NOW, 2, stamp, '{"name": "logs"}'))
        line_cache.mark(where, "ends", NOW + 600)
        assert not line_answer.read_state(where).outdated(str(path))
    if callable(change):
        monkeypatch.setattr("builtins.print", lambda *words, **more: None)
        change(machine, path, env)
    else:
        editor = machine.bin / "editor"
        editor.write_text(f"#!/bin/sh\nprintf '{NEW}' >\"$1\"\n".replace("\n'", "\\n'"))
        editor.chmod(0o755)
        words = [str(merged) if word == "@MERGED@" else word for word in change]
        assert machine.run(*words, EDITOR=editor).code == 0
    in_one_second(path)                # and of the same size: nothing but what the change left behind says so
    for where in folders:
        state = line_answer.read_state(where)
        assert state.outdated(str(path)) and state.due(NOW, str(path)), where
        assert (state.failures, state.note) == (2, '{"name": "logs"}')             # what is known of the source stays
        assert not {"fresh", "expires", "ends"} & set(os.listdir(where))


def test_M07_a_listing_changes_nothing(machine):
    line_cache.write_state(str(machine.cache), State(NOW + 15, 0, NOW + 45, NOW))
    before = sorted(os.listdir(machine.cache))
    for words in ("config",), ("config", "get", "limit"), ("hit", "--list"):
        assert machine.run(*words).code == 0
    assert sorted(os.listdir(machine.cache)) == before and not line_answer.read_state(str(machine.cache)).outdated("/nonexistent")


def test_M07_shells_that_see_equal_times_show_what_was_set(machine):
    """Real shells: equal times are what bash 3.2 sees of two within a second."""
    install(machine)
    machine.answers([block(int(time.time()) - 3600, 10_000)])
    path = machine.configure("[ccmon]\nline_ttl = 600\nlimit = 100000\n")
    in_one_second(path)
    assert warm(machine, "--format", "bash").startswith("CC 10%")
    assert machine.run("config", "set", "limit", "20000").code == 0
    in_one_second(path, machine.cache / "state")
    script = 'eval "$(ccmon init bash)"; _ccmon_refresh; printf "%s\\n" "$CCMON_LINE"; ccmon-line bash'
    shown = call(machine, ["bash", "-c", script])
    assert [line[:6] for line in shown.out.splitlines()] == ["CC 50%"] * 2, shown


@pytest.mark.parametrize("coarse_s", [1, 2])
def test_M07_a_file_changed_by_hand_in_that_second_is_newer(machine, coarse_s):
    """Also where times are whole seconds, or even ones: shells ask then, and what is refreshed counts for a short time."""
    path = machine.configure("[ccmon]\nlimit = 100000\n")
    line_cache.write_state(str(machine.cache), State(NOW, 0, NOW, NOW, 0, line_answer.config_stamp(str(path))))
    path.write_text("[ccmon]\nlimit = 90000\n")
    seen = [int(os.stat(file).st_mtime) // coarse_s for file in (path, machine.cache / "state")]
    assert seen[0] > seen[1]
    in_one_second(path)
    before = line_answer.read_state(str(machine.cache)).replaced(config=line_answer.config_stamp(str(path)))
    path.write_text("[ccmon]\nlimit = 9000\n")
    in_one_second(path)
    assert before.outdated(str(path))  # another size


@pytest.mark.parametrize("age_s, least_s, most_s", [(0, 1, 3), (10, 600, 600)])
def test_M07_what_was_refreshed_beside_a_new_configuration_is_refreshed_soon(machine, age_s, least_s, most_s):
    path = machine.configure("[ccmon]\nline_ttl = 600\n")
    os.utime(path, (NOW - age_s, NOW - age_s))
    machine.run("record")
    state = line_answer.read_state(str(machine.cache))
    assert least_s <= state.fresh_until - state.refreshed <= most_s


def test_M07_a_program_is_another_one_although_all_have_the_same_time(tmp_path):
    """Each file in a Nix store is of 1970; an upgrade leads the link elsewhere."""
    from ccmon.pipeline import from_ccusage
    stamps = []
    for name, content in ("first", "12"), ("second", "12"), ("second", "123"):
        program = tmp_path / name
        program.write_text(content)
        os.utime(program, (1, 1))
        link = tmp_path / "ccusage"
        link.unlink() if link.is_symlink() else None
        link.symlink_to(program)
        stamps.append(from_ccusage._stamp_of(str(link)))
    assert len(set(stamps)) == 3 and from_ccusage._stamp_of("/nonexistent") is None


def test_M07_where_nothing_can_be_kept_or_it_is_another_ones_nothing_is_touched(machine, monkeypatch):
    where = str(machine.cache)
    line_cache.outdate(machine.env())
    assert not os.path.exists(where)
    line_cache.write_state(where, State(NOW + 15, 0, NOW + 45, NOW))
    monkeypatch.setattr(private, "foreign_folder", lambda path: "is foreign")
    line_cache.outdate(machine.env())
    assert line_answer.read_state(where).config == 0 and os.path.exists(where + "/fresh")
    monkeypatch.undo()
    monkeypatch.setattr(line_cache, "replace", lambda *words: False)                # a full disk
    line_cache.outdate(machine.env())
    assert line_answer.read_state(where).refreshed == 0 and refresh.pause_s(1) == 3


def test_M07_a_history_that_is_written_while_it_is_copied_is_copied_again(tmp_path):
    """Of the same size, and within one second."""
    path = tmp_path / "ccmon.db"
    with closing(sqlite3.connect(str(path))) as db:
        db.execute("CREATE TABLE t (n)")
        db.execute("INSERT INTO t VALUES (1)")
        db.commit()
        in_one_second(path)
        before = copy._stamps(str(path))
        db.execute("UPDATE t SET n = 2")
        db.commit()
    in_one_second(path)
    assert copy._stamps(str(path)) != before and [one[:2] for one in copy._stamps(str(path))] == [one[:2] for one in before]
