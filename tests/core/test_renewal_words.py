"""What is said of a renewal: an e-mail without people, steps by channel, and notes on what is special or unknown."""

from dataclasses import replace
from typing import Any

import pytest

from licenseiq.errors import BadRequest
from licenseiq.prices import Channel, OwnPrice, Term
from licenseiq.renewal_words import STILL_PAID, mail, notes_of, steps
from licenseiq.renewals import RenewalLine, renewals
from tests.core.builders import E3
from tests.core.test_renewals import ahead, bought, only, tenant, with_rows


def line(*, seats: int = 100, consumed: int = 90, claimed: int = 20, days: int | None = 100, **row: Any) -> RenewalLine:
    """A purchase of 100 seats of which 72 are to be kept, unless a test says otherwise; `row` is what was imported."""
    rows = with_rows(OwnPrice(E3, None, "s-1", **row)) if row else with_rows()
    context = tenant(bought("s-1", seats, days, commerce_id="c-1"), consumed=consumed, prices=rows)
    return only(renewals(context, {E3: consumed}, {E3: claimed}))


def said(one: RenewalLine) -> str:
    return " ".join(notes_of(one))


def test_the_mail_names_the_purchase_both_quantities_and_the_day_and_nobody() -> None:
    words = mail(line(contact="Rita <rita@reseller.example>", renewal=ahead(50)), "t-1")
    assert words.to == "Rita <rita@reseller.example>"
    assert words.subject == "E3: 100 to 72 seats, subscription s-1"
    for fact in ("s-1", "c-1", "t-1", "E3 (E3)", "Quantity now:     100", "Quantity wanted:  72", str(ahead(50))):
        assert fact in words.body
    assert "please check the date" not in words.body
    assert "rita" not in words.body.lower()


def test_a_mail_cannot_gain_a_header_from_a_contact() -> None:
    words = mail(line(contact="Rita\r\nBcc: all@evil.example\nx"), "t")
    assert words.to is not None
    assert len(words.to.splitlines()) == 1


def test_a_day_that_only_graph_tells_or_nobody_is_asked_for() -> None:
    assert "please check the date" in mail(line(), "t").body
    assert "please tell us its date" in mail(line(days=None), "t").body
    assert "can be given back until" in mail(line(reducible_until=ahead(4)), "t").body
    assert mail(line(), "t").to is None


@pytest.mark.parametrize(
    "one",
    [
        line(claimed=0, consumed=98),
        line(seats=10, consumed=14, claimed=0),
        replace(line(), recommended=None),
        replace(line(), subscription_id=None),
    ],
    ids=["nothing to give up", "over-assigned", "unknown", "no purchase"],
)
def test_where_nothing_is_to_be_asked_there_is_no_mail_and_there_are_no_steps(one: RenewalLine) -> None:
    for ask in (lambda: mail(one, "t"), lambda: steps(one)):
        with pytest.raises(BadRequest):
            ask()


def test_a_trial_has_no_mail_either() -> None:
    (trial,) = renewals(tenant(bought("t", 25, is_trial=True)), {}, {})
    with pytest.raises(BadRequest, match="trial"):
        mail(trial, "t")


@pytest.mark.parametrize("channel", [Channel.MCA, Channel.WEB])
def test_direct_purchases_are_changed_in_the_admin_centre(channel: Channel) -> None:
    done = steps(line(channel=channel, renewal=ahead(50)))
    every = " ".join(done)
    assert done[0].startswith("Take back 18 claimed seats")
    for click in ("Billing > Your products", "Remove licenses", "New quantity", "Total licenses, enter 72", "Save"):
        assert click in every
    assert "when the subscription renews" in every
    assert "--mail" not in every
    assert STILL_PAID in done[-1]
    assert "reads 72 seats" in done[-1]


def test_in_an_open_window_the_change_is_made_now() -> None:
    every = " ".join(steps(line(channel=Channel.MCA, reducible_until=ahead(4))))
    assert "make the change now" in every
    assert "when the subscription renews" not in every


def test_a_partners_purchase_is_the_partners_to_change() -> None:
    every = " ".join(steps(line(channel=Channel.CSP), "uv run licenseiq"))
    assert "only the partner can change it" in every
    assert "'uv run licenseiq renewals --mail s-1'" in every
    assert "Remove licenses" not in every


def test_an_enterprise_agreement_falls_at_its_anniversary() -> None:
    every = " ".join(steps(line(channel=Channel.EA)))
    assert "60 to 30 days before the anniversary" in every
    assert "Remove licenses" not in every


def test_an_unknown_channel_is_looked_up_first() -> None:
    done = steps(line())
    assert "Purchase channel" in done[1]
    assert any("Remove licenses" in one for one in done)


def test_a_purchase_that_goes_whole_is_left_to_end() -> None:
    done = " ".join(steps(line(consumed=90, claimed=90, seats=1000, channel=Channel.MCA)))
    assert "enter 20" in done
    context = tenant(bought("s-1", 10, 5), bought("s-2", 50), consumed=3)
    first = renewals(context, {E3: 3}, {})[0]
    assert "Edit recurring billing" in " ".join(steps(first))


def test_notes_say_what_is_special_and_what_is_not_known() -> None:
    assert "First take back 18 claimed seats" in said(line())
    assert "When it renews is not known" in said(line(days=None))
    assert "window to give seats back closed on" in said(line(reducible_until=ahead(-1)))
    assert "is over: import the next one" in said(line(renewal=ahead(-1)))
    assert "can be given back until then" in said(line(reducible_until=ahead(1)))
    assert "renews by itself" in said(line(auto_renew=True))
    assert "does not renew by itself" in said(line(auto_renew=False))
    assert "Your price list says 7 seats" in said(line(quantity=7))
    assert "4 seats of this product more are taken than bought" in said(line(seats=10, consumed=14))
    assert said(line(claimed=0, consumed=98, term=Term.YEAR)) == ""


def test_notes_say_what_a_purchase_is() -> None:
    (trial,) = renewals(tenant(bought("t", 25, is_trial=True)), {}, {})
    (maybe,) = renewals(tenant(bought("t", 25, is_trial=None)), {}, {})
    (ended,) = renewals(tenant(bought("t", 25, 3, status="Warning"), enabled=0), {}, {})
    (off,) = renewals(tenant(bought("t", 25, status="LockedOut"), enabled=0), {}, {})
    assert said(trial).startswith("A trial")
    assert "Whether it is a trial is not told" in said(maybe)
    assert f"its seats stop on {ahead(3)}" in said(ended)
    assert said(off).startswith("Suspended")
