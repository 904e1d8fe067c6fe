"""Creating an account: "Create user" (graph, api/user-post-users). It comes without licence, mailbox and sign-ins."""

import re

from licenseiq_demo.graph.accounts import check_password
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.graph.users import DEFAULTS, view
from licenseiq_demo.people.calendar import new_id
from licenseiq_demo.people.names import DOMAIN, GUEST_DOMAIN
from licenseiq_demo.people.person import Fields, Person, Usage
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, entity

_REQUIRED = ("accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile")
_OPTIONAL = frozenset(
    [
        "givenName",
        "surname",
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
        "mobilePhone",
        "businessPhones",
        "otherMails",
        "passwordPolicies",
    ]
)
_UPN = re.compile(r"[A-Za-z0-9'.\-_!#^~]+@[A-Za-z0-9.\-]+")
TAKEN = "Another object with the same value for property userPrincipalName already exists."


def _refused(message: str) -> GraphError:
    return GraphError(400, "Request_BadRequest", message)


def _checked(state: DemoState, body: Fields) -> None:
    for name in _REQUIRED[:-1]:
        if body.get(name) in (None, ""):
            raise _refused(f"A value is required for property '{name}' of resource 'User'.")
    check_password(body.get("passwordProfile"))
    for name in body:
        if name not in _OPTIONAL and name not in _REQUIRED:
            raise _refused(f"Property '{name}' cannot be set when a user is created.")
    if not isinstance(body["accountEnabled"], bool):
        raise _refused("Invalid value specified for property 'accountEnabled' of resource 'User'.")
    upn = str(body["userPrincipalName"])
    if not _UPN.fullmatch(upn):
        raise _refused("Invalid value specified for property 'userPrincipalName' of resource 'User'.")
    if upn.rpartition("@")[2].lower() not in (DOMAIN, GUEST_DOMAIN):
        raise _refused(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain "
            "names in your organization."
        )
    if state.tenant.find(upn) is not None:
        raise _refused(TAKEN)


def create(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`POST /users`: 201 with the default properties."""
    body, now = request.json(), state.stamp()
    _checked(state, body)
    upn = str(body["userPrincipalName"])
    fields: Fields = {
        "id": new_id(state.estate.rng),
        "userType": "Member",
        "createdDateTime": now,
        "mail": None,
        "proxyAddresses": [],
        "onPremisesSyncEnabled": None,
        "signInSessionsValidFromDateTime": now,
        "lastPasswordChangeDateTime": now,
        "employeeOrgData": None,
        "assignedLicenses": [],
        "licenseAssignmentStates": [],
        **dict.fromkeys(sorted(_OPTIONAL - {"businessPhones", "otherMails"})),
        "businessPhones": [],
        "otherMails": [],
        **{name: value for name, value in body.items() if name != "passwordProfile"},
    }
    state.tenant.add(Person("created", fields, Usage(), None, None, []))
    answer = entity(request, "users/$entity", view(DEFAULTS, fields))
    location = f"{request.base}/v1.0/users/{fields['id']}"
    return Answer(201, answer.data | {"userPrincipalName": upn}, {"Location": location})
