"""The page on the hindcast says first what it is, and holds what its command writes."""

import re

import pytest

from docs.make_hindcast import FOLDER, PAGE, TEXTS, written
from docs.printing import markdown
from simulate.analysis.hindcast import hindcast
from simulate.output.hindcast import PICTURES
from simulate.text.tables import Row, Table

WORDS = 2800


def test_its_first_sentence_says_what_a_hindcast_is_and_is_not() -> None:
    _, _, text = PAGE.read_text().partition("# Hindcast\n\n")
    first, _, _ = " ".join(text.split()).partition(".")
    assert "a hindcast and no track record" in first
    assert "structure was chosen in June 2026" in first
    assert "was known" in first


def test_it_is_read_in_one_go() -> None:
    assert len(PAGE.read_text().split()) <= WORDS


def test_every_part_is_written_and_every_picture_is_there() -> None:
    parts = re.findall(r"<!-- hindcast: (.+?) -->\n(.*?)\n?<!-- end -->", PAGE.read_text(), re.S)
    assert {what for what, _ in parts} == {*TEXTS, *(f"{name}.png" for name in PICTURES)}
    for what, made in parts:
        assert made, what
    for name in PICTURES:
        assert (PAGE.parent / FOLDER / f"{name}.png").is_file()


def test_a_table_is_written_as_markdown() -> None:
    table = Table("Scores", ("", "came\ntrue"), (Row("revenue", ("4.8",)),))
    assert markdown(table) == "**Scores**\n\n|  | came true |\n| --- | ---: |\n| revenue | 4.8 |"


@pytest.mark.slow
def test_the_page_is_what_the_command_writes() -> None:
    found = hindcast()
    pictures = {name: draw(found) for name, draw in PICTURES.items()}
    text = PAGE.read_text()
    assert written(text, found, pictures) == text
