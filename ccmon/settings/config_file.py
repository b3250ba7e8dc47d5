"""config.ini as the user keeps it: read, written as a whole by one process at a time; edits of one value, all else as it is."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack, contextmanager, suppress

from ccmon import private
from ccmon.errors import CcmonError, Unwritable
from ccmon.quick_typing import Iterator, List, Optional, Tuple
from ccmon.settings.config import IniContents, IniEntry, ini_contents, sign_at
from ccmon.system import newfiles, shared_files

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+")


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


# --- its text --------------------------------------------------------------------------------------------------------

def with_value(content: str, section: str, key: str, value: str) -> str:
    """The content with that value: instead of the one that is there, else behind the last of its section."""
    lines, contents = _LINES.findall(content), ini_contents(content)
    old = _entry(contents, section, key)
    if old:
        lines[old.first:old.end] = ["".join((*_name_and_sign(lines[old.first], section), value, _eol(content)))]
        return "".join(lines)
    header = next((line for name, line in contents.headers if name == section), None)
    if header is None:
        return _appended(content, section, f"{key} = {value}")
    last = next((entry for entry in reversed(contents.entries) if entry.section == section), None)
    is_alike = last and last.text.partition("\n")[0]
    name, sign = _name_and_sign(lines[last.first], section) if last and is_alike else ("", " = ")
    at = last.end if last else header + 1
    new = f"{name[:len(name) - len(name.lstrip())]}{key}{sign}{value}{_eol(content)}"
    return _ended("".join(lines[:at]), _eol(content)) + new + "".join(lines[at:])


def without(content: str, section: str, key: str) -> Optional[str]:
    """The content without the value; None when it has none."""
    lines, old = _LINES.findall(content), _entry(ini_contents(content), section, key)
    return "".join(lines[:old.first] + lines[old.end:]) if old else None


def without_section(content: str, section: str) -> str:
    """The content without the header of a section in which nothing stands, and with no comment right above it."""
    lines, contents = _LINES.findall(content), ini_contents(content)
    at = next((line for name, line in contents.headers if name == section), None)
    if at is None or at and _is_comment(lines[at - 1]):
        return content
    end = _end(lines, contents, at)
    if any(line.strip() for line in lines[at + 1:end]):
        return content
    before = lines[:at]
    while end == len(lines) and before and not before[-1].strip():
        before.pop()
    mark = "\ufeff" if lines[at].startswith("\ufeff") else ""
    return mark + "".join(before + lines[end:])


def _end(lines: List[str], contents: IniContents, at: int) -> int:
    """Where the section ends that begins there: comments above the next one, with a blank line before them, belong to that."""
    end = top = next((line for _, line in contents.headers if line > at), len(lines))
    while end < len(lines) and _is_comment(lines[top - 1]):
        top -= 1
    return end if lines[top - 1].strip() else top


def _is_comment(line: str) -> bool:
    return line.lstrip("\ufeff").strip()[:1] in ("#", ";")


def _entry(contents: IniContents, section: str, key: str) -> Optional[IniEntry]:
    return next((entry for entry in contents.entries if (entry.section, entry.key) == (section, key.lower())), None)


def _name_and_sign(line: str, section: str) -> Tuple[str, str]:
    """What stands on the line before a value: the name with its indentation, and the sign with the blanks around it."""
    at = sign_at(line, section)
    name, behind = line[:at].rstrip(), line[at + 1:]
    return name, line[len(name):at + 1] + (behind[:len(behind) - len(behind.lstrip())] if behind.strip() else " ")


def _appended(content: str, section: str, line: str) -> str:
    eol = _eol(content)
    before = _ended(content, eol)
    gap = eol if before.strip("\ufeff") else ""
    return f"{before}{gap}[{section}]{eol}{line}{eol}"


def _ended(content: str, eol: str) -> str:
    """With an end to its last line."""
    return content if not content.strip("\ufeff") or content.endswith(("\n", "\r")) else content + eol


def _eol(content: str) -> str:
    """How the lines of this content end."""
    first = _LINES.match(content)
    return first[0][len(first[0].rstrip("\r\n")):] or "\n" if first else "\n"
