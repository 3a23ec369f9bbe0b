"""One file a question that is asked of a scenario."""
