"""The first run: which steps are offered while there is nothing to see."""

import pytest
from scenes import NO_NODE, NOW, official, scene

from ccmon.model import NO_CCUSAGE, Source
from ccmon.views.screen import dashboard, welcome

NOTHING = Source(error=NO_CCUSAGE, missing=True)


def shown(made, width=80, height=24):
    """The screen as one text."""
    return "\n".join("".join(span.text for span in line) for line in dashboard.render(made, width, height))


@pytest.mark.parametrize("source, first", [(NOTHING, True), (Source(), False), (Source(error=NO_NODE, missing=True), False),
                                           (NOTHING._replace(refreshed=NOW - 9), False)])
def test_only_who_has_nothing_at_all_is_welcomed(source, first):
    assert welcome.is_first(scene(None, source=source)) == first
    assert ("Welcome" in shown(scene(None, source=source))) == first


@pytest.mark.parametrize("width, height", [(80, 24), (60, 15), (40, 10)])
def test_the_commands_are_there_in_every_window(width, height):
    said = shown(scene(None, source=NOTHING), width, height)
    assert all(word in said for word in ("no logs", "claude", "ccmon init", "ccmon init claude --write", "ccmon --demo"))


def test_who_is_connected_is_not_asked_to_connect():
    connect = "ccmon init claude"
    assert connect in shown(scene(None)) and connect not in shown(scene(None, windows=official(age_s=1500)))
    assert "ccmon init " in shown(scene(None, windows=official(age_s=1500)))


def test_a_broken_program_keeps_its_reason_and_its_way_out():
    said = shown(scene(None, source=Source(error=NO_NODE, missing=True)))
    assert "node was not" in said and "nodejs.org" in said and "Welcome" not in said
