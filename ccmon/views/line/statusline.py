"""The one line for tmux, prompts and bars."""

from __future__ import annotations

from ccmon import text
from ccmon.model import NEAR_PERCENT, Binding, Credits, Snapshot, Window
from ccmon.quick_typing import List, NamedTuple, Optional, Sequence, Union
from ccmon.text import Span
from ccmon.usage.binding import LIKELY, SESSION
from ccmon.usage.outlook import is_likelihood
from ccmon.usage.windows import opens_at
from ccmon.views.layout import rate_text
from ccmon.when import Zone, clock_text, hour_text

NO_LOGS = "no logs yet"
MOST_MODELS = 20                       # named in a line or beside it
MOST_ADDITIONS = 2                     # windows beside the session
LEAST_SURE, SURE = 50, 95              # percent: below the first a claim is none, from the second on it needs no number
EMPTY = {"none": "-", "missing": "! ccusage missing", "failed": "! no data"}    # states without numbers


class WordGroup(NamedTuple):
    """Words that are never parted, and their rank: where there is no room, the highest is left out first."""

    span: Span
    rank: int


def groups(snapshot: Snapshot, zone: Zone) -> List[Span]:
    """The words of the line with their roles, never none; what stands in one group is never parted."""
    return [group.span for group in ranked(snapshot, zone)]


def ranked(snapshot: Snapshot, zone: Zone) -> List[WordGroup]:
    """The groups of the line: the window that binds is left out last, whatever stands before it."""
    return _with_age(_used_up(snapshot, zone) or [*_session(snapshot, zone), *_additions(snapshot, zone)], snapshot)


def session_words(snapshot: Snapshot, zone: Zone) -> List[Span]:
    """The words of the line without those about other windows than the session's."""
    return [group.span for group in _with_age(_session(snapshot, zone), snapshot)]


def fitting(all_groups: Sequence[WordGroup], cells: int) -> List[Span]:
    """As many groups as fit with a blank between them; at least the beginning of the first."""
    taken: List[int] = []
    for at in sorted(range(len(all_groups)), key=lambda at: all_groups[at].rank):
        if text.width(" ".join(all_groups[n].span.text for n in (*taken, at))) > cells:
            break
        taken.append(at)
    first = all_groups[0].span
    return [all_groups[at].span for at in sorted(taken)] or [Span(text.clip(first.text, cells), first.role)]


def state_of(snapshot: Snapshot) -> str:
    """missing, failed, none, stale, idle or active."""
    codes = {notice.code for notice in snapshot.warnings}
    if not snapshot.active and snapshot.source.missing:
        return "missing"
    if snapshot.session is None and (snapshot.age_s is None or "store_failed" in codes):
        return "failed" if snapshot.source.error else "none"
    return "stale" if "stale" in codes else "active" if snapshot.active else "idle"


def empty_words(snapshot: Snapshot) -> str:
    """The words instead of numbers; Claude Code's logs alone suffice, so that nothing is missing where there are none yet."""
    is_new = snapshot.source.not_installed and snapshot.session is None and snapshot.age_s is None
    return NO_LOGS if is_new else EMPTY[state_of(snapshot)]


def _with_age(all_groups: List[WordGroup], snapshot: Snapshot) -> List[WordGroup]:
    """Old data are marked at both ends."""
    if state_of(snapshot) != "stale":
        return all_groups
    first = all_groups[0]
    return [first._replace(span=Span("~" + first.span.text, "warn")), *all_groups[1:],
            WordGroup(Span(f"{text.duration(snapshot.age_s or 0)} old", "warn"), 10)]


def _session(snapshot: Snapshot, zone: Zone) -> List[WordGroup]:
    """The words about the 5 hours."""
    state = state_of(snapshot)
    if state in EMPTY:
        words = empty_words(snapshot)
        return [WordGroup(Span("CC", "label"), 1), WordGroup(Span(words, "warn" if words[0] == "!" else "dim"), 2)]
    rank = 3 if snapshot.active and is_over(snapshot) else 9
    reset = [] if snapshot.reset.is_reference else [WordGroup(Span(f"reset {hour_text(snapshot.reset.at, zone)}", "label"), rank)]
    return [*_numbers(snapshot, zone), *reset]


def _idle(snapshot: Snapshot, zone: Zone) -> List[WordGroup]:
    """Since when nothing is used, where there is no reset."""
    since = idle_since(snapshot) if snapshot.reset.is_reference else None
    words = [] if since is None else [WordGroup(Span(f"since {clock_text(since, snapshot.now, zone)}", "label"), 4)]
    return [WordGroup(Span("CC", "label"), 1), WordGroup(Span("idle", "value"), 2), *words]


def idle_since(snapshot: Snapshot) -> Optional[int]:
    """Epoch s of the last use; None where a session runs, and where there was none."""
    return None if snapshot.active or snapshot.session is None else snapshot.session.used_until(snapshot.now)


def _numbers(snapshot: Snapshot, zone: Zone) -> List[WordGroup]:
    if not snapshot.active or snapshot.session is None or snapshot.percent is None:
        return _idle(snapshot, zone)
    over = is_over(snapshot)
    percent = Span(f"{int(snapshot.percent)}%{mark(snapshot.percent)}", "danger" if over else text.level_role(snapshot.percent))
    used = f"{text.short_count(snapshot.session.tokens)}/{about(snapshot, snapshot.capacity)}"
    credit = usable_credit(snapshot) if over and snapshot.percent_source == "official" else None
    paid = [WordGroup(Span(extra_words(credit), "warn"), 3)] if credit else []
    return [WordGroup(Span("CC", "label"), 1), WordGroup(percent, 2), *paid, WordGroup(Span(used, "value"), 4),
            WordGroup(Span(f"{rate_text(snapshot.burn_per_min)}/min", "label"), 6),
            *(WordGroup(span, rank) for rank, span in enumerate([] if _other_binds(snapshot) else outlook(snapshot, zone), 7))]


# --- other windows than the session's ------------------------------------------------------------------------------------

def _used_up(snapshot: Snapshot, zone: Zone) -> List[WordGroup]:
    """The line where a window is used up, so that nothing else matters; nothing where that is the running session's."""
    bound, state = snapshot.binding, state_of(snapshot)
    if bound is None or bound.why != "full" or bound.name == SESSION and snapshot.active:
        return []
    credit = usable_credit(snapshot)
    until = Span(f"until {clock_text(bound.resets_at, snapshot.now, zone)}", "label")
    trouble = [WordGroup(Span(empty_words(snapshot), "warn"), 3)] if state in EMPTY and empty_words(snapshot)[0] == "!" else []
    return [WordGroup(Span("CC", "label"), 1), WordGroup(Span(percent_of(bound), "danger"), 0),
            WordGroup(Span(extra_words(credit), "warn") if credit else until, 2), *trouble]


def usable_credit(snapshot: Snapshot) -> Optional[Credits]:
    """The extra usage on which things go on although a window is used up."""
    bound = snapshot.binding
    usable = (one for one in snapshot.credits if one.kind == "extra_usage" and one.left)
    return next(usable, None) if bound and bound.why == "full" else None


def extra_words(credit: Credits) -> str:
    """extra $3/$50; extra $3 where there is no limit."""
    if credit.used is None:
        return "extra"
    amounts = (amount for amount in (credit.used, credit.limit) if amount is not None)
    return "extra " + "/".join(text.money(amount, credit.currency) for amount in amounts)


def _additions(snapshot: Snapshot, zone: Zone) -> List[WordGroup]:
    """The window that binds and those that are nearly used up: first those of the account, then those of one model."""
    bound = snapshot.binding
    binding = bound.name if bound and _other_binds(snapshot) else ""
    headline = SESSION if snapshot.active and snapshot.percent_source == "official" else ""     # the line has its percentage
    shown = [one for one in snapshot.windows if one.name == binding or one.percent >= NEAR_PERCENT and one.name != headline]
    shown.sort(key=lambda one: (one.name != binding, one.scope != "account", -one.percent))
    additions: List[WordGroup] = []
    for one in shown[:MOST_ADDITIONS]:
        additions.append(WordGroup(Span(percent_of(one), role_of(one.percent)), 0 if one.name == binding else 5))
        if one.name == binding:
            additions += [WordGroup(span, 3) for span in ahead(snapshot, zone)]
    return additions


def ahead(snapshot: Snapshot, zone: Zone) -> List[Span]:
    """When the window that binds runs out; of the session also that it lasts, and how likely either is."""
    bound = snapshot.binding
    if not _other_binds(snapshot) or bound is None:
        return outlook(snapshot, zone)
    if bound.why != "runs_out" or bound.forecast is None:
        return []
    return [Span(f"out {clock_text(bound.forecast.median, snapshot.now, zone)}", "warn")]


def _other_binds(snapshot: Snapshot) -> bool:
    """Whether another window than the session's decides, so that the session's end says little."""
    bound = snapshot.binding
    return bound is not None and bound.name != SESSION and bound.why != "session"


def percent_of(one: Union[Binding, Window]) -> str:
    """7d 84%!, with a mark from 80 % on."""
    return f"{one.label} {int(one.percent or 0)}%{mark(one.percent)}"


def mark(percent: Optional[float]) -> str:
    """The sign of a percentage that is nearly used up, for whoever sees no colours."""
    return "!" if percent is not None and percent >= NEAR_PERCENT else ""


def role_of(percent: Optional[float]) -> str:
    """The role of what Claude itself says: at 100 % nothing is left."""
    return "danger" if percent is not None and percent >= 100 else text.level_role(percent)


def tightest_percent(snapshot: Snapshot) -> Optional[float]:
    """The percentage of the window that binds; None where there is none."""
    return snapshot.binding.percent if snapshot.binding else snapshot.percent


def tightest_role(snapshot: Snapshot) -> str:
    """The role of the window that binds."""
    bound = snapshot.binding
    return "danger" if bound and bound.why == "full" else text.level_role(tightest_percent(snapshot))


# --- the session's ---------------------------------------------------------------------------------------------------------

def outlook(snapshot: Snapshot, zone: Zone) -> List[Span]:
    """When the session runs out, or that it lasts to the reset; then how likely that is, where it is known and not sure.

    Nothing where nothing is left, or without a session.
    """
    if not snapshot.active or not snapshot.left or is_over(snapshot):
        return []
    out_at, runway = runs_out(snapshot), snapshot.runway
    words = [Span("lasts", "label") if out_at is None else Span(f"out {hour_text(out_at, zone)}", "warn")]
    if runway and is_likelihood(runway):
        sure = round(100 * (runway.probability if out_at is not None else 1 - runway.probability))
        words += [Span(f"{sure}% likely", words[0].role)] if LEAST_SURE <= sure < SURE else []
    return words


def is_over(snapshot: Snapshot) -> bool:
    """True when nothing is left."""
    return (snapshot.percent or 0) > 100 or snapshot.percent_source == "official" and (snapshot.percent or 0) >= 100


def about(snapshot: Snapshot, tokens: int) -> str:
    """71k, or ~71k when it is converted from another unit."""
    return ("~" if snapshot.about else "") + text.short_count(tokens)


def runs_out(snapshot: Snapshot) -> Optional[int]:
    """Epoch s when the session's tokens are used up; None where they last to the reset, or nothing is left already."""
    runway, end = snapshot.runway, snapshot.predicted_end
    if runway and is_likelihood(runway):
        end = runway.median if runway.probability >= LIKELY and runway.median < runway.resets_at else None
    opens = opens_at(snapshot.windows, snapshot.percent_source, snapshot.reset.at)
    return end if end is not None and end < opens and snapshot.left and not is_over(snapshot) else None
