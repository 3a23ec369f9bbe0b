"""The command as a user meets it."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Set
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import simulate.output.results
from simulate import load_scenario, run
from simulate.model.catalogue import FUNDING_NEED
from simulate.model.rows import Hit
from simulate.output.drivers import OWN_FILES as DRIVERS_FILES
from simulate.output.files import MANIFEST
from simulate.output.pictures import picture_files
from simulate.output.results import ALTERNATIVES_TABLE, OWN_FILES
from simulate.plots import COMPUTE_PICTURES, OWN_PICTURES, RAISING_PICTURES
from simulate.version import package_version
from tests.calling import call, heed_signals
from tests.january import JANUARY

pytestmark = pytest.mark.usefixtures("january", "blank_pictures")

OPENAI = str(JANUARY / "openai.toml")
SMALL = ["--paths", "2000", "--quiet"]


def png_alone(files: Set[str]) -> set[str]:
    """Return files without the pictures that are only written where they are asked for."""
    return {name for name in files if not name.endswith((".svg", ".pdf"))}


# January's scenarios have no alternatives.
NOT_ALWAYS = picture_files([*OWN_PICTURES, *COMPUTE_PICTURES, *RAISING_PICTURES])
WRITTEN = png_alone(OWN_FILES - {ALTERNATIVES_TABLE} - NOT_ALWAYS)


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def folder(january: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run whose pictures are drawn."""
    assert january.is_dir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("drawn"))
        assert call(patch, "run", "openai.toml", *SMALL, "--seed", "9") == 0
        return Path("results/openai").absolute()


def test_a_run_writes_all_its_files(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == WRITTEN | {MANIFEST}
    summary = json.loads((folder / "summary.json").read_text())
    assert (summary["seed"], summary["version"]) == (9, package_version())
    assert summary["scenario"]["inference"]["overrun"]["p90"] == 0.23
    assert summary["company_projection"]["projected_year"] == 2029
    outcomes = pd.read_parquet(folder / "outcomes.parquet")
    assert len(outcomes) == summary["paths"] == 2048
    assert {*(time.title for time in Hit), FUNDING_NEED} <= set(outcomes.columns)
    metadata = pq.read_schema(folder / "metrics.parquet").metadata
    assert json.loads(metadata[b"scenario"])["name"] == summary["name"]
    assert (folder / "margin_date.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.drawn
def test_the_same_run_writes_the_same_pictures_and_tables(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(monkeypatch, "run", "openai.toml", *SMALL, "--seed", "9", "--out", "again") == 0
    contents = []
    for place in (folder, Path("again")):
        contents.append({p.name: p.read_bytes() for p in place.iterdir()})
        # They hold the time that the run took, and a digest of it.
        del contents[-1]["summary.json"], contents[-1]["manifest.json"]
    assert contents[0] == contents[1]


def test_the_answer_reads_well_in_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "run", "--paths", "2000") == 0
    answer = capsys.readouterr().out
    assert max(map(len, answer.splitlines())) <= 80
    for part in (
        "<- company (paying users)",
        "in a row",
        "cumulative",
        "Peak funding need",
        "Cash runs out",
        "seed 20260122",
        "2,048 paths",
        "no investment advice",
        "margin, with free users, held",
        "cash flow positive, four",
    ):
        assert part in answer


def test_json_prints_the_summary_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "run", "--paths", "2000", "--json") == 0
    summary = json.loads(capsys.readouterr().out)
    by_2027 = summary["hitting_times"]["gross margin, paying users"]["by_end_of"]["2027"]
    assert by_2027["low"] < by_2027["value"] < by_2027["high"]


def test_check_prints_every_input_with_unit_and_source(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "check", "anthropic-tpu.toml") == 0
    printed = capsys.readouterr().out
    assert "inference.overrun  -0.08 / 0.02 / 0.23 share, each year" in printed
    assert "hardware.tpu.amount  21 bn USD\n    A14" in printed


def test_show_draws_the_inputs_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "show", "openai.toml") == 0
    assert Path("results/openai/openai-inputs.png").read_bytes().startswith(b"\x89PNG")
    Path("results/openai/openai-inputs.png").write_text("mine")
    assert call(monkeypatch, "show", "openai.toml") == 2
    assert "holds openai-inputs.png, which this command did not" in capsys.readouterr().err
    assert call(monkeypatch, "show", "openai.toml", "--force") == 0
    assert call(monkeypatch, "show", "openai.toml", "--out", "x.doc") == 2


def test_converge_compares_the_samplers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "converge", "openai", "--paths", "20000") == 0
    printed = capsys.readouterr().out
    assert "P(gross margin, with free users by 2029)" in printed
    assert "16,384" in printed and "Sobol'" in printed and "pseudo-random" in printed
    assert Path("results/openai/openai-convergence.png").read_bytes().startswith(b"\x89PNG")


FEW = ["--paths", "256", "--set", "sampling.replicates=4"]
NEED = ["--outcome", "peak funding need"]


def test_drivers_writes_all_its_files(monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, "drivers", "openai.toml", *FEW, *NEED, "--quiet") == 0
    folder = Path("results/openai-drivers")
    assert {path.name for path in folder.iterdir()} == png_alone(DRIVERS_FILES) | {MANIFEST}
    summary = json.loads((folder / "summary.json").read_text())
    table = pd.read_parquet(folder / "drivers.parquet")
    assert set(table["outcome"]) == set(summary["asked"]) == set(summary["outcomes"])
    shares = table[(table["measure"] == "share") & ~table["driver"].str.contains("+", regex=False)]
    assert shares.groupby("outcome")["value"].sum().to_numpy() == pytest.approx(1.0)
    assert (folder / "tornado.png").read_bytes().startswith(b"\x89PNG")


def test_the_drivers_read_well_in_80_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "drivers", *FEW, *NEED, "--outcome", "P(gross margin by 2027)") == 0
    answer = capsys.readouterr().out
    assert max(map(len, answer.splitlines())) <= 80
    for part in (
        "P(gross margin, paying users by 2027): ",
        "What moves it most: ",
        "inference.efficiency_gain d",
        "d together",
        "d  correlated: inference.efficiency_gain, inference.price_erosion 0.6.",
        "no investment advice",
        "results/anthropic-drivers",
    ):
        assert part in answer


def test_drivers_as_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["--outcome", "P(out of cash by 2030)", "--json"]
    assert call(monkeypatch, "drivers", *FEW, *asked) == 0
    found = json.loads(capsys.readouterr().out)["outcomes"]["P(out of cash by 2030)"]
    assert found["value"]["low"] < found["value"]["value"] < found["value"]["high"]
    assert set(found["drivers"]["demand shocks"]) == {"share", "first_order", "total_order"}
    assert len(found["inputs"]["cash.opening"]["deciles"]) == 10
    assert call(monkeypatch, "drivers", *FEW, "--outcome", "margin") == 2
    assert "not an outcome and a date; write it as" in capsys.readouterr().err


def test_another_folder_is_never_written_over(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "run", *SMALL, "--out", "out") == 0
    Path("out/mine.txt").write_text("keep me")
    assert call(monkeypatch, "run", *SMALL, "--seed", "1", "--no-outcomes", "--out", "out") == 0
    assert f"Replaced: {len(WRITTEN)} files in out, written" in capsys.readouterr().err
    assert not Path("out/outcomes.parquet").exists()  # it was of another run
    Path("out/fans.png").write_text("mine")
    before = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    assert call(monkeypatch, "run", *SMALL, "--out", "out") == 2
    assert "out: holds fans.png, which this command did not" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == before
    assert call(monkeypatch, "run", *SMALL, "--out", "out", "--force") == 0
    assert Path("out/mine.txt").read_text() == "keep me"
    assert Path("out/fans.png").read_bytes() != b"mine"


def test_a_folder_of_somebody_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("out").mkdir()
    Path("out/mine.txt").write_text("keep me")
    for command in ("run", "drivers"):
        assert call(monkeypatch, command, *SMALL, "--out", "out") == 2
        assert "out: holds mine.txt, which this command did not" in capsys.readouterr().err
    assert [path.name for path in Path("out").iterdir()] == ["mine.txt"]


def test_a_folder_in_a_files_place_is_found_before_anything_moves(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("out/summary.json").mkdir(parents=True)
    assert call(monkeypatch, "run", *SMALL, "--out", "out", "--force") == 2
    assert "out/summary.json: is a folder" in capsys.readouterr().err
    assert [path.name for path in Path("out").iterdir()] == ["summary.json"]


def test_a_bad_scenario_ends_in_status_2_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.toml").write_text('extends = "anthropic.toml"\n[targets]\ngross_margin = 70\n')
    assert call(monkeypatch, "run", "bad.toml") == 2
    error = capsys.readouterr().err
    assert error == (
        "error: bad.toml:3:1: targets.gross_margin = 70: "
        "target of gross margin is from 0.001 to 0.999 share; write 0.7 for 70%\n"
    )
    assert [path.name for path in Path().iterdir()] == ["bad.toml"]


@pytest.mark.parametrize(
    "option",
    [
        ["--paths", "0"],
        ["--threads", "0"],
        ["--seed", "-1"],
        ["--paths", "many"],
        ["--paths", "1000000000000"],
        ["--seed", "9223372036854775808"],
        ["--inputs", "--no-outcomes"],
        ["--nonsense"],
    ],
)
def test_a_bad_option_ends_in_status_2(option: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, "run", *option) == 2
    assert list(Path().iterdir()) == []


def test_a_folder_that_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("file").write_text("")
    assert call(monkeypatch, "run", *SMALL, "--out", "file/inside") == 2
    assert "file/inside: can't be written" in capsys.readouterr().err
    assert call(monkeypatch, "run", *SMALL, "--out", "file") == 2
    assert "is a file" in capsys.readouterr().err


def test_a_full_disk_leaves_nothing_half_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_space(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", no_space)
    assert call(monkeypatch, "run", *SMALL, "--out", "out") == 2
    assert capsys.readouterr().err == (
        "error: out: can't be written: No space left on device; nothing was kept\n"
    )
    assert list(Path().iterdir()) == []


def test_a_picture_that_cannot_be_drawn_costs_no_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("latex could not be found\nand more")

    monkeypatch.setitem(simulate.output.results.PICTURES, "fans", broken)
    assert call(monkeypatch, "run", *SMALL, "--out", "out") == 0
    assert capsys.readouterr().err == "fans: can't be drawn: latex could not be found\n"
    assert {path.name for path in Path("out").iterdir()} == WRITTEN - {"fans.png"} | {MANIFEST}


@pytest.mark.drawn
def test_what_can_only_be_drawn_ends_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("latex could not be found\nand more")

    monkeypatch.setattr("simulate.plots.inputs.plot_inputs", broken)
    assert call(monkeypatch, "show", "openai") == 2
    assert capsys.readouterr().err == (
        "error: results/openai/openai-inputs.png: can't be drawn: latex could not be found\n"
    )
    assert list(Path().iterdir()) == []


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a picture as it is drawn where nobody has settings of their own."""
    file = tmp_path_factory.mktemp("plain") / "plain.png"
    with pytest.MonkeyPatch.context() as patch:
        assert call(patch, "show", OPENAI, "--out", str(file)) == 0
    return file.read_bytes()


@pytest.mark.parametrize("settings", [b"text.usetex: True\nfont.size: 30\n", b"\xff\xfe\x00"])
def test_pictures_do_not_look_for_settings_of_the_surroundings(
    plain: bytes, settings: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", "nonsense")
    Path("matplotlibrc").write_bytes(settings)
    command = [sys.executable, "-m", "simulate", "show", OPENAI, "--out", "theirs.png"]
    found = subprocess.run(command, capture_output=True, check=True)
    assert b"matplotlib" not in found.stderr
    assert Path("theirs.png").read_bytes() == plain


def test_warmup_lists_the_fonts_for_the_first_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "fonts"))
    subprocess.run([sys.executable, "-m", "simulate", "warmup"], capture_output=True, check=True)
    assert list(tmp_path.glob("fonts/fontlist-*.json"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("entry", [["-m", "simulate"], ["-c", "{0}"]], ids=["-m", "script"])
@pytest.mark.parametrize("module", ["typer", "numpy"])
def test_an_interruption_of_the_first_second_is_a_line(
    module: str, entry: list[str], number: int
) -> None:
    """The process interrupts itself at an import: one of the command's, and one of a run's."""
    Path(module).mkdir()
    Path(module, "__init__.py").write_text(f"import os\nos.kill(os.getpid(), {int(number)})\n")
    start = "import sys; sys.argv[0] = '/bin/simulate'; import simulate.cli; simulate.cli.main()"
    found = subprocess.run(
        [sys.executable, *(part.format(start) for part in entry), "run"],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": f"{Path.cwd()}:{Path(__file__).parents[2]}"},
        preexec_fn=heed_signals,
        check=False,
    )
    assert (found.returncode, found.stderr) == (130, "\ninterrupted: nothing was written\n")


def test_an_interruption_leaves_nothing_half_written() -> None:
    command = [sys.executable, "-m", "simulate", "run", "--paths", "1000000000", "--no-outcomes"]
    with subprocess.Popen(
        [*command, "--out", "new/out"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_signals,
    ) as process:
        try:
            deadline = time.monotonic() + 120
            while not any(Path().glob("new/out/.simulate-run-*")) and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(1.0)
            process.send_signal(signal.SIGINT)
            # One more, while the process ends, is not told by Python either.
            assert process.stderr is not None
            error = process.stderr.readline() + process.stderr.readline()
            process.send_signal(signal.SIGINT)
            error += process.communicate(timeout=120)[1]
        finally:
            process.kill()
    assert process.returncode == 130
    assert error.endswith("interrupted: nothing was written\n")
    assert list(Path().iterdir()) == []


def test_three_lines_of_python_give_tables() -> None:
    result = run(load_scenario("openai.toml"), paths=2000, keep_outcomes=True)
    assert list(result.hitting_times.columns) == [
        "outcome",
        "quarter",
        "probability",
        "cumulative",
        "standard_error",
        "low",
        "high",
    ]
    shares = result.hitting_times.groupby("outcome")["probability"].sum()
    assert shares.to_numpy() == pytest.approx(1.0)
    assert {"metric", "quarter", "statistic", "value", "standard_error", "low", "high"} == set(
        result.metrics.columns
    )
    assert len(result.outcomes) == result.paths
