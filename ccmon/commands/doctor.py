"""`ccmon doctor`: prints what surroundings.py measured and verdicts.py thinks of it. Nothing that is broken stops it."""

import json
import os
from types import SimpleNamespace
from typing import Callable, List, Tuple

from ccmon import complaint, output
from ccmon.doctor import account, alerts, surroundings, verdicts, view
from ccmon.doctor.surroundings import Surroundings
from ccmon.doctor.verdicts import FAULT, Check
from ccmon.errors import UsageError

MOST_CELLS = 120


def run(given: SimpleNamespace) -> int:
    """Look at everything; 1 when something has to be mended."""
    if getattr(given, "demo", False):
        raise UsageError("ccmon doctor looks at this machine: leave --demo away")
    around = surroundings.Surroundings(given, os.environ)
    checks = [_named(_careful(topic, look, around)) for topic, look in TOPICS]
    if given.json:
        print(json.dumps(view.document(checks)))
    else:
        cells = min(MOST_CELLS, output.size().columns)
        output.show(around.ctx, view.lines(checks, around.ctx.paths.home, cells), pager=False)
    return verdicts.exit_code(checks)


def _named(check: Check) -> Check:
    """With the commands of ccmon as they can be typed here."""
    return check._replace(says=complaint.named(check.says), mend=check.mend and complaint.named(check.mend))


def _careful(topic: str, look: Callable[[Surroundings], Check], around: Surroundings) -> Check:
    """What cannot even be looked at is a fault of its own, never the end."""
    try:
        return verdicts.where_it_counts(look(around), around.env)
    except Exception as err:
        complaint.logged()
        log = around.ctx.paths.log
        mend = f"tail -n 20 {around.owned.word(log)}" if log else verdicts.HOMELESS
        return Check(topic, FAULT, f"cannot be looked at ({type(err).__name__}: {err})", mend)


TOPICS: List[Tuple[str, Callable[[Surroundings], Check]]] = [
    ("ccmon", surroundings.ccmon), ("Node", surroundings.node), ("ccusage", surroundings.ccusage_run),
    ("logs", surroundings.logs), ("settings", surroundings.configuration), ("time", surroundings.time_zone),
    ("history", surroundings.history), ("cache", surroundings.cache), ("Claude Code", surroundings.claude),
    (account.TOPIC, account.account), ("tmux", surroundings.tmux), ("shells", surroundings.shells),
    ("terminal", surroundings.terminal), ("locale", surroundings.locale), (alerts.TOPIC, alerts.channels)]
