"""Which accounts are known: their names, whose folders and windows are theirs, and how a list of them looks."""

import json

import pytest
from account_windows import five_hour, seven_day
from commands import HOUR, NOW
from hypothesis import given
from hypothesis import strategies as st

from ccmon import line_answer, text
from ccmon.errors import CcmonError, UsageError
from ccmon.learning import state
from ccmon.model import Apart, Login, Owner
from ccmon.pipeline import history, recording, refresh
from ccmon.settings import accounts, config, context, ini_sections, options
from ccmon.sources import hook
from ccmon.store import learning, window_readings
from ccmon.store.window_readings import WindowReading
from ccmon.system import clock
from ccmon.typed_values import RawValue
from ccmon.usage import official, official_ledger
from ccmon.usage.accounts import FolderGroup, ListedAccount, group_accounts, joined_by_login, next_account
from ccmon.usage.windows import is_of_another
from ccmon.views import accounts_table

pytestmark = pytest.mark.newest_only

DAY = 86_400
ME = Owner("laptop", "a1")
WORDS = st.text(st.sampled_from("ab.-_ é/\\~,\x1b中A1"), max_size=40)


# --- names ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("folders, name", [
    (["/h/.claude"], "default"), (["/h/.config/claude", "/h/.claude"], "default"), (["/h/.claude-work"], "work"),
    (["/h/.claude-Work B"], "work-b"), (["/srv/Team/claude"], "claude"), (["/srv/team/projects"], "team"),
    (["C:\\x\\own"], "own"),
    (["/h/.claude", "/h/.claude-work"], "default+work"), (["/h/.claude-"], "account"),
    (["/h/.claude-é"], "account"), (["/"], "account")])
def test_folders_have_names_by_themselves(folders, name):
    assert accounts.name_of_folders(folders, ["/h/.config/claude", "/h/.claude"]) == name


@given(WORDS)
def test_such_a_name_is_one_that_may_be_configured(word):
    name = accounts.plain(word)
    assert ini_sections.account_table({"accounts": {name: RawValue("~/x", "config.ini, line 2")}}) == {name: ("~/x",)}


@given(st.lists(st.sampled_from(["work", "work-2", "default", "a"]), max_size=8))
def test_no_two_accounts_have_one_name(names):
    found = accounts.each_once(names)
    assert len(set(found)) == len(names) and all(new.startswith(old) for new, old in zip(found, names))
    assert [new for at, new in enumerate(found) if names[at] not in found[:at]][:1] == names[:1]


@pytest.mark.parametrize("name, value, words", [
    ("work", " ", "needs a folder"), ("work", " , ,", "needs a folder"), ("a b", "~/x", "letters"), ("a/b", "~/x", "letters"),
    ("x" * 33, "~/x", "32"), ("\x1b[31m", "~/x", "letters")])
def test_a_wrong_row_is_told_with_its_place(name, value, words):
    with pytest.raises(CcmonError, match="^config.ini, line 7: ") as caught:
        ini_sections.account_table({"accounts": {name: RawValue(value, "config.ini, line 7")}})
    assert words in str(caught.value) and "\x1b" not in str(caught.value)


# --- folders ------------------------------------------------------------------------------------------------------------

def used(home, *names):
    for name in names:
        (home / name / "projects").mkdir(parents=True)


def settings(**named):
    """With these accounts in config.ini."""
    return options.resolve({}, {}, {}, accounts={name: tuple(value.split(",")) for name, value in named.items()})


def names(env, **named):
    return [one.name for one in accounts.folder_groups(env, settings(**named))]


def test_folders_that_are_accounts(home):
    env = {"HOME": str(home)}
    assert names(env) == ["default"]
    used(home, ".claude", ".claude-work", ".claude-Home")
    (home / ".claude-mem").mkdir()                         # of another program
    (home / ".claude-login").mkdir()
    (home / ".claude-login/.claude.json").write_text("{}")
    assert names(env) == ["default", "home", "login", "work"]
    assert names(env, job="~/.claude-work", far="/srv/x") == ["default", "far", "home", "job", "login"]
    assert names(env, work="/srv/x") == ["default", "home", "login", "work", "work-2"]
    assert names({**env, "CLAUDE_CONFIG_DIR": "/srv/team"}) == ["default", "home", "login", "team", "work"]
    together = {**env, "CLAUDE_CONFIG_DIR": f"{home}/.claude,{home}/.claude-work"}
    assert names(together) == ["default", "default+work", "home", "login"], "ccusage reads them as one"


@pytest.mark.parametrize("own", ["", "~/.claude", "~/.claude-work/", "/srv/team"])
def test_the_folders_of_an_account_are_read_as_if_the_environment_named_them(home, own):
    used(home, ".claude", ".claude-work")
    env = {"HOME": str(home), **({"CLAUDE_CONFIG_DIR": own} if own else {})}
    for group in accounts.folder_groups(env, settings()):
        there = accounts.account_named(group.name, "--account", env, settings(), None, NOW)
        assert config.owner(there.env) == there.owner == group.owner
        assert (there.env is env) == (config.owner(env) == group.owner), "the same words have the same cache"
    default = accounts.account_named("Default", "--account", env, settings(), None, NOW).env
    assert config.owner(default) == config.owner({"HOME": str(home)})


def test_an_unknown_name_is_told_with_the_near_ones(home):
    used(home, ".claude-work")
    with pytest.raises(UsageError, match=r"^--account: no account is called 'wrk' \(did you mean work\?\); there are work\."):
        context.prepare({"account": RawValue("wrk", "--account")}, {"HOME": str(home), "CCMON_NOW": str(NOW)})


def test_an_account_is_a_login(home):
    """One login in two folders is one account; of folders that are read together, one with another login is another."""
    used(home, ".claude", ".claude-work", ".claude-home")
    env = {"HOME": str(home)}

    def login(path, number):
        (home / path).write_text(json.dumps({"oauthAccount": {
            "organizationUuid": "o", "accountUuid": f"a{number}", "organizationRateLimitTier": "default_claude_max_5x"}}))

    def known(env, **more):
        found = accounts.all_accounts(env, settings()._replace(**more), None, NOW)
        return [(tuple(name for name in one.all_names if "/" not in name), one.login.plan, len(one.folders)) for one in found]
    login(".claude.json", 1)
    login(".claude-work/.claude.json", 1)
    assert known(env) == [(("default", "work"), "max5", 2), (("home",), "", 1)]
    assert known(env, account_file=False) == [(("default",), "", 1), (("home",), "", 1), (("work",), "", 1)]
    together = {**env, "CLAUDE_CONFIG_DIR": f"{home}/.claude-home,{home}/.claude-work"}
    assert known(together) == [(("default", "home+work"), "max5", 3)]
    login(".claude-home/.claude.json", 2)
    login(".claude-work/.claude.json", 3)
    assert [names_ for names_, *_ in known(together)] == [("default",), ("home+work",), ("work",)]


# --- logins -------------------------------------------------------------------------------------------------------------

def ledger(*found):
    """Accounts by login, percentage and reset of the 5 hours; the last one answered last."""
    return official.Ledger(tuple(official_ledger.LedgerAccount(number, (five_hour(percent, resets_at, NOW - 60),), login=login)
                                 for number, (login, percent, resets_at) in enumerate(found, 1)))


@pytest.mark.parametrize("now_in, found, expected", [
    ("", [], [("work", "", None)]), ("ab12cd", [], [("work", "ab12cd", None)]),
    ("", [("", 5, NOW + HOUR)], [("work", "", 5)]), ("ab12cd", [("", 5, NOW + HOUR)], [("work", "ab12cd", 5)]),
    ("", [("", 5, NOW + HOUR), ("", 7, NOW + 2 * HOUR)], [("work", "", 7), ("work/1", "", 5)]),
    ("", [("", 5, NOW - HOUR), ("", 7, NOW + 2 * HOUR)], [("work", "", 7)]),           # over, and nobody knows whose that was
    ("", [("ff00aa", 5, NOW - HOUR), ("", 7, NOW + 2 * HOUR)], [("work", "", 7), ("work/ff00", "ff00aa", None)]),
    ("ab12cd", [("ff00aa", 5, NOW + HOUR)], [("work", "ff00aa", 5), ("work/ab12", "ab12cd", None)]),
    ("ff00aa", [("ff00aa", 5, NOW + HOUR), ("ab12cd", 7, NOW + HOUR)], [("work", "ab12cd", 7), ("work/ff00", "ff00aa", 5)])])
def test_logins_that_share_a_folder_are_accounts(now_in, found, expected):
    there = group_accounts(FolderGroup("work", ("/w",), ME, Login(now_in, "max5")), ledger(*found), NOW)
    assert [(one.name, one.login.account, one.windows[0].percent if one.windows else None) for one in there] == expected
    assert all((one.login.plan == "max5") == (one.login.account == now_in) for one in there)
    every = [name for one in there for name in one.all_names]
    assert len(every) == len(set(every))
    for one in there:                  # each own name finds its windows, whoever answers last
        for name in one.all_names:
            chosen = one.chosen(name)
            shown = official.with_shown(ledger(*found), chosen.login, chosen.number) if chosen.is_other_login else ledger(*found)
            assert [w for w in shown.windows if w.resets_at > NOW] == list(one.windows)


def test_a_login_in_two_folders_is_one_account_with_the_newest_reading():
    there = [ListedAccount("default", ME, ("/d",), login=Login("ab"), windows=(five_hour(5, NOW + HOUR, NOW - 9),),
                           read_at=NOW - 9),
             ListedAccount("work", Owner("laptop", "b2"), ("/w",), login=Login("ab", "max5"), read_at=NOW - 5,
                     windows=(five_hour(6, NOW + HOUR, NOW - 5), seven_day(1, NOW + DAY, NOW - 99))),
             ListedAccount("other", Owner("laptop", "c3"), ("/o",)), ListedAccount("third", Owner("laptop", "d4"), ("/t",))]
    both, *rest = joined_by_login(there)
    assert (both.all_names, both.folders, both.login.plan, both.read_at) == (("default", "work"), ("/d", "/w"), "max5", NOW - 5)
    assert [one.percent for one in both.windows] == [6, 1] and rest == there[2:], "nobody knows whose those are"
    assert [next_account([both, *rest], name)[1].name for name in ("work", "other", "third", "gone")] == [
        "other", "third", "default", "default"]


@pytest.mark.parametrize("resets_at, is_other", [(NOW + HOUR, True), (NOW + HOUR - 300, True), (NOW + 2 * HOUR, False),
                                                (NOW + 3 * HOUR, False), (0, False)])
def test_a_limit_event_is_of_the_account_whose_window_it_fits(resets_at, is_other):
    apart = Apart(((five_hour(5, NOW + HOUR, NOW),),))
    assert is_of_another("five_hour", resets_at, (five_hour(5, NOW + 2 * HOUR, NOW),), apart) is is_other


# --- learning -----------------------------------------------------------------------------------------------------------

def test_what_is_learned_is_of_one_login(home):
    """What was read before anybody was known belongs to the first login; that of others is left out, and kept apart."""
    ctx = context.prepare({}, {"HOME": str(home), "CCMON_NOW": str(NOW)})
    second = ctx._replace(chosen=ListedAccount("x", ctx.owner, login=Login("second")).chosen("x/seco"))

    def percents(ctx):
        with history.opened(ctx, 1000) as kept:
            return [one.percent for one in kept.readings(NOW - DAY, NOW)]

    def said(login, *rows):
        with history.opened(ctx, 1000) as kept:
            kept.store.change_owner(ctx.owner, lambda db, owner: window_readings.add(
                db, owner, [WindowReading(login, "five_hour", ts, percent, resets_at, "statusline")
                            for ts, percent, resets_at in rows]))

    said("", (NOW - 900, 3.0, NOW + HOUR), (NOW - 800, 4.0, NOW + HOUR))
    assert percents(ctx) == [3.0, 4.0]
    for at, login, percent, resets_at in ((NOW - 700, "first", 5, NOW + HOUR), (NOW - 600, "second", 60, NOW + 2 * HOUR),
                                          (NOW - 500, "first", 6, NOW + HOUR)):
        with history.opened(ctx, 1000) as kept:
            kept.store.change_owner(ctx.owner, lambda db, owner, at=at, login=login, percent=percent, resets_at=resets_at:
                                 recording.write_lines(db, owner, [f"{at} {login} {at} {percent} {resets_at} - -"], NOW, login))
    assert percents(ctx) == [3.0, 4.0, 5.0, 6.0]
    assert percents(second) == [60.0]
    for one, text_ in ((ctx, "ours"), (second, "theirs")):
        with history.opened(one, 1000) as kept:
            kept.write_learned(text_)
    assert [history.opened(one, 1000).learned() for one in (ctx, second)] == ["ours", "theirs"]
    with history.opened(ctx, 1000) as kept:
        assert kept.store.read_owner(ctx.owner, lambda db, owner: learning.note(db, owner, learning.LEARNED), "") == "ours"
        kept.forget_learning(NOW)
    assert [history.opened(one, 1000).learned() for one in (ctx, second)] == [None, None] and state.load(None) is None


# --- the windows that are shown -----------------------------------------------------------------------------------------

def test_each_of_two_logins_in_a_folder_is_shown_by_its_name(home):
    used(home, ".claude")
    env = {"HOME": str(home), "CCMON_NOW": str(NOW)}
    for at, session, percent, left_s in ((60, "s1", 37, HOUR), (50, "s2", 8, 2 * HOUR)):
        hook.note({"session_id": session, "cost": {"total_api_duration_ms": 5},
                   "rate_limits": {"five_hour": {"used_percentage": percent, "resets_at": NOW + left_s},
                                   "seven_day": {"used_percentage": 1, "resets_at": NOW + DAY + left_s}}},
                  line_answer.folder(env), NOW - at)
    refresh.take_readings(context.prepare({}, env))
    for name, percent in (("default", 8.0), ("default/1", 37.0), ("default/2", 8.0)):
        ctx = context.prepare({"account": RawValue(name, "--account")}, env)
        facts = refresh.load(ctx, NOW)
        assert facts.reported.windows[0].percent == percent and len(facts.reported.windows) == 2
        assert [one[0].percent for one in facts.reported.apart.accounts] == [45.0 - percent]
        assert ctx.env is env and ctx.cache == ctx.line_cache


# --- how they look ------------------------------------------------------------------------------------------------------

THREE = [ListedAccount("default", ME, ("/home/ada/.claude",), login=Login("ab12", "max20"), read_at=NOW - 200,
                 windows=(five_hour(37, NOW + HOUR, NOW - 200), seven_day(84.9, NOW + DAY, NOW - 200))),
         ListedAccount("work", ME, ("/home/ada/.claude-work", "/srv/x\x1b[31m"), read_at=NOW - DAY),
         ListedAccount("laptop", Owner("lap\x1btop", "c3"), read_at=NOW - 7200, is_merged=True,
                 windows=(seven_day(100, NOW + 60, NOW - 7200),))]


def shown(cells, found=THREE):
    return [text.plain(row) for row in accounts_table.lines(found, "work", clock.zone("UTC"), NOW, "/home/ada", cells)]


def test_the_table():
    assert shown(None) == [
        "  account  plan   windows                                read        folder",
        "  default  max20  5h 37% to 17:00, 7d 84%! to Tue 16:00  3m ago      ~/.claude",
        "* work     -      none runs                              1d 0h ago   ~/.claude-work, /srv/x[31m",
        "  laptop   -      7d 100%! to 16:01                      2h 00m ago  machine laptop",
        "To see another one: ccmon --account default"]
    assert shown(None, []) == [accounts_table.NOTHING]


@pytest.mark.parametrize("cells", [200, 80, 40, 20, 5])
def test_narrow_terminals_get_a_list(cells):
    rows = shown(cells)
    assert all(text.width(row) <= cells for row in rows)
    if cells in (40, 20):
        assert any("to Tue 16:00" in row for row in rows)
        assert any(row.startswith("    7d  84%!") for row in rows) and any(row.startswith("* work") for row in rows)


def test_the_object_says_the_same():
    document = json.loads(json.dumps(accounts_table.document(THREE, "work", NOW)))
    first, work, laptop = document["accounts"]
    assert (first["plan"], first["age_s"], [one["percent"] for one in first["windows"]]) == ("max20", 200, [37, 84.9])
    assert (first["shown"], work["shown"], work["login"], work["host"]) == (False, True, None, None)
    assert (laptop["host"], laptop["folders"]) == ("laptop", [])
