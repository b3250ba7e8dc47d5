"""Whether a log has to be looked into: what the system says of the file beside what was noted when it was read."""

from ccmon.sources.log_files import LogFile
from ccmon.store.log_state import LogPosition

CHECK_S = 240                          # so long after a log has changed it is compared with what was read


def is_read(file: LogFile, position: LogPosition, now: int) -> bool:
    """Whether the file is as it was when it was read to its end, as far as it can be seen, and need not be looked into."""
    return looks_the_same(file, position) and position.ctime_ns == file.ctime_ns and not is_due(position, now)


def looks_the_same(file: LogFile, position: LogPosition) -> bool:
    """Whether its size and times are those that were noted; an older ccmon did not note when the system last changed it."""
    return (position.device, position.inode, position.size, position.mtime_ns, position.ctime_ns or file.ctime_ns) == (
        file.device, file.inode, file.size, file.mtime_ns, file.ctime_ns)


def is_due(position: LogPosition, now: int) -> bool:
    """Whether it is time to compare a log with what was read of it; a clock that was set back is not waited for."""
    return position.check_at != 0 and not now < position.check_at <= now + CHECK_S
