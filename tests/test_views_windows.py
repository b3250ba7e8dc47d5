"""What the screen says of the account's windows: the one that binds first, a row each for the others, nothing cut in two."""

import re
from typing import Any, List, Tuple

import pytest
from account_windows import any_windows
from extent import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import CREDITS, DAY_S, NOW, START, block, five_windows, learned, official, outlook, scene, week

from ccmon import text
from ccmon.learning.week import train
from ccmon.model import Runway, Windows
from ccmon.sources.session_json import length_s
from ccmon.text import Charset
from ccmon.usage.outlook import Outlook
from ccmon.usage.windows import window
from ccmon.views.layout import percent_text
from ccmon.views.screen import dashboard, windows

pytestmark = pytest.mark.newest_only

TUESDAY = START + 5 * DAY_S - 4 * 3600           # 09:00


def page(made: Any, width: int = 80, height: int = 24) -> str:
    """The screen as text."""
    return "\n".join(map(text.plain, dashboard.render(made, width, height)))


def shown_of(known: Windows, **more: Any) -> Any:
    """A scene in which exactly these windows are shown, whatever binds."""
    made = scene(None, **more)
    return made._replace(snapshot=made.snapshot._replace(windows=known, binding=None))


@settings(max_examples=examples(50), deadline=None)
@given(any_windows(NOW), st.integers(38, 200), st.booleans(), st.none() | st.integers(40, 120))
def test_each_window_has_a_row_of_whole_words_in_common_columns(known, width, unicode, column):
    made = shown_of(known, charset=Charset(unicode, unicode))
    rows = windows.rows(made, width, column)
    assert len(rows) == len(known)
    ends = set()
    for one, row in zip(known, rows):
        words, at = text.plain(row), [at for at, span in enumerate(row) if span.text.strip() == percent_text(one.percent)]
        assert text.line_width(row) <= width and len(at) == 1
        name = text.plain(row[:1]).strip(" 📡").split(" ..")[0]
        assert one.label.startswith(name) and (len(name) > 0)
        assert row[at[0]].role == ("danger" if one.percent >= 100 else text.level_role(one.percent))
        ends.add(text.line_width(row[:at[0] + 1]))
        marks = [span for span in row if span.role == "marker"]
        bar = any(span.role == "track" or "█" in span.text or "#" in span.text for span in row)
        assert bool(marks) == (bar and length_s(one.name) is not None)
        assert one.source != "account_file" or " ago" in words
        for end in re.findall(r"to (?:\w{3} |\d+ \w{3} )?\d\d:\d\d|out (?:\w{3} |\d+ \w{3} )?\d\d:\d\d", words):
            assert end in (f"to {made.clock(one.resets_at)}", f"out {made.clock(one.forecast.median if one.forecast else 0)}")
    assert len(ends) <= 1


def graphed(shown: str) -> int:
    """Slot of the graph with its axis, 0 where there is none."""
    lines = shown.splitlines()
    axis = next((at for at, line in enumerate(lines) if "0 └" in line), 0)
    return axis and axis + 2 - next(at for at, line in enumerate(lines) if re.match(r" +\d+k [┄]", line))


FIVE = {"5h binds": five_windows(), "the week binds": five_windows(84), "the week is full": five_windows(100),
        "a model is full": five_windows(opus=100), "nothing is fresh": tuple(
            one._replace(read_at=NOW - 1500) for one in five_windows(50))}


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize("credits", [(), (CREDITS,)])
def test_80x24_holds_five_windows_and_the_graph(name, credits):
    made = scene(14_012, windows=FIVE[name], credits=credits)
    shown = page(made)
    labels = re.findall(r"^ (?:📡|📅|📊|💳|  ) ((?:7d|5h|used|credits)(?: [A-Z]\w+)?)", shown, re.MULTILINE)
    in_bar = ["used"] if made.snapshot.percent_source == "official" and made.snapshot.binding.name == "five_hour" else []
    others = [one.label for one in made.snapshot.windows if not in_bar or one.name != "five_hour"]
    assert {*others, *in_bar, *(["credits"] if credits else [])} <= set(labels)
    assert graphed(shown) >= dashboard.LEAST_GRAPH and shown.splitlines()[-1].startswith(" q quit")


@pytest.mark.parametrize("width", [80, 60, 30])
@pytest.mark.parametrize("tokens", [14_012, None])
@pytest.mark.parametrize("week_percent", [12, 84, 100])
def test_smaller_screens_drop_the_loosest_windows_first(width, tokens, week_percent):
    made = scene(tokens, windows=five_windows(week_percent), known=week())
    in_order = [one.label for one in made.snapshot.windows if tokens is None or one.name != "five_hour"]
    most = 0
    for height in range(3, 25):
        shown = page(made, width, height)
        seen = [bool(re.search(rf"(?<!\w){label}(?= +[█─┃▏▎▍▌▋▊▉!\d])", shown)) or label == "7d" and "of the week" in shown
                for label in in_order]
        most = max(most, sum(seen))
        assert seen == sorted(seen, reverse=True), (height, seen, shown)
    assert most == len(in_order)


SIZES = [(80, 24), (60, 15), (40, 10), (20, 5), (120, 40)]
USED_UP = "! week used up: nothing until Tue 09:00"
CASES: List[Tuple[str, Windows, dict, List[List[str]], List[str]]] = [
    ("5 h binds", official(26, 12), {}, [["26 %", "7d", "12 %"]] * 3 + [["26 % used"], ["26 %", "12 %"]], ["used up", "! "]),
    ("week at 84", official(20, 84), {},
     [["7d  ", "! 84 %", "(week)", "5h used", "20 %", "week: Fri 02:04"]] * 2 + [["! 84 %", "(7d)", "5h used"],
      ["! 84 % of the week", "reset Tue 09:00", "out Fri 02:04", "5h 20 %"], ["! 84 %", "week: Fri 02:04  4d 6h before"]],
     ["used up"]),
    ("week at 100", official(20, 100), {},
     [[USED_UP, "! 100 %", "5h used"]] * 2 + [["! 100 %", "! nothing until Tue 09:00"],
      ["! 100 % of the week", " nothing until\n Tue 09:00", "5h 20 %"], [USED_UP]], ["near", "Near", "before the reset"]),
    ("on credits", official(20, 100), {"credits": (CREDITS,)},
     [["! week used up: on extra usage, $3 of $50", "credits"]] * 2 + [["! on extra usage, $3 of $50"],
      ["on extra usage, $3\n of $50"], ["! week used up: on extra usage, $3 of $50"]], ["nothing until"]),
    ("model at 100", five_windows(opus=100)[:3], {},
     [["26 %", "7d Opus", "! 100 %", "week of Opus used up until Tue 09:00"]] * 2 + [["26 %", "7d Opus", "! 100 %"],
      ["26 % used", "! 7d Opus used up"], ["! 100 %"]], ["nothing until"]),
    ("nothing known", (), {}, [["tokens", "40 %"]] * 3 + [["40 % used"], ["tokens"]], ["7d", "used up", "5h"])]


@pytest.mark.parametrize("at", range(len(SIZES)))
@pytest.mark.parametrize("known, more, words, never", [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_window_that_binds_speaks_at_every_size(at, known, more, words, never):
    shown = page(scene(14_012, windows=known, **more), *SIZES[at])
    assert [word for word in words[at] if word not in shown] == [] == [word for word in never if word in shown]
    assert shown.count("week used up") <= 1


@pytest.mark.parametrize("percents, head, never", [
    ((20, 100), USED_UP + ". No active session.", "No active session found"),
    ((20, 84), "! 84 % of the week is used, reset Tue 09:00. No active session.", "Near the limit"),
    ((100, 12), "! 5 hours used up: nothing until 17:40. No active session.", "Limit reached"),
    ((20, 12), "No active session found. Start a Claude Code session", "!")])
def test_the_idle_screen_says_first_what_binds(percents, head, never):
    made = scene(None, windows=official(*percents), known=week())
    for width in (80, 120):
        assert head in page(made, width) and never not in page(made, width)
    assert (" ! 100 % of the week" in page(made, 22, 6)) == (percents == (20, 100))
    bar = re.search(r"📡 (\w+)", page(made))
    assert bar is not None and bar.group(1) == made.snapshot.binding.label


@pytest.mark.parametrize("width, words", [(7, "7d 100%"), (4, "100%"), (1, "!")])
def test_the_smallest_windows_name_what_binds_as_long_as_it_fits(width, words):
    assert page(scene(14_012, windows=official(20, 100)), width, 1) == words


@pytest.mark.parametrize("percent, forecast, words, role", [
    (40, None, "", ""), (100, None, "used up", "danger"), (104, ("week", 0.2), "used up", "danger"),
    (40, ("week", 0.071), "93 % lasts", "text"), (40, ("week", 0.5), "50 % lasts", "warn"),
    (40, ("pace", 0.071), "~93 % lasts", "text"),
    (40, ("average", 0.0), "lasts", "ok"), (40, ("average", 1.0), "out Sat 15:42", "warn"),
    (19, ("average", 1.0), "out Sat 15:42", "label")])
def test_whether_a_window_lasts(percent, forecast, words, role):
    end = NOW + 2 * DAY_S
    runway = forecast and Runway(end, end, end, forecast[1], forecast[0])
    one = window("seven_day", percent, TUESDAY, NOW)._replace(forecast=runway)
    assert windows.lasts(scene(None), one) == ((text.Span(words, role),) if words else ())


def test_a_learned_week_says_how_likely_it_lasts():
    shown = page(scene(21_012, windows=official(61), learned=learned(), outlook=outlook(61, 21_012)))
    assert re.search(r"7d .* 12 % to Tue 09:00  (\d+ % lasts|lasts)", shown)


@pytest.mark.parametrize("width, words", [
    (62, "week: ~95 % before Tue 09:00  (pace of 1 day)"), (80, "week: ~95 % before Tue 09:00"), (40, "~95 %")])
def test_a_week_of_which_hardly_a_day_is_known_says_so(width, words):
    made = scene(14_012, windows=official(20, 90), outlook=Outlook(week=train([], NOW)))
    assert made.snapshot.week.rule == "pace" and made.snapshot.binding.name == "seven_day"
    (row,) = [row for row in page(made, width).splitlines() if "runs out" in row]
    assert words in row and text.width(row) <= width


@pytest.mark.parametrize("age_s, source, words", [
    (0, "statusline", ""), (600, "statusline", ""), (601, "statusline", "10m ago"), (90_000, "statusline", "1d ago"),
    (-900, "statusline", ""), (0, "account_file", "0s ago"), (8000, "account_file", "2h ago"), (601, "limit", "10m ago")])
def test_the_age_of_what_claude_said(age_s, source, words):
    made = scene(None, windows=tuple(one._replace(source=source) for one in official(None, 12, age_s)))
    row = windows.rows(made, 80)[0]
    assert [span for span in row if "ago" in span.text] == ([(words, "dim")] if words else [])


@pytest.mark.parametrize("changes, words", [
    ({}, ["credits", "6 %", "$3 of $50"]), ({"currency": "EUR"}, ["3 EUR of 50 EUR"]), ({"percent": None}, ["6 %"]),
    ({"limit": None, "percent": None}, ["credits", "-", "$3 no limit"]), ({"enabled": False}, ["$3 of $50 off"]),
    ({"enabled": False, "used": 0.0}, []), ({"used": None, "limit": None, "percent": 40.0}, ["credits", "40 %"]),
    ({"percent": 112.0, "kind": "spend_limit", "used": 56.0, "resets_at": TUESDAY},
     ["spend", "! 112 %", "$56 of $50", "to Tue 09:00"])])
def test_what_may_be_spent_beyond_the_windows(changes, words):
    rows = windows.rows(scene(14_012, credits=(CREDITS._replace(**changes),)), 80)
    assert len(rows) == bool(words) and [word for word in words if word not in text.plain(rows[0])] == []


def test_what_is_in_the_bar_is_not_said_twice():
    for size in SIZES[:3]:
        rows = page(scene(14_012, windows=official()), *size).splitlines()
        assert sum("37 %" in row for row in rows) == 1 == sum(row.startswith(" 📡") for row in rows)


def test_windows_go_after_lasts_at_and_before_runs_out():
    rank = {"used  ": 0, "runs out": 1, "7d  ": 2, "lasts at": 3}
    for width in (80, 60):
        for height in range(5, 25):
            shown = page(scene(14_012, windows=official()), width, height)
            seen = sorted(rank[word] for word in rank if word in shown)
            assert seen == list(range(len(seen))), height


@pytest.mark.parametrize("label, words", [("seven_day", "7d"), ("seven_day_sonnet", "7d Sonnet"), ("seven_day_opus_4_5", "7d .."),
                                          ("a" * 40, "aaaaaa .."), ("monthly_cost", "monthl ..")])
def test_a_long_name_is_never_cut_without_a_sign(label, words):
    models = ("claude-opus-4-5",) if "opus" in label else ("claude-sonnet-4-5",)
    made = scene(14_012, windows=(window(label, 100, TUESDAY, NOW),), session=block(14_012, models=models))
    bar = text.plain(windows.headline(made, 80)[0])
    assert re.split(" [█━]", bar[3:])[0].strip() == words


def test_a_time_is_not_parted_where_nothing_runs():
    shown = scene(None, windows=(window("seven_day", 100, NOW + 4 * DAY_S, NOW),))
    for width in range(38, 72):
        assert any(shown.clock(shown.snapshot.binding.resets_at) in text.plain(line)
                   for line in dashboard.render(shown, width, 12)[:4])


@pytest.mark.parametrize("name", ["seven_day_sonnet", "spend_limit", "monthly"])
def test_the_smallest_window_names_what_binds(name):
    models = {"session": block(900, models=("claude-sonnet-4-5",))}
    shown = scene(900, windows=(window(name, 100, NOW + 4 * DAY_S, NOW),), **models)
    assert shown.snapshot.binding.label in text.plain(dashboard.render(shown, 20 + 3 * (name == "spend_limit"), 5)[0])
