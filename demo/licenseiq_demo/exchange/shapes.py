"""Objects as the endpoint writes them: a plain table with a note of the type beside lists, GUIDs and dates.

As community code found them on the wire (Exchange.GenericHashTable); sizes are text, `99 GB (106,300,440,576 bytes)`.
"""

from licenseiq_demo.exchange.call import Call
from licenseiq_demo.mail.box import Box, Status, plan
from licenseiq_demo.people.person import Fields, Person

GIB = 1024**3
NO_GUID = "00000000-0000-0000-0000-000000000000"
KINDS = {"user": "UserMailbox", "shared": "SharedMailbox", "room": "RoomMailbox", "equipment": "EquipmentMailbox"}
TYPES = {"Regular": "user", "Shared": "shared", "Room": "room", "Equipment": "equipment"}
"""What `Set-Mailbox -Type` calls each kind."""

_GUIDS = frozenset({"ExchangeGuid", "ArchiveGuid", "Guid", "MailboxGuid", "ExternalDirectoryObjectId"})
_DATES = frozenset({"WhenMailboxCreated", "LitigationHoldDate", "WhenSoftDeleted", "LastLogonTime"})


def size(count: int) -> str:
    """Bytes as Exchange writes them."""
    unit, shown = "B", float(count)
    for name in ("KB", "MB", "GB", "TB"):
        if shown < 1024:
            break
        unit, shown = name, shown / 1024
    return f"{f'{shown:.4g}' if count else '0'} {unit} ({count:,} bytes)"


def typed(fields: Fields) -> Fields:
    """The same with the notes of types."""
    found: Fields = {}
    for name, value in fields.items():
        if isinstance(value, list):
            found[f"{name}@odata.type"] = "#Collection(String)"
        elif name in _GUIDS and value is not None and name != "ExternalDirectoryObjectId":
            found |= {f"{name}@data.type": "System.Guid", f"{name}@odata.type": "#Guid"}
        elif name in _DATES and value is not None:
            found[f"{name}@data.type"] = "System.DateTime"
        found[name] = value
    return found


def alias(person: Person) -> str:
    """The Name, Alias and Identity of a recipient."""
    return str(person.fields["mailNickname"] or person.id)


def _moment(text: str | None) -> str | None:
    return f"{text.removesuffix('Z')}.0000000+00:00" if text else None


def quota(person: Person, box: Box) -> int:
    """Bytes that fit in: 100 GiB with the large plan, 50 GiB otherwise, 2 GiB with the smallest."""
    gib = {"EXCHANGE_S_ENTERPRISE": 100, "EXCHANGE_S_DESKLESS": 2}.get(plan(person) or "", 50)
    return gib * GIB if box.kind == "user" or gib > 50 else 50 * GIB


def mailbox(call: Call, person: Person, box: Box, status: Status) -> Fields:
    """A row of Get-Mailbox; of some two hundred properties those that matter here."""
    fields, room = person.fields, quota(person, box)
    target = call.named([box.forwarding_to]) if box.forwarding_to else []
    days = box.litigation_days
    return typed(
        {
            "DeliverToMailboxAndForward": box.deliver_and_forward,
            "LitigationHoldEnabled": box.litigation_since is not None,
            "LitigationHoldDate": _moment(box.litigation_since),
            "LitigationHoldOwner": "compliance@larkfield.example" if box.litigation_since else "",
            "LitigationHoldDuration": f"{days}.00:00:00" if days else "Unlimited",
            "SingleItemRecoveryEnabled": True,
            "RetentionHoldEnabled": False,
            "ComplianceTagHoldApplied": box.tag_hold,
            "DelayHoldApplied": box.delay_hold,
            "DelayReleaseHoldApplied": box.delay_release_hold,
            "RetentionPolicy": "Default MRM Policy",
            "ExchangeGuid": box.guid,
            "ForwardingAddress": alias(target[0]) if target else None,
            "ForwardingSmtpAddress": box.forwarding_smtp,
            "IsMailboxEnabled": True,
            "ProhibitSendQuota": size(room * 99 // 100),
            "ProhibitSendReceiveQuota": size(room),
            "IssueWarningQuota": size(room * 98 // 100),
            "IsResource": box.kind in ("room", "equipment"),
            "IsShared": box.kind == "shared",
            "ResourceType": {"room": "Room", "equipment": "Equipment"}.get(box.kind),
            "UserPrincipalName": person.upn,
            "MicrosoftOnlineServicesID": person.upn,
            "ArchiveGuid": box.archive or NO_GUID,
            "ArchiveName": [f"In-Place Archive -{fields['displayName']}"] if box.archive else [],
            "ArchiveStatus": "Active" if box.archive else "None",
            "ArchiveState": "Local" if box.archive else "None",
            "AutoExpandingArchiveEnabled": False,
            "RemoteRecipientType": "Migrated" if box.on_premises else "None",
            "SKUAssigned": plan(person) is not None,
            "WhenMailboxCreated": _moment(fields["createdDateTime"]),
            "IsSoftDeletedByRemove": False,
            "IsSoftDeletedByDisable": status == "soft_deleted",
            "IsInactiveMailbox": status == "inactive",
            "WhenSoftDeleted": f"{box.unlicensed_since}T00:00:00.0000000+00:00"
            if box.unlicensed_since and status != "live"
            else None,
            "InPlaceHolds": list(box.holds),
            "AccountDisabled": not fields["accountEnabled"],
            "IsDirSynced": bool(fields["onPremisesSyncEnabled"]),
            "Alias": alias(person),
            "DisplayName": fields["displayName"],
            "EmailAddresses": list(fields["proxyAddresses"]),
            "GrantSendOnBehalfTo": [alias(other) for other in call.named(box.on_behalf)],
            "ExternalDirectoryObjectId": person.id,
            "HiddenFromAddressListsEnabled": box.hidden,
            "PrimarySmtpAddress": fields["mail"],
            "WindowsEmailAddress": fields["mail"],
            "RecipientType": "UserMailbox",
            "RecipientTypeDetails": KINDS[box.kind],
            "Identity": alias(person),
            "Id": alias(person),
            "Name": alias(person),
            "Guid": person.id,
            "IsValid": True,
        }
    )
