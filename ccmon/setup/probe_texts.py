"""What stands in for the line while `ccmon init` and `ccmon doctor` test whether a prompt shows it.

The variable holds the path of a file: the shell notes there how far its start-up files came, and what is defined then.
"""

from typing import Mapping, Optional
from zlib import crc32

from ccmon.setup.snippets import for_fish, for_sh

VARIABLE = "CCMON_PROBE"
LINE = ".line"                         # ends the name of the file beside it that holds the stand-in
CELLS = 52                             # as wide as the line is on most days, where max_width lets it
LEAST_CELLS = 12                       # with fewer it could not be recognized
BLOCK, HOOK = "ccmon:block", "ccmon:hook"          # in the file: the start-up file came so far, and the prompt's hook ran
FIXED, NO_HOOK = "ccmon:fixed", "ccmon:no-hook"    # the prompt is read-only, and so is PROMPT_COMMAND
NO_VARS = "ccmon:no-vars"              # a prompt in bash is a mere text


def mark(path: str) -> str:
    """What the stand-in begins with; it is not in the environment, which a start-up file may print."""
    return f"CC-{crc32(path.encode('utf-8', 'surrogateescape')):08x}-"


def file_name(max_width: int) -> str:
    """The name of a file for a line that may take so many cells."""
    return f"report.{max(LEAST_CELLS, min(max_width, CELLS))}"


def line(path: str) -> str:
    """The stand-in, of characters that mean nothing to any shell."""
    cells = path.rpartition(".")[2]
    return mark(path).ljust(int(cells) if cells.isdigit() and len(cells) < 4 else CELLS, "-")


def line_of(env: Mapping[str, str]) -> Optional[str]:
    """The stand-in of a call that is made during such a test; None otherwise."""
    return line(env[VARIABLE]) if env.get(VARIABLE) else None


# The hook itself stays: it never finds the usual variables, and so it asks for the line each time.
_SH = """
_ccmon_usual=ccmon:never
_ccmon_note() {{
  {{ builtin echo "$1"; {names}; }} >>{file} 2>/dev/null
}}
_ccmon_ask() {{
  CCMON_LINE={line}
  _ccmon_note {hook} || :
}}
_ccmon_note {block} || :
"""
_NAMES = {"bash": f"builtin compgen -v; builtin compgen -A function; _ccmon_may_set PS1 || builtin echo {FIXED}; "
                  f"_ccmon_may_set PROMPT_COMMAND || builtin echo {NO_HOOK}; "
                  f"builtin shopt -q promptvars || builtin echo {NO_VARS}",
          "zsh": 'builtin print -rl -- "${(@k)parameters}" "${(@k)functions}"; '
                 f"[[ ${{(t)RPROMPT}} != *readonly* ]] || builtin echo {FIXED}"}
_FISH = """
set -g _ccmon_usual ccmon:never
function _ccmon_note
    begin
        echo $argv[1]
        set -n
        functions -an
    end >>{file} 2>/dev/null
end
function _ccmon_ask
    set -g CCMON_LINE {line}
    _ccmon_note {hook}
end
_ccmon_note {block}
"""


def code(shell: str, env: Mapping[str, str]) -> str:
    """What follows the text for a shell during the test: its hook is the same, the line is the stand-in."""
    stand_in = line_of(env)
    if stand_in is None or shell not in (*_NAMES, "fish"):
        return ""
    words = {"line": stand_in, "hook": HOOK, "block": BLOCK}
    if shell == "fish":
        return _FISH.format(file=for_fish(env[VARIABLE]), **words)
    return _SH.format(file=for_sh(env[VARIABLE]), names=_NAMES[shell], **words)
