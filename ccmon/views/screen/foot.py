"""The last rows of the screen: notices, keys, and what the source is doing."""

from operator import itemgetter

from ccmon import text
from ccmon.model import Notice, Snapshot, Source
from ccmon.quick_typing import List, Sequence, Tuple
from ccmon.text import Line, Span
from ccmon.usage.binding import SESSION
from ccmon.usage.windows import name_words
from ccmon.views.screen.scene import Scene

SERIOUS = ("over_limit", "limit_unknown", "source_failed", "store_failed")
KEYS = (("q", "quit", ""), ("r", "refresh", "read the usage now"), ("p", "plan", "next, for this window only"),
        ("h", "history", "the sessions so far"), ("v", "view", "list, chart, heat map, week"),
        ("b", "by", "chart: day, week, month"), ("c", "compact", "the small layout, and back"),
        ("t", "theme", "dark, light and others"), ("L", "limit", "you were cut off just now"), ("a", "account", "the next one"),
        ("?", "help", "this page, and back"))              # the last words for the help page
ALL_KEYS = 92                          # cells from which all of them stand beside a source with its version and age
SPARE_CELLS = 72
HISTORY_KEYS = "vb"                      # keys of one page only
_BY_RANK = "q?rhptc"                  # the last of these gives way first
_LEAD = " ! "
SHORT = {"over_limit": "over the limit", "limit_unknown": "above the record", "near_limit": "near the limit",
         "runs_out_before_reset": "out before reset", "switched_to_custom_max": "now custom_max",
         "switched_to_ml_auto": "now ml_auto", "allocation_changed": "limit changed", "source_failed": "no new data",
         "store_failed": "history not kept", "clock_skew": "check the clock", "stale": "data is old",
         "tokens_include_cache": "cache included",
         "several_active": "more sessions", "blocks_skipped": "sessions skipped"}

WINDOW_SHORT = {"over_limit": "used up", "near_limit": "near limit", "runs_out_before_reset": "runs out",
                "model_over_limit": "used up", "model_near_limit": "near limit"}


def source_words(source: Source, now: int, reading: bool = False, seconds: bool = True) -> str:
    """The source, its version and the age of its data; without seconds where nothing else moves."""
    if source.progress is not None:
        return f"reading all logs, {int(100 * source.progress)} %"
    name = f"{source.name} {source.version}" if source.version else source.name
    if source.reason == "no_ccusage":
        name += " (ccusage fails)" if source.unstarted else " (no ccusage)"
    if source.refreshed is None and source.not_installed:
        return "reading" if reading else "no logs, no ccusage"
    if source.refreshed is None:
        return f"{name}, reading" if reading else f"{name}, no data"
    age_s = max(0, now - source.refreshed)
    if not seconds and age_s < 60:
        return f"{name}, < 1 min"
    return f"{name}, {age_s} s" if age_s < 100 else f"{name}, {text.duration(age_s)}"


def notices(scene: Scene, cells: int, rows: int) -> List[Line]:
    """At most `rows` lines: the answer to a key first, then what is wrong, then how many more there are."""
    waiting = [Notice("", scene.message)] if scene.message else []
    # How good the forecasts have been is for windows with room to spare.
    waiting += [notice for notice in scene.snapshot.warnings if cells >= SPARE_CELLS or notice.code != "score"]
    lines: List[Line] = []
    shown = 0
    for notice in waiting:
        if len(lines) < rows:
            lines += _notice(notice, cells, rows - len(lines))
            shown += 1
    if scene.zone_hint and shown == len(waiting) and cells >= SPARE_CELLS and len(lines) < rows:
        lines += _notice(Notice("zone", scene.zone_hint, True), cells, rows - len(lines))
    if shown < len(waiting) and lines:
        lines[-1] = _counted(lines[-1], len(waiting) - shown, cells)
    return lines


def _notice(notice: Notice, cells: int, rows: int) -> List[Line]:
    words, room = text.printable(notice.text), cells - len(_LEAD) - 1
    pieces = text.wrap(words, max(1, room))
    if len(pieces) > rows:
        pieces = [*pieces[:rows - 1], shorten(" ".join(pieces[rows - 1:]), room)]
    calm = not notice.code or notice.advice
    role = "dim" if notice.code in ("score", "zone") else "accent" if calm else "danger" if notice.code in SERIOUS else "warn"
    first = " " if calm else _LEAD
    return [(Span((first if at == 0 else " " * len(first)) + piece, role),) for at, piece in enumerate(pieces)]


def _counted(line: Line, more: int, cells: int) -> Line:
    end = f" (+{more})"
    words, role = line[0]
    return (Span(shorten(words, cells - len(end) - 1, fixed=len(_LEAD)), role), Span(end, "dim"))


def shorten(words: str, cells: int, fixed: int = 0) -> str:
    """The text, or its beginning up to a word's end with two dots; the first `fixed` characters stay as they are."""
    if text.width(words) <= cells:
        return words
    first = text.wrap(words[fixed:], max(1, cells - fixed - 3))
    return f"{words[:fixed]}{first[0].rstrip(' ,;:.')} .." if first else ""


def brief(snapshot: Snapshot, cells: int) -> List[Line]:
    """The first notice in two or three words, for the smallest windows."""
    for notice in (notice for notice in snapshot.warnings if not notice.advice):
        role = "danger" if notice.code in SERIOUS else "warn"
        label = window_label(notice, snapshot)     # where it is not the session's
        words = _LEAD + (f"{label} {WINDOW_SHORT[notice.code]}" if label else SHORT.get(notice.code, ""))
        if words != _LEAD and text.width(words) <= cells:
            return [(Span(words, role),)]
    return []


def window_label(notice: Notice, snapshot: Snapshot) -> str:
    """Of the window other than the session's that the notice is about, else nothing."""
    names = ((name_words(one.name), one.label) for one in snapshot.windows if one.name != SESSION)
    named = [(len(name), label) for name, label in names if notice.code in WINDOW_SHORT and name in notice.text]
    return max(named, default=(0, ""), key=itemgetter(0))[1]


def keys(scene: Scene, cells: int) -> Line:
    """The keys at the left, the source and its age at the right; those of the highest rank are dropped first."""
    status = text.printable(scene.status)
    beside = text.width(status) + 3 if cells >= SPARE_CELLS else 0     # a narrow window has the keys alone
    shown = (_BY_RANK[:count] for count in range(len(_BY_RANK) - (cells < ALL_KEYS), 0, -1))
    lines = (_listed([(key, word) for key, word, _ in KEYS if key in ranked]) for ranked in shown)
    fitting = next((line for line in lines if text.line_width(line) + beside <= cells), ())
    return _with_status(fitting, status, cells)


def page_keys(pairs: Sequence[Tuple[str, str]], status: str, cells: int) -> Line:
    """The keys of a page, as many as fit beside what stands at the right."""
    lines = (_listed(pairs[:count]) for count in range(len(pairs), 0, -1))
    fitting = next((line for line in lines if text.line_width(line) + text.width(status) + 3 <= cells), ())
    return _with_status(fitting or _listed(pairs[:1]), status, cells)


def _listed(pairs: Sequence[Tuple[str, str]]) -> Line:
    out: List[Span] = []
    for key, word in pairs:
        out += [Span("  " if out else " "), Span(key, "key"), Span(" " + word, "dim")]
    return tuple(out)


def _with_status(left: Line, status: str, cells: int) -> Line:
    fits = status and text.line_width(left) + text.width(status) + 3 <= cells
    if not fits:
        return left if text.line_width(left) <= cells else ()
    return text.spread(left, (Span(status + " ", "dim"),), cells)
