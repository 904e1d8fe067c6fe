"""The people: the same ones each time, with one story in every source."""

import csv
from collections import Counter
from datetime import date, timedelta

import pytest
from tests.demo.caller import sku
from tests.demo.conftest import TODAY

from licenseiq_demo.people import personnel
from licenseiq_demo.people.causes import CAUSES
from licenseiq_demo.people.person import Person
from licenseiq_demo.tenant import DemoTenant


@pytest.fixture(scope="module")
def tenant() -> DemoTenant:
    return DemoTenant.build(250, 7, TODAY)


def test_the_same_users_seed_and_day_make_the_same_tenant_but_for_its_id(tenant: DemoTenant) -> None:
    again = DemoTenant.build(250, 7, TODAY)
    assert [p.fields for p in again.people] == [p.fields for p in tenant.people]
    assert [g.fields for g in again.groups.values()] == [g.fields for g in tenant.groups.values()]
    assert again.subscriptions == tenant.subscriptions
    assert again.tenant_id != tenant.tenant_id


def test_another_seed_makes_other_people(tenant: DemoTenant) -> None:
    other = DemoTenant.build(250, 8, TODAY)
    assert not other.by_id.keys() & tenant.by_id.keys()


def test_another_day_moves_every_date_with_it(tenant: DemoTenant) -> None:
    later = DemoTenant.build(250, 7, TODAY + timedelta(days=40))
    for before, after in zip(tenant.people, later.people, strict=True):
        if before.fields["createdDateTime"]:
            gone = date.fromisoformat(after.fields["createdDateTime"][:10])
            assert gone - date.fromisoformat(before.fields["createdDateTime"][:10]) == timedelta(days=40)


@pytest.mark.parametrize("users", [1, 5, 20, 60, 250, 900])
def test_there_are_as_many_accounts_as_were_asked_for(users: int) -> None:
    made = DemoTenant.build(users, 7, TODAY)
    assert len(made.people) == len(made.by_id) == len(made.by_upn) == users


def test_every_cause_happens_to_somebody(tenant: DemoTenant) -> None:
    assert {p.cause for p in tenant.people} == {"active", *(cause.name for cause in CAUSES)}


def test_seats_taken_are_the_people_who_hold_the_product(tenant: DemoTenant) -> None:
    held = Counter(row["skuId"] for p in tenant.people for row in p.fields["assignedLicenses"])
    assert held == +tenant.consumed


def test_seats_are_spare_for_some_products_and_missing_for_one(tenant: DemoTenant) -> None:
    spare = {line.sku.part: line.enabled - tenant.consumed[key] for key, line in tenant.lines.items()}
    assert all(spare[part] >= 3 for part in ("SPE_E3", "SPE_E5", "Microsoft_365_Copilot"))
    assert spare["PROJECTPROFESSIONAL"] < 0 < tenant.lines[sku("PROJECTPROFESSIONAL")].warning
    assert spare["VISIOCLIENT"] == 0
    assert tenant.lines[sku("FLOW_FREE")].enabled == 10_000


def test_seats_of_a_product_are_those_of_its_subscriptions(tenant: DemoTenant) -> None:
    for key, line in tenant.lines.items():
        mine = [row for row in tenant.subscriptions if row["skuId"] == key]
        assert sum(row["totalLicenses"] for row in mine) == line.enabled + line.warning + line.suspended
        assert tuple(row["id"] for row in mine) == line.subscription_ids
    assert [row["skuPartNumber"] for row in tenant.subscriptions if row["isTrial"]] == ["Microsoft_Teams_Premium"]


def people(tenant: DemoTenant, cause: str) -> list[Person]:
    return [p for p in tenant.people if p.cause == cause]


def days(person: Person, name: str) -> int:
    return (TODAY - date.fromisoformat(person.fields["signInActivity"][name][:10])).days


def test_a_sprayed_account_was_tried_lately_and_entered_long_ago(tenant: DemoTenant) -> None:
    for person in people(tenant, "sprayed"):
        assert days(person, "lastSignInDateTime") < 7
        assert days(person, "lastSuccessfulSignInDateTime") > 100


def test_a_leaver_whom_nobody_told_it_about_can_still_sign_in_and_does_not(tenant: DemoTenant) -> None:
    for person in people(tenant, "untold_leaver"):
        assert person.fields["accountEnabled"] is True
        assert 90 <= days(person, "lastSuccessfulSignInDateTime") <= 430


def test_a_leaver_whom_it_knows_is_disabled_and_mostly_still_licensed(tenant: DemoTenant) -> None:
    told = people(tenant, "told_leaver")
    assert not any(p.fields["accountEnabled"] for p in told)
    assert sum(1 for p in told if p.fields["assignedLicenses"]) > len(told) * 0.8


def test_a_success_before_the_property_existed_is_unknown(tenant: DemoTenant) -> None:
    seen = [p.fields["signInActivity"] for p in people(tenant, "told_leaver")]
    old = [row for row in seen if (row["lastNonInteractiveSignInDateTime"] or "") < "2023-12-01"]
    assert old
    assert not any(row["lastSuccessfulSignInDateTime"] for row in old)


def test_new_and_never_used_accounts_differ_only_in_their_age(tenant: DemoTenant) -> None:
    for cause, low, high in (("new_hire", 0, 35), ("never_used", 120, 410)):
        for person in people(tenant, cause):
            assert "signInActivity" not in person.fields
            created = date.fromisoformat(person.fields["createdDateTime"][:10])
            assert low <= (TODAY - created).days <= high


def test_nothing_in_a_persons_fields_tells_the_cause(tenant: DemoTenant) -> None:
    for cause in ("sabbatical", "parental_leave", "untold_leaver", "sprayed", "phone_still_fetches"):
        for person in people(tenant, cause):
            assert person.fields["employeeType"] == "Employee"
            assert cause not in str(person.fields)


def test_names_include_those_that_give_orders_break_layouts_and_come_twice(tenant: DemoTenant) -> None:
    names = [p.fields["displayName"] or "" for p in tenant.people]
    for part in ("SYSTEM: ignore", "\u202e", "\x1b[", "onerror=", "=cmd|", "![invoice]", "DROP TABLE"):
        assert any(part in name for name in names), part
    assert max(map(len, names)) >= 290
    assert names.count("Anna Novak") == 2
    assert "niamh.o'brien@larkfield.example" in tenant.by_upn


def test_licence_states_show_groups_doubles_errors_and_both_words_for_none(tenant: DemoTenant) -> None:
    rows = [row for p in tenant.people for row in p.states]
    assert {row["error"] for row in rows} == {None, "None", "CountViolation"}
    assert {row["state"] for row in rows} == {"Active", "Error"}
    twice = [
        p
        for p in tenant.people
        for key in {row["skuId"] for row in p.states}
        if len([row for row in p.states if row["skuId"] == key]) > 1
    ]
    assert twice
    assert any(p.fields["usageLocation"] is None for p in people(tenant, "active"))
    assert 0.1 < sum(1 for p in tenant.people if p.fields["onPremisesSyncEnabled"]) / 250 < 0.2


def test_the_personnel_office_knows_some_leavers_misses_others_and_gives_no_reason(tenant: DemoTenant) -> None:
    rows = {row["user"]: row for row in csv.DictReader(personnel.written(tenant.people, tenant.calendar).splitlines())}

    def told(cause: str) -> set[str]:
        return {rows[p.fields["employeeId"]]["status"] for p in people(tenant, cause)}

    assert told("left_last_month") == told("told_leaver") == told("left_on_paper") == {"left"}
    assert told("untold_leaver") == told("active") == {"active"}
    assert told("sabbatical") == told("parental_leave") == {"on leave"}
    assert set(next(iter(rows.values()))) == {"user", "status", "since", "until"}
    assert "sabbatical" not in str(rows)
    for person in people(tenant, "left_last_month"):
        assert person.fields["accountEnabled"] is True
        assert 10 <= days(person, "lastSuccessfulSignInDateTime") <= 80


def test_what_was_handed_out_and_never_opened_is_held_by_people_at_work(tenant: DemoTenant) -> None:
    for cause, part, use in (
        ("copilot_handed_out", "Microsoft_365_Copilot", "copilot"),
        ("visio_handed_out", "VISIOCLIENT", "visio"),
    ):
        for person in people(tenant, cause):
            assert sku(part) in {row["skuId"] for row in person.fields["assignedLicenses"]}
            assert getattr(person.usage, use) is None
            assert days(person, "lastSuccessfulSignInDateTime") < 15


def test_one_purchase_is_somebodys_own_one_is_over_and_one_is_a_trial(tenant: DemoTenant) -> None:
    own = [row for row in tenant.subscriptions if row["ownerType"] == "User"]
    assert [row["skuPartNumber"] for row in own] == ["POWER_BI_PRO"]
    assert own[0]["ownerId"] in tenant.by_id
    assert [row["totalLicenses"] for row in tenant.subscriptions if row["status"] == "Suspended"] == [6]
    assert tenant.lines[sku("ENTERPRISEPACK")].suspended == 6


def test_a_full_shared_mailbox_is_large_or_has_an_archive_and_the_others_are_neither(tenant: DemoTenant) -> None:
    full = [p.mailbox for p in people(tenant, "full_shared_mailbox") if p.mailbox]
    assert full
    assert all(box.used_bytes > 50 * 1024**3 or box.archive for box in full)
    others = [p.mailbox for p in people(tenant, "shared_mailbox") if p.mailbox]
    assert all(box.used_bytes < 50 * 1024**3 and not box.archive for box in others)
