"""Logs as they are found: conversations mixed from a seed, with every oddity that ccusage is known to judge in its own way."""

import json
import random
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Sequence

import claude_logs
from claude_logs import HAIKU, OPUS, SESSION_S, SONNET, Entry

Fields = Dict[str, Any]


class Odd(NamedTuple):
    """What is done to the fields of a line, or to its bytes, and how many entries ccusage 20 sees in it then."""

    change: Callable[[Fields], Any]
    entries: int = 1
    raw: Callable[[bytes], bytes] = bytes


def compact(fields: Fields) -> bytes:
    """The line as Claude Code writes it."""
    return json.dumps(fields, separators=(",", ":")).encode()


def make(odd: Odd, fields: Fields) -> bytes:
    """The line, changed so."""
    copy = json.loads(json.dumps(fields))
    odd.change(copy)
    return odd.raw(compact(copy))


def _top(**values: Any) -> Callable[[Fields], Any]:
    return lambda fields: fields.update(values)


def _message(**values: Any) -> Callable[[Fields], Any]:
    return lambda fields: fields["message"].update(values)


def _usage(**values: Any) -> Callable[[Fields], Any]:
    return lambda fields: fields["message"]["usage"].update(values)


def _without(*path: str) -> Callable[[Fields], Any]:
    def change(fields: Fields) -> None:
        for name in path[:-1]:
            fields = fields[name]
        fields.pop(path[-1], None)
    return change


def _time(form: str) -> Callable[[Fields], Any]:
    return lambda fields: fields.update(timestamp=form.format(fields["timestamp"][:19]))


def _advisor(**values: Any) -> Fields:
    return {"type": "advisor_message", "model": OPUS, "input_tokens": 7, "output_tokens": 5, **values}


def _iterations(*items: Any) -> Callable[[Fields], Any]:
    return _usage(iterations=list(items))


def _none(_fields: Fields) -> None:
    pass


def _raw(change: Callable[[bytes], bytes], entries: int) -> Odd:
    return Odd(_none, entries, change)


def _old_limit(tail: str) -> Callable[[Fields], Any]:
    def change(fields: Fields) -> None:
        fields["isApiErrorMessage"] = True
        fields["message"].update(model="<synthetic>", content=[{"type": "text", "text": "Claude AI usage limit reached" + tail}])
    return change


PLAIN: Fields = {"type": "message", "model": SONNET, "input_tokens": 1, "output_tokens": 1}
ODD: Dict[str, Odd] = {
    "nothing": Odd(_none),
    "no cache creation object": Odd(_without("message", "usage", "cache_creation")),
    "empty cache creation object": Odd(_usage(cache_creation={})),
    "cache creation of other sums": Odd(_usage(cache_creation={"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4})),
    "cache creation null": Odd(_usage(cache_creation=None)),
    "cache creation a number": Odd(_usage(cache_creation=3), 0),
    "cache creation for null minutes": Odd(_usage(cache_creation={"ephemeral_5m_input_tokens": None}), 0),
    "flat cache creation a text": Odd(_usage(cache_creation_input_tokens="3"), 0),
    "flat cache creation null": Odd(_usage(cache_creation_input_tokens=None), 0),
    "no cache counts": Odd(lambda f: [f["message"]["usage"].pop(name, None) for name in (
        "cache_creation", "cache_creation_input_tokens", "cache_read_input_tokens")]),
    "no input": Odd(_without("message", "usage", "input_tokens"), 0),
    "no output": Odd(_without("message", "usage", "output_tokens"), 0),
    "input a float": Odd(_usage(input_tokens=12.0), 0),
    "input a text": Odd(_usage(input_tokens="12"), 0),
    "input true": Odd(_usage(input_tokens=True), 0),
    "input negative": Odd(_usage(input_tokens=-1), 0),
    "output null": Odd(_usage(output_tokens=None), 0),
    "read negative": Odd(_usage(cache_read_input_tokens=-5), 0),
    "speed standard": Odd(_usage(speed="standard")),
    "speed fast": Odd(_usage(speed="fast")),
    "speed unknown": Odd(_usage(speed="slow"), 0),
    "speed null": Odd(_usage(speed=None), 0),
    "speed a list": Odd(_usage(speed=["fast"]), 0),
    "fast and synthetic": Odd(lambda f: (_usage(speed="fast")(f), _message(model="<synthetic>")(f))),
    "synthetic": Odd(_message(model="<synthetic>")),
    "no model": Odd(_without("message", "model")),
    "model null": Odd(_message(model=None), 0),
    "model empty": Odd(_message(model=""), 0),
    "model a number": Odd(_message(model=4), 0),
    "model with blanks": Odd(_message(model="my model (v2)")),
    "model very long": Odd(_message(model="m" * 90)),
    "model of Ollama": Odd(_message(model="minimax-m2.5:cloud")),
    "model with a comma and colours": Odd(_message(model="a,b\x1b[31m")),
    "model with half a character": Odd(_message(model="a\ud800b"), 0),
    "no message id": Odd(_without("message", "id")),
    "message id null": Odd(_message(id=None), 0),
    "message id empty": Odd(_message(id=""), 0),
    "message id a number": Odd(_message(id=5), 0),
    "message id of other letters": Odd(_message(id="n\u00e4mlich \U0001f600")),
    "no request": Odd(_without("requestId")),
    "request null": Odd(_top(requestId=None), 0),
    "request empty": Odd(_top(requestId=""), 0),
    "request a number": Odd(_top(requestId=5), 0),
    "no session": Odd(_without("sessionId")),
    "session null": Odd(_top(sessionId=None), 0),
    "session empty": Odd(_top(sessionId=""), 0),
    "no version": Odd(_without("version")),
    "version of two numbers": Odd(_top(version="2.1"), 0),
    "version with a tail": Odd(_top(version="2.1.220-beta")),
    "version with a head": Odd(_top(version="v2.1.220"), 0),
    "version empty": Odd(_top(version=""), 0),
    "version a number": Odd(_top(version=2), 0),
    "cwd null": Odd(_top(cwd=None), 0),
    "cwd a number": Odd(_top(cwd=5)),
    "side chain null": Odd(_top(isSidechain=None)),
    "side chain a text": Odd(_top(isSidechain="yes"), 0),
    "no side chain": Odd(_without("isSidechain")),
    "api error false": Odd(_top(isApiErrorMessage=False)),
    "api error a text": Odd(_top(isApiErrorMessage="true"), 0),
    "cost": Odd(_top(costUSD=0.25)),
    "cost a whole number": Odd(_top(costUSD=2)),
    "cost null": Odd(_top(costUSD=None), 0),
    "cost a text": Odd(_top(costUSD="0.25"), 0),
    "cost negative": Odd(_top(costUSD=-0.5)),
    "no type": Odd(_without("type")),
    "of a user": Odd(_top(type="user")),
    "content a text": Odd(_message(content="Done.")),
    "content null": Odd(_message(content=None)),
    "content of odd parts": Odd(_message(content=[{"type": "tool_use", "id": "toolu_1", "input": {"version": 5, "n": None}}])),
    "tool input with a null id": Odd(_message(content=[{"type": "tool_use", "input": {"id": None}}]), 0),
    "tool input with a null cwd": Odd(_top(toolUseResult={"cwd": None}), 0),
    "a null in a text": Odd(_message(content=[{"type": "text", "text": '{"id":null}'}])),
    "a null elsewhere": Odd(_top(parentUuid=None, isMeta=None)),
    "text of a part a number": Odd(_message(content=[{"text": 5}])),
    "no timestamp": Odd(_without("timestamp"), 0),
    "timestamp a number": Odd(_top(timestamp=1790000000), 0),
    "timestamp of whole seconds": Odd(_time("{}Z")),
    "timestamp of tenths": Odd(_time("{}.1Z"), 0),
    "timestamp of microseconds": Odd(_time("{}.123456Z"), 0),
    "timestamp of Kolkata": Odd(_time("{}.250+05:30")),
    "timestamp of New York": Odd(_time("{}-04:00")),
    "timestamp of a bad zone": Odd(_time("{}+0530"), 0),
    "timestamp of a far zone": Odd(_time("{}+24:00"), 0),
    "timestamp with no zone": Odd(_time("{}.000"), 0),
    "timestamp with a blank": Odd(lambda f: f.update(timestamp=f["timestamp"].replace("T", " ")), 0),
    "timestamp small": Odd(lambda f: f.update(timestamp=f["timestamp"].lower()), 0),
    "timestamp of 25 o'clock": Odd(lambda f: f.update(timestamp=f["timestamp"][:11] + "25:00:00.000Z"), 0),
    "timestamp of 60 seconds": Odd(lambda f: f.update(timestamp=f["timestamp"][:17] + "60.000Z"), 0),
    "timestamp of 31 February": Odd(lambda f: f.update(timestamp="2026-02-31T00:00:00.000Z"), 0),
    "timestamp in other digits": Odd(lambda f: f.update(timestamp="\u0662" + f["timestamp"][1:]), 0),
    "advisor": Odd(_iterations(PLAIN, _advisor(), _advisor(model=HAIKU, cache_read_input_tokens=9)), 3),
    "advisor without a message id": Odd(lambda f: (_iterations(_advisor())(f), _without("message", "id")(f)), 2),
    "advisor with no model": Odd(_iterations(_advisor(model=None), _advisor(), {"type": "advisor_message", "input_tokens": 1,
                                                                               "output_tokens": 1}), 2),
    "advisor with an empty model": Odd(_iterations(_advisor(model=""), _advisor()), 2),
    "advisor fast": Odd(_iterations(_advisor(speed="fast")), 2),
    "advisor synthetic": Odd(_iterations(_advisor(model="<synthetic>")), 2),
    "advisor with no counts": Odd(_iterations(_advisor(), {"type": "advisor_message", "model": OPUS}), 1),
    "advisor and a text": Odd(_iterations(_advisor(), "x"), 1),
    "advisor of no type": Odd(_iterations(_advisor(), {"model": OPUS, "input_tokens": 1, "output_tokens": 1}), 1),
    "advisor with cost": Odd(lambda f: (_iterations(_advisor())(f), _top(costUSD=1.5)(f)), 2),
    "advisor in a limit line": Odd(lambda f: (_iterations(_advisor())(f), _old_limit("|1790003600")(f)), 2),
    "iterations null": Odd(lambda f: (_usage(iterations=None)(f), _message(content=[{"type": "advisor_message"}])(f))),
    "iteration with a null model": Odd(_iterations({**PLAIN, "model": None})),
    "iteration and message with null models": Odd(lambda f: (_iterations({**PLAIN, "model": None})(f),
                                                            _message(model=None)(f)), 0),
    "iteration with a null read": Odd(_iterations({**PLAIN, "cache_read_input_tokens": None}), 0),
    "iterations elsewhere": Odd(_top(toolUseResult={"iterations": [{"model": None}]}), 0),
    "iterations of a tool": Odd(lambda f: (_top(toolUseResult={"usage": {"iterations": []}})(f),
                                          _iterations({**PLAIN, "model": None})(f))),
    "iterations of a tool with a null model": Odd(_top(toolUseResult={"usage": {"iterations": [{"model": None}]}}), 0),
    "old limit": Odd(_old_limit("|1790003600")),
    "old limit without a time": Odd(_old_limit("")),
    "old limit at zero": Odd(_old_limit("|0")),
    "old limit with a bar further on": Odd(_old_limit(" soon | 1|1790003600")),
    "old limit that is no error": Odd(lambda f: (_old_limit("|1790003600")(f), _top(isApiErrorMessage=False)(f))),
    "new limit": Odd(lambda f: (_old_limit("")(f), _message(content=[{"type": "text", "text":
                     "You've hit your session limit \u00b7 resets 5pm (Europe/Berlin)"}])(f))),
    "blanks in the JSON": _raw(lambda line: json.dumps(json.loads(line)).encode(), 0),
    "blank before the usage": _raw(lambda line: line.replace(b'"usage":{', b'"usage": {'), 0),
    "blank before a null": Odd(_top(sessionId=None), 0, lambda line: line.replace(b'"sessionId":null', b'"sessionId": null')),
    "blank after a name before a null": Odd(_top(sessionId=None), 0,
                                            lambda line: line.replace(b'"sessionId":null', b'"sessionId" :null')),
    "blanks around": _raw(lambda line: b" \t" + line + b" \r", 1),
    "a byte order mark": _raw(lambda line: b"\xef\xbb\xbf" + line, 0),
    "half a line": _raw(lambda line: line[:-20], 0),
    "a line and a half": _raw(lambda line: line + line[:40], 0),
    "no JSON": _raw(lambda line: b'"usage":{ is what I said', 0),
    "a list": _raw(lambda line: b"[" + line + b"]", 0),
    "an empty line": _raw(lambda line: b"", 0),
    "zero bytes": _raw(lambda line: line[:30] + b"\0" * 20 + line[50:], 0),
    "no UTF-8 in the content": _raw(lambda line: line.replace(b"Done.", b"D\xff\xfe."), 0),
    "no UTF-8 in the id": _raw(lambda line: line.replace(b'"id":"', b'"id":"\xff'), 0),
    "half a character in the content": _raw(lambda line: line.replace(b"Done.", b"\\ud800."), 0),
    "a control character": _raw(lambda line: line.replace(b"Done.", b"a\x01b"), 0),
    "a bad escape": _raw(lambda line: line.replace(b"Done.", b"\\x41"), 0),
    "not a number": _raw(lambda line: line.replace(b'"type":"message"', b'"x":NaN'), 0),
    "infinite": _raw(lambda line: line.replace(b'"type":"message"', b'"x":-Infinity'), 0),
    "a huge float": _raw(lambda line: line.replace(b'"type":"message"', b'"x":1e999'), 0),
    "a leading zero": _raw(lambda line: line.replace(b'"type":"message"', b'"x":01'), 0),
    "a huge number": _raw(lambda line: line.replace(b'"type":"message"', b'"x":' + b"9" * 5000), 0),
    "a long number": _raw(lambda line: line.replace(b'"type":"message"', b'"x":' + b"9" * 308), 1),
    "as deep as can be": _raw(lambda line: line.replace(b'"type":"message"', b'"x":' + b"[" * 125 + b"]" * 125), 1),
    "one deeper": _raw(lambda line: line.replace(b'"type":"message"', b'"x":' + b"[" * 126 + b"]" * 126), 0),
    "a pair of halves": _raw(lambda line: line.replace(b"Done.", b"\\ud83d\\ude00"), 1),
    "half a character in a name": _raw(lambda line: line.replace(b'"type":"message"', b'"\\ud800":1'), 0),
    "an escaped name of null": _raw(lambda line: line.replace(b'"type":"message"', b'"\\u0069d":null'), 0),
    "null in a list": _raw(lambda line: line.replace(b'"type":"message"', b'"x":[null]'), 1),
    "null in words": _raw(lambda line: line.replace(b"Done.", b'x: null, \\"id\\":null'), 1),
    "very deep": _raw(lambda line: line.replace(b'"type":"message"', b'"x":' + b"[" * 300 + b"]" * 300), 0),
}


# --- mixtures -----------------------------------------------------------------------------------------------------------------

SESSIONS = [f"{number}1111111-2222-4333-8444-555555555555" for number in range(4)]
PROJECTS = ("-home-dev-src-shop", "-home-dev-src-blog", "-mnt-work")
# Midnights, clock changes in Europe and America, a leap day, and the turn of a year.
STARTS = (1_761_440_400, 1_774_738_800, 1_772_953_200, 1_709_164_800, 1_767_222_000, 1_790_035_200, 1_790_031_600)


def mixture(seed: int, oddities: Sequence[str] = tuple(ODD)) -> Dict[Path, List[bytes]]:
    """The lines of each file, below a folder of Claude's configuration."""
    rng = random.Random(seed)
    files: Dict[Path, List[bytes]] = {}
    time = rng.choice(STARTS) + rng.choice((0, 0, rng.uniform(0, 7200)))
    for number in range(rng.randint(3, 9)):
        sitting = _sitting(rng, seed * 100 + number, time)
        time = max(entry.time for entry in sitting) + _pause(rng)
        for entry in sitting:
            files.setdefault(_file(rng, entry), []).extend(_lines(rng, entry, oddities))
    return files


def _pause(rng: random.Random) -> float:
    """Also exactly the length of a session, and a hair more."""
    return rng.choice((rng.uniform(600, 9 * 3600), SESSION_S, SESSION_S + 0.001, SESSION_S - 0.001, rng.uniform(0, 40 * 3600)))


def _sitting(rng: random.Random, seed: int, start: float) -> List[Entry]:
    fields = {"session": rng.choice(SESSIONS), "project": rng.choice(PROJECTS), "model": rng.choice((SONNET, OPUS, HAIKU))}
    entries = claude_logs.talk(seed, start, rng.choice((0.2, 3, 7, 12)), rng.randint(1, 14), **fields)
    if rng.random() < 0.5:
        hour = int(start // 3600 * 3600)
        entries += [entries[0]._replace(time=hour + SESSION_S + hair, message=f"msg_{seed}_{hair}", request=f"req_{seed}_{hair}")
                    for hair in rng.sample((-0.001, 0, 0.001), 2)]
    copies = [copy for entry in entries for copy in _copies(rng, entry)]
    return copies if rng.random() < 0.7 else rng.sample(copies, len(copies))


def _copies(rng: random.Random, entry: Entry) -> List[Entry]:
    """The entry as it stands in the logs: streamed, resumed elsewhere, repeated beside the conversation, by a sub-agent."""
    kind = rng.random()
    if kind < 0.15:
        return claude_logs.streamed(entry, [*rng.choices((1, 1, 3, entry.output), k=rng.randint(1, 4)), entry.output])
    if kind < 0.25:
        return [entry, *claude_logs.resumed([entry], rng.choice(SESSIONS))]
    if kind < 0.35:
        beside = entry._replace(sidechain=True, request=rng.choice((None, f"{entry.request}_b")),
                                output=rng.choice((1, entry.output)),
                                time=rng.choice((entry.time, entry.time, round(entry.time + 0.5, 3))))
        return rng.sample([entry, beside], 2) if kind < 0.33 else [beside, entry, beside._replace(request=f"{entry.request}_c")]
    if kind < 0.45:
        return claude_logs.by_agent([entry], rng.choice(("a1", "b2")))
    if kind < 0.5:
        return [entry._replace(kind="user"), entry._replace(kind="limit", resets=int(entry.time) + 3600), entry]
    return [entry]


def _file(rng: random.Random, entry: Entry) -> Path:
    path = Path("projects") / claude_logs.file_of(entry)
    return path if entry.agent or rng.random() < 0.8 else path.with_suffix("") / "chat.jsonl"


def _lines(rng: random.Random, entry: Entry, oddities: Sequence[str]) -> List[bytes]:
    fields = json.loads(claude_logs.line(entry))
    if entry.kind == "assistant" and rng.random() < 0.25:
        odd = make(ODD[rng.choice(oddities)], fields)
        return [odd] if rng.random() < 0.6 else rng.sample([odd, compact(fields)], 2)
    return [compact(fields)]


def write(root: Path, files: Dict[Path, List[bytes]]) -> None:
    """Write the files below a folder of Claude's configuration."""
    for name, lines in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(text + b"\n" for text in lines))
