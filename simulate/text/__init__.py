"""Sentences and tables, for the terminal and for pages."""
