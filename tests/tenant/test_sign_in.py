"""Signing in through azure-identity, at a sign-in service on this machine."""

import asyncio
import logging
import os
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from azure.core.credentials import AccessToken

from licenseiq.errors import NotReadable, SettingsError
from licenseiq_tenant.graph.credentials import token_source
from licenseiq_tenant.graph.sign_in import cached
from licenseiq_tenant.graph.token_cache import KeptSignIn
from tests.tenant.login_service import LoginService, login_service

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
CANARY = "canary-7f3a"
GRAPH = "https://graph.microsoft.us/v1.0"
SECRET = {"AZURE_CLIENT_SECRET": CANARY}


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginService]:
    with login_service(tmp_path_factory.mktemp("login")) as service:
        yield service


@pytest.fixture
def service(started: LoginService, monkeypatch: pytest.MonkeyPatch) -> LoginService:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(started.certificate))
    started.gives("a token")
    started.asked.clear()
    return started


def sign_in(service: LoginService, environ: dict[str, str], certificate: str | None = None) -> str:
    nobody = KeptSignIn(Path("/nowhere"))
    source = token_source(TENANT, CLIENT, GRAPH, service.url, environ, kept=nobody, certificate=certificate)

    async def get() -> str:
        return await source()

    return asyncio.run(get())


def test_a_secret_gets_a_token_for_the_configured_graph_in_the_configured_tenant(service: LoginService) -> None:
    assert sign_in(service, SECRET) == "a token"
    (asked,) = service.asked
    assert asked["path"].startswith(f"/{TENANT}/")
    assert (asked["client_id"], asked["client_secret"]) == (CLIENT, CANARY)
    assert asked["scope"].split()[0] == "https://graph.microsoft.us/.default"


def test_a_certificate_goes_before_a_secret_and_its_key_stays_here(service: LoginService) -> None:
    assert sign_in(service, {**SECRET, "AZURE_CLIENT_CERTIFICATE_PATH": str(service.certificate)}) == "a token"
    (asked,) = service.asked
    assert asked["client_assertion"].count(".") == 2
    assert CANARY not in str(asked)


def test_a_workloads_token_file_signs_in_without_a_secret(service: LoginService, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("the cluster's word")
    assert sign_in(service, {"AZURE_FEDERATED_TOKEN_FILE": str(tmp_path / "token")}) == "a token"
    assert service.asked[0]["client_assertion"] == "the cluster's word"


def test_without_any_credential_nobody_is_asked_and_connect_is_named(
    service: LoginService, capfd: pytest.CaptureFixture[str]
) -> None:
    """A chat client hides stderr: a code shown there would be waited for in vain."""
    with pytest.raises(NotReadable, match="licenseiq connect") as caught:
        sign_in(service, {})
    assert caught.value.reason == "signed_out"
    assert capfd.readouterr() == ("", "")
    assert service.asked == []


def test_the_certificate_of_the_settings_is_used_unless_the_environment_names_a_credential(
    service: LoginService,
) -> None:
    assert sign_in(service, {}, str(service.certificate)) == "a token"
    assert "client_assertion" in service.asked[0]
    assert sign_in(service, SECRET, str(service.certificate)) == "a token"
    assert service.asked[1]["client_secret"] == CANARY


@pytest.mark.parametrize(
    ("description", "next_step"),
    [
        (f"AADSTS700016: no application {CANARY}", "LICENSEIQ_CLIENT_ID"),
        (f"AADSTS90002: no tenant {CANARY}", "LICENSEIQ_TENANT_ID"),
        (f"AADSTS7000215: Invalid secret {CANARY}", "AZURE_CLIENT_SECRET"),
    ],
)
def test_a_refusal_that_a_setting_cures_names_the_setting_and_only_the_code(
    service: LoginService, caplog: pytest.LogCaptureFixture, description: str, next_step: str
) -> None:
    """INV-30: the service's words stay out of the error, of its causes and of the log."""
    service.refuses(description)
    logging.getLogger("azure.identity").setLevel(logging.WARNING)
    with pytest.raises(SettingsError) as caught:
        sign_in(service, SECRET)
    assert description.split(":")[0] in caught.value.what_happened
    assert next_step in caught.value.next_step
    assert CANARY not in str(caught.value)
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert CANARY not in caplog.text


def test_another_refusal_is_a_reading_that_failed_because_we_are_signed_out(service: LoginService) -> None:
    service.refuses(f"no code at all, but {CANARY}")
    with pytest.raises(NotReadable) as caught:
        sign_in(service, SECRET)
    assert caught.value.reason == "signed_out"
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    "environ",
    [
        {"AZURE_CLIENT_CERTIFICATE_PATH": "/nowhere/at-all.pem"},
        {"AZURE_CLIENT_CERTIFICATE_PATH": __file__},
        {"AZURE_FEDERATED_TOKEN_FILE": "/nowhere/at-all"},
    ],
)
def test_a_credential_file_that_cannot_be_used_names_its_variable(
    service: LoginService, environ: dict[str, str]
) -> None:
    with pytest.raises(SettingsError, match=next(iter(environ))):
        sign_in(service, environ)
    assert service.asked == []


def test_a_secret_is_never_sent_over_plain_http(service: LoginService) -> None:
    source = token_source(
        TENANT, CLIENT, GRAPH, service.url.replace("https:", "http:"), SECRET, kept=KeptSignIn(Path("/nowhere"))
    )

    async def get() -> str:
        return await source()

    with pytest.raises(SettingsError, match="LICENSEIQ_LOGIN_URL starts with https://"):
        asyncio.run(get())


class FakeCredential:
    """Gives numbered tokens that live for an hour from `clock`, or raises `failure`."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.clock = 0.0
        self.scopes: list[tuple[str, ...]] = []
        self.failure = failure
        self.threads: set[int] = set()

    def get_token(self, *scopes: str) -> AccessToken:
        self.scopes.append(scopes)
        self.threads.add(threading.get_ident())
        if self.failure is not None:
            raise self.failure
        return AccessToken(f"token {len(self.scopes)}", int(self.clock) + 3600)

    def now(self) -> float:
        return self.clock


def test_a_token_is_kept_until_five_minutes_before_it_expires() -> None:
    fake = FakeCredential()

    async def story() -> None:
        source = cached(lambda: fake, "s", fake.now)
        assert await source() == "token 1"
        fake.clock = 3299.0
        assert await source() == "token 1"
        fake.clock = 3300.0
        assert await source() == "token 2"

    asyncio.run(story())
    assert fake.scopes == [("s",), ("s",)]


def test_callers_at_the_same_time_cause_one_sign_in_off_the_event_loop() -> None:
    fake = FakeCredential()

    async def story() -> list[str]:
        source = cached(lambda: fake, "s", fake.now)
        return await asyncio.gather(source(), source(), source())

    assert asyncio.run(story()) == ["token 1"] * 3
    assert threading.get_ident() not in fake.threads


def test_a_dead_network_is_no_refused_sign_in() -> None:
    from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError

    worded_as_refused = ClientAuthenticationError(message=f"Authentication failed: {CANARY}")
    worded_as_refused.__cause__ = ServiceRequestError(CANARY)
    for failure in (worded_as_refused, ServiceRequestError(CANARY)):
        fake = FakeCredential(failure)

        async def story(fake: FakeCredential = fake) -> None:
            await cached(lambda: fake, "s", fake.now)()

        with pytest.raises(NotReadable) as caught:
            asyncio.run(story())
        assert caught.value.reason == "unreachable"
        assert CANARY not in str(caught.value)


def test_after_a_failure_the_next_caller_signs_in_again() -> None:
    from azure.core.exceptions import ClientAuthenticationError

    fake = FakeCredential(ClientAuthenticationError(message="no"))

    async def story() -> str:
        source = cached(lambda: fake, "s", fake.now)
        with pytest.raises(NotReadable):
            await source()
        fake.failure = None
        return await source()

    assert asyncio.run(story()) == "token 2"


def test_a_process_may_end_while_a_person_has_not_signed_in_yet() -> None:
    program = """
import asyncio, threading
from licenseiq_tenant.graph.sign_in import cached
from licenseiq_tenant.graph.token_cache import KeptSignIn
begun = threading.Event()
class Waiting:
    def get_token(self, *scopes):
        begun.set()
        threading.Event().wait()
async def main():
    waiting = asyncio.ensure_future(cached(Waiting, "s")())
    while not begun.is_set():
        await asyncio.sleep(0)
    waiting.cancel()
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("graph", "environ", "authority"),
    [
        ("https://graph.microsoft.com/v1.0", {}, "https://login.microsoftonline.com"),
        ("https://dod-graph.microsoft.us/v1.0", {}, "https://login.microsoftonline.us"),
        ("https://microsoftgraph.chinacloudapi.cn/v1.0", {}, "https://login.chinacloudapi.cn"),
        ("https://graph.microsoft.com/v1.0", {"AZURE_AUTHORITY_HOST": "login.example"}, "https://login.example"),
    ],
)
def test_each_cloud_is_signed_in_to_at_its_own_authority(
    monkeypatch: pytest.MonkeyPatch, graph: str, environ: dict[str, str], authority: str
) -> None:
    from licenseiq_tenant.graph.credentials import login_of
    from licenseiq_tenant.graph.sign_in import sign_in_with

    monkeypatch.setitem(os.environ, "AZURE_AUTHORITY_HOST", "https://not.this.one")
    credential = sign_in_with(TENANT, CLIENT, login_of(graph, environ), SECRET)
    assert cast("SimpleNamespace", credential)._authority == authority


def test_a_missing_id_is_named_before_anything_is_loaded() -> None:
    for tenant, client in ((None, CLIENT), (TENANT, None), ("", CLIENT)):
        with pytest.raises(SettingsError, match="LICENSEIQ_TENANT_ID and LICENSEIQ_CLIENT_ID"):
            token_source(tenant, client, GRAPH, None, {}, kept=KeptSignIn(Path("/nowhere")))
