"""config.ini as the user keeps it: read, written as a whole, and changed by one process at a time."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager, suppress
from typing import Iterator, Optional

from ccmon import private
from ccmon.errors import CcmonError, Unwritable
from ccmon.system import newfiles, shared_files


@contextmanager
def locked(path: str) -> Iterator[None]:
    """No other ccmon changes the file meanwhile; its folder is made for that. Unwritable when another one does not end."""
    folder = os.path.dirname(os.path.realpath(path))
    with ExitStack() as stack:
        try:
            private.own_folder(folder)
            stack.enter_context(newfiles.locked(folder))
        except BlockingIOError as err:
            raise Unwritable(f"{path} is {err.strerror}, which is to change it", "Try again, or end that one") from None
        except OSError:                # put says it
            pass
        yield


def text_of(path: str) -> Optional[str]:
    """The content; None when there is no file. Unwritable when it cannot be read or is no text: then nothing can be changed."""
    try:
        content = shared_files.read(path)
        return None if content is None else content.decode("utf-8")
    except UnicodeDecodeError:
        raise Unwritable(f"{path} is not UTF-8", "Mend or remove it") from None
    except CcmonError as err:
        raise Unwritable(str(err)) from None


def write(path: str, before: Optional[str], after: str) -> None:
    """Write the content at once, or raise Unwritable; Changed when another program has written something else than `before`."""
    why = private.foreign_folder(os.path.dirname(path)) or private.foreign_folder(os.path.dirname(os.path.realpath(path)))
    if why:
        raise Unwritable(f"{path} cannot be written (its folder {why})", "Set XDG_CONFIG_HOME to a folder of your own")
    try:
        shared_files.replace(path, None if before is None else before.encode("utf-8"), after.encode("utf-8"))
    except shared_files.Changed:
        raise
    except CcmonError as err:
        raise Unwritable(str(err)) from None


def remove(path: str, content: str) -> None:
    """Remove the file if that is all that is in it. Unwritable when it cannot be read."""
    if text_of(path) == content:
        with suppress(shared_files.Changed):
            shared_files.remove(path, content.encode("utf-8"))
