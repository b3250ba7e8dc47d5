"""What is kept of the official percentages between two looks: the accounts, and what each session said last."""

import json
from typing import Any, NamedTuple, Optional, Tuple

from ccmon import kept
from ccmon.line.session_json import OPENING_S, WINDOWS_S, percent
from ccmon.model import Official, Quota

MOST_SESSIONS = 32
MOST_ANSWERS = 4                       # of a session: it may run in two terminals
MOST_ACCOUNTS = 4

Windows = Tuple[Optional[Tuple[float, int]], ...]          # percentage and reset (epoch s), in the order of WINDOWS_S


class Account(NamedTuple):
    """What is held to be true of one account, and what is needed to judge its next reading."""

    number: int
    official: Official = Official()
    doubted: Tuple[str, ...] = ()      # windows for which a new answer said less, once
    lowered: Tuple[str, ...] = ()      # windows that have said more before
    at: int = 0                        # epoch s of its last new answer


class Answer(NamedTuple):
    """What a session was told."""

    counter: int                       # -1 for none
    account: int                       # its number, 0 for none
    windows: Optional[Windows]         # None when an older ccmon did not keep them


class Session(NamedTuple):
    """A session of Claude Code, and what it said last."""

    name: str
    answers: Tuple[Answer, ...]        # different ones, the one it said last at the end
    at: int                            # epoch s of its last reading


class Ledger(NamedTuple):
    """The accounts that use a folder, the one that Claude answered last at the end, and the sessions, the newest last."""

    accounts: Tuple[Account, ...] = ()
    sessions: Tuple[Session, ...] = ()

    @property
    def official(self) -> Official:
        """The percentages that are shown."""
        return self.accounts[-1].official if self.accounts else Official()


def dump(ledger: Ledger) -> str:
    """The ledger as a text for the store."""
    return json.dumps({"accounts": ledger.accounts, "sessions": ledger.sessions})


def load(text: Optional[str]) -> Ledger:
    """The ledger that was dumped, also by an older ccmon; an empty one when there is none or it is damaged."""
    try:
        found = kept.value(text)
        if isinstance(found, list):
            return _earlier(*found)
        return Ledger(tuple(map(_account, found["accounts"])), tuple(map(_session, found["sessions"])))
    except kept.Damage:
        return Ledger()


def _earlier(quotas: Any, doubted: Any, sessions: Any) -> Ledger:
    """Of one account, and of each session only the counter."""
    account = _account((1, quotas, doubted, (), 0))
    spoken = tuple(_session((name, [(counter, 1, None)], at)) for name, counter, at in sessions)
    return Ledger((account,) if any(account.official) else (), spoken)


def _account(found: Any) -> Account:
    number, quotas, doubted, lowered, at = found
    return Account(kept.count(number), Official(*map(_quota, quotas, WINDOWS_S.values())), tuple(map(kept.name, doubted)),
                   tuple(map(kept.name, lowered)), kept.moment(at))


def _quota(known: Any, whole_s: int) -> Optional[Quota]:
    if known is None:
        return None
    found, resets_at, read_at = percent(known[0]), kept.moment(known[1]), kept.moment(known[2])
    if found is None or not 0 < resets_at - read_at <= whole_s + OPENING_S:
        raise ValueError("not of a window")
    return Quota(found, resets_at, read_at)


def _session(found: Any) -> Session:
    name, answers, at = found
    if not answers:
        raise ValueError("a session that said nothing")
    return Session(kept.name(name), tuple(map(_answer, answers)), kept.moment(at))


def _answer(found: Any) -> Answer:
    counter, account, windows = found
    return Answer(int(kept.within(int(counter), -1, kept.MOST)), kept.count(account), kept.optional(windows, _windows))


def _windows(found: Any) -> Windows:
    pairs = [kept.optional(pair, _pair) for pair, _ in zip(found, WINDOWS_S)]
    return (*pairs, *[None] * (len(WINDOWS_S) - len(pairs)))


def _pair(found: Any) -> Tuple[float, int]:
    used = percent(found[0])
    if used is None:
        raise ValueError("no percentage")
    return used, kept.moment(found[1])
