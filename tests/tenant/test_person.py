"""A person signs in once; later processes go on with that silently, and never ask."""

import asyncio
import gc
import os
import stat
import subprocess
import sys
import traceback
import webbrowser
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from licenseiq.errors import LicenseIQError, NotReadable, SettingsError
from licenseiq_tenant.graph.credentials import token_source
from licenseiq_tenant.graph.domains import tenant_id_of
from licenseiq_tenant.graph.person import for_this_process, sign_in_person
from licenseiq_tenant.graph.sign_in import cached
from licenseiq_tenant.graph.token_cache import FOLDER, KeptSignIn
from tests.tenant.login_service import LoginService, login_service

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
GRAPH = "https://graph.microsoft.us/v1.0"
SCOPE = "https://graph.microsoft.us/.default"
CANARY = "canary-7f3a"


# What a person's browser does, in short: it visits the sign-in page, and posts the code to the redirect address.
BROWSER = """
import ssl, sys
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen
asked = parse_qs(urlsplit(sys.argv[1]).query)
urlopen(sys.argv[1], context=ssl._create_unverified_context()).read()
form = urlencode({"code": "a-code", "state": asked["state"][0]}).encode()
urlopen(asked["redirect_uri"][0], form).read()
"""


# azure-identity leaves the socket open on which it waits for a browser: it goes here, not in the midst of another test.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def _sockets_are_collected() -> Iterator[None]:
    yield
    gc.collect()


class Browser(webbrowser.BaseBrowser):
    """Starts BROWSER in a process of its own, as a real one would be."""

    def __init__(self, program: Path) -> None:
        super().__init__()
        self._program = program
        self.started: list[subprocess.Popen[bytes]] = []

    def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:
        self.started.append(subprocess.Popen([sys.executable, str(self._program), url]))
        return True


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginService]:
    with login_service(tmp_path_factory.mktemp("login")) as service:
        yield service


@pytest.fixture
def service(started: LoginService, monkeypatch: pytest.MonkeyPatch) -> LoginService:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(started.certificate))
    monkeypatch.setenv("SSL_CERT_FILE", str(started.certificate))
    started.gives_person("a token", TENANT, CLIENT)
    started.asked.clear()
    return started


def kept_in(home: Path) -> KeptSignIn:
    return KeptSignIn(home, use_system=False)


def sign_in(service: LoginService, home: Path) -> None:
    asyncio.run(sign_in_person(kept_in(home), TENANT, CLIENT, service.url, SCOPE, "device code"))


def later(service: LoginService, home: Path, client_id: str = CLIENT) -> str:
    """The token of another process of the same home."""
    source = token_source(TENANT, client_id, GRAPH, service.url, {}, kept=kept_in(home))

    async def get() -> str:
        return await source()

    return asyncio.run(get())


def failure(ask: Callable[[], object]) -> LicenseIQError:
    with pytest.raises(LicenseIQError) as caught:
        ask()
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    return caught.value


def test_the_code_is_shown_on_stderr_and_never_on_stdout(
    service: LoginService, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sign_in(service, tmp_path)
    out, err = capfd.readouterr()
    assert out == ""
    assert "open https://example.com/device and enter the code WDJB-MJHT" in err


def test_a_later_process_goes_on_silently(
    service: LoginService, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    sign_in(service, tmp_path)
    capfd.readouterr()
    service.asked.clear()
    assert later(service, tmp_path) == "a token"
    assert all(not form["path"].endswith("/devicecode") for form in service.asked)
    assert capfd.readouterr() == ("", "")


def test_a_token_near_its_end_is_renewed_with_the_kept_sign_in(service: LoginService, tmp_path: Path) -> None:
    service.answer[1]["expires_in"] = 1
    sign_in(service, tmp_path)
    service.gives_person("the next token", TENANT, CLIENT)
    assert later(service, tmp_path) == "the next token"
    assert service.asked[-1]["grant_type"] == "refresh_token"
    assert service.asked[-1]["path"].startswith(f"/{TENANT}/")


def test_a_spent_sign_in_says_connect_and_shows_no_code(
    service: LoginService, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    service.answer[1]["expires_in"] = 1
    sign_in(service, tmp_path)
    capfd.readouterr()
    service.asked.clear()
    service.answer = (400, {"error": "invalid_grant", "error_description": f"AADSTS700082: {CANARY}"})
    told = failure(lambda: later(service, tmp_path))
    assert isinstance(told, NotReadable)
    assert told.reason == "signed_out"
    assert "licenseiq connect" in str(told)
    assert all(not form["path"].endswith("/devicecode") for form in service.asked)
    assert capfd.readouterr() == ("", "")


def test_a_server_that_runs_goes_on_once_a_person_has_signed_in_again(service: LoginService, tmp_path: Path) -> None:
    service.answer[1]["expires_in"] = 1
    sign_in(service, tmp_path)
    source = token_source(TENANT, CLIENT, GRAPH, service.url, {}, kept=kept_in(tmp_path))

    async def story() -> str:
        service.answer = (400, {"error": "invalid_grant", "error_description": "AADSTS50173: no more"})
        with pytest.raises(NotReadable):
            await source()
        service.gives_person("anew", TENANT, CLIENT, who="somebody else")
        await sign_in_person(kept_in(tmp_path), TENANT, CLIENT, service.url, SCOPE, "device code")
        return await source()

    assert asyncio.run(story()) == "anew"


def test_a_sign_in_for_one_process_is_kept_in_its_memory_alone(
    service: LoginService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """INV-35: the desk's, for as long as it runs. It renews itself; another process has to ask again."""
    monkeypatch.setenv("HOME", str(tmp_path))

    async def story() -> list[str]:
        source = cached(lambda: for_this_process(TENANT, CLIENT, service.url), SCOPE)
        service.answer[1]["expires_in"] = 1
        first = await source()
        service.gives_person("the next token", TENANT, CLIENT)
        return [first, await source()]

    assert asyncio.run(story()) == ["a token", "the next token"]
    assert sum(form["path"].endswith("/devicecode") for form in service.asked) == 1
    assert service.asked[-1]["grant_type"] == "refresh_token"
    out, err = capfd.readouterr()
    assert (out, "enter the code WDJB-MJHT" in err) == ("", True)
    assert list(tmp_path.rglob("*")) == [], "nothing is written"


def test_the_sign_in_of_one_registration_is_not_used_for_another(service: LoginService, tmp_path: Path) -> None:
    sign_in(service, tmp_path)
    other = CLIENT.replace("a", "f")
    assert "Nobody is signed in" in str(failure(lambda: later(service, tmp_path, other)))


def test_a_person_signs_in_with_a_browser_that_comes_back_to_this_machine(
    service: LoginService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    program = tmp_path / "browser.py"
    program.write_text(BROWSER, encoding="utf-8")
    browser = Browser(program)
    monkeypatch.setattr(webbrowser, "_tryorder", ["a browser"])
    monkeypatch.setitem(webbrowser._browsers, "a browser", [None, browser])  # type: ignore[attr-defined]
    asyncio.run(sign_in_person(kept_in(tmp_path), TENANT, CLIENT, service.url, SCOPE, "browser"))
    assert [process.wait(10) for process in browser.started] == [0]
    (redeemed,) = service.asked
    assert (redeemed["grant_type"], redeemed["code"]) == ("authorization_code", "a-code")
    assert len(redeemed["code_verifier"]) > 40
    assert redeemed["redirect_uri"].startswith("http://localhost:")
    assert later(service, tmp_path) == "a token"
    assert capfd.readouterr().out == ""


def test_without_a_browser_the_code_is_named(
    service: LoginService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webbrowser, "_tryorder", [])
    told = str(
        failure(lambda: asyncio.run(sign_in_person(kept_in(tmp_path), TENANT, CLIENT, service.url, SCOPE, "browser")))
    )
    assert "No browser could be opened" in told
    assert "--device-code" in told


@pytest.mark.skipif(os.name != "posix", reason="Windows guards the folder by its ACL")
def test_what_is_kept_can_be_read_by_this_account_alone_and_is_refused_otherwise(
    service: LoginService, tmp_path: Path
) -> None:
    """INV-35."""
    sign_in(service, tmp_path)
    files = list((tmp_path / FOLDER).iterdir())
    assert {"account.json", "tokens"} <= {file.name for file in files}
    assert {stat.S_IMODE(file.stat().st_mode) & 0o077 for file in files if file.stat().st_size} == {0}
    assert "refresh" not in (tmp_path / FOLDER / "account.json").read_text(encoding="utf-8")
    for name in ("tokens", "account.json"):
        (tmp_path / FOLDER / name).chmod(0o644)
        told = failure(lambda: later(service, tmp_path))
        assert isinstance(told, SettingsError)
        assert "can be read by other accounts" in str(told)
        (tmp_path / FOLDER / name).chmod(0o600)
    assert later(service, tmp_path) == "a token"


def test_a_forgotten_sign_in_leaves_nothing(service: LoginService, tmp_path: Path) -> None:
    sign_in(service, tmp_path)
    assert kept_in(tmp_path).forget()
    assert not (tmp_path / FOLDER).exists()
    assert not kept_in(tmp_path).forget()
    assert "Nobody is signed in" in str(failure(lambda: later(service, tmp_path)))


@pytest.mark.parametrize(
    ("code", "kind", "step"),
    [
        ("AADSTS53003", NotReadable, "Conditional Access"),
        ("AADSTS50076", NotReadable, "MFA"),
        ("AADSTS50158", NotReadable, "--browser"),
        ("AADSTS65004", NotReadable, "declined"),
        ("AADSTS70020", NotReadable, "expired"),
        ("AADSTS65001", SettingsError, "administrator"),
        ("AADSTS700016", SettingsError, "--client-id"),
        ("AADSTS7000218", SettingsError, "Allow public client flows"),
        ("AADSTS90002", SettingsError, "--tenant"),
    ],
)
def test_each_refusal_of_a_person_has_its_next_step(
    service: LoginService, tmp_path: Path, code: str, kind: type[LicenseIQError], step: str
) -> None:
    service.refuses(f"{code}: {CANARY}")
    told = failure(lambda: sign_in(service, tmp_path))
    assert type(told) is kind
    assert code in told.what_happened
    assert step in told.next_step
    assert kept_in(tmp_path).account() is None


def test_a_domain_gives_the_id_of_its_tenant_and_an_unknown_one_is_told(service: LoginService) -> None:
    service.domains["contoso.example"] = TENANT.upper()
    assert run(lambda: tenant_id_of("contoso.example", service.url)) == TENANT
    assert "--tenant" in failure(lambda: run(lambda: tenant_id_of("fabrikam.example", service.url))).next_step


def test_a_certificate_that_nobody_trusts_is_told_as_what_it_most_likely_is(
    service: LoginService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    told = failure(lambda: run(lambda: tenant_id_of("contoso.example", service.url)))
    assert isinstance(told, NotReadable)
    assert told.reason == "unreachable"
    assert "REQUESTS_CA_BUNDLE and SSL_CERT_FILE" in told.next_step


def run(ask: Callable[[], Awaitable[str]]) -> str:
    async def asked() -> str:
        return await ask()

    return asyncio.run(asked())
