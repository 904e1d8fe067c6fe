"""What HR says of people: who works, who is on leave, who has left. Why is never kept."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from licenseiq.people import HrRecord

NONE = "none"


@dataclass(frozen=True)
class HrList:
    """HR's words of one day, each by an object id, a user principal name or an employee id, in lower case.

    `version` is the digest of the content; 'none' where HR is not connected, and then `as_of` is None.
    """

    records: Mapping[str, HrRecord] = field(default_factory=dict)
    version: str = NONE
    as_of: date | None = None

    def of(self, user_id: str, user_principal_name: str | None, employee_id: str | None) -> HrRecord | None:
        """The word on one account; None where HR does not know it. Accounts with one employee id are one person's."""
        for key in (user_id, user_principal_name, employee_id):
            found = self.records.get(key_of(key)) if key else None
            if found is not None:
                return found
        return None


def key_of(text: str) -> str:
    """How people are named: without case, and without spaces around."""
    return text.strip().casefold()


def version_of(records: Mapping[str, HrRecord]) -> str:
    """The same words always have the same version."""
    lines = [[key, one.status.value, str(one.since), str(one.until)] for key, one in sorted(records.items())]
    return f"hr-{hashlib.sha256(json.dumps(lines).encode()).hexdigest()[:12]}"
