"""ccmon why: three situations as exact text, and from outside on homes that are empty, broken or named with malice."""

from typing import Any, Dict

import pytest
import scenes
from commands import HOUR, NOW, block
from hypothesis import given
from hypothesis import strategies as st
from scenes import MAX5, RECORD, START, FixedZone, made_facts, official, samples, week
from scenes import NOW as THEN
from scenes import block as made

from ccmon import __version__
from ccmon.learning.values import Change, UsageCurve, WeekModel
from ccmon.model import Facts, Source
from ccmon.settings.ini_sections import Setting
from ccmon.text import plain, width
from ccmon.typed_values import ResetRule
from ccmon.usage import compute
from ccmon.usage.outlook import Outlook
from ccmon.views import why
from ccmon.views.evidence import CacheFacts, Evidence, LogFacts, StoreFacts, why_document

pytestmark = pytest.mark.newest_only

HOME = "/home/ada"
ZONE = FixedZone()
DEFAULTS = tuple(Setting(name, "", "default") for name in ("theme", "wait", "interval"))
INI = f"{HOME}/.config/ccmon/config.ini"
READ = Source(version="20.0.24", path=f"{HOME}/.npm/bin/ccusage", refreshed=THEN - 2, took_s=0.31, ran=THEN - 130)


def evidence(facts: Facts, choice: compute.Options = MAX5, **changes: Any) -> Evidence:
    """What would be gathered at the moment of the scenes."""
    usual: Dict[str, Any] = {
        "store": StoreFacts(f"{HOME}/.local/share/ccmon/ccmon.db", 123_456, 103,
                            (("owner", 1), ("session", 42), ("snapshot", 9211), ("note", 3), ("minute", 0))),
        "cache": CacheFacts(f"{HOME}/.cache/ccmon", 3, THEN - 2, THEN + 13, THEN + 58), "logs": None, "plans": (),
        "folders": (f"{HOME}/.claude/projects",), "config": INI, "configured": False, "settings": DEFAULTS,
        "prices": "2026-11-22", "home": HOME}
    return Evidence(compute.assess(facts, choice, ZONE, THEN), ZONE, compute.burn_terms(facts, THEN), **{**usual, **changes})


def working() -> Evidence:
    """A session that was watched; options from a flag, a variable and the file."""
    blocks = (*week(), made(18_386))
    facts = made_facts(blocks, (START,), samples(18_386), RECORD, READ, windows=official())
    own = (Setting("plan", "max5", "flag", "--plan", ("CCMON_PLAN", f"{INI}, line 2")),
           Setting("timezone", "Europe/Warsaw", "environment", "CCMON_TIMEZONE"),
           Setting("line_ttl", "30", "file", f"{INI}, line 3"))
    return evidence(facts, settings=(*own, *DEFAULTS), configured=True)


def nothing() -> Evidence:
    """The first call in an empty home."""
    return evidence(Facts(), compute.Options(), store=StoreFacts(f"{HOME}/.local/share/ccmon/ccmon.db"), folders=(),
                    cache=CacheFacts(f"{HOME}/.cache/ccmon"))


def failing() -> Evidence:
    """The log files are read, and that fails; the store is damaged; the sessions are some hours old."""
    source = Source("logs", refreshed=THEN - 7200, ran=THEN - 7200, took_s=2.5, reason="no_ccusage", skipped=3,
                    error="Failed to get usage data: the cache of the log reader failed (disk I/O error). It is made anew")
    old = made(9000, START - 5 * HOUR, source="logs", models=("claude-opus-4-1-20250805",), last=THEN - 3 * HOUR - 1200)
    facts = made_facts((*week()[:3], old), (), (), RECORD, source,
                       "The history was damaged: it is kept as /x/ccmon.db.corrupt, and a new one was begun")
    logs = LogFacts(12, 3456, 990, 3, {"tool_result": 7, "progress": 1234}, ((f"{HOME}/.claude/projects/-src/a.jsonl", 3, 17),))
    return evidence(facts, compute.Options("custom_max", rule=ResetRule("hour", (5, 20))), logs=logs,
                    store=StoreFacts(f"{HOME}/ccmon.db", 4096, 103, trouble=facts.stored.trouble), own_prices=("claude-opus-9",),
                    cache=CacheFacts(f"{HOME}/.cache/ccmon", 1, THEN - 7200, 0, 0, THEN + 24, 4),
                    settings=(Setting("reset", "5,20", "flag", "--reset"), *DEFAULTS))


WORKING = """\
ccmon 1.0.0  where each number comes from      2026-01-15 15:42:10 Europe/Warsaw
source   ccusage 20.0.24, 2s old; ran 2m ago in 0.31 s, no log changed since
         ~/.npm/bin/ccusage reads ~/.claude/projects
session  13:00-18:00: 18,386 tokens = 6,894 input + 11,492 output
         without cache: 1,434,108 read, 91,930 written; totalTokens 1,544,424
         204 entries; $4.06 by ccusage; opus-4-1, sonnet-4-5
limit    35,000 tokens: plan max5, a reference figure; 37 % used, as Claude says
         record: 31,200 on 2026-01-13, the largest of 41 completed sessions
reset    17:40, in 1h 57m: as Claude says
         next reference time 18:00; zone Europe/Warsaw (CCMON_TIMEZONE)
burn     90 /min = 5,400 tokens of the last hour / 60, measured
         31 samples since 14:42: 5,400 of the session from 13:00
         runs out 21:30: about 31,306 tokens left at that pace
official 5 hours: 37 %, reset 17:40; read 15:41, 40s ago
         7 days: 12 %, reset Tue 09:00; read 15:41, 40s ago
prices   table of 2026-11-22; used with the log files
store    ~/.local/share/ccmon/ccmon.db, 123 kB, schema 103
         rows: owner 1, session 42, snapshot 9,211, note 3
cache    ~/.cache/ccmon, 3 status lines, fresh for 13s
options  plan       max5           --plan; not CCMON_PLAN, config.ini
         timezone   Europe/Warsaw  CCMON_TIMEZONE
         line_ttl   30             config.ini, line 3
         the other 3 are defaults; ~/.config/ccmon/config.ini
"""

NOTHING = """\
ccmon 1.0.0  where each number comes from      2026-01-15 15:42:10 Europe/Warsaw
source   ccusage, nothing read so far. Run ccmon, or `ccmon record`
session  none is known
limit    7,000 tokens: plan pro, a reference figure
         record: none, as no completed session is known
reset    18:00, in 2h 17m: no session runs: the next reference time
         zone Europe/Warsaw (default)
burn     0 /min = 0 tokens of the last hour / 60, even
official not known; Claude Code tells it to its status line: `ccmon init claude`
prices   table of 2026-11-22; used with the log files
store    ~/.local/share/ccmon/ccmon.db, not made so far
cache    ~/.cache/ccmon, 0 status lines, no refresh so far
options  all 3 are defaults; there is no ~/.config/ccmon/config.ini
"""

FAILING = """\
ccmon 1.0.0  where each number comes from      2026-01-15 15:42:10 Europe/Warsaw
source   logs, 2h 00m old, took 2.5 s
         the log files, not ccusage: no ccusage could be started
         reads ~/.claude/projects
         ! Failed to get usage data: the cache of the log reader failed (disk
         I/O error). It is made anew
         3 damaged lines left out
logs     12 files, 3,456 lines: 990 messages, 3 damaged
         ! 3 damaged lines, the first is line 17 of ~/.claud..jects/-src/a.jsonl
         not answers, so not counted: 1,234 reports of progress, 7 results of
         tools
session  none runs; the last one:
         08:00-13:00: 9,000 tokens = 3,375 input + 5,625 output
         without cache: 702,000 read, 45,000 written; together 756,000
         100 entries; $1.99 by the prices below; opus-4-1
limit    31,200 tokens: plan custom_max, your record
         record: 31,200 on 2026-01-13, the largest of 41 completed sessions
reset    20:00, in 4h 17m: your own hour (--reset)
         next reference time 18:00; zone Europe/Warsaw (default)
burn     0 /min = 0 tokens of the last hour / 60, even
official not known; Claude Code tells it to its status line: `ccmon init claude`
prices   table of 2026-11-22; your own for claude-opus-9; used with the log
         files
store    ~/ccmon.db, 4 kB, schema 103
         ! The history was damaged: it is kept as /x/ccmon.db.corrupt, and a new
         one was begun
cache    ~/.cache/ccmon, 1 status line, none fresh
         ! 4 failures in a row: not asked before 15:42:34
options  reset      5,20  --reset
         the other 3 are defaults; there is no ~/.config/ccmon/config.ini
"""


def shown(found: Evidence, cells: int = 80) -> str:
    """The text in a pipe."""
    return "".join(plain(line) + "\n" for line in why.lines(found, cells))


@pytest.mark.parametrize("situation, picture", [(working, WORKING), (nothing, NOTHING), (failing, FAILING)])
def test_pictures(situation, picture):
    assert shown(situation()) == picture.replace("1.0.0", __version__)


def test_a_usual_day_fits_one_screen_with_the_prompt():
    assert len(WORKING.splitlines()) < 24


@pytest.mark.parametrize("situation", [working, nothing, failing])
@pytest.mark.parametrize("cells", [1, 8, 9, 10, 20, 40, 79, 80, 120, 200])
def test_nothing_is_wider_than_asked(situation, cells):
    assert all(width(row) <= cells for row in shown(situation(), cells).splitlines())


@given(st.text(max_size=300), st.integers(10, 120))
def test_hostile_names(name, cells):
    """In a path, a host's table, a model, an error, a value: one line stays one line, and no control character comes through."""
    found = working()._replace(
        store=StoreFacts("/" + name, 1, 1, ((name, 3),), name), folders=(name,), own_prices=(name,), own_themes=(name,),
        home=name, cache=CacheFacts(name, 1, failures=1, retry_at=1), plans=((name, name),), config=name,
        settings=(Setting("plan", name, "file", name + ", line 3", (name,)),))
    snapshot = found.snapshot
    broken = snapshot._replace(source=snapshot.source._replace(name=name, version=name, path=name, error=name, reason=name),
                               reset=snapshot.reset._replace(timezone=name),
                               limit=snapshot.limit._replace(plan=name, source=name))
    lines = why.lines(found._replace(snapshot=broken), cells)
    for line in lines:
        text = "".join(span.text for span in line)
        assert text.isprintable() and width(text) <= cells


@pytest.mark.parametrize("path, home, cells, shown", [
    (HOME + "/a/long/path/to/ccmon.db", HOME, 80, "~/a/long/path/to/ccmon.db"), (HOME + "/x", HOME + "/", 80, "~/x"),
    *[(HOME + "/a/very/long/path/to/ccmon.db", HOME, cells, shown) for cells, shown in (
        (29, "~/a/very/..g/path/to/ccmon.db"), (12, "~/a..cmon.db"), (2, ".."), (0, ".."))],
    ("/home/adam/x", HOME, 80, "/home/adam/x"), ("/x", "", 80, "/x"), ("/x", "/", 80, "/x")])
def test_a_path_is_below_the_home_and_a_long_one_keeps_both_ends(path, home, cells, shown):
    assert nothing()._replace(home=home).path_text(path, cells) == shown


# --- single lines -----------------------------------------------------------------------------------------------------

def facts(*blocks, **changes):
    """Facts with these sessions, all of them listed."""
    usual = {"blocks": blocks, "listed": tuple(b.start for b in blocks), "source": READ}
    return made_facts(**{**usual, **changes})


LIMITED = Setting("limit", "9,000", "environment", "CCMON_LIMIT")
SCHEDULED = Setting("reset", "schedule", "flag", "--reset")


@pytest.mark.parametrize("found, words", [
    (evidence(facts(made(700)), compute.Options()), "7,000 tokens: plan pro, a reference figure; 10 % used"),
    (evidence(facts(made(700)), compute.Options(explicit_limit=(9000, "config")), settings=(LIMITED,)),
     "9,000 tokens: set by CCMON_LIMIT; 7 % used"),
    (evidence(facts(made(8000)), compute.Options()), "the session is above every record: the real limit is higher"),
    (evidence(facts(made(8000), high_water=RECORD), compute.Options()),
     "plan pro was exceeded, so custom_max is in force for this session"),
    (evidence(facts(), compute.Options("custom_max")), "7,000 tokens: plan custom_max, without a record the figure of pro"),
    (evidence(facts(made(9)), plans=(("max5", INI + ", line 9"),)), "35,000 tokens: plan max5, config.ini, line 9; 0 % used"),
    (evidence(facts(made(9, counted=False, input=None, output=None))), "9 tokens: ccusage gave only this total"),
    (evidence(facts(made(900, cost_usd=None))), "10 entries; cost not known; opus-4-1, sonnet-4-5"),
    (evidence(facts(made(90, models=()))), "1 entry; $0.02 by ccusage; -"),
    (evidence(facts(made(900), made(90, START + 60))), "+1 active session, not added"),
    (evidence(facts(made(1620))), "session from 13:00: 599 of 1,620 tokens, spread over 2h 42m"),
    (evidence(facts(made(5), source=READ._replace(progress=0.5))), "! reading all logs: 50 % so far"),
    (evidence(facts(made(5), source=READ._replace(skipped=1, future=2))), "2 sessions dated in the future: check the clock"),
    (evidence(facts(made(5), source=READ._replace(ran=THEN - 2))), "ccusage 20.0.24, 2s old, took 0.31 s"),
    (evidence(facts(made(5)), MAX5._replace(rule=ResetRule("schedule")), settings=(SCHEDULED,)),
     "18:00, in 2h 17m: reference time (--reset)"),
    (evidence(facts(made(5))), "18:00, in 2h 17m: end of the session, 5 hours after its start"),
    (evidence(facts(), store=StoreFacts(None), cache=CacheFacts(None)), "none: there is no home directory"),
])
def test_words(found, words):
    assert words in shown(found, 200)


# --- from outside -----------------------------------------------------------------------------------------------------

def test_an_empty_home_stays_empty(machine):
    result = machine.run("why")
    assert (result.code, result.err) == (0, "") and "nothing read so far" in result.out and "not made so far" in result.out
    assert machine.runs() == 0 and list(machine.home.iterdir()) == []
    data = machine.run("why", "--json").json
    assert data["session"] is None and data["logs"] is None and data["store"]["size"] == 0 and data["source"]["age_s"] is None
    assert list(machine.home.iterdir()) == []


@pytest.fixture
def recorded(machine):
    """A machine that remembers two sessions, the last one active."""
    machine.answers([block(NOW - 20 * HOUR, 3000), block(NOW - 2 * HOUR, 700)])
    assert machine.run("record").code == 0
    return machine


def test_it_runs_no_ccusage(recorded):
    recorded.fails()
    assert recorded.run("why", now=NOW + 9 * HOUR).code == 0 and recorded.runs() == 1


def test_the_numbers_are_those_of_json(recorded):
    data, other = recorded.run("why", "--json").json, recorded.run("--json").json
    assert data["session"]["tokens"] == other["session"]["tokens"] == 700 and data["session"]["total_tokens"] == 700 * 101
    assert data["session"]["entries"] == 7 and data["session"]["source"] == "ccusage"
    assert data["burn_rate"]["per_min"] == other["burn_rate_per_min"] and data["burn_rate"]["source"] == other["burn_rate_source"]
    assert sum(term["tokens"] for term in data["burn_rate"]["sessions"]) == pytest.approx(data["burn_rate"]["tokens"])
    assert (data["reset"], data["percent"], data["warnings"]) == (other["reset"], other["percent"], other["warnings"])
    assert data["limit"]["tokens"] == other["plan"]["limit"]
    assert data["limit"]["record"] == {"tokens": 3000, "at": NOW - 20 * HOUR, "sessions": 1}


def test_what_is_stored_and_cached(recorded):
    recorded.run("--statusline")
    data = recorded.run("why", "--json").json
    assert data["store"]["path"] == str(recorded.home / ".local/share/ccmon/ccmon.db") and data["store"]["size"] > 4096
    assert data["store"]["rows"]["session"] == 2 and data["store"]["schema"] >= 102 and data["store"]["trouble"] is None
    assert data["cache"]["folder"] == str(recorded.cache) and data["cache"]["lines"] >= 1 and data["cache"]["failures"] == 0
    assert data["cache"]["fresh_until"] > NOW and data["source"]["ran"] == data["source"]["refreshed"] == NOW
    assert data["source"]["path"] == str(recorded.ccusage) and data["source"]["version"] == "20.0.24"


def test_a_failing_source_is_told_with_its_pause(recorded):
    recorded.fails()
    recorded.run("record")
    out, data = recorded.run("why").out, recorded.run("why", "--json").json
    assert "! Failed" in out or "! ccusage" in out
    assert "1 failure in a row: not asked before 17:00:03" in out
    assert data["cache"]["failures"] == 1 and data["cache"]["retry_at"] == NOW + 3 and data["source"]["error"]
    assert "1 failure in a row: asked again at the next look" in recorded.run("why", now=NOW + 3).out


def test_who_set_what(recorded):
    path = recorded.configure("[ccmon]\nplan = max5\ntimezone = UTC\n\n[plans]\nmax20 = 150000\n")
    words = ("why", "--json", "--plan", "max20", "--reset-hour", "9")
    options = {item["name"]: item for item in recorded.run(*words, CCMON_PLAN="pro", CCMON_RESET="schedule").json["options"]}
    assert options["plan"] == {"name": "plan", "text": "max20", "level": "flag", "where": "--plan",
                               "hidden": ["CCMON_PLAN", f"{path}, line 2"]}
    assert options["timezone"] == {"name": "timezone", "text": "UTC", "level": "file", "where": f"{path}, line 3", "hidden": []}
    assert options["reset"]["text"] == "9" and options["reset"]["hidden"] == ["CCMON_RESET"] and "reset_hour" not in options
    assert options["theme"] == {"name": "theme", "text": "auto", "level": "default", "where": None, "hidden": []}
    out = recorded.run("why", "--plan", "max20").out
    assert "150,000 tokens: plan max20, config.ini, line 6" in out and "plan       max20  --plan; not config.ini" in out


def test_themes_of_ones_own_are_named(recorded):
    assert recorded.run("why", "--json").json["themes"] == {"own": []} and "of your own" not in recorded.run("why").out
    recorded.configure("[ccmon]\n[theme.sea]\nok = cyan\n[theme.dark]\n[prices]\nclaude-opus-9 = 3, 15, 3.75, 6, 0.30\n")
    assert recorded.run("why", "--json").json["themes"] == {"own": ["sea", "dark"]}
    out = recorded.run("why").out
    assert "options  themes of your own: sea, dark\n" in out and "your own for claude-opus-9" in out


@pytest.mark.parametrize("content, words", [(b"garbage" * 999, "The history was damaged"),
                                            (None, "is a link or not a plain file")])
def test_a_broken_store_is_told(machine, content, words):
    path = machine.home / ".local/share/ccmon/ccmon.db"
    path.parent.mkdir(parents=True)
    path.symlink_to("nowhere") if content is None else path.write_bytes(content)
    result = machine.run("why")
    assert result.code == 0 and words in " ".join(result.out.split())


def test_a_store_of_a_newer_version_is_told_and_left_alone(recorded):
    import sqlite3
    path = str(recorded.home / ".local/share/ccmon/ccmon.db")
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 900")
    assert "was written by a newer ccmon" in " ".join(recorded.run("why").out.split())


def test_without_a_home(machine):
    result = machine.run("why", HOME="/nonexistent")
    assert result.code == 0 and "there is no home directory" in result.out


def test_a_demo_explains_itself(machine):
    result = machine.run("why", "--demo", now=None)
    assert result.code == 0 and "simulated, nothing is read" in result.out and "plan ml_auto, learned" in result.out
    assert str(machine.home) not in result.out and "there is no ~/.config" in result.out
    assert machine.runs() == 0 and list(machine.home.iterdir()) == []


def test_a_wrong_configuration_is_one_sentence(machine):
    machine.configure("[ccmon]\nplam = max5\n")
    result = machine.run("why")
    assert result.code == 2 and result.out == "" and "did you mean plan" in result.err


def test_a_home_with_an_ugly_name(machine):
    home = machine.folder / "a b\n\x1b[31m%41?#\u202e"
    home.mkdir()
    machine.answers([block(NOW - HOUR, 70)])
    assert machine.run("record", HOME=home).code == 0
    result, data = machine.run("why", HOME=home), machine.run("why", "--json", HOME=home).json
    assert result.code == 0 and "\x1b" not in result.out and "\u202e" not in result.out
    assert all(width(row) <= 80 for row in result.out.splitlines())
    assert data["store"]["path"].startswith(str(home)) and data["store"]["rows"]["session"] == 1


# --- what was learned ---------------------------------------------------------------------------------------------------

def section(found: Evidence, name: str) -> str:
    """The rows of one topic."""
    rows, on = [], False
    for line in shown(found).splitlines():
        on = line.startswith(name) or on and line.startswith(" ")
        rows += [line.strip()] if on else []
    return "\n".join(rows)


def test_what_was_learned_is_told_with_its_error_and_what_it_rests_on():
    changed = scenes.learned(changes=(Change(THEN - 90_000, 0.8, THEN - 80_000),))
    made = scenes.scene(21_012, windows=official(61), outlook=scenes.outlook(61, 21_012), learned=changed)
    found = working()._replace(snapshot=made.snapshot)
    told = section(found, "learned")
    assert "about 35,000 tokens (33,600-36,750), by cost, error 0.6 points" in told and "now 0.80 of what it was" in told
    assert "120 readings, 3 limit events; noise 1.2 %, 80 % of windows used" in told
    assert "% likely to run out before the reset (" in section(found, "runway")
    assert why_document(found)["learned"]["ruler"]["error_points"] == 0.62


@pytest.mark.parametrize("days, words", [(0, "wide: by the pace of the first day"), (9, "from 9 days")])
def test_a_week_says_how_many_days_it_rests_on(days, words):
    made = scenes.scene(21_012, windows=official(61), outlook=Outlook(week=WeekModel(THEN, days, None, UsageCurve((), ()))))
    assert words in section(working()._replace(snapshot=made.snapshot), "runway").replace("\n", " ")


def test_before_anything_is_learned_nothing_is_told():
    assert section(working(), "learned") == section(working(), "runway") == ""


def test_a_cut_that_ccusage_does_not_share_is_explained():
    said = made(5100, START - 4 * HOUR)
    shown = evidence(made_facts((made(5000),), (START,), (), RECORD, READ), cut_since=START - 6 * HOUR, reported=(said,))
    words = " ".join(plain(line).strip() for line in why.lines(shown, 80))
    assert ("! cut from all messages ever read: logs up to 07:00 are gone or came late, so ccusage cuts it otherwise "
            "ccusage says 09:00-14:00: 5,100 tokens") in words
