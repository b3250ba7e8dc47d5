"""The prices of models as text: what ccusage knows offline."""
