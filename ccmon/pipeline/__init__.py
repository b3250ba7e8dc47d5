"""From a source to everything that is shown: refresh, history, and what was learned."""
