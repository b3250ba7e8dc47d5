"""`ccmon init`: the texts for shells and bars filled with this machine's paths, printed, written or taken out again."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import List, Mapping, Optional, Tuple

from ccmon import line_answer
from ccmon.errors import CcmonError, PathError, UsageError
from ccmon.named_tuple import NamedTuple
from ccmon.settings.options import OPTIONS
from ccmon.setup import claude_start, dotfiles, prompts, settings_json, snippets, tmux_bar, tmux_server
from ccmon.system import processes, shared_files, start_up_files, tmux


class Edit(NamedTuple):
    """What --write would do to a file."""

    path: str
    before: Optional[bytes]            # None: there is no file
    after: bytes
    moved: Tuple["Edit", ...] = ()     # the same lines taken out of files in which they are not read


def run(target: str, write: bool, undo: bool, env: Mapping[str, str], where: str = prompts.BARE) -> str:
    """What the call prints. UsageError when ccmon has no command of its own, or nothing can be written for the target."""
    if target not in snippets.PLACED.get(where, (target,)):
        raise UsageError(f"--{where} is not for {target}: it knows {', '.join(snippets.PLACED[where])}")
    if (write or undo) and target not in snippets.WRITABLE:
        raise UsageError(f"no file is edited for {target}: run ccmon init {target} and put the text there yourself; "
                         f"--write knows {', '.join(snippets.WRITABLE)}")
    if undo:
        return _undo(target, env)
    values = _snippet_values(target, env)._replace(where=where)
    return _write(target, values, env) if write else snippets.TARGETS[target](values) + snippets.probe_code(target, env)


def edit(target: str, env: Mapping[str, str]) -> Edit:
    """What --write would do. CcmonError when it could not."""
    values, path = _snippet_values(target, env), _path_to_write(target, env)
    before = shared_files.read(path)
    if target == "claude":
        return Edit(path, before, _with_line(path, before, values))
    moved = tuple(Edit(other, shared_files.read(other), dotfiles.without_block(other)) for other in _others(target, path, env))
    return Edit(path, before, dotfiles.with_block(path, before, _block(target, values, path)), moved)


def _write(target: str, values: snippets.SnippetValues, env: Mapping[str, str]) -> str:
    path = _path_to_write(target, env)
    backup = (shared_files.repeated(lambda: _set(path, values)) if target == "claude"
              else dotfiles.put(path, _block(target, values, path)))
    note = f" What was there before is in {backup}." if backup else ""
    rows = [f"The line is set up in {path}.{note}", *(_moved(target, other) for other in _others(target, path, env))]
    return "\n".join([*rows, f"To take it out: ccmon init {target} --undo"]) + "\n"


def _path_to_write(target: str, env: Mapping[str, str]) -> str:
    return dotfiles.path_of(target, env) if target in ("claude", "tmux") else dotfiles.path_to_write(target, env)


def _block(target: str, values: snippets.SnippetValues, path: str) -> str:
    """~/.profile is read by other shells, too."""
    return snippets.BLOCKS[target](values._replace(is_for_all=os.path.basename(path) == ".profile"))


def _others(target: str, path: str, env: Mapping[str, str]) -> List[str]:
    """The files that have the block although it is, or is about to be, in another one."""
    paths = [] if target in ("claude", "tmux") else dotfiles.with_block_in(target, env)
    return [other for other in paths if os.path.realpath(other) != os.path.realpath(path)]


def _moved(target: str, path: str) -> str:
    try:
        take_out(target, path)
    except CcmonError as err:
        return f"It is not taken out of another file: {err}."
    backup = dotfiles.drop_copy(target, path)
    return f"Taken out of {path}, where it stood before." + (f" {backup} stays." if backup else "")


def _undo(target: str, env: Mapping[str, str]) -> str:
    path = dotfiles.path_of(target, env) if target == "claude" else dotfiles.block_path(target, env)
    calls, lines = tmux_calls(path, env) if target == "tmux" else [], []
    for one in [path, *_others(target, path, env)]:
        lines.append(f"Taken out of {one}." if take_out(target, one) else f"There is nothing of ccmon in {one}.")
        backup = dotfiles.drop_copy(target, one)
        if backup:
            lines.append(f"{backup} stays: it holds what is not in {one} any more. Remove it when you do not need it.")
    cleared = tmux_server.clear(tmux_server.with_line(calls, env), calls, text_of(path), env)
    lines += [f"Taken out of the tmux that runs ({socket})." for socket in cleared]
    return "\n".join(lines) + "\n"


def take_out(target: str, path: str) -> bool:
    """Take the line out of the file, the file too when it was made for it. False when there is nothing. Raises CcmonError."""
    return shared_files.repeated(lambda: _unset(path)) if target == "claude" else dotfiles.take_out(path)


def tmux_calls(path: str, env: Mapping[str, str]) -> List[str]:
    """What --write has put into the tmux that runs: as the file says; where it says nothing any more, as it would be now."""
    try:
        block = dotfiles.block(path)
        if block is not None:
            return snippets.tmux_calls(block)
        by_hand = b"ccmon" in (shared_files.read(path) or b"")
        return [] if by_hand else snippets.tmux_calls(snippets.BLOCKS["tmux"](_snippet_values("tmux", env)))
    except CcmonError:                 # no command, no home; taking it out says what is wrong with the file
        return []


def is_called_by_hand(shell: str, env: Mapping[str, str]) -> bool:
    """Whether somebody has put the call of ccmon init into a start-up file."""
    call = re.compile(rf"\s*[^#]*\bccmon['\"]? init {shell}\b")
    for path in dotfiles.paths_of(shell, env):
        with suppress(CcmonError):
            if any(map(call.match, text_of(path).splitlines())):
                return True
    return False


def text_of(path: str) -> str:
    """The content, whatever bytes are in it; nothing when there is none."""
    return (shared_files.read(path) or b"").decode("utf-8", "replace")


def _snippet_values(target: str, env: Mapping[str, str]) -> snippets.SnippetValues:
    ccmon, folder = _command(env), line_answer.folder(env)
    if folder is None:
        raise UsageError("there is no place to keep a line: set HOME or XDG_CACHE_HOME")
    file = line_answer.file_of(line_answer.key(["--statusline", "--format", target], env))
    variables = (*snippets.VARIABLES, *(f"CCMON_{option.name.upper()}" for option in OPTIONS))
    settings = dotfiles.path_of(target, env) if target == "claude" else ""
    ccmon, folder, config, settings = map(_with_slashes, (ccmon, folder, line_answer.config_path(env), settings))
    direct = claude_start.direct(ccmon, env) if target == "claude" else ""
    form = tmux_bar.word(_bar(env)) if target == "tmux" else tmux_bar.USUAL
    bash_file = os.path.basename(start_up_files.bash_path(start_up_files.home_of(env)))
    return snippets.SnippetValues(ccmon, _line(ccmon), folder, file, config, variables, settings, bash_file=bash_file,
                                  direct=direct, tmux_format=form)


def _bar(env: Mapping[str, str]) -> Optional[tmux_bar.Bar]:
    """tmux's bar as its server shows it, else as its configuration says."""
    program = processes.which("tmux", env) if tmux.has_server(env) else None
    options = processes.printed([program, "display-message", "-p", tmux_bar.question(expanded=False)], env) if program else None
    if program and options:
        expanded = processes.printed([program, "display-message", "-p", tmux_bar.question(expanded=True)], env)
        formats = processes.printed([program, "show-options", "-gqv", "status-format"], env)
        return tmux_bar.answered(options, expanded or "") if tmux_bar.has_usual_ground(formats or "") else None
    return tmux_bar.of_config(text_of(dotfiles.path_of("tmux", env)))


def _with_slashes(path: str) -> str:
    """As all of bash, PowerShell and Claude Code take it on Windows."""
    return path.replace(os.sep, "/")


def _command(env: Mapping[str, str]) -> str:
    """The absolute path of the `ccmon` that runs, else of the one on PATH; links stay: they outlive an upgrade."""
    program = processes.own_program() or processes.which("ccmon", env)
    if program is None:
        raise UsageError("ccmon is not installed as a command", "Install it (pip install .), or put it on PATH")
    return program


def _line(ccmon: str) -> List[str]:
    """The words that print a line: ccmon-line where it is installed."""
    beside = os.path.join(os.path.dirname(ccmon), "ccmon-line")
    own = not processes.WINDOWS and os.access(beside, os.X_OK)         # a shell there knows no %LOCALAPPDATA%
    return [beside] if own else [ccmon, "--statusline", "--format"]


# --- Claude Code's settings -----------------------------------------------------------------------------------------------

def _set(path: str, values: snippets.SnippetValues) -> Optional[str]:
    """Put the line into the settings. The backup's path when one was made: it holds what was there before ccmon."""
    before, backup = shared_files.read(path), path + dotfiles.BACKUP
    after = _with_line(path, before, values)
    is_foreign = before is not None and not settings_json.is_own(_text(path, before))
    if is_foreign:
        shared_files.replace(backup, shared_files.read(backup), before or b"", like=path)
    try:
        shared_files.replace(path, before, after)
    except CcmonError:
        if is_foreign:
            shared_files.remove(backup, before or b"")
        raise
    old = shared_files.read(backup) if before is None else None
    if old is not None:                # of a file that is gone: --undo shall not bring it back
        shared_files.remove(backup, old)
    return backup if is_foreign else None


def _with_line(path: str, before: Optional[bytes], values: snippets.SnippetValues) -> bytes:
    text = settings_json.NEW if before is None else _text(path, before)
    try:
        return settings_json.with_line(text, snippets.for_sh(values.ccmon), values.direct).encode("utf-8")
    except settings_json.Unfit as err:
        raise _refused(path, err.what) from None


def _unset(path: str) -> bool:
    """Take the line out of the settings, the file too when it was made for it. False when there is nothing of ccmon."""
    now, backup = shared_files.read(path), path + dotfiles.BACKUP
    if now is None or not settings_json.calls_ccmon(_text(path, now)):
        return False
    before = shared_files.read(backup)
    then = None if before is None else _text(backup, before)
    try:
        after = settings_json.without_line(_text(path, now), then)
    except settings_json.Unfit as err:
        raise _refused(path, err.what) from None
    if after is None:
        shared_files.remove(path, now)
    else:
        shared_files.replace(path, now, after.encode("utf-8"))
    if before is not None:
        shared_files.remove(backup, before)
    return True


def _text(path: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8")
        settings_json.calls_ccmon(text)
    except UnicodeDecodeError:
        raise _refused(path, "is not UTF-8") from None
    except settings_json.Unfit as err:
        raise _refused(path, err.what) from None
    return text


def _refused(path: str, why: str) -> PathError:
    return PathError(path, why, "Nothing was changed: change it by hand, as ccmon init claude shows")
