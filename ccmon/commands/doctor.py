"""`ccmon doctor`: each topic's verdict, as the rooms of doctor/ measure and judge it. Nothing that is broken stops it."""

import json
import os
from types import SimpleNamespace

from ccmon import output, streams
from ccmon.doctor import files, line, programs, surroundings
from ccmon.doctor.check import FAULT, HOMELESS, Check, document, exit_code, page_lines
from ccmon.doctor.machine import Machine
from ccmon.errors import UsageError
from ccmon.quick_typing import Callable, List, Tuple

MOST_CELLS = 120


def run(given: SimpleNamespace) -> int:
    """Check everything; 1 when something has to be mended."""
    if getattr(given, "demo", False):
        raise UsageError("ccmon doctor looks at this machine: leave --demo away")
    machine = Machine(given, os.environ)
    checks = [_named(_careful(topic, check, machine)) for topic, check in TOPICS]
    if given.json:
        print(json.dumps(document(checks)))
    else:
        cells = min(MOST_CELLS, output.size().columns)
        output.show(machine.ctx, page_lines(checks, machine.ctx.paths.home, cells), pager=False)
    return exit_code(checks)


def _named(check: Check) -> Check:
    """With the commands of ccmon as they can be typed here."""
    return check._replace(says=streams.named(check.says), mend=check.mend and streams.named(check.mend))


def _careful(topic: str, check: Callable[[Machine], Check], machine: Machine) -> Check:
    """What cannot even be measured is a fault of its own, never the end."""
    try:
        return check(machine)
    except Exception as err:
        streams.logged()
        log = machine.ctx.paths.log
        mend = f"tail -n 20 {machine.commands.word(log)}" if log else HOMELESS
        return Check(topic, FAULT, f"cannot be looked at ({type(err).__name__}: {err})", mend)


TOPICS: List[Tuple[str, Callable[[Machine], Check]]] = [
    ("ccmon", programs.check_ccmon), ("Node", programs.check_node), ("ccusage", programs.check_ccusage),
    ("logs", files.check_logs), ("settings", surroundings.check_settings), ("time", surroundings.check_time),
    ("history", files.check_history), ("cache", files.check_cache), ("Claude Code", line.check_claude),
    ("account", files.check_account), ("tmux", line.check_tmux), ("shells", line.check_shells),
    ("terminal", surroundings.check_terminal), ("locale", surroundings.check_locale), ("alerts", surroundings.check_alerts)]
