"""What a screen view is given, and the words that several views share."""

from __future__ import annotations

from datetime import date
from typing import Optional, Sequence

from ccmon import text, when
from ccmon.model import Block, Facts, HighWater, Limit, Snapshot
from ccmon.named_tuple import NamedTuple
from ccmon.own_name import NAME, with_name
from ccmon.text import Charset, Line, Span, model_names
from ccmon.when import Zone

LABEL_CELLS = 14                       # margin, emoji, label
TINY, COMPACT_ROWS = 16, 12            # cells below which only words stand; rows of the compact layout at most
LEAD_CELLS = 4                         # margin and emoji


class Scene(NamedTuple):
    """All that is to be seen at one moment."""

    snapshot: Snapshot
    facts: Facts
    zone: Zone
    charset: Charset = Charset()
    status: str = ""                   # what the source is doing, for the last row
    message: str = ""                  # the answer to a key, shown before the notices
    compact: bool = False
    account: str = ""                  # name of the account that is shown, where one was chosen
    command: str = NAME                # how ccmon is to be called here
    zone_hint: str = ""                # how to have other times, where nobody has chosen the zone
    looking: bool = False              # the first look for logs and ccusage is under way
    has_seconds: bool = True           # the clock shows them

    @property
    def place(self) -> str:
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


def label(charset: Charset, emoji: str, word: str) -> Line:
    """The label column; it is as wide without the emoji as with it."""
    return (Span(text.pad(lead_of(charset, emoji) + word, LABEL_CELLS), "label"),)


def lead_of(charset: Charset, emoji: str) -> str:
    """Margin and emoji, or as many blanks."""
    return text.pad(f" {emoji} " if charset.unicode and charset.emoji else "", LEAD_CELLS)


def pick(variants: Sequence[Sequence[Span]], cells: int) -> Line:
    """The first variant that fits; nothing when none does."""
    return next((tuple(line) for line in variants if text.line_width(line) <= cells), ())


def pick_text(variants: Sequence[str], cells: int) -> str:
    """The first text that fits; nothing when none does."""
    return next((words for words in variants if text.width(words) <= cells), "")


def models(block: Block, cells: int) -> str:
    """The session's models by name, as many as fit, then how many more."""
    return model_names(block.models, cells)


def record(high_water: HighWater, zone: Zone) -> str:
    """record 17 Nov, 41 sessions."""
    return f"record {day_text(high_water.at, zone)}, {text.plural(high_water.sessions, 'session')}"


def day_text(epoch: int, zone: Zone) -> str:
    """17 Nov."""
    then = when.local(epoch, zone)
    return f"{then.day} {when.MONTHS[then.month - 1]}"


def plan_name(limit: Limit) -> str:
    """The plan in force; the configuration may hold plans of any name."""
    return text.printable(limit.plan)


def plan_words(limit: Limit) -> str:
    """The same with who says so, where that is the account and nobody here: max20 (your account)."""
    return plan_name(limit) + (" (your account)" if is_of_account(limit) else "")


def is_of_account(limit: Limit) -> bool:
    """Whether the plan in force is that of the account, and nobody has set one."""
    return limit.by_account and not limit.switched and limit.source == "plan"


def figure(number: Optional[float]) -> str:
    """A rate without its unit: 142, 9.2 below ten, a dash when there is none."""
    if number is None:
        return "-"
    return text.count(round(number)) if number >= 9.95 or number == 0 else f"{number:.1f}"
