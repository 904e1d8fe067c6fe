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
    REMOVE_DIRECT_LICENCES = "remove_direct_licences"
    # Takes direct licences away and gives others in one call. Stored only: no executor knows it yet.
    CHANGE_LICENCES = "change_licences"


class EffectClass(StrEnum):
    """What a second sending would do. SET_VALUED: nothing more. CHECKABLE: the state shows whether it happened.
    NOT_REPEATABLE: it would happen twice, so it is never sent twice."""

    SET_VALUED = "set_valued"
    CHECKABLE = "checkable"
    NOT_REPEATABLE = "not_repeatable"


@dataclass(frozen=True, slots=True)
class Account:
    """A fresh reading of one account, for predicates. None is unknown and satisfies nothing.

    `sessions_valid_from` is Graph's signInSessionsValidFromDateTime as ISO 8601 text in UTC with whole seconds.
    `direct` are SKU ids held directly and seated or in error; `inherited` those held by a group.
    """

    account_enabled: bool | None
    sessions_valid_from: str | None
    direct: frozenset[str] | None
    inherited: frozenset[str] | None
    synced: bool | None = None


Predicate = Mapping[str, Json]


def holds(predicate: Predicate, account: Account, before: Account | None = None) -> bool:
    """Whether every clause of `predicate` holds. An unknown clause, or an unknown value, does not hold.

    `before` is the account as it was read when the step's intent was recorded; a clause that compares with it does
    not hold without it.
    """
    return bool(predicate) and all(_clause(name, value, account, before) for name, value in predicate.items())


def _clause(name: str, value: Json, account: Account, before: Account | None) -> bool:
    if name == "account_enabled":
        return account.account_enabled is not None and account.account_enabled is value
    if name == "sessions_revoked_since_intent":
        if before is None or account.sessions_valid_from is None or value is not True:
            return False
        return before.sessions_valid_from is None or account.sessions_valid_from > before.sessions_valid_from
    if name == "direct_licences_absent":
        return account.direct is not None and isinstance(value, list | tuple) and not account.direct & _texts(value)
    if name == "direct_licences_present":
        return account.direct is not None and isinstance(value, list | tuple) and _texts(value) <= account.direct
    return False


def _texts(value: list[Json] | tuple[Json, ...]) -> set[str]:
    return {item for item in value if isinstance(item, str)}
