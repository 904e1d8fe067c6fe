"""Changes of exceptions, taken from the customer's book into the ledger, each once; and whether the two agree.

The book is a store of the people who use the command line, and only the desk writes the ledger. Between two rounds of
the desk a change is in the book alone.
"""

from pathlib import Path

from licenseiq.exception_changes import What
from licenseiq_desk.ledger.entries import Kind
from licenseiq_desk.store.desk_store import DeskStore
from licenseiq_desk.surroundings import Surroundings
from licenseiq_tenant.book.exceptions import changes_in, differences_in
from licenseiq_tenant.book.store import FILE
from licenseiq_tenant.database import read_only
from licenseiq_tenant.places import exists

_KINDS = {What.MADE: Kind.EXCEPTION_MADE, What.ENDED: Kind.EXCEPTION_ENDED}


def take_exceptions(store: DeskStore, tenant_id: str, around: Surroundings) -> int:
    """Takes every change that is new; says how many. Raises StateUnknown where the book cannot be read."""
    if not exists(_book(store)):
        return 0
    with store.database.read() as db:
        last = db.exec_driver_sql(
            "SELECT COALESCE(MAX(number), 0) FROM exception_taken WHERE tenant_id = ?", (tenant_id,)
        ).scalar()
    with read_only(_book(store)) as book:
        changes = changes_in(book, tenant_id, int(last or 0))
    for change in changes:
        body = change.body()
        with store.database.write() as db:
            row = (tenant_id, change.number)
            if db.exec_driver_sql("SELECT 1 FROM exception_taken WHERE tenant_id = ? AND number = ?", row).first():
                continue  # another process of this desk was faster
            db.exec_driver_sql(
                "INSERT INTO exception_taken (tenant_id, number, what, digest) VALUES (?, ?, ?, ?)",
                (*row, change.what.value, body["digest"]),
            )
            store.ledger.append(db, tenant_id, around.now(), _KINDS[change.what], body)
    return len(changes)


def exceptions_disagree(store: DeskStore, tenant_id: str) -> tuple[str, ...]:
    """A sentence for each way in which the book's exceptions are not those that the ledger has; none where no book lies
    in this home. Raises StateUnknown where it cannot be read."""
    if not exists(_book(store)):
        return ()
    with store.database.read() as db:
        rows = db.exec_driver_sql("SELECT number, digest FROM exception_taken WHERE tenant_id = ?", (tenant_id,)).all()
    with read_only(_book(store)) as book:
        told = {one.number: one.body()["digest"] for one in changes_in(book, tenant_id, 0)}
        wrong = differences_in(book, tenant_id)
    found = []
    if changed := sum(told.get(number) != digest for number, digest in rows):
        found.append(f"Changes of exceptions in the book that are not as the ledger has them: {changed}.")
    if wrong:
        found.append(f"Exceptions in the book that are not as 'licenseiq exceptions' made them: {wrong}.")
    return tuple(found)


def _book(store: DeskStore) -> Path:
    return store.home / FILE
