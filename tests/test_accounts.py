"""Whose usage it is: every name of the same folders is one account, other folders are another, and the former names are known."""

import hashlib
import itertools
import json
import os
import shutil
import subprocess

import pytest
from claude_logs import Entry, talk, write
from commands import HOUR, NOW, block
from hypothesis import given
from hypothesis import strategies as st
from log_sessions import survivors
from test_log_real_ccusage import program

from ccmon.settings import config
from ccmon.sources import log_entries, log_files

pytestmark = pytest.mark.newest_only


def former(*folders):
    """The account as ccmon made it before: of the links' targets, in the order given, whether they are there or not."""
    return hashlib.sha256("\n".join(map(os.path.realpath, folders)).encode("utf-8", "replace")).hexdigest()[:12]


class Home:
    """A home with folders of logs in it."""

    def __init__(self, path):
        self.path = path
        path.mkdir()

    def logs(self, name, entries=()):
        """Logs in a configuration folder of the home."""
        (self.path / name / "projects/-p").mkdir(parents=True, exist_ok=True)
        write(self.path / name, entries)

    def link(self, name, target):
        """A link in the home."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).symlink_to(target)

    def env(self, *named, **more):
        """The environment; ~ and @ are the home, and no name is the default."""
        known = {"HOME": str(self.path), **{name: value.replace("@", str(self.path)) for name, value in more.items()}}
        return {**known, "CLAUDE_CONFIG_DIR": ",".join(named).replace("@", str(self.path))} if named else known

    def account(self, *named, **more):
        """The account's hash."""
        return config.owner(self.env(*named, **more)).account

    def former(self, *named, **more):
        """What former_accounts says."""
        return set(config.former_accounts(self.env(*named, **more)))

    def at(self, name):
        """The path of something in the home."""
        return str(self.path / name)


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


USUAL, XDG = "~/.claude", "~/.config/claude"
SAME = [(USUAL,), ("~//.claude//",), ("~/.claude//",), ("~/./.claude/.",), ("@/.claude",), ("@//.claude/",), (".claude",),
        ("./.claude/",), (f" {USUAL} ",), (f"\t{USUAL}", ""), ("", USUAL, " "), (USUAL, USUAL), ("@/.claude/", USUAL),
        ("~/.claude/projects",), ("~/.claude/projects/",), ("~/.claude//projects/.",), (USUAL, "~/.claude/projects"),
        ("~/link",), ("~/link/",), ("~/link/projects",), ("~/link of a link",), (USUAL, "~/link"),
        ("~/link of a link/../.claude",), ("~/shared",), ("~/shared/projects",), ("",), (",",), (" , ",)]
DEFAULT = [(XDG, USUAL), (USUAL, XDG), ("~/.config/claude/", "@/.claude/"), (USUAL, XDG, USUAL),
           ("~/.config/claude/projects", USUAL)]


@pytest.fixture
def named(home):
    """A home in which ~/.claude has several names."""
    home.logs(".claude")
    home.link("link", ".claude")
    home.link("link of a link", "link")
    home.link("linked", ".claude/projects")
    home.link("shared/projects", home.path / ".claude/projects")
    return home


@pytest.mark.parametrize("names", [*SAME, *DEFAULT], ids=",".join)
def test_every_name_of_the_usual_folder_is_the_account_by_default(named, names, monkeypatch):
    expected = former(named.at(".claude"))
    for folder in (named.path, "/"):
        monkeypatch.chdir(folder)
        assert named.account() == named.account(*names) == expected
    assert named.account(*names, XDG_CONFIG_HOME="@/elsewhere") == expected


@pytest.mark.parametrize("names", SAME, ids=",".join)
def test_what_stood_for_it_before_is_known_under_every_name(named, names):
    here, xdg = named.at(".claude"), named.at(".config/claude")
    before = {former(*folders) for folders in ((xdg, here), (here, xdg), (here, here), (here + "/projects",),
                                               (here + "/", here + "/projects"), (xdg, here, here))}
    assert before <= named.former() and before <= named.former(*names)
    assert named.account() not in named.former(*names) and former(xdg) not in named.former(*names)


FOLDERS = ["~/a", "@/b/", "~/sp ace", "~/c/projects", "~/d-link"]


@given(st.data())
def test_a_list_is_one_account_in_every_order(tmp_path_factory, data):
    home = Home(tmp_path_factory.mktemp("x") / "home")
    home.link("d-link", "d")
    names = data.draw(st.lists(st.sampled_from(FOLDERS), min_size=1, max_size=5))
    again = data.draw(st.permutations(names + data.draw(st.lists(st.sampled_from(names), max_size=2))))
    assert home.account(*names) == home.account(*again)
    written = [os.path.realpath(name.strip().replace("~", str(home.path)).replace("@", str(home.path))) for name in names]
    assert former(*written) in home.former(*names) | {home.account(*names)}
    assert len(names) > 3 or former(*written) in home.former(*again) | {home.account(*again)}


@pytest.mark.parametrize("one, other", itertools.combinations([(USUAL,), ("~/.claude-work",), (USUAL, "~/.claude-work"), ("/x",),
                                                               (XDG,), ("~/.claude", "/x"), ("~",)], 2))
@pytest.mark.parametrize("filled", [[], [".claude"], [".claude", ".claude-work", ".config/claude"]])
def test_other_folders_are_another_account_and_none_takes_the_others_for_a_former_one(home, one, other, filled):
    for name in filled:
        home.logs(name)
    assert home.account(*one) != home.account(*other)
    assert not (home.former(*one) | {home.account(*one)}) & (home.former(*other) | {home.account(*other)})


def test_the_account_stays_whatever_comes_and_goes(home):
    """Before Claude Code's first start, after it, with another folder, without logs, with a disk that is not there."""
    seen = [home.account()]
    home.logs(".claude", talk(1, NOW, 1, 2))
    seen.append(home.account())
    home.logs(".config/claude", talk(2, NOW, 1, 2))
    seen.append(home.account())
    shutil.rmtree(home.at(".claude/projects/-home-dev-src-shop"))
    seen.append(home.account())
    shutil.rmtree(home.at(".config"))
    shutil.rmtree(home.at(".claude"))
    seen.append(home.account())
    assert set(seen) == {former(home.at(".claude"))}
    names = USUAL, "/mnt/nas/claude"
    away = home.account(*names)
    home.logs(".claude")
    assert home.account(*names) == away


def test_a_usual_folder_on_a_disk_that_is_away_is_still_it(home):
    home.logs("disk/claude")
    home.link(".claude", home.path / "disk/claude")
    home.logs(".config/claude")
    before = home.account()
    shutil.rmtree(home.at("disk"))
    assert home.account() == before == former(home.at("disk/claude"))


def test_where_only_the_other_usual_folder_has_logs_it_is_the_account(home):
    home.logs(".config/claude")
    there, usual = home.at(".config/claude"), home.at(".claude")
    for names in ((), (XDG,), (XDG, USUAL), (USUAL, XDG)):
        assert home.account(*names) == former(there)
        assert {former(there, usual), former(usual, there), former(there + "/projects")} <= home.former(*names)
        assert former(usual) not in home.former(*names)
    assert home.account(USUAL) == former(usual)
    moved = {"XDG_CONFIG_HOME": "@/.config"}
    assert home.account(**moved) == former(there) and home.account(XDG, **moved) == former(there)


def test_the_other_usual_folder_is_no_former_account_when_both_have_logs(home):
    """Somebody's work may be in it: by default both are read, but it is an account of its own when it is named."""
    home.logs(".claude")
    home.logs(".config/claude")
    assert home.account(XDG) == former(home.at(".config/claude"))
    assert home.account(XDG) not in home.former() | home.former(USUAL) | {home.account()}
    assert not home.former(XDG) & (home.former() | {home.account()})


def test_another_configuration_folder_is_known_as_a_former_one(home):
    home.logs(".claude")
    before = former(home.at("x/claude"), home.at(".claude")), former(home.at(".config/claude"), home.at(".claude"))
    assert set(before) <= home.former(XDG_CONFIG_HOME="@/x")
    assert before[1] in home.former()


@pytest.mark.parametrize("moved", [".claude", ".claude/projects", ".config/claude"])
def test_a_folder_that_became_a_link_is_the_same_account(home, moved):
    home.logs(".claude")
    home.logs(".config/claude")
    before, old = home.account(), former(home.at(".config/claude"), home.at(".claude"))
    os.rename(home.at(moved), home.at("elsewhere"))
    home.link(moved, home.path / "elsewhere")
    assert {before, old} <= home.former() | {home.account()}
    assert {before, old} <= home.former(USUAL) | {home.account(USUAL)}


def test_a_home_that_is_named_in_the_environment_is_the_one_of_the_tilde(home, monkeypatch):
    monkeypatch.setenv("HOME", "/nowhere")
    assert config.claude_folders(home.env("~/a", "~", "b", "~/a/")) == [home.at("a"), str(home.path), home.at("b")]
    assert config.claude_folders({"HOME": "/nowhere", "CLAUDE_CONFIG_DIR": "~/a,b"}) == ["/nowhere/a", "/b"]


# --- what is read -------------------------------------------------------------------------------------------------------

def files(home, *named, **more):
    """The logs that are read, relative to the home."""
    found = log_files.scan(log_files.projects(config.claude_folders(home.env(*named, **more))))
    return [os.path.relpath(file.path, str(home.path)) for file in found]


@pytest.mark.parametrize("names", [*SAME, *DEFAULT, (USUAL, "~/shared", "~/link/projects", "~/link of a link")], ids=",".join)
def test_no_file_is_read_under_two_names(named, names):
    named.logs(".claude", talk(1, NOW, 1, 3))
    assert [os.path.basename(name) for name in files(named, *names)] == ["11111111-2222-4333-8444-555555555555.jsonl"]


def test_a_folder_in_the_logs_of_another_is_read_once_through_a_link_too(home):
    home.logs("a/projects/b", talk(1, NOW, 1, 3))
    home.link("link", "a/projects/b")
    for names in itertools.permutations(("~/a", "~/a/projects/b", "~/link")):
        assert len(files(home, *names)) == 1
    home.link(".config/claude", home.path / "a")
    home.link(".claude", home.path / "link")
    assert len(files(home)) == 1


@pytest.mark.real_ccusage
@pytest.mark.parametrize("names", [*(names for names in SAME[2:] if any(name.strip(" ,") for name in names)),
                                   *DEFAULT, (USUAL, "/nowhere"), ("~/linked",), ("~/other",), ("~/dir",), ("~/file",)],
                         ids=",".join)
def test_ccusage_20_reads_the_same(named, names):
    """Each message with ids of its own, so that what ccusage reads twice counts once there, too. ~// it does not know."""
    named.logs(".claude", talk(1, NOW, 1, 5))
    named.logs(".config/claude", talk(2, NOW, 1, 3, session="other"))
    named.link("other/projects", named.path / "nowhere")
    named.logs("dir")
    named.link("dir/projects/linked", named.path / ".claude/projects/-home-dev-src-shop")
    named.logs("file")
    named.link("file/projects/-p/a.jsonl", next((named.path / ".claude/projects").rglob("*.jsonl")))
    env = {**named.env(*names), "PATH": os.environ["PATH"]}
    run = subprocess.run([program("CCUSAGE_20"), "blocks", "--json", "--offline", "--session-length", "5"], env=env,
                         cwd=str(named.path), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=False)
    told = [block for block in json.loads(run.stdout)["blocks"] if not block["isGap"]] if run.returncode == 0 else []
    lines = [text for file in log_files.scan(log_files.projects(config.claude_folders(env)))
             for text in open(file.path, "rb").read().split(b"\n")]
    kept = survivors([entry for text in lines for entry in log_entries.parse(text, "s")])
    assert (sum(block["tokenCounts"]["outputTokens"] for block in told), sum(block["entries"] for block in told)) == (
        sum(entry.output for entry in kept), len(kept))


# --- the program --------------------------------------------------------------------------------------------------------

def test_one_history_under_every_name(machine):
    """One look each: by default, by name, through a link."""
    write(machine.home / ".claude", [Entry(NOW - HOUR, 100, 400)])
    (machine.home / "link").symlink_to(".claude")
    for name in (None, "~/.claude", str(machine.home / "link") + "/", ".claude", "~/.config/claude,~/.claude/"):
        assert machine.run("--source", "logs", "record", CLAUDE_CONFIG_DIR=name).code == 0
        stored = machine.run("--source", "logs", "history", "--json", "--host", "all", CLAUDE_CONFIG_DIR=name).json
        assert [session["tokens"] for session in stored] == [500]


def test_logs_that_nobody_has_named_are_no_setting(machine):
    """ccusage fails where CLAUDE_CONFIG_DIR names nothing; Claude Code and ccmon take it for not set."""
    machine.answers([block(NOW - HOUR, 1000)])
    machine.behaves('[ -z "${CLAUDE_CONFIG_DIR+set}" ] || code=1; cat "' + str(machine.folder) + '/answer.json"')
    for name in ("", " ", ",", " , "):
        assert machine.run("--json", CLAUDE_CONFIG_DIR=name).json["warnings"] == []
    assert machine.run("--json", CLAUDE_CONFIG_DIR="~/.claude").json["warnings"] == ["source_failed"]


# --- in the history ---------------------------------------------------------------------------------------------------------

def test_what_is_stored_under_other_names_of_the_folders_is_one_history(machine):
    """By default, by the variable in several spellings, and as an older ccmon hashed the default folders."""
    import hashlib
    import sqlite3
    from contextlib import closing

    from commands import NOW, block
    machine.answers([block(NOW - 40 * 3600, 300)])
    machine.run("record")
    store = str(machine.home / ".local/share/ccmon/ccmon.db")
    folders = f"{os.path.realpath(machine.home)}/.config/claude\n{os.path.realpath(machine.home)}/.claude"
    old = hashlib.sha256(folders.encode()).hexdigest()[:12]
    with closing(sqlite3.connect(store)) as db, db:
        db.execute("UPDATE owner SET account = ?", (old,))
    for at, value in enumerate((None, "~/.claude", f"{machine.home}/.claude/", f"{machine.home}//.claude,~/.claude")):
        machine.answers([block(NOW - 30 * 3600 + at * 6 * 3600, 10)])
        variable = {} if value is None else {"CLAUDE_CONFIG_DIR": value}
        (machine.home / ".claude").mkdir(exist_ok=True)
        machine.run("record", now=NOW + at, **variable)
        rows = machine.run("history", "--json", now=NOW + at, **variable).json
        assert [row["tokens"] for row in rows] == [300, *[10] * (at + 1)]
    with closing(sqlite3.connect(store)) as db:
        assert db.execute("SELECT count(*) FROM owner").fetchone() == (1,)
