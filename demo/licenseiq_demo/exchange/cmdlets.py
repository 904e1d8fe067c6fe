"""Every cmdlet of this tenant, in one list: its name, who answers, and the parameters that it knows.

`Set-RemoteMailbox` and its like live on-premises only: here they are as unknown as any other name.
"""

from licenseiq_demo.exchange import mailboxes, replies, rights
from licenseiq_demo.exchange.call import Cmdlet

_COMMON = ("Confirm", "ErrorAction", "WarningAction", "Verbose", "WhatIf", "ResultSize", "Force")

_CMDLETS: tuple[tuple[str, Cmdlet, tuple[str, ...]], ...] = (
    (
        "Get-Mailbox",
        mailboxes.get_mailbox,
        ("Identity", "InactiveMailboxOnly", "IncludeInactiveMailbox", "SoftDeletedMailbox", "RecipientTypeDetails"),
    ),
    (
        "Set-Mailbox",
        mailboxes.set_mailbox,
        (
            "Identity",
            "Type",
            "HiddenFromAddressListsEnabled",
            "ForwardingSmtpAddress",
            "ForwardingAddress",
            "DeliverToMailboxAndForward",
            "GrantSendOnBehalfTo",
            "LitigationHoldEnabled",
            "LitigationHoldDuration",
        ),
    ),
    ("Get-MailboxStatistics", mailboxes.get_statistics, ("Identity", "Archive")),
    ("Get-OrganizationConfig", mailboxes.get_organization, ()),
    ("Get-MailboxPermission", rights.get_permissions, ("Identity", "User")),
    (
        "Add-MailboxPermission",
        rights.add_permission,
        ("Identity", "User", "AccessRights", "InheritanceType", "AutoMapping"),
    ),
    ("Remove-MailboxPermission", rights.remove_permission, ("Identity", "User", "AccessRights", "InheritanceType")),
    ("Get-RecipientPermission", rights.get_trustees, ("Identity", "Trustee", "AccessRights")),
    ("Add-RecipientPermission", rights.add_trustee, ("Identity", "Trustee", "AccessRights")),
    ("Remove-RecipientPermission", rights.remove_trustee, ("Identity", "Trustee", "AccessRights")),
    ("Get-MailboxAutoReplyConfiguration", replies.get_replies, ("Identity",)),
    (
        "Set-MailboxAutoReplyConfiguration",
        replies.set_replies,
        ("Identity", "AutoReplyState", "ExternalAudience", "InternalMessage", "ExternalMessage"),
    ),
    ("Get-InboxRule", replies.get_rules, ("Mailbox",)),
)

CMDLETS = {
    name.lower(): (cmdlet, frozenset(known.lower() for known in (*parameters, *_COMMON)))
    for name, cmdlet, parameters in _CMDLETS
}
