"""Chromium without a window, driven by its DevTools protocol over a pair of pipes."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
# A condition that never comes true ends a test after so long; no test that passes waits it out.
PATIENCE_MS = 60_000
KEY_CODES = {
    "Tab": 9,
    "Enter": 13,
    "Escape": 27,
    "PageUp": 33,
    "PageDown": 34,
    "End": 35,
    "Home": 36,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
}
# The browser reads commands from the first of these descriptors, and answers on the second.
COMMANDS, ANSWERS = 3, 4


def find_chromium() -> str | None:
    """Return where Chromium is, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class Chromium:
    """A browser with a profile of its own."""

    def __init__(self, program: str, profile: Path) -> None:
        from_us, self._commands = os.pipe()
        self._answers, to_us = os.pipe()
        self._unread = b""
        self._count = 0
        self.events: list[dict[str, Any]] = []

        def connect() -> None:
            # Copies first: a descriptor may stand where another has to go.
            reading, writing = (os.dup(descriptor) for descriptor in (from_us, to_us))
            os.dup2(reading, COMMANDS)
            os.dup2(writing, ANSWERS)

        self._process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}"],
            preexec_fn=connect,
            close_fds=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(from_us)
        os.close(to_us)

    def __enter__(self) -> "Chromium":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._commands)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._answers)

    def ask(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        """Send a command and return its answer; what happens meanwhile is kept in ``events``."""
        self._count += 1
        command: dict[str, Any] = {"id": self._count, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        while (answer := self._next()).get("id") != self._count:
            self.events.append(answer)
        assert "error" not in answer, answer
        return answer["result"]

    def wait_for(self, event: str) -> None:
        """Read on until something happens."""
        while not any(seen["method"] == event for seen in self.events):
            self.events.append(self._next())

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._unread:
            part = os.read(self._answers, 1 << 16)
            assert part, "Chromium ended"
            self._unread += part
        message, self._unread = self._unread.split(b"\0", 1)
        return json.loads(message)


@dataclass
class OpenPage:
    """A page that is shown, and what came of it."""

    browser: Chromium
    session: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, such as ``Tab``, ``ArrowRight`` or ``a``."""
        for key in keys:
            given = {"key": key, "windowsVirtualKeyCode": KEY_CODES.get(key, ord(key[0]))}
            text = {"Enter": "\r", " ": " "}.get(key, key if len(key) == 1 else "")
            if text:
                given["text"] = text
            self.browser.ask("Input.dispatchKeyEvent", self.session, type="keyDown", **given)
            self.browser.ask("Input.dispatchKeyEvent", self.session, type="keyUp", **given)

    def wait_until(self, condition: str) -> None:
        """Wait until a JavaScript expression is true; the test fails if it never is."""
        self.evaluate(
            f"""new Promise((done, fail) => {{
                const ends = Date.now() + {PATIENCE_MS};
                const look = () => ({condition}) ? done(0)
                    : Date.now() > ends ? fail(new Error({json.dumps(condition)}))
                    : setTimeout(look, 20);
                look();
            }})"""
        )

    def hear(self) -> None:
        """Take note of what has happened since the last time."""
        self.evaluate("0")
        for event in self.browser.events:
            about = event["params"]
            if event.get("sessionId") != self.session:
                continue
            if event["method"] == "Network.requestWillBeSent":
                self.requests.append(about["request"]["url"])
            elif event["method"] == "Network.webSocketCreated":
                self.requests.append(about["url"])
            elif event["method"] == "Log.entryAdded":
                self.complaints.append(about["entry"]["text"])
            elif event["method"] in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
                self.complaints.append(json.dumps(about))
        self.browser.events.clear()

    def evaluate(self, expression: str) -> Any:
        """Return what a JavaScript expression comes to, waited for if it is a promise."""
        answer = self.browser.ask(
            "Runtime.evaluate",
            self.session,
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")


@contextmanager
def open_page(
    browser: Chromium,
    place: Path | str,
    *,
    width: int,
    theme: Literal["light", "dark"],
    script: str = "",
) -> Iterator[OpenPage]:
    """Show a file or an address in a new tab, in a window of a width and a colour scheme.

    A script runs before those of the page.
    """
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Network", "Runtime", "Log"):
        browser.ask(f"{domain}.enable", session)
    browser.ask(
        "Emulation.setDeviceMetricsOverride",
        session,
        width=width,
        height=900,
        deviceScaleFactor=1,
        mobile=width < 600,
    )
    scheme = {"name": "prefers-color-scheme", "value": theme}
    browser.ask("Emulation.setEmulatedMedia", session, features=[scheme])
    browser.events.clear()
    browser.ask("Page.addScriptToEvaluateOnNewDocument", session, source=script)
    address = place if isinstance(place, str) else place.as_uri()
    browser.ask("Page.navigate", session, url=address)
    browser.wait_for("Page.loadEventFired")
    page = OpenPage(browser, session)
    page.evaluate("document.fonts.ready.then(() => 0)")
    page.hear()
    yield page
    browser.ask("Target.closeTarget", targetId=target)
