"""Machines by name: whose sessions are meant."""

from __future__ import annotations

from typing import List, Optional

from ccmon.errors import UsageError
from ccmon.model import Record, UsageRow
from ccmon.text import clean, clip, did_you_mean


def records_of_host(records: List[Record], host: Optional[str]) -> List[Record]:
    """Those of that machine; of every one for None and all. UsageError lists the machines that there are."""
    if host in (None, "all"):
        return records
    hosts = sorted({record.host for record in records})
    if host not in hosts and hosts:
        word = clip(clean(str(host)), 60)
        raise UsageError(f"--host: nothing is known of '{word}'{did_you_mean(word, hosts)}; "
                         f"there are {', '.join(map(clean, hosts))} and all")
    return [record for record in records if record.host == host]


def used_on_host(used: List[UsageRow], host: Optional[str]) -> List[UsageRow]:
    """What was used on that machine; on every one for None and all."""
    return used if host in (None, "all") else [row for row in used if row.host == host]
