"""The rules that keep somebody in dynamic groups, and which of those groups a step would take the person out of.

A rule that tests accountEnabled takes the licence at the moment at which sign-in is blocked, before the mailbox is
shared. Blocking sign-in waits for nothing but protection; so it is said to whoever decides, and a plan can give the
licence in person meanwhile.
"""

from collections.abc import Mapping
from typing import cast

from licenseiq.group_rules import Value, would_drop
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Step
from licenseiq.proposals.steps import Account, StepKind
from licenseiq.steps.asking import Ask, Asking, Reading, Target
from licenseiq.steps.kind import Check, Now, fact
from licenseiq.words import count

# Why a licence is given in person, and under which argument a step names the groups whose rules would take it.
BRIDGE, BRIDGED = "rule_takes_licence", "licence_given_in_person"
_SELECT = "id,groupTypes,membershipRule,membershipRuleProcessingState,assignedLicenses"


async def _read(ask: Asking, target: Target, _: Mapping[str, Json]) -> Json:
    """Id, rule and number of licences of each dynamic group that the person is in. A paused rule changes nobody, and an
    account that is not there yet is in no group."""
    if target.user_id is None:
        return []
    path = f"/users/{target.user_id}/memberOf/microsoft.graph.group?$select={_SELECT}&$top=999"
    answer = await ask(Ask(path, pages=True))
    return [
        [str(row["id"]).lower(), str(row["membershipRule"] or ""), len(cast("list[Json]", row["assignedLicenses"]))]
        for row in cast("list[Mapping[str, Json]]", answer["value"])
        if "DynamicMembership" in cast("list[str]", row["groupTypes"])
        and row.get("membershipRuleProcessingState") != "Paused"
    ]


RULES_OF_GROUPS = Reading(
    "rules_of_groups",
    "the rules of the person's groups",
    "GroupMember.Read.All",
    _read,
    paths=("/users/{id}/memberOf/microsoft.graph.group",),
)


def rules_of(account: Account) -> list[tuple[str, str]] | None:
    """Id and rule of each dynamic group; None where they could not be read."""
    found = fact(account, RULES_OF_GROUPS.name)
    if not isinstance(found, list):
        return None
    return [(str(key), str(rule)) for key, rule, _ in cast("list[tuple[Json, Json, Json]]", found)]


def changed_by(step: Step, target: Target) -> dict[str, Value]:
    """The attributes that a step sets, by Graph's names."""
    if step.kind in (StepKind.DISABLE_SIGN_IN, StepKind.DISABLE_BY_HAND):
        return {"accountEnabled": False}
    if step.kind is StepKind.SET_ATTRIBUTE:
        wanted = cast("Mapping[str, Json]", step.goal.get("attribute_is") or {})
        value = target.values.get(str(wanted.get("value_of")))
        return {str(wanted.get("attribute")): value if isinstance(value, str) else None}
    return {}


def _says(step: Step, target: Target, account: Account, __: Now) -> tuple[str, ...]:
    found = fact(account, RULES_OF_GROUPS.name)
    if not isinstance(found, list):
        return ("The rules of the person's groups could not be read: the change may cost a group and its licence.",)
    changed, lines = changed_by(step, target), list[str]()
    for key, rule, licences in cast("list[tuple[str, str, int]]", found):
        drops = would_drop(rule, changed, account.attributes)
        if drops is False:
            continue
        gives = f", which gives {count(licences, 'licence', 'licences')}" if licences else ""
        word = "takes" if drops else "may take"
        what = f"The rule of group {key}{gives}, tests what this step changes: it {word} the person out within minutes."
        lines.append(f"{what} {_meanwhile(step, key)}" if licences else what)
    return tuple(lines)


def _meanwhile(step: Step, group_id: str) -> str:
    """What becomes of the mailbox that the licence carries."""
    bridged = step.arguments.get(BRIDGED)
    if isinstance(bridged, list | tuple) and group_id in bridged:
        return "This plan gives the licence in person right after, and takes it back once the mailbox is kept."
    return "Nothing that has to stay depends on it, as far as this plan knows; else give the licence in person before."


# Says, and holds nothing back: blocking sign-in must not wait.
RULES_SAID = Check("rules_of_groups", (RULES_OF_GROUPS,), lambda *_: None, _says, only_says=True)
