"""Alerts: which are due, in which words, and by which channel."""
