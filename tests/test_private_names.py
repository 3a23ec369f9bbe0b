"""What is used of numba and scipy without being public: where, and with a capped version."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from scipy import stats

ROOT = Path(__file__).parents[1]
# An upgrade past the cap begins with a look at each of these; the tests named hold what they do.
PRIVATE = {
    # tests/kernels/test_cache.py: machine code is kept by the digest of the sources.
    "kernels/cache.py": {
        "numba.core",
        "_CacheLocator",
        "_cache_file",
        "_data_path",
        "_dump",
        "_guard_against_spurious_io_errors",
        "_impl",
        "_impl_class",
        "_load_data",
        "_load_index",
        "_load_overload",
        "_locator_classes",
        "_open_for_write",
    },
    # tests/model/test_paths.py: kernels do what they say, compiled in steps that are numba's.
    "kernels/jit.py": {
        "numba.core",
        "_cache",
        "_compile_for_args",
        "_insert",
        "_linking_libraries",
        "_nrt",
    },
    "kernels/groups.py": {"numba.core"},
    # tests/scenario/test_every_kind.py: quantiles are scipy's, searched or not.
    "scenario/distributions/scipy_named.py": {"_ppf", "_cdf"},
}
CAPPED = ("numba", "scipy")
# Public methods of a named tuple.
PUBLIC = {"_replace", "_asdict", "_fields"}


def requirement(name: str) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return next(r for r in project["dependencies"] if re.match(rf"{name}\W", r))


def private_names(path: Path) -> set[str]:
    """Return what a module that imports numba or scipy takes of others that begins with ``_``."""
    tree = ast.parse(path.read_text())
    own, found, uses = set(), set(), False
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            uses |= node.module.split(".")[0] in CAPPED
            found |= {".".join(node.module.split(".")[:2])} & {"numba.core", "numba.np"}
            steps = node.module.split(".")[1:] + [alias.name for alias in node.names]
            if node.module.split(".")[0] in CAPPED:
                found |= {step for step in steps if step.startswith("_")}
        elif isinstance(node, ast.Import):
            uses |= any(alias.name.split(".")[0] in CAPPED for alias in node.names)
        elif isinstance(node, ast.FunctionDef):
            own.add(node.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.match(r"_[a-z]", node.attr):
            is_own = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
            if not is_own and node.attr not in own | PUBLIC:
                found.add(node.attr)
    return found if uses else set()


@pytest.mark.parametrize("name", CAPPED)
def test_what_has_private_names_in_use_is_capped(name: str) -> None:
    assert re.fullmatch(rf"{name}>=[\d.]+,<[\d.]+", requirement(name))


def test_every_private_name_in_use_is_listed() -> None:
    package = ROOT / "simulate"
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package).as_posix()
        assert private_names(path) <= PRIVATE.get(place, set()), place


@pytest.mark.parametrize("place", PRIVATE)
def test_every_listed_name_is_in_use(place: str) -> None:
    text = (ROOT / "simulate" / place).read_text()
    for name in PRIVATE[place]:
        assert name in text, f"{name} is used no more; take it off the list, and the cap with it"


def test_numba_and_scipy_have_them() -> None:
    from numba.core import caching

    assert callable(stats.rv_continuous._ppf)
    assert callable(stats.rv_discrete._cdf)
    for owner, names in (
        (caching._CacheLocator, ("from_function", "get_cache_path", "get_source_stamp")),
        (caching.FunctionCache, ("_guard_against_spurious_io_errors", "_load_overload")),
        (caching.IndexDataCacheFile, ("_open_for_write", "_dump", "_load_index", "_load_data")),
        (caching.FunctionCache, ("_guard_against_spurious_io_errors", "_load_overload")),
        (caching.IndexDataCacheFile, ("_data_path",)),
        (caching.FunctionCache, ("_impl_class",)),
        (caching.CompileResultCacheImpl, ("_locator_classes",)),
    ):
        for name in names:
            assert hasattr(owner, name), name
