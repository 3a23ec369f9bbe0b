"""The explorer in Chromium: what a hand, a keyboard and a hostile page come to.

``pytest -m browser`` runs them. With AXE=…/axe.min.js (of the npm package axe-core) in the
environment, its accessibility checks run too.
"""

import base64
import json
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from xml.etree import ElementTree

import numpy as np
import pytest

import simulate
from simulate.model.outcomes import projected_time
from simulate.scenario import find_scenario
from simulate.text.run import headline
from tests.browser.chromium import Chromium, OpenPage, find_chromium, open_page
from tests.browser.exploring import CARD, FIELD, SLIDER, settle
from tests.explorer.serving import serve

PROGRAM = find_chromium()
AXE = os.environ.get("AXE")
FILE = find_scenario("anthropic.toml")
PATHS = 32_768
PHONE, DESK = 390, 1280

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(PROGRAM is None, reason="Chromium is not installed"),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve(simulate.load_scenario(FILE), FILE, PATHS) as address:
        yield address


def explored(
    browser: Chromium, address: str, width: int = DESK, theme: Literal["light", "dark"] = "light"
) -> AbstractContextManager[OpenPage]:
    return open_page(browser, address, width=width, theme=theme)


@pytest.fixture
def page(browser: Chromium, address: str) -> Iterator[OpenPage]:
    with explored(browser, address) as page:
        settle(page)
        page.wait_until(f"{CARD} !== null")
        yield page
        page.hear()
        assert page.complaints == []


def to_front(page: OpenPage) -> None:
    """Show a tab: only what is in front is drawn."""
    page.browser.ask("Page.bringToFront", page.session)


def answer(page: OpenPage) -> str:
    """Return the answer's sentences, as they are read."""
    both = "['lead', 'more'].map(id => document.getElementById(id).textContent).join(' ')"
    return page.evaluate(both)


def press_on(page: OpenPage, element: str, *keys: str) -> None:
    """Give an element the focus, and press keys."""
    page.evaluate(f"{element}.focus()")
    page.press(*keys)


def type_into_field(page: OpenPage, text: str, field: str = FIELD) -> None:
    page.evaluate(f"{field}.focus()")
    page.evaluate(f"{field}.select()")
    page.browser.ask("Input.insertText", page.session, text=text)
    page.press("Enter")


def click(page: OpenPage, element: str) -> None:
    page.evaluate(f"{element}.click()")


def drag(page: OpenPage, element: str, by: float, moves: int) -> None:
    """Drag an element's thumb to the right by a part of its width, in some moves."""
    at = page.evaluate(
        f"""(() => {{
            {element}.scrollIntoView({{block: "center"}});
            const box = {element}.getBoundingClientRect();
            const part = ({element}.value - {element}.min) / ({element}.max - {element}.min);
            return [box.left + 8 + part * (box.width - 16), box.top + box.height / 2, box.width];
        }})()"""
    )
    x, y, width = at
    mouse = {"y": y, "button": "left", "buttons": 1, "clickCount": 1}
    page.browser.ask("Input.dispatchMouseEvent", page.session, type="mousePressed", x=x, **mouse)
    to = x
    for move in range(1, moves + 1):
        to = x + by * width * move / moves
        page.browser.ask("Input.dispatchMouseEvent", page.session, type="mouseMoved", x=to, **mouse)
    page.browser.ask("Input.dispatchMouseEvent", page.session, type="mouseReleased", x=to, **mouse)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_it_opens_alone_and_fits(
    browser: Chromium, address: str, width: int, theme: Literal["light", "dark"]
) -> None:
    with explored(browser, address, width, theme) as page:
        settle(page)
        page.hear()
        assert page.complaints == []
        own = urlsplit(address).netloc
        outside = [url for url in page.requests if urlsplit(url).netloc not in ("", own)]
        assert outside == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.skipif(AXE is None, reason="AXE does not name axe.min.js")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_axe_finds_nothing_when_all_is_open_and_something_is_changed(
    browser: Chromium, address: str, width: int, theme: Literal["light", "dark"]
) -> None:
    assert AXE is not None
    with explored(browser, address, width, theme) as page:
        settle(page)
        page.wait_until(f"{CARD} !== null")
        click(page, "document.querySelector('#keep')")
        press_on(page, SLIDER, "ArrowRight", "ArrowRight")
        page.evaluate("document.querySelector('#others').showPopover()")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        # A policy that lets no other script in holds for this one, too.
        page.evaluate(f"{Path(AXE).read_text(encoding='utf-8')}; 0")
        found = page.evaluate(
            "axe.run().then(r => r.violations.map(v => `${v.impact} ${v.id} ${v.nodes[0].html}`))"
        )
        assert found == []


def test_the_answer_at_rest_is_word_for_word_that_of_the_command(page: OpenPage) -> None:
    alone = simulate.run(simulate.load_scenario(FILE), paths=PATHS)
    assert answer(page) == headline(alone)


def test_a_drag_moves_the_answer_and_is_one_step_of_the_history(page: OpenPage) -> None:
    before = answer(page)
    drag(page, SLIDER, 0.15, 20)
    page.wait_until(f"{CARD}.classList.contains('changed')")
    settle(page)
    assert answer(page) != before
    click(page, "document.querySelector('#undo')")
    page.wait_until(f"!{CARD}.classList.contains('changed')")
    settle(page)
    assert answer(page) == before


def test_a_number_is_typed_as_the_command_line_takes_it(page: OpenPage) -> None:
    before = answer(page)
    type_into_field(page, "0.1")
    page.wait_until(f"{CARD}.classList.contains('changed')")
    settle(page)
    assert answer(page) != before
    assert float(page.evaluate(f"{FIELD}.value")) == 0.1


def test_a_mistake_is_told_where_it_was_made_and_can_be_mended(page: OpenPage) -> None:
    type_into_field(page, "nonsense")
    page.wait_until(f"{CARD}.querySelector('.wrong').textContent !== ''")
    assert page.evaluate(f"{FIELD}.value") == "nonsense"
    assert page.evaluate(f"{FIELD}.getAttribute('aria-invalid')") == "true"
    type_into_field(page, "0.1")
    page.wait_until(f"{CARD}.querySelector('.wrong').textContent === ''")
    settle(page)


def test_a_handle_stops_where_nothing_further_is_possible_and_says_why(page: OpenPage) -> None:
    page.evaluate(f"{SLIDER}.focus()")
    page.press("End")
    page.wait_until(f"{CARD}.querySelector('.edge').textContent !== ''")
    settle(page)
    assert page.evaluate(f"{CARD}.querySelector('.wrong').textContent") == ""


def test_another_kind_of_distribution_keeps_about_the_same_answer(page: OpenPage) -> None:
    kind = f"{CARD}.querySelector('select')"
    is_now = page.evaluate(f"{kind}.value")
    other = "uniform" if is_now != "uniform" else "normal"
    page.evaluate(f"{kind}.value = '{other}'")
    page.evaluate(f"{kind}.dispatchEvent(new Event('change'))")
    page.wait_until(f"{CARD}.classList.contains('changed')")
    settle(page)
    assert page.evaluate(f"{kind}.value") == other


def test_an_assumption_is_found_by_a_word_of_it(page: OpenPage) -> None:
    page.evaluate("document.querySelector('#search').focus()")
    page.browser.ask("Input.insertText", page.session, text="tax")
    page.wait_until(
        "document.querySelector('#controls [role=status]').textContent.includes('found')"
    )
    titles = "Array.from(document.querySelectorAll('#controls .list .control h4'))"
    shown = page.evaluate(f"{titles}.filter(e => e.checkVisibility()).map(e => e.textContent)")
    assert any("tax" in title.lower() for title in shown)


def test_every_control_can_be_opened_and_its_handle_moved_by_a_key(page: OpenPage) -> None:
    page.evaluate("document.querySelectorAll('details.section').forEach(each => each.open = true)")
    page.wait_until("document.querySelectorAll('.control input[type=range]').length > 40")
    moved = page.evaluate(
        """(async () => {
            const stuck = [];
            for (const slider of document.querySelectorAll(".control input[type=range]")) {
                const before = slider.value;
                slider.focus();
                slider.value = String(Number(before) + (Number(before) < 200 ? 8 : -8));
                slider.dispatchEvent(new Event("input"));
                slider.dispatchEvent(new Event("change"));
                if (slider.value === before) stuck.push(slider.ariaLabel);
                document.querySelector("#reset").click();
                await new Promise(done => setTimeout(done, 5));
            }
            return stuck;
        })()"""
    )
    assert moved == []
    settle(page)


def test_a_journey_by_keyboard_alone_ends_with_a_file_that_gives_the_page_s_numbers(
    page: OpenPage, tmp_path: Path
) -> None:
    page.browser.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))

    def tab_to(condition: str) -> None:
        for _ in range(400):
            page.press("Tab")
            if page.evaluate(
                f"(() => {{ const on = document.activeElement; return {condition}; }})()"
            ):
                return
        raise AssertionError(f"no Tab leads to {condition}")

    page.evaluate("document.body.focus()")
    tab_to("on.matches('.drivers input[type=range]')")
    page.press("ArrowRight", "ArrowRight", "ArrowRight", "PageUp")
    page.wait_until("document.querySelector('.control.changed') !== null")
    settle(page)
    page.wait_until("document.querySelector('#live').textContent.includes('Gross margin')")
    page.evaluate("document.activeElement.blur()")
    tab_to("on.id === 'save'")
    page.press("Enter")
    page.wait_until("document.querySelector('#said').textContent.startsWith('Saved as')")
    saved = tmp_path / "anthropic-mine.toml"
    for _ in range(100):
        if saved.exists():
            break
        page.evaluate("new Promise(done => setTimeout(done, 50))")
    result = simulate.run(simulate.load_scenario(saved), paths=PATHS)
    assert answer(page) == headline(result)
    table = page.evaluate(
        """(() => {
            const details = document.querySelector("#dates figure details");
            details.open = true;
            details.dispatchEvent(new Event("toggle"));
            return Array.from(details.querySelectorAll("tbody tr"), row =>
                row.children[3].textContent);
        })()"""
    )
    reached = result.hits(projected_time(result.scenario)).sum(axis=0).cumsum() / result.paths
    told = [float(text.strip("<>%")) / 100 for text in table[:-1]]
    np.testing.assert_allclose(told, reached[:-1], atol=6e-4)


BARS = "document.querySelector('#dates figure .reach')"
BEHIND = "document.querySelector('#behind')"


@pytest.mark.parametrize("bar", [0, 5, -1])
def test_a_click_on_a_bar_shows_the_paths_behind_it(page: OpenPage, bar: int) -> None:
    result = simulate.run(simulate.load_scenario(FILE), paths=16_384)
    hits = result.hits(projected_time(result.scenario)).sum(axis=0)
    # Never is six quarters wide, and one and a half from the last.
    middle = (len(hits) + 3.5) if bar < 0 else bar + 0.5
    at = page.evaluate(
        f"""(() => {{
            const box = {BARS}.getBoundingClientRect();
            const part = {middle} / {len(hits) - 1 + 7.5};
            return [box.left + part * box.width, box.top + box.height / 2];
        }})()"""
    )
    mouse = {"x": at[0], "y": at[1], "button": "left", "buttons": 1, "clickCount": 1}
    for kind in ("mousePressed", "mouseReleased"):
        page.browser.ask("Input.dispatchMouseEvent", page.session, type=kind, **mouse)
    page.wait_until(f"{BEHIND}.querySelectorAll('li').length > 0")
    there = page.evaluate(f"{BEHIND}.querySelector('[role=status]').textContent").split()[0]
    assert int(there.replace(",", "")) == hits[bar]
    page.press("Escape")
    page.wait_until(f"!{BEHIND}.open")


def test_the_paths_behind_a_bar_are_found_by_keyboard_and_give_the_focus_back(
    page: OpenPage,
) -> None:
    page.evaluate("document.querySelector('#dates figure details summary').focus()")
    page.press("Enter")
    page.wait_until("document.querySelector('#dates tbody button') !== null")
    # Three files, the region that scrolls, and the rows' buttons.
    page.press(*["Tab"] * 8)
    on = page.evaluate("document.activeElement.ariaLabel")
    assert on == "Paths behind it: 2027Q1"
    page.press("Enter")
    page.wait_until(f"{BEHIND}.querySelectorAll('tbody tr').length === 10")
    assert page.evaluate(f"{BEHIND}.contains(document.activeElement)")
    page.press("Escape")
    page.wait_until(f"!{BEHIND}.open")
    assert page.evaluate("document.activeElement.ariaLabel") == on


def test_what_separates_paths_leads_to_its_control(page: OpenPage) -> None:
    page.evaluate("document.querySelector('#dates figure details').open = true")
    page.wait_until("document.querySelector('#dates tbody button') !== null")
    click(page, "[...document.querySelectorAll('#dates figure tbody button')].at(-1)")
    page.wait_until(f"{BEHIND}.querySelectorAll('li button').length > 0")
    click(page, f"{BEHIND}.querySelector('li button')")
    page.wait_until("document.activeElement.closest('.control') !== null")
    assert not page.evaluate(f"{BEHIND}.open")


def test_the_answer_by_input_is_told_when_it_is_opened_is_saved_and_follows_a_change(
    page: OpenPage, tmp_path: Path
) -> None:
    page.browser.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    tornado = "document.querySelector('.tornado')"
    assert page.evaluate(f"{tornado}.querySelectorAll('li').length") == 0
    page.evaluate(f"{tornado}.querySelector('summary').focus()")
    page.press("Enter")
    page.wait_until(f"{tornado}.querySelectorAll('li').length === 10")
    title = page.evaluate(f"{tornado}.querySelector('h3').textContent")
    assert title.startswith("Gross margin (paying users) reaches 70% by the end of 2027: ")
    click(page, f"{tornado}.querySelector('.table summary')")
    for kind in ("SVG", "CSV"):
        click(page, f"{tornado}.querySelector('[aria-label$=\"as {kind}\"]')")
    svg = downloaded(page, tmp_path, "anthropic-low-to-high.svg").decode()
    bars = [path for path in ElementTree.fromstring(svg).iter() if path.get("d", "").endswith("Z")]
    csv = downloaded(page, tmp_path, "anthropic-low-to-high.csv").decode()
    assert len(bars) == 2 * (len(csv.splitlines()) - 1) == 20
    press_on(page, SLIDER, *["ArrowRight"] * 20)
    page.wait_until(f"{tornado}.querySelector('h3').textContent !== {json.dumps(title)}")
    click(page, f"{tornado}.querySelector('li button')")
    page.wait_until("document.activeElement.closest('.control') !== null")


@pytest.mark.skipif(AXE is None, reason="AXE does not name axe.min.js")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
def test_axe_finds_nothing_in_the_paths_behind_a_bar_and_in_the_answer_by_input(
    browser: Chromium, address: str, width: int, theme: Literal["light", "dark"]
) -> None:
    assert AXE is not None
    with explored(browser, address, width, theme) as page:
        settle(page)
        page.evaluate("document.querySelector('.tornado').open = true")
        page.wait_until("document.querySelectorAll('.tornado li').length > 0")
        page.evaluate(f"{Path(AXE).read_text(encoding='utf-8')}; 0")
        find = "axe.run().then(r => r.violations.map(v => `${v.id} ${v.nodes[0].html}`))"
        assert page.evaluate(find) == []
        page.evaluate("document.querySelector('#dates figure details').open = true")
        page.wait_until("document.querySelector('#dates tbody button') !== null")
        click(page, "document.querySelector('#dates tbody button')")
        page.wait_until(f"{BEHIND}.querySelectorAll('li').length > 0")
        assert page.evaluate(find) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_known_figure_moves_the_answer_can_be_taken_away_and_is_in_the_link(
    browser: Chromium, page: OpenPage
) -> None:
    known = "document.querySelector('.known')"
    rows = f"{known}.querySelectorAll('tbody tr').length"
    assert not page.evaluate(f"{known}.open")
    press_on(page, f"{known}.querySelector('summary')", "Enter")
    type_into_field(page, "revenue 2026Q3 = 25 bn", f"{known}.querySelector('input')")
    page.wait_until(f"{known}.querySelector('.wrong').textContent.includes('how exactly')")
    press_on(page, f"{known}.querySelector('li button')", "Enter")
    figure = "revenue 2026Q3 = 25 bn ± 5%"
    type_into_field(page, figure, f"{known}.querySelector('input')")
    page.wait_until(f"{rows} > 5")
    sentence = page.evaluate(f"{known}.querySelector('h3').textContent")
    assert sentence.startswith("The chance that gross margin (paying users) reaches 70%")
    with open_page(browser, page.evaluate("location.href"), width=PHONE, theme="dark") as other:
        other.wait_until(f"{rows} > 5")
        assert other.evaluate(f"{known}.querySelector('h3').textContent") == sentence
        assert other.evaluate("document.documentElement.scrollWidth") <= PHONE
    to_front(page)
    press_on(page, f"{known}.querySelector('li button')", "Enter")
    page.wait_until(f"{known}.querySelector('.found').hidden")
    assert page.evaluate("location.hash") == ""


def test_a_link_holds_the_whole_state(browser: Chromium, page: OpenPage) -> None:
    press_on(page, SLIDER, *["ArrowRight"] * 5)
    page.wait_until("location.hash.startsWith('#s=')")
    settle(page)
    link, told = page.evaluate("location.href"), answer(page)
    with open_page(browser, link, width=DESK, theme="light") as other:
        other.wait_until("document.querySelector('.control.changed') !== null")
        settle(other)
        assert answer(other) == told


@pytest.mark.parametrize("fragment", ["#s=", "#s=%", "#s=e30", "#s=bnVsbA", "#s=" + "A" * 5000])
def test_a_broken_link_shows_the_scenario_as_it_is(
    browser: Chromium, address: str, fragment: str
) -> None:
    with open_page(browser, address + fragment, width=DESK, theme="light") as page:
        settle(page)
        assert page.evaluate("document.querySelector('#mistake').textContent") != ""
        page.hear()
        assert page.complaints == []


def test_a_link_can_set_nothing_that_has_no_control(browser: Chromium, address: str) -> None:
    changes = {
        "inference.efficiency_gain": {"distribution": "empirical", "file": "/etc/passwd"},
    }
    state = json.dumps({"v": 1, "changes": changes})
    with open_page(browser, f"{address}", width=DESK, theme="light") as page:
        link = page.evaluate(f"'#s=' + btoa({json.dumps(state)}).replace(/=+$/, '')")
    with open_page(browser, address + link, width=DESK, theme="light") as page:
        told = "document.body.textContent.includes('names a file that the scenario does not read')"
        page.wait_until(told)
        assert "root:" not in page.evaluate("document.body.textContent")


def test_undo_redo_and_reset_lead_back_and_forth(page: OpenPage) -> None:
    press_on(page, SLIDER, "ArrowRight")
    page.wait_until("!document.querySelector('#undo').disabled")
    first = page.evaluate(f"{SLIDER}.value")
    click(page, "document.querySelector('#undo')")
    page.wait_until(f"{SLIDER}.value !== '{first}'")
    click(page, "document.querySelector('#redo')")
    page.wait_until(f"{SLIDER}.value === '{first}'")
    click(page, "document.querySelector('#reset')")
    page.wait_until("document.querySelector('.control.changed') === null")
    assert page.evaluate("location.hash") == ""
    settle(page)


def test_two_tabs_have_their_own_changes(browser: Chromium, address: str) -> None:
    with explored(browser, address) as one, explored(browser, address) as other:
        unchanged = ""
        for page in (one, other):
            to_front(page)
            settle(page)
            page.wait_until(f"{CARD} !== null")
            unchanged = answer(page)
        to_front(one)
        press_on(one, SLIDER, *["ArrowRight"] * 20)
        one.wait_until(f"{CARD}.classList.contains('changed')")
        settle(one)
        to_front(other)
        assert answer(other) == unchanged != answer(one)


def test_a_page_that_lost_its_server_says_so_and_comes_back_with_its_changes(
    browser: Chromium,
) -> None:
    scenario, banner = simulate.load_scenario(FILE), "document.querySelector('#server').textContent"
    with ExitStack() as stack:
        first = stack.enter_context(ExitStack())
        address = first.enter_context(serve(scenario, FILE, PATHS))
        page = stack.enter_context(explored(browser, address))
        page.wait_until(f"{CARD} !== null")
        press_on(page, SLIDER, *["ArrowRight"] * 5)
        page.wait_until(f"{CARD}.classList.contains('changed')")
        settle(page)
        told = answer(page)
        first.close()
        page.wait_until(f"{banner}.includes('server is gone')")
        click(page, "document.querySelector('#dates .table summary')")
        page.wait_until("document.querySelector('#dates tbody button') !== null")
        click(page, "document.querySelector('#dates tbody button')")
        page.wait_until(f"{BEHIND}.textContent.includes('server is gone')")
        page.press("Escape")
        assert page.evaluate("document.querySelector('#save').disabled")
        port = urlsplit(address).port
        assert port is not None
        stack.enter_context(serve(scenario, FILE, PATHS, port))
        page.wait_until(f"{banner} === ''")
        settle(page)
        assert answer(page) == told


def test_a_fast_drag_shows_no_stale_answer_and_no_node_more(page: OpenPage) -> None:
    count = "document.querySelectorAll('*').length"
    drag(page, SLIDER, 0.1, 10)
    settle(page)
    before = page.evaluate(count)
    drag(page, SLIDER, -0.1, 40)
    settle(page)
    assert abs(page.evaluate(count) - before) < 20
    click(page, "document.querySelector('#reset')")
    settle(page)


ATTACKS = {
    "a request": "fetch(there).then(r => r.text())",
    "a request that reads nothing": "fetch(there, {mode: 'no-cors'}).then(r => { throw r.type })",
    "a socket": """new Promise((done, fail) => {
        const socket = new WebSocket(there.replace("http", "ws") + "answers");
        socket.onmessage = ({data}) => done(data);
        socket.onerror = () => fail("refused");
    })""",
    "a frame": """new Promise((done, fail) => {
        const frame = document.createElement("iframe");
        frame.onload = () => {
            try { done(frame.contentDocument.body.textContent) } catch { fail("foreign") }
        };
        frame.src = there;
        document.body.append(frame);
        setTimeout(() => fail("not loaded"), 3000);
    })""",
    "a script": """new Promise((done, fail) => {
        const script = document.createElement("script");
        script.onload = () => done("loaded");
        script.onerror = () => fail("refused");
        script.src = there + "state.js";
        document.body.append(script);
    })""",
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_page_of_another_origin_gets_nothing_even_with_the_token(
    browser: Chromium, address: str, tmp_path: Path, attack: str
) -> None:
    hostile = tmp_path / "hostile.html"
    hostile.write_text("<!doctype html><title>hostile</title><body>")
    with open_page(browser, hostile, width=DESK, theme="light") as page:
        got = page.evaluate(
            f"(() => {{ const there = {json.dumps(address)}; return {ATTACKS[attack]}; }})()"
            ".then(text => 'got ' + text, () => 'nothing')"
        )
        assert got == "nothing"


def test_names_and_sources_are_text_and_never_markup(browser: Chromium, tmp_path: Path) -> None:
    planted = "<img src=x onerror=document.title='planted'>"
    file = tmp_path / "hostile.toml"
    file.write_text(
        f'extends = "packaged:anthropic.toml"\nname = "{planted}"\n'
        f'[cash]\ntax_rate = {{ value = 0.2, source = "assumption: {planted}" }}\n'
    )
    with (
        serve(simulate.load_scenario(file), file, 4096) as address,
        explored(browser, address) as page,
    ):
        page.wait_until(f"document.querySelector('#name').textContent === {json.dumps(planted)}")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        page.wait_until("document.querySelectorAll('.control').length > 40")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.querySelectorAll('img').length") == 0
        assert page.evaluate("document.title") != "planted"


@pytest.mark.slow
def test_two_thousand_moves_leave_no_memory_behind(page: OpenPage) -> None:
    def used() -> float:
        page.browser.ask("HeapProfiler.collectGarbage", page.session)
        return page.evaluate("performance.memory.usedJSHeapSize")

    def move_and_look(by: float) -> None:
        """Drag, and look at what the page says beside the answer."""
        drag(page, SLIDER, by, 200)
        settle(page)
        click(page, "document.querySelector('#keep')")
        click(page, "document.querySelectorAll('#dates tbody button')[4]")
        page.wait_until(f"{BEHIND}.querySelectorAll('li').length > 0")
        page.press("Escape")
        page.wait_until("document.querySelector('.tornado .figure').ariaBusy === 'false'")
        page.wait_until("!document.querySelector('.known .found').classList.contains('old')")
        click(page, f"{KEPT}.querySelector('[aria-label^=Remove]')")
        # The browser tells of each message, which is kept until it is heard.
        page.hear()

    page.browser.ask("HeapProfiler.enable", page.session)
    for panel in (".tornado", ".known", "#dates details"):
        page.evaluate(f"document.querySelector('{panel}').open = true")
    known = "document.querySelector('.known input')"
    type_into_field(page, "revenue 2026Q3 = 20 bn ± 5%", known)
    # What is kept of the latest states fills up first.
    for turn in range(4):
        move_and_look(0.1 if turn % 2 else -0.1)
    before = used()
    for turn in range(10):
        move_and_look(0.1 if turn % 2 else -0.1)
    assert used() < before + 2e6


NAME = "document.querySelector('#name').textContent"
KEPT = "document.querySelector('#kept')"
WAITING = f"{KEPT}.querySelectorAll('td[colspan]').length"


def open_other(page: OpenPage, title: str) -> None:
    click(page, "document.querySelector('#another')")
    click(
        page,
        "Array.from(document.querySelectorAll('#others button'))"
        f".find(each => each.textContent === {json.dumps(title)})",
    )


def downloaded(page: OpenPage, folder: Path, name: str) -> bytes:
    """Return what was saved under a name, once it is whole."""
    for _ in range(600):
        if (folder / name).exists() and (folder / name).stat().st_size > 0:
            return (folder / name).read_bytes()
        page.evaluate("new Promise(done => setTimeout(done, 50))")
    raise AssertionError(f"{name} was not saved, but {[each.name for each in folder.iterdir()]}")


def test_kept_states_are_compared_renamed_opened_removed_and_in_the_link(
    browser: Chromium, page: OpenPage
) -> None:
    unchanged = answer(page)
    click(page, "document.querySelector('#keep')")
    press_on(page, SLIDER, *["ArrowRight"] * 20)
    settle(page)
    for _ in range(4):
        click(page, "document.querySelector('#keep')")
    page.wait_until("document.querySelector('#said').textContent.includes('remove one')")
    assert page.evaluate(f"{KEPT}.querySelector('summary').textContent") == "4 kept states"
    assert page.evaluate("document.querySelectorAll('#dates path.kept[d^=M]').length") == 8
    type_into_field(page, "as it was", f"{KEPT}.querySelector('input')")
    settle(page)
    rows = f"Array.from({KEPT}.querySelectorAll('tbody tr'), row => row.cells[1].textContent)"
    told = page.evaluate(rows)
    assert len(told) == 5 and told[1] != told[2] == told[0]
    with open_page(browser, page.evaluate("location.href"), width=DESK, theme="light") as other:
        settle(other)
        other.evaluate(f"{KEPT}.open = true")
        other.wait_until(f"{KEPT}.querySelector('tbody tr') !== null && {WAITING} === 0")
        assert other.evaluate(rows) == told
        assert other.evaluate(f"{KEPT}.querySelector('input').value") == "as it was"
    to_front(page)
    click(page, f"{KEPT}.querySelector('[aria-label=\"Open as it was\"], tbody button')")
    page.wait_until("document.querySelector('.control.changed') === null")
    settle(page)
    assert answer(page) == unchanged
    for _ in range(4):
        click(page, f"{KEPT}.querySelector('[aria-label^=Remove]')")
    assert page.evaluate(f"{KEPT}.hidden")
    assert page.evaluate("document.activeElement.id") == "keep"
    assert page.evaluate("location.hash") == ""


def test_a_variant_keeps_the_changes_another_lab_starts_afresh_and_back_leads_back(
    browser: Chromium, page: OpenPage
) -> None:
    press_on(page, SLIDER, *["ArrowRight"] * 20)
    settle(page)
    open_other(page, "Growth holds for a year, cheaper inference")
    page.wait_until(f"{NAME}.includes('cheaper inference')")
    page.wait_until(f"{CARD} !== null && {CARD}.classList.contains('changed')")
    settle(page)
    told, link = answer(page), page.evaluate("location.href")
    with open_page(browser, link, width=DESK, theme="light") as other:
        other.wait_until(f"{NAME}.includes('cheaper inference')")
        settle(other)
        assert answer(other) == told
    to_front(page)
    open_other(page, "OpenAI, June 2026")
    page.wait_until(f"{NAME} === 'OpenAI, June 2026'")
    settle(page)
    alone = simulate.run(simulate.load_scenario("openai.toml"), paths=PATHS)
    assert answer(page) == headline(alone)
    page.evaluate("history.back()")
    page.wait_until(f"{NAME}.includes('cheaper inference')")
    settle(page)
    assert answer(page) == told


def test_a_link_to_what_can_not_be_opened_says_so(browser: Chromium, address: str) -> None:
    state = json.dumps({"v": 1, "changes": {}, "scenario": "/etc/passwd", "kept": {"a": [1]}})
    link = "#s=" + base64.urlsafe_b64encode(state.encode()).decode().rstrip("=")
    with open_page(browser, address + link, width=DESK, theme="light") as page:
        page.wait_until("document.querySelector('#mistake').textContent.includes('nothing of')")
        page.wait_until(f"{NAME} === 'Anthropic, June 2026'")
        settle(page)
        page.hear()
        assert page.complaints == []


def test_pictures_tables_and_the_report_are_saved(page: OpenPage, tmp_path: Path) -> None:
    page.browser.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    page.evaluate("document.querySelector('#dates figure details').open = true")
    for kind in ("SVG", "PNG", "CSV"):
        button = f"document.querySelector('#dates [aria-label$=\"as {kind}\"]')"
        press_on(page, button, "Enter")
    svg = downloaded(page, tmp_path, "anthropic-date-of-gross-margin.svg").decode()
    root = ElementTree.fromstring(svg)
    assert root[0].text is not None and root[0].text.startswith("Gross margin of 70% by 2027")
    assert "class=" not in svg and "rgb(0, 114, 178)" in svg
    png = downloaded(page, tmp_path, "anthropic-date-of-gross-margin.png")
    assert png.startswith(b"\x89PNG") and len(png) > 5000
    csv = downloaded(page, tmp_path, "anthropic-date-of-gross-margin.csv").decode()
    result = simulate.run(simulate.load_scenario(FILE), paths=PATHS)
    reached = result.hits(projected_time(result.scenario)).sum(axis=0).cumsum() / result.paths
    column = [float(line.split(",")[2]) for line in csv.splitlines()[1:-1]]
    np.testing.assert_allclose(column, reached[:-1], rtol=1e-4)
    click(page, "document.querySelector('#report')")
    report = downloaded(page, tmp_path, "anthropic-report.html").decode()
    assert f"simulate report anthropic.toml --paths {PATHS}" in report
