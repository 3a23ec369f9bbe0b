"""Scenario files damaged at random, as hurried people, editors and programs damage them."""

import copy
import random
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from simulate.scenario.changes import KINDS
from tests.january import JANUARY
from tests.toml_text import to_toml

ROOT = Path(__file__).parents[1]
SEEDS = [
    *(JANUARY / f"{name}.toml" for name in ("anthropic", "openai", "anthropic-tpu")),
    ROOT / "tests" / "data" / "everything.toml",
]
# Keys of whose values a scenario keeps nothing that is simulated.
TEXTS = {"source", "description", "title", "extends", "variants", "stresses", "sampling"}
STRANGE: list[Any] = [
    *(True, False, "", " ", "high", "None", "nan", "0x10", "1e5", [], {}, [[]], [{}], {"": 1}),
    *(0, -1, 1, 2, 70, 100, 1e6, -0.0, 1e-300, 1e300, 1e308, -1e308, 10**19, 10**400, 5e-324),
    *(float("nan"), float("inf"), float("-inf"), date(2026, 1, 22), [1, 2], [True], ["a"]),
    *("23%", "-5%", "250%", "4.5 bn", "900 m", "9 tn", "1e999 bn", "4,5 bn", "1_0 bn", "%", "bn"),
    *("0.2 to 0.6", "0.6 to 0.2", "10 to 30%", "1 to 2 to 3", " to ", "a to b", "nan to inf"),
    *("2026Q3", "2026Q5", "2026", "1999Q1", "2035Q4", "2199Q4", "2026q1", "２０２６Q1", "0001Q1"),
    *("anthropic.toml", "growth.csv", "/", "..", ".", "\0", "a" * 5000, "é€😀", "\x1b[31m", "$x^$"),
    *("__import__('os').system('true')", "lambda: 0", "scipy.stats.norm", "{0.__class__}"),
    {"distribution": "normal"},
    {"distribution": "normal", "p10": 0, "p90": 1e308},
    {"distribution": "normal", "mean": 0.1, "sd": 1e-12},
    {"distribution": "normal", "p10": 0.1, "p90": 0.1000001},
    {"distribution": "normal", "p10": 0.1, "p90": 0.3, "truncate": [0, 1]},
    {"distribution": "lognormal", "p10": 0.1, "p50": 0.2, "p90": 0.300000001},
    {"distribution": "lognormal", "p1": 1e-9, "p99": 1e9},
    {"distribution": "gamma", "p10": 1e-300, "p90": 1},
    {"distribution": "beta", "p0_000001": 0.1, "p99_999999": 0.9},
    {"distribution": "pert", "low": 0, "mode": 0, "high": 1e-12},
    {"distribution": "metalog", "p1": 0.1, "p2": 0.11, "p3": 0.5, "p99": 0.51},
    {"distribution": "uniform", "low": 0, "high": 1},
    {"distribution": "discrete", "values": list(range(300)), "weights": [0] * 299 + [1]},
    {"distribution": "discrete", "values": [0.2], "truncate": [0.3, 0.4]},
    {"distribution": "mixture", "parts": [0.1, "0.2 to 0.3"], "weights": [1, 0]},
    {"distribution": "empirical", "file": "growth.csv", "column": "quarter"},
    {"distribution": "empirical", "file": "growth.csv", "column": "growth", "smooth": 1},
    {"distribution": "empirical", "file": "/dev/zero", "column": "growth"},
    {"distribution": "shifted", "of": {"distribution": "shifted", "of": "1 to 2"}, "times": -1},
    {"distribution": "scipy.uniform"},
    {"distribution": "scipy.beta", "a": 0.01, "b": 0.01},
    {"distribution": "scipy.gamma", "a": 1e-8},
    {"distribution": "scipy.norm", "scale": 0},
    {"distribution": "scipy.geninvgauss", "p": 1, "b": 2},
    {"distribution": "scipy.t", "df": 0.5},
    {"distribution": "scipy.os.system"},
]
FACTORS = (-1, 0, 1e-9, 0.01, 0.1, 10, 100, 1e3, 1e6, 1e9, 1e300)
LETTERS = "aepstx_-. \"'[]{}=#,0159\n\r\t\\é\0"


class Slot(NamedTuple):
    """A place in a table or a list, and the names on the way to it."""

    container: Any
    key: Any
    path: tuple[Any, ...]

    @property
    def value(self) -> Any:
        return self.container[self.key]


class Mutant(NamedTuple):
    """A damaged scenario file.

    Attributes
    ----------
    file
        The file to load.
    story
        What was done to it.
    must_show
        Whether a scenario that loads from it can't be the one of the undamaged file.
    changes
        What to lay over it, by kind: a variant, a stress test, an option.
    """

    file: Path
    story: str
    must_show: bool
    changes: dict[str, str]


def mutant(seed: int, folder: Path) -> Mutant:
    """Write the damaged file of a seed to a folder, and return it."""
    draw = random.Random(seed)
    parent = SEEDS[seed % len(SEEDS)]
    (folder / "growth.csv").write_bytes((ROOT / "tests" / "data" / "growth.csv").read_bytes())
    text = parent.read_text(encoding="utf-8")
    table = tomllib.loads(text)
    changes = _some_changes(table, draw)
    file = folder / "mutant.toml"
    kind = draw.choices(("value", "table", "text", "chain"), weights=(50, 25, 15, 10))[0]
    if kind in ("value", "table"):
        original = copy.deepcopy(table)
        steps = (
            [draw.choice(IN_PLACE)]
            if kind == "value"
            else draw.choices(ANYWHERE, k=draw.randint(1, 4))
        )
        stories = [step(table, draw) for step in steps]
        changed = repr(table) != repr(original)
        plain = not changes and not stories[0].startswith("text")
        shown = kind == "value" and changed and plain
        file.write_text(to_toml(table), encoding="utf-8", newline="")
        return Mutant(file, "; ".join(stories), shown, changes)
    if kind == "text":
        raw, story = draw.choice(ON_TEXT)(text, draw)
        file.write_bytes(raw)
    else:
        story = draw.choice(ON_CHAINS)(file, text, draw)
    return Mutant(file, story, False, changes)


def _some_changes(table: Any, draw: random.Random) -> dict[str, str]:
    """Choose some of the changes that a sound file offers, or none."""
    offered: dict[str, Any] = dict.fromkeys(KINDS, table)
    for kind, place in KINDS.items():
        for step in place:
            offered[kind] = offered[kind].get(step, {})
    names = {kind: draw.choice([None, None, *offer]) for kind, offer in offered.items()}
    return {kind: name for kind, name in names.items() if name}


def slots(here: Any, path: tuple[Any, ...] = ()) -> list[Slot]:
    """Return every place in a table."""
    keys = here if isinstance(here, dict) else range(len(here)) if isinstance(here, list) else ()
    found = [Slot(here, key, (*path, key)) for key in keys]
    return found + [inner for slot in found for inner in slots(slot.value, slot.path)]


def _slot(table: Any, draw: random.Random) -> Slot:
    return draw.choice(slots(table) or [Slot({"x": 1}, "x", ("x",))])


def _told(slot: Slot, what: str) -> str:
    named = {str(step) for step in slot.path}
    kind = "text" if TEXTS & named or slot.path == ("name",) else "set"
    return f"{kind} {'.'.join(map(str, slot.path))}: {what}"


def replace(table: Any, draw: random.Random) -> str:
    slot, value = _slot(table, draw), copy.deepcopy(draw.choice(STRANGE))
    before = slot.value
    slot.container[slot.key] = value
    same = type(before) is not bool and before == value and type(value) is not bool
    return _told(slot, "the same" if same else f"{value!r:.80}")


def scale(table: Any, draw: random.Random) -> str:
    numbers = [s for s in slots(table) if type(s.value) in (int, float) and s.value]
    if not numbers:
        return "text nothing to scale"
    slot, factor = draw.choice(numbers), draw.choice(FACTORS)
    slot.container[slot.key] = slot.value * factor
    return _told(slot, f"times {factor}")


def misspell(table: Any, draw: random.Random) -> str:
    named = [slot for slot in slots(table) if isinstance(slot.key, str) and slot.key]
    if not named:
        return "text nothing to misspell"
    slot = draw.choice(named)
    place = draw.randrange(len(slot.key))
    wrong = draw.choice(
        [
            slot.key[:place] + slot.key[place + 1 :],
            slot.key[:place] + draw.choice(LETTERS) + slot.key[place:],
            slot.key.upper(),
            slot.key * 50,
            f" {slot.key}",
        ]
    )
    if wrong in slot.container:
        return _told(slot, "the same")
    slot.container[wrong] = slot.container.pop(slot.key)
    return _told(slot, f"is called {wrong!r:.80}")


def drop(table: Any, draw: random.Random) -> str:
    slot = _slot(table, draw)
    del slot.container[slot.key]
    return f"dropped {'.'.join(map(str, slot.path))}"


def swap(table: Any, draw: random.Random) -> str:
    a, b = _slot(table, draw), _slot(table, draw)
    if a.path[: len(b.path)] == b.path or b.path[: len(a.path)] == a.path:
        return "nothing swapped"
    a.container[a.key], b.container[b.key] = b.value, a.value
    return f"swapped {a.path} and {b.path}"


def graft(table: Any, draw: random.Random) -> str:
    source, target = _slot(table, draw), _slot(table, draw)
    value = copy.deepcopy(source.value)
    if isinstance(target.value, list):
        target.value.append(value)
    elif isinstance(target.value, dict):
        target.value[str(source.key)] = value
    else:
        target.container[target.key] = value
    return f"grafted {source.path} on {target.path}"


def wrap(table: Any, draw: random.Random) -> str:
    slot, depth = _slot(table, draw), draw.choice((1, 1, 2, 20, 28, 40, 100))
    for _ in range(depth):
        wrapped = draw.choice(([slot.value], {"of": slot.value, "distribution": "shifted"}))
        slot.container[slot.key] = wrapped
    return f"wrapped {slot.path} {depth} deep"


def multiply(table: Any, draw: random.Random) -> str:
    lists = [slot for slot in slots(table) if isinstance(slot.value, list) and slot.value]
    if not lists:
        return "nothing to multiply"
    slot, count = draw.choice(lists), draw.choice((2, 5, 30, 120))
    copies = [copy.deepcopy(member) for _ in range(count) for member in slot.value]
    for place, member in enumerate(copies):
        if isinstance(member, dict) and "name" in member:
            member["name"] = f"m{place}"
    slot.container[slot.key] = copies
    return f"multiplied {slot.path} by {count}"


def cut(text: str, draw: random.Random) -> tuple[bytes, str]:
    at = draw.randrange(len(text))
    return text[:at].encode(), f"cut at {at}"


def garble(text: str, draw: random.Random) -> tuple[bytes, str]:
    letters = list(text)
    for _ in range(draw.choice((1, 2, 5, 50))):
        at = draw.randrange(len(letters))
        letters[at] = draw.choice(("", draw.choice(LETTERS), letters[at] * 2))
    return "".join(letters).encode(), "garbled letters"


def shuffle_lines(text: str, draw: random.Random) -> tuple[bytes, str]:
    lines = text.splitlines(keepends=True)
    for _ in range(draw.choice((1, 3, 10))):
        a, b = draw.randrange(len(lines)), draw.randrange(len(lines))
        lines[a] = draw.choice((lines[b], "", lines[a] + lines[b]))
    return "".join(lines).encode(), "shuffled lines"


def recode(text: str, draw: random.Random) -> tuple[bytes, str]:
    coding = draw.choice(("utf-16", "utf-8-sig", "utf-32", "latin-1", "cp037", "utf-7"))
    return text.replace("\n", draw.choice(("\n", "\r\n", "\r"))).encode(coding, "replace"), coding


def flip_bytes(text: str, draw: random.Random) -> tuple[bytes, str]:
    raw = bytearray(text.encode())
    for _ in range(draw.choice((1, 3, 30))):
        raw[draw.randrange(len(raw))] = draw.randrange(256)
    return bytes(raw), "flipped bytes"


def swell(text: str, draw: random.Random) -> tuple[bytes, str]:
    more = draw.choice(
        (
            "x = " + "[" * 3000,
            "x = " + "{a=" * 800 + "1" + "}" * 800,
            ".".join("a" * 3000) + " = 1",
            "[" + ".".join("a" * 3000) + "]",
            "x = " + "9" * 100_000,
            "x = 1e" + "9" * 1000,
            'x = "' + "a" * 1_000_000 + '"',
            "".join(f"k{i} = {i}\n" for i in range(3000)),
            "x = [" + "'a'," * 20_000 + "]",
            "[cash]\n" * 3,
        )
    )
    before = draw.random() < 0.5
    return f"{more}\n{text}".encode() if before else f"{text}\n{more}".encode(), f"added {more:.20}"


def extend_strangely(file: Path, text: str, draw: random.Random) -> str:
    parent = draw.choice(
        (
            *("mutant.toml", "./mutant.toml", "missing.toml", "", ".", "..", "/", "/dev/null"),
            *("growth.csv", "\0", "a" * 300, "../" * 50, "base", "BASE.TOML", "file:base.toml"),
        )
    )
    parent = draw.choice((parent, parent, 1, True, ["base.toml"], {"a": "base.toml"}))
    table = tomllib.loads(text) | {"extends": parent}
    file.write_text(to_toml(table), encoding="utf-8")
    return f"extends {parent!r:.40}"


def extend_deeply(file: Path, text: str, draw: random.Random) -> str:
    """Write a chain of files, sound or with a damaged or a circular end."""
    length, end = draw.choice((2, 5, 18, 19, 20, 40)), draw.choice(("sound", "damaged", "circular"))
    for place in range(length):
        below = f"link{place + 1}.toml" if place + 1 < length else "root.toml"
        link = file if place == 0 else file.with_name(f"link{place}.toml")
        link.write_text(f'extends = "{below}"\n[cash]\nopening = {10 + place}\n')
    root = tomllib.loads(text)
    if end == "damaged":
        ANYWHERE[draw.randrange(len(ANYWHERE))](root, draw)
    if end == "circular":
        root["extends"] = draw.choice(("root.toml", "mutant.toml"))
    file.with_name("root.toml").write_text(to_toml(root), encoding="utf-8")
    return f"a chain of {length}, {end}"


def spoil_data(file: Path, text: str, draw: random.Random) -> str:
    data = file.with_name("growth.csv")
    raw = data.read_bytes()
    spoilt = draw.choice(
        (
            *(b"", b"growth\n", b"growth\n1\n", raw[: draw.randrange(len(raw))], raw * 200),
            *(
                raw.replace(b"growth", b"Growth"),
                raw.replace(b".", b","),
                raw.replace(b"0.5", b"x"),
            ),
            *(raw.replace(b"0.5", b"inf"), raw.replace(b",", b";"), raw.decode().encode("utf-16")),
            *(b"\xff\x00" * 100, b'"' + raw, b"growth\n" + b"1e308\n-1e308\n" * 20, b"PAR1" + raw),
            b"growth\n" + b"0.5\n" * 40,
            b"growth\n" + b"0.5\n" * 40 + b"0.6\n",
        )
    )
    data.write_bytes(spoilt)
    file.write_text(text, encoding="utf-8")
    return f"data of {spoilt[:20]!r}"


IN_PLACE: tuple[Callable[[Any, random.Random], str], ...] = (replace, replace, scale, misspell)
ANYWHERE: tuple[Callable[[Any, random.Random], str], ...] = (
    *(replace, scale, misspell, drop, swap, graft, wrap, multiply),
)
ON_TEXT: tuple[Callable[[str, random.Random], tuple[bytes, str]], ...] = (
    *(cut, garble, shuffle_lines, recode, flip_bytes, swell),
)
ON_CHAINS: tuple[Callable[[Path, str, random.Random], str], ...] = (
    *(extend_strangely, extend_deeply, extend_deeply, spoil_data),
)
