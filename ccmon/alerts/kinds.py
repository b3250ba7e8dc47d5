"""The names of alerts and of the ways to tell them; the table of options knows them without what else alerts need."""

KINDS = ("80", "100", "runs_out", "reset", "allocation", "unusual")
CHANNELS = ("bell", "desktop", "command", "webhook")
BELL = "bell"
