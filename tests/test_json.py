"""--json: every key beside the ccusage output it came from, the warnings, and the exit codes."""

import json
import re

import pytest
import scenes
from commands import HOUR, NOW, block
from pages import section

from ccmon.model import Credits
from ccmon.views import document as view

START, END = NOW - 2 * HOUR, NOW + 3 * HOUR
KEYS = ["schema", "now", "source", "session", "plan", "percent", "percent_source", "tokens_left", "tokens_about",
        "burn_rate_per_min", "burn_rate_source", "sustainable_rate_per_min", "predicted_end", "runway", "runway_week", "learned",
        "reset", "official", "windows", "binding", "credits", "prompt_cache", "warnings"]


def document(machine, *words, code=0, **env):
    """The document of a call that ends with that code."""
    result = machine.run("--json", *words, **env)
    assert result.code == code, result
    assert result.out.count("\n") == 1 and list(result.json) == KEYS
    return result.json


def test_every_key_against_the_output_it_came_from(machine):
    machine.answers([block(NOW - 30 * HOUR, 900), block(START, 12_000, costUSD=3.4567891, models=["a", "b"])])
    assert document(machine, "--plan", "max5", "--timezone", "UTC") == {
        "schema": 1, "now": NOW,
        "source": {"name": "ccusage", "version": "20.0.24", "age_s": 0, "error": None,
                   "reason": None, "progress": None},
        "session": {"active": True, "start": START, "end": END, "tokens": 12_000, "input": 2400, "output": 9600,
                    "cache_creation": 60_000, "cache_read": 1_140_000, "cost_usd": 3.456789, "models": ["a", "b"]},
        "plan": {"name": "max5", "limit": 35_000, "limit_source": "plan", "limit_unit": "tokens"},
        "percent": 34.2857, "percent_source": "tokens", "tokens_left": 23_000, "tokens_about": False,
        "burn_rate_per_min": 100.0, "burn_rate_source": "even",
        "sustainable_rate_per_min": 127.7778, "predicted_end": NOW + 230 * 60,
        "runway": None, "runway_week": None, "learned": None,
        "reset": {"at": END, "rule": "session", "timezone": "UTC", "reference_at": NOW + 2 * HOUR,
                  "is_reference": False},
        "official": {"five_hour": None, "seven_day": None},
        "windows": [], "credits": [], "prompt_cache": None,
        "binding": {"name": "five_hour", "label": "5h", "percent": 34.2857, "resets_at": END, "why": "session",
                    "runs_out_at": END, "probability": 0.0},
        "warnings": []}


def test_the_last_known_session_when_none_is_active(machine):
    machine.answers([block(NOW - 30 * HOUR, 900)])
    told = document(machine, code=20)
    assert told["session"]["active"] is False and told["session"]["tokens"] == 900
    nothing = ("percent", "tokens_left", "sustainable_rate_per_min", "predicted_end")
    assert [told[name] for name in nothing] == [None] * 4
    assert told["reset"]["rule"] == "schedule" and told["reset"]["at"] == told["reset"]["reference_at"] == NOW + HOUR
    assert told["reset"]["is_reference"]


def test_nothing_known_at_all(machine):
    machine.fails()
    told = document(machine, code=30)
    assert told["session"] is None and told["source"]["age_s"] is None and told["warnings"] == ["source_failed"]


def test_an_empty_answer_is_data_without_a_session(machine):
    told = document(machine, code=20)
    assert told["session"] is None and told["source"]["age_s"] == 0 and told["warnings"] == []


@pytest.mark.parametrize("tokens, words, code, warnings", [
    (1000, [], 0, []),
    (5599, [], 0, ["runs_out_before_reset"]),
    (5600, [], 10, ["runs_out_before_reset", "near_limit"]),
    (7000, [], 10, ["near_limit"]),
    (7001, [], 10, ["limit_unknown", "switched_to_custom_max"]),
    (7001, ["--plan", "max5"], 0, []),
    (35_001, ["--plan", "max5"], 11, ["over_limit"]),
    (101, ["--limit", "100"], 11, ["over_limit"]),
    (1000, ["--plan", "custom_max"], 0, []),
    (8000, ["--plan", "ml_auto"], 10, ["limit_unknown"]),
])
def test_levels_exit_codes_and_warnings(machine, tokens, words, code, warnings):
    machine.answers([block(START, tokens, actualEndTime=None)])
    told = document(machine, *words, code=code)
    assert told["warnings"] == warnings
    once = machine.run("--once", *words)
    assert once.code == code and once.err == ""
    assert machine.run(*words).code == 0                # the plain report never carries the state in its code


@pytest.mark.parametrize("words, plan", [
    ([], {"name": "pro", "limit": 7000, "limit_source": "plan"}),
    (["--plan", "max20"], {"name": "max20", "limit": 140_000, "limit_source": "plan"}),
    (["--plan", "custom_max"], {"name": "custom_max", "limit": 30_000, "limit_source": "high_water", "limit_unit": "tokens"}),
    (["--plan", "ml_auto"], {"name": "ml_auto", "limit": 30_000, "limit_source": "high_water", "limit_unit": "tokens"}),
    (["--limit", "12,345"], {"name": "pro", "limit": 12_345, "limit_source": "flag"})])
def test_where_the_limit_comes_from(machine, words, plan):
    machine.answers([block(NOW - 30 * HOUR, 30_000), block(START, 1000)])
    assert document(machine, *words)["plan"] == {**plan, "limit_unit": "tokens"}


def test_a_limit_from_the_configuration(machine):
    machine.answers([block(START, 1000)])
    assert document(machine, CCMON_LIMIT="5000")["plan"]["limit_source"] == "config"


def test_the_switch_to_the_record_and_back_in_the_next_session(machine):
    machine.answers([block(NOW - 30 * HOUR, 30_000), block(START, 8000)])
    told = document(machine)
    assert told["plan"] == {"name": "custom_max", "limit": 30_000, "limit_source": "high_water", "limit_unit": "tokens"}
    assert told["warnings"] == ["switched_to_custom_max"]
    machine.answers([block(START, 8000), block(END, 10)])
    assert document(machine, now=END + 60)["plan"]["name"] == "pro"


def test_a_failing_source_keeps_the_old_numbers(machine):
    machine.answers([block(START, 1000)])
    document(machine)
    machine.fails()
    told = document(machine, now=NOW + 30)
    assert told["warnings"] == ["source_failed"] and "on fire" in told["source"]["error"]
    assert told["source"]["age_s"] == 30 and told["session"]["tokens"] == 1000 and told["session"]["active"]
    assert document(machine, now=NOW + 300)["warnings"] == ["source_failed", "stale"]
    machine.answers([block(START, 2000)])
    told = document(machine, now=NOW + 330)
    assert told["warnings"] == [] and told["source"]["error"] is None and told["session"]["tokens"] == 2000


def test_several_active_sessions_are_told_not_added(machine):
    machine.answers([block(START, 1000), block(NOW - HOUR, 500)])
    told = document(machine)
    assert told["session"]["tokens"] == 500 and "several_active" in told["warnings"]


def test_a_session_in_the_future_is_told(machine):
    machine.answers([block(START, 1000), block(NOW + 400 * 86_400, 500, isActive=True)])
    told = document(machine)
    assert told["session"]["tokens"] == 1000 and "clock_skew" in told["warnings"]


@pytest.mark.parametrize("raw", [
    {}, {"tokenCounts": None, "totalTokens": 77}, {"tokenCounts": {}, "totalTokens": None}, {"models": None, "costUSD": None},
    {"costUSD": "much", "models": "one"}, {"entries": None, "actualEndTime": None, "endTime": None},
    {"models": ["\x1b]0;PWN\x07$(id)", "\ud800", "x" * 999]}, {"isActive": "yes", "unknown": {"deep": [1]}}])
def test_odd_fields_give_a_document(machine, raw):
    machine.answers([block(START, 1000, **raw)])
    result = machine.run("--json")
    assert result.code in (0, 10) and result.json["session"]["start"] == START
    assert not set(result.out) & {"\x1b", "\x07"} and "$(" not in result.out


@pytest.mark.parametrize("text", ['{"blocks": [{"startTime": "x"}]}', '{"blocks":[null,1,"a",[]]}'])
def test_malformed_blocks_are_counted_out(machine, text):
    machine.behaves(f"echo '{text}'")
    assert document(machine, code=20)["warnings"] == ["blocks_skipped"]


@pytest.mark.parametrize("tokens", [-1, 1e400, 2 ** 80, True, "12", 0.5])
def test_impossible_counts_lose_their_block_only(machine, tokens):
    bad = block(NOW - HOUR, 0, tokenCounts={"inputTokens": tokens, "outputTokens": 0})
    machine.answers([block(START, 1000), bad])
    told = document(machine)
    assert told["session"]["tokens"] == 1000 and "blocks_skipped" in told["warnings"]


def test_noise_around_the_document_of_ccusage(machine):
    machine.answers([block(START, 1000)])
    machine.behaves(f'printf "\\357\\273\\277[ccusage] debug\\n"; cat "{machine.folder}/answer.json"; echo bye; echo warn >&2')
    assert document(machine)["session"]["tokens"] == 1000


def test_plain_ascii_in_every_locale(machine):
    machine.answers([block(START, 1000)])
    utf8, c_locale = machine.run("--json"), machine.run("--json", LC_ALL="C", PYTHONIOENCODING="ascii")
    assert utf8.out.isascii() and json.loads(utf8.out) == json.loads(c_locale.out)


@pytest.mark.parametrize("words, rule, at", [
    (["--reset", "session"], "session", END), (["--reset", "schedule"], "schedule", NOW + HOUR),
    (["--reset-hour", "0"], "hour", NOW + 7 * HOUR), (["--reset-hour", "17"], "hour", NOW + 24 * HOUR),
    (["--reset", "5,10,15,20"], "hour", NOW + 3 * HOUR),
    (["--reset-hour", "18", "--timezone", "Asia/Tokyo"], "hour", NOW + 17 * HOUR)])
def test_reset_rules(machine, words, rule, at):
    machine.answers([block(START, 1000)])
    assert {name: document(machine, *words)["reset"][name] for name in ("rule", "at")} == {"rule": rule, "at": at}


# --- what Claude itself says ----------------------------------------------------------------------------------------------

def told_by_claude(*official, tokens=1000):
    """The document of a scene with those percentages of the two windows."""
    return view.document(scenes.scene(tokens, windows=scenes.official(*official)).snapshot)


FIVE, SEVEN = scenes.START + 4 * HOUR + 2400, scenes.START + 116 * HOUR


@pytest.mark.parametrize("percents, five_hour, seven_day", [
    ((37.0, 12.0), (37.0, FIVE), (12.0, SEVEN)), ((0, 101), (0, FIVE), (101, SEVEN)),
    ((104, 460), (104, FIVE), (460, SEVEN)), ((None, 9.5), None, (9.5, SEVEN)),
    ((99.66666, None), (99.6667, FIVE), None), ((None, None), None, None)])
def test_the_official_percentages(percents, five_hour, seven_day):
    told, names = told_by_claude(*percents, 90), ("percent", "resets_at", "read_at")
    assert list(told) == KEYS and json.loads(json.dumps(told)) == told
    assert told["official"] == {name: window and dict(zip(names, (*window, scenes.NOW - 90)))
                                for name, window in (("five_hour", five_hour), ("seven_day", seven_day))}
    assert (told["reset"]["rule"], told["reset"]["at"]) == (
        ("official", FIVE) if five_hour else ("session", scenes.START + 5 * HOUR))


def test_the_manual_describes_the_parts_of_windows_and_credits():
    page = section("man/ccmon.md", "The JSON document")
    credit = Credits("extra_usage", 3.0, 50.0, "USD", 6.0, True, None, scenes.NOW, "account_file")
    shot = scenes.scene(9000, windows=scenes.official(), credits=(credit,)).snapshot
    told = view.document(shot)
    keys = {*told["windows"][0], *told["credits"][0]}
    assert not [key for key in keys if not re.search(rf"`{key}`", page)]
    assert set(told["official"]["five_hour"]) == {"percent", "resets_at", "read_at"}


@pytest.mark.parametrize("zone, hours", [
    ("Europe/Warsaw", 1), ("US/Eastern", 3), ("Asia/Tokyo", 3), ("UTC", 2), ("Europe/London", 2), ("America/New_York", 3),
    ("Asia/Singapore", 4), ("Australia/Sydney", 1)])
def test_the_zones_of_the_first_version(machine, zone, hours):
    machine.answers([block(START, 1000)])
    told = document(machine, "--timezone", zone)["reset"]
    assert told["timezone"] == zone and told["reference_at"] == NOW + hours * HOUR


def test_the_local_zone_is_named(machine):
    machine.answers([block(START, 1000)])
    assert document(machine, "--timezone", "local", TZ="Asia/Tokyo")["reset"]["timezone"] == "JST"
