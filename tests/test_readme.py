"""The README keeps its word: commands run, and outputs are the program's own.

A block below `<!-- output of: COMMAND -->` is exactly what the command prints. To rewrite those blocks on purpose:
UPDATE_GOLDEN=1 pytest tests/test_readme.py
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from typing import List

import pytest
from readme_page import README, ROOT, Block, Newcomer, blocks, example, newcomer, prose, table  # noqa: F401  fixtures
from terminal import Terminal

from ccmon import arguments, when
from ccmon.system import clock
from ccmon.views.line.dialects import DIALECTS

pytestmark = pytest.mark.newest_only

# --- commands and their output ----------------------------------------------------------------------------------------

ELSEWHERE = {                          # why a line is not run here
    "ccmon --reset-terminal": "wants a terminal: tests/faults has it",
    "ccmon init": "asks on a terminal: tests/test_first_run.py",
    "git clone <this repository> ccmon-cli && cd ccmon-cli": "the address is the reader's",
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/ccmon": "tests/test_packaging.py",
    "sh tests/run.sh": "it is what runs this test",
    "npm install -g ccusage": "changes the machine: tests/run.sh installs it into a folder",
    "pipx install .": "changes the machine: tests/test_packaging.py has the wheel",
    "uv tool install .": "changes the machine: as pipx does",
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
    if re.search(r"\.(csv|db|jsonl)\b", command):
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
