"""The tables of an export. Texts of the tenant are cleaned here; the writers keep them from being formulas."""

from collections.abc import Iterator
from functools import lru_cache

from licenseiq.context import Context
from licenseiq.evaluation import Holder
from licenseiq.owned import Owned
from licenseiq.ports import HolderGroup
from licenseiq.renewal_words import notes_of
from licenseiq.renewals import RenewalLine
from licenseiq.text import clean, clean_or_none, one_line
from licenseiq.waste import GroupBy, Waste, WasteGroup, known_money
from licenseiq_cli.export_cells import Row, Sheet, amount_cell, priced_rows
from licenseiq_cli.export_data import Gathered
from licenseiq_cli.export_summary import summary_sheet
from licenseiq_cli.report_words import name_of


def sheets_of(found: Gathered, what: tuple[str, ...]) -> list[Sheet]:
    """A sheet for each part that was asked for and could be read; in `aggregate` groups stand for single people."""
    context, sheets = found.context, []
    if "summary" in what:
        sheets.append(summary_sheet(found))
    if found.findings is not None:
        sheets.append(
            Sheet("findings", FINDINGS, tuple(row for one in found.findings for row in _finding(one, context)))
        )
    if found.groups is not None:
        rows = tuple(row for by, groups in found.groups.items() for one in groups for row in _group(by, one, context))
        sheets.append(Sheet("groups", GROUPS, rows))
    if found.subscriptions is not None:
        sheets.append(
            Sheet("subscriptions", SUBSCRIPTIONS, tuple(row for one in found.subscriptions for row in _owned(one)))
        )
    if found.renewals is not None:
        sheets.append(Sheet("renewals", RENEWALS, tuple(_renewal(one, context) for one in found.renewals)))
    if found.people is not None:
        sheets.append(Sheet("people", PEOPLE, tuple(row for one in found.people for row in _person(one, context))))
    if found.people_groups is not None:
        rows = tuple(row for one in found.people_groups for row in _people_group(one))
        sheets.append(Sheet("people", PEOPLE_GROUPS, rows))
    return sheets


FINDINGS = (
    *("finding_id", "kind", "finding", "who", "subscription_id", "products"),
    *("seats", "unpriced_seats", "per_month", "currency"),
    *("confidence", "counts", "left_until", "reason", "evidence"),
)


def _finding(one: Waste, context: Context) -> Iterator[Row]:
    found = one.finding
    evidence = "; ".join(f"{fact.name}: {'unknown' if fact.value is None else fact.value}" for fact in found.evidence)
    before = (
        found.finding_id,
        found.kind,
        name_of(found.kind),
        clean_or_none(one.user_principal_name) or found.user_id,
        clean_or_none(found.subject),
        _products(one.sku_ids, context),
    )
    after = (
        found.confidence.value,
        found.counts,
        found.exception.until if found.exception is not None else None,
        _sentence(found.reason),
        # Evidence holds dates, numbers and words of ours: no text of the tenant.
        evidence,
    )
    money = known_money(one.seats, one.monthly, one.unpriced_seats)
    yield from priced_rows(before, (one.seats, one.unpriced_seats), money, after)


GROUPS = (
    *("by", "group", "people", "findings", "seats", "seats_to_review", "unpriced_seats"),
    *("per_month", "currency"),
)


def _group(by: GroupBy, one: WasteGroup, context: Context) -> Iterator[Row]:
    if one.merged:
        name = "all that are too small to be shown"
    elif one.key is None:
        name = "no department" if one.held and by is GroupBy.DEPARTMENT else "held by nobody"
    elif by is GroupBy.SKU:
        name = clean(context.sku(one.key).name).text
    else:
        name = name_of(one.key) if by is GroupBy.KIND else clean(one.key).text
    numbers = (one.people, one.findings, one.seats, one.review_seats, one.unpriced_seats)
    yield from priced_rows((by.value, name), numbers, known_money(one.seats, one.monthly, one.unpriced_seats))


SUBSCRIPTIONS = (
    *("product", "part_number", "sku_id", "not_paid_because"),
    *("bought", "taken", "free", "held_by_people", "unassigned_beyond_buffer", "past_end", "suspended", "purchases"),
    *("per_month", "currency", "seat_per_month", "seat_currency", "price_basis", "list_price_as_of"),
)


def _owned(one: Owned) -> Iterator[Row]:
    line, seat = one.line, one.seat
    before = (clean(one.sku.name).text, clean(one.sku.part_number).text, one.sku.sku_id, one.why_free or None)
    numbers = (
        line.enabled if line is not None else None,
        line.consumed if line is not None else None,
        line.free() if line is not None else None,
        one.held,
        one.beyond_buffer,
        line.warning if line is not None else None,
        line.suspended if line is not None else None,
        None if one.subscriptions is None else len(one.subscriptions),
    )
    after = (
        amount_cell(seat.monthly if seat is not None else None),
        seat.monthly.currency if seat is not None else None,
        seat.basis.value if seat is not None else None,
        one.price.observed if one.price is not None else None,
    )
    yield from priced_rows(before, numbers, one.monthly, after)


RENEWALS = (
    *("product", "part_number", "subscription_id", "commerce_id", "standing"),
    *("deadline", "deadline_is_sure", "start_by", "saves_from", "renews_by_itself", "channel"),
    *("quantity", "recommended_quantity", "change", "take_back_first"),
    *("saves_per_month", "currency", "seat_per_month", "price_basis"),
    *("product_bought", "product_taken", "product_claimed", "product_buffer", "notes"),
)


def _renewal(one: RenewalLine, context: Context) -> Row:
    need, deadline = one.need, one.deadline
    saving = one.monthly_change.times(-1) if one.monthly_change is not None else None
    return (
        *(clean(one.sku.name).text, clean(one.sku.part_number).text),
        *(clean_or_none(one.subscription_id), clean_or_none(one.commerce_id), one.standing.value),
        *(deadline.day, deadline.sure if deadline.day else None, deadline.start_by, deadline.realisable_from),
        *(one.row.auto_renew, one.row.channel.value if one.row.channel else None),
        *(one.quantity, one.recommended, one.change, one.reclaim_first),
        *(amount_cell(saving), one.each.currency if one.each else None, amount_cell(one.each)),
        one.basis.value if one.basis else None,
        *(need.enabled, need.consumed, need.claimed, need.buffer),
        one_line(" ".join(notes_of(one))) or None,
    )


PEOPLE = (
    *("user_id", "principal_name", "display_name", "department", "sign_in_allowed", "is_a_person"),
    *("last_activity", "never_active", "days_inactive", "confidence", "reason", "products"),
    *("seats", "per_month", "currency"),
)


def _person(one: Holder, context: Context) -> Iterator[Row]:
    before = (
        one.user_id,
        clean_or_none(one.user_principal_name),
        clean_or_none(one.display_name),
        clean_or_none(one.department),
        one.account_enabled,
        one.is_person,
        one.last_activity,
        one.never_active,
        one.days_inactive,
        one.confidence.value,
        _sentence(one.reason),
        _products(one.sku_ids, context),
    )
    yield from priced_rows(before, (len(one.sku_ids),), one.monthly)


PEOPLE_GROUPS = ("department", "people", "unpriced_seats", "per_month", "currency")


def _people_group(one: HolderGroup) -> Iterator[Row]:
    name = "all that are too small to be shown" if one.merged else clean_or_none(one.key) or "no department"
    money = None if one.unpriced_seats and not one.monthly else one.monthly
    yield from priced_rows((name,), (one.people, one.unpriced_seats), money)


def _products(sku_ids: tuple[str, ...], context: Context) -> str | None:
    return "; ".join(_sentence(context.sku(sku_id).name) for sku_id in sku_ids) or None


@lru_cache(maxsize=2_000)
def _sentence(text: str) -> str:
    """Reasons and products are the same for very many rows."""
    return one_line(text)
