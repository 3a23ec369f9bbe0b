"""The explorer: a page that answers while an assumption is dragged, and its server."""
