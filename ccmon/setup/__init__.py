"""The line where the user wants it: start-up files of shells and bars, Claude Code's settings, the first run."""
