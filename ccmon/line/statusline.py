"""The one line for tmux, prompts and bars."""

from typing import List, NamedTuple, Optional, Sequence, Union

from ccmon import text
from ccmon.model import NO_CCUSAGE, Binding, Credits, Snapshot, Window
from ccmon.text import Span
from ccmon.usage.binding import NEAR, SESSION
from ccmon.usage.outlook import is_likelihood
from ccmon.views.screen.scene import figure
from ccmon.when import Zone, clock_text, hour_text

DAY_S = 86_400
NO_LOGS = "no logs yet"
MOST_MODELS = 20                       # named in a line or beside it
MOST_ADDITIONS = 2                     # windows beside the session
EMPTY = {"none": "-", "missing": "! ccusage missing", "failed": "! no data"}    # states without numbers


class Group(NamedTuple):
    """Words that are never parted, and their rank: where there is no room, the highest is left out first."""

    span: Span
    rank: int


def render(snapshot: Snapshot, zone: Zone) -> str:
    """The whole line as plain text, without a newline; never empty."""
    return " ".join(word.text for word in groups(snapshot, zone))


def groups(snapshot: Snapshot, zone: Zone) -> List[Span]:
    """The words of the line with their roles, never none; what stands in one group is never parted."""
    return [group.span for group in ranked(snapshot, zone)]


def ranked(snapshot: Snapshot, zone: Zone) -> List[Group]:
    """The groups of the line: the window that binds is left out last, whatever stands before it."""
    return _with_age(_used_up(snapshot, zone) or [*_session(snapshot, zone), *_additions(snapshot, zone)], snapshot)


def session_words(snapshot: Snapshot, zone: Zone) -> List[Span]:
    """The words of the line without those about other windows than the session's."""
    return [group.span for group in _with_age(_session(snapshot, zone), snapshot)]


def fitting(found: Sequence[Group], cells: int) -> List[Span]:
    """As many groups as fit with a blank between them; at least the beginning of the first."""
    kept: List[int] = []
    for at in sorted(range(len(found)), key=lambda at: found[at].rank):
        if text.width(" ".join(found[n].span.text for n in (*kept, at))) > cells:
            break
        kept.append(at)
    first = found[0].span
    return [found[at].span for at in sorted(kept)] or [Span(text.clip(first.text, cells), first.role)]


def state_of(snapshot: Snapshot) -> str:
    """missing, failed, none, stale, idle or active."""
    codes = {notice.code for notice in snapshot.warnings}
    if not snapshot.active and snapshot.source.missing:
        return "missing"
    if snapshot.session is None and (snapshot.age_s is None or "store_failed" in codes):
        return "failed" if snapshot.source.error else "none"
    return "stale" if "stale" in codes else "active" if snapshot.active else "idle"


def empty_words(snapshot: Snapshot) -> str:
    """What stands in place of numbers; Claude Code's logs alone suffice, so that nothing is missing where there are none yet."""
    is_new = snapshot.source.error == NO_CCUSAGE and snapshot.session is None and snapshot.age_s is None
    return NO_LOGS if is_new else EMPTY[state_of(snapshot)]


def _with_age(found: List[Group], snapshot: Snapshot) -> List[Group]:
    """Old data are marked at both ends."""
    if state_of(snapshot) != "stale":
        return found
    first = found[0]
    return [first._replace(span=Span("~" + first.span.text, "warn")), *found[1:],
            Group(Span(f"{text.duration(snapshot.age_s or 0)} old", "warn"), 9)]


def _session(snapshot: Snapshot, zone: Zone) -> List[Group]:
    """What is known of the 5 hours."""
    state = state_of(snapshot)
    if state in EMPTY:
        words = empty_words(snapshot)
        return [Group(Span("CC", "label"), 1), Group(Span(words, "warn" if words[0] == "!" else "dim"), 2)]
    reset = Span(f"reset {hour_text(snapshot.reset.at, zone)}", "label")
    return [*_numbers(snapshot, zone), Group(reset, 3 if snapshot.active and is_over(snapshot) else 8)]


def _numbers(snapshot: Snapshot, zone: Zone) -> List[Group]:
    if not snapshot.active or snapshot.session is None or snapshot.percent is None:
        return [Group(Span("CC", "label"), 1), Group(Span("idle", "value"), 2)]
    over = is_over(snapshot)
    percent = Span(f"{int(snapshot.percent)}%{'!' * over}", "danger" if over else text.level_role(snapshot.percent))
    used = f"{text.short_count(snapshot.session.tokens)}/{about(snapshot, snapshot.capacity)}"
    credit = usable_credit(snapshot) if over and snapshot.percent_source == "official" else None
    return [Group(Span("CC", "label"), 1), Group(percent, 2), *([Group(_extra(credit), 3)] if credit else []),
            Group(Span(used, "value"), 4), Group(Span(f"{figure(snapshot.burn_per_min)}/min", "label"), 6),
            *(Group(span, 7) for span in ([] if _other_binds(snapshot) else _out(snapshot, zone)))]


# --- other windows than the session's ------------------------------------------------------------------------------------

def _used_up(snapshot: Snapshot, zone: Zone) -> List[Group]:
    """The line where a window is used up, so that nothing else matters; nothing where that is the running session's."""
    bound, state = snapshot.binding, state_of(snapshot)
    if bound is None or bound.why != "full" or bound.name == SESSION and snapshot.active:
        return []
    credit = usable_credit(snapshot)
    until = Span(f"until {clock_text(bound.resets_at, snapshot.now, zone)}", "label")
    trouble = [Group(Span(empty_words(snapshot), "warn"), 3)] if state in EMPTY and empty_words(snapshot)[0] == "!" else []
    return [Group(Span("CC", "label"), 1), Group(Span(percent_of(bound), "danger"), 0),
            Group(_extra(credit) if credit else until, 2), *trouble]


def usable_credit(snapshot: Snapshot) -> Optional[Credits]:
    """The extra usage on which things go on although a window is used up."""
    bound = snapshot.binding
    found = (one for one in snapshot.credits if one.kind == "extra_usage" and one.left)
    return next(found, None) if bound and bound.why == "full" else None


def _extra(credit: Credits) -> Span:
    return Span(extra_words(credit), "warn")


def extra_words(credit: Credits) -> str:
    """extra $3/$50; extra $3 where there is no limit."""
    if credit.used is None:
        return "extra"
    amounts = (amount for amount in (credit.used, credit.limit) if amount is not None)
    return "extra " + "/".join(text.money(amount, credit.currency) for amount in amounts)


def _additions(snapshot: Snapshot, zone: Zone) -> List[Group]:
    """The window that binds and those that are nearly used up: first those of the account, then those of one model."""
    bound = snapshot.binding
    binding = bound.name if bound and _other_binds(snapshot) else ""
    shown = [one for one in snapshot.windows if one.name == binding or one.percent >= NEAR and not _is_headline(one, snapshot)]
    shown.sort(key=lambda one: (one.name != binding, one.scope != "account", -one.percent))
    found: List[Group] = []
    for one in shown[:MOST_ADDITIONS]:
        found.append(Group(Span(percent_of(one), role_of(one.percent)), 0 if one.name == binding else 5))
        if bound and one.name == binding and bound.why == "runs_out" and bound.forecast:
            found.append(Group(Span(f"out {clock_text(bound.forecast.median, snapshot.now, zone)}", "warn"), 3))
    return found


def _other_binds(snapshot: Snapshot) -> bool:
    """Whether another window than the session's decides, so that the session's end says little."""
    bound = snapshot.binding
    return bound is not None and bound.name != SESSION and bound.why != "session"


def _is_headline(one: Window, snapshot: Snapshot) -> bool:
    """Whether the line's own percentage is that of the window already."""
    return one.name == SESSION and snapshot.active and snapshot.percent_source == "official"


def percent_of(one: Union[Binding, Window]) -> str:
    """7d 84%!, with a mark from 80 % on."""
    used = one.percent or 0
    return f"{one.label} {int(used)}%{'!' * (used >= NEAR)}"


def role_of(percent: Optional[float]) -> str:
    """The role of what Claude itself says: at 100 % nothing is left."""
    return "danger" if percent is not None and percent >= 100 else text.level_role(percent)


def tightest_percent(snapshot: Snapshot) -> Optional[float]:
    """The percentage of the window that binds; None where nothing is known."""
    return snapshot.binding.percent if snapshot.binding else snapshot.percent


def tightest_role(snapshot: Snapshot) -> str:
    """The role of the window that binds."""
    bound = snapshot.binding
    return "danger" if bound and bound.why == "full" else text.level_role(tightest_percent(snapshot))


# --- the session's ---------------------------------------------------------------------------------------------------------

def _out(snapshot: Snapshot, zone: Zone) -> List[Span]:
    """When it runs out; how likely that is where it is known, and then only what is likely."""
    runway = snapshot.runway
    if runway and is_likelihood(runway):
        at = f"out {hour_text(runway.median, zone)} {text.percent(round(100 * runway.probability)).replace(' ', '')}"
        return [Span(at, "warn")] if runway.probability >= 0.5 else []
    out_at = runs_out(snapshot)
    early = out_at is not None and out_at < snapshot.reset.at
    return [] if out_at is None else [Span(f"out {hour_text(out_at, zone)}", "warn" if early else "label")]


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
