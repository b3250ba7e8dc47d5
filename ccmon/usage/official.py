"""The official percentages made trustworthy: each session repeats its own last answer, so old values come again and again.

What a session repeats (the same counter and the same values) changes nothing. A new answer of Claude raises the value at once.
It lowers it, or takes the reset back, only when a second one does so too. The first reading of a session is a new answer more
often than not; it is one for certain when the session began after the value was read. Of what is not certain, only a higher
value counts, and that not in a window that has been lowered. Readings of windows that have passed, or that cannot be, are
dropped. Accounts that share a folder differ in their windows' resets; the one that Claude answered last is shown.
"""

from ccmon.model import Apart, Credits, Window
from ccmon.quick_typing import Dict, Iterable, List, Optional, Sequence, Tuple
from ccmon.sources.session_json import JITTER_S, is_possible, same_resets
from ccmon.sources.spool_lines import SpoolReading, dropped, parse, spend_usd
from ccmon.usage.official_ledger import (
    MOST_ACCOUNTS,
    MOST_ANSWERS,
    MOST_SESSIONS,
    Ledger,
    LedgerAccount,
    LedgerSession,
    SessionAnswer,
    dump,
    load,
    newer_cache,
    parsed_cache,
)
from ccmon.usage.windows import running, window, window_named, with_window
from ccmon.when import SKEW_S

__all__ = ["MOST_SESSIONS", "Ledger", "apart", "dump", "load", "with_lines"]

SPEND_LIMIT = "spend_limit"
_OLD, _LIKELY, _CERTAIN = range(3)     # whether a reading is a new answer of Claude


def spend_limit(ledger: Ledger, windows: Iterable[Window]) -> Tuple[Credits, ...]:
    """The spend limit as credits, where its window runs."""
    one, (used, limit) = window_named(windows, SPEND_LIMIT), ledger.spend_usd
    if one is None:
        return ()
    return (Credits(SPEND_LIMIT, used, limit, "USD", one.percent, True, one.resets_at, one.read_at, one.source),)


def with_lines(ledger: Ledger, lines: Iterable[str], now: int, login: str = "") -> Tuple[Ledger, List[SpoolReading]]:
    """The ledger after these lines, in the order in which they were written, and the readings that changed a value.

    login: who is logged in now, "" where unknown.
    """
    changes: List[SpoolReading] = []
    for line in lines:
        readings = parse(line)
        ledger = ledger._replace(cache=newer_cache(ledger.cache, parsed_cache(line), now))
        if not readings:
            ledger = ledger._replace(dropped=dropped(line) or ledger.dropped)
        elif readings[0].at <= now + SKEW_S:
            ledger, changed = _heard(ledger, readings, now)
            ledger = _signed(ledger, login if changed else "")._replace(
                dropped=dropped(line), spend_usd=spend_usd(line) or ledger.spend_usd)
            changes += [one._replace(login=ledger.accounts[-1].login) for one in changed]
    return ledger, changes


def _signed(ledger: Ledger, login: str) -> Ledger:
    """The account that answered last is that of the login, unless another one is."""
    if not login or not ledger.accounts or ledger.accounts[-1].login or any(one.login == login for one in ledger.accounts):
        return ledger
    return ledger._replace(accounts=(*ledger.accounts[:-1], ledger.accounts[-1]._replace(login=login)))


def with_file_windows(ledger: Ledger, windows: Sequence[Window], login: str, now: int) -> Tuple[Ledger, List[SpoolReading]]:
    """The ledger after what Claude Code's own file says of that login: it is refreshed rarely, and may be days old.

    It never replaces what was read later, nor does a passed window count.
    """
    usable = [one for one in windows if is_possible(one.name, one.percent, one.resets_at, one.read_at)
              and one.resets_at > now and one.read_at <= now + SKEW_S]
    if not usable:
        return ledger, []
    values = {one.name: (one.percent, one.resets_at) for one in usable}
    account = _of_login(ledger, login, values, usable[0].read_at)
    changes: List[SpoolReading] = []
    for one in usable:
        before = window_named(account.windows, one.name)
        if before is None or before.resets_at <= now or before.read_at < one.read_at and before[:3] != one[:3]:
            account = account._replace(windows=with_window(account.windows, one))
            changes.append(SpoolReading(one.read_at, one.source, None, one.name, one.percent, one.resets_at, None, login))
    if not changes and account.login == login:
        return ledger, []
    at = max(account.at, usable[0].read_at)
    return _shown(ledger, account._replace(login=login or account.login, at=at), now), changes


def _of_login(ledger: Ledger, login: str, values: Dict[str, Tuple[float, int]], now: int) -> LedgerAccount:
    """The account with that login, or that has these windows and no other login; else a new one."""
    order = sorted(reversed(ledger.accounts), key=lambda one: one.login != login)
    for account in order:
        same = same_resets(_pairs(account), values, now)
        if account.login in ("", login) and (all(same.values()) if same else account.login == login):
            return account
    return LedgerAccount(1 + max([account.number for account in ledger.accounts], default=0))


def with_shown(ledger: Ledger, login: str, number: int) -> Ledger:
    """The ledger in which the account of that login, or of that number, is the one that is shown; an empty one where there is
    none such any more."""
    chosen = [one for one in ledger.accounts if (one.login == login if login else one.number == number)] or [
        one for one in ledger.accounts if one.number == number and one.login in ("", login)]
    others = tuple(one for one in ledger.accounts if one not in chosen)
    return ledger._replace(accounts=(*others, chosen[-1])) if chosen else Ledger()


def apart(ledger: Ledger, now: int) -> Apart:
    """What the row of each session has to know besides."""
    others = [running(account.windows, now) for account in reversed(ledger.accounts[:-1])]
    stale = {one for session in ledger.sessions for answer in session.answers for one in answer.windows or ()
             if not _holds(ledger, answer, one, now)}
    return Apart(tuple(filter(None, others)), tuple(sorted(stale)))


def _holds(ledger: Ledger, answer: SessionAnswer, value: Tuple[str, float, int], now: int) -> bool:
    """False for a value of a window that still runs where something else has been settled."""
    name, percent, resets_at = value
    account = next((account for account in ledger.accounts if account.number == answer.account), None)
    if account is None or resets_at <= now:
        return True
    window = window_named(account.windows, name)
    return window is not None and percent <= window.percent and abs(resets_at - window.resets_at) <= JITTER_S


def _pairs(account: LedgerAccount) -> Dict[str, Tuple[float, int]]:
    return {one.name: (one.percent, one.resets_at) for one in account.windows}


# --- which answers are new --------------------------------------------------------------------------------------------

def _heard(ledger: Ledger, readings: Sequence[SpoolReading], now: int) -> Tuple[Ledger, List[SpoolReading]]:
    """The ledger after one line, and what it changed."""
    first = readings[0]
    session = next((session for session in ledger.sessions if session.name == first.session), None)
    if session is not None and first.at < session.at <= now + SKEW_S:
        return ledger, []              # taken before, or late: the session has sent newer values
    values = tuple(sorted((one.window, one.percent, one.resets_at) for one in readings))
    answer = SessionAnswer(-1 if first.counter is None else first.counter, 0, values)
    trust = _trust(session, answer, first.session)
    answers = session.answers if session else ()
    account = answers[-1].account if answers else 0
    believed = [one for one in readings if is_possible(one.window, one.percent, one.resets_at, first.at)]
    changes: List[SpoolReading] = []
    if believed and (trust > _OLD or session is None and not running(ledger.windows, first.at)):
        ledger, account, changes = _weighed(ledger, believed, account, max(trust, _LIKELY), now)
    elif believed and session is None:                     # after /clear, as another session
        account = next((one.number for one, same in _fitting(ledger, believed, 0) if same and all(same.values())), 0)
    before = next((one for one in answers if _repeats(one, answer)), None)
    answer = before if before and trust == _OLD else answer._replace(account=account)
    return _remembered(ledger, first, [one for one in answers if one != before] + [answer]), changes


def _trust(session: Optional[LedgerSession], answer: SessionAnswer, name: str) -> int:
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


def _repeats(earlier: SessionAnswer, answer: SessionAnswer) -> bool:
    """True when the answer has nothing new beside this one."""
    if earlier.counter != answer.counter or earlier.windows is None:
        return earlier.counter == answer.counter >= 0
    return set(answer.windows or ()) <= set(earlier.windows)


def _remembered(ledger: Ledger, reading: SpoolReading, answers: Sequence[SessionAnswer]) -> Ledger:
    others = [session for session in ledger.sessions if session.name != reading.session]
    session = LedgerSession(reading.session, tuple(answers[-MOST_ANSWERS:]), reading.at)
    return ledger._replace(sessions=(*others[1 - MOST_SESSIONS:], session))


# --- whose answers they are -------------------------------------------------------------------------------------------

def _weighed(ledger: Ledger, readings: Sequence[SpoolReading], number: int, trust: int,
             now: int) -> Tuple[Ledger, int, List[SpoolReading]]:
    """The ledger with a new answer, the number of its account, and the readings that changed its percentages or resets."""
    account = _whose(ledger, readings, number)
    changes: List[SpoolReading] = []
    for reading in readings:
        account, changed = _judged(account, reading, trust, now)
        changes += [reading] if changed else []
    return _shown(ledger, account._replace(at=max(account.at if account.at <= now + SKEW_S else 0, readings[0].at)),
                  now), account.number, changes


def _whose(ledger: Ledger, readings: Sequence[SpoolReading], number: int) -> LedgerAccount:
    """The account of these windows: the one that has them, else the session's own where it may have, else a new one."""
    fits = _fitting(ledger, readings, number)
    for account, same in fits:
        if same and all(same.values()):
            return account
    for account, same in fits:         # only the 5 hours began anew, for a session of this account
        if account.number == number and same == {"five_hour": False, "seven_day": True}:
            return account
    return next((account for account, same in fits if not same),
                LedgerAccount(1 + max([account.number for account in ledger.accounts], default=0)))


def _fitting(ledger: Ledger, readings: Sequence[SpoolReading], number: int) -> List[Tuple[LedgerAccount, Dict[str, bool]]]:
    """The accounts, each with which of its windows these are: those whose week can be compared, that number, the newest."""
    values = {one.window: (one.percent, one.resets_at) for one in readings}
    week = "seven_day" in values
    order = sorted(reversed(ledger.accounts),
                   key=lambda account: (week and window_named(account.windows, "seven_day") is None, account.number != number))
    return [(account, same_resets(_pairs(account), values, readings[0].at)) for account in order]


def _shown(ledger: Ledger, account: LedgerAccount, now: int) -> Ledger:
    """The ledger with this account, the last one unless another has answered later."""
    others = [other for other in ledger.accounts if other.number != account.number]
    if others and account.at < others[-1].at <= now + SKEW_S:
        return ledger._replace(accounts=(*others[1 - MOST_ACCOUNTS:-1], account, others[-1])[-MOST_ACCOUNTS:])
    return ledger._replace(accounts=(*others[1 - MOST_ACCOUNTS:], account))


# --- what they change -------------------------------------------------------------------------------------------------

def _judged(account: LedgerAccount, reading: SpoolReading, trust: int, now: int) -> Tuple[LedgerAccount, bool]:
    """The account with a possible reading of it, and whether that changed the percentage or the reset."""
    before = window_named(account.windows, reading.window)
    if before is None or before.resets_at <= reading.at:
        return _taken(account, reading), True
    if reading.at < before.read_at <= now + SKEW_S:
        return account, False          # late: there is a newer one
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


def _taken(account: LedgerAccount, reading: SpoolReading, lower: bool = False) -> LedgerAccount:
    """The account with this value; lower: after a higher one in the same window."""
    before = window_named(account.windows, reading.window)
    runs_on = before is not None and before.resets_at > reading.at and reading.resets_at - before.resets_at <= JITTER_S
    lowered = lower or runs_on and reading.window in account.lowered
    new = window(reading.window, reading.percent, reading.resets_at, reading.at)
    doubted = tuple(name for name in account.doubted if name != reading.window)
    others = tuple(name for name in account.lowered if name != reading.window)
    return account._replace(windows=with_window(account.windows, new), doubted=doubted,
                            lowered=tuple(sorted((*others, reading.window))) if lowered else others)
