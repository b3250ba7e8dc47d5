"""The parts and pages of the full screen."""
