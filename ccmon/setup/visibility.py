"""Whether the line is seen where `ccmon init --write` has put it: in a shell's prompt, in tmux, in Claude Code."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress

from ccmon import output
from ccmon.errors import CcmonError
from ccmon.quick_typing import Any, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Sequence
from ccmon.settings import themes
from ccmon.settings.context import prepare
from ccmon.setup import dotfiles, prompt_check, settings_json, snippets, tmux_line
from ccmon.setup.prompt_check import NOT_SEEN, SEEN, SHELLS, UNKNOWN, Visibility, edit
from ccmon.setup.snippets import for_sh
from ccmon.system import shared_files

OFF = "disableAllHooks"                # turns status lines off as well
MACHINE, PROJECT, USER = "this machine", "this project", "the user"        # whose settings

_MANAGED = {"darwin": "/Library/Application Support/ClaudeCode", "win32": r"C:\Program Files\ClaudeCode"}
_MANAGED_USUAL = "/etc/claude-code"


def visibility(target: str, env: Mapping[str, str]) -> Optional[Visibility]:
    """Whether it is seen there; None where that cannot be measured: the shell is not here, no server of tmux runs."""
    if target in SHELLS:
        return prompt_check.shell_visibility(target, env, _max_width(env))
    if env.get(snippets.PROBE):
        return None
    return tmux_line.tmux_visibility(env) if target == "tmux" else settings_visibility(settings_files(env))


def sentences(target: str, env: Mapping[str, str], seen: Optional[Visibility]) -> List[str]:
    """What `ccmon init` says of it when it has set the line up, and what is left to do."""
    start = {"tmux": "tmux source-file " + for_sh(dotfiles.path_of("tmux", env)), "claude": "start Claude Code anew"}
    to_see = f"To see it: {start.get(target, f'start a new {target}')}"
    if seen is None:
        return [to_see]
    leads = f"Run: {seen.command}" if seen.command else to_see
    verdict = {SEEN: "It is seen", NOT_SEEN: "It is set up, but not seen",
               UNKNOWN: "It is set up; whether it is seen is not known"}[seen.state]
    return [f"{verdict}: {seen.says}.", *([leads] if seen.command or seen.state != SEEN else [])]


def colours_hint(targets: Sequence[str], env: Mapping[str, str]) -> List[str]:
    """What gives the line its colours there, where nobody has chosen a theme and the terminal says what suits it."""
    if env.get("NO_COLOR") or not any(target in (*SHELLS, "claude") for target in targets):
        return []
    with suppress(CcmonError):
        if not prepare({}, env, switch=False).settings.theme_is_set:
            theme, why = output.fitting_theme(env)
            return [f"For its colours ({why}): ccmon config set theme {theme}"] if why != themes.UNKNOWN else []
    return []


def _max_width(env: Mapping[str, str]) -> int:
    try:
        return prepare({}, env, switch=False).settings.max_width
    except CcmonError:
        return snippets.STAND_IN_CELLS


# --- Claude Code ----------------------------------------------------------------------------------------------------------

class SettingsFile(NamedTuple):
    """A file of settings."""

    whose: str
    path: str
    text: str


def settings_files(env: Mapping[str, str]) -> Iterator[SettingsFile]:
    """Claude Code's settings for the current folder; the one that wins comes first."""
    files = [(MACHINE, os.path.join(_MANAGED.get(sys.platform, _MANAGED_USUAL), "managed-settings.json"))]
    user = dotfiles.path_of("claude", env)
    with suppress(OSError):
        folder = os.path.join(os.getcwd(), ".claude")
        files += [(PROJECT, os.path.join(folder, name)) for name in ("settings.local.json", "settings.json")]
    seen = set()
    for whose, path in [*files, (USER, user)]:
        if os.path.realpath(path) in seen or whose != USER and os.path.realpath(path) == os.path.realpath(user):
            continue
        seen.add(os.path.realpath(path))
        with suppress(CcmonError, UnicodeDecodeError):
            content = shared_files.read(path)
            if content is not None:
                yield SettingsFile(whose, path, content.decode("utf-8-sig"))


def settings_visibility(files: Iterable[SettingsFile]) -> Visibility:
    """files: the one that wins comes first."""
    values = [(file, _values(file.text)) for file in files]
    off = next((file for file, members in values if OFF in members), None)
    if off is not None and _values(off.text)[OFF] is True:
        return Visibility(NOT_SEEN, f"{OFF} in {off.path} turns status lines off", edit(off.path, _line_of(off.text, OFF)))
    first = next((file for file, members in values if settings_json.KEY in members), None)
    if first is not None and first.whose != USER and not _calls_ccmon(first.text):
        return Visibility(NOT_SEEN, f"{first.path} has a status line for {first.whose}, which comes before the one of the user",
                          edit(first.path, _line_of(first.text, settings_json.KEY)))
    return Visibility(SEEN, "a new Claude Code shows it")


def _line_of(text: str, key: str) -> int:
    return next((number for number, row in enumerate(text.splitlines(), 1) if f'"{key}"' in row), 1)


def _values(text: str) -> Dict[str, Any]:
    """The members; none where the text is not an object."""
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return members if isinstance(members, dict) else {}


def _calls_ccmon(text: str) -> bool:
    try:
        return settings_json.calls_ccmon(text.encode())
    except CcmonError:
        return False
