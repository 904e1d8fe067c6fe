"""Reading people.

Page sizes and default properties: "List users" (graph, api/user-list): 100 by default, 999 at most, 500
with signInActivity; 100 with `$expand` (graph, known issue 13635), which no advanced query takes (query-parameters).
"""

import re
from collections.abc import Callable

from licenseiq_demo import odata
from licenseiq_demo.catalogue import Sku, by_id
from licenseiq_demo.graph.handler import Keys, person
from licenseiq_demo.people.person import Fields, Person
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, entity, not_found

DEFAULTS = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
_ALWAYS: Fields = {
    "businessPhones": [],
    "mobilePhone": None,
    "onPremisesLastSyncDateTime": None,
    "onPremisesSamAccountName": None,
    "employeeLeaveDateTime": None,
    "isResourceAccount": None,
    "isManagementRestricted": None,
    "creationType": None,
    "externalUserState": None,
    "otherMails": [],
    "passwordPolicies": None,
    "lastPasswordChangeDateTime": None,
    "ageGroup": None,
    "streetAddress": None,
    "postalCode": None,
    "state": None,
    "authorizationInfo": {"certificateUserIds": []},
    "consentProvidedForMinor": None,
    "deletedDateTime": None,
    "externalUserStateChangeDateTime": None,
    "faxNumber": None,
    "identities": [],
    "imAddresses": [],
    "legalAgeGroupClassification": None,
    "onPremisesDistinguishedName": None,
    "onPremisesDomainName": None,
    "onPremisesExtensionAttributes": {f"extensionAttribute{n}": None for n in range(1, 16)},
    "onPremisesImmutableId": None,
    "onPremisesProvisioningErrors": [],
    "onPremisesSecurityIdentifier": None,
    "onPremisesUserPrincipalName": None,
    "preferredDataLocation": None,
    "provisionedPlans": [],
    "securityIdentifier": None,
    "serviceProvisioningErrors": [],
    "showInAddressList": None,
}
_STORED = frozenset(
    [
        "id",
        "displayName",
        "givenName",
        "surname",
        "userPrincipalName",
        "mail",
        "mailNickname",
        "userType",
        "accountEnabled",
        "createdDateTime",
        "department",
        "jobTitle",
        "officeLocation",
        "usageLocation",
        "country",
        "city",
        "companyName",
        "preferredLanguage",
        "employeeId",
        "employeeType",
        "employeeHireDate",
        "employeeOrgData",
        "onPremisesSyncEnabled",
        "signInSessionsValidFromDateTime",
        "proxyAddresses",
        "signInActivity",
        "assignedLicenses",
        "licenseAssignmentStates",
    ]
)
# What SharePoint keeps, and custom attributes, which take a permission of their own.
_ONE_ONLY: Fields = {
    "aboutMe": None,
    "birthday": "0001-01-01T08:00:00Z",
    "customSecurityAttributes": None,
    "hireDate": "0001-01-01T00:00:00Z",
    "interests": [],
    "mailboxSettings": None,
    "mySite": None,
    "pastProjects": [],
    "preferredName": None,
    "responsibilities": [],
    "schools": [],
    "skills": [],
}


def _plans(fields: Fields) -> list[Fields]:
    skus: list[Sku] = [by_id()[row["skuId"]] for row in fields["assignedLicenses"]]
    return [
        {"servicePlanId": plan.plan_id, "service": plan.name, "capabilityStatus": "Enabled"}
        for sku in skus
        for plan in sku.plans
    ]


def view(names: tuple[str, ...], fields: Fields) -> Fields:
    """The selected properties; a missing one is null, except those that Graph leaves out."""
    found: Fields = {}
    for name in names:
        if name in fields:
            found[name] = fields[name]
        elif name in _ALWAYS:
            found[name] = _ALWAYS[name]
        elif name in _ONE_ONLY:
            found[name] = _ONE_ONLY[name]
        elif name == "assignedPlans":
            found[name] = _plans(fields)
    return found


def names_of(request: Asked, *, one: bool) -> tuple[str, ...]:
    """The selected properties, or the default ones; refuses those that do not exist, or not on a collection."""
    names = odata.select(request) or DEFAULTS
    for name in names:
        if name in _ONE_ONLY and not one:
            raise GraphError(501, "NotImplemented", f"'{name}' can only be read for one user at a time.")
        if name not in _STORED | _ALWAYS.keys() | _ONE_ONLY.keys() and name != "assignedPlans":
            raise GraphError(
                400,
                "BadRequest",
                f"Parsing OData Select and Expand failed: Could not find a property named '{name}' "
                "on type 'microsoft.graph.user'.",
            )
    return names


_EXPAND = re.compile(r"manager(?:\(\$select=(?P<names>[\w,]+)\))?")


def _manager(state: DemoState, request: Asked) -> Callable[[Person, Fields], Fields]:
    """Adds the manager, where `$expand` asks for one and there is one."""
    text = request.query.get("$expand")
    if text is None:
        return lambda _, fields: fields
    wanted = _EXPAND.fullmatch(text)
    if wanted is None or request.eventual:
        raise GraphError(400, "Request_UnsupportedQuery", "Unsupported Query.")
    names = tuple((wanted["names"] or ",".join(DEFAULTS)).split(","))

    def added(someone: Person, fields: Fields) -> Fields:
        boss = state.tenant.by_id.get(someone.manager or "")
        if boss is None:
            return fields
        return fields | {"manager": {"@odata.type": "#microsoft.graph.user", **view(names, boss.fields)}}

    return added


def _people(state: DemoState) -> list[Person]:
    return [] if state.faults.on("nobody") else state.tenant.people


def _most_on_a_page(request: Asked, names: tuple[str, ...]) -> int:
    if "$expand" in request.query:
        return 100
    return 500 if "signInActivity" in names else 999


def list_users(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /users`."""
    odata.refuse_what_directories_cannot(request)
    names = names_of(request, one=False)
    with_manager = _manager(state, request)
    size = odata.top(request, 100, _most_on_a_page(request, names))
    seen = state.tenant.seen
    found, extra = odata.page(request, _people(state), lambda someone: seen(someone).fields, size)
    rows = [with_manager(someone, view(names, seen(someone).fields)) for someone in found]
    return collection(request, f"users({','.join(names)})", rows, **extra)


def count_users(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /users/$count`, for which ConsistencyLevel is needed."""
    if not request.eventual:
        raise GraphError(400, "Request_BadRequest", "$count is not currently supported.")
    matches = odata.matcher(request)
    total = sum(1 for someone in _people(state) if matches is None or matches(someone.fields))
    return Answer(200, raw=str(total).encode(), media="text/plain;charset=utf-8")


def one_user(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}`."""
    names = names_of(request, one=True)
    someone = person(state, keys)
    row = _manager(state, request)(someone, view(names, state.tenant.seen(someone, single=True).fields))
    return entity(request, f"users({','.join(names)})/$entity", row)


def manager(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/manager`."""
    boss = state.tenant.by_id.get(person(state, keys).manager or "")
    if boss is None:
        raise not_found("manager")
    return entity(
        request,
        "directoryObjects/$entity",
        {"@odata.type": "#microsoft.graph.user", **view(odata.select(request) or DEFAULTS, boss.fields)},
    )


def photo(_: DemoState, __: Asked, ___: Keys) -> Answer:
    """`GET /users/{id}/photo` and its bytes: nobody has one."""
    raise GraphError(404, "ImageNotFound", "Exception of type 'ImageNotFoundException' was thrown.")


def license_details(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET /users/{id}/licenseDetails`."""
    someone = state.tenant.seen(person(state, keys))
    rows = []
    for held in someone.fields["assignedLicenses"]:
        sku = by_id()[held["skuId"]]
        plans = [
            {
                "servicePlanId": plan.plan_id,
                "servicePlanName": plan.name,
                "provisioningStatus": "Disabled" if plan.plan_id in held["disabledPlans"] else "Success",
                "appliesTo": "User",
            }
            for plan in sku.plans
        ]
        rows.append({"id": sku.sku_id, "skuId": sku.sku_id, "skuPartNumber": sku.part, "servicePlans": plans})
    return collection(request, f"users('{someone.id}')/licenseDetails", rows)


def by_ids(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`POST /directoryObjects/getByIds`: a read, although it is a POST; unknown ids are left out."""
    ids = [str(item) for item in request.json().get("ids", [])]
    rows: list[Fields] = []
    for key in ids:
        someone, group = state.tenant.by_id.get(key), state.tenant.groups.get(key)
        if someone is not None:
            rows.append({"@odata.type": "#microsoft.graph.user", **view(DEFAULTS, someone.fields)})
        elif group is not None:
            rows.append({"@odata.type": "#microsoft.graph.group", **group.fields})
    return collection(request, "directoryObjects", rows)
