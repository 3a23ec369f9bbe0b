"""Which scenario a page has open, and which others it may open instead."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from simulate.engine.sampling import with_sampling
from simulate.scenario import Scenario, ScenarioError, load_scenario
from simulate.scenario.load import Names, list_changes
from simulate.scenario.mistakes import printable
from simulate.scenario.packaged import is_packaged, packaged_configs, packaged_names
from simulate.scenario.toml_file import read_toml

# The names of what the command opened, and of its file; and what stands between those of a
# packaged file and of what is laid over it.
FIRST, PLAIN, BETWEEN = "", "plain", ", "
LONGEST_TOLD = 80
# Of a whole answer, whatever a file says.
MOST_PATHS = 1 << 22


@dataclass(frozen=True)
class Opened:
    """A file, and what is laid over it.

    Attributes
    ----------
    file, variant, stress, settings, data
        As for ``load_scenario``.
    paths, seed
        Of whole answers, where they are not the scenario's own.
    """

    file: Path
    variant: str | None = None
    stress: str | None = None
    settings: Sequence[str] = ()
    data: Sequence[Path] = ()
    paths: int | None = None
    seed: int | None = None

    @property
    def stem(self) -> str:
        """What files that are made of it are called by."""
        parts = (self.file.stem, self.variant, self.stress)
        return "-".join(part for part in parts if part)

    @property
    def words(self) -> list[str]:
        """What names it on a command line."""
        laid = [("--variant", self.variant), ("--stress", self.stress)]
        options = [(option, name) for option, name in laid if name is not None]
        options += [("--set", setting) for setting in self.settings]
        options += [("--data", str(folder)) for folder in self.data]
        file = self.file.name if is_packaged(self.file) else str(self.file)
        return [file, *(word for option in options for word in option)]

    def is_of(self, file: Path) -> bool:
        """Tell whether this is its file, however it was named."""
        return self.file.resolve() == file.resolve()

    def load(self) -> Scenario:
        """Return the scenario, with its own number of paths.

        Raises
        ------
        ScenarioError
            If it can't be read.
        """
        scenario = load_scenario(
            self.file,
            variant=self.variant,
            stress=self.stress,
            settings=self.settings,
            data=self.data,
        )
        paths = min(self.paths or scenario.sampling.paths, MOST_PATHS)
        return with_sampling(scenario, paths, self.seed)


class Offer(NamedTuple):
    """What may be opened: the name by which a page asks for it, and what it is in words."""

    name: str
    title: str
    group: str
    opened: Opened


def find_opened(first: Opened, name: str) -> Opened:
    """Return what a name means.

    Parameters
    ----------
    first
        What the command opened.
    name
        Of that, of a variant or stress test of its file, or of a packaged scenario or one of its.

    Raises
    ------
    ScenarioError
        If it is none of these: no other file is read.
    """
    if name == FIRST:
        return first
    offers = _of_file(FIRST, first)
    file, _, _ = name.partition(BETWEEN)
    if file in packaged_names():
        offers = _of_file(file, _packaged(file, first))
    for offer in offers:
        if offer.name == name:
            return offer.opened
    raise ScenarioError(
        f'"{printable(name[:LONGEST_TOLD])}": there is nothing of that name to open'
    )


def others_of(first: Opened, title: str, name: str) -> list[dict[str, Any]]:
    """Return what may be opened instead of what is open, as a page lists it.

    What is of the same file keeps what is changed.

    Parameters
    ----------
    first
        What the command opened.
    title
        That scenario's name.
    name
        Of what is open.
    """
    opened = find_opened(first, name)
    here = FIRST if opened.is_of(first.file) else name.partition(BETWEEN)[0]
    offers = [Offer(FIRST, title, "As the command opened it", first), *_of_file(here, opened)]
    others = (f for f in packaged_names() if not first.is_of(packaged_configs() / f))
    offers += [_whole_file(file, _packaged(file, first)) for file in others]
    found = {offer.name: offer for offer in offers if offer.name != name}
    return [
        {"name": offer.name, "title": offer.title, "group": offer.group}
        | {"keeps": offer.opened.is_of(opened.file)}
        for offer in found.values()
    ]


def _packaged(file: str, first: Opened) -> Opened:
    return Opened(packaged_configs() / file, paths=first.paths, seed=first.seed)


def _whole_file(name: str, opened: Opened) -> Offer:
    title = str(read_toml(opened.file).get("name", opened.file.stem))
    return Offer(name, title, "Packaged scenarios", opened)


def _of_file(prefix: str, opened: Opened) -> list[Offer]:
    """Return what a file offers: as it stands, and under each of its variants and stress tests."""
    plain = replace(opened, variant=None, stress=None)
    file, named = plain.file.name, Names({}, {}, {})
    # What has become of a file since it was opened keeps no page from what is open.
    with suppress(ScenarioError):
        named = list_changes(plain.file, plain.data)
    found = [_whole_file(prefix, plain)] if prefix else []
    if not prefix and plain != opened:
        found = [Offer(PLAIN, file, "Without what was laid over it", plain)]
    for name, title in named.variants.items():
        laid = replace(plain, variant=name)
        found.append(_laid(prefix, f"variant {name}", title, f"Variants of {file}", laid))
    for name, title in named.stresses.items():
        laid = replace(plain, stress=name)
        found.append(_laid(prefix, f"stress {name}", title, f"Stress tests of {file}", laid))
    return found


def _laid(prefix: str, what: str, title: str, group: str, opened: Opened) -> Offer:
    name = BETWEEN.join(filter(None, (prefix, what)))
    return Offer(name, title or what.partition(" ")[2].replace("_", " "), group, opened)
