"""What pages are made of: texts, tables and pictures, ready to be shown."""

from dataclasses import dataclass
from typing import Protocol

from markupsafe import Markup

from simulate.answer_parts import Table


@dataclass(frozen=True)
class Picture:
    """A picture.

    Attributes
    ----------
    svg
        Of the whole picture, in the colours of either theme, labelled with its finding for those
        who can't see it.
    narrow
        The same for a phone.
    """

    svg: Markup
    narrow: Markup


@dataclass(frozen=True)
class Card:
    """A headline figure: what it is, its value with its error, and more about it."""

    name: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Section:
    """A question of the page, with what answers it.

    Attributes
    ----------
    key
        Of links to it.
    title
        The question, or the subject.
    sentences, pictures, tables, within, remarks, points
        Paragraphs, smaller sections, paragraphs again, items of a list, and so on, in the order in
        which they are shown.
    """

    key: str
    title: str
    sentences: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    within: tuple["Section", ...] = ()
    remarks: tuple[str, ...] = ()
    points: tuple[str, ...] = ()

    @property
    def all_pictures(self) -> tuple[Picture, ...]:
        """Its pictures, and those of the sections within."""
        return sum((section.all_pictures for section in self.within), self.pictures)


@dataclass(frozen=True)
class Origin:
    """What made a page, so that it can be made again.

    Attributes
    ----------
    command
        That makes the same page.
    horizon
        The simulated quarters.
    paths, replicates, sampler, seed, version
        Of the run, or of each run.
    """

    command: str
    horizon: str
    paths: int
    replicates: int
    sampler: str
    seed: int
    version: str


class Page(Protocol):
    """What every page has."""

    @property
    def title(self) -> str:
        """Of the page."""
        ...

    @property
    def sections(self) -> tuple[Section, ...]:
        """With its pictures."""
        ...
