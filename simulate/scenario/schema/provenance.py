"""Where a scenario was read, and what is to be known of that."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Provenance:
    """Where a scenario was read: no part of what it says, so scenarios are compared without it.

    Attributes
    ----------
    files
        The file and those that it extends, in order; a packaged one as ``packaged:base.toml``.
    notes
        What is to be known of how they were read, such as which of two files a name was taken for.
    """

    files: tuple[str, ...] = field(default=(), compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
