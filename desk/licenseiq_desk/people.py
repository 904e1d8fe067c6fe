"""The people of a plan, opened in memory: whom a reference means. Nothing here is stored or logged."""

import re
from collections.abc import Mapping

from licenseiq.errors import Tampered
from licenseiq.proposals.commitments import Opening

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def is_guid(text: str) -> bool:
    return _GUID.fullmatch(text) is not None


def user_id(openings: Mapping[str, Opening], reference: str) -> str | None:
    """The id of the account that a reference means; None once the person was erased. Raises Tampered for no id."""
    opening = openings.get(reference)
    if opening is None:
        return None
    found = opening.values.get("user_id")
    if not isinstance(found, str) or not is_guid(found):
        raise Tampered("A plan's person has no account id.", "Withdraw the proposal and propose again.")
    return found
