"""One file a command: its options, its calls, and what it prints."""
