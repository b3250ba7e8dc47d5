"""Facts by the names of their fields, in whichever of the three values those are."""

from typing import Any, Optional, Tuple

from ccmon.model import Block, Facts, HighWater, LearnedFacts, ReportedFacts, Sample, Source, StoredFacts

SOURCE = Source()


def changed_facts(facts: Facts, **fields: Any) -> Facts:
    """The facts with these fields of theirs; `learned` is the learned state. TypeError for a name that none of them has."""
    if "learned" in fields:
        fields["state"] = fields.pop("learned")
    parts = []
    for part, kind in zip(facts, (StoredFacts, ReportedFacts, LearnedFacts)):
        own = [name for name in kind._fields if name in fields]
        parts.append(part._replace(**{name: fields.pop(name) for name in own}))
    if fields:
        raise TypeError(f"facts have no {', '.join(fields)}")
    return Facts(*parts)


def made_facts(blocks: Tuple[Block, ...] = (), listed: Tuple[int, ...] = (), samples: Tuple[Sample, ...] = (),
               high_water: Optional[HighWater] = None, source: Source = SOURCE,
               trouble: Optional[str] = None, **others: Any) -> Facts:
    """Facts of these sessions and others of their fields."""
    stored = StoredFacts(blocks, listed, samples, high_water, trouble=trouble)
    return changed_facts(Facts(stored, ReportedFacts(source)), **others)
