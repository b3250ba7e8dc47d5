"""Putting ccmon where the user looks: start-up files of shells and bars, Claude Code's settings, the first run."""
