"""What `licenseiq install` does to the text of a client's file: one entry more or less, all else as it was."""

import json
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq.errors import Refused
from licenseiq_cli.clients.change import undo
from licenseiq_cli.clients.edit import EditFailed, Spot, verify, with_entry, without_entry
from tests.cli.client_files import ENTRY, NOW, STRICT, VSCODE, installed, written


def test_keys_order_and_indentation_stay(tmp_path: Path) -> None:
    before = '{\n\t"z": 1.50,\n\t"mcpServers": {\n\t\t"b": {"command": "\\u0062"}\n\t},\n\t"a": null\n}\n'
    file = written(tmp_path, before)
    assert installed(file) == "added"
    ours = ',\n\t\t"licenseiq": {\n\t\t\t"command": "/opt/licenseiq",\n\t\t\t"args": [\n\t\t\t\t"serve"\n\t\t\t]\n\t\t}'
    assert file.read_text() == before.replace('"\\u0062"}', '"\\u0062"}' + ours)
    assert undo(file, STRICT, NOW).done == "removed"
    assert file.read_text() == before


def test_byte_order_mark_and_line_ends_stay(tmp_path: Path) -> None:
    before = b'\xef\xbb\xbf{\r\n  "mcpServers": {\r\n  }\r\n}\r\n'
    file = written(tmp_path, before)
    installed(file)
    after = file.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf{\r\n")
    assert after.count(b"\n") == after.count(b"\r\n") > 6
    assert json.loads(after.decode("utf-8-sig")) == {"mcpServers": {"licenseiq": ENTRY}}
    undo(file, STRICT, NOW)
    assert file.read_bytes() == before


def test_comments_and_trailing_commas_of_vs_code_stay(tmp_path: Path) -> None:
    before = '{ // mine\n  "servers": {\n    "a": {}, // "licenseiq": {\n    /* last */\n  },\n  "inputs": [1,],\n}'
    file = written(tmp_path, before)
    installed(file, VSCODE)
    after = file.read_text()
    start = before.index("/* last */") + len("/* last */")
    assert after.startswith(before[:start] + '\n    "licenseiq": {\n      "command"')
    assert after.endswith("},\n  },\n  " + before[before.index('"inputs"') :])
    assert without_entry(after, VSCODE, drop_section=False) == before


def test_a_last_entry_with_a_comment_behind_it_keeps_its_comment_and_gets_its_comma() -> None:
    before = '{"servers": {\n  "a": {} // of a\n}}'
    after = with_entry(before, VSCODE, ENTRY)
    assert '"a": {}, // of a\n  "licenseiq": {' in after
    assert without_entry(after, VSCODE, drop_section=False) == before


def test_what_stands_behind_our_entry_never_becomes_a_comment() -> None:
    text = '{"servers": {\n  // note\n  "licenseiq": {}, "b": {}\n}}'
    after = without_entry(text, VSCODE, drop_section=False)
    assert "// note\n" in after
    assert '"b": {}' in after.partition("// note\n")[2]


def test_an_entry_of_ours_with_comments_is_not_replaced_but_can_be_removed() -> None:
    text = '{"servers": {"licenseiq": {"command": "old" /* why */}}}'
    with pytest.raises(EditFailed, match="comments"):
        with_entry(text, VSCODE, ENTRY)
    assert without_entry(text, VSCODE, drop_section=False) == '{"servers": {}}'


@pytest.mark.parametrize(
    ("after", "same"),
    [
        ('{"a": 1, "b": 2, "servers": {"c": {}, "licenseiq": {}}} // note', True),
        ('{"a": 1, "b": 2, "servers": {"c": {}, "licenseiq": {}}}', False),
        ('{"b": 2, "a": 1, "servers": {"c": {}, "licenseiq": {}}} // note', False),
        ('{"a": 1.0, "b": 2, "servers": {"c": {}, "licenseiq": {}}} // note', False),
        ('{"a": 1, "b": 2, "servers": {"c": null, "licenseiq": {}}} // note', False),
        ('{"a": 1, "b": 2, "servers": {"licenseiq": {}}} // note', False),
        ('{"a": 1, "b": 2, "servers": {"c": {}, "licenseiq": {"x": 1}}} // note', False),
        ('{"a": 1, "b": 2, "servers": {"c": {}}} // note', False),
    ],
)
def test_a_change_that_touches_anything_else_is_noticed(after: str, same: bool) -> None:
    before = VSCODE.open('{"a": 1, "b": 2, "servers": {"c": {}}} // note')
    if same:
        verify(before, VSCODE.open(after), VSCODE, {})
    else:
        with pytest.raises(EditFailed):
            verify(before, VSCODE.open(after), VSCODE, {})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{\n  "a": 1\n  "b": 2\n}', "line 3: a comma is missing"),
        ('{\n  "mcpServers": {', "line 2: it ends too early"),
        ('{\n\n  "a": 1,\n}', "line 4: a comma stands before"),
        ("{\r\n  // why\r\n}", "line 2: it has a comment"),
        ('{"a": 01}', "line 1"),
        ('{"a": NaN}', "line 1: a value is missing or misspelled"),
        ('{"a": "\t"}', "line 1"),
        ("{} {}", "something stands behind"),
        ('{"a": {\n"x": 1,\n"\\u0078": 2}}', "line 3: a key stands twice"),
        ("[]", "no JSON object"),
        ('{"mcpServers": []}', '"mcpServers" is no object'),
        ('{"a": ' + "[" * 150 + "]" * 150 + "}", "nested too deeply"),
        ('{\n"a": "ü"}'.encode("latin-1"), "not UTF-8 text, line 2"),
        ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
    ],
)
@pytest.mark.parametrize("undoing", [False, True], ids=["install", "undo"])
def test_a_file_that_is_not_fit_is_refused_with_its_line_and_left_alone(
    content: str | bytes, said: str, undoing: bool, tmp_path: Path
) -> None:
    file = written(tmp_path, content)
    before = file.read_bytes()
    with pytest.raises(Refused) as refused:
        undo(file, STRICT, NOW) if undoing else installed(file)
    assert said in str(refused.value)
    assert "Nothing was changed" in str(refused.value)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("content", [b"", b" \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_counts_as_an_empty_object(content: bytes, tmp_path: Path) -> None:
    file = written(tmp_path, content)
    installed(file)
    assert json.loads(file.read_bytes().decode("utf-8-sig")) == {"mcpServers": {"licenseiq": ENTRY}}
    undo(file, STRICT, NOW)
    assert file.read_bytes() == content


NAMES = st.sampled_from(["mcpServers", "servers", "licenseiq", "a", "ü", 'q"', "//", "/*", "{"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4) | st.sampled_from(["// x", "*/", "},", "\\"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
SECTIONS = st.dictionaries(NAMES.filter(lambda name: name != "licenseiq"), VALUES, max_size=3)


@st.composite
def files(draw: st.DrawFn, spot: Spot) -> tuple[dict[str, object], str]:
    """An object as a person might have typed it, and its text."""
    root: dict[str, object] = draw(st.dictionaries(NAMES.filter(lambda name: name != spot.section), VALUES, max_size=3))
    if draw(st.booleans()):
        root[spot.section] = draw(SECTIONS)
    chance = random.Random(draw(st.integers(0, 1000)))
    gaps = ["", " ", "\n  ", "\r\n\t", "\n\n"] + (["// c,\n", " /* } */ ", "\n// d\r\n"] if spot.comments else [])
    lead = chance.choice(["", "\ufeff"])
    return root, lead + typed(root, chance, gaps, spot.comments) + chance.choice(["", "\n"])


def typed(value: object, chance: random.Random, gaps: list[str], trailing: bool) -> str:
    def gap() -> str:
        return chance.choice(gaps)

    if not isinstance(value, dict | list) or not value:
        return gap() + json.dumps(value) + gap()
    if isinstance(value, dict):
        inside = [f"{gap()}{json.dumps(k)}{gap()}:{typed(v, chance, gaps, trailing)}" for k, v in value.items()]
    else:
        inside = [typed(item, chance, gaps, trailing) for item in value]
    last = chance.choice(["", f",{gap()}"]) if trailing else ""
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{gap()}{opening}{','.join(inside)}{last}{closing}{gap()}"


@pytest.mark.parametrize("spot", [STRICT, VSCODE], ids=["json", "with comments"])
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_install_and_undo_give_the_same_bytes(spot: Spot, data: st.DataObject) -> None:
    root, text = data.draw(files(spot))
    with tempfile.TemporaryDirectory() as folder:
        file = written(Path(folder), text)
        installed(file, spot)
        if not spot.comments:
            section = root.get(spot.section, {})
            assert isinstance(section, dict)
            expected = root | {spot.section: section | {"licenseiq": ENTRY}}
            assert json.dumps(json.loads(file.read_bytes().decode("utf-8-sig"))) == json.dumps(expected)
        undo(file, spot, NOW)
        assert file.read_bytes() == text.encode()


@pytest.mark.parametrize("spot", [STRICT, VSCODE], ids=["json", "with comments"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_without_a_copy_nothing_of_others_is_lost_either(spot: Spot, data: st.DataObject) -> None:
    root, text = data.draw(files(spot))
    back = without_entry(with_entry(text, spot, ENTRY), spot, drop_section=spot.section not in root)
    if root.get(spot.section):
        assert back == text
    else:
        assert "".join(back.split()) == "".join(text.split())
