"""Faults P-8 to P-17: what ccusage prints is noise, broken, enormous, impossible or hostile. The last good numbers stay."""

import json
import os
import re
import sqlite3
from contextlib import closing

import pytest
from ccusage_answers import (
    DATA,
    NOW,
    ONE,
    PARSED_ONE,
    START,
    WRONG,
    changed,
    name_of,
    only,
    parsed,
    rejected,
    short,
)
from commands import HOUR, wait_until
from commands import NOW as CALLED
from commands import block as raw
from full_screen import leave, live, monitor

from ccmon.errors import CcmonError
from ccmon.sources.ccusage_output import Parsed, parse
from ccmon.when import SESSION_S

pytestmark = pytest.mark.newest_only

PRETTY, COMPACT = json.dumps({"blocks": [ONE]}, indent=2), json.dumps({"blocks": [ONE]}, separators=(",", ":"))


@pytest.mark.parametrize("body", [PRETTY, COMPACT, PRETTY.replace("\n", "\r\n"), json.dumps([ONE]), json.dumps([ONE], indent=2),
                                  json.dumps({"message": "m", "blocks": [ONE]})],
                         ids=["pretty", "compact", "crlf", "bare list", "pretty bare list", "message first"])
@pytest.mark.parametrize("before", ["", "\ufeff", "\n\n", "[ccusage] ℹ Debug mode\n" * 200, "[\n", "{\n", '{"level":"info"}\n',
                                    "[]\n", "warning: {x}\n", "\ufefflog\n"])
@pytest.mark.parametrize("after", ["", "\n", "\nDone in 0.2 s\n", '\n{"blocks": []}', "}]", "\0"])
def test_P08_noise_around_the_answer(before, body, after):
    assert parse(before + body + after, NOW) == Parsed((PARSED_ONE,), 0, 0)


def test_P08_noise_on_the_same_line():
    assert parse("\x1b[32mlog\x1b[0m " + COMPACT, NOW).blocks == (PARSED_ONE,)
    assert parse("loading...\r" + PRETTY, NOW).blocks == (PARSED_ONE,)


@pytest.mark.parametrize("text, sentence", [
    ("", "ccusage printed nothing"), (" \n\t\ufeff\0", "ccusage printed nothing"),
    ("Date must be in YYYYMMDD format\n", "ccusage printed no JSON: 'Date must be in YYYYMMDD format'"),
    ("a\x1b[31m\x07\nb\u202e" + "c" * 99, "ccusage printed no JSON: 'a[31m b" + "c" * 73 + "'"),
    ('{"blocks":[{"id', "ccusage printed broken JSON: '{\"blocks\":[{\"id'"),
    ('{"blocks": {}}', "ccusage printed JSON without a list of blocks: '{\"blocks\": {}}'"),
    ('{"blocks": null}', "ccusage printed JSON without a list of blocks: '{\"blocks\": null}'"),
    ('{"daily": [1]}', "ccusage printed JSON without a list of blocks: '{\"daily\": [1]}'"),
    ("[]", "ccusage printed JSON without a list of blocks: '[]'"), ("null", "ccusage printed no JSON: 'null'")])
def test_P08_no_answer_is_told_in_few_clean_characters(text, sentence):
    with pytest.raises(CcmonError) as caught:
        parse(text, NOW)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("path", [DATA / "20.0.24" / "active_data__blocks_json_offline.json",
                                  DATA / "18.0.11" / "active_data__blocks_json_debug.stdout.txt"], ids=name_of)
def test_P08_truncated_output_is_refused(path):
    text = path.read_text("utf-8").rstrip()
    for size in range(0, len(text), 50):
        with pytest.raises(CcmonError):
            parse(text[:size], NOW)


# --- the whole program on such answers ----------------------------------------------------------------------------------

BEGAN = CALLED - 2 * HOUR
GOOD_ANSWER = json.dumps({"blocks": [raw(BEGAN, 1234)]})


def answers(machine, text):
    """ccusage prints this from now on."""
    (machine.folder / "answer.json").write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))


def strictly(text):
    """The document, as a parser reads it that knows no NaN."""
    def refuse(word):
        raise AssertionError(word)
    return json.loads(text, parse_constant=refuse)


def test_P08_noise_around_the_answer_of_a_real_process(machine):
    answers(machine, GOOD_ANSWER)
    machine.behaves(r"printf '\357\273\277[ccusage] \033[32mlog\033[0m \351\r\n'; " f'cat "{machine.folder}/answer.json"; '
                    r"printf '\nDone in {0.2} s\0\n'")
    assert machine.run("--json").json["session"]["tokens"] == 1234


NO_ANSWERS = ["", "\0" * 4096, GOOD_ANSWER[:-1], '{"blocks":[' * 50_000, "[{" * 70_000 + "}]" * 70_000,
              bytes(range(256)) * 4000, GOOD_ANSWER.encode("utf-16"), "\x1b[2J\x1b]0;PWN\x07" * 99]


def test_P08_P11_of_no_answer_a_process_makes_an_error_of_ours_and_the_numbers_stay(machine):
    answers(machine, GOOD_ANSWER)
    assert machine.run("record").code == 0
    for number, text in enumerate(NO_ANSWERS, 1):
        answers(machine, text)
        told = strictly(machine.run("--json", now=CALLED + number).out)
        assert (told["session"]["tokens"], told["source"]["age_s"]) == (1234, number), text[:40]
        assert told["warnings"] == ["source_failed"] and told["source"]["error"].isprintable(), text[:40]
    answers(machine, GOOD_ANSWER.replace("1234", "4321"))
    assert machine.run("record", now=CALLED + 60) == (0, "", "")


def with_text(number, name, value):
    """A session of the past in which a field has this text, whatever JSON says to it."""
    made = json.dumps(raw(BEGAN - 6 * HOUR * number, 100 * number, **({"startTime": "@"} if name == "startTime" else {})))
    if name == "startTime":
        return made.replace('"@"', value)
    return re.sub(f'"{name}": [^,}}]*', lambda _: f'"{name}": {value}', made)


IMPOSSIBLE = [("inputTokens", value) for value in
              ("NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "-" + "9" * 5000, "9223372036854775808", "1000000000000001",
               "-1", "1.5", '"12"', "true", "[]", "{}", '"\\ud800"')]
IMPOSSIBLE += [("startTime", value) for value in
               ("null", "true", "17", '""', '"Invalid Date"', '"9999-12-31T23:59:59.999Z"', '"2025-11-24T12:00:60Z"',
                '"0001-01-01T00:00:00+09:00"', '"\\ud800"', "NaN")]


def test_P09_P10_P13_P15_an_impossible_session_costs_itself_only(machine):
    bad = [with_text(number, *field) for number, field in enumerate(IMPOSSIBLE, 1)]
    assert len(set(bad)) == len(IMPOSSIBLE)
    answers(machine, '{"blocks": [' + ", ".join([*bad, "null", "[]", '"x"', json.dumps(raw(BEGAN, 1234))]) + "]}")
    told = strictly(machine.run("--json").out)
    assert (told["session"]["tokens"], told["warnings"]) == (1234, ["blocks_skipped"])
    assert f"{len(IMPOSSIBLE) + 3} malformed sessions left out" in machine.run("--once").out
    assert [session["tokens"] for session in strictly(machine.run("history", "--json").out)] == [1234]


def test_P09_a_cost_that_is_no_number_costs_the_cost_only(machine):
    answers(machine, GOOD_ANSWER.replace("1.25", "NaN"))
    session = strictly(machine.run("--json").out)["session"]
    assert (session["tokens"], session["cost_usd"]) == (1234, None)
    assert machine.run("history").code == 0


def test_P13_a_list_at_the_top_whose_session_has_a_start_only(machine):
    answers(machine, json.dumps([{"startTime": raw(BEGAN, 1)["startTime"]}]))
    session = machine.run("--json").json["session"]
    assert (session["tokens"], session["start"], session["end"]) == (0, BEGAN, BEGAN + 5 * HOUR)


def test_P14_of_several_active_sessions_the_latest_that_has_begun(machine):
    """As ccusage prints them when a log holds a line from next year: two are active, and one is a gap by its name only."""
    late = CALLED + 366 * 24 * HOUR
    machine.answers([raw(late, 777, isActive=True), raw(BEGAN - HOUR, 50, isActive=True), raw(BEGAN, 1234, isActive=False),
                     raw(BEGAN + HOUR, 99, id="gap-2025-11-24T15:00:00.000Z", isActive=True)])
    told = machine.run("--json").json
    assert (told["session"]["tokens"], told["session"]["start"]) == (1234, BEGAN)
    assert {"several_active", "clock_skew"} <= set(told["warnings"])
    assert not {777, 99} & {session["tokens"] for session in machine.run("history", "--json").json}


UNSAFE = re.compile("[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u200b-\\u200f\\u202a-\\u202e\\ud800-\\udfff]|`id|[$#][(]|#\\[|%F")
HOSTILE = ["\ud800", "\udfff\ud800x", "m\x1b]0;PWN\x07$(id)`id`", "#(id)#[fg=red]", "\u202e\u200bback", "a\nb\r\0c", "%n%F{red}"]


def test_P12_P16_a_ccusage_in_a_folder_whose_name_is_no_text(machine):
    odd = machine.folder / os.fsdecode(b"b\xff\x1b[31m\n")
    odd.mkdir()
    machine.ccusage.rename(odd / "ccusage")
    answers(machine, GOOD_ANSWER)
    on_path, named = {"PATH": f"{odd}:/usr/bin:/bin"}, {"CCMON_CCUSAGE": f"{odd}/ccusage", "LC_ALL": "C"}
    for words, env in ((["record"], on_path), (["--once"], named), (["why"], on_path), (["--statusline", "--wait", "9"], named)):
        shown = machine.run(*words, **env)
        assert (shown.code, shown.err) == (0, "") and not UNSAFE.search(shown.out), words
    assert machine.run("--json", PATH=f"{odd}:/usr/bin:/bin").json["session"]["tokens"] == 1234


def test_P12_P16_a_hostile_model_is_nowhere_as_it_is(machine):
    starts = (BEGAN, BEGAN - 6 * HOUR)
    answers(machine, json.dumps({"blocks": [raw(start, 1234, models=HOSTILE, id="\ud800\x1b[2J") for start in starts]}))
    for words in (["--once"], ["history", "--csv"], ["why"], ["export", "--openmetrics"], ["--statusline", "--wait", "9"]):
        shown = machine.run(*words)
        assert (shown.code, shown.err, UNSAFE.findall(shown.out)) == (0, "", []), words
    with closing(sqlite3.connect(machine.home / ".local/share/ccmon/ccmon.db")) as db:
        stored = [models for models, in db.execute("SELECT models FROM session")]
    assert len(stored) == 2 and all(models.isprintable() for models in stored), stored
    assert UNSAFE.findall(machine.run("history", "--json").out + machine.run("--json").out) == []


@pytest.mark.parametrize("text", ["", "nonsense", '{"blocks": [', '{"blocks": 3}', "[" * 100_000,
                                  '{"blocks": [{"startTime": 7}]}'])
def test_P08_bad_output_never_costs_the_screen(machine, text):
    live(machine)
    machine.run("record", now=None)
    (machine.folder / "answer.json").write_text(text)
    with monitor(machine) as term:
        wait_until(lambda: machine.runs() >= 2, "a look")
        term.wait_for("1,234" if text != '{"blocks": [{"startTime": 7}]}' else "left out")
        leave(term)


@pytest.mark.parametrize("count", ["9" * 5000, "-" + "9" * 5000, "1e999", "-1e999", "NaN", "Infinity", "1" + "0" * 16])
def test_P09_P10_numbers_that_json_takes_and_nobody_means(count):
    text = COMPACT.replace('"inputTokens":100', f'"inputTokens":{count}').replace("}]}", "}," + json.dumps(ONE) + "]}")
    assert parse(text, NOW) == Parsed((PARSED_ONE,), 1, 0)


@pytest.mark.parametrize("opening", ["[", '{"blocks":[', '{"blocks":', '[{"startTime":'])
def test_P11_deep_nesting(opening):
    with pytest.raises(CcmonError):
        parse(opening * 100_000, NOW)
    with pytest.raises(CcmonError):
        parse('{"blocks":[' + "[" * 100_000 + "]" * 100_000 + "]}", NOW)


@pytest.mark.parametrize("name", [n for n in ONE if n != "startTime"] + list(ONE["tokenCounts"]))
@pytest.mark.parametrize("value", [..., None], ids=["deleted", "null"])
def test_P13_every_field_but_the_start_is_optional(name, value):
    block = only(changed(**{name: value}))
    assert block.start == START and block.end == START + SESSION_S
    expected = {"tokenCounts": 43120, "inputTokens": 20, "outputTokens": 100}.get(name, 120)
    assert block.tokens == expected
    assert block.counted is (name != "tokenCounts")


@pytest.mark.parametrize("value", WRONG, ids=short)
def test_P13_a_count_of_a_wrong_type_rejects_the_block(value):
    for name in ONE["tokenCounts"]:
        rejected(changed(**{name: value}))
    if not isinstance(value, dict):
        rejected(changed(tokenCounts=value))


@pytest.mark.parametrize("value", WRONG, ids=short)
def test_P13_a_wrong_total_matters_only_when_it_is_used(value):
    assert only(changed(totalTokens=value)).tokens == 120
    rejected(changed(totalTokens=value, tokenCounts=None))


@pytest.mark.parametrize("value", WRONG[:-6] + [..., None], ids=short)
def test_P13_entries_are_a_detail(value):
    assert only(changed(entries=value)).entries == 0


@pytest.mark.parametrize("value, cost", [(0, 0.0), (3, 3.0), (0.12, 0.12), (..., None), (None, None), (-1, None), ("1", None),
                                         (True, None), (float("nan"), None), (1e999, None), (10 ** 400, None), ([], None)])
def test_P13_costs(value, cost):
    assert only(changed(costUSD=value)).cost_usd == cost


@pytest.mark.parametrize("junk", [None, 1, "x", [], {}, {"blocks": []}, True, float("nan")])
def test_P13_junk_among_the_blocks(junk):
    assert parsed(junk, ONE, junk) == Parsed((PARSED_ONE,), 2, 0)


def test_P14_two_active_blocks_are_both_kept():
    other = changed(startTime="2026-11-22T06:00:00.000Z")
    assert [block.start for block in parsed(ONE, other).blocks] == [START - 3600, START]


def test_P14_P15_future_blocks():
    late = changed(startTime="2026-11-22T08:01:01.000Z")
    in_time = changed(startTime="2026-11-22T08:01:00.000Z", actualEndTime=None)
    found = parsed(late, in_time, ONE)
    assert [block.start for block in found.blocks] == [START, NOW + 60] and (found.skipped, found.future) == (0, 1)


def test_P15_a_last_message_in_the_future_is_counted_and_kept():
    odd = changed(actualEndTime="2026-11-22T08:01:01.000Z")
    assert parsed(odd) == Parsed((PARSED_ONE._replace(last=NOW + 61),), 0, 1)
    assert parsed(changed(actualEndTime="2026-11-22T08:01:00.000Z")).future == 0


@pytest.mark.parametrize("value", [..., None, "Invalid Date", "", 5, True, [], "2026-11-22", "2026-13-22T07:00:00.000Z",
                                   "2026-11-22T07:00:60.000Z", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00+09:00",
                                   "2026-11-22T07:00:00.000Zjunk", "\ud800", "20٢٦-11-22T07:00:00Z", " 2026-11-22T07:00:00Z"])
def test_P15_no_start_no_block(value):
    rejected(changed(startTime=value))


@pytest.mark.parametrize("value", [..., None, "Invalid Date", 5, [], "9999-12-31T23:59:59.999Z", "2026-11-22T12:00:60Z",
                                   "2026-11-22T07:00:00.000Z", "2025-01-01T00:00:00.000Z"])
def test_P15_no_end_is_five_hours_later(value):
    assert only(changed(endTime=value)) == PARSED_ONE


@pytest.mark.parametrize("value", [..., None, "Invalid Date", 5, [], "9999-12-31T23:59:59.999Z", "2026-11-22T06:00:00.000Z"])
def test_P15_no_last_message(value):
    assert only(changed(actualEndTime=value)) == PARSED_ONE._replace(last=None)


@pytest.mark.parametrize("value, models", [
    (["b", "a", "b"], ("b", "a")), (["<synthetic>", "unknown", "x"], ("x",)), ([], ()), (None, ()), ("claude", ()), ({}, ()),
    ([1, None, ["y"], {"z": 1}, True, ""], ()), (["claude-opus-4-1[1m]"], ("claude-opus-4-1[1m]",)),
    (["m\x1b]0;PWN\x07$(id)`x`"], ("m]0;PWN$(id)`x`",)), (["\ud800é🎯x"], ("é🎯x",)), (["a" * 999], ("a" * 200,)),
    (["a b", "a\tb"], ("a b", "ab")), (["a,b", "\x00"], ("a_b", "_"))])
def test_P12_P16_models(value, models):
    assert only(changed(models=value)).models == models


@pytest.mark.parametrize("text, epoch", [
    ("2026-11-22T07:00:00.000Z", START), ("2026-11-22T07:00:00Z", START), ("2026-11-22T07:00:00.999999999Z", START),
    ("2026-11-22T08:00:00.000+01:00", START), ("2026-11-22T08:00:00+0100", START), ("2026-11-22T01:30:00-05:30", START),
    ("2026-11-22 07:00:00Z", START), ("2026-11-22T07:00Z", START), ("2026-11-22T07:00:00.5", START),
    ("2024-02-29T00:00:01.000Z", 1709164801)])
def test_P17_times(text, epoch):
    assert only(changed(startTime=text, endTime=None)).start == epoch
