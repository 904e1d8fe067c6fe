"""A reading of an account as JSON, and back: it is sealed beside an intent, and an undo starts from it."""

from collections.abc import Mapping
from typing import cast

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import Account


def reading(account: Account) -> dict[str, Json]:
    """The reading as JSON; unknown stays null."""
    return {
        "account_enabled": account.account_enabled,
        "sessions_valid_from": account.sessions_valid_from,
        "direct": _sorted(account.direct),
        "inherited": _sorted(account.inherited),
        "synced": account.synced,
        "in_error": _sorted(account.in_error),
        "disabled": None
        if account.disabled is None
        else {sku_id: sorted(plans) for sku_id, plans in sorted(account.disabled.items())},
        "by_group": None if account.by_group is None else [list(pair) for pair in sorted(account.by_group)],
        "groups": _sorted(account.groups),
        "attributes": None if account.attributes is None else dict(account.attributes),
        "more": None if account.more is None else dict(account.more),
        "exists": account.exists,
        "user_id": account.user_id,
    }


def read_account(value: Json) -> Account:
    """The account of such a reading."""
    raw = cast("dict[str, object]", value)
    off, pairs = raw["disabled"], raw["by_group"]
    return Account(
        account_enabled=cast("bool | None", raw["account_enabled"]),
        sessions_valid_from=cast("str | None", raw["sessions_valid_from"]),
        direct=_set(raw["direct"]),
        inherited=_set(raw["inherited"]),
        synced=cast("bool | None", raw["synced"]),
        in_error=_set(raw["in_error"]),
        disabled=None
        if off is None
        else {sku_id: frozenset(plans) for sku_id, plans in cast("Mapping[str, list[str]]", off).items()},
        by_group=None if pairs is None else frozenset((a, b) for a, b in cast("list[list[str]]", pairs)),
        groups=_set(raw["groups"]),
        attributes=cast("Mapping[str, str | None] | None", raw["attributes"]),
        more=cast("Mapping[str, Json] | None", raw.get("more")),
        exists=cast("bool | None", raw.get("exists")),
        user_id=cast("str | None", raw.get("user_id")),
    )


def _sorted(found: frozenset[str] | None) -> Json:
    return None if found is None else list[Json](sorted(found))


def _set(value: object) -> frozenset[str] | None:
    return None if value is None else frozenset(cast("list[str]", value))
