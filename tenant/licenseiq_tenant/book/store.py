"""The store of what the customer says. It cannot be read again from anywhere, so it survives a power cut."""

from pathlib import Path

from licenseiq_tenant.database import Database

FILE = "book.db"


def open_book(home: Path) -> Database:
    """The book of a home, made where there is none. Blocking."""
    return Database(home / FILE, "licenseiq_tenant.book.migrations", durability="FULL", secure_delete=True)
