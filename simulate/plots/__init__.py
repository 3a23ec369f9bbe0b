"""Pictures of results, one file a picture."""
