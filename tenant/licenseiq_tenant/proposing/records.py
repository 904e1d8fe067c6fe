"""Proposals as the server tells them: kept once, found again, listed. Blocking: call it off the event loop."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from licenseiq.errors import BadRequest, NotFound, NotReady, Refused, StateUnknown, Tampered
from licenseiq.proposals.canonical import digest
from licenseiq.proposals.commitments import Opening, check_opening
from licenseiq.proposals.plan import Plan, read_plan
from licenseiq.proposals.states import ProposalState
from licenseiq.proposals.stored import DeskReport, InboxEntry, Listed, ProposalRecord, TamperedProposal
from licenseiq.spending.savings import Reclaim
from licenseiq.times import iso
from licenseiq_tenant.inbox.store import Head, Inbox
from licenseiq_tenant.proposing import undoing
from licenseiq_tenant.proposing.content import who
from licenseiq_tenant.proposing.neighbours import DeskStates, Subjects
from licenseiq_tenant.proposing.places import PagePlace, read_place
from licenseiq_tenant.proposing.reclaims import reclaims_of
from licenseiq_tenant.proposing.states import UNKNOWN, is_live, references, state_of

# Lower case without i, l, o and u: an id is read aloud and typed.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def new_id() -> str:
    """'p-' and ten signs: fifty random bits."""
    return "p-" + "".join(secrets.choice(_ALPHABET) for _ in range(10))


class Records:
    """The proposals of one tenant."""

    def __init__(
        self, tenant_id: str, inbox: Inbox, desk: DeskStates, subjects: Subjects, now: Callable[[], datetime]
    ) -> None:
        self._tenant_id = tenant_id
        self._inbox = inbox
        self._desk = desk
        self._subjects = subjects
        self._now = now

    def get(self, proposal_id: str) -> ProposalRecord:
        """Raises NotFound, Tampered, or NotReady for a plan that the desk is still preparing."""
        entry = self._inbox.entry(self._tenant_id, proposal_id)
        if entry is None and proposal_id in undoing.keep_prepared(self._inbox, self._desk, self._tenant_id):
            raise NotReady("The desk is preparing that plan.", "Ask again in a moment; the desk has to run.")
        entry = entry or self._inbox.entry(self._tenant_id, proposal_id)
        if entry is None:
            raise NotFound("There is no proposal of that id.", "Call list_proposals for the ids there are.")
        return self._with_desk(entry, self._checked(entry))

    def withdraw(self, proposal_id: str) -> ProposalRecord:
        """Takes an open proposal back, and tells how it stands then: a decision may have come meanwhile.

        Raises NotFound, Tampered, StateUnknown where the desk cannot be asked, Refused where it is too late.
        """
        record = self.get(proposal_id)
        if record.state == ProposalState.OPEN:
            self._inbox.withdraw(self._tenant_id, proposal_id, self._now())
            record = self.get(proposal_id)
        if record.state == ProposalState.WITHDRAWN:
            return record
        if record.state == UNKNOWN:
            raise StateUnknown(
                "Whether the proposal was approved cannot be told: the desk's store cannot be read.",
                "A person can reject it at the desk.",
            )
        if record.state == ProposalState.APPROVED:
            raise Refused(
                "The proposal is approved, so it cannot be withdrawn from here.",
                "A person can stop what is left of its run at the desk, with a file named STOP in its home.",
            )
        raise Refused(f"The proposal is {record.state} already.", "There is nothing left to withdraw.")

    def undo(self, proposal_id: str, user_ids: Sequence[str], requested_by: Mapping[str, str]) -> str:
        """Asks the desk for the plan that takes a run back, or these people's part of it; the id that it will have, or
        has: one that is being prepared or still open is found again. Raises BadRequest, NotFound, Tampered, Refused and
        StateUnknown."""
        record = self.get(proposal_id)
        undoing.refuse_nothing_to_undo(record)
        only = undoing.references_of(record, user_ids)
        waiting = undoing.keep_prepared(self._inbox, self._desk, self._tenant_id)
        for request in reversed(self._inbox.undo_requests(self._tenant_id)):
            if (request.of_proposal, request.subjects) == (proposal_id, only) and (
                request.proposal_id in waiting or self.get(request.proposal_id).state == ProposalState.OPEN
            ):
                return request.proposal_id
        made = new_id()
        undoing.ask(self._inbox, self._subjects, self._tenant_id, record, made, requested_by, self._now(), only)
        return made

    def keep(self, plan: Plan, openings: Sequence[Opening], content_key: str) -> ProposalRecord:
        """Stores the plan, unless a live proposal asks for the same: then that one, with `is_new` False."""
        not_live: set[str] = set()
        for proposal_id in self._inbox.with_content(self._tenant_id, content_key, plan.created):
            if (found := self._live(proposal_id)) is not None:
                return found
            not_live.add(proposal_id)
        proposal_id = new_id()
        people = {opening.reference: who(opening) for opening in openings}
        # First the names: a crash in between leaves a row that nothing points at, never a plan without its people.
        self._subjects.remember(proposal_id, people)
        # Another process may have stored the same since we looked: the inbox decides in one transaction.
        while (kept := self._inbox.put_if_absent(proposal_id, plan, openings, content_key, not_live)) != proposal_id:
            if (found := self._live(kept)) is not None:
                return found
            not_live.add(kept)
        entry = InboxEntry(proposal_id, plan.digest(), plan.to_bytes(), tuple(openings), withdrawn=False)
        return self._record(entry, self._checked(entry), ProposalState.OPEN.value, None, is_new=True)

    def refuse_second(self, plan: Plan, content_key: str, proposal_ids: Iterable[str]) -> None:
        """Raises Refused where one of these proposals is live, of the plan's kind, and asks for something else."""
        same = set(self._inbox.with_content(self._tenant_id, content_key, plan.created))
        for proposal_id in sorted(set(proposal_ids) - same):
            found = self._live(proposal_id)
            if found is not None and found.plan.kind == plan.kind:
                raise Refused(
                    f"Another proposal of this kind stands for the person: {proposal_id}.",
                    "Withdraw it, or cancel its run at the desk; then propose one with the days that hold now.",
                )

    def page(self, state: str | None, limit: int, after: str | None) -> tuple[int, tuple[Listed, ...], str | None]:
        """Total, a page newest first, and where the next one starts.

        A proposal that was tampered with counts and has its row: who looks at the list shall see it.
        """
        if limit < 1:
            raise BadRequest("A page needs at least one row.", "Choose a limit of 1 or more.")
        undoing.keep_prepared(self._inbox, self._desk, self._tenant_id)
        place = read_place(after) if after is not None else None
        matching = self._matching(state)
        rest = [head for head in matching if place is None or place.is_before(head)]
        page = rest[:limit]
        next_after = PagePlace(page[-1].created, page[-1].proposal_id).encode() if len(rest) > limit else None
        return len(matching), self._page_records(page), next_after

    def reclaims(self) -> tuple[Reclaim, ...]:
        """The seats of open and approved proposals; what was tampered with has none. Raises StateUnknown."""
        desk, found = self._desk.states(self._tenant_id), list[Reclaim]()
        live = (ProposalState.OPEN.value, ProposalState.APPROVED.value)
        heads = self._inbox.heads(self._tenant_id)
        states = {head.proposal_id: self._state(head, desk.get(head.proposal_id)) for head in heads}
        wanted = [proposal_id for proposal_id, state in states.items() if state in live]
        reports = self._desk.reports(self._tenant_id, wanted)
        for proposal_id in wanted:
            entry = self._inbox.entry(self._tenant_id, proposal_id)
            try:
                plan = None if entry is None else self._checked(entry)
            except Tampered:
                continue
            if plan is not None:
                found += reclaims_of(plan, states[proposal_id], reports.get(proposal_id))
        return tuple(found)

    def _matching(self, state: str | None) -> list[Head]:
        heads = self._inbox.heads(self._tenant_id)
        if state is None:
            return list(heads)
        try:
            desk = self._desk.states(self._tenant_id)
        except StateUnknown:
            return list(heads) if state == UNKNOWN else []
        return [head for head in heads if self._state(head, desk.get(head.proposal_id)) == state]

    def _state(self, head: Head, desk_state: str | None) -> str:
        """By what stands in the inbox beside the plan."""
        return state_of(desk_state, withdrawn=head.withdrawn, expired=head.expires <= iso(self._now()))

    def _page_records(self, page: Sequence[Head]) -> tuple[Listed, ...]:
        # The entries are read before the desk is asked, as in `_live`.
        entries = [(head, self._inbox.entry(self._tenant_id, head.proposal_id)) for head in page]
        reports: Mapping[str, DeskReport] | None
        try:
            reports = self._desk.reports(self._tenant_id, [head.proposal_id for head in page])
        except StateUnknown:
            reports = None
        return tuple(self._listed(head, entry, reports) for head, entry in entries if entry is not None)

    def _listed(self, head: Head, entry: InboxEntry, reports: Mapping[str, DeskReport] | None) -> Listed:
        """`reports` None: the desk cannot be asked."""
        report = None if reports is None else reports.get(head.proposal_id)
        try:
            plan = self._checked(entry)
        except Tampered:
            state = UNKNOWN if reports is None else self._state(head, report.state if report else None)
            return TamperedProposal(head.proposal_id, state, report)
        return self._record(entry, plan, UNKNOWN, None) if reports is None else self._reported(entry, plan, report)

    def _live(self, proposal_id: str) -> ProposalRecord | None:
        """The proposal, if it still stands and can be trusted."""
        entry = self._inbox.entry(self._tenant_id, proposal_id)
        if entry is None:
            return None
        try:
            plan = self._checked(entry)
        except Tampered:
            return None
        # The entry was read before the desk is asked: openings that are gone by now were taken over.
        record = self._with_desk(entry, plan)
        openable = {opening.reference for opening in _opened(entry, plan)} == references(plan)
        return record if is_live(record, openable=openable) else None

    def _checked(self, entry: InboxEntry) -> Plan:
        if digest(entry.plan_bytes) != entry.digest:
            raise Tampered("A stored plan does not have the digest that names it.", "Propose again.")
        plan = read_plan(entry.plan_bytes)
        if plan.tenant_id != self._tenant_id:
            raise Tampered("A stored plan is for another tenant.", "Propose again.")
        return plan

    def _with_desk(self, entry: InboxEntry, plan: Plan) -> ProposalRecord:
        try:
            report = self._desk.report(self._tenant_id, entry.proposal_id)
        except StateUnknown:
            return self._record(entry, plan, UNKNOWN, None)
        return self._reported(entry, plan, report)

    def _reported(self, entry: InboxEntry, plan: Plan, report: DeskReport | None) -> ProposalRecord:
        desk_state = None if report is None else report.state
        state = state_of(desk_state, withdrawn=entry.withdrawn, expired=plan.expires <= self._now())
        return self._record(entry, plan, state, report)

    def _record(
        self, entry: InboxEntry, plan: Plan, state: str, report: DeskReport | None, *, is_new: bool = False
    ) -> ProposalRecord:
        names = dict(self._subjects.names(entry.proposal_id))
        for opening in _opened(entry, plan):
            name = opening.values.get("user_principal_name")
            known = (who(opening), name if isinstance(name, str) else None)
            names.setdefault(opening.reference, known)
        return ProposalRecord(entry.proposal_id, entry.digest, plan, state, names, report, is_new)


def _opened(entry: InboxEntry, plan: Plan) -> tuple[Opening, ...]:
    """The values in the inbox that open the plan's commitments; others name nobody."""
    expected = {subject.reference: subject.commitments for subject in plan.subjects}
    found = []
    for opening in entry.openings:
        try:
            check_opening(opening, expected.get(opening.reference, {}))
        except Tampered:
            continue
        if opening.values.get("user_id") or opening.values.get("user_principal_name"):
            found.append(opening)
    return tuple(found)
