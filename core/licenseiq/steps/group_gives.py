"""What a licensing group gives beside the licence: a team, a site, applications, conditional access.

Rights on sites of SharePoint that a security group has stand at the sites, where no reading of a group finds them; so
that is said too. It is for whoever decides, and keeps nothing back.
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.errors import NotReadable
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.effects import EffectWaits
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account
from licenseiq.readings import Reason
from licenseiq.steps.asking import Ask, Asking, Reading, Target
from licenseiq.steps.kind import Check, Now, fact
from licenseiq.words import count

_TEAM, _SITE, _NEITHER = "team", "site", ""
_SEEN = "Rights on sites of SharePoint cannot be read from here."


async def _kind(ask: Asking, _: Target, arguments: Mapping[str, Json]) -> Json:
    """'team', 'site' for a Microsoft 365 group that is no team, else ''."""
    found = await ask(Ask(f"/groups/{arguments['group_id']}?$select=id,groupTypes,resourceProvisioningOptions"))
    if "Team" in cast("list[str]", found.get("resourceProvisioningOptions") or []):
        return _TEAM
    return _SITE if "Unified" in cast("list[str]", found["groupTypes"]) else _NEITHER


async def _apps(ask: Asking, _: Target, arguments: Mapping[str, Json]) -> Json:
    """How many applications it is assigned to."""
    path = f"/groups/{arguments['group_id']}/appRoleAssignments?$select=id,resourceId&$top=999"
    answer = await ask(Ask(path, pages=True))
    return len({str(row["resourceId"]) for row in cast("list[Mapping[str, Json]]", answer["value"])})


async def _access(ask: Asking, _: Target, arguments: Mapping[str, Json]) -> Json:
    """How many policies of conditional access that are on include it, and how many leave it out. Graph answers one such
    request a second and tenant: being asked to wait for it is no reason to keep a decision waiting."""
    try:
        answer = await ask(Ask("/identity/conditionalAccess/policies?$select=id,state,conditions", pages=True))
    except EffectWaits as error:
        raise NotReadable("Conditional access was throttled.", "Try again.", reason=Reason.THROTTLED) from error
    group, found = str(arguments["group_id"]).lower(), [0, 0]
    for row in cast("list[Mapping[str, Json]]", answer["value"]):
        users = cast("Mapping[str, list[str]]", cast("Mapping[str, Json]", row["conditions"])["users"])
        if row["state"] == "enabled":
            for place, name in enumerate(("includeGroups", "excludeGroups")):
                found[place] += group in (key.lower() for key in users[name])
    return list[Json](found)


KIND_OF_GROUP = Reading(
    "kind_of_group",
    "what kind of group it is",
    "Group.Read.All",
    _kind,
    paths=("/groups/{id}",),
    of_step=True,
)
APPS_OF_GROUP = Reading(
    "apps_of_group",
    "its applications",
    "Directory.Read.All",
    _apps,
    paths=("/groups/{id}/appRoleAssignments",),
    of_step=True,
)
ACCESS_OF_GROUP = Reading(
    "access_of_group",
    "conditional access",
    "Policy.Read.All",
    _access,
    paths=("/identity/conditionalAccess/policies",),
    of_step=True,
)


def _says(_: Step, __: Target, account: Account, ___: Now) -> tuple[str, ...]:
    unread = [one for one in _READINGS if fact(account, one.name) is None]
    kind, apps, access = (fact(account, one.name) for one in _READINGS)
    lines = []
    if kind == _TEAM:
        lines.append("The group is a team too, with channels and files.")
    elif kind == _SITE:
        lines.append("The group has a site and a mailbox of Microsoft 365 too.")
    if isinstance(apps, int) and apps:
        lines.append(f"It gives {count(apps, 'application')} too.")
    included, left_out = cast("list[int]", access) if isinstance(access, list) else (0, 0)
    if included:
        lines.append(f"Of conditional access, {count(included, 'policy', 'policies')} for its members.")
    if left_out:
        lines.append(f"Of conditional access, {count(left_out, 'policy', 'policies')} with its members left out.")
    if not lines and not unread:
        lines.append("Nothing beside the licence shows: no team, site, application, conditional access.")
    if unread:
        lines.append(f"Could not be read: {', '.join(f'{one.what} ({one.permission})' for one in unread)}.")
    return (*lines, _SEEN)


_READINGS = (KIND_OF_GROUP, APPS_OF_GROUP, ACCESS_OF_GROUP)
GROUP_GIVES = Check("group_gives", _READINGS, lambda *_: None, _says, only_says=True)
