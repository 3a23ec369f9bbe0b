"""Where the keys of a TOML text stand."""

import random
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulate.scenario.positions import KeyPath, Position, locate, locate_within, nearest
from tests.steps import counted

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.toml"))
MOST_CALLS, MOST_CALLS_A_LETTER = 1000, 30

# A text, and the line and column of each key in it.
CASES: dict[str, tuple[str, dict[KeyPath, tuple[int, int]]]] = {
    "a key is where it is written": ("a = 1\n  b = 2", {("a",): (1, 1), ("b",): (2, 3)}),
    "each part of a dotted key has its own place": (
        "a . b.c = 1",
        {("a",): (1, 1), ("a", "b"): (1, 5), ("a", "b", "c"): (1, 7)},
    ),
    "a table is where its header names it": (
        "# first\n[ a.b ]\nc = 1",
        {("a",): (2, 3), ("a", "b"): (2, 5), ("a", "b", "c"): (3, 1)},
    ),
    "a table is where it was first named, before its own header": (
        "[a.b]\n[a]\nc = 1",
        {("a",): (1, 2), ("a", "b"): (1, 4), ("a", "c"): (3, 1)},
    ),
    "each of an array of tables is in its own header": (
        "[[a]]\nb = 1\n[[ a ]]\nb = 2",
        {
            ("a",): (1, 3),
            ("a", 0): (1, 3),
            ("a", 0, "b"): (2, 1),
            ("a", 1): (3, 4),
            ("a", 1, "b"): (4, 1),
        },
    ),
    "a header goes on with the last of an array of tables": (
        "[[a]]\n[[a]]\n[a.b]\n[[a.c]]\n[a.c.d]",
        {
            ("a",): (1, 3),
            ("a", 0): (1, 3),
            ("a", 1): (2, 3),
            ("a", 1, "b"): (3, 4),
            ("a", 1, "c"): (4, 5),
            ("a", 1, "c", 0): (4, 5),
            ("a", 1, "c", 0, "d"): (5, 6),
        },
    ),
    "an array may go over lines, with comments and a last comma": (
        "a = [ # two, [really\n  1,\n  [],  # ]\n]\nb = 1",
        {("a",): (1, 1), ("a", 0): (2, 3), ("a", 1): (3, 3), ("b",): (5, 1)},
    ),
    "inline tables nest, and stand in arrays": (
        "a = [{ b = { c.d = 1 }, e = 2 }]",
        {
            ("a",): (1, 1),
            ("a", 0): (1, 6),
            ("a", 0, "b"): (1, 8),
            ("a", 0, "b", "c"): (1, 14),
            ("a", 0, "b", "c", "d"): (1, 16),
            ("a", 0, "e"): (1, 25),
        },
    ),
    "a quoted key is found by what it means": (
        '"a.b".\'c "d"\' = 1\n"\\u00e9\\"" = 2\n"" = 3',
        {("a.b",): (1, 1), ("a.b", 'c "d"'): (1, 7), ('é"',): (2, 1), ("",): (3, 1)},
    ),
    "a header or a key in a string is none": (
        "\n".join(
            [
                'a = """',
                '[b] # \\"""',
                'c = 1 """',
                "d = '''",
                '"""',
                "[e]'''''",
                'f = "# \\" g"',
                r"h = '\'",
                "i = 1",
            ]
        ),
        {("a",): (1, 1), ("d",): (4, 1), ("f",): (7, 1), ("h",): (8, 1), ("i",): (9, 1)},
    ),
    "dates and numbers are passed over": (
        "a = [1979-05-27 07:32:00.5-07:00, -1_000.5e+3, 0xdead_BEEF, +inf, 07:32:00]",
        {
            ("a",): (1, 1),
            ("a", 0): (1, 6),
            ("a", 1): (1, 35),
            ("a", 2): (1, 48),
            ("a", 3): (1, 61),
            ("a", 4): (1, 67),
        },
    ),
    "lines may end as on Windows": (
        'a = """\r\n"""\r\nb = [\r\n  1]\r\n',
        {("a",): (1, 1), ("b",): (3, 1), ("b", 0): (4, 3)},
    ),
    "columns count characters": ('"é€😀" = { a = 1 }', {("é€😀",): (1, 1), ("é€😀", "a"): (1, 11)}),
    "nothing is in nothing": ("# only a comment", {}),
}


@pytest.mark.parametrize("case", CASES)
def test_that(case: str) -> None:
    text, expected = CASES[case]
    assert locate(text) == expected
    assert set(expected) == paths(tomllib.loads(text))


def test_what_stands_before_a_fault_is_found() -> None:
    found = locate("a = 1\n[b]\nc = !\nd = 1")
    assert found == {("a",): (1, 1), ("b",): (2, 2), ("b", "c"): (3, 1)}
    assert locate('a = 1\n"\\q" = 1') == {("a",): (1, 1)}


def test_the_nearest_position_of_a_missing_key_is_that_of_the_table_around_it() -> None:
    positions = locate("[a]\nb = [1]")
    assert nearest(positions, ("a", "b")) == Position(line=2, column=1)
    assert nearest(positions, ("a", "b", 0, "c")) == Position(2, 6)
    assert nearest(positions, ("a", "c", "d")) == Position(1, 2)
    assert nearest(positions, ("c",)) is None
    assert nearest(positions, ()) is None


# A text, with the character that is looked for in "a", and where that stands.
WITHIN: dict[str, tuple[str, int, tuple[int, int] | None]] = {
    "in double quotes": ('a = "max(x, y)"', 8, (1, 13)),
    "in single quotes": ("b = 1\n  a = 'x + y'", 5, (2, 12)),
    "right behind its end": ('a = "x +"', 4, (1, 9)),
    "in three quotes": ('a = """x +\n y"""', 6, (2, 2)),
    "after a line's end that opens it": ("a = '''\nx +\n y'''", 6, (3, 2)),
    "not behind an escape": ('a = "x\\t+ y"', 5, None),
    "not in lines that end as on Windows": ('a = """\r\nx +\r\n y"""', 6, None),
    "not in a number": ("a = 12", 2, None),
    "not where there is no such key": ("b = 'x'", 1, None),
}


@pytest.mark.parametrize("case", WITHIN)
def test_a_character_of_a_text_is_found(case: str) -> None:
    text, column, expected = WITHIN[case]
    assert locate_within(text, ("a",), column) == (expected and Position(*expected))


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.name)
def test_every_key_of_a_packaged_scenario_is_found(config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    lines = text.split("\n")
    found = locate(text)
    assert set(found) == paths(tomllib.loads(text))
    for path, (line, column) in found.items():
        here = lines[line - 1][column - 1 :]
        if isinstance(path[-1], str):
            assert re.match(rf'{path[-1]}\b|"{path[-1]}"', here), path
        else:
            assert here.startswith((f"{path[-2]}]]", "{", '"', "-")) or here[0].isdigit(), path


def paths(value: Any, here: KeyPath = ()) -> set[KeyPath]:
    """Return the paths of all keys and elements in a value."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    found: set[KeyPath] = set()
    for key, member in pairs:
        found.add((*here, key))
        if isinstance(member, (dict, list)):
            found |= paths(member, (*here, key))
    return found


SCALARS = (
    "1_000",
    "-0.5e-3",
    "nan",
    "true",
    "1979-05-27T07:32:00Z",
    "1979-05-27 07:32:00",
    "0b1",
    '""',
    r'"] } # = \" \\"',
    r"'C:\'",
    "''",
    '""""a" \\\n "" \\""" \n[b]\nc = "1"\n"""""',
    "'''\n'' # \n[[b]]\n'c' = '''''",
    "''''''",
)
KEYS = st.text("ab", min_size=1, max_size=2) | st.text("a1-_ .\"'\\#=[]{},\t\né😀", max_size=3)
VALUES = st.recursive(
    st.sampled_from(SCALARS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.lists(st.dictionaries(KEYS, inner, max_size=2), min_size=1, max_size=3)
    ),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(KEYS, VALUES, max_size=4)


class Writer:
    """Writes a document, each thing in one of its ways by chance, and notes where the keys went.

    A leaf of the document is a text, to be written as it is.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.text = ""
        self.noted: dict[KeyPath, tuple[int, int]] = {}

    def maybe(self) -> bool:
        return self.chance.random() < 0.5

    def table(self, path: KeyPath, members: dict[str, Any], brackets: str = "") -> None:
        headed = {
            key: value
            for key, value in members.items()
            if not isinstance(value, str)
            and (isinstance(value, dict) or (value and all(isinstance(v, dict) for v in value)))
            and self.maybe()
        }
        rest = {key: value for key, value in members.items() if key not in headed}
        # A table may come after those in it, or without a header of its own.
        late = brackets == "[" and bool(headed) and self.maybe()
        if late:
            self.headed(path, headed)
        if brackets and not (late and not rest and self.maybe()):
            self.write(brackets, self.space())
            self.names(path, 0)
            self.write(self.space(), "]" * len(brackets))
            self.end_line()
        for inner, value in self.pairs(path, rest):
            self.pair(path, inner, value)
            self.end_line()
        if not late:
            self.headed(path, headed)

    def headed(self, path: KeyPath, members: dict[str, Any]) -> None:
        for key, value in members.items():
            if isinstance(value, dict):
                self.table((*path, key), value, "[")
            else:
                for index, member in enumerate(value):
                    self.table((*path, key, index), member, "[[")

    def pairs(self, path: KeyPath, members: dict[str, Any]) -> list[tuple[KeyPath, Any]]:
        """Return what to write as pairs: some tables whole, of others what is in them."""
        pairs: list[tuple[KeyPath, Any]] = []
        for key, value in members.items():
            if value and isinstance(value, dict) and self.maybe():
                pairs += self.pairs((*path, key), value)
            else:
                pairs.append(((*path, key), value))
        return pairs

    def pair(self, table: KeyPath, path: KeyPath, value: Any) -> None:
        self.names(path, len(table))
        self.write(self.space(), "=", self.space())
        self.value(path, value)

    def value(self, path: KeyPath, value: Any) -> None:
        if isinstance(value, str):
            self.write(value)
        elif isinstance(value, dict):
            self.write("{", self.space())
            for place, (inner, member) in enumerate(self.pairs(path, value)):
                self.write(*([",", self.space()] if place else []))
                self.pair(path, inner, member)
                self.write(self.space())
            self.write("}")
        else:
            self.write("[")
            for index, member in enumerate(value):
                self.between()
                self.noted[(*path, index)] = self.place()
                self.value((*path, index), member)
                self.between()
                self.write("," if index < len(value) - 1 or self.maybe() else "")
            self.between()
            self.write("]")

    def names(self, path: KeyPath, start: int) -> None:
        """Write a path from a place on as a dotted key; places in arrays go without saying."""
        place = self.place()
        for length, part in enumerate(path[start:], start + 1):
            if isinstance(part, str):
                self.write(*([self.space(), ".", self.space()] if length > start + 1 else []))
                place = self.place()
                self.write(self.name(part))
            self.noted.setdefault(path[:length], place)

    def name(self, name: str) -> str:
        ways = [
            '"' + "".join(f"\\u{ord(c):04x}" if c in '"\\\n' else c for c in name) + '"',
            '"' + "".join(f"\\U{ord(c):08X}" for c in name) + '"',
        ]
        if "'" not in name and "\n" not in name:
            ways.append(f"'{name}'")
        if re.fullmatch("[A-Za-z0-9_-]+", name):
            ways += [name] * 4
        return self.chance.choice(ways)

    def between(self) -> None:
        self.write(self.space())
        if self.chance.random() < 0.2:
            self.end_line()

    def end_line(self) -> None:
        self.write(self.space(), self.chance.choice(["", "", "# [a] = 1, ']\""]), "\n")
        self.write(self.chance.choice(["", "", "\n", "# a = 1\n\n"]), self.space())

    def space(self) -> str:
        return self.chance.choice(["", "", " ", "\t "])

    def place(self) -> tuple[int, int]:
        return self.text.count("\n") + 1, len(self.text) - self.text.rfind("\n")

    def write(self, *pieces: str) -> None:
        self.text += "".join(pieces)


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(DOCUMENTS, st.integers(0, 2**32), st.sampled_from(["\n", "\r\n"]))
def test_every_key_is_where_it_was_written(
    document: dict[str, Any], seed: int, line_end: str
) -> None:
    writer = Writer(random.Random(seed))
    writer.end_line()
    writer.table((), document)
    text = writer.text.replace("\n", line_end)
    assert paths(tomllib.loads(text)) == set(writer.noted) == paths(document)
    assert locate(text) == writer.noted


def located_in_few_steps(text: str) -> dict[KeyPath, Position]:
    found, calls = counted(lambda: locate(text))
    assert calls < MOST_CALLS + MOST_CALLS_A_LETTER * len(text), text[:100]
    return found


def all_located(text: str) -> bool:
    """Check that what tomllib accepts is located in full, and return whether it does."""
    found = located_in_few_steps(text)
    try:
        expected = paths(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        return False
    assert set(found) == expected
    return True


PIECES = [*"[]{}=.,#\"'\\ \t\n\r\0a1é", "[[", "]]", '"""', "'''", "\r\n", "\\u00", "[a]\n", "a = "]


def test_a_damaged_scenario_is_searched_as_far_as_it_goes() -> None:
    chance = random.Random(0)
    texts = [config.read_text(encoding="utf-8") for config in CONFIGS]
    still_toml = 0
    for _ in range(600):
        text = chance.choice(texts)
        for _ in range(chance.choice([1, 1, 2, 10])):
            start = chance.randrange(len(text))
            end = start + chance.choice([0, 1, 1, 20])
            text = text[:start] + chance.choice(["", *PIECES]) + text[end:]
        still_toml += all_located(text)
    assert still_toml > 50


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=60).map("".join))
def test_any_text_will_do(text: str) -> None:
    all_located(text)


@pytest.mark.parametrize("length", [0, 1, 100, 10_000])
def test_random_bytes_will_do(length: int) -> None:
    for seed in range(20):
        noise = random.Random(seed).randbytes(length)
        located_in_few_steps(noise.decode("utf-8", errors="replace"))


@pytest.mark.parametrize(
    ("start", "repeated"),
    [
        ("a = ", "["),
        ("", "a = ["),
        ("a = ", "{a="),
        ("a = ", "[{a="),
        ("", "a."),
        ("[", "a."),
        ("", "[[a]]\n"),
        ("", "[a.a]\n"),
        ("", "a = 1\r\n"),
        ("", "# \n"),
        ("a = [", "1,"),
        ("a = [", '""" '),
        ("a = [", "''' "),
        ('a = "', "\\"),
        ('a = "', '\\"'),
        ('a = """', '"" '),
        ('a = """', '\\""" '),
        ("a = '''", "'' "),
        ("", "'"),
        ("", '"'),
    ],
)
def test_no_repetition_takes_more_than_its_length(start: str, repeated: str) -> None:
    located_in_few_steps(start + repeated * 20_000)
