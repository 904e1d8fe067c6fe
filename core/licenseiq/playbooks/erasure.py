"""Erasing a person (GDPR, article 17): what there is of somebody, and the plan that ends with nothing of it.

Sign-in ends, the account is deleted, and after some days in which it can be restored it is deleted for good, which
takes two approvers. Holds stop both deletions. When the run is complete the desk destroys the keys of the person's
values in every proposal. What Graph cannot reach stands in the plan as work for people, with the product's own words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from licenseiq.errors import BadRequest
from licenseiq.leaving import EndState
from licenseiq.people import Person
from licenseiq.playbooks.draft import Draft, refuse_nobody_or_too_many, values_of, versions
from licenseiq.playbooks.license_changes import Grounds
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import HandOff, Plan, Subject
from licenseiq.proposals.steps import StepKind
from licenseiq.times import iso
from licenseiq.words import count

KIND = "erase"
# A deleted account can be restored for 30 days (graph-facts 1.4).
GRACE_DAYS, MOST_GRACE_DAYS = 7, 29
_REFERENCE = "s1"
_ENDS: Mapping[str, Json] = {"end_state": EndState.DELETE.value}


@dataclass(frozen=True, slots=True)
class Place:
    """A place where something of a person is. `found` says what, as far as the snapshot knows; None is unknown.
    `becomes` says what the plan makes of it, or who has to."""

    name: str
    found: str | None
    becomes: str


def inventory(person: Person) -> tuple[Place, ...]:
    """Every kind of place that is known to hold something of a person of a tenant."""
    signals, groups = person.signals, {a.group_id for a in person.assignments if a.group_id is not None}
    roles = None if person.roles is None else count(len(person.roles), "directory role")
    return (
        Place("account", "the user object, with manager, photo and sign-in methods", "deleted with the account"),
        Place("licences", _licences(person), "free with the deletion"),
        Place("roles", roles, "nobody with a role is erased: taken away first"),
        Place("mailbox", _mailbox(person), "deleted after 30 days, unless held"),
        Place("onedrive", "files" if signals.drive is not None else None, "deleted after the site's retention"),
        Place("groups", f"{len(groups)} that give licences" if person.licences_known else None, "memberships end"),
        Place("app grants", None, "assignments and consents end; an account in the app stays: by hand"),
        Place("sign-in and audit logs", None, "Microsoft deletes them after 30 days; exported logs: by hand"),
        Place("teams and sharepoint content", None, "what others share stays: by hand"),
        Place("licenseiq", "proposals, journal and ledger", "the person's key is destroyed; the ledger verifies on"),
    )


def plan_erasure(person: Person, grace_days: int, grounds: Grounds) -> tuple[Plan, tuple[Opening, ...]]:
    """The plan to erase somebody `grace_days` after the deletion, and the opening of its commitment.

    Raises BadRequest for a grace time that the tenant does not keep.
    """
    if not 0 <= grace_days <= MOST_GRACE_DAYS:
        raise BadRequest(
            f"A deleted account can be restored for 30 days, so the grace time is 0 to {MOST_GRACE_DAYS} days.",
            f"Leave grace_days out for {GRACE_DAYS}.",
        )
    context = grounds.context
    refuse_nobody_or_too_many([person], context)
    opening = Opening(_REFERENCE, grounds.new_seed(), values_of(person))
    draft = Draft()
    _steps(draft, person, grace_days, grounds)
    draft.hand_offs += [HandOff(kind, _REFERENCE, words) for kind, words in BY_HAND]
    draft.protect(person, context, range(1, len(draft.steps) + 1))
    plan = Plan(
        tenant_id=context.tenant_id,
        kind=KIND,
        simulated=grounds.simulated,
        evaluation_id=grounds.evaluation_id,
        versions=versions(context),
        requested_by=grounds.requested_by,
        created=grounds.now,
        expires=grounds.now + timedelta(hours=context.policy.plan_valid_hours),
        subjects=(Subject(opening.reference, commit(opening)),),
        steps=tuple(draft.steps),
        hand_offs=tuple(draft.hand_offs),
        blockers=draft.blockers(),
        money={},
        unpriced_seats=0,
        not_yet_possible=(),
    )
    return plan, (opening,)


def _steps(draft: Draft, person: Person, grace_days: int, grounds: Grounds) -> None:
    draft.add(
        StepKind.DISABLE_SIGN_IN,
        _REFERENCE,
        {"account_enabled": False},
        {"account_enabled": True},
        {"kind": "enable_sign_in"},
    )
    draft.add(
        StepKind.REVOKE_SESSIONS,
        _REFERENCE,
        {"sessions_revoked_since_intent": True},
        {"account_enabled": False},
        None,
        "The person signs in again.",
    )
    deleted = draft.add(
        StepKind.DELETE_ACCOUNT,
        _REFERENCE,
        {"account_is": "deleted"},
        {"exists": True},
        {"kind": "restore_account"},
        arguments=_ENDS,
    )
    gone = draft.add(
        StepKind.PURGE_ACCOUNT,
        _REFERENCE,
        {"account_is": "gone"},
        {"account_is": "deleted"},
        None,
        "Nobody can restore an account that was deleted for good.",
        arguments={**_ENDS, "not_before": iso(grounds.now + timedelta(days=grace_days))},
        after=[deleted],
    )
    if person.synced:
        draft.block(
            "mastered_on_premises",
            "Active Directory masters the account: delete it there and let it synchronise, then delete it for good in "
            "the Entra admin center, under Users > Deleted users.",
            range(1, gone + 1),
        )


def _mailbox(person: Person) -> str | None:
    return f"a {person.signals.mailbox.kind} mailbox" if person.signals.mailbox is not None else None


def _licences(person: Person) -> str | None:
    return count(len({a.sku_id for a in person.assignments}), "licence") if person.licences_known else None


# What Graph does not reach, or what this desk does not send: a copy is made at a terminal, for no model to read.
BY_HAND: tuple[tuple[str, str], ...] = (
    (
        "export_personal_data",
        "Where the person asked for a copy (article 15), make it before this is approved: 'licenseiq subject export' "
        "at the desk's terminal. Its index.html says how Purview exports mail and chats, the Azure portal the rest.",
    ),
    (
        "mail_and_files_of_others",
        "What others hold of the person stays: in Purview, eDiscovery, search all mailboxes and sites for the name and "
        "the address, and decide on what is found.",
    ),
    (
        "teams_content",
        "Messages in teams and chats stay with those teams: delete them by a retention policy, or ask their owners.",
    ),
    (
        "accounts_in_applications",
        "Applications that sign people in keep accounts of their own: delete the person in each one by its own words.",
    ),
    (
        "logs_and_backups",
        "Sign-in and audit logs of Entra go after 30 days, the audit log of Purview after its retention. Delete what "
        "was exported to a SIEM, an archive or a backup.",
    ),
    (
        "on_premises_and_hr",
        "HR, Active Directory and printed records are not reached by Microsoft 365: erase the person there too. Import "
        "HR's list anew without the person, and end exceptions about the person ('licenseiq exceptions list').",
    ),
)
