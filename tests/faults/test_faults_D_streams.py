"""D-20 and D-21: lines that are finished later, and answers of several lines that are looked at between any two of them."""

import json
import os

import pytest
from claude_logs import OPUS, SONNET, Entry, file_of, line
from commands import HOUR, block
from ledger_world import MONDAY
from log_looks import Logs, tokens

from ccmon.sources import log_files

pytestmark = pytest.mark.newest_only

NINE = MONDAY + 9 * HOUR
DAY = 24 * HOUR
OTHER = "99999999-2222-4333-8444-555555555555"


@pytest.fixture
def logs(tmp_path):
    return Logs(tmp_path)


# --- D-20: half a line ----------------------------------------------------------------------------------------------------------

ANSWER = Entry(NINE, input=100, output=20, extra={"cwd": "/home/dev/\u4e16\u754c/src"})
WHOLE = json.dumps(json.loads(line(ANSWER)), separators=(",", ":"), ensure_ascii=False).encode()
CUTS = {"one byte": 1, "in a character": WHOLE.index("\u4e16".encode()) + 1, "in a number": WHOLE.index(b"100,") + 1,
        "without its brace": len(WHOLE) - 1, "without its end": len(WHOLE)}
AGES = {"fresh": 0, "a day old": -DAY, "of 1970": -(NINE - 1), "of next year": 400 * DAY}


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("age", AGES.values(), ids=AGES)
@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS)
def test_D20_half_a_line_waits_for_its_end_however_old_it_is(logs, cut, age, end):
    """Whatever its file's time and the clock say, before and after."""
    path = logs.write(ANSWER, line(ANSWER._replace(message="m0", request="r0")).encode() + b"\n" + WHOLE[:cut])
    for now in (NINE, NINE + 90 * DAY, NINE + 3 * DAY):
        os.utime(str(path), (NINE + age,) * 2)
        assert tokens(logs.look(now)) == (240 if cut == len(WHOLE) else 120)
    after = line(ANSWER._replace(message="m2", request="r2")).encode()
    for piece in (WHOLE[cut:], end[:-1], b"\n", after[:60], after[60:] + end):
        logs.write(ANSWER, piece)
        os.utime(str(path), (NINE + age,) * 2)
        logs.look(NINE + 4 * DAY)
    assert tokens(logs.look(NINE + 4 * DAY)) == 360
    assert logs.look(NINE + 4 * DAY)[0] == logs.anew(NINE + 4 * DAY)[0]


def test_D20_a_line_is_read_whole_however_many_looks_it_takes(logs):
    """A look behind each of its bytes."""
    for at in range(len(WHOLE)):
        logs.write(ANSWER, WHOLE[at:at + 1])
        if at % 9 == 0 or at > len(WHOLE) - 5:
            assert tokens(logs.look(NINE + at)) == 120 * (at == len(WHOLE) - 1)
    logs.write(ANSWER, b"\n")
    assert tokens(logs.look(NINE + DAY)) == 120


def test_D20_half_a_line_that_is_longer_than_a_chunk(logs, monkeypatch):
    monkeypatch.setattr(log_files, "CHUNK", 64)
    for piece in (WHOLE[:200], WHOLE[200:400], WHOLE[400:], b"\n"):
        logs.write(ANSWER, piece)
        found = logs.look(NINE)
    assert tokens(found) == 120


@pytest.mark.parametrize("more", [b"}\n", b" x\n", b"\0\0\0\0\n", WHOLE + b"\n", b"}", WHOLE[:50] + b"\n"],
                         ids=["a brace", "a word", "zeros", "another", "no end yet", "half of another"])
def test_D20_what_a_line_said_without_its_end_is_taken_back_when_it_is_damaged(logs, more):
    """ccusage counts a good line at the end of a log, and does not when more stands behind it."""
    first = ANSWER._replace(output=10)
    logs.write(ANSWER, line(first).encode() + b"\n" + WHOLE)
    assert tokens(logs.look(NINE)) == 120
    logs.write(ANSWER, more)
    assert tokens(logs.look(NINE + 9)) == 110
    logs.write(ANSWER, b"\n" + line(ANSWER._replace(message="m2", request="r2")).encode() + b"\n")
    assert tokens(logs.look(NINE + 9)) == 230 and logs.look(NINE + 9) == logs.anew(NINE + 9)


def test_D20_what_another_line_says_too_is_not_taken_back(logs):
    copy = ANSWER._replace(session=OTHER)
    logs.write(ANSWER, WHOLE)
    logs.look(NINE)
    logs.write(copy, line(copy).encode() + b"\n")
    logs.look(NINE)
    logs.write(ANSWER, b"}\n")
    assert tokens(logs.look(NINE)) == 120 == tokens(logs.anew(NINE))


# --- D-21: an answer of several lines -----------------------------------------------------------------------------------------

def answer(*at_and_output, model=SONNET, **fields):
    """The lines of one answer."""
    first = Entry(0, input=100, cache_read=1000, model=model, message="msg_s", request="req_s", **fields)
    return [first._replace(time=NINE + at, output=output) for at, output in at_and_output]


BEFORE = Entry(NINE - 40 * HOUR, input=7, output=3, message="msg_b", request="req_b")
STREAMS = {
    "minutes": answer((0, 1), (59, 50), (61, 900)),
    "quarters": answer((0, 1), (899, 50), (901, 900)),
    "hours": answer((3590, 1), (3601, 50), (7300, 900)),
    "days": answer((54_000 - 2, 1), (54_000, 50), (54_001, 900)),
    "weeks": answer((0, 1), (6 * DAY, 50), (7 * DAY, 900)),
    "sessions": answer((5 * HOUR - 1, 1), (5 * HOUR, 50), (5 * HOUR + 1, 900)),
    "a day backwards": answer((DAY, 1), (HOUR, 50), (0, 900)),
    "equal at last": answer((0, 1), (1000, 900), (2000, 900)),
    "falling": answer((0, 900), (1000, 50), (2000, 1)),
    "models": answer((0, 1)) + answer((1000, 50), model=OPUS) + answer((2000, 900), model=OPUS),
    "a side chain first": answer((0, 950), agent="a1", sidechain=True) + answer((0, 1), (1000, 50), (2000, 900)),
    "a side chain last": answer((0, 1), (1000, 50), (2000, 900)) + answer((2000, 950), agent="a1", sidechain=True),
    "a side chain of the same moment": answer((0, 1), (1000, 50)) + [
        entry._replace(request="req_t") for entry in answer((1000, 50), (1000, 60), agent="a1", sidechain=True)],
    "resumed": answer((0, 1), (1000, 50)) + answer((0, 1), (1000, 50), (2000, 900), session=OTHER),
    "resumed elsewhere": answer((0, 1), (1000, 50)) + answer((0, 1), (2000, 900), session=OTHER, project="-elsewhere"),
    "both go on": answer((0, 1), (1000, 50)) + answer((2000, 70), session=OTHER) + answer((3000, 900)),
    "two": [entry._replace(message=f"msg_{n}", time=entry.time + n) for entry in answer((0, 1), (1000, 50), (2000, 900))
            for n in (1, 2)],
    "an advisor": answer((0, 1), (1000, 50), extra={"message": {
        "id": "msg_s", "model": SONNET, "usage": {"input_tokens": 5, "output_tokens": 6, "iterations": [
            {"type": "advisor_message", "model": OPUS, "input_tokens": 70, "output_tokens": 50}]}}}),
    "no ids": [entry._replace(message=None, request=None) for entry in answer((0, 5), (0, 5), (0, 5), (1000, 5))],
}


def pieces_of(entry, kind):
    """The line in the pieces between which is looked."""
    whole = line(entry).encode() + b"\n"
    return (whole,) if kind == "lines" else (whole[:len(whole) // 2], whole[len(whole) // 2:-1], whole[-1:])


@pytest.mark.parametrize("kind", ["lines", "halves"])
@pytest.mark.parametrize("stream", STREAMS.values(), ids=STREAMS)
def test_D21_a_look_between_any_two_lines_changes_nothing(logs, stream, kind):
    """Not of what was used in any quarter, of any model, in any project; and no session that runs."""
    now = 0
    for entry in (BEFORE, *stream):
        now = max(now, entry.time + 1)
        for piece in pieces_of(entry, kind):
            logs.write(entry, piece)
            found = logs.look(now)
    assert found[0] == logs.anew(now)[0] and tokens(found) == sum(block.tokens for block in found[1])
    assert sum(block.tokens for block in found[1]) == sum(block.tokens for block in logs.anew(now)[1])


PACKED = {name: stream for name, stream in STREAMS.items() if name not in ("weeks", "a side chain of the same moment")}


@pytest.mark.parametrize("stream", PACKED.values(), ids=PACKED)
def test_D21_nor_does_one_long_after_each_line(logs, stream):
    """When the sessions are over for good, and the message is packed: it is known again by its ids, within a day."""
    for number, entry in enumerate((BEFORE, *stream)):
        logs.write(entry, line(entry).encode() + b"\n")
        late = BEFORE._replace(time=NINE + (200 + number) * DAY, message=f"late {number}", session=OTHER, project="-late")
        logs.write(late, line(late).encode() + b"\n")
        found = logs.look(late.time + 1, upkeep=True)
    assert found[0] == logs.anew(late.time + 1)[0]
    assert tokens(found) == sum(block.tokens for block in found[1]) == tokens(logs.anew(late.time + 1))


# --- D-21: as the user meets it -----------------------------------------------------------------------------------------------

def log_of(machine):
    """A log that a conversation has begun with a question."""
    path = machine.home / ".claude/projects" / file_of(BEFORE)
    path.parent.mkdir(parents=True)
    path.write_text(line(Entry(NINE - 60, kind="user")) + "\n")
    return path


@pytest.mark.parametrize("moves", [True, False], ids=["before its log is there", "before the answer"])
def test_D21_the_first_answer_of_all_counts_once_beside_ccusage(machine, moves):
    """ccusage tells of it before the logs hold any that is known, and of another session when it is finished."""
    log = log_of(machine)
    later = log.with_suffix(".later")
    if moves:
        log.rename(later)
    else:
        machine.run("record", now=NINE - 50)
    for entry, start in zip(STREAMS["sessions"], (9, 14, 14)):
        with (later if later.exists() else log).open("a") as file:
            file.write(line(entry) + "\n")
        machine.answers([block(MONDAY + start * HOUR, 100 + entry.output)])
        if later.exists():             # it comes between our look for logs and that of ccusage
            machine.behaves(f'mv "{later}" "{log}"; cat "{machine.folder}/answer.json"')
        machine.run("record", now=int(entry.time) + 1)
    found = {by: machine.run("history", "--json", "--by", by, now=int(entry.time) + 2).json
             for by in ("session", "hour", "model")}
    assert {by: [row["tokens"] for row in rows if row["tokens"]] for by, rows in found.items()} == {
        "session": [1000], "hour": [1000], "model": [1000]}
    assert found["session"][0]["start"] == MONDAY + 14 * HOUR and found["model"][0]["key"] == SONNET


@pytest.mark.real_ccusage
def test_D21_the_sessions_are_those_of_ccusage_20(machine):
    program = os.environ.get("CCUSAGE_20")
    if not program:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("CCUSAGE_20 is not set")
    env = {"PATH": f"{os.path.dirname(program)}:{os.environ['PATH']}"}
    log = log_of(machine)
    for entry in STREAMS["hours"]:
        with log.open("a") as file:
            file.write(line(entry))
        machine.run("record", now=int(entry.time) + 1, **env)
        with log.open("a") as file:
            file.write("\n")
        shown = machine.run("--json", now=int(entry.time) + 2, **env).json["session"]
        assert shown["tokens"] == 100 + entry.output
    stored = machine.run("history", "--json", now=int(entry.time) + 3, **env).json
    assert [(row["start"], row["tokens"]) for row in stored] == [(shown["start"], 1000)]
