"""Get-Mailbox, Set-Mailbox, Get-MailboxStatistics, Get-OrganizationConfig.

Parameters: "Set-Mailbox" and its neighbours (exchange-ps). Refusals of synchronised objects: as administrators report
them.
"""

from typing import Any, cast

from licenseiq_demo.exchange.call import Call, Result
from licenseiq_demo.exchange.errors import mastered_elsewhere, not_found, refused, wrong_parameter
from licenseiq_demo.exchange.shapes import TYPES, alias, mailbox, size, typed
from licenseiq_demo.mail.box import Box, Status, plan
from licenseiq_demo.people.person import Fields, MailboxKind, Person

_MASTERED = ("HiddenFromAddressListsEnabled", "GrantSendOnBehalfTo")


def _shown(call: Call, status: Status) -> bool:
    """Whether the switches of this call let a mailbox in this state be seen."""
    if call.flag("SoftDeletedMailbox"):
        return status in ("soft_deleted", "inactive")
    if call.flag("InactiveMailboxOnly"):
        return status == "inactive"
    return status == "live" or (status == "inactive" and call.flag("IncludeInactiveMailbox"))


def get_mailbox(call: Call) -> Result:
    """One mailbox by its identity, or all."""
    identity, wanted = call.text("Identity"), call.text("RecipientTypeDetails")
    if identity is not None:
        person, box, status = call.seen(identity)
        if not _shown(call, status):
            raise not_found(identity)
        return Result([mailbox(call, person, box, status)])
    rows: list[Fields] = []
    tenant = call.state.tenant
    for people, deleted in ((tenant.people, False), (tenant.removed.values(), True)):
        for person in people:
            found = tenant.mail.look(person, call.today, deleted=deleted)
            if found is not None and _shown(call, found[1]):
                rows.append(mailbox(call, person, *found))
    kinds = [name.strip() for name in (wanted or "").split(",") if name.strip()]
    return Result([row for row in rows if not kinds or row["RecipientTypeDetails"] in kinds])


def get_statistics(call: Call) -> Result:
    """How full a mailbox or its archive is."""
    identity = call.needed("Identity")
    person, box, status = call.seen(identity)
    if status not in ("live", "inactive"):
        raise not_found(identity)
    if call.flag("Archive") and box.archive is None:
        raise refused(f'The mailbox "{alias(person)}" doesn\'t have an archive.')
    used, items = (box.used_bytes // 3, box.items // 3) if call.flag("Archive") else (box.used_bytes, box.items)
    row = {
        "DisplayName": person.fields["displayName"],
        "MailboxGuid": box.archive if call.flag("Archive") else box.guid,
        "ItemCount": items,
        "DeletedItemCount": items // 30,
        "TotalItemSize": size(used),
        "TotalDeletedItemSize": size(used // 40),
        "LastLogonTime": None,
        "MailboxTypeDetail": "SharedMailbox" if box.kind == "shared" else "UserMailbox",
        "IsArchiveMailbox": call.flag("Archive"),
    }
    return Result([typed(row)])


def get_organization(call: Call) -> Result:
    """The organisation; `InPlaceHolds` are the policies for everybody."""
    row = {
        "Name": "larkfield.example",
        "DisplayName": "Larkfield",
        "Identity": "larkfield.example",
        "IsDehydrated": False,
        "AutoExpandingArchiveEnabled": False,
        "InPlaceHolds": list(call.state.tenant.mail.policies),
    }
    return Result([typed(row)])


def set_mailbox(call: Call) -> Result:
    """Changes a mailbox; everything is checked before anything is changed."""
    person, box = call.writing(call.needed("Identity"))
    if person.fields["onPremisesSyncEnabled"]:
        for name in _MASTERED:
            if call.has(name):
                raise mastered_elsewhere(alias(person), name)
    kind = _kind(call)
    target = call.person(call.needed("ForwardingAddress"))[0] if call.text("ForwardingAddress") else None
    on_behalf = _on_behalf(call, box)
    if call.flag("LitigationHoldEnabled") and plan(person) != "EXCHANGE_S_ENTERPRISE":
        raise refused(
            f"The action 'Set-Mailbox', 'LitigationHoldEnabled', can't be performed on the user '{alias(person)}'. "
            "Your Microsoft Exchange Online license doesn't permit you to put a litigation hold on this mailbox."
        )
    before = mailbox(call, person, box, "live")
    if kind is not None:
        call.state.tenant.mail.convert(box, kind)
    if call.has("HiddenFromAddressListsEnabled"):
        box.hidden = call.flag("HiddenFromAddressListsEnabled")
    if call.has("DeliverToMailboxAndForward"):
        box.deliver_and_forward = call.flag("DeliverToMailboxAndForward")
    if call.has("ForwardingSmtpAddress"):
        address = call.text("ForwardingSmtpAddress")
        box.forwarding_smtp = f"smtp:{address.removeprefix('smtp:')}" if address else None
    if call.has("ForwardingAddress"):
        box.forwarding_to = target.id if target else None
    if on_behalf is not None:
        box.on_behalf = on_behalf
    _hold(call, box)
    after = mailbox(call, person, box, "live")
    same = before == after and box.becoming is None
    return Result(warnings=[_NOTHING.format(alias(person))] if same else [])


_NOTHING = "The command completed successfully but no settings of '{}' have been modified."


def _kind(call: Call) -> MailboxKind | None:
    wanted = call.text("Type")
    if wanted is None:
        return None
    found = {name.lower(): kind for name, kind in TYPES.items()}.get(wanted.lower())
    if found is None:
        raise wrong_parameter(
            f"Cannot process argument transformation on parameter 'Type'. Cannot convert value \"{wanted}\"."
        )
    return cast(MailboxKind, found)


def _on_behalf(call: Call, box: Box) -> list[str] | None:
    """The new list, from a whole one or from `{"add": …, "remove": …}`; None when it stays."""
    if not call.has("GrantSendOnBehalfTo"):
        return None
    value = call.parameters["grantsendonbehalfto"]
    if not isinstance(value, dict):
        return [person.id for person in _people(call, value)]
    changes = {str(name).lower(): _people(call, item) for name, item in value.items() if not name.startswith("@")}
    gone = {person.id for person in changes.get("remove", [])}
    added = [person.id for person in changes.get("add", []) if person.id not in box.on_behalf]
    return [key for key in (*box.on_behalf, *added) if key not in gone]


def _people(call: Call, value: Any) -> list[Person]:
    names = value if isinstance(value, list) else [value] if value else []
    return [call.person(str(name))[0] for name in names]


def _hold(call: Call, box: Box) -> None:
    """A hold that is lifted leaves a delay hold behind, for 30 days."""
    if not call.has("LitigationHoldEnabled"):
        return
    wanted = call.flag("LitigationHoldEnabled")
    if wanted and box.litigation_since is None:
        box.litigation_since = call.state.stamp()
    elif not wanted and box.litigation_since is not None:
        box.litigation_since, box.litigation_days, box.delay_hold = None, None, True
    days = call.text("LitigationHoldDuration")
    if wanted and days is not None:
        box.litigation_days = int(days.partition(".")[0]) if days.partition(".")[0].isdigit() else None
