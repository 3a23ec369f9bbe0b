"""The rooms of the house stand in one order of import."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "simulate"
# A room imports itself and those before it.
ORDER = (
    "scenario",
    "kernels",
    "model",
    "engine",
    "analysis",
    "text",
    "plots",
    "output",
    "explorer",
    "commands",
)
# Kernels know no scenario, and a scenario is of no kernel.
STRANGERS = {("kernels", "scenario")}
LOOSE = {"__init__", "__main__", "cli", "interruption", "version"}
# May be imported from anywhere, and import nothing.
GROUND = {"interruption", "version"}


def imported(source: str, package: str) -> Iterator[tuple[str, int]]:
    """Yield what a module of a package imports of the house, in full, with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            steps = package.split(".")[: 1 - node.level or None] if node.level else []
            base = ".".join([*steps, *([node.module] if node.module else [])])
            for name in node.names:
                yield f"{base}.{name.name}", node.lineno


def upward_imports(path: Path, source: str) -> list[str]:
    """Return the imports of a module that go against the order, each with its place."""
    steps = path.relative_to(PACKAGE.parent).with_suffix("").parts
    room = steps[1]
    found = []
    for name, line in imported(source, ".".join(steps[:-1])):
        if not name.startswith("simulate."):
            continue
        other = name.split(".")[1]
        is_upward = other not in GROUND and (
            other not in ORDER
            or ORDER.index(other) > ORDER.index(room)
            or (room, other) in STRANGERS
        )
        if is_upward:
            found.append(f"{'/'.join(steps)}.py:{line}: {name}")
    return found


def modules() -> list[Path]:
    return sorted(path for room in ORDER for path in (PACKAGE / room).rglob("*.py"))


def test_a_room_imports_only_rooms_before_it() -> None:
    found = [line for path in modules() for line in upward_imports(path, path.read_text())]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("place", "planted"),
    [
        ("engine/run.py", "from simulate.text.numbers import share\n"),
        ("analysis/goal.py", "def later():\n    from simulate import commands\n"),
        ("kernels/draws.py", "from simulate.scenario import Scenario\n"),
        ("model/outcomes.py", "from ..engine.run import run\n"),
        ("plots/goal.py", "import simulate.output.page\n"),
        ("text/run.py", "from simulate import run\n"),
    ],
)
def test_a_planted_upward_import_is_found(place: str, planted: str) -> None:
    assert len(upward_imports(PACKAGE / place, planted)) == 1


def test_every_folder_is_a_room_and_few_files_are_loose() -> None:
    rooms = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert rooms == set(ORDER)
    assert {path.stem for path in PACKAGE.glob("*.py")} == LOOSE


def test_one_module_calls_the_kernel() -> None:
    callers = {
        path.relative_to(PACKAGE).as_posix()
        for path in modules()
        if "simulate_blocks(" in path.read_text()
    }
    assert callers == {"model/block.py", "engine/block.py"}


def test_no_two_modules_import_each_other_while_they_load() -> None:
    graph: dict[str, set[str]] = {}
    names = {}
    for path in modules():
        steps = path.relative_to(PACKAGE.parent).with_suffix("").parts
        names[".".join(steps[:-1] if steps[-1] == "__init__" else steps)] = path
    for name, path in names.items():
        package = name if path.stem == "__init__" else name.rpartition(".")[0]
        top = "\n".join(
            ast.unparse(node)
            for node in ast.parse(path.read_text()).body
            if isinstance(node, (ast.Import, ast.ImportFrom))
        )
        graph[name] = {
            found
            for full, _ in imported(top, package)
            for found in (full, full.rpartition(".")[0])
            # A package is loaded before its modules, which may take from it what stands there.
            if found in names and found != name and not name.startswith(f"{found}.")
        }
    assert circle(graph) == []


def circle(graph: dict[str, set[str]]) -> list[str]:
    """Return modules that import each other in a circle, or none."""
    done: set[str] = set()

    def visit(name: str, way: list[str]) -> list[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph[name]):
            if found := visit(other, [*way, name]):
                return found
        done.add(name)
        return []

    for name in graph:
        if found := visit(name, []):
            return found
    return []


def test_a_circle_is_found() -> None:
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []
