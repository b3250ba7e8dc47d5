"""What must hold whatever is read: one property for each kind of input. test_faults_hostile_data.py tries some, fuzz.py many."""

import json
from typing import Any, Callable, Dict, List, NamedTuple, Sequence, Tuple

import hostile
import scenes
from commands import NOW
from hostile import check_line, check_lines
from hostile_home import COMMANDS, FEW, Home, is_json, is_wide, shared
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from made_facts import made_facts

from ccmon import claude_row
from ccmon.errors import CcmonError
from ccmon.learning import portable, state
from ccmon.learning import share as sharing
from ccmon.model import Block, Source
from ccmon.settings import context
from ccmon.setup import settings_json
from ccmon.sources import ccusage_output, hook, limit_events, log_entries, log_unused, session_json
from ccmon.text import LONGEST_MODEL, Charset, clean, model_for_programs, model_name
from ccmon.usage import compute, official
from ccmon.usage.windows import running
from ccmon.views.line.dialects import DIALECTS
from ccmon.views.screen import dashboard, pages
from ccmon.views.screen.scene import Scene

SIZES = ((80, 24), (40, 10), (20, 5), (1, 1), (200, 50), (72, 9), (3, 3))
MOST = 10 ** 15


Contents = Tuple[List[Any], Dict[str, Any]]        # rows and notes of the store
Calls = Tuple[List[Any], List[str]]                # commands and dialects


class Property(NamedTuple):
    """Something that holds for every input."""

    inputs: SearchStrategy[Any]
    holds: Callable[[Any], None]       # raises AssertionError
    tries: int                         # in the quick form


def begun() -> Home:
    """The home of this process, made anew."""
    home = shared()
    home.begin()
    return home


# --- without a home -----------------------------------------------------------------------------------------------------

def _blocks(answer: bytes) -> Sequence[Block]:
    try:
        return ccusage_output.parse(answer.decode("utf-8-sig", "replace"), NOW).blocks
    except CcmonError as err:
        check_line(str(err))
        return ()


def is_model(name: str) -> bool:
    """An id that can be kept, and shown to people and programs."""
    shown, told = model_name(name), model_for_programs(name)
    return (0 < len(name) <= LONGEST_MODEL and name == clean(name) and "," not in name
            and (shown + told).isascii() and 0 < len(shown) <= 64 and 0 < len(told) <= 64
            and not set(shown) & set("$`\\%#<>'\"{}();&!=*?\n") and not set(told) & set("$`\\%#|<>'\"{}() []/@~"))


def ccusage_is_parsed(answer: bytes) -> None:
    """Blocks that can be, or an error of ours."""
    for block in _blocks(answer):
        numbers = [value for value in block[3:8] if value is not None]
        assert all(isinstance(value, int) and 0 <= value <= 2 * MOST for value in numbers) and block.end > block.start
        assert block.cost_usd is None or 0 <= block.cost_usd <= MOST
        assert all(is_model(name) for name in block.models)


def ccusage_is_shown(given: Tuple[bytes, bytes, str, int, int]) -> None:
    """Every view of the screen, in windows of every size."""
    answer, ledger, plan, width, height = given
    blocks = _blocks(answer)
    facts = made_facts(tuple(blocks), tuple(block.start for block in blocks), source=Source(refreshed=NOW - 2, skipped=1),
                  windows=running(official.load(ledger.decode("utf-8", "replace")).windows, NOW))
    zone = scenes.FixedZone()
    for charset in (Charset(), Charset(False, False)):
        scene = Scene(compute.assess(facts, compute.Options(plan), zone, NOW), zone, charset, "ccusage, 2 s", "a message")
        _show(scene, width, height, blocks)
    check_line(scenes.line_words(scene.snapshot, zone))


def _show(scene: Scene, width: int, height: int, blocks: Sequence[Block]) -> None:
    records = [scenes.Record(block, "max5", 35_000, "plan") for block in reversed(blocks)]
    known = pages.gathered(records, [], scene.zone, NOW)
    for size in (*SIZES, (width, height)):
        check_lines(dashboard.render(scene, *size), *size)
        check_lines(pages.help_page(scene, *size), *size)
    for size in ((80, 24), (20, 5), (1, 1), (width, height)):
        for view in ("list", "chart", "heat map"):
            check_lines(pages.history_page(scene, known, pages.Page(view, "day", 0), *size), *size)


def log_lines_are_read(line: bytes) -> None:
    """Entries that can be, or none."""
    for entry in log_entries.parse(line, "session"):
        assert 0 <= entry.total <= 5 * MOST and (entry.model is None or is_model(entry.model))
    log_unused.unused_kind(line)
    found = limit_events.limit_message(line)
    check_line(found.text + found.model if found else "")


def hook_json_is_joined(given: Tuple[bytes, int]) -> None:
    """One row of at most so many cells."""
    words, cells = given
    told = hook.parse(words.decode("utf-8-sig", "replace"))
    record = {"official": {"five_hour": [50.0, NOW + 60]}, "words": [["CC", ""], ["idle", ""]], "beside": [["5k", ""]]}
    for made in (record, {}):
        check_line(claude_row.compose(made, told, cells, NOW), cells)
    assert all(0 <= used <= 1000 for used, _ in session_json.windows(told).values())


def kept_texts_are_loaded(kept: str) -> None:
    """What was kept as a text is loaded or given up."""
    for load in (official.load, state.load, portable.load):
        load(kept)


def settings_are_edited(given: Tuple[bytes, bytes]) -> None:
    """Claude Code's settings with our line and without it again; whatever is strange is left alone."""
    settings, other = given
    try:
        made = settings_json.with_line(settings, "ccmon")
        assert settings_json.is_own(made) and settings_json.with_line(made, "ccmon") == made
        json.loads(made, parse_int=float)
        settings_json.without_line(made, settings)
        settings_json.without_line(made, other)
    except settings_json.Unfit as err:
        check_line(str(err))


# --- in a home ----------------------------------------------------------------------------------------------------------

def ccusage_goes_through_commands(given: Tuple[bytes, Calls]) -> None:
    """No command but says something clean, and ends."""
    home = begun()
    home.answer, calls = given
    home.check_all(*calls)


def logs_go_through_commands(logs: bytes) -> None:
    """The same of Claude Code's own logs."""
    home = begun()
    (home.project / "11111111-2222-4333-8444-555555555555.jsonl").write_bytes(logs)
    for words, is_right in FEW:
        home.check(f"{words} --source logs" if words.split()[0] != "history" else words, is_right)
    home.check_untouched()


def hook_json_goes_through_the_line(hook_json: bytes) -> None:
    """A row of Claude Code, and what is kept of it for the next refresh."""
    home = begun()
    home.check_dialects(hook_json, ("claude",))
    home.check("record", is_wide)
    home.check("--json", is_json)
    home.check_dialects(hook_json, ("claude", "plain"))


def configuration_is_read(content: bytes) -> None:
    """Settings, or a sentence about the place that is wrong."""
    home = begun()
    home.config.write_bytes(content)
    try:
        context.prepare({}, home.env())
    except CcmonError:
        pass
    for words, is_right in FEW:
        home.check(words, is_right)
    home.check_dialects(names=("plain", "bash", "claude"))
    home.check_untouched()


def store_contents_go_through_commands(given: Tuple[Contents, Calls]) -> None:
    """Rows and notes that are none of ours."""
    home = begun()
    home.poison(*given[0])
    home.check_all(*given[1])


def a_merged_history_is_taken_or_refused(given: Contents) -> None:
    """Rows of another machine."""
    home = begun()
    home.poison(*given)
    merged(home)


def merged(home: Home) -> None:
    """Take the home's history into a new one, twice."""
    other = home.folder / "other.db"
    home.store.replace(other)
    home.check(f"merge {other}", is_wide)
    home.check(f"merge {other}", is_wide)
    for words, is_right in FEW[:2]:
        home.check(words, is_right)
    home.check("history --check", is_wide)


def shared_summaries_are_compared(content: bytes) -> None:
    """Lines that others posted."""
    found, _ = sharing.read(content.decode("utf-8", "replace").splitlines())
    assert all(0 <= one.high_water < 1e12 for one in found)
    home = begun()
    home.check("learn --compare - --json", is_json, content)
    home.check("learn --compare - --subscription max5", is_wide, content)


def series_are_evaluated(content: bytes) -> None:
    """Somebody's CSV file."""
    home = begun()
    home.check("learn --evaluate - --json", is_json, content)
    home.check("learn --evaluate - --at-percent 80,100", is_wide, content)


def spools_are_taken(content: bytes) -> None:
    """What line callers noted, half of it perhaps."""
    home = begun()
    (home.cache / "readings").write_bytes(content)
    home.check("record", is_wide)
    for words, is_right in FEW:
        home.check(words, is_right)


def words_of_the_caller_are_taken(given: Tuple[List[str], Dict[str, str]]) -> None:
    """The argument list and the environment."""
    words, env = given
    home = begun()
    words = [word.replace("\0", "") for word in words]
    env = {f"CCMON_{name}": value.replace("\0", "").encode("utf-8", "replace").decode() for name, value in env.items()}
    shown = home.line(*words, **env)
    assert len(shown.splitlines()) == 1 and "internal error" not in shown
    result = home.call("--once", *words, **env)
    assert result.code in {0, 2, 10, 11, 20, 30}, result
    hostile.check_text(result.out + result.err)


_texts = hostile.texts
_kept = st.sampled_from(sorted(value for value in hostile.NOTES.values() if value[:1] in "[{")).flatmap(
    lambda kept: hostile.damaged(json.loads(kept))).map(json.dumps) | _texts
_plans = st.sampled_from(("pro", "max5", "max20", "custom_max", "ml_auto"))
_calls = st.tuples(st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=8, unique=True),
                   st.lists(st.sampled_from(sorted(DIALECTS)), max_size=2))
_contents = st.tuples(hostile.rows(), hostile.notes())
_words = ("--template", "--max-width", "--format", "--plan", "--timezone", "--reset", "--demo=")
_variables = ("TEMPLATE", "PLAN", "TIMEZONE", "RESET", "LIMIT", "MAX_WIDTH", "THEME", "CCUSAGE", "NOW", "FORMAT", "INTERVAL")
_caller = st.tuples(st.lists(_texts | st.sampled_from(_words), max_size=4),
                    st.dictionaries(st.sampled_from(_variables), _texts, max_size=2))
_shown = st.tuples(hostile.ccusage_answers, _kept.map(lambda kept: kept.encode("utf-8", "replace")), _plans, st.integers(1, 130),
                   st.integers(1, 60))
PROPERTIES: Dict[str, Property] = {made.holds.__name__: made for made in (
    Property(hostile.ccusage_answers, ccusage_is_parsed, 60),
    Property(_shown, ccusage_is_shown, 8),
    Property(hostile.log_lines, log_lines_are_read, 60),
    Property(st.tuples(hostile.hooks, st.integers(1, 120)), hook_json_is_joined, 50),
    Property(_kept, kept_texts_are_loaded, 50),
    Property(st.tuples(hostile.claude_settings, hostile.claude_settings), settings_are_edited, 40),
    Property(st.tuples(hostile.ccusage_answers, _calls), ccusage_goes_through_commands, 6),
    Property(hostile.logs, logs_go_through_commands, 4),
    Property(hostile.hooks, hook_json_goes_through_the_line, 6),
    Property(hostile.configurations(), configuration_is_read, 6),
    Property(st.tuples(_contents, _calls), store_contents_go_through_commands, 8),
    Property(_contents, a_merged_history_is_taken_or_refused, 4),
    Property(hostile.shared_files, shared_summaries_are_compared, 8),
    Property(hostile.series(), series_are_evaluated, 8),
    Property(hostile.spools, spools_are_taken, 4),
    Property(_caller, words_of_the_caller_are_taken, 10),
)}
