"""Taking a run back, on the server's side: the desk is asked for a plan, and what it made is kept like any proposal."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from licenseiq.errors import BadRequest, Refused, StateUnknown, Tampered
from licenseiq.playbooks.undo import KIND
from licenseiq.proposals.canonical import digest
from licenseiq.proposals.plan import read_plan
from licenseiq.proposals.states import RUN_ENDS
from licenseiq.proposals.stored import ProposalRecord
from licenseiq_tenant.inbox.store import Inbox
from licenseiq_tenant.inbox.undo import UndoRequest
from licenseiq_tenant.proposing.neighbours import DeskStates, Subjects


def refuse_nothing_to_undo(record: ProposalRecord) -> None:
    """Raises Refused for a proposal of which nothing was carried out to its end, StateUnknown where nobody can say."""
    if record.desk is None:
        if record.state == "unknown":
            raise StateUnknown("What became of the proposal cannot be told.", "Ask a person at the desk.")
        raise Refused("Nothing of that proposal was carried out.", "Withdraw it if it is not wanted any more.")
    last = record.desk.last_run
    if last is None or not any(step.outcome for step in last.steps):
        raise Refused("Nothing of that proposal was carried out.", "Withdraw it, or let a person reject it.")
    if last.state not in RUN_ENDS:
        raise Refused("The run of that proposal goes on.", "A person cancels it with 'licenseiq run cancel' first.")


def ask(
    inbox: Inbox,
    subjects: Subjects,
    tenant_id: str,
    record: ProposalRecord,
    new_id: str,
    requested_by: Mapping[str, str],
    now: datetime,
    only: tuple[str, ...] = (),
) -> None:
    """Stores the request, `only` for the people of these references. First the names, as for a plan."""
    people = {reference: known[0] for reference, known in record.names.items() if not only or reference in only}
    subjects.remember(new_id, people)
    inbox.ask_undo(tenant_id, UndoRequest(new_id, record.proposal_id, requested_by, only), now)


def references_of(record: ProposalRecord, user_ids: Sequence[str]) -> tuple[str, ...]:
    """The references of these people in a proposal, in its order. Raises BadRequest for somebody who is not in it, and
    for somebody who is named twice."""
    places = {known[0]: reference for reference, known in record.names.items()}
    strange = [str(place) for place, user_id in enumerate(user_ids, start=1) if user_id not in places]
    if strange:
        raise BadRequest(
            f"Not in that proposal: number {', '.join(strange)} of {len(user_ids)}.", "Look at it with get_proposal."
        )
    if len(set(user_ids)) != len(user_ids):
        raise BadRequest("A person is named twice.", "Name each person once, by principal name or id.")
    wanted = {places[user_id] for user_id in user_ids}
    return tuple(subject.reference for subject in record.plan.subjects if subject.reference in wanted)


def keep_prepared(inbox: Inbox, desk: DeskStates, tenant_id: str) -> frozenset[str]:
    """Keeps the plans that the desk has made of requests; the ids of those that it has not. A plan that is not what was
    asked for is not kept."""
    waiting = set()
    for request in inbox.undo_requests(tenant_id, unkept=True):
        waiting.add(request.proposal_id)
        with suppress(StateUnknown, Tampered):
            found = desk.plan(tenant_id, request.proposal_id)
            if found is None or digest(found[1]) != found[0]:
                continue
            plan = read_plan(found[1])
            if plan.tenant_id == tenant_id and plan.kind == KIND:
                inbox.put(request.proposal_id, plan, (), f"undo of {request.of_proposal}")
                waiting.discard(request.proposal_id)
    return frozenset(waiting)
