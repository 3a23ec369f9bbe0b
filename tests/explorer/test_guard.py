"""Only the explorer's own pages, called by its own name and knowing its token, are answered."""

import asyncio
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from simulate.explorer.guard import Guard

OWN, TOKEN = "127.0.0.1:8000", "a-token"
ORIGIN = f"http://{OWN}"
Headers = list[tuple[str, str]]


async def inner(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


def called(
    headers: Headers, path: str = f"/{TOKEN}/", kind: str = "http", method: str = "GET"
) -> list[Message]:
    """Return what the guard sends to a call."""
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": f"{kind}.request"}

    scope: dict[str, Any] = {
        "type": kind,
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    asyncio.run(Guard(inner, [OWN, "localhost:8000"], TOKEN)(scope, receive, send))
    return sent


def status(headers: Headers, path: str = f"/{TOKEN}/", method: str = "GET") -> int:
    return called(headers, path, method=method)[0]["status"]


def is_open(headers: Headers, path: str = f"/{TOKEN}/answers") -> bool:
    return called(headers, path, "websocket")[0]["type"] == "websocket.accept"


def test_its_own_page_is_answered_without_the_token_in_the_inner_path() -> None:
    start, body = called([("host", OWN)], f"/{TOKEN}/main.js")
    assert (start["status"], body["body"]) == (200, b"/main.js")


def test_every_answer_forbids_what_comes_from_elsewhere() -> None:
    headers = dict(called([("host", OWN)])[0]["headers"])
    policy = headers[b"content-security-policy"].decode()
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert headers[b"referrer-policy"] == b"no-referrer"
    assert headers[b"x-frame-options"] == b"DENY"


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1:9", "127.0.0.1", "0.0.0.0:8000", ""]
)
def test_a_name_that_merely_points_here_is_refused(host: str) -> None:
    assert status([("host", host)]) == 403
    assert not is_open([("host", host), ("origin", f"http://{host}")])


@pytest.mark.parametrize("hosts", [[], [OWN, OWN], [OWN, "evil.example"]])
def test_no_name_and_two_names_are_refused(hosts: list[str]) -> None:
    assert status([("host", host) for host in hosts]) == 403


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://127.0.0.1:8000",
        "http://127.0.0.1:9",
        "null",
        "file://",
        "",
        f"http://{OWN}.evil.example",
        f"http://{OWN}@evil.example",
        OWN,
    ],
)
def test_a_page_of_another_origin_is_refused(origin: str) -> None:
    assert status([("host", OWN), ("origin", origin)]) == 403
    assert not is_open([("host", OWN), ("origin", origin)])


def test_a_websocket_has_to_tell_its_origin_once() -> None:
    assert is_open([("host", OWN), ("origin", ORIGIN)])
    assert not is_open([("host", OWN)])
    assert not is_open([("host", OWN), ("origin", ORIGIN), ("origin", ORIGIN)])


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/a-token",
        "/a-toke/",
        "/a-tokenx/",
        "/A-TOKEN/",
        "//a-token/",
        "/é/",
        "/../a-token/",
    ],
)
def test_without_the_token_nothing_is_found(path: str) -> None:
    assert status([("host", OWN)], path) == 404
    assert not is_open([("host", OWN), ("origin", ORIGIN)], path)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT"])
def test_it_is_only_to_be_read(method: str) -> None:
    assert status([("host", OWN)], method=method) == 405
