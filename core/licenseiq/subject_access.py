"""What is asked when a person wants a copy of their data (GDPR, article 15), and where else to look.

Each source is one request of Microsoft Graph that reads, with the least permission of an application for it
(permissions reference). Mail, chats and the content of sites are not among them: an application that may read those may
read everybody's, and Purview exports them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from licenseiq.proposals.canonical import Json

_ACCOUNT = (
    "id,deletedDateTime,accountEnabled,ageGroup,assignedLicenses,assignedPlans,authorizationInfo,businessPhones,city,"
    "companyName,consentProvidedForMinor,country,createdDateTime,creationType,department,displayName,employeeHireDate,"
    "employeeId,employeeOrgData,employeeType,externalUserState,externalUserStateChangeDateTime,faxNumber,givenName,"
    "identities,imAddresses,isManagementRestricted,isResourceAccount,jobTitle,lastPasswordChangeDateTime,"
    "legalAgeGroupClassification,licenseAssignmentStates,mail,mailNickname,mobilePhone,officeLocation,"
    "onPremisesDistinguishedName,onPremisesDomainName,onPremisesExtensionAttributes,onPremisesImmutableId,"
    "onPremisesLastSyncDateTime,onPremisesProvisioningErrors,onPremisesSamAccountName,onPremisesSecurityIdentifier,"
    "onPremisesSyncEnabled,onPremisesUserPrincipalName,otherMails,passwordPolicies,postalCode,preferredDataLocation,"
    "preferredLanguage,provisionedPlans,proxyAddresses,securityIdentifier,serviceProvisioningErrors,showInAddressList,"
    "signInSessionsValidFromDateTime,state,streetAddress,surname,usageLocation,userPrincipalName,userType"
)
# SharePoint keeps these, and gives them for one person at a time.
_PROFILE = "id,aboutMe,birthday,hireDate,interests,mySite,pastProjects,preferredName,responsibilities,schools,skills"
_PERSON = "id,displayName,userPrincipalName"
_ITEM = "id,name,size,file,folder,createdDateTime,lastModifiedDateTime,createdBy,lastModifiedBy,parentReference,shared"


@dataclass(frozen=True, slots=True)
class Source:
    """One thing to ask for. `{id}` in the path is the account's id. `what` follows 'could not read'. `many`: a
    collection, read to its end or not at all. `may_lack`: a 404 says that there is none. `of_logs`: it is asked of the
    tenant, so it is there when the account is not."""

    name: str
    what: str
    path: str
    permission: str
    many: bool = False
    may_lack: bool = False
    of_logs: bool = False


SOURCES: tuple[Source, ...] = (
    Source("account", "the account", f"/users/{{id}}?$select={_ACCOUNT}", "User.Read.All"),
    Source("profile", "the profile that SharePoint keeps", f"/users/{{id}}?$select={_PROFILE}", "User.Read.All"),
    Source("sign_in_activity", "the last sign-ins", "/users/{id}?$select=id,signInActivity", "AuditLog.Read.All"),
    Source(
        "leave_date",
        "the leave date",
        "/users/{id}?$select=id,employeeLeaveDateTime",
        "User-LifeCycleInfo.Read.All",
    ),
    Source(
        "custom_attributes",
        "the custom security attributes",
        "/users/{id}?$select=id,customSecurityAttributes",
        "CustomSecAttributeAssignment.Read.All",
    ),
    Source("manager", "the manager", f"/users/{{id}}/manager?$select={_PERSON}", "User.Read.All", may_lack=True),
    Source(
        "reports", "who reports to the person", f"/users/{{id}}/directReports?$select={_PERSON}", "User.Read.All", True
    ),
    Source(
        "groups",
        "the groups",
        "/users/{id}/transitiveMemberOf/microsoft.graph.group?$select=id,displayName,description,mail&$top=999",
        "GroupMember.Read.All",
        many=True,
    ),
    Source("owned", "what the person owns", "/users/{id}/ownedObjects?$top=999", "Directory.Read.All", many=True),
    Source(
        "roles",
        "the directory roles",
        "/roleManagement/directory/roleAssignments?$filter=principalId eq '{id}'&$expand=roleDefinition",
        "RoleManagement.Read.Directory",
        many=True,
        of_logs=True,
    ),
    Source(
        "eligible_roles",
        "the roles that the person may activate",
        "/roleManagement/directory/roleEligibilityScheduleInstances?$filter=principalId eq '{id}'",
        "RoleEligibilitySchedule.Read.Directory",
        many=True,
        of_logs=True,
    ),
    Source("licences", "the licences", "/users/{id}/licenseDetails", "User.Read.All", many=True),
    Source(
        "authentication_methods",
        "the authentication methods",
        "/users/{id}/authentication/methods",
        "UserAuthenticationMethod.Read.All",
        many=True,
    ),
    Source("devices", "the registered devices", "/users/{id}/registeredDevices", "Device.Read.All", many=True),
    Source("owned_devices", "the owned devices", "/users/{id}/ownedDevices", "Device.Read.All", many=True),
    Source(
        "managed_devices",
        "the devices that Intune manages",
        "/users/{id}/managedDevices",
        "DeviceManagementManagedDevices.Read.All",
        many=True,
    ),
    Source(
        "app_assignments",
        "the applications that are assigned",
        "/users/{id}/appRoleAssignments?$top=999",
        "Directory.Read.All",
        many=True,
    ),
    Source(
        "app_consents",
        "what the person consented to",
        "/users/{id}/oauth2PermissionGrants?$top=999",
        "Directory.Read.All",
        many=True,
    ),
    Source(
        "mailbox_settings", "the mailbox settings", "/users/{id}/mailboxSettings", "MailboxSettings.Read", may_lack=True
    ),
    Source(
        "inbox_rules",
        "the inbox rules",
        "/users/{id}/mailFolders/inbox/messageRules",
        "MailboxSettings.Read",
        many=True,
        may_lack=True,
    ),
    Source("onedrive", "the OneDrive", "/users/{id}/drive", "Files.Read.All", may_lack=True),
    Source(
        "sign_ins",
        "the log of sign-ins",
        "/auditLogs/signIns?$filter=userId eq '{id}'",
        "AuditLog.Read.All",
        many=True,
        of_logs=True,
    ),
    Source(
        "done_by_the_person",
        "the audit log of what the person did",
        "/auditLogs/directoryAudits?$filter=initiatedBy/user/id eq '{id}'",
        "AuditLog.Read.All",
        many=True,
        of_logs=True,
    ),
    Source(
        "done_to_the_account",
        "the audit log of what was done to the account",
        "/auditLogs/directoryAudits?$filter=targetResources/any(t:t/id eq '{id}')",
        "AuditLog.Read.All",
        many=True,
        of_logs=True,
    ),
)
PHOTO = Source("photo", "the photo", "/users/{id}/photo/$value", "User.Read.All", may_lack=True)
# Below the OneDrive, whose id takes the place of {drive}.
FILES = Source(
    "onedrive_files",
    "the files of the OneDrive",
    f"/drives/{{drive}}/root/delta?$select={_ITEM}&$top=999",
    "Files.Read.All",
    True,
)
CONTENT = "/drives/{drive}/items/{item}/content"
DELETED = f"/directory/deletedItems/{{id}}?$select={_ACCOUNT}"

# What no request above reaches, and how the product at hand gives it.
ELSEWHERE: tuple[tuple[str, str], ...] = (
    (
        "Mail, calendar, contacts, chats, and what others keep of the person",
        "Purview portal: eDiscovery > Cases > New case > New search, with the person's mailbox, OneDrive and name as "
        "what to look for; then Export.",
    ),
    (
        "What Microsoft's services keep beside that (usage, diagnostics)",
        "Azure portal: Policies > User privacy > Manage user requests > Add export request, with a storage account of "
        "yours; wait until it says complete.",
    ),
    (
        "The audit log of Purview (what was opened, sent and shared)",
        "Purview portal: Audit > New search, with the person under Users; then Export.",
    ),
    (
        "Risk detections of Entra ID Protection",
        "Entra admin center: Protection > Identity Protection > Risky users > the person.",
    ),
    (
        "Accounts in applications that sign people in by Entra",
        "Each application has an export of its own; app_assignments.json names them.",
    ),
    ("HR, Active Directory, backups, paper", "Ask whoever keeps them; Microsoft 365 does not reach them."),
    (
        "Whether a legal hold covers the person, and who may approve at the desk",
        "Both are left out on purpose: ask whoever answers for legal matters; 'licenseiq approvers list' shows the "
        "latter.",
    ),
)

# Members that open something. What Graph sends of them is empty, and it would be taken out all the same.
_SECRETS = frozenset(
    {"password", "passwordprofile", "secretkey", "temporaryaccesspass", "keycredentials", "passwordcredentials"}
)


def without_secrets(value: Json) -> Json:
    """The same without what could sign somebody in, and without OData's notes on the answer as a whole."""
    if isinstance(value, Mapping):
        kept = {name: one for name, one in value.items() if name.lower() not in _SECRETS and name != "@odata.context"}
        return {name: without_secrets(one) for name, one in kept.items()}
    return [without_secrets(one) for one in value] if isinstance(value, list | tuple) else value


def permissions() -> tuple[str, ...]:
    """Everything that a whole copy takes."""
    return tuple(sorted({one.permission for one in (*SOURCES, PHOTO, FILES)}))
