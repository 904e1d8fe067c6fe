"""The web application: Graph under `/v1.0`, downloads, and control."""

import time
from dataclasses import replace
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from licenseiq_demo.control import Control
from licenseiq_demo.exchange.invoke import cmdlet_of, silent
from licenseiq_demo.faults.effects import Hang, LostAnswer, afterwards, instead
from licenseiq_demo.gateway import answer_to
from licenseiq_demo.graph.copies import MONITOR, monitor
from licenseiq_demo.graph.reports import download
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, asked, refusal

VERSION = "/v1.0"
PIECE = 1 << 20


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _cut_off(receive: Receive) -> None:
    """Closes the connection under the server, which has no word for that in ASGI."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the answer was lost")
    transport.abort()
    await _until_gone(receive)


class Graph:
    """The ASGI application that speaks Graph."""

    def __init__(self, state: DemoState) -> None:
        self.state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, from its bytes to its bytes."""
        if scope["type"] != "http":
            return
        self.state.touched = time.monotonic()
        try:
            answer = await self._answer(self._asked(scope, await _body(receive)))
        except Hang:
            await _until_gone(receive)
            return
        except LostAnswer:
            await _cut_off(receive)
            return
        body = answer.body()
        headers = {"Content-Type": answer.media, "Cache-Control": "no-cache", **answer.headers}
        if answer.status != 204:
            headers["Content-Length"] = str(len(body) if answer.filler is None else answer.filler)
        raw = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        for start in range(0, answer.filler or 0, PIECE):
            piece = bytes(min(PIECE, (answer.filler or 0) - start))
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": body if answer.status != 204 else b""})

    def _asked(self, scope: Scope, body: bytes) -> Asked:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        path = unquote(scope.get("raw_path", b"").decode("latin-1")) or scope["path"]
        path = path.partition("?")[0]
        return asked(
            scope["method"],
            "/" + path.removeprefix(VERSION).strip("/"),
            scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
            who=self.state.who(headers.get("authorization", "")),
            base=f"{scope['scheme']}://{headers.get('host', 'localhost')}",
        )

    async def _answer(self, request: Asked) -> Answer:
        return await answer_to(self.state, request)


class Exchange(Graph):
    """The admin API of Exchange, which is no part of Graph."""

    def _asked(self, scope: Scope, body: bytes) -> Asked:
        request = super()._asked(scope, body)
        try:
            return replace(request, cmdlet=cmdlet_of(request)[0])
        except GraphError:
            return request

    async def _answer(self, request: Asked) -> Answer:
        return silent(await answer_to(self.state, request))


class Downloads(Graph):
    """The reports behind a redirect."""

    async def _answer(self, request: Asked) -> Answer:
        entry = self.state.recorder.open(request, "download")
        try:
            answer = download(self.state, request)
        except GraphError as error:
            answer = refusal(error, request, self.state.now())
        entry["status"] = answer.status
        return answer


class Monitor(Graph):
    """The progress of copies, for whoever knows the address."""

    async def _answer(self, request: Asked) -> Answer:
        entry = self.state.recorder.open(request, "monitor")
        struck = self.state.faults.take(request)
        entry["faults"] = [rule.what for rule in struck]
        try:
            instead_of_it = next((found for rule in struck if (found := instead(rule)) is not None), None)
            answer = instead_of_it or monitor(self.state, request)
            for rule in struck:
                answer = afterwards(rule, request, answer)
        except GraphError as error:
            answer = refusal(error, request, self.state.now())
        entry["status"] = answer.status
        return answer


class Nowhere(Graph):
    """Everything else."""

    async def _answer(self, request: Asked) -> Answer:
        segment = request.path.strip("/").partition("/")[0]
        error = GraphError(404, "BadRequest", f"Resource not found for the segment '{segment}'.")
        return refusal(error, request, self.state.now())


def build_app(state: DemoState) -> Starlette:
    """The application around one tenant; several can live in one process."""
    return Starlette(
        routes=[
            Mount(VERSION, Graph(state)),
            Mount("/adminapi", Exchange(state)),
            Mount("/_demo", routes=Control(state).routes()),
            Mount("/_download", Downloads(state)),
            Mount(MONITOR, Monitor(state)),
            Mount("/", Nowhere(state)),
        ]
    )
