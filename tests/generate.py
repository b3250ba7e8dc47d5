"""Makes the manual and the shell completions from the one parser: python tests/generate.py [--check].

man/sections.roff holds what a parser does not know. --check writes nothing, prints what differs and exits with 1.
"""

import argparse
import difflib
import re
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import Dict, Iterator, List, Sequence

import shtab
from argparse_manpage.manpage import Manpage

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from completers import COMPLETERS, SORTED_BY, WINDOWS  # noqa: E402

from ccmon import __version__, call_parser  # noqa: E402
from ccmon.alerts.kinds import KINDS as ALERTS  # noqa: E402
from ccmon.settings.options import BY_NAME, OPTIONS  # noqa: E402
from ccmon.views.screen.foot import KEYS  # noqa: E402

SECTIONS = ROOT / "man" / "sections.roff"
NOTE = "Made by tests/generate.py from ccmon's parser. Do not edit it: run python tests/generate.py"
DATED = "2026-11-22"                   # the page's date: change it with __version__
HELP_OPTION = ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nshow this help message and exit\n"
HEADER = ".nr HY 0\n.ad l\n"           # neither stretched nor broken words: commands and paths are read to the letter
ONE_LINE = 10_000                      # columns: argparse shall not wrap
SOURCE_WIDTH = 79                      # of a line of roff
SETTINGS = ".SH SETTINGS\nEach is also a variable in the environment and a line of config.ini: see\n.BR CONFIGURATION .\n"
GROUPS = {"plan": "The limit and the reset", "interval": "Where the usage is read", "theme": "The look", "format": "The line",
          "alerts": "Alerts", "demo": "A demonstration"}        # the first of each -> what they are about
KINDS = {"by": "KIND"}                 # a word in place of a list of values that the text has too

# tabulate's own list differs from version to version: these are in all of them.
TABLE_FORMATS = ("plain", "simple", "github", "grid", "simple_grid", "rounded_grid", "fancy_grid", "pipe", "orgtbl", "jira",
                 "presto", "pretty", "psql", "rst", "mediawiki", "html", "latex", "textile", "tsv", "asciidoc")

def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser and those of its commands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


# --- completions ----------------------------------------------------------------------------------------------------------

def completing() -> argparse.ArgumentParser:
    """A parser that knows the values to offer; the program's own checks them later, and with better words."""
    root = call_parser.root()
    for parser in parsers(root):
        for action in parser._actions:
            _offer(action)
    return root


def _offer(action: argparse.Action) -> None:
    option = BY_NAME.get(action.dest)
    if action.metavar == "FILE":
        action.complete = shtab.FILE  # type: ignore[attr-defined]
    elif action.dest == "kind":
        action.choices = ALERTS
    elif action.dest == "sort":
        action.choices = SORTED_BY
    elif action.dest in COMPLETERS:
        action.complete = COMPLETERS[action.dest]  # type: ignore[attr-defined]
    elif action.dest == "window":
        action.choices = WINDOWS
    elif action.dest == "table":
        action.choices = TABLE_FORMATS
    elif option and option.choices and not option.switch:
        action.choices = option.choices


def completion(shell: str) -> str:
    """The script for bash, zsh or fish, with a word on where it comes from in place of shtab's on where to put it."""
    text = shtab.complete(completing(), shell)
    note = f"# {NOTE}\n# (with shtab, https://github.com/tqdm/shtab)\n"
    text = re.sub(r"# AUTOMATICALLY GENERATED.*\n(#.*\n)*", note, text, count=1)
    return re.sub(r"[ \t]+\n", "\n", re.sub(r"\n{3,}", "\n\n", text)).strip() + "\n"


# --- the manual -----------------------------------------------------------------------------------------------------------

def manual() -> str:
    """The page in roff."""
    with tempfile.NamedTemporaryFile("w", suffix=".roff", encoding="utf-8") as file:
        file.write(_sections())
        file.flush()
        page = Manpage(_documented(), format="single-commands-section", _data={
            "date": DATED, "version": __version__, "project_name": "ccmon", "manual_title": "User Commands",
            "description": _phrase(call_parser.root().description or ""), "include": file.name})
    return f'.\\" {NOTE}\n' + _tidy(str(page))


def _phrase(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:].rstrip(".")


def _documented() -> argparse.ArgumentParser:
    """The parser without what the page says elsewhere or once for all commands."""
    root = call_parser.root()
    root.description = root.epilog = None
    for parser in parsers(root):
        parser.formatter_class = _wide
        if parser is not root:
            _shorten(parser)
    for action in root._actions:
        if isinstance(action, argparse._SubParsersAction):
            action._choices_actions.clear()        # the commands' descriptions say more than their help lines
    root._action_groups.sort(key=lambda group: group.title == "commands")
    return root


def _wide(prog: str) -> argparse.HelpFormatter:
    return argparse.RawDescriptionHelpFormatter(prog, width=ONE_LINE)


def _shorten(command: argparse.ArgumentParser) -> None:
    command._optionals.title = ""
    for action in command._actions:
        action.metavar = KINDS.get(action.dest, action.metavar)
        if action.dest in BY_NAME or action.dest in ("demo", "version"):
            action.help = argparse.SUPPRESS
    settings = " [setting ...]" if any(action.dest in BY_NAME for action in command._actions) else ""
    command.usage = command.format_usage().split(":", 1)[1].strip().replace(" [-h]", "") + settings


def _sections() -> str:
    text = SECTIONS.read_text(encoding="utf-8").replace("@EXAMPLES@", _examples()).replace("@KEYS@", _keys())
    names = {"@COMMANDS@": [word for parser in parsers(call_parser.root()) for word in parser.prog.split()[1:]],
             "@VARIABLES@": [f"CCMON_{option.name.upper()}" for option in OPTIONS[1:]]}
    for place, words in names.items():
        text = text.replace(f"{place}.", _listed(words))
    return text


def _listed(words: Sequence[str]) -> str:
    """One bold word a line, with commas and a full stop."""
    return "\n".join([*(f".BR {word} ," for word in words[:-1]), f".BR {words[-1]} ."])


def _keys() -> str:
    return "\n".join(f".TP\n.B {key}\n{_roff(word + (f': {more}' if more else ''))}" for key, word, more in KEYS)


def _examples() -> str:
    """The examples of --help, as a list."""
    rows = [re.split(r"  +", line.strip(), maxsplit=1) for line in call_parser.EXAMPLES.splitlines()[1:]]
    return "\n".join(f".TP\n.B {_roff(row[0])}\n{_roff(row[1])}" if row[1:] else f".PP\n.B {_roff(row[0])}" for row in rows)


def _roff(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-")


def _tidy(page: str) -> str:
    """Paragraphs instead of blank lines, the help option that argparse-manpage leaves out, groups, usages, short lines."""
    page = page.replace(DATED.replace("-", "\\-"), DATED, 1).replace("\n.SH NAME", f"\n{HEADER}.SH NAME", 1)
    page = page.replace("\nusage: ", "\n").replace("\n.SH\nCOMMANDS\n", "\n.SH COMMANDS\n")
    page = page.replace(".SH OPTIONS\n", ".SH OPTIONS\n" + HELP_OPTION, 1).replace(".SH OUTPUT\n", "", 1)
    page = re.sub(r"\n{2,}", "\n", re.sub(r"\n{2,}(?=[^.\n])", "\n.PP\n", page))
    before, commands, after = re.split(r"(?s)(\n\.SH COMMANDS\n.*?)(?=\n\.SH )", page, maxsplit=1)
    return "\n".join(_wrapped(_grouped(before) + _flat(commands) + after)) + "\n"


def _grouped(settings: str) -> str:
    """The settings under headings."""
    settings = re.sub(r"\.SH SETTINGS\n.*\n", lambda _: SETTINGS, settings)
    for name, heading in GROUPS.items():
        tag = f".TP\n\\fB\\-\\-{name}\\fR"
        settings = settings.replace(tag, f".SS {heading}\n{tag}", 1)
    return settings


def _flat(commands: str) -> str:
    """Each command's options at the left, below a usage that breaks between them."""
    commands = re.sub(r"\n(\.RS 7|\.RE|\.PP\narguments:)(?=\n|$)", "", commands)
    return re.sub(r"\n\.SS \\fB(.*)\\fR\n(.*)", lambda found: _usage(found[1], found[2]), commands)


def _usage(name: str, words: str) -> str:
    parts = re.findall(r"\[(?:[^][]|\[[^]]*\])*\](?: \.\.\.)?|\S+", words[len(name):])
    return "\n".join([f"\n.SS {name}", f'.SY "{name}"', *map(_part, parts), ".YS"])


def _part(part: str) -> str:
    """Options bold, values in italics; a line may break at | alone."""
    part = re.sub(r"\b[A-Z]+\b", r"\\fI\g<0>\\fR", part)
    part = re.sub(r"\\-\\-[a-z]+(\\-[a-z]+)*", r"\\fB\g<0>\\fR", part).replace("setting ...", "\\fIsetting\\fR ...")
    return part.replace(" ", "\\ ").replace("\\ |\\ ", " |\n")


def _wrapped(page: str) -> Iterator[str]:
    """Short lines, a sentence on a line of its own; requests and examples as they are."""
    exact = False
    for line in page.strip().split("\n"):
        exact = (exact or line == ".EX") and line != ".EE"
        if exact or line[:1] in (".", "'"):
            yield line
        else:
            for sentence in re.split(r"(?<=[a-z)][.]) (?=[A-Z])", line):
                yield from textwrap.wrap(sentence, SOURCE_WIDTH, break_long_words=False, break_on_hyphens=False) or [sentence]


# --- files ----------------------------------------------------------------------------------------------------------------

def texts() -> Dict[Path, str]:
    """Every generated file and what it should hold."""
    folder = ROOT / "completions"
    return {ROOT / "man" / "ccmon.1": manual(), folder / "ccmon": completion("bash"), folder / "_ccmon": completion("zsh"),
            folder / "ccmon.fish": completion("fish")}


def differences() -> List[str]:
    """A unified diff, from the committed files to what the parser says now; empty when they are current."""
    diff: List[str] = []
    for path, text in texts().items():
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        name = path.relative_to(ROOT).as_posix()
        diff += difflib.unified_diff(old.splitlines(), text.splitlines(), name, f"{name} from the parser", lineterm="")
    return diff


def main(argv: Sequence[str]) -> int:
    """Write the files, or with --check say what differs."""
    if "--check" in argv:
        diff = differences()
        print("\n".join(diff) or "man/ and completions/ are current")
        return 1 if diff else 0
    for path, text in texts().items():
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
