"""The manual: free of faults, 80 columns wide, and nothing that the program knows is missing in it.

What its pages say is tried in test_pages.py, that they are current in test_generated.py.
"""

import ast
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, Set

import man_page
import pytest
import scenes
from pages import MANUAL, PAGES, ROOT, Newcomer, named, section, session, table
from test_generated import flags, parsers, program

from ccmon import __version__
from ccmon.alerts import kinds, rules
from ccmon.call_parser import manual_file, manual_topic
from ccmon.call_table import PAGES as FILES
from ccmon.errors import UsageError
from ccmon.model import Facts
from ccmon.pipeline import present
from ccmon.settings import context
from ccmon.settings.options import OPTIONS, SECTIONS, flag_name
from ccmon.settings.themes import THEMES
from ccmon.system import clock
from ccmon.text import ROLES
from ccmon.typed_values import PLAN_NAMES, PLANS
from ccmon.usage import notices
from ccmon.views.line import fields
from ccmon.views.line.dialects import DIALECTS
from ccmon.views.screen.foot import KEYS

pytestmark = pytest.mark.newest_only

MAIN, LINE, HISTORY, CONFIG = (f"man/{name}.md" for name in ("ccmon", "ccmon-line", "ccmon-history", "ccmon-config"))
SCRIPT = (ROOT / "ccmon" / "ccmon-line").read_text(encoding="utf-8")
SETTINGS = {f"CCMON_{option.name.upper()}" for option in OPTIONS}
EVERYWHERE = {"--help", "--version", "--demo", "-h"}
# What the sources read and no reader asks for: Windows' own folders, how a notification finds the desktop, where a temporary
# file goes, which shell or terminal the questions propose.
UNTOLD = {"APPDATA", "LOCALAPPDATA", "COMPUTERNAME", "PATHEXT", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "SHELL", "TMUX",
          "TMUX_TMPDIR", "ZDOTDIR", "HOME"}


def words(text: str) -> Set[str]:
    """All that could be a name."""
    return set(re.findall(r"[A-Za-z0-9_-]+", text))


def printed(command: str, *arguments: str, **env: str) -> str:
    found = subprocess.run([program(command), *arguments], env={**os.environ, **env}, stdin=subprocess.DEVNULL,
                           capture_output=True, timeout=60, encoding="utf-8")
    assert found.returncode == 0 and not found.stderr, found.stderr
    return found.stdout


# --- its form -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", FILES.values())
def test_mandoc_has_nothing_to_say_not_even_of_style(name: str) -> None:
    assert printed("mandoc", "-Tlint", "-Wstyle", str(ROOT / "man" / name)) == ""


@pytest.mark.parametrize("name", FILES.values())
def test_man_warns_of_nothing_and_it_fits_into_80_columns_and_breaks_no_word(name: str) -> None:
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    shown = printed("man", "--warnings", "-l", str(ROOT / "man" / name), MANWIDTH="80", MANROFFOPT="-c", MAN_KEEP_FORMATTING="",
                    PAGER="cat", LESS="", LC_ALL="C.UTF-8")
    rows = re.sub(r".\x08", "", shown).splitlines()
    assert len(rows) > 50 and max(map(len, rows)) <= 80
    assert not [row for row in rows if row.endswith("\u2010") or row.lstrip()[:3] == "<!-"]


@pytest.mark.parametrize("name", MANUAL)
def test_its_head_names_the_page_and_the_version(name: str) -> None:
    file = next(file for file in FILES.values() if file.startswith(f"{name}."))
    head = re.search(r'^\.TH (\S+) "(\d)" "([\d-]+)" "([^"]*)" ', (ROOT / "man" / file).read_text(encoding="utf-8"), re.M)
    assert head and (head[1].replace("\\-", "-"), file[-1], head[4]) == (name.upper(), head[2], f"ccmon {__version__}")
    titles = re.findall("^## (.*)$", PAGES[f"man/{name}.md"], re.M)
    assert "Description" in titles and titles[-1] == "See also" and (titles[0] == "Synopsis" or file[-1] == "5")


@pytest.mark.parametrize("text, roff", [
    ("a `b\n-c` *d* **e**\nf", ".PP\na \\fBb \\-c\\fR \\fId\\fR \\fBe\\fR f"),
    ("- `--x N`, `y`: told: so\n  on\n- plain `z`",
     ".TP\n\\fB\\-\\-x N\\fR, \\fBy\\fR\ntold: so on\n.IP \\(bu 2\nplain \\fBz\\fR"),
    ("| a | b | c |\n|---|---|---|\n| `1` | two | \\| |", ".TP\n\\fB1\\fR (two)\n|"),
    ("[a(1)](a.md) [w `c`](#x) [v](https://v)", ".PP\n\\fBa\\fR(1) w \\fBc\\fR v <https://v>"),
    ("```text\n.x\n\n'y \\ ~^`\n```", ".PP\n.RS 2\n.EX\n\\&.x\n\\&\n\\&\\(aqy \\e \\(ti\\(ha\\(ga\n.EE\n.RE"),
    ("```text\n" + "x" * 72 + "\n```", ".PP\n.in 0\n.EX\n" + "x" * 72 + "\n.EE\n.in"),
    ("```sh\nc 1  # one\nc 2\n```", ".TP\n\\fBc 1\\fR\none\n.PP\n\\fBc 2\\fR"),
    ("## A b\n\n### c\n\nd\n<!-- e -->", ".SH A B\n.SS c\nd"), ("One. Two `x`.", ".PP\nOne.\nTwo \\fBx\\fR."),
])
def test_roff_of_a_page(text: str, roff: str) -> None:
    page = man_page.roff(f"# a(1): b\n\n{text}\n", "2026-01-02", "9")
    assert page == f'.TH A "1" "2026-01-02" "ccmon 9" "User Commands"\n.nr HY 0\n.hy 0\n.ad l\n.SH NAME\na \\- b\n{roff}\n'


# --- calls ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("command", sorted(parsers()))
def test_every_option_and_command_is_told(command: str) -> None:
    """On the page that `ccmon help --man COMMAND` shows; the settings on their own."""
    topic = manual_topic(command) or "ccmon"
    page = f"man/{FILES[topic].partition('.')[0]}.md"
    told = named(page, "Options") if not command else set(re.findall(
        r"^- `(-[-a-z]+)", re.split(rf"<!-- command: {command} -->", PAGES[page])[1].split("<!-- end -->")[0], re.M))
    own = flags(parsers()[command]) - {flag_name(option) for option in OPTIONS} - EVERYWHERE
    assert set(told) - EVERYWHERE == own and (not command or f"`ccmon {command}`" in section(MAIN, "Commands"))


@pytest.mark.parametrize("asked, file", [
    ("", "ccmon.1"), ("ccmon(1)", "ccmon.1"), ("ccmon-line(1)", "ccmon-line.1"), ("ccmon-config.5", "ccmon-config.5"),
    ("line.1", "ccmon-line.1"), ("hit", "ccmon-learn.1"), ("line nosuch", "nosuch"), ("nosuch line", "nosuch"), ("(1)", "(1)")])
def test_a_page_is_found_by_what_it_is_called_in_others(asked: str, file: str) -> None:
    wanted = ["man", *asked.split()]
    if file.startswith("ccmon"):
        assert manual_file(wanted) == file
    else:
        with pytest.raises(UsageError, match=re.escape(f"no page on '{file}'")):
            manual_file(wanted)


def test_every_setting_is_told_with_its_variable_and_its_line_under_a_heading() -> None:
    told = section(CONFIG, "Settings")
    for option in OPTIONS:
        assert re.search(rf"^- `{flag_name(option)}[ `]", told, re.M), option.name
        assert re.search(rf"`CCMON_{option.name.upper()}`,\s+`{option.name}\s+=`", told), option.name
    assert {*PLAN_NAMES, *THEMES, *DIALECTS, *kinds.KINDS, *kinds.CHANNELS} - words(told) == set()
    assert "- `" not in told.split("### ")[0] and told.count("### ") == 7


# --- names ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("page, heading, names", [
    (CONFIG, "Description", {name.split(".")[0] for name in SECTIONS}), (CONFIG, "Themes", {*ROLES, *THEMES}),
    (MAIN, "Environment", {"CCMON_DATA_DIR", "CCMON_NOW", "CCMON_ALERT_WEBHOOK_URL", "CCMON_LINE", "CCMON_PLAN"}),
    (MAIN, "Numbers", {"used", "left", "burn", "lasts", "runs", "reset", "official", "cache", "cost", "forecast", "likelihood",
                       "time", "limit", "models", "tokens"}),
    (LINE, "Where to put it", {"tmux", "record", "zsh", "fish", "bash"}),
])
def test_every_name_is_told(page: str, heading: str, names: Set[str]) -> None:
    assert names - words(section(page, heading)) == set()


def test_every_variable_that_the_sources_read_is_told() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "ccmon").rglob("*.py"))
    read = set(re.findall(r'env(?:iron)?(?:\.get\(|\[)"([A-Z][A-Z_]*[A-Z])"', sources))
    assert len(read) > 20 and read - UNTOLD - SETTINGS - words(section(MAIN, "Environment")) == set()


def test_the_variables_of_an_alert_are_told() -> None:
    given = {name for name in words(section(CONFIG, "Variables of an alert")) if name.startswith("CCMON_ALERT_")} - SETTINGS
    sample = rules.sample(kinds.KINDS[0], scenes.scene(3_000).snapshot, scenes.FixedZone())
    assert given == set(rules.variables(sample))


def test_every_key_is_told() -> None:
    assert named(MAIN, "Keys") == [key for key, _, _ in KEYS]


def test_every_plan_has_its_figure_in_both_places() -> None:
    for page in ("README.md", CONFIG):
        figures = dict(zip(table(page, "Plans"), table(page, "Plans", 1)))
        assert [name for name in figures if not name.startswith("-")] == list(PLAN_NAMES)
        assert {name: figures[name] for name in PLANS} == {name: f"{tokens:,}" for name, tokens in PLANS.items()}


# --- the JSON document and what scripts see -------------------------------------------------------------------------------

def leaves(value: Any, name: str = "") -> Iterator[str]:
    """The dotted names of an object's keys."""
    for key, inner in value.items():
        yield name + key
        if isinstance(inner, dict):
            yield from leaves(inner, f"{name}{key}.")


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return Newcomer(tmp_path)


TYPES: Dict[str, Callable[[Any], bool]] = {
    "integer": lambda v: type(v) is int, "number": lambda v: type(v) in (int, float), "string": lambda v: type(v) is str,
    "boolean": lambda v: type(v) is bool, "null": lambda v: v is None, "object": lambda v: type(v) is dict,
    "list of objects": lambda v: type(v) is list and all(type(one) is dict for one in v),
    "list of strings": lambda v: type(v) is list and all(type(word) is str for word in v),
}
ANSWERS = {"active": session(2_800), "over": session(40_000), "idle": session(2_800, 20_000), "none": []}


@pytest.mark.parametrize("answer", [*ANSWERS, "broken"])
def test_every_key_of_the_json_is_described_with_its_type_and_no_other(newcomer: Newcomer, answer: str) -> None:
    newcomer.fails() if answer == "broken" else newcomer.answers(ANSWERS[answer])
    document = newcomer.types("ccmon --json").json
    described = table(MAIN, "The JSON document")
    optional_groups = {"source", "plan", "reset"}       # never null: only their parts need words
    assert answer != "active" or set(described) == set(leaves(document)) - optional_groups
    for name, types in zip(described, table(MAIN, "The JSON document", 1)):
        value: Any = document
        for part in name.split("."):
            value = value[part] if value is not None else None
        gone = any(name.startswith(f"{one}.") and document[one] is None for one in ("session", "binding"))
        assert gone or any(TYPES[one](value) for one in types.split(" or ")), (name, value)


def test_every_field_of_the_history_is_described_and_no_other(newcomer: Newcomer) -> None:
    newcomer.types("ccmon record")
    found = newcomer.types("ccmon history --json").json
    assert len(found) == 2
    described = dict(zip(table(HISTORY, "JSON and CSV"), table(HISTORY, "JSON and CSV", 1)))
    for one in found:
        assert set(described) == set(one)
        assert all(any(TYPES[kind](one[name]) for kind in types.split(" or ")) for name, types in described.items())


def codes() -> Set[str]:
    """The codes of all notices that the program can make."""
    tree = ast.parse(Path(notices.__file__).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Notice"]
    warnings = [call for call in calls if len(call.args) == 2]         # a third one says that it is advice
    return {call.args[0].value for call in warnings if isinstance(call.args[0], ast.Constant)}


def test_every_warning_is_described_and_no_other() -> None:
    assert set(table(MAIN, "Warnings")) == codes() and len(codes()) > 8


EXITS = [
    (2, session(2_800), "--nonsense"), (2, session(2_800), "--reset-hour 24"), (30, None, ""), (20, session(2_800, 20_000), ""),
    (11, session(2_800), "--limit 2000"), (10, session(2_800), "--limit 3000"), (10, session(40_000), "--plan custom_max"),
    (0, session(2_800), ""),
]


@pytest.mark.parametrize("view", ["--once", "--json"])
@pytest.mark.parametrize("code, usage, more", EXITS)
def test_exit_codes_are_as_described(newcomer: Newcomer, code: int, usage: Any, more: str, view: str) -> None:
    newcomer.fails() if usage is None else newcomer.answers(usage)
    assert newcomer.types(f"ccmon {view} {more}").code == code


def test_the_table_of_exit_codes_is_complete() -> None:
    assert table(MAIN, "Exit status") == ["2", "30", "20", "11", "10", "0", "1", "70"]


# --- the line -------------------------------------------------------------------------------------------------------------

def test_every_format_is_described() -> None:
    assert table(LINE, "Formats") == list(DIALECTS)


def test_every_field_of_a_template_is_described_and_no_other(newcomer: Newcomer) -> None:
    described = [name for cell in table(LINE, "Templates") for name in re.findall(r"\{([a-z0-9_.]+)", cell) if name != "w."]
    snapshot = present.snapshot(context.prepare({}, {"HOME": str(newcomer.home)}), Facts(), 0)
    assert described == [*fields._table(snapshot, clock.zone("UTC")), "bar"]


def test_what_it_says_of_a_fault_is_what_the_script_says() -> None:
    assert set(re.findall(r"'(CC ! [^']*)'", SCRIPT)) == set(named(LINE, "Exit status"))


def test_the_variables_that_the_script_reads() -> None:
    read = set(re.findall(r"\$\{([A-Z_]+)[:+-]", SCRIPT)) | {"PATH"}
    assert len(read) > 20 and read - SETTINGS - words(section(LINE, "Environment")) == set()
