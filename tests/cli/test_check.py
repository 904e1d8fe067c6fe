"""What `licenseiq check` shows, and how it ends."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from licenseiq.readings import Reason, Source
from licenseiq_cli.check import Found
from licenseiq_cli.check_screen import check_blocks, check_json
from licenseiq_cli.main import main
from licenseiq_cli.open_reader import Where
from licenseiq_cli.screen import plain
from licenseiq_cli.settings import Origin, origins
from licenseiq_cli.standing import NO_DESK
from licenseiq_demo import process
from licenseiq_tenant.checks import FEATURES, Checked, judged
from licenseiq_tenant.graph.credentials import READER_PERMISSIONS, static_token

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
TENANT = "11111111-2222-3333-4444-555555555555"
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CANARY = "canary-7f3a"


def found(checked: Checked) -> Found:
    where = Where(Path("/home"), "https://graph.microsoft.com/v1.0", static_token(CANARY), TENANT, simulated=False)
    ages = (("probe", NOW - timedelta(minutes=3)), ("slow", None))
    known = (
        Origin("LICENSEIQ_CLIENT_ID", "licenseiq.toml", TENANT),
        Origin("AZURE_CLIENT_SECRET", "environment", None),
    )
    return Found(where, checked, judged(checked), ages, "as a service", ("HTTPS_PROXY",), known, level=("L0", NO_DESK))


def everything(**changes: Reason) -> Checked:
    tried = {source: None for feature in FEATURES for source in feature.needs}
    return Checked({**tried, **{Source(name): reason for name, reason in changes.items()}}, clock_ahead=0.0)


def test_all_there_is_short_and_ends_well() -> None:
    one = found(everything())
    assert one.all_there
    text = plain(check_blocks(one, NOW))
    assert "What to do" not in text
    assert "MISSING" not in text
    for words in ("3 minutes ago", "not read", "HTTPS_PROXY", "No desk for a real", "licenseiq.toml"):
        assert words in text
    assert max(len(line) for line in text.splitlines()) <= 80
    assert CANARY not in text


def test_what_is_missing_comes_with_permission_and_step() -> None:
    one = found(everything(sign_ins=Reason.NO_PREMIUM, roles=Reason.NO_PERMISSION))
    assert not one.all_there
    text = " ".join(plain(check_blocks(one, NOW)).split())
    assert "The tenant has no Entra ID P1 or P2. Buy the licence, or do without it. Inactivity rests on" in text
    assert "Add RoleManagement.Read.Directory under API permissions" in text


def test_what_a_tenant_or_cloud_cannot_have_is_told_but_is_nothing_to_mend() -> None:
    one = found(everything(eligible_roles=Reason.NO_PREMIUM, active_users=Reason.NOT_OFFERED))
    assert one.all_there
    text = " ".join(plain(check_blocks(one, NOW)).split())
    assert "nobody can hold such a role" in text
    assert "This tenant or cloud does not offer it. Inactivity rests on sign-ins alone" in text


def test_a_permission_for_leavers_alone_is_no_fault_where_it_is_not_granted() -> None:
    one = found(everything(left_methods=Reason.NO_PERMISSION, left_rules=Reason.NO_PERMISSION))
    assert one.all_there
    text = " ".join(plain(check_blocks(one, NOW)).split())
    assert "The app lacks UserAuthenticationMethod.Read.All, MailboxSettings.Read, which nothing else needs." in text
    assert "MISSING" not in text


def test_a_problem_is_told_once_instead_of_ten_times() -> None:
    one = found(Checked(problem="Microsoft Graph could not be reached. Check DNS.", requests=1))
    text = plain(check_blocks(one, NOW))
    assert text.count("could not be reached") == 1
    assert "no answer" in text
    assert not one.all_there


def test_a_clock_that_breaks_sign_ins_is_not_all_there() -> None:
    checked = everything()
    checked.clock_ahead = -420.0
    one = found(checked)
    assert not one.all_there
    assert "420 seconds behind" in plain(check_blocks(one, NOW))


def test_needless_permissions_are_named() -> None:
    checked = everything()
    checked.permissions = ("Mail.Read", "User.Read.All")
    assert "Mail.Read is not needed" in plain(check_blocks(found(checked), NOW))
    assert check_json(found(checked))["extra_permissions"] == ["Mail.Read"]


def test_settings_say_where_they_come_from_and_no_secret_is_shown(tmp_path: Path) -> None:
    (tmp_path / "licenseiq.toml").write_text(f'tenant_id = "{TENANT}"\nread_only = true\n', encoding="utf-8")
    environ = {
        "LICENSEIQ_HOME": str(tmp_path),
        "LICENSEIQ_GRAPH_URL": "http://127.0.0.1:9/v1.0",
        "LICENSEIQ_GRAPH_TOKEN": CANARY,
        "AZURE_CLIENT_SECRET": CANARY,
    }
    by_name = {one.name: (one.where, one.value) for one in origins(environ)}
    assert by_name["LICENSEIQ_TENANT_ID"] == ("licenseiq.toml", TENANT)
    assert by_name["LICENSEIQ_GRAPH_URL"][0] == "environment"
    assert by_name["LICENSEIQ_GRAPH_TOKEN"] == ("environment", None)
    assert by_name["AZURE_CLIENT_SECRET"] == ("environment", None)
    assert CANARY not in str(by_name)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path))
    process.find_or_start(tmp_path / "demo" / "tenant", "reader", users=30)
    yield tmp_path
    process.stop(tmp_path / "demo" / "tenant")


def test_the_demo_is_checked_without_a_look_at_any_credential(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICENSEIQ_TENANT_ID", "no GUID at all")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", CANARY)
    assert main(["check", "--demo", "--json"]) == 0
    told = capsys.readouterr()
    facts = json.loads(told.out)
    assert facts["all_there"] is True
    assert facts["simulated"] is True
    assert facts["requests"] == len(facts["features"]) - 1 == 10, "nothing is asked of leavers for a trial"
    assert CANARY not in told.out + told.err
    assert main(["check"]) == 2


def test_the_check_of_the_demo_shows_the_mode_of_privacy_of_its_own_file(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "licenseiq.toml").write_text('privacy = "aggregate"\n')
    (home / "demo" / "licenseiq.toml").write_text('privacy = "pseudonyms"\n')
    assert main(["check", "--demo", "--json"]) == 0
    settings = {one["name"]: (one["from"], one["value"]) for one in json.loads(capsys.readouterr().out)["settings"]}
    assert settings == {
        "LICENSEIQ_HOME": ("demo", str(home / "demo")),
        "LICENSEIQ_PRIVACY": ("licenseiq.toml", "pseudonyms"),
    }
    (home / "demo" / "licenseiq.toml").write_text('privacy = "some"\n')
    assert main(["check", "--demo"]) == 2
    assert "no mode of privacy" in capsys.readouterr().err


def test_the_guide_names_every_permission_in_its_table_and_in_its_script() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "connect.md").read_text(encoding="utf-8")
    script = guide[guide.index("for NAME in") : guide.index("az ad app permission add")]
    for permission in READER_PERMISSIONS:
        assert f"| `{permission}` |" in guide
        assert permission in script
    assert "ReadWrite" not in guide
