"""Where the stores of a home are: files in it, or schemas of a PostgreSQL database.

For the command to say, once for the process: so nobody who opens a store by its name, 'HOME/desk.db', can forget to
ask, and find an empty one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from licenseiq_tenant.postgresql.server import Server

# The database that holds the stores of a home; None: they are files in it.
Placing = Callable[[Path], "Server | None"]


def in_files(_home: Path) -> Server | None:
    """Every home holds its stores itself."""
    return None


_placing: Placing = in_files


def place_stores(placing: Placing) -> Placing:
    """Says where the stores of each home are from now on. Returns what was said before."""
    global _placing
    before, _placing = _placing, placing
    return before


def server_of(store: Path) -> Server | None:
    """The PostgreSQL database that this store is in; None for a file. Raises SettingsError."""
    return _placing(store.parent)


def exists(store: Path) -> bool:
    """Whether there is such a store. In PostgreSQL the owner has made all of them at once."""
    return server_of(store) is not None or store.exists()
