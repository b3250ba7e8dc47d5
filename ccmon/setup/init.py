"""`ccmon init`: the texts for shells and bars filled with this machine's paths, printed, written or taken out again."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
from contextlib import suppress
from functools import lru_cache

from ccmon import line_answer, line_cache, refresher
from ccmon.errors import CcmonError, UsageError
from ccmon.line_answer import State
from ccmon.quick_typing import Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple
from ccmon.setup import dotfiles, prompts, settings_json, snippets, tmux_line
from ccmon.system import processes, shared_files, start_up_files

# Whether Claude Code starts ccmon by the name or by bare_start.py: a trial of both says it.
MOST_SHARE = 0.9                       # of the processor time of the name that it may take: else the longer command is not used
TURNS, LEAST_TURNS, MOST_S = 5, 2, 0.4
FRESH_S = 600                          # of the trial's line
SHELL = "/bin/sh"                      # what runs the command
# What is not cached takes more than the start: the same Python must find the packages in the end.
WHOLE = "import sys; sys.path.append(sys.argv.pop()); import ccmon.__main__ as m; m.add_packages(); import pytz, tabulate"


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
    values, path = _snippet_values(target, env), dotfiles.path_to_write(target, env)
    before, moved = shared_files.read(path), []
    with dotfiles.naming(path):
        after = _with_line(target, values, path)(before)
    for other in dotfiles.others_with_block(target, path, env):
        now = shared_files.read(other) or b""
        with suppress(settings_json.Unfit):            # changed since: it stays there
            moved.append(Edit(other, now, dotfiles.without_block(now) or b""))
    return Edit(path, before, after, tuple(moved))


def _write(target: str, values: snippets.SnippetValues, env: Mapping[str, str]) -> str:
    path = dotfiles.path_to_write(target, env)
    backup = dotfiles.put(target, path, _with_line(target, values, path))
    note = f" What was there before is in {backup}." if backup else ""
    rows = [f"The line is set up in {path}.{note}",
            *(_moved(target, other) for other in dotfiles.others_with_block(target, path, env))]
    return "\n".join([*rows, f"To take it out: ccmon init {target} --undo"]) + "\n"


def _with_line(target: str, values: snippets.SnippetValues, path: str) -> Callable[[Optional[bytes]], bytes]:
    """What puts the line into a content; ~/.profile is read by other shells, too."""
    if target == "claude":
        return lambda before: settings_json.with_line(before, snippets.for_sh(values.ccmon), values.direct)
    block = snippets.block(target, values._replace(is_for_all=os.path.basename(path) == ".profile"))
    return lambda before: dotfiles.with_block(before, block)


def _moved(target: str, path: str) -> str:
    try:
        dotfiles.take_out(target, path)
    except CcmonError as err:
        return f"It is not taken out of another file: {err}."
    backup = dotfiles.drop_copy(target, path)
    return f"Taken out of {path}, where it stood before." + (f" {backup} stays." if backup else "")


def _undo(target: str, env: Mapping[str, str]) -> str:
    path = dotfiles.path_of(target, env) if target == "claude" else dotfiles.block_path(target, env)
    calls, lines = tmux_calls(path, env) if target == "tmux" else [], []
    for one in [path, *dotfiles.others_with_block(target, path, env)]:
        lines.append(f"Taken out of {one}." if dotfiles.take_out(target, one) else f"There is nothing of ccmon in {one}.")
        backup = dotfiles.drop_copy(target, one)
        if backup:
            lines.append(f"{backup} stays: it holds what is not in {one} any more. Remove it when you do not need it.")
    lines += [f"Taken out of the tmux that runs ({socket})." for socket in tmux_line.with_line(calls, env)
              if tmux_line.clear(socket, calls, dotfiles.text_of(path), env)]
    return "\n".join(lines) + "\n"


def tmux_calls(path: str, env: Mapping[str, str]) -> List[str]:
    """What --write has put into the tmux that runs: as the file says; where it says nothing any more, as it would be now."""
    try:
        block = dotfiles.block(path)
        if block is not None:
            return snippets.tmux_calls(block)
        by_hand = "ccmon" in dotfiles.text_of(path)
        return [] if by_hand else snippets.tmux_calls(snippets.block("tmux", _snippet_values("tmux", env)))
    except CcmonError:                 # no command, no home; taking it out says what is wrong with the file
        return []


def is_called_by_hand(shell: str, env: Mapping[str, str]) -> bool:
    """Whether somebody has put the call of ccmon init into a start-up file."""
    call = re.compile(rf"\s*[^#]*\bccmon['\"]? init {shell}\b")
    return any(call.match(row) for path in dotfiles.paths_of(shell, env) for row in dotfiles.text_of(path).splitlines())


def _snippet_values(target: str, env: Mapping[str, str]) -> snippets.SnippetValues:
    ccmon, folder = _command(env), line_answer.folder(env)
    if folder is None:
        raise UsageError("there is no place to keep a line: set HOME or XDG_CACHE_HOME")
    file = line_answer.file_of(line_answer.key(["--statusline", "--format", target], env))
    settings = dotfiles.path_of(target, env) if target == "claude" else ""
    ccmon, folder, config, settings = map(_with_slashes, (ccmon, folder, line_answer.config_path(env), settings))
    direct = direct_start(ccmon, env) if target == "claude" else ""
    form = tmux_line.word(tmux_line.bar_here(env)) if target == "tmux" else tmux_line.USUAL
    bash_file = os.path.basename(start_up_files.bash_path(start_up_files.home_of(env)))
    return snippets.SnippetValues(ccmon, _line(ccmon), folder, file, config, settings, bash_file=bash_file,
                                  direct=direct, tmux_format=form)


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


# --- the soonest start for Claude Code ------------------------------------------------------------------------------------

def direct_start(ccmon: str, env: Mapping[str, str]) -> str:
    """The words of the shell that stand for ccmon, an absolute path, and start sooner; none where none do."""
    folder, python = refresher.import_folder(), sys.executable or ""
    file = os.path.join(folder, "ccmon", "bare_start.py")
    own = processes.own_program() == ccmon and not processes.WINDOWS
    if not own or not os.path.isabs(python) or not os.path.isfile(file) or "\n" in python + file:
        return ""
    words = f"{snippets.for_sh(python)} -S {snippets.for_sh(file)}"
    is_sooner = _is_sooner(words, snippets.for_sh(ccmon), tuple(sorted(env.items())))
    return words if is_sooner and processes.printed([python, "-S", "-c", WHOLE, folder], env) is not None else ""


@lru_cache(maxsize=1)
def _is_sooner(words: str, name: str, variables: Tuple[Tuple[str, str], ...]) -> bool:
    """Whether a trial says so; what is shown before it is written is what is written."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**dict(variables), "XDG_CACHE_HOME": folder}
        env.pop("CCMON_NOW", None)     # nothing is cached for a made-up time
        _put_line(env)
        times = _measured({one: [SHELL, "-c", f"{one} {snippets.CLAUDE_OPTIONS}"] for one in (name, words)}, env)
        return times is not None and times[words] <= MOST_SHARE * times[name]


def _put_line(env: Mapping[str, str]) -> None:
    """A line of the trial's own, fresh: neither call starts a refresh, or writes to the history."""
    folder, now = line_answer.folder(env), int(time.time())
    if folder is not None:
        stamp = line_answer.config_stamp(line_answer.config_path(env))
        line_cache.write_line(folder, line_answer.key(snippets.CLAUDE_OPTIONS.split(), env), line_answer.RECORD + b"{}\n")
        line_cache.write_state(folder, State(now + FRESH_S, 0, now + FRESH_S, now, 0, stamp))


def _measured(calls: Mapping[str, List[str]], env: Mapping[str, str]) -> Optional[Dict[str, float]]:
    """Processor seconds of each, in turns; None when one fails, is slow, or they do not all print the same."""
    times: Dict[str, List[float]] = {name: [] for name in calls}
    printed, until = set(), time.monotonic() + MOST_S
    for turn in range(TURNS):
        if turn >= LEAST_TURNS and time.monotonic() > until:
            break
        for name, words in calls.items():
            cpu_s, output = processes.measured(words, env)
            printed.add(output)
            times[name].append(cpu_s)
    return {name: sorted(cpu_s)[len(cpu_s) // 2] for name, cpu_s in times.items()} if len(printed) == 1 and all(printed) else None
