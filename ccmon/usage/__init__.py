"""Pure functions from facts to the snapshot that every view shows."""
