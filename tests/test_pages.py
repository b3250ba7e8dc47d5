"""README and manual keep their word: commands run, outputs are the program's own, tables are complete, links lead somewhere.

A block below `<!-- output of: COMMAND -->` is exactly what the command prints. To rewrite those blocks on purpose:
UPDATE_GOLDEN=1 pytest tests/test_pages.py
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Iterator, List

import pytest
from pages import BLOCKS, EXAMPLE, FOR_USERS, MANUAL, OUTPUTS, PAGES, README, ROOT, TYPED, Block, Newcomer, anchors, prose, table
from terminal import Terminal

from ccmon import __version__, when
from ccmon.call import parse
from ccmon.settings import context
from ccmon.system import clock
from ccmon.typed_values import PLANS
from ccmon.views.line.dialects import DIALECTS

pytestmark = pytest.mark.newest_only


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    return Newcomer(tmp_path)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Newcomer]:
    """Somebody who types what the pages say, one block after the other, on the same machine."""
    machine = Newcomer(tmp_path_factory.mktemp("reader"))
    machine.types("ccmon record")
    yield machine
    machine.close()


# --- commands and their output ----------------------------------------------------------------------------------------

ELSEWHERE = {                          # why a line is not run here
    "ccmon --reset-terminal": "wants a terminal: tests/faults has it",
    "ccmon init": "asks on a terminal: tests/test_first_run.py",
    "git clone <this repository> ccmon-cli && cd ccmon-cli": "the address is the reader's",
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/ccmon": "tests/test_packaging.py",
    "sh tests/run.sh": "it is what runs this test",
    "pipx install .": "changes the machine: tests/test_packaging.py has the wheel",
    "uv tool install .": "changes the machine: as pipx does",
    "rm -r .venv": "deletes what is not there",
    ".venv/bin/pip install '.[ml]'": "400 MB",
}
SILENT = re.compile(r"( >|--html|--output) *\S+$|^ccmon record$|^alias ")
INLINE = re.compile(r"`((?:\.venv/bin/)?ccmon(?: [^`]*)?)`")


@pytest.mark.parametrize("shown", TYPED, ids=lambda one: f"{one.page}-{one.lines[0][:40]}")
def test_every_command_runs(reader: Newcomer, shown: Block) -> None:
    for line in shown.lines:
        if line in ELSEWHERE:
            continue
        if re.search(r"\.(csv|db|jsonl)\b", line):
            reader.has_files_of_others()
        done = reader.types(line)
        fine = (0, 10, 11) if re.search("--once|--json", line) else (0,)
        assert done.code in fine and not done.err, line
        assert bool(done.out.strip()) is not bool(SILENT.search(line)), line


def test_there_are_commands_for_everything_and_what_is_not_run_is_there() -> None:
    lines = [line for one in BLOCKS if one.language in ("sh", "text") for line in one.lines]
    assert set(ELSEWHERE) <= set(lines) and len(lines) > 120
    called = " ".join(line for one in TYPED if one.page == "README.md" for line in one.lines)
    for word in ("--plan", "--reset ", "--reset-hour", "--timezone", "--compact", "--statusline", "history", "record", "--demo",
                 "doctor", "report --html", "config set", "init tmux --write"):
        assert word in called


INCOMPLETE = ("ccmon merge", "ccmon export", "ccmon completion", "ccmon-line")         # commands that want more words


def inline() -> List[str]:
    """The calls of ccmon between backquotes, also in tables, with something in place of the words in capitals."""
    calls = sorted({" ".join(call.split()) for page in FOR_USERS for call in INLINE.findall(prose(page))})
    filled = [re.sub("FILE|NAME", "x", call).replace("SHELL", "bash").replace("DIALECT", "tmux").replace("COMMAND", "hit")
              for call in calls]
    return [call for call in filled if "--version" not in call and not call.startswith("ccmon help") and call not in INCOMPLETE]


def test_every_call_in_the_text_is_one_that_ccmon_knows() -> None:
    calls = inline()
    assert len(calls) > 50
    for call in calls:
        parse(shlex.split(re.split(r" \\?\| ", call)[0])[1:])


SCRIPTS = sorted({call for page in FOR_USERS
                  for call in re.findall(r"python ((?:tests/\S+\.py|-m tests\.\w+))([^`\n]*)", PAGES[page])})


@pytest.mark.parametrize("script, words", SCRIPTS)
def test_every_script_exists_and_knows_its_flags(newcomer: Newcomer, script: str, words: str) -> None:
    shown = newcomer.types(f"cd '{ROOT}' && python {script} --help")
    assert shown.code == 0 and set(re.findall(r"--\w[\w-]*", words)) <= set(re.findall(r"--\w[\w-]*", shown.out))


@pytest.mark.parametrize("shown", OUTPUTS, ids=lambda one: one.note[11:60])
def test_every_output_is_what_the_program_prints(newcomer: Newcomer, shown: Block) -> None:
    newcomer.says(EXAMPLE)
    done = newcomer.types(shown.note[len("output of: "):])
    if os.environ.get("UPDATE_GOLDEN") and done.code in (0, 10, 11, 20):
        before, after = (f"<!-- {shown.note} -->\n```text\n{output}```\n" for output in (shown.text, done.out))
        path = ROOT / shown.page       # anew: another worker may have written its own
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    else:
        assert done.out == shown.text


def test_the_worked_example_is_right(newcomer: Newcomer) -> None:
    newcomer.says(EXAMPLE)
    found = newcomer.types("CCMON_NOW=1772455200 ccmon --plan max5 --json").json
    known = dict(zip(table("man/ccmon.md", "A worked example"), table("man/ccmon.md", "A worked example", 1)))
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
    snippet = next(b.text for b in BLOCKS if b.language == shell and "--statusline" in b.text)
    newcomer.configure(f"[ccmon]\nplan = {HOSTILE}\ntemplate = CC {{plan}}\n[plans]\n{HOSTILE} = 7000\n")
    newcomer.types("ccmon record")
    done = newcomer.types(snippet + show, shell, *flags)
    assert done.out.startswith("CC " + DIALECTS[shell].spell(HOSTILE)) and done.err == ""
    assert not list(newcomer.folder.rglob("pwned"))


def test_the_tmux_lines_show_the_line(newcomer: Newcomer) -> None:
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    newcomer.types("ccmon record")
    snippet = next(b.text for b in BLOCKS if b.language == "tmux")
    (newcomer.folder / "tmux.conf").write_text(snippet.replace("/abs/path/", f"{newcomer.bin}/") + "set -g status-interval 1\n")
    socket = ["tmux", "-S", str(newcomer.folder / "socket")]
    with Terminal([*socket, "-f", str(newcomer.folder / "tmux.conf"), "new-session", "cat"], env=newcomer.env()) as term:
        try:
            term.wait_until(lambda: re.search(r"CC 40% 2.8k/7k .* reset \d\d:\d\d", term.text()) is not None, "the line")
        finally:
            subprocess.run([*socket, "kill-server"], env=newcomer.env(), stderr=subprocess.DEVNULL)


def test_the_settings_of_claude_code_are_json_and_its_command_runs(newcomer: Newcomer) -> None:
    settings = next(json.loads(b.text) for b in BLOCKS if "statusLine" in b.text)
    newcomer.types("ccmon record")
    done = newcomer.types(settings["statusLine"]["command"].replace("/abs/path/", f"{newcomer.bin}/"))
    assert (done.code, done.err) == (0, "") and "CC 40%" in done.out


def test_the_lines_of_cron_run(newcomer: Newcomer) -> None:
    folder = newcomer.home / "Sync"
    folder.mkdir(parents=True)
    lines = [b.text for b in BLOCKS if b.language == "crontab"]
    for shown in lines:
        command = shown.split(None, 5)[5].replace("/abs/path/", f"{newcomer.bin}/").replace("DIR/", f"{folder}/")
        done = newcomer.types(command)
        assert (done.code, done.out, done.err) == (0, "", "")
    assert len(lines) == 4


def test_the_configurations_are_valid(home: Path) -> None:
    path = home / ".config" / "ccmon" / "config.ini"
    path.parent.mkdir(parents=True)
    shown = [one.text for one in BLOCKS if one.language == "ini"]
    for text in shown:
        path.write_text(text, encoding="utf-8")
        assert "file" in context.prepare({}, {"HOME": str(home)}).settings.origin.values()
    path.write_text(next(text for text in shown if "[plans]" in text), encoding="utf-8")
    settings = context.prepare({}, {"HOME": str(home)}).settings
    assert [name for name, origin in settings.origin.items() if origin == "file"] == ["plan", "timezone", "emoji"]
    assert settings.plan in settings.plans and settings.plans["max5"] != PLANS["max5"]
    assert [len(price.plain) for price in settings.prices.values()] == [5] and len(shown) > 3


# --- links and names ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(name)):
        file, _, anchor = target.partition("#")
        if target.startswith("https://"):
            continue
        path = (ROOT / name).parent / file if file else ROOT / name
        assert path.exists(), target
        page = path.resolve().relative_to(ROOT).as_posix()
        assert not anchor or anchor in anchors(page), target
    assert len(set(anchors(name))) == len(anchors(name)) or name == "CHANGELOG.md"


def test_readme_and_pages_lead_to_each_other() -> None:
    for page in MANUAL:
        assert f"(man/{page}.md)" in README and ("(ccmon.md)" in PAGES[f"man/{page}.md"] or page == "ccmon")
        assert f"({page}.md)" in PAGES["man/ccmon.md"] or page == "ccmon"


def test_a_reader_of_three_minutes_finds_all_that_is_needed() -> None:
    """At most 400 lines; the picture, the two commands, the first run and the line stand in the first 100."""
    top = "\n".join(README.splitlines()[:100])
    assert README.count("\n") <= 400
    for word in ("man/screen-dark.svg", ".venv/bin/pip install .", "sh tests/run.sh", "ccmon init\n", "init tmux", "init bash",
                 "init claude", "ccmon doctor", "--demo", "config set plan", "config set timezone"):
        assert word in top
    contents = README.split("\n## ", 1)[0]
    assert set(re.findall(r"\(#([\w-]+)\)", contents)) >= {"plans", "what-the-numbers-mean", "uninstalling", "troubleshooting"}


def test_every_file_of_python_that_the_papers_name_is_there() -> None:
    """Each of a row of the picture in CONTRIBUTING in the folder that stands before it; and the picture fits on its page."""
    files = [path.relative_to(ROOT).as_posix() for folder in ("ccmon", "tests") for path in (ROOT / folder).rglob("*.py")]
    picture = PAGES["CONTRIBUTING.md"].split("```text\n", 1)[1].split("```", 1)[0]
    rows = re.findall(r"^  (?:([a-z]+)/ )?(.*\n(?:   .*\n)*)", picture, re.M)
    named = [(f"ccmon/{room}", name) for room, said in rows for name in re.findall(r"\w+\.py\b", said)]
    named += [("", name) for page in PAGES if page != "CHANGELOG.md" for name in re.findall(r"\w[\w/*]*\.py\b", PAGES[page])]
    assert len(named) > 150 and PAGES["CONTRIBUTING.md"].count("\n") <= 250
    assert [(folder, name) for folder, name in named
            if not any(file.startswith(folder) and fnmatch(f"/{file}", f"*/{name}") for file in files)] == []


@pytest.mark.parametrize("name", PAGES)
def test_the_distribution_is_never_confused_with_another_project(name: str) -> None:
    assert not re.search(r"(pip|pipx|uv tool) (un)?install (--?\S+ )*ccmon(?!-cli)", PAGES[name])


def test_the_version_is_in_the_changelog() -> None:
    versions = re.findall(r"^## \[(\d\S*)\] - \d{4}-\d\d-\d\d$", PAGES["CHANGELOG.md"], re.M)
    assert versions and versions[0] == __version__
