"""The loop of ``simulate watch``: what is read, answered, told and drawn at each save."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from simulate.interruption import ignore_interruptions
from simulate.output.new_file import NewFile, drawing, new_picture
from simulate.scenario import Scenario, ScenarioError, find_scenario, load_scenario
from simulate.scenario.chain import read_toml
from simulate.scenario.packaged import shown_path
from simulate.scenario.reach import Reach
from simulate.scenario.saves import Saves, each_save, files_behind
from simulate.text.sentences import listed
from simulate.text.terminal import console, tell, tell_error

from .pictures import has_screen
from .session import Chosen, chosen_by, compile_kernels, file_and_names, print_place, tell_notes

if TYPE_CHECKING:
    from simulate.analysis.watch import Answer
    from simulate.plots.window import Window

MOST_WATCHED = 4
# Seconds between two looks at the files; a save counts when two looks see the same.
PAUSE = 0.04
DPI = 100


@dataclass(frozen=True)
class Shown:
    """Where the dates are to be shown.

    Attributes
    ----------
    in_terminal, in_window
        Whether they are.
    picture
        The file of a picture, where one is named.
    force
        Whether to replace another's.
    """

    in_terminal: bool
    in_window: bool
    picture: Path | None
    force: bool


def keep_answering(
    files: Sequence[str],
    chosen: Chosen,
    of: Sequence[str],
    paths: int | None,
    seed: int | None,
    threads: int | None,
    shown: Shown,
) -> None:
    """Answer scenarios at each save, until Ctrl-C.

    Parameters
    ----------
    files
        Each as FILE, or FILE@NAME of a variant or stress test.
    chosen
        What is said of all of them, whatever its file.
    of, paths, seed, threads
        As for ``run``.
    shown
        Where.
    """
    from simulate.analysis.watch import asked_beside
    from simulate.engine.sampling import with_sampling

    data = chosen.data or ()
    _refuse_what_no_save_mends(files, data)

    def read() -> list[Scenario]:
        return [with_sampling(_load(words, chosen), paths, seed) for words in files]

    first, names = file_and_names(files[0])
    parts = (find_scenario(first).stem, *names, chosen.variant, chosen.stress)
    is_named = shown.in_terminal or shown.picture is not None
    window = _open_window(shown.in_window, is_chosen=not is_named)
    picture = new_picture(shown.picture, "-".join(filter(None, parts)), "watch", shown.force)
    loop = _Loop(
        Saves(lambda: _all_behind(files)),
        of,
        threads,
        with_bars=shown.in_terminal,
        window=window,
        picture=picture if shown.picture or not (shown.in_terminal or window) else None,
    )
    compile_kernels(silent=False)
    try:
        for found in each_save(loop.saves, read, _looks(window)):
            if isinstance(found, ScenarioError):
                if loop.is_first:
                    _refuse_options(files, data, found)
            elif loop.is_first:
                asked_beside(of, found)
            loop.take(found)
    except KeyboardInterrupt:
        ignore_interruptions()
        # Which ends it, as it should: the shell's ^C has a line of its own.
        print(file=sys.stderr)
    tell(f"Ended; {loop.answered} answered.")


def _load(words: str, said: Chosen) -> Scenario:
    named = chosen_by(words, said.settings or (), said.data or ())
    variant, stress = said.variant or named.variant, said.stress or named.stress
    return replace(named, variant=variant, stress=stress).load()


def _all_behind(files: Sequence[str]) -> set[Path]:
    return {path for words in files for path in files_behind(file_and_names(words)[0])}


def _refuse_what_no_save_mends(files: Sequence[str], data: Sequence[Path]) -> None:
    """Raise if there are too many files, or one or a folder isn't there."""
    if len(files) > MOST_WATCHED:
        raise ScenarioError(f"{len(files)} to watch: name at most {MOST_WATCHED}")
    Reach.around(data=data)
    for words in files:
        path = find_scenario(file_and_names(words)[0])
        if not path.exists():
            read_toml(path)


def _refuse_options(files: Sequence[str], data: Sequence[Path], mistake: ScenarioError) -> None:
    """Raise a mistake that is not in the files, but in what the command says of them."""
    try:
        for words in files:
            load_scenario(file_and_names(words)[0], data=data)
    except ScenarioError:
        return
    raise mistake


def _open_window(is_asked: bool, is_chosen: bool) -> "Window | None":
    """Return a window where one is asked for, or nothing is and there is a display."""
    if not (is_asked or (is_chosen and has_screen())):
        return None
    from simulate.plots.window import Window

    try:
        return Window("simulate watch")
    except RuntimeError as error:
        if is_asked:
            raise ScenarioError(f"--window: {error}; leave it out for a picture's file") from None
        return None


def _looks(window: "Window | None") -> Iterator[None]:
    """Give an item when it is time to look at the files, until the window is closed."""
    while window is None or window.is_open:
        if window is None:
            time.sleep(PAUSE)
        else:
            window.wait(PAUSE)
        yield


class _SavedAgainError(Exception):
    """A file was saved while its last save was being answered."""


class _Loop:
    """Answers what is read of the files, or tells the mistake in them, and goes on.

    Parameters
    ----------
    saves
        Of the files.
    of, threads
        As for ``run``.
    with_bars, window, picture
        Where the dates are shown.
    """

    def __init__(
        self,
        saves: Saves,
        of: Sequence[str],
        threads: int | None,
        with_bars: bool,
        window: "Window | None",
        picture: NewFile | None,
    ) -> None:
        from simulate.analysis.watch import Watch

        self.saves = saves
        self.answered = 0
        self._watch = Watch(threads=threads, of=of)
        self._with_bars, self._window, self._picture = with_bars, window, picture
        self._notes: set[str] = set()

    @property
    def is_first(self) -> bool:
        """Whether nothing has been answered yet."""
        return self.answered == 0

    def take(self, found: Sequence[Scenario] | ScenarioError) -> None:
        """Answer scenarios, or tell a mistake."""
        try:
            if isinstance(found, ScenarioError):
                raise found
            self._tell_notes(found)
            self._answer(found)
        except _SavedAgainError:
            return
        except ScenarioError as error:
            tell_error(str(error))
            if not self.is_first:
                tell("The last answer stands until this is mended.")

    def _answer(self, scenarios: Sequence[Scenario]) -> None:
        from rich.live import Live

        from simulate.text.watch import watched

        out, is_first = console(), self.is_first
        with ExitStack() as shown:
            live: Live | None = None
            for answer in self._watch.answers(scenarios, self._give_way):
                words = watched(answer, is_first, self._with_bars)
                if live is None and not is_first:
                    out.print()
                if not out.is_terminal:
                    out.print(words)
                elif live is None:
                    # On a terminal the answer takes the place of its preview.
                    live = Live(words, console=out, auto_refresh=False)
                    shown.enter_context(live)
                else:
                    live.update(words, refresh=True)
                if not answer.is_repeated:
                    self._draw(answer)
        self.answered += 1
        if is_first:
            if self._picture is not None:
                print_place("Picture", self._picture)
            watched_files = listed(
                sorted(shown_path(file) for file in self.saves.files if file.exists())
            )
            tell(f"Watching {watched_files}; Ctrl-C ends.")

    def _give_way(self, _done: int, _wanted: int, _error: float) -> None:
        if self._window is not None:
            self._window.attend()
        if self.saves.is_outdated():
            raise _SavedAgainError

    def _draw(self, answer: "Answer") -> None:
        if self._window is not None and self._window.is_open:
            from simulate.plots.watch import plot_watch

            self._window.draw(plot_watch, answer)
        if self._picture is not None:
            from simulate.plots.style import save_picture
            from simulate.plots.watch import plot_watch

            with self._picture.whole(_say_nothing) as partial, drawing(self._picture):
                save_picture(plot_watch(answer), partial, DPI)
            # From now on it is this command's own.
            self._picture = replace(self._picture, force=True)

    def _tell_notes(self, scenarios: Sequence[Scenario]) -> None:
        """Tell what is to be known of how files were read, once."""
        for scenario in scenarios:
            if not self._notes.issuperset(scenario.provenance.notes):
                self._notes.update(scenario.provenance.notes)
                tell_notes(scenario)


def _say_nothing(_replaced: str) -> None:
    """Replace a picture without a word, after each save."""
