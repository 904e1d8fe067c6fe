"""What a proposing fake makes of a request to change licences: the real playbook, over people in memory."""

from collections.abc import Sequence
from datetime import datetime

from licenseiq.context import Context
from licenseiq.people import Person
from licenseiq.playbooks.change_request import Action, Change, ChangeRequest
from licenseiq.playbooks.license_changes import Grounds, plan_license_changes
from licenseiq.playbooks.onboarding.joiner import Joiner, Tier
from licenseiq.playbooks.onboarding.plan import plan_onboarding
from licenseiq.playbooks.onboarding.request import JoinRequest
from licenseiq.proposals.plan import Plan
from licenseiq.readings import Reading, Source
from licenseiq.seats import SeatLine
from licenseiq.skus import Catalogue


def changes_plan(
    people: Sequence[Person], request: ChangeRequest, client: str, known: Catalogue, now: datetime
) -> Plan:
    """A reclaim takes every seat of the people whom the findings name."""
    context = _context(known, now)
    ids = {sku.name: sku.sku_id for sku in known.skus.values()}
    sku, to_sku = ids.get(request.sku or ""), ids.get(request.to_sku or "")
    changes = []
    for person in people:
        if request.action in (None, Action.RECLAIM):
            changes.append(Change(person, remove=person.seats()))
        elif request.action is Action.ADD:
            changes.append(Change(person, add=(sku or "",)))
        elif to_sku is None:
            changes.append(Change(person, remove=(sku or "",)))
        else:
            changes.append(Change(person, instead=(to_sku,), swapped=(sku or "",)))
    grounds = Grounds(context, "ev-1", True, {"client": client, "channel": "stdio"}, now, lambda: b"s" * 32)
    return plan_license_changes(changes, request.when, grounds)[0]


def joining_plan(
    person: Person, request: JoinRequest, tier: Tier, client: str, known: Catalogue, now: datetime
) -> Plan:
    """The real playbook for one person."""
    context = _context(known, now)
    joiner = Joiner(person, request.attributes, tier, context, employee_id=request.employee_id)
    grounds = Grounds(context, "ev-1", True, {"client": client, "channel": "stdio"}, now, lambda: b"s" * 32)
    return plan_onboarding(joiner, grounds)[0]


def _context(known: Catalogue, now: datetime) -> Context:
    lines = {i: SeatLine(i, s.part_number, 99, 0, 0, 0, 1, True, "Enabled") for i, s in known.skus.items()}
    return Context("tenant-1", now, known, readings={s: Reading(s, None, now) for s in Source}, lines=lines)
