"""What is kept of the official percentages between two looks: the accounts, and what each session said last."""

from __future__ import annotations

from typing import Any, Iterator, List, Optional, Tuple

from ccmon import checked
from ccmon.model import PromptCache, Window, Windows
from ccmon.named_tuple import NamedTuple
from ccmon.sources.session_json import LONGEST_S, MOST_WINDOWS, OPENING_S, WINDOWS_S, length_s, percent, window_name
from ccmon.usage import prompt_cache
from ccmon.usage.windows import window

MOST_SESSIONS = 32
MOST_ANSWERS = 4                       # of a session: it may run in two terminals
MOST_ACCOUNTS = 4

WindowValues = Tuple[Tuple[str, float, int], ...]                  # name, percentage and reset (epoch s) of each window, by name


class LedgerAccount(NamedTuple):
    """What is held to be true of one account, and what is needed to judge its next reading."""

    number: int
    windows: Windows = ()
    doubted: Tuple[str, ...] = ()      # windows for which a new answer said less, once
    lowered: Tuple[str, ...] = ()      # windows that have said more before
    at: int = 0                        # epoch s of its last new answer
    login: str = ""                    # short hash of who was logged in; "" as long as nobody knows


class SessionAnswer(NamedTuple):
    """What a session was told."""

    counter: int                       # -1 for none
    account: int                       # its number, 0 for none
    windows: Optional[WindowValues]            # None when an older ccmon did not keep them


class LedgerSession(NamedTuple):
    """A session of Claude Code, and what it said last."""

    name: str
    answers: Tuple[SessionAnswer, ...]        # different ones, the one it said last at the end
    at: int                            # epoch s of its last reading


class Ledger(NamedTuple):
    """The accounts that use a folder, the one that Claude answered last at the end, and the sessions, the newest last."""

    accounts: Tuple[LedgerAccount, ...] = ()
    sessions: Tuple[LedgerSession, ...] = ()
    dropped: int = 0                   # members that could not be taken from the last line
    spend_usd: Tuple[Optional[float], Optional[float]] = (None, None)  # used and limit of the spend limit, as told last
    cache: Optional[PromptCache] = None                    # of the session that was used last

    @property
    def windows(self) -> Windows:
        """What is shown."""
        return self.accounts[-1].windows if self.accounts else ()


def dump(ledger: Ledger) -> str:
    """The ledger as a text for the store. The two first windows stand first: an older ccmon reads those, and no others."""
    import json
    return json.dumps({
        "accounts": [[one.number, _in_order([[*pair[1:4], pair.source, pair.name] for pair in one.windows]), one.doubted,
                      one.lowered, one.at] for one in ledger.accounts],
        "sessions": [[one.name, [[answer.counter, answer.account, answer.windows and _in_order(
            [[used, resets_at, name] for name, used, resets_at in answer.windows])] for answer in one.answers], one.at]
            for one in ledger.sessions],
        "logins": {one.number: one.login for one in ledger.accounts if one.login},
        "dropped": ledger.dropped, "spend_usd": ledger.spend_usd, "cache": prompt_cache.dump(ledger.cache)})


def _in_order(found: List[List[Any]]) -> List[Any]:
    """By name, those of WINDOWS_S at its places; the name is the last member."""
    by_name = {one[-1]: one for one in found}
    return [*map(by_name.get, WINDOWS_S), *(by_name[name] for name in sorted(by_name) if name not in WINDOWS_S)]


def load(text: Optional[str]) -> Ledger:
    """The ledger that was dumped, also by an older ccmon; an empty one when there is none or it is damaged."""
    try:
        found = checked.value(text)
        if isinstance(found, list):
            return _earlier(*found)
        logins = found.get("logins", {})
        accounts = tuple(_account(one)._replace(login=checked.name(logins.get(str(one[0]), ""))) for one in found["accounts"])
        return Ledger(accounts, tuple(map(_session, found["sessions"])), checked.count(found.get("dropped", 0)),
                      _spend(*found.get("spend_usd", (None, None))), prompt_cache.load(found.get("cache")))
    except checked.Damage:
        return Ledger()


def _spend(used: Any, limit: Any) -> Tuple[Optional[float], Optional[float]]:
    return checked.optional(used, checked.amount), checked.optional(limit, checked.amount)


def _earlier(quotas: Any, doubted: Any, sessions: Any) -> Ledger:
    """Of one account, and of each session only the counter."""
    account = _account((1, quotas, doubted, (), 0))
    spoken = tuple(_session((name, [(counter, 1, None)], at)) for name, counter, at in sessions)
    return Ledger((account,) if account.windows else (), spoken)


def _account(found: Any) -> LedgerAccount:
    number, quotas, doubted, lowered, at = found
    windows = tuple(_window(name, one) for name, one in _names(quotas))
    return LedgerAccount(checked.count(number), windows, tuple(map(checked.name, doubted)), tuple(map(checked.name, lowered)),
                   checked.epoch(at))


def _names(found: Any) -> Iterator[Tuple[str, Any]]:
    """What there is, with its name: that of its place, or its last member."""
    places = [*WINDOWS_S, *[None] * MOST_WINDOWS]
    for place, one in zip(places, found):
        if one is not None:
            yield place or window_name(checked.name(one[-1])), one


def _window(name: str, found: Any) -> Window:
    used, resets_at, read_at = percent(found[0]), checked.epoch(found[1]), checked.epoch(found[2])
    if used is None or not name or not 0 < resets_at - read_at <= (length_s(name) or LONGEST_S) + OPENING_S:
        raise ValueError("not of a window")
    return window(name, used, resets_at, read_at, checked.name(found[3]) if len(found) > 3 else "statusline")


def _session(found: Any) -> LedgerSession:
    name, answers, at = found
    if not answers:
        raise ValueError("a session that said nothing")
    return LedgerSession(checked.name(name), tuple(map(_answer, answers)), checked.epoch(at))


def _answer(found: Any) -> SessionAnswer:
    counter, account, windows = found
    return SessionAnswer(int(checked.within(int(counter), -1, checked.MOST)), checked.count(account),
                         checked.optional(windows, _said))


def _said(found: Any) -> WindowValues:
    return tuple(sorted((name, *_pair(one)) for name, one in _names(found)))


def _pair(found: Any) -> Tuple[float, int]:
    used = percent(found[0])
    if used is None:
        raise ValueError("no percentage")
    return used, checked.epoch(found[1])
