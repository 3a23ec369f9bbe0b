"""Pages opened in Chromium: no complaint, no request, nothing wider than a phone.

``pytest -m browser`` runs them. With AXE=…/axe.min.js (of the npm package axe-core) in the
environment, its accessibility checks run too.
"""

import os
from pathlib import Path
from typing import Literal

import pytest

import simulate
from simulate.analysis.compare import compare
from simulate.engine.run import run
from simulate.output.compare import render_comparison
from simulate.output.report import drivers_section, render_report
from simulate.scenario import Scenario
from tests.browser.chromium import Chromium, find_chromium, open_page
from tests.january import of_january

PROGRAM = find_chromium()
AXE = os.environ.get("AXE")
PATHS = 4096
PHONE, DESK = 390, 1200

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module", params=["report", "comparison"])
def file(
    request: pytest.FixtureRequest,
    anthropic: Scenario,
    openai: Scenario,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    if request.param == "report":
        drivers = drivers_section(simulate.drivers(anthropic, paths=PATHS))
        result = run(anthropic, paths=PATHS)
        html = render_report(result, command="simulate report", drivers=drivers)
    else:
        scenarios = [anthropic, openai, of_january("anthropic-tpu")]
        html = render_comparison(compare(scenarios, paths=PATHS), command="simulate compare")
    page = tmp_path_factory.mktemp("pages") / f"{request.param}.html"
    page.write_text(html, encoding="utf-8")
    return page


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_a_page_opens_alone_and_fits(
    width: int, theme: Literal["light", "dark"], file: Path, browser: Chromium
) -> None:
    with open_page(browser, file, width=width, theme=theme) as page:
        assert page.complaints == []
        assert [url for url in page.requests if not url.startswith("data:")] == [file.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
        drawn = page.evaluate("getComputedStyle(document.querySelector('figure path')).fill")
        assert paper == drawn == {"light": "rgb(255, 255, 255)", "dark": "rgb(18, 24, 31)"}[theme]


def test_a_page_that_asks_for_something_outside_would_be_seen(
    browser: Chromium, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_text("<img src='http://127.0.0.1:9/outside.png'><script>console.error(1)</script>")
    with open_page(browser, page, width=DESK, theme="light") as opened:
        assert "http://127.0.0.1:9/outside.png" in opened.requests
        assert opened.complaints


@pytest.mark.skipif(AXE is None, reason="AXE does not name axe.min.js")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_axe_finds_nothing(
    width: int, theme: Literal["light", "dark"], file: Path, browser: Chromium
) -> None:
    assert AXE is not None
    with open_page(browser, file, width=width, theme=theme) as page:
        page.evaluate(f"{Path(AXE).read_text(encoding='utf-8')}; 0")
        found = page.evaluate(
            "axe.run().then(r => r.violations.map(v => `${v.impact} ${v.id} ${v.nodes[0].html}`))"
        )
        assert found == []
