"""The one line for tmux, prompts and bars."""

from typing import List, Optional

from ccmon import text
from ccmon.model import Snapshot
from ccmon.text import Charset
from ccmon.views.scene import figure
from ccmon.when import Zone, local

DAY_S = 86_400
NO_DATA, MISSING, FAILED = "CC -", "CC ! ccusage missing", "CC ! no data"


def render(snapshot: Snapshot, zone: Zone, charset: Charset) -> str:
    """One line without a newline, never empty: no data yet, missing, idle, active; `~` and the age when it is old."""
    return " ".join(groups(snapshot, zone))


def groups(snapshot: Snapshot, zone: Zone) -> List[str]:
    """The words of the line; what stands in one group is never parted."""
    if not snapshot.active and snapshot.source.missing:
        return [MISSING]
    codes = {notice.code for notice in snapshot.warnings}
    if snapshot.session is None and (snapshot.age_s is None or "store_failed" in codes):
        return [FAILED if snapshot.source.error else NO_DATA]
    words = [*_state(snapshot, zone), f"reset {_hour(snapshot.reset.at, zone)}"]
    if "stale" in codes:
        words[0] = "~" + words[0]
        words.append(f"{text.duration(snapshot.age_s or 0)} old")
    return words


def _state(snapshot: Snapshot, zone: Zone) -> List[str]:
    if not snapshot.active or snapshot.session is None or snapshot.percent is None:
        return ["CC", "idle"]
    over = "!" if snapshot.percent > 100 else ""
    used = f"{text.short_count(snapshot.session.tokens)}/{text.short_count(snapshot.limit.tokens)}"
    words = ["CC", f"{int(snapshot.percent)}%{over}", used, f"{figure(snapshot.burn_per_min)}/min"]
    out_at = runs_out(snapshot)
    return words if out_at is None else [*words, f"out {_hour(out_at, zone)}"]


def runs_out(snapshot: Snapshot) -> Optional[int]:
    """Epoch s when the tokens are used up; None when that is so far off that the hour alone, without its day, misleads."""
    end = snapshot.predicted_end
    return None if end is None or end - snapshot.now > DAY_S else end


def _hour(epoch: int, zone: Zone) -> str:
    return local(epoch, zone).strftime("%H:%M")
