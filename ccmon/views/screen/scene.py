"""What a screen view is given."""

from __future__ import annotations

from datetime import date

from ccmon import text, when
from ccmon.model import Snapshot
from ccmon.named_tuple import NamedTuple
from ccmon.own_name import NAME, with_name
from ccmon.text import Charset
from ccmon.when import Zone

TINY, COMPACT_ROWS = 16, 12            # cells below which only words stand; rows of the compact layout at most


class Scene(NamedTuple):
    """All that is to be seen at one moment."""

    snapshot: Snapshot
    zone: Zone
    charset: Charset = Charset()
    status: str = ""                   # what the source is doing, for the last row
    message: str = ""                  # the answer to a key, shown before the notices
    compact: bool = False
    account: str = ""                  # name of the account that is shown, where one was chosen
    command: str = NAME                # how ccmon is to be called here
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

