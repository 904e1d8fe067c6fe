"""What the documents promise is so: commands, settings, permissions, tools, links and files."""

import re
import shlex
from pathlib import Path

import pytest

from licenseiq.readings import NAMES
from licenseiq_cli.arguments import build_parser
from licenseiq_cli.settings import load_settings
from tests.snapshots import policy_keys, readme_tools
from tests.snapshots.update import COMMAND

TOP = Path(__file__).resolve().parent.parent
README = (TOP / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*TOP.glob("*.md"), *(TOP / "docs").glob("*.md")])

_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
# To two spaces, where the tables of the report explain a command, or to the end of the line or of the code.
_COMMAND = re.compile(r"(?<![\w./\"-])licenseiq (?=[a-z])([^`\n]+?)(?=  |`|$)", re.MULTILINE)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_FILE = re.compile(r"`((?:core|tenant|tools|server|desk|demo|cli|tests|docs|bench|\.ci)/[\w./-]*)`")


def commands(text: str) -> list[str]:
    """What stands after `licenseiq` wherever code shows the command."""
    return [found for code in _CODE.findall(text) for found in _COMMAND.findall(code)]


def test_what_counts_as_a_command_is_found() -> None:
    text = (
        "`licenseiq demo`, `uv run licenseiq scan --json`\n```\n$ licenseiq approve p-1  read it\nlicenseiq demo\n```\n"
    )
    assert commands(text) == ["demo", "scan --json", "approve p-1", "demo"]


@pytest.mark.parametrize("command", ["uv run licenseiq demo", "uv run pytest"])
def test_the_two_first_commands_stand_on_lines_of_their_own(command: str) -> None:
    assert f"\n```\npip install uv && {command}\n```\n" in README


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_in_a_document_can_be_typed(document: Path) -> None:
    for command in commands(document.read_text(encoding="utf-8")):
        try:
            build_parser().parse_args(shlex.split(command))
        except SystemExit:
            pytest.fail(f"{document.name}: the parser refuses 'licenseiq {command}'")


def test_the_readme_shows_commands_at_all() -> None:
    assert {command.split()[0] for command in commands(README)} >= {"demo", "serve", "approve", "connect", "audit"}


def test_the_table_of_tools_is_the_one_of_now() -> None:
    assert readme_tools.in_readme() == readme_tools.table(), f"run {COMMAND}"


def test_the_table_of_the_policys_keys_is_the_one_of_now() -> None:
    assert policy_keys.in_document() == policy_keys.table(), f"run {COMMAND}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_relative_link_and_named_file_exists(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    linked = [document.parent / link for link in _LINK.findall(text) if "://" not in link]
    named = [TOP / file for file in _FILE.findall(text)]
    missing = [str(path) for path in linked + named if not path.exists()]
    assert not missing, f"{document.name} names what is not there: {missing}"


def test_every_setting_of_the_readme_is_one(tmp_path: Path) -> None:
    names = set(re.findall(r"\bLICENSEIQ_[A-Z_]+", README)) - {"LICENSEIQ_HOME"}
    assert names
    load_settings({"LICENSEIQ_HOME": str(tmp_path), **dict.fromkeys(names, "")})


def test_every_permission_that_a_reading_needs_stands_in_the_readme() -> None:
    needed = {permission for _, permission in NAMES.values() if permission}
    assert set(re.findall(r"^\| `(\w+\.Read(?:\.\w+)?)` \|", README, re.MULTILINE)) == needed
