"""Exchange's admin API as the module itself speaks it: a cmdlet and its parameters, posted to InvokeCommand.

Microsoft documents none of it and promises nothing (graph-facts 1.6): whatever it refuses is handed to a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from licenseiq.errors import NotReadable
from licenseiq.proposals.canonical import Json
from licenseiq.readings import Reason
from licenseiq_desk.execution import graph_answers as answers
from licenseiq_desk.execution.sending import Sender, below, request, send_effect, unreachable

MOST_ROWS = 100_000
PERMISSION = "Exchange.ManageAsApp"
# The anchor of what is about no mailbox: the system mailbox by which the module itself routes.
ORGANISATION = "UPN:SystemMailbox{bb558c35-97f1-4cb9-8ff7-d53741dc928c}"
_PLACE = "/InvokeCommand"


@dataclass(frozen=True, slots=True)
class Exchange:
    """`sender` is one below the API's version and the tenant's id; None: nobody said where the API is."""

    sender: Sender | None = None

    async def rows(self, cmdlet: str, parameters: Mapping[str, Json], what: str, permission: str) -> list[Json]:
        """Every row of a Get- cmdlet's answer. Raises NotReadable, NotFound and EffectWaits."""
        sender, whole, place = self._there(), list[Json](), _PLACE
        while True:
            try:
                response = await sender.send(_asked(sender, place, cmdlet, parameters))
            except httpx.HTTPError as error:
                raise unreachable() from error
            problem = answers.read_trouble(response, what, permission)
            if problem is not None:
                raise problem
            whole += answers.rows(response, what)[0]  # type: ignore[arg-type]  # rows of JSON
            link = answers.body(response, what).get("@odata.nextLink")
            if link is None:
                return whole
            place = below(sender, link, what)
            if len(whole) > MOST_ROWS:
                raise answers.malformed(what)

    async def send(self, cmdlet: str, parameters: Mapping[str, Json]) -> None:
        """Runs a cmdlet that changes something, once. Raises as an effect does, and NotReadable where nobody said where
        the API is."""
        sender = self._there()
        await send_effect(sender, _asked(sender, _PLACE, cmdlet, parameters))

    def _there(self) -> Sender:
        if self.sender is None:
            raise NotReadable(
                "Exchange was not asked: the desk does not know where its admin API is.",
                f"Set LICENSEIQ_EXCHANGE_URL and grant {PERMISSION}.",
                reason=Reason.NOT_CONNECTED,
                permission=PERMISSION,
            )
        return self.sender


def _asked(sender: Sender, place: str, cmdlet: str, parameters: Mapping[str, Json]) -> object:
    info = request(sender, "POST", place, {"CmdletInput": {"CmdletName": cmdlet, "Parameters": dict(parameters)}})
    anchor = parameters.get("Identity")
    named = isinstance(anchor, str) and "@" in anchor
    info.headers.add("X-AnchorMailbox", f"UPN:{anchor}" if named else ORGANISATION)
    # Without a size of the page the API gives one row.
    info.headers.add("Prefer", "odata.maxpagesize=1000")
    return info
