"""Offboarding: disable sign-in, revoke sessions, then give back the direct licences.

The order is Microsoft's (revoke does not stop a new sign-in, so the account is disabled first). What this version
cannot do yet is named in the plan, and never quietly left out.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from licenseiq.context import Context
from licenseiq.people import Person
from licenseiq.playbooks.draft import Draft, refuse_nobody_or_too_many, values_of, versions
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import HandOff, Plan, Subject
from licenseiq.proposals.steps import Predicate, StepKind

NOT_YET_POSSIBLE = (
    "Read legal holds and the mailbox before licences go",
    "Remove authentication methods, devices, roles and groups",
    "Cut off single sign-on applications",
    "Convert the mailbox to shared and give the successor access",
    "Hand over OneDrive",
    "Tell finance and write the certificate",
)


def plan_offboarding(
    people: Sequence[Person],
    context: Context,
    *,
    evaluation_id: str,
    simulated: bool,
    requested_by: Mapping[str, str],
    now: datetime,
    new_seed: Callable[[], bytes],
) -> tuple[Plan, tuple[Opening, ...]]:
    """The plan to offboard `people`, with the openings of their commitments.

    Raises BadRequest for nobody, for somebody twice, and for more people than the policy allows in one plan.
    """
    refuse_nobody_or_too_many(people, context)
    draft = Draft()
    openings = []
    freed: dict[str, int] = {}
    unpriced = 0
    for place, person in enumerate(people, start=1):
        opening = Opening(f"s{place}", new_seed(), values_of(person))
        openings.append(opening)
        for sku_id in _one_person(draft, opening.reference, person, context, simulated):
            price = context.price(sku_id)
            if price is None:
                unpriced += 1
            else:
                freed[price.currency] = freed.get(price.currency, 0) + price.micros
    plan = Plan(
        tenant_id=context.tenant_id,
        kind="offboard",
        simulated=simulated,
        evaluation_id=evaluation_id,
        versions=versions(context),
        requested_by=requested_by,
        created=now,
        expires=now + timedelta(hours=context.policy.plan_valid_hours),
        subjects=tuple(Subject(opening.reference, commit(opening)) for opening in openings),
        steps=tuple(draft.steps),
        hand_offs=tuple(draft.hand_offs),
        blockers=draft.blockers(),
        money=freed,
        unpriced_seats=unpriced,
        not_yet_possible=NOT_YET_POSSIBLE,
    )
    return plan, tuple(openings)


def _one_person(draft: Draft, subject: str, person: Person, context: Context, simulated: bool) -> tuple[str, ...]:
    """Adds one person's steps. Returns the paid SKUs whose seat the plan frees."""
    mine = []
    if person.synced:
        draft.hand_offs.append(
            HandOff(
                "disable_on_premises",
                subject,
                "The account is mastered on premises: disable it in Active Directory and let it sync. "
                "A change in the cloud would be refused.",
            )
        )
    else:
        mine.append(
            draft.add(
                StepKind.DISABLE_SIGN_IN,
                subject,
                {"account_enabled": False},
                {"account_enabled": True},
                {"kind": "enable_sign_in"},
            )
        )
    revoke_after: Predicate = (
        {"account_enabled": person.account_enabled is True} if person.synced else {"account_enabled": False}
    )
    mine.append(
        draft.add(
            StepKind.REVOKE_SESSIONS,
            subject,
            {"sessions_revoked_since_intent": True},
            revoke_after,
            None,
            "A revoked session cannot be given back; the person signs in again.",
        )
    )
    direct = sorted({a.sku_id for a in person.assignments if a.is_direct})
    inherited = {a.sku_id for a in person.assignments if not a.is_direct}
    if direct:
        skus: list[Json] = list(direct)
        number = draft.add(
            StepKind.REMOVE_DIRECT_LICENCES,
            subject,
            {"direct_licences_absent": skus},
            {"direct_licences_present": skus},
            {"kind": "add_licences", "sku_ids": skus},
            arguments={"sku_ids": skus},
        )
        mine.append(number)
        if not simulated:
            draft.block(
                "data_not_preserved",
                "Keep the licences until this version can hand over mailbox and OneDrive.",
                [number],
            )
    if not person.licences_known:
        draft.block(
            "licences_unreadable",
            "Microsoft Graph did not say which licences the person holds: call refresh_tenant, then propose again.",
            mine,
        )
    if inherited:
        draft.hand_offs.append(
            HandOff(
                "leave_licensing_groups",
                subject,
                "Some licences come from a group and stay: take the person out of the group, or change the attribute "
                "that its rule tests.",
            )
        )
    draft.protect(person, context, mine)
    seated = set(person.seats())
    return tuple(sku for sku in direct if sku in seated and sku not in inherited and context.is_paid(sku))
