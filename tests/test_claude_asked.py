"""Asking the claude program for the limits: what it answers, when it is asked, and a stand-in that does what can go wrong."""

import json
import os

import pytest
from ccusage_stand_in import ENV, LONG, stand_in  # noqa: F401
from claude_account import DAY, HOUR, NOW, iso, text, utilization
from hypothesis import given
from hypothesis import strategies as st

from ccmon.pipeline import account, history
from ccmon.settings import context
from ccmon.sources import ccusage, ccusage_output
from ccmon.usage import account_json, account_note
from ccmon.usage.account_json import NO_ANSWER, NO_PLAN, NOT_NOW, REQUEST, parse_answer
from ccmon.usage.account_note import AskedNote, is_due

pytestmark = pytest.mark.newest_only

LIMITS = {"five_hour": {"utilization": 12, "resets_at": iso(NOW + 2 * HOUR)}, "seven_day": None,
          "model_scoped": [{"display_name": "Fable", "utilization": 95, "resets_at": iso(NOW + DAY)}],
          "extra_usage": {"is_enabled": True, "monthly_limit": 5000, "used_credits": 10, "utilization": 0.2, "currency": "USD"}}
EVENT = {"type": "rate_limit_event", "rate_limit_info": {"status": "allowed", "utilization": 0.83, "rateLimitType": "five_hour"}}


def answer(limits=LIMITS, available=True, request_id=account_json.REQUEST_ID, **more):
    """As Claude Code 2.1.332 prints it."""
    said = {"session": {"total_cost_usd": 0}, "subscription_type": "max" if available else None,
            "rate_limits_available": available, "rate_limits": limits, "behaviors": None}
    return json.dumps({"type": "control_response", "response": {
        "subtype": "success", "request_id": request_id, "response": said, **more}})


def test_what_it_answers_is_read():
    found = parse_answer("\n".join([json.dumps(EVENT), "noise", answer(), ""]), NOW)
    assert [(one.name, one.percent, one.source, one.read_at) for one in found.account.windows] == [
        ("five_hour", 12, "claude", NOW), ("seven_day_fable", 95, "claude", NOW)]
    assert (found.sentence, found.account.credits[0].used, found.account.dropped) == ("", 0.1, 0)


@pytest.mark.parametrize("output, expected", [
    (answer(None, False), NO_PLAN), (answer(None, True), NOT_NOW), (answer(None, "?"), NO_ANSWER), ("", NO_ANSWER),
    (answer(request_id="other"), NO_ANSWER), (answer()[:-9], NO_ANSWER), (json.dumps(EVENT), NO_ANSWER),
    (answer(subtype="error", error="Unsupported control\x1b[31m request."),
     "claude refused to tell the limits: Unsupported control?[31m request"),
    (answer(subtype="error"), "claude refused to tell the limits: it did not say why"),
])
def test_what_is_no_answer_becomes_one_sentence(output, expected):
    found = parse_answer(output, NOW)
    assert found == expected or found.account == account_json.NOTHING and (
        found.sentence.replace("\ufffd", "?") == expected and found.sentence.isprintable())


KEYS = ["response", "subtype", "rate_limits", "request_id"]


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(KEYS), inner), max_leaves=9))
def test_no_answer_breaks_it(value):
    for whole in (value, {"type": "control_response", "response": value}):
        assert parse_answer(json.dumps(whole), NOW).account.windows == ()


@pytest.mark.parametrize("note, newest_at, due", [
    (AskedNote(), 0, True), (AskedNote(), NOW - 299, False), (AskedNote(), NOW - 300, True), (AskedNote(), NOW + 9, True),
    (AskedNote(NOW - 299), 0, False), (AskedNote(NOW - 300), 0, True), (AskedNote(NOW + 999), 0, True),
    (AskedNote(NOW - 500, 1), 0, False), (AskedNote(NOW - 600, 1), 0, True), (AskedNote(NOW - 3599, 99), 0, False),
    (AskedNote(NOW - 3600, 99), 0, True)])
def test_when_it_is_asked(note, newest_at, due):
    assert is_due(note, newest_at, NOW) is due
    assert account_note.load_asked(account_note.dump_asked(note)) == note and account_note.load_asked("{}") == AskedNote()


# --- a stand-in ---------------------------------------------------------------------------------------------------------------

def test_how_it_is_run(stand_in):  # noqa: F811
    program = stand_in('cat; printf "%s|" "$@"; echo; env')
    env = {**ENV, "CLAUDECODE": "1", "CLAUDE_CODE_ENTRYPOINT": "cli", "CLAUDE_CONFIG_DIR": "/x"}
    lines = ccusage.ask_claude(program, REQUEST, LONG, env, None).splitlines()
    assert json.loads(lines[0])["request"] == {"subtype": "get_usage", "skip_behaviors": True}
    assert lines[1].startswith("-p|--input-format|stream-json|--output-format|stream-json|--verbose|--setting-sources||"
                               "--strict-mcp-config|--no-session-persistence|")
    assert "CLAUDE_CONFIG_DIR=/x" in lines and not any(line.startswith(("CLAUDECODE", "CLAUDE_CODE_E")) for line in lines)


@pytest.mark.parametrize("body, timeout_s, sentence", [
    ("sleep 60", 0.3, "claude took longer than 0.3 s and was stopped. It is asked again later"),
    ("yes", LONG, "claude printed too much and was stopped. Update Claude Code"),
    ("echo 'error: unknown option' >&2; exit 1", LONG,
     "claude failed with exit code 1: error: unknown option. To see it, run: claude -p hello"),
    ("kill -9 $$", LONG, "claude was killed by signal 9: it did not say why. To see it, run: claude -p hello")])
def test_what_goes_wrong_is_one_sentence(stand_in, body, timeout_s, sentence):  # noqa: F811
    with pytest.raises(ccusage_output.Failed) as caught:
        ccusage.ask_claude(stand_in(body), REQUEST, timeout_s, ENV, None)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("env, file, expected", [
    ({}, "/h/.claude.json", None), ({"CLAUDE_CONFIG_DIR": "/a"}, "/a/.claude.json", "/a"),
    ({"CLAUDE_CONFIG_DIR": "/a,/b"}, "/b/.claude.json", "/b"), ({"CLAUDE_CONFIG_DIR": "/a,/b"}, "", "/a"),
    ({"CLAUDE_CONFIG_DIR": "/h/.claude,/b"}, "/h/.claude.json", None)])
def test_of_several_folders_it_is_told_one(env, file, expected):
    assert account.environment({"HOME": "/h", **env}, file).get("CLAUDE_CONFIG_DIR") == expected


def refreshed(home, now, **env):
    """The facts after a look at the file and at claude."""
    ctx = context.prepare({}, {"HOME": str(home), "CCMON_NOW": str(now), "PATH": f"{home}/bin:/usr/bin:/bin",
                               "CCMON_OFFICIAL": "claude", **env})
    with history.opened(ctx, 5000) as kept:
        account.take(ctx, kept)
        account.ask_when_due(ctx, kept)
        return kept.facts(now), kept.asked_note()


def test_it_is_asked_only_where_nothing_fresher_is_known(home):
    calls = home / "calls"
    (home / "bin").mkdir()
    program = home / "bin" / "claude"
    program.write_text(f"#!/bin/sh\ncat > {calls}\ncat <<'END'\n{answer()}\nEND\n")
    program.chmod(0o755)
    (home / ".claude.json").write_text(text(NOW, limits=utilization(five=5)))
    facts, note = refreshed(home, NOW + 60)                # the file is a minute old
    assert not calls.exists() and note == AskedNote()
    assert refreshed(home, NOW + 400, CCMON_OFFICIAL="statusline")[0] == facts and not calls.exists()
    facts, note = refreshed(home, NOW + 400)
    assert json.loads(calls.read_text())["type"] == "control_request" and note.at == NOW + 400
    assert {one.name: (one.percent, one.source) for one in facts.reported.windows} == {
        "five_hour": (12, "claude"), "seven_day": (84, "account_file"), "seven_day_fable": (95, "claude"),
        "seven_day_fable_5": (100, "account_file")}
    assert (facts.reported.credits[0].used, facts.reported.credits[0].source, len(facts.reported.credits)) == (0.1, "claude", 1)
    os.unlink(calls)
    assert refreshed(home, NOW + 500)[0].reported.windows == facts.reported.windows and not calls.exists()


def test_a_failure_is_noted_and_not_shown(home):
    facts, note = refreshed(home, NOW)
    assert (facts.stored.trouble, facts.reported.windows, facts.reported.source.error) == (None, (), None)
    assert (note.failures, note.error) == (1, "claude was not found. Install Claude Code, or switch that off: "
                                           "ccmon config set official statusline")
    assert refreshed(home, NOW + 300)[1].failures == 1 and refreshed(home, NOW + 600)[1].failures == 2
