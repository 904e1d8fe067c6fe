"""Whether a predicate of a plan holds for one fresh reading of an account. What is unknown holds nothing."""

from collections.abc import Mapping

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import Account, Predicate
from licenseiq.steps import clause, comparison
from licenseiq.steps.services_kept import LOST_ONLY, THERE

# Clauses of a goal about what follows from its effect by itself, within minutes or hours.
OF_GROUPS = frozenset({"group_licences_active", "group_licences_absent"})
_FOLLOWS = OF_GROUPS | {LOST_ONLY, THERE}
_NO_VALUES: Mapping[str, Json] = {}


def holds(
    predicate: Predicate, account: Account, before: Account | None = None, values: Mapping[str, Json] = _NO_VALUES
) -> bool:
    """Whether every clause of `predicate` holds. An unknown clause, or an unknown value, does not hold.

    `before` is the account as it was read when the step's intent was recorded; a clause that compares with it does
    not hold without it. `values` are the personal values that the plan commits to: clauses name them by field.
    """
    return bool(predicate) and all(_clause(name, value, account, before, values) for name, value in predicate.items())


def effect_of(goal: Predicate) -> Predicate:
    """The goal without what follows from its effect later."""
    return {name: value for name, value in goal.items() if name not in _FOLLOWS}


def _clause(name: str, value: Json, account: Account, before: Account | None, values: Mapping[str, Json]) -> bool:
    match name:
        case "exists":
            return account.exists is not None and account.exists is value
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
        case "group_licences_absent":
            pairs = _pairs(value)
            return account.by_group is not None and ("", "") not in pairs and not pairs & account.by_group
        case "attribute_is":
            return account.attributes is not None and _attribute(value, account.attributes, values)
        case _:
            brought, compared = clause(name), comparison(name)
            if account.more is None:
                return False
            if compared is not None:
                return compared(value, account.more, before.more if before is not None else None)
            return brought is not None and brought(value, account.more, values)


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
