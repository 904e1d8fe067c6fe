"""`licenseiq.toml` is changed line by line, and left alone where that could harm it."""

import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenseiq.errors import SettingsError
from licenseiq_cli.settings_file import change, changed

CANARY = "canary-7f3a"


def test_comments_order_and_other_keys_stay_as_they_are() -> None:
    before = "# ours\nread_only = true  # on purpose\n\ntenant_id = 'old'   # the old one\nprivacy = \"names\""
    after = changed(before, {"tenant_id": "new", "client_id": "c", "graph_url": None})
    assert after == (
        '# ours\nread_only = true  # on purpose\n\ntenant_id = "new"   # the old one\nprivacy = "names"\n'
        'client_id = "c"\n'
    )


def test_line_ends_of_windows_stay() -> None:
    assert changed('privacy = "names"\r\n', {"tenant_id": "t"}) == 'privacy = "names"\r\ntenant_id = "t"\r\n'


def test_a_path_with_backslashes_and_quotes_is_read_back_as_it_was() -> None:
    path = 'C:\\Users\\Ana "the admin"\\reader.pem'
    assert tomllib.loads(changed("", {"certificate_path": path})) == {"certificate_path": path}


def test_removing_a_key_takes_its_line_and_nothing_else() -> None:
    assert changed('a = 1\ntenant_id = "t"\nb = 2\n', {"tenant_id": None, "client_id": None}) == "a = 1\nb = 2\n"


@pytest.mark.parametrize(
    "text",
    [
        'tenant_id = """\nold"""\n',
        '"tenant_id" = "old"\n',
        "tenant_id = 5\n",
        'note = """\ntenant_id = "x"\n"""\n',
    ],
)
def test_what_cannot_be_changed_safely_is_refused_with_the_keys(text: str) -> None:
    with pytest.raises(SettingsError, match="by hand: tenant_id") as caught:
        changed(text, {"tenant_id": CANARY})
    assert CANARY not in str(caught.value)


def test_a_key_of_a_table_is_not_taken_for_ours() -> None:
    after = changed('[other]\ntenant_id = "x"\n', {"client_id": "c"})
    assert tomllib.loads(after) == {"client_id": "c", "other": {"tenant_id": "x"}}


def test_a_file_that_is_no_toml_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "licenseiq.toml"
    file.write_text("tenant_id = \n", encoding="utf-8")
    with pytest.raises(SettingsError, match="not valid TOML"):
        change(tmp_path, {"tenant_id": "t"})
    assert file.read_text(encoding="utf-8") == "tenant_id = \n"


@pytest.mark.skipif(os.name != "posix", reason="Windows guards the folder by its ACL")
def test_the_file_is_this_accounts_alone_a_link_is_followed_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles" / "licenseiq.toml"
    elsewhere.parent.mkdir()
    elsewhere.write_text('privacy = "names"\n', encoding="utf-8")
    home = tmp_path / "home"
    home.mkdir()
    (home / "licenseiq.toml").symlink_to(elsewhere)
    change(home, {"tenant_id": "t"})
    assert (home / "licenseiq.toml").is_symlink()
    assert tomllib.loads(elsewhere.read_text(encoding="utf-8")) == {"privacy": "names", "tenant_id": "t"}
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o600
    assert [path.name for path in elsewhere.parent.iterdir()] == ["licenseiq.toml"]


def test_forgetting_in_an_empty_home_makes_no_file(tmp_path: Path) -> None:
    change(tmp_path, {"tenant_id": None})
    assert list(tmp_path.iterdir()) == []


@given(
    before=st.lists(
        st.sampled_from(['privacy = "names"', "# note", "", "read_only = true", "tenant_id = 'x' # c", 'client_id="y"'])
        | st.text(max_size=12),
        max_size=6,
        unique=True,
    ),
    value=st.none() | st.text(max_size=12),
)
def test_any_file_is_changed_in_that_one_key_or_refused(before: list[str], value: str | None) -> None:
    text = "\n".join(before)
    try:
        after = changed(text, {"tenant_id": value})
    except SettingsError:
        return
    expected = {key: what for key, what in tomllib.loads(text).items() if key != "tenant_id"}
    assert tomllib.loads(after) == (expected if value is None else {**expected, "tenant_id": value})
