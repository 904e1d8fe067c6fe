"""Faults by name: what one would otherwise write out as rules."""

from collections.abc import Callable

from licenseiq_demo.faults.permissions import without
from licenseiq_demo.faults.rules import Rule

LANES: dict[str, tuple[str, str]] = {
    "skus": ("^/subscribedSkus", ""),
    "organization": ("^/organization", ""),
    "subscriptions": ("^/directory/subscriptions", ""),
    "report_settings": ("^/admin/reportSettings", ""),
    "reports": ("^/(copilot/)?reports/", ""),
    "copilot": ("^/copilot/", ""),
    "roles": ("^/roleManagement", ""),
    "eligibility": ("^/roleManagement/directory/roleEligibility", ""),
    "users": ("^/users", ""),
    "signin": ("^/users", "signInActivity"),
    "groups": ("^/groups", ""),
    "members": ("^/groups/[^/]+/members", ""),
    "mailbox": ("^/users/[^/]+/mailboxSettings", ""),
    "drive": ("^/users/[^/]+/drive", ""),
    "rules": ("^/users/[^/]+/mailFolders", ""),
    "calendar": ("^/users/[^/]+/(calendar|events)", ""),
    "send_mail": ("^/users/[^/]+/sendMail", ""),
    "ediscovery": ("^/security/cases", ""),
    "workflows": ("^/identityGovernance", ""),
    "exchange": ("^/adminapi/", ""),
    "methods": ("^/users/[^/]+/authentication/", ""),
    "intune": ("^/(users/[^/]+|deviceManagement)/managedDevices", ""),
    "devices_read": ("^/(users/[^/]+/(registered|owned)Devices|devices)", ""),
    "owned": ("^/users/[^/]+/ownedObjects", ""),
    "apps_read": ("^/(servicePrincipals|applications|users/[^/]+/(appRoleAssignments|oauth2PermissionGrants))", ""),
    "provisioning": ("^/servicePrincipals/[^/]+/synchronization", ""),
    "files": ("^/(drives|sites|users/[^/]+/drive)", ""),
    "sharepoint_settings": ("^/admin/sharepoint", ""),
    "deleted": ("^/directory/deletedItems", ""),
}
"""Permission lanes for `forbid:<lane>`: path and, where it matters, what the query holds."""

WRITES: dict[str, tuple[str, str, str]] = {
    "password": ("PATCH", "^/users/[^/]+$", "passwordProfile"),
    "disable": ("PATCH", "^/users/[^/]+$", "accountEnabled"),
    "create_users": ("POST", "^/users$", ""),
    "delete_users": ("DELETE", "^/(users|directory/deletedItems)/[^/]+$", ""),
    "delete_methods": ("DELETE", "^/users/[^/]+/authentication/", ""),
    "temporary_pass": ("POST", "^/users/[^/]+/authentication/temporaryAccessPassMethods$", ""),
    "devices": ("PATCH", "^/devices/", ""),
    "owners": ("", "^/(groups|applications)/[^/]+/owners/.*ref$", ""),
    "app_roles": ("DELETE", "^/users/[^/]+/appRoleAssignments/", ""),
    "grants": ("DELETE", "^/oauth2PermissionGrants/", ""),
    "provision": ("POST", "^/servicePrincipals/.*/provisionOnDemand$", ""),
    "file_writes": ("POST", "^/drives/", ""),
    "file_deletes": ("DELETE", "^/drives/", ""),
    "export": ("POST", "^/users/[^/]+/exportPersonalData$", ""),
}
"""Permission lanes of writes: method (empty: any), path, and what the body holds."""


_DENIED = "Authorization_RequestDenied"
_REFUSED = "Insufficient privileges to complete the operation."


def _forbid(lane: str) -> list[Rule]:
    if lane in WRITES:
        method, regex, body = WRITES[lane]
        return [Rule("status", regex=regex, body=body, method=method, status=403, code=_DENIED, message=_REFUSED)]
    regex, query = LANES[lane]
    code, message = _DENIED, _REFUSED
    if lane == "signin":
        # graph-facts 7.4: reporting data names the missing permission in a code of its own.
        code = "Authentication_MSGraphPermissionMissing"
        message = "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All"
    return [Rule("status", regex=regex, query=query, status=403, code=code, message=message)]


def _no_p1(_: str) -> list[Rule]:
    return [
        Rule("no_p1", path="/organization"),
        *(
            Rule(
                "status",
                path=path,
                query=query,
                status=403,
                code="Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                message="Neither tenant is B2C or tenant doesn't have premium license",
            )
            for path, query in (("/users", "signInActivity"), ("/auditLogs", ""))
        ),
        *_no_p2(""),
    ]


def _no_p2(_: str) -> list[Rule]:
    return [
        Rule(
            "status",
            path="/roleManagement/directory/roleEligibility",
            status=400,
            code="AadPremiumLicenseRequired",
            message="The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.",
        )
    ]


def _expired(times: str) -> list[Rule]:
    message = "Lifetime validation failed, the token is expired."
    count = int(times) if times else None
    return [Rule("status", status=401, code="InvalidAuthenticationToken", message=message, times=count)]


def _storm(times: str) -> list[Rule]:
    return [
        Rule(
            "status",
            status=429,
            code="TooManyRequests",
            message="Too many requests.",
            retry_after=1,
            times=int(times or "2"),
            per_path=True,
        )
    ]


def _exchange_read_only(_: str) -> list[Rule]:
    """The app holds a role that only looks (View-Only Recipients)."""
    return [Rule("status", cmdlet="(set|add|remove)-.*", status=403, code="Forbidden")]


PRESETS: dict[str, Callable[[str], list[Rule]]] = {
    "no_p1": _no_p1,
    "no_p2": _no_p2,
    "concealed_names": lambda _: [Rule("concealed_names")],
    "expired_token": _expired,
    "forbid": _forbid,
    "without": without,
    "exchange_read_only": _exchange_read_only,
    "throttle_storm": _storm,
    "hostile_redirect": lambda _: [Rule("hostile_redirect", path="/reports/")],
    "nobody": lambda _: [Rule("nobody")],
    "rule_lag": lambda reads: [Rule("rule_lag", reads=int(reads or "5"))],
    "no_temporary_pass": lambda _: [Rule("no_temporary_pass")],
    "short_copy": lambda _: [Rule("short_copy")],
    "failed_copy": lambda _: [Rule("failed_copy")],
    "inbound_provisioning": lambda _: [Rule("inbound_provisioning")],
}


def expand(name: str) -> list[Rule]:
    """The rules of `name` or `name:argument`; KeyError or ValueError when there is no such preset."""
    preset, _, argument = name.partition(":")
    return PRESETS[preset](argument)
