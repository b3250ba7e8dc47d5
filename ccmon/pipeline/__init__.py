"""From a source to everything that is shown: refresh, memory, and what was learned."""
