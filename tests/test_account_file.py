"""Claude Code's own file on its way into the history: where it is looked for, when it is read, and what bad files do."""

import json
import os
import sqlite3
from contextlib import closing

import pytest
from claude_account import DAY, HOUR, NOW, PROFILE, text, utilization

from ccmon import cli, private
from ccmon.model import Facts, Login, Window
from ccmon.pipeline import account, history, present
from ccmon.pipeline.account import NOT_JSON
from ccmon.settings import config, context
from ccmon.sources import claude_files
from ccmon.store import history_path, rows
from ccmon.usage import account_json
from ccmon.usage import account_note as notes
from ccmon.usage.account_note import AccountNote
from ccmon.usage.windows import window, window_named

pytestmark = pytest.mark.newest_only

MAX5 = {**PROFILE, "organizationUuid": "other", "organizationRateLimitTier": "default_claude_max_5x"}


@pytest.fixture
def file(home):
    path = home / ".claude.json"
    path.write_text(text())
    return path


def at(home, now=NOW + 60, **env):
    return context.prepare({}, {"HOME": str(home), "CCMON_NOW": str(now), **env})


def facts_at(home, now=NOW + 60, spool="", **env):
    """What a refresh has in the store after the file and the spool."""
    ctx = at(home, now, **env)
    with history.opened(ctx, 5000) as kept:
        account.take(ctx, kept)
        if spool:
            assert kept.store_readings(spool)
        return kept.facts(now).reported


def note_of(home, **env):
    with history.opened(at(home, **env), 5000) as kept:
        return kept.account_note()


def rewrite(path, content):
    """Each time a second later, whatever the clock of the file system says."""
    written_at = int(path.stat().st_mtime) + 1
    path.write_text(content)
    os.utime(path, (written_at, written_at))


def percents(facts):
    return {one.name: one.percent for one in facts.windows}


def test_the_file_fills_windows_credits_and_login(home, file):
    facts = facts_at(home)
    assert percents(facts) == {"five_hour": 20, "seven_day": 84, "seven_day_fable_5": 100}
    assert {one.source for one in facts.windows} == {"account_file"} and {one.read_at for one in facts.windows} == {NOW}
    assert facts.login == account_json.parse(text()).login and facts.credits[0].used == 3.41
    assert facts == facts_at(home)


def test_the_line_that_comes_later_is_of_that_login_and_replaces_what_is_older(home, file):
    line = f"{NOW + 30} s1 5 25 {(NOW + 2 * HOUR) // 60 * 60} 84 {(NOW + 3 * DAY) // 60 * 60} {NOW - 9}\n"
    facts = facts_at(home, spool=line)
    assert window_named(facts.windows, "five_hour").percent == 25 and window_named(facts.windows,
                                                                                   "five_hour").source == "statusline"
    assert window_named(facts.windows, "seven_day_fable_5").percent == 100
    rewrite(file, text(NOW - 10, limits=utilization(NOW, five=10)))        # it is older than the line
    assert window_named(facts_at(home).windows, "five_hour").percent == 25
    assert window_named(facts_at(home, NOW + 3 * HOUR).windows, "five_hour") is None          # a window that is over
    with history.opened(at(home), 5000) as kept:
        ledger = kept.store.read_owner(kept.ctx.owner, rows.ledger, None)
    assert json.loads(ledger)["logins"] == {"1": facts.login.account}


def test_an_unchanged_file_is_not_read_again(home, file, monkeypatch):
    first, reads = facts_at(home), []
    monkeypatch.setattr(claude_files, "texts", lambda paths: reads.append(paths) or [])
    assert facts_at(home) == first and not reads
    os.utime(file, (NOW, NOW))
    facts_at(home)
    assert len(reads) == 1


def test_switched_off_it_is_not_looked_at(home, file, monkeypatch):
    monkeypatch.setattr(os, "stat", lambda path, *more, real=os.stat, **window_named: pytest.fail("looked at")
                        if str(path).endswith(".claude.json") else real(path, *more, **window_named))
    facts = facts_at(home, CCMON_ACCOUNT_FILE="no")
    assert (facts.windows, facts.login, facts.credits) == ((), Login(""), ())


def test_after_that_what_it_said_of_login_and_credits_counts_no_more(home, file):
    facts_at(home)
    facts = facts_at(home, CCMON_ACCOUNT_FILE="no")
    assert (facts.login, facts.credits, facts.windows_dropped) == (Login(""), (), 0)


def large(path):
    with path.open("r+b") as out:
        out.truncate(50 << 20)


def locked(path):
    path.unlink()
    path.mkdir()                       # root may read whatever mode a file has


def pipe(path):
    path.unlink()
    os.mkfifo(path)


BAD = {
    "cut off": (lambda path: rewrite(path, text()[:300]), NOT_JSON), "empty": (lambda path: rewrite(path, ""), NOT_JSON),
    "a list": (lambda path: rewrite(path, "[1]"), NOT_JSON), "50 MB": (large, "it holds more than 16 MB"),
    "bytes": (lambda path: path.write_bytes(bytes(range(256))), NOT_JSON), "pipe": (pipe, "it is a pipe, not a plain file"),
    "folder": (locked, "it is a folder, not a plain file"), "gone": (lambda path: path.unlink(), "it is not there"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_read_leaves_the_last_good_value(home, file, case):
    before, (spoil, fault) = facts_at(home), BAD[case]
    spoil(file)
    assert facts_at(home) == before
    note = note_of(home)
    assert (note.fault, note.read_at, note.path) == (fault, NOW, str(file))
    assert facts_at(home) == before    # nor at the next look
    if case not in ("pipe", "folder", "gone"):
        rewrite(file, text(NOW + 60, limits=utilization(five=21)))
        assert window_named(facts_at(home, NOW + 90).windows, "five_hour").percent == 21 and note_of(home).fault == ""


@pytest.mark.parametrize("value", [None, 7, [], {}, {"fetchedAtMs": None, "accountUuid": None, "utilization": None}])
def test_null_members_and_other_shapes_leave_out_the_row_alone(home, value):
    (home / ".claude.json").write_text(json.dumps({"oauthAccount": PROFILE, "cachedUsageUtilization": value}))
    facts = facts_at(home)
    assert (facts.windows, facts.credits, facts.windows_dropped, facts.login.plan) == ((), (), 0, "max20")


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_a_file_that_belongs_to_another_user_is_not_read(home, file):
    os.chown(file, 12345, -1)
    assert facts_at(home).login == Login("") and note_of(home).fault == "it belongs to another user"


def test_one_that_may_not_be_read_now_is_tried_again(home, file, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(private, "read", lambda path: (_ for _ in ()).throw(PermissionError(13, "Permission denied")))
        assert facts_at(home).windows == () and note_of(home).fault == "Permission denied"
    assert len(facts_at(home).windows) == 3


def test_what_is_of_the_future_waits_for_its_time(home, file):
    assert facts_at(home, NOW - DAY).windows == ()
    assert len(facts_at(home).windows) == 3


def test_without_a_file_nothing_is_written(home):
    facts_at(home)
    with history.opened(at(home), 5000) as kept:
        assert kept.note(notes.KEY) is None


def test_another_login_takes_the_place_of_the_first(home, file):
    facts_at(home)
    rewrite(file, text(profile=MAX5, limits={**utilization(week=3), "extra_usage": None}))
    facts = facts_at(home)
    assert (facts.login.plan, facts.credits) == ("max5", ())


@pytest.mark.parametrize("env, expected", [
    ({}, ["~/.claude.json"]), ({"CLAUDE_CONFIG_DIR": " , "}, ["~/.claude.json"]),
    ({"CLAUDE_CONFIG_DIR": "~/.claude"}, ["~/.claude/.claude.json"]), ({"CLAUDE_CONFIG_DIR": "work/"}, ["~/work/.claude.json"]),
    ({"CLAUDE_CONFIG_DIR": "/a, /b/projects"}, ["/a/.claude.json", "/b/.claude.json"]),
    ({"CLAUDE_CONFIG_DIR": "~/.claude,/b"}, ["~/.claude/.claude.json", "/b/.claude.json", "~/.claude.json"]),
])
def test_where_the_file_is(home, env, expected):
    found = config.login_files({"HOME": str(home), **env})
    assert found == [path.replace("~", str(home)) for path in expected]


def test_of_several_folders_the_newest_login_counts(home):
    for name, profile, login_at in (("a", PROFILE, NOW - 9), ("b", MAX5, NOW - 5), ("c", {}, NOW)):
        (home / name).mkdir()
        (home / name / ".claude.json").write_text(text(profile={**profile, "profileFetchedAt": 1000 * login_at}))
    facts = facts_at(home, CLAUDE_CONFIG_DIR=f"{home}/a,{home}/b,{home}/c,{home}/d")
    assert facts.login.plan == "max5"
    (home / "b" / ".claude.json").write_text("{")          # being written: not a moment for another login
    assert facts_at(home, CLAUDE_CONFIG_DIR=f"{home}/a,{home}/b,{home}/c,{home}/d") == facts


@pytest.mark.parametrize("spoil", [
    lambda note: {**note, "login": ["x", "max99", ""]}, lambda note: {**note, "credits": [["extra_usage"]]},
    lambda note: {**note, "read_at": -1}, lambda note: {**note, "stamp": None}, lambda note: [], lambda note: None,
    lambda note: {**note, "login": ["\x1b", "pro", ""]}, lambda note: {**note, "credits": 7}])
def test_a_damaged_note_is_none(spoil):
    found = account_json.parse(text())
    note = AccountNote("1.2.3", "/h/.claude.json", NOW, 1, "", found.login, found.credits)
    assert notes.load(notes.dump(note)) == note
    assert notes.load(json.dumps(spoil(json.loads(notes.dump(note))))) == AccountNote()


# --- the plan by itself ------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("env, plan, asked", [
    ({}, "max20", "max20"), ({"CCMON_PLAN": "max5"}, "max5", "max5"), ({"CCMON_PLAN": "pro"}, "pro", "pro"),
    ({"CCMON_ACCOUNT_FILE": "no"}, "pro", "pro")])
def test_the_accounts_plan_is_in_force_where_none_is_set(home, file, env, plan, asked):
    limit = present.snapshot(at(home, **env), Facts(reported=facts_at(home, **env)), NOW + 60).limit
    assert (limit.plan, limit.asked, limit.by_account) == (plan, asked, plan == "max20")


def test_an_unknown_tier_changes_nothing(home, file):
    rewrite(file, text(profile={**PROFILE, "organizationRateLimitTier": "default_raven"}))
    limit = present.snapshot(at(home), Facts(reported=facts_at(home)), NOW + 60).limit
    assert (limit.plan, limit.by_account) == ("pro", False)


def test_the_label_of_a_window_is_the_same_wherever_it_comes_from(home, file):
    found = window_named(facts_at(home).windows, "seven_day_fable_5")
    assert found == window("seven_day_fable_5", 100, found.resets_at, NOW, "account_file") and isinstance(found, Window)


def test_config_names_the_plan_of_the_account(home, file, capsys):
    facts_at(home)
    for words, expected in (("get plan", "max20\n"), ("get plan --plan pro", "pro\n"), ("list", "your account")):
        assert cli.main(["config", *words.split()]) == 0
        assert expected in capsys.readouterr().out


AS_A_VIEW = "CREATE TABLE n AS SELECT * FROM note; DROP TABLE note; CREATE VIEW note AS SELECT * FROM n"


@pytest.mark.parametrize("change", ["DROP TABLE note", "DELETE FROM owner", AS_A_VIEW, "BEGIN EXCLUSIVE", ""])
def test_one_note_alone_is_read_where_nothing_is_odd(home, file, change):
    ctx, facts = at(home), facts_at(home)
    with closing(sqlite3.connect(ctx.paths.store, isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode = DELETE; PRAGMA foreign_keys = OFF; " + change)
        if change:
            with pytest.raises(LookupError):
                history_path.one_note(ctx.paths.store, ctx.owner, notes.KEY)
    if not change:
        assert notes.load(history_path.one_note(ctx.paths.store, ctx.owner, notes.KEY)).login == facts.login
        assert history_path.one_note(ctx.paths.store, ctx.owner, "another") is None
        os.symlink(ctx.paths.store, home / "link")
        with pytest.raises(LookupError):
            history_path.one_note(str(home / "link"), ctx.owner, notes.KEY)


def test_the_plan_of_an_earlier_login_is_remembered():
    first, second = Login("a" * 12, "max20", "t20"), Login("b" * 12, "max5", "t5")
    note = AccountNote(login=second, earlier=AccountNote(login=first).before(second))
    assert notes.load(notes.dump(note)) == note and note.of_login(first.account) == first
    assert note.before(first) == (second,) and note.of_login("c" * 12) == Login("c" * 12)
    many = AccountNote()
    for at in range(20):
        login = Login(f"{at:012}", "pro")
        many = AccountNote(login=login, earlier=many.before(login))
    assert len(many.earlier) == notes.MOST_EARLIER and many.earlier[0].account == f"{18:012}"


def test_what_is_shown_has_the_plan_of_its_own_login(home, file):
    """Another login has no windows yet: those of the first one are shown, with its plan."""
    first = facts_at(home).login
    other = {**PROFILE, "accountUuid": "another", "organizationRateLimitTier": "default_claude_max_5x"}
    rewrite(file, text(profile=other, limits={}))
    seen = facts_at(home)
    assert percents(seen) and (first.plan, seen.login, seen.credits) == ("max20", first, ())
    assert note_of(home).earlier == (first,) and note_of(home).login.plan == "max5"
