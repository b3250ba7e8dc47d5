"""D-23, alerts: who claims one and dies before it is sent does not silence it; who is late does not send it twice."""

import os
import sys

import pytest
from commands import HOUR, NOW, block
from webhooks import calls, program

from ccmon.pipeline import alerting, history, refresh
from ccmon.settings import context
from ccmon.store.alerts import LEASE_S

pytestmark = [pytest.mark.newest_only, pytest.mark.skipif(sys.platform == "win32", reason="programs of POSIX")]

CONFIG = "[ccmon]\nlimit = 10000\nalerts = 80\nalert_by = command\nalert_command = note told\n"


@pytest.fixture
def near(machine):
    """A machine on which 85 % is used, and nobody was told."""
    machine.answers([block(NOW - 2 * HOUR, 8500, actualEndTime=None)])
    machine.configure("[ccmon]\nlimit = 10000\n")
    machine.run("record")
    machine.configure(CONFIG)
    program(machine.bin / "note")
    return machine


def seen(near, later=0):
    """What a process knows so much later."""
    ctx = context.prepare({}, {**near.env(), "CCMON_NOW": str(NOW + later)})
    return ctx, refresh.load(ctx, ctx.now())


def outcomes(near):
    ctx, _ = seen(near)
    with history.opened(ctx, 1000) as kept:
        return [one.outcome for one in kept.sent_alerts(0) if one.channel]


def test_D23_an_alert_of_the_dead_is_told_by_another_process(near):
    assert len(alerting.claim(*seen(near))) == 1               # and killed here
    near.run("record", now=NOW + LEASE_S - 1)
    assert calls(near.bin / "note") == []
    for later in (LEASE_S, LEASE_S + 1, HOUR):
        near.run("record", now=NOW + later)
        assert len(calls(near.bin / "note")) == 1
    assert outcomes(near) == ["ran, exit code 0"]


@pytest.mark.parametrize("later, times", [(0, 1), (LEASE_S - 1, 1), (LEASE_S, 1), (-HOUR, 1)])
def test_D23_who_was_suspended_tells_nothing_that_another_has_told(near, later, times):
    ctx, facts = seen(near)
    found = alerting.claim(ctx, facts)
    others, facts = seen(near, later)
    alerting.send(others, alerting.claim(others, facts))       # nothing, as long as the first one holds it
    alerting.send(seen(near, later)[0], found)
    assert len(calls(near.bin / "note")) == times and outcomes(near) == ["ran, exit code 0"]


def test_D23_a_claim_that_ran_out_and_that_nobody_took_is_still_its_own(near):
    found = alerting.claim(*seen(near))
    alerting.send(seen(near, HOUR)[0], found)
    assert len(calls(near.bin / "note")) == 1 and alerting.claim(*seen(near, 2 * HOUR)) == []


def test_D23_a_fault_while_it_is_told_does_not_repeat_it(near, monkeypatch):
    found = alerting.claim(*seen(near))
    monkeypatch.setattr(alerting, "send_by", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        alerting.send(seen(near)[0], found)
    assert outcomes(near) == ["internal error, see the log"] and alerting.claim(*seen(near, HOUR)) == []


def test_D23_a_process_that_is_killed_while_it_tells_is_followed_by_one_more_telling(near):
    """Whether it was told cannot be known: rather twice than never."""
    program(near.bin / "note", '[ -e "$0.killed" ] || { touch "$0.killed"; kill -9 $PPID; }')
    assert near.run("record").code == -9
    assert outcomes(near) == [""]
    for later in (60, LEASE_S, LEASE_S + 60):
        assert near.run("record", now=NOW + later).code == 0
    assert len(calls(near.bin / "note")) == 2 and outcomes(near) == ["ran, exit code 0"]
    assert os.path.exists(str(near.bin / "note") + ".killed")
