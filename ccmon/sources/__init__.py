"""Where usage comes from: the ccusage program, Claude Code's own log files, or a demo."""
