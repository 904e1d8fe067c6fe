"""What `licenseiq renewals` shows: the worklist by deadline, as blocks and as JSON, and the words to copy."""

from collections.abc import Sequence

from licenseiq.context import Context
from licenseiq.money import Total, add_up
from licenseiq.ports import EvaluationHead
from licenseiq.prices import PriceBasis
from licenseiq.readings import Source
from licenseiq.renewal_words import STILL_PAID, Mail, notes_of
from licenseiq.renewals import RenewalLine, Standing
from licenseiq.text import clean
from licenseiq.times import iso
from licenseiq.words import count
from licenseiq_cli.prices_words import price_json, what
from licenseiq_cli.program import program
from licenseiq_cli.report_json import JsonValue, money_json
from licenseiq_cli.report_words import amount, money_words
from licenseiq_cli.screen import FACTS, Block, Column, Lines, Section, Table, Title

_COLUMNS = (
    Column("By"),
    Column("Purchase", flex=True),
    Column("Now", right=True),
    Column("Keep", right=True),
    Column("Saves a month", right=True),
)


def saved(lines: Sequence[RenewalLine]) -> tuple[int, Total, int]:
    """Seats that are recommended away, what they cost a month, and how many of them have no price."""
    falling = [line for line in lines if line.change]
    money = [line.monthly_change.times(-1) for line in falling if line.monthly_change is not None]
    unpriced = sum(-(line.change or 0) for line in falling if line.monthly_change is None)
    return sum(-(line.change or 0) for line in falling), add_up(money), unpriced


def renewals_blocks(
    shown: Sequence[RenewalLine], every: Sequence[RenewalLine], context: Context, head: EvaluationHead
) -> list[Block]:
    """`shown` are the lines that were asked for, out of `every`."""
    seats, monthly, unpriced = saved(shown)
    where = "simulated demo tenant" if head.simulated else f"tenant {clean(head.tenant_id).text}"
    blocks: list[Block] = [Title("LicenseIQ renewals", f"{where}, as of {head.as_of:%Y-%m-%d %H:%M} UTC")]
    money = money_words(monthly) if monthly or not unpriced else "no known price"
    more = f", {unpriced:,} of them without a price" if monthly and unpriced else ""
    blocks.append(Table(FACTS, (("Can be given up", f"{count(seats, 'seat')}, {money} a month{more}"),)))
    if not context.is_read(Source.SUBSCRIPTIONS):
        blocks.append(Lines(("The subscriptions could not be read: their dates are those of your price list.",)))
    if shown:
        blocks += [Section("By deadline"), Table(_COLUMNS, [_row(line, context) for line in shown])]
    else:
        blocks.append(Lines(("No purchase falls into these days.",)))
    undated = sum(line.deadline.day is None for line in every)
    left = [f"{count(len(every) - len(shown), 'more purchase')}, {undated:,} without a known date."]
    return [
        *blocks,
        *([Lines(left)] if len(every) > len(shown) else []),
        Section("What to know"),
        Lines(
            (
                f"{STILL_PAID} '?' is Microsoft Graph's next lifecycle date, which promises no renewal; windows, terms "
                "and renewals by themselves are known only where your price list says them.",
                f"'{program()} renewals --mail ID' writes the e-mail to the reseller, '--steps ID' the clicks.",
            ),
            dim=True,
        ),
    ]


def _row(line: RenewalLine, context: Context) -> tuple[str, str, str, str, str]:
    day = line.deadline.day
    by = "unknown" if day is None else f"{day}{'' if line.deadline.sure else ' ?'}"
    if line.change and line.deadline.is_late(context.today):
        by += "\nstart now"
    notes = " ".join(notes_of(line))
    return (
        by,
        what(line.sku.name, line.subscription_id, notes),
        "?" if line.quantity is None else f"{line.quantity:,}",
        "-" if line.standing is not Standing.ACTIVE else "?" if line.recommended is None else f"{line.recommended:,}",
        _money(line),
    )


def _money(line: RenewalLine) -> str:
    if not line.change:
        return "-"
    if line.monthly_change is None:
        return "no price"
    saving = amount(line.monthly_change.times(-1))
    return saving if line.basis is PriceBasis.OWN else f"{saving}\n({line.basis})"


def renewals_json(shown: Sequence[RenewalLine], every: Sequence[RenewalLine], context: Context) -> dict[str, JsonValue]:
    """Null is unknown. `monthly_change` is less than nothing for what is saved."""
    seats, monthly, unpriced = saved(shown)
    return {
        "as_of": iso(context.now),
        "total": len(every),
        "shown": len(shown),
        "seats": seats,
        "monthly_saving": money_json(None if seats and seats == unpriced else monthly),
        "unpriced_seats": unpriced,
        "note": STILL_PAID,
        "renewals": [line_json(line, context) for line in shown],
    }


def line_json(line: RenewalLine, context: Context) -> dict[str, JsonValue]:
    need, deadline, row = line.need, line.deadline, line.row
    return {
        "subscription_id": line.subscription_id,
        "commerce_id": line.commerce_id,
        "sku_id": line.sku.sku_id,
        "name": clean(line.sku.name).text,
        "part_number": clean(line.sku.part_number).text,
        "standing": line.standing.value,
        "quantity": line.quantity,
        "recommended_quantity": line.recommended,
        "change": line.change,
        "take_back_first": line.reclaim_first,
        "price": price_json(line.each, line.basis),
        "monthly_change": price_json(line.monthly_change, line.basis),
        "deadline": deadline.day.isoformat() if deadline.day else None,
        "deadline_is_sure": deadline.sure,
        "in_window": deadline.in_window,
        "start_by": deadline.start_by.isoformat() if deadline.start_by else None,
        "late": deadline.is_late(context.today),
        "realisable_from": deadline.realisable_from.isoformat() if deadline.realisable_from else None,
        "auto_renew": row.auto_renew,
        "channel": row.channel,
        "of_the_product": {
            "bought": need.enabled,
            "taken": need.consumed,
            "held_by_people": need.held,
            "claimed": need.claimed,
            "unassigned_beyond_buffer": need.beyond_buffer,
            "buffer": need.buffer,
            "wanted": None if need.excluded else need.wanted,
        },
        "notes": list(notes_of(line)),
    }


def mail_text(words: Mail) -> str:
    """The e-mail as text to copy."""
    to = words.to or "(no contact is known: say it in the column contact of your price list)"
    return f"To: {to}\nSubject: {words.subject}\n\n{words.body}"


def steps_text(done: Sequence[str]) -> str:
    return "\n".join(f"{number}. {words}" for number, words in enumerate(done, 1))
