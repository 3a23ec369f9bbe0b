"""The page of the Python interface is what the docstrings say, and its examples run."""

import re
from typing import Any

import pytest

import simulate
from docs.make_api import PAGE, example, page

DOCUMENTED: dict[str, Any] = {
    **{name: getattr(simulate, name) for name in simulate.__all__ if name.islower()},
    **{f"Result.{name}": getattr(simulate.Result, name) for name in ("probability", "frame")},
    "Result.paths_of": simulate.Result.paths_of,
    "Scenario.changed": simulate.Scenario.changed,
}


def test_the_page_is_as_the_docstrings_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m docs.make_api writes it anew"


def test_every_public_name_has_a_part_of_the_page() -> None:
    heads = set(re.findall(r"^## (\w+)$", PAGE.read_text(encoding="utf-8"), re.M))
    assert heads == set(simulate.__all__)


@pytest.mark.parametrize("name", DOCUMENTED)
def test_an_example_runs_and_prints_something(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = example(DOCUMENTED[name])
    exec(code, {"simulate": simulate})
    assert capsys.readouterr().out.strip()


def test_every_parameter_of_a_public_function_is_told_of() -> None:
    for name, function in DOCUMENTED.items():
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        names += function.__code__.co_varnames[len(names) :][: function.__code__.co_kwonlyargcount]
        told = (function.__doc__ or "").partition("Returns\n")[0]
        for parameter in set(names) - {"self"}:
            assert re.search(rf"^ +[\w, ]*\b{parameter}\b[\w, ]*$", told, re.M), (name, parameter)
