"""What `ccmon why` has gathered, as values: the numbers of now and what stands behind each of them."""

from __future__ import annotations

from typing import Mapping, Optional, Sequence, Tuple

from ccmon.model import Block, Snapshot
from ccmon.named_tuple import NamedTuple
from ccmon.own_name import NAME
from ccmon.settings.origins import Setting
from ccmon.usage.account_note import AccountNote, AskedNote
from ccmon.usage.burn import Terms
from ccmon.when import Zone


class StoreFacts(NamedTuple):
    """The sqlite file that remembers."""

    path: Optional[str]                # None without a home, and in a demo
    size: int = 0                      # bytes; 0: there is none
    schema: Optional[int] = None       # None when it could not be read
    rows: Tuple[Tuple[str, int], ...] = ()             # table, number of rows
    trouble: Optional[str] = None      # one sentence when something is wrong with it


class CacheFacts(NamedTuple):
    """The folder of the status lines and of what the last refresh noted."""

    folder: Optional[str]              # None without a home, and in a demo
    lines: int = 0
    refreshed: int = 0                 # epoch s, as the next three; 0 for never
    fresh_until: int = 0
    expires_at: int = 0                # until then lines may be shown
    retry_at: int = 0                  # a failing source is left alone until then
    failures: int = 0                  # in a row


class LogFacts(NamedTuple):
    """What the log reader has read."""

    files: int
    lines: int
    messages: int                      # those that count
    damaged: int                       # lines
    left_out: Mapping[str, int]        # lines of other kinds that hold a usage, by kind
    worst: Sequence[Tuple[str, int, int]] = ()         # log, damaged lines in it, number of the first one


class Evidence(NamedTuple):
    """Everything that `ccmon why` tells."""

    snapshot: Snapshot
    zone: Zone
    terms: Terms                       # of the burn rate
    store: StoreFacts
    cache: CacheFacts
    logs: Optional[LogFacts]
    folders: Tuple[str, ...]           # of Claude Code's log files
    config: Optional[str]              # path of config.ini
    configured: bool                   # whether that file is there
    settings: Tuple[Setting, ...]
    plans: Tuple[Tuple[str, str], ...]                 # figures of plans that config.ini gives: name, file and line
    prices: str                        # date of the table
    own_prices: Tuple[str, ...] = ()   # models with a price in config.ini
    own_themes: Tuple[str, ...] = ()   # sections [theme.NAME] of config.ini
    home: Optional[str] = None         # paths below it are shown with ~
    cut_since: Optional[int] = None    # as in Facts
    reported: Tuple[Block, ...] = ()   # the sessions that ccusage says to run
    account: AccountNote = AccountNote()               # of Claude Code's own file
    asked: AskedNote = AskedNote()     # what came of asking claude
    windows_dropped: int = 0           # as in Facts
    command: str = NAME                # how ccmon is to be called here

    def set_by(self, name: str) -> Optional[str]:
        """Where an option was set, None for a default."""
        return next((setting.where for setting in self.settings if setting.name == name), None)
