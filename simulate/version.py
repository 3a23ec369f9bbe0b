"""The installed version."""

from importlib.metadata import PackageNotFoundError, version

DISTRIBUTION = "ai-lab-risk"


def package_version() -> str:
    """Return the installed version, or ``0+unknown`` for a bare source tree."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+unknown"
