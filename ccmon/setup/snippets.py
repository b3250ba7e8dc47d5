"""What `ccmon init` prints: for each shell and bar, the text to put into its configuration.

The code for shells is in prompts.py. It compares times of files, as ccmon-line does: no other program runs while the line is
fresh. Where a variable chooses another line than the one that was set up, it asks ccmon.
"""

from __future__ import annotations

import json
import re
from binascii import crc32

from ccmon.quick_typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Sequence
from ccmon.settings.options import OPTIONS
from ccmon.setup.prompts import ABOVE, BARE, BASH, FISH, FISH_SHOWN, SHOWN, ZSH, ZSH_CODE

# They choose file and text of the line.
VARIABLES = ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "CLAUDE_CONFIG_DIR", "CCMON_DATA_DIR", "CCMON_NOW",
             "LC_ALL", "LC_CTYPE", "LANG", "TZ", "NO_COLOR", *(f"CCMON_{option.name.upper()}" for option in OPTIONS))


class SnippetValues(NamedTuple):
    """What the texts are filled with: absolute paths, and what chooses between texts."""

    ccmon: str
    line: Sequence[str]                # the words that print the line: ccmon-line, or ccmon --statusline --format
    folder: str                        # of the cached lines
    file: str                          # of this dialect's line there
    config: str
    settings: str = ""                 # Claude Code's settings.json, where that is asked for
    where: str = BARE                  # BARE, SHOWN or ABOVE: what the text for a shell does with the line
    bash_file: str = ".bashrc"         # in the home: what a new bash reads
    is_for_all: bool = False           # that is one which other shells read, too
    direct: str = ""                   # words of the shell that start ccmon sooner for Claude Code
    tmux_format: str = "tmux"          # what chooses the line in status-right, as tmux_line.word has it


# --- quoting --------------------------------------------------------------------------------------------------------------

def for_sh(word: str) -> str:
    """One word of a shell command."""
    harmless = word and all(char.isascii() and (char.isalnum() or char in "/._-+:@") for char in word)
    return word if harmless else "'" + word.replace("'", "'\\''") + "'"


def for_fish(word: str) -> str:
    """One word of a fish command."""
    return "'" + word.replace("\\", "\\\\").replace("'", "\\'") + "'"


def for_tmux(text: str) -> str:
    """The inside of a double-quoted tmux string, in a format."""
    doubled = text.replace("#", "##").replace("%", "%%")
    return doubled.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")


def command(values: SnippetValues, dialect: str) -> str:
    """The shell command that prints the line."""
    return " ".join(for_sh(word) for word in (*values.line, dialect))


# --- shells ---------------------------------------------------------------------------------------------------------------

_FILES = ("fresh", "expires", "ends", "state", "now")
_HEADS = {"bash": "local _ccmon_before=$? _ccmon_line",
          "zsh": "trap - DEBUG ZERR\n  [[ ! -o restricted ]] || return 0\n  local _ccmon_line"}
_TAILS = {"bash": 'builtin export -n CCMON_LINE\n  [[ $# = 0 ]] || return "$_ccmon_before"',
          "zsh": "[[ $_ccmon_where == bare ]] || _ccmon_show\n  return 0"}
_READS = {                             # of a file of the line alone, of one with the words before it
    "bash": ("IFS= builtin read -r _ccmon_line <@FILE@",
             "{ IFS= builtin read -r _ccmon_line; IFS= builtin read -r _ccmon_line; } <@FILE@"),
    "zsh": ("_ccmon_line=$(<@FILE@)",  # it reads byte by byte otherwise
            "_ccmon_line=$(<@FILE@) && _ccmon_line=${_ccmon_line#*$'\\n'}"),
    "fish": ("read -gL CCMON_LINE", "read -gL _ccmon_words CCMON_LINE")}


def _filled(text: str, texts: Dict[str, str]) -> str:
    for name, value in texts.items():
        text = text.replace(f"@{name}@", value)
    return text


def _shell(text: str, dialect: str) -> Callable[[SnippetValues], str]:
    quote, variable = (for_fish, "${}") if dialect == "fish" else (for_sh, "${{{}-}}")

    def fill(values: SnippetValues) -> str:
        has_words, chosen = values.file.endswith(".line"), "|".join(map(variable.format, VARIABLES))
        texts = {"READ": _READS[dialect][has_words], **{name.upper(): quote(f"{values.folder}/{name}") for name in _FILES},
                 "FILE": quote(f"{values.folder}/{values.file}"), "CONFIG": quote(values.config), "FOLDER": quote(values.folder),
                 "CCMON": quote(values.ccmon), "DIALECT": dialect, "RC": f"~/{values.bash_file}",
                 "VALUES": f'"{chosen}"' if dialect == "fish" else chosen, "HEAD": _HEADS.get(dialect, ""),
                 "TAIL": _TAILS.get(dialect, ""), "WHERE": values.where,
                 "TRAPS": "" if values.where == BARE else '"$(trap -p CHLD DEBUG)"'}
        whole = text + FISH_SHOWN if dialect == "fish" and values.where != BARE else text
        return _filled(whole, {**texts, "CODE": for_sh(_filled(ZSH_CODE, texts)) if dialect == "zsh" else ""})
    return fill


# --- Claude Code ------------------------------------------------------------------------------------------------------------

CLAUDE_OPTIONS = "--statusline --format claude"


def claude_command(ccmon: str, direct: str = "", more: str = "") -> str:
    """The command for Claude Code; all are words of the shell: the program, what starts it sooner, and further options.

    Where that start is gone, as after an upgrade of Python, the program itself still answers.
    """
    by_name = f"{ccmon} {CLAUDE_OPTIONS}{more}"
    return f"{direct} {CLAUDE_OPTIONS}{more} || {by_name}" if direct else by_name


def claude_entry(ccmon: str, direct: str = "") -> Dict[str, Any]:
    """The statusLine of Claude Code's settings; as claude_command."""
    return {"type": "command", "command": claude_command(ccmon, direct), "refreshInterval": 10}


# --- tmux and bars --------------------------------------------------------------------------------------------------------

def _tmux_command(values: SnippetValues) -> str:
    return f"{for_tmux(' '.join(map(for_sh, values.line)))} {values.tmux_format}"


def _bar(dialect: str, text: str, quote: Callable[[str], str] = str) -> Callable[[SnippetValues], str]:
    """A text with the shell command of that dialect for @LINE@."""
    return lambda values: _filled(text, {"LINE": quote(command(values, dialect)), "CCMON": for_sh(values.ccmon),
                                         "TMUX": _tmux_command(values), "SETTINGS": values.settings,
                                         "CLAUDE": _json(claude_entry(for_sh(values.ccmon), values.direct))})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


_XBAR = """#!/bin/sh
# In @FILE@, made executable with chmod +x:
export LANG="${LANG:-en_US.UTF-8}"
@LINE@
"""


TARGETS: Dict[str, Callable[[SnippetValues], str]] = {
    "bash": _shell(BASH, "bash"), "zsh": _shell(ZSH, "zsh"), "fish": _shell(FISH, "fish"),
    "tmux": _bar("tmux", """# In ~/.tmux.conf:
set -g status-interval 5
set -g status-right-length 100
set -g status-right "#(@TMUX@)"
"""),
    "claude": _bar("claude", """\
// In @SETTINGS@, or let ccmon init claude --write put it there, which keeps a command of your own:
"statusLine": @CLAUDE@
"""),
    "starship": _bar("starship", """# In ~/.config/starship.toml, and $custom where the line shall stand in `format`:
[custom.ccmon]
command = @LINE@
when = true
shell = ["/bin/sh"]
format = "[$output]($style) "
""", _json),
    "waybar": _bar("waybar", """// In ~/.config/waybar/config, and "custom/ccmon" in a list such as "modules-right":
"custom/ccmon": {
  "exec": @LINE@,
  "return-type": "json",
  "interval": 5
}
""", _json),
    "i3blocks": _bar("i3blocks", """# In ~/.config/i3blocks/config:
[ccmon]
command=@LINE@
interval=5
format=json
"""),
    "polybar": _bar("polybar", """; In ~/.config/polybar/config.ini, and ccmon in a list such as modules-right:
[module/ccmon]
type = custom/script
exec = @LINE@
interval = 5
"""),
    "xbar": _bar("xbar", _XBAR.replace("@FILE@", "~/Library/Application Support/xbar/plugins/ccmon.10s.sh")),
    "swiftbar": _bar("xbar", _XBAR.replace("@FILE@", "SwiftBar's plugin folder as ccmon.10s.sh")),
    "i3bar": _bar("plain", """\
# In ~/.config/i3/config: the line in front of what i3status says (its output_format has to be "none").
bar {
    status_command i3status | while IFS= read -r rest; do printf '%s | %s\\n' "$(@LINE@)" "$rest"; done
}
"""),
    "p10k": _bar("zsh", """# In ~/.p10k.zsh, and ccmon in POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS:
function prompt_ccmon() {
  p10k segment -e -t '$CCMON_LINE'
}
# In ~/.zshrc, before p10k is loaded:
eval "$(@CCMON@ init zsh)"
"""),
    "oh-my-posh": _bar("plain", """# In the start-up file of bash or zsh:
set_poshcontext() { export POSH_CCMON="$(@LINE@)"; }
# In that of fish:
function set_poshcontext; set -gx POSH_CCMON (@LINE@); end
# In the configuration of oh-my-posh, in the list of segments where the line shall stand:
{"type": "text", "style": "plain", "template": "{{ .Env.POSH_CCMON }} "}
"""),
    "liquidprompt": _bar("bash", """# In ~/.config/liquidpromptrc (for zsh with the word zsh at the end of the command):
LP_PS1_PREFIX='$(@LINE@) '
""", lambda line: line.replace("'", "'\\''"))}


# --- what --write puts between its markers --------------------------------------------------------------------------------

TMUX_LENGTH, TMUX_BEFORE = 100, "@ccmon_status_right_length"       # of status-right; where --undo finds what it was
TMUX_BARE = "#[default]"               # the bar's own colours: a theme's last words may end in those of a separator
# After the lines `$?` and `$_` are as before: the first prompt may show them. No -e or ERR trap is stirred.
_UNNOTICED = ('_ccmon_status=$? _ccmon_last=$_\n@LINES@: "$_ccmon_last"\n'
              '[[ $_ccmon_status = 0 ]] || (exit "$_ccmon_status") && [[ . ]]\n')
# Target -> the lines for the start-up file of a shell or of tmux: the line is set up and shown.
BLOCKS = {
    "bash": _UNNOTICED.replace(
        "@LINES@", 'case $- in *i*) [ -x @CCMON@ ] && eval "$(@CCMON@ init bash --@WHERE@ 2>/dev/null)" ;; esac\n'),
    "zsh": _UNNOTICED.replace("@LINES@", '[ -x @CCMON@ ] && eval "$(@CCMON@ init zsh --@WHERE@ 2>/dev/null)"\n'),
    "fish": "test -x @CCMON@; and status is-interactive; "
            "and /bin/sh -c 'exec \"$0\" init fish --@WHERE@' @CCMON@ 2>/dev/null | source\n",
    "tmux": f"if -F '#{{!=:#{{status-right-length}},{TMUX_LENGTH}}}' {{ set -gF {TMUX_BEFORE} '#{{status-right-length}}' }}\n"
            f"set -g status-right-length {TMUX_LENGTH}\n"
            f"if -F '#{{m:*ccmon*,#{{status-right}}}}' '' {{ set -ga status-right \"{TMUX_BARE} #(@TMUX@)\" }}\n"}
WRITABLE = (*BLOCKS, "claude")         # what --write and --undo know
PLACED = {SHOWN: ("bash", "zsh", "fish"), ABOVE: ("bash",)}    # the shells whose text can put the line there


def block(target: str, values: SnippetValues) -> str:
    """The lines of BLOCKS with these values."""
    where = values.where if target in PLACED.get(values.where, ()) else SHOWN
    lines = _filled(BLOCKS[target], {"WHERE": where, "TMUX": _tmux_command(values),
                                     "CCMON": (for_fish if target == "fish" else for_sh)(values.ccmon)})
    return f"case ${{BASH_VERSION-}} in ?*)\n{lines};; esac\n" if values.is_for_all else lines


def tmux_calls(block: str) -> List[str]:
    """What the lines of such a block have put into status-right, as the server holds it."""
    calls = re.findall(r'set -ga status-right "(?:#\[default\])? (#\(.*\))"', block)
    return [re.sub(r"\\(.)", r"\1", call) for call in calls]


# --- while a prompt is tried: `ccmon init` and `ccmon doctor` test whether it shows the line, and see a stand-in ------------

# The variable holds the path of a file: the shell notes there how far its start-up files came, and what is defined then.
PROBE = "CCMON_PROBE"
STAND_IN_END = ".line"                 # ends the name of the file beside it that holds the stand-in
STAND_IN_CELLS = 52                    # as wide as the line is on most days, where max_width lets it
LEAST_STAND_IN_CELLS = 12              # with fewer it could not be recognized
BLOCK_READ, HOOK_RAN = "ccmon:block", "ccmon:hook"     # in the file: the start-up file came so far, and the prompt's hook ran
FIXED, NO_HOOK = "ccmon:fixed", "ccmon:no-hook"        # the prompt is read-only, and so is PROMPT_COMMAND
NO_VARS = "ccmon:no-vars"              # a prompt in bash is a mere text


def stand_in_mark(path: str) -> str:
    """What the stand-in begins with; it is not in the environment, which a start-up file may print."""
    return f"CC-{crc32(path.encode('utf-8', 'surrogateescape')):08x}-"


def probe_file_name(max_width: int) -> str:
    """The name of a file for a line that may take so many cells."""
    return f"report.{max(LEAST_STAND_IN_CELLS, min(max_width, STAND_IN_CELLS))}"


def stand_in(path: str) -> str:
    """The stand-in, of characters that mean nothing to any shell."""
    cells = path.rpartition(".")[2]
    return stand_in_mark(path).ljust(int(cells) if cells.isdigit() and len(cells) < 4 else STAND_IN_CELLS, "-")


def stand_in_of(env: Mapping[str, str]) -> Optional[str]:
    """The stand-in of a call that is made during such a test; None otherwise."""
    return stand_in(env[PROBE]) if env.get(PROBE) else None


# The hook itself stays: it never finds the usual variables, and so it asks for the line each time.
_PROBE_SH = """
_ccmon_usual=ccmon:never
_ccmon_note() {
  { builtin echo "$1"; @NAMES@; } >>@FILE@ 2>/dev/null
}
_ccmon_ask() {
  CCMON_LINE=@LINE@
  _ccmon_note @HOOK@ || :
}
_ccmon_note @BLOCK@ || :
"""
_PROBE_FISH = """
set -g _ccmon_usual ccmon:never
function _ccmon_note
    begin
        echo $argv[1]
        set -n
        functions -an
    end >>@FILE@ 2>/dev/null
end
function _ccmon_ask
    set -g CCMON_LINE @LINE@
    _ccmon_note @HOOK@
end
_ccmon_note @BLOCK@
"""
_PROBE_NAMES = {                       # what prints them
    "bash": f"builtin compgen -v; builtin compgen -A function; _ccmon_may_set PS1 || builtin echo {FIXED}; "
            f"_ccmon_may_set PROMPT_COMMAND || builtin echo {NO_HOOK}; builtin shopt -q promptvars || builtin echo {NO_VARS}",
    "zsh": 'builtin print -rl -- "${(@k)parameters}" "${(@k)functions}"; '
           f"[[ ${{(t)RPROMPT}} != *readonly* ]] || builtin echo {FIXED}"}


def probe_code(shell: str, env: Mapping[str, str]) -> str:
    """What follows the text for a shell during the test: its hook is the same, the line is the stand-in."""
    line = stand_in_of(env)
    if line is None or shell not in (*_PROBE_NAMES, "fish"):
        return ""
    text, quote = (_PROBE_FISH, for_fish) if shell == "fish" else (_PROBE_SH, for_sh)
    return _filled(text, {"NAMES": _PROBE_NAMES.get(shell, ""), "LINE": line, "HOOK": HOOK_RAN, "BLOCK": BLOCK_READ,
                          "FILE": quote(env[PROBE])})
