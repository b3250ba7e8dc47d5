"""The line cache by itself: keys, files that are replaced whole, freshness, the lock."""

import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccmon import line_answer, line_cache, locks, private
from ccmon.line_answer import KEEP_S, MOST_LINES, State

NOW = 1_764_000_000
UTF8 = {"LC_ALL": "C.UTF-8"}
PLAIN = line_answer.key(["--statusline"], UTF8)
letters = st.characters(blacklist_categories=("Cs",), blacklist_characters="\0")
words = st.lists(st.text(letters, max_size=9), min_size=1, max_size=5)


@pytest.fixture
def where(tmp_path):
    """A cache folder that is not there yet."""
    return str(tmp_path / "cache/ccmon")


# --- keys -----------------------------------------------------------------------------------------------------------------

@given(words, st.dictionaries(st.sampled_from(["CCMON_PLAN", "NO_COLOR", "TZ", "CCMON_X"]), st.text("a=\\n\n ", max_size=5)))
def test_a_key_is_one_line_that_gives_its_words_back(argv, env):
    key = line_answer.key(argv, {**UTF8, **env})
    assert "\n" not in key
    assert line_cache.argv_and_env(key) == (argv, env)


@given(words, words)
def test_different_words_have_different_keys(one, other):
    assert (line_answer.key(one, UTF8) == line_answer.key(other, UTF8)) == (one == other)


@pytest.mark.parametrize("env, same", [({}, True), ({"LANG": "de_DE.UTF-8", "LC_ALL": ""}, True), ({"TERM": "dumb"}, True),
                                       ({"LC_ALL": "C"}, False), ({"CCMON_PLAN": "max5"}, False), ({"NO_COLOR": ""}, False),
                                       ({"TZ": "UTC"}, False), ({"LC_ALL": "", "LC_CTYPE": "C", "LANG": "C.UTF-8"}, False)])
def test_what_changes_a_line_changes_its_key(env, same):
    assert (line_answer.key(["--statusline"], {**UTF8, **env}) == PLAIN) is same


@pytest.mark.parametrize("env, folder", [
    ({}, "/.cache/ccmon"), ({"XDG_CACHE_HOME": "relative"}, "/.cache/ccmon"), ({"CLAUDE_CONFIG_DIR": ""}, "/.cache/ccmon")])
def test_the_usual_folder(tmp_path, env, folder):
    assert line_answer.folder({"HOME": str(tmp_path), **env}) == str(tmp_path) + folder


def test_other_data_have_a_folder_of_their_own(tmp_path):
    cache = str(tmp_path / "c")
    base = {"HOME": str(tmp_path), "XDG_CACHE_HOME": cache}
    assert line_answer.folder(base) == cache + "/ccmon"
    others = [line_answer.folder({**base, name: "/x"}) for name in line_answer.DOMAIN]
    assert len(set(others)) == len(line_answer.DOMAIN) and all(other.startswith(cache + "/ccmon/") for other in others)
    assert line_answer.folder({"HOME": "/nonexistent"}) is None


def test_homes_that_share_a_cache_folder_are_kept_apart(tmp_path):
    homes = [tmp_path / "one", tmp_path / "two"]
    for folder in homes:
        folder.mkdir()
    assert len({line_answer.folder({"HOME": str(folder), "XDG_CACHE_HOME": "/shared"}) for folder in homes}) == 2


def test_a_disk_without_locks_is_no_other_process(where, monkeypatch):
    def unsupported(_fd, _operation):
        raise OSError(37, "No locks available")
    monkeypatch.setattr("fcntl.flock", unsupported)
    fd = locks.lock(where)
    assert fd is not None and fd > 2 and locks.lock(where) is None
    locks.unlock(fd)


# --- files ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("argv", [["--statusline"], ["--statusline", "--plan", "max5"], ["--statusline", "a\nb", "\\", ""]])
def test_a_line_comes_back_and_only_for_its_words(where, argv):
    key = line_answer.key(argv, UTF8)
    line_cache.write_line(where, key, b"CC 1\n")
    assert line_answer.read_line(where, key) == b"CC 1\n"
    assert line_answer.read_line(where, line_answer.key([*argv, "x"], UTF8)) is None
    line_cache.forget(where, key)
    assert line_answer.read_line(where, key) is None


def test_two_keys_with_one_checksum_do_not_meet(where):
    line_cache.write_line(where, "one\0", b"CC 1\n")
    name = next(iter(os.listdir(where)))
    os.replace(f"{where}/{name}", f"{where}/{line_answer.file_of(chr(50))}")
    assert line_answer.read_line(where, "2") is None


def test_an_unchanged_line_is_not_written_again(where):
    line_cache.write_line(where, PLAIN, b"CC 1\n")
    before = os.stat(f"{where}/plain")
    line_cache.write_line(where, PLAIN, b"CC 1\n")
    assert os.stat(f"{where}/plain").st_ino == before.st_ino
    line_cache.write_line(where, PLAIN, b"CC 2\n")
    assert os.stat(f"{where}/plain").st_ino != before.st_ino


def test_asked_gives_the_newest_and_removes_what_nobody_wants(where):
    keys = [line_answer.key(["--statusline", str(at)], UTF8) for at in range(MOST_LINES + 3)]
    for at, key in enumerate(keys):
        line_cache.write_line(where, key, b"CC\n")
        private.set_time(f"{where}/{line_answer.file_of(key)}", time.time() - 10 * at)
    private.set_time(f"{where}/{line_answer.file_of(keys[0])}", time.time() - KEEP_S - 60)
    line_cache.write_line(where, PLAIN, b"CC\n")
    private.set_time(f"{where}/plain", 1)
    assert line_cache.recent_keys(where) == keys[1:MOST_LINES + 1]
    assert len(os.listdir(where)) == MOST_LINES + 1 and line_answer.read_line(where, PLAIN)
    assert line_cache.line_count(where) > 0 == line_cache.line_count(where + "x")


def test_rendering_anew_does_not_count_as_asking(where, monkeypatch, capfd):
    key = line_answer.key(["--statusline", "x"], UTF8)
    line_cache.write_line(where, key, b"CC 1\n")
    path = f"{where}/{line_answer.file_of(key)}"
    private.set_time(path, 1000)
    line_cache.write_line(where, key, b"CC 2\n")
    assert os.stat(path).st_mtime == 1000
    now, refreshes = int(time.time()), []
    line_cache.write_state(where, State(0, 0, now + 60, now - 60))
    monkeypatch.setattr(line_answer, "folder", lambda env: where)
    monkeypatch.setattr(os, "environ", {**UTF8, "HOME": where})
    assert line_answer.answer(["--statusline", "x"], lambda *words: refreshes.append(words), lambda line: line)
    assert os.stat(path).st_mtime > 1000 and len(refreshes) == 1 and capfd.readouterr().out == "CC 2\n"


# --- freshness --------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("state, due", [
    (State(), True), (State(fresh_until=NOW + 15, refreshed=NOW), False), (State(fresh_until=NOW, refreshed=NOW - 15), True),
    (State(fresh_until=NOW + 15, refreshed=NOW + 90), True),                         # the clock was set back
    (State(fresh_until=NOW + 9999, refreshed=NOW), True), (State(retry_at=NOW + 60), False), (State(retry_at=NOW), True),
    (State(retry_at=NOW + 62), True), (State(fresh_until=NOW + 15, refreshed=NOW, retry_at=NOW + 3), False)])
def test_due(state, due, tmp_path):
    assert state.due(NOW, str(tmp_path / "none")) is due


@pytest.mark.parametrize("changed", [NOW - 20, NOW - 10, NOW + 500])
def test_another_configuration(changed, tmp_path):
    path = tmp_path / "config.ini"
    state = State(fresh_until=NOW + 5, refreshed=NOW - 10)
    assert not state.outdated(str(path))
    path.write_text("")
    os.utime(path, (changed, changed))
    assert state.outdated(str(path)) and state.due(NOW, str(path))
    assert not state.replaced(retry_at=NOW + 3).due(NOW, str(path))
    state = state.replaced(config=line_answer.config_stamp(str(path)))
    assert not state.outdated(str(path)) and not state.due(NOW, str(path))
    path.unlink()
    assert state.outdated(str(path))


@given(st.lists(st.integers(0, 10 ** 12), min_size=6, max_size=6), st.text(letters, max_size=30))
def test_the_state_comes_back(tmp_path_factory, numbers, note):
    where = str(tmp_path_factory.mktemp("state"))
    line_cache.write_state(where, State(*numbers, note))
    found = line_answer.read_state(where)
    assert [getattr(found, name) for name in State.__slots__] == [*numbers, note]


@pytest.mark.parametrize("content", [b"", b"1 2", b"a b c d e\n", b"\0" * 50, b"9" * 5000 + b" 1 1 1 1 1\n", b"\xff\xfe"])
def test_a_damaged_state_counts_as_none(where, content):
    line_cache.replace(where, "state", content or b" ")
    assert line_answer.read_state(where).due(NOW, "/nonexistent")


# --- the lock ---------------------------------------------------------------------------------------------------------------


def test_no_lock_where_nothing_can_be_written():
    assert locks.lock("/proc/nope") == -1
    locks.unlock(-1)
    locks.leave_group(-1, "1 2")
    assert locks.left_group(-1) == ""


# --- for shells -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("state", [State(fresh_until=NOW, retry_at=NOW - 3, expires_at=NOW + 45),
                                   State(retry_at=NOW, expires_at=NOW + 45), State(fresh_until=10 ** 12, expires_at=10 ** 12)])
def test_shells_see_the_state_in_the_times_of_files(where, state):
    for _ in range(2):
        line_cache.write_state(where, state)
    if state.fresh_until < 10 ** 12:
        assert os.stat(f"{where}/fresh").st_mtime == state.quiet_until == NOW
        assert os.stat(f"{where}/expires").st_mtime == NOW + 45
    assert line_cache.line_count(where) == 0 and line_cache.recent_keys(where) == []
    assert sorted(os.listdir(where)) == ["expires", "fresh", "state"]


def test_a_prompts_own_variable_is_no_other_line():
    assert line_answer.key(["--statusline"], {**UTF8, "CCMON_LINE": "CC 5%"}) == PLAIN
