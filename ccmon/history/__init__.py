"""What stored sessions add up to: pure functions over days, models and hours."""
