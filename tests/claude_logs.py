"""Claude Code logs for tests: entries as values, written as the compact JSON lines that Claude Code itself writes.

Everything follows from the entries or a seed. ccusage sees a line only when its JSON is compact and its time has milliseconds.
"""

import json
import random
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence

SONNET, OPUS, HAIKU = "claude-sonnet-4-5-20250929", "claude-opus-4-1-20250805", "claude-haiku-4-5-20251001"
SESSION_S, HOUR_S = 5 * 3600, 3600


class Entry(NamedTuple):
    """One line of a log. kind: assistant, user, or limit (the old text about the usage limit)."""

    time: float                        # epoch s, written with milliseconds
    input: int = 0
    output: int = 0
    cache_creation: int = 0
    cache_read: int = 0
    model: Optional[str] = SONNET
    message: Optional[str] = "msg_1"
    request: Optional[str] = "req_1"
    session: str = "11111111-2222-4333-8444-555555555555"
    project: str = "-home-dev-src-shop"
    agent: Optional[str] = None        # id of a sub-agent: a side chain, in a file of its own
    sidechain: bool = False
    kind: str = "assistant"
    hour_cache: bool = False           # cache creation for an hour, not five minutes
    resets: Optional[int] = None       # epoch s, in the text of a limit line
    extra: Optional[Dict[str, Any]] = None  # further fields of the line, or others for those above

    def total(self) -> int:
        """All four counts."""
        return self.input + self.output + self.cache_creation + self.cache_read


class Session(NamedTuple):
    """The sums of one 5-hour session, as ccusage should count it."""

    start: int                         # epoch s, a full hour (UTC)
    last: float                        # epoch s
    entries: int
    input: int
    output: int
    cache_creation: int
    cache_read: int


# --- making entries ---------------------------------------------------------------------------------------------------

def talk(seed: int, start: float, hours: float, messages: int, **fields: Any) -> List[Entry]:
    """Messages of one conversation at random moments of the hours after start, each with its own ids."""
    rng = random.Random(seed)
    times = sorted(start + rng.uniform(0, hours * HOUR_S) for _ in range(messages))
    made = [Entry(round(time, 3), rng.randint(1, 900), rng.randint(1, 4000), rng.randint(0, 30_000), rng.randint(0, 90_000),
                  message=f"msg_{seed}_{number}", request=f"req_{seed}_{number}", hour_cache=rng.random() < 0.3)
            for number, time in enumerate(times)]
    return [entry._replace(**fields) for entry in made]


def streamed(entry: Entry, outputs: Sequence[int], step_s: float = 1.5) -> List[Entry]:
    """The lines of one message while it was written: the same ids, other output counts."""
    return [entry._replace(time=round(entry.time + number * step_s, 3), output=output) for number, output in enumerate(outputs)]


def resumed(entries: Iterable[Entry], session: str) -> List[Entry]:
    """The same lines once more, as a resumed or forked conversation copies them into its own file."""
    return [entry._replace(session=session) for entry in entries]


def by_agent(entries: Iterable[Entry], agent: str) -> List[Entry]:
    """The entries as those of a sub-agent."""
    return [entry._replace(agent=agent, sidechain=True) for entry in entries]


# --- writing them -----------------------------------------------------------------------------------------------------------

def write(root: Path, entries: Iterable[Entry]) -> List[Path]:
    """Append the entries, in their order, to the logs below root (a Claude configuration folder). Returns the files."""
    files: Dict[Path, List[str]] = {}
    for entry in entries:
        files.setdefault(root / "projects" / file_of(entry), []).append(line(entry))
    for path, lines in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            log.writelines(text + "\n" for text in lines)
    return list(files)


def file_of(entry: Entry) -> Path:
    """The file of the entry below projects/."""
    folder = Path(entry.project)
    if entry.agent:
        return folder / entry.session / "subagents" / f"agent-{entry.agent}.jsonl"
    return folder / f"{entry.session}.jsonl"


def line(entry: Entry) -> str:
    """The entry as Claude Code writes it."""
    fields: Dict[str, Any] = {"parentUuid": None, "isSidechain": entry.sidechain}
    if entry.agent:
        fields["agentId"] = entry.agent
    fields["message"] = _MESSAGES[entry.kind](entry)
    if entry.request and entry.kind != "user":
        fields["requestId"] = entry.request
    fields.update({"type": "user" if entry.kind == "user" else "assistant", "uuid": _uuid(entry), "timestamp": stamp(entry.time)})
    if entry.kind == "limit":
        fields["isApiErrorMessage"] = True
    fields.update({"userType": "external", "entrypoint": "cli", "cwd": "/home/dev/src/shop", "sessionId": entry.session,
                   "version": "2.1.220", "gitBranch": "main"})
    fields.update(entry.extra or {})
    return json.dumps(fields, separators=(",", ":"))


def stamp(time: float) -> str:
    """2026-11-22T07:00:00.123Z."""
    millis = round(time * 1000)
    return datetime.fromtimestamp(millis // 1000, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S") + f".{millis % 1000:03d}Z"


def _uuid(entry: Entry) -> str:
    digits = f"{random.Random(repr(entry)).getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "a" + digits[17:20], digits[20:]))


def _assistant(entry: Entry, text: str = "Done.") -> Dict[str, Any]:
    message = {"model": entry.model, "id": entry.message, "type": "message", "role": "assistant",
               "content": [{"type": "text", "text": text}], "stop_reason": "end_turn", "stop_sequence": None,
               "usage": _usage(entry)}
    return {name: value for name, value in message.items() if value is not None or name == "stop_sequence"}


def _usage(entry: Entry) -> Dict[str, Any]:
    five, hour = (0, entry.cache_creation) if entry.hour_cache else (entry.cache_creation, 0)
    return {"input_tokens": entry.input, "cache_creation_input_tokens": entry.cache_creation,
            "cache_read_input_tokens": entry.cache_read,
            "cache_creation": {"ephemeral_5m_input_tokens": five, "ephemeral_1h_input_tokens": hour},
            "output_tokens": entry.output, "service_tier": "standard", "inference_geo": "not_available"}


def _user(_entry: Entry) -> Dict[str, Any]:
    return {"role": "user", "content": "Please go on."}


def _limit(entry: Entry) -> Dict[str, Any]:
    return _assistant(entry._replace(model="<synthetic>"), f"Claude AI usage limit reached|{entry.resets}")


_MESSAGES: Dict[str, Callable[[Entry], Dict[str, Any]]] = {"assistant": _assistant, "user": _user, "limit": _limit}


# --- what to expect -----------------------------------------------------------------------------------------------------------

def sessions(entries: Iterable[Entry]) -> List[Session]:
    """The 5-hour sessions of the entries: every answer once, the largest of those with the same ids."""
    return [_summed(group) for group in _groups(sorted(_once(entries), key=lambda entry: entry.time))]


def _once(entries: Iterable[Entry]) -> Iterable[Entry]:
    largest: Dict[Any, Entry] = {}
    for number, entry in enumerate(entries):
        if entry.kind == "user":
            continue
        key = (entry.message, entry.request) if entry.message and entry.request else number
        if key not in largest or entry.total() > largest[key].total():
            largest[key] = entry
    return largest.values()


def _groups(entries: Iterable[Entry]) -> Iterator[List[Entry]]:
    group: List[Entry] = []
    for entry in entries:
        if group and (entry.time - _hour(group[0]) > SESSION_S or entry.time - group[-1].time > SESSION_S):
            yield group
            group = []
        group.append(entry)
    if group:
        yield group


def _hour(entry: Entry) -> int:
    return int(entry.time // HOUR_S * HOUR_S)


def _summed(group: List[Entry]) -> Session:
    sums = (sum(getattr(entry, name) for entry in group) for name in ("input", "output", "cache_creation", "cache_read"))
    return Session(_hour(group[0]), group[-1].time, len(group), *sums)
