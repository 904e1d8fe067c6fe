"""Mailboxes and what people did with them."""

from licenseiq_demo.reports.overview import Row
from licenseiq_demo.reports.subject import Subject

GIB = 1024**3

_EXCHANGE = ("EXCHANGE_S_ENTERPRISE", "EXCHANGE_S_STANDARD", "EXCHANGE_S_DESKLESS")


def mailbox(who: Subject) -> Row:
    """getMailboxUsageDetail: every mailbox, shared ones and rooms included, licensed or not."""
    box = who.person.mailbox
    if box is None or (box.kind == "user" and not who.has(*_EXCHANGE)):
        return None
    quota = 100 * GIB if who.has("EXCHANGE_S_ENTERPRISE") else 50 * GIB
    return [
        who.refreshed,
        who.upn,
        who.name,
        who.deleted,
        who.gone,
        str(who.person.fields["createdDateTime"] or "")[:10],
        who.day(who.person.usage.mailbox),
        box.items,
        box.used_bytes,
        quota * 98 // 100,
        quota * 99 // 100,
        quota,
        box.items // 30,
        box.used_bytes // 40,
        30 * GIB,
        str(box.archive),
        box.kind.capitalize(),
        who.period,
    ]


def email(who: Subject) -> Row:
    """getEmailActivityUserDetail: what a person sent and read; a phone that polls leaves no trace here."""
    if not who.has(*_EXCHANGE):
        return None
    usage = who.person.usage
    arrived = 1 if usage.received else None
    return [
        who.refreshed,
        who.upn,
        who.name,
        who.deleted,
        who.gone,
        who.day(usage.mail),
        who.count(usage.sent, usage.mail),
        who.count(usage.received, arrived),
        who.count(usage.received * 3 // 4, usage.mail),
        who.count(usage.sent // 20, usage.mail),
        who.count(usage.sent // 10, usage.mail),
        who.products,
        who.period,
    ]
