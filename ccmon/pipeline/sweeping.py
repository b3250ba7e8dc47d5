"""What a killed ccmon has left behind, swept at the next start wherever ccmon itself makes files."""

import os
from contextlib import suppress
from itertools import islice

from ccmon import private
from ccmon.errors import CcmonError
from ccmon.quick_typing import Iterator, Mapping
from ccmon.settings import config
from ccmon.system import start_up_files

LEAD, MOST_LOOKED_AT = ".ccmon-", 20_000            # as in newfiles.py
_TARGETS = ("bash", "zsh", "fish", "tmux", "claude")


def sweep(env: Mapping[str, str]) -> None:
    """Once in the life of this process; never an error. The cache is swept when a line is written."""
    folders = [folder for folder in dict.fromkeys([*private.temporary_folders(env), *_folders(env)]) if _may_hold_parts(folder)]
    if folders:
        from ccmon.system import newfiles  # as good as never
        newfiles.sweep(folders)


def _may_hold_parts(folder: str) -> bool:
    """Whether any name there begins as those of ccmon's unfinished files do."""
    with suppress(OSError, ValueError), os.scandir(folder) as entries:
        return any(one.name.startswith(LEAD) for one in islice(entries, MOST_LOOKED_AT))
    return False


def _folders(env: Mapping[str, str]) -> Iterator[str]:
    paths = config.paths(env)
    yield from (os.path.dirname(os.path.realpath(path)) for path in (paths.config, paths.store) if path)
    with suppress(CcmonError):
        yield from (os.path.dirname(os.path.realpath(start_up_files.path_of(target, env))) for target in _TARGETS)
