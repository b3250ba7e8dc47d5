"""What is stored of asking the claude program: when, how that went, and the credits in its answer."""

from __future__ import annotations

from typing import Optional, Tuple

from ccmon import checked
from ccmon.model import Credits
from ccmon.named_tuple import NamedTuple
from ccmon.usage.account_note import MOST_CREDITS, checked_credits

REST_S, MOST_REST_S = 300, 3600
SWITCH_OFF = "ccmon config set official statusline"


class AskedNote(NamedTuple):
    """The last time that claude was asked."""

    at: int = 0                        # epoch s, 0 for never
    failures: int = 0                  # in a row
    sentence: str = ""                 # what went wrong, "" where nothing did
    credits: Tuple[Credits, ...] = ()
    is_lasting: bool = False           # asking again will not help

    @property
    def error(self) -> str:
        """What went wrong with all ways out, "" where nothing did."""
        return self.sentence + (f", or switch that off: {SWITCH_OFF}" if self.sentence and self.is_lasting else "")

    @property
    def rest_s(self) -> int:
        """How long it is left alone after that: 5 minutes, and twice as long with each failure, up to an hour."""
        return min(MOST_REST_S, REST_S * 2 ** min(10, self.failures))


def dump(note: AskedNote) -> str:
    """The note as a text for the store."""
    import json
    return json.dumps(note._asdict())


def load(text: Optional[str]) -> AskedNote:
    """The note that was dumped; an empty one when there is none or it is damaged."""
    try:
        stored = checked.value(text)
        return AskedNote(checked.epoch(stored["at"]), checked.count(stored["failures"]), checked.sentence(stored["sentence"]),
                         tuple(checked_credits(*one) for one in stored["credits"][:MOST_CREDITS]),
                         checked.boolean(stored.get("is_lasting", False)))
    except checked.Damage:
        return AskedNote()


def is_due(note: AskedNote, newest_at: int, now: int) -> bool:
    """Whether no reading (newest_at: epoch s of the last one) is fresher, and claude has had its rest."""
    return not 0 <= now - newest_at < REST_S and not 0 <= now - note.at < note.rest_s


def newest_credits(*groups: Tuple[Credits, ...]) -> Tuple[Credits, ...]:
    """Of each kind what was read last."""
    by_kind = {one.kind: one for one in sorted((one for some in groups for one in some), key=lambda one: one.read_at)}
    return tuple(by_kind[kind] for kind in sorted(by_kind))
