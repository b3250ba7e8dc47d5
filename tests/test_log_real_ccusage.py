"""The log reader's blocks beside those of the real ccusage from npm, on the same generated logs, field by field.

CCUSAGE_20 and CCUSAGE_18 hold the paths of the two programs; without them these tests are skipped, but not in CI.
LOG_SEEDS sets how many mixtures are compared (12 with version 20, with --all 24; 8 with 18).
"""

import json
import os
import re
import subprocess
from collections import Counter
from datetime import datetime, timezone
from pathlib import Path

import claude_logs
import log_mixtures
import log_sessions
import pytest
from extent import ALL
from log_mixtures import ODD

from ccmon.model import Owner
from ccmon.sources import ccusage_output, log_entries, log_files, log_json, log_reader
from ccmon.store.database import open_store

pytestmark = [pytest.mark.newest_only, pytest.mark.real_ccusage]
DAY_S = 86_400
LATER = 4_000_000_000
MIXTURES = 24 if ALL else 12
COMMAND = ["blocks", "--json", "--offline", "--order", "asc", "--session-length", "5"]


def program(name):
    path = os.environ.get(name)
    if not path:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"{name} is not set")
    return path


def answer(path, home):
    """What ccusage prints for the logs of that home."""
    env = {"HOME": str(home), "PATH": os.environ["PATH"]}
    run = subprocess.run([path, *COMMAND], env=env, cwd=str(home), stdout=subprocess.PIPE, check=True, timeout=60)
    return run.stdout.decode()


def lines_of(home):
    """The lines of each log in the order of ccusage 20: by path, then by line; and the session that the path names."""
    files = sorted((home / ".claude" / "projects").rglob("*.jsonl"), key=str)
    return [(log_entries.path_session(str(path)), path.read_bytes().split(b"\n")) for path in files]


def entries_of(home):
    return [entry for session, lines in lines_of(home) for line in lines for entry in log_entries.parse(line, session)]


def rows(groups):
    """Each session as ccusage shows it, to the millisecond."""
    return [(group[0].at_ms // 3_600_000 * 3_600_000, group[-1].at_ms, len(group), sum(entry.input for entry in group),
             sum(entry.output for entry in group), sum(entry.cache_5m + entry.cache_1h for entry in group),
             sum(entry.cache_read for entry in group), list(dict.fromkeys(entry.model for entry in group if entry.model)))
            for group in groups]


def ms(text):
    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    return round(at.timestamp() * 1000)


def shown(raw):
    """The same of ccusage's JSON."""
    counts = ("inputTokens", "outputTokens", "cacheCreationInputTokens", "cacheReadInputTokens")
    return [(ms(block["startTime"]), ms(block["actualEndTime"]), block["entries"],
             *(block["tokenCounts"][name] for name in counts), list(ccusage_output._models(block["models"]))) for block in raw]


def compare(home, path):
    """(session of ccusage, session of ours) where they differ, and how many sessions there are."""
    text = answer(path, home)
    theirs = shown(block for block in json.loads(text)["blocks"] if not block["isGap"])
    ours = rows(log_sessions.groups(entries_of(home)))
    assert recorded(home) == [(start // 1000, last // 1000, *more[:-1], sorted(more[-1])) for start, last, *more in ours]
    return [pair for pair in zip(theirs, ours) if pair[0] != pair[1]] + [()] * abs(len(theirs) - len(ours)), len(theirs)


def recorded(home):
    """The sessions that the log reader puts into a history, as rows."""
    folders = [str(home / ".claude" / "projects")]
    logs = log_reader.LogSet(folders, log_files.scan(folders), Owner("h", "a"), log_reader.EntryPrices(lambda entry: 0.0, 1))
    with open_store(str(home / "ccmon.db"), 1000, LATER) as store:
        log_reader.read(store, logs, LATER)
        blocks = [record.block for record in store.records(logs.owner, LATER)]
    return [(b.start, b.last, b.entries, b.input, b.output, b.cache_creation, b.cache_read, sorted(b.models)) for b in blocks]


def seeds(default):
    return range(int(os.environ.get("LOG_SEEDS", default)))


# --- version 20 ---------------------------------------------------------------------------------------------------------------

def test_mixtures_are_as_ccusage_20_sees_them(tmp_path):
    """The same blocks, in every field but the cost."""
    path, compared, different = program("CCUSAGE_20"), 0, []
    for seed in seeds(MIXTURES):
        home = tmp_path / str(seed)
        log_mixtures.write(home / ".claude", log_mixtures.mixture(seed))
        found, count = compare(home, path)
        compared += count
        different += [(seed, *pair) for pair in found]
    print(f"ccusage 20: {len(seeds(MIXTURES))} seeds, {compared} blocks compared, {len(different)} unexplained differences")
    assert different == [] and compared > len(seeds(MIXTURES))


def one_odd_each():
    """Every oddity in a session of its own: the names, and the lines."""
    entries = claude_logs.talk(1, 1_700_000_000, 0, len(ODD))
    times = [round(1_700_000_000 + number * DAY_S + 0.75, 3) for number in range(len(ODD))]
    fields = [json.loads(claude_logs.line(entry._replace(time=time))) for entry, time in zip(entries, times)]
    return times, [log_mixtures.make(odd, field) for odd, field in zip(ODD.values(), fields)]


def test_every_oddity_is_judged_as_ccusage_20_does(tmp_path):
    times, lines = one_odd_each()
    log_mixtures.write(tmp_path / ".claude", {Path("projects/p/s.jsonl"): lines})
    raw = [block for block in json.loads(answer(program("CCUSAGE_20"), tmp_path))["blocks"] if not block["isGap"]]
    found = {round((ms(block["startTime"]) / 1000 - times[0]) / DAY_S): block["entries"] for block in raw}
    assert [(name, found.get(number, 0)) for number, name in enumerate(ODD)] == [(name, odd.entries) for name, odd in ODD.items()]
    assert compare(tmp_path, program("CCUSAGE_20"))[0] == []


# --- version 18 ---------------------------------------------------------------------------------------------------------------

CRASHES_18 = ("timestamp of 25 o'clock", "timestamp of 31 February", "timestamp of 60 seconds")   # it shows no block at all then
RULES = {
    "lines": "18 takes other lines: blanks in the JSON and nulls in other places are fine, strange contents and folders are not",
    "names": "18 adds -fast to the names of Claude Code's own messages, too",
    "cache": "18 counts the flat cache creation, not its two parts",
    "advisors": "18 knows no advisors",
    "first": "18 keeps the first of the lines with the same message and request, and knows no other duplicates",
    "files": "18 reads the files by their first timestamp",
}
STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{3})?Z", re.ASCII)


ANY_STAMP = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d+)?(?:[Zz]|([+-])([01]\d|2[0-3]):?(\d{2}))?", re.ASCII)


def is_text(value):
    return isinstance(value, str) and value != ""


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def fits(fields, **checks):
    """True when each of the fields is absent or passes its check."""
    return isinstance(fields, dict) and all(check(fields[name]) for name, check in checks.items() if name in fields)


def is_line_18(fields):
    message = fields.get("message") if isinstance(fields, dict) else None
    usage = message.get("usage") if isinstance(message, dict) else None
    counts = dict.fromkeys(("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"), is_number)
    return (isinstance(usage, dict) and {"input_tokens", "output_tokens"} <= set(usage)
            and fits(usage, speed=lambda value: value in ("standard", "fast"), **counts)
            and fits(message, model=is_text, id=is_text, content=lambda parts: isinstance(parts, list) and all(
                fits(part, text=lambda text: isinstance(text, str)) for part in parts))
            and fits(fields, cwd=lambda value: isinstance(value, str), sessionId=is_text, requestId=is_text, costUSD=is_number,
                     isApiErrorMessage=lambda value: isinstance(value, bool),
                     version=lambda value: isinstance(value, str) and re.match(r"[0-9]+\.[0-9]+\.[0-9]", value))
            and isinstance(fields.get("timestamp"), str) and STAMP.fullmatch(fields["timestamp"]))


def refuse(name):
    raise ValueError(name)


def fields_of(line):
    try:
        return json.loads(line.decode(errors="replace"), parse_constant=refuse, parse_int=lambda digits: int(digits[:300]))
    except ValueError:
        return None


def entry_18(fields, session):
    """The entry of a line as 18 understands it, None when it does not use the line."""
    if not is_line_18(fields):
        return None
    message, usage = fields["message"], fields["message"]["usage"]
    ident, request, name = message.get("id"), fields.get("requestId"), message.get("model")
    shown_as = None if name is None else ccusage_output._models([name + "-fast" if usage.get("speed") == "fast" else name])
    return log_entries.LogEntry(
        log_json.time_ms(fields["timestamp"]), ident and log_entries.digest(ident), request and log_entries.digest(request),
        log_entries.digest(session), shown_as[0] if shown_as else None, usage["input_tokens"], usage["output_tokens"],
        usage.get("cache_creation_input_tokens", 0), 0, usage.get("cache_read_input_tokens", 0), False, False, None, None)


def read(line, session, rules):
    """The entries of a line, with these of the rules of 18."""
    new, old = log_entries.parse(line, session), entry_18(fields_of(line), session)
    if "lines" in rules and old is None or not new and "lines" not in rules:
        return []
    if not (new and old):
        return [old] if old else new
    entry = new[0]._replace(model=old.model) if "names" in rules else new[0]
    entry = entry._replace(cache_5m=old.cache_5m, cache_1h=0) if "cache" in rules else entry
    return [entry, *(() if "advisors" in rules else new[1:])]


def first_time(lines):
    """The first moment in a file, in ms, also of lines that hold no entry, in every form that JavaScript takes."""
    stamps = [fields.get("timestamp") for fields in map(fields_of, lines) if isinstance(fields, dict)]
    return min((js_ms(*found.groups()) for found in map(ANY_STAMP.fullmatch, filter(is_text, stamps)) if found), default=1e18)


def js_ms(day, clock, fraction, sign, hours, minutes):
    at = datetime.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc).timestamp()
    ahead = int(f"{sign}1") * (int(hours) * 60 + int(minutes)) * 60 if sign else 0
    return round(at - ahead) * 1000 + int(float(fraction or 0) * 1000 + 1e-6)


def by_rules(files, rules):
    """The sessions as they would be with these of the rules of 18."""
    if "files" in rules:
        files = sorted(files, key=lambda file: first_time(file[1]))
    entries = [entry for session, lines in files for line in lines for entry in read(line, session, rules)]
    return rows(log_sessions.cut(firsts(entries)) if "first" in rules else log_sessions.groups(entries))


def firsts(entries):
    seen = {}
    for number, entry in enumerate(entries):
        known = entry.message is not None and entry.request is not None
        seen.setdefault((entry.message, entry.request) if known else number, entry)
    return seen.values()


def explain(files, session):
    """The rules of 18 that make the session (a row) what it is there: without any one of them it would be another."""
    return [rule for rule in RULES if session not in by_rules(files, set(RULES) - {rule})]


def test_mixtures_differ_from_ccusage_18_by_known_rules_only(tmp_path):
    path, compared, unexplained, reasons = program("CCUSAGE_18"), 0, [], Counter()
    for seed in seeds(8):
        home = tmp_path / str(seed)
        log_mixtures.write(home / ".claude", log_mixtures.mixture(seed, [name for name in ODD if name not in CRASHES_18]))
        files = lines_of(home)
        theirs = shown(block for block in json.loads(answer(path, home))["blocks"] if not block["isGap"])
        ours, old = by_rules(files, ()), by_rules(files, set(RULES))
        other = by_rules(files[::-1], set(RULES))          # files that begin at the same moment come in any order
        different = [session for session in theirs if session not in ours]
        compared += len(theirs)
        unexplained += [(seed, session) for session in theirs if session not in old and session not in other]
        unexplained += [(seed, "missing", session) for session in old if session[0] not in [row[0] for row in theirs]]
        reasons.update(" and ".join(explain(files, session)) or "several together" for session in different if session in old)
    print(f"ccusage 18: {len(seeds(8))} seeds, {compared} blocks compared, {sum(reasons.values())} explained differences "
          f"({', '.join(f'{count} by {rules}' for rules, count in reasons.most_common())}), "
          f"{len(unexplained)} unexplained differences")
    assert unexplained == [] and reasons and compared > len(seeds(8))
