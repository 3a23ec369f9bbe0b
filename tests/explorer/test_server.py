"""The explorer over its socket: its files, its pages, and what it refuses."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

import simulate
from simulate.explorer.server import LARGEST_MESSAGE, MOST_PAGES, listen
from simulate.scenario import ScenarioError, find_scenario
from tests.explorer.serving import serve

FILE = find_scenario("anthropic.toml")
PATHS = 4096
PATIENCE = 60.0


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve(simulate.load_scenario(FILE), FILE, PATHS) as address:
        yield address


@dataclass(frozen=True)
class Response:
    """The status and the headers of an answer."""

    status: int
    headers: dict[str, str]


def opened(address: str, origin: str | None = None) -> ClientConnection:
    place = urlsplit(address)
    return connect(
        f"ws://{place.netloc}{place.path}answers",
        origin=origin or f"http://{place.netloc}",  # type: ignore[arg-type]
        max_size=None,
    )


def heard(page: ClientConnection, kind: str) -> dict[str, object]:
    while True:
        message = json.loads(page.recv(timeout=PATIENCE))
        if message["type"] == kind:
            return message


def got(address: str, path: str, **headers: str) -> Response:
    """Return what is answered to a path as it is written; no client takes its dots out."""
    place = urlsplit(address)
    with closing(HTTPConnection(place.netloc, timeout=PATIENCE)) as connection:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        return Response(response.status, dict(response.getheaders()))


def test_the_page_names_all_modules_so_that_they_are_loaded_at_once() -> None:
    folder = files("simulate.explorer").joinpath("page")
    modules = {file.name for file in folder.iterdir() if file.name.endswith(".js")}
    text = folder.joinpath("index.html").read_text()
    assert set(re.findall(r'rel="modulepreload" href="(.+?)"', text)) == modules - {"main.js"}


@pytest.mark.parametrize(
    ("name", "kind"), [("", "text/html"), ("page.css", "text/css"), ("main.js", "text/javascript")]
)
def test_the_files_of_the_page_are_served_by_their_kind(address: str, name: str, kind: str) -> None:
    response = got(address, urlsplit(address).path + name)
    assert response.status == 200
    assert response.headers["content-type"].startswith(kind)
    assert "default-src 'none'" in response.headers["content-security-policy"]


@pytest.mark.parametrize("name", ["server.py", "../server.py", "%2e%2e/server.py", "x", "answers"])
def test_no_other_file_is_served(address: str, name: str) -> None:
    assert got(address, urlsplit(address).path + name).status == 404


def test_another_name_and_no_token_are_refused(address: str) -> None:
    assert got(address, urlsplit(address).path, Host="evil.example").status == 403
    assert got(address, "/").status == 404


def test_a_page_of_another_origin_opens_no_socket(address: str) -> None:
    with pytest.raises(InvalidStatus), opened(address, "http://evil.example"):
        pass


def test_a_page_is_answered_over_its_socket(address: str) -> None:
    with opened(address) as page:
        assert heard(page, "scene")["file"] == FILE.name
        page.send(json.dumps({"type": "ask", "number": 7, "changes": {}, "rest": True}))
        assert heard(page, "answer")["number"] == 7


def test_two_pages_have_their_own_changes(address: str) -> None:
    changes = {"inference.efficiency_gain": {"value": 0.9}}
    with opened(address) as one, opened(address) as other:
        for page, changed in ((one, changes), (other, {})):
            page.send(json.dumps({"type": "ask", "number": 1, "changes": changed, "rest": True}))
        assert heard(one, "answer")["controls"]
        assert heard(other, "answer")["controls"] == []


@pytest.mark.parametrize("text", ["{", "[]", '{"type": "run"}'])
def test_what_no_page_sends_is_told_and_ends_the_page(address: str, text: str) -> None:
    with opened(address) as page:
        page.send(text)
        assert "not understood" in str(heard(page, "refused")["text"])
        with pytest.raises(ConnectionClosed):
            heard(page, "none")


@pytest.mark.parametrize("message", [b"{}", "x" * (LARGEST_MESSAGE + 1)])
def test_bytes_and_what_is_too_large_end_the_page_and_no_other(
    address: str, message: bytes | str
) -> None:
    with opened(address) as other, opened(address) as page:
        page.send(message)
        with pytest.raises(ConnectionClosed):
            heard(page, "none")
        assert heard(other, "scene")


def test_no_more_pages_than_there_may_be_are_open_at_once(address: str) -> None:
    with ExitStack() as stack:
        for _ in range(MOST_PAGES):
            heard(stack.enter_context(opened(address)), "scene")
        with opened(address) as one_more:
            assert str(MOST_PAGES) in str(heard(one_more, "refused")["text"])
    with opened(address) as later:
        assert heard(later, "scene")


def test_a_port_that_is_taken_is_told(address: str) -> None:
    port = urlsplit(address).port
    assert port is not None
    with pytest.raises(ScenarioError, match=f"port {port}.*--port"):
        listen("127.0.0.1", port)
