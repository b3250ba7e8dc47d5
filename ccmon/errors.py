"""What goes wrong, as one clear sentence with the way out; which class says how the call ends."""


class CcmonError(Exception):
    """What a door raises: one clear sentence with the way out, shown to the user as it is."""


class UsageError(CcmonError):
    """Wrong words or settings: exit 2."""


class Unwritable(CcmonError):
    """A file that the user named cannot be written: exit 1."""
