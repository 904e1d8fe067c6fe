"""The people of a plan, opened in memory: whom a reference means. Nothing here is stored or logged."""

import re
from collections.abc import Mapping

from licenseiq.errors import Tampered
from licenseiq.proposals.commitments import Opening

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_PRINCIPAL = re.compile(r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9.\-]{1,190}\.[A-Za-z]{2,24}")


def is_guid(text: str) -> bool:
    return _GUID.fullmatch(text) is not None


def is_principal(text: str) -> bool:
    return _PRINCIPAL.fullmatch(text) is not None


def user_id(openings: Mapping[str, Opening], reference: str) -> str | None:
    """The id of the account that a reference means, or the principal name of one that was not there when the plan was
    made; None once the person was erased. Raises Tampered for neither."""
    opening = openings.get(reference)
    if opening is None:
        return None
    found = opening.values.get("user_id")
    if isinstance(found, str) and is_guid(found):
        return found
    name = opening.values.get("user_principal_name")
    if found is None and isinstance(name, str) and is_principal(name):
        return name
    raise Tampered("A plan's person has no account id.", "Withdraw the proposal and propose again.")
