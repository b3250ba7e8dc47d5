"""The door to the locale: which characters its codec has."""

import contextlib
import locale
import os
import sys

from ccmon import linecache


def utf8() -> bool:
    """Whether the locale's codec is UTF-8; sets the locale, as curses needs it."""
    try:
        locale.setlocale(locale.LC_ALL, "")
    except locale.Error:
        # ssh hands over names of locales that the machine has not generated; what matters here is their codec.
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, "C.UTF-8" if linecache.is_utf8(os.environ) else "C")
    # Not getpreferredencoding: Python's UTF-8 mode answers UTF-8 under LC_ALL=C, where curses paints blanks.
    codec = locale.nl_langinfo(locale.CODESET) if os.name == "posix" else sys.stdout.encoding
    return codec.lower() in ("utf-8", "utf8")
