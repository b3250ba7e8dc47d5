"""The anonymous summary and one's own rank among such summaries, as lines."""

from typing import Iterator, List, Optional, Tuple

from ccmon import text
from ccmon.learning.share import Group, Place, Summary
from ccmon.text import Charset, Line, Span, count, plural
from ccmon.when import DAYS, hour_name

_LABEL = 14
UNITS = {"cost": "cost", "weighted": "weighted tokens"}


def summary(own: Summary, cells: int, dial: int = 24) -> List[Line]:
    """What would be shared, in words, hours by a dial of 12 or 24; the JSON line that follows holds the same."""
    out = [_line("subscription", own.subscription or "not stated: --subscription Pro, Max5, Max20, Teams, Enterprise")]
    out.append(_line("largest", f"{count(own.high_water)} tokens of {plural(own.sessions, 'session')}"))
    out.append(_line("limit", _limit(own)))
    if own.limit and own.unit != "tokens":
        out.append(_line("", f"constant in {UNITS[own.unit]}, not in tokens"))
    out.append(_line("cut off", plural(own.hits, "time")))
    if own.hit_days:
        out.append(_line("", "by weekday: " + ", ".join(f"{day} {part} %" for day, part in zip(DAYS, own.hit_days) if part)))
        out.append(_line("", "by hour: " + ", ".join(f"{hour_name(4 * index, dial)}-{hour_name(4 * index + 4, dial)} {part} %"
                                                     for index, part in enumerate(own.hit_hours) if part)))
    if own.hours:
        out.append(_line("hours of use", text.sparkline(own.hours, Charset(unicode=False)) + "  from 0 to 24"))
    out += [(Span(row, "dim"),) for row in text.wrap(
        "Nothing is sent. There is no name, host, account, path or date in it, and numbers are rounded. Read it, and post the "
        "line below where limits are compared, if you like:", cells)]
    return [text.clip_line(line, cells) for line in out]


def _line(label: str, words: str) -> Line:
    return Span(text.pad(label, _LABEL), "accent"), Span(words)


def _limit(own: Summary) -> str:
    if own.limit is None:
        return "not learned"
    about = "" if own.unit == "tokens" else "about "
    return f"{about}{count(own.limit)} tokens, 90 % interval {count(own.low or 0)}-{count(own.high or 0)}"


# --- one's own rank - ----------------------------------------------------------------------------------------------------

def rank_lines(rank: Place, cells: int) -> List[Line]:
    """The rank first, then a row for each subscription."""
    rows = [row for sentence in _sentences(rank) for row in text.wrap(sentence, cells)]
    table = [(Span(_row(("", "all", "learned", "25 %", "median", "75 %", "median record")), "label"),)] if rank.groups else []
    table += [(Span(_row(_cells(group))),) for group in rank.groups]
    return [text.clip_line(line, cells) for line in [*((Span(row),) for row in rows), *table]]


def _sentences(rank: Place) -> Iterator[str]:
    others = "1 summary" if rank.number == 1 else f"{count(rank.number)} summaries"
    yield others + (f"; {plural(rank.bad, 'other line')} left out." if rank.bad else ".")
    tokens = f"{count(rank.own)} tokens"
    what = f"learned limit, about {tokens}," if rank.by == "limit" else f"largest session of {tokens}"
    if not rank.own:
        yield "Nothing is known of your own limit or sessions yet."
    elif rank.rank is None:
        yield f"Your {what} has nothing to be compared with."
    else:
        alike = f"; {_ranked(*rank.alike)} with your subscription" if rank.alike else ""
        yield f"Your {what} is the {_ranked(rank.rank, rank.of)}{alike} (1 is the largest)."


def _ranked(rank: int, of: int) -> str:
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending} of {of}"


def _cells(group: Group) -> Tuple[str, ...]:
    limits = _three(group.limits)
    half = _three(group.high_waters)[1]
    return (group.name, count(group.number), count(group.learned), *limits, half)


def _three(values: Optional[Tuple[int, int, int]]) -> Tuple[str, ...]:
    return ("-", "-", "-") if values is None else tuple(map(count, values))


def _row(cells: Tuple[str, ...]) -> str:
    wide = (12, 7, 9, 11, 11, 11, 15)
    return text.pad(cells[0], wide[0]) + "".join(f"{cell:>{room}}" for cell, room in zip(cells[1:], wide[1:]))
