"""The official percentages made trustworthy: each session repeats its own last answer, so old values come again and again.

What a session repeats (the same counter and the same values) changes nothing. A new answer of Claude raises the value at once.
It lowers it, or takes the reset back, only when a second one says so too. The first reading of a session is a new answer more
often than not; it is one for certain when the session began after the value was read. Of what is not certain, only a higher
value counts, and that not in a window that has been lowered. Readings of windows that have passed, or that cannot be, are
dropped. Accounts that share a folder differ in their windows' resets; the one that Claude answered last is shown.
"""

from typing import Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ccmon.line.session_json import JITTER_S, MOST_PERCENT, WINDOWS_S, alike, possible
from ccmon.model import SKEW_S, Apart, Quota
from ccmon.usage.official_ledger import MOST_ACCOUNTS, MOST_ANSWERS, MOST_SESSIONS, Account, Answer, Ledger, Session, dump, load

__all__ = ["MOST_SESSIONS", "Ledger", "Reading", "apart", "dump", "load", "parse", "settle"]

_LATEST_S, _MOST_COUNTED, _LONGEST = 10 ** 11, 10 ** 18, 64
_OLD, _LIKELY, _CERTAIN = range(3)     # whether a reading is a new answer of Claude


class Reading(NamedTuple):
    """What one call of the status line command was told of one window."""

    at: int                            # epoch s
    session: str
    counter: Optional[int]             # grows with every answer; None when unknown
    window: str                        # five_hour | seven_day
    percent: float
    resets_at: int                     # epoch s
    began: Optional[int] = None        # epoch s when the session began; None when unknown


def parse(line: str) -> List[Reading]:
    """The readings of one line: time, session, counter, percentage and reset of each window, begin; a dash for none."""
    words = line.split()
    try:
        at, counter, began = int(words[0]), _known(words[2]), _known(words[7]) if len(words) > 7 else None
        if not 0 <= at <= _LATEST_S or not words[1].isprintable() or len(words[1]) > _LONGEST:
            return []
        pairs = zip(WINDOWS_S, words[3:7:2], words[4:7:2])
        found = [Reading(at, words[1], counter, window, float(percent), int(resets_at), began)
                 for window, percent, resets_at in pairs if percent != "-"]
    except (ValueError, IndexError):
        return []                      # half a line: the disk was full
    return [one for one in found if 0 <= one.percent <= MOST_PERCENT and 0 <= one.resets_at <= _LATEST_S]


def _known(word: str) -> Optional[int]:
    """The number; None for a dash. ValueError."""
    if word != "-" and not 0 <= int(word) < _MOST_COUNTED:
        raise ValueError("no number of ours")
    return None if word == "-" else int(word)


def settle(ledger: Ledger, lines: Iterable[str], now: int) -> Tuple[Ledger, List[Reading]]:
    """The ledger after these lines, in the order in which they were written, and the readings that changed a value."""
    told: List[Reading] = []
    for readings in map(parse, lines):
        if readings and readings[0].at <= now + SKEW_S:
            ledger, changed = _heard(ledger, readings, now)
            told += changed
    return ledger, told


def apart(ledger: Ledger, now: int) -> Apart:
    """What the row of each session has to know besides."""
    others = [account.official.at(now) for account in reversed(ledger.accounts[:-1])]
    stale = {(window, *pair) for session in ledger.sessions for answer in session.answers
             for window, pair in zip(WINDOWS_S, answer.windows or ()) if pair and not _holds(ledger, answer, window, now)}
    return Apart(tuple(other for other in others if any(other)), tuple(sorted(stale)))


def _holds(ledger: Ledger, answer: Answer, window: str, now: int) -> bool:
    """False for a value of a window that still runs where something else has been settled."""
    pair = dict(zip(WINDOWS_S, answer.windows or ()))[window]
    account = next((account for account in ledger.accounts if account.number == answer.account), None)
    if pair is None or account is None or pair[1] <= now:
        return True
    quota: Optional[Quota] = getattr(account.official, window)
    return quota is not None and pair[0] <= quota.percent and abs(pair[1] - quota.resets_at) <= JITTER_S


# --- which answers are new --------------------------------------------------------------------------------------------

def _heard(ledger: Ledger, readings: Sequence[Reading], now: int) -> Tuple[Ledger, List[Reading]]:
    """The ledger after one line, and what it changed."""
    first = readings[0]
    session = next((session for session in ledger.sessions if session.name == first.session), None)
    if session is not None and first.at < session.at <= now + SKEW_S:
        return ledger, []              # taken before, or late: the session has said something newer
    pairs = {one.window: (one.percent, one.resets_at) for one in readings}
    answer = Answer(-1 if first.counter is None else first.counter, 0, tuple(map(pairs.get, WINDOWS_S)))
    trust = _trust(session, answer, first.session)
    known = session.answers if session else ()
    account = known[-1].account if known else 0
    believed = [one for one in readings if possible(one.window, one.percent, one.resets_at, first.at)]
    told: List[Reading] = []
    if believed and (trust > _OLD or session is None and not any(ledger.official.at(first.at))):
        ledger, account, told = _weighed(ledger, believed, account, max(trust, _LIKELY), now)
    elif believed and session is None:                     # after /clear, as another session
        account = next((one.number for one, same in _fitting(ledger, believed, 0) if same and all(same)), 0)
    before = next((one for one in known if _repeats(one, answer)), None)
    answer = before if before and trust == _OLD else answer._replace(account=account)
    return _remembered(ledger, first, [one for one in known if one != before] + [answer]), told


def _trust(session: Optional[Session], answer: Answer, name: str) -> int:
    """How sure it is that Claude has answered since the session's last reading.

    The first line that Claude Code writes with percentages comes after an answer; only after /clear, /login and the like the
    counter begins anew while the values of before are still there.
    """
    if session is None:
        return _LIKELY if answer.counter else _OLD
    last = session.answers[-1]
    alone = answer.counter < 0 and name != "?"             # without a counter: a session repeats nothing but its last answer
    if any(_repeats(one, answer) for one in ([last] if alone else session.answers)):
        return _OLD
    if answer.counter == last.counter:
        return _LIKELY if last.windows is None else _CERTAIN
    return _CERTAIN if answer.counter > last.counter else _LIKELY if answer.counter else _OLD


def _repeats(known: Answer, answer: Answer) -> bool:
    """True when the answer says nothing that this one has not said."""
    if known.counter != answer.counter or known.windows is None:
        return known.counter == answer.counter >= 0
    return all(new is None or new == old for old, new in zip(known.windows, answer.windows or ()))


def _remembered(ledger: Ledger, reading: Reading, answers: Sequence[Answer]) -> Ledger:
    others = [session for session in ledger.sessions if session.name != reading.session]
    session = Session(reading.session, tuple(answers[-MOST_ANSWERS:]), reading.at)
    return ledger._replace(sessions=(*others[1 - MOST_SESSIONS:], session))


# --- whose answers they are -------------------------------------------------------------------------------------------

def _weighed(ledger: Ledger, readings: Sequence[Reading], number: int, trust: int,
             now: int) -> Tuple[Ledger, int, List[Reading]]:
    """The ledger with a new answer, the number of its account, and the readings that changed its percentages or resets."""
    account = _whose(ledger, readings, number)
    told: List[Reading] = []
    for reading in readings:
        account, changed = _judged(account, reading, trust, now)
        told += [reading] if changed else []
    return _shown(ledger, account._replace(at=max(account.at if account.at <= now + SKEW_S else 0, readings[0].at)),
                  now), account.number, told


def _whose(ledger: Ledger, readings: Sequence[Reading], number: int) -> Account:
    """The account of these windows: the one that has them, else the session's own where it may have, else a new one."""
    fits = _fitting(ledger, readings, number)
    for account, same in fits:
        if same and all(same):
            return account
    for account, same in fits:         # only the 5 hours began anew, for a session of this account
        if account.number == number and same == [False, True]:
            return account
    return next((account for account, same in fits if not same),
                Account(1 + max([account.number for account in ledger.accounts], default=0)))


def _fitting(ledger: Ledger, readings: Sequence[Reading], number: int) -> List[Tuple[Account, List[bool]]]:
    """The accounts, each with which of its windows these are: those whose week can be compared, that number, the newest."""
    pairs = {one.window: (one.percent, one.resets_at) for one in readings}
    told, week = [pairs.get(window) for window in WINDOWS_S], "seven_day" in pairs
    order = sorted(reversed(ledger.accounts),
                   key=lambda account: (week and account.official.seven_day is None, account.number != number))
    return [(account, alike(account.official, told, readings[0].at)) for account in order]


def _shown(ledger: Ledger, account: Account, now: int) -> Ledger:
    """The ledger with this account, the last one unless another has answered later."""
    others = [other for other in ledger.accounts if other.number != account.number]
    if others and account.at < others[-1].at <= now + SKEW_S:
        return ledger._replace(accounts=(*others[1 - MOST_ACCOUNTS:-1], account, others[-1])[-MOST_ACCOUNTS:])
    return ledger._replace(accounts=(*others[1 - MOST_ACCOUNTS:], account))


# --- what they change -------------------------------------------------------------------------------------------------

def _judged(account: Account, reading: Reading, trust: int, now: int) -> Tuple[Account, bool]:
    """The account with a possible reading of it, and whether that changed the percentage or the reset."""
    before: Optional[Quota] = getattr(account.official, reading.window)
    if before is None or before.resets_at <= reading.at:
        return _taken(account, reading), True
    if reading.at < before.read_at <= now + SKEW_S:
        return account, False          # late: something newer is known
    certain = trust == _CERTAIN or reading.counter is not None and reading.began is not None and reading.began >= before.read_at
    counts = certain or reading.window not in account.lowered
    ahead_s = reading.resets_at - before.resets_at
    if ahead_s > JITTER_S:
        return (_taken(account, reading), True) if counts else (account, False)
    if ahead_s >= 0 and reading.percent >= before.percent:
        higher = reading.percent > before.percent
        return (_taken(account, reading), higher) if counts and higher or certain else (account, False)
    if reading.window not in account.doubted:
        return account._replace(doubted=(*account.doubted, reading.window)), False
    return (_taken(account, reading, lower=True), True) if certain else (account, False)


def _taken(account: Account, reading: Reading, lower: bool = False) -> Account:
    """The account with this value; lower: after a higher one in the same window."""
    before: Optional[Quota] = getattr(account.official, reading.window)
    runs_on = before is not None and before.resets_at > reading.at and reading.resets_at - before.resets_at <= JITTER_S
    lowered = lower or runs_on and reading.window in account.lowered
    quota = Quota(reading.percent, reading.resets_at, reading.at)
    return account._replace(official=account.official._replace(**{reading.window: quota}),
                            doubted=tuple(name for name in account.doubted if name != reading.window),
                            lowered=tuple(name for name in WINDOWS_S if lowered and name == reading.window
                                          or name in account.lowered and name != reading.window))
