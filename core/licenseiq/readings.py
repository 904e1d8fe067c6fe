"""What could be read of a tenant, and what could not, as values.

A missing permission is never an empty list: every source has a reading, and the words of an unreadable one
reach each answer that depends on it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from licenseiq.words import count


class Source(StrEnum):
    """A thing that is read by its own request and can fail by itself."""

    ORGANIZATION = "organization"
    SKUS = "skus"
    SUBSCRIPTIONS = "subscriptions"
    REPORT_SETTINGS = "report_settings"
    USERS = "users"
    GROUPS = "groups"
    ROLES = "roles"
    ELIGIBLE_ROLES = "eligible_roles"
    ACTIVE_USERS = "active_users"
    APPS = "apps"
    MAILBOXES = "mailboxes"
    ONEDRIVE = "onedrive"
    TEAMS = "teams"
    SHAREPOINT = "sharepoint"
    EMAIL = "email"
    ACTIVATIONS = "activations"
    COPILOT = "copilot"
    MANAGERS = "managers"
    SIGN_INS = "sign_ins"
    LEFT_SESSIONS = "left_sessions"
    LEFT_METHODS = "left_methods"
    LEFT_APPS = "left_apps"
    LEFT_GRANTS = "left_grants"
    LEFT_GROUPS = "left_groups"
    LEFT_DEVICES = "left_devices"
    LEFT_RULES = "left_rules"
    HR = "hr"


class Reason(StrEnum):
    """Why a source could not be read."""

    NOT_YET = "not_yet"
    NO_PERMISSION = "no_permission"
    NO_MEMBERS = "no_members"
    NO_PREMIUM = "no_premium"
    CONCEALED = "concealed"
    EMPTY = "empty"
    NOT_OFFERED = "not_offered"
    SIGNED_OUT = "signed_out"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    INCOMPLETE = "incomplete"
    NOT_CONNECTED = "not_connected"


# What a source is called in a sentence, and the least permission that reads it (Graph permissions reference).
NAMES: dict[Source, tuple[str, str]] = {
    Source.ORGANIZATION: ("the organisation's profile", "Organization.Read.All"),
    Source.SKUS: ("the list of owned SKUs", "LicenseAssignment.Read.All"),
    Source.SUBSCRIPTIONS: ("the subscriptions and their renewal dates", "Organization.Read.All"),
    Source.REPORT_SETTINGS: ("the report settings", "ReportSettings.Read.All"),
    Source.USERS: ("the users and their licences", "User.Read.All"),
    Source.GROUPS: ("the groups that give licences", "Group.Read.All"),
    Source.ROLES: ("the directory roles", "RoleManagement.Read.Directory"),
    Source.ELIGIBLE_ROLES: ("the roles that people may activate", "RoleEligibilitySchedule.Read.Directory"),
    Source.ACTIVE_USERS: ("the active-users report", "Reports.Read.All"),
    Source.APPS: ("the Microsoft 365 apps report", "Reports.Read.All"),
    Source.MAILBOXES: ("the mailbox report", "Reports.Read.All"),
    Source.ONEDRIVE: ("the OneDrive report", "Reports.Read.All"),
    Source.TEAMS: ("the Teams report", "Reports.Read.All"),
    Source.SHAREPOINT: ("the SharePoint report", "Reports.Read.All"),
    Source.EMAIL: ("the email activity report", "Reports.Read.All"),
    Source.ACTIVATIONS: ("the report on Office activations", "Reports.Read.All"),
    Source.COPILOT: ("the Copilot report", "Reports.Read.All"),
    Source.MANAGERS: ("the managers of people", "User.Read.All"),
    Source.SIGN_INS: ("sign-in activity", "AuditLog.Read.All"),
    Source.LEFT_SESSIONS: ("leavers' sessions", "User.Read.All"),
    Source.LEFT_METHODS: ("leavers' sign-in methods", "UserAuthenticationMethod.Read.All"),
    Source.LEFT_APPS: ("leavers' applications", "Directory.Read.All"),
    Source.LEFT_GRANTS: ("leavers' consents", "Directory.Read.All"),
    Source.LEFT_GROUPS: ("leavers' groups", "Group.Read.All"),
    Source.LEFT_DEVICES: ("leavers' devices", "Device.Read.All"),
    Source.LEFT_RULES: ("leavers' inbox rules", "MailboxSettings.Read"),
    Source.HR: ("HR", ""),
}
# What is read of leavers alone, person by person. No figure rests on it.
OF_LEAVERS = (
    Source.LEFT_SESSIONS,
    Source.LEFT_METHODS,
    Source.LEFT_APPS,
    Source.LEFT_GRANTS,
    Source.LEFT_GROUPS,
    Source.LEFT_DEVICES,
    Source.LEFT_RULES,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One source: read (`reason` is None) as of `as_of`, or not, and why.

    `rows` is how many items it gave; `unreadable_rows` how many of its items made no sense and were left out.
    `unchecked`: nobody could say whether these are all, because there was no count to compare them with.
    """

    source: Source
    reason: Reason | None
    as_of: datetime | None = None
    rows: int = 0
    unreadable_rows: int = 0
    unchecked: bool = False

    @property
    def is_read(self) -> bool:
        return self.reason is None

    def words(self) -> str:
        """One sentence on what is unknown and what would make it known; empty where nothing is."""
        name, permission = NAMES[self.source]
        if self.reason is None:
            said = []
            if self.unreadable_rows:
                said.append(
                    f"Left out of {name}, because they could not be read: {count(self.unreadable_rows, 'item')}."
                )
            if self.unchecked:
                said.append(f"Microsoft Graph gave no number to compare {name} with: some may be missing.")
            return " ".join(said)
        words = _WORDS[self.reason]
        if self.source is Source.ELIGIBLE_ROLES and self.reason is Reason.NO_PREMIUM:
            words = _NO_P2
        return f"{name[0].upper()}{name[1:]} {words.format(permission=permission)}"


_NO_P2 = "cannot be read in this tenant: Microsoft gives them only to tenants with Entra ID P2 or Governance."


_WORDS: dict[Reason, str] = {
    Reason.NOT_YET: "could not be used yet: the scan has not come to it. Ask again soon, or call refresh_tenant.",
    Reason.NO_PERMISSION: (
        "could not be read: the app lacks {permission}. Grant it with admin consent, then call refresh_tenant."
    ),
    Reason.NO_MEMBERS: (
        "could not be read: a group holds a role, and the app may not see who is in it. Grant Group.Read.All with "
        "admin consent, then call refresh_tenant."
    ),
    Reason.NO_PREMIUM: (
        "cannot be read in this tenant: Microsoft gives it only to tenants with Entra ID P1 or P2. "
        "Usage reports are used instead."
    ),
    Reason.CONCEALED: (
        "shows hashes instead of names, so it cannot be matched to people. An administrator can show names under "
        "Settings > Org settings > Reports in the Microsoft 365 admin centre."
    ),
    Reason.EMPTY: "came back empty. New tenants have no usage data for about two days.",
    Reason.NOT_OFFERED: "could not be read: this tenant or cloud does not offer it.",
    Reason.SIGNED_OUT: (
        "could not be read: the sign-in to Microsoft Graph has expired or was refused. Sign in again with "
        "'licenseiq connect', then call refresh_tenant."
    ),
    Reason.THROTTLED: "could not be read: Microsoft Graph asked us to slow down. Call refresh_tenant in some minutes.",
    Reason.UNREACHABLE: (
        "could not be read: Microsoft Graph did not answer properly. Check the network, then call refresh_tenant."
    ),
    Reason.MALFORMED: (
        "could not be read: the answer was not what Microsoft Graph sends. Check LICENSEIQ_GRAPH_URL and any proxy, "
        "then call refresh_tenant."
    ),
    Reason.INCOMPLETE: (
        "could not be read to the end, so nothing is concluded from the part that was. Call refresh_tenant."
    ),
    Reason.NOT_CONNECTED: (
        "is not connected, so who left or is on leave is not known: import a file with 'licenseiq hr import'."
    ),
}


def unread(source: Source) -> Reading:
    """The reading of a source that nobody has read so far. HR is no part of a scan: it waits for nothing."""
    return Reading(source, Reason.NOT_CONNECTED if source is Source.HR else Reason.NOT_YET)


def unknown_of(reading: Callable[[Source], Reading]) -> tuple[str, ...]:
    """A sentence for each source of which something is unknown; what is read of leavers alone is told together."""
    one_by_one = (reading(source).words() for source in Source if source not in OF_LEAVERS)
    return (*filter(None, one_by_one), *words_of_leavers(reading(source) for source in OF_LEAVERS))


def words_of_leavers(readings: Iterable[Reading]) -> tuple[str, ...]:
    """One sentence for all of these sources that could not be read for the same reason."""
    missing: dict[Reason, list[Source]] = {}
    for one in readings:
        if one.reason is not None:
            missing.setdefault(one.reason, []).append(one.source)
    said = []
    for reason, sources in missing.items():
        names = ", ".join(NAMES[source][0] for source in sources)
        permissions = ", ".join(dict.fromkeys(NAMES[source][1] for source in sources))
        said.append(f"{names[0].upper()}{names[1:]} {_WORDS[reason].format(permission=permissions)}")
    return tuple(said)
