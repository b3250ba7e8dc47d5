"""What is wrong around ccmon: measured, judged, and the command that mends it."""
