"""The door to what gives this Python its curses: on Windows a package, for some Pythons; elsewhere it is a part of Python."""

import sys
from typing import Mapping

from ccmon.system import processes

FIRST, LAST = (3, 8), (3, 14)          # of the Pythons that windows-curses has builds for; setup.cfg says the same
PLATFORMS = ("win-amd64", "win32")
WHOLE_PYTHONS = {                      # by what installs there
    "zypper": "sudo zypper install python3-curses", "apt-get": "sudo apt-get install python3", "dnf": "sudo dnf install python3",
    "pacman": "sudo pacman -S python", "apk": "sudo apk add python3", "brew": "brew install python3"}
FROM_ITS_AUTHORS = "https://www.python.org/downloads/"


def command(env: Mapping[str, str]) -> str:
    """What to type in a shell, so that there is a Python with curses."""
    if not processes.WINDOWS:
        return next((line for name, line in WHOLE_PYTHONS.items() if processes.which(name, env)),
                    f"{'open' if sys.platform == 'darwin' else 'xdg-open'} {FROM_ITS_AUTHORS}")
    if has_build():
        return f"{processes.pip()} install windows-curses"
    return f"winget install Python.Python.{LAST[0]}.{LAST[1]} --architecture x64"


def has_build() -> bool:
    """Whether there is a windows-curses for this very Python."""
    import sysconfig  # dear
    is_free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    return (FIRST <= sys.version_info[:2] <= LAST and sysconfig.get_platform() in PLATFORMS and not is_free_threaded
            and sys.implementation.name == "cpython")


def missing(env: Mapping[str, str]) -> str:
    """The sentence for who wanted a full screen."""
    if processes.WINDOWS and not has_build():
        return ("no full screen: windows-curses, which it needs, has no build for this Python. All else works. "
                f"Install one that it has, and ccmon in that: {command(env)}")
    with_it = "" if processes.WINDOWS else " and ccmon in a Python that has it"
    return f"no full screen: this Python has no curses. All else works. Install it{with_it}: {command(env)}"
