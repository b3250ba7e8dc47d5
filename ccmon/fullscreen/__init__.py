"""The full screen: its loop, the terminal, and how that is given back."""
