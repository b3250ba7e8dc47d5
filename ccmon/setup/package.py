"""Which package command takes the program itself away, by where it runs."""

from __future__ import annotations

import os
import re
import sys
from importlib import metadata
from typing import Iterable, List, Mapping, Optional

from ccmon import refresher
from ccmon.named_tuple import NamedTuple
from ccmon.setup.snippets import for_sh
from ccmon.system import processes, removal

NAME = "ccmon-cli"
_BESIDE = {NAME, "pytz", "tabulate", "windows-curses", "pip", "setuptools", "wheel", "pkg-resources", "distribute"}


class Where(NamedTuple):
    """Where ccmon runs."""

    prefix: str                        # of the Python
    is_venv: bool
    names: List[str]                   # of what lies in the prefix
    packages: Optional[List[str]]      # that are installed there; None where ccmon is not one of them
    folder: str                        # in which the folder ccmon is
    pip: str                           # as words of a command
    has_pip: bool
    is_managed: bool                   # the system's own Python, which refuses pip


def where() -> Where:
    """Of this process."""
    folder, is_venv = refresher.import_folder(), sys.prefix != sys.base_prefix
    packages = [dist for dist in metadata.distributions() if not is_venv or _is_in(str(dist.locate_file("")), sys.prefix)]
    own = [{str(file) for file in dist.files or ()} for dist in packages if _named([dist]) == [NAME]]
    editable = any(files and "ccmon/__init__.py" not in files for files in own)        # it leads to its sources
    names = _named(packages)
    marker = os.path.join(os.path.dirname(os.__file__), "EXTERNALLY-MANAGED")
    pip = os.path.join(sys.prefix, "Scripts" if processes.WINDOWS else "bin", "pip.exe" if processes.WINDOWS else "pip")
    return Where(sys.prefix, is_venv, removal.names(sys.prefix),
                 names if NAME in names and (editable or not _is_clone(folder)) else None, folder, processes.pip(),
                 os.path.exists(pip) or not is_venv, os.path.exists(marker))


def _named(packages: Iterable[object]) -> List[str]:
    names = (getattr(dist, "metadata", {}).get("Name") or "" for dist in packages)
    return sorted({re.sub(r"[-_.]+", "-", name).lower() for name in names if name})


def _is_in(path: str, folder: str) -> bool:
    return os.path.realpath(path).startswith(os.path.realpath(folder).rstrip(os.sep) + os.sep)


def _is_clone(folder: str) -> bool:
    """Whether it runs from where its sources are; then a package that is installed, too, is another one."""
    return os.path.exists(os.path.join(folder, "setup.cfg")) and not _is_in(folder, sys.prefix)


def command(there: Where) -> str:
    """The words to type, or a sentence where there is no package."""
    parts = there.prefix.replace("\\", "/").rstrip("/").split("/")
    if "pipx_metadata.json" in there.names:
        return f"pipx uninstall {for_sh(parts[-1])}"
    if "uv-receipt.toml" in there.names:
        return f"uv tool uninstall {for_sh(parts[-1])}"
    if there.packages is None:
        return f"nothing: ccmon runs from {there.folder}, which no package owns"
    if there.is_venv and set(there.packages) <= _BESIDE:
        return f"rm -r {for_sh(there.prefix)}"
    if there.is_venv and not there.has_pip:
        return f"uv pip uninstall --python {for_sh(there.prefix)} {NAME}"
    return f"{there.pip} uninstall {'--break-system-packages ' if there.is_managed and not there.is_venv else ''}{NAME}"


def links_to_program(env: Mapping[str, str], there: Where) -> List[str]:
    """Links on PATH into that Python, made by hand: no package command removes them; pipx and uv remove their own."""
    if not there.is_venv or {"pipx_metadata.json", "uv-receipt.toml"} & set(there.names):
        return []
    paths = (os.path.join(folder, name) for folder in processes.folders(env) for name in ("ccmon", "ccmon-line"))
    return [path for path in dict.fromkeys(paths) if os.path.islink(path) and _is_in(path, there.prefix)
            and not _is_in(os.path.dirname(path), there.prefix)]
