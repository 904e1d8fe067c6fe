"""What was decided and done, entry by entry of the ledger."""

from datetime import UTC, datetime
from typing import Annotated

from mcp_types import CallToolResult
from pydantic import BaseModel, Field

from licenseiq.errors import BadRequest
from licenseiq.proposals.trail import Trail, TrailEntry, TrailQuery
from licenseiq.text import clean
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_tools.answers import answer, fitting
from licenseiq_tools.arguments import Cursor, Name, ProposalId, arguments_digest, optional_selector
from licenseiq_tools.cursors import Place, read_cursor, skipped
from licenseiq_tools.deps import Call, Deps, deps_of, progress_of
from licenseiq_tools.errors import guarded
from licenseiq_tools.proposal_shapes import LedgerRow
from licenseiq_tools.shapes import SkuRef, sku_ref
from licenseiq_tools.trail_words import entry_words
from licenseiq_tools.wording import few, sentences, unknown_words

_MOST_SKUS = 4
_ELSEWHERE = "What was changed outside of LicenseIQ: Microsoft Entra's own audit log has it."
_NOT_VERIFIED = "Whether the ledger was changed is not checked here: a person runs 'licenseiq audit verify'."


class TrailUser(BaseModel):
    id: str
    user_principal_name: str | None


class TrailRow(BaseModel):
    sequence: int
    time: str
    kind: str
    summary: str
    level: str | None = Field(description="How far the approval protects, L0 to L3; null = none was needed")
    proposal_id: str | None
    user: TrailUser | None = Field(description="Whom the step was about; null = no one person, or gone")
    skus: list[SkuRef] = Field(description="Licences that the step gives or takes")


class AuditTrail(BaseModel):
    total: int
    shown: int
    entries: list[TrailRow]
    head: LedgerRow | None = Field(description="null = no ledger yet")
    next_cursor: str | None = Field(description="Pass as cursor for the next page; null = this was the last")
    as_of: str
    next_step: str
    unknown: list[str]


@guarded
async def audit_trail(
    call: Call,
    user: Annotated[Name | None, Field(description="Only what was about this person: name or id")] = None,
    proposal_id: Annotated[ProposalId | None, Field(description="Only what was about it")] = None,
    since: Annotated[Name | None, Field(description="ISO 8601 date or time")] = None,
    limit: Annotated[int, Field(ge=1, le=50, description="Most rows; fewer if the answer grows too long")] = 20,
    cursor: Annotated[Cursor | None, Field(description="next_cursor of the same call before")] = None,
) -> Annotated[CallToolResult, AuditTrail]:
    """What was proposed, approved and carried out, newest first, from the desk's ledger. Answers who removed a
    licence."""
    deps = await deps_of(call)
    query_name = arguments_digest("audit_trail", u=user, p=proposal_id, s=since)
    query = TrailQuery(
        user=optional_selector(user, "user"),
        proposal_id=proposal_id,
        since=_time(since) if since else None,
        before=skipped(read_cursor(cursor, query_name)) if cursor else None,
        limit=limit,
    )
    found = await deps.proposals.trail(query, progress_of(call))
    notes = _unknown(found, deps)

    def build(rows: int) -> AuditTrail:
        shown = found.entries[:rows]
        following = found.next_before if rows == len(found.entries) else shown[-1].sequence
        return AuditTrail(
            total=found.total,
            shown=len(shown),
            entries=[_row(entry) for entry in shown],
            head=LedgerRow(size=found.head.size, root=found.head.root) if found.head else None,
            next_cursor=None if following is None else Place("", str(following), query_name).encode(),
            as_of=iso(deps.now()),
            next_step="get_proposal shows a proposal with all of its steps.",
            unknown=notes,
        )

    content = build(fitting(len(found.entries), build))
    about = "" if user is None else " about this person"
    headline = f"{count(found.total, 'entry', 'entries')}{about}, {content.shown} shown here."
    if found.head is None:
        headline = "The desk has taken nothing over yet, so there is no ledger."
    more = "More rows: repeat with next_cursor." if content.next_cursor else ""
    return answer(sentences(headline, unknown_words(content.unknown), content.next_step, more), content)


def _row(entry: TrailEntry) -> TrailRow:
    subject = entry.body.get("subject")
    known = entry.record.names.get(str(subject)) if entry.record is not None else None
    return TrailRow(
        sequence=entry.sequence,
        time=iso(entry.time),
        kind=clean(entry.kind).text,
        summary=entry_words(entry),
        level=clean(entry.level).text or None,
        proposal_id=entry.proposal_id,
        user=TrailUser(id=known[0], user_principal_name=clean(known[1]).text if known[1] else None) if known else None,
        skus=[sku_ref(sku) for sku in entry.skus[:_MOST_SKUS]],
    )


def _unknown(found: Trail, deps: Deps) -> list[str]:
    notes = [*deps.privacy_note, _ELSEWHERE, _NOT_VERIFIED]
    if found.unreadable:
        notes.append(f"{count(found.unreadable, 'entry', 'entries')} can be read no more: the ledger was changed.")
    if not deps.shows_people:
        notes.append("Entries about single steps are left out, so pages can be shorter than limit.")
    return few(notes)


def _time(text: str) -> datetime:
    """A date, or a time; without a zone in UTC. Raises BadRequest."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadRequest("The argument since is no date.", "Write it like 2026-11-30.") from error
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
