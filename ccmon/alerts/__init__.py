"""Telling the user who does not look: what is worth it, once for all processes, and by which channel."""
