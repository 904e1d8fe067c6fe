"""`licenseiq connect`, from nothing to the first score, against servers on the loopback address."""

import argparse
import base64
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from licenseiq.errors import SettingsError
from licenseiq_cli.arguments import build_parser
from licenseiq_cli.connect_choice import Choice, choose, written
from licenseiq_cli.main import main
from licenseiq_cli.settings import load_settings
from licenseiq_demo import process
from tests.tenant.login_service import LoginService, login_service

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning:kiota_abstractions"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning:msgraph"),
]
TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
CANARY = "canary-7f3a"


@dataclass
class There:
    """A Graph and a sign-in service on this machine, and an empty home."""

    graph: process.Demo
    login: LoginService
    home: Path

    def toml(self) -> dict[str, object]:
        return tomllib.loads((self.home / "licenseiq.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[process.Demo]:
    home = tmp_path_factory.mktemp("graph")
    yield process.find_or_start(home, "reader", users=40)
    process.stop(home)


@pytest.fixture(scope="module")
def login(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginService]:
    with login_service(tmp_path_factory.mktemp("login")) as service:
        yield service


@pytest.fixture
def there(graph: process.Demo, login: LoginService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[There]:
    for name in ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_TENANT_ID", "AZURE_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LICENSEIQ_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LICENSEIQ_GRAPH_URL", graph.url)
    monkeypatch.setenv("LICENSEIQ_LOGIN_URL", login.url)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(login.certificate))
    monkeypatch.setenv("SSL_CERT_FILE", str(login.certificate))
    login.asked.clear()
    login.gives_person(graph.token, graph.tenant_id, CLIENT)
    return There(graph, login, tmp_path / "home")


def test_a_ready_token_on_this_machine_leads_to_the_first_score_without_a_question(
    there: There, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICENSEIQ_GRAPH_TOKEN", there.graph.token)
    monkeypatch.delenv("LICENSEIQ_LOGIN_URL")
    assert main(["connect"]) == 0
    told = capsys.readouterr()
    assert "License Health Score" in told.out
    assert "licenseiq install claude-desktop" in told.out
    assert there.graph.token not in told.out + told.err
    assert not (there.home / "licenseiq.toml").exists()
    assert there.login.asked == []


def test_a_person_signs_in_by_code_and_later_commands_ask_nobody(
    there: There, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there.login.domains["contoso.example"] = there.graph.tenant_id
    assert main(["connect", "--tenant", "contoso.example", "--client-id", CLIENT.upper(), "--device-code"]) == 0
    told = capsys.readouterr()
    assert "enter the code WDJB-MJHT" in told.err
    assert "License Health Score" in told.out
    assert there.toml() == {
        "tenant_id": there.graph.tenant_id,
        "client_id": CLIENT,
        "graph_url": there.graph.url,
        "login_url": there.login.url,
    }
    # Nothing but the home is needed from now on, which is what a chat client hands on.
    monkeypatch.delenv("LICENSEIQ_GRAPH_URL")
    monkeypatch.delenv("LICENSEIQ_LOGIN_URL")
    there.login.asked.clear()
    assert main(["check", "--json"]) == 0
    told = capsys.readouterr()
    assert "code" not in told.err
    assert there.login.asked == []
    found = json.loads(told.out)
    assert found["all_there"] is True
    assert found["sign_in"].startswith("a person's, kept in ")
    assert all(found["ages"].values())
    assert main(["connect", "--forget"]) == 0
    assert there.toml() == {}
    assert not (there.home / "reader-sign-in").exists()
    capsys.readouterr()
    assert main(["check"]) == 2
    assert "licenseiq connect" in capsys.readouterr().err


def test_a_refused_sign_in_leaves_neither_settings_nor_tokens(there: There, capsys: pytest.CaptureFixture[str]) -> None:
    there.login.refuses(f"AADSTS65001: {CANARY}")
    assert main(["connect", "--tenant", there.graph.tenant_id, "--client-id", CLIENT, "--device-code"]) == 2
    told = capsys.readouterr()
    assert "AADSTS65001" in told.err
    assert "consent" in told.err
    assert CANARY not in told.err
    assert not (there.home / "licenseiq.toml").exists()
    assert not (there.home / "reader-sign-in" / "account.json").exists()


def test_a_token_that_can_write_is_refused_before_graph_sees_it_and_nothing_is_kept(
    there: There, capsys: pytest.CaptureFixture[str]
) -> None:
    """INV-02."""
    claims = base64.urlsafe_b64encode(json.dumps({"scp": "User.ReadWrite.All"}).encode()).decode().rstrip("=")
    there.login.gives_person(f"e30.{claims}.c2ln", there.graph.tenant_id, CLIENT)
    assert main(["connect", "--tenant", there.graph.tenant_id, "--client-id", CLIENT, "--device-code"]) == 1
    assert "can do more than read: User.ReadWrite.All" in capsys.readouterr().err
    assert list(there.home.rglob("*")) == []


def test_a_graph_of_another_tenant_is_refused_with_code_two(there: There, capsys: pytest.CaptureFixture[str]) -> None:
    there.login.gives_person(there.graph.token, TENANT, CLIENT)
    assert main(["connect", "--tenant", TENANT, "--client-id", CLIENT, "--device-code"]) == 2
    assert "another tenant" in capsys.readouterr().err


def test_a_service_signs_in_with_its_certificate_and_the_file_names_it_but_holds_no_secret(
    there: There, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = str(there.login.certificate)
    words = ["connect", "--tenant", there.graph.tenant_id, "--client-id", CLIENT, "--certificate", certificate]
    assert main([*words, "--no-scan"]) == 0
    assert there.toml()["certificate_path"] == certificate
    assert "PRIVATE KEY" not in (there.home / "licenseiq.toml").read_text(encoding="utf-8")
    assert "client_assertion" in there.login.asked[-1]
    assert "licenseiq scan" in capsys.readouterr().out
    assert main(["check", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sign_in"] == "as a service, by the certificate of the settings"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ([], "--tenant, or set LICENSEIQ_TENANT_ID"),
        (["--tenant", TENANT], "--client-id, or set LICENSEIQ_CLIENT_ID"),
        (["--tenant", TENANT, "--client-id", CLIENT], "--device-code, --browser or --certificate"),
        (["--tenant", "not a tenant", "--client-id", CLIENT], "--tenant is neither"),
        (["--tenant", TENANT, "--client-id", "contoso"], "--client-id is no GUID"),
        (["--tenant", TENANT, "--client-id", CLIENT, "--certificate", "/nowhere.pem"], "is not there"),
        (["--tenant", TENANT, "--client-id", CLIENT, "--device-code", "--cloud", "usgov"], "LICENSEIQ_GRAPH_URL"),
    ],
)
def test_without_a_terminal_nothing_is_asked_and_what_is_missing_is_named(
    there: There, capsys: pytest.CaptureFixture[str], words: list[str], named: str
) -> None:
    assert main(["connect", *words]) == 2
    told = capsys.readouterr()
    assert named in told.err
    assert told.out == ""
    assert there.login.asked == []


def choice(words: list[str], answers: list[str], **environ: str) -> Choice:
    given = {"LICENSEIQ_HOME": "/nowhere", **environ}
    options: argparse.Namespace = build_parser().parse_args(["connect", *words])
    return choose(options, load_settings(given), given, lambda _: answers.pop(0))


def test_a_person_is_asked_for_what_is_missing_and_again_after_a_slip(capsys: pytest.CaptureFixture[str]) -> None:
    found = choice([], ["contoso..com", "Contoso.com", CLIENT.upper()])
    assert (found.tenant, found.client_id, found.way) == ("contoso.com", CLIENT, "device code")
    assert "That is not one" in capsys.readouterr().err
    assert choice([], [TENANT, CLIENT], DISPLAY=":0").way == "browser"
    assert choice([], [TENANT, CLIENT], DISPLAY=":0", SSH_CONNECTION="1").way == "device code"
    with pytest.raises(SettingsError, match="Nothing was connected"):
        choice([], [""])


def test_azures_own_variables_are_taken_and_their_credential_is_the_sign_in() -> None:
    found = choice([], [], AZURE_TENANT_ID=TENANT, AZURE_CLIENT_ID=CLIENT, AZURE_CLIENT_SECRET=CANARY)
    assert (found.tenant, found.client_id, found.way) == (TENANT, CLIENT, "service")
    assert CANARY not in str(written(found, TENANT))


def test_an_option_that_the_environment_contradicts_is_refused() -> None:
    words = ["--tenant", TENANT, "--client-id", CLIENT, "--browser"]
    with pytest.raises(SettingsError, match="LICENSEIQ_TENANT_ID"):
        choice(words, [], LICENSEIQ_TENANT_ID=CLIENT)
    with pytest.raises(SettingsError, match="AZURE_"):
        choice(words, [], AZURE_CLIENT_SECRET=CANARY)


def test_each_cloud_is_written_by_its_graph_and_the_global_one_by_none() -> None:
    words = ["--tenant", TENANT, "--client-id", CLIENT, "--browser"]
    assert written(choice([*words, "--cloud", "usgov-dod"], []), TENANT)["graph_url"] == (
        "https://dod-graph.microsoft.us/v1.0"
    )
    assert written(choice([*words, "--cloud", "global"], []), TENANT)["graph_url"] is None
