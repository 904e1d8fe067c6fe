"""From a step to the one call that carries it out: a list of the kinds of step, each with its goal and its call.

What is sent is read from the signed goal, and from the personal values that the plan commits to; nothing else. A kind
that is not in `EFFECTS` cannot be carried out.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from licenseiq.errors import Refused
from licenseiq.ports import GroupFacts, TenantWriter
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.plan import Plan, Step
from licenseiq.proposals.steps import ATTRIBUTES, StepKind
from licenseiq.steps import KINDS
from licenseiq.steps.services_kept import LOST_ONLY, THERE
from licenseiq.words import count

Values = Mapping[str, Json]
_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_LONGEST_VALUE = 256
_SERVICES = frozenset({LOST_ONLY, THERE})


@dataclass(frozen=True, slots=True)
class Effect:
    """How a kind of step is carried out. `fits`: whether a goal is one of the kind; `send`: sends it once, and raises
    what the effects of TenantWriter raise."""

    fits: Callable[[Step], bool]
    send: Callable[[TenantWriter, Step, str, Values], Awaitable[None]]


def refuse_not_executable(plan: Plan) -> None:
    """Raises Refused for a plan that holds no step, or one that this version cannot carry out."""
    if not plan.steps:
        raise Refused("This plan has no step to carry out, only work by hand.", "Do that, or reject the proposal.")
    unknown = [step for step in plan.steps if step.kind not in EXECUTABLE]
    if unknown:
        raise Refused(
            f"This version cannot carry out {len(unknown)} of the plan's {count(len(plan.steps), 'step')} "
            f"({', '.join(sorted({step.kind.value for step in unknown}))}).",
            "Nothing is offered for approval: do it by hand from the plan, or reject the proposal.",
        )


async def send(writer: TenantWriter, step: Step, user_id: str, values: Values) -> None:
    """Sends the effect once. Raises what TenantWriter's effects raise, or Refused for a goal that does not fit."""
    refuse_unfit(step, values)
    await EFFECTS[step.kind].send(writer, step, user_id, values)


def refuse_unfit(step: Step, values: Values) -> None:
    """Raises Refused when a step's goal is not one of its kind, its arguments say other than its goal, or the plan does
    not commit to the value that it sets."""
    effect = EFFECTS.get(step.kind)
    if effect is None:
        raise Refused(f"This version cannot carry out step {step.number}.", "Withdraw the proposal; do it by hand.")
    if not effect.fits(step):
        raise Refused(
            f"The goal of step {step.number} is not one of its kind.", "Withdraw the proposal; propose again."
        )
    if step.kind is StepKind.SET_ATTRIBUTE and not _is_value(_wanted(step, values)[1]):
        raise Refused(f"The value that step {step.number} sets is not in its plan.", "Propose it again.")


def taken(step: Step) -> tuple[str, ...]:
    """The SKU ids that a step takes away directly."""
    return _texts(step.goal.get("direct_licences_absent"))


def given(step: Step) -> tuple[str, ...]:
    """The SKU ids that a step gives, directly or by the group that it joins: it needs a free seat of each."""
    by_group = step.goal.get("group_licences_active") if "in_group" in step.goal else None
    joined = by_group.get("sku_ids") if isinstance(by_group, Mapping) else None
    return _texts(step.goal.get("direct_licences_active")) or _texts(joined)


def why_another(step: Step, group: GroupFacts) -> str | None:
    """Why a group is not any more what a step takes it for that joins it in place of another; None where it is."""
    if "disabled_plans" not in step.arguments:
        return None
    off = frozenset(_texts(step.arguments["disabled_plans"]))
    if group.sku_ids == frozenset(given(step)) and group.disabled_plans == off:
        return None
    return "The group does not give what it gave when this was planned."


def group_of(step: Step) -> str | None:
    """The id of the group that a step puts the person into or takes out of; None for another kind."""
    found = step.goal.get("in_group", step.goal.get("not_in_group"))
    return found if isinstance(found, str) else None


def _is(goal: Mapping[str, Json]) -> Callable[[Step], bool]:
    def fits(step: Step) -> bool:
        (name,) = goal
        return set(step.goal) == {name} and step.goal[name] is goal[name]

    return fits


async def _disable(writer: TenantWriter, _: Step, user_id: str, __: Values) -> None:
    await writer.set_sign_in(user_id, enabled=False)


async def _enable(writer: TenantWriter, _: Step, user_id: str, __: Values) -> None:
    await writer.set_sign_in(user_id, enabled=True)


async def _revoke(writer: TenantWriter, _: Step, user_id: str, __: Values) -> None:
    await writer.revoke_sessions(user_id)


def _takes_away(step: Step) -> bool:
    named = step.arguments.get("sku_ids")
    return (
        set(step.goal) == {"direct_licences_absent"}
        and _ids(taken(step))
        and (named is None or set(_texts(named)) == set(taken(step)))
    )


async def _change(writer: TenantWriter, step: Step, user_id: str, _: Values) -> None:
    off = step.goal.get("direct_plans_disabled")
    plans = off if isinstance(off, Mapping) else {}
    await writer.change_licences(user_id, {sku: sorted(_texts(plans.get(sku))) for sku in given(step)}, taken(step))


def _changes(step: Step) -> bool:
    """The goal names what comes with the plans that stay off in it, and what goes; the arguments say the same."""
    goal, come, go = step.goal, given(step), taken(step)
    wanted = {name for name, skus in (("direct_licences_active", come), ("direct_plans_disabled", come)) if skus} | (
        {"direct_licences_absent"} if go else set()
    )
    if not _compares_well(goal) or set(goal) - _SERVICES != wanted or not wanted:
        return False
    if set(come) & set(go) or not _ids((*come, *go)):
        return False
    off = goal.get("direct_plans_disabled", {})
    if not isinstance(off, Mapping) or set(off) != set(come):
        return False
    if not all(isinstance(plans, list | tuple) and _all_ids(plans) for plans in off.values()):
        return False
    said = {str(one.get("sku_id")): set(_texts(one.get("disabled_plans"))) for one in _rows(step.arguments.get("add"))}
    return said == {sku: set(_texts(plans)) for sku, plans in off.items()} and set(
        _texts(step.arguments.get("remove"))
    ) == set(go)


def _compares_well(goal: Mapping[str, Json]) -> bool:
    """Whether the services that may go, or have to be there, are ids, where a goal names them."""
    found = [goal.get(name, []) for name in _SERVICES]
    return all(isinstance(some, list | tuple) and _all_ids(some) for some in found)


def _joins(step: Step) -> bool:
    group_id, licences = step.goal.get("in_group"), step.goal.get("group_licences_active")
    if not isinstance(group_id, str) or not _ids((group_id,)) or step.arguments.get("group_id") != group_id:
        return False
    if set(step.goal) == {"in_group"}:
        return True
    whole = set(step.goal) - {THERE} == {"in_group", "group_licences_active"} and _licences_of(licences)
    whole = whole and _compares_well(step.goal)
    return whole and isinstance(licences, Mapping) and licences["group_id"] == group_id


async def _join(writer: TenantWriter, step: Step, user_id: str, _: Values) -> None:
    await writer.join_group(user_id, str(step.goal["in_group"]))


def _leaves(step: Step) -> bool:
    """The goal names the group, and may say what goes with it, what is there instead, and which services may go."""
    goal, group_id = step.goal, step.goal.get("not_in_group")
    if not isinstance(group_id, str) or not _ids((group_id,)) or step.arguments.get("group_id") != group_id:
        return False
    if not set(goal) <= {"not_in_group", "group_licences_absent", "group_licences_active", LOST_ONLY}:
        return False
    gone, there = goal.get("group_licences_absent"), goal.get("group_licences_active")
    if gone is not None and not (_licences_of(gone) and isinstance(gone, Mapping) and gone["group_id"] == group_id):
        return False
    said = {str(one.get("sku_id")) for one in _rows(step.arguments.get("instead"))}
    if there is None:
        return not said and _compares_well(goal)
    skus = set(_texts(there.get("sku_ids"))) if isinstance(there, Mapping) else set()
    return _licences_of(there) and step.precondition.get("group_licences_active") == there and said == skus


def _licences_of(found: Json) -> bool:
    """Whether this names a group and SKUs."""
    return (
        isinstance(found, Mapping)
        and set(found) == {"group_id", "sku_ids"}
        and _ids(_texts([found["group_id"]]))
        and _ids(_texts(found["sku_ids"]))
    )


async def _leave(writer: TenantWriter, step: Step, user_id: str, _: Values) -> None:
    await writer.leave_group(user_id, str(step.goal["not_in_group"]))


def _sets(step: Step) -> bool:
    found = step.goal.get("attribute_is")
    return (
        set(step.goal) == {"attribute_is"}
        and isinstance(found, Mapping)
        and set(found) == {"attribute", "value_of"}
        and found["attribute"] in ATTRIBUTES
        and step.arguments.get("attribute") == found["attribute"]
    )


async def _set(writer: TenantWriter, step: Step, user_id: str, values: Values) -> None:
    name, value = _wanted(step, values)
    await writer.set_attribute(user_id, name, value if isinstance(value, str) else None)


def _wanted(step: Step, values: Values) -> tuple[str, Json]:
    """The attribute that a step sets, and its value; False for one that the plan does not commit to."""
    found = step.goal["attribute_is"]
    if not isinstance(found, Mapping):
        return "", False
    return str(found["attribute"]), values.get(str(found["value_of"]), False)


def _is_value(value: Json) -> bool:
    return value is None or (isinstance(value, str) and 0 < len(value) <= _LONGEST_VALUE)


EFFECTS: dict[StepKind, Effect] = {
    StepKind.DISABLE_SIGN_IN: Effect(_is({"account_enabled": False}), _disable),
    StepKind.ENABLE_SIGN_IN: Effect(_is({"account_enabled": True}), _enable),
    StepKind.REVOKE_SESSIONS: Effect(_is({"sessions_revoked_since_intent": True}), _revoke),
    StepKind.REMOVE_DIRECT_LICENCES: Effect(_takes_away, _change),
    StepKind.CHANGE_LICENCES: Effect(_changes, _change),
    StepKind.JOIN_GROUP: Effect(_joins, _join),
    StepKind.LEAVE_GROUP: Effect(_leaves, _leave),
    StepKind.SET_ATTRIBUTE: Effect(_sets, _set),
}
EXECUTABLE = frozenset(EFFECTS) | frozenset(KINDS)


def _ids(found: Sequence[str]) -> bool:
    """Whether these are ids, at least one, and none twice."""
    return bool(found) and len(set(found)) == len(found) and _all_ids(found)


def _all_ids(found: Sequence[object]) -> bool:
    return all(isinstance(one, str) and _GUID.fullmatch(one) is not None for one in found)


def _texts(value: Json) -> tuple[str, ...]:
    """The texts of a list; of one that holds anything else, something that is no id."""
    found = value if isinstance(value, list | tuple) else ()
    return tuple(item if isinstance(item, str) else "" for item in found)


def _rows(value: Json) -> list[Mapping[str, Json]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []
