"""Reads JSON, or JSON with comments, and keeps where everything stands, so that a change can leave the rest alone."""

import json
import re
from dataclasses import dataclass

_SPACE = re.compile(r"[ \t\r\n]+")
_COMMENT = re.compile(r"//[^\r\n]*|/\*.*?\*/", re.DOTALL)
_STRING = re.compile(r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"')
_WORD = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DEEPEST = 100
_BOM = "\ufeff"


class NotJson(Exception):
    """What is wrong, in words that quote nothing of the file, and the line (from 1) where it was seen."""

    def __init__(self, what: str, line: int) -> None:
        super().__init__(what)
        self.what = what
        self.line = line


@dataclass(frozen=True, slots=True)
class Node:
    """A value at text[start:end]. `opening` is '{', '[' or '' for a scalar; only objects have members."""

    start: int
    end: int
    opening: str = ""
    members: tuple["Member", ...] = ()
    items: tuple["Node", ...] = ()

    def member(self, name: str) -> "Member | None":
        return next((member for member in self.members if member.name == name), None)


@dataclass(frozen=True, slots=True)
class Member:
    """`start` is where the key's quote stands; `comma` the one behind the value, None without."""

    name: str
    start: int
    value: Node
    comma: int | None


@dataclass(frozen=True, slots=True)
class Document:
    """`comments` are spans in order; without leave for comments there are none."""

    text: str
    root: Node
    comments: tuple[tuple[int, int], ...]


def read(text: str, *, comments: bool) -> Document:
    """Reads the whole text; `comments` also allows trailing commas. NotJson, also for keys that stand twice."""
    return _Reader(text, comments).document()


def plain(text: str, node: Node) -> object:
    """The value as json.loads would give it; a number stays text, since no entry of ours has one."""
    if node.opening == "{":
        return {member.name: plain(text, member.value) for member in node.members}
    if node.opening == "[":
        return [plain(text, item) for item in node.items]
    word = text[node.start : node.end]
    return word if word[0] in "-0123456789" else json.loads(word)


def shape(text: str, node: Node) -> object:
    """Equal for values that are written alike but for space and comments: order and every scalar's spelling count."""
    if node.opening == "{":
        return "{", tuple((member.name, shape(text, member.value)) for member in node.members)
    if node.opening == "[":
        return "[", tuple(shape(text, item) for item in node.items)
    return text[node.start : node.end]


class _Reader:
    def __init__(self, text: str, comments: bool) -> None:
        self._text = text
        self._lenient = comments
        self._at = len(_BOM) if text.startswith(_BOM) else 0
        self._comments: list[tuple[int, int]] = []

    def document(self) -> Document:
        self._skip()
        root = self._value(0)
        self._skip()
        if self._at != len(self._text):
            raise self._wrong("something stands behind the end")
        return Document(self._text, root, tuple(self._comments))

    def _value(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise self._wrong("values are nested too deeply")
        start = self._at
        if self._peek() == "{":
            return Node(start, *self._object(depth))
        if self._peek() == "[":
            return self._array(start, depth)
        found = _STRING.match(self._text, start) or _WORD.match(self._text, start)
        if found is None:
            raise self._wrong("a value is missing or misspelled")
        self._at = found.end()
        return Node(start, self._at)

    def _object(self, depth: int) -> tuple[int, str, tuple[Member, ...]]:
        members: list[Member] = []
        names: set[str] = set()
        self._step()
        while self._peek() != "}":
            if members and members[-1].comma is None:
                raise self._wrong("a comma is missing")
            key = _STRING.match(self._text, self._at)
            if key is None:
                raise self._wrong("a key in double quotes is missing")
            name = str(json.loads(key[0]))
            if name in names:
                raise self._wrong("a key stands twice in one object")
            names.add(name)
            self._at = key.end()
            self._skip()
            if self._peek() != ":":
                raise self._wrong("a colon is missing")
            self._step()
            value = self._value(depth + 1)
            self._skip()
            members.append(Member(name, key.start(), value, self._comma("}")))
        self._at += 1
        return self._at, "{", tuple(members)

    def _array(self, start: int, depth: int) -> Node:
        items: list[Node] = []
        more = True
        self._step()
        while self._peek() != "]":
            if not more:
                raise self._wrong("a comma is missing")
            items.append(self._value(depth + 1))
            self._skip()
            more = self._comma("]") is not None
        self._at += 1
        return Node(start, self._at, "[", items=tuple(items))

    def _comma(self, closing: str) -> int | None:
        if self._peek() != ",":
            return None
        comma = self._at
        self._step()
        if self._peek() == closing and not self._lenient:
            raise self._wrong("a comma stands before a closing bracket")
        return comma

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _step(self) -> None:
        self._at += 1
        self._skip()

    def _skip(self) -> None:
        while True:
            if found := _SPACE.match(self._text, self._at):
                self._at = found.end()
            elif self._lenient and (found := _COMMENT.match(self._text, self._at)):
                self._comments.append(found.span())
                self._at = found.end()
            else:
                return

    def _wrong(self, what: str) -> NotJson:
        if self._at >= len(self._text):
            what = "it ends too early"
        elif self._text.startswith(("//", "/*"), self._at) and not self._lenient:
            what = "it has a comment, which this client does not allow"
        return NotJson(what, len(re.findall(r"\r\n|\r|\n", self._text[: self._at])) + 1)
