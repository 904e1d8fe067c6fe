"""Where a page of proposals ended: a time and an id, so that new proposals shift nothing."""

import re
from dataclasses import dataclass

from licenseiq.errors import BadRequest
from licenseiq_tenant.inbox.store import Head

_FORM = re.compile(r"([0-9TZ:-]{20})/([A-Za-z0-9_-]{1,64})")


@dataclass(frozen=True, slots=True)
class PagePlace:
    """The last proposal of a page; `created` is ISO 8601 text in UTC with whole seconds."""

    created: str
    proposal_id: str

    def encode(self) -> str:
        return f"{self.created}/{self.proposal_id}"

    def is_before(self, head: Head) -> bool:
        """Whether `head` comes later in the list: older, or as old with a greater id."""
        return head.created < self.created or (head.created == self.created and head.proposal_id > self.proposal_id)


def read_place(after: str) -> PagePlace:
    """Raises BadRequest for anything that `encode` does not write."""
    found = _FORM.fullmatch(after)
    if found is None:
        raise BadRequest("The place to go on from is not one that LicenseIQ gave out.", "Start over without a cursor.")
    return PagePlace(found[1], found[2])
