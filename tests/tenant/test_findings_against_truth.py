"""What the rules find in a demo tenant, against what happened there: the small case of `bench/findings.py`."""

from dataclasses import replace
from functools import cache

import pytest
from bench.findings import Tallies, Tally, compare, found_and_truth, ways
from bench.truth import Expected
from bench.truth.expected import Level

from licenseiq.findings.finding import Confidence, Finding
from licenseiq_demo.people.causes import EMPLOYEES

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
tenant = cache(lambda: found_and_truth(400, 3))


def test_accounts_that_nobody_uses_are_found_and_nobody_at_work_is_among_them() -> None:
    into = Tallies()
    view, found, truth, prices, _ = tenant()
    ways(view, found, truth, prices, into)
    ours, *others = into.ways.values()
    assert ours.expected > 40
    assert ours.found >= 0.95 * ours.expected
    assert ours.right == ours.counted
    assert all(other.right < other.counted for other in others)


def test_the_money_that_is_claimed_is_what_goes() -> None:
    into = Tallies()
    _, found, truth, _, causes = tenant()
    compare(found, truth, causes, into)
    expected = sum(tally.money_expected for tally in into.kinds.values())
    assert expected > 1_000_000_000
    assert sum(tally.money_off for tally in into.kinds.values()) < 0.05 * expected


def test_a_false_claim_a_missing_one_and_a_wrong_price_are_seen_positive_control() -> None:
    _, found, truth, _, causes = tenant()
    right = {one.subject for one in truth}
    at_work = next(who for who, cause in causes.items() if cause == "active" and who not in right)
    false = Finding("never_used", at_work, ("x",), 1, Confidence.LIKELY, "Planted.", ())
    into = Tallies()
    compare(replace(found, findings=(*found.findings, false)), truth, causes, into)
    assert into.wrong["never_used", "active"] == 1

    into = Tallies()
    compare(replace(found, findings=(), claims=()), truth, causes, into)
    assert all(tally.found == 0 for tally in into.kinds.values())
    assert into.missed["disabled_holder", "told_leaver"] > 0

    halved = [replace(one, money={sku: micros // 2 for sku, micros in one.money.items()}) for one in truth]
    into = Tallies()
    compare(found, halved, causes, into)
    assert into.kinds["departed_holder"].money_off > 0.4 * into.kinds["departed_holder"].money_claimed


def test_truth_expects_something_of_each_finding_and_nothing_of_people_at_work() -> None:
    _, found, truth, _, causes = tenant()
    assert {one.kind for one in truth} >= {one.kind for one in found.findings if one.counts}
    whole = {one.subject for one in truth if one.kind in ("inactive_holder", "never_used", "disabled_holder")}
    assert {causes[who] for who in whole}.isdisjoint({"active", "administrator", "left_on_paper", "new_hire"})
    assert {causes[who] for who in whole} & EMPLOYEES
    assert all(isinstance(one, Expected) and one.level in Level for one in truth)
    assert Tally().row()[1] == "-"
