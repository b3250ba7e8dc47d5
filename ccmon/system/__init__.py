"""Small doors to the machine: clock, locale, signals, files, other programs."""
