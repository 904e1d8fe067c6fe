"""Values as SQLite takes and gives them: yes and no are 1 and 0, and sums of whole numbers are whole numbers."""

from typing import TYPE_CHECKING, Any

from psycopg.adapt import Loader
from psycopg.types.numeric import Int8Dumper
from psycopg.types.string import StrDumperUnknown

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.abc import Buffer


class _YesOrNo(Int8Dumper):
    def dump(self, obj: Any) -> bytes:
        return b"1" if obj else b"0"


class _Text(StrDumperUnknown):
    def dump(self, obj: str) -> "Buffer | None":
        """PostgreSQL's text cannot hold the character NUL, which a hostile name may."""
        return super().dump(obj.replace("\0", "\ufffd"))


class _Number(Loader):
    def load(self, data: "Buffer") -> int | float:
        text = bytes(data).decode()
        return float(text) if "." in text else int(text)


def as_on_sqlite(connection: "Connection[Any]") -> None:
    connection.adapters.register_dumper(bool, _YesOrNo)
    connection.adapters.register_dumper(str, _Text)
    connection.adapters.register_loader("numeric", _Number)
