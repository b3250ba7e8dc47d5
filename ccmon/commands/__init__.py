"""One file a command: what it prints and its exit code."""
