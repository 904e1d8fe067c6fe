"""`licenseiq install`: a client's file gets one entry, and loses nothing."""

import json
import os
import stat
import sys
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

import pytest

from licenseiq.errors import Refused, SettingsError
from licenseiq_cli.clients.change import install, undo
from licenseiq_cli.clients.entry import Machine, checkout_of, entry_for
from licenseiq_cli.clients.files import replace
from licenseiq_cli.clients.known import CLIENTS, Client, client_of
from licenseiq_cli.clients.places import packaged_claudes, place_of
from licenseiq_cli.main import main
from tests.cli.client_files import ENTRY, NOW, STRICT, VSCODE, copies, installed, written

TOP = Path(__file__).resolve().parents[2]

LINUX, MAC, WINDOWS = PurePosixPath("/home/a"), PurePosixPath("/Users/a"), PureWindowsPath(r"C:\Users\a")
APPDATA, XDG = {"APPDATA": r"D:\Roaming"}, {"XDG_CONFIG_HOME": "/settings"}
PACKAGE = r"C:\Users\a\AppData\Local\Packages\Claude_x1\LocalCache\Roaming\Claude\claude_desktop_config.json"


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of a person with nothing set, on Linux; the current folder is another."""
    for name in list(os.environ):
        if name.startswith(("LICENSEIQ_", "AZURE_", "XDG_", "UV_")):
            monkeypatch.delenv(name)
    home = tmp_path / "user"
    here = tmp_path / "here"
    home.mkdir()
    here.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.chdir(here)
    return home


@pytest.mark.parametrize(
    ("client", "platform", "environ", "home", "file"),
    [
        ("claude-desktop", "linux", {}, LINUX, "/home/a/.config/Claude/claude_desktop_config.json"),
        ("claude-desktop", "linux", XDG, LINUX, "/settings/Claude/claude_desktop_config.json"),
        (
            "claude-desktop",
            "linux",
            {"XDG_CONFIG_HOME": "here"},
            LINUX,
            "/home/a/.config/Claude/claude_desktop_config.json",
        ),
        (
            "claude-desktop",
            "darwin",
            XDG,
            MAC,
            "/Users/a/Library/Application Support/Claude/claude_desktop_config.json",
        ),
        ("claude-desktop", "win32", APPDATA, WINDOWS, r"D:\Roaming\Claude\claude_desktop_config.json"),
        ("claude-desktop", "win32", {}, WINDOWS, r"C:\Users\a\AppData\Roaming\Claude\claude_desktop_config.json"),
        ("vscode", "linux", {}, LINUX, "/home/a/.config/Code/User/mcp.json"),
        ("vscode", "darwin", {}, MAC, "/Users/a/Library/Application Support/Code/User/mcp.json"),
        ("vscode", "win32", APPDATA, WINDOWS, r"D:\Roaming\Code\User\mcp.json"),
        ("cursor", "linux", XDG, LINUX, "/home/a/.cursor/mcp.json"),
        ("cursor", "darwin", {}, MAC, "/Users/a/.cursor/mcp.json"),
        ("cursor", "win32", APPDATA, WINDOWS, r"C:\Users\a\.cursor\mcp.json"),
        ("claude-code", "linux", {}, LINUX, "/home/a/here/.mcp.json"),
        ("claude-code", "win32", {}, WINDOWS, r"C:\Users\a\here\.mcp.json"),
    ],
)
def test_each_client_has_its_file(
    client: str, platform: str, environ: dict[str, str], home: PurePath, file: str
) -> None:
    place = place_of(client_of(client), platform, environ, home, home / "here")
    assert str(place.file) == file
    assert place.folder in place.file.parents


def test_claude_desktop_from_a_package_reads_the_file_of_its_package(tmp_path: Path) -> None:
    for name in ("Claude_x1/LocalCache/Roaming/Claude", "Claude_never_started", "Other_1/LocalCache/Roaming/Claude"):
        (tmp_path / "Packages" / name).mkdir(parents=True)
    packages = packaged_claudes(tmp_path)
    desktop = client_of("claude-desktop")
    assert str(place_of(desktop, "win32", APPDATA, WINDOWS, WINDOWS, packages).file) == PACKAGE
    with pytest.raises(Refused, match="--config"):
        place_of(desktop, "win32", APPDATA, WINDOWS, WINDOWS, [*packages, "Claude_x2"])


def test_the_command_is_the_script_beside_python_or_python_itself_or_uv_in_a_checkout(tmp_path: Path) -> None:
    desktop, python = client_of("claude-desktop"), tmp_path / "python"
    machine = Machine(python, TOP, "/bin/uv")
    module = {"command": str(python), "args": ["-m", "licenseiq_cli.main", "serve"]}
    assert entry_for(desktop, machine, {}, demo=False) == module
    script = written(tmp_path, "", "licenseiq")
    assert entry_for(desktop, machine, {}, demo=True) == {"command": str(script), "args": ["serve", "--demo"]}
    under_uv = {"UV_RUN_RECURSION_DEPTH": "1"}
    expected = {"command": "/bin/uv", "args": ["run", "--directory", str(TOP), "licenseiq", "serve"]}
    assert entry_for(desktop, machine, under_uv, demo=False) == expected
    assert entry_for(desktop, Machine(python, None, "/bin/uv"), under_uv, demo=False)["command"] == str(script)


def test_only_a_folder_with_our_sources_is_a_checkout(tmp_path: Path) -> None:
    module = tmp_path / "cli" / "licenseiq_cli" / "install.py"
    assert checkout_of(TOP / "cli" / "licenseiq_cli" / "install.py") == TOP
    assert checkout_of(module) is None
    written(tmp_path, '[project]\nname = "another"\n', "pyproject.toml")
    assert checkout_of(module) is None


def test_a_path_that_is_no_text_is_refused() -> None:
    with pytest.raises(SettingsError, match="UTF-8"):
        entry_for(client_of("cursor"), Machine(Path("/a\udcff/python"), None, None), {}, demo=True)


def test_no_secret_is_written_and_the_person_is_told(
    user: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (user / ".cursor").mkdir()
    tenant = "6fd2c87f-b296-42f0-b197-1e91e994b900"
    monkeypatch.setenv("LICENSEIQ_TENANT_ID", tenant)
    monkeypatch.setenv("LICENSEIQ_CLIENT_ID", tenant)
    monkeypatch.setenv("LICENSEIQ_READ_ONLY", "true")
    monkeypatch.setenv("LICENSEIQ_GRAPH_URL", "http://localhost:8080/v1.0")
    monkeypatch.setenv("LICENSEIQ_GRAPH_TOKEN", "s3cret-token")
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "s3cret-azure")
    assert main(["install", "cursor"]) == 0
    text, said = (user / ".cursor" / "mcp.json").read_text(), capsys.readouterr().out
    assert set(json.loads(text)["mcpServers"]["licenseiq"]["env"]) == {
        "LICENSEIQ_TENANT_ID",
        "LICENSEIQ_CLIENT_ID",
        "LICENSEIQ_GRAPH_URL",
    }
    assert "s3cret" not in text + said
    assert "LICENSEIQ_GRAPH_TOKEN, AZURE_CLIENT_SECRET" in said
    assert "licenseiq connect" in said
    assert "Not handed on: LICENSEIQ_READ_ONLY. Set read_only in " in said


def test_a_mode_of_privacy_that_the_chat_will_not_see_is_told_for_the_demo_too(
    user: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LICENSEIQ_HOME", str(user / "state"))
    monkeypatch.setenv("LICENSEIQ_PRIVACY", "pseudonyms")
    monkeypatch.setenv("LICENSEIQ_TENANT_ID", "not looked at")
    (user / ".cursor").mkdir()
    assert main(["install", "cursor", "--demo"]) == 0
    said = capsys.readouterr().out
    file = user / "state" / "demo" / "licenseiq.toml"
    assert f"Not handed on: LICENSEIQ_PRIVACY. Set privacy in {file}" in said
    assert "LICENSEIQ_TENANT_ID" not in said


def test_the_demo_gets_a_name_of_its_own_and_no_tenant(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (user / ".config" / "Code").mkdir(parents=True)
    monkeypatch.setenv("LICENSEIQ_HOME", "~/state")
    monkeypatch.setenv("LICENSEIQ_TENANT_ID", "6fd2c87f-b296-42f0-b197-1e91e994b900")
    assert main(["install", "vscode", "--demo"]) == 0
    servers = json.loads((user / ".config" / "Code" / "User" / "mcp.json").read_text())["servers"]
    assert servers["licenseiq-demo"]["type"] == "stdio"
    assert servers["licenseiq-demo"]["args"][-2:] == ["serve", "--demo"]
    assert servers["licenseiq-demo"]["env"] == {"LICENSEIQ_HOME": str(user / "state")}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_print_shows_the_snippet_and_changes_nothing(
    client: Client, user: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = client.name
    assert main(["install", name, "--print", "--demo"]) == 0
    said = capsys.readouterr().out
    file, _, rest = said.removeprefix("Add this to ").partition("\n")
    snippet, _ = json.JSONDecoder().raw_decode(rest.strip())
    assert snippet[client.section]["licenseiq-demo"]["args"][-1] == "--demo"
    assert Path(file).is_absolute()
    assert not list(user.rglob("*"))
    assert not list(Path.cwd().iterdir())


def test_a_client_that_is_not_installed_gets_no_folder(user: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["install", "claude-desktop", "--demo"]) == 1
    said = capsys.readouterr().err
    assert "does not seem to be installed" in said
    assert "--print" in said
    assert not list(user.rglob("*"))


def test_an_install_says_what_to_do_next_and_a_second_one_that_it_is_there(
    user: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(user, '{"mcpServers": {}}', "a.json")
    assert main(["install", "claude-desktop", "--demo", "--config", str(file)]) == 0
    said = capsys.readouterr().out
    assert str(copies(file)[0]) in said
    assert "start it again" in said
    assert "How healthy are our licences?" in said
    once = file.read_bytes()
    assert main(["install", "claude-desktop", "--demo", "--config", "~/a.json"]) == 0
    assert "already there" in capsys.readouterr().out
    assert file.read_bytes() == once
    assert len(copies(file)) == 1
    assert main(["install", "claude-desktop", "--demo", "--config", str(file), "--undo"]) == 0
    assert str(copies(file)[1]) in capsys.readouterr().out
    assert file.read_text() == '{"mcpServers": {}}'


def test_an_entry_that_differs_is_replaced_and_the_other_of_ours_stays(tmp_path: Path) -> None:
    file = written(
        tmp_path, '{"mcpServers": {"licenseiq": {"command": "old"}, "licenseiq-demo": {"command": "demo"}}, "x": 1}'
    )
    before = file.read_bytes()
    assert installed(file) == "replaced"
    assert json.loads(file.read_text()) == {
        "mcpServers": {"licenseiq": ENTRY, "licenseiq-demo": {"command": "demo"}},
        "x": 1,
    }
    assert copies(file)[0].read_bytes() == before


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give files away")
def test_under_sudo_the_file_stays_its_owners(tmp_path: Path) -> None:
    file = written(tmp_path, "{}")
    os.chown(file, 1234, 1235)
    installed(file)
    for path in (file, *copies(file)):
        assert (path.stat().st_uid, path.stat().st_gid) == (1234, 1235)


def test_a_file_that_is_missing_is_created_and_needs_no_copy(tmp_path: Path) -> None:
    file = tmp_path / "User" / "mcp.json"
    change = install(file, tmp_path, "VS Code", VSCODE, ENTRY, NOW)
    assert (change.done, change.copy) == ("added", None)
    assert json.loads(file.read_text()) == {"servers": {"licenseiq": ENTRY}}


@pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")
def test_a_link_stays_a_link_and_modes_stay(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    real = written(tmp_path / "dotfiles", "{}")
    real.chmod(0o640)
    link = tmp_path / "mcp.json"
    link.symlink_to(real)
    installed(link)
    assert link.is_symlink()
    assert "licenseiq" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    (copy,) = copies(real)
    assert copy.name == "mcp.json.licenseiq-backup-20261124T093000000000Z"
    assert (copy.read_text(), stat.S_IMODE(copy.stat().st_mode)) == ("{}", 0o640)


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_links_in_a_circle_and_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    for path in (tmp_path / "a", tmp_path):
        with pytest.raises(Refused):
            installed(path)


def test_a_file_that_another_program_has_just_changed_is_left_alone(tmp_path: Path) -> None:
    file = written(tmp_path, '{"new": 1}')
    with pytest.raises(Refused, match="another program"):
        replace(file, b"{}", b'{"ours": 1}')
    assert file.read_text() == '{"new": 1}'
    assert list(tmp_path.iterdir()) == [file]


def test_undo_takes_only_our_entry_when_the_file_has_changed_since(tmp_path: Path) -> None:
    file = written(tmp_path, '{\n  "theme": "dark"\n}\n')
    installed(file)
    file.write_text(file.read_text().replace('"dark"', '"light"'))
    assert undo(file, STRICT, NOW).done == "removed"
    assert file.read_text() == '{\n  "theme": "light"\n}\n'
    assert undo(file, STRICT, NOW).done == "not there"


def test_undo_leaves_an_empty_section_that_was_not_ours(tmp_path: Path) -> None:
    file = written(tmp_path, '{"a": 1, "mcpServers": {}}')
    installed(file)
    file.write_text(file.read_text().replace("1", "2", 1))
    undo(file, STRICT, NOW)
    assert file.read_text() == '{"a": 2, "mcpServers": {}}'


def test_undo_of_what_was_pasted_by_hand_guesses_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, '{"mcpServers": {"licenseiq": {}}}')
    assert undo(file, STRICT, NOW).done == "removed"
    assert file.read_text() == '{"mcpServers": {}}'
    assert undo(tmp_path / "none.json", STRICT, NOW).done == "not there"
