"""The names that a call, a setting or a file may choose from, for those who need no more of what they name.

The order is that of help texts, completions and messages. It imports nothing.
"""

PERIODS = ("day", "week", "month")     # of the history
GROUPS = ("session", *PERIODS, "hour", "model", "project")
WINDOW = "window"                      # rows by Claude's own resets
TARGETS = ("bash", "zsh", "fish", "tmux", "claude", "starship", "waybar", "i3blocks", "polybar", "xbar", "p10k", "i3bar",
           "swiftbar", "oh-my-posh", "liquidprompt")               # of init; snippets.py has their texts
START_UP_FILES = ("bash", "zsh", "fish", "tmux")                   # targets that have one
SHELLS = ("bash", "zsh", "fish")       # with completions
SUBSCRIPTIONS = ("pro", "max", "max5", "max20", "teams", "enterprise")
