"""Lines of a session that runs now, on the real clock: asked for, grown old, and the processes behind them."""

import os
import signal
import time
from pathlib import Path

from commands import HOUR, Machine, Result, alive, block, wait_until

from ccmon import line_answer, line_cache

LONG = "[ccmon]\nline_ttl = 600\n"       # no line grows stale by itself, however slow the machine is
STALE_S = 700


def one_line(result: Result) -> str:
    """The line, when the call kept its promises."""
    assert result.code == 0
    assert result.out.endswith("\n") and result.out.count("\n") == 1 and result.out.strip(), result.out
    return result.out[:-1]


def live(machine: Machine, tokens: int = 9200, ago_s: int = 2 * HOUR) -> None:
    """ccusage knows a session that runs now."""
    machine.answers([block(int(time.time()) - ago_s, tokens)])
    config = machine.home / ".config/ccmon/config.ini"
    if not config.exists():
        machine.configure(LONG, is_old=True)


def warm(machine: Machine, *words: str) -> str:
    """The line once it is cached and nobody refreshes."""
    wait_until(lambda: one_line(machine.run("--statusline", *words, now=None)) != "CC -", "a line")
    wait_until(machine.idle, "the refresher ends")
    return one_line(machine.run("--statusline", *words, now=None))


def age(machine: Machine, seconds: int) -> None:
    """As if the last refresh had been that long ago."""
    state = line_answer.read_state(str(machine.cache))
    earlier = {name: max(0, getattr(state, name) - seconds) for name in ("fresh_until", "retry_at", "expires_at", "refreshed")}
    line_cache.write_state(str(machine.cache), state.replaced(**earlier))


def refresher(machine: Machine) -> int:
    """The process that refreshes, once its ccusage runs."""
    pid = wait_until(lambda: [p for p in machine.pids() if alive(p)], "ccusage runs")[-1]
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def end_refresher(machine: Machine) -> None:
    """SIGTERM: it takes its ccusage along."""
    pid = refresher(machine)
    os.kill(pid, signal.SIGTERM)
    wait_until(lambda: not alive(pid) and not any(map(alive, machine.pids())), "both end")
