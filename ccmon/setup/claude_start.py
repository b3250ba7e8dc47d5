"""How Claude Code starts ccmon soonest: by the name, or by bare_start.py where a trial of both says so."""

import os
import sys
import tempfile
import time
from functools import lru_cache
from typing import Dict, List, Mapping, Optional, Tuple

from ccmon import line_answer, line_cache, refresher
from ccmon.line_answer import State
from ccmon.setup.snippets import CLAUDE_OPTIONS, for_sh
from ccmon.system import processes

FILE = "bare_start.py"
SHARE = 0.9                            # of the processor time of the name that it may take: else the longer command is not used
TURNS, LEAST_TURNS, MOST_S = 5, 2, 0.4
FRESH_S = 600                          # of the trial's line
SHELL = "/bin/sh"                      # what runs the command


# What is not cached takes more than the start: the same Python must find the packages in the end.
WHOLE = "import sys; sys.path.append(sys.argv.pop()); import ccmon.__main__ as m; m.add_packages(); import pytz, tabulate"


def direct(ccmon: str, env: Mapping[str, str]) -> str:
    """The words of the shell that stand for ccmon, an absolute path, and start sooner; none where none do."""
    folder, python = refresher.import_folder(), sys.executable or ""
    file = os.path.join(folder, "ccmon", FILE)
    own = processes.own_program() == ccmon and not processes.WINDOWS
    if not own or not os.path.isabs(python) or not os.path.isfile(file) or "\n" in python + file:
        return ""
    words = f"{for_sh(python)} -S {for_sh(file)}"
    is_sooner = _is_sooner(words, for_sh(ccmon), tuple(sorted(env.items())))
    return words if is_sooner and processes.printed([python, "-S", "-c", WHOLE, folder], env) is not None else ""


@lru_cache(maxsize=1)
def _is_sooner(words: str, name: str, variables: Tuple[Tuple[str, str], ...]) -> bool:
    """Whether a trial says so; what is shown before it is written is what is written."""
    with tempfile.TemporaryDirectory() as folder:
        env = {**dict(variables), "XDG_CACHE_HOME": folder}
        env.pop("CCMON_NOW", None)     # nothing is cached for a made-up time
        _put_line(env)
        times = _measured({one: [SHELL, "-c", f"{one} {CLAUDE_OPTIONS}"] for one in (name, words)}, env)
        return times is not None and times[words] <= SHARE * times[name]


def _put_line(env: Mapping[str, str]) -> None:
    """A line of the trial's own, fresh: neither call starts a refresh, or writes to the history."""
    folder, now = line_answer.folder(env), int(time.time())
    if folder is not None:
        stamp = line_answer.config_stamp(line_answer.config_path(env))
        line_cache.write_line(folder, line_answer.key(CLAUDE_OPTIONS.split(), env), line_answer.RECORD + b"{}\n")
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
