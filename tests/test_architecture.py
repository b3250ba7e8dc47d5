"""The import rule and the shape of the project, read from the sources."""

import ast
import re
import subprocess
from functools import lru_cache
from pathlib import Path

import own_sources
import pytest
from commands import ROOT

pytestmark = [pytest.mark.newest_only, own_sources.together]

PACKAGE = ROOT / "ccmon"
FILES = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in PACKAGE.rglob("*.py")}
DOORS = {"line_answer", "line_cache", "locks", "private", "refresher", "settings.config", "sources.ccusage", "sources.cancel",
         "sources.program_search", "sources.log_files", "sources.log_watch", "sources.claude_files",
         "alerts.channels", "fullscreen.screen", "fullscreen.entries", "fullscreen.screen_signals", "fullscreen.terminal",
         "fullscreen.guardian", "fullscreen.keyboard", "setup.prompt_probe",
         *(name for name in FILES if re.match(r"(store|system)\.", name))}
JOINS = {"__main__", "bare_start", "cli", "call", "streams", "output", "settings.accounts", "settings.context",
         "settings.config_file", "sources.log_parts", "sources.log_reader",
         "sources.log_workers", "sources.hook", "fullscreen.app",
         "fullscreen.live", "setup.init", "setup.first_run",
         "setup.prompt_check", "setup.visibility", "setup.tmux_line", "setup.uninstall", "setup.written",
         "setup.dotfiles",
         *(name for name in FILES if re.match(r"(commands|pipeline|doctor)\.(?!check|__)", name))}
PURE = set(FILES) - DOORS - JOINS
STORE = {name for name in DOORS if name.startswith("store.")}                      # one door of several leaves
SCREEN = {name for name in DOORS if name.startswith("fullscreen.")} | {"fullscreen.keys", "settings.themes"}
SAME_DOOR = {("sources.log_watch", "sources.log_files"), ("sources.ccusage", "sources.program_search"),
             ("sources.ccusage", "sources.cancel")}
OPEN_TO_DOORS = {"line_answer", "locks", "model", "errors", "quick_typing", "blake", "sources.ccusage_output", "checked", "text",
                 "typed_values", "when", "private", "system.processes", "system.newfiles", "system.ready",
                 "system.signals", "system.named_files", "system.process_facts"}
IMPURE = {"os", "sys", "time", "sqlite3", "subprocess", "curses", "threading", "io", "pathlib", "shutil", "socket", "signal"}
FORBIDDEN_CALLS = {"print", "open", "input", "exec", "eval"}


def nodes(name):
    """All of the file, the module first."""
    return own_sources.nodes()[name.replace(".", "/")]


@lru_cache(maxsize=None)
def imported(name):
    """The modules that a file imports, those of the package as ccmon.NAME."""
    found = set()
    for node in nodes(name):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} has a relative import"
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {full for full in inner if full.replace("ccmon.", "", 1) in FILES} or {node.module}
    return found


def ours(name):
    """Rooms that a room imports; the version in ccmon itself is no room."""
    return {full[len("ccmon."):] for full in imported(name) if full.startswith("ccmon.")}


def heads(name):
    """The packages that a file imports something of."""
    return {full.split(".")[0] for full in imported(name)}


def called(name):
    """The functions that are called by a plain name."""
    return {node.func.id for node in nodes(name) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def broken(names, rule):
    """By file, what breaks the rule there."""
    found = {name: rule(name) for name in names}
    return {name: what for name, what in found.items() if what}


def test_the_pure_half_imports_only_itself():
    assert broken(PURE, lambda name: (ours(name) - PURE) | (heads(name) & IMPURE)) == {}


def test_the_pure_half_neither_prints_nor_opens():
    assert broken(PURE, lambda name: called(name) & FORBIDDEN_CALLS) == {}


def test_doors_import_only_the_model_texts_and_what_makes_files_and_processes():
    def strange(name):
        allowed = OPEN_TO_DOORS | (STORE if name in STORE else SCREEN if name in SCREEN else set())
        return {room for room in ours(name) if (name, room) not in SAME_DOOR} - allowed
    assert broken(DOORS, strange) == {}


def test_the_cached_line_imports_next_to_nothing_of_ccmon():
    assert (ours("line_answer"), ours("private")) == ({"private"}, set())


def test_only_the_start_imports_the_command_line():
    assert [name for name in FILES if "cli" in ours(name)] == ["__main__"]


def test_curses_is_behind_its_door():
    doors = {"fullscreen.screen", "fullscreen.entries"}
    assert broken(set(FILES) - doors, lambda name: heads(name) & {"curses", "_curses"}) == {}


def test_files_are_short_and_say_what_lives_in_them():
    others = {str(path): path.read_text() for path in (ROOT / "tests").rglob("*.py")}
    texts = {**own_sources.texts(), **others}
    assert [name for name, text in texts.items() if len(text.splitlines()) >= 400] == []
    assert [name for name in FILES if not ast.get_docstring(nodes(name)[0])] == []
    assert [name for name, text in others.items() if not re.match(r'(#!.*\n)?r?"""\S', text)] == []


def test_every_signature_is_typed():
    def untyped(name):
        functions = [node for node in nodes(name) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
        return [node.name for node in functions if node.returns is None or not all(
            a.annotation for a in [*node.args.args, *node.args.kwonlyargs] if a.arg not in ("self", "cls"))]
    assert broken(FILES, untyped) == {}


def test_public_names_are_explained():
    assert broken(FILES, lambda name: [
        node.name for node in nodes(name)[0].body if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and not node.name.startswith("_") and not ast.get_docstring(node)]) == {}


def test_the_top_of_the_project_is_small():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if tracked.returncode:
        pytest.skip("not a clone")
    folders = {Path(line).parts[0] for line in tracked.stdout.splitlines() if "/" in line}
    assert {name for name in folders if not name.startswith(".")} <= {"ccmon", "tests", "man", "completions"}


def test_the_reader_of_imports_sees_what_it_should():
    assert {"sources.cancel", "pipeline.history", "line_answer"} <= ours("pipeline.refresh")
    assert "store.database" in ours("pipeline.history") and "sqlite3" in imported("store.database")
    assert "views.screen.dashboard" in ours("commands.look")


def test_views_are_given_a_snapshot_and_share_their_layout():
    views = [name for name in FILES if name.startswith("views.")]
    facts = {name for name in views for node in nodes(name) if isinstance(node, ast.ImportFrom)
             if node.module == "ccmon.model" and "Facts" in {alias.name for alias in node.names}}
    borrowed = {name for name in views if not name.startswith("views.screen.")
                and any(room.startswith("views.screen.") for room in ours(name))}
    assert (facts, borrowed) == (set(), set())


def test_statistics_is_loaded_by_the_report_alone():
    assert {name for name in FILES if "statistics" in imported(name)} <= {"history.digest"}   # dear, nobody else needs it


def test_folders_import_downwards_as_the_picture_in_contributing_shows_them():
    picture = (ROOT / "CONTRIBUTING.md").read_text().split("```text\n", 1)[1].split("```", 1)[0]
    floors = re.findall(r"^  ([a-z]+)/ ", picture, re.MULTILINE)
    assert sorted(floors) == sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))
    up = set()
    for name in FILES:
        here = name.split(".")[0]
        for there in {room.split(".")[0] for room in ours(name)}:
            if here in floors and there in floors and floors.index(there) < floors.index(here):
                up.add((here, there))
    assert up == set()


def test_typing_is_loaded_by_type_checkers_alone():
    """What is on the line's path asks for its names there, everything else has them of quick_typing."""
    asks = {name for name in FILES if "typing" in heads(name)}
    unguarded = {name for name in asks for node in nodes(name)[0].body if "typing" in getattr(node, "module", "") or ""}
    assert (unguarded, len(asks) <= 10) == (set(), True)
