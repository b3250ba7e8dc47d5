"""The README's tables, links and names beside what the program has."""

import ast
import re
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Set

import pytest
from readme_page import PAGES, README, ROOT, Newcomer, blocks, newcomer, prose, session, table  # noqa: F401  fixtures

from ccmon import __version__
from ccmon.model import Facts
from ccmon.settings import context, options
from ccmon.system import clock
from ccmon.typed_values import PLAN_NAMES, PLANS
from ccmon.usage import notices
from ccmon.views.line import fields
from ccmon.views.line.dialects import DIALECTS
from ccmon.views.screen import foot

pytestmark = pytest.mark.newest_only

# --- tables -------------------------------------------------------------------------------------------------------------

def leaves(value: Any, name: str = "") -> Iterator[str]:
    """The dotted names of an object's keys."""
    for key, inner in value.items():
        yield name + key
        if isinstance(inner, dict):
            yield from leaves(inner, f"{name}{key}.")


def test_every_key_of_the_json_is_described_and_no_other(newcomer: Newcomer) -> None:
    document = newcomer.types("ccmon --json").json
    optional_groups = {"source", "plan", "reset"}       # never null: only their parts need words
    assert set(table("The JSON document")) == set(leaves(document)) - optional_groups


TYPES: Dict[str, Callable[[Any], bool]] = {
    "integer": lambda v: type(v) is int, "number": lambda v: type(v) in (int, float), "string": lambda v: type(v) is str,
    "boolean": lambda v: type(v) is bool, "null": lambda v: v is None, "object": lambda v: type(v) is dict,
    "list of objects": lambda v: type(v) is list and all(type(one) is dict for one in v),
    "list of strings": lambda v: type(v) is list and all(type(word) is str for word in v),
}
ANSWERS = {"active": session(2_800), "over": session(40_000), "idle": session(2_800, 20_000), "none": []}


@pytest.mark.parametrize("answer", [*ANSWERS, "broken"])
def test_every_value_has_the_type_that_the_table_says(newcomer: Newcomer, answer: str) -> None:
    newcomer.fails() if answer == "broken" else newcomer.answers(ANSWERS[answer])
    document = newcomer.types("ccmon --json").json
    for name, types in zip(table("The JSON document"), table("The JSON document", 1)):
        value: Any = document
        for part in name.split("."):
            value = value[part] if value is not None else None
        gone = any(name.startswith(f"{one}.") and document[one] is None for one in ("session", "binding"))
        assert gone or any(TYPES[one](value) for one in types.split(" or ")), (name, value)


def test_every_field_of_the_history_is_described_and_no_other(newcomer: Newcomer) -> None:
    newcomer.types("ccmon record")
    found = newcomer.types("ccmon history --json").json
    assert len(found) == 2
    described = dict(zip(table("The JSON of the history"), table("The JSON of the history", 1)))
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
    assert set(table("Warnings")) == codes() and len(codes()) > 8


EXITS = [
    (2, session(2_800), "--nonsense"), (2, session(2_800), "--reset-hour 24"), (30, None, ""), (20, session(2_800, 20_000), ""),
    (11, session(2_800), "--limit 2000"), (10, session(2_800), "--limit 3000"), (10, session(40_000), "--plan custom_max"),
    (0, session(2_800), ""),
]


@pytest.mark.parametrize("view", ["--once", "--json"])
@pytest.mark.parametrize("code, usage, words", EXITS)
def test_exit_codes_are_as_described(newcomer: Newcomer, code: int, usage: Any, words: str, view: str) -> None:
    newcomer.fails() if usage is None else newcomer.answers(usage)
    assert newcomer.types(f"ccmon {view} {words}").code == code
    assert str(code) in table("Exit codes")


def test_the_table_of_exit_codes_is_complete() -> None:
    assert table("Exit codes") == ["2", "30", "20", "11", "10", "0", "1", "70"]


def test_every_option_is_described_with_its_flag_and_default() -> None:
    described = list(zip(table("Configuration"), table("Configuration", 1), table("Configuration", 2)))
    expected = [(one.name, options.flag_name(one) + ("" if one.switch else f" {one.metavar}"), one.default or "none")
                for one in options.OPTIONS]
    assert described == expected


def test_every_format_is_described() -> None:
    assert table("Formats") == list(DIALECTS)


def test_every_field_of_a_template_is_described_with_an_example_that_is_one(newcomer: Newcomer) -> None:
    described = [name for cell in table("Templates") for name in re.findall(r"\{([a-z0-9_.]+)", cell) if name != "w."]
    snapshot = context.prepare({}, {"HOME": str(newcomer.home)}).view(Facts(), 0)
    assert described == [*fields._table(snapshot, clock.zone("UTC")), "bar"]


def test_the_configuration_shown_is_valid(home: Path) -> None:
    path = home / ".config" / "ccmon" / "config.ini"
    path.parent.mkdir(parents=True)
    shown = [b.text for b in blocks(README) if b.language == "ini"]
    for text in shown:
        path.write_text(text, encoding="utf-8")
        assert "file" in context.prepare({}, {"HOME": str(home)}).settings.origin.values()
    path.write_text(next(text for text in shown if "[plans]" in text), encoding="utf-8")
    settings = context.prepare({}, {"HOME": str(home)}).settings
    assert [name for name, origin in settings.origin.items() if origin == "file"] == ["plan", "timezone", "emoji"]
    assert settings.plan in settings.plans and settings.plans["max5"] != PLANS["max5"]
    assert [len(price.plain) for price in settings.prices.values()] == [5]


def test_every_plan_has_its_figure() -> None:
    figures = dict(zip(table("Plans"), table("Plans", 1)))
    assert [name for name in figures if not name.startswith("-")] == list(PLAN_NAMES)
    assert {name: figures[name] for name in PLANS} == {name: f"{tokens:,}" for name, tokens in PLANS.items()}


def test_every_key_of_the_screen_is_described() -> None:
    described = set(table("Keys"))
    shown = {row[0] for row in foot.KEYS}
    assert shown <= described and {key for key in described if len(key) == 1} <= shown


# --- links and names ----------------------------------------------------------------------------------------------------

def anchors(page: str) -> List[str]:
    """The anchors that a Git host gives to the headings."""
    headings = [re.sub(r"[`*]", "", title) for title in re.findall(r"^#+ (.*)$", prose(page), re.M)]
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings]


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(PAGES[name])):
        file, _, anchor = target.partition("#")
        if target.startswith("https://"):
            continue
        assert (ROOT / (file or name)).exists(), target
        assert not anchor or anchor in anchors(PAGES[file or name]), target


def test_the_contents_list_has_every_heading_in_order() -> None:
    """A line for each chapter, its sections behind it."""
    lines = README.split("## Contents\n", 1)[1].split("\n## ", 1)[0].strip().splitlines()
    chapters = [part for part in re.split(r"^## ", prose(README), flags=re.M)[1:] if not part.startswith("Contents\n")]
    titles = [[part.split("\n", 1)[0], *re.findall(r"^### (.*)$", part, re.M)] for part in chapters]
    assert [re.findall(r"\[([^\]]*)\]", line) for line in lines] == titles
    linked = [re.findall(r"\(#([^)]*)\)", line) for line in lines]
    assert linked == [anchors("".join(f"# {one}\n" for one in title)) for title in titles]
    assert len(set(anchors(README))) == len(anchors(README))


def test_the_reader_of_two_minutes_finds_all_that_is_needed() -> None:
    """The picture, the two commands, the first run and the line stand before the list of contents, in the first 90 lines."""
    top = README.split("\n## Contents\n", 1)[0]
    assert top.count("\n") < 90
    for word in ("man/screen-dark.svg", ".venv/bin/pip install .", "sh tests/run.sh", "ccmon init\n", "init tmux", "init bash",
                 "init claude", "ccmon doctor", "--demo"):
        assert word in top


@pytest.mark.parametrize("name", PAGES)
def test_the_distribution_is_never_confused_with_another_project(name: str) -> None:
    assert not re.search(r"(pip|pipx|uv tool) (un)?install (--?\S+ )*ccmon(?!-cli)", PAGES[name])


def test_the_version_is_in_the_changelog() -> None:
    versions = re.findall(r"^## \[(\d\S*)\] - \d{4}-\d\d-\d\d$", PAGES["CHANGELOG.md"], re.M)
    assert versions and versions[0] == __version__
