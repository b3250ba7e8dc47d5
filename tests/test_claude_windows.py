"""Claude Code's row and the spool with all windows of an account: whose they are, what fits, what comes back."""

import json
import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from line_scenes import LINES, WEEK_END, account
from scenes import DAY_S, NOW, START, scene

from ccmon import claude_row
from ccmon.model import Apart
from ccmon.sources import hook, session_json, spool_lines
from ccmon.sources.session_json import MOST_WINDOWS, WINDOWS_S
from ccmon.text import Charset
from ccmon.usage.windows import window
from ccmon.views.line import dialects, fields

pytestmark = pytest.mark.newest_only

ENDS = {"five_hour": NOW + 7200, "seven_day": NOW + 3 * DAY_S, "seven_day_opus": NOW + 3 * DAY_S, "seven_day_haiku": NOW + DAY_S,
        "seven_day_sonnet_4_5": NOW + 4 * DAY_S, "seven_day_apps": NOW + DAY_S, "spend_limit": NOW + 20 * DAY_S, "x": NOW + 60}
OTHER_S = 1800                         # so much later end the windows of the other account


def shares(rest):
    """Windows with percentages that leave that rest when halved: they tell the accounts apart."""
    found = st.dictionaries(st.sampled_from(list(ENDS)), st.integers(0, 60).map(lambda half: 2 * half + rest))
    return found.map(lambda known: {name: [used, ENDS[name] + rest * OTHER_S] for name, used in known.items()})


def told(windows, **more):
    """What Claude Code says."""
    return {"rate_limits": {name: {"used_percentage": used, "resets_at": at} for name, (used, at) in windows.items()}, **more}


def row_of(shown, document, cells=200, now=NOW, theme=None):
    """The row of a scene."""
    record = dialects.words_record(shown.snapshot, shown.zone, theme, True, None)
    return claude_row.compose(hook.parse(record[1:]), document, cells, now)


@given(shares(0), shares(1), st.booleans(), st.data())
def test_the_row_keeps_its_width_holds_what_binds_and_mixes_no_accounts(ours, theirs, is_theirs, data):
    own, rest = (theirs, 1) if is_theirs else (ours, 0)
    said = {name: own[name] for name in own if data.draw(st.booleans())}
    record = {"official": ours, "others": [theirs], "gap": " · ", "beside": [["700 tokens", ""]], "words": [["CC idle", ""]]}
    if ours:
        record["binding"] = data.draw(st.sampled_from(sorted(ours)))
    document = told(said, model={"display_name": "Opus 4.1"}, cost={"total_cost_usd": 1.5})
    windows, shown = claude_row.windows_of(record, document, NOW)
    cells = data.draw(st.integers(1, 120))
    row = claude_row.compose(record, document, cells, NOW)
    assert 0 < len(row) <= cells
    if said:
        assert {used % 2 for used, _ in windows.values()} <= {rest}
        assert {int(used) % 2 for used in re.findall(r" (\d+)%", row)} <= {rest}
        assert set(said) <= set(windows) <= set(own)
    binding = claude_row.binding_of(record, windows, shown)
    if binding in windows:
        text = session_json.label(binding) + " " + claude_row._percent(windows[binding][0])
        assert (text in row) == (cells >= len(text))


@pytest.mark.parametrize("name, want, narrow", [
    ("5 h binds", "5h 96%! (2h 17m) · out 15:50 · 7d 12% (4d 22h) · 9.2k tokens · 45/min", "5h 96%! (2h 17m)"),
    ("week at 84", "5h 26% (2h 17m) · 7d 84%! (5h 17m) · 9.2k tokens · 45/min", "7d 84%! (5h 17m)"),
    ("week at 100", "5h 20% (2h 17m) · 7d 100%! (4d 22h) · 9.2k tokens · 45/min", "7d 100%! (4d 22h)"),
    ("week at 100, idle", "5h 20% (2h 17m) · 7d 100%! (4d 22h)", "7d 100%! (4d 22h)"),
    ("model's week at 100", "5h 26% (2h 17m) · lasts · 7d 12% (4d 22h) · 7d Opus 100%! (4d 22h) · 9.2k tokens · 45/min",
     "5h 26% (2h 17m)"),
    ("credits", "5h 20% (2h 17m) · 7d 100%! (4d 22h) · extra $3/$50 · 9.2k tokens · 45/min", "7d 100%! (4d 22h)"),
    ("nothing known", "CC -", "CC -")])
def test_the_row_of_each_moment(name, want, narrow):
    shown = LINES[name]()
    assert (row_of(shown, {}), row_of(shown, {}, 20)) == (want, narrow)
    assert row_of(shown, {}, 40) in want or narrow in row_of(shown, {}, 40)


def test_what_binds_loses_its_time_before_its_place():
    shown = scene(9212, windows=account(20, None, seven_day_sonnet_4_5=100.0), session=scene(9212).snapshot.session._replace(
        models=("claude-sonnet-4-5-20250929",)))
    assert shown.snapshot.binding.name == "seven_day_sonnet_4_5"
    assert [row_of(shown, {}, cells) for cells in (28, 27, 18)] == [
        "7d Sonnet 4.5 100%! (4d 22h)", "7d Sonnet 4.5 100%!", "5h 20% (2h 17m)"]


def test_what_binds_has_its_place_among_any_number_of_fuller_ones():
    models = {f"seven_day_m{n}": [100, NOW + 7200] for n in range(6)}
    record = {"official": {**models, "seven_day_opus": [85, NOW + 7200]}, "binding": "seven_day_opus"}
    assert claude_row.compose(record, {}, 80, NOW) == "7d Opus 85%! (2h 00m) | 7d M0 100%! (2h 00m) | 7d M1 100%! (2h 00m)"


def test_this_calls_percentages_say_what_binds():
    shown, week = LINES["week at 84"](), {"five_hour": [100, START + 5 * 3600]}
    assert row_of(shown, told(week), 20) == "5h 100%! (2h 17m)"
    later = {"five_hour": [3, NOW + 9000], "seven_day": [40, NOW + 5 * DAY_S]}          # of an account that nobody knows yet
    assert row_of(shown, told(later), 20) == "5h 3% (2h 29m)"


def template_of(shown, template):
    """The record of a template."""
    value = fields.values(shown.snapshot, shown.zone, Charset())
    pieces = list(fields.pieces(template, value, dialects.DIALECTS["claude"], 1000, claude_row.is_later))
    return hook.parse(dialects.template_record(pieces, shown.snapshot, shown.zone, value, None)[1:])


@pytest.mark.parametrize("name", sorted(set(LINES) - {"nothing known"}))
def test_a_template_says_the_same_as_elsewhere(name):
    shown = LINES[name]()
    template = ("{binding} {binding.percent} {binding.reset} {binding.left} {w.five_hour.percent} {w.seven_day.reset} "
                "{w.seven_day.left} {w.seven_day.label} {w.x.percent} {w.x.y} {w.x} {w.seven_day.left:3}")
    elsewhere = fields.fill(template, fields.values(shown.snapshot, shown.zone, Charset()), dialects.DIALECTS["plain"], 1000)
    assert claude_row.compose(template_of(shown, template), {}, 200, NOW) == elsewhere


def test_a_template_counts_what_this_call_says():
    shown = LINES["week at 84"]()
    record = template_of(shown, "{binding} {binding.percent} {w.seven_day.percent} {w.seven_day.reset} {w.spend_limit.percent}")
    known = {"five_hour": [26, START + 5 * 3600], "seven_day": [91, START + 8 * 3600], "spend_limit": [107, NOW + 9 * DAY_S]}
    assert claude_row.compose(record, told(known), 200, NOW) == "spend limit 107 91 21:00 107"
    stranger = {"five_hour": [3, NOW + 9000], "seven_day": [40, NOW + 5 * DAY_S]}
    assert claude_row.compose(record, told(stranger), 200, NOW) == "5h 3 40 - -"


def test_the_clock_times_of_every_account_are_at_hand_and_only_where_they_are_used():
    shown = scene(9212, windows=account(26, 84))
    other = (window("seven_day", 40.0, WEEK_END + 7200, NOW - 40),)
    shown = shown._replace(snapshot=shown.snapshot._replace(apart=Apart((other,))))
    record = template_of(shown, "{w.seven_day.percent} {w.seven_day.reset}")
    assert claude_row.compose(record, told({"seven_day": [41, WEEK_END + 7200]}), 200, NOW) == "41 Tue 16:18"
    assert set(template_of(shown, "{percent}")) == {"official", "others", "binding", "pieces"}


# --- the spool ----------------------------------------------------------------------------------------------------------------

NOW_S = 1_764_000_000
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 1100), st.floats(), st.integers(NOW_S - 9 * DAY_S, NOW_S + 9 * DAY_S),
    st.sampled_from([0.37, NOW_S, 1000 * NOW_S, 10 ** 400, "41", "nan", "2025-11-24T21:00:00Z", "2025-11-24T21:00:00.5+01:00",
                     "2025-13-01"]), st.text(max_size=5))
NAMES = st.one_of(st.sampled_from([*WINDOWS_S, "seven_day_opus", "limits", "model_scoped", "spend_limit", "\x1b[31m\nx",
                                   "a b=1,2", "dropped=9", "é" * 50, "x" * 300]), st.text(max_size=9))
KEYS = st.sampled_from(["used_percentage", "utilization", "percent", "resets_at", "resetsAt", "kind", "scope", "display_name"])
SCOPES = st.fixed_dictionaries({"model": st.fixed_dictionaries({"display_name": SCALARS})})
ONE = st.dictionaries(KEYS, SCALARS | SCOPES, max_size=6)
GOOD = st.builds(lambda used, late_s: {"used_percentage": used, "resets_at": NOW_S + late_s}, st.integers(0, 999),
                 st.integers(1, 9 * DAY_S))
LISTED = st.lists(ONE | GOOD | SCALARS, max_size=5)
LIMITS = SCALARS | st.dictionaries(NAMES, st.one_of(ONE, GOOD, LISTED, SCALARS), max_size=20)
HUNDRED = {f"window_{n}": {"used_percentage": 5, "resets_at": NOW_S + 60 * n} for n in range(100)}


def old_parse(line):
    """The readings of a line, as the ccmon before these windows took them: an oracle."""
    words = line.split()
    try:
        at, counter, began = int(words[0]), words[2], words[7] if len(words) > 7 else "-"
        [int(word) for word in (counter, began) if word != "-"]
        pairs = zip(WINDOWS_S, words[3:7:2], words[4:7:2])
        found = [(at, words[1], name, float(used), int(resets_at)) for name, used, resets_at in pairs if used != "-"]
    except (ValueError, IndexError):
        return []
    return [one for one in found if 0 <= one[3] <= 1000 and 0 <= one[4] <= 10 ** 11]


@given(LIMITS, SCALARS, SCALARS)
@example({**HUNDRED, "five_hour": {"used_percentage": 7, "resets_at": NOW_S + 60}}, "s", 1)
@example({"limits": [{"kind": "weekly_scoped", "percent": 5, "resets_at": "2025-11-24T21:00:00Z",
                      "scope": {"model": {"display_name": "Opus\x1b[31m\n 4.5"}}}] * 300}, "s", 1)
def test_what_is_spooled_comes_back(limits, session, counter):
    document = json.loads(json.dumps({"rate_limits": limits, "session_id": session, "cost": {"total_api_duration_ms": counter}}))
    line, (windows, dropped) = hook.spool_line(document, NOW_S), session_json.read_windows(document["rate_limits"])
    assert len(windows) <= MOST_WINDOWS and all(re.fullmatch("[a-z0-9_]{1,40}", name) for name in windows)
    assert bool(line) == bool(windows or dropped)
    if line:
        assert line.isascii() and line.count("\n") == 1 and line.endswith("\n") and len(line) < 1500
        back = spool_lines.parse(line)
        assert {one.window: (one.percent, one.resets_at) for one in back} == windows and spool_lines.dropped(line) == dropped
        first = [(one.at, one.session, one.window, one.percent, one.resets_at) for one in back if one.window in WINDOWS_S]
        assert old_parse(line) == first
    if isinstance(limits, dict) and len(limits) > 100:
        assert windows["five_hour"][0] == 7 and dropped == 101 - MOST_WINDOWS
    claude_row.compose({}, document, 80, NOW_S)


def test_the_session_and_the_week_are_not_lost_among_a_hundred_models():
    models = [{"kind": "weekly_scoped", "percent": 5, "resets_at": NOW_S + 60, "scope": {"model": {"display_name": f"M{at}"}}}
              for at in range(100)]
    account = [{"kind": kind, "percent": 7, "resets_at": NOW_S + 60} for kind in ("session", "weekly_all")]
    windows, dropped = session_json.read_windows({"limits": models + account})
    assert set(WINDOWS_S) <= set(windows) and len(windows) == MOST_WINDOWS and dropped == 102 - MOST_WINDOWS


@given(st.none() | st.tuples(st.integers(0, 999), st.integers(NOW_S, NOW_S + DAY_S)), st.none() | st.integers(0, 10 ** 9))
def test_an_older_line_is_read_as_before(pair, began):
    line = f"{NOW_S} a 5 {' '.join(map(str, pair or ('-', '-')))} - - {'-' if began is None else began}\n"
    assert [(one.at, one.session, one.window, one.percent, one.resets_at) for one in spool_lines.parse(line)] == old_parse(line)
    assert spool_lines.dropped(line) == 0


@given(st.integers(10 ** 9, 9 * 10 ** 9), st.integers(-23 * 60, 23 * 60), st.sampled_from(["", ".4", ".123456789"]),
       st.sampled_from("T t"))
def test_times_in_iso_8601_are_those_of_the_calendar(at, ahead_min, fraction, between):
    wall = time.strftime(f"%Y-%m-%d{between}%H:%M:%S", time.gmtime(at + 60 * ahead_min)) + fraction
    offset = f"{'-' if ahead_min < 0 else '+'}{abs(ahead_min) // 60:02d}:{abs(ahead_min) % 60:02d}"
    assert session_json.iso_epoch(wall + offset) == session_json.iso_epoch(wall + offset.replace(":", "")) == at
    assert ahead_min or session_json.iso_epoch(wall + "Z") == session_json.iso_epoch(wall) == at


@given(st.text(alphabet="0123456789-:TZ+. x", max_size=30))
def test_what_is_no_time_is_none(words):
    found = session_json.rounded_epoch(words)
    assert found is None or 10 ** 9 <= found <= 10 ** 10 and found % 60 == 0


def test_the_row_and_the_template_keep_to_a_session_known_by_tokens_alone():
    """Only the record knows of it: no window of this call takes its place."""
    shown = scene(34_900, windows=(window("monthly", 81, NOW + 4 * DAY_S, NOW),))
    assert shown.snapshot.binding.name == "five_hour"
    record = json.loads(dialects.words_record(shown.snapshot, shown.zone, None, True, None)[1:])
    assert claude_row.binding_of(record, *claude_row.windows_of(record, {}, NOW)) == "five_hour"
