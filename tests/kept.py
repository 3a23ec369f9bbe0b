"""What a checkpoint keeps, and which units are done all the same."""

from pathlib import Path

import pytest

from simulate.engine.checkpoint import UNFINISHED
from simulate.engine.units import Counted, Unit, Work


def kept_files(folder: Path) -> list[Path]:
    """Return the files of finished units."""
    return sorted(path for path in folder.glob("??/*") if not path.name.startswith(UNFINISHED))


def noted_units(kind: type[Work], monkeypatch: pytest.MonkeyPatch) -> list[Unit]:
    """Return the units of a kind of work that are done from now on, as they are."""
    done: list[Unit] = []
    count = kind.count

    def noted(work: Work, unit: Unit) -> Counted:
        done.append(unit)
        return count(work, unit)

    monkeypatch.setattr(kind, "count", noted)
    return done
