"""Colours that colour-blind readers tell apart, text that stands out, and lines that fit."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from numpy.typing import NDArray

from simulate.plots.frame import (
    ELLIPSIS,
    frame,
    made_by,
    narrow_axes,
    text_width,
    wrap,
    year_step,
)
from simulate.plots.style import (
    DARK,
    LIGHT,
    THEMES,
    Theme,
    lay_out_as,
    mix,
    printed,
    save_picture,
)
from tests.drawn import faults

Array = NDArray[np.float64]

# Machado, Oliveira and Fernandes, IEEE TVCG 15 (2009), table 1, severity 1: linear RGB.
VISION: dict[str, Array] = {
    "all cones": np.eye(3),
    "no red cones": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "no green cones": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "no blue cones": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# A just noticeable difference is about 2.3 in CIELAB's distance of 1976.
APART = 10.0


def linear(color: str) -> Array:
    """Return linear RGB (IEC 61966-2-1)."""
    coded = np.array(to_rgb(color))
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def lab(rgb: Array) -> Array:
    """Return CIELAB of linear RGB, white of D65."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    relative = to_xyz @ np.clip(rgb, 0.0, 1.0) / to_xyz.sum(axis=1)
    x, y, z = np.where(
        relative > 216 / 24389, np.cbrt(relative), (24389 / 27 * relative + 16) / 116
    )
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of WCAG 2.2."""
    dark, light = sorted(
        linear(color) @ np.array([0.2126, 0.7152, 0.0722]) for color in (one, other)
    )
    return float((light + 0.05) / (dark + 0.05))


every_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


@every_theme
@pytest.mark.parametrize("cones", VISION.values(), ids=VISION)
def test_colours_are_told_apart_with_any_cones(theme: Theme, cones: Array) -> None:
    band = mix(theme.light_blue, theme.blue, 0.4)
    shown = (theme.blue, theme.light_blue, band, theme.orange, theme.pale, theme.paper)
    for one, other in combinations(shown, 2):
        distance = np.linalg.norm(lab(cones @ linear(one)) - lab(cones @ linear(other)))
        assert distance > APART, (one, other)


@every_theme
def test_text_and_marks_stand_out(theme: Theme) -> None:
    for text in (theme.ink, theme.muted):
        assert contrast(text, theme.paper) >= 4.5
    for ground in (theme.pale, theme.light_blue):
        assert contrast(theme.ink, ground) >= 4.5
    # WCAG 2.2, 1.4.11: what must be seen to read a picture.
    for mark in (theme.blue, theme.orange):
        assert contrast(mark, theme.paper) >= 3.0
    assert contrast(theme.blue, theme.light_blue) >= 3.0


def test_a_mixture_lies_between() -> None:
    assert mix("#000000", "#ffffff", 0.0) == "#000000"
    assert mix("#000000", "#ff0000", 0.6) == "#990000"


def test_a_name_in_a_script_that_the_font_lacks_is_drawn_without_a_warning(tmp_path: Path) -> None:
    figure = Figure()
    figure.text(0.1, 0.5, "東京ラボ")
    for kind in (".png", ".svg"):
        save_picture(figure, tmp_path / f"lab{kind}")
    assert "東京ラボ" in (tmp_path / "lab.svg").read_text(encoding="utf-8")


words = st.lists(st.text("abcWi ±%", min_size=1, max_size=40), max_size=12)


@given(words.map(" ".join), st.floats(40.0, 600.0), st.integers(1, 4), st.booleans())
def test_wrapped_text_fits_and_loses_nothing_but_what_it_marks(
    text: str, width: float, most: int, balanced: bool
) -> None:
    lines = wrap(text, width, 10.0, "bold", most, balanced).split("\n")
    assert len(lines) <= most
    assert all(text_width(line, 10.0, "bold") <= width for line in lines if len(line) > 1)
    kept, given = ("".join(part.split()) for part in ("".join(lines), text))
    if kept.endswith(ELLIPSIS):
        assert given.startswith(kept.removesuffix(ELLIPSIS))
    else:
        assert kept == given


def test_a_number_is_not_parted_from_its_error() -> None:
    text = "Gross margin of 70% by 2027: 13.74% ± 0.02"
    for width in range(150, 500, 10):
        assert "± 0.02" in wrap(text, float(width), 15.0, "bold", most=4)


def test_balanced_lines_are_no_more_and_of_like_length() -> None:
    text = "Free cash flow positive, four in a row: half of the paths by 2030Q1, others later"
    greedy, even = (wrap(text, 560.0, 15.0, "bold", 3, balanced) for balanced in (False, True))
    assert even.count("\n") == greedy.count("\n") == 1
    lengths = [[len(line) for line in lines.split("\n")] for lines in (greedy, even)]
    assert np.ptp(lengths[1]) < np.ptp(lengths[0])


@given(st.integers(1, 50), st.integers(4, 12))
def test_there_are_never_too_many_years_on_an_axis(years: int, most: int) -> None:
    assert years / year_step(years, most) <= most


def test_what_is_told_stays_in_the_picture() -> None:
    key = "segments.subscriptions.growth.initial.p50"
    finding = f"Met at {key} -0.2268 or less, where segments.api.growth.half_life.p50 is 1.2345"
    detail = f"a lab: every draw of {key} shifted alike, until {key} is the value; " * 3
    seen = "Seen: revenue to 2026Q4 = 15 bn ± 2%; " * 4
    with frame(None, LIGHT, heights=(1, 1)) as picture:
        figure = picture.tell(finding, detail, made_by(seen))
    shown = faults(figure)
    assert shown.outside == shown.overlapping == []
    assert any("no investment advice" in " ".join(text.split()) for text in shown.texts)
    assert figure.get_label() == finding


def two_lines(theme: Theme, panels: int, is_narrow: bool) -> Figure:
    """Return a picture whose panels need room for a legend and for long labels."""
    with narrow_axes(theme) as axes:
        given = axes if is_narrow else None
        with frame(given, theme, heights=(1,) * panels) as picture:
            for row in picture.panels:
                row[0].plot([0.0, 1.0], [1e6, 3e6], color=theme.blue, label="a million")
                row[0].set_ylabel("bn USD, of all that is counted")
            picture.axes.legend()
            return picture.tell("A finding of some length, on two lines", "a detail", "a footer")


@pytest.mark.parametrize("panels", [1, 3])
@pytest.mark.parametrize("is_narrow", [False, True])
def test_a_picture_laid_out_as_its_other_theme_is_as_laid_out_by_itself(
    panels: int, is_narrow: bool
) -> None:
    light, dark, alone = (two_lines(theme, panels, is_narrow) for theme in (LIGHT, DARK, DARK))
    printed(light, ".svg")
    lay_out_as(dark, light)
    assert printed(dark, ".svg") == printed(alone, ".svg")
    unlaid = two_lines(DARK, panels, is_narrow)
    unlaid.set_layout_engine("none")
    assert printed(unlaid, ".svg") != printed(alone, ".svg")
