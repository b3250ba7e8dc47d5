"""Whether the line is seen where `ccmon init --write` has put it: in a shell's prompt, in tmux, in Claude Code."""

import os
import sys
from contextlib import suppress
from typing import Iterator, List, Mapping, Optional, Sequence

from ccmon import output
from ccmon.errors import CcmonError
from ccmon.settings import grounds
from ccmon.settings.context import prepare
from ccmon.setup import claude_verdict, dotfiles, probe_texts, prompt_check, tmux_verdict
from ccmon.setup.claude_verdict import OF_MACHINE, OF_PROJECT, OF_USER, Source
from ccmon.setup.prompt_verdict import NOT_SEEN, SEEN, SHELLS, Visibility
from ccmon.setup.snippets import for_sh
from ccmon.system import processes, shared_files, tmux

_MANAGED = {"darwin": "/Library/Application Support/ClaudeCode", "win32": r"C:\Program Files\ClaudeCode"}
_MANAGED_USUAL = "/etc/claude-code"


def of(target: str, env: Mapping[str, str]) -> Optional[Visibility]:
    """Whether it is seen there; None where that cannot be found out: the shell is not here, no server of tmux runs."""
    if target in SHELLS:
        return prompt_check.of_shell(target, env, _max_width(env))
    if env.get(probe_texts.VARIABLE):
        return None
    return of_tmux(env) if target == "tmux" else of_claude(env)


def sentences(target: str, env: Mapping[str, str], seen: Optional[Visibility]) -> List[str]:
    """What `ccmon init` says of it when it has set the line up, and what is left to do."""
    start = {"tmux": "tmux source-file " + for_sh(dotfiles.path_of("tmux", env)), "claude": "start Claude Code anew"}
    to_see = f"To see it: {start.get(target, f'start a new {target}')}"
    if seen is None:
        return [to_see]
    leads = f"Run: {seen.command}" if seen.command else to_see
    if seen.state == SEEN:
        return [f"It is seen: {seen.says}.", *([leads] if seen.command else [])]
    if seen.state == NOT_SEEN:
        return [f"It is set up, but not seen: {seen.says}.", leads]
    return [f"It is set up; whether it is seen is not known: {seen.says}.", leads]


def colours_hint(targets: Sequence[str], env: Mapping[str, str]) -> List[str]:
    """What gives the line its colours there, where nobody has chosen a theme and the terminal says what suits it."""
    if env.get("NO_COLOR") or not any(target in (*SHELLS, "claude") for target in targets):
        return []
    with suppress(CcmonError):
        if not prepare({}, env, switch=False).settings.theme_is_set:
            theme, why = output.fitting_theme(env)
            return [f"For its colours ({why}): ccmon config set theme {theme}"] if why != grounds.UNKNOWN else []
    return []


def _max_width(env: Mapping[str, str]) -> int:
    try:
        return prepare({}, env, switch=False).settings.max_width
    except CcmonError:
        return probe_texts.CELLS


# --- tmux -----------------------------------------------------------------------------------------------------------------

def of_tmux(env: Mapping[str, str]) -> Optional[Visibility]:
    """What the server that this environment leads to says; None when none runs."""
    program = processes.which("tmux", env) if tmux.has_server(env) else None
    said = _rows(program, "-g", env) if program else None
    if program is None or said is None:
        return None
    session = _rows(program, None, env) if env.get("TMUX") else None
    path = dotfiles.path_of("tmux", env)
    try:
        in_file = dotfiles.block(path) is not None
    except CcmonError:
        in_file = False
    return tmux_verdict.of_server(tmux_verdict.Server(tmux_verdict.options_of(said), tmux_verdict.options_of(session or ()), path,
                                                      in_file, prompt_check.place_in(path)[1]))


def _rows(program: str, flag: Optional[str], env: Mapping[str, str]) -> Optional[List[str]]:
    said = processes.printed([program, "show-options", *([flag] if flag else [])], env)
    return None if said is None else said.splitlines()


# --- Claude Code ----------------------------------------------------------------------------------------------------------

def of_claude(env: Mapping[str, str]) -> Visibility:
    """What its settings say for the folder in which one is."""
    return claude_verdict.of_sources(list(_sources(env)))


def _sources(env: Mapping[str, str]) -> Iterator[Source]:
    """The one that wins comes first."""
    places = [(OF_MACHINE, os.path.join(_MANAGED.get(sys.platform, _MANAGED_USUAL), "managed-settings.json"))]
    user = dotfiles.path_of("claude", env)
    with suppress(OSError):
        folder = os.path.join(os.getcwd(), ".claude")
        places += [(OF_PROJECT, os.path.join(folder, name)) for name in ("settings.local.json", "settings.json")]
    seen = set()
    for whose, path in [*places, (OF_USER, user)]:
        if os.path.realpath(path) in seen or whose != OF_USER and os.path.realpath(path) == os.path.realpath(user):
            continue
        seen.add(os.path.realpath(path))
        with suppress(CcmonError, UnicodeDecodeError):
            content = shared_files.read(path)
            if content is not None:
                yield Source(whose, path, content.decode("utf-8-sig"))
