"""Writes the generated parts of docs/assumptions.md: ``python -m docs.make_assumptions``.

The page is written by hand but for what stands between a marker and its end::

    <!-- kind: normal -->             what the class of a distribution says of itself
    <!-- picture: normal -->          the inputs, or the correlated pairs, that the TOML before sets
    <!-- output: simulate check x --> what a command prints; the TOML after ``<!-- file: x -->`` is
                                      a file that it may read
    <!-- error: simulate check x -->  the same of one that is refused
    <!-- end -->
"""

import inspect
import re
import shutil
import tomllib
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from matplotlib.figure import Figure

from docs.printing import run_command, save_small
from simulate.plots.inputs import plot_some_inputs, plot_some_pairs, uncertain_pairs
from simulate.scenario import Scenario, load_scenario
from simulate.scenario.distributions import FAMILY
from simulate.scenario.inputs import Input, own_inputs

DOCS = Path(__file__).parent
PAGE = DOCS / "assumptions.md"
PICTURES = Path("pictures") / "assumptions"
DATA = DOCS / "examples"
PARENT = "anthropic.toml"

PARTS = re.compile(
    r"(?:<!-- file: (?P<file>\S+) -->\n)?```toml\n(?P<toml>.*?)```\n"
    r"|<!-- (?P<what>kind|picture|output|error): (?P<about>[^\n]+) -->\n.*?<!-- end -->\n",
    re.DOTALL,
)
# Said of every kind, elsewhere on the page.
COMMON_KEYS = {"distribution", "source", "truncate", "quantiles", "parameters"}


class Page:
    """The page as it is being written.

    Attributes
    ----------
    folder
        Where commands run and examples are files, beside the data that they name.
    figures
        The pictures so far, by name.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.figures: dict[str, Figure] = {}
        self._example = ""
        for data in DATA.iterdir():
            shutil.copy(data, folder)

    def written(self, text: str) -> str:
        """Return a page's text with its generated parts written anew."""
        return PARTS.sub(self._part, text)

    def _part(self, found: re.Match[str]) -> str:
        if found["toml"] is not None:
            self._example = found["toml"]
            if found["file"]:
                (self.folder / found["file"]).write_text(self._example)
            return found[0]
        make = {
            "kind": describe_kind,
            "picture": self._picture,
            "output": self._output,
            "error": partial(self._output, is_refused=True),
        }
        what, about = found["what"], found["about"]
        return f"<!-- {what}: {about} -->\n{make[what](about)}\n<!-- end -->\n"

    def _picture(self, name: str) -> str:
        if name in self.figures:
            raise ValueError(f"two pictures are called {name}")
        self.figures[name] = plot_example(self._example, self.folder)
        return f"![{name}]({(PICTURES / name).as_posix()}.png)"

    def _output(self, line: str, is_refused: bool = False) -> str:
        command, _, lines = line.partition(" | head -")
        printed = run_command(command, self.folder, is_refused=is_refused).splitlines()
        shown = [text.rstrip() for text in printed[: int(lines) if lines else None]]
        return "\n".join(["```", f"$ {line}", *shown, "```"])


def describe_kind(name: str) -> str:
    """Return what a distribution's class says of itself and its keys, as Markdown."""
    kind = FAMILY[name]
    text = inspect.cleandoc(kind.__doc__ or "").partition("\n\nNotes\n")[0].replace("``", "`")
    keys = [
        f"- `{key}`: {field.description}{_default(field.get_default())}"
        for key, field in kind.model_fields.items()
        if key not in COMMON_KEYS and field.description
    ]
    return "\n".join([text, *(["", *keys] if keys else [])])


def _default(value: Any) -> str:
    if isinstance(value, bool):
        return f"; {str(value).lower()} if not given"
    return f"; {value:g} if not given" if isinstance(value, float) else ""


def load_example(toml: str, folder: Path) -> Scenario:
    """Return the scenario of an example, which extends a packaged one if it doesn't say so."""
    file = folder / "example.toml"
    file.write_text(toml if "extends =" in toml else f'extends = "{PARENT}"\n{toml}')
    return load_scenario(file)


def inputs_set(toml: str, scenario: Scenario) -> list[Input]:
    """Return the inputs of a scenario that an example sets."""
    table = tomllib.loads(toml)
    return [member for member in own_inputs(scenario) if _stands_in(table, member.key)]


def _stands_in(table: dict[str, Any], key: str) -> bool:
    here: Any = table
    for step in key.split("."):
        if not isinstance(here, dict) or step not in here:
            return False
        here = here[step]
    return True


def plot_example(toml: str, folder: Path) -> Figure:
    """Draw the inputs that an example sets, or else the pairs that it correlates."""
    scenario = load_example(toml, folder)
    if inputs := inputs_set(toml, scenario):
        return plot_some_inputs(inputs)
    before = {(p.first.key, p.second.key): p.correlation for p in uncertain_pairs(load_scenario())}
    pairs = [
        pair
        for pair in uncertain_pairs(scenario)
        if before.get((pair.first.key, pair.second.key)) != pair.correlation
    ]
    return plot_some_pairs(scenario, pairs)


def make_page(text: str) -> tuple[str, dict[str, Figure]]:
    """Return a page's text with its generated parts written anew, and its pictures."""
    with TemporaryDirectory() as folder:
        page = Page(Path(folder))
        return page.written(text), page.figures


def main() -> None:
    """Write the page and its pictures."""
    text, figures = make_page(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(text, encoding="utf-8")
    for old in (DOCS / PICTURES).glob("*.png"):
        old.unlink()
    for name, figure in figures.items():
        save_small(figure, DOCS / PICTURES / f"{name}.png")
    print(f"{PAGE.name} and {len(figures)} pictures written")


if __name__ == "__main__":
    main()
