"""The settings as a user gives them: what is taken, and what is refused before anything is connected."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.errors import SettingsError
from licenseiq.privacy import Privacy
from licenseiq_cli.homes import demo_home, demo_tenant_folder, home
from licenseiq_cli.settings import DEFAULT_GRAPH_URL, Settings, load_settings, require_connection

TENANT = "11111111-2222-3333-4444-555555555555"
CLIENT = "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE"
CANARY = "canary-7f3a"
HERE = "http://localhost:8080/v1.0"


def load(tmp_path: Path, text: str | None = None, /, **variables: str) -> Settings:
    """The settings of a home with this file, and these variables without their prefix."""
    if text is not None:
        (tmp_path / "licenseiq.toml").write_text(text, encoding="utf-8")
    return load_settings(
        {"LICENSEIQ_HOME": str(tmp_path)} | {f"LICENSEIQ_{name}": variables[name] for name in variables}
    )


def test_nothing_set_is_the_global_cloud_and_no_tenant(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings == Settings(
        tmp_path, None, None, DEFAULT_GRAPH_URL, None, None, read_only=False, privacy=Privacy.NAMES
    )


def test_without_a_home_the_platform_says_where_state_lives() -> None:
    assert home({}).is_absolute()
    assert home({"LICENSEIQ_HOME": " "}) == home({})


def test_the_demo_lives_below_the_home_and_a_tilde_is_the_users(tmp_path: Path) -> None:
    environ = {"LICENSEIQ_HOME": str(tmp_path)}
    assert demo_home(environ) == tmp_path / "demo"
    assert demo_tenant_folder(environ) == tmp_path / "demo" / "tenant"
    assert home({"LICENSEIQ_HOME": "~/state"}) == Path.home() / "state"


def test_the_environment_wins_over_the_file_even_with_an_empty_value(tmp_path: Path) -> None:
    text = (
        f'tenant_id = "{TENANT}"\nread_only = true\nlogin_url = "https://login.microsoftonline.us/"\ndesk_port = 8765\n'
    )
    settings = load(tmp_path, text, CLIENT_ID=CLIENT, READ_ONLY="0", LOGIN_URL="")
    assert (settings.tenant_id, settings.client_id) == (TENANT, CLIENT.lower())
    assert settings.read_only is False
    assert settings.login_url is None
    assert load(tmp_path, text).login_url == "https://login.microsoftonline.us"
    assert load(tmp_path, text).read_only is True


@pytest.mark.parametrize(
    "url",
    [
        "https://graph.microsoft.us/v1.0",
        "https://graph.microsoft.com:443/beta/",
        "http://127.0.0.1:8080/graph/v1.0/",
        "http://[::1]:9/beta",
        "https://localhost/v1.0",
    ],
)
def test_a_graph_with_its_version_is_taken_without_its_last_slash(tmp_path: Path, url: str) -> None:
    assert load(tmp_path, GRAPH_URL=url).graph_url == url.removesuffix("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://graph.microsoft.com/v1.0",
        "https://graph.microsoft.com@evil.example/v1.0",
        "http://localhost@evil.example/v1.0",
        "http://localhost.evil.example/v1.0",
        "http://localhost\\.evil.example/v1.0",
        "https://graph.microsoft.com:8443/v1.0",
        "https://graph.microsoft.com/v1.0?x=/v1.0",
        "https://graph.microsoft.com#/v1.0",
        "https://graph.micrоsoft.com/v1.0",  # a Cyrillic o
        "https://graph.microsoft.com/../v1.0",
        "https://graph.microsoft.com//v1.0",
        "https://graph.microsoft.com/%2e%2e/v1.0",
        "http://localhost:0/v1.0",
        "http://localhost:65536/v1.0",
        "https://graph.\nmicrosoft.com/v1.0",
        "ftp://localhost/v1.0",
        "//localhost/v1.0",
        "graph.microsoft.com/v1.0",
    ],
)
def test_an_address_that_a_token_may_not_go_to_is_refused(tmp_path: Path, url: str) -> None:
    """INV-31."""
    with pytest.raises(SettingsError, match="LICENSEIQ_GRAPH_URL is not an address") as caught:
        load(tmp_path, GRAPH_URL=url)
    assert url not in str(caught.value)


@pytest.mark.parametrize("url", ["https://graph.microsoft.com", "https://graph.microsoft.com/v2.0", f"{HERE}/users"])
def test_a_graph_without_its_version_is_told_which_versions_there_are(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match=r"/v1\.0 or /beta"):
        load(tmp_path, GRAPH_URL=url)


LOOK_ALIKES = ("localhost", "127.0.0.1", "localhost.", "127.0.0.2", "127.1", "2130706433", "localhost.evil.example")


@given(
    host=st.sampled_from(LOOK_ALIKES) | st.text("abclost0127.-", min_size=1, max_size=30),
    port=st.none() | st.integers(1, 65535),
)
def test_plain_http_and_a_ready_token_go_to_this_machine_only(host: str, port: int | None) -> None:
    """INV-31: whatever the host looks like, only the three names of this machine get either."""
    is_here = host in ("localhost", "127.0.0.1")
    for scheme in ("http", "https"):
        url = f"{scheme}://{host}{'' if port is None else f':{port}'}/v1.0"
        environ = {"LICENSEIQ_HOME": "/nowhere", "LICENSEIQ_GRAPH_URL": url, "LICENSEIQ_GRAPH_TOKEN": CANARY}
        if is_here:
            assert load_settings(environ).graph_token == CANARY
        else:
            with pytest.raises(SettingsError):
                load_settings(environ)


@given(text=st.text(max_size=60) | st.from_regex(r"https?://[^/]{1,30}/v1.0", fullmatch=True))
def test_any_text_as_an_address_is_taken_or_refused_in_our_words(text: str) -> None:
    try:
        settings = load_settings({"LICENSEIQ_HOME": "/nowhere", "LICENSEIQ_GRAPH_URL": text})
    except SettingsError:
        return
    assert settings.graph_url.startswith(("https://", "http://localhost", "http://127.0.0.1", "http://[::1]"))
    assert settings.graph_url.endswith(("/v1.0", "/beta"))


def test_the_sign_in_has_no_path_and_none_of_it_may_be_plain_http(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="LICENSEIQ_LOGIN_URL has a path"):
        load(tmp_path, LOGIN_URL=f"https://login.microsoftonline.com/{TENANT}")
    with pytest.raises(SettingsError, match="LICENSEIQ_LOGIN_URL is not an address"):
        load(tmp_path, LOGIN_URL="http://login.microsoftonline.com")


def test_a_ready_token_is_for_a_test_server_only_and_is_never_shown(tmp_path: Path) -> None:
    """INV-30."""
    settings = load(tmp_path, GRAPH_URL=HERE, GRAPH_TOKEN=CANARY, LOGIN_URL="http://localhost:9")
    assert settings.graph_token == CANARY
    assert CANARY not in repr(settings)
    for urls in (
        {},
        {"GRAPH_URL": "https://localhost.evil.example/v1.0"},
        {"GRAPH_URL": HERE, "LOGIN_URL": "https://x.y"},
    ):
        with pytest.raises(SettingsError, match="only for a test server") as caught:
            load(tmp_path, GRAPH_TOKEN=CANARY, **urls)
        assert CANARY not in str(caught.value)


@pytest.mark.parametrize("mode", list(Privacy))
def test_every_mode_of_privacy_can_be_set(tmp_path: Path, mode: Privacy) -> None:
    assert load(tmp_path, "", PRIVACY=mode.value).privacy is mode


def test_a_token_in_the_file_is_refused_and_never_shown(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="secrets belong into the environment") as caught:
        load(tmp_path, f'graph_token = "{CANARY}"', GRAPH_URL=HERE)
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("TENANT_ID", "contoso.onmicrosoft.com", "LICENSEIQ_TENANT_ID is not a GUID"),
        ("CLIENT_ID", f"{CLIENT}0", "LICENSEIQ_CLIENT_ID is not a GUID"),
        ("READ_ONLY", "maybe", "LICENSEIQ_READ_ONLY is neither yes nor no"),
        ("PRIVACY", "anonymous", "LICENSEIQ_PRIVACY is no mode"),
        ("PRIVACY", "Names", "LICENSEIQ_PRIVACY is no mode"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_but_not_shown(
    tmp_path: Path, variable: str, value: str, words: str
) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        load(tmp_path, **{variable: value})
    assert value not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "is_on"), [("true", True), ("TRUE", True), ("1", True), ("false", False), ("", False)]
)
def test_read_only_is_switched_by_true_false_one_or_zero(tmp_path: Path, text: str, is_on: bool) -> None:
    assert load(tmp_path, READ_ONLY=text).read_only is is_on


def test_an_unknown_name_is_met_with_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"Did you mean LICENSEIQ_TENANT_ID\?"):
        load(tmp_path, TENNANT_ID=TENANT)
    with pytest.raises(SettingsError, match="The settings are LICENSEIQ_HOME, "):
        load(tmp_path, COLOUR=CANARY)
    with pytest.raises(SettingsError, match=r"Did you mean read_only\?"):
        load(tmp_path, "readonly = true")


def test_the_desks_settings_are_known_but_never_read(tmp_path: Path) -> None:
    """INV-02: what belongs to the writer does not reach the reader."""
    settings = load(tmp_path, WRITER_CLIENT_ID=CANARY, DESK_PORT="no number", EXCHANGE_URL="nonsense")
    assert settings == load(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f'tenant_id = "{TENANT}"\nclient_id = {CANARY}\n', "in line 2"),
        ('tenant_id = "', "at its end"),
        ("tenant_id = [1]", "Put its value in quotes"),
        ('home = "/elsewhere"', "Set LICENSEIQ_HOME instead"),
        ("[tenant_id]\nvalue = 1", "Put its value in quotes"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_without_its_content(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        load(tmp_path, text)
    assert CANARY not in str(caught.value)


def test_a_file_that_is_no_text_or_is_named_and_not_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "licenseiq.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="could not be read"):
        load(tmp_path)
    with pytest.raises(SettingsError, match="is not there"):
        load_settings({"LICENSEIQ_HOME": str(tmp_path)}, tmp_path / "other.toml")


def test_no_connection_at_all_is_told_both_ways_on(tmp_path: Path) -> None:
    for settings in (load(tmp_path), load(tmp_path, TENANT_ID=TENANT), load(tmp_path, CLIENT_ID=CLIENT)):
        with pytest.raises(SettingsError) as caught:
            require_connection(settings, {})
        assert "licenseiq serve --demo" in caught.value.next_step
        assert "LICENSEIQ_TENANT_ID and LICENSEIQ_CLIENT_ID" in caught.value.next_step


def test_a_token_or_both_ids_are_a_connection_and_azures_own_variables_fill_a_gap(tmp_path: Path) -> None:
    with_token = load(tmp_path, GRAPH_URL=HERE, GRAPH_TOKEN=CANARY)
    assert require_connection(with_token, {}) == with_token
    both = load(tmp_path, TENANT_ID=TENANT, CLIENT_ID=CLIENT)
    other = "99999999-9999-9999-9999-999999999999"
    assert require_connection(both, {"AZURE_CLIENT_ID": other}) == both
    filled = require_connection(load(tmp_path, TENANT_ID=TENANT), {"AZURE_CLIENT_ID": other, "AZURE_TENANT_ID": other})
    assert (filled.tenant_id, filled.client_id) == (TENANT, other)
    with pytest.raises(SettingsError, match="AZURE_CLIENT_ID is not a GUID"):
        require_connection(load(tmp_path, TENANT_ID=TENANT), {"AZURE_CLIENT_ID": "contoso"})


def test_reading_the_settings_loads_no_store_no_sdk_and_no_room_but_core(tmp_path: Path) -> None:
    """INV-49: it stands before the first protocol exchange."""
    program = (
        "import sys; from licenseiq_cli.settings import load_settings; load_settings()\n"
        "print(*sorted({name.split('.')[0] for name in sys.modules}))"
    )
    environ = {**os.environ, "LICENSEIQ_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "licenseiq" in loaded
    assert not loaded & {
        "asyncio",
        "azure",
        "httpx",
        "sqlalchemy",
        "licenseiq_tenant",
        "licenseiq_desk",
        "platformdirs",
    }
