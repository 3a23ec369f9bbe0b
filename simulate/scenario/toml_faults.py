"""What was meant by a text that is nearly TOML: a unit without quotes, a bracket too few."""

import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

from .edits import ReplaceLines, toml_value
from .mistakes import Mend
from .positions import ONE_LINE

PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")
PIECE = re.compile(
    rf"(?P<text>{ONE_LINE})|(?P<note>#.*)|(?P<mark>[=\[\]{{}},])|(?P<bare>[^=\[\]{{}},\"'#]+)"
)
CLOSING = {"[": "]", "{": "}"}
CURLY = str.maketrans("“”„‟‘’‚", '""""\'\'\'')
NO_VALUE = {"none", "null", "nil", "na"}
TRUTH = {"true": "true", "false": "false"}
DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
POINT_FIRST = re.compile(r"([+-]?)\.(\d[\d_]*)")
POINT_LAST = re.compile(r"([+-]?\d[\d_]*)\.")
HEADER = re.compile(r"(\s*)(\[+)\s*([^\[\]#=]*?)\s*(\]*)(\s*(?:#.*)?)")
COLON = re.compile(r"(\s*[\w.-]+\s*)(?::=|==|=>|:)(\s*)(?=\S)")
NO_EQUALS = re.compile(r"(\s*[A-Za-z_][\w.]*)[ \t]+(?=[\d\"'{+-])")
NOTE = re.compile(r"(\s*)(?://|--|;)[ \t]*")
PAIR_KEY = re.compile(r"""(\s*)([\w.*]+\s*,\s*[\w.*]+)(?=\s*=)""")
BRACE_LAST = re.compile(r"\{\s*$")
COMMA_LAST = re.compile(r"\s*,\s*\}")
END = re.compile(r"[,;]\s*$")
# Each try reads the whole text.
LONGEST, LONGEST_LINE, MOST_LINES = 50_000, 2000, 20


class _Right(NamedTuple):
    """What a line should be, in words, and with what is taken for granted."""

    text: str
    words: str
    assumes: str = ""


def mend_of_fault(text: str) -> Mend | None:
    """Return the mend of the first fault of a text that is no TOML, if one is clear."""
    fault = _first_fault(text) if len(text) <= LONGEST else None
    if fault is None:
        return None
    lines = text.splitlines()
    if joined := _on_one_line(lines, fault):
        return joined
    for number in (fault.line, fault.line - 1):
        if not 0 < number <= len(lines) or len(lines[number - 1]) > LONGEST_LINE:
            continue
        column = fault.column if number == fault.line else None
        for right in _right_lines(lines[number - 1], column):
            if _is_further([*lines[: number - 1], right.text, *lines[number:]], fault):
                edit = ReplaceLines((), number, number, right.text)
                return Mend(right.words, (edit,), right.assumes)
    return None


def _on_one_line(lines: list[str], fault: "_Fault") -> Mend | None:
    """Return the mend of a table in braces that goes over several lines."""
    first = next((n for n in range(fault.line, 0, -1) if BRACE_LAST.search(lines[n - 1])), None)
    if first is None:
        return None
    for last in range(first + 1, min(first + MOST_LINES, len(lines)) + 1):
        inside = lines[first - 1 : last]
        if any("#" in line for line in inside):
            return None
        joined = COMMA_LAST.sub(" }", " ".join(line.strip() for line in inside))
        rest = [""] * (last - first)
        if _is_further(
            [*lines[: first - 1], joined, *rest, *lines[last:]], fault._replace(line=last)
        ):
            words = "write a table in braces on one line, or as one with a header"
            return Mend(words, (ReplaceLines((), first, last, joined),))
    return None


class _Fault(NamedTuple):
    line: int
    column: int


def _first_fault(text: str) -> _Fault | None:
    """Return where a text stops being TOML, or None."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        if place := PLACE.search(str(error)):
            return _Fault(int(place[1]), int(place[2]))
        lines = text.rstrip().splitlines() or [""]
        return _Fault(len(lines), len(lines[-1]) + 1)
    except (ValueError, RecursionError):
        pass
    return None


def _is_further(lines: list[str], than: _Fault) -> bool:
    """Tell whether lines are TOML beyond the line of a fault."""
    fault = _first_fault("\n".join(lines))
    return fault is None or fault.line > than.line


def _right_lines(line: str, column: int | None) -> Iterator[_Right]:
    """Return what a line may have been meant to be, the surest first."""
    if (straight := line.translate(CURLY)) != line:
        yield _Right(straight, "write straight quotes")
    yield from _headers(line)
    if found := PAIR_KEY.match(line):
        yield _Right(f'{found[1]}"{found[2]}"{line[found.end() :]}', f'write "{found[2]}" = …')
    if found := COLON.match(line):
        key = found[1].rstrip()
        yield _Right(f"{key} = {line[found.end() :]}", f"write {key.strip()} = …")
    if found := NO_EQUALS.match(line):
        yield _Right(f"{found[1]} = {line[found.end() :]}", f"write {found[1].strip()} = …")
    if found := NOTE.match(line):
        yield _Right(f"{found[1]}# {line[found.end() :]}", "begin a comment with #")
    if END.search(line):
        yield _Right(END.sub("", line), "leave out what stands after the value")
    if COMMA_LAST.search(line):
        yield _Right(COMMA_LAST.sub(" }", line), "leave out the last comma")
    yield from _quoted(line)
    if column is not None:
        at = len(line[: column - 1].rstrip())
        yield _Right(f"{line[:at]},{line[at:]}", "write a comma between the two")
    yield from _closed(line)


def _headers(line: str) -> Iterator[_Right]:
    """Return a header with as many brackets at its end as at its beginning."""
    found = HEADER.fullmatch(line)
    if found and len(found[2]) != len(found[4]) and found[3]:
        count = max(len(found[2]), len(found[4]))
        right = f"{'[' * count}{found[3]}{']' * count}"
        yield _Right(f"{found[1]}{right}{found[5]}", f"write {right}")


def _quoted(line: str) -> Iterator[_Right]:
    """Return a line with every value quoted that is no number and no word of TOML's."""
    pieces, written = [], []
    for piece, is_value in _values(line):
        bare = piece.strip()
        right = _value(bare) if is_value and bare else bare
        if right != bare:
            written.append(right)
        pieces.append(piece.replace(bare, right, 1) if bare else piece)
    if written:
        yield _Right("".join(pieces), f"write {', '.join(written)}")


def _values(line: str) -> Iterator[tuple[str, bool]]:
    """Return the pieces of a line, and whether each is a value without quotes."""
    opened: list[str] = []
    before, pieces = "", list(PIECE.finditer(line))
    if "".join(piece[0] for piece in pieces) != line:
        return
    for place, piece in enumerate(pieces):
        if piece["mark"]:
            yield piece[0], False
            if piece[0] in CLOSING:
                opened.append(piece[0])
            elif piece[0] in "]}" and opened:
                opened.pop()
            before = piece[0] if piece[0] != "," or opened[-1:] == ["["] else ""
            continue
        if not piece[0].strip():
            yield piece[0], False
            continue
        is_value = bool(piece["bare"]) and before in ("=", "[", ",")
        if is_value and before == "=" and not opened:
            # A value of its own line goes on to its end, commas and all.
            rest = pieces[place:]
            note = next((p.start() for p in rest if p["note"]), len(line))
            if any(p["text"] for p in rest):
                yield from ((p[0], False) for p in rest)
            else:
                yield line[piece.start() : note], True
                yield line[note:], False
            return
        yield piece[0], is_value
        before = ""


def _value(bare: str) -> str:
    """Return a value without quotes as TOML writes it, with quotes unless it is a number."""
    try:
        tomllib.loads(f"x = {bare}")
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        pass
    else:
        return bare
    if bare.casefold() in TRUTH:
        return TRUTH[bare.casefold()]
    # No day of the calendar, which quotes don't make one.
    if bare.casefold() in NO_VALUE or DAY.fullmatch(bare):
        return bare
    if found := POINT_FIRST.fullmatch(bare):
        return f"{found[1]}0.{found[2]}"
    if found := POINT_LAST.fullmatch(bare):
        return f"{found[1]}.0"
    return toml_value(bare)


def _closed(line: str) -> Iterator[_Right]:
    """Return a line with the quote or the brackets closed that it leaves open."""
    opened, quote = _left_open(line)
    ends = "".join(CLOSING[mark] for mark in reversed(opened))
    if quote:
        assumes = "the text goes on to the end of its line"
        body = line.rstrip()
        # Brackets at the end are those of the tables around, not of the text.
        tail = ends if ends and body.replace(" ", "").endswith(ends) else ""
        body = body[: -len(tail)].rstrip() if tail and body.endswith(tail) else body
        yield _Right(
            body + quote + (f" {ends}" if ends else ""), f"write {quote} at the text's end", assumes
        )
    elif opened:
        yield _Right(f"{line.rstrip()} {ends}", f"write {ends} at its end", "it ends with its line")


def _left_open(line: str) -> tuple[list[str], str]:
    """Return the brackets, and the quote, that a line opens and does not close."""
    opened: list[str] = []
    at = 0
    while at < len(line):
        piece = PIECE.match(line, at)
        if piece is None:
            return opened, line[at]
        if piece["mark"] and piece[0] in CLOSING:
            opened.append(piece[0])
        elif piece["mark"] and piece[0] in "]}" and opened:
            opened.pop()
        at = piece.end()
    return opened, ""
