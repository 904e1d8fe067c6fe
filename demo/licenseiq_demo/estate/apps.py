"""Enterprise applications: who may use them, what people consented to, and which provision accounts elsewhere.

Shapes: "servicePrincipal", "appRoleAssignment", "oAuth2PermissionGrant" and "synchronizationJob" (graph, resources).
"""

import random
from dataclasses import dataclass, field

from licenseiq_demo.estate.story import Story
from licenseiq_demo.people.calendar import Calendar, new_id
from licenseiq_demo.people.person import Fields, Person

DEFAULT_ROLE = "00000000-0000-0000-0000-000000000000"
_GALLERY = ["WindowsAzureActiveDirectoryIntegratedApp", "WindowsAzureActiveDirectoryGalleryApplicationPrimaryV1"]


@dataclass(frozen=True, slots=True)
class App:
    """One application: how people sign in to it, and the template of its provisioning job, if it has one."""

    key: str
    name: str
    sign_on: str | None
    login_url: str | None
    job: str | None = None


CATALOGUE: tuple[App, ...] = (
    App("crm", "Harrow CRM", "saml", "https://harrow-crm.example/sso", job="scim"),
    App("board", "Tallyboard", "saml", "https://tallyboard.example/login"),
    App("travel", "Wayfarer Travel", "saml", "https://wayfarer-travel.example/saml", job="scim"),
    App("wiki", "Pagewell Wiki", "oidc", "https://pagewell-wiki.example/signin"),
    App("sign", "Inkwell Sign", "oidc", "https://inkwell-sign.example/"),
    App("vault", "Padlock Passwords", "password", "https://padlock.example/"),
    App("portal", "Calibration Portal", "oidc", "https://portal.larkfield.example/"),
    App("hr", "HR inbound provisioning", None, None, job="API2AAD"),
    App("graph", "Microsoft Graph", None, None),
)
"""`crm` and `board` are given in person, `travel` and `wiki` by a group; `sign` and `vault` only by consent; `portal`
is the company's own."""


@dataclass(slots=True)
class Apps:
    """Everything about applications. `active` says of each app with a job whose account there works."""

    principals: dict[str, Fields] = field(default_factory=dict)
    applications: dict[str, Fields] = field(default_factory=dict)
    owners: dict[str, list[str]] = field(default_factory=dict)
    assignments: list[Fields] = field(default_factory=list)
    grants: list[Fields] = field(default_factory=list)
    jobs: dict[str, Fields] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    active: dict[str, dict[str, bool]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """The service principal of each app by its key."""

    def assigned(self, person: Person, principal_id: str | None = None) -> list[Fields]:
        """What this person may use, in person or by a group of theirs, as "List appRoleAssignments" says it."""
        holders = {person.id, *person.groups}
        return [
            row
            for row in self.assignments
            if row["principalId"] in holders and principal_id in (None, row["resourceId"])
        ]


def install(people: list[Person], story: Story, when: Calendar, tenant_id: str, seed: str) -> Apps:
    """All applications with everybody who may use them."""
    rng, apps = random.Random(seed), Apps()
    for app in CATALOGUE:
        _add(apps, app, when, tenant_id, rng)
    for key, group_id in story.app_groups.items():
        name = "App - Travel bookings" if key == "travel" else "App - Wiki editors"
        _assign(apps, key, group_id, name, "Group", when, rng)
    with_apps = set(story.is_in("leaver_with_apps"))
    for person in people:
        sells = person.fields["department"] == "Sales" and person.cause not in ("new_hire", "told_leaver")
        for key, wanted in (("crm", sells), ("board", person.fields["department"] == "Marketing")):
            if wanted or person.id in with_apps:
                _assign(apps, key, person.id, person.fields["displayName"], "User", when, rng)
        if person.id in with_apps or person.cause == "left_last_month":
            for key in ("sign", "vault"):
                _consent(apps, key, person.id, rng)
    owner = next(iter(story.is_in("leaver_who_owns")), None)
    if owner is not None:
        portal = next(key for key, row in apps.applications.items() if row["displayName"] == "Calibration Portal")
        apps.owners |= {portal: [owner], apps.ids["portal"]: [owner]}
    _consent(apps, "portal", None, rng)
    for key in ("crm", "travel"):
        sp = apps.ids[key]
        holders = {row["principalId"] for row in apps.assignments if row["resourceId"] == sp}
        apps.active[sp] = {p.id: True for p in people if p.id in holders or not holders.isdisjoint(p.groups)}
    return apps


def _add(apps: Apps, app: App, when: Calendar, tenant_id: str, rng: random.Random) -> None:
    principal_id, app_id = new_id(rng), new_id(rng)
    created = when.moment(700, rng)
    own = app.key == "portal"
    apps.ids[app.key] = principal_id
    apps.principals[principal_id] = {
        "id": principal_id,
        "appId": app_id,
        "displayName": app.name,
        "appDisplayName": app.name,
        "accountEnabled": True,
        "servicePrincipalType": "Application",
        "appOwnerOrganizationId": tenant_id if own else "f8cdef31-a31e-4b4a-93e4-5f571e91255a",
        "appRoleAssignmentRequired": app.sign_on == "saml",
        "homepage": app.login_url,
        "loginUrl": app.login_url,
        "preferredSingleSignOnMode": app.sign_on,
        "tags": list(_GALLERY) if app.sign_on and not own else ["WindowsAzureActiveDirectoryIntegratedApp"],
        "notificationEmailAddresses": [],
        "appRoles": [],
        "createdDateTime": created,
    }
    if own:
        application_id = new_id(rng)
        apps.applications[application_id] = {
            "id": application_id,
            "appId": app_id,
            "displayName": app.name,
            "signInAudience": "AzureADMyOrg",
            "createdDateTime": created,
        }
    if app.job is not None:
        apps.jobs[principal_id] = _job(app.job, tenant_id, when, rng)
        apps.rules[principal_id] = new_id(rng)


def _job(template: str, tenant_id: str, when: Calendar, rng: random.Random) -> Fields:
    """A synchronizationJob; the inbound one rests until somebody switches it on."""
    runs = template != "API2AAD"
    done = when.moment(1, rng)
    execution = {
        "activityIdentifier": new_id(rng),
        "countEntitled": 0,
        "countExported": 0,
        "state": "Succeeded",
        "error": None,
        "timeBegan": done,
        "timeEnded": done,
    }
    return {
        "id": f"{template}.{tenant_id.replace('-', '')}.{new_id(rng)}",
        "templateId": template,
        "schedule": {"expiration": None, "interval": "PT40M", "state": "Active" if runs else "Disabled"},
        "status": {
            "code": "Active" if runs else "Paused",
            "countSuccessiveCompleteFailures": 0,
            "escrowsPruned": False,
            "lastExecution": execution if runs else None,
            "lastSuccessfulExecution": execution if runs else None,
            "lastSuccessfulExecutionWithExports": None,
            "quarantine": None,
            "steadyStateFirstAchievedTime": done if runs else "0001-01-01T00:00:00Z",
            "steadyStateLastAchievedTime": done if runs else "0001-01-01T00:00:00Z",
            "synchronizedEntryCountByType": [],
            "troubleshootingUrl": None,
        },
        "synchronizationJobSettings": [],
    }


def opaque(rng: random.Random) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return "".join(rng.choices(letters, k=43))


def _assign(
    apps: Apps, key: str, principal: str, name: str | None, kind: str, when: Calendar, rng: random.Random
) -> None:
    resource = apps.principals[apps.ids[key]]
    apps.assignments.append(
        {
            "id": opaque(rng),
            "deletedDateTime": None,
            "appRoleId": DEFAULT_ROLE,
            "createdDateTime": when.moment(300, rng),
            "principalDisplayName": name,
            "principalId": principal,
            "principalType": kind,
            "resourceDisplayName": resource["displayName"],
            "resourceId": resource["id"],
        }
    )


def _consent(apps: Apps, key: str, principal: str | None, rng: random.Random) -> None:
    """A delegated grant of one person, or of everybody (`AllPrincipals`)."""
    apps.grants.append(
        {
            "id": opaque(rng),
            "clientId": apps.ids[key],
            "consentType": "Principal" if principal else "AllPrincipals",
            "principalId": principal,
            "resourceId": apps.ids["graph"],
            "scope": "openid profile offline_access User.Read Files.Read",
        }
    )
