"""Claude Code's row: its own model, context and official percentages, then ccmon's words, as far as there is room.

The line's short cut loads this file: it imports nothing slow. Times are counted down, so that it needs no time zone.
"""

from ccmon.sources import session_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NOTHING = "CC -"
LATER, MARKUP = -1, -2                # instead of cells, as in fields.py
MOST_OTHERS = 3
FIELDS = ("context", "session_model", "session_cost", "cache", "cache_hit", "cache_tokens", "official_5h", "official_7d")
PARTS = ("percent", "left", "reset", "label")              # of w.NAME.
_BINDING = {"binding": "label", "binding.percent": "percent", "binding.left": "left", "binding.reset": "reset"}


def compose(record: "Any", document: "Any", cells: int, now: float) -> str:
    """The line from the record and Claude Code's document, in at most that many cells; SGR colours where the record has them."""
    record = record if isinstance(record, dict) else {}
    if record.get("cells"):
        cells = min(cells, record["cells"])
    windows, shown = windows_of(record, document, now)
    if record.get("pieces"):
        return _filled(record, document, windows, shown, cells, now) or NOTHING[:cells]
    return _joined(_items(record, document, windows, shown, now, cells), record.get("gap", " | "), cells)


def windows_of(record: "Any", document: "Any", now: float) -> "tuple[dict[str, tuple[float, int]], bool]":
    """The windows of this session's account, and whether that is the one that every view shows.

    Idle sessions repeat old values, and accounts may share a folder.
    """
    accounts = [_settled(account, now) for account in [record.get("official"), *(record.get("others") or [])]]
    reported = session_json.windows(document)
    current = {name: one for name, one in reported.items() if session_json.is_possible(name, *one, now)}
    stale = record.get("stale") or []
    changed = {name: one for name, one in current.items() if [name, *one] not in stale}
    # A week shows whose it is when it is over, too.
    week = {name: one for name, one in reported.items() if name == "seven_day" and one[1] <= now}
    owner = _same(accounts, {**week, **current}, now)
    if owner is None:
        owner = _same(accounts, {**week, **changed}, now)
    if owner is None:
        owner = {} if changed or week else accounts[0]
    shown = owner is accounts[0] or not accounts[0]
    return {name: _newer(changed.get(name), owner.get(name)) for name in [*owner, *changed]}, shown


def _newer(one: "Any", other: "Any") -> "Any":
    """Of two values of one window the higher; that of the window that ends later where these are two."""
    if one is None or other is None or one == other:
        return one or other
    apart_s = one[1] - other[1]
    if -session_json.JITTER_S <= apart_s <= session_json.JITTER_S:
        return max(one, other)
    return one if apart_s > 0 else other


def binding_of(record: "Any", windows: "Any", shown: bool) -> str:
    """Name of the window that decides how much is left, by the percentages of this call; "" where there are none.

    As long as none is used up it is the one that the record names: that one knows of forecasts, and does not flap.
    """
    noted = record.get("binding") or "" if shown else ""
    whole = [name for name in windows if name == noted or session_json.scope(name) == "account"]
    used, name = max([(windows[name][0], name) for name in whole], default=(0.0, ""))
    if used >= 100:
        full = [name for name in whole if windows[name][0] >= 100]
        return max([(windows[name][1], session_json.scope(name) == "account", name == noted, name) for name in full])[-1]
    if noted and (noted in whole or used < session_json.NEAR_PERCENT or record.get("by_tokens")):
        return noted
    if used >= session_json.NEAR_PERCENT:
        return name
    session = "five_hour" in whole or shown and record.get("by_tokens")
    return "five_hour" if session else "seven_day" if "seven_day" in whole else name


def _settled(account: "Any", now: float) -> "dict[str, tuple[float, int]]":
    """The stored windows that still run."""
    windows = account if isinstance(account, dict) else {}
    return {name: tuple(one) for name, one in windows.items() if one and one[1] > now}


def _same(accounts: "list[Any]", windows: "Any", now: float) -> "Any":
    """The account that has these windows, most of them where several have; None when it is another one."""
    fits = [(session_json.same_resets(account, windows, now), account) for account in accounts]
    return max([fit for fit in fits if fit[0] and all(fit[0].values())], key=lambda fit: len(fit[0]), default=(None, None))[1]


def _items(record: "Any", document: "Any", windows: "Any", shown: bool, now: float, cells: int) -> "list[Any]":
    """(rank, text, SGR): the highest rank is left out first; an error always fits."""
    model, context = session_json.model(document), session_json.context_percent(document)
    cost_usd = session_json.cost_usd(document)
    items: "list[Any]" = [(2, model, record.get("strong", ""))] if model else []
    if context is not None:
        items.append((1, "ctx " + _percent(context), _colour(record, context)))
    binding = binding_of(record, windows, shown)
    for rank, name in _ranked(binding, windows):
        used, resets_at = windows[name]
        text = session_json.label(name) + " " + _percent(used)
        until = " (" + duration(resets_at - now) + ")"
        items.append((rank, text if name == binding and len(text + until) > cells else text + until, _colour(record, used)))
        items += _ahead(record, name, used, resets_at, shown)
    if record.get("extra") and shown and windows.get(binding, (0, 0))[0] >= 100:
        items.append((1.5, record["extra"], ""))
    if cost_usd is not None:
        items.append((4, usd(cost_usd), ""))
    cache = cache_words(session_json.prompt_cache(document, now), now)
    if cache:
        items.append((4.5, cache, ""))
    if record.get("error"):
        return [*items, (-1, record["error"][:cells], "")]
    session = "five_hour" in windows
    own = record.get("beside" if session else "words") or ([] if items else [[NOTHING, ""]])
    return items + [(0.5 if at == 0 and not session else 5 + at, text, sgr) for at, (text, sgr) in enumerate(own)]


def _ahead(record: "Any", name: str, used: float, resets_at: int, shown: bool) -> "list[Any]":
    """When that window runs out, or that it lasts, as the record says of the one that binds, and of no later one."""
    of, until, text, sgr = record.get("ahead") or ("", 0, "", "")
    same = shown and name == of and used < 100 and -session_json.JITTER_S <= resets_at - until <= session_json.JITTER_S
    return [(2.2, text, sgr)] if same else []


def _ranked(binding: str, windows: "Any") -> "list[tuple[float, str]]":
    """(rank, name) of the windows that are shown: the 5 hours, the week, and of others those that are nearly used up. The
    binding one comes first.
    """
    ranks = {"five_hour": 0.0, "seven_day": 3.0}
    names = [name for name in ranks if name in windows]
    others = [name for name, one in windows.items()
              if name not in ranks and (one[0] >= session_json.NEAR_PERCENT or name == binding)]
    names += sorted(others, key=lambda name: (name != binding, -windows[name][0]))[:MOST_OTHERS]
    return [(-0.5 if name == binding else ranks.get(name, 2.5), name) for name in names]


def _joined(items: "list[Any]", gap: str, cells: int) -> str:
    """The items that fit, the lowest ranks first taken, in their own order."""
    taken: "set[int]" = set()
    room = cells + len(gap)
    for at in sorted(range(len(items)), key=lambda at: (items[at][0], at)):
        if len(items[at][1]) + len(gap) <= room:
            room -= len(items[at][1]) + len(gap)
            taken.add(at)
    if not taken and items:
        text = str(min(items)[1])
        words = text[:cells].rpartition(" ")[0] if text[cells:cells + 1] not in ("", " ") else ""
        return words or text[:cells]   # half a number would be another number
    return gap.join([_painted(items[at][1], items[at][2]) for at in sorted(taken)])


def is_later(field: str) -> bool:
    """Whether a template's field is filled in here."""
    return field in FIELDS or field in _BINDING or field[:2] == "w."


def name_and_part(field: str) -> "tuple[str, str]":
    """Of w.NAME.PART."""
    name, _, part = field[2:].rpartition(".")
    return name, part


def window_part(part: str, label: str, percent: "float | None", left_s: float) -> str:
    """What w.NAME.label, .percent and .left stand for."""
    if part == "label":
        return label
    if part == "left":
        return duration(left_s)
    return "-" if percent is None else str(int(percent))


def _fields(document: "Any", windows: "Any", now: float) -> "dict[str, str]":
    """What a template's fields stand for that only this call knows."""
    context, cost_usd = session_json.context_percent(document), session_json.cost_usd(document)
    values = ["-" if context is None else str(int(context)), session_json.model(document) or "-",
              "-" if cost_usd is None else usd(cost_usd), *cache_values(session_json.prompt_cache(document, now), now)]
    values += [str(int(windows[name][0])) if name in windows else "-" for name in session_json.WINDOWS_S]
    return dict(zip(FIELDS, values))


def _of_window(record: "Any", field: str, windows: "Any", shown: bool, now: float) -> str:
    """What w.NAME.PART and the fields of the binding window stand for."""
    name, part = (binding_of(record, windows, shown), _BINDING[field]) if field in _BINDING else name_and_part(field)
    if part not in PARTS:
        return "?"
    if name not in windows:            # only tokens count the session, the same for all
        return str((record.get("said") or {}).get(field, "-")) if shown and field in _BINDING else "-"
    used, resets_at = windows[name]
    if part == "reset":                # its clock time needs a time zone: the record has those of the windows that it knows
        clocks = record.get("clocks") or {}
        times = [clocks.get(str(resets_at + late_s)) for late_s in (0, -60, 60)]
        return next((text for text in times if text), "-")
    return window_part(part, session_json.label(name), used, resets_at - now)


def _filled(record: "Any", document: "Any", windows: "Any", shown: bool, cells: int, now: float) -> str:
    """The template's pieces: [cells, text], [MARKUP, text] or [LATER, field]; from the first that does not fit, only markup."""
    fields, out, seen = _fields(document, windows, now), [], False
    for width, text in record["pieces"]:
        if width == MARKUP:
            out.append(text)
            continue
        if width == LATER:
            text = fields.get(text) or _of_window(record, text, windows, shown, now)
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
    return str(int(value)) + "%" + ("!" if value >= session_json.NEAR_PERCENT else "")


def cache_values(cache: "Any", now: float) -> "tuple[str, str, str]":
    """What {cache}, {cache_hit} and {cache_tokens} stand for: warm 4m or cold; per cent; tokens that are paid again after it.

    cache: as session_json.prompt_cache and model.PromptCache have it, or None.
    """
    if cache is None:
        return "-", "-", "-"
    expires_at, _, tokens, hit_percent = cache
    state = "warm " + duration(expires_at - now) if expires_at > now else "cold"
    return state, "-" if hit_percent is None else str(hit_percent), "-" if tokens is None else short_count(tokens)


def cache_words(cache: "Any", now: float) -> str:
    """cache warm 4m; cache cold 45k, with the tokens that the next message pays again; "" without a cache."""
    state, _, tokens = cache_values(cache, now)
    if cache is None:
        return ""
    return "cache " + state + (" " + tokens if state == "cold" and tokens not in ("-", "0") else "")


def short_count(tokens: int) -> str:
    """950, 9.2k, 45k or 1.1M, as text.short_count writes it."""
    scaled, units = float(tokens), ["", "k", "M", "G"]
    while scaled >= 999.5 and units[1:]:
        scaled, units = scaled / 1000, units[1:]
    fine = scaled < 9.95 and units[0]
    return (f"{scaled:.1f}".replace(".0", "") if fine else f"{scaled:.0f}") + units[0]


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
