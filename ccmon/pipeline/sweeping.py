"""What a killed ccmon has left behind, swept at the next start wherever ccmon itself makes files."""

import os
from contextlib import suppress
from typing import Iterator, Mapping

from ccmon.errors import CcmonError
from ccmon.settings import config
from ccmon.setup import start_up_files
from ccmon.system import newfiles, private

_TARGETS = ("bash", "zsh", "fish", "tmux", "claude")


def sweep(env: Mapping[str, str]) -> None:
    """Once in the life of this process; never an error. The cache is swept when a line is written."""
    newfiles.sweep([*private.own_places(env), *_folders(env)])


def _folders(env: Mapping[str, str]) -> Iterator[str]:
    paths = config.paths(env)
    yield from (os.path.dirname(os.path.realpath(path)) for path in (paths.config, paths.store) if path)
    with suppress(CcmonError):
        yield from (os.path.dirname(os.path.realpath(start_up_files.path_of(target, env))) for target in _TARGETS)
