"""Adds, replaces or removes one server in the text of a client's file, and leaves every other character alone.

Each result is read again, and refused (`EditFailed`) if anything but our entry differs.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from licenseiq_cli.clients.json_spans import Document, Node, plain, read, shape

_NEWLINE = re.compile(r"\r\n|\n|\r")


class EditFailed(Exception):
    """The change cannot be made without touching something else; the words say what, and quote nothing."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Which entry of a file is ours: `name` in the object `section`; `comments`: JSON with comments."""

    section: str
    name: str
    comments: bool

    def open(self, text: str) -> Document:
        """The text, read. NotJson; EditFailed where the file or its section is no object. Blank counts as {}."""
        document = read(text if not _is_blank(text) else text.strip() + "{}", comments=self.comments)
        if document.root.opening != "{":
            raise EditFailed("it is no JSON object")
        section = document.root.member(self.section)
        if section is not None and section.value.opening != "{":
            raise EditFailed(f'its "{self.section}" is no object')
        return document


def entry_in(text: str, spot: Spot) -> object | None:
    """Our entry as it stands there; None without. NotJson, EditFailed."""
    document = spot.open(text)
    node = _entry(document, spot)
    return None if node is None else plain(document.text, node)


def has_section(text: str, spot: Spot) -> bool:
    return spot.open(text).root.member(spot.section) is not None


def with_entry(text: str, spot: Spot, entry: Mapping[str, object]) -> str:
    """The text with our entry added or replaced. NotJson, EditFailed."""
    document = spot.open(text)
    section = document.root.member(spot.section)
    ours = _entry(document, spot)
    if ours is not None:
        if any(ours.start < start < ours.end for start, _ in document.comments):
            raise EditFailed("the entry that is there holds comments, which would be lost; remove it first")
        margin = _margin(document.text, ours.start)
        changed = document.text[: ours.start] + _Layout(document).render(entry, margin) + document.text[ours.end :]
    elif section is not None:
        changed = _Layout(document).add(section.value, spot.name, entry)
    else:
        changed = _Layout(document).add(document.root, spot.section, {spot.name: entry})
        if _is_blank(text):
            changed += "\n"
    verify(document, spot.open(changed), spot, entry)
    return changed


def without_entry(text: str, spot: Spot, *, drop_section: bool) -> str:
    """The text without our entry; `drop_section`: an empty section goes too. NotJson, EditFailed."""
    document = spot.open(text)
    changed = _remove(document, (spot.section, spot.name))
    after = spot.open(changed)
    verify(document, after, spot, None)
    section = after.root.member(spot.section)
    if drop_section and section is not None and not section.value.members and not _comments_in(after, section.value):
        changed = _remove(after, (spot.section,))
        verify(document, spot.open(changed), spot, None)
    return changed


class _Layout:
    """How a file is indented, and new members in that manner."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.text
        newline = _NEWLINE.search(document.text)
        self._newline = newline[0] if newline else "\n"
        members = document.root.members
        self._one_line = bool(members) and not self._on_lines(document.root)
        self._unit = (_margin(self._text, members[0].start) if members and not self._one_line else "") or "  "

    def render(self, value: object, margin: str) -> str:
        if self._one_line:
            return json.dumps(value, ensure_ascii=False)
        text = json.dumps(value, ensure_ascii=False, indent=self._unit)
        return text.replace("\n", self._newline + margin)

    def add(self, parent: Node, name: str, value: object) -> str:
        """The whole text with a member more at the end of `parent`."""
        text = self._text
        last = parent.members[-1] if parent.members else None
        margin = _margin(text, last.start if last else parent.start) + ("" if last else self._unit)
        behind = parent.start + 1 if last is None else last.value.end if last.comma is None else last.comma + 1
        spans = [span for span in self._document.comments if behind <= span[0] < parent.end]
        place = spans[-1][1] if spans else behind
        before_comma, lead, tail = "", self._newline + margin, ""
        if self._one_line or (last is not None and not self._on_lines(parent)):
            lead = " " if last is not None or spans else ""
        if spans and text.startswith("//", spans[-1][0]):
            lead = self._newline + margin
        if last is not None:
            before_comma, tail = ("", ",") if last.comma is not None else (",", "")
        elif not self._one_line and not _NEWLINE.search(text, place, parent.end):
            tail = self._newline + _margin(text, parent.start)
        member = f"{json.dumps(name)}: {self.render(value, margin)}"
        return f"{text[:behind]}{before_comma}{text[behind:place]}{lead}{member}{tail}{text[place:]}"

    def _on_lines(self, parent: Node) -> bool:
        """Whether its first key begins a line."""
        before = self._text[parent.start + 1 : parent.members[0].start]
        return bool(_NEWLINE.search(before)) and not before.rpartition("\n")[2].strip()


def _remove(document: Document, path: tuple[str, ...]) -> str:
    """The text without the member at `path`, its comma, and the space before it."""
    text, parent = document.text, document.root
    for name in path[:-1]:
        member = parent.member(name)
        if member is None:
            raise EditFailed("the entry is not there")
        parent = member.value
    index = next((n for n, member in enumerate(parent.members) if member.name == path[-1]), None)
    if index is None:
        raise EditFailed("the entry is not there")
    ours = parent.members[index]
    earlier = parent.members[index - 1] if index else None
    comma = ours.comma if ours.comma is not None else earlier.comma if earlier else None
    before = [end for _, end in document.comments if end <= ours.start]
    ends = [earlier.value.end, (earlier.comma or 0) + 1] if earlier else []
    start = max([parent.start + 1, *before, *ends])
    rest = ours.value.end if ours.comma is None else ours.comma + 1
    if _ends_line_comment(document, start) and not _NEWLINE.match(text[rest:].lstrip(" \t")):
        # What follows would become part of the comment.
        start = ours.start
    cuts = sorted([(start, ours.value.end)] + ([(comma, comma + 1)] if comma is not None else []), reverse=True)
    for begin, end in cuts:
        text = text[:begin] + text[end:]
    return text


def verify(before: Document, after: Document, spot: Spot, entry: Mapping[str, object] | None) -> None:
    """EditFailed unless everything but our entry is as it was, comments too, and our entry is `entry` (None: gone)."""
    node = _entry(after, spot)
    same = (
        _others(before, spot) == _others(after, spot)
        and _comments_outside(before, spot) == _comments_outside(after, spot)
        and (None if node is None else plain(after.text, node)) == entry
    )
    if not same:
        raise EditFailed("the change would touch more than the entry")


def _others(document: Document, spot: Spot) -> tuple[object, object]:
    section = document.root.member(spot.section)
    around = [(m.name, shape(document.text, m.value)) for m in document.root.members if m.name != spot.section]
    inside = section.value.members if section else ()
    return around, [(m.name, shape(document.text, m.value)) for m in inside if m.name != spot.name]


def _comments_outside(document: Document, spot: Spot) -> list[str]:
    node = _entry(document, spot)
    inside = _comments_in(document, node) if node else ()
    return [document.text[start:end] for start, end in document.comments if (start, end) not in inside]


def _comments_in(document: Document, node: Node) -> list[tuple[int, int]]:
    return [(start, end) for start, end in document.comments if node.start < start < node.end]


def _entry(document: Document, spot: Spot) -> Node | None:
    section = document.root.member(spot.section)
    ours = section.value.member(spot.name) if section else None
    return ours.value if ours else None


def _ends_line_comment(document: Document, place: int) -> bool:
    return any(end == place and document.text.startswith("//", start) for start, end in document.comments)


def _margin(text: str, place: int) -> str:
    """The white space that the line of this place begins with."""
    line = re.split(r"[\r\n]", text[:place])[-1]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _is_blank(text: str) -> bool:
    return not text.removeprefix("\ufeff").strip(" \t\r\n")
