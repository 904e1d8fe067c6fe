"""`without:PERMISSION`: the app was never granted one permission, and what needs it as the least one is refused.

Which request needs which is said on each operation's own page ("Permissions", application, least privileged).
"""

from licenseiq_demo.faults.rules import Rule

_READS, _WRITES = ("GET",), ("POST", "PATCH", "PUT", "DELETE")
_ACCOUNT = "^/(users|directory/deletedItems)(/[^/]+)?$"

# Permission -> (methods, path, what the body holds, what the query holds), one or several.
NEEDS: dict[str, tuple[tuple[tuple[str, ...], str, str, str], ...]] = {
    "User.Read.All": (
        (_READS, _ACCOUNT, "", ""),
        (_READS, "^/users/([^/]+/(manager|directReports|photo)|\\$count)", "", ""),
    ),
    "RoleManagement.Read.Directory": ((_READS, "^/roleManagement/directory/role(Assignments|Definitions)", "", ""),),
    "RoleEligibilitySchedule.Read.Directory": ((_READS, "^/roleManagement/directory/roleEligibility", "", ""),),
    "GroupMember.Read.All": ((_READS, "^/(users/[^/]+/(transitiveM|m)emberOf|groups/[^/]+/members)", "", ""),),
    "Group.Read.All": ((_READS, "^/groups(/[^/]+)?$", "", ""),),
    "LicenseAssignment.Read.All": ((_READS, "^/(subscribedSkus|users/[^/]+/licenseDetails)", "", ""),),
    "User.EnableDisableAccount.All": ((_WRITES, _ACCOUNT, "accountEnabled", ""),),
    "User.RevokeSessions.All": ((_WRITES, "^/users/[^/]+/revokeSignInSessions", "", ""),),
    "LicenseAssignment.ReadWrite.All": ((_WRITES, "^/users/[^/]+/assignLicense", "", ""),),
    "GroupMember.ReadWrite.All": ((_WRITES, "^/groups/[^/]+/members/", "", ""),),
    "User.ReadWrite.All": (
        (("POST",), "^/users$", "", ""),
        (_WRITES, "^/users/[^/]+/manager/", "", ""),
        *((("PATCH",), _ACCOUNT, name, "") for name in ("department", "jobTitle", "officeLocation", "usageLocation")),
    ),
    "AppRoleAssignment.ReadWrite.All": ((_WRITES, "^/users/[^/]+/appRoleAssignments", "", ""),),
    "Application.ReadWrite.All": ((_WRITES, "^/applications/[^/]+/owners/", "", ""),),
    "AuditLog.Read.All": ((_READS, "^/auditLogs/", "", ""), (_READS, "^/users", "", "signInActivity")),
    "Calendars.Read": ((_READS, "^/users/[^/]+/(calendar|events)", "", ""),),
    "Calendars.ReadWrite": ((_WRITES, "^/users/[^/]+/(calendar|events)", "", ""),),
    "CustomSecAttributeAssignment.Read.All": ((_READS, "^/users/[^/]+$", "", "customSecurityAttributes"),),
    "DelegatedPermissionGrant.ReadWrite.All": ((_WRITES, "^/oauth2PermissionGrants", "", ""),),
    "Device.Read.All": ((_READS, "^/(users/[^/]+/(registered|owned)Devices|devices)", "", ""),),
    "Device.ReadWrite.All": ((_WRITES, "^/devices/", "", ""),),
    "DeviceManagementManagedDevices.Read.All": ((_READS, "^/(users/[^/]+|deviceManagement)/managedDevices", "", ""),),
    "Directory.Read.All": (
        (_READS, "^/users/[^/]+/(ownedObjects|appRoleAssignments|oauth2PermissionGrants)", "", ""),
        (_READS, "^/(servicePrincipals(/[^/]+)?$|(groups|applications)/[^/]+/owners)", "", ""),
        (_READS, "^/groups/[^/]+/appRoleAssignments", "", ""),
    ),
    "Exchange.ManageAsApp": (((), "^/adminapi/", "", ""),),
    "Files.Read.All": ((_READS, "^/(drives|sites|users/[^/]+/drive)", "", ""),),
    "Files.ReadWrite.All": ((_WRITES, "^/drives/", "", ""),),
    "Group.ReadWrite.All": ((_WRITES, "^/groups/[^/]+/owners/", "", ""),),
    "LifecycleWorkflows.Read.All": ((_READS, "^/identityGovernance/", "", ""),),
    "Mail.Send": ((_WRITES, "^/users/[^/]+/sendMail", "", ""),),
    "MailboxSettings.Read": ((_READS, "^/users/[^/]+/mail(boxSettings|Folders)", "", ""),),
    "MailboxSettings.ReadWrite": ((_WRITES, "^/users/[^/]+/mail(boxSettings|Folders)", "", ""),),
    "Policy.Read.All": ((_READS, "^/identity/conditionalAccess/", "", ""),),
    "Synchronization.Read.All": ((_READS, "^/servicePrincipals/[^/]+/synchronization", "", ""),),
    "Synchronization.ReadWrite.All": ((_WRITES, "^/servicePrincipals/[^/]+/synchronization", "", ""),),
    "User-LifeCycleInfo.Read.All": ((_READS, "^/users/[^/]+$", "", "employeeLeaveDateTime"),),
    "User-PasswordProfile.ReadWrite.All": ((_WRITES, _ACCOUNT, "passwordProfile", ""),),
    "User.DeleteRestore.All": (
        (("DELETE",), _ACCOUNT, "", ""),
        (("POST",), "^/directory/deletedItems/[^/]+/restore", "", ""),
    ),
    "UserAuthenticationMethod.Read.All": ((_READS, "^/users/[^/]+/authentication/", "", ""),),
    "UserAuthenticationMethod.ReadWrite.All": ((_WRITES, "^/users/[^/]+/authentication/", "", ""),),
    "eDiscovery.Read.All": ((_READS, "^/security/cases", "", ""),),
}


def without(permission: str) -> list[Rule]:
    """The rules of a permission that is missing; KeyError for one that nothing here needs."""
    return [
        Rule(
            "status",
            regex=path,
            body=body,
            query=query,
            method=method,
            status=403,
            code="Authorization_RequestDenied",
            message="Insufficient privileges to complete the operation.",
        )
        for methods, path, body, query in NEEDS[permission]
        for method in methods or ("",)
    ]
