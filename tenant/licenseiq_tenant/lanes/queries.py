"""Requests with a query, through the SDK's builders. The SDK's modules are imported when they are first needed."""

from typing import Any

from licenseiq_tenant.graph.client import Graph

# The most that Graph gives on a page (List users, List groups); it cuts a larger $top without a word.
PAGE = 999
SIGN_IN_PAGE = 500
_USER = (
    "id,userPrincipalName,displayName,department,jobTitle,officeLocation,usageLocation,userType,accountEnabled,"
    "createdDateTime,employeeHireDate,employeeType,onPremisesSyncEnabled,licenseAssignmentStates"
)
_GROUP = "id,displayName,assignedLicenses,membershipRule,onPremisesSyncEnabled"


def users(graph: Graph) -> Any:
    """Everybody, without sign-ins: those have their own, slow request."""
    return _users(graph, _USER, PAGE)


def sign_ins(graph: Graph) -> Any:
    """The sign-ins of everybody."""
    return _users(graph, "id,signInActivity", SIGN_IN_PAGE)


def groups(graph: Graph) -> Any:
    """The groups that carry licences: an advanced query, which needs $count and the header to be let in."""
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder

    query = GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters(
        select=_GROUP.split(","), top=PAGE, count=True, filter="assignedLicenses/$count ne 0"
    )
    info = graph.sdk.groups.to_get_request_information(RequestConfiguration(query_parameters=query))
    info.headers.try_add("ConsistencyLevel", "eventual")
    return info


def role_assignments(graph: Graph) -> Any:
    """Every active assignment of a directory role, with the role's definition."""
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.role_management.directory.role_assignments import role_assignments_request_builder

    builder = role_assignments_request_builder.RoleAssignmentsRequestBuilder
    query = builder.RoleAssignmentsRequestBuilderGetQueryParameters(expand=["roleDefinition"])
    configuration = RequestConfiguration(query_parameters=query)
    return graph.sdk.role_management.directory.role_assignments.to_get_request_information(configuration)


def _users(graph: Graph, select: str, top: int) -> Any:
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder

    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=select.split(","), top=top)
    return graph.sdk.users.to_get_request_information(RequestConfiguration(query_parameters=query))
