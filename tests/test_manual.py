"""The manual: free of faults, 80 columns wide, and nothing that the program knows is missing in it."""

import os
import re
import shutil
import subprocess
from contextlib import nullcontext, suppress
from pathlib import Path

import pytest
import scenes
from test_generated import flags, parsers, program

from ccmon import __version__, arguments
from ccmon.alerts import kinds, rules
from ccmon.settings.options import OPTIONS, SECTIONS, flag_name
from ccmon.settings.themes import THEMES
from ccmon.text import ROLES
from ccmon.typed_values import PLAN_NAMES
from ccmon.views.line.dialects import DIALECTS
from ccmon.views.screen.foot import KEYS

pytestmark = pytest.mark.newest_only

ROOT = Path(__file__).resolve().parent.parent
PAGES = {"ccmon": ROOT / "man" / "ccmon.1", "ccmon-line": ROOT / "man" / "ccmon-line.1"}
SCRIPT = (ROOT / "ccmon" / "ccmon-line").read_text(encoding="utf-8")
SETTINGS = {f"CCMON_{option.name.upper()}" for option in OPTIONS}
OF_SETTINGS = {flag_name(option) for option in OPTIONS}
EVERYWHERE = {"--help", "--version", "--demo"}
# What the sources read and no reader asks for: Windows' own folders, how a notification finds the desktop, where a temporary
# file goes, which shell or terminal the questions propose.
UNTOLD = {"APPDATA", "LOCALAPPDATA", "COMPUTERNAME", "PATHEXT", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "SHELL", "TMUX",
          "TMUX_TMPDIR", "ZDOTDIR", "HOME"}


def plain(name):
    """The page without roff's font changes and escapes."""
    text = re.sub(r"\\f[BIR]|\\[,/&]", "", PAGES[name].read_text(encoding="utf-8"))
    return text.replace("\\-", "-").replace("\\(aq", "'").replace("\\ ", " ").replace("\\e", "\\")


def section(name, heading):
    """What stands under a heading."""
    return re.search(rf"^\.SH {heading}$(.*?)(?=^\.SH |\Z)", plain(name), re.MULTILINE | re.DOTALL).group(1)


def words(text):
    """All that could be a name."""
    return set(re.findall(r"[A-Za-z0-9_-]+", text))


def shown(name, columns=80):
    """The page as `man` shows it, without bold and italics."""
    env = {**os.environ, "MANWIDTH": str(columns), "MANROFFOPT": "-c", "MAN_KEEP_FORMATTING": "", "PAGER": "cat", "LESS": ""}
    found = subprocess.run([program("man"), "-l", str(PAGES[name])], env=env, stdin=subprocess.DEVNULL, capture_output=True,
                           timeout=60, encoding="utf-8")
    assert found.returncode == 0, found.stderr
    return re.sub(r".\x08", "", found.stdout)


# --- its form -------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", sorted(PAGES))
def test_mandoc_has_nothing_to_say_not_even_of_style(name):
    found = subprocess.run([program("mandoc"), "-Tlint", "-Wstyle", str(PAGES[name])], stdin=subprocess.DEVNULL,
                           capture_output=True, timeout=60, encoding="utf-8")
    assert (found.stdout + found.stderr, found.returncode) == ("", 0)


@pytest.mark.parametrize("name", sorted(PAGES))
def test_it_fits_into_80_columns_and_breaks_no_word(name):
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    rows = shown(name).splitlines()
    assert len(rows) > 50 and max(map(len, rows)) <= 80
    assert not [row for row in rows if row.endswith("\u2010")]


@pytest.mark.parametrize("name, wanted", [
    ("ccmon", ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "SETTINGS", "COMMANDS", "KEYS", "NUMBERS", "WINDOWS", "TEMPLATES",
               "CONFIGURATION", "FILES", "ENVIRONMENT", "EXIT STATUS", "EXAMPLES", "TROUBLESHOOTING", "BUGS", "SEE ALSO"]),
    ("ccmon-line", ["NAME", "SYNOPSIS", "DESCRIPTION", "ENVIRONMENT", "FILES", "EXIT STATUS", "EXAMPLES", "SEE ALSO"]),
])
def test_the_sections(name, wanted):
    assert re.findall(r"^\.SH (.*)$", plain(name), re.MULTILINE) == wanted


@pytest.mark.parametrize("name", sorted(PAGES))
def test_its_head_names_the_version(name):
    head = re.search(r'^\.TH (\S+) "1" "([\d-]+)" "([^"]*)" "User Commands"$', plain(name), re.MULTILINE)
    assert (head[1], head[3]) == (name.upper(), f"ccmon {__version__}")
    assert f'"{head[2]}"' in plain("ccmon").splitlines()[1]        # one date for both


def test_each_page_names_the_other():
    assert ".BR ccmon-line (1)" in section("ccmon", "SEE ALSO") and ".BR ccmon (1)" in section("ccmon-line", "SEE ALSO")


# --- ccmon ----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("command", sorted(parsers()))
def test_every_option_and_command_is_told(command):
    page = plain("ccmon")
    settings, commands = page.split("\n.SH COMMANDS\n")
    _, _, own = commands.partition(f".SS ccmon {command}\n")
    assert own or not command
    told = settings + own.split("\n.SS ")[0].split("\n.SH ")[0]
    missing = {flag for flag in flags(parsers()[command]) if not re.search(rf"^\.TP\n(-h, )?{flag}\b", told, re.MULTILINE)}
    assert missing - {"-h"} == set() and ".TP\n-h, --help\n" in page


@pytest.mark.parametrize("command", sorted(set(parsers()) - {""}))
def test_each_usage_has_what_the_parser_has(command):
    own = plain("ccmon").partition(f".SS ccmon {command}\n")[2]
    usage = own[own.index(".SY"):own.index(".YS")]
    parser = parsers()[command]
    own_flags = {flag for flag in flags(parser) if flag[:2] == "--"} - OF_SETTINGS - EVERYWHERE
    assert set(re.findall(r"--[a-z-]+", usage)) == own_flags
    assert ("setting ..." in usage) is bool(OF_SETTINGS & flags(parser)) and f'.SY "ccmon {command}"' in usage
    assert usage.count("[") == usage.count("]") and (".BR " + command) in section("ccmon", "SYNOPSIS")


def test_every_setting_stands_under_a_heading():
    groups = section("ccmon", "SETTINGS").split("\n.SS ")
    assert ".TP" not in groups[0] and all(".TP\n--" in group for group in groups[1:]) and len(groups) == 7


@pytest.mark.parametrize("heading, names", [
    ("SETTINGS", {*PLAN_NAMES, *THEMES, *DIALECTS, *kinds.KINDS, *kinds.CHANNELS}),
    ("CONFIGURATION", {name.split(".")[0] for name in SECTIONS}),
    ("CONFIGURATION", set(ROLES)),
    ("ENVIRONMENT", SETTINGS | {"CCMON_DATA_DIR", "CCMON_NOW", "CCMON_ALERT_WEBHOOK_URL", "CCMON_LINE"}),
    ("NUMBERS", {"used", "left", "burn", "lasts", "runs", "reset", "official", "cache", "cost", "forecast", "likelihood", "time",
                 "limit", "models", "tokens"}),
    ("EXAMPLES", {"tmux", "prompt", "Claude", "record", "zsh", "fish", "bash"}),
])
def test_every_name_is_told(heading, names):
    assert names - words(section("ccmon", heading)) == set()


def test_every_variable_that_the_sources_read_is_told():
    sources = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "ccmon").rglob("*.py"))
    read = set(re.findall(r'env(?:iron)?(?:\.get\(|\[)"([A-Z][A-Z_]*[A-Z])"', sources))
    assert len(read) > 20 and read - UNTOLD - words(section("ccmon", "ENVIRONMENT")) == set()


def test_the_variables_of_an_alert_are_told():
    given = {name for name in words(section("ccmon", "ENVIRONMENT")) if name.startswith("CCMON_ALERT_")} - SETTINGS
    sample = rules.sample(kinds.KINDS[0], scenes.scene(3_000).snapshot, scenes.FixedZone())
    assert given - {"CCMON_ALERT_WEBHOOK_URL"} == set(rules.variables(sample))


def test_every_key_is_told():
    keys = re.findall(r"^\.TP\n\.B (.*)$", section("ccmon", "KEYS"), re.MULTILINE)
    assert keys == [key for key, _, _ in KEYS]


def test_every_field_of_a_template_is_told():
    readme = (ROOT / "README.md").read_text(encoding="utf-8").split("### Templates\n")[1].split("\n### ")[0]
    rows = "".join(re.findall(r"^\| `\{.*?\|", readme, re.MULTILINE))
    told, known = (set(re.findall(r"\{([a-z_0-9]+)(?::N)?\}", text)) for text in (section("ccmon", "TEMPLATES"), rows))
    assert told == known and len(told) > 20


def test_the_exit_codes():
    told = re.findall(r"^\.B (\d+)$", section("ccmon", "EXIT STATUS"), re.MULTILINE)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    table = readme.split("### Exit codes\n")[1].split("\n#")[0]
    assert told == sorted(re.findall(r"^\| `(\d+)` \|", table, re.MULTILINE), key=int) and len(told) > 5


def test_every_example_parses():
    calls = re.findall(r"^\.B (ccmon.*)$", section("ccmon", "EXAMPLES"), re.MULTILINE)
    assert len(calls) > 5 and all(arguments.parse(call.split()[1:]) for call in calls)


def test_every_call_in_the_text_parses():
    """Those in one pair of bold quotes, and those in examples."""
    page = plain("ccmon").split("\n.SH COMMANDS\n")[0] + plain("ccmon").split("\n.SH KEYS\n")[1]
    calls = re.findall(r'^\.(?:B|BR|RB)(?: \()? "(ccmon [^"]*)"', page, re.MULTILINE)
    for block in re.findall(r"^\.EX$(.*?)^\.EE$", page, re.MULTILINE | re.DOTALL):
        calls += re.findall(r'(?:^|/to/|\()(ccmon [-a-z][^|>;)"\n]*)', block, re.MULTILINE)
    for call in calls:
        with suppress(SystemExit) if call.startswith("ccmon help") else nullcontext():
            arguments.parse(call.split()[1:])
    assert len(calls) > 20


def test_the_configuration_that_it_shows_is_right(tmp_path):
    from ccmon.settings import config, options
    example = re.search(r"^\.EX$\n(.*?)^\.EE$", section("ccmon", "CONFIGURATION"), re.MULTILINE | re.DOTALL).group(1)
    sections = config.sections_of(example, "config.ini", options.SECTIONS)
    assert options.plan_table(sections)["team"] == 60_000 and set(sections) == {"ccmon", "plans", "prices", "theme.sunset"}
    assert options.from_file(sections)["plan"].text == "team" and options.price_table(sections)["claude-foo-9"].input == 3


# --- ccmon-line -----------------------------------------------------------------------------------------------------------

def test_its_dialects_are_those_of_ccmon():
    told = re.search(r"^is (plain, .*?);", section("ccmon-line", "DESCRIPTION"), re.MULTILINE | re.DOTALL).group(1)
    assert re.split(r",\s+| or ", told) == list(DIALECTS)


def test_what_it_says_of_a_fault_is_what_the_script_says():
    said = set(re.findall(r"'(CC ! [^']*)'", SCRIPT))
    assert said == set(re.findall(r"^\.B (CC ! .*)$", section("ccmon-line", "EXIT STATUS"), re.MULTILINE)) and len(said) == 2


def test_the_variables_that_the_script_reads():
    read = set(re.findall(r"\$\{([A-Z_]+)[:+-]", SCRIPT)) | {"PATH"}
    assert len(read) > 20 and read - SETTINGS - words(section("ccmon-line", "ENVIRONMENT")) == set()
