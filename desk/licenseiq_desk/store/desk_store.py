"""Everything the desk keeps, opened together: its database, the subjects' keys, and the ledger's."""

from dataclasses import dataclass
from pathlib import Path

from licenseiq_desk.ledger import about
from licenseiq_desk.ledger.book import Ledger
from licenseiq_desk.store.subject_keys import SubjectKeys
from licenseiq_tenant.database import Database
from licenseiq_tenant.desk_state import DESK_FILE

KEYS = "keys"


@dataclass(frozen=True, slots=True)
class DeskStore:
    home: Path
    database: Database
    keys: SubjectKeys
    ledger: Ledger

    def close(self) -> None:
        self.database.close()
        self.keys.close()

    @property
    def keys_folder(self) -> Path:
        """Where keys lie: outside of the database and of its backups."""
        return self.home / KEYS

    @property
    def stop_file(self) -> Path:
        """While this file exists no step is taken."""
        return self.home / "STOP"


def open_store(home: Path) -> DeskStore:
    """Opens or makes the desk's store in `home`."""
    database = Database(home / DESK_FILE, "licenseiq_desk.store.migrations", durability="FULL", secure_delete=True)
    about.complete(database)
    return DeskStore(home, database, SubjectKeys(home / KEYS), Ledger(home / KEYS))
