"""The desk's application: its pages, what their scripts ask, and what commands of this machine may ask."""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from licenseiq.errors import BadRequest, NotFound, Refused
from licenseiq.ports import TenantWriter
from licenseiq.proposals.attention import IN_WORDS
from licenseiq.proposals.statement import Decision
from licenseiq.proposals.states import RUN_ENDS
from licenseiq.proposals.stored import DeskReport
from licenseiq_desk.approval.decisions import WINDOW
from licenseiq_desk.approval.level import WORDS
from licenseiq_desk.certificate_html import as_html
from licenseiq_desk.desk import Desk
from licenseiq_desk.pages import shown
from licenseiq_desk.pages.answering import answering
from licenseiq_desk.pages.safety import Safety

STATIC = Path(str(files("licenseiq_desk.pages").joinpath("static")))
_MOST_SHOWN = 200


class Pages:
    """The pages of one desk and one tenant. `secret` is what commands of this machine bear, for as long as it runs."""

    def __init__(self, desk: Desk, tenant_id: str, writer: TenantWriter, origin: str, secret: str) -> None:
        self._desk, self._tenant, self._writer, self._origin = desk, tenant_id, writer, origin
        self._secret = secret
        self._templates = Environment(
            loader=PackageLoader("licenseiq_desk.pages", "templates"), autoescape=True, undefined=StrictUndefined
        )

    def app(self) -> ASGIApp:
        """The whole application behind its safety."""
        page: tuple[tuple[str, Callable[[Request], Awaitable[Response]]], ...] = (
            ("/", self.listed),
            ("/proposals/{id}", self.proposal),
            ("/runs/{id}/certificate", self.certificate),
            ("/approvers", self.approvers),
            ("/enrol", self.enrol),
        )
        ask: tuple[tuple[str, Callable[[Request], Awaitable[Response]]], ...] = (
            ("/api/decisions/begin", self.begin),
            ("/api/decisions/{ticket}", self.decide),
            ("/api/enrolments/options", self.options),
            ("/api/enrolments", self.enrolled),
            ("/api/enrolments/open", self.open_for_next),
        )
        command: tuple[tuple[str, Callable[[Request], Awaitable[Response]]], ...] = (
            ("/control/enrolments", self.open_first),
            ("/control/approvers/{id}/revoke", self.revoke),
            ("/control/runs/{id}/{act}", self.steer),
            ("/control/health", self.health),
        )
        routes = [Route(path, answering(view, self._trouble), methods=["GET"]) for path, view in page]
        routes.append(Route("/api/proposals/{id}", answering(self.state), methods=["GET"]))
        routes += [Route(path, answering(view), methods=["POST"]) for path, view in ask]
        routes += [Route(path, answering(self._by_command(view)), methods=["POST"]) for path, view in command]
        mounts = [*routes, Mount("/static", StaticFiles(directory=STATIC))]
        return Safety(Starlette(routes=mounts, exception_handlers={404: self._no_such_page}), self._origin)

    # Pages

    async def listed(self, _: Request) -> Response:
        self._desk.take_over(self._tenant)
        found = shown.rows(self._desk, self._tenant)
        return self._page(
            "list.html", proposals=found[:_MOST_SHOWN], more=max(0, len(found) - _MOST_SHOWN), people=self._people()
        )

    async def proposal(self, request: Request) -> Response:
        self._desk.take_over(self._tenant)
        proposal_id = request.path_params["id"]
        held = self._desk.proposal(self._tenant, proposal_id)
        report = self._desk.report(self._tenant, proposal_id)
        return self._page(
            "proposal.html",
            id=proposal_id,
            state=held.state.value,
            headline=shown.headline(held.plan),
            money=shown.freed(held.plan),
            dates=shown.dates(held.plan),
            look_at=self._desk.attention(self._tenant, held).words(),
            lines=shown.lines(self._desk.lines(self._tenant, proposal_id)),
            waivable=shown.waivable(held.plan),
            decisions=shown.decisions(self._desk, self._tenant, proposal_id),
            run=self._run(proposal_id, report),
            people=self._people(),
        )

    async def certificate(self, request: Request) -> Response:
        return HTMLResponse(as_html(self._desk.certificate(request.path_params["id"])))

    async def approvers(self, _: Request) -> Response:
        return self._page("approvers.html", people=shown.people(self._desk.approvers(self._tenant)))

    async def enrol(self, _: Request) -> Response:
        return self._page("enrol.html")

    # What scripts ask

    async def state(self, request: Request) -> Response:
        proposal_id = request.path_params["id"]
        held = self._desk.proposal(self._tenant, proposal_id)
        report = self._desk.report(self._tenant, proposal_id)
        decisions = shown.decisions(self._desk, self._tenant, proposal_id)
        run = self._run(proposal_id, report)
        return JSONResponse({"state": held.state.value, "run": run, "decisions": decisions})

    def _run(self, proposal_id: str, report: DeskReport | None) -> dict[str, Any] | None:
        last = report.last_run if report is not None else None
        if last is None:
            return None
        # The desk that answers is the one that works: of a large run what became of it is told once it has ended.
        with_told = last.state in RUN_ENDS or not shown.is_large(last)
        beside = self._desk.run_lines(self._tenant, proposal_id, with_told=with_told)
        return shown.run_of(last, beside, self._desk.progress(last.run_id))

    async def begin(self, request: Request) -> Response:
        body = await _body(request)
        chosen, waived = body.get("proposals"), shown.texts(body.get("waived"))
        if not isinstance(chosen, list) or not all(isinstance(one, str) for one in chosen):
            raise BadRequest("No proposal was chosen.", "Choose at least one.")
        for rejected in self._desk.take_over(self._tenant).rejected:
            if rejected.proposal_id in chosen:
                raise rejected.why
        begun = await self._desk.decisions.begin(
            self._tenant,
            chosen,
            str(body.get("approver", "")),
            _decision(body.get("decision")),
            self._writer,
            waived={str(one): _waivers(found) for one, found in waived.items()},
            reason=str(body.get("reason", "")),
        )
        statement = begun.statement
        covered = [
            {
                "id": held.proposal_id,
                "digest": held.digest,
                "what": shown.headline(held.plan),
                "money": shown.freed(held.plan),
                "dates": shown.dates(held.plan),
                "look_at": stands_out.words(),
                "lines": shown.lines(self._desk.lines(self._tenant, held.proposal_id, read)),
                "waivable": shown.found_waivable(read.to_waive()) if read is not None else [],
            }
            for (held, read), stands_out in zip(begun.covered, begun.attention, strict=True)
        ]
        return JSONResponse(
            {
                "ticket": begun.ticket,
                "digest": statement.digest(),
                "decision": statement.decision.value,
                "level": WORDS[statement.level],
                "approver": begun.approver.name,
                "covers": covered,
                "order": IN_WORDS if len(covered) > 1 else "",
                "reason": statement.reason,
                "until": shown.when(statement.not_before + WINDOW),
                "waivers": [dict(one) for one in statement.waivers],
                "options": begun.options,
            }
        )

    async def decide(self, request: Request) -> Response:
        body = await _body(request)
        self._desk.take_over(self._tenant)  # it may have been withdrawn while the person was reading
        decided = self._desk.decisions.decide(request.path_params["ticket"], shown.texts(body.get("credential")))
        return JSONResponse({"decision": decided.decision.value, "missing": decided.missing})

    async def options(self, request: Request) -> Response:
        body = await _body(request)
        return JSONResponse(self._desk.enrolments.options(self._tenant, str(body.get("code", ""))))

    async def enrolled(self, request: Request) -> Response:
        body = await _body(request)
        who = self._desk.enrolments.enrol(self._tenant, str(body.get("code", "")), shown.texts(body.get("credential")))
        return JSONResponse({"name": who.name, "enrolled": who.enrolled})

    async def open_for_next(self, request: Request) -> Response:
        """An approver opens the door for the next one: asked first without an answer of the passkey, then with it."""
        body = await _body(request)
        if "ticket" not in body:
            name, approver = str(body.get("name", "")), str(body.get("approver", ""))
            return JSONResponse(self._desk.enrolments.ask(self._tenant, approver, name))
        door = self._desk.enrolments.open_by_passkey(
            self._tenant, str(body["ticket"]), shown.texts(body.get("credential"))
        )
        return JSONResponse({"code": door.code, "name": door.name})

    # What commands of this machine ask

    async def open_first(self, request: Request) -> Response:
        body = await _body(request)
        door = self._desk.enrolments.open(self._tenant, str(body.get("name", "")), str(body.get("account", "")))
        return JSONResponse({"url": f"{self._origin}/enrol#{door.code}", "name": door.name})

    async def revoke(self, request: Request) -> Response:
        self._desk.revoke(self._tenant, request.path_params["id"], "terminal")
        return JSONResponse({"revoked": request.path_params["id"]})

    async def steer(self, request: Request) -> Response:
        acts = {"pause": self._desk.pause, "resume": self._desk.resume, "cancel": self._desk.cancel}
        act = acts.get(request.path_params["act"])
        if act is None:
            raise NotFound("A run can be paused, resumed and cancelled.", "See 'licenseiq run --help'.")
        act(self._tenant, request.path_params["id"])
        return JSONResponse({"run": request.path_params["id"], "asked": request.path_params["act"]})

    async def health(self, _: Request) -> Response:
        found = [one for one in self._desk.approvers(self._tenant) if one.revoked_at is None]
        return JSONResponse({"tenant": self._tenant, "approvers": len(found)})

    def _by_command(self, view: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def checked(request: Request) -> Response:
            given = request.headers.get("authorization", "")
            if not hmac.compare_digest(given.encode(), f"Bearer {self._secret}".encode()):
                return JSONResponse({"error": "This command is not one of the desk's own machine."}, 401)
            return await view(request)

        return checked

    def _people(self) -> list[dict[str, Any]]:
        return [one for one in shown.people(self._desk.approvers(self._tenant)) if not one["revoked"]]

    def _page(self, name: str, status: int = 200, **more: object) -> Response:
        demo = self._desk.authority.demo is not None
        try:
            level = WORDS[self._desk.authority.standing.level(simulated=demo)]
        except Refused as error:
            level = f"Nothing can be approved here. {error}"
        template = self._templates.get_template(name)
        return HTMLResponse(template.render(level=level, demo=demo, tenant=self._tenant, **more), status)

    def _trouble(self, status: int, words: str, next_step: str) -> Response:
        return self._page("trouble.html", status, words=words, next_step=next_step)

    async def _no_such_page(self, _request: Request, _error: Exception) -> Response:
        return self._trouble(404, "There is no such page.", "The proposals are on the first page.")


def _decision(found: object) -> Decision:
    try:
        return Decision(str(found))
    except ValueError:
        raise BadRequest("A decision is to approve or to reject.", "Choose one.") from None


def _waivers(found: object) -> list[Mapping[str, str]]:
    rows = found if isinstance(found, list) else []
    return [{str(k): str(v) for k, v in one.items()} for one in rows if isinstance(one, dict)]


async def _body(request: Request) -> Mapping[str, Any]:
    try:
        found = json.loads(await request.body())
    except (ValueError, ClientDisconnect, RecursionError):
        raise BadRequest("The request was not understood.", "Load the page again.") from None
    return shown.texts(found)
