"""The one line for tmux, prompts and bars."""

from typing import List, Optional, Sequence

from ccmon import text
from ccmon.model import Snapshot
from ccmon.text import Span
from ccmon.usage.outlook import is_likelihood
from ccmon.views.screen.scene import figure
from ccmon.when import Zone, local

DAY_S = 86_400
MOST_MODELS = 20                       # named in a line or beside it
EMPTY = {"none": "-", "missing": "! ccusage missing", "failed": "! no data"}    # states without numbers


def render(snapshot: Snapshot, zone: Zone) -> str:
    """The whole line as plain text, without a newline; never empty."""
    return " ".join(word.text for word in groups(snapshot, zone))


def groups(snapshot: Snapshot, zone: Zone) -> List[Span]:
    """The words of the line with their roles, never none; what stands in one group is never parted."""
    state = state_of(snapshot)
    if state in EMPTY:
        return [Span("CC", "label"), Span(EMPTY[state], "dim" if state == "none" else "warn")]
    words = [*_numbers(snapshot, zone), Span(f"reset {_hour(snapshot.reset.at, zone)}", "label")]
    if state == "stale":
        words[0] = Span("~" + words[0].text, "warn")
        words.append(Span(f"{text.duration(snapshot.age_s or 0)} old", "warn"))
    return words


def fitting(words: Sequence[Span], cells: int) -> List[Span]:
    """As many groups as fit with a blank between them; at least the beginning of the first."""
    kept: List[Span] = []
    for word in words:
        if text.width(" ".join(span.text for span in (*kept, word))) > cells:
            break
        kept.append(word)
    return kept or [Span(text.clip(words[0].text, cells), words[0].role)]


def state_of(snapshot: Snapshot) -> str:
    """missing, failed, none, stale, idle or active."""
    codes = {notice.code for notice in snapshot.warnings}
    if not snapshot.active and snapshot.source.missing:
        return "missing"
    if snapshot.session is None and (snapshot.age_s is None or "store_failed" in codes):
        return "failed" if snapshot.source.error else "none"
    return "stale" if "stale" in codes else "active" if snapshot.active else "idle"


def _numbers(snapshot: Snapshot, zone: Zone) -> List[Span]:
    if not snapshot.active or snapshot.session is None or snapshot.percent is None:
        return [Span("CC", "label"), Span("idle", "value")]
    over = "!" if is_over(snapshot) else ""
    used = f"{text.short_count(snapshot.session.tokens)}/{about(snapshot, snapshot.capacity)}"
    words = [Span("CC", "label"), Span(f"{int(snapshot.percent)}%{over}", text.level_role(snapshot.percent)),
             Span(used, "value"), Span(f"{figure(snapshot.burn_per_min)}/min", "label")]
    return words + _out(snapshot, zone)


def _out(snapshot: Snapshot, zone: Zone) -> List[Span]:
    """When it runs out; how likely that is where it is known, and then only what is likely."""
    runway = snapshot.runway
    if runway and is_likelihood(runway):
        at = f"out {_hour(runway.median, zone)} {text.percent(round(100 * runway.probability)).replace(' ', '')}"
        return [Span(at, "warn")] if runway.probability >= 0.5 else []
    out_at = runs_out(snapshot)
    early = out_at is not None and out_at < snapshot.reset.at
    return [] if out_at is None else [Span(f"out {_hour(out_at, zone)}", "warn" if early else "label")]


def is_over(snapshot: Snapshot) -> bool:
    """True when nothing is left."""
    return (snapshot.percent or 0) > 100 or snapshot.percent_source == "official" and (snapshot.percent or 0) >= 100


def about(snapshot: Snapshot, tokens: int) -> str:
    """71k, or ~71k when it is converted from another unit."""
    return ("~" if snapshot.about else "") + text.short_count(tokens)


def runs_out(snapshot: Snapshot) -> Optional[int]:
    """Epoch s when the tokens are used up; None when that is so far off that the hour alone, without its day, misleads."""
    end = snapshot.predicted_end
    return None if end is None or end - snapshot.now > DAY_S else end


def _hour(epoch: int, zone: Zone) -> str:
    return local(epoch, zone).strftime("%H:%M")
