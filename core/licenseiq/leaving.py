"""What can be said of somebody's leaving: the end state, what may be left out, and the tenant's own defaults.

A default stands in the section [offboarding] of `licenseiq.toml` (`licenseiq.leaving_file`). What a request says comes
before it, and a plan shows which of the two decided.
"""

from dataclasses import dataclass
from enum import StrEnum


class EndState(StrEnum):
    """What is left at the end.

    SHARED_KEEP_ACCOUNT: a shared mailbox and a blocked account. INACTIVE_MAILBOX_THEN_DELETE: a mailbox that retention
    keeps, of an account that is deleted. KEEP_LICENSED: a blocked account with its licences. DELETE: nothing. A
    deletion has an approval of its own."""

    SHARED_KEEP_ACCOUNT = "shared_keep_account"
    INACTIVE_MAILBOX_THEN_DELETE = "inactive_mailbox_then_delete"
    KEEP_LICENSED = "keep_licensed"
    DELETE = "delete"

    @property
    def deletes(self) -> bool:
        return self in (EndState.DELETE, EndState.INACTIVE_MAILBOX_THEN_DELETE)


class Skip(StrEnum):
    """What may be left out. Blocking sign-in, holds, what keeps mailbox and files, and reading back cannot be."""

    AUTHENTICATION_METHODS = "authentication_methods"
    PASSWORD = "password"  # noqa: S105 - the name of a part of the plan
    DEVICES = "devices"
    DELEGATED_RIGHTS = "delegated_rights"
    OWNERSHIP = "ownership"
    GROUPS = "groups"
    APPS = "apps"
    MEETINGS = "meetings"
    AUTOMATIC_REPLY = "automatic_reply"
    ADDRESS_LISTS = "address_lists"
    SUCCESSOR_ACCESS = "successor_access"
    EXTERNAL_SHARING = "external_sharing"
    NOTICES = "notices"


class Forwarding(StrEnum):
    """Where new mail goes too."""

    NOBODY = "nobody"
    SUCCESSOR = "successor"


class Audience(StrEnum):
    """Who gets the automatic reply from outside the organisation: the words of Graph's externalAudience."""

    NONE = "none"
    CONTACTS_ONLY = "contactsOnly"
    ALL = "all"


NAME, SUCCESSOR = "{name}", "{successor}"
REPLY = f"{NAME} does not read this mailbox any more."
REPLY_WITH_SUCCESSOR = f"{REPLY} Please write to {SUCCESSOR}."


@dataclass(frozen=True, slots=True)
class LeavingDefaults:
    """What holds where a request does not say otherwise.

    `reply` is the automatic reply, None the product's own words; {name} and {successor} in it stand for the leaver's
    display name and the successor's principal name. `leavers_site` is the id
    of a SharePoint site in whose library files of leavers are kept. Notices go from `notice_sender` to
    `finance_address`; without both a person is asked to write. A deletion waits `delete_after_days` days.
    """

    end_state: EndState = EndState.SHARED_KEEP_ACCOUNT
    time_zone: str | None = None
    forwarding: Forwarding = Forwarding.NOBODY
    reply: str | None = None
    reply_audience: Audience = Audience.ALL
    leavers_site: str | None = None
    finance_address: str | None = None
    notice_sender: str | None = None
    skip: frozenset[Skip] = frozenset()
    delete_after_days: int = 30
