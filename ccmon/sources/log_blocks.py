"""Entries of the logs made into sessions as ccusage 20 makes them: duplicates resolved, 5-hour blocks, tokens per minute."""

from bisect import bisect_left
from operator import attrgetter
from typing import Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from ccmon.model import SESSION_S, Block
from ccmon.sources.log_entries import Entry

SESSION_MS = SESSION_S * 1000
HOUR_MS = 3_600_000


class Counts(NamedTuple):
    """Tokens of one minute and model."""

    input: int
    output: int
    cache_creation: int
    cache_read: int


# --- duplicates -------------------------------------------------------------------------------------------------------------

def survivors(entries: Iterable[Entry]) -> List[Entry]:
    """The entries without duplicates, each at the place of the first of its kind; given in order of files and lines.

    An entry's fate depends only on the entries with the same message: pass all entries, or all those of some messages.
    """
    known = list(entries)
    return [known[kept] for _first, kept in places(known)]


def kept(entries: Sequence[Entry]) -> Set[int]:
    """The indices of the survivors."""
    if len(entries) == 2 and None not in (entries[0].message, entries[0].request) and _key(entries[0]) == _key(entries[1]):
        return {int(_better(entries[1], entries[0]))}      # the usual case, quickly
    return {kept for _, kept in places(entries)}


def places(entries: Sequence[Entry]) -> List[Tuple[int, int]]:
    """For every survivor the index of the first of its kind, which decides its place, and its own index."""
    found = _Found(entries)
    for index in range(len(entries)):
        found.add(index)
    return list(zip(found.first, found.kept))


class _Found:
    """The survivors so far."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self.first: List[int] = []
        self.kept: List[int] = []
        self.by_key: Dict[Tuple[Optional[int], ...], int] = {}
        self.by_session: Dict[Tuple[int, int], List[int]] = {}

    def add(self, index: int) -> None:
        """Take up one more entry, or find it a duplicate."""
        entry = self.entries[index]
        if entry.message is None:
            self._append(index)
            return
        place = self._place(entry)
        if place is None:
            place = self._append(index)
        elif _better(entry, self.entries[self.kept[place]]):
            self._leave(place, entry.session)
            self.kept[place] = index
        self.by_key[_key(entry)] = place
        seen = self.by_session.setdefault((entry.message, entry.session), [])
        if place not in seen:
            seen.append(place)

    def _append(self, index: int) -> int:
        self.first.append(index)
        self.kept.append(index)
        return len(self.kept) - 1

    def _leave(self, place: int, session: int) -> None:
        """An entry that is replaced by another session's is looked for last in its own."""
        entry = self.entries[self.kept[place]]
        if entry.session != session:
            seen = self.by_session[entry.message or 0, entry.session]
            seen.remove(place)
            seen.append(place)

    def _place(self, entry: Entry) -> Optional[int]:
        """Where the same answer stands already."""
        place = self.by_key.get(_key(entry))
        if place is not None and _key(self.entries[self.kept[place]]) == _key(entry):
            return place
        for place in self.by_session.get((entry.message or 0, entry.session), ()):
            other = self.entries[self.kept[place]]
            if other.at_ms == entry.at_ms and (entry.sidechain or other.sidechain):
                return place           # a question asked beside the conversation repeats it under other request ids
        return None


def _key(entry: Entry) -> Tuple[Optional[int], ...]:
    return (entry.message, entry.request) if entry.request is not None else (entry.message, None, entry.session)


def _better(entry: Entry, than: Entry) -> bool:
    if entry.sidechain != than.sidechain:
        return than.sidechain
    if entry.total != than.total:
        return entry.total > than.total
    return entry.speed and not than.speed


# --- sessions ---------------------------------------------------------------------------------------------------------------

def blocks(entries: Iterable[Entry], price: Callable[[Entry], Optional[float]]) -> List[Block]:
    """The 5-hour sessions of the survivors, by start, also those in the future.

    price gives the US dollars of one entry, None when unknown: then the session's cost is unknown. Entries of the same
    millisecond count in the order given.
    """
    return [block(group, price) for group in groups(sorted(entries, key=attrgetter("at_ms")))]


def groups(entries: Iterable[Entry]) -> Iterator[List[Entry]]:
    """The entries of each session in turn; given by time."""
    group: List[Entry] = []
    start = last = 0
    for entry in entries:
        if group and (entry.at_ms - start > SESSION_MS or entry.at_ms - last > SESSION_MS):
            yield group
            group = []
        last = entry.at_ms
        start = start if group else last // HOUR_MS * HOUR_MS
        group.append(entry)
    if group:
        yield group


def block(group: Sequence[Entry], price: Callable[[Entry], Optional[float]]) -> Block:
    """The session of one group of entries."""
    start = group[0].at_ms // HOUR_MS * 3600
    given, made, created, read = _summed(group)
    return Block(start=start, end=start + SESSION_S, last=group[-1].at_ms // 1000, tokens=given + made, input=given, output=made,
                 cache_creation=created, cache_read=read, cost_usd=_cost(group, price),
                 models=tuple(dict.fromkeys(entry.model for entry in group if entry.model)), entries=len(group), source="logs")


def _summed(group: Sequence[Entry]) -> Counts:
    return Counts(sum(entry.input for entry in group), sum(entry.output for entry in group),
                  sum(entry.cache_5m + entry.cache_1h for entry in group), sum(entry.cache_read for entry in group))


def _cost(group: Sequence[Entry], price: Callable[[Entry], Optional[float]]) -> Optional[float]:
    total = 0.0
    for entry in group:
        cost = price(entry)
        if cost is None:
            return None
        total += cost
    return total


# --- parts of the whole -------------------------------------------------------------------------------------------------------

def pauses(entries: Sequence[Entry]) -> List[int]:
    """Indices of the entries after a pause of more than 5 hours, of entries sorted by time.

    A new session begins at each, whatever came before: blocks(entries[:i]) + blocks(entries[i:]) == blocks(entries). So the
    sessions from the first pause on are right even when older entries are not known.
    """
    return [index for index in range(1, len(entries)) if entries[index].at_ms - entries[index - 1].at_ms > SESSION_MS]


def cut(entries: Sequence[Entry], from_ms: int) -> int:
    """The index from which the sessions must be made anew when entries at from_ms (epoch ms) or later came, went or changed.

    Entries are sorted by time. Those before the index, and their sessions, stay as they are; a new entry belongs behind it.
    """
    index = bisect_left([entry.at_ms for entry in entries], from_ms)
    at = from_ms
    while index and at - entries[index - 1].at_ms <= SESSION_MS:
        index -= 1
        at = entries[index].at_ms
    return index


def minutes(entries: Iterable[Entry]) -> Dict[Tuple[int, Optional[str]], Counts]:
    """Tokens of the survivors by minute (epoch s of its start) and model."""
    found: Dict[Tuple[int, Optional[str]], List[int]] = {}
    for entry in entries:
        sums = found.setdefault((entry.at_ms // 60_000 * 60, entry.model), [0, 0, 0, 0])
        sums[0] += entry.input
        sums[1] += entry.output
        sums[2] += entry.cache_5m + entry.cache_1h
        sums[3] += entry.cache_read
    return {key: Counts(*sums) for key, sums in found.items()}
