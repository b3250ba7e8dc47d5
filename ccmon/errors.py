"""What goes wrong, as data: what, the way out and the exit code. cli.py prints both as one sentence; nobody reads it back."""

INSTALL_COMMAND = "npm install -g ccusage"             # the way out where that is missing

class CcmonError(Exception):
    """What a door raises. way_out: words for people, "" where there is none; command: the one for a shell that is the way out.

    str() is what users see: both, with `joint` between them. code: what the call ends with.
    """

    code = 30
    joint = ". "

    def __init__(self, what: str, way_out: str = "", command: str = "") -> None:
        super().__init__(what, way_out, command)
        self.what, self.way_out, self.command = what, way_out, command

    def __str__(self) -> str:
        return self.what + (self.joint + self.way_out if self.way_out else "")


class UsageError(CcmonError):
    """Wrong words or settings."""

    code = 2


class SettingError(CcmonError):
    """A wrong setting. place: the variable, the flag or the file it is in; line: of that file, 0 where it is in none."""

    def __init__(self, what: str, way_out: str = "", place: str = "", line: int = 0) -> None:
        super().__init__(what, way_out)
        self.place, self.line = place, line


class Unwritable(CcmonError):
    """A file that the user named cannot be written."""

    code = 1


class SourceError(CcmonError):
    """What gives the usage gave none. missing: it could not be started at all; not_installed: there is none anywhere."""

    missing = not_installed = False


class PathError(CcmonError):
    """What is wrong with a file. problem: the same without its path, which stands before it."""

    def __init__(self, path: str, problem: str, way_out: str = "", between: str = " ") -> None:
        super().__init__(path + between + problem, way_out)
        self.path, self.problem = path, problem

    @property
    def without_path(self) -> str:
        """What str() says behind the path."""
        return self.problem + (self.joint + self.way_out if self.way_out else "")
