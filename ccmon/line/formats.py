"""The names of the dialects of dialects.py; the table of options knows them without what else a line needs."""

FORMATS = ("plain", "ansi", "tmux", "tmuxdark", "tmuxlight", "tmuxbright", "bash", "zsh", "fish", "starship", "waybar",
           "i3blocks", "polybar", "xbar", "json", "claude")
