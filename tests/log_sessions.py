"""Entries of logs as the ledger takes them: which copies count, and the sessions that are cut from them."""

from typing import Iterable, List, Sequence

from ccmon.sources.log_entries import LogEntry
from ccmon.store import messages, sessions
from ccmon.store.messages import LogMessage, MessageRow


def rows_of(entries: Iterable[LogEntry]) -> List[MessageRow]:
    """As they are stored; the number of the model and of the project is the place of the entry in the list."""
    found = list(entries)
    made = [LogMessage(e.at_ms, -1 - number if e.message is None else e.message, e.request, e.session, str(number), str(number),
                    e.input, e.output, e.cache_5m, e.cache_1h, e.cache_read, None, e.message is None, e.sidechain, e.speed)
            for number, e in enumerate(found)]
    places = {str(number): number for number in range(len(found))}
    return messages.message_rows(made, places, places)


def survivors(entries: Sequence[LogEntry]) -> List[LogEntry]:
    """The entries that count, in the order in which the first of their kind came."""
    known: messages.MessageIndex = {}
    messages.fold(known, rows_of(entries))
    kept = {row.project_id for group in known.values() for row in group.values() if row.counts}
    return [entries[place] for place in sorted(kept)]


def groups(entries: Sequence[LogEntry]) -> List[List[LogEntry]]:
    """The entries of each session."""
    return cut(survivors(entries))


def cut(entries: Iterable[LogEntry]) -> List[List[LogEntry]]:
    """The entries of each session, where each counts."""
    kept = sorted(entries, key=lambda entry: entry.at_ms)
    firsts = sessions.session_starts([entry.at_ms for entry in kept])
    return [kept[first:after] for first, after in zip(firsts, [*firsts[1:], len(kept)])]
