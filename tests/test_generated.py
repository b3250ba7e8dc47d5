"""The generated files are current; the completions are complete and at work in real shells. The manual: test_manual.py."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT
from line_shells import program
from terminal import Terminal

from ccmon import call_parser, call_table
from ccmon.settings.themes import THEMES
from ccmon.typed_values import PLAN_NAMES

pytestmark = pytest.mark.newest_only

PAGES = sorted((ROOT / "man").glob("*.[15]"))
FOLDER = ROOT / "completions"
ZONE_TAB = Path("/usr/share/zoneinfo/zone.tab")
needs_the_makers = pytest.mark.skipif(sys.version_info < (3, 10), reason="argparse's words are the same from Python 3.10 on")

# what is typed before the tab -> all that is offered
CASES = [
    ("ccmon --pl", {"--plan"}),
    ("ccmon --reset", {"--reset", "--reset-hour", "--reset-terminal"}),
    ("ccmon --plan ", set(PLAN_NAMES)),
    ("ccmon --plan max", {"max5", "max20"}),
    ("ccmon --reset s", {"session", "schedule"}),
    ("ccmon --reset-hour 2", {"2", "20", "21", "22", "23"}),
    ("ccmon --theme ", {"auto", *THEMES}),
    ("ccmon ", {"history", "record", "init", "report", "merge", "export", "why", "hit", "learn", "config", "completion",
                 "doctor", "alerts", "accounts", "uninstall", "help"}),
    ("ccmon help --man l", {"line", "learn"}),
    ("ccmon alerts ", {"test"}),
    ("ccmon alerts test r", {"runs_out", "reset"}),
    ("ccmon --alerts r", {"runs_out", "reset"}),
    ("ccmon --plan max5 hi", {"history", "hit"}),
    ("ccmon history --by ", {"session", "day", "week", "month", "hour", "model", "project", "window"}),
    ("ccmon history --table si", {"simple", "simple_grid"}),
    ("ccmon history --days 7 --theme l", {"light"}),
    ("ccmon --plan max5 history --ta", {"--table"}),
    ("ccmon record --line", {"--line-ttl"}),
    ("ccmon history --sort cos", {"cost"}),
    ("ccmon completion ", {"bash", "zsh", "fish"}),
    ("ccmon config ", {"list", "get", "set", "unset", "edit", "path"}),
    ("ccmon config get line", {"line_ttl"}),
    ("ccmon config set plans", {"plans.pro", "plans.max5", "plans.max20"}),
    ("ccmon config set plan max", {"max5", "max20"}),
    ("ccmon config set theme ", {"auto", *THEMES}),
    ("ccmon config set emoji ", {"yes", "no"}),
    ("ccmon config set timezone Europe/Wars", {"Europe/Warsaw"}),
    ("ccmon --timezone Europe/Wars", {"Europe/Warsaw"}),
    ("ccmon --timezone lo", {"local"}),
    ("ccmon --ccusage ccusage-of-", {"ccusage-of-mine"}),
]
ZONES = [typed for typed, _ in CASES if "Europe" in typed]


def parsers():
    """Command (empty for none) -> its parser."""
    root = call_parser.root_parser()
    commands = next(action.choices for action in root._actions if action.dest == "command")
    return {"": root, **commands}


def flags(parser):
    return {word for action in parser._actions for word in action.option_strings}


@pytest.fixture
def env(home):
    """An environment with a program of ours on PATH."""
    mine = home / "bin" / "ccusage-of-mine"
    mine.parent.mkdir()
    mine.write_text("#!/bin/sh\n")
    mine.chmod(0o755)
    return {"HOME": str(home), "PATH": f"{mine.parent}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


def output(command, env):
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, encoding="utf-8")


# --- current --------------------------------------------------------------------------------------------------------------

@needs_the_makers
def test_the_committed_files_are_what_the_parser_says():
    import generate
    assert generate.differences() == [], "run: python tests/generate.py"


@needs_the_makers
def test_a_new_option_makes_them_differ(monkeypatch):
    import generate
    for module in (generate, call_parser):
        monkeypatch.setattr(module, "MODES", (*call_table.MODES, call_table.Argument("--brand-new", "not in the files yet", "X")))
    added = {line.split(" ")[0] for line in generate.differences() if line.startswith("+") and "brand" in line}
    names = [line for line in generate.differences() if line.startswith("+++")]
    assert added and [name.split()[1] for name in names] == ["completions/ccmon", "completions/_ccmon", "completions/ccmon.fish",
                                                             "man/ccmon.md", "man/ccmon.1"]


@needs_the_makers
def test_every_offered_table_format_is_known_to_tabulate():
    import generate
    import tabulate
    assert set(generate.TABLE_FORMATS) <= set(tabulate.tabulate_formats)


@pytest.mark.parametrize("path", [*PAGES, *sorted(FOLDER.iterdir())], ids=lambda path: path.name)
def test_nothing_of_the_machine_that_made_them(path):
    text = path.read_text(encoding="utf-8")
    assert str(ROOT) not in text and not re.search(r"/(home|root|tmp)/|\b0x", text)


# --- bash -----------------------------------------------------------------------------------------------------------------

BASH = """
source "$1" || exit 9
COMP_LINE=$2 COMP_POINT=${#2}
read -ra COMP_WORDS <<<"$2"
[[ $2 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
function=$(complete -p ccmon | sed 's/.*-F \\([^ ]*\\).*/\\1/')
"$function" ccmon "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""


def in_bash(typed, env):
    found = output([program("bash"), "--norc", "-c", BASH, "bash", str(FOLDER / "ccmon"), typed], env)
    assert found.returncode == 0 and found.stderr == ""
    return set(found.stdout.split())


def in_fish(typed, env):
    found = output([program("fish"), "--no-config", "-c", 'source "$argv[1]"; complete -C "$argv[2]"', str(FOLDER / "ccmon.fish"),
                    typed], env)
    assert found.returncode == 0 and found.stderr == ""
    return {line.split("\t")[0] for line in found.stdout.splitlines()}


def skip_without_zones(typed):
    if typed in ZONES and not ZONE_TAB.exists():
        pytest.skip(f"there is no {ZONE_TAB}")


@pytest.mark.parametrize("ask", [in_bash, in_fish])
@pytest.mark.parametrize("typed, offered", CASES, ids=[typed for typed, _ in CASES])
def test_what_is_offered(ask, typed, offered, env):
    skip_without_zones(typed)
    assert ask(typed, env) == offered


@pytest.mark.parametrize("ask", [in_bash, in_fish])
@pytest.mark.parametrize("command", sorted(parsers()))
def test_every_option_is_offered(ask, command, env):
    offered = ask(f"ccmon {command} --".replace("  ", " "), env)
    assert offered == {flag for flag in flags(parsers()[command]) if flag.startswith("--")}


@pytest.mark.parametrize("ask", [in_bash, in_fish])
def test_a_path_to_ccusage_is_completed(ask, env):
    folder = env["PATH"].split(":")[0]
    assert ask(f"ccmon --ccusage {folder}/cc", env) == {f"{folder}/ccusage-of-mine"}


FILES = ["history --backup ", "report --html ", "merge ", "export --output ", "learn --compare "]


@pytest.mark.parametrize("ask", [in_bash, in_fish])
@pytest.mark.parametrize("words", FILES)
def test_files_are_offered_where_a_file_is_named(ask, words, env):
    folder = env["PATH"].split(":")[0]
    assert ask(f"ccmon {words}{folder}/cc", env) == {f"{folder}/ccusage-of-mine"}


@pytest.mark.parametrize("ask", [in_bash, in_fish])
def test_no_name_is_offered_where_none_is_taken(ask, env):
    assert ask("ccmon config edit ", env) == set()


@pytest.mark.parametrize("ask", [in_bash, in_fish])
def test_the_last_of_a_list_of_columns_is_completed(ask, env):
    assert ask("ccmon history --columns start,tok", env) == {"start,tokens"}
    assert ask("ccmon history --columns mod", env) == {"model", "models"}
    assert ask("ccmon history --columns start,tokens,", env) >= {"start,tokens,cost", "start,tokens,models"}


OWN = "[ccmon]\ntheme = dark\n[plans]\nTeam = 60,000\nsmall=5\n[theme.mine]\nok = 2\n[prices]\nclaude-x = 1,2,3,4,5\n"
OWN_CASES = [("ccmon --theme mi", {"mine"}), ("ccmon --plan tea", {"team"}), ("ccmon --plan sm", {"small"}),
             ("ccmon --plan claude", set()), ("ccmon config set theme ", {"auto", *THEMES, "mine"}),
             ("ccmon config set plan ", {*PLAN_NAMES, "team", "small"})]


@pytest.mark.parametrize("ask", [in_bash, in_fish])
@pytest.mark.parametrize("typed, offered", OWN_CASES)
@pytest.mark.parametrize("elsewhere", [False, True])
def test_plans_and_themes_of_ones_own_are_offered(ask, typed, offered, elsewhere, env, home):
    base = home / ("else where" if elsewhere else ".config")
    (base / "ccmon").mkdir(parents=True)
    (base / "ccmon/config.ini").write_text(OWN)
    assert ask(typed, {**env, **({"XDG_CONFIG_HOME": str(base)} if elsewhere else {})}) == offered


# --- typed by a person ------------------------------------------------------------------------------------------------------

ZSH = f"PROMPT='> '; fpath=({FOLDER} $fpath); autoload -Uz compinit; compinit -D -u; print ready''now"
SHELLS = {
    "bash": (["bash", "--norc", "-i"], f"PS1='> '; bind 'set bell-style none'; source {FOLDER}/ccmon; echo ready''now"),
    "zsh": (["zsh", "-f", "-i"], ZSH),
    "fish": (["fish", "--no-config", "-i"], f"function fish_prompt; echo '> '; end; source {FOLDER}/ccmon.fish; echo ready''now"),
}


def typing(shell, env):
    """The shell at its prompt, completions loaded, with room for long lists."""
    command, setup = SHELLS[shell]
    path = program(command[0])
    term = Terminal([path, *command[1:]], columns=200, rows=60, env={**env, "SHELL": path})
    term.send(setup + "\r")
    term.wait_for("readynow")
    return term


@pytest.mark.parametrize("shell", sorted(SHELLS))
def test_tab_finishes_the_words(shell, env):
    with typing(shell, env) as term:
        term.send("ccmon --pl\tcustom\thist\t--ta\tfanc\t")
        term.wait_for("ccmon --plan custom_max history --table fancy_grid")


@pytest.mark.parametrize("typed, offered", CASES, ids=[typed for typed, _ in CASES])
def test_zsh_offers(typed, offered, env):
    skip_without_zones(typed)
    with typing("zsh", env) as term:
        term.send("clear; print clear''ed\r")
        term.wait_until(lambda: "cleared" in term.text() and "readynow" not in term.text())
        term.send(typed + "\t\t")
        term.wait_until(lambda: offered <= set(term.text().replace(typed + " ", "", 1).split()), offered)


def test_zsh_completes_plans_and_themes_of_ones_own(env, home):
    (home / ".config/ccmon").mkdir(parents=True)
    (home / ".config/ccmon/config.ini").write_text(OWN)
    with typing("zsh", env) as term:
        term.send("ccmon --theme mi\t--plan tea\t hist")
        term.wait_for("ccmon --theme mine --plan team hist")


def test_zsh_completes_a_list_of_columns(env):
    with typing("zsh", env) as term:
        term.send("ccmon history --columns start,tok\tcos\t --rows 3")
        term.wait_for("ccmon history --columns start,tokens,cost --rows 3")


@pytest.mark.parametrize("command", sorted(parsers()))
def test_zsh_offers_every_option(command, env):
    wanted = {flag for flag in flags(parsers()[command]) if flag.startswith("--")}
    with typing("zsh", env) as term:
        term.send(f"ccmon {command} --\t".replace("  ", " "))
        term.wait_until(lambda: wanted <= set(term.text().split()), wanted)


def test_zsh_finds_no_fault_in_the_file(env):
    found = output([program("zsh"), "-n", str(FOLDER / "_ccmon")], env)
    assert (found.returncode, found.stderr) == (0, "")
