"""The door to the locale: whether UTF-8 is drawn, by the one rule of all that ccmon shows, and a C library that does it."""

import contextlib
import os
import sys
from typing import TYPE_CHECKING

from ccmon import linecache

if TYPE_CHECKING:
    import locale
else:
    try:
        import _locale as locale  # private: the part of the C library, without what needs re
    except ImportError:
        import locale

_ON_MACS = "en_US.UTF-8"               # C.UTF-8 is there from macOS 15 on
_NAMES = ("C.UTF-8", _ON_MACS, "UTF-8")        # the last one macOS and the BSDs have, for the characters alone


def utf8() -> bool:
    """Whether UTF-8 is drawn, as the variables name it; sets the locale, as curses needs it.

    Names alone count, as for the line: ssh hands over locales that the machine has not, and Python's UTF-8 mode says UTF-8
    under LC_ALL=C. Only where the C library has no UTF-8 at all it is not drawn, as curses would paint blanks.
    """
    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, "")
    if os.name != "posix":
        return sys.stdout.encoding.lower() in ("utf-8", "utf8")
    if not linecache.is_utf8(os.environ):
        return False
    return _is_in_force() or any(map(_put_in_force, _NAMES))


def installed() -> str:
    """A locale of UTF-8 that this machine has, for LC_ALL."""
    if sys.platform == "darwin":
        return _ON_MACS
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        return next(filter(_put_in_force, _NAMES[:2]), _NAMES[0])
    finally:
        locale.setlocale(locale.LC_CTYPE, before)


def _put_in_force(name: str) -> bool:
    """Take the characters of the locale; whether that is possible, and they are UTF-8."""
    with contextlib.suppress(locale.Error):
        locale.setlocale(locale.LC_CTYPE, name)
        return _is_in_force()
    return False


def _is_in_force() -> bool:
    return locale.nl_langinfo(locale.CODESET).lower() in ("utf-8", "utf8")
