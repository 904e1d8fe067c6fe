"""Items of Graph as they come: every field can be missing or null, and each item is decoded by itself.

A field of another type than Graph documents makes its item unreadable.
Source: Microsoft Graph, resources user, group, subscribedSku, companySubscription, unifiedRoleAssignment.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, TypeVar

import msgspec

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
# Graph writes a date that never was, or never will be, as the first or the last of the calendar.
_PLACEHOLDERS = frozenset({1, 9999})


class Body(msgspec.Struct, rename="camel", gc=False):
    """An object of Graph; names become camelCase."""


S = TypeVar("S", bound=Body)


class LicenceRow(Body):
    """licenseAssignmentState; also assignedLicense, which has `sku_id` and `disabled_plans` only."""

    sku_id: str | None = None
    assigned_by_group: str | None = None
    state: str | None = None
    error: str | None = None
    disabled_plans: list[str | None] | None = None
    last_updated_date_time: Moment | None = None


class OrgData(Body):
    """employeeOrgData."""

    cost_center: str | None = None
    division: str | None = None


class User(Body):
    id: str | None = None
    user_principal_name: str | None = None
    display_name: str | None = None
    department: str | None = None
    job_title: str | None = None
    office_location: str | None = None
    usage_location: str | None = None
    country: str | None = None
    employee_id: str | None = None
    employee_org_data: OrgData | None = None
    user_type: str | None = None
    account_enabled: bool | None = None
    created_date_time: Moment | None = None
    employee_hire_date: Moment | None = None
    employee_type: str | None = None
    on_premises_sync_enabled: bool | None = None
    license_assignment_states: list[msgspec.Raw] | None = None


class Managed(Body):
    """A user's id and, expanded, the manager's."""

    id: str | None = None
    manager: "DirectoryObject | None" = None


class SignInActivity(Body):
    last_sign_in_date_time: Moment | None = None
    last_non_interactive_sign_in_date_time: Moment | None = None
    last_successful_sign_in_date_time: Moment | None = None


class UserSignIn(Body):
    id: str | None = None
    sign_in_activity: SignInActivity | None = None


class ProcessingState(Body):
    state: str | None = None


class Group(Body):
    id: str | None = None
    display_name: str | None = None
    assigned_licenses: list[msgspec.Raw] | None = None
    license_processing_state: ProcessingState | None = None
    membership_rule: str | None = None
    on_premises_sync_enabled: bool | None = None
    mail_enabled: bool | None = None
    group_types: list[str] | None = None
    is_assignable_to_role: bool | None = None


class DirectoryObject(Body):
    """Of an object that the app may not read Graph gives nothing but these two."""

    id: str | None = None
    kind: str | None = msgspec.field(default=None, name="@odata.type")


class RoleDefinition(Body):
    display_name: str | None = None


class RoleAssignment(Body):
    """unifiedRoleAssignment and unifiedRoleEligibilityScheduleInstance, with one of the two objects expanded."""

    principal_id: str | None = None
    principal: DirectoryObject | None = None
    role_definition_id: str | None = None
    role_definition: RoleDefinition | None = None


class OrganizationProfile(Body):
    id: str | None = None
    display_name: str | None = None
    country_letter_code: str | None = None


class OwnDomain(Body):
    name: str | None = None


class OwnDomains(Body):
    """organization, as far as its domains go."""

    verified_domains: list[OwnDomain] | None = None


class UserSessions(Body):
    id: str | None = None
    sign_in_sessions_valid_from_date_time: Moment | None = None


class Granted(Body):
    """appRoleAssignment; also oAuth2PermissionGrant, which has a `consent_type`."""

    principal_id: str | None = None
    consent_type: str | None = None


class Device(Body):
    account_enabled: bool | None = None


class EmailAddress(Body):
    address: str | None = None


class Recipient(Body):
    email_address: EmailAddress | None = None


class RuleActions(Body):
    """messageRuleActions, as far as mail goes on to somebody."""

    forward_to: list[Recipient] | None = None
    forward_as_attachment_to: list[Recipient] | None = None
    redirect_to: list[Recipient] | None = None


class MessageRule(Body):
    is_enabled: bool | None = None
    actions: RuleActions | None = None


class PrepaidUnits(Body):
    enabled: int | None = None
    suspended: int | None = None
    warning: int | None = None
    locked_out: int | None = None


class ServicePlan(Body):
    service_plan_id: str | None = None


class SubscribedSku(Body):
    sku_id: str | None = None
    sku_part_number: str | None = None
    applies_to: str | None = None
    capability_status: str | None = None
    consumed_units: int | None = None
    prepaid_units: PrepaidUnits | None = None
    subscription_ids: list[str | None] | None = None
    service_plans: list[ServicePlan] | None = None


class CompanySubscription(Body):
    id: str | None = None
    sku_id: str | None = None
    status: str | None = None
    is_trial: bool | None = None
    total_licenses: int | None = None
    created_date_time: Moment | None = None
    next_lifecycle_date_time: Moment | None = None
    commerce_subscription_id: str | None = None
    owner_id: str | None = None
    owner_type: str | None = None
    owner_tenant_id: str | None = None


class CopilotUser(Body):
    """copilotUsageUserDetail; dates are texts like those of the other reports, and empty where there is none."""

    user_principal_name: str | None = None
    last_activity_date: str | None = None
    report_refresh_date: str | None = None


class ConcealedNames(Body):
    display_concealed_names: bool | None = None


class ReportSettings(Body):
    """adminReportSettings: the setting stands directly or under `value` (the reference and its example differ)."""

    display_concealed_names: bool | None = None
    value: ConcealedNames | None = None


def decode_items(raws: Iterable[msgspec.Raw], kind: type[S]) -> tuple[list[S], int]:
    """The items that could be decoded, and how many could not."""
    items: list[S] = []
    unreadable = 0
    decode = _decoder(kind).decode
    for raw in raws:
        try:
            items.append(decode(raw))
        except ValueError:  # msgspec's own, and UnicodeDecodeError
            unreadable += 1
    return items, unreadable


def moment(value: datetime | None) -> datetime | None:
    """The time in UTC; None for Graph's placeholders as for null."""
    return None if value is None or value.year in _PLACEHOLDERS else value.astimezone(UTC)


def ids(values: Iterable[str | None] | None) -> tuple[str, ...]:
    """Object ids in lower case, without nulls."""
    return tuple(value.lower() for value in values or () if value)


@cache
def _decoder(kind: type[S]) -> msgspec.json.Decoder[S]:
    return msgspec.json.Decoder(kind)
