"""The accounts of this machine, by folders and history, and what a call works with that names one of them. Nothing is changed."""

from __future__ import annotations

import sqlite3

from ccmon.errors import UsageError
from ccmon.model import Login, MergedOwner, Owner, Windows
from ccmon.quick_typing import Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.settings import config
from ccmon.settings.ini_sections import LONGEST_NAME, NAME_CHARACTERS
from ccmon.settings.options import Settings
from ccmon.sources import claude_files
from ccmon.store import history_path, rows, window_readings
from ccmon.store.database import open_store
from ccmon.usage import account_json, account_note, accounts, official
from ccmon.usage.account_note import AccountNote
from ccmon.usage.accounts import Chosen, FolderGroup, ListedAccount
from ccmon.usage.windows import window

BUSY_MS = 250
USUAL = "default"                      # name of the account of the usual places


class ShownAccount(NamedTuple):
    """What a call that shows an account works with."""

    chosen: Chosen
    env: Mapping[str, str]
    owner: Owner


class _Stored(NamedTuple):
    """What the history says of accounts."""

    ledgers: Dict[str, official.Ledger]                    # of this machine, by the hash of the folders
    notes: Dict[str, AccountNote]                          # likewise, the last reading of Claude Code's own file
    merged: Dict[MergedOwner, Dict[str, Windows]]          # by login, the newest readings


def login_of(folders: Sequence[str], env: Mapping[str, str], settings: Settings) -> Login:
    """Who is logged in there, by Claude Code's own file now. Nobody where it may not be read."""
    if not settings.account_file:
        return Login("")
    texts = claude_files.texts(config.login_files(config.with_folders(env, folders)))
    read = [account_json.parse(one.text) for one in texts if not one.fault]
    logins = [one for one in read if one is not None and one.login.account]
    return max(logins, key=lambda one: one.login_at).login if logins else Login("")


# --- folders ----------------------------------------------------------------------------------------------------------

def folder_groups(env: Mapping[str, str], settings: Settings) -> List[FolderGroup]:
    """The folders that are accounts here, each once but for those that [accounts] names again; the usual places first."""
    named: List[Tuple[str, Tuple[str, ...], Owner]] = []
    for name, written in settings.accounts.items():
        folders = config.claude_folders({**env, config.FOLDERS: ",".join(written)})
        named.append((name, tuple(folders), config.account_of(written, env)))
    usual = config.usual_folders(env)
    for folders in _unnamed(env, usual, settings):
        owner = config.account_of(folders, env)
        if owner not in [one[2] for one in named]:
            named.append((name_of_folders(folders, usual), tuple(folders), owner))
    names = each_once([one[0] for one in named])
    groups = [FolderGroup(name, folders, owner, login_of(folders, env, settings))
              for name, (_, folders, owner) in zip(names, named)]
    return sorted(groups, key=lambda one: (not set(one.folders) <= set(usual), one.name))


def _unnamed(env: Mapping[str, str], usual: Sequence[str], settings: Settings) -> List[List[str]]:
    """The usual places, those of the environment, and the folders beside them: those that are read together, together."""
    own = config.claude_folders(env)
    logins = [login_of([folder], env, settings).account for folder in own]
    apart = [[folder] for folder, login in zip(own, logins) if login and login != next(filter(None, logins))]
    together = set(own) - {folder for folder, in apart} if len(own) > 1 else set()
    beside = [[folder] for folder in config.folders_beside(env) if folder not in together]
    used = [folder for folder in usual if config.is_of_claude(folder)]
    return [used or list(usual[-1:]), own, *apart, *beside]


# --- all accounts ------------------------------------------------------------------------------------------------

def all_accounts(env: Mapping[str, str], settings: Settings, store: Optional[str], now: int) -> List[ListedAccount]:
    """Every account of these folders, and of the machines whose histories were merged. Raises CcmonError."""
    stored = _stored(env, store, now)
    result: List[ListedAccount] = []
    for group in folder_groups(env, settings):
        ledger = stored.ledgers.get(group.owner.account)
        note = stored.notes.get(group.owner.account)
        if settings.account_file and note:                 # its login where the file is gone, or cut off just now
            group = group._replace(login=group.login if group.login.account else note.login,
                                   earlier=note.before(group.login if group.login.account else note.login))
        if ledger or group.name != USUAL or group.login.account or config.is_usual_used(env):
            result += accounts.group_accounts(group, ledger or official.Ledger(), now)
    result = accounts.joined_by_login(result)
    names = each_once([*(one.name for one in result), *_host_names(list(stored.merged))])
    for name, (owner, by_login) in zip(names[len(result):], stored.merged.items()):
        result += accounts.host_accounts(name, owner, by_login, now)
    return result


def _host_names(owners: Sequence[MergedOwner]) -> List[str]:
    """A machine's own name; with the beginning of the folders' hash where it has several."""
    hosts = [one.host for one in owners]
    return [plain(one.host) + (f"-{plain(one.account[:4])}" if hosts.count(one.host) > 1 else "") for one in owners]


def _stored(env: Mapping[str, str], store: Optional[str], now: int) -> _Stored:
    if not store or not history_path.exists(store):
        return _Stored({}, {}, {})
    own = config.owner(env)

    def read(db: sqlite3.Connection, _: Optional[int]) -> _Stored:
        here = rows.own_owners(db, own.host)
        return _Stored({account: official.load(rows.note(db, rows.ledger_key(number))) for account, number in here.items()},
                       {account: account_note.load(rows.note(db, f"{account_note.KEY} {number}"))
                        for account, number in here.items()},
                       {owner: _newest_windows(db, number, now) for number, owner in rows.merged_owners(db, own.host).items()})
    with open_store(store, BUSY_MS, now) as history:
        return history.read(own, read)


def _newest_windows(db: sqlite3.Connection, owner: int, now: int) -> Dict[str, Windows]:
    """By login."""
    return {login: tuple(window(row.name, row.percent, row.resets_at, row.ts, row.source) for row in readings)
            for login, readings in window_readings.newest(db, owner, now).items()}


# --- the one that is wanted -------------------------------------------------------------------------------------------

def account_named(name: str, where: str, env: Mapping[str, str], settings: Settings, store: Optional[str],
                  now: int) -> ShownAccount:
    """What to work with for the account of that name. UsageError names those that there are."""
    word = name.strip().lower()
    for group in folder_groups(env, settings):
        if group.name == word:         # without the history
            return ShownAccount(Chosen(word), config.with_folders(env, group.folders), group.owner)
    there = all_accounts(env, settings, store, now)
    account = next((one for one in there if word.lower() in one.all_names), None)
    if account is None:
        raise UsageError(accounts.unknown_name(name, where, [one.name for one in there]))
    return shown_account(account, word, env)


def shown_account(account: ListedAccount, name: str, env: Mapping[str, str]) -> ShownAccount:
    """What to work with for it."""
    own = env if account.is_merged else config.with_folders(env, _own_folders(account, env))
    return ShownAccount(account.chosen(name), own, account.owner)


def _own_folders(account: ListedAccount, env: Mapping[str, str]) -> Sequence[str]:
    """Those of its owner: of a login of several folders, the first one's."""
    folders = account.folders
    return next((folders[:last] for last in range(1, len(folders) + 1)
                 if config.account_of(folders[:last], env) == account.owner), folders)


# --- names ------------------------------------------------------------------------------------------------------------

def name_of_folders(folders: Sequence[str], usual: Sequence[str]) -> str:
    """default for the usual places, work for .claude-work, the last part of other paths; of several, joined by +."""
    if folders and set(folders) <= set(usual):
        return USUAL
    parts = [USUAL if folder in usual else name_of_folder(folder) for folder in folders]
    return "+".join(dict.fromkeys(parts))[:LONGEST_NAME]


def name_of_folder(folder: str) -> str:
    """work of /home/ada/.claude-work, in the characters of a name."""
    parts = folder.replace("\\", "/").rstrip("/").split("/")
    last = parts[-2] if len(parts) > 1 and parts[-1] == "projects" else parts[-1]
    if last.lower().startswith(".claude-"):
        last = last[len(".claude-"):]
    return plain(last.lstrip("."))


def plain(text: str) -> str:
    """The text as a name may be written; account where nothing is left of it."""
    words = "".join(char if char in NAME_CHARACTERS else " " for char in text.lower()).split()
    return "-".join(words).strip(".-")[:LONGEST_NAME] or "account"


def each_once(names: Iterable[str]) -> List[str]:
    """The names in their order; one that came before gets a number."""
    unique: List[str] = []
    for name in names:
        own, number = name, 1
        while own in unique:
            number += 1
            own = f"{name}-{number}"
        unique.append(own)
    return unique
