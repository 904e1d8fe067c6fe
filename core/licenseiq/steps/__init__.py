"""The kinds of step that are described as one value each. Reading this list is reading what the desk can do.

To add one: a file here, its name in `StepKind`, a line in `KINDS` (docs/adding-a-step.md).
"""

from collections.abc import Mapping

from licenseiq.proposals.steps import Predicate, StepKind
from licenseiq.steps.apps import REMOVE_APP_ASSIGNMENTS, REMOVE_APP_GRANTS
from licenseiq.steps.asking import Reading
from licenseiq.steps.authentication_methods import REMOVE_AUTHENTICATION_METHODS
from licenseiq.steps.automatic_reply import SET_AUTOMATIC_REPLY
from licenseiq.steps.convert_mailbox import CONVERT_MAILBOX
from licenseiq.steps.copy_onedrive import COPY_ONEDRIVE
from licenseiq.steps.delegated_rights import REMOVE_DELEGATED_RIGHTS
from licenseiq.steps.delete_account import DELETE_ACCOUNT, PURGE_ACCOUNT, RESTORE_ACCOUNT
from licenseiq.steps.devices import DISABLE_DEVICES
from licenseiq.steps.disable_by_hand import DISABLE_BY_HAND
from licenseiq.steps.enable_devices import ENABLE_DEVICES
from licenseiq.steps.external_sharing import END_EXTERNAL_SHARING
from licenseiq.steps.first_day import CHECK_DAY_ONE, ISSUE_TEMPORARY_ACCESS_PASS
from licenseiq.steps.forwarding import SET_FORWARDING
from licenseiq.steps.give_back_apps import GIVE_BACK_APP_ASSIGNMENTS, GIVE_BACK_APP_GRANTS
from licenseiq.steps.give_back_delegated_rights import GIVE_BACK_DELEGATED_RIGHTS
from licenseiq.steps.give_back_ownership import GIVE_BACK_OWNERSHIP
from licenseiq.steps.grant_mailbox_access import GRANT_MAILBOX_ACCESS
from licenseiq.steps.group_gives import GROUP_GIVES
from licenseiq.steps.hand_over_ownership import HAND_OVER_OWNERSHIP
from licenseiq.steps.hide_from_address_lists import HIDE_FROM_ADDRESS_LISTS
from licenseiq.steps.holds import HOLDS
from licenseiq.steps.kind import Check, Clause, Comparison, Kind
from licenseiq.steps.leave_groups import LEAVE_GROUPS
from licenseiq.steps.mailbox_kept import MAILBOX_KEPT
from licenseiq.steps.meetings import CANCEL_MEETINGS
from licenseiq.steps.newcomer import AWAIT_ACCOUNT, CREATE_ACCOUNT
from licenseiq.steps.notices import NOTIFY_FINANCE, NOTIFY_SUCCESSOR
from licenseiq.steps.onedrive_access import GRANT_ONEDRIVE_ACCESS
from licenseiq.steps.onedrive_kept import ONEDRIVE_KEPT
from licenseiq.steps.provision_apps import PROVISION_APPS
from licenseiq.steps.reset_password import RESET_PASSWORD
from licenseiq.steps.rules_of_groups import RULES_SAID
from licenseiq.steps.services_kept import LOST_ONLY, SERVICES, THERE, all_there, nothing_else_lost
from licenseiq.steps.set_manager import SET_MANAGER
from licenseiq.steps.take_back_access import TAKE_BACK_MAILBOX_ACCESS, TAKE_BACK_ONEDRIVE_ACCESS

KINDS: dict[StepKind, Kind] = {
    kind.name: kind
    for kind in (
        DISABLE_BY_HAND,
        REMOVE_AUTHENTICATION_METHODS,
        RESET_PASSWORD,
        DISABLE_DEVICES,
        LEAVE_GROUPS,
        HAND_OVER_OWNERSHIP,
        REMOVE_APP_ASSIGNMENTS,
        REMOVE_APP_GRANTS,
        PROVISION_APPS,
        SET_AUTOMATIC_REPLY,
        CONVERT_MAILBOX,
        GRANT_MAILBOX_ACCESS,
        SET_FORWARDING,
        REMOVE_DELEGATED_RIGHTS,
        CANCEL_MEETINGS,
        HIDE_FROM_ADDRESS_LISTS,
        GRANT_ONEDRIVE_ACCESS,
        END_EXTERNAL_SHARING,
        COPY_ONEDRIVE,
        DELETE_ACCOUNT,
        RESTORE_ACCOUNT,
        PURGE_ACCOUNT,
        NOTIFY_FINANCE,
        NOTIFY_SUCCESSOR,
        CREATE_ACCOUNT,
        AWAIT_ACCOUNT,
        SET_MANAGER,
        CHECK_DAY_ONE,
        ISSUE_TEMPORARY_ACCESS_PASS,
        GIVE_BACK_APP_ASSIGNMENTS,
        GIVE_BACK_APP_GRANTS,
        GIVE_BACK_OWNERSHIP,
        GIVE_BACK_DELEGATED_RIGHTS,
        ENABLE_DEVICES,
        TAKE_BACK_MAILBOX_ACCESS,
        TAKE_BACK_ONEDRIVE_ACCESS,
    )
}

# Checks of kinds that are not described here: what may take data away.
CHECKS: Mapping[StepKind, tuple[Check, ...]] = {
    StepKind.DISABLE_SIGN_IN: (RULES_SAID,),
    StepKind.DISABLE_BY_HAND: (RULES_SAID,),
    StepKind.REMOVE_DIRECT_LICENCES: (HOLDS, MAILBOX_KEPT, ONEDRIVE_KEPT),
    StepKind.CHANGE_LICENCES: (HOLDS, MAILBOX_KEPT, ONEDRIVE_KEPT),
    StepKind.LEAVE_GROUP: (HOLDS, MAILBOX_KEPT, ONEDRIVE_KEPT, GROUP_GIVES),
    StepKind.JOIN_GROUP: (GROUP_GIVES,),
    StepKind.SET_ATTRIBUTE: (RULES_SAID, HOLDS, MAILBOX_KEPT),
}


# Clauses that belong to no kind alone, and may look back at the first intent: from what each is read and judged.
COMPARED: Mapping[str, tuple[Reading, Comparison]] = {
    LOST_ONLY: (SERVICES, nothing_else_lost),
    THERE: (SERVICES, all_there),
}


def readings_of(goal: Predicate) -> tuple[Reading, ...]:
    """What such clauses of a goal are read from, beside the account."""
    return tuple({reading.name: reading for name, (reading, _) in COMPARED.items() if name in goal}.values())


def checks_of(kind: StepKind) -> tuple[Check, ...]:
    """What is asked before a step of this kind."""
    described = KINDS.get(kind)
    return (described.checks if described is not None else ()) + CHECKS.get(kind, ())


def is_by_hand(kind: StepKind) -> bool:
    """Whether nothing is sent for it: a person does it, and it is read until it is so."""
    return kind in KINDS and KINDS[kind].by_hand


def every_reading() -> dict[str, Reading]:
    """Every reading that a kind or a check makes, by name."""
    found = [one for kind in KINDS.values() for one in kind.readings]
    checks = [check for kind in KINDS.values() for check in kind.checks]
    checks += [check for several in CHECKS.values() for check in several]
    found += [reading for check in checks for reading in check.readings]
    found += [reading for reading, _ in COMPARED.values()]
    return {one.name: one for one in found}


def comparison(name: str) -> Comparison | None:
    """The clause of a predicate that looks back at the first intent; None for one that is not known."""
    if name in COMPARED:
        return COMPARED[name][1]
    return next((kind.compares[name] for kind in KINDS.values() if name in kind.compares), None)


def clause(name: str) -> Clause | None:
    """The clause of a predicate that a kind brings; None for one that is not known."""
    return next((kind.clauses[name] for kind in KINDS.values() if name in kind.clauses), None)
