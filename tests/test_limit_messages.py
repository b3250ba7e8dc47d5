"""Limit messages in the logs: which limit they are about and when it resets, in all wordings, and what becomes of them."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime, timezone

import pytest
from commands import HOUR, NOW, block
from hypothesis import given
from hypothesis import strategies as st

from ccmon.errors import CcmonError
from ccmon.sources import log_limits
from ccmon.sources.limit_events import KINDS, LimitMessage, limit_message
from ccmon.system import clock
from ccmon.when import SESSION_S, epoch, local

DAY = 24 * HOUR
WARSAW, NEW_YORK = clock.zone("Europe/Warsaw"), clock.zone("America/New_York")     # 17:00 and 11:00 on Monday 24 November
FALL = 1_761_436_800 - HOUR                        # Sunday 26 October 2025, 01:00 in Warsaw; 02:00 to 03:00 comes twice


def zone_of(name):
    if name == "local":
        return WARSAW
    try:
        return clock.zone(name)
    except CcmonError:
        return None


def line(text, at=NOW, **more):
    """As Claude Code writes it."""
    fields = {"type": "assistant", "isApiErrorMessage": True, "sessionId": "s",
              "timestamp": datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
              "message": {"id": "x", "model": "<synthetic>", "role": "assistant", "content": [{"type": "text", "text": text}],
                          "usage": {"input_tokens": 0, "output_tokens": 0}}}
    return json.dumps({**fields, **more}, separators=(",", ":"))


def settled(text, at=NOW):
    return log_limits.with_reset(limit_message(line(text, at).encode()), zone_of)


def after(text, at=NOW):
    found = log_limits.resets_at(text, at, zone_of)
    return None if found is None else found - at


# --- the words ---

@pytest.mark.parametrize("text, kind, after_s", [
    (f"Claude AI usage limit reached|{NOW + 7200}", "session", 7200),
    (f"Claude AI usage limit reached|{NOW + 20 * HOUR}", "weekly", 20 * HOUR),          # no session is so long
    (f"Claude AI usage limit reached|{NOW + 8 * DAY}", "other", 8 * DAY),
    (f"Claude AI usage limit reached|{NOW - 60}", "session", None),
    (f"Claude AI usage limit reached|{NOW - 1200}", "session", -1200),
    ("Claude AI usage limit reached", "session", None),
    ("Claude usage limit reached. Your limit will reset at 3pm (America/New_York).", "session", 4 * HOUR),
    ("5-hour limit reached \u2219 resets 8pm", "session", 3 * HOUR),
    ("5-hour limit reached - resets 12pm", "session", None),                                # 19 hours ahead
    ("Session limit reached \u2219 resets 9pm", "session", 4 * HOUR),
    ("You've hit your limit \u00b7 resets 6pm (Europe/Rome)", "session", HOUR),
    ("You've hit your limit \u00b7 resets 6:30pm (Europe/Warsaw)", "session", HOUR + 1800),
    ("You've hit your limit \u00b7 resets 10pm (Europe/Warsaw)", "session", 5 * HOUR),
    ("You've hit your limit \u00b7 resets 6:30\u202fPM (Europe/Warsaw)", "session", HOUR + 1800),
    ("You've hit your limit \u00b7 resets 4:58pm (Europe/Warsaw)", "session", None),       # just now, by another clock
    ("You've hit your limit \u00b7 resets 10:30pm (Europe/Warsaw)", "weekly", 5 * HOUR + 1800),
    ("You've hit your limit \u00b7 resets 12am (Europe/Warsaw)", "weekly", 7 * HOUR),
    ("You've hit your limit \u00b7 resets Nov 26, 1pm (Europe/Warsaw)", "weekly", 44 * HOUR),
    ("You've hit your limit \u00b7 resets Nov 24 at 9pm (Europe/Warsaw)", "session", 4 * HOUR),
    ("You've hit your limit \u00b7 resets Dec 20, 1pm (Europe/Warsaw)", "other", 26 * DAY - 4 * HOUR),
    ("You've reached your usage limit.", "other", None),
    ("You've hit your limit \u00b7 resets 6pm (Mars/Olympus)", "other", None),
    ("You've hit your session limit \u00b7 resets 12:50pm (America/New_York)", "session", HOUR + 3000),
    ("You've hit your session limit \u00b7 resets 5pm (Mars/Olympus)", "session", None),
    ("Weekly limit reached \u2219 resets Nov 28, 1pm", "weekly", 4 * DAY - 4 * HOUR),
    ("Weekly limit reached \u2219 resets Dec 3, 1pm", "weekly", None),                     # nine days ahead
    ("You've hit your weekly limit \u00b7 resets Mon 5am (UTC)", "weekly", 7 * DAY - 11 * HOUR),
    ("You've hit your weekly limit \u00b7 resets Mon 5pm (UTC)", "weekly", HOUR),
    ("You've hit your weekly limit \u00b7 resets 9am (UTC)", "weekly", 17 * HOUR),
    ("Opus weekly limit reached \u2219 resets Nov 28, 1pm", "model", 4 * DAY - 4 * HOUR),
    ("You've hit your Fable limit \u00b7 resets 6pm", "model", HOUR), ("Sonnet limit reached", "model", None),
    ("You're out of extra usage \u00b7 resets Nov 28 at 1pm (Europe/Warsaw)", "extra", 4 * DAY - 4 * HOUR),
    ("You're out of extra usage \u00b7 resets 8pm (Europe/Warsaw)", "extra", 3 * HOUR),
    ("You've hit your usage credit limit \u00b7 resets Dec 1 at 1am (Europe/Warsaw)", "extra", 6 * DAY + 8 * HOUR),
    ("You've hit your monthly spend limit \u00b7 raise it at example.org/x?from=y \u00b7 your weekly limit resets 8pm (UTC)",
    "spend",
     4 * HOUR),
    ("You've hit your fast limit \u00b7 resets in 1h 5m", "other", 3900)])
def test_which_limit_and_when_it_resets(text, kind, after_s):
    found = settled(text)
    assert (found.at_ms, found.kind, found.resets_at) == (NOW * 1000, kind, 0 if after_s is None else NOW + after_s)


def test_a_number_goes_before_the_words():
    found = log_limits.with_reset(LimitMessage(NOW * 1000, "session", "", NOW + 600, "resets 8pm"), zone_of)
    assert found.resets_at == NOW + 600


@pytest.mark.parametrize("text, after_s", [
    ("resets 5:01pm", 60), ("resets 5pm", 0), ("resets 4:56pm", -240), ("resets 4:55pm", DAY - 300),
    ("Resets at 18:30", HOUR + 1800), ("resets 0:15", 7 * HOUR + 900),
    ("resets 12:15 AM", 7 * HOUR + 900), ("reset at 12pm", 19 * HOUR), ("resets tomorrow", None), ("resets 5", None),
    ("resets 13pm", None), ("resets 0am", None), ("resets 24:00", None), ("resets 5:60pm", None), ("resets Feb 31, 1pm", None),
    ("resets Nov 24, 4pm", None), ("resets on Nov 24 at 6pm", HOUR), ("resets Nov 26, 2025, 6pm", 49 * HOUR),
    ("resets Dec 24 at 6pm", 30 * DAY + HOUR), ("resets Jan 24 at 6pm", None), ("resets in 2 hours and 5 minutes", 7500),
    ("resets in 20m", 1200), ("resets in 1 day", DAY), ("resets in 0m", None), ("resets in a moment", None),
    ("resets 6:30 PM (UTC)", 2 * HOUR + 1800), ("resets Nov 24 6pm (UTC)", 2 * HOUR),
    ("", None), ("resets in 5pm", None), ("presets 6pm", None), ("resets 6pm(UTC)", 2 * HOUR),
    ("resets 18:00 (UTC)", 2 * HOUR), ("resets 6pm (UTC", HOUR)])
def test_times_in_words(text, after_s):
    assert after(text) == after_s


@pytest.mark.parametrize("text, at, after_s", [
    ("resets 2:30am", FALL, HOUR + 1800), ("resets 2:30am", FALL + 2 * HOUR, 1800),
    ("resets 2:30am", FALL + HOUR + 2400, 3000), ("resets 2:30am", FALL + 3 * HOUR, 23 * HOUR + 1800),
    ("resets 4am", FALL, 4 * HOUR), ("resets 12am", FALL - HOUR, 0), ("resets 12am", FALL - HOUR + 60, -60),
    ("resets 11:58pm", FALL - HOUR + 60, -180),
    ("resets 12am", FALL - HOUR - 60, 60), ("resets 1am", FALL - 2 * HOUR, 2 * HOUR), ("resets Oct 26 at 3am", FALL, 3 * HOUR),
    ("resets 11pm", FALL + HOUR, 22 * HOUR),
    ("resets 2:30am", 1_774_738_800, 2 * HOUR + 1800),              # 29 March 2026, 00:00: there is no 02:30 on that day
    ("resets 4am", 1_774_738_800, 3 * HOUR), ("resets 12am (America/New_York)", 1_774_738_800, 5 * HOUR)],
    ids=["first of two", "second of two", "between the two", "of the next day", "hour more", "midnight", "just after",
         "of yesterday", "just before", "past midnight", "with its date",
         "back to an hour before", "gap", "hour less", "midnight elsewhere"])
def test_clocks_that_change(text, at, after_s):
    assert after(text, at) == after_s


@given(st.integers(NOW - 400 * DAY, NOW + 400 * DAY), st.integers(0, 23), st.integers(0, 59), st.sampled_from([WARSAW, NEW_YORK]))
def test_a_time_of_day_is_the_next_one(at, hour, minute, zone):
    found = log_limits.resets_at(f"resets {hour}:{minute:02d} ({zone.name})", at, zone_of)
    shown = local(found, zone)
    assert at - 300 < found <= at + DAY + 2 * HOUR
    assert (shown.hour, shown.minute) == (hour, minute) or local(found - HOUR, zone).hour in (1, 2)     # but in a gap


@given(st.text(max_size=200), st.integers(0, 4 * 10 ** 9))
def test_no_text_does_harm(text, at):
    for kind, longest_s in (("unnamed", 40 * DAY), ("session", SESSION_S), ("weekly", 7 * DAY), ("model", 7 * DAY)):
        found = log_limits.with_reset(LimitMessage(at * 1000, kind, "", 0, f"limit reached resets {text}"), zone_of)
        assert found.kind in KINDS and (not found.resets_at or at < found.resets_at <= at + longest_s + 300)


@given(st.integers(0, 4 * 10 ** 9))
def test_a_wall_clock_as_a_moment(at):
    for zone in (WARSAW, NEW_YORK):
        wall = local(at, zone)
        assert local(epoch(wall, zone), zone) == wall and epoch(wall, zone) <= at


# --- in the history ---

@pytest.fixture
def limited(machine):
    """A machine whose logs tell of three limits."""
    log = machine.home / ".claude/projects/p/s.jsonl"
    log.parent.mkdir(parents=True)
    log.write_text("".join(line(text, NOW - ago_s) + "\n" for text, ago_s in [
        ("You've hit your limit \u00b7 resets 6pm (Europe/Rome)", 1800),
        ("Weekly limit reached \u2219 resets Nov 28, 1pm (UTC)", 900),
        ("You've hit your Opus limit \u00b7 resets 6pm (Europe/Rome)", 600), ("Session limit reached", 300)]))
    return machine


def readings(machine):
    path = machine.home / ".local/share/ccmon/ccmon.db"
    if not path.exists():
        return []
    with closing(sqlite3.connect(str(path))) as db:
        return db.execute("SELECT window_s, ? - ts, percent, resets_at, source FROM reading ORDER BY ts", (NOW,)).fetchall()


WEEK = (7 * DAY, 900, 100.0, NOW + 4 * DAY - 3 * HOUR, "limit")
ALL = [(SESSION_S, 1800, 100.0, NOW + HOUR, "limit"), WEEK, (SESSION_S, 300, 100.0, 0, "limit")]


def test_messages_become_readings_of_their_window(limited):
    for now in (NOW, NOW + 60):
        limited.run("--json", "--source", "logs", now=now)
        assert readings(limited) == ALL


def test_the_list_shows_all_of_them(limited):
    limited.run("--json", "--source", "logs")
    assert [row.split()[:3] for row in limited.run("hit", "--list").out.splitlines()[1:]] == [
        ["16:30", "session", "18:00"], ["16:45", "week", "Fri"], ["16:50", "week", "of"], ["16:55", "session", "-"]]


def test_they_end_what_was_forecast(limited):
    from ccmon.model import Runway
    from ccmon.pipeline import history
    from ccmon.settings import context
    ctx = context.prepare({}, {**limited.env(), "CCMON_NOW": str(NOW)})
    with history.opened(ctx, 1000) as kept:
        kept.store_forecast(NOW - HOUR, NOW + HOUR, 50.0, Runway(NOW, NOW, NOW, 0.5), NOW)
    limited.answers([block(NOW - HOUR, 700)])
    limited.run("--json", "--source", "logs")
    with history.opened(ctx, 1000) as kept:
        kept.close_forecasts(NOW)
        assert [(made.outcome_at, made.reached) for made in kept.forecasts()] == [(NOW - 1800, True)]
