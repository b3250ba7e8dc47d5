"""ccmon: how much of the Claude Code session is used, until when it lasts, when it resets."""

__version__ = "1.0.0"
