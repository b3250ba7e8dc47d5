"""The back-test: what ccmon learns on simulated users whose true limits are known, beside the goals and what others do."""
