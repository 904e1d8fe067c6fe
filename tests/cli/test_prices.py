"""`licenseiq prices`: a dry run changes nothing, an import counts at once, and an invoice is compared line by line."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.cli.on_demo import Say, Told

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
E3, VISIO = "Microsoft 365 E3", "Visio Plan 2"


@pytest.fixture
def read(say: Say) -> Say:
    """The same, of a tenant that was read and has no prices of its own."""
    say("scan")
    return say


def facts(told: Told) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told[1])
    return found


def purchases(say: Say) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(say("prices", "template")[1])))


def written(file: Path, rows: list[dict[str, str]]) -> str:
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.DictWriter(out, rows[0])
        table.writeheader()
        table.writerows(rows)
    return str(file)


def with_prices(say: Say, file: Path, name: str = E3, price: str = "31.50") -> str:
    """The template with a price in pounds for each purchase of a product."""
    rows = purchases(say)
    for row in rows:
        if row["sku"] == name:
            row |= {"price": price, "currency": "GBP", "channel": "CSP", "contact": "=Rita"}
    return written(file, rows)


def test_before_the_tenant_was_read_the_next_step_is_told(folder: Path, say: Say, tmp_path: Path) -> None:
    if (folder / "demo" / "snapshot.db").exists():
        pytest.skip("another test has read the tenant")
    for action in (["list"], ["template"]):
        code, out, err = say("prices", *action)
        assert (code, out) == (1, "")
        assert "licenseiq scan --demo" in err
    file = tmp_path / "p.csv"
    file.write_text(f"sku,price,currency\n{E3},30,EUR\n")
    assert "the tenant was not read yet" in say("prices", "import", str(file))[1]


def test_a_dry_run_says_what_would_change_and_stores_nothing(read: Say, tmp_path: Path) -> None:
    file = with_prices(read, tmp_path / "p.csv")
    before = facts(read("prices", "list", "--json"))
    code, out, _ = read("prices", "import", file)
    assert code == 0
    assert "a dry run, nothing was stored" in out
    assert "39.00 USD (list)" in out
    assert "31.50 GBP" in out
    assert "contact was cleaned" in out
    found = facts(read("prices", "import", file, "--json"))
    assert found["stored"] is False
    assert {row["change"] for row in found["lines"]} == {"new"}
    assert found["monthly_spend_now"] == before["monthly_spend"]
    assert facts(read("prices", "list", "--json")) == before


def test_an_import_counts_at_once_in_every_figure(read: Say, tmp_path: Path) -> None:
    file = with_prices(read, tmp_path / "p.csv")
    found = facts(read("prices", "import", file, "--apply", "--json"))
    listed = facts(read("prices", "list", "--json"))
    assert found["stored"] is True
    assert listed["version"] == found["version"]
    assert listed["monthly_spend"] == found["monthly_spend_then"] != found["monthly_spend_now"]
    assert listed["own_seats"] > 0
    assert {row["contact"] for row in listed["own"]} == {"Rita"}
    _, shown, _ = read("prices", "list")
    assert "Your own prices, imported " in shown
    assert "US list prices of what is owned" in shown  # the demo's tenant is in Great Britain
    assert "last known" in shown
    assert "may pay the price before" in shown
    assert {row["price"] for row in purchases(read) if row["sku"] == E3} == {"31.50"}
    again = facts(read("prices", "import", file, "--json"))
    assert {row["change"] for row in again["lines"]} == {"same"}


def test_a_list_price_says_its_status_date_and_source(read: Say) -> None:
    listed = {row["name"]: row for row in facts(read("prices", "list", "--json"))["listed"]}
    assert listed["Microsoft 365 E5"]["status"] == "current"
    assert listed["Microsoft 365 E5"]["source"]
    assert (listed[VISIO]["status"], listed[VISIO]["seat"], listed[VISIO]["monthly_spend"]) == (
        "last known",
        None,
        None,
    )
    assert listed["Microsoft Teams Phone Standard"]["list_price"] is None


def test_a_file_with_one_wrong_line_is_not_stored_at_all(read: Say, tmp_path: Path) -> None:
    before = facts(read("prices", "list", "--json"))
    file = tmp_path / "p.csv"
    file.write_text(f"sku,price,currency\n{E3},30,EUR\n{VISIO},12.5.0,EUR\nLotus Notes,1,EUR\n")
    code, out, _ = read("prices", "import", str(file), "--apply")
    assert code == 1
    assert "nothing was stored" in out
    assert "Line 3: price is no amount" in out
    assert "Line 4: sku is no product" in out
    found = facts(read("prices", "import", str(file), "--apply", "--json"))
    assert [(row["line"], row["column"]) for row in found["errors"]] == [(3, "price"), (4, "sku")]
    assert facts(read("prices", "list", "--json")) == before


@pytest.mark.parametrize("action", ["import", "reconcile"])
def test_a_file_that_is_not_there_is_wrong_use(read: Say, tmp_path: Path, action: str) -> None:
    code, out, err = read("prices", action, str(tmp_path / "none.csv"))
    assert (code, out) == (2, "")
    assert "cannot be read" in err
    assert read("prices", action, str(tmp_path))[0] == 2


def invoice(read: Say, file: Path, **changed: str) -> str:
    """What the demo's purchases cost at the prices of now; `changed` cells stand in the line of the first."""
    nothing = {"subscription_id": "none", "sku": "none", "amount": "0", "currency": "USD", "period": "2026-11"}
    lines = facts(read("prices", "reconcile", written(file, [nothing]), "--json"))["lines"]
    priced = [line for line in lines if line["computed"]]
    rows = [
        {
            "subscription_id": line["subscription_id"],
            "quantity": str(line["computed_quantity"]),
            "amount": line["computed"]["amount"],
            "currency": line["computed"]["currency"],
            "period": "2026-11",
        }
        for line in priced
    ]
    rows[0] |= changed
    return written(file, rows)


def test_an_invoice_is_compared_line_by_line(read: Say, tmp_path: Path) -> None:
    file = invoice(read, tmp_path / "i.csv", quantity="1000")
    code, out, _ = read("prices", "reconcile", file)
    assert code == 1
    assert "quantity differs" in out
    found = facts(read("prices", "reconcile", file, "--json"))
    first = next(line for line in found["lines"] if line["lines"] == [2])
    assert first["variance_quantity"] == 1000 - first["computed_quantity"] > 0
    assert ["not on invoice", "unpriced"] in [line["reasons"] for line in found["lines"]]
    assert found["agrees"] is False


def test_an_invoice_without_a_variance_ends_with_code_zero(read: Say, tmp_path: Path) -> None:
    rows = [row | {"price": "10", "per": "month", "currency": "GBP"} for row in purchases(read)]
    assert read("prices", "import", written(tmp_path / "p.csv", rows), "--apply")[0] == 0
    file = invoice(read, tmp_path / "i.csv")
    code, out, _ = read("prices", "reconcile", file)
    assert (code, "Variance  0.00 GBP" in out) == (0, True)
    more = invoice(read, tmp_path / "i.csv", amount="1.00")
    assert read("prices", "reconcile", more)[0] == 1


def test_an_invoice_that_cannot_be_used_is_wrong_use(read: Say, tmp_path: Path) -> None:
    file = tmp_path / "i.csv"
    file.write_text("sku,amount,currency,period\nx,1,EUR,November\n")
    code, out, err = read("prices", "reconcile", str(file))
    assert (code, out) == (2, "")
    assert "Line 2: period is no month" in err


def test_a_list_without_lines_takes_every_own_price_back(read: Say, tmp_path: Path) -> None:
    read("prices", "import", with_prices(read, tmp_path / "p.csv"), "--apply")
    file = tmp_path / "none.csv"
    file.write_text("sku,price,currency\n")
    found = facts(read("prices", "import", str(file), "--apply", "--json"))
    assert {row["change"] for row in found["lines"]} == {"gone"}
    listed = facts(read("prices", "list", "--json"))
    assert (listed["own"], listed["version"]) == ([], "none")
