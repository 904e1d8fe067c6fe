"""What an entry of the ledger says, in a sentence of ours: ids and numbers, and no text of the tenant."""

from collections.abc import Mapping, Sequence

from licenseiq.proposals.canonical import Json
from licenseiq.proposals.step_words import step_summary
from licenseiq.proposals.trail import TrailEntry
from licenseiq.text import clean
from licenseiq.words import count
from licenseiq_tools.wording import one_line

LONGEST = 240

# Kinds whose body fills a sentence in.
_SENTENCES = {
    "proposal_taken": "Proposal {proposal} ({kind}) was taken over by the desk.",
    "proposal_ended": "Proposal {proposal} is {state}.",
    "preflight": "What proposal {proposal} is about was read anew.",
    "approval_refused": "An approval of proposal {proposal} started no run: {why}",
    "approver_enrolled": "Approver {approver} was enrolled ({enrolled}).",
    "approver_revoked": "Approver {approver} was revoked.",
    "enrolment_refused": "An enrolment was refused: {why}.",
    "run_started": "Run {run} of proposal {proposal} was started.",
    "run_paused": "Run {run} rests.",
    "run_resumed": "Run {run} goes on.",
    "run_cancel_asked": "Somebody asked to end run {run}.",
    "run_ended": "Run {run} is {state}.",
    "subject_exported": "A copy of what is held about a person was made, for that person to have.",
    "policy_changed": "Another policy is in force.",
    "exception_made": "An exception from a finding ({finding_kind}) was made: {state} until {until}.",
    "exception_ended": "The exception from a finding ({finding_kind}) was ended.",
}


def entry_words(entry: TrailEntry) -> str:
    """One line of at most 240 characters."""
    return one_line(_words(entry), LONGEST)


def _words(entry: TrailEntry) -> str:
    body = {name: _plain(value) for name, value in entry.body.items()}
    if entry.kind == "intent":
        return f"Step {body.get('step')} of run {body.get('run')} was about to be sent. {_what(entry)}"
    if entry.kind == "outcome":
        ended = body.get("outcome", "").replace("_", " ")
        return f"Step {body.get('step')} of run {body.get('run')}: {ended}. {_what(entry)}{_approved(entry)}"
    if entry.kind == "approval":
        return _decision(entry)
    if entry.kind == "calls_sealed":
        return f"{body.get('count')} calls of tools were sealed, {body.get('first')} to {body.get('last')}."
    if entry.kind == "subject_erased":
        return f"A person was erased from {count(len(_list(entry.body.get('proposals'))), 'proposal')}."
    try:
        return _SENTENCES[entry.kind].format_map(body)
    except KeyError:
        return f"{clean(entry.kind).text.replace('_', ' ').capitalize()}."


def _what(entry: TrailEntry) -> str:
    if entry.step is not None:
        return step_summary(entry.step)
    kind = entry.body.get("kind")
    return f"{clean(kind).text.replace('_', ' ').capitalize()}." if isinstance(kind, str) else ""


def _approved(entry: TrailEntry) -> str:
    """Who let it happen, without a name: by the newest approval of the proposal."""
    decided = entry.record.desk.approvals if entry.record is not None and entry.record.desk is not None else ()
    found = [one for one in decided if one.decision == "approve"]
    return f" Approved by {clean(found[-1].approver_kind).text}." if found else ""


def _decision(entry: TrailEntry) -> str:
    """'Proposal p-1 was approved by passkey of who-1.'"""
    statement = entry.body.get("statement")
    approver = statement.get("approver") if isinstance(statement, Mapping) else None
    by = {name: _plain(value) for name, value in approver.items()} if isinstance(approver, Mapping) else {}
    ids = [_plain(one) for one in _list(entry.body.get("proposals"))]
    verb = "rejected" if entry.body.get("decision") == "reject" else "approved"
    whom = f"{by.get('kind', 'somebody')}{f' of {who}' if (who := by.get('id')) else ''}"
    more = "" if entry.body.get("decided") else " Another person has to approve too."
    return f"{'Proposals' if len(ids) > 1 else 'Proposal'} {', '.join(ids)} {verb} by {whom}.{more}"


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()


def _plain(value: Json) -> str:
    return clean(value).text if isinstance(value, str) else str(value) if isinstance(value, int) else ""
