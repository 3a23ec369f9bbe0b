"""``python -m simulate`` does what the command ``simulate`` does."""

from simulate.cli import main

main()
