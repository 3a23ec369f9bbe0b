"""Writes docs/api.md, the Python interface, from its docstrings: ``python -m docs.make_api``.

The page holds the names of ``simulate.__all__``, and the classes of what the questions return. Of a
class it shows the members that its docstring lists under ``Methods``, or else all that it has.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import simulate

PAGE = Path(__file__).parent / "api.md"
HEAD = """# Python interface

`import simulate` gives these names; all else may change without notice. Outcomes, metrics, dates
and settings are written as on the command line. `python -m docs.make_api` writes this page from the
docstrings.
"""
ANSWERS = "## What the questions return\n"
FIRST = ("load_scenario", "run")
# Notes are for those who read the code.
SHOWN = ("Parameters", "Returns", "Raises")
SECTION = re.compile(r"^(\w+)\n-+$", re.MULTILINE)
ITEM = re.compile(r"^(\S.*)\n?((?: +.*\n?|\n)*)", re.MULTILINE)
# Between the parameters of a signature.
NEXT = re.compile(r", (?=\w+: |\*)")
WIDTH = 92


def page() -> str:
    """Return the page as the docstrings say it."""
    public = {name: getattr(simulate, name) for name in simulate.__all__}
    classes = {name: found for name, found in public.items() if inspect.isclass(found)}
    functions = {name: public[name] for name in (*FIRST, *public) if name not in classes}
    parts = [HEAD]
    parts += [_function(f"## {name}", f"simulate.{name}", f) for name, f in functions.items()]
    for name, found in classes.items():
        parts += [_class(f"## {name}", found)]
        parts += [
            _function(f"### {name}.{member}", f"{name.lower()}.{member}", method)
            for member, method in _methods(found).items()
        ]
    parts += [ANSWERS]
    parts += [
        _class(f"### {found.__name__}", found) + _summaries(found)
        for found in _answers(list(functions.values()))
        if found not in classes.values()
    ]
    return "\n".join(parts)


def sections(documented: object) -> dict[str, str]:
    """Return the parts of a numpydoc docstring by heading; what stands before them has none."""
    parts = SECTION.split(inspect.getdoc(documented) or "")
    found = zip(parts[1::2], parts[2::2], strict=True)
    return {"": parts[0].strip()} | {heading: text.strip("\n") for heading, text in found}


def example(documented: object) -> str:
    """Return the example of a docstring as code, or nothing."""
    lines = sections(documented).get("Examples", "").splitlines()
    return "\n".join(line.removeprefix(">>> ").removeprefix("... ") for line in lines)


def _function(title: str, name: str, function: Callable[..., Any]) -> str:
    said = sections(function)
    parts = [title, f"```python\n{_signature(name, function)}\n```", _markdown(said[""])]
    parts += [
        "\n".join([f"{heading}:", "", *_items(said[heading])])
        for heading in SHOWN
        if heading in said
    ]
    if code := example(function):
        parts.append(f"```python\n{code}\n```")
    return "\n\n".join(parts) + "\n"


def _class(title: str, found: type) -> str:
    said = sections(found)
    parts = [title, _markdown(said[""])]
    if "Attributes" in said:
        parts.append("\n".join(_items(said["Attributes"])))
    return "\n\n".join(parts) + "\n"


def _summaries(found: type) -> str:
    """Return a line for each method and property."""
    members = {name: m for name, m in vars(found).items() if isinstance(m, property)}
    members |= _methods(found)
    lines = [
        f"- `{name}{'' if isinstance(member, property) else '(…)'}`: "
        + _markdown(sections(member)[""].partition("\n\n")[0])
        for name, member in members.items()
        if not name.startswith("_")
    ]
    return "\n".join(["", *lines, ""]) if lines else ""


def _methods(found: type) -> dict[str, Callable[..., Any]]:
    listed = sections(found).get("Methods", "").split()
    own = [name for name, member in vars(found).items() if inspect.isfunction(member)]
    names = listed or [name for name in own if not name.startswith("_")]
    return {name: inspect.getattr_static(found, name) for name in names}


def _answers(functions: list[Any]) -> list[type]:
    """Return the classes of what functions return, and of what these hold, in order."""
    found: dict[type, None] = {}
    waiting = [get_type_hints(function)["return"] for function in functions]
    while waiting:
        kind = waiting.pop(0)
        waiting += get_args(kind)
        if is_dataclass(kind) and isinstance(kind, type) and kind not in found and _is_answer(kind):
            found[kind] = None
            waiting += get_type_hints(kind).values()
    return list(found)


def _is_answer(kind: type) -> bool:
    return kind.__module__.startswith("simulate.analysis.")


def _signature(name: str, function: Callable[..., Any]) -> str:
    """Return how a function is called, as it is written."""
    (node,) = ast.parse(textwrap.dedent(inspect.getsource(function))).body
    assert isinstance(node, ast.FunctionDef)
    node.args.args = [given for given in node.args.args if given.arg != "self"]
    returned = "" if node.returns is None else f" -> {_unquoted(node.returns)}"
    written = re.sub(r"(?<=[\w\]])=(?=\S)", " = ", ast.unparse(node.args))
    line = f"{name}({written}){returned}"
    if len(line) <= WIDTH:
        return line
    given = "".join(f"    {each},\n" for each in NEXT.split(written))
    return f"{name}(\n{given}){returned}"


def _unquoted(annotation: ast.expr) -> str:
    """Return a type as it is read, whether or not it is imported while the module loads."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return annotation.value
    return ast.unparse(annotation)


def _items(section: str) -> Iterator[str]:
    """Yield what a section lists: a line that is not indented, and the text below it."""
    for head, text in ITEM.findall(section):
        said = _markdown(textwrap.dedent(text).strip())
        yield f"- `{head.strip()}`" + (f": {said}" if said else "")


def _markdown(text: str) -> str:
    """Return a docstring's text with its paragraphs in a line each."""
    plain = re.sub(r"``(.+?)``", r"`\1`", text, flags=re.DOTALL)
    return re.sub(r"(?<!\n)\n(?!\n)", " ", plain)


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.name} written")


if __name__ == "__main__":
    main()
