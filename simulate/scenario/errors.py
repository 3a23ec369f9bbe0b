"""The one kind of error that a user's files and flags can cause."""


class ScenarioError(Exception):
    """What is wrong with a scenario or a request, in words for the person who wrote it.

    Parameters
    ----------
    *lines
        One or two lines each: which file, which key, which value, what would be right.
    key
        The key at fault, for whoever knows which file set it.
    """

    def __init__(self, *lines: str, key: tuple[str, ...] = ()) -> None:
        super().__init__("\n".join(lines))
        self.key = key
