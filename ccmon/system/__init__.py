"""Small doors to the machine: clock, locale, signals, files, standard output."""
