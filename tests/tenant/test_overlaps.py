"""The packaged table of products that include others."""

from licenseiq_tenant.prices import load_catalogue
from licenseiq_tenant.prices.build import compact
from licenseiq_tenant.prices.loader import load_catalogue as fresh
from licenseiq_tenant.prices.overlaps import load_overlaps

CATALOGUE = load_catalogue()
OVERLAPS = load_overlaps()


def test_every_pair_holds_by_the_packaged_service_plans() -> None:
    for smaller, larger in OVERLAPS.larger.items():
        wanted = CATALOGUE.plans[smaller] - OVERLAPS.noise
        for sku_id in larger:
            there = CATALOGUE.plans[sku_id]
            lost = [p for p in wanted - there if there.isdisjoint(OVERLAPS.supersedes.get(p, ()))]
            assert not lost, (CATALOGUE.skus[smaller].name, CATALOGUE.skus[sku_id].name)


def test_no_pair_that_was_rejected_or_is_to_review_claims_money() -> None:
    assert OVERLAPS.rejected
    assert OVERLAPS.review
    for others in (OVERLAPS.rejected, OVERLAPS.review):
        assert not [s for s, larger in others.items() if larger & OVERLAPS.larger.get(s, frozenset())]


def test_the_table_is_read_at_the_first_question_and_not_with_the_catalogue() -> None:
    load_overlaps.cache_clear()
    known = fresh.__wrapped__()
    assert load_overlaps.cache_info().currsize == 0
    assert known.overlaps().larger
    assert load_overlaps.cache_info().currsize == 1


def test_building_keeps_pairs_by_id_and_what_supersedes_over_several_steps() -> None:
    def pair(larger: str, smaller: str, **more: object) -> dict[str, object]:
        return {"larger_id": larger, "smaller_id": smaller, **more}

    raw = {
        "overlap": [pair("a", "b"), pair("c", "b"), pair("a", "f", smaller_is_free=True)],
        "named": [pair("c", "d", report="review"), pair("a", "b", report="yes")],
        "rejected": [pair("d", "a")],
        "method": {
            "supersedes": [{"lower_id": "1", "higher_id": "2"}, {"lower_id": "2", "higher_id": "3"}],
            "noise_plan_ids": ["9"],
        },
    }
    assert compact(raw) == {
        "skus": ["a", "b", "c", "d", "f"],
        "larger": [[1, 0, 2]],
        "review": [[3, 2]],
        "rejected": [[0, 3]],
        "supersedes": [["1", "2"], ["1", "3"], ["2", "3"]],
        "noise": ["9"],
    }
