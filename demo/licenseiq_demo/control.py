"""`/_demo`: proof of identity for anybody, everything else for the holder of the control token."""

import hmac
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from licenseiq_demo.control_mail import MailControl
from licenseiq_demo.estate.story import NEWCOMERS
from licenseiq_demo.graph import routes
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import GraphError, asked

Endpoint = Callable[[Request], Awaitable[Response]]


def _json(data: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(data), status, media_type="application/json")


def _problem(status: int, text: str) -> Response:
    return _json({"problem": text}, status)


class Control:
    """The endpoints, around one state."""

    def __init__(self, state: DemoState) -> None:
        self.state = state

    def _closed(self, request: Request) -> bool:
        token = request.headers.get("x-demo-control", "")
        return not hmac.compare_digest(token.encode(), self.state.tokens["control"].encode())

    async def proof(self, request: Request) -> Response:
        """The HMAC of a nonce (hex, 16 to 64 bytes) under a role's key."""
        try:
            nonce = bytes.fromhex(request.query_params.get("nonce", ""))
        except ValueError:
            nonce = b""
        if not 16 <= len(nonce) <= 64:
            return _problem(400, "A nonce is 16 to 64 bytes in hexadecimal.")
        answer = self.state.proof(request.query_params.get("role", ""), nonce)
        self.state.touched = time.monotonic()
        return _problem(404, "There is no such role.") if answer is None else _json({"proof": answer.hex()})

    async def requests(self, request: Request) -> Response:
        """Every request so far, or forgetting them."""
        if request.method == "DELETE":
            self.state.recorder.clear()
            return Response(status_code=204)
        return _json(self.state.recorder.entries)

    async def faults(self, request: Request) -> Response:
        """Which faults are on; PUT `{"faults": [...], "limits": bool, "limit_scale": 0.02}` replaces them."""
        if request.method == "PUT":
            try:
                body = msgspec.json.decode(await request.body(), type=dict[str, Any])
                self.state.faults.replace(list(body.get("faults", [])))
            except (ValueError, TypeError) as problem:
                return _problem(400, str(problem))
            self.state.limits.on = bool(body.get("limits", self.state.limits.on))
            self.state.limits.scale = float(body.get("limit_scale", self.state.limits.scale))
        book = self.state.faults
        return _json({"faults": book.written(), "hits": book.hits(), "limits": self.state.limits.on})

    async def people(self, _: Request) -> Response:
        """Id, name and cause of everybody: for tests only."""
        people = self.state.tenant.people
        return _json([{"id": p.id, "upn": p.upn, "cause": p.cause} for p in people])

    async def story(self, _: Request) -> Response:
        """Who is in which situation (`people`: ids by situation), who starts next week (`newcomers`), and which groups
        grant which app: for tests only."""
        tenant = self.state.tenant
        people = {name: [key] for name, key in tenant.situations.items()} | tenant.story.people
        return _json({"people": people, "newcomers": list(NEWCOMERS), "app_groups": tenant.story.app_groups})

    async def apps(self, _: Request) -> Response:
        """Of each application that provisions accounts elsewhere (id), whose account works there: for tests only."""
        return _json(self.state.estate.apps.active)

    async def person(self, request: Request) -> Response:
        """Changes any stored property of one person (PATCH), deletes (DELETE) or restores one (POST), as if another
        administrator had done it."""
        tenant = self.state.tenant
        if request.method == "POST" and request.path_params["id"] in tenant.removed:
            tenant.restore(request.path_params["id"])
            return Response(status_code=204)
        someone = tenant.find(request.path_params["id"])
        if someone is None:
            return _problem(404, "There is no such person.")
        if request.method == "DELETE":
            tenant.remove(someone, self.state.stamp())
            return Response(status_code=204)
        changes = msgspec.json.decode(await request.body(), type=dict[str, Any])
        kept = {"id", "userPrincipalName", "assignedLicenses", "licenseAssignmentStates"} & changes.keys()
        if kept:
            return _problem(400, f"Not changed this way: {', '.join(sorted(kept))}.")
        someone.fields |= changes
        tenant.journal.append(("users", someone.id))
        tenant.properties_changed(someone)
        return Response(status_code=204)

    async def elsewhere(self, request: Request) -> Response:
        """Does `{"method", "path", "body"}` in Graph as another administrator would: not recorded, and no fault strikes
        it. Answers with the status, and the body there was."""
        try:
            body = msgspec.json.decode(await request.body(), type=dict[str, Any])
            path, _, query = str(body["path"]).partition("?")
            raw = msgspec.json.encode(body["body"]) if body.get("body") is not None else b""
            base = f"{request.url.scheme}://{request.url.netloc}"
            call = asked(str(body["method"]), path, query, headers={}, body=raw, who="writer", base=base)
        except (KeyError, ValueError) as problem:
            return _problem(400, str(problem))
        try:
            handler, keys = routes.find(call)
            answer = handler(self.state, call, keys)
        except GraphError as error:
            return _json({"status": error.status, "body": {"error": {"code": error.code, "message": error.message}}})
        return _json({"status": answer.status, "body": answer.data})

    async def stop(self, _: Request) -> Response:
        """Asks the process to end."""
        self.state.stopping = True
        return _json({"stopping": True}, 202)

    def _guarded(self, handler: Endpoint) -> Endpoint:
        async def guarded(request: Request) -> Response:
            if self._closed(request):
                return _problem(403, "This needs the control token.")
            if request.method != "GET":
                self.state.memory.changed()
            return await handler(request)

        return guarded

    def routes(self) -> list[Route]:
        """Paths and methods."""
        mail = MailControl(self.state)
        return [
            Route("/proof", self.proof, methods=["GET"]),
            Route("/requests", self._guarded(self.requests), methods=["GET", "DELETE"]),
            Route("/faults", self._guarded(self.faults), methods=["GET", "PUT"]),
            Route("/people", self._guarded(self.people), methods=["GET"]),
            Route("/apps", self._guarded(self.apps), methods=["GET"]),
            Route("/people/{id}", self._guarded(self.person), methods=["PATCH", "POST", "DELETE"]),
            Route("/story", self._guarded(self.story), methods=["GET"]),
            Route("/outbox", self._guarded(mail.outbox), methods=["GET", "DELETE"]),
            Route("/mailboxes/{id}", self._guarded(mail.mailbox), methods=["GET", "PATCH"]),
            Route("/mail", self._guarded(mail.mail), methods=["GET", "PUT"]),
            Route("/holds/{id}", self._guarded(mail.hold), methods=["PUT", "DELETE"]),
            Route("/governance", self._guarded(mail.governance), methods=["PUT"]),
            Route("/sync", self._guarded(mail.synchronise), methods=["POST"]),
            Route("/elsewhere", self._guarded(self.elsewhere), methods=["POST"]),
            Route("/stop", self._guarded(self.stop), methods=["POST"]),
        ]
