"""What proposing needs of others: who a plan's people are by now, and what the desk made of proposals.

Every method blocks: call it off the event loop.
"""

from collections.abc import Collection, Mapping
from typing import Protocol

from licenseiq.ports import DeskView
from licenseiq.proposals.stored import DeskReport


class Subjects(Protocol):
    """Names beside proposals, kept in the working snapshot, so that who leaves the tenant leaves it too."""

    def remember(self, proposal_id: str, people: Mapping[str, str]) -> None:
        """Keeps which reference of a plan is which user id."""
        ...

    def names(self, proposal_id: str) -> dict[str, tuple[str, str | None]]:
        """Reference to (user id, principal name), for the people who are still in the tenant."""
        ...

    def places(self, user_id: str) -> Mapping[str, frozenset[str]]:
        """The person's references, by proposal."""
        ...


class DeskStates(DeskView, Protocol):
    """The desk's state of many proposals at one opening of its store. All raise StateUnknown."""

    def plan(self, tenant_id: str, proposal_id: str) -> tuple[str, bytes] | None:
        """Digest and bytes of a plan that the desk holds."""
        ...

    def states(self, tenant_id: str) -> Mapping[str, str]:
        """The state of every proposal that the desk has seen, by its id."""
        ...

    def reports(self, tenant_id: str, proposal_ids: Collection[str]) -> Mapping[str, DeskReport]:
        """The reports of those proposals that the desk has seen."""
        ...
