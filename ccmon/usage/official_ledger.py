"""What is stored of the official percentages between refreshes: the accounts, and each session's last answers."""

from __future__ import annotations

from ccmon import checked
from ccmon.model import PromptCache, Window, Windows
from ccmon.quick_typing import Any, Iterator, List, NamedTuple, Optional, Tuple
from ccmon.sources.session_json import CACHE, LONGEST_S, MOST_WINDOWS, OPENING_S, WINDOWS_S, length_s, percent, window_name
from ccmon.usage.windows import window
from ccmon.when import SKEW_S, WEEK_S

MOST_SESSIONS = 32
MOST_ANSWERS = 4                       # of a session: it may run in two terminals
MOST_ACCOUNTS = 4
_LONGEST_TTL_S = WEEK_S                # of a prompt cache

WindowValues = Tuple[Tuple[str, float, int], ...]                  # name, percentage and reset (epoch s) of each window, by name


class LedgerAccount(NamedTuple):
    """The windows of one account, and what is needed to judge its next reading."""

    number: int
    windows: Windows = ()
    doubted: Tuple[str, ...] = ()      # windows for which a new answer was lower, once
    lowered: Tuple[str, ...] = ()      # windows that were higher before
    at: int = 0                        # epoch s of its last new answer
    login: str = ""                    # short hash of who was logged in; "" while unknown


class SessionAnswer(NamedTuple):
    """An answer of Claude to a session."""

    counter: int                       # -1 for none
    account: int                       # its number, 0 for none
    windows: Optional[WindowValues]   # None where an older ccmon has stored it


class LedgerSession(NamedTuple):
    """A session of Claude Code, and its last answers."""

    name: str
    answers: Tuple[SessionAnswer, ...] # different ones, the last one at the end
    at: int                            # epoch s of its last reading


class Ledger(NamedTuple):
    """The accounts that use a folder, the one that Claude answered last at the end, and the sessions, the newest last."""

    accounts: Tuple[LedgerAccount, ...] = ()
    sessions: Tuple[LedgerSession, ...] = ()
    dropped: int = 0                   # members that could not be taken from the last line
    spend_usd: Tuple[Optional[float], Optional[float]] = (None, None)  # used and limit of the spend limit
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
        "dropped": ledger.dropped, "spend_usd": ledger.spend_usd, "cache": ledger.cache})


def _in_order(rows: List[List[Any]]) -> List[Any]:
    """By name, those of WINDOWS_S at its indices; the name is the last member."""
    by_name = {one[-1]: one for one in rows}
    return [*map(by_name.get, WINDOWS_S), *(by_name[name] for name in sorted(by_name) if name not in WINDOWS_S)]


def load(text: Optional[str]) -> Ledger:
    """The ledger that was dumped, also by an older ccmon; an empty one when there is none or it is damaged."""
    try:
        stored = checked.value(text)
        if isinstance(stored, list):
            return _earlier(*stored)
        logins = stored.get("logins", {})
        used, limit = (checked.optional(one, checked.amount) for one in stored.get("spend_usd", (None, None)))
        accounts = tuple(_account(one)._replace(login=checked.name(logins.get(str(one[0]), ""))) for one in stored["accounts"])
        return Ledger(accounts, tuple(map(_session, stored["sessions"])), checked.count(stored.get("dropped", 0)),
                      (used, limit), _cache(stored.get("cache")))
    except checked.Damage:
        return Ledger()


def _earlier(quotas: Any, doubted: Any, rows: Any) -> Ledger:
    """Of one account, and of each session only the counter."""
    account = _account((1, quotas, doubted, (), 0))
    sessions = tuple(_session((name, [(counter, 1, None)], at)) for name, counter, at in rows)
    return Ledger((account,) if account.windows else (), sessions)


def _account(stored: Any) -> LedgerAccount:
    number, quotas, doubted, lowered, at = stored
    windows = tuple(_window(name, one) for name, one in _names(quotas))
    return LedgerAccount(checked.count(number), windows, tuple(map(checked.name, doubted)), tuple(map(checked.name, lowered)),
                   checked.epoch(at))


def _names(rows: Any) -> Iterator[Tuple[str, Any]]:
    """Each row with its name: that of its index, or its last member."""
    names = [*WINDOWS_S, *[None] * MOST_WINDOWS]
    for name, one in zip(names, rows):
        if one is not None:
            yield name or window_name(checked.name(one[-1])), one


def _window(name: str, stored: Any) -> Window:
    used, resets_at, read_at = percent(stored[0]), checked.epoch(stored[1]), checked.epoch(stored[2])
    if used is None or not name or not 0 < resets_at - read_at <= (length_s(name) or LONGEST_S) + OPENING_S:
        raise ValueError("not of a window")
    return window(name, used, resets_at, read_at, checked.name(stored[3]) if len(stored) > 3 else "statusline")


def _session(stored: Any) -> LedgerSession:
    name, answers, at = stored
    if not answers:
        raise ValueError("a session without answers")
    return LedgerSession(checked.name(name), tuple(map(_answer, answers)), checked.epoch(at))


def _answer(stored: Any) -> SessionAnswer:
    counter, account, windows = stored
    return SessionAnswer(int(checked.within(int(counter), -1, checked.MOST)), checked.count(account),
                         None if windows is None else tuple(sorted((name, *_pair(one)) for name, one in _names(windows))))


def _pair(stored: Any) -> Tuple[float, int]:
    used = percent(stored[0])
    if used is None:
        raise ValueError("no percentage")
    return used, checked.epoch(stored[1])


# --- Claude's prompt cache of the session that was used last -----------------------------------------------------------------

def parsed_cache(line: str) -> Optional[PromptCache]:
    """The cache in a line of the spool: cache=END/SECONDS/TOKENS/PERCENT, a dash for unknown; None without one."""
    word = next((word[len(CACHE):] for word in line.split()[8:] if word.startswith(CACHE)), "")
    try:
        return _cache([None if part == "-" else int(part) for part in word.split("/")])
    except checked.Damage:
        return None


def newer_cache(before: Optional[PromptCache], new: Optional[PromptCache], now: int) -> Optional[PromptCache]:
    """That of the session that was used last: idle ones repeat old values."""
    possible = [one for one in (before, new) if one is not None and one.expires_at - one.ttl_s <= now + SKEW_S]
    return max(possible, key=lambda one: (one.expires_at - one.ttl_s, one is new), default=None)


def _cache(stored: Any) -> Optional[PromptCache]:
    if stored is None:
        return None
    expires_at, ttl_s, tokens, percent = stored
    return PromptCache(checked.epoch(expires_at), _whole(ttl_s, _LONGEST_TTL_S), checked.optional(tokens, checked.count),
                       checked.optional(percent, lambda one: _whole(one, 100)))


def _whole(number: Any, most: int) -> int:
    return int(checked.within(int(number), 0, most))
