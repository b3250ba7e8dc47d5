"""Claude Code's row: its own model, context and official percentages, then ccmon's words, as far as there is room.

The line's short cut loads this file: it imports nothing slow. Times are counted down, so that it needs no time zone.
"""

from ccmon.line import session_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NOTHING = "CC -"
LATER, MARKUP = -1, -2                # in the place of cells, as in fields.py
NEAR = 80                              # percent: from here on every window is worth a place
MOST_OTHERS = 3
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


def windows_of(record: "Any", told: "Any", now: float) -> "dict[str, tuple[float, int]]":
    """What is known of the windows of this session's account: idle sessions repeat old values, accounts may share a folder."""
    accounts = [_settled(account, now) for account in [record.get("official"), *(record.get("others") or [])]]
    said = session_json.windows(told)
    own = {name: one for name, one in said.items() if session_json.possible(name, *one, now)}
    stale = record.get("stale") or []
    news = {name: one for name, one in own.items() if [name, *one] not in stale}
    # A week tells whose it is when it is over, too.
    week = {name: one for name, one in said.items() if name == "seven_day" and one[1] <= now}
    mine = _same(accounts, {**week, **own}, now)
    if mine is None:
        mine = _same(accounts, {**week, **news}, now)
    if mine is None:
        mine = {} if news or week else accounts[0]
    return {name: max(pair for pair in (news.get(name), mine.get(name)) if pair) for name in [*mine, *news]}


def _settled(account: "Any", now: float) -> "dict[str, tuple[float, int]]":
    """The windows that still run, as the store knows them."""
    known = account if isinstance(account, dict) else {}
    return {name: tuple(one) for name, one in known.items() if one and one[1] > now}


def _same(accounts: "list[Any]", windows: "Any", now: float) -> "Any":
    """The account that has these windows, most of them where several have; None when it is another one."""
    fits = [(session_json.alike(account, windows, now), account) for account in accounts]
    return max([fit for fit in fits if fit[0] and all(fit[0].values())], key=lambda fit: len(fit[0]), default=(None, None))[1]


def _items(record: "Any", told: "Any", windows: "Any", now: float, cells: int) -> "list[Any]":
    """(worth, text, SGR): what is worth least is left out first; what is wrong always fits."""
    model, context, cost_usd = session_json.model(told), session_json.context_percent(told), session_json.cost_usd(told)
    items: "list[Any]" = [(2, model, record.get("strong", ""))] if model else []
    if context is not None:
        items.append((1, "ctx " + _percent(context), _colour(record, context)))
    for worth, name in _ranked(record, windows):
        used, resets_at = windows[name]
        text = session_json.label(name) + " " + _percent(used) + " (" + duration(resets_at - now) + ")"
        items.append((worth, text, _colour(record, used)))
    if cost_usd is not None:
        items.append((4, usd(cost_usd), ""))
    if record.get("error"):
        return [*items, (-1, record["error"][:cells], "")]
    session = "five_hour" in windows
    own = record.get("beside" if session else "words") or ([] if items else [[NOTHING, ""]])
    return items + [(0.5 if at == 0 and not session else 5 + at, text, sgr) for at, (text, sgr) in enumerate(own)]


def _ranked(record: "Any", windows: "Any") -> "list[tuple[float, str]]":
    """(worth, name) of the windows that are shown: the 5 hours, the week, and of others those that are nearly used up.

    What binds is worth most, wherever it stands.
    """
    worth = {"five_hour": 0.0, "seven_day": 3.0}
    names = [name for name in worth if name in windows]
    others = [name for name in windows if name not in worth and (windows[name][0] >= NEAR or name == record.get("binding"))]
    names += sorted(others, key=lambda name: -windows[name][0])[:MOST_OTHERS]
    return [(-0.5 if name == record.get("binding") else worth.get(name, 2.5), name) for name in names]


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


def _fields(told: "Any", windows: "Any") -> "dict[str, str]":
    """What a template's fields stand for that only this call knows."""
    context, cost_usd = session_json.context_percent(told), session_json.cost_usd(told)
    values = ["-" if context is None else str(int(context)), session_json.model(told) or "-",
              "-" if cost_usd is None else usd(cost_usd)]
    values += [str(int(windows[name][0])) if name in windows else "-" for name in session_json.WINDOWS_S]
    return dict(zip(FIELDS, values))


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
    return str(int(value)) + "%" + ("!" if value >= NEAR else "")


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
