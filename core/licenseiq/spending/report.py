"""The answer to a question about spend, asked of the ports: the tool and the command show the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from licenseiq.context import Context
from licenseiq.errors import BadRequest, NotFound, StateUnknown
from licenseiq.money import Total, add_up
from licenseiq.policy import fold
from licenseiq.ports import EvaluationHead, Proposals, Tenant
from licenseiq.spending.days import Compared, Day, compared
from licenseiq.spending.movements import Movement, difference, movements
from licenseiq.spending.savings import Reclaim, ReclaimState, Saving, SavingState, done_since, savings
from licenseiq.spending.table import Role, SpendBy, Spending, SpendRow, by_worth, sum_of


@dataclass(frozen=True, slots=True)
class SpendQuestion:
    """`under` names a person, `compare` a day (`licenseiq.spending.days.compared`), `sum_of` groups to add up."""

    by: SpendBy = SpendBy.DEPARTMENT
    under: str | None = None
    compare: str | None = None
    sum_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A row of today, what it cost on the day compared with, and the difference; None where that is not known."""

    row: SpendRow
    before: Total | None = None
    change: Total | None = None


@dataclass(frozen=True, slots=True)
class SpendReport:
    """`lines` add up to `total`, and `movements` are the largest of all changes; None where nothing is compared, as
    `compared` says. `savings` is None where the desk's state is unknown. `notes` are sentences on what is left out."""

    head: EvaluationHead
    context: Context
    by: SpendBy
    lines: tuple[Line, ...]
    total: Line
    summed: Line | None
    compared: Compared | None
    movements: tuple[Movement, ...] | None
    savings: tuple[Saving, ...] | None
    notes: tuple[str, ...]


async def spend_report(
    tenant: Tenant, proposals: Proposals, head: EvaluationHead, question: SpendQuestion
) -> SpendReport:
    """Raises BadRequest for a question that makes no sense, NotFound for a group that is not there, and what the ports
    raise."""
    context = await tenant.context(head.evaluation_id)
    under = await _under(tenant, head, question)
    found = await tenant.spending(head.evaluation_id, question.by, under)
    day, then = await _then(tenant, context, question)
    rows_then = None if then is None or under is not None else then.groups.get(question.by)
    lines = _lines(found.rows, rows_then)
    reclaims, notes = await _reclaims(proposals)
    if then is not None and rows_then is None:
        notes = (*notes, "Of the day compared with, only the totals and the SKUs are known, not these groups.")
    moved = None
    if then is not None:
        taken = None if reclaims is None else done_since(reclaims, then.seats_as_of)
        moved = movements(then.skus, found.skus, taken)
    return SpendReport(
        head=head,
        context=context,
        by=question.by,
        lines=lines,
        total=_total(found, then),
        summed=await _summed(tenant, head, question, lines) if question.sum_of else None,
        compared=day,
        movements=moved,
        savings=None if reclaims is None else await _savings(tenant, head, found, reclaims),
        notes=(*notes, *_notes(found)),
    )


async def _under(tenant: Tenant, head: EvaluationHead, question: SpendQuestion) -> str | None:
    if question.under is None:
        return None
    if question.by is not SpendBy.MANAGER:
        raise BadRequest("A person has an organisation, not other groups.", "Group by manager, or leave under out.")
    return (await tenant.person(head.evaluation_id, question.under)).user_id


async def _then(tenant: Tenant, context: Context, question: SpendQuestion) -> tuple[Compared | None, Day | None]:
    if question.compare is None:
        return None, None
    day = compared(question.compare, context.today, await tenant.history_days())
    return day, None if day.found is None else await tenant.history_day(day.found)


def _lines(now: Sequence[SpendRow], then: Sequence[SpendRow] | None) -> tuple[Line, ...]:
    """Today's rows beside those of then, and a row without seats for each group that is gone."""
    if then is None:
        return tuple(Line(row) for row in now)
    before = {row.name: row for row in then}
    here = {row.name for row in now}
    # What is missing from a list of groups that hides small ones may be in its rest.
    hidden = any(row.role is Role.OTHER for row in (*now, *then))
    found = []
    for row in now:
        old = before.get(row.name)
        if row.role is Role.OTHER or (old is None and hidden):
            found.append(Line(row))
        else:
            found.append(_line(row, old.spend if old is not None else ()))
    if not hidden:
        gone = (SpendRow(row.role, row.key, row.label) for row in then if row.name not in here)
        found += [_line(row, before[row.name].spend) for row in gone]
    return tuple(sorted(found, key=lambda line: by_worth(line.row)))


def _line(row: SpendRow, before: Total) -> Line:
    return Line(row, before, difference(row.spend, before))


def _total(found: Spending, then: Day | None) -> Line:
    total = sum_of(found.rows)
    return Line(total) if then is None else _line(total, then.spend)


async def _summed(tenant: Tenant, head: EvaluationHead, question: SpendQuestion, lines: Sequence[Line]) -> Line:
    """The groups that were named, added up; each counts once."""
    by_name = {line.row.name: line for line in lines}
    chosen: dict[tuple[str, str | None], Line] = {}
    for text in question.sum_of:
        name = await _name(tenant, head, question.by, text)
        if name not in by_name:
            raise NotFound("A group to add up is not among the groups.", "Take its name from the answer without sum.")
        chosen[name] = by_name[name]
    total = sum_of([line.row for line in chosen.values()])
    before = [line.before for line in chosen.values()]
    known = [one for one in before if one is not None]
    if len(known) < len(before):
        return Line(total)
    return _line(total, add_up(money for one in known for money in one))


async def _name(tenant: Tenant, head: EvaluationHead, by: SpendBy, text: str) -> tuple[str, str | None]:
    """What a person calls a group, as the rows name it."""
    if fold(text) in (Role.UNASSIGNED.value, Role.NONE.value, Role.OUTSIDE.value, Role.NOT_SPLIT.value):
        return fold(text), None
    if by is SpendBy.SKU:
        return Role.GROUP.value, await tenant.sku_id(head.evaluation_id, text)
    if by is SpendBy.MANAGER:
        return Role.GROUP.value, (await tenant.person(head.evaluation_id, text)).user_id
    return Role.GROUP.value, fold(text)


async def _reclaims(proposals: Proposals) -> tuple[tuple[Reclaim, ...] | None, tuple[str, ...]]:
    try:
        return await proposals.reclaims(), ()
    except StateUnknown as unknown:
        return None, (f"What became of savings is unknown. {unknown}",)


async def _savings(
    tenant: Tenant, head: EvaluationHead, found: Spending, reclaims: Sequence[Reclaim]
) -> tuple[Saving, ...]:
    kinds = head.summary.by_kind
    seats, unpriced = sum(kind.seats for kind in kinds), sum(kind.unpriced_seats for kind in kinds)
    identified = Saving(SavingState.IDENTIFIED, seats, add_up(m for kind in kinds for m in kind.monthly), unpriced)
    done = [one.done_at for one in reclaims if one.state is ReclaimState.DONE and one.done_at is not None]
    seen = await tenant.seat_history(min(done)) if done else {}
    return (identified, *savings(reclaims, seen, {one.sku_id: one.price for one in found.skus}))


def _notes(found: Spending) -> tuple[str, ...]:
    roles = {row.role for row in found.rows}
    notes = []
    if Role.UNASSIGNED in roles:
        notes.append("Seats that nobody holds are the row unassigned, with what rounding an averaged price leaves.")
    if Role.NOT_SPLIT in roles:
        notes.append("Money of SKUs whose seats have no one known price is the row not_split: it has no known parts.")
    return tuple(notes)
