"""What to say of a renewal: notes, an e-mail to whoever sells the seats, and the steps in the admin centre.

Sources: Microsoft Learn, "Buy or remove licenses for a Microsoft business subscription" (steps, purchase channel, seven
days after buying or renewing) and "Schedule changes for a new commerce subscription" (Partner Center). The order period
is the one of Microsoft's Enterprise Enrollment; a customer's own agreement may say otherwise.
"""

from dataclasses import dataclass

from licenseiq.errors import BadRequest
from licenseiq.prices import Channel
from licenseiq.renewals import RenewalLine, Standing
from licenseiq.text import clean, one_line
from licenseiq.words import count

STILL_PAID = "Seats that were taken back cost as before until the quantity of their purchase falls."


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail to send by hand. `to` is None where the price list names no contact."""

    to: str | None
    subject: str
    body: str


def notes_of(line: RenewalLine) -> tuple[str, ...]:
    """What is special about a purchase, in sentences without text of the tenant."""
    return (*_standing_notes(line), *_quantity_notes(line), *_date_notes(line))


def _standing_notes(line: RenewalLine) -> list[str]:
    day = line.deadline.day
    match line.standing:
        case Standing.TRIAL:
            return ["A trial: it ends then, or turns into a purchase. Its seats are not relied on."]
        case Standing.MAYBE_TRIAL:
            return ["Whether it is a trial is not told, so no quantity is recommended."]
        case Standing.PAST_END:
            when = f" on {day}" if day else " soon"
            return [f"Past its end: its seats stop{when} unless it is renewed. They are not relied on."]
        case Standing.SUSPENDED:
            return ["Suspended: its seats cannot be used."]
    return []


def _quantity_notes(line: RenewalLine) -> list[str]:
    need = line.need
    said: list[str] = []
    if line.standing is not Standing.ACTIVE:
        return said
    if line.subscription_id is None:
        said.append("Which purchases these seats are is not known.")
    if need.excluded:
        said.append("The policy excludes this product, so nothing is recommended away.")
    elif need.wanted is None:
        said.append("How many seats are bought or taken is not known, so no quantity is recommended.")
    elif line.quantity is None:
        said.append("How many seats it has is not known: say it in your price list.")
    if need.claimed is None:
        said.append("What people hold could not be read: only seats that nobody holds are recommended away.")
    if line.said_quantity is not None:
        said.append(f"Your price list says {count(line.said_quantity, 'seat')}.")
    if need.enabled is not None and need.consumed is not None and need.consumed > need.enabled:
        said.append(f"{count(need.consumed - need.enabled, 'seat')} of this product more are taken than bought.")
    if line.reclaim_first:
        said.append(f"First take back {count(line.reclaim_first, 'claimed seat')} of this product.")
    return said


def _date_notes(line: RenewalLine) -> list[str]:
    deadline = line.deadline
    said: list[str] = []
    if deadline.missed is not None:
        said.append(f"The window to give seats back closed on {deadline.missed}.")
    if deadline.stale is not None:
        said.append(f"The renewal of your price list, {deadline.stale}, is over: import the next one.")
    if line.standing in (Standing.TRIAL, Standing.PAST_END, Standing.SUSPENDED):
        return said
    if deadline.day is None:
        said.append("When it renews is not known: say it in your price list.")
    elif deadline.in_window:
        said.append("Seats can be given back until then in this term.")
    if line.row.auto_renew is True:
        said.append("It renews by itself, with the quantity of that day.")
    elif line.row.auto_renew is False:
        said.append("It does not renew by itself: unless it is renewed, all of its seats end.")
    return said


def mail(line: RenewalLine, tenant_id: str) -> Mail:
    """A request to change the quantity, without a word about people. Raises BadRequest where nothing is to be asked."""
    now, wanted = _change(line)
    name, subscription = clean(line.sku.name).text, clean(line.subscription_id or "").text
    facts = [
        ("Product", f"{name} ({clean(line.sku.part_number).text})"),
        ("Subscription id", subscription),
        ("Commerce id", clean(line.commerce_id).text if line.commerce_id else ""),
        ("Tenant id", clean(tenant_id).text),
        ("Quantity now", f"{now:,}"),
        ("Quantity wanted", f"{wanted:,}"),
        ("From", _from(line)),
    ]
    body = [
        "Hello,",
        "",
        "please change the quantity of this subscription:",
        "",
        *(f"  {label + ':':<17} {value}" for label, value in facts if value),
        "",
        "Please confirm in writing the new quantity, the price of a seat, and the day from which both hold.",
        "If the subscription renews by itself, please see to it that it renews with this quantity.",
        "If this is not possible on that day, please name the first day on which it is.",
        "",
        "Kind regards",
    ]
    contact = one_line(line.row.contact or "") or None
    return Mail(contact, f"{name}: {now:,} to {wanted:,} seats, subscription {subscription}", "\n".join(body))


def _from(line: RenewalLine) -> str:
    deadline = line.deadline
    if deadline.in_window and deadline.day is not None:
        return f"now, as seats can be given back until {deadline.day}"
    if deadline.day is None:
        return "the next renewal; please tell us its date"
    return f"{deadline.day}, the next renewal{'' if deadline.sure else ' as far as we know; please check the date'}"


def steps(line: RenewalLine, program: str = "licenseiq") -> tuple[str, ...]:
    """What to do, one step each, by how the subscription was bought. Raises BadRequest where there is nothing to do."""
    now, wanted = _change(line)
    said = []
    if line.reclaim_first:
        seats = count(line.reclaim_first, "claimed seat")
        said.append(f"Take back {seats} of this product first: a quantity cannot fall below what is assigned.")
    letter = f"'{program} renewals --mail {clean(line.subscription_id or 'ID').text}' writes the e-mail"
    match line.row.channel:
        case Channel.CSP:
            said += _by_partner(line, letter)
        case Channel.EA:
            said += _by_agreement(line, letter)
        case None:
            said.append(
                "How it was bought is not known. In the admin centre, look at the column Purchase channel of Billing > "
                f"Your products. Reseller: its partner has to change it; {letter}. Prepaid: it cannot be reduced. Else:"
            )
            said += _in_admin_centre(line, now, wanted)
        case _:
            said += _in_admin_centre(line, now, wanted)
    said.append(
        f"After that day run '{program} scan': the saving is there once it reads {count(wanted, 'seat')}. {STILL_PAID}"
    )
    return tuple(said)


def _in_admin_centre(line: RenewalLine, now: int, wanted: int) -> list[str]:
    name, deadline = clean(line.sku.name).text, line.deadline
    opened = [
        "Sign in to the Microsoft 365 admin centre, as an owner or contributor of the billing account or billing "
        "profile, or as a Billing Administrator where the account is of the older type (MOSA).",
        "Go to Billing > Your products (in the simplified view: Subscriptions).",
        f"Select {name}. Several purchases can have this name: it is the one of {count(now, 'seat')}"
        f"{f' and of {deadline.day}' if deadline.day and not deadline.in_window else ''}.",
    ]
    if wanted == 0:
        return [
            *opened,
            "In the billing settings select Edit recurring billing, then Off, then Save: it ends with its term.",
        ]
    when = (
        "Choose to make the change now."
        if deadline.in_window
        else "Choose to make the change when the subscription renews. This choice is there while recurring billing is "
        "on; otherwise come back within seven days after the renewal."
    )
    return [
        *opened,
        "Select Remove licenses. If it is not there, the purchase is a reseller's (ask the partner), prepaid, or waits "
        "for a credit check.",
        when,
        f"Under New quantity, in the box Total licenses, enter {wanted}. Select Save.",
    ]


def _by_partner(line: RenewalLine, letter: str) -> list[str]:
    when = "now" if line.deadline.in_window else "for the renewal, and to schedule that now"
    return [
        f"A partner sold it, so only the partner can change it: {letter}.",
        f"Ask for the change {when}. Partner Center can schedule a quantity for the next renewal; after a renewal "
        "seats can still be given back for seven days.",
        "Ask for a confirmation of quantity, price and day.",
    ]


def _by_agreement(line: RenewalLine, letter: str) -> list[str]:
    return [
        f"It belongs to an Enterprise Agreement: the licensing partner orders the reduction (true-down); {letter}.",
        "Seats fall at the anniversary only, and only for what the agreement lets you reduce. The order has to reach "
        "Microsoft 60 to 30 days before the anniversary, unless your agreement says otherwise.",
        "Ask for a confirmation of quantity, price and day.",
    ]


def _change(line: RenewalLine) -> tuple[int, int]:
    """Seats of now and seats to ask for."""
    if line.standing is not Standing.ACTIVE:
        raise BadRequest(f"That purchase is {line.standing.value}: no quantity is recommended for it.", "See its line.")
    if line.quantity is None or line.recommended is None or line.subscription_id is None:
        raise BadRequest("No quantity can be recommended for that purchase.", "Its line says what is not known.")
    if line.recommended == line.quantity:
        raise BadRequest("No seat of that purchase is recommended away.", "There is nothing to ask for.")
    return line.quantity, line.recommended
