"""Scenario files with one mistake in each, as hurried people make it, whose right form is known."""

import random
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from tests.january import JANUARY
from tests.mutate import ROOT

SOUND = [
    *(JANUARY / f"{name}.toml" for name in ("anthropic", "openai", "anthropic-tpu")),
    *(JANUARY / f"{name}.toml" for name in ("openai-chip", "openai-advertising")),
    ROOT / "tests" / "data" / "starter.toml",
    ROOT / "tests" / "data" / "everything.toml",
]
KEY = re.compile(r"(?m)(?<=[{,\s.])(?<!\[)([a-z][a-z0-9_]{2,})(?=\s*=|\.[a-z_]+\s*=)")
HEADER = re.compile(r"(?m)^(\[{1,2})([a-z_]+)((?:\.[a-z_]+)*)(\]{1,2})$")
KIND = re.compile(r'(?<=distribution = ")[a-z_]+(?=")')
PAIR = re.compile(r'(?m)^"([a-z_.]+), ([a-z_.]+)"(?= =)')
CHANGED = re.compile(r'(?m)^"([a-z_.0-9]+)"(?= =)')
WITH_UNIT = re.compile(r'"(-?[0-9.]+ ?(?:%|bn|m)(?: to [0-9.]+ ?(?:%|bn|m))?)"')
QUARTER = re.compile(r'"(\d{4})Q(\d)"')
SOURCE = re.compile(r',? source = "[^"]*"')
NUMBER = r"-?\d+\.?\d*"
INLINE = re.compile(r"(?m)^([a-z_.]+) = (\{ .*\})$")
SHARES = (
    *("gross_margin", "share_of_revenue", "base_overrun", "other_sales_cost", "stock_pay", "floor"),
    *("tax_rate", "interest_rate", "capital_spending", "chance", "saving", "client_loss.share"),
)
AMOUNTS = ("opening", "amount", "revenue", "training", "training_run_rate", "ceiling", "users")
WHOLE = re.compile(r"(?m)^(hold_quarters|projected_year|life_years) = (\d+)$")
TEXT = re.compile(r'(?m)^(name|title|quarter|first_quarter|last_quarter) = "([^"]*)"$')
NEIGHBOURS = {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "t": "r", "s": "d", "r": "t"}


NO_SOURCE = "no source"


class Planted(NamedTuple):
    """A scenario file with one mistake.

    Attributes
    ----------
    kind
        Of the mistake.
    file, sound
        With the mistake, and as it was meant.
    story
        What was changed into what.
    """

    kind: str
    file: Path
    sound: Path
    story: str


def planted(seed: int, folder: Path) -> Planted:
    """Write the file of a seed to a folder, and the sound one beside it; return them."""
    draw, text, sound = random.Random(seed), "", SOUND[0]
    kind = list(KINDS)[seed % len(KINDS)]
    (folder / "growth.csv").write_bytes((ROOT / "tests" / "data" / "growth.csv").read_bytes())
    wrong = None
    while wrong is None or wrong == text:
        sound = draw.choice(SOUND)
        text = _with_few_changes(sound.read_text(encoding="utf-8"))
        wrong = KINDS[kind](text, draw)
    file, right = folder / sound.name, folder / f"sound-{sound.name}"
    file.write_text(wrong, encoding="utf-8")
    right.write_text(text, encoding="utf-8")
    return Planted(kind, file, right, _story(text, wrong))


def _with_few_changes(text: str) -> str:
    """Return a scenario with no more than a variant and a stress test, which each take time."""
    for part in ("variants", "stresses"):
        tables = list(
            re.finditer(rf"(?m)^\[{part}\.(\w+)\]\n(?:.+\n|\[{part}\.\1\..*\n)*\n*", text)
        )
        for found in reversed(tables[1:]):
            text = text[: found.start()] + text[found.end() :]
    return text


def _story(text: str, wrong: str) -> str:
    lines = [set(each.splitlines()) for each in (text, wrong)]
    return f"{sorted(lines[0] - lines[1])!s:.150} -> {sorted(lines[1] - lines[0])!s:.150}"


def slip(word: str, draw: random.Random) -> str:
    """Return a word with one slip of the pen: a letter left out, doubled, swapped or another."""
    at = draw.randrange(1, len(word) - 1) if len(word) > 3 else len(word) - 2
    return draw.choice(
        [
            word[:at] + word[at + 1 :],
            word[: at + 1] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + NEIGHBOURS.get(word[at], "x") + word[at + 1 :],
        ]
    )


def _at(pattern: re.Pattern[str], text: str, draw: random.Random) -> re.Match[str] | None:
    found = list(pattern.finditer(_without_texts(text)))
    return draw.choice(found) if found else None


def _without_texts(text: str) -> str:
    """Return a TOML text with the words of sources and comments blanked out, place for place."""
    blank = re.compile(r'(?m)(?<=source = ")[^"]*|#.*$|(?<=description = ")[^"]*')
    return blank.sub(lambda found: "·" * len(found[0]), text)


def _put(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def misspelt_key(text: str, draw: random.Random) -> str | None:
    found = _at(KEY, text, draw)
    return found and _put(text, *found.span(1), slip(found[1], draw))


def misspelt_table(text: str, draw: random.Random) -> str | None:
    found = _at(HEADER, text, draw)
    if not found or (found[2] in ("variants", "stresses") and draw.random() < 0.5):
        return None
    return _put(text, *found.span(2), slip(found[2], draw))


def misspelt_distribution(text: str, draw: random.Random) -> str | None:
    found = _at(KIND, text, draw)
    if not found:
        return None
    wrong = draw.choice((slip(found[0], draw), found[0].capitalize(), found[0].replace("_", "-")))
    return _put(text, *found.span(), wrong)


def misspelt_input(text: str, draw: random.Random) -> str | None:
    found = _at(PAIR, text, draw)
    if not found:
        return None
    which = draw.choice((1, 2))
    steps = found[which].split(".")
    place = draw.randrange(len(steps))
    steps[place] = slip(steps[place], draw)
    return _put(text, *found.span(which), ".".join(steps))


def misspelt_change(text: str, draw: random.Random) -> str | None:
    start = min(
        (at for part in ("[variants", "[stresses") if (at := text.find(part)) > 0), default=0
    )
    if not start:
        return None
    found = _at(CHANGED, text[start:], draw)
    if not found:
        return None
    steps = found[1].split(".")
    place = draw.randrange(len(steps))
    steps[place] = slip(steps[place], draw)
    return text[:start] + _put(text[start:], *found.span(1), ".".join(steps))


def unknown_unit(text: str, draw: random.Random) -> str | None:
    found = _at(WITH_UNIT, text, draw)
    wrong = {
        "%": ("percent", "pct", "%%"),
        "bn": ("bln", "billon", "bilion"),
        "m": ("mln", "milion"),
    }
    if not found:
        return None
    unit = re.split(r"[\d. ]+", found[1])[-1]
    return _put(text, *found.span(1), found[1][: -len(unit)] + draw.choice(wrong[unit][:2]))


def unquoted_unit(text: str, draw: random.Random) -> str | None:
    found = _at(draw.choice((WITH_UNIT, QUARTER)), text, draw)
    return found and _put(text, *found.span(), found[0].strip('"'))


def unquoted_word(text: str, draw: random.Random) -> str | None:
    found = _at(re.compile(r'(?<=distribution = )"[a-z_]+"'), text, draw)
    return found and _put(text, *found.span(), found[0].strip('"'))


def _times(table: str, factor: int) -> str:
    """Return a value or a table in braces with every number of its unit times a factor."""
    body, source, rest = table.partition(" source =")
    numbers = re.compile(rf"(?<== )({NUMBER})(?=[ ,}}])|^({NUMBER})$")
    return numbers.sub(lambda m: f"{Decimal(m[0]) * factor}", body) + source + rest


def _scaled(keys: tuple[str, ...], factor: int, least: float) -> Callable[..., str | None]:
    def plant(text: str, draw: random.Random) -> str | None:
        names = "|".join(map(re.escape, keys))
        found = _at(re.compile(rf"(?m)^(?:{names}) = (\{{ .*\}}|{NUMBER})$"), text, draw)
        if not found or '"' in found[1].partition(" source =")[0].replace("distribution = ", "x"):
            table = found[1] if found else ""
            if not found or re.search(r'= "[^a-z]', table):
                return None
        wrong = _times(text[slice(*found.span(1))], factor)
        numbers = [abs(float(n)) for n in re.findall(NUMBER, wrong.partition(" source =")[0])]
        return _put(text, *found.span(1), wrong) if numbers and max(numbers) > least else None

    return plant


def out_of_order(text: str, draw: random.Random) -> str | None:
    pair = re.compile(rf"(p10|low) = ({NUMBER})(.*?)(p90|high) = ({NUMBER})")
    found = _at(pair, text, draw)
    if not found:
        return None
    written = text[slice(*found.span())]
    return _put(text, *found.span(), pair.sub(r"\1 = \5\3\4 = \2", written))


def table_for_list(text: str, draw: random.Random) -> str | None:
    members = re.compile(r'(?m)^\[\[(segments|funding|hardware)\]\]\nname = "([a-z0-9_]+)"')
    found = _at(members, text, draw)
    if not found:
        return None
    # Whoever writes one so writes them all so.
    return re.sub(rf'(?m)^\[\[{found[1]}\]\]\nname = "([a-z0-9_]+)"', rf"[{found[1]}.\1]", text)


def list_for_table(text: str, draw: random.Random) -> str | None:
    found = _at(re.compile(r"(?m)^\[([a-z_.]+)\]$"), text, draw)
    return found and _put(text, *found.span(), f"[{found[0]}]")


def list_for_changes(text: str, draw: random.Random) -> str | None:
    part = draw.choice(("variants", "stresses"))
    if f"\n[{part}." not in text:
        return None
    listed = re.sub(rf"(?m)^\[{part}\.([A-Za-z0-9_]+)\]$", rf'[[{part}]]\nname = "\1"', text)
    return re.sub(rf"(?m)^\[{part}\.[A-Za-z0-9_]+\.(.+)\]$", rf"[{part}.\1]", listed)


def text_for_number(text: str, draw: random.Random) -> str | None:
    found = _at(WHOLE, text, draw)
    return found and _put(text, *found.span(2), draw.choice((f'"{found[2]}"', f"{found[2]}.0")))


def quarter_of_another_form(text: str, draw: random.Random) -> str | None:
    found = _at(QUARTER, text, draw)
    if not found:
        return None
    year, quarter = found[1], found[2]
    forms = (f"{year}-Q{quarter}", f"Q{quarter} {year}", f"{year}q{quarter}", f"{year} Q{quarter}")
    return _put(text, *found.span(), f'"{draw.choice(forms)}"')


def no_source(text: str, draw: random.Random) -> str | None:
    found = _at(SOURCE, text, draw)
    return found and _put(text, *found.span(), "")


def no_extends(text: str, draw: random.Random) -> str | None:  # noqa: ARG001
    return re.sub(r"(?m)^extends = .*\n", "", text)


def misspelt_parent(text: str, draw: random.Random) -> str | None:
    found = re.search(r'(?m)^extends = "([a-z-]+)\.toml"', text)
    return found and _put(text, *found.span(1), slip(found[1], draw))


def open_bracket(text: str, draw: random.Random) -> str | None:
    found = _at(re.compile(r"(?m)(?:\]| \})$"), text, draw)
    return found and _put(text, found.end() - 1, found.end(), "")


def open_quote(text: str, draw: random.Random) -> str | None:
    found = _at(re.compile(r'(?m)"(?=$| \}$)'), text, draw)
    return found and _put(text, *found.span(), "")


def colon(text: str, draw: random.Random) -> str | None:
    found = _at(re.compile(r"(?m)^[a-z_]+( =)(?= )"), text, draw)
    return found and _put(text, *found.span(1), ":")


def one_percentage(text: str, draw: random.Random) -> str | None:
    shares = r"(?m)^(?:overrun|stock_pay|saving|capital_spending|client_loss.share) = .*"
    found = _at(
        re.compile(rf"{shares}(?<=p10 = |p50 = |p90 = |ode = |igh = |low = )(0\.\d+)"), text, draw
    )
    return found and _put(text, *found.span(1), f"{Decimal(found[1]) * 100:f}")


KINDS: dict[str, Callable[[str, random.Random], str | None]] = {
    "a misspelt key": misspelt_key,
    "a misspelt table": misspelt_table,
    "a misspelt distribution": misspelt_distribution,
    "a misspelt input in a correlation": misspelt_input,
    "a misspelt input in a variant": misspelt_change,
    "an unknown unit": unknown_unit,
    "a unit without quotes": unquoted_unit,
    "a word without quotes": unquoted_word,
    "one percentage among shares": one_percentage,
    "percentages for shares": _scaled(SHARES, 100, 1.0),
    "millions for billions": _scaled(AMOUNTS, 1000, 1000.0),
    "quantiles or limits out of order": out_of_order,
    "tables for a list": table_for_list,
    "a list for a table": list_for_table,
    "a list for variants": list_for_changes,
    "a text for a whole number": text_for_number,
    "a quarter of another form": quarter_of_another_form,
    NO_SOURCE: no_source,
    "no extends": no_extends,
    "a misspelt parent": misspelt_parent,
    "an open bracket": open_bracket,
    "an open quote": open_quote,
    "a colon": colon,
}
