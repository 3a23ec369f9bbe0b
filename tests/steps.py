"""Work counted in calls of functions, which are as many on a fast machine as on a slow one."""

from collections.abc import Callable
from cProfile import Profile
from typing import TypeVar

Found = TypeVar("Found")


def counted(action: Callable[[], Found]) -> tuple[Found, int]:
    """Return what an action returns, and how many functions it called, Python's and C's."""
    with Profile() as profile:
        found = action()
    return found, sum(function.callcount for function in profile.getstats())
