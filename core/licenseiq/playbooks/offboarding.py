"""Offboarding: disable sign-in, revoke sessions, then give back the direct licences.

The order is Microsoft's (revoke does not stop a new sign-in, so the account is disabled first). What this version
cannot do yet is named in the plan, and never quietly left out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from licenseiq.context import Context
from licenseiq.errors import BadRequest
from licenseiq.evaluation import RULES_VERSION
from licenseiq.people import Person
from licenseiq.proposals.canonical import Json
from licenseiq.proposals.commitments import Opening, commit
from licenseiq.proposals.plan import Blocker, HandOff, Plan, Step, Subject
from licenseiq.proposals.steps import EffectClass, Predicate, StepKind

NOT_YET_POSSIBLE = (
    "Read legal holds and the mailbox before licences go",
    "Remove authentication methods, devices, roles and groups",
    "Cut off single sign-on applications",
    "Convert the mailbox to shared and give the successor access",
    "Hand over OneDrive",
    "Tell finance and write the certificate",
)


@dataclass
class _Draft:
    """The parts of a plan as they are collected, person by person."""

    steps: list[Step] = field(default_factory=list)
    hand_offs: list[HandOff] = field(default_factory=list)
    blocked: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def add(
        self,
        kind: StepKind,
        subject: str,
        goal: Predicate,
        precondition: Predicate,
        undo: Mapping[str, Json] | None,
        undo_note: str = "",
        arguments: Mapping[str, Json] | None = None,
    ) -> int:
        number = len(self.steps) + 1
        effect = EffectClass.SET_VALUED
        self.steps.append(Step(number, kind, subject, arguments or {}, goal, precondition, effect, undo, undo_note))
        return number

    def block(self, kind: str, cure: str, numbers: Sequence[int]) -> None:
        if numbers:
            self.blocked.setdefault((kind, cure), []).extend(numbers)


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
    if not people or len({person.user_id for person in people}) != len(people):
        raise BadRequest("A plan needs each person exactly once.", "Name at least one person, and nobody twice.")
    if len(people) > context.policy.people_per_plan:
        raise BadRequest(
            f"A plan may touch at most {context.policy.people_per_plan} people.", "Propose them in smaller groups."
        )
    draft = _Draft()
    openings = []
    freed: dict[str, int] = {}
    unpriced = 0
    for place, person in enumerate(people, start=1):
        opening = Opening(f"s{place}", new_seed(), _values(person))
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
        versions={
            "rules": RULES_VERSION,
            "policy": context.policy.version,
            "catalogue": context.catalogue.version,
        },
        requested_by=requested_by,
        created=now,
        expires=now + timedelta(hours=context.policy.plan_valid_hours),
        subjects=tuple(Subject(opening.reference, commit(opening)) for opening in openings),
        steps=tuple(draft.steps),
        hand_offs=tuple(draft.hand_offs),
        blockers=tuple(Blocker(kind, tuple(numbers), cure) for (kind, cure), numbers in draft.blocked.items()),
        money=freed,
        unpriced_seats=unpriced,
        not_yet_possible=NOT_YET_POSSIBLE,
    )
    return plan, tuple(openings)


def _one_person(draft: _Draft, subject: str, person: Person, context: Context, simulated: bool) -> tuple[str, ...]:
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
    if person.user_id in context.policy.protected_user_ids or person.roles:
        draft.block("protected_account", "Take the directory roles away first, or offboard by hand.", mine)
    elif person.roles is None:
        draft.block("protection_unreadable", "Grant RoleManagement.Read.Directory, then propose again.", mine)
    seated = set(person.seats())
    return tuple(sku for sku in direct if sku in seated and sku not in inherited and context.is_paid(sku))


def _values(person: Person) -> dict[str, Json]:
    return {
        "user_id": person.user_id,
        "user_principal_name": person.user_principal_name,
        "display_name": person.display_name,
    }
