"""What was read of a tenant, looked at under any policy and without asking Microsoft Graph."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from licenseiq.context import TenantView
from licenseiq.errors import NotReady
from licenseiq.evaluate import evaluate
from licenseiq.evaluation import Evaluation
from licenseiq.policy import Policy
from licenseiq.readings import Source
from licenseiq.text import clean
from licenseiq.times import parse_iso
from licenseiq_tenant.book import ExceptionBook, HistoryBook, HrBook, PriceBooks, open_book
from licenseiq_tenant.database import Database
from licenseiq_tenant.live import FILE
from licenseiq_tenant.places import exists
from licenseiq_tenant.scan.evaluating import Evaluating
from licenseiq_tenant.snapshot import exclusions

_MOST_SHOWN = 5


class Offline:
    """One tenant of a home, as of its newest evaluation. Blocking."""

    def __init__(self, database: Database, book: Database, tenant_id: str, as_of: datetime) -> None:
        self.tenant_id = tenant_id
        self.as_of = as_of
        self.exceptions = ExceptionBook(book, tenant_id)
        self._database = database
        self._books = PriceBooks(book, tenant_id)
        self.hr = HrBook(book, tenant_id)
        self._history = HistoryBook(book, tenant_id)

    def evaluate(self, policy: Policy) -> Evaluation:
        """What the rules find in the newest reading under this policy, with the prices and exceptions of now. Nothing
        is stored."""
        return evaluate(self.view(policy))

    def view(self, policy: Policy) -> TenantView:
        """What the rules see under this policy."""
        return self._read(policy)[1]

    def without_meaning(self, policy: Policy) -> tuple[str, ...]:
        """Sentences on what of the policy means nobody here: accounts that nobody has, groups that were not read."""
        generations, view = self._read(policy)
        said = []
        if view.context.is_read(Source.USERS):
            known = {one.user_id for one in view.people}
            known |= {(one.user_principal_name or "").lower() for one in view.people}
            for key, listed, then in (
                ("protected_accounts", policy.protected_user_ids, "protects"),
                ("service_accounts", policy.service_user_ids, "marks"),
            ):
                if missing := listed - known:
                    said.append(f"{key}: nobody who was read is called {_few(missing)}; such an entry {then} nobody.")
        with self._database.read() as db:
            unread = exclusions.unread(db, self.tenant_id, generations, policy.excluded_group_ids)
        if unread:
            said.append(
                f"excluded_groups: who is in {_few(unread)} was not read, so that nothing is claimed of anybody who "
                "may be. Run 'licenseiq scan', and check the ids if it stays."
            )
        return tuple(said)

    def _read(self, policy: Policy) -> tuple[dict[Source, int], TenantView]:
        said = (self._books, self.exceptions, self.hr, self._history)
        found = Evaluating(self._database, self.tenant_id, lambda: policy, *said).newest_view()
        if found is None:
            raise _nothing_read()
        return found[1], found[2]


@contextmanager
def open_offline(home: Path, tenant_id: str | None = None) -> Iterator[Offline]:
    """The tenant of this id, or the one that was evaluated last. Raises NotReady where nothing was read yet."""
    if not exists(home / FILE):
        raise _nothing_read()
    with (
        closing(Database(home / FILE, "licenseiq_tenant.snapshot.migrations")) as database,
        closing(open_book(home)) as book,
    ):
        with database.read() as db:
            row = db.exec_driver_sql(
                "SELECT tenant_id, as_of FROM evaluation WHERE tenant_id = COALESCE(?, tenant_id) "
                "ORDER BY as_of DESC, number DESC LIMIT 1",
                (tenant_id,),
            ).first()
        if row is None:
            raise _nothing_read()
        yield Offline(database, book, row[0], parse_iso(row[1]))


def _few(entries: set[str] | frozenset[str]) -> str:
    shown = sorted(clean(one).text for one in entries)[:_MOST_SHOWN]
    more = len(entries) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")


def _nothing_read() -> NotReady:
    return NotReady(
        "Nothing has been read of this tenant yet.", "Run 'licenseiq scan' first, with --demo for the demo."
    )
