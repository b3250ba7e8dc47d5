"""config.ini as the user keeps it: one value set or taken out, comments and order kept; nothing is written half."""

from typing import Optional

from ccmon.model import CcmonError, Unwritable
from ccmon.settings import ini_text
from ccmon.system import dotfiles


def text_of(path: str) -> Optional[str]:
    """The content; None when there is no file. Unwritable when it cannot be read or is no text: then nothing can be changed."""
    try:
        content = dotfiles.read(path)
        return None if content is None else content.decode("utf-8")
    except UnicodeDecodeError:
        raise Unwritable(f"{path} is not UTF-8. Mend or remove it") from None
    except CcmonError as err:
        raise Unwritable(str(err)) from None


def put(path: str, before: Optional[str], after: str) -> None:
    """Write the content at once; a new file is the user's alone. Unwritable when it cannot be; then nothing has changed."""
    try:
        dotfiles.replace(path, None if before is None else before.encode("utf-8"), after.encode("utf-8"))
    except CcmonError as err:
        raise Unwritable(str(err)) from None


def remove(path: str, content: str) -> None:
    """Remove the file if that is all that is in it. Unwritable when it cannot be read."""
    if text_of(path) == content:
        dotfiles.remove(path)


def set_value(path: str, section: str, key: str, text: str) -> int:
    """Write `key = text` into the section, in place of what is there; the number of its line. It judges no value.

    Unwritable when the file cannot be read or written; then nothing has changed.
    """
    before = text_of(path)
    after = ini_text.with_value(before or "", section, key, text)
    put(path, before, after)
    return ini_text.line_of(after, section, key) or 0


def unset(path: str, section: str, key: str) -> bool:
    """Take the value out; False when it is not there. Unwritable when the file cannot be read or written."""
    before = text_of(path)
    after = None if before is None else ini_text.without(before, section, key)
    if after is None:
        return False
    put(path, before, after)
    return True
