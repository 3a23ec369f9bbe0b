"""What a page asks while a hand moves an assumption: each question a file, without any web."""
