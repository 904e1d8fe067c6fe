"""What a desk for a real tenant is started with: its own credential, and the risks that a person accepts in words."""

import base64
import json
import os
import re
from pathlib import Path

import anyio
import pytest

from licenseiq.errors import Refused, SettingsError
from licenseiq_cli.desk_settings import DEFAULT_PORT, DeskSettings, desk_port, load_desk_settings
from licenseiq_cli.main import main
from licenseiq_cli.settings import OF_THE_DESK, load_settings
from licenseiq_cli.writer import look, writer_source
from licenseiq_desk.permissions import NEEDED, OPTIONAL, beyond, missing, of_kinds
from licenseiq_tenant.graph.credentials import static_token

TENANT = "11111111-2222-3333-4444-555555555555"
READER = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
WRITER = "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee"
HERE = "http://127.0.0.1:9/v1.0"
CANARY = "canary-7f3a"


def environ(home: Path, **variables: str) -> dict[str, str]:
    given = {"TENANT_ID": TENANT, "CLIENT_ID": READER, "WRITER_CLIENT_ID": WRITER, **variables}
    ours = {f"LICENSEIQ_{name}": value for name, value in given.items() if not name.startswith("AZURE_")}
    return {"LICENSEIQ_HOME": str(home), **ours, **{n: v for n, v in variables.items() if n.startswith("AZURE_")}}


def load(home: Path, **variables: str) -> DeskSettings:
    return load_desk_settings(environ(home, **variables))


def key_file(folder: Path, name: str = "desk.pem", mode: int = 0o600) -> str:
    path = folder / name
    path.write_text("a key")
    path.chmod(mode)
    return str(path)


def test_the_desk_has_a_registration_of_its_own(tmp_path: Path) -> None:
    """INV-02, INV-35."""
    assert load(tmp_path).client_id == WRITER
    with pytest.raises(SettingsError, match="of its own"):
        load(tmp_path, WRITER_CLIENT_ID="")
    with pytest.raises(SettingsError, match="the reader's registration"):
        load(tmp_path, WRITER_CLIENT_ID=READER.upper())
    with pytest.raises(SettingsError, match="does not know its tenant"):
        load(tmp_path, TENANT_ID="")


def test_a_ready_token_is_for_a_test_server_only_and_not_the_readers(tmp_path: Path) -> None:
    """INV-30, INV-31, INV-35."""
    known = load(tmp_path, GRAPH_URL=HERE, WRITER_TOKEN=CANARY, GRAPH_TOKEN="another", WRITER_CLIENT_ID="")
    assert (known.token, known.client_id) == (CANARY, None)
    assert CANARY not in repr(known)
    for wrong in (
        {"WRITER_TOKEN": CANARY},
        {"WRITER_TOKEN": CANARY, "GRAPH_URL": HERE, "LOGIN_URL": "https://login.microsoftonline.com"},
        {"WRITER_TOKEN": CANARY, "GRAPH_URL": HERE, "GRAPH_TOKEN": CANARY},
    ):
        with pytest.raises(SettingsError, match="LICENSEIQ_WRITER_TOKEN") as caught:
            load(tmp_path, **wrong)
        assert CANARY not in str(caught.value)
    (tmp_path / "licenseiq.toml").write_text(f'writer_token = "{CANARY}"\n')
    for read in (load_desk_settings, load_settings):
        with pytest.raises(SettingsError, match="secrets belong into the environment") as caught:
            read(environ(tmp_path))
        assert CANARY not in str(caught.value)


@pytest.mark.skipif(os.name == "nt", reason="on Windows the folder's rights guard a key")
@pytest.mark.parametrize("name", ["WRITER_CERTIFICATE_PATH", "AZURE_CLIENT_CERTIFICATE_PATH"])
def test_a_key_that_others_can_read_or_that_is_the_readers_is_not_used(tmp_path: Path, name: str) -> None:
    """INV-35."""
    assert load(tmp_path, **{name: key_file(tmp_path)}).certificate == tmp_path / "desk.pem"
    for mode in (0o644, 0o640, 0o604):
        with pytest.raises(SettingsError, match="other accounts"):
            load(tmp_path, **{name: key_file(tmp_path, mode=mode)})
    key_file(tmp_path)
    (tmp_path / "link.pem").symlink_to(tmp_path / "desk.pem")
    with pytest.raises(SettingsError, match="the reader's certificate"):
        load(tmp_path, CERTIFICATE_PATH=str(tmp_path / "link.pem"), **{name: str(tmp_path / "desk.pem")})
    with pytest.raises(SettingsError, match="cannot be read"):
        load(tmp_path, **{name: str(tmp_path / "none.pem")})


def test_what_a_person_accepts_stands_in_the_settings_and_is_off_by_default(tmp_path: Path) -> None:
    known = load(tmp_path)
    assert (known.standing.accepts_same_user, known.sole) == (False, False)
    (tmp_path / "licenseiq.toml").write_text("accept_same_user_risk = true\nsole_administrator = true\n")
    known = load(tmp_path)
    assert (known.standing.accepts_same_user, known.sole) == (True, True)
    with pytest.raises(SettingsError, match="ACCEPT_SAME_USER_RISK is neither yes nor no"):
        load(tmp_path, ACCEPT_SAME_USER_RISK="perhaps")


def test_the_port_stands_in_the_environment_or_the_file(tmp_path: Path) -> None:
    assert desk_port({}, tmp_path) == DEFAULT_PORT
    (tmp_path / "licenseiq.toml").write_text("desk_port = 8901\n")
    assert desk_port({}, tmp_path) == 8901
    assert desk_port({"LICENSEIQ_DESK_PORT": "8902"}, tmp_path) == 8902
    for wrong in ("eighty", "0", "65536", "-1", "8e3"):
        with pytest.raises(SettingsError, match="LICENSEIQ_DESK_PORT"):
            desk_port({"LICENSEIQ_DESK_PORT": wrong}, tmp_path)


def test_without_a_credential_the_desk_says_how_to_sign_in(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="--sign-in"):
        writer_source(load(tmp_path), {})
    for ways in ({"AZURE_TOKEN_CREDENTIALS": "ManagedIdentityCredential"}, {"AZURE_CLIENT_SECRET": "s"}):
        writer_source(load(tmp_path), ways)
    writer_source(load(tmp_path), {}, person=True)
    writer_source(load(tmp_path, WRITER_CERTIFICATE_PATH=key_file(tmp_path)), {})


def test_a_desk_whose_risk_nobody_accepted_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given = environ(tmp_path, GRAPH_URL=HERE, WRITER_TOKEN=CANARY, WRITER_CLIENT_ID="")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert main(["desk", "--port", "0"]) == 1
    assert "accept_same_user_risk" in capsys.readouterr().err
    with pytest.raises(Refused):
        load(tmp_path).standing.level(simulated=False)


def jwt(**claims: object) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in ({}, claims))
    return ".".join([*parts, "c2ln"])


def test_what_the_desks_app_lacks_and_what_it_has_too_much_is_named() -> None:
    least = [one.permission for one in NEEDED if one.permission not in OPTIONAL]

    async def lines(**claims: object) -> list[str]:
        return (await look(static_token(jwt(tid=TENANT, **claims)), TENANT)).lines()

    every = [*least, *(one.permission for one in of_kinds())]
    assert anyio.run(lambda: lines(roles=every)) == []
    (steps,) = anyio.run(lambda: lines(roles=[one for one in every if one != "Mail.Send"]))
    assert "does not have Mail.Send. Steps that take one of them are held back or handed to a person" in steps
    (lacks,) = anyio.run(lambda: lines(roles=[one for one in every if one != "User.RevokeSessions.All"]))
    assert "lacks User.RevokeSessions.All, to end sessions" in lacks
    (more,) = anyio.run(lambda: lines(roles=[*every, "RoleManagement.ReadWrite.Directory"]))
    assert "RoleManagement.ReadWrite.Directory" in more
    assert len(anyio.run(lambda: lines(roles=[]))) == len(least) + 1
    with pytest.raises(SettingsError, match="another tenant"):
        anyio.run(look, static_token(jwt(tid=READER)), TENANT)
    assert not anyio.run(look, static_token("opaque"), TENANT).says


def test_a_broader_permission_does_for_a_narrow_one() -> None:
    granted = ["User.ReadWrite.All", "Directory.Read.All", "GroupMember.ReadWrite.All", "Mail.Read"]
    assert missing(granted) == ()
    assert beyond(granted) == ("Mail.Read",)


def test_the_document_names_every_permission_and_setting_of_the_desk() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "desk.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+\.\w+\.\w+)` \|", text, re.MULTILINE)
    assert rows[: len(NEEDED)] == [one.permission for one in NEEDED]
    told = set(re.findall(r"^\| `LICENSEIQ_([A-Z_]+)` \|", text, re.MULTILINE))
    assert told == {name.upper() for name in OF_THE_DESK} - {"EXCHANGE_URL"}
