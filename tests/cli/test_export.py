"""`licenseiq export`: whole tables of what was read, a report that can run nothing, and people as the mode has them."""

import base64
import csv
import hashlib
import io
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import anyio
import openpyxl
import pytest

from licenseiq.errors import NotReadable
from licenseiq.ports import Tenant
from licenseiq.prices import OwnPrice, PriceBook
from licenseiq.privacy import Privacy, Pseudonyms
from licenseiq.readings import Source
from licenseiq.renewals import RenewalLine
from licenseiq.seats import SeatLine, Subscription
from licenseiq_cli.arguments import TABLES
from licenseiq_cli.export import OF_THE_REPORT
from licenseiq_cli.export_data import Gathered, gather
from licenseiq_cli.export_formats import as_csv
from licenseiq_cli.export_sheets import sheets_of
from licenseiq_cli.html_report.page import page
from licenseiq_cli.renewals import lines_of
from licenseiq_tools.aggregate import AggregateTenant
from tests.cli.on_demo import Say, running, sayer
from tests.fake_catalogue import E3
from tests.fake_people import HOSTILE, NOW, hostile
from tests.fakes import FakeTenant
from tests.tools.talk import assert_clean

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
ATTACK = "<script>alert(1)</script><img src=https://evil.example/x onerror=x> & \"Co\" 'x' $style =1+1"


async def _quiet(_: str) -> None:
    return None


def gathered(tenant: FakeTenant, what: tuple[str, ...] = TABLES, privacy: Privacy = Privacy.NAMES) -> Gathered:
    async def ask() -> Gathered:
        return await gather(tenant, await tenant.evaluation(_quiet), what, privacy)

    return anyio.run(ask)


def nasty() -> FakeTenant:
    """A tenant in which every text that can be an attack is one."""
    line = SeatLine("bad-sku", ATTACK, 50, 0, 0, 0, 30, True, "Enabled", ("s-1",))
    bought = Subscription("s-1", "bad-sku", "Enabled", False, 50, None, NOW + timedelta(days=40), ATTACK)
    row = OwnPrice("bad-sku", None, "s-1", renewal=date(2027, 1, 2), contact=ATTACK)
    return FakeTenant(
        hostile(), lines=(line,), subscriptions=(bought,), prices=PriceBook("p", None, (row,)), notes=(ATTACK,)
    )


class Elements(HTMLParser):
    """Every element with its attributes, and the text outside of the style sheet."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.style = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "style" and not self.style:
            self.style = data
        else:
            self.texts.append(data)


def dangers(text: str) -> list[str]:
    """What in a page could run, or ask another host."""
    found = Elements(text)
    bad = [
        tag
        for tag, _ in found.elements
        if tag in ("script", "iframe", "object", "embed", "link", "img", "form", "a", "base")
    ]
    for tag, attributes in found.elements:
        bad += [f"{tag} {name}" for name in attributes if name.startswith("on") or name in ("src", "href", "style")]
    return bad + re.findall(r"url\(|@import", found.style)


def test_the_report_escapes_what_products_are_called_and_can_run_nothing() -> None:
    """INV-28."""
    text = page(gathered(nasty(), OF_THE_REPORT), OF_THE_REPORT)
    assert dangers(text) == []
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "$style" in " ".join(Elements(text).texts)
    for shown in Elements(text).texts:
        assert_clean(shown.replace("\n", " "))


def test_positive_control_the_same_check_finds_what_was_not_escaped() -> None:
    text = page(gathered(nasty(), OF_THE_REPORT), OF_THE_REPORT)
    assert {"script", "img", "img src", "img onerror"} <= set(dangers(text.replace("</main>", f"{ATTACK}</main>")))


def test_the_reports_policy_lets_its_own_style_in_and_nothing_else() -> None:
    text = page(gathered(FakeTenant(), OF_THE_REPORT), OF_THE_REPORT)
    found = Elements(text)
    (policy,) = [
        a["content"] for tag, a in found.elements if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    ]
    digest = base64.b64encode(hashlib.sha256(found.style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "break-inside: avoid" in found.style
    assert "table-header-group" in found.style


def test_the_report_holds_score_money_renewals_what_is_unknown_and_versions_and_nobody() -> None:
    tenant = nasty()
    texts = " ".join(" ".join(Elements(page(gathered(tenant, OF_THE_REPORT), OF_THE_REPORT)).texts).split())
    for words in (
        "73.4",
        "570.00 USD",
        "3.00 EUR",
        "2027-01-02",
        "lacks AuditLog.Read.All",
        "How this was made",
        "ev-1",
    ):
        assert words in texts
    assert "tenant-1" in texts
    for who in tenant.people:
        assert who.user_id not in texts


def test_a_report_of_a_blind_tenant_says_unknown_and_never_zero() -> None:
    tenant = FakeTenant(blind=True)
    texts = " ".join(Elements(page(gathered(tenant, OF_THE_REPORT), OF_THE_REPORT)).texts)
    assert texts.count("unknown") >= 3


def test_what_could_not_be_read_is_told_and_no_table_is_empty_instead() -> None:
    tenant = replace(nasty(), unread=frozenset({Source.SKUS}))
    found = gathered(tenant)
    assert set(found.missing) == {"subscriptions", "renewals"}
    sheets = {sheet.name: sheet for sheet in sheets_of(found, TABLES)}
    assert set(sheets) == {"summary", "findings", "people"}
    assert {row[1] for row in sheets["summary"].rows if row[0] == "unknown"} >= {
        "Table subscriptions",
        "Table renewals",
    }
    with pytest.raises(NotReadable):
        gathered(tenant, ("renewals",))


def test_hostile_names_stay_text_in_every_table() -> None:
    for sheet in sheets_of(gathered(nasty()), TABLES):
        assert sheet.rows
        assert {len(row) for row in sheet.rows} == {len(sheet.columns)}
        for row in csv.reader(io.StringIO(as_csv(sheet).decode("utf-8-sig"), newline="")):
            for cell in row:
                assert_clean(cell)
                assert cell[:1] not in "=+@" or not cell
    assert any("SYSTEM" in name for name in HOSTILE)


def test_findings_add_up_to_what_is_claimed() -> None:
    found = gathered(FakeTenant())
    (sheet,) = [one for one in sheets_of(found, TABLES) if one.name == "findings"]
    rows = [dict(zip(sheet.columns, row, strict=True)) for row in sheet.rows]
    assert found.findings is not None
    assert sum(int(str(row["seats"] or 0)) for row in rows) == sum(one.seats for one in found.findings)
    assert len({row["finding_id"] for row in rows}) == len(found.findings)


def test_more_findings_and_people_than_a_page_holds_are_all_there(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = gathered(FakeTenant())
    monkeypatch.setattr("licenseiq_cli.export_data.PAGE", 4)
    paged = gathered(FakeTenant())
    assert (paged.findings, paged.people) == (whole.findings, whole.people)
    assert len(paged.people or ()) > 8


def test_renewals_tell_no_claims_of_fewer_people_than_a_group_may_have() -> None:
    tenant = FakeTenant(lines=(SeatLine(E3, "SPE_E3", 30, 0, 0, 0, 25, True, "Enabled"),))

    def claimed(port: Tenant) -> int | None:
        async def ask() -> tuple[RenewalLine, ...]:
            return await lines_of(port, "ev-1", await port.context("ev-1"))

        (line,) = anyio.run(ask)
        return line.need.claimed

    assert claimed(tenant) == 1
    assert claimed(AggregateTenant(tenant, Pseudonyms(b"key", "tenant-1"))) == 0


# On the demo


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with running(tmp_path_factory.mktemp("home"), users=80) as home:
        yield home


@pytest.fixture
def say(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    run = sayer(folder, monkeypatch, capsys)
    if not (folder / "demo" / "snapshot.db").exists():
        assert run("scan")[0] == 0
    return run


def names(folder: Path) -> set[str]:
    """What names somebody of the demo."""
    with sqlite3.connect(folder / "demo" / "snapshot.db") as db:
        rows = db.execute("SELECT DISTINCT user_id, principal_name, display_name FROM person").fetchall()
    return {str(text) for row in rows for text in row if text and len(text) > 6}


def written(where: Path) -> str:
    """Every text of the files in a folder, whatever their format."""
    found = []
    for file in sorted(where.iterdir()):
        if file.suffix == ".xlsx":
            book = openpyxl.load_workbook(file)
            found += [str(cell) for tab in book for row in tab.iter_rows(values_only=True) for cell in row]
        else:
            found.append(file.read_text(encoding="utf-8-sig"))
    return "\n".join(found)


def test_every_format_is_written_and_said(say: Say, tmp_path: Path) -> None:
    code, out, _ = say("export", "--to", str(tmp_path / "out"), "--format", "csv")
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        f"licenseiq-{name}.csv" for name in TABLES
    )
    assert "They hold names of people" in " ".join(out.split())
    assert say("export", "--to", str(tmp_path / "a.xlsx"), "--format", "xlsx")[0] == 0
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == list(TABLES)
    assert say("export", "--to", str(tmp_path / "a.html"), "--format", "html")[0] == 0
    assert dangers((tmp_path / "a.html").read_text(encoding="utf-8")) == []


def test_the_tables_agree_with_the_evaluation(say: Say, folder: Path, tmp_path: Path) -> None:
    assert say("export", "--to", str(tmp_path), "--format", "csv")[0] == 0
    tables = {
        name: list(csv.DictReader(io.StringIO((tmp_path / f"licenseiq-{name}.csv").read_text(encoding="utf-8-sig"))))
        for name in TABLES
    }
    exposure = next(row for row in tables["summary"] if row["what"] == "Exposure per month")
    counted = sum(float(row["per_month"] or 0) for row in tables["findings"] if row["counts"] == "yes")
    assert float(exposure["value"]) == pytest.approx(counted)
    with sqlite3.connect(folder / "demo" / "snapshot.db") as db:
        (holders,) = db.execute(
            "SELECT COUNT(*) FROM holder WHERE evaluation_id = "
            "(SELECT evaluation_id FROM evaluation ORDER BY number DESC)"
        ).fetchone()
    assert len(tables["people"]) == holders
    assert {row["is_a_person"] for row in tables["people"]} == {"yes", "no"}


def test_a_file_that_is_there_stays_without_force(say: Say, tmp_path: Path) -> None:
    (tmp_path / "r.html").write_text("mine")
    code, out, err = say("export", "--to", str(tmp_path / "r.html"), "--format", "html")
    assert (code, out) == (1, "")
    assert "--force" in err
    assert (tmp_path / "r.html").read_text() == "mine"
    assert say("report", "--to", str(tmp_path / "r.html"))[0] == 1
    assert (tmp_path / "r.html").read_text() == "mine"
    assert say("report", "--to", str(tmp_path / "r.html"), "--force")[0] == 0


def test_some_tables_alone(say: Say, tmp_path: Path) -> None:
    assert say("export", "--to", str(tmp_path / "x.csv"), "--format", "csv", "--what", "renewals")[0] == 0
    assert (tmp_path / "x.csv").read_text(encoding="utf-8-sig").startswith('"product"')
    assert say("export", "--to", str(tmp_path / "y.csv"), "--format", "csv", "--what", "renewals,people")[0] == 1
    assert say("export", "--to", str(tmp_path / "y.html"), "--format", "html", "--what", "people")[0] == 1
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]
    with pytest.raises(SystemExit):
        say("export", "--to", str(tmp_path), "--format", "csv", "--what", "everything")


@pytest.mark.parametrize("format_", ["csv", "xlsx", "html"])
@pytest.mark.parametrize("mode", ["pseudonyms", "aggregate"])
def test_modes_that_hide_people_hide_them_in_files(
    say: Say, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: str, format_: str
) -> None:
    monkeypatch.setenv("LICENSEIQ_PRIVACY", mode)
    code, out, err = say("export", "--to", str(tmp_path), "--format", format_)
    assert code == 0, err
    assert f"LICENSEIQ_PRIVACY is {mode}" in " ".join(out.split())
    text = written(tmp_path)
    assert not {name for name in names(folder) if name in text}
    assert f"LICENSEIQ_PRIVACY is {mode}" in text
    assert ("person-" in text) is (mode == "pseudonyms" and format_ != "html")


def test_positive_control_the_same_check_finds_names_where_they_are_shown(
    say: Say, folder: Path, tmp_path: Path
) -> None:
    assert say("export", "--to", str(tmp_path), "--format", "csv")[0] == 0
    text = written(tmp_path)
    assert len({name for name in names(folder) if name in text}) > 50


def test_groups_stand_for_people_where_single_ones_are_hidden(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LICENSEIQ_PRIVACY", "aggregate")
    assert say("export", "--to", str(tmp_path), "--format", "csv")[0] == 0
    groups = list(csv.DictReader(io.StringIO((tmp_path / "licenseiq-groups.csv").read_text(encoding="utf-8-sig"))))
    people = list(csv.DictReader(io.StringIO((tmp_path / "licenseiq-people.csv").read_text(encoding="utf-8-sig"))))
    assert {row["by"] for row in groups} == {"kind", "sku", "department"}
    assert all(int(row["people"]) >= 5 for row in people if row["people"])
    assert all(int(row["people"]) >= 5 or int(row["people"]) == 0 for row in groups if row["people"])
