"""What the views of the screen are given: the scene of now, and what is stored for the history page."""

from __future__ import annotations

from datetime import date

from ccmon import text, when
from ccmon.model import Snapshot
from ccmon.quick_typing import TYPE_CHECKING, Dict, List, Mapping, NamedTuple, Tuple
from ccmon.text import OWN_NAME, Charset, with_name
from ccmon.when import Zone

if TYPE_CHECKING:
    from ccmon.history.groups import UsageGroup
    from ccmon.history.windows import PastWindow
    from ccmon.model import Record

TINY, COMPACT_ROWS = 16, 12            # cells below which only words stand; rows of the compact layout at most


class Scene(NamedTuple):
    """All that the screen shows at one time."""

    snapshot: Snapshot
    zone: Zone
    charset: Charset = Charset()
    status: str = ""                   # what the source is doing, for the last row
    message: str = ""                  # the answer to a key, shown before the notices
    compact: bool = False
    account: str = ""                  # name of the account that is shown, where one was chosen
    command: str = OWN_NAME            # how ccmon is to be called here
    zone_hint: str = ""                # how to have other times, where nobody has chosen the zone
    is_first_read: bool = False        # logs and ccusage are read for the first time
    has_seconds: bool = True           # the clock shows them

    @property
    def zone_name(self) -> str:
        """The zone's name."""
        return text.printable(self.zone.name)

    def named(self, words: str) -> str:
        """The words with the commands of ccmon as they can be typed here."""
        return with_name(words, self.command)

    def clock(self, epoch: int) -> str:
        """18:00, or Mon 02:13 when it is not today."""
        return when.clock_text(epoch, self.snapshot.now, self.zone)

    def hour(self, epoch: int) -> str:
        """18:00, whatever the day."""
        return when.hour_text(epoch, self.zone)

    def second(self, epoch: int) -> str:
        """18:00:00."""
        return when.second_text(epoch, self.zone)

    def day(self, epoch: int) -> date:
        """The local date."""
        return when.local(epoch, self.zone).date()


class Past(NamedTuple):
    """The stored sessions and what the pictures need of them."""

    records: Tuple[Record, ...]              # by start
    groups: Dict[str, List[UsageGroup]]           # by day, week and month, without gaps
    heat: List[List[float]]                    # tokens by weekday and hour
    seen: Mapping[int, float]                  # tokens by quarter of an hour (epoch s of its start), where messages are stored
    weeks: Tuple[PastWindow, ...] = ()       # the 7-day windows, by time


class Page(NamedTuple):
    """What of them the history page shows."""

    view: str = "list"
    period: str = "day"
    offset: int = 0                            # sessions, periods or windows scrolled away, the newest first


NO_PAST = Past((), {"day": [], "week": [], "month": []}, [[0.0] * 24 for _ in range(7)], {})
