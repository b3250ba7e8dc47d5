"""Claude Code's row: its own model, context and official percentages, then ccmon's words, as far as there is room.

The line's short cut loads this file: it imports nothing slow. Times are counted down, so that it needs no time zone.
"""

from ccmon.line import session_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NOTHING = "CC -"
LATER, MARKUP = -1, -2                # in the place of cells, as in fields.py
FIELDS = ("context", "session_model", "session_cost", "official_5h", "official_7d")    # of a template, filled in here


def compose(record: "Any", told: "Any", cells: int, now: float) -> str:
    """The line from the record and what Claude Code said, in at most that many cells; SGR colours where the record has them."""
    record = record if isinstance(record, dict) else {}
    if record.get("cells"):
        cells = min(cells, record["cells"])
    windows = windows_of(record, told, now)
    if record.get("pieces"):
        return _filled(record, _fields(told, windows), cells) or NOTHING[:cells]
    return _joined(_items(record, told, windows, now, cells), record.get("gap", " | "), cells)


def windows_of(record: "Any", told: "Any", now: float) -> "list[tuple[float, int] | None]":
    """What is known of each window of this session's account: idle sessions repeat old values, accounts may share a folder."""
    names = list(session_json.WINDOWS_S)
    accounts = [_settled(account, names, now) for account in [record.get("official"), *(record.get("others") or [])]]
    said = [session_json.window(told, name) for name in names]
    own = [one if one and session_json.possible(name, *one, now) else None for name, one in zip(names, said)]
    stale = record.get("stale") or []
    news = [one if one and [name, *one] not in stale else None for name, one in zip(names, own)]
    week = [None, said[1] if said[1] and said[1][1] <= now else None]      # tells whose it is when it is over, too
    marks, all_marks = ([one or other for one, other in zip(some, week)] for some in (news, own))
    mine = _same(accounts, all_marks, now) or _same(accounts, marks, now) or (None if any(marks) else accounts[0])
    known = [[one for one in both if one] for both in zip(news, mine or news)]
    return [max(one) if one else None for one in known]


def _settled(account: "Any", names: "list[str]", now: float) -> "list[tuple[float, int] | None]":
    """The windows that still run, as the store knows them."""
    known = [session_json.member(account, name) for name in names]
    return [tuple(one) if one and one[1] > now else None for one in known]


def _same(accounts: "list[Any]", windows: "list[Any]", now: float) -> "Any":
    """The account that has these windows, most of them where several have; None when it is another one."""
    fits = [(session_json.alike(account, windows, now), account) for account in accounts]
    return max([fit for fit in fits if fit[0] and all(fit[0])], key=lambda fit: len(fit[0]), default=(None, None))[1]


def _items(record: "Any", told: "Any", windows: "list[Any]", now: float, cells: int) -> "list[Any]":
    """(worth, text, SGR): what is worth least is left out first; what is wrong always fits."""
    model, context, cost_usd = session_json.model(told), session_json.context_percent(told), session_json.cost_usd(told)
    items = [(2, model, record.get("strong", ""))] if model else []
    if context is not None:
        items.append((1, "ctx " + _percent(context), _colour(record, context)))
    for (worth, name), window in zip(((0, "5h "), (3, "7d ")), windows):
        if window:
            left = " (" + duration(window[1] - now) + ")"
            items.append((worth, name + _percent(window[0]) + left, _colour(record, window[0])))
    if cost_usd is not None:
        items.append((4, usd(cost_usd), ""))
    if record.get("error"):
        return [*items, (-1, record["error"][:cells], "")]
    own = record.get("beside" if windows[0] else "words") or ([] if items else [[NOTHING, ""]])
    return items + [(0.5 if at == 0 and not windows[0] else 5 + at, text, sgr) for at, (text, sgr) in enumerate(own)]


def _joined(items: "list[Any]", gap: str, cells: int) -> str:
    """The items that fit, the worthiest first taken, in their own order."""
    kept: "set[int]" = set()
    room = cells + len(gap)
    for at in sorted(range(len(items)), key=lambda at: (items[at][0], at)):
        if len(items[at][1]) + len(gap) <= room:
            room -= len(items[at][1]) + len(gap)
            kept.add(at)
    if not kept and items:
        return str(min(items)[1])[:cells]
    return gap.join([_painted(items[at][1], items[at][2]) for at in sorted(kept)])


def _fields(told: "Any", windows: "list[Any]") -> "dict[str, str]":
    """What a template's fields stand for that only this call knows."""
    context, cost_usd = session_json.context_percent(told), session_json.cost_usd(told)
    values = ["-" if context is None else str(int(context)), session_json.model(told) or "-",
              "-" if cost_usd is None else usd(cost_usd)]
    return dict(zip(FIELDS, values + [str(int(window[0])) if window else "-" for window in windows]))


def _filled(record: "Any", fields: "dict[str, str]", cells: int) -> str:
    """The template's pieces: [cells, text], [MARKUP, text] or [LATER, field]; from the first that does not fit, only markup."""
    out, seen = [], False
    for width, text in record["pieces"]:
        if width == MARKUP:
            out.append(text)
            continue
        if width == LATER:
            text = fields.get(text, "?")
            width = len(text)
        cells = cells - width if width <= cells else -1
        if cells >= 0:
            out.append(text)
            seen = seen or bool(text.strip())
    return "".join(out) if seen else ""


def _painted(text: str, sgr: str) -> str:
    return sgr + text + "\x1b[0m" if sgr else text


def _colour(record: "Any", percent: float) -> str:
    """The SGR sequence of a percentage's level."""
    return "".join([sgr for least, sgr in record.get("levels", []) if percent >= least][-1:])


def _percent(value: float) -> str:
    return str(int(value)) + "%" + ("!" if value >= 80 else "")


def usd(cost: float) -> str:
    """$1,234.56, as text.usd writes it."""
    return f"${cost:,.2f}"


def duration(seconds: float) -> str:
    """2d 3h, 2h 17m, 17m or 45s, as text.duration writes it."""
    left_s = max(0, int(seconds))
    minutes, hours, days = left_s // 60, left_s // 3600, left_s // 86_400
    if days:
        return f"{days}d {hours % 24}h"
    if hours:
        return f"{hours}h {minutes % 60:02d}m"
    return f"{minutes}m" if minutes else f"{left_s}s"
