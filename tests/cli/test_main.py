"""The command as a user types it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import anyio
import httpx
import pytest

from licenseiq.errors import LicenseIQError, NotReadable, SettingsError
from licenseiq_cli.arguments import COMMANDS, Command, build_parser
from licenseiq_cli.main import main
from licenseiq_demo import process
from licenseiq_demo.errors import DemoError

HEAVY = (
    "rich",
    "sqlalchemy",
    "sqlite3",
    "msgraph",
    "kiota_abstractions",
    "azure",
    "licenseiq_desk",
    "licenseiq_tenant",
)
Ending = Callable[[BaseException], int]


def licenseiq(*words: str) -> list[str]:
    return [sys.executable, "-m", "licenseiq_cli.main", *words]


@pytest.fixture
def ending(monkeypatch: pytest.MonkeyPatch) -> Ending:
    """The exit code of a command that ends with this error."""

    def end(error: BaseException) -> int:
        command = ModuleType("licenseiq_cli.scan")

        def run(_: object) -> int:
            raise error

        command.run = run  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "licenseiq_cli.scan", command)
        return main(["scan"])

    return end


def test_the_demo_tenant_is_served_and_stopped_by_the_command(tmp_path: Path) -> None:
    environment = {**os.environ, "LICENSEIQ_HOME": str(tmp_path)}
    with subprocess.Popen(
        licenseiq("demo", "--serve", "0", "--users", "30"), env=environment, stdout=-3, stderr=-3
    ) as served:
        try:
            demo = anyio.run(_found, tmp_path / "demo" / "tenant")
            answer = httpx.get(f"{demo.url}/users", headers={"Authorization": f"Bearer {demo.token}"})
            assert len(answer.json()["value"]) == 30
            stopped = subprocess.run(
                licenseiq("demo", "--stop"), env=environment, capture_output=True, text=True, check=True
            )
            assert stopped.stdout == "The demo tenant has stopped.\n"
            served.wait(timeout=10)
        finally:
            served.kill()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["demo", "--serve", "99999"], "0 to 65535"),
        (["demo", "--users", "0"], "1 to 250000"),
        (["demo", "--serve", "1", "--stop"], "not allowed with"),
        (["desk", "--poll", "nan"], "0.05 to 3600"),
        (["demo", "--users", "many"], "1 to 250000"),
        (["audit"], "required: ACTION"),
        (["who"], "PERSON"),
        (["approve"], "ID"),
        (["destroy"], "invalid choice"),
    ],
)
def test_wrong_use_ends_with_code_two_and_says_what_is_right(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_without_a_command_the_manual_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    manual = capsys.readouterr().out
    assert all(f"    {command.name} " in manual for command in COMMANDS)
    assert "licenseiq serve --demo" in manual


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("licenseiq ")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("No tenant is set.", "Set LICENSEIQ_TENANT_ID."), 2),
        (NotReadable("The users could not be read.", "Sign in.", reason="signed_out"), 1),
        (DemoError("Port 1 is taken."), 1),
        (ExceptionGroup("one task", [ExceptionGroup("another", [SettingsError("Wrong.", "Mend it.")])]), 2),
    ],
    ids=["settings", "not readable", "demo", "in a task group"],
)
def test_an_error_is_one_line_on_stderr_and_an_exit_code(
    ending: Ending, error: Exception, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ending(error) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("licenseiq: ")
    assert told.err.count("\n") == 1


def test_an_error_cannot_write_escape_codes_on_the_terminal(ending: Ending, capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(LicenseIQError("A \x1b[31mred\x1b[0m\nline \u202eand more " + "w" * 400)) == 1
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert "\u202e" not in told
    assert told.count("\n") == 1


def test_an_unexpected_error_tells_its_kind_and_place_but_never_its_text(
    ending: Ending, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ending(ValueError("Alex Doe's token is eyJ0")) == 1
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "licenseiq_cli.main:" in told
    assert "Alex" not in told
    assert "eyJ0" not in told


def test_ctrl_c_ends_quietly(ending: Ending, capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(KeyboardInterrupt()) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(os.name != "posix", reason="pipes of Windows end in another way")
def test_a_reader_that_goes_away_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(licenseiq("--version"), stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_names_a_module_that_can_run(command: Command) -> None:
    # Read, not imported: some modules load all of the desk.
    found = find_spec(f"licenseiq_cli.{command.module}")
    assert found is not None
    assert found.origin is not None
    assert "\ndef run(options: argparse.Namespace) -> int:" in Path(found.origin).read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [["--version"], ["serve", "--demo"]])
def test_the_start_of_serve_loads_neither_the_desk_nor_anything_heavy(words: list[str]) -> None:
    program = (
        "import importlib, json, sys\n"
        "from licenseiq_cli.main import main\n"
        "from licenseiq_cli.arguments import build_parser\n"
        f"options = build_parser().parse_args({words!r})\n"
        "if options.command: importlib.import_module('licenseiq_cli.' + options.module)\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout)
    assert "licenseiq_cli" in loaded
    assert not set(HEAVY) & set(loaded)


def test_the_options_are_what_the_commands_expect() -> None:
    parse = build_parser().parse_args
    assert (parse(["demo"]).users, parse(["demo"]).seed, parse(["demo"]).serve) == (None, None, None)
    assert parse(["approve", "p-1", "--reject", "not now"]).reject == "not now"
    assert parse(["approve", "p-1"]).reject is None
    assert parse(["desk", "--demo"]).poll == 0.5
    assert parse(["audit", "verify", "--json"]).json


async def _found(home: Path) -> process.Demo:
    with anyio.fail_after(15):
        while True:
            if (demo := process.find(home, "reader")) is not None:
                return demo
            await anyio.sleep(0.1)
