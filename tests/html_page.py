"""An HTML page as its elements, for tests."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "wbr", "img", "hr", "input"}


@dataclass
class Element:
    """An element with its attributes, the text within it, and what it stands in."""

    tag: str
    attributes: dict[str, str]
    within: tuple[str, ...]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """The elements of a page, in order."""

    html: str
    elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: list[Element] = []
        self.feed(self.html)
        self.close()
        assert not self._open, f"never closed: {[element.tag for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        within = tuple(element.tag for element in self._open)
        element = Element(tag, {name: value or "" for name, value in attrs}, within)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1].tag == tag, f"{tag} closes {self._open[-1:]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data.replace("\u00a0", " ")

    def all(self, *tags: str) -> list[Element]:
        """Return the elements of some tags."""
        return [element for element in self.elements if element.tag in tags]

    def one(self, tag: str) -> Element:
        """Return the only element of a tag."""
        (element,) = self.all(tag)
        return element

    @property
    def ids(self) -> list[str]:
        """Every id, in order."""
        return [e.attributes["id"] for e in self.elements if "id" in e.attributes]
