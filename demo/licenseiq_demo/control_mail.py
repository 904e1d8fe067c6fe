"""`/_demo` for mail and holds: what was sent, and mailboxes and cases as somebody else would change them."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from licenseiq_demo.mail.box import Box
from licenseiq_demo.state import DemoState


class MailControl:
    """The endpoints, around one state; the caller guards them."""

    def __init__(self, state: DemoState) -> None:
        self.state = state

    def _answer(self, data: Any, status: int = 200) -> Response:
        return Response(msgspec.json.encode(data), status, media_type="application/json")

    async def outbox(self, request: Request) -> Response:
        """Every message so far, or forgetting them."""
        if request.method == "DELETE":
            self.state.tenant.mail.sent.clear()
            return Response(status_code=204)
        return self._answer(self.state.tenant.mail.sent)

    async def mailbox(self, request: Request) -> Response:
        """A mailbox with everything that is known of it, and its state; PATCH changes any of its fields."""
        tenant, key = self.state.tenant, request.path_params["id"]
        person = tenant.find(key) or tenant.removed.get(key)
        box = tenant.mail.boxes.get(person.id) if person else None
        if person is None or box is None:
            return self._answer({"problem": "There is no such mailbox."}, 404)
        if request.method == "PATCH":
            try:
                changes = msgspec.json.decode(await request.body(), type=dict[str, Any])
                tenant.mail.boxes[person.id] = msgspec.convert(msgspec.to_builtins(box) | changes, Box)
            except (msgspec.ValidationError, msgspec.DecodeError) as problem:
                return self._answer({"problem": str(problem)}, 400)
        found = tenant.mail.look(person, self.state.now().date(), deleted=person.id in tenant.removed)
        return self._answer({"state": found[1], **msgspec.to_builtins(found[0])} if found else None)

    async def mail(self, request: Request) -> Response:
        """PUT `{"policies": [...], "conversion_reads": n}`: the retention policies for everybody (InPlaceHolds), and
        how many reads a conversion takes."""
        mail = self.state.tenant.mail
        if request.method == "PUT":
            body = msgspec.json.decode(await request.body(), type=dict[str, Any])
            mail.policies = [str(name) for name in body.get("policies", mail.policies)]
            mail.conversion_reads = int(body.get("conversion_reads", mail.conversion_reads))
        return self._answer({"policies": mail.policies, "conversion_reads": mail.conversion_reads})

    async def hold(self, request: Request) -> Response:
        """PUT `{"sources": "mailbox" | "site" | "mailbox,site", "status": "applied"}` puts somebody under a hold of the
        first case (status: also applying, partial, removing), DELETE lifts it again."""
        tenant = self.state.tenant
        person = tenant.find(request.path_params["id"])
        if person is None:
            return self._answer({"problem": "There is no such person."}, 404)
        if request.method == "DELETE":
            tenant.legal.lift(tenant.mail, person)
        else:
            body = msgspec.json.decode(await request.body(), type=dict[str, Any])
            sources, status = str(body.get("sources", "mailbox,site")), str(body.get("status", "applied"))
            tenant.legal.place(tenant.mail, person, sources, self.state.stamp(), status)
        return Response(status_code=204)

    async def governance(self, request: Request) -> Response:
        """PUT `{"licensed": bool}`: whether the tenant is licensed for Lifecycle Workflows."""
        body = msgspec.json.decode(await request.body(), type=dict[str, Any])
        self.state.tenant.legal.governed = bool(body.get("licensed"))
        return Response(status_code=204)

    async def synchronise(self, _: Request) -> Response:
        """A run of the directory synchronisation."""
        self.state.tenant.mail.synchronise()
        return Response(status_code=204)
