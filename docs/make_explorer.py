"""Writes the pictures of ``docs/explorer.md``: the explorer while an assumption is dragged.

``python -m docs.make_explorer`` needs Chromium; it takes half a minute.
"""

import base64
import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from PIL import Image

from simulate.scenario import find_scenario, load_scenario
from tests.browser.chromium import Chromium, OpenPage, find_chromium, open_page
from tests.browser.exploring import SLIDER, settle
from tests.explorer.serving import serve

PICTURES = Path(__file__).parent / "pictures"
FILE = find_scenario("anthropic.toml")
PATHS = 1 << 20
DESK, PHONE = 1280, 390
# Of the animation: steps of the handle, and milliseconds a frame.
STEPS, STRIDE, FRAME, HELD = 16, 5, 90, 1500
COLOURS = 96


def picture_of(page: OpenPage) -> Image.Image:
    """Return what a page shows."""
    shot = page.browser.ask("Page.captureScreenshot", page.session)["data"]
    return Image.open(io.BytesIO(base64.b64decode(shot))).convert("RGB")


def dragged(page: OpenPage) -> list[Image.Image]:
    """Return what a page shows while a handle is dragged, and when it rests."""
    frames = [picture_of(page)]
    page.evaluate(f"{SLIDER}.focus({{preventScroll: true}})")
    for _ in range(STEPS):
        page.evaluate(
            f"""(() => {{
                {SLIDER}.value = String(Number({SLIDER}.value) - {STRIDE});
                {SLIDER}.dispatchEvent(new Event("input"));
            }})()"""
        )
        page.evaluate("new Promise(done => setTimeout(done, 120))")
        frames.append(picture_of(page))
    settle(page)
    page.wait_until("document.querySelector('#shares').textContent.startsWith('From ')")
    return [*frames, picture_of(page)]


def write_animation(frames: list[Image.Image], file: Path) -> None:
    """Write frames as an animated picture; the first and the last stay a while."""
    # One palette for all, or their greys would flicker.
    palette = frames[-1].quantize(COLOURS, dither=Image.Dither.NONE)
    drawn = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    times = [HELD, *[FRAME] * (len(frames) - 2), 2 * HELD]
    drawn[0].save(
        file, save_all=True, append_images=drawn[1:], duration=times, loop=0, optimize=True
    )


def main() -> None:
    """Write all of them."""
    program = find_chromium()
    assert program is not None, "Chromium is not installed"
    sizes: list[tuple[str, int, Literal["light", "dark"]]] = [
        ("explorer", DESK, "light"),
        ("explorer-dark", DESK, "dark"),
        ("explorer-phone", PHONE, "light"),
    ]
    with (
        TemporaryDirectory() as profile,
        serve(load_scenario(FILE), FILE, PATHS) as address,
        Chromium(program, Path(profile)) as browser,
    ):
        for name, width, theme in sizes:
            with open_page(browser, address, width=width, theme=theme) as page:
                settle(page)
                frames = dragged(page)
            frames[-1].save(PICTURES / f"{name}.png", optimize=True)
            if name == "explorer":
                write_animation(frames, PICTURES / f"{name}.gif")


if __name__ == "__main__":
    main()
