"""ccmon as installers leave it: environments made by hand, with links to its packages, and the programs that pip writes."""

import os
import sys
from pathlib import Path

import pytz
import tabulate

ROOT = Path(__file__).resolve().parent.parent
VERSION = f"python{sys.version_info[0]}.{sys.version_info[1]}"
BASE = os.path.realpath(sys.executable)                  # the Python itself, not that of an environment
WRAPPER = "import sys\nfrom ccmon.__main__ import main\nif __name__ == '__main__':\n    sys.exit(main())\n"   # of pip 25, uv
OLD_WRAPPER = ("# -*- coding: utf-8 -*-\nimport re\nimport sys\nfrom ccmon.__main__ import main\nif __name__ == '__main__':\n"
               "    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])\n    sys.exit(main())\n")     # before


def environment(folder: Path) -> Path:
    """A virtual environment without any package there; its folder of packages."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").symlink_to(BASE)
    (folder / "pyvenv.cfg").write_text(f"home = {os.path.dirname(BASE)}\ninclude-system-site-packages = false\n")
    packages = folder / "lib" / VERSION / "site-packages"
    packages.mkdir(parents=True)
    return packages


def link_packages(packages: Path, root: Path = ROOT) -> Path:
    """Put that ccmon and what it needs into a folder of packages, as links. Returns the folder."""
    for package in (root / "ccmon", *(Path(str(module.__file__)) for module in (pytz, tabulate))):
        place = package.parent if package.name == "__init__.py" else package
        (packages / place.name).symlink_to(place)
    return packages


def put_program(path: Path, text: str, python: str) -> Path:
    """A program of Python's, begun as pip does: with a shell where the path has a space. Returns the path."""
    first = f"#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''" if " " in python else f"#!{python}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{first}\n{text}")
    path.chmod(0o755)
    return path


def install(folder: Path, wrapper: str = WRAPPER, root: Path = ROOT) -> Path:
    """An environment with ccmon in it; its program."""
    link_packages(environment(folder), root)
    return put_program(folder / "bin/ccmon", wrapper, str(folder / "bin/python"))
