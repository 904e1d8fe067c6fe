"""A seat that two findings claim is counted for the first one."""

from licenseiq.evaluate import claim_seats
from licenseiq.findings import Claim, Confidence, Finding
from licenseiq.money import Money
from tests.core.builders import E3, STANDARD, make_context


def about(kind: str, *skus: str, sure: Confidence = Confidence.CERTAIN) -> Finding:
    return Finding(kind, "u1", skus, len(skus), sure, "")


def test_the_first_finding_takes_the_seat_and_the_second_what_is_left() -> None:
    claims: list[Claim] = []
    counting = claim_seats([about("first", E3), about("second", E3, STANDARD)], make_context(), claims)
    assert [(c.kind, c.sku_id) for c in claims] == [("first", E3), ("second", STANDARD)]
    assert counting == "first"


def test_a_seat_under_review_is_not_counted_by_a_later_rule() -> None:
    claims: list[Claim] = []
    found = [about("first", E3, sure=Confidence.UNKNOWN), about("second", E3)]
    assert claim_seats(found, make_context(), claims) is None
    assert [c.counts for c in claims] == [False]


def test_a_claim_on_several_seats_of_one_sku_costs_all_of_them() -> None:
    claims: list[Claim] = []
    claim_seats([Finding("unassigned_seats", None, (E3,), 3, Confidence.CERTAIN, "")], make_context(), claims)
    assert (claims[0].seats, claims[0].monthly) == (3, Money("USD", 117_000_000))
