"""The kinds of step that a plan can hold, each with its goal and its precondition.

A predicate is a small dict that is evaluated against one fresh reading of the account (`Account`). The goal is what
is true when the step is done; the precondition is what must still be true for it to be taken, with the values
expected after the steps before it. Neither holds: the tenant has drifted, and the step is not taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from licenseiq.proposals.canonical import Json


class StepKind(StrEnum):
    DISABLE_SIGN_IN = "disable_sign_in"
    REVOKE_SESSIONS = "revoke_sessions"
    ENABLE_SIGN_IN = "enable_sign_in"
    REMOVE_DIRECT_LICENCES = "remove_direct_licences"
    # Takes direct licences away and gives others, in one call: an add, a removal, or a swap without a gap.
    CHANGE_LICENCES = "change_licences"
    LEAVE_GROUP = "leave_group"
    JOIN_GROUP = "join_group"
    SET_ATTRIBUTE = "set_attribute"


class EffectClass(StrEnum):
    """What a second sending would do. SET_VALUED: nothing more. CHECKABLE: the state shows whether it happened.
    NOT_REPEATABLE: it would happen twice, so it is never sent twice."""

    SET_VALUED = "set_valued"
    CHECKABLE = "checkable"
    NOT_REPEATABLE = "not_repeatable"


# What `set_attribute` may set: the names of Microsoft Graph's user resource.
ATTRIBUTES = ("usageLocation", "department", "jobTitle", "officeLocation", "companyName", "employeeType")


@dataclass(frozen=True, slots=True)
class Account:
    """A fresh reading of one account, for predicates. None is unknown and satisfies nothing.

    `sessions_valid_from` is Graph's signInSessionsValidFromDateTime as ISO 8601 text in UTC with whole seconds.
    `direct` are SKU ids held directly and seated or in error, `in_error` those of them in error, `disabled` the service
    plans switched off in each; `inherited` are SKU ids held by a group, `by_group` the pairs of group and SKU that are
    active. `groups` are the ids of the groups that the account is a direct member of: read only where a step asks.
    `attributes` are the values of ATTRIBUTES.
    """

    account_enabled: bool | None
    sessions_valid_from: str | None
    direct: frozenset[str] | None
    inherited: frozenset[str] | None
    synced: bool | None = None
    in_error: frozenset[str] | None = None
    disabled: Mapping[str, frozenset[str]] | None = None
    by_group: frozenset[tuple[str, str]] | None = None
    groups: frozenset[str] | None = None
    attributes: Mapping[str, str | None] | None = None


Predicate = Mapping[str, Json]
_NO_VALUES: Mapping[str, Json] = {}


def holds(
    predicate: Predicate, account: Account, before: Account | None = None, values: Mapping[str, Json] = _NO_VALUES
) -> bool:
    """Whether every clause of `predicate` holds. An unknown clause, or an unknown value, does not hold.

    `before` is the account as it was read when the step's intent was recorded; a clause that compares with it does
    not hold without it. `values` are the personal values that the plan commits to: clauses name them by field.
    """
    return bool(predicate) and all(_clause(name, value, account, before, values) for name, value in predicate.items())


def asks_for_groups(predicate: Predicate) -> bool:
    """Whether a reading for this predicate needs the account's groups."""
    return "in_group" in predicate or "not_in_group" in predicate


def _clause(name: str, value: Json, account: Account, before: Account | None, values: Mapping[str, Json]) -> bool:
    match name:
        case "account_enabled":
            return account.account_enabled is not None and account.account_enabled is value
        case "sessions_revoked_since_intent":
            if before is None or account.sessions_valid_from is None or value is not True:
                return False
            return before.sessions_valid_from is None or account.sessions_valid_from > before.sessions_valid_from
        case "direct_licences_absent":
            return account.direct is not None and isinstance(value, list | tuple) and not account.direct & _texts(value)
        case "direct_licences_present":
            return account.direct is not None and isinstance(value, list | tuple) and _texts(value) <= account.direct
        case "direct_licences_active":
            if account.direct is None or account.in_error is None or not isinstance(value, list | tuple):
                return False
            return _texts(value) <= account.direct - account.in_error
        case "direct_plans_disabled":
            return account.disabled is not None and _same_plans(value, account.disabled)
        case "in_group":
            return account.groups is not None and isinstance(value, str) and value.lower() in account.groups
        case "not_in_group":
            return account.groups is not None and isinstance(value, str) and value.lower() not in account.groups
        case "group_licences_active":
            return account.by_group is not None and _pairs(value) <= account.by_group
        case "attribute_is":
            return account.attributes is not None and _attribute(value, account.attributes, values)
        case _:
            return False


def _same_plans(value: Json, disabled: Mapping[str, frozenset[str]]) -> bool:
    """Whether exactly the plans that `value` names by SKU are off in these SKUs."""
    if not isinstance(value, Mapping):
        return False
    return all(
        isinstance(plans, list | tuple) and disabled.get(sku_id) == frozenset(_texts(plans))
        for sku_id, plans in value.items()
    )


def _pairs(value: Json) -> frozenset[tuple[str, str]]:
    """The pairs of group and SKU that a clause names; an impossible one for what is no such clause."""
    if isinstance(value, Mapping) and isinstance(group := value.get("group_id"), str):
        skus = value.get("sku_ids")
        if isinstance(skus, list | tuple):
            return frozenset((group.lower(), sku) for sku in _texts(skus))
    return frozenset({("", "")})


def _attribute(value: Json, attributes: Mapping[str, str | None], values: Mapping[str, Json]) -> bool:
    if not isinstance(value, Mapping):
        return False
    name, field = value.get("attribute"), value.get("value_of")
    if not isinstance(name, str) or not isinstance(field, str) or field not in values or name not in attributes:
        return False
    return attributes[name] == values[field]


def _texts(value: list[Json] | tuple[Json, ...]) -> set[str]:
    return {item for item in value if isinstance(item, str)}
