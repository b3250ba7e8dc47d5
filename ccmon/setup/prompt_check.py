"""Whether a shell's prompt shows the line: the shell is started once with its own start-up files, and what it drew is judged."""

from __future__ import annotations

import os
import re
from contextlib import suppress

from ccmon import private
from ccmon.errors import CcmonError
from ccmon.quick_typing import Callable, Dict, FrozenSet, Mapping, NamedTuple, Optional, Sequence, Tuple
from ccmon.setup import dotfiles, prompt_probe, snippets
from ccmon.setup.prompt_probe import SmallScreen, Trial
from ccmon.setup.snippets import for_sh
from ccmon.system import newfiles, processes, start_up_files
from ccmon.text import clip, printable, width

SEEN, NOT_SEEN, UNKNOWN = "seen", "not seen", "unknown"
SHELLS = ("bash", "zsh", "fish")
ROWS = 24
ROW_COMMAND = "ccmon init bash --write --above"        # gives the line a row of its own above the prompt
USUAL_COLUMNS, WIDE_COLUMNS = 80, 300
GAP_CELLS = 3                          # that shells leave free beside a right prompt
LEAST_ROOM = 30                        # cells for what is typed, of a row of 80
MOST_SHOWN = 40                        # cells of what a start-up file asks
_OTHER_PROGRAMS = ("tmux", "screen", "zellij")
_NAME = re.compile(r"(?<![='\"+])\$\{?(?:CCMON_LINE|_ccmon_)")   # a trace (set -x) shows it otherwise
_PASTE_ON = "\x1b[?2004h"
_TITLES = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-9:;<=>?]*[ -/]*[@-~]|\x1b[ -/]*.")
# What a start-up file would otherwise begin: another program that takes the terminal, as it does only where none has it.
_INSIDE = {"ZELLIJ": "0", "STY": "1.ccmon"}
_LEFT_OUT = ("COLUMNS", "LINES", "BASH_ENV", "ENV", "CCMON_LINE")
_NEW_IN_CONFIG = ("fish/completions", "fish/conf.d", "fish/functions", "fish/fish_variables")
_NEW_BESIDE = (("XDG_DATA_HOME", (".local", ".local/share")), ("XDG_CACHE_HOME", (".cache",)))


class Visibility(NamedTuple):
    """Whether the line is seen in a place."""

    state: str                         # seen | not seen | unknown
    says: str                          # the rest of a sentence that begins with the state
    command: Optional[str] = None      # what leads on
    is_partial: bool = False           # seen, but not everywhere


class Start(NamedTuple):
    """How a shell came up, and where."""

    shell: str
    trial: Trial
    columns: int
    report: FrozenSet[str]             # the rows that the stand-in left in its file
    mark: str
    path: str                          # of the start-up file
    line: int                          # at which ccmon's lines begin in it
    is_last: bool                      # nothing follows them
    is_above: bool = False             # they ask for a row above the prompt


def shell_visibility(shell: str, env: Mapping[str, str], max_width: int) -> Optional[Visibility]:
    """Whether a new one shows a line that may take so many cells.

    None where that cannot be tried: on Windows, where the shell is not, and in such a try itself.
    """
    own = env.get("SHELL", "")         # the user's own comes before the first on PATH
    program = own if os.path.basename(own) == shell and processes.is_program(own) else processes.which(shell, env)
    if program is None or env.get(snippets.PROBE) or processes.WINDOWS or not hasattr(os, "fork"):
        return None
    is_login_usual = start_up_files.is_login_usual()
    try:
        plain, login = [program, "-i"], [program, "-l", "-i"]
        usual = _trial_visibility(shell, login if is_login_usual else plain, env, max_width)
        if shell == "bash" and usual.state != SEEN:
            return _not_read(env, is_login_usual) or usual
        if shell != "bash" or usual.command:
            return usual
        if is_login_usual or _trial_visibility(shell, login, env, max_width).state == SEEN:
            return usual
        file = start_up_files.login_file(start_up_files.home_of(env))
        name = os.path.basename(file or start_up_files.OF_LOGIN[0])
        return usual._replace(says=f"{usual.says}, but a login shell (in tmux, over ssh) does not: it does not read ~/.bashrc",
                              command=f"echo '[ -f ~/.bashrc ] && . ~/.bashrc' >>~/{name}", is_partial=file is not None)
    except OSError as err:
        return Visibility(UNKNOWN, f"no {shell} could be started in a terminal of its own ({err.strerror})")


def _not_read(env: Mapping[str, str], is_login: bool) -> Optional[Visibility]:
    """That the lines stand in a file which a new bash does not read here; None where it does."""
    path = dotfiles.block_path("bash", env)
    if path in start_up_files.read_at_start(start_up_files.home_of(env), is_login):
        return None
    how = "starts as a login shell here, and" if is_login else "in a terminal"
    again = "ccmon init bash --write" if is_login else "ccmon init bash --undo && ccmon init bash --write"
    return Visibility(NOT_SEEN, f"a new bash {how} does not read {path}", again)


def _trial_visibility(shell: str, words: Sequence[str], env: Mapping[str, str], max_width: int) -> Visibility:
    def room_when_wide() -> Optional[int]:
        start = _start(shell, words, env, max_width, WIDE_COLUMNS)
        return room_beside(start.trial.written, start.mark) if start.trial.has_prompt else None
    return start_visibility(_start(shell, words, env, max_width), room_when_wide)


def _start(shell: str, words: Sequence[str], env: Mapping[str, str], max_width: int, columns: int = USUAL_COLUMNS) -> Start:
    """Start it. Raises OSError."""
    home = start_up_files.home_of(env)
    with newfiles.temporary(".ccmon-prompt-", env) as folder:
        report = os.path.join(folder, snippets.probe_file_name(max_width))
        _write(report, b"")
        _write(report + snippets.STAND_IN_END, os.fsencode(snippets.stand_in(report)) + b"\n")        # for ccmon-line
        mark = snippets.stand_in_mark(report)
        inside = _environment(env, folder, report)
        if shell == "fish":            # which else makes a folder of its own in the common place
            inside.setdefault("XDG_RUNTIME_DIR", folder)
        trial = prompt_probe.tried(words, inside, home, (columns, ROWS),
                                   f"{snippets.PROBE}={report}", shows(shell, mark, columns),
                                   _made_at_first(home, env) if shell == "fish" else ())
        path = dotfiles.block_path(shell, env)
        begin, last = dotfiles.block_position(path)
        names, block = "", None
        with suppress(OSError):
            names = private.read(report).decode("utf-8", "replace")
        with suppress(CcmonError):
            block = dotfiles.block(path)
        return Start(shell, trial, columns, frozenset(names.split("\n")), mark, path, begin, last, "--above" in (block or ""))


def _environment(env: Mapping[str, str], folder: str, report: str) -> Dict[str, str]:
    """That of a new terminal: of none that is inside another one, so that no start-up file begins one."""
    rest = {name: value for name, value in env.items() if name not in _LEFT_OUT}
    term = env.get("TERM", "")
    inside = {} if env.get("TMUX") else {**_INSIDE, "TMUX": f"{folder}/tmux,1,0", "TMUX_PANE": "%0"}
    return {**rest, **inside, "TERM": term if term not in ("", "dumb", "unknown") else "xterm-256color", "TMUX_TMPDIR": folder,
            "HISTFILE": os.path.join(folder, "history"), "fish_history": "", snippets.PROBE: report}


def _made_at_first(home: str, env: Mapping[str, str]) -> Tuple[str, ...]:
    """What fish makes when it is started for the first time: a try leaves none of it."""
    config = os.path.dirname(os.path.dirname(dotfiles.path_of("fish", env)))
    paths = [os.path.join(config, name) for name in _NEW_IN_CONFIG]
    for variable, names in _NEW_BESIDE:
        bases = [env[variable]] if env.get(variable) else [os.path.join(home, name) for name in names]
        paths += [*bases, os.path.join(bases[-1], "fish")]
    return tuple(paths)


def _write(path: str, content: bytes) -> None:
    with os.fdopen(private.open_file(path, os.O_CREAT | os.O_WRONLY), "wb") as file:
        file.write(content)


# --- what it drew ---------------------------------------------------------------------------------------------------------

def shows(shell: str, mark: str, columns: int) -> Callable[[str], Optional[bool]]:
    """A function: whether what is written shows the line; None as long as it shows no prompt."""
    def judged(written: str) -> Optional[bool]:
        drawn = (["", *written.split(_PASTE_ON)[1:]])[-1] if shell == "fish" else written          # fish greets before that
        if not _TITLES.sub("", drawn).strip():
            return None
        return is_shown(SmallScreen(columns, ROWS, written), mark)
    return judged


def is_shown(screen: SmallScreen, mark: str) -> bool:
    """Whether the line stands there; an assignment in a trace (set -x) is no line."""
    return re.search(rf"(?<![=\w'\"]){re.escape(mark)}", screen.text()) is not None


def room_beside(written: str, mark: str) -> Optional[int]:
    """Cells that a prompt on the wide terminal leaves for the line in a row of the usual width; None where it is not there."""
    screen = SmallScreen(WIDE_COLUMNS, ROWS, written)
    if not is_shown(screen, mark):
        return None
    behind = re.search(rf"{re.escape(mark)}-*(.*)", "\n".join(screen.rows()))
    return USUAL_COLUMNS - screen.column - (width(behind[1]) if behind else 0) - GAP_CELLS


def start_visibility(start: Start, room_when_wide: Callable[[], Optional[int]]) -> Visibility:
    """By how a shell came up. room_when_wide: room_beside of another start, on the wide terminal."""
    reads = start.shell == "fish" and _PASTE_ON in start.trial.written      # beside it, fish makes its completions at first
    if not start.trial.has_prompt or (start.trial.beside and snippets.BLOCK_READ not in start.report and not reads):
        return _without_prompt(start)
    screen = SmallScreen(start.columns, ROWS, start.trial.written)
    return _seen(start, screen) if is_shown(screen, start.mark) else _not_seen(start, screen, room_when_wide)


def _seen(start: Start, screen: SmallScreen) -> Visibility:
    room, above = USUAL_COLUMNS - screen.column, screen.rows()[screen.row - 1] if screen.row else ""
    wraps = start.columns <= USUAL_COLUMNS and start.mark in above and len(above) == start.columns
    if start.shell == "bash" and not start.is_above and (room < LEAST_ROOM or wraps):
        left = f"leaves {room} cells" if 0 < room <= USUAL_COLUMNS and not wraps else "leaves no room"
        return Visibility(SEEN, f"a new bash shows it, but {left} of a row of {USUAL_COLUMNS} for what is typed; "
                                "it can have a row of its own", ROW_COMMAND)
    return Visibility(SEEN, f"a new {start.shell} shows it")


# --- no prompt ------------------------------------------------------------------------------------------------------------

def _without_prompt(start: Start) -> Visibility:
    shell, programs = start.shell, [name for name in (start.trial.program or "", *start.trial.beside) if name]
    if start.trial.status is not None:
        how = f"by signal {-start.trial.status}" if start.trial.status < 0 else f"with status {start.trial.status}"
        return Visibility(UNKNOWN, f"{shell} ended {how} before it came to a prompt", edit(start.path, start.line))
    other = next((name for name in (*SHELLS, *_OTHER_PROGRAMS) if name != shell and any(name in program for program in programs)),
                 None)
    if other:
        leads = f"ccmon init {other} --write" if other in (*SHELLS, "tmux") else edit(start.path, start.line)
        return Visibility(NOT_SEEN, f"a start-up file of {shell} starts {other}, which has a line of its own", leads)
    runs = ", ".join(dict.fromkeys(printable(program) for program in programs if shell not in program))
    still = f": {runs} still runs" if runs else ""
    says = f"{shell} came to no prompt within {start.trial.took_s:.0f} s{still}{_last_shown(start)}"
    return Visibility(UNKNOWN, says, edit(start.path, start.line))


def _last_shown(start: Start) -> str:
    rows = [row.strip() for row in SmallScreen(start.columns, ROWS, start.trial.written).rows() if row.strip()]
    return f"; the last that it showed is '{clip(printable(rows[-1]), MOST_SHOWN)}'" if rows else ""


def edit(path: str, line: int) -> str:
    """Open the file at the line."""
    return f"${{EDITOR:-vi}} +{line} {for_sh(path)}"


# --- a prompt without the line --------------------------------------------------------------------------------------------

def _not_seen(start: Start, screen: SmallScreen, room_when_wide: Callable[[], Optional[int]]) -> Visibility:
    shell, path = start.shell, start.path
    again = f"ccmon init {shell} --undo && ccmon init {shell} --write"
    if snippets.BLOCK_READ not in start.report:
        return Visibility(NOT_SEEN, f"{shell} does not get to ccmon's lines in {path}: something above them ends it"
                                    f", or waits for a key{_last_shown(start)}", edit(path, start.line))
    if start.report & {snippets.FIXED, snippets.NO_VARS}:
        why = "is read-only there" if snippets.FIXED in start.report else "may not call anything, as promptvars is off"
        has_row = shell == "bash" and not start.is_above and snippets.NO_HOOK not in start.report
        return Visibility(NOT_SEEN, f"the prompt of {shell} {why}, and stays as it is",
                          ROW_COMMAND if has_row else edit(path, start.line))
    room = room_when_wide() if shell != "bash" else None
    if room is not None:
        leads = f"ccmon config set max_width {room}" if room >= snippets.LEAST_STAND_IN_CELLS else "ccmon init tmux"
        return Visibility(NOT_SEEN, f"a row of {USUAL_COLUMNS} cells has no room for it beside the prompt", leads)
    maker = maker_of(start.report)
    made_by = f"{maker.name} makes the prompt, and knows nothing of it" if maker else ""
    if maker and maker.target:
        return Visibility(NOT_SEEN, made_by, f"ccmon init {maker.target}")
    if _NAME.search("".join(screen.rows()[max(0, screen.row - 1):screen.row + 1])):
        option = "promptvars" if shell == "bash" else "prompt_subst"
        return Visibility(NOT_SEEN, f"the prompt shows the text that stands for it, as {option} is off",
                          again if not start.is_last else edit(path, start.line))
    if not start.is_last:
        return Visibility(NOT_SEEN, f"what stands below ccmon's lines in {path} makes the prompt anew", again)
    leads = ROW_COMMAND if shell == "bash" and not start.is_above else edit(path, start.line)
    return Visibility(NOT_SEEN, made_by or f"a start-up file of {shell} makes the prompt anew each time, without it", leads)


# --- what makes prompts ---------------------------------------------------------------------------------------------------

class Maker(NamedTuple):
    """What makes a prompt."""

    name: str
    target: Optional[str]              # ccmon init TARGET shows what to put where; None: it needs no text of its own
    defines: str                       # a pattern of names: variables and functions of the shell


# The first that is there: frameworks come last, they load the others. No variable that is exported: a shell inherits it.
MAKERS = (
    Maker("powerlevel10k", "p10k", r"p10k|_p9k_precmd"),
    Maker("powerlevel9k", None, r"prompt_powerlevel9k_setup|powerlevel9k_prepare_prompts"),
    Maker("starship", "starship", r"(prompt_)?starship_(precmd|preexec|zle-keymap-select|render)|__starship_.*"),
    Maker("oh-my-posh", "oh-my-posh", r"_omp_\w+|prompt_ohmyposh_\w+|__?posh_\w+"),
    Maker("liquidprompt", "liquidprompt", r"_lp_set_prompt|lp_theme"),
    Maker("spaceship", None, r"spaceship(::|_)?\w*|prompt_spaceship_setup"),
    Maker("pure", None, r"prompt_pure_\w+"),
    Maker("tide", None, r"_tide_\w+"),
    Maker("hydro", None, r"_hydro_\w+"),
    Maker("bash-it", None, r"BASH_IT(_THEME)?|_bash-it-\w+"),
    Maker("oh-my-bash", None, r"OSH_THEME"),
    Maker("prezto", None, r"pmodload|prezto-.*"),
    Maker("oh-my-zsh", None, r"ZSH_THEME|omz"),
)


def maker_of(names: FrozenSet[str]) -> Optional[Maker]:
    """What makes the prompt of the shell in which these names are defined."""
    return next((maker for maker in MAKERS if any(re.fullmatch(maker.defines, name) for name in names)), None)
