"""Whether Claude Code shows the line, told by all settings that are in force in a folder."""

from __future__ import annotations

import json
from typing import Any, Dict, Sequence

from ccmon.errors import CcmonError
from ccmon.named_tuple import NamedTuple
from ccmon.setup import settings_json
from ccmon.setup.prompt_verdict import NOT_SEEN, SEEN, Visibility, edit

OFF = "disableAllHooks"                # turns status lines off as well
OF_MACHINE, OF_PROJECT, OF_USER = "this machine", "this project", "the user"


class Source(NamedTuple):
    """A file of settings."""

    whose: str
    path: str
    text: str


def of_sources(sources: Sequence[Source]) -> Visibility:
    """sources: the one that wins comes first."""
    values = [(source, _values(source.text)) for source in sources]
    off = next((source for source, members in values if OFF in members), None)
    if off is not None and _values(off.text)[OFF] is True:
        return Visibility(NOT_SEEN, f"{OFF} in {off.path} turns status lines off", edit(off.path, _line_of(off.text, OFF)))
    first = next((source for source, members in values if settings_json.KEY in members), None)
    if first is not None and first.whose != OF_USER and not _calls_ccmon(first.text):
        return Visibility(NOT_SEEN, f"{first.path} has a status line for {first.whose}, which comes before the one of the user",
                          edit(first.path, _line_of(first.text, settings_json.KEY)))
    return Visibility(SEEN, "a new Claude Code shows it")


def _line_of(text: str, key: str) -> int:
    return next((number for number, row in enumerate(text.splitlines(), 1) if f'"{key}"' in row), 1)


def _values(text: str) -> Dict[str, Any]:
    """The members; none where the text is not an object: that is told elsewhere, or not ours to tell."""
    try:
        members = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return members if isinstance(members, dict) else {}


def _calls_ccmon(text: str) -> bool:
    try:
        return settings_json.calls_ccmon(text)
    except CcmonError:
        return False
