"""Requests with a query, through the SDK's builders. The SDK's modules are imported when they are first needed."""

from collections.abc import Sequence
from typing import Any, Literal

from licenseiq_tenant.graph.client import Graph

# The most that Graph gives on a page (List users, List groups); it cuts a larger $top without a word.
PAGE = 999
SIGN_IN_PAGE = 500
MANAGER_PAGE = 100
SOME = 15
Expand = Literal["roleDefinition", "principal"]
USER = (
    "id,userPrincipalName,displayName,department,jobTitle,officeLocation,usageLocation,country,userType,accountEnabled,"
    "createdDateTime,employeeHireDate,employeeType,employeeId,employeeOrgData,onPremisesSyncEnabled,"
    "licenseAssignmentStates"
)
GROUP = (
    "id,displayName,assignedLicenses,licenseProcessingState,membershipRule,onPremisesSyncEnabled,"
    "mailEnabled,groupTypes,isAssignableToRole"
)


def users(graph: Graph) -> Any:
    """Everybody, without sign-ins: those have their own, slow request."""
    return _users(graph, USER, PAGE)


def sign_ins(graph: Graph) -> Any:
    """The sign-ins of everybody."""
    return _users(graph, "id,signInActivity", SIGN_IN_PAGE)


def managers(graph: Graph) -> Any:
    """Everybody's manager. With `$expand` Graph gives at most a hundred objects on a page (known issue 13635)."""
    return _users(graph, "id", MANAGER_PAGE, ["manager($select=id)"])


def groups(graph: Graph) -> Any:
    """The groups that carry licences: an advanced query, which needs $count and the header to be let in."""
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder

    query = GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters(
        select=GROUP.split(","), top=PAGE, count=True, filter="assignedLicenses/$count ne 0"
    )
    info = graph.sdk.groups.to_get_request_information(RequestConfiguration(query_parameters=query))
    info.headers.try_add("ConsistencyLevel", "eventual")
    return info


def user_count(graph: Graph) -> Any:
    """The number of users, as text; refused without the header."""
    info = graph.sdk.users.count.to_get_request_information()
    info.headers.try_add("ConsistencyLevel", "eventual")
    return info


def some_users(graph: Graph, user_ids: Sequence[str]) -> Any:
    """These people, whole. At most SOME of them: Graph takes no more values in one `in`."""
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder

    wanted = ",".join("'{}'".format(user_id.replace("'", "''")) for user_id in user_ids)
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
        select=USER.split(","), top=PAGE, filter=f"id in ({wanted})"
    )
    return graph.sdk.users.to_get_request_information(RequestConfiguration(query_parameters=query))


def members(graph: Graph, group_id: str) -> Any:
    """The direct members of a group, of every kind."""
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.groups.item.members import members_request_builder

    builder = members_request_builder.MembersRequestBuilder
    query = builder.MembersRequestBuilderGetQueryParameters(select=["id"], top=PAGE)
    configuration = RequestConfiguration(query_parameters=query)
    return graph.sdk.groups.by_group_id(group_id).members.to_get_request_information(configuration)


def role_assignments(graph: Graph, expand: Expand) -> Any:
    """Every active assignment of a directory role, with the role's definition or with whom it is assigned to.

    Graph expands one of the two in a request.
    """
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.role_management.directory.role_assignments import role_assignments_request_builder

    builder = role_assignments_request_builder.RoleAssignmentsRequestBuilder
    query = builder.RoleAssignmentsRequestBuilderGetQueryParameters(expand=[expand])
    configuration = RequestConfiguration(query_parameters=query)
    return graph.sdk.role_management.directory.role_assignments.to_get_request_information(configuration)


def eligible_roles(graph: Graph, expand: Expand) -> Any:
    """The same of who may activate a role (Privileged Identity Management)."""
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.role_management.directory.role_eligibility_schedule_instances import (
        role_eligibility_schedule_instances_request_builder,
    )

    builder = role_eligibility_schedule_instances_request_builder.RoleEligibilityScheduleInstancesRequestBuilder
    query = builder.RoleEligibilityScheduleInstancesRequestBuilderGetQueryParameters(expand=[expand])
    configuration = RequestConfiguration(query_parameters=query)
    instances = graph.sdk.role_management.directory.role_eligibility_schedule_instances
    return instances.to_get_request_information(configuration)


def _users(graph: Graph, select: str, top: int, expand: list[str] | None = None) -> Any:
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder

    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=select.split(","), top=top, expand=expand)
    return graph.sdk.users.to_get_request_information(RequestConfiguration(query_parameters=query))
