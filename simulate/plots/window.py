"""A window that shows one picture after another, where there is a display."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from .frame import SIZE

if TYPE_CHECKING:
    from matplotlib.backend_bases import FigureManagerBase

# In the order in which they are tried.
TOOLKITS = ("macosx", "qtagg", "gtk4agg", "gtk3agg", "tkagg")


class Window:
    """A window whose picture is drawn again and again.

    Parameters
    ----------
    title
        Of the window.

    Raises
    ------
    RuntimeError
        If there is no toolkit to open one with.
    """

    def __init__(self, title: str) -> None:
        self._figure = _figure_in_window()
        manager: FigureManagerBase | None = self._figure.canvas.manager
        assert manager is not None
        manager.set_window_title(title)
        manager.show()

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it."""
        import matplotlib.pyplot as plt

        return plt.fignum_exists(self._figure.number)

    def draw(self, plot: Callable[..., Figure], *shown: object) -> None:
        """Draw a picture in place of the last one."""
        self._figure.clear()
        plot(*shown, axes=self._figure.subplots())
        self._figure.canvas.draw()
        self.attend()

    def attend(self) -> None:
        """Let the window answer its user's hand."""
        self._figure.canvas.flush_events()

    def wait(self, seconds: float) -> None:
        """Attend to the window for some time."""
        self._figure.canvas.start_event_loop(seconds)


def _figure_in_window() -> Figure:
    import matplotlib.pyplot as plt

    for toolkit in TOOLKITS:
        # Each has exceptions of its own, where it is missing or finds no display.
        with suppress(Exception):
            plt.switch_backend(toolkit)
            return plt.figure(figsize=SIZE, layout="constrained")
    raise RuntimeError(f"no window can be opened by any of {', '.join(TOOLKITS)}")
