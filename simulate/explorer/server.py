"""The explorer's server: the files of its page, and a websocket a page."""

import asyncio
import json
import os
import socket
from collections.abc import Callable, Collection
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from importlib.resources import files
from pathlib import PurePath
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from simulate.scenario import ScenarioError

from .guard import POLICY_VIOLATED, Guard, UnreadableError
from .work import Message, Work

if TYPE_CHECKING:
    # Which loads the engine, as the browser loads the page.
    from .pages import Explorer, Page

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Bytes of a message from a page; its whole state is a few hundred an input.
LARGEST_MESSAGE = 1 << 18
MOST_PAGES = 8
TRY_AGAIN_LATER = 1013


def application(
    loading: "Future[Explorer]", work: Work, hosts: Collection[str], token: str
) -> Guard:
    """Return the server as an ASGI application.

    Parameters
    ----------
    loading
        What is shown, once it is loaded; until then pages wait for it.
    work
        That answers.
    hosts, token
        As for ``Guard``.
    """
    open_pages: set[Page] = set()

    async def answers(websocket: WebSocket) -> None:
        await websocket.accept()
        explorer = await asyncio.wrap_future(loading)
        if len(open_pages) >= MOST_PAGES:
            text = f"{MOST_PAGES} pages are open, the most that there may be: close one"
            await _refuse(websocket, text, TRY_AGAIN_LATER)
            return
        told: asyncio.Queue[Message] = asyncio.Queue()
        page = explorer.page(work, partial(_put, asyncio.get_running_loop(), told))
        open_pages.add(page)
        sending = asyncio.create_task(_send_all(websocket, page, told))
        try:
            while True:
                page.take(await websocket.receive_text())
        except UnreadableError as error:
            await _refuse(websocket, f"not understood: {error}", POLICY_VIOLATED)
        # Of bytes in the place of a text, the last.
        except (WebSocketDisconnect, KeyError):
            pass
        finally:
            sending.cancel()
            page.close()
            open_pages.discard(page)

    folder = files("simulate.explorer").joinpath("page")
    served = {f"/{file.name}": _served(file.name, file.read_bytes()) for file in folder.iterdir()}
    routes = [Route(path, page) for path, page in {**served, "/": served["/index.html"]}.items()]
    return Guard(Starlette(routes=[*routes, WebSocketRoute("/answers", answers)]), hosts, token)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, at a free port if that is 0.

    Raises
    ------
    ScenarioError
        If it can't.
    """
    try:
        return socket.create_server((host, port), family=_family(host))
    except OSError as error:
        # Of a name that is not known, the number is no error's of the system.
        number = error.errno or 0
        reason = os.strerror(number) if number > 0 else error.strerror
        mend = "leave --port out for a free one" if port else "give another --host"
        raise ScenarioError(f"{host}, port {port}: {reason}; {mend}") from None


def server(app: Guard) -> uvicorn.Server:
    """Return what answers for an application, once it is run with a socket."""
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws_max_size=LARGEST_MESSAGE,
        # On one machine it takes longer than what it saves.
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _served(name: str, text: bytes) -> Callable[[Request], Response]:
    kind = TYPES[PurePath(name).suffix]
    return lambda _: Response(text, media_type=kind)


def _put(loop: asyncio.AbstractEventLoop, told: asyncio.Queue[Message], message: Message) -> None:
    """Hand a message over from the thread of the work."""
    # The loop is closed when the server has ended.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(told.put_nowait, message)


async def _send_all(websocket: WebSocket, page: "Page", told: asyncio.Queue[Message]) -> None:
    # What can't be sent any more is received no more either, which ends the page.
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            message = await told.get()
            if not page.is_stale(message):
                await websocket.send_text(json.dumps(message, allow_nan=False))


async def _refuse(websocket: WebSocket, text: str, code: int) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        await websocket.send_text(json.dumps({"type": "refused", "text": text}))
        await websocket.close(code)
