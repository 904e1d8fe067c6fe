"""What stands before every request of the desk (INV-40): exact host and origin, no cookies, no frames, small bodies.

A page of another port of localhost is same-site for a browser: it could use the passkey, and would be sent a cookie. So
there are no cookies, and a request that changes anything has to come from exactly this origin, as JSON.
"""

import time
from collections import deque
from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 64 * 1024
MOST_PER_MINUTE = 600
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "publickey-credentials-get=(self), publickey-credentials-create=(self)",
}
_CONTROL = "/control/"


class Safety:
    """ASGI middleware. `origin` is the page's, such as 'http://localhost:8765'; `clock` gives seconds."""

    def __init__(self, app: ASGIApp, origin: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._app, self._origin, self._clock = app, origin, clock
        self._host = origin.partition("://")[2]
        self._lately: deque[float] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        found = scope["headers"]
        names = [name.decode("latin-1").lower() for name, _ in found]
        headers = {name: value.decode("latin-1") for name, (_, value) in zip(names, found, strict=True)}
        why = self._why_refused(scope["method"], scope["path"], headers, names)
        if why is not None:
            await _refuse(send, *why)
            return
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > MOST_BYTES else message

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_encoded()]}
            await send(message)

        await self._app(scope, limited, with_headers)

    def _why_refused(self, method: str, path: str, headers: dict[str, str], names: list[str]) -> tuple[int, str] | None:
        if names.count("host") != 1 or headers.get("host") != self._host:
            return 421, f"Open this page as {self._origin}."
        if method not in ("GET", "POST"):
            return 405, "Only GET and POST are answered."
        if not self._has_room():
            return 429, "Too many requests. Wait a minute."
        if headers.get("content-length", "0") > "" and not _is_small(headers.get("content-length", "0")):
            return 413, "The request is too large."
        if method == "GET":
            # A page of elsewhere may link here, but reads nothing: there is nothing to read without a person's click.
            return None
        if headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return 415, "The body has to be JSON."
        if path.startswith(_CONTROL):
            # Commands of this machine carry a secret and no origin; a browser always sends one.
            return (403, "Commands do not come from a browser.") if "origin" in headers else None
        if names.count("origin") != 1 or headers.get("origin") != self._origin:
            return 403, f"This has to come from {self._origin}."
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return 403, f"This has to come from {self._origin}."
        return None

    def _has_room(self) -> bool:
        now = self._clock()
        while self._lately and self._lately[0] < now - 60:
            self._lately.popleft()
        if len(self._lately) >= MOST_PER_MINUTE:
            return False
        self._lately.append(now)
        return True


def _is_small(length: str) -> bool:
    return length.isascii() and length.isdigit() and len(length) < 9 and int(length) <= MOST_BYTES


def _encoded() -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]


async def _refuse(send: Send, status: int, words: str) -> None:
    body = words.encode()
    start = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*start, *_encoded()]})
    await send({"type": "http.response.body", "body": body})
