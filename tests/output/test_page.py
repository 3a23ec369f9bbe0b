"""Pages: what they hold, that they need nothing else, and that everybody can read them."""

import itertools
import re
from dataclasses import replace

import pytest

import simulate
from simulate.analysis.compare import compare
from simulate.analysis.drivers import Drivers
from simulate.engine.result import DISCLAIMER, Result
from simulate.engine.run import run
from simulate.output.compare import render_comparison
from simulate.output.page import Picture, Section, draw
from simulate.output.report import drivers_section, render_report
from simulate.plots import PICTURES, picture_of
from simulate.scenario import Scenario, load_scenario
from simulate.scenario.inputs import list_inputs
from simulate.text.assumptions import given_and_absent
from simulate.text.cash import funding_need_finding
from simulate.text.dates import (
    cash_flow_date_finding,
    margin_and_cash_flow_finding,
    margin_date_finding,
)
from simulate.text.drivers import what_moves
from simulate.text.effects import how_far
from simulate.text.tables import Row, Table
from simulate.text.years import fans_finding, margin_by_year_finding
from simulate.version import package_version
from tests.html_page import Page
from tests.scenarios import changed

pytestmark = pytest.mark.usefixtures("january")

PATHS = 4096
COMMAND = "simulate report anthropic.toml --paths 4096 --seed 20260122"
ATTACK = '"><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7 * 7 }} &amp; #ffffff'
LARGEST = 1_000_000


@pytest.fixture(scope="module")
def result(anthropic: Scenario) -> Result:
    return run(anthropic, paths=PATHS)


@pytest.fixture(scope="module")
def drivers(anthropic: Scenario) -> Drivers:
    return simulate.drivers(
        anthropic, ["P(gross margin, paying users by 2027)", "peak funding need"], paths=2048
    )


@pytest.fixture(scope="module")
def section(drivers: Drivers) -> Section:
    return drivers_section(drivers)


@pytest.fixture(scope="module")
def report(result: Result, section: Section) -> Page:
    return Page(render_report(result, command=COMMAND, drivers=section))


@pytest.fixture(scope="module")
def comparison(anthropic: Scenario) -> Page:
    scenarios = [
        anthropic,
        load_scenario("anthropic.toml", variant="bull"),
        load_scenario("openai.toml"),
    ]
    return Page(render_comparison(compare(scenarios, paths=PATHS), command="simulate compare"))


@pytest.fixture(params=["report", "comparison"])
def page(request: pytest.FixtureRequest) -> Page:
    return request.getfixturevalue(request.param)


def test_a_page_needs_nothing_but_itself(page: Page) -> None:
    assert "://" not in page.html
    assert not page.all("script", "iframe", "object", "embed", "base", "form")
    for element in page.elements:
        assert not any(name.startswith("on") for name in element.attributes)
        assert "src" not in element.attributes
        target = element.attributes.get("href", "#")
        assert target.startswith("#") or target == "data:,"
    assert not re.search(r"@import|url\((?!#)", page.html)
    policy = [e.attributes for e in page.all("meta") if "http-equiv" in e.attributes]
    assert [p["content"].split(";")[0] for p in policy] == ["default-src 'none'"]
    assert len(page.html.encode()) < LARGEST


def test_ids_are_unique_and_every_reference_finds_its_element(page: Page) -> None:
    ids = set(page.ids)
    assert len(page.ids) == len(ids)
    for element in page.elements:
        named = element.attributes.get("aria-labelledby", "").split()
        target = element.attributes.get("href", "")
        named += [target[1:]] if target.startswith("#") else []
        named += re.findall(r"url\(#([^)]+)\)", " ".join(element.attributes.values()))
        assert set(named) <= ids, element


def test_who_cannot_see_the_page_is_told_all_of_it(page: Page) -> None:
    assert page.one("html").attributes["lang"] == "en-GB"
    assert page.one("title").text == page.one("h1").text
    levels = [int(e.tag[1]) for e in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    for landmark in ("header", "nav", "main", "footer"):
        assert page.one(landmark)
    assert page.all("a")[0].attributes == {"class": "skip", "href": "#main"}
    for drawing in page.all("svg"):
        assert drawing.attributes["role"] == "img" and drawing.attributes["aria-label"]
    for head in page.all("th"):
        assert head.text.strip() and head.attributes["scope"] in ("col", "row", "rowgroup")
    assert len(page.all("table")) == len([c for c in page.all("caption") if c.text.strip()])


def test_a_report_shows_every_picture_under_its_finding(
    report: Page, result: Result, section: Section
) -> None:
    drawn = [svg.attributes for svg in report.all("svg") if "figure" in svg.within]
    labels, on_a_phone = (
        [svg["aria-label"] for svg in drawn if svg["class"] == where] for where in ("page", "phone")
    )
    assert labels == on_a_phone
    assert len(labels) == len(set(labels)) == len(PICTURES) + len(section.all_pictures)
    for finding in (
        margin_date_finding,
        cash_flow_date_finding,
        margin_by_year_finding,
        margin_and_cash_flow_finding,
        funding_need_finding,
        fans_finding,
    ):
        assert finding(result) in labels


def test_a_report_names_every_assumption_with_its_source(report: Page, anthropic: Scenario) -> None:
    rows = [row.text for row in report.all("tr")]
    stated, absent = given_and_absent(anthropic)
    assert stated and f"Not in this scenario: {', '.join(absent)}." in report.one("body").text
    for member in stated:
        (row,) = [row for row in rows if member.key in row and member.quantity.title in row]
        assert member.distribution.source in row
    for funding in anthropic.funding:
        assert any(funding.source in row and f"{funding.chance:.0%}" in row for row in rows)
    for key, given in anthropic.correlations.items():
        assert any(key in row and given.source in row for row in rows)
    densities = [svg for svg in report.all("svg") if svg.attributes.get("class") == "density"]
    uncertain = [m for m in list_inputs(anthropic) if not m.distribution.is_certain]
    assert len(densities) == len(uncertain)


def test_a_report_tells_what_made_it(report: Page, anthropic: Scenario) -> None:
    text = report.one("body").text
    assert COMMAND in text and DISCLAIMER in text and anthropic.description in text
    for fact in ("4,096 in 16 replicates", "20260122", package_version(), "2026Q1 to 2035Q4"):
        assert fact in text


def test_the_same_run_gives_the_same_page_to_the_last_byte(
    result: Result, anthropic: Scenario, section: Section, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One of the pictures: of each, and of the drivers' part, the same is held by itself.
    monkeypatch.setattr(
        "simulate.output.report._pictures",
        lambda result, _, *names: tuple(
            Picture(name, picture_of(name, result)) for name in names if name == "fans"
        ),
    )
    told = replace(section, within=())
    first, again = (
        render_report(of, command=COMMAND, drivers=told)
        for of in (result, run(anthropic, paths=PATHS, threads=1))
    )
    assert first == again
    assert first.count("<figure") == 1


def test_the_same_drivers_give_the_same_part_of_a_page_to_the_last_byte(
    drivers: Drivers, section: Section
) -> None:
    first = replace(drivers, explanations=drivers.explanations[:1])
    again, before = drivers_section(first).within[0], section.within[0]
    assert replace(again, pictures=()) == replace(before, pictures=())
    assert [*map(draw, again.pictures)] == [*map(draw, before.pictures)]


def test_what_a_user_writes_stays_text_wherever_it_stands(anthropic: Scenario) -> None:
    hostile = changed(
        anthropic,
        {
            "name": ATTACK,
            "description": ATTACK,
            "targets.source": ATTACK,
            "inference.overrun.source": ATTACK,
            "horizon.last_quarter": "2027Q4",
        },
    )
    table = Table(ATTACK, (ATTACK, "share"), (Row(ATTACK, (ATTACK,)),))
    drivers = Section("drivers", ATTACK, sentences=(ATTACK,), points=(ATTACK,), tables=(table,))
    html = render_report(run(hostile, paths=PATHS), command=ATTACK, drivers=drivers)
    page = Page(html)
    assert not page.all("script", "img")
    assert not any("onerror" in element.attributes for element in page.elements)
    assert page.one("h1").text == ATTACK
    titles = [head.text for head in page.all("h2")]
    assert titles[titles.index(ATTACK) + 1] == "Every assumption, and its source"
    # Name, description, command, sources, pictures' details and all of the drivers.
    assert page.one("body").text.count("{{ 7 * 7 }}") >= 15


def test_a_report_tells_what_drives_each_outcome_in_words_pictures_and_a_table(
    report: Page, drivers: Drivers, section: Section
) -> None:
    told = zip(drivers.explanations, section.sentences, section.within, strict=True)
    for explanation, sentence, part in told:
        finding = what_moves(explanation, explanation.outcome.asked)
        first = explanation.indices[0]
        assert first.share is not None
        (table,) = part.tables
        drawn = report.html.partition(f'aria-labelledby="{part.key}"')[2].partition("<section")[0]
        assert sentence.startswith(finding)
        assert f'aria-label="{finding}"' in drawn
        assert how_far(explanation.outcome, explanation.effects[0])[1:] in drawn
        assert table.rows[0].name.startswith(first.name.removeprefix("segments."))
        assert table.rows[0].cells[0].startswith(f"{100.0 * first.share.value:.1f}±")


def test_a_comparison_shows_each_scenario_against_the_first(comparison: Page) -> None:
    titles = [head.text for head in comparison.all("h2")]
    assert "B against A: Anthropic, January 2026; faster growth, cheaper inference" in titles
    assert "C against A: OpenAI, January 2026" in titles
    items = [item.text for item in comparison.all("li")]
    assert any(item.startswith("segments.api.growth.initial: 0.35 / 0.9 / 1.45") for item in items)
    assert len([svg for svg in comparison.all("svg") if "figure" in svg.within]) == 2 * 2


def test_a_page_keeps_a_number_beside_its_error(report: Page) -> None:
    assert " ±" not in re.sub(r"<svg.*?</svg>|<[^>]*>", "", report.html, flags=re.S).replace(
        "own. ± is", ""
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_of_a_page_has_the_contrast_that_reading_takes(theme: str, report: Page) -> None:
    """WCAG 2.2, success criterion 1.4.3: 4.5 for text, of ink, muted text and links."""
    block = re.findall(r":root \{(.*?)\}", report.html, re.S)[theme == "dark"]
    colors = dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6});", block))
    for ink in ("--ink", "--muted", "--blue"):
        assert contrast(colors[ink], colors["--paper"]) > 4.5


def contrast(one: str, other: str) -> float:
    """Return the ratio of two colours' relative luminances (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    """Return the relative luminance of a colour (WCAG 2.2)."""
    parts = [int(color[place : place + 2], 16) / 255.0 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
