"""What the desk's app registration may do in Graph: the least for the kinds of steps that are carried out.

Sources: Graph's permissions reference, and the least privileged permission of each operation's own page.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from licenseiq import subject_access
from licenseiq.proposals.steps import StepKind
from licenseiq.steps import KINDS, every_reading
from licenseiq.steps.mailbox import PERMISSION as EXCHANGE


@dataclass(frozen=True, slots=True)
class Needed:
    """A permission, what it is for, and broader ones that would do as well."""

    permission: str
    what_for: str
    instead: tuple[str, ...] = ()


_USERS = "User.ReadWrite.All"
_DIRECTORY = ("Directory.Read.All", "Directory.ReadWrite.All")

NEEDED = (
    Needed("User.Read.All", "to read accounts before and after each step", (_USERS, *_DIRECTORY)),
    Needed("RoleManagement.Read.Directory", "to see who holds a directory role and is not touched", _DIRECTORY),
    Needed(
        "RoleEligibilitySchedule.Read.Directory",
        "to see who may activate a directory role and is not touched",
        ("RoleManagement.Read.Directory", "RoleManagement.Read.All", *_DIRECTORY),
    ),
    Needed("GroupMember.Read.All", "to read the groups of an account", ("GroupMember.ReadWrite.All", *_DIRECTORY)),
    Needed("Group.Read.All", "to read licensing groups", ("Group.ReadWrite.All", *_DIRECTORY)),
    Needed("LicenseAssignment.Read.All", "to read free seats", ("LicenseAssignment.ReadWrite.All", *_DIRECTORY)),
    Needed("User.EnableDisableAccount.All", "to block and allow sign-in", (_USERS,)),
    Needed("User.RevokeSessions.All", "to end sessions", (_USERS,)),
    Needed("LicenseAssignment.ReadWrite.All", "to give and take licences", (_USERS,)),
    Needed("GroupMember.ReadWrite.All", "to put people into groups and take them out", ("Group.ReadWrite.All",)),
    Needed(_USERS, "to set attributes (leave it out where no plan sets any)"),
)
"""All of them, those that read first."""

OPTIONAL = frozenset({_USERS})
# What the effects of kinds that are not described by themselves take.
OF_EFFECTS: Mapping[StepKind, tuple[str, ...]] = {
    StepKind.DISABLE_SIGN_IN: ("User.EnableDisableAccount.All",),
    StepKind.ENABLE_SIGN_IN: ("User.EnableDisableAccount.All",),
    StepKind.REVOKE_SESSIONS: ("User.RevokeSessions.All",),
    StepKind.REMOVE_DIRECT_LICENCES: ("LicenseAssignment.ReadWrite.All",),
    StepKind.CHANGE_LICENCES: ("LicenseAssignment.ReadWrite.All",),
    StepKind.JOIN_GROUP: ("GroupMember.ReadWrite.All",),
    StepKind.LEAVE_GROUP: ("GroupMember.ReadWrite.All",),
    StepKind.SET_ATTRIBUTE: (_USERS,),
}
# A refusal that only a permission, a role or another product cures.
FORBIDDEN = frozenset({"HTTP 403", "Authorization_RequestDenied", "AccessDenied", "Forbidden", "accessDenied"})
_LEAST = frozenset(one.permission for one in NEEDED)


def of_kinds() -> tuple[Needed, ...]:
    """What single kinds of step need beside that, each with the first kind's words. Without one its step is blocked, or
    handed to a person; the others go on."""
    found: dict[str, str] = {}
    for kind in KINDS.values():
        found = dict.fromkeys(kind.permissions, f"to {kind.words}") | found
    for one in every_reading().values():
        found.setdefault(one.permission, f"to read {one.what}")
    return tuple(Needed(name, words) for name, words in sorted(found.items()) if name not in _LEAST)


def of_copies() -> tuple[Needed, ...]:
    """What only a copy for a person (article 15) needs beside that. Without one the copy says what is missing."""
    known = _LEAST | {one.permission for one in of_kinds()}
    return tuple(Needed(name, "for 'subject export'") for name in subject_access.permissions() if name not in known)


def takes(permissions: Sequence[str]) -> str:
    """What a step takes that the tenant forbade, as a sentence to append; '' where it is none of a permission's."""
    return f" It takes {' or '.join(permissions)}." if permissions else ""


def blocked_without(granted: Collection[str]) -> tuple[Needed, ...]:
    """Those of single kinds that a token for Graph does not name; Exchange's stands in a token for Exchange."""
    there = {*granted, EXCHANGE}
    return tuple(one for one in of_kinds() if one.permission not in there)


def missing(granted: Collection[str]) -> tuple[Needed, ...]:
    """Those that are not there, but for the optional ones."""
    there = set(granted)
    return tuple(one for one in NEEDED if one.permission not in OPTIONAL and not there & {one.permission, *one.instead})


def beyond(granted: Collection[str]) -> tuple[str, ...]:
    """Those that are granted and not needed: each is one more thing that a thief of the credential could do."""
    return tuple(sorted(set(granted) - _LEAST - {one.permission for one in (*of_kinds(), *of_copies())}))
