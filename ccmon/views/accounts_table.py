"""`ccmon accounts`: the accounts with their windows, as a table, as a list where that is too wide, and as an object."""

from ccmon.model import NEAR_PERCENT, Window
from ccmon.quick_typing import Any, Dict, List, Optional, Sequence, Tuple
from ccmon.text import Line, Span, clean, clip_line, duration, level_role, line_width, pad, printable, spread, width
from ccmon.usage.accounts import ListedAccount
from ccmon.views.document import window_document
from ccmon.when import Zone, clock_text

SCHEMA = 1
NOTHING = ("No account is known here yet. Use Claude Code once, or name a folder of it: ccmon config set accounts.work "
           "~/.claude-work")
HEADINGS = ("account", "plan", "windows", "read", "folder")


def lines(accounts: Sequence[ListedAccount], shown: str, zone: Zone, now: int, home: str, cells: Optional[int]) -> List[Line]:
    """A row each, in at most so many cells (None: as wide as they are); the shown one has a mark."""
    if not accounts:
        return [(Span(NOTHING, "text"),)]
    table = _table(accounts, shown, zone, now, home)
    if cells is not None and max(map(line_width, table)) > cells:
        table = [row for one in accounts for row in _stacked(one, one.name == shown, zone, now, home, cells)]
    other = next((one.name for one in accounts if one.name != shown), None)
    foot: List[Line] = [(Span(f"To see another one: ccmon --account {other}", "dim"),)] if other else []
    return [row if cells is None else clip_line(row, cells) for row in [*table, *foot]]


# --- the table --------------------------------------------------------------------------------------------------------

def _table(accounts: Sequence[ListedAccount], shown: str, zone: Zone, now: int, home: str) -> List[Line]:
    rows = [(("* " if one.name == shown else "  ") + one.name, one.login.plan or "-", _windows(one, zone, now), _age(one, now),
             _folders(one, home)) for one in accounts]
    headings = ("  " + HEADINGS[0], *HEADINGS[1:])
    name_, plan_, age_ = (2 + max(width(word) for word in column)
                          for column in zip(*((row[0], row[1], row[3]) for row in [headings, *rows])))
    windows_ = 2 + max(len(HEADINGS[2]), *(line_width(row[2]) for row in rows))
    room = (name_, plan_, windows_, age_, 0)
    table: List[Line] = [tuple(Span(pad(word, cells), "label") for word, cells in zip(headings, room))]
    for name, plan, windows, age, folders in rows:
        gap = Span(" " * (windows_ - line_width(windows)))
        table.append((Span(pad(name, name_), "value"), Span(pad(plan, plan_)), *windows, gap, Span(pad(age, age_), "dim"),
                      Span(folders, "dim")))
    return table


def _windows(account: ListedAccount, zone: Zone, now: int) -> Line:
    """5h 37% to 18:00, 7d 84%! to Tue 14:18."""
    if not account.windows:
        return (Span("none runs" if account.read_at else "never read", "dim"),)
    out: List[Span] = []
    for one in account.windows:
        out += [Span(", ")] if out else []
        out += [Span(f"{printable(one.label)} ", "label"), _percent(one), Span(f" to {clock_text(one.resets_at, now, zone)}")]
    return tuple(out)


def _percent(one: Window) -> Span:
    """84%!, the tenth dropped."""
    return Span(f"{int(one.percent)}%{'!' if one.percent >= NEAR_PERCENT else ''}", level_role(one.percent))


def _age(account: ListedAccount, now: int) -> str:
    return "-" if account.read_at is None else f"{duration(now - account.read_at)} ago"


def _folders(account: ListedAccount, home: str) -> str:
    """The folders, those of the home with ~; or the machine."""
    if account.is_merged:
        return f"machine {printable(account.owner.host)}"
    lead = home.rstrip("/\\")
    return ", ".join(printable("~" + one[len(lead):] if lead and one[:len(lead) + 1] in (lead + "/", lead + "\\") else one)
                     for one in account.folders)


# --- the list ---------------------------------------------------------------------------------------------------------

def _stacked(account: ListedAccount, is_shown: bool, zone: Zone, now: int, home: str, cells: int) -> List[Line]:
    """The account, and below it a row for each window."""
    plan = f"  {account.login.plan}" if account.login.plan else ""
    head: Tuple[Span, ...] = (Span(("* " if is_shown else "  ") + account.name, "value"), Span(plan))
    age = (Span(_age(account, now), "dim"),) if account.read_at is not None else ()
    rows: List[Line] = [spread(head, age, cells) if line_width(head) + line_width(age) < cells else head]
    if not account.windows:
        rows.append((Span("    "), *_windows(account, zone, now)))
    room = max([width(one.label) for one in account.windows], default=0)
    for one in account.windows:
        percent = _percent(one)
        used = (Span("    " + pad(printable(one.label), room + 2), "label"), Span(pad(percent.text, 6), percent.role))
        reset = (Span(f"to {clock_text(one.resets_at, now, zone)}"),)
        rows += [(*used, *reset)] if line_width((*used, *reset)) <= cells else [used, (Span("      "), *reset)]
    return [*rows, (Span("    " + _folders(account, home), "dim"),)]


# --- for programs -----------------------------------------------------------------------------------------------------

def document(accounts: Sequence[ListedAccount], shown: str, now: int) -> Dict[str, Any]:
    """Times in epoch seconds; login is a short hash, null where nobody knows it, host null for this machine."""
    return {"schema": SCHEMA, "now": now, "accounts": [
        {"name": one.name, "names": list(one.all_names), "shown": one.name == shown, "login": one.login.account or None,
         "plan": one.login.plan or None, "tier": one.login.tier or None, "folders": list(map(clean, one.folders)),
         "host": printable(one.owner.host) if one.is_merged else None, "read_at": one.read_at,
         "age_s": None if one.read_at is None else max(0, now - one.read_at),
         "windows": [window_document(window) for window in one.windows]} for one in accounts]}
