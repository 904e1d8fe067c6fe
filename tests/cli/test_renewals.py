"""`licenseiq renewals`: the worklist by deadline, and the words to have a quantity changed."""

import csv
import json
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from licenseiq.renewal_words import STILL_PAID
from tests.cli.on_demo import Say

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]


@pytest.fixture
def read(say: Say) -> Say:
    say("scan")
    return say


def worklist(say: Say, *more: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(say("renewals", "--json", *more)[1])
    return found


def falling(say: Say) -> dict[str, Any]:
    """A purchase of which seats are recommended away."""
    row: dict[str, Any] = next(one for one in worklist(say)["renewals"] if one["change"])
    return row


def test_before_the_tenant_was_read_the_next_step_is_told(folder: Path, say: Say) -> None:
    if (folder / "demo" / "snapshot.db").exists():
        pytest.skip("another test has read the tenant")
    code, out, err = say("renewals")
    assert (code, out) == (1, "")
    assert "licenseiq scan --demo" in err


def test_the_worklist_is_sorted_by_deadline_and_its_sums_are_right(read: Say) -> None:
    found = worklist(read)
    days = [one["deadline"] for one in found["renewals"]]
    assert days == sorted(days, key=lambda day: (day is None, day))
    assert found["total"] == found["shown"] == len(days) > 5
    rows = [one for one in found["renewals"] if one["change"]]
    assert found["seats"] == sum(-one["change"] for one in rows) > 0
    saved = sum(-float(one["monthly_change"]["amount"]) for one in rows if one["monthly_change"])
    assert [float(one["amount"]) for one in found["monthly_saving"]] == [pytest.approx(saved)]
    assert found["note"] == STILL_PAID
    standings = {one["standing"] for one in found["renewals"]}
    assert standings >= {"active", "trial", "past its end", "suspended"}


def test_what_is_recommended_away_is_no_more_than_the_exposure(read: Say) -> None:
    report = json.loads(read("score", "--json")[1])
    found = worklist(read)
    assert 0 < found["seats"] <= sum(kind["seats"] for kind in report["by_kind"])


def test_within_some_days_the_rest_is_counted_and_not_shown(read: Say) -> None:
    every = worklist(read)
    some = worklist(read, "--within", "60")
    assert 0 < some["shown"] < some["total"] == every["total"]
    last = (date.fromisoformat(every["as_of"][:10]) + timedelta(days=60)).isoformat()
    assert all(one["deadline"] <= last for one in some["renewals"])
    _, shown, _ = read("renewals", "--within", "60")
    assert "more purchases" in shown
    assert "No purchase falls into these days" in read("renewals", "--within", "0")[1]


def test_the_table_says_what_is_no_fact_and_how_to_go_on(read: Say) -> None:
    code, out, _ = read("renewals")
    assert code == 0
    flat = " ".join(out.split())
    assert "A trial: it ends then" in flat
    assert STILL_PAID in flat
    assert "next lifecycle date, which promises no renewal" in flat
    assert "--mail ID" in flat
    assert all(len(line) <= 80 for line in out.splitlines())


def test_the_mail_is_found_by_the_beginning_of_an_id(read: Say) -> None:
    row = falling(read)
    code, out, _ = read("renewals", "--mail", row["subscription_id"][:8])
    assert code == 0
    assert f"Quantity wanted:  {row['recommended_quantity']}" in out
    assert "no contact is known" in out
    facts = json.loads(read("renewals", "--mail", row["commerce_id"], "--json")[1])
    assert facts["to"] is None
    assert row["subscription_id"] in facts["subject"]


def test_what_the_price_list_says_of_a_purchase_is_used(read: Say, tmp_path: Path) -> None:
    row = falling(read)
    rows = list(csv.DictReader(StringIO(read("prices", "template")[1])))
    renewal = (date.fromisoformat(row["deadline"]) + timedelta(days=3)).isoformat()
    for one in rows:
        if one["subscription_id"] == row["subscription_id"]:
            one |= {"price": "10", "currency": "EUR", "channel": "CSP", "contact": "Rita", "renewal": renewal}
    file = tmp_path / "p.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, rows[0])
        table.writeheader()
        table.writerows(rows)
    assert read("prices", "import", str(file), "--apply")[0] == 0
    found = worklist(read)
    (now,) = [one for one in found["renewals"] if one["subscription_id"] == row["subscription_id"]]
    assert (now["deadline"], now["deadline_is_sure"], now["channel"]) == (renewal, True, "CSP")
    assert now["price"] == {"amount": "10.00", "currency": "EUR", "basis": "own"}
    assert {one["currency"] for one in found["monthly_saving"]} == {"EUR", "USD"}
    assert "To: Rita\n" in read("renewals", "--mail", row["subscription_id"])[1]
    _, steps, _ = read("renewals", "--steps", row["subscription_id"])
    assert steps.startswith("1. ")
    assert "only the partner can change it" in steps


@pytest.mark.parametrize(("given", "words"), [("abc", "4 characters"), ("no-such-purchase", "no purchase of that id")])
def test_an_id_that_names_nothing_is_refused(read: Say, given: str, words: str) -> None:
    code, out, err = read("renewals", "--mail", given)
    assert (code, out) == (1, "")
    assert words in err


def test_of_a_trial_there_is_no_mail(read: Say) -> None:
    (trial,) = [one for one in worklist(read)["renewals"] if one["standing"] == "trial"]
    assert trial["recommended_quantity"] is None
    assert read("renewals", "--mail", trial["subscription_id"])[0] == 1
