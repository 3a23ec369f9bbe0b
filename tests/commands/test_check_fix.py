"""``simulate check --fix``, as a user sees it."""

from pathlib import Path

import pytest

from simulate.scenario import load_scenario
from tests.calling import call

pytestmark = pytest.mark.usefixtures("january")


def written(folder: Path, text: str) -> Path:
    file = folder / "mine.toml"
    file.write_text(f'extends = "anthropic.toml"\n[cash]\n{text}\n', encoding="utf-8")
    return file


def test_a_check_ends_with_how_many_mistakes_can_be_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, 'opning = 12\ntax_rate = "high"')
    assert call(monkeypatch, "check", str(file)) == 2
    *_, last = capsys.readouterr().err.splitlines()
    assert last == f"1 of them can be mended: simulate check --fix {file}"


def test_a_mended_copy_is_written_beside_the_file_and_its_changes_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "opning = 12  # all of it")
    before = file.read_bytes()
    assert call(monkeypatch, "check", "--fix", str(file)) == 0
    copy = tmp_path / "mine-fixed.toml"
    shown = capsys.readouterr().out.splitlines()
    assert "-opning = 12  # all of it" in shown
    assert "+opening = 12  # all of it" in shown
    assert shown[-1] == f"{copy}: 1 mended, valid"
    assert load_scenario(copy).cash.opening.quantile(0.5) == 12.0
    assert file.read_bytes() == before


def test_what_is_left_is_told_with_exit_status_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, 'opning = 12\ntax_rate = "high"')
    assert call(monkeypatch, "check", "--fix", str(file), "--out", str(tmp_path / "b.toml")) == 2
    printed = capsys.readouterr()
    assert "1 mended, 1 left" in printed.out
    assert f'{tmp_path / "b.toml"}:4:1: cash.tax_rate = "high"' in printed.err


def test_a_file_that_exists_is_replaced_by_force_alone_and_the_scenario_itself_never(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, "opning = 12")
    copy = tmp_path / "mine-fixed.toml"
    copy.write_text("mine")
    assert call(monkeypatch, "check", "--fix", str(file)) == 2
    assert copy.read_text() == "mine"
    assert call(monkeypatch, "check", "--fix", str(file), "--force") == 0
    assert call(monkeypatch, "check", "--fix", str(file), "--out", str(file), "--force") == 2
    assert "opning" in file.read_text()


def test_no_copy_is_written_where_nothing_can_be_mended_or_nothing_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text, status in (('tax_rate = "high"', 2), ("opening = 12", 0)):
        assert call(monkeypatch, "check", "--fix", str(written(tmp_path, text))) == status
        assert [file.name for file in tmp_path.iterdir()] == ["mine.toml"]


def test_settings_do_not_go_with_a_mended_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, "opning = 12")
    assert call(monkeypatch, "check", "--fix", str(file), "--set", "cash.opening=1") == 2
