"""What `ccmon doctor` accepts is what the program uses: each kind of path, put to both, as a user without rights."""

import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest
from claude_logs import talk, write
from commands import HOUR, NOW
from strangers import model, place  # noqa: F401

from ccmon.store.connection import VERSION

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")]
NOT_PLAIN = "is a link or not a plain file"


# --- the history --------------------------------------------------------------------------------------------------------

def linked(to):
    """The history is a link; the file itself lies in the home."""
    def change(place):
        away = place.away(place.store)
        place.store.symlink_to(to.format(away=away, home=place.home))
    return change


def instead(make):
    """Something else lies there."""
    def change(place):
        place.away(place.store)
        make(place.store)
    return change


def beside(suffix, make):
    """Something lies where sqlite puts a journal."""
    return lambda place: make(Path(f"{place.store}{suffix}"))


def mode(bits, of=lambda place: place.store):
    return lambda place: of(place).chmod(bits)


def folder_of(place):
    return place.store.parent


def without_a_store(change):
    def both(place):
        place.store.unlink()
        change(place)
    return both


def folder_linked(place):
    os.rename(place.store.parent, place.home / "data")
    place.store.parent.symlink_to(place.home / "data")


def folder_instead(make):
    def change(place):
        place.away(place.store.parent)
        make(place.store.parent)
    return change


def spoiled(place):
    content = bytearray(place.store.read_bytes())
    content[4096:12288] = b"Z" * 8192
    place.store.write_bytes(content)


def begun(path):
    """What a ccmon leaves that was killed at its first start."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript("PRAGMA journal_mode = WAL; VACUUM")


def of_another_program(path):
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE TABLE cookies (a)")


def of_somebody(bits):
    def change(place):
        if os.getuid():
            pytest.skip("needs root to give a file away")
        os.chown(place.store, 4242, 4242)
        place.store.chmod(bits)
    return change


USABLE, NEW, SHUT, REFUSED, DAMAGED = "usable", "new", "can only be read", "refused", "damaged"
STORES = {
    "as it is": (lambda place: None, USABLE, ""),
    "not there": (lambda place: place.store.unlink(), NEW, ""),
    "no folder": (folder_instead(lambda path: None), NEW, ""),
    "link to a file": (linked("{away}"), REFUSED, NOT_PLAIN),
    "relative link": (linked("../../../away"), REFUSED, NOT_PLAIN),
    "link that leads nowhere": (linked("{home}/nowhere"), REFUSED, NOT_PLAIN),
    "link to a folder": (linked("{home}"), REFUSED, NOT_PLAIN),
    "link to itself": (linked("ccmon.db"), REFUSED, NOT_PLAIN),
    "hard link": (lambda place: os.link(place.store, place.home / "hard"), USABLE, ""),
    "folder": (instead(Path.mkdir), REFUSED, NOT_PLAIN),
    "pipe": (instead(os.mkfifo), REFUSED, NOT_PLAIN),
    "folder for the wal": (beside("-wal", Path.mkdir), REFUSED, "ccmon.db-wal " + NOT_PLAIN),
    "link for the wal": (beside("-wal", lambda path: path.symlink_to("x")), REFUSED, "ccmon.db-wal " + NOT_PLAIN),
    "pipe for the shm": (beside("-shm", os.mkfifo), REFUSED, "ccmon.db-shm " + NOT_PLAIN),
    "folder for a journal": (beside("-journal", Path.mkdir), REFUSED, "ccmon.db-journal " + NOT_PLAIN),
    "journal of a killed writer": (beside("-journal", lambda path: path.write_text("x" * 600)), USABLE, ""),
    "somebody else's": (of_somebody(0o600), REFUSED, "cannot be"),
    "somebody else's for all": (of_somebody(0o666), REFUSED, "cannot be"),
    "not to be read": (mode(0), REFUSED, "cannot be"),
    "only to be read": (mode(0o444), SHUT, ""),
    "for all to read": (mode(0o644), USABLE, ""),
    "folder only to be read": (mode(0o555, folder_of), SHUT, ""),
    "folder only to be read, and nothing in it": (without_a_store(mode(0o555, folder_of)), REFUSED, ""),
    "folder that is shut": (mode(0, folder_of), REFUSED, "cannot be"),
    "folder that is a link": (folder_linked, USABLE, ""),
    "folder that is a link that leads nowhere": (folder_instead(lambda path: path.symlink_to("x")), REFUSED, ""),
    "file for its folder": (folder_instead(lambda path: path.write_text("x")), REFUSED, ""),
    "no database": (lambda place: place.store.write_text("text " * 999), DAMAGED, "not a database"),
    "a few letters": (lambda place: place.store.write_text("hi"), DAMAGED, "not a database"),
    "spoiled": (spoiled, DAMAGED, "malformed"),
    "empty": (instead(Path.touch), NEW, ""),
    "only begun": (instead(begun), NEW, ""),
    "another program's": (instead(of_another_program), REFUSED, ""),
    "of a newer ccmon": (lambda place: place.sql("PRAGMA user_version = 9900"), REFUSED, "newer ccmon"),
    "of a slightly newer one": (lambda place: place.sql(f"PRAGMA user_version = {VERSION // 100}99"), USABLE, ""),
}


@pytest.mark.parametrize("name", STORES)
def test_all_are_of_one_mind_about_the_history(place, name):
    change, kind, words = STORES[name]
    change(place)
    if not name.startswith("somebody"):
        place.own()
    copy = str(place.home / "copy.db")
    doctor = place.doctor()["history"]
    check, backup = place.call("history", "--check"), place.call("history", "--backup", copy)
    assert (doctor["state"] == "fault", check.code, backup.code) == {
        USABLE: (False, 0, 0), NEW: (False, 0, 30), SHUT: (True, 0, 0), REFUSED: (True, 30, 30), DAMAGED: (True, 30, 30)}[kind]
    assert ("is sound" in check.out) is ("sound:" in doctor["says"] or "others on this" in doctor["says"]) is (
        kind == USABLE or name in ("empty", "only begun"))
    merge = place.call("merge", str(place.folder / "other.db")) if kind in (SHUT, REFUSED) else None
    history, shown = (place.call("history"), json.loads(place.call("--json").out)) if kind != DAMAGED else (None, {})
    record = place.call("record")
    assert record.code == (30 if kind in (SHUT, REFUSED) else 0) and not (kind in (USABLE, NEW) and record.err)
    if merge:
        assert merge.code == 30 and shown["warnings"] == ["store_failed"] and shown["session"]["tokens"] == 1234
    if history:
        assert history.code == (30 if kind == REFUSED else 0)
    for said in (doctor["says"], check.err, backup.err, *(call.err for call in (merge, history) if call)):
        assert words in said or kind in (USABLE, NEW, SHUT)
    assert ("damaged" in record.err) is ("damaged" in check.err) is ("damaged" in doctor["says"]) is (kind == DAMAGED)
    assert not os.path.lexists(place.home / "nowhere")
    if kind in (SHUT, REFUSED) and not doctor["mend"].startswith(("sudo ", "git pull")):
        place.mend(doctor["mend"])
        assert place.doctor()["history"]["state"] in ("ok", "hint") and place.call("record").code == 0


def test_what_a_link_leads_to_is_not_written_and_comes_in_by_the_doctors_command(place):
    linked("{away}")(place)
    place.own()
    before = (place.home / "away").read_bytes()
    place.call("record")
    place.mend(place.doctor()["history"]["mend"])
    assert not place.store.is_symlink() and place.store.read_bytes() == before == (place.home / "away").read_bytes()
    stored = place.call("history", "--json", "--host", "all", "--source", "ccusage").out                 # reads no logs
    assert [session["tokens"] for session in json.loads(stored)] == [10_300]


@pytest.mark.parametrize("statement, what", [("DROP TABLE alert", "the table alert is missing"),
                                             ("ALTER TABLE reading RENAME COLUMN noted_at TO x", "reading has no noted_at")])
def test_a_history_that_lacks_what_will_be_read_is_damaged(place, statement, what):
    place.sql(statement)
    place.own()
    assert what in place.call("history", "--check").err and what in place.doctor()["history"]["says"]


# --- the cache, the settings, the logs ----------------------------------------------------------------------------------

def cache_instead(make):
    def change(place):
        shutil.rmtree(place.cache)
        make(place)
    return change


def cache_linked(place):
    place.cache.symlink_to(place.away(place.cache))


CACHES = {
    "as it is": (lambda place: None, True), "not there": (cache_instead(lambda place: None), True),
    "a link": (cache_linked, True),
    "a link that leads nowhere": (cache_instead(lambda place: place.cache.symlink_to("x")), False),
    "a file": (cache_instead(lambda place: place.cache.write_text("x")), False),
    "only to be read": (mode(0o555, lambda place: place.cache), False),
    "in a folder that is only to be read": (cache_instead(mode(0o555, lambda place: place.cache.parent)), False),
}


@pytest.mark.parametrize("name", CACHES)
def test_the_doctor_names_what_is_wrong_with_the_cache_and_the_logs_are_read_without(place, name):
    change, works = CACHES[name]
    change(place)
    place.own()
    write(place.home / ".claude", talk(2, NOW - 7 * HOUR, 1, 5))
    place.own()
    doctor = place.doctor()["cache"]
    shown = json.loads(place.call("--source", "logs", "--json").out)
    assert "source_failed" not in shown["warnings"] and works is (doctor["state"] != "fault"), (doctor, shown["source"])
    if not works:
        place.mend(doctor["mend"])
        assert place.doctor()["cache"]["state"] != "fault"
        assert "source_failed" not in json.loads(place.call("--source", "logs", "--json").out)["warnings"]


def configured(text, bits=0o600):
    def change(place):
        place.config.write_text(text)
        place.config.chmod(bits)
    return change


def config_linked(place):
    (place.home / "mine.ini").write_text("[ccmon]\nplan = max5\n")
    place.config.symlink_to("../../mine.ini")


def config_shut(place):
    configured("[ccmon]\nplan = max5\n")(place)
    place.config.parent.chmod(0)


USED, IGNORED, REFUSED_SETTINGS = 35_000, 7000, None
SETTINGS = {
    "none": (lambda place: None, IGNORED, "ok"), "one": (configured("[ccmon]\nplan = max5\n"), USED, "ok"),
    "a link": (config_linked, USED, "ok"), "empty": (configured(""), IGNORED, "ok"),
    "a link that leads nowhere": (lambda place: place.config.symlink_to("x"), IGNORED, "ok"),
    "a folder": (lambda place: place.config.mkdir(), REFUSED_SETTINGS, "fault"),
    "a pipe": (lambda place: os.mkfifo(place.config), REFUSED_SETTINGS, "fault"),
    "shut": (configured("[ccmon]\nplan = max5\n", 0), REFUSED_SETTINGS, "fault"),
    "in a folder that is shut": (config_shut, IGNORED, "fault"),
    "a wrong plan": (configured("[ccmon]\nplan = mx5\n"), REFUSED_SETTINGS, "fault"),
    "a wrong theme": (configured("[ccmon]\ntheme = drak\n"), REFUSED_SETTINGS, "fault"),
    "a wrong price": (configured("[prices]\nx = 1\n"), REFUSED_SETTINGS, "fault"),
    "two resets": (configured("[ccmon]\nreset = 5\nreset_hour = 4\n"), REFUSED_SETTINGS, "fault"),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_doctor_and_the_program_are_of_one_mind_about_the_settings(place, name):
    change, limit, state = SETTINGS[name]
    change(place)
    place.own()
    doctor, shown = place.doctor()["settings"], place.call("--json")
    assert (doctor["state"], shown.code == 2) == (state, limit is None), doctor
    if limit is None:
        assert doctor["says"].partition(". ")[0] in shown.err
    else:
        assert json.loads(shown.out)["plan"]["limit"] == limit


ZONES = [("Europe/Warsaw", True), ("local", True), ("Europe/Nowhere", False), ("", True), ("UTC", True), (" utc ", True)]


@pytest.mark.parametrize("zone, known", ZONES)
def test_the_doctor_and_the_program_are_of_one_mind_about_the_zone(place, zone, known):
    place.own()
    assert (place.doctor(CCMON_TIMEZONE=zone)["time"]["state"] != "fault") is known
    assert (place.call("--json", CCMON_TIMEZONE=zone).code != 2) is known


def program(place, name, script=None, bits=0o755):
    path = place.home / name
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(place.folder / "answer.json", f"{path}.json")
    path.write_text("#!/bin/sh\n[ \"$1\" = --version ] && exec echo 20.0.24\n" + (script or f"cat '{path}.json'") + "\n")
    path.chmod(bits)
    return str(path)


PROGRAMS = {
    "on PATH": (lambda place: {}, True),
    "named": (lambda place: {"CCMON_CCUSAGE": program(place, "mine")}, True),
    "named with ~": (lambda place: {"CCMON_CCUSAGE": program(place, "mine") and "~/mine"}, True),
    "named, a link": (lambda place: {"CCMON_CCUSAGE": (place.home / "link").symlink_to(program(place, "mine"))
                                     or str(place.home / "link")}, True),
    "named, not there": (lambda place: {"CCMON_CCUSAGE": "/nowhere/ccusage"}, False),
    "named, not a program": (lambda place: {"CCMON_CCUSAGE": program(place, "mine", bits=0o644)}, False),
    "named, a folder": (lambda place: {"CCMON_CCUSAGE": str(place.home)}, False),
    "named, fails": (lambda place: {"CCMON_CCUSAGE": program(place, "mine", "exit 3")}, False),
    "named, says nothing": (lambda place: {"CCMON_CCUSAGE": program(place, "mine", ":")}, False),
    "named, slow": (lambda place: {"CCMON_CCUSAGE": program(place, "mine", "sleep 5"), "CCMON_TIMEOUT": "0.5"}, False),
    "not on PATH, but in the home": (lambda place: {"CCMON_CCUSAGE": program(place, ".local/bin/ccusage") and None,
                                                    "PATH": "/usr/bin:/bin"}, True),
    "a relative PATH": (lambda place: {"PATH": ".:bin:/usr/bin:/bin"}, None),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_doctor_and_the_program_are_of_one_mind_about_ccusage(place, name):
    change, works = PROGRAMS[name]
    env = {"CCMON_SOURCE": "ccusage", **change(place)}
    place.own()
    doctor, shown = place.doctor(**env)["ccusage"], place.call("--json", **env)
    source = json.loads(shown.out)["source"]
    assert (source["error"] is None) is (doctor["state"] == "ok") is (works if works is not None else doctor["state"] == "ok")
    if doctor["state"] != "ok":
        assert doctor["says"].split("(")[0].split(". ")[0].strip() in source["error"]


LOGS = [(None, 5), ("~/.claude/", 5), ("~/link,~/.claude", 5), (".claude", 5), ("~/.claude/projects", 5), ("/nowhere", 0),
        ("~/x", 0), ("~/other,~/nowhere", 0)]


@pytest.mark.parametrize("names, entries", LOGS)
def test_the_doctor_and_the_log_reader_are_of_one_mind_about_the_logs(place, names, entries):
    (place.home / "link").symlink_to(".claude")
    (place.home / "other").mkdir()
    (place.home / "other/projects").symlink_to("../nowhere")
    place.own()
    env = {"CLAUDE_CONFIG_DIR": names}
    says = place.doctor(**env)["logs"]["says"]
    shown = json.loads(place.call("--source", "logs", "--json", XDG_DATA_HOME=str(place.home / "new"), **env).out)
    assert says.startswith("1 file,") is (shown["session"] is not None) is bool(entries)
