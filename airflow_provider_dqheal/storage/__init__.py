"""State and output: the store (what happened, the truth after a restart) and the sinks (where batches go)."""
