"""The accounts on this machine, as values: whose windows, in which folders, and by which names one asks for them.

An account is a login. Where nobody knows who is logged in, the folders that Claude Code's logs are read from are one account,
and what used them with other windows are others.
"""

from __future__ import annotations

from ccmon.model import Login, Owner, Window, Windows
from ccmon.quick_typing import Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple
from ccmon.text import clip, did_you_mean, printable
from ccmon.usage import official_ledger
from ccmon.usage.windows import order, running

LOGIN_CHARACTERS = 4                   # of a login's hash that stand in a name
_NAMED = 60                            # characters of a wrong name that are repeated


class FolderGroup(NamedTuple):
    """Folders that ccusage reads together, under one name."""

    name: str
    folders: Tuple[str, ...]
    owner: Owner                       # whose history theirs is
    login: Login = Login("")           # who is logged in there now
    earlier: Tuple[Login, ...] = ()    # who was before


class ListedAccount(NamedTuple):
    """A login, or folders of which nobody knows the login."""

    name: str
    owner: Owner
    folders: Tuple[str, ...] = ()      # none of an account of another machine
    names: Tuple[str, ...] = ()        # other ones that mean it, too
    login: Login = Login("")
    number: int = 0                    # in the ledger of its folders; 0 for none
    windows: Windows = ()              # that run
    read_at: Optional[int] = None      # epoch s of its newest reading, also of a window that is over
    is_last: bool = True               # of those in its folders it answered last
    is_merged: bool = False            # of another machine, whose history was merged

    @property
    def all_names(self) -> Tuple[str, ...]:
        """Its names, the shown one first."""
        return (self.name, *self.names)

    def chosen(self, word: str) -> "Chosen":
        """It, as that one of its names means it: NAME/LOGIN is that login, whoever answered last."""
        own = not self.is_last or "/" in word
        return Chosen(word, self.login.account if own else "", self.number if own else 0, self.is_merged)


class Chosen(NamedTuple):
    """The account that a call shows, where one was named."""

    name: str
    login: str = ""                    # short hash; "" for whichever answered last
    number: int = 0                    # of the ledger, where the login is unknown
    is_merged: bool = False

    @property
    def is_other_login(self) -> bool:
        """Whether it is one login of several that share the folder."""
        return bool(self.login or self.number)


# --- of folders -------------------------------------------------------------------------------------------------------

def group_accounts(group: FolderGroup, ledger: official_ledger.Ledger, now: int) -> List[ListedAccount]:
    """The accounts that use these folders, the one that answered last, which is shown, first."""
    candidates = [one for one in reversed(ledger.accounts) if one.login or running(one.windows, now)]
    candidates = candidates or list(ledger.accounts[-1:])
    login = group.login.account
    if login and login not in [one.login for one in candidates]:
        if candidates and not candidates[0].login:
            candidates[0] = candidates[0]._replace(login=login)      # it is signed with its next reading
        else:
            candidates.append(official_ledger.LedgerAccount(0, login=login))
    listed = [_of_ledger(group, one, at == 0, now) for at, one in enumerate(candidates)]
    return listed or [ListedAccount(group.name, group.owner, group.folders, login=group.login)]


def _of_ledger(group: FolderGroup, one: official_ledger.LedgerAccount, is_last: bool, now: int) -> ListedAccount:
    words = [one.login[:LOGIN_CHARACTERS]] * bool(one.login) + [str(one.number)] * bool(one.number)
    own, *more = [f"{group.name}/{word}" for word in words]
    login = next((login_of for login_of in (group.login, *group.earlier) if login_of.account == one.login), Login(one.login))
    names = (own, *more) if is_last else tuple(more)
    return ListedAccount(group.name if is_last else own, group.owner, group.folders, names, login, one.number,
                   running(one.windows, now), _newest(one.windows), is_last)


def _newest(windows: Iterable[Window]) -> Optional[int]:
    return max((one.read_at for one in windows), default=None)


# --- of other machines ------------------------------------------------------------------------------------------------

def host_accounts(name: str, owner: Owner, joined_by_login: Dict[str, Windows], now: int) -> List[ListedAccount]:
    """The accounts of another machine's history, by login the newest readings of each window; the newest account first."""
    listed = []
    for at, login in enumerate(sorted(joined_by_login, key=lambda login: -(_newest(joined_by_login[login]) or 0))):
        windows = joined_by_login[login]
        own = f"{name}/{login[:LOGIN_CHARACTERS] if login else 0}"
        listed.append(ListedAccount(name if at == 0 else own, owner, (), (own,) if at == 0 else (), Login(login), 0,
                             running(sorted(windows, key=order), now), _newest(windows), at == 0, True))
    return listed or [ListedAccount(name, owner, is_merged=True)]


# --- all of them ------------------------------------------------------------------------------------------------------

def joined_by_login(accounts: Sequence[ListedAccount]) -> List[ListedAccount]:
    """Each login once: its folders of this machine are one account, with the newest reading of each window."""
    joined: List[ListedAccount] = []
    for one in accounts:
        at = next((at for at, other in enumerate(joined) if _is_same(one, other)), None)
        if at is None:
            joined.append(one)
        else:
            joined[at] = _joined(joined[at], one)
    return joined


def _is_same(one: ListedAccount, other: ListedAccount) -> bool:
    """One login; or the same folders under two names."""
    if one.is_merged or other.is_merged:
        return False
    same_place = one.owner == other.owner and one.number == other.number
    return one.login.account == other.login.account if one.login.account or other.login.account else same_place


def _joined(one: ListedAccount, other: ListedAccount) -> ListedAccount:
    """The first one, or the one whose folders are its own now, with the other's readings."""
    if other.is_last and not one.is_last:
        one, other = other, one
    windows = {window.name: window for window in one.windows}
    for window in other.windows:
        if window.name not in windows or windows[window.name].read_at < window.read_at:
            windows[window.name] = window
    ages = [at for at in (one.read_at, other.read_at) if at is not None]
    return one._replace(names=tuple(dict.fromkeys((*one.names, *other.all_names))),
                        folders=tuple(dict.fromkeys((*one.folders, *other.folders))),
                        login=one.login if one.login.plan else other.login if other.login.account else one.login,
                        windows=tuple(sorted(windows.values(), key=order)), read_at=max(ages, default=None))


def next_account(accounts: Sequence[ListedAccount], name: str) -> Tuple[int, ListedAccount]:
    """The account behind the one of that name, in a circle, and its index."""
    at = next((at for at, one in enumerate(accounts) if name in one.all_names), -1)
    at = (at + 1) % len(accounts)
    return at, accounts[at]


def unknown_name(name: str, where: str, accounts: Iterable[str]) -> str:
    """The sentence for a name that no account has."""
    names = list(accounts)
    word = clip(printable(name), _NAMED)
    there = f"there are {', '.join(names)}" if names else "none is known here yet"
    return f"{where}: no account is called '{word}'{did_you_mean(name.lower(), names)}; {there}. To see them: ccmon accounts"

