"""The explorer's page in Chromium: where its controls are, and when its answer is there."""

from tests.browser.chromium import OpenPage

# The assumption that is changed: its card, its first handle, and the field of that.
CARD = "document.querySelector('[aria-labelledby=c-inference-net_gain-title]')"
SLIDER = f"{CARD}.querySelector('input[type=range]')"
FIELD = f"{CARD}.querySelector('input:not([type=range])')"


def settle(page: OpenPage) -> None:
    """Wait for the answer of all paths, and for what moves it most."""
    page.wait_until("document.querySelector('#answer').ariaBusy === 'false'")
    page.wait_until("document.querySelector('.drivers .control') !== null")
