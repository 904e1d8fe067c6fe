"""The kinds of step that a plan can hold, each with its goal and its precondition.

A predicate is a small dict that is evaluated against one fresh reading of the account (`Account`), by
`licenseiq.proposals.predicates`. The goal is what is true when the step is done; the precondition is what must still be
true for it to be taken, with the values expected after the steps before it. Neither holds: the tenant has drifted, and
the step is not taken.
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
    # Described in `licenseiq.steps`, one file each.
    DISABLE_BY_HAND = "disable_by_hand"
    REMOVE_AUTHENTICATION_METHODS = "remove_authentication_methods"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - the name of a kind
    DISABLE_DEVICES = "disable_devices"
    LEAVE_GROUPS = "leave_groups"
    HAND_OVER_OWNERSHIP = "hand_over_ownership"
    REMOVE_APP_ASSIGNMENTS = "remove_app_assignments"
    REMOVE_APP_GRANTS = "remove_app_grants"
    PROVISION_APPS = "provision_apps"
    SET_AUTOMATIC_REPLY = "set_automatic_reply"
    CONVERT_MAILBOX = "convert_mailbox"
    GRANT_MAILBOX_ACCESS = "grant_mailbox_access"
    SET_FORWARDING = "set_forwarding"
    REMOVE_DELEGATED_RIGHTS = "remove_delegated_rights"
    CANCEL_MEETINGS = "cancel_meetings"
    HIDE_FROM_ADDRESS_LISTS = "hide_from_address_lists"
    GRANT_ONEDRIVE_ACCESS = "grant_onedrive_access"
    END_EXTERNAL_SHARING = "end_external_sharing"
    COPY_ONEDRIVE = "copy_onedrive"
    DELETE_ACCOUNT = "delete_account"
    RESTORE_ACCOUNT = "restore_account"
    PURGE_ACCOUNT = "purge_account"
    NOTIFY_FINANCE = "notify_finance"
    NOTIFY_SUCCESSOR = "notify_successor"
    CREATE_ACCOUNT = "create_account"
    AWAIT_ACCOUNT = "await_account"
    SET_MANAGER = "set_manager"
    CHECK_DAY_ONE = "check_day_one"
    ISSUE_TEMPORARY_ACCESS_PASS = "issue_temporary_access_pass"  # noqa: S105 - the name of a kind
    GIVE_BACK_APP_ASSIGNMENTS = "give_back_app_assignments"
    GIVE_BACK_APP_GRANTS = "give_back_app_grants"
    GIVE_BACK_OWNERSHIP = "give_back_ownership"
    GIVE_BACK_DELEGATED_RIGHTS = "give_back_delegated_rights"
    ENABLE_DEVICES = "enable_devices"
    TAKE_BACK_MAILBOX_ACCESS = "take_back_mailbox_access"
    TAKE_BACK_ONEDRIVE_ACCESS = "take_back_onedrive_access"


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
    `attributes` are the values of ATTRIBUTES. `more` is what else a step reads, by the name of its reading
    (`licenseiq.steps`). `exists` is False for an account that a step is to make; `user_id` is its id where it is there.
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
    more: Mapping[str, Json] | None = None
    exists: bool | None = None
    user_id: str | None = None


Predicate = Mapping[str, Json]
