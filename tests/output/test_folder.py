"""A folder of results: its files change all together, whatever ends the program meanwhile."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from simulate.output.files import MANIFEST, PREFIX, altered, read_manifest, whole_file, whole_folder
from simulate.scenario import ScenarioError
from tests.calling import heed_signals

NAMES = {"a.txt", "b.txt", "c.txt"}
# Writes three files of a content, and is ended by a signal before the nth rename.
WRITER = f"""
import os, signal, sys
from pathlib import Path
from simulate.output.files import whole_folder
from simulate.interruption import interrupt_by_exception, tell_interrupted

content, number, place = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
interrupt_by_exception()
rename, renamed = Path.replace, []

def ended_before(self, target):
    if len(renamed) == place:
        os.kill(os.getpid(), number)
    renamed.append(target)
    return rename(self, target)

Path.replace = ended_before
try:
    with whole_folder(Path("out"), set({NAMES!r}), "test", False, print) as partial:
        for name in {sorted(NAMES)!r}:
            (partial / name).write_text(content)
except KeyboardInterrupt as interruption:
    tell_interrupted(interruption)
    sys.exit(130)
"""
RENAMES = len(NAMES) + 2


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(content: str, *, names: set[str] = NAMES, force: bool = False) -> list[str]:
    """Write files of a content and return what was told."""
    told: list[str] = []
    with whole_folder(Path("out"), NAMES, "test", force, told.append) as partial:
        for name in names:
            (partial / name).write_text(content)
    return told


def contents(folder: str = "out") -> dict[str, str]:
    return {p.name: p.read_text() for p in Path(folder).glob("*.txt")}


def is_whole() -> bool:
    manifest = read_manifest(Path("out"))
    return not altered(Path("out"), manifest.of("test"), "test", manifest)


def ended(content: str, number: int, place: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WRITER, content, str(number), str(place)],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        preexec_fn=heed_signals,
        check=False,
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_waits_until_all_files_are_in_place(number: int) -> None:
    write("old")
    found = ended("new", number, 2)
    assert (found.returncode, found.stderr) == (130, "\ninterrupted: out was written\n")
    assert contents() == dict.fromkeys(NAMES, "new")
    assert is_whole()


@pytest.mark.parametrize("place", range(RENAMES))
def test_a_killed_process_leaves_a_folder_that_readers_refuse_and_the_next_run_mends(
    place: int,
) -> None:
    write("old")
    assert ended("new", signal.SIGKILL, place).returncode == -signal.SIGKILL
    mixed = len(set(contents().values())) > 1
    assert not (mixed and is_whole())
    write("newer")
    assert contents() == dict.fromkeys(NAMES, "newer")
    assert is_whole()
    assert not list(Path("out").glob(f"{PREFIX}*"))


def test_what_was_changed_after_a_cut_is_not_lost() -> None:
    write("old")
    ended("new", signal.SIGKILL, RENAMES - 1)
    Path("out/a.txt").write_text("mine")
    with pytest.raises(ScenarioError, match=r"out: holds a\.txt, which this command did not"):
        write("newer")
    assert contents()["a.txt"] == "mine"
    write("newer", force=True)
    assert contents() == dict.fromkeys(NAMES, "newer")


def test_a_disk_that_fails_between_the_files_is_told_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write("old")
    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if self.name == "c.txt":
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return replace(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", failing)
        with pytest.raises(ScenarioError, match="cut off while files were put in place"):
            write("new")
    assert not is_whole()
    write("newer")
    assert contents() == dict.fromkeys(NAMES, "newer")


def test_two_writers_of_the_same_do_not_meet() -> None:
    with whole_folder(Path("out"), NAMES, "test", False, print) as partial:
        (partial / "a.txt").write_text("first")
        with pytest.raises(ScenarioError, match="another process is writing the same there"):
            write("second")
    assert contents() == {"a.txt": "first"}


def test_writers_of_different_files_do_not_wait_for_each_other() -> None:
    with whole_folder(Path("out"), NAMES, "test", False, print) as partial:
        (partial / "a.txt").write_text("first")
        with whole_folder(Path("out"), {"other.txt"}, "other", False, print) as beside:
            (beside / "other.txt").write_text("second")
    assert contents() == {"a.txt": "first", "other.txt": "second"}
    assert set(read_manifest(Path("out")).files) == {"a.txt", "other.txt"}


def test_what_the_same_command_wrote_is_replaced_and_told() -> None:
    assert write("old") == []
    (told,) = write("new", names={"a.txt", "b.txt"})
    assert told.startswith("Replaced: 3 files in out, written 2")
    assert contents() == {"a.txt": "new", "b.txt": "new"}


@pytest.mark.parametrize("theirs", ["a.txt", MANIFEST])
def test_what_somebody_else_wrote_is_not_replaced(theirs: str) -> None:
    Path("out").mkdir()
    Path("out", theirs).write_text("{}")
    with pytest.raises(ScenarioError, match=f"out: holds {theirs}, which this command did not"):
        write("new")
    assert Path("out", theirs).read_text() == "{}"
    write("new", force=True)
    assert contents() == dict.fromkeys(NAMES, "new")


def test_a_link_in_a_files_place_is_not_followed() -> None:
    Path("target").write_text("theirs")
    Path("out").mkdir()
    Path("out/a.txt").symlink_to(Path("target").absolute())
    with pytest.raises(ScenarioError, match=r"out: holds a\.txt"):
        write("new")
    write("new", force=True)
    assert Path("target").read_text() == "theirs"


@pytest.mark.parametrize("name", ["../outside.txt", "/outside.txt", "..\\outside.txt"])
def test_a_manifest_names_no_file_elsewhere(name: str) -> None:
    write("old")
    file = Path("out", MANIFEST)
    file.write_text(file.read_text().replace("a.txt", name.replace("\\", "\\\\")))
    assert read_manifest(Path("out")).files == {}


def test_a_folder_on_another_file_system_is_written(other_file_system: Path) -> None:
    Path("out").symlink_to(other_file_system)
    write("old")
    write("new", names={"a.txt"})
    assert contents() == {"a.txt": "new"}
    assert sorted(path.name for path in other_file_system.iterdir()) == ["a.txt", MANIFEST]


@pytest.fixture
def other_file_system(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    memory = Path("/dev/shm")
    if not memory.is_dir() or memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is one file system alone")
    folder = Path(tempfile.mkdtemp(dir=memory))
    request.addfinalizer(lambda: shutil.rmtree(folder))
    return folder


def test_a_file_is_written_whole_or_not_at_all() -> None:
    Path("page.html").write_text("old")
    with (
        pytest.raises(ScenarioError, match=r"page\.html: can't be written: No space left"),
        whole_file(Path("page.html"), force=True) as partial,
    ):
        partial.write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert [path.name for path in Path().iterdir()] == ["page.html"]
    assert Path("page.html").read_text() == "old"


def test_a_file_that_came_meanwhile_is_not_replaced() -> None:
    with (
        pytest.raises(ScenarioError, match=r"page\.html: exists"),
        whole_file(Path("page.html")) as partial,
    ):
        partial.write_text("mine")
        Path("page.html").write_text("theirs")
    assert Path("page.html").read_text() == "theirs"


def test_nobody_else_can_write_where_a_file_is_made() -> None:
    modes = []
    with whole_file(Path("page.html")) as partial:
        modes.append(partial.parent.stat().st_mode & 0o777)
        partial.write_text("new")
    assert modes == [0o700]
    assert Path("page.html").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_what_a_killed_process_left_beside_a_file_is_cleared() -> None:
    stray = Path(f"{PREFIX}-killed")
    stray.mkdir()
    (stray / "page.html").write_text("half")
    with whole_file(Path("page.html")) as partial:
        partial.write_text("new")
    assert [path.name for path in Path().iterdir()] == ["page.html"]
