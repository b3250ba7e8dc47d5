"""What the numbers of a moment are: pure functions from facts to the snapshot that every view shows."""
