"""The README keeps its word: commands run, outputs are the program's own, tables are complete, links lead somewhere.

A block below `<!-- output of: COMMAND -->` is exactly what the command prints. To rewrite those blocks on purpose:
UPDATE_GOLDEN=1 pytest tests/test_readme.py
"""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Set

import pytest
import simulator
from commands import Machine, Result, block
from terminal import Terminal

from ccmon import __version__, arguments, when
from ccmon.line import fields
from ccmon.line.dialects import DIALECTS
from ccmon.model import Facts
from ccmon.settings import context, options
from ccmon.system import clock
from ccmon.usage import limits, notices
from ccmon.views.screen import foot

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")}


class Block(NamedTuple):
    """A fenced block."""

    language: str
    text: str
    note: str                          # the HTML comment right above it, "" when there is none


def blocks(page: str) -> List[Block]:
    """The fenced blocks of a page, unindented."""
    fence = r"(?:<!-- (?P<note>.*?) -->\n)?^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^ *```$"
    return [Block(m["language"], "".join(line[len(m["indent"]):] for line in m["text"].splitlines(True)), m["note"] or "")
            for m in re.finditer(fence, page, re.M | re.S)]


def prose(page: str) -> str:
    """The page without its fenced blocks."""
    return re.sub(r"^ *```.*?^ *```$", "", page, flags=re.M | re.S)


def table(heading: str, column: int = 0) -> List[str]:
    """The cells of one column of the first table below a heading, without backquotes."""
    section = README.split(f"# {heading}\n", 1)[1]
    rows = re.search(r"(?:^\|.*\n)+", section, re.M).group(0).splitlines()[2:]  # type: ignore[union-attr]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    return [(name if column == 0 else row[column]).strip("`") for row in cells for name in row[0].split("`, `")]


def example() -> str:
    """The ccusage output of the worked example."""
    return next(b.text for b in blocks(README) if b.note == "the worked example")


# --- an isolated machine ----------------------------------------------------------------------------------------------

class Newcomer(Machine):
    """A machine on which `ccmon` is on PATH, used with the real clock."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.script("ccmon", f"exec '{sys.executable}' -m ccmon \"$@\"\n")
        self.answers(session(2_800))

    def script(self, name: str, text: str) -> None:
        """Put a program on PATH."""
        path = self.bin / name
        path.write_text("#!/bin/sh\n" + text, encoding="utf-8")
        path.chmod(0o755)

    def says(self, text: str) -> None:
        """ccusage prints this text from now on."""
        (self.folder / "text").write_text(text, encoding="utf-8")
        self.behaves(f"cat '{self.folder}/text'")

    def has_files_of_others(self) -> None:
        """A series of percentages, a summary that somebody has posted, and the history of another machine."""
        (self.cwd / "series.csv").write_text("\n".join(simulator.simulate(simulator.Scenario(seed=1, days=3)).rows()))
        self.types("ccmon history --backup old-laptop.db")
        (self.cwd / "summaries.jsonl").write_text(self.types("ccmon learn --share --subscription Max5").out.splitlines()[-1])

    def types(self, line: str, shell: str = "sh", *flags: str) -> Result:
        """A line typed into a shell, without a terminal."""
        env = self.env(COLUMNS=80, LINES=24, TMUX="/nonexistent,1,0",
                       PATH=f"{self.bin}:{os.path.dirname(sys.executable)}:{os.environ['PATH']}")
        done = subprocess.run([shell, *flags, "-c", line], env=env, cwd=self.cwd, stdin=subprocess.DEVNULL,
                              capture_output=True, encoding="utf-8", timeout=60)
        return Result(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return Newcomer(tmp_path)


def session(tokens: int, ago_s: int = 5000) -> List[Dict[str, Any]]:
    """A completed session of 30,000 tokens, and one that began so many seconds ago."""
    start = int(time.time()) - ago_s
    return [block(start - 86_400, 30_000), block(start, tokens)]


# --- commands and their output ----------------------------------------------------------------------------------------

ELSEWHERE = {                          # why a line is not run here
    "ccmon --reset-terminal": "wants a terminal: tests/faults has it",
    "ccmon init": "asks on a terminal: tests/test_first_run.py",
    "git clone <this repository> ccmon-cli && cd ccmon-cli": "the address is the reader's",
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/ccmon": "tests/test_packaging.py installs so, offline",
    "sh tests/run.sh": "it is what runs this test",
    "npm install -g ccusage": "changes the machine: tests/run.sh installs it into a folder",
    "pipx install .": "changes the machine: tests/test_packaging.py has the wheel",
    "rm -r .venv": "deletes what is not there",
    ".venv/bin/pip install '.[ml]'": "400 MB",
}


def typed(page: str) -> List[str]:
    """Every line of the shell blocks of a page, without the comment behind it."""
    lines = [line for b in blocks(page) if b.language == "sh" for line in b.text.splitlines()]
    return [line.split("  #")[0].strip() for line in lines if line.strip()]


def commands() -> List[str]:
    """Every line that calls ccmon, or anything else that can be run on any machine."""
    return [line for line in typed(README) if line not in ELSEWHERE]


def test_what_is_not_run_is_in_the_readme() -> None:
    clone = [b.text.strip() for b in blocks(README) if "git clone" in b.text]
    assert set(ELSEWHERE) <= {*typed(README), *clone}


WRITES = re.compile(r"(>|--html|--output) *\S+$|^ccmon record$|^alias ")


@pytest.mark.parametrize("command", commands())
def test_every_command_runs(newcomer: Newcomer, command: str) -> None:
    newcomer.types("ccmon record")
    newcomer.has_files_of_others()
    done = newcomer.types(f"cd '{ROOT}' && {command} --runs 1" if command.startswith("python ") else command)
    assert (done.code, done.err) == (0, "")
    assert bool(done.out.strip()) is not bool(WRITES.search(command))


INLINE = re.compile(r"`((?:\.venv/bin/)?ccmon(?: [^`]*)?)`")


def inline() -> List[str]:
    """The calls of ccmon between backquotes, also in tables, with something in place of the words in capitals."""
    found = sorted(set(INLINE.findall(prose(README))))
    filled = [re.sub("FILE|NAME", "x", call).replace("SHELL", "bash").replace("DIALECT", "tmux") for call in found]
    return [call for call in filled if "--version" not in call]


@pytest.mark.parametrize("call", inline())
def test_every_call_in_the_text_is_one_that_ccmon_knows(call: str) -> None:
    arguments.parse(shlex.split(re.split(r" \\?\| ", call)[0])[1:])


@pytest.mark.parametrize("script, words", sorted(set(re.findall(r"python ((?:tests/\S+\.py|-m tests\.\w+))([^`\n]*)", README))))
def test_every_script_exists_and_knows_its_flags(newcomer: Newcomer, script: str, words: str) -> None:
    shown = newcomer.types(f"cd '{ROOT}' && python {script} --help")
    assert shown.code == 0 and set(re.findall(r"--\w[\w-]*", words)) <= set(re.findall(r"--\w[\w-]*", shown.out))


def test_there_are_commands_for_everything() -> None:
    called = " ".join(commands())
    for word in ("--plan", "--reset ", "--reset-hour", "--timezone", "--compact", "--statusline", "history", "record", "--demo",
                 "doctor", "learn --share", "report --html", "config set", "init tmux --write"):
        assert word in called
    assert len(commands()) > 70 and len(inline()) > 20


@pytest.mark.parametrize("shown", [b for b in blocks(README) if b.note.startswith("output of: ")], ids=lambda b: b.note[11:60])
def test_every_output_is_what_the_program_prints(newcomer: Newcomer, shown: Block) -> None:
    newcomer.says(example())
    done = newcomer.types(shown.note[len("output of: "):])
    if os.environ.get("UPDATE_GOLDEN") and done.code in (0, 10, 11, 20):
        before, after = (f"<!-- {shown.note} -->\n```text\n{output}```\n" for output in (shown.text, done.out))
        page = (ROOT / "README.md").read_text(encoding="utf-8")      # anew: another worker may have written its own
        (ROOT / "README.md").write_text(page.replace(before, after), encoding="utf-8")
    else:
        assert done.out == shown.text


def test_the_worked_example_is_right(newcomer: Newcomer) -> None:
    newcomer.says(example())
    found = newcomer.types("CCMON_NOW=1772455200 ccmon --plan max5 --json").json
    known = dict(zip(table("A worked example"), table("A worked example", 2)))
    number = {name: float(text.split()[0].replace(",", "")) for name, text in known.items() if ":" not in text}
    assert number["tokens"] == found["session"]["tokens"]
    assert number["percent"] == round(found["percent"], 1)
    assert number["left"] == found["tokens_left"]
    assert (number["morning"] + number["present"]) / 60 == pytest.approx(found["burn_rate_per_min"], abs=1e-4)
    assert number["burn rate"] == round(found["burn_rate_per_min"], 1)
    assert number["lasts at"] == round(found["sustainable_rate_per_min"], 1)
    zone = clock.zone("Europe/Warsaw")
    assert known["runs out"] == when.local(found["predicted_end"], zone).strftime("%H:%M")
    assert known["reset"] == when.local(found["reset"]["at"], zone).strftime("%H:%M")


# --- shells -------------------------------------------------------------------------------------------------------------

HOSTILE = "$(touch pwned) `touch pwned` %n \\u $home #(touch pwned)"        # a plan's name: config.ini takes any
SHELLS = [
    ("bash", ["--norc"], '\nprintf "%s\\n" "${PS1@P}"'),
    ("bash", ["--norc"], '\nPROMPT_COMMAND=${PS1/#/PS1=\\"}\\"; eval "$PROMPT_COMMAND"; printf "%s\\n" "${PS1@P}"'),
    ("zsh", ["-f"], '\nprecmd; print -rP -- "$PROMPT"'),
    ("zsh", ["-f", "-o", "PROMPT_SUBST"], '\nprecmd; print -rP -- "$PROMPT"'),
    ("fish", ["--no-config"], "\nfish_right_prompt"),
]


@pytest.mark.parametrize("shell, flags, show", SHELLS, ids=["bash", "bash-command", "zsh", "zsh-subst", "fish"])
def test_a_prompt_shows_the_line_and_runs_nothing_of_it(newcomer: Newcomer, shell: str, flags: List[str], show: str) -> None:
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    snippet = next(b.text for b in blocks(README) if b.language == shell and "--statusline" in b.text)
    newcomer.configure(f"[ccmon]\nplan = {HOSTILE}\ntemplate = CC {{plan}}\n[plans]\n{HOSTILE} = 7000\n")
    newcomer.types("ccmon record")
    done = newcomer.types(snippet + show, shell, *flags)
    assert done.out.startswith("CC " + DIALECTS[shell].spell(HOSTILE)) and done.err == ""
    assert not list(newcomer.folder.rglob("pwned"))


def test_the_tmux_lines_show_the_line(newcomer: Newcomer) -> None:
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    newcomer.types("ccmon record")
    snippet = next(b.text for b in blocks(README) if b.language == "tmux")
    (newcomer.folder / "tmux.conf").write_text(snippet.replace("/abs/path/", f"{newcomer.bin}/") + "set -g status-interval 1\n")
    socket = ["tmux", "-S", str(newcomer.folder / "socket")]
    with Terminal([*socket, "-f", str(newcomer.folder / "tmux.conf"), "new-session", "cat"], env=newcomer.env()) as term:
        try:
            term.wait_until(lambda: re.search(r"CC 40% 2.8k/7k .* reset \d\d:\d\d", term.text()) is not None, "the line")
        finally:
            subprocess.run([*socket, "kill-server"], env=newcomer.env(), stderr=subprocess.DEVNULL)


def test_the_settings_of_claude_code_are_json_and_its_command_runs(newcomer: Newcomer) -> None:
    settings = next(json.loads(b.text) for b in blocks(README) if "statusLine" in b.text)
    newcomer.types("ccmon record")
    done = newcomer.types(settings["statusLine"]["command"].replace("/abs/path/", f"{newcomer.bin}/"))
    assert (done.code, done.err) == (0, "") and "CC 40%" in done.out


def test_the_lines_of_cron_run(newcomer: Newcomer) -> None:
    folder = newcomer.home / "Sync"
    (folder / "prometheus" / "node-exporter").mkdir(parents=True)
    for shown in [b.text for b in blocks(README) if b.language == "crontab"]:
        command = shown.split(None, 5)[5].replace("/abs/path/", f"{newcomer.bin}/").replace("/var/lib/", f"{folder}/")
        done = newcomer.types(command)
        assert (done.code, done.out, done.err) == (0, "", "")


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
        gone = name.startswith("session.") and document["session"] is None
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
    described = [name for cell in table("Templates") for name in re.findall(r"\{([a-z0-9_]+)", cell)]
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
    assert settings.plan in settings.plans and settings.plans["max5"] != limits.PLANS["max5"]
    assert [len(price.plain) for price in settings.prices.values()] == [5]


def test_every_plan_has_its_figure() -> None:
    figures = dict(zip(table("Plans"), table("Plans", 1)))
    assert [name for name in figures if not name.startswith("-")] == list(limits.PLAN_NAMES)
    assert {name: figures[name] for name in limits.PLANS} == {name: f"{tokens:,}" for name, tokens in limits.PLANS.items()}


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
