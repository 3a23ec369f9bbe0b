"""The installed version."""

DISTRIBUTION = "ai-lab-risk"


def package_version() -> str:
    """Return the installed version, or ``0+unknown`` for a bare source tree."""
    # Reading what is installed takes a tenth of a command's first second.
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+unknown"
