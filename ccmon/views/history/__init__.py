"""Stored sessions as tables and pictures."""
