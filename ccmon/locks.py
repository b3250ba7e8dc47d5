"""The door to locks: one process at a time, without waiting, and who it is.

A lock is the kernel's, on the file `lock`. Where the system has none, or the holder is stopped, it is the file `lock.held`, which
only one process can make. Both name their holder: one that is gone or stopped locks nobody out, and sees later that it lost.
For whatever may hold up a line: it imports nothing slow.
"""

import os
import time

from ccmon import line_answer, private

WIDTH = 64                             # bytes of a field: the holder, its ccusage, the holder that it was taken from
YOUNG_S = 60                           # a file that names nobody (yet, or for want of space) counts as held so long
OLD_S = 900                            # and one of another machine, whose processes cannot be seen
PROC = "/proc"                         # where Linux shows its processes; macOS and BSD do not
JUST_S = 5                             # a holder that was there so short a time ago is not checked by `ps`
_BLANK = b" " * (WIDTH - 1) + b"\n"

_files: "dict[int, str]" = {}          # the locks of this process that are files of their own


def lock(where: str) -> "int | None":
    """The refresh lock without waiting: a descriptor, or None while another process refreshes.

    Where there can be no lock (no home, read-only, full) -1: refresh without one rather than never.
    """
    try:
        private.own_folder(where)
        fd = private.open_file(where + "/lock", os.O_RDWR | os.O_CREAT)
    except OSError:                    # it may be root's, after sudo, or a folder: others can be made beside it
        return -1 if os.name == "nt" else file_lock(where + "/lock.held")
    if os.name == "nt":
        return _lock_on_windows(fd)
    mine = flocked(fd)
    if mine and (not os.path.lexists(where + "/lock.held") or _is_other(where + "/lock.held")):
        sign(fd, os.getpid())
        return fd
    if mine is False and not _is_stopped(fd):
        os.close(fd)
        return None
    made = file_lock(where + "/lock.held", fd)
    if made is not None and made >= 0 and mine is not None and not (flocked(fd) or _is_stopped(fd)):
        unlock(made)                   # it was continued, or followed by another one
        made = None
    elif made is not None and made >= 0 and mine is False:
        _write(fd, 2, _field(fd, 0))   # the one that is stopped is to know
    os.close(fd)
    return made


def _lock_on_windows(fd: int) -> "int | None":
    """On Windows, which lets nobody else read what is locked: it names no holder."""
    import msvcrt
    try:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        return fd
    except PermissionError:
        os.close(fd)
        return None
    except OSError:
        os.close(fd)
        return -1


def flocked(fd: int) -> "bool | None":
    """Take the kernel's lock: whether it is ours now; None where the system or the file system has none."""
    try:
        import fcntl
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    except (OSError, ImportError):
        return None


def file_lock(path: str, base: int = -1) -> "int | None":
    """A lock that is a file of its own, as lock() gives one; what its last holder left, or that of `base`, is left in it."""
    group = left_group(base)
    for _ in range(2):
        try:
            fd = private.open_file(path, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            left = _removed(path)
            if left is None:
                return None
            group = left or group
            continue
        except OSError:
            return -1
        _files[fd] = path
        sign(fd, os.getpid())
        if group:
            leave_group(fd, group)
        return fd
    return -1 if _is_other(path) else None


def _is_other(path: str) -> bool:
    """Whether something stands there that is no file, a folder or a pipe: that nobody holds."""
    try:
        return os.lstat(path).st_mode & 0o170000 != 0o100000
    except OSError:
        return False


def _removed(path: str) -> "str | None":
    """Remove the file of a holder that is gone or stopped: the group that it left; None when it is held, or being removed."""
    seen = private.content_of(path)
    if not os.path.lexists(path):
        return ""                      # given back meanwhile; the next one to come is not ours to remove
    if _keeps_out(seen, path):
        return None
    marker = path + ".removed"         # two may have seen the same: the slower one must not remove the file of the faster
    try:
        os.close(private.open_file(marker, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
    except OSError:
        if time.time() - private.mtime_s(marker) > YOUNG_S:
            private.unlink(marker)
        return None
    if private.content_of(path) == seen:
        private.unlink(path)
    private.unlink(marker)
    return _text((seen or b"")[WIDTH:2 * WIDTH])


def _keeps_out(content: "bytes | None", path: str) -> bool:
    made_at = private.mtime_s(path)  # before the time now: it may just be made anew
    holder, age_s = _text((content or b"")[:WIDTH]), time.time() - made_at
    state = "" if _is_other(path) else _state(holder)
    return 0 <= age_s < (YOUNG_S if not holder else OLD_S) if state == "?" else state not in ("", "T")


def unlock(fd: int) -> None:
    """Give the lock back."""
    if fd < 0:
        return
    path = _files.pop(fd, "")
    if path and held(fd, path):
        private.unlink(path)
    if os.name == "nt":                # else it may go some time after the descriptor
        import msvcrt
        os.lseek(fd, 0, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
    os.close(fd)


def hand_over(fd: int, pid: int) -> None:
    """Leave the lock to that child of ours, which has it from us."""
    if fd >= 0:
        _files.pop(fd, "")
        sign(fd, pid)
        os.close(fd)


def file_of(fd: int) -> str:
    """The file that is this lock; "" of a lock of the kernel's."""
    return _files.get(fd, "")


def take_over(fd: int, path: str) -> None:
    """Hold a lock that this process had before it began another program; path as file_of() gave it."""
    if path:
        _files[fd] = path


def held(fd: int, path: str = "") -> bool:
    """Whether the lock is still ours: it may have been taken while we were stopped. One that could not be signed is."""
    if fd < 0 or os.name == "nt":
        return True
    path = path or _files.get(fd, "")
    if not path:
        return not _is_own(_field(fd, 2))
    content = private.content_of(path)
    return content is not None and (not _text(content[:WIDTH]) or _is_own(_text(content[:WIDTH])))


# --- who holds it -------------------------------------------------------------------------------------------------------

def sign(fd: int, pid: int) -> None:
    """Write into the lock file that this process holds it; nothing is written where that stands there."""
    if fd < 0 or os.name == "nt" or (_field(fd, 0), _field(fd, 2)) == (_name(pid), ""):
        return
    try:
        quiet_until = os.fstat(fd).st_mtime
        if os.fstat(fd).st_size < 3 * WIDTH:
            os.pwrite(fd, _padded(_field(fd, 0)) + _padded(_field(fd, 1)) + _BLANK, 0)     # later marks need no space
        _write(fd, 2, "")
        _write(fd, 0, _signature(pid))
        if quiet_until > time.time():
            os.utime(fd, (quiet_until, quiet_until))
    except (OSError, ValueError):
        pass


def leave_group(fd: int, text: str) -> None:
    """Write who runs (process group and its start) into the lock file, so that the next holder can end an orphan."""
    if fd >= 0 and os.name != "nt":
        _write(fd, 1, text)


def left_group(fd: int) -> str:
    """What a holder that died has left in the lock file."""
    return _field(fd, 1) if fd >= 0 and os.name != "nt" else ""


def _write(fd: int, number: int, text: str) -> None:
    try:
        os.pwrite(fd, _padded(text), number * WIDTH)
    except OSError:
        pass


def _padded(text: str) -> bytes:
    return text.encode("ascii", "replace")[:WIDTH - 1].ljust(WIDTH - 1) + b"\n"


def _field(fd: int, number: int) -> str:
    try:
        return _text(os.pread(fd, WIDTH, number * WIDTH))
    except OSError:
        return ""


def _text(field: bytes) -> str:
    return field.replace(b"\0", b" ").decode("ascii", "replace").strip()


def _name(pid: int) -> str:
    """A process of this machine: its number and start, the machine (or container) and its boot; four words.

    Where the system has no /proc there is no start, and - in its place.
    """
    machine = os.uname().nodename
    try:
        machine += os.readlink(PROC + "/self/ns/pid")
    except OSError:
        pass
    boot = (private.content_of(PROC + "/sys/kernel/random/boot_id") or b"-").decode("ascii", "replace")
    return f"{pid} {_state_and_start(pid)[1] or '-'} {line_answer.checksum(machine)} {boot[:8].strip()}"


def _signature(pid: int) -> str:
    """The name as it is written: without a start with the time now, as a process that started later is not that one."""
    name = _name(pid)
    return name if _state_and_start(os.getpid())[1] else name.replace(" - ", f" @{int(time.time())} ", 1)


def _is_own(holder: str) -> bool:
    """Whether that is the name of this process; the time of its signature is not compared."""
    own, words = _name(os.getpid()).split(), holder.split()
    if own[1] == "-" and len(words) == 4 and words[1][:1] == "@":
        own[1] = words[1]
    return words == own


def _state_and_start(pid: int) -> "tuple[str, str]":
    """The letter of the process's state, "" when it is gone, and when it started; both "" where the system has no /proc."""
    words = stat_words(str(pid))
    return (words[0], words[19]) if len(words) > 19 else ("", "")


def stat_words(pid: str) -> "list[str]":
    """The fields of that process in /proc, from its state on; nothing when it is gone, or where there is no /proc."""
    return (private.content_of(f"{PROC}/{pid}/stat") or b"").rpartition(b")")[2].decode("ascii", "replace").split()


def holder(where: str) -> str:
    """Who holds that lock, for the user: the number of the process, as far as it can be read."""
    return holder_of(where + ("/lock.held" if os.path.exists(where + "/lock.held") else "/lock"))


def holder_pid(where: str) -> int:
    """The process that holds that lock just now; 0 when none does, or it cannot be read."""
    for name in ("/lock.held", "/lock"):
        holder = _text((private.content_of(where + name) or b"")[:WIDTH])
        if _state(holder) not in ("", "?"):
            return int(holder.split()[0])
    return 0


def holder_of(path: str) -> str:
    """The same of a lock file."""
    words = _text((private.content_of(path) or b"")[:WIDTH]).split()
    return f"process {words[0]}" if len(words) == 4 else "another process"


def _is_stopped(fd: int) -> bool:
    return _state(_field(fd, 0)) == "T"


def _state(holder: str) -> str:
    """The letter of that holder's state: T stopped, "" gone, ? when it cannot be read."""
    words, own = holder.split(), _name(os.getpid()).split()
    if len(words) != 4 or words[2] != own[2] or not words[0].isdigit():
        return "?"
    if words[3] != own[3]:
        return ""
    if own[1] == "-":
        return _state_by_ps(int(words[0]), words[1])
    letter, start = _state_and_start(int(words[0]))
    return letter if start == words[1] and letter not in ("Z", "X") else ""


def _state_by_ps(pid: int, noted: str) -> str:
    """The same where there is no /proc, of one that was there at the time noted."""
    try:
        if noted[:1] == "@" and 0 <= time.time() - int(noted[1:]) < JUST_S:
            os.kill(pid, 0)
            return "R"                 # a line that is due again at once has nothing to wait for
        from ccmon.system import process_facts  # only there, and only for a lock that has been held for a while
        return process_facts.state(pid, noted)
    except ProcessLookupError:
        return ""
    except (OSError, OverflowError, ValueError):
        return "?"


# --- a rest that needs no space -------------------------------------------------------------------------------------------

def rest(where: str, seconds: float) -> bool:
    """Let no line start a refresh so long, where nothing can be written; 0 ends it. Whether that can be noted.

    It is a time of change that lies in the future.
    """
    now = time.time()
    if seconds or rests(where, now):
        private.set_time(where + "/lock", now + seconds)
    return rests(where, now)


def rests(where: str, now: float) -> bool:
    """Whether rest() is in force."""
    return line_answer.is_pause(private.mtime_s(where + "/lock"), now)
