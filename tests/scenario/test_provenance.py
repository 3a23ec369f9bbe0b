"""Which file a name means, and that it is said wherever an answer is."""

import json
from pathlib import Path

import pytest

from simulate import ScenarioError, load_scenario, run
from simulate.output.stored_run import read_run
from simulate.scenario import find_scenario, packaged, packaged_configs
from simulate.scenario.load import check_all
from tests.calling import call

pytestmark = pytest.mark.usefixtures("january", "blank_pictures")

EDITED = "[cash]\nopening = 99\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, without a scenario."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def installed(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The packaged files as an installation holds them, far from the folder to work in."""
    folder = here / "lib" / "site-packages" / "simulate" / "configs"
    folder.mkdir(parents=True)
    for file in packaged_configs().glob("*.toml"):
        (folder / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(packaged, "packaged_configs", lambda: folder)
    return folder


def write(file: str, text: str) -> str:
    Path(file).parent.mkdir(exist_ok=True)
    Path(file).write_text(text, encoding="utf-8")
    return file


def edited(installed: Path, file: str) -> str:
    """Write a copy of a packaged file with another figure in it."""
    name = Path(file).name
    return write(file, (installed / name).read_text(encoding="utf-8").replace("12.0", "13.0"))


@pytest.mark.parametrize(
    "name", ["openai.toml", "openai", "packaged:openai.toml", "packaged:openai"]
)
def test_a_bare_name_and_a_packaged_one_mean_the_same(name: str, here: Path) -> None:
    child = write("child.toml", f'extends = "{name}"\nname = "OpenAI, mine"\n')
    assert here.is_dir()
    assert find_scenario(name) == packaged_configs() / "openai.toml"
    assert load_scenario(name).provenance.files == ("packaged:openai.toml", "packaged:base.toml")
    assert load_scenario(child).provenance.files == (
        "child.toml",
        "packaged:openai.toml",
        "packaged:base.toml",
    )
    assert load_scenario(child).provenance.notes == ()


def test_a_file_here_goes_before_a_packaged_one_but_not_before_its_full_name(
    installed: Path,
) -> None:
    edited(installed, "openai.toml")
    assert load_scenario("openai.toml").provenance.files[0] == "openai.toml"
    assert load_scenario("packaged:openai.toml").provenance.files[0] == "packaged:openai.toml"


def test_a_packaged_parent_is_told_from_an_edited_one_nearby(installed: Path) -> None:
    edited(installed, "configs/anthropic.toml")
    child = write("mine.toml", 'name = "Anthropic, mine"\nextends = "anthropic.toml"\n')
    (note,) = load_scenario(child).provenance.notes
    assert note.startswith('mine.toml:2:1: extends = "anthropic.toml" is taken for packaged:')
    assert "configs/anthropic.toml differs" in note
    (note,) = load_scenario("anthropic.toml").provenance.notes
    assert "configs/anthropic.toml differs" in note


def test_an_edited_parent_beside_is_told_from_the_packaged_one(installed: Path) -> None:
    edited(installed, "configs/anthropic.toml")
    child = write("configs/mine.toml", 'extends = "anthropic.toml"\n')
    (note,) = load_scenario(child).provenance.notes
    assert "is taken for configs/anthropic.toml, and packaged:anthropic.toml differs" in note
    assert 'write "./anthropic.toml", or "packaged:anthropic.toml"' in note


@pytest.mark.parametrize(
    "parent", ["./anthropic.toml", "packaged:anthropic.toml", "packaged:anthropic"]
)
def test_a_parent_that_is_named_in_full_is_not_asked_about(parent: str, installed: Path) -> None:
    edited(installed, "anthropic.toml")
    assert load_scenario(write("mine.toml", f'extends = "{parent}"\n')).provenance.notes == ()


def test_a_copy_that_was_not_edited_is_not_asked_about(installed: Path) -> None:
    for name in ("anthropic.toml", "base.toml"):
        write(f"configs/{name}", (installed / name).read_text(encoding="utf-8"))
    for child in (write("mine.toml", 'extends = "anthropic.toml"\n'), "anthropic.toml"):
        assert load_scenario(child).provenance.notes == ()


@pytest.mark.parametrize("name", ["packaged:opnai.toml", "packaged:", "packaged:../openai.toml"])
def test_a_packaged_name_that_is_none_is_told_those_that_are(name: str, here: Path) -> None:
    with pytest.raises(ScenarioError, match="no such packaged scenario"):
        load_scenario(name)
    child = write("child.toml", f'extends = "{name}"\n')
    with pytest.raises(ScenarioError, match=r"child\.toml:1:1: extends = .* no such packaged"):
        load_scenario(child)
    assert here.is_dir()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "[base_year]\nrevenue = 4\ntraining = 0.5\n",
            "mine.toml:4:1: base_year.training_run_rate, inherited from packaged:anthropic.toml:",
        ),
        (
            '[horizon]\nfirst_quarter = "2027Q1"\n',
            'mine.toml: funding.round_2026.quarter = "2026Q1", inherited from packaged:anthropic',
        ),
        ("[inference.overrun]\np90 = -0.5\n", "mine.toml:2:12: inference.overrun: p50 = 0.02"),
        (
            "[cash]\ntax_rate = 3\n",
            "mine.toml:3:1: cash.tax_rate = 3: tax on profit is",
        ),
        ("[cash]\nopning = 3\n", "mine.toml:3:1: cash.opning = 3: unknown key"),
        ("[cash.opening]\nhigh = 3\n", "mine.toml:2:7: cash.opening: low = 8, mode = 12"),
        ("[[segments]]\nname = 'chat'\n", "mine.toml:2:3: segments.chat: a new one"),
    ],
)
def test_a_mistake_is_mended_in_ones_own_file_and_never_in_the_installation(
    text: str, line: str, installed: Path
) -> None:
    child = write("mine.toml", f'extends = "anthropic.toml"\n{text}')
    for read in (load_scenario, check_all):
        with pytest.raises(ScenarioError) as refused:
            read(child)
        assert any(told.startswith(line) for told in refused.value.lines), refused.value.lines
        assert "site-packages" not in str(refused.value)
    assert installed.is_dir()


def test_a_setting_that_an_inherited_value_does_not_bear_is_named(installed: Path) -> None:
    with pytest.raises(ScenarioError) as refused:
        load_scenario("anthropic.toml", settings=["base_year.training=0.5"])
    start = "--set base_year.training=0.5: base_year.training_run_rate, inherited from packaged:"
    assert str(refused.value).startswith(start)
    with pytest.raises(ScenarioError, match=r'^packaged:anthropic\.toml: there is no variant "x"'):
        load_scenario("anthropic.toml", variant="x")
    assert installed.is_dir()


def test_only_reading_says_where_a_scenario_was_read(here: Path) -> None:
    child = write("mine.toml", 'extends = "anthropic.toml"\nprovenance.notes = ["all is well"]\n')
    with pytest.raises(ScenarioError, match=r"mine\.toml:2:1: provenance: unknown key"):
        load_scenario(child)
    assert here.is_dir()


def test_scenarios_are_the_same_wherever_they_were_read(installed: Path) -> None:
    copy = write("configs/openai.toml", (installed / "openai.toml").read_text(encoding="utf-8"))
    assert load_scenario(copy) == load_scenario("openai.toml")
    assert load_scenario(copy).provenance.files != load_scenario("openai.toml").provenance.files


def test_every_answer_says_which_files_it_is_from_and_what_is_in_doubt(
    installed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    edited(installed, "configs/anthropic.toml")
    write("mine.toml", 'extends = "anthropic.toml"\nname = "Anthropic, mine"\n')
    chain = "From mine.toml, which extends packaged:anthropic.toml"
    doubt = 'extends = "anthropic.toml" is taken for packaged:anthropic.toml'

    assert call(monkeypatch, "check", "mine.toml") == 0
    told = capsys.readouterr()
    assert chain in told.out and told.err == ""
    assert doubt in " ".join(told.out.split())

    assert call(monkeypatch, "run", "mine.toml", "--paths", "1000", "--json") == 0
    told = capsys.readouterr()
    summary = json.loads(told.out)
    assert summary["provenance"]["files"][0] == "mine.toml"
    assert doubt in summary["provenance"]["notes"][0]
    assert told.err.startswith(f"note: mine.toml:1:1: {doubt}")

    stored = read_run(Path("results/mine")).scenario
    assert stored.provenance.notes == load_scenario("mine.toml").provenance.notes
    assert call(monkeypatch, "report", "results/mine") == 0
    page = Path("results/mine/mine-report.html").read_text(encoding="utf-8")
    assert chain in page and "is taken for packaged:anthropic.toml" in page
    assert "site-packages" not in page

    capsys.readouterr()
    assert (
        call(monkeypatch, "compare", "mine.toml", "packaged:anthropic@bull", "--paths", "64") == 0
    )
    assert f"note: mine.toml:1:1: {doubt}" in capsys.readouterr().err
    page = Path("results/mine/mine-comparison.html").read_text(encoding="utf-8")
    assert chain in page and "From packaged:anthropic.toml" in page
    assert "site-packages" not in page


@pytest.mark.parametrize(
    "words",
    [
        ("sweep", "--vary", "cash.opening.mode=12,13", "--paths", "64"),
        ("stress", "--paths", "64"),
        ("show",),
        ("diff", "packaged:openai"),
        ("converge", "--paths", "4096"),
    ],
)
def test_every_command_tells_what_is_in_doubt_apart_from_its_answer(
    words: tuple[str, ...],
    installed: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    edited(installed, "configs/anthropic.toml")
    write("mine.toml", 'extends = "anthropic.toml"\n')
    command, *options = words
    assert call(monkeypatch, command, "mine.toml", *options) == 0
    told = capsys.readouterr()
    assert told.err.count("is taken for packaged:anthropic.toml") == 1
    assert "is taken for" not in told.out


def test_python_has_the_notes_and_is_not_interrupted_by_them(here: Path) -> None:
    write("mine.toml", 'extends = "anthropic.toml"\nname = "a lab"\nbase_year.revenue = 4.6\n')
    result = run(load_scenario("mine.toml"), paths=64, threads=1)
    assert len(result.scenario.provenance.notes) == 2
    assert here.is_dir()
