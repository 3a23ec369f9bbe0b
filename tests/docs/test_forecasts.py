"""What was forecast stays as it was first published."""

from pathlib import Path

from simulate.output.files import digest

FORECASTS = Path(__file__).parents[2] / "docs" / "forecasts"
# Pages about forecasts may tell more as more comes true.
ABOUT = {".md"}


def test_every_frozen_file_is_as_it_was_first_published() -> None:
    index = FORECASTS / "SHA256SUMS"
    listed = [line.split("  ") for line in index.read_text(encoding="utf-8").splitlines()]
    frozen = {file for file in FORECASTS.rglob("*.*") if file.suffix not in ABOUT}
    found = {file.relative_to(FORECASTS).as_posix(): digest(file) for file in frozen}
    assert found == {name: sha256 for sha256, name in listed}
