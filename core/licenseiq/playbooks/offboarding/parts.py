"""The playbook as a list to read: each line is a kind of step with its goal, for whom it is, and what may leave it out.

The order is that of the plan. Sign-in is blocked first and sessions end then, since a revocation does not stop a new
sign-in (graph-facts 1.5); what needs a live mailbox comes before the licences, which go last (`licences`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from licenseiq.leaving import EndState, Skip
from licenseiq.playbooks.offboarding.choices import SetBy
from licenseiq.playbooks.offboarding.leaver import Leaver
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.steps import StepKind
from licenseiq.steps.disable_by_hand import ON_PREMISES, PRIVILEGED
from licenseiq.steps.mailbox import SHARED
from licenseiq.steps.rules_of_groups import BRIDGED
from licenseiq.times import iso

Goal = Mapping[str, Json]
EXISTS: Goal = {"exists": True}


def _everybody(_: Leaver) -> bool:
    return True


def _by_playbook(_: Leaver) -> SetBy:
    return SetBy.PLAYBOOK


def _nothing(_: Leaver) -> Goal:
    return {}


@dataclass(frozen=True, slots=True)
class Part:
    """`when`: for whom it is. `skip`: the word that leaves it out, None for what always stays. `set_by`: who decided
    that it is there. `keeps_data`: licences wait until it read back as true. `after`: it waits for the person's steps
    of these kinds likewise. `undo_note` says why there is no way back, where `undo` is None."""

    kind: StepKind
    goal: Goal
    when: Callable[[Leaver], bool] = _everybody
    skip: Skip | None = None
    arguments: Callable[[Leaver], Goal] = _nothing
    precondition: Goal | None = None
    set_by: Callable[[Leaver], SetBy] = _by_playbook
    keeps_data: bool = False
    after: tuple[StepKind, ...] = ()
    undo: Goal | None = None
    undo_note: str = ""


def _is_cloud(leaver: Leaver) -> bool:
    return not leaver.person.synced and not leaver.holds_role


def _is_synced(leaver: Leaver) -> bool:
    return bool(leaver.person.synced) and not leaver.holds_role


def _mailbox(leaver: Leaver) -> bool:
    return leaver.may_have_mailbox


def _becomes_shared(leaver: Leaver) -> bool:
    return leaver.may_have_mailbox and leaver.choices.end_state is EndState.SHARED_KEEP_ACCOUNT


def _mailbox_to_successor(leaver: Leaver) -> bool:
    return leaver.may_have_mailbox and leaver.successor is not None


def _has_successor(leaver: Leaver) -> bool:
    return leaver.successor is not None


def _drive(leaver: Leaver) -> bool:
    return leaver.may_have_drive


def _drive_to_successor(leaver: Leaver) -> bool:
    return leaver.may_have_drive and leaver.successor is not None


def _copies(leaver: Leaver) -> bool:
    """Where the licence goes and there is a place to copy to; else a check before the licence asks an approver."""
    goes = leaver.choices.end_state is not EndState.KEEP_LICENSED
    return goes and leaver.may_have_drive and leaver.place_of_copy is not None


def _by_place_of_copy(leaver: Leaver) -> SetBy:
    return leaver.place_of_copy or SetBy.PLAYBOOK


def _by_successor(leaver: Leaver) -> SetBy:
    return leaver.successor.by if leaver.successor is not None else SetBy.PLAYBOOK


def _by_end_state(leaver: Leaver) -> SetBy:
    return leaver.choices.end_state_by


def _with_bridge(why: str | None = None) -> Callable[[Leaver], Goal]:
    """Which groups' licences the plan gives in person, for whoever reads what the rules of groups would do."""

    def arguments(leaver: Leaver) -> Goal:
        found: dict[str, Json] = {} if why is None else {"because": why}
        return found if leaver.bridge is None else {**found, BRIDGED: list(leaver.bridge.group_ids)}

    return arguments


def _audience(leaver: Leaver) -> Goal:
    return {"audience": leaver.choices.defaults.reply_audience.value}


def _a_year(leaver: Leaver) -> Goal:
    """From the first day without the person on, for a year."""
    first = (leaver.choices.not_before or leaver.context.now).replace(hour=0, minute=0, second=0, microsecond=0)
    return {"from": iso(first), "until": iso(first + timedelta(days=365))}


def _by_reply(leaver: Leaver) -> SetBy:
    return SetBy.POLICY if leaver.choices.defaults.reply else SetBy.PLAYBOOK


# For all people before anything else: blocked by nothing but what protects an account.
AT_ONCE: tuple[Part, ...] = (
    Part(
        StepKind.DISABLE_BY_HAND,
        {"account_enabled": False},
        when=lambda leaver: leaver.holds_role,
        arguments=_with_bridge(PRIVILEGED),
        precondition=EXISTS,
        undo_note="A person allows sign-in again. No program gives directory roles back: a person assigns them.",
    ),
    Part(
        StepKind.DISABLE_BY_HAND,
        {"account_enabled": False},
        when=_is_synced,
        arguments=_with_bridge(ON_PREMISES),
        precondition=EXISTS,
        undo_note="Active Directory masters it: it is allowed again there.",
    ),
    Part(
        StepKind.DISABLE_SIGN_IN,
        {"account_enabled": False},
        when=_is_cloud,
        arguments=_with_bridge(),
        precondition={"account_enabled": True},
        undo={"kind": "enable_sign_in"},
    ),
    Part(
        StepKind.REVOKE_SESSIONS,
        {"sessions_revoked_since_intent": True},
        undo_note="A revoked session cannot be given back; the person signs in again.",
    ),
)

# For all people before the first mailbox: to end somebody's access takes seconds, to keep their data can take hours.
ACCESS: tuple[Part, ...] = (
    # Ways to sign in
    Part(
        StepKind.REMOVE_AUTHENTICATION_METHODS,
        {"authentication_methods_absent": True},
        skip=Skip.AUTHENTICATION_METHODS,
        undo_note="Methods cannot be given back; the person registers them anew.",
    ),
    Part(
        StepKind.RESET_PASSWORD,
        {"password_changed_since_intent": True},
        when=_is_cloud,
        skip=Skip.PASSWORD,
        undo_note="The old password is gone; a person gives a new one.",
    ),
    Part(
        StepKind.DISABLE_DEVICES,
        {"devices_disabled": True},
        skip=Skip.DEVICES,
        undo={"kind": "enable_devices"},
    ),
    # What they reach
    Part(
        StepKind.REMOVE_DELEGATED_RIGHTS,
        {"delegated_rights_absent": True},
        when=_mailbox,
        skip=Skip.DELEGATED_RIGHTS,
        undo={"kind": "give_back_delegated_rights"},
    ),
    Part(
        StepKind.HAND_OVER_OWNERSHIP,
        {"ownership_handed_to": "successor_id"},
        when=_has_successor,
        skip=Skip.OWNERSHIP,
        set_by=_by_successor,
        undo={"kind": "give_back_ownership"},
    ),
    Part(
        StepKind.HAND_OVER_OWNERSHIP,
        {"ownership_handed_to": None},
        when=lambda leaver: not _has_successor(leaver),
        skip=Skip.OWNERSHIP,
        undo={"kind": "give_back_ownership"},
    ),
    Part(
        StepKind.LEAVE_GROUPS,
        {"groups_left": True},
        skip=Skip.GROUPS,
        undo={"kind": "join_groups"},
    ),
    Part(
        StepKind.REMOVE_APP_ASSIGNMENTS,
        {"app_assignments_absent": True},
        skip=Skip.APPS,
        undo={"kind": "give_back_app_assignments"},
    ),
    Part(
        StepKind.REMOVE_APP_GRANTS,
        {"app_grants_absent": True},
        skip=Skip.APPS,
        undo={"kind": "give_back_app_grants"},
    ),
    Part(
        StepKind.PROVISION_APPS,
        {"apps_provisioned": True},
        skip=Skip.APPS,
        undo_note="Applications follow at their next cycle.",
    ),
)

# Person by person, in this order; then the licences, then the end.
THEN: tuple[Part, ...] = (
    # The mailbox, while it is licensed
    Part(
        StepKind.CANCEL_MEETINGS,
        {"meetings_cancelled": True},
        when=_mailbox,
        skip=Skip.MEETINGS,
        arguments=_a_year,
        undo_note="A meeting that was called off is called anew.",
    ),
    Part(
        StepKind.SET_AUTOMATIC_REPLY,
        {"automatic_reply_is": "automatic_reply"},
        when=_mailbox,
        skip=Skip.AUTOMATIC_REPLY,
        arguments=_audience,
        set_by=_by_reply,
        undo={"kind": "automatic_reply_of_before"},
    ),
    Part(
        StepKind.SET_FORWARDING,
        {"forwarding_is": "successor"},
        when=lambda leaver: leaver.choices.forwards and _mailbox_to_successor(leaver),
        set_by=lambda _: SetBy.POLICY,
        undo={"kind": "forward_to_nobody"},
        undo_note="Mail went elsewhere before: whoever it belongs to sets that anew.",
    ),
    Part(
        StepKind.CONVERT_MAILBOX,
        {"mailbox_kind": SHARED},
        when=_becomes_shared,
        set_by=_by_end_state,
        keeps_data=True,
        undo={"kind": "convert_mailbox"},
    ),
    Part(
        StepKind.GRANT_MAILBOX_ACCESS,
        {"mailbox_rights_of": "successor_principal"},
        when=_mailbox_to_successor,
        skip=Skip.SUCCESSOR_ACCESS,
        set_by=_by_successor,
        undo={"kind": "take_back_mailbox_access"},
    ),
    Part(
        StepKind.HIDE_FROM_ADDRESS_LISTS,
        {"hidden_from_address_lists": True},
        when=_mailbox,
        skip=Skip.ADDRESS_LISTS,
        undo={"kind": "show_in_address_lists"},
    ),
    # Files, while they are licensed
    Part(
        StepKind.GRANT_ONEDRIVE_ACCESS,
        {"onedrive_access_of": "successor_id"},
        when=_drive_to_successor,
        skip=Skip.SUCCESSOR_ACCESS,
        set_by=_by_successor,
        undo={"kind": "take_back_onedrive_access"},
        undo_note="The successor could read the files before: a person says what stays.",
    ),
    Part(
        StepKind.END_EXTERNAL_SHARING,
        {"external_sharing_ended": True},
        when=_drive,
        skip=Skip.EXTERNAL_SHARING,
        undo_note="Who shared the files shares them anew.",
    ),
    Part(
        StepKind.COPY_ONEDRIVE,
        {"onedrive_copied_to": "copy_folder"},
        when=_copies,
        set_by=_by_place_of_copy,
        keeps_data=True,
        undo_note="The copy stays; a person deletes it.",
    ),
)

# What the playbook names and this version cannot do.
NOT_YET_POSSIBLE: tuple[str, ...] = ()
