"""How far an approval protects here: L1 where a person accepts the risk, L2 only where a desk apart was found."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from licenseiq.errors import Refused
from licenseiq.proposals.statement import Level
from licenseiq_cli.main import main
from licenseiq_cli.standing import ELSEWHERE, NO_DESK, standing, words
from licenseiq_tenant.postgresql.rights import DESK_ROLE, SERVER_ROLE
from licenseiq_tenant.postgresql.server import Server
from tests.desk.fakes import plan_for, world_in
from tests.postgresql import BOTH, OWNER, THE_DESK, THE_SERVER, Cluster, stores_in

pytestmark = pytest.mark.skipif(os.name != "posix", reason="accounts are told apart on POSIX systems")


@pytest.fixture
def apart(cluster: Cluster) -> Iterator[Cluster]:
    """The tests' cluster without the account that is both."""
    cluster.run(f"REVOKE {DESK_ROLE} FROM {BOTH}")
    yield cluster
    cluster.run(f"GRANT {DESK_ROLE} TO {BOTH}")


def environ(folder: Path, cluster: Cluster, account: str = THE_DESK, **more: str) -> dict[str, str]:
    url = cluster.emptied(account).url
    return {"LICENSEIQ_HOME": str(folder), "LICENSEIQ_DATABASE_URL": url, **more}


def why_not(given: dict[str, str], folder: Path) -> str:
    found = standing(given, folder)
    assert found.separate is (not found.why_not_separate)
    return found.why_not_separate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


def test_a_desk_apart_is_found_and_each_thing_that_joins_it_to_the_server_is_named(
    folder: Path, apart: Cluster
) -> None:
    """L2 only where everything holds; the first line is the positive control of all others."""
    given = environ(folder, apart, LICENSEIQ_SERVER_ACCOUNT=ELSEWHERE)
    assert standing(given, folder).level(simulated=False) is Level.L2
    other = "nobody" if os.getuid() == 0 else "root"
    expected = "" if other == "nobody" else "may do everything"
    assert expected in why_not({**given, "LICENSEIQ_SERVER_ACCOUNT": other}, folder)
    assert "has said which account" in why_not(environ(folder, apart), folder)
    for account, words_ in (
        ("no-such-account", "names no account of this machine"),
        ("root", "everything on this machine"),
    ):
        assert words_ in why_not({**given, "LICENSEIQ_SERVER_ACCOUNT": account}, folder)
    for account in (THE_SERVER, OWNER):
        assert "In PostgreSQL this account" in why_not(
            environ(folder, apart, account, LICENSEIQ_SERVER_ACCOUNT=ELSEWHERE), folder
        )
    folder.chmod(0o750)
    assert "look into the desk's home" in why_not(given, folder)


def test_an_account_of_the_server_that_may_write_to_the_desk_is_found(folder: Path, cluster: Cluster) -> None:
    given = environ(folder, cluster, LICENSEIQ_SERVER_ACCOUNT=ELSEWHERE)
    assert why_not(given, folder) == f"An account with the role {SERVER_ROLE} can write to the desk's schema."


def test_files_are_never_apart_and_the_level_says_what_to_do(folder: Path) -> None:
    given = {"LICENSEIQ_HOME": str(folder)}
    assert words(given, folder) == ("L0", NO_DESK)
    given["LICENSEIQ_WRITER_CLIENT_ID"] = "bbbbbbbb-bbbb-cccc-dddd-eeeeeeeeeeee"
    level, told = words(given, folder)
    assert level is None
    assert "needs PostgreSQL" in told
    assert "accept_same_user_risk" in told
    with pytest.raises(Refused):
        standing(given, folder).level(simulated=False)
    level, told = words({**given, "LICENSEIQ_ACCEPT_SAME_USER_RISK": "true"}, folder)
    assert (level, told[:13]) == ("L1", "L1: a passkey")


def test_a_desk_of_another_account_is_named_by_its_port(
    folder: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the server's account nothing of the desk can be read, its address neither."""
    for name, value in environ(folder, cluster, BOTH, LICENSEIQ_DESK_PORT="8901").items():
        monkeypatch.setenv(name, value)
    with stores_in(Server(os.environ["LICENSEIQ_DATABASE_URL"]), folder):
        world = world_in(folder)
        world.put(plan_for(simulated=False))
        world.desk.close()
        world.inbox.close()
    assert main(["approve", "p-1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decide_at"] == "http://localhost:8901/proposals/p-1"
