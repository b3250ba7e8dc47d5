"""A shell is started once with its own start-up files, and its prompt is looked at: whether the line is seen there."""

import os
from contextlib import suppress
from typing import Dict, FrozenSet, List, Mapping, Optional, Sequence, Tuple

from ccmon.errors import CcmonError
from ccmon.setup import dotfiles, probe_texts, prompt_probe, prompt_verdict, start_up_files
from ccmon.setup.prompt_verdict import NOT_SEEN, SEEN, UNKNOWN, USUAL_COLUMNS, WIDE_COLUMNS, Start, Visibility
from ccmon.system import private, processes, shared_files

# What a start-up file would otherwise begin: another program that takes the terminal, as it does only where none has it.
_INSIDE = {"ZELLIJ": "0", "STY": "1.ccmon"}
_LEFT_OUT = ("COLUMNS", "LINES", "BASH_ENV", "ENV", "CCMON_LINE")
_NEW_IN_CONFIG = ("fish/completions", "fish/conf.d", "fish/functions", "fish/fish_variables")
_NEW_BESIDE = (("XDG_DATA_HOME", (".local", ".local/share")), ("XDG_CACHE_HOME", (".cache",)))


def of_shell(shell: str, env: Mapping[str, str], max_width: int) -> Optional[Visibility]:
    """Whether a new one shows a line that may take so many cells.

    None where that cannot be tried: on Windows, where the shell is not, and in such a try itself.
    """
    program = _program(shell, env)
    if program is None or env.get(probe_texts.VARIABLE) or not prompt_probe.can_try():
        return None
    is_login_usual = start_up_files.is_login_usual()
    try:
        usual = _of_start(shell, _words(program, is_login_usual), env, max_width)
        if shell == "bash" and usual.state != SEEN:
            return _not_read(env, is_login_usual) or usual
        if shell != "bash" or usual.command:
            return usual
        if _of_start(shell, _words(program, not is_login_usual), env, max_width).state == SEEN or is_login_usual:
            return usual
        login = start_up_files.login_file(_home(env))
        name = os.path.basename(login or start_up_files.OF_LOGIN[0])
        return usual._replace(says=f"{usual.says}, but a login shell (in tmux, over ssh) does not: it does not read ~/.bashrc",
                              command=f"echo '[ -f ~/.bashrc ] && . ~/.bashrc' >>~/{name}", is_partial=login is not None)
    except OSError as err:
        return Visibility(UNKNOWN, f"no {shell} could be started in a terminal of its own ({err.strerror})")


def _program(shell: str, env: Mapping[str, str]) -> Optional[str]:
    """The user's own, else the first on PATH."""
    own = env.get("SHELL", "")
    return own if os.path.basename(own) == shell and processes.is_program(own) else processes.which(shell, env)


def _words(program: str, is_login: bool) -> List[str]:
    return [program, *(["-l"] if is_login else []), "-i"]


def _not_read(env: Mapping[str, str], is_login: bool) -> Optional[Visibility]:
    """That the lines stand in a file which a new bash does not read here; None where it does."""
    path = _path("bash", env)
    if path in start_up_files.read_at_start(_home(env), is_login):
        return None
    how = "starts as a login shell here, and" if is_login else "in a terminal"
    again = "ccmon init bash --write" if is_login else "ccmon init bash --undo && ccmon init bash --write"
    return Visibility(NOT_SEEN, f"a new bash {how} does not read {path}", again)


def _home(env: Mapping[str, str]) -> str:
    return env.get("HOME") or os.path.expanduser("~")


def _path(shell: str, env: Mapping[str, str]) -> str:
    """The file that has ccmon's lines, else the one that would get them."""
    return next(iter(dotfiles.with_block_in(shell, env)), dotfiles.path_of(shell, env))


def _of_start(shell: str, words: Sequence[str], env: Mapping[str, str], max_width: int) -> Visibility:
    start = _start(shell, words, env, max_width)
    return prompt_verdict.of_start(start, lambda: _room_when_wide(shell, words, env, max_width))


def _room_when_wide(shell: str, words: Sequence[str], env: Mapping[str, str], max_width: int) -> Optional[int]:
    start = _start(shell, words, env, max_width, WIDE_COLUMNS)
    return prompt_verdict.room_beside(start.written, start.mark) if start.has_prompt else None


def _start(shell: str, words: Sequence[str], env: Mapping[str, str], max_width: int, columns: int = USUAL_COLUMNS) -> Start:
    """Start it. Raises OSError."""
    home = _home(env)
    with private.temporary(".ccmon-prompt-", env) as folder:
        report = os.path.join(folder, probe_texts.file_name(max_width))
        _write(report, b"")
        _write(report + probe_texts.LINE, os.fsencode(probe_texts.line(report)) + b"\n")        # for ccmon-line
        mark = probe_texts.mark(report)
        inside = _environment(env, folder, report)
        if shell == "fish":            # which else makes a folder of its own in the common place
            inside.setdefault("XDG_RUNTIME_DIR", folder)
        trial = prompt_probe.tried(words, inside, home, (columns, prompt_verdict.ROWS),
                                   f"{probe_texts.VARIABLE}={report}", prompt_verdict.shows(shell, mark, columns),
                                   _made_at_first(home, env) if shell == "fish" else ())
        path = _path(shell, env)
        begin, last = place_in(path)
        is_above = "--above" in (_block(path) or "")
        return Start(shell, trial.has_prompt, trial.program, trial.beside, trial.status, trial.took_s, trial.written, columns,
                     _reported(report), mark, path, begin, last, is_above)


def _environment(env: Mapping[str, str], folder: str, report: str) -> Dict[str, str]:
    """That of a new terminal: of none that is inside another one, so that no start-up file begins one."""
    kept = {name: value for name, value in env.items() if name not in _LEFT_OUT}
    term = env.get("TERM", "")
    inside = {} if env.get("TMUX") else {**_INSIDE, "TMUX": f"{folder}/tmux,1,0", "TMUX_PANE": "%0"}
    return {**kept, **inside, "TERM": term if term not in ("", "dumb", "unknown") else "xterm-256color", "TMUX_TMPDIR": folder,
            "HISTFILE": os.path.join(folder, "history"), "fish_history": "", probe_texts.VARIABLE: report}


def _made_at_first(home: str, env: Mapping[str, str]) -> Tuple[str, ...]:
    """What fish makes when it is started for the first time: a try leaves none of it."""
    config = os.path.dirname(os.path.dirname(dotfiles.path_of("fish", env)))
    paths = [os.path.join(config, name) for name in _NEW_IN_CONFIG]
    for variable, names in _NEW_BESIDE:
        bases = [env[variable]] if env.get(variable) else [os.path.join(home, name) for name in names]
        paths += [*bases, os.path.join(bases[-1], "fish")]
    return tuple(paths)


def _block(path: str) -> Optional[str]:
    with suppress(CcmonError):
        return dotfiles.block(path)
    return None


def _write(path: str, content: bytes) -> None:
    fd = private.open_file(path, os.O_CREAT | os.O_WRONLY)
    try:
        os.write(fd, content)
    finally:
        os.close(fd)


def _reported(path: str) -> FrozenSet[str]:
    with suppress(OSError):
        return frozenset(private.read(path).decode("utf-8", "replace").split("\n"))
    return frozenset()


def place_in(path: str) -> Tuple[int, bool]:
    """The line at which ccmon's lines begin in a start-up file, and whether nothing but comments follows them."""
    rows: List[bytes] = []
    with suppress(CcmonError):
        rows = (shared_files.read(path) or b"").splitlines()
    ends = [number for number, row in enumerate(rows, 1) if row.startswith(dotfiles.END)]
    behind = rows[ends[-1]:] if ends else []
    return dotfiles.line_of(path), not any(row.strip() and not row.strip().startswith(b"#") for row in behind)
