"""The history: one sqlite file, reached through database.py."""
