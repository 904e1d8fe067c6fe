"""Asking Microsoft Graph for what is known of one person, behind a rule that lets nothing pass but reading this person.

The desk's credential may read what the reader's may not, and write: so the rule sits in the innermost transport, as the
one for writes does, and knows whom it is about.
"""

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, unquote, urlsplit

import anyio
import httpx

from licenseiq.errors import NotFound, NotReadable, Refused
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.effects import EffectWaits
from licenseiq.readings import Reason
from licenseiq.steps.asking import Ask
from licenseiq.subject_access import CONTENT, DELETED, Source, without_secrets
from licenseiq_desk.execution import graph_answers as answers
from licenseiq_desk.execution.graph_writer import MOST_ROWS, GraphWriter
from licenseiq_desk.execution.sending import below, request, unreachable
from licenseiq_desk.people import is_guid, is_principal
from licenseiq_tenant.graph.guard import is_below, is_loopback

T = TypeVar("T")
TRIES, LONGEST_WAIT = 6, 60.0
_LOGS = re.compile(r"/(?:auditLogs|roleManagement/directory)/\w+")


class Graph(Protocol):
    """What is needed of `licenseiq_tenant.graph.client.Graph`."""

    async def send(self, info: Any) -> httpx.Response: ...

    def url(self, path: str) -> str: ...

    def download(self, url: str) -> AbstractAsyncContextManager[httpx.Response]: ...


class Place(StrEnum):
    """Where the account is: in use, deleted and still to be restored, or nowhere."""

    HERE = "here"
    DELETED = "deleted"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Whom:
    """A person: the account's id, and the principal name where it is known."""

    user_id: str
    principal: str | None
    place: Place

    @property
    def names(self) -> tuple[str, ...]:
        return (self.user_id, *([self.principal] if self.principal else ()))


@dataclass(frozen=True, slots=True)
class Part:
    """What came of one source. `content` None: there is none, or it could not be read, and `unread` says why, with the
    `permission` that would help, if one would."""

    name: str
    what: str
    content: Json = None
    unread: str = ""
    permission: str = ""


@dataclass(slots=True)
class OnePerson:
    """The rule: GET of what is about one person, below `base`; and downloads without a token from `files`, the host of
    the person's OneDrive. Whom it is about is said once `named` holds the account's id."""

    base: str
    named: set[str] = field(default_factory=set)
    drive: str | None = None
    files: str | None = None

    async def __call__(self, sent: httpx.Request) -> None:
        if sent.method != "GET" or not self._may(str(sent.url), "authorization" in sent.headers):
            raise Refused("A request that is not about reading this person was not sent.", "Please report this line.")

    def _may(self, url: str, with_token: bool) -> bool:
        if not is_below(self.base, url):
            return not with_token and self.files is not None and is_file_of(self.files, url)
        found = urlsplit(url)
        path, query = found.path.removeprefix(urlsplit(self.base).path), found.query
        _, place, *rest = (unquote(part) for part in path.split("/"))
        if place == "users":
            return bool(rest) and rest[0] in self.named
        if place == "directory":
            return len(rest) == 2 and rest[0] == "deletedItems" and rest[1] in self.named
        if place == "drives":
            return bool(rest) and rest[0] == self.drive
        # A page that follows may carry its place instead of the filter.
        about_them = any(one in query for one in self.named if is_guid(one)) or "skiptoken=" in query.lower()
        return _LOGS.fullmatch(path) is not None and about_them


def is_file_of(place: str, url: str) -> bool:
    """Whether a download comes from the host of the library at `place`: over https, or from a Graph on this machine."""
    here, there = urlsplit(place), urlsplit(url)
    same = (there.hostname, there.port) == (here.hostname, here.port) and there.username is None
    return same and (there.scheme == "https" or (is_loopback(place) and there.scheme == here.scheme))


class SubjectGraph:
    """One person's Graph; `rule` is the one that `graph` was opened with."""

    def __init__(self, graph: Graph, rule: OnePerson, sleep: Callable[[float], Awaitable[None]] = anyio.sleep) -> None:
        self._graph, self._rule, self._sleep = graph, rule, sleep
        self._asking = GraphWriter(graph)

    async def whom(self, asked: str) -> Whom:
        """The account of this id or principal name. An id whose account is nowhere is somebody of before. Raises
        NotFound for such a name, and NotReadable."""
        if not is_guid(asked) and not is_principal(asked):
            raise NotFound("Nobody goes by that name.", "Give a principal name or an id.")
        self._rule.named.add(asked)
        try:
            found = await self._get(
                f"/users/{quote(asked)}?$select=id,userPrincipalName", "the account", "User.Read.All"
            )
            whom = Whom(str(found["id"]).lower(), str(found["userPrincipalName"]), Place.HERE)
        except NotFound:
            if not is_guid(asked):
                raise NotFound("Nobody has that principal name now.", "Give the account's id.") from None
            whom = await self._deleted(asked.lower())
        self._rule.named |= {*whom.names}
        return whom

    async def _deleted(self, user_id: str) -> Whom:
        try:
            found = await self._get(DELETED.format(id=user_id), "the deleted account", "User.Read.All")
        except NotFound:
            return Whom(user_id, None, Place.GONE)
        # Entra puts the id without its dashes before the name of a deleted account.
        name = str(found.get("userPrincipalName") or "").removeprefix(user_id.replace("-", ""))
        return Whom(user_id, name or None, Place.DELETED)

    async def read(self, source: Source, whom: Whom) -> Part:
        """What there is. Only what nobody may read, or nobody can, is unread; never a shorter list."""
        if whom.place is not Place.HERE and not source.of_logs and source.name != "account":
            return _unread(source, f"The account is {_PLACES[whom.place]}.")
        path = source.path
        if source.name == "account" and whom.place is not Place.HERE:
            if whom.place is Place.GONE:
                return _unread(source, f"The account is {_PLACES[whom.place]}.")
            path = DELETED
        path = path.format(id=whom.user_id, drive=self._rule.drive)
        asked = self._all if source.many else self._get
        try:
            found = await asked(path, source.what, source.permission)
        except NotFound:
            return (
                Part(source.name, source.what) if source.may_lack else _unread(source, "This tenant does not offer it.")
            )
        except NotReadable as error:
            if error.reason == Reason.NO_PREMIUM:
                return _unread(source, "This tenant has no licence that gives it (Entra ID P1 or P2).")
            if error.permission:
                return _unread(source, f"The desk's app lacks {error.permission}.", error.permission)
            return _unread(source, "Microsoft Graph gave no answer that could be understood. Try again.")
        return Part(source.name, source.what, without_secrets(found))

    async def photo(self, source: Source, whom: Whom) -> bytes | Part:
        """The picture as it is, or why there is none."""
        if whom.place is not Place.HERE:
            return _unread(source, f"The account is {_PLACES[whom.place]}.")

        async def send() -> httpx.Response:
            return await self._send(source.path.format(id=whom.user_id), source.what, source.permission)

        try:
            return (await self._patient(send)).content
        except NotFound:
            return Part(source.name, source.what)
        except NotReadable as error:
            return _unread(source, f"The desk's app lacks {error.permission}." if error.permission else str(error))

    def library(self, drive: Json, base: str) -> str | None:
        """Says which library is the person's; its id. Files come from its host, or, on this machine, from Graph's."""
        if not isinstance(drive, dict) or not isinstance(drive.get("id"), str):
            return None
        self._rule.drive = str(drive["id"])
        self._rule.files = base if is_loopback(base) else str(drive.get("webUrl") or "")
        return self._rule.drive

    async def content(self, item: str) -> AsyncIterator[bytes]:
        """The bytes of a file, piece by piece. Raises NotReadable where they do not come."""
        path = CONTENT.format(drive=self._rule.drive, item=quote(item, safe="!"))

        async def send() -> httpx.Response:
            return await self._send(path, "a file", "Files.Read.All", good=302)

        where = (await self._patient(send)).headers.get("location", "")
        try:
            async with self._graph.download(where) as answer:
                if answer.status_code != 200:
                    raise answers.malformed("a file")
                async for piece in answer.aiter_bytes():
                    yield piece
        except (httpx.HTTPError, httpx.InvalidURL, Refused) as error:
            raise answers.malformed("a file") from error

    async def _get(self, path: str, what: str, permission: str) -> Mapping[str, Json]:
        ask = Ask(quote(path, safe="/?$&=,:()'@%!"))
        return await self._patient(lambda: self._asking.ask(ask, what, permission))

    async def _all(self, path: str, what: str, permission: str) -> Json:
        """Every row, page by page: what was read already is not asked again when the tenant asks to wait."""
        rows, seen = list[Json](), set[str]()
        while True:
            found = await self._get(path, what, permission)
            value, link = found.get("value"), found.get("@odata.nextLink")
            if not isinstance(value, list) or link in seen or len(rows) > MOST_ROWS:
                raise answers.malformed(what)
            rows += value
            if link is None:
                return rows
            seen.add(str(link))
            path = below(self._graph, link, what)

    async def _send(self, path: str, what: str, permission: str, good: int = 200) -> httpx.Response:
        try:
            response = await self._graph.send(request(self._graph, "GET", path))
        except httpx.HTTPError as error:
            raise unreachable() from error
        if response.status_code == good:
            return response
        raise answers.read_trouble(response, what, permission) or answers.malformed(what)

    async def _patient(self, ask: Callable[[], Awaitable[T]]) -> T:
        """The answer, waited for as the tenant asks, at most so often. Raises NotReadable then."""
        for _ in range(TRIES):
            try:
                return await ask()
            except EffectWaits as waits:
                await self._sleep(min(waits.seconds, LONGEST_WAIT))
        raise NotReadable("The tenant does not answer.", "Try again later.", reason=Reason.UNREACHABLE)


_PLACES = {
    Place.DELETED: "deleted; for 30 days it can be restored, and then be read",
    Place.GONE: "not there any more",
}


def _unread(source: Source, why: str, permission: str = "") -> Part:
    return Part(source.name, source.what, None, why, permission)
