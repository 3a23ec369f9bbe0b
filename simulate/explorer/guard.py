"""Who may speak with the explorer: pages of its own, on this machine, that know its token."""

from collections.abc import Collection
from secrets import compare_digest

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Nothing from elsewhere, nothing within the page's text, and in no frame.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The address holds the token.
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
FOREIGN, UNKNOWN, WRONG_METHOD = 403, 404, 405
# Of a websocket that is refused before it is open.
POLICY_VIOLATED = 1008


class UnreadableError(Exception):
    """A message that no page of this program sends."""


class Guard:
    """Lets through what comes to the right name, from a page of the same name, with the token.

    A name that another host's DNS lets point here (DNS rebinding) is none of ``hosts``, and a page
    of another origin says so itself; both are refused, as is what lacks the token.

    Parameters
    ----------
    app
        What is guarded; it is asked without the token in the path.
    hosts
        Names with ports by which the page may be called.
    token
        The first step of every path.

    Notes
    -----
    RFC 6455, 10.2: a browser tells a websocket's origin, and a server that wants its own pages
    alone checks it.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str], token: str) -> None:
        self._app, self._hosts, self._token = app, frozenset(hosts), token
        self._origins = frozenset(f"http://{host}" for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        refusal = self._refusal(scope)
        if scope["type"] == "websocket":
            if refusal:
                await send({"type": "websocket.close", "code": POLICY_VIOLATED})
                return
        elif refusal:
            status, text = refusal
            await PlainTextResponse(text, status, HEADERS)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = [(k.lower().encode(), v.encode()) for k, v in HEADERS.items()]
                message["headers"] = [*message["headers"], *given]
            await send(message)

        path = scope["path"].removeprefix(f"/{self._token}")
        inner = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(inner, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        """Return why a request is refused, or None."""
        headers, is_websocket = Headers(scope=scope), scope["type"] == "websocket"
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return FOREIGN, "called by a name that is not the explorer's"
        if any(origin not in self._origins for origin in origins):
            return FOREIGN, "from a page of another origin"
        if is_websocket and len(origins) != 1:
            return FOREIGN, "a websocket without its origin"
        token, slash, _ = scope["path"].removeprefix("/").partition("/")
        if not (slash and compare_digest(token.encode(), self._token.encode())):
            return UNKNOWN, "not found; the address that the command printed holds a token"
        if not is_websocket and scope["method"] not in ("GET", "HEAD"):
            return WRONG_METHOD, "only to be read"
        return None
