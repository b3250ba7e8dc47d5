"""The one line for tmux, prompts, bars and Claude Code, whole: its words, its forms, its cache files."""
