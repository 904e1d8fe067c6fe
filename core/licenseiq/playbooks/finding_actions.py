"""What a finding calls for: a seat goes, a cheaper one comes instead, or a direct licence goes that a group gives too.

A finding that claims a part of a price belongs to somebody who goes on to need a seat, so that it is swapped and never
just taken away.
"""

from collections.abc import Callable, Iterable, Mapping

from licenseiq.context import Context
from licenseiq.errors import BadRequest
from licenseiq.evaluate import claim_seats, findings_of
from licenseiq.findings import IMPERSONAL_KINDS, Claim, Finding
from licenseiq.findings.duplicate_assignment import KIND as MENDED
from licenseiq.findings.on_leave_full_tier import KIND as ON_LEAVE
from licenseiq.findings.on_leave_full_tier import set_without_work
from licenseiq.findings.unused_premium import KIND as PREMIUM
from licenseiq.findings.unused_premium import recommended_set
from licenseiq.people import Person
from licenseiq.playbooks.change_request import Action, Change, FindingFilter
from licenseiq.playbooks.prerequisites import AddOn, left_without_base
from licenseiq.right_size.sizing import Choice

# What comes instead, by the rule that says that something cheaper would do.
_INSTEAD: Mapping[str, Callable[[Person, Context], Choice | None]] = {
    PREMIUM: recommended_set,
    ON_LEAVE: set_without_work,
}


def is_proposable(finding: Finding, wanted: FindingFilter) -> bool:
    """Whether a finding that matches kind, SKU and department of a filter is one that a proposal acts on."""
    if finding.user_id is None or finding.kind in IMPERSONAL_KINDS or not finding.counts:
        return False
    if wanted.confidence not in (None, finding.confidence):
        return False
    return finding.claims_seats or finding.kind == wanted.kind == MENDED


def change_of(
    person: Person,
    finding_id: str,
    place: int,
    context: Context,
    add_ons: tuple[AddOn, ...],
    *,
    action: Action | None = None,
    to_sku: str | None = None,
    only: str | None = None,
) -> Change:
    """The change that a finding calls for, number `place` of the request; of whole seats, `only` that SKU.

    Raises BadRequest where it does not hold in this evaluation or does not count, and where `action`, which narrows
    what may be done, does not fit it.
    """
    mine = list(findings_of(person, context))
    finding = next((one for one in mine if one.finding_id == finding_id), None)
    if finding is None:
        raise BadRequest(
            f"Finding number {place} does not hold by the newest data.", "Call list_waste for those of now."
        )
    _refuse_uncounted(finding, place)
    if finding.kind == MENDED:
        if action is Action.SWAP:
            raise _unfit(place, "is about a licence that is held twice: nothing is swapped")
        mend = tuple(sku_id for sku_id in finding.sku_ids if only in (None, sku_id))
        return Change(person, mend=mend, because=(finding,))
    if not finding.claims_seats:
        raise BadRequest(
            f"Finding number {place} is a fault to mend, and no licence goes for it.", "Use remove with users and sku."
        )
    claims: list[Claim] = []
    claim_seats(mine, context, claims)
    claimed = {claim.sku_id for claim in claims if claim.finding_id == finding_id}
    if not claimed or not set(finding.claimed or ()) <= claimed:
        raise BadRequest(
            f"Finding number {place} claims no seat of its own: another finding of that person counts it.",
            "Name that one; list_waste shows it.",
        )
    if finding.claims_whole_seats:
        if action is Action.SWAP:
            raise _unfit(place, "claims whole seats, which nobody needs: nothing is swapped")
        gone = tuple(sorted(claimed if only is None else claimed & {only}))
        return Change(person, remove=gone, because=(finding,))
    if action is Action.RECLAIM:
        raise BadRequest(
            f"Finding number {place} claims a part of a price: its person goes on to need a cheaper seat.",
            "Leave action out, or use swap.",
        )
    return _swap(person, finding, claimed, place, context, add_ons, to_sku)


def merged(changes: Iterable[Change]) -> list[Change]:
    """One change a person. What the person holds already and shall hold stays as it is."""
    by_person: dict[str, list[Change]] = {}
    for change in changes:
        by_person.setdefault(change.person.user_id, []).append(change)
    return [_one(mine) for mine in by_person.values()]


def _one(mine: list[Change]) -> Change:
    person = mine[0].person
    if len(mine) == 1 and not mine[0].because:
        return mine[0]
    instead = {sku_id for change in mine for sku_id in change.instead}
    kept = instead & {row.sku_id for row in person.assignments}
    remove = {sku_id for change in mine for sku_id in change.remove} - kept
    swapped = {sku_id for change in mine for sku_id in change.swapped} - kept - remove
    return Change(
        person,
        add=tuple(sorted({sku_id for change in mine for sku_id in change.add})),
        remove=tuple(sorted(remove)),
        instead=tuple(sorted(instead - kept)),
        swapped=tuple(sorted(swapped)),
        mend=tuple(sorted({sku_id for change in mine for sku_id in change.mend} - remove - kept)),
        because=tuple(one for change in mine for one in change.because),
    )


def _refuse_uncounted(finding: Finding, place: int) -> None:
    if not finding.confidence.counts:
        raise BadRequest(
            f"Finding number {place} is for review: it is not known whether the seat is needed.",
            "When a person has decided, use remove or swap with users and sku.",
        )
    if finding.exception is not None:
        raise BadRequest(
            f"Finding number {place} is left out by an exception until {finding.exception.until.isoformat()}.",
            "A person can remove it with 'licenseiq exceptions remove'.",
        )


def _swap(
    person: Person,
    finding: Finding,
    claimed: set[str],
    place: int,
    context: Context,
    add_ons: tuple[AddOn, ...],
    to_sku: str | None,
) -> Change:
    if to_sku is not None:
        return Change(person, instead=(to_sku,), swapped=tuple(sorted(claimed)), because=(finding,))
    choose = _INSTEAD.get(finding.kind)
    choice = choose(person, context) if choose else None
    if choice is None or not claimed <= set(choice.removed):
        raise BadRequest(
            f"What comes instead is not known for finding number {place}.", "Use swap with users, sku and to_sku."
        )
    before = frozenset(person.seats())
    broken = left_without_base(before, (before - claimed) | set(choice.added), add_ons)
    gone = claimed | (set(choice.removed) & broken.keys())
    return Change(person, instead=choice.added, swapped=tuple(sorted(gone)), because=(finding,))


def _unfit(place: int, words: str) -> BadRequest:
    return BadRequest(f"Finding number {place} {words}.", "Leave action out.")
