"""Makes the manual and the shell completions from the one table of calls: python tests/generate.py [--check].

The pages are written in man/*.md; what the table knows is put between their `<!-- options: ... -->` and `<!-- end -->`, and
man_page.py makes roff of them. --check writes nothing, prints what differs and exits with 1.
"""

import argparse
import difflib
import re
import sys
import textwrap
from pathlib import Path
from typing import Dict, Iterator, List, Sequence

import shtab

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import man_page  # noqa: E402
from completers import COMPLETERS, SORTED_BY, WINDOWS  # noqa: E402

from ccmon import __version__, call_parser  # noqa: E402
from ccmon.alerts.kinds import KINDS as ALERTS  # noqa: E402
from ccmon.call_parser import manual_topic  # noqa: E402
from ccmon.call_table import COMMANDS, HELP, MODES, PAGES, SETTINGS, Argument  # noqa: E402
from ccmon.settings.options import BY_NAME  # noqa: E402
from ccmon.views.screen.foot import KEYS  # noqa: E402

NOTE = "Made by tests/generate.py from ccmon's parser. Do not edit it: run python tests/generate.py"
DATED = "2026-11-30"                   # the pages' date: change it with __version__
ALL = {**COMMANDS, "help": HELP}
MARKED = re.compile(r"<!-- (?P<what>[\w]+)(?:: (?P<name>\w+))? -->\n.*?<!-- end -->", re.S)
TEXT_WIDTH, USAGE_WIDTH = 126, 70      # columns: of Markdown, and of an example that `man` shifts to the right
GROUPS = {"plan": "The limit and the reset", "interval": "Where the usage is read", "theme": "The look", "format": "The line",
          "alerts": "What you are told", "demo": "A demonstration"}        # the first of each -> what they are about

# tabulate's own list differs from version to version: these are in all of them.
TABLE_FORMATS = ("plain", "simple", "github", "grid", "simple_grid", "rounded_grid", "fancy_grid", "pipe", "orgtbl", "jira",
                 "presto", "pretty", "psql", "rst", "mediawiki", "html", "latex", "textile", "tsv", "asciidoc")

# --- completions ----------------------------------------------------------------------------------------------------------

def parsers(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """The parser and those of its commands."""
    yield parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


def completing() -> argparse.ArgumentParser:
    """A parser that knows the values to offer; the program's own checks them later, and with better words."""
    root = call_parser.root_parser()
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

def page(text: str) -> str:
    """A page in Markdown with what the table of calls says now."""
    def filled(found: "re.Match[str]") -> str:
        made = "\n".join(PARTS[found["what"]](found["name"] or ""))
        return f"{found[0].partition(chr(10))[0]}\n{made}\n<!-- end -->"
    return MARKED.sub(filled, text)


def _modes(_name: str) -> Iterator[str]:
    yield from _named("-h`, `--help", "show this help message and exit")
    yield from _named("--version", "print the version and exit")
    for mode in MODES:
        yield from _option(mode)


def _commands(_name: str) -> Iterator[str]:
    for name, command in ALL.items():
        page_name, _, section = PAGES[manual_topic(name) or "ccmon"].partition(".")
        there = f"; see [{page_name}({section})]({page_name}.md)" if page_name != "ccmon" else ""
        yield from _named(f"ccmon {name}", command.help + there)


def _keys(_name: str) -> Iterator[str]:
    for key, word, more in KEYS:
        yield from _named(key, word + (f": {more}" if more else ""))


def _settings(_name: str) -> Iterator[str]:
    """Every setting, its option, its variable and its line of config.ini, under headings."""
    for setting in SETTINGS:
        heading = GROUPS.get(setting.name.replace("--no-", "--")[2:])
        if heading:
            yield from ("", f"### {heading}", "")
        where = f"{setting.help}. `CCMON_{setting.key.upper()}`, `{setting.key} =`"
        yield from _option(setting._replace(help=where) if setting.key in BY_NAME else setting)
    yield ""


def _command(name: str) -> Iterator[str]:
    """The usage of a command, what it does, and its options."""
    command = ALL[name]
    words = [f"ccmon {name}", *_usage(command.arguments, command.required), *["[setting ...]"] * command.has_settings]
    words = [word.replace(" ", "\xa0").replace("\xa0|\xa0", "\xa0| ") for word in words]
    yield "\n```text"
    yield from (row.replace("\xa0", " ") for row in textwrap.wrap(
        " ".join(words), USAGE_WIDTH, subsequent_indent=" " * len(f"ccmon {name} "), break_on_hyphens=False))
    yield from ("```", "", *textwrap.wrap(command.description, TEXT_WIDTH, break_on_hyphens=False), "")
    for argument in command.arguments:
        yield from _option(argument)
    yield ""


def _usage(arguments: Sequence[Argument], required: str) -> Iterator[str]:
    """A word for each argument, one for those of which a call has one at most."""
    groups = list(dict.fromkeys(argument.excludes or argument.name for argument in arguments))
    for group in groups:
        members = [one for one in arguments if (one.excludes or one.name) == group]
        words = " | ".join(f"{one.name} {_value(one)}".strip() if one.is_option else _value(one) for one in members)
        needed = group == required or not members[0].is_option and members[0].takes != "?"
        yield words if needed and len(members) == 1 else f"({words})" if needed else f"[{words}]"


def _value(argument: Argument) -> str:
    """What stands for its value in a usage, "" where it has none."""
    value = argument.metavar or ("" if argument.switch is not None else argument.key.upper())
    value = "KIND" if argument.key == "by" else value
    if argument.is_option:
        return {"?": f"[{value}]", "+": f"{value} [{value} ...]"}.get(argument.takes, value)
    return value


def _option(argument: Argument) -> Iterator[str]:
    name = f"{argument.name} {_value(argument)}".strip() if argument.is_option else _value(argument)
    yield from _named(name, argument.help)


def _named(name: str, text: str) -> Iterator[str]:
    yield from textwrap.wrap(f"- `{name}`: {text}", TEXT_WIDTH, subsequent_indent="  ", break_on_hyphens=False)


PARTS = {"modes": _modes, "commands": _commands, "keys": _keys, "settings": _settings, "command": _command}

# --- files ----------------------------------------------------------------------------------------------------------------

def texts() -> Dict[Path, str]:
    """Every generated file and what it should hold."""
    made = {ROOT / "completions" / name: completion(shell) for name, shell in
            (("ccmon", "bash"), ("_ccmon", "zsh"), ("ccmon.fish", "fish"))}
    for name in PAGES.values():
        source = ROOT / "man" / f"{name.partition('.')[0]}.md"
        made[source] = page(source.read_text(encoding="utf-8"))
        made[ROOT / "man" / name] = f'.\\" {NOTE}\n' + man_page.roff(made[source], DATED, __version__)
    return made


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
