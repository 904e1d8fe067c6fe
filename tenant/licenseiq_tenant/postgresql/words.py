"""Our SQL in PostgreSQL's words: there is one copy of each statement, and it is written for SQLite.

What differs is few and mechanical: marks for values, names of types, one aggregate, and `INSERT OR REPLACE`. Text
compares and sorts by its bytes, as SQLite does. Migrations keep to statements that both understand.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

_LITERAL = re.compile(r"('(?:[^']|'')*')")
_REPLACING = re.compile(r"INSERT OR REPLACE INTO (\w+)")
_WORDS = (
    (re.compile(r"\bGROUP_CONCAT\("), "STRING_AGG("),
    (re.compile(r"\?"), "%s"),
)
_TYPES = (
    (re.compile(r"\) WITHOUT ROWID"), ")"),
    (re.compile(r"\bBLOB\b"), "BYTEA"),
    (re.compile(r"\bINTEGER\b"), "BIGINT"),
    (re.compile(r"\bREAL\b"), "DOUBLE PRECISION"),
    (re.compile(r"(?<=\w )TEXT\b"), 'TEXT COLLATE "C"'),
    (re.compile(r"\blower\(hex\((\w+)\)\)"), r"encode(\1, 'hex')"),
)


@lru_cache(maxsize=2048)
def query(text: str) -> str:
    """A statement with marks as psycopg wants it. Literals stay as they are."""
    parts = _LITERAL.split(text)
    for place in range(0, len(parts), 2):
        parts[place] = parts[place].replace("%", "%%")
        for ours, theirs in _WORDS:
            parts[place] = ours.sub(theirs, parts[place])
    for place in range(1, len(parts), 2):
        parts[place] = parts[place].replace("%", "%%")
    return "".join(parts)


def definition(text: str) -> str:
    """A statement of a migration, which holds no values."""
    for ours, theirs in _TYPES:
        text = ours.sub(theirs, text)
    return text


def replaced_table(text: str) -> str | None:
    """The table of an `INSERT OR REPLACE`; None for any other statement."""
    found = _REPLACING.match(text)
    return found[1] if found else None


def replacing(text: str, columns: Sequence[str], key: Sequence[str]) -> str:
    """An `INSERT OR REPLACE` into a table of these columns, by its primary key."""
    rest = [column for column in columns if column not in key]
    then = f"UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in rest)}" if rest else "NOTHING"
    return f"{text.replace('INSERT OR REPLACE', 'INSERT', 1)} ON CONFLICT ({', '.join(key)}) DO {then}"
