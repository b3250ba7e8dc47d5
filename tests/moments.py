"""Moments written as people read them, and a zone of our own."""

from datetime import datetime, timezone
from typing import NamedTuple

from ccmon.system import clock

HOUR, DAY = 3600, 86400
UTC = clock.zone("UTC")


class Fake(NamedTuple):
    """A zone of our own: ahead by one number until a moment, then by another."""

    name: str
    before_s: int
    change: int
    after_s: int

    dial = 24

    def offset_s(self, epoch: int) -> int:
        return self.before_s if epoch < self.change else self.after_s


def at(text: str) -> int:
    """Epoch seconds of 2024-03-31 01:00 in UTC."""
    return int(datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=timezone.utc).timestamp())
