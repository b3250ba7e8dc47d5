"""The names that a call, a setting or a file may choose from, and the words that people try instead of what is meant.

The order of names is that of help texts, completions and messages. It imports nothing of ccmon.
"""

from ccmon.quick_typing import Mapping, Tuple

PERIODS = ("day", "week", "month")     # of the history
GROUPS = ("session", *PERIODS, "hour", "model", "project")
WINDOW = "window"                      # rows by Claude's own resets
TARGETS = ("bash", "zsh", "fish", "tmux", "claude", "starship", "waybar", "i3blocks", "polybar", "xbar", "p10k", "i3bar",
           "swiftbar", "oh-my-posh", "liquidprompt")               # of init; snippets.py has their texts
START_UP_FILES = ("bash", "zsh", "fish", "tmux")                   # targets that have one
SHELLS = ("bash", "zsh", "fish")       # with completions
SUBSCRIPTIONS = ("pro", "max", "max5", "max20", "teams", "enterprise")

# --- tried words: of other programs, of other commands, without their dashes

TARGET_WORDS = {"claude-code": "claude", "claudecode": "claude", "statusline": "claude", "sh": "bash", "byobu": "tmux"}
AS_OPTIONS = {"once": "--once", "json": "--json", "demo": "--demo", "version": "--version",
              "/?": "--help", "/help": "--help"}       # words that work alone
INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(("statusline", "status-line", "line", "tmux-line"), "--statusline"), "reset-terminal": "--reset-terminal",
    **dict.fromkeys(("status", "show", "usage", "now", "limits"), "--once"),
    **dict.fromkeys(("setup", "install", "configure", "prompt"), "init"),
    **dict.fromkeys(("settings", "options", "preferences", "show-config"), "config"), "set": "config set plan max5",
    "get": "config get plan", "unset": "config unset plan", "edit": "config edit",
    **dict.fromkeys(("daily", "days", "day"), "history --by day"), **dict.fromkeys(("weekly", "weeks"), "history --by week"),
    **dict.fromkeys(("monthly", "months"), "history --by month"), **dict.fromkeys(("hourly", "hours"), "history --by hour"),
    **dict.fromkeys(("models",), "history --by model"), "projects": "history --by project", "windows": "history --by window",
    **dict.fromkeys(("sessions", "session", "blocks", "list", "log", "logs", "past"), "history"),
    **{word: f"history {word}" for word in ("today", "yesterday", "week", "month", "year")},
    "chart": "history --chart", "heatmap": "history --heatmap", "backup": "history --backup FILE", "csv": "history --csv",
    **dict.fromkeys(("stats", "statistics", "summary"), "report"), **dict.fromkeys(("check", "diagnose", "test"), "doctor"),
    **dict.fromkeys(("prometheus", "metrics", "openmetrics"), "export --openmetrics"), "explain": "why",
    **dict.fromkeys(("plans", "themes", "formats"), "help options"), **dict.fromkeys(("man", "manual", "manpage"), "help --man"),
    **{word: f"init {word}" for word in ("tmux", "bash", "zsh", "fish", "claude")},
    **dict.fromkeys(("completions", "complete"), "completion bash"), **dict.fromkeys(("account", "login"), "accounts"),
    **dict.fromkeys(("alert", "notify", "notifications"), "alerts"), "import": "merge FILE", "cut-off": "hit",
    **dict.fromkeys(("screen", "monitor", "dashboard", "live", "watch", "top", "start", "run", "tui"), ""),
    "forecast": "learn --report", **dict.fromkeys(("remove", "deinstall", "undo", "purge"), "uninstall")}
BY_WORDS = {**{f"{name}s": name for name in (*GROUPS, WINDOW)}, "hour": "hour", "model": "model", "project": "project",
            "session": "session", "window": "window", "daily": "day", "weekly": "week", "monthly": "month", "hourly": "hour"}
ACTIONS: Mapping[str, str] = {
    **dict.fromkeys(("show", "ls", "all", "view"), "list"), **dict.fromkeys(("change", "put"), "set"),
    **dict.fromkeys(("remove", "rm", "delete", "del", "clear", "reset"), "unset"), "open": "edit",
    **dict.fromkeys(("where", "file"), "path"), **dict.fromkeys(("read", "print"), "get")}
FLAGS: Mapping[str, str] = {           # options of others, and what does the same here
    **dict.fromkeys(("--no-color", "--no-colour", "--nocolor", "--color", "--colour", "--colors", "--mono"), "--theme mono"),
    **dict.fromkeys(("--tz", "--zone", "--time-zone"), "--timezone"), "--utc": "--timezone UTC", "--12h": "--clock 12",
    "--24h": "--clock 24", **dict.fromkeys(("--from", "--after", "--start"), "--since"),
    **dict.fromkeys(("--to", "--before", "--end"), "--until"), **dict.fromkeys(("-n", "--last-n", "--count"), "--rows N"),
    **dict.fromkeys(("--refresh", "--refresh-rate", "-i"), "--interval"), "-j": "--json", "-y": "--yes", "--force": "--yes",
    "--uninstall": "--undo", "--remove": "--undo", "--group-by": "--by", "--width": "--max-width", "--print": "--once"}
WORDS: Mapping[Tuple[str, str], str] = {
    **{("history", word): "history --csv" for word in ("export", "save", "dump")},
    **{("history", word): "uninstall --history" for word in ("clear", "delete", "reset", "remove", "forget", "purge")},
    **{("learn", word): "learn --report" for word in ("status", "show", "list")},
    **{("learn", word): "learn --forget" for word in ("reset", "clear")}, ("learn", "on"): "config set plan ml_auto",
    ("export", "csv"): "history --csv", ("export", "json"): "--json", ("export", "prometheus"): "export --openmetrics",
    **{("accounts", word): "accounts" for word in ("list", "ls", "show")}}
