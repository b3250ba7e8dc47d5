"""What the shells offer for values that are no plain list of words: zones, programs, lists of columns, config.ini's values.

Each is a function of the shell's own, which the completions carry along; tests/generate.py puts them in.
"""

from typing import Dict, List

from ccmon.settings.options import OPTIONS
from ccmon.settings.themes import THEMES
from ccmon.typed_values import PLAN_NAMES, PLANS
from ccmon.views.history.table_columns import COLUMNS

Completer = Dict[str, object]
ZONES = "grep -v '^#' /usr/share/zoneinfo/zone.tab 2>/dev/null | cut -f3"
WINDOWS = ("five_hour", "seven_day", "seven_day_opus", "seven_day_sonnet")     # of all names those that are often seen
COLUMN_NAMES = [column.name for column in COLUMNS]
SORTED_BY = [column.name for column in COLUMNS if column.data]
NAMES = [*(option.name for option in OPTIONS), *(f"plans.{plan}" for plan in PLANS)]
ASKING = "get|set|unset"               # actions of ccmon config that are followed by a name

# config.ini is read by sed, without ccmon: a tab is not to wait for Python
INI = '"${XDG_CONFIG_HOME:-$HOME/.config}/ccmon/config.ini"'
OWN_THEMES = "sed -n 's/^\\[theme\\.\\([A-Za-z0-9_-]*\\)\\].*/\\1/p' {ini} 2>/dev/null"
OWN_PLANS = "sed -n '/^\\[plans\\]/,/^\\[/s/^\\([A-Za-z0-9_.-]\\{{1,\\}}\\) *[=:].*/\\1/p' {ini} 2>/dev/null | tr A-Z a-z"
OWN = {"themes": (OWN_THEMES, ("auto", *THEMES)), "plans": (OWN_PLANS, PLAN_NAMES)}

BASH = {
    "command_or_file": 'compgen -c -- "$1"\n  compgen -f -- "$1"',
    "zones": f'compgen -W "local UTC $({ZONES})" -- "$1"',
    "columns": f'local before=${{1%"${{1##*,}}"}}\n  compgen -P "$before" -W "{" ".join(COLUMN_NAMES)}" -- "${{1##*,}}"',
    "names": f'case ${{COMP_WORDS[COMP_CWORD-1]}} in\n    {ASKING}) compgen -W "{" ".join(NAMES)}" -- "$1" ;;\n  esac',
}
ZSH = {
    "command_or_file": "_alternative 'commands:command:_path_commands' 'files:program:_files'",
    "zones": f'local -a zones\n  zones=(local UTC ${{(f)"$({ZONES})"}})\n  _wanted zones expl zone compadd -a zones',
    "columns": f"_values -s , column {' '.join(COLUMN_NAMES)}",
    "names": f"case $words[CURRENT-1] in\n    {ASKING}) _wanted names expl name compadd - {' '.join(NAMES)} ;;\n  esac",
}
FISH = {
    "command_or_file": "__fish_complete_command",
    "zones": f"echo local; echo UTC; {ZONES}",
    "columns": "set -l before (commandline -ct | string replace -r '^--columns=' '' | string replace -r '[^,]*$' '')\n"
               f"  for name in {' '.join(COLUMN_NAMES)}\n    echo \"$before$name\"\n  end",
    "names": f"switch (commandline -opc)[-1]\n    case {ASKING.replace('|', ' ')}\n      printf '%s\\n' {' '.join(NAMES)}\n  end",
}


def _own(shell: str, name: str) -> str:
    """The words that ccmon knows, and those of config.ini."""
    sed, known = OWN[name]
    words = " ".join(known)
    if shell == "bash":
        return f'compgen -W "{words} $({sed.format(ini=INI)})" -- "$1"'
    if shell == "zsh":
        return f'local -a own\n  own=(${{(f)"$({sed.format(ini=INI)})"}})\n  _wanted {name} expl {name} compadd - {words} $own'
    folder = 'set -l base $XDG_CONFIG_HOME\n  test -n "$base"; or set base "$HOME/.config"\n  '
    return folder + f"printf '%s\\n' {words}\n  " + sed.format(ini='"$base/ccmon/config.ini"')


def _values(shell: str) -> str:
    """A case for each option: what may stand behind `ccmon config set NAME`."""
    give = {"bash": 'compgen -W "{}" -- "$1"', "zsh": "_wanted values expl value compadd - {}",
            "fish": "printf '%s\\n' {}"}[shell]
    calls = {"timezone": "zones", "ccusage": "command_or_file", "plan": "plans", "theme": "themes"}
    rows: List[str] = []
    for option in OPTIONS:
        words = option.choices or (("yes", "no") if option.default in ("yes", "no") else ())
        argument = ' "$1"' if shell == "bash" else ""
        does = f"_ccmon_{calls[option.name]}{argument}" if option.name in calls else give.format(" ".join(words)) if words else ""
        if does:
            rows.append(f"    case {option.name}\n      {does}" if shell == "fish" else f"    {option.name}) {does} ;;")
    before = {"bash": "case ${COMP_WORDS[COMP_CWORD-1]} in", "zsh": "case $words[CURRENT-1] in",
              "fish": "switch (commandline -opc)[-1]"}[shell]
    return "\n".join([before, *rows, "  end" if shell == "fish" else "  esac"])


def _function(shell: str, name: str, body: str) -> str:
    return f"function _ccmon_{name}\n  {body}\nend\n" if shell == "fish" else f"_ccmon_{name}() {{\n  {body}\n}}\n"


def _completer(name: str) -> Completer:
    """The name of the function in each shell, with its text."""
    tables = (("bash", BASH), ("zsh", ZSH), ("fish", FISH))
    texts = {shell: _function(shell, name, _values(shell) if name == "values" else table.get(name) or _own(shell, name))
             for shell, table in tables}
    return {"bash": f"_ccmon_{name}", "zsh": f"_ccmon_{name}", "fish": f"(_ccmon_{name})", "preamble": texts}


# destination of an option or argument -> what completes it
COMPLETERS: Dict[str, Completer] = {
    "ccusage": _completer("command_or_file"), "timezone": _completer("zones"), "columns": _completer("columns"),
    "plan": _completer("plans"), "theme": _completer("themes"), "name": _completer("names"), "value": _completer("values"),
}
