"""Document libraries: everybody's OneDrive, and one site for the files of leavers. Made at the first look."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from licenseiq_demo.people.calendar import Calendar
from licenseiq_demo.people.person import Fields, Person

HOST = "larkfield-my.sharepoint.example"
SITES_HOST = "larkfield.sharepoint.example"
LEAVERS = "leavers"
SITE_ID = f"{SITES_HOST},7f0c1c52-8a3e-4a0e-9a55-30d6c5a0e7b1,0b9d0d58-6a5f-4f59-8f0e-1a1b2c3d4e5f"

_FOLDERS: tuple[str, ...] = (
    "Documents",
    "Documents/Projects",
    "Documents/Projects/Heron",
    "Documents/Projects/Heron/Measurements",
    "Documents/Expenses",
    "Pictures",
    "Attachments",
    "Notes for my successor",
)
_NAMES = ("Report", "Plan", "Minutes", "Budget", "Draft", "Calibration", "Photo", "Drawing", "Offer", "Contract")
_KINDS = ("docx", "xlsx", "pptx", "pdf", "jpg", "zip")


@dataclass(slots=True)
class Item:
    """A driveItem: a file with its bytes, or a folder. `permissions` are its own ones."""

    id: str
    name: str
    parent: str | None
    size: int
    is_folder: bool
    at: str
    permissions: list[Fields] = field(default_factory=list)


@dataclass(slots=True)
class Drive:
    """A library; `owner` is None for that of a site."""

    id: str
    name: str
    web_url: str
    owner: Person | None
    rng: random.Random
    items: dict[str, Item] = field(default_factory=dict)
    journal: list[str] = field(default_factory=list)
    """Ids of what was added or removed, oldest first, for those who ask what changed since."""
    _below: dict[str, list[str]] = field(default_factory=dict)

    @property
    def root(self) -> Item:
        """The topmost folder."""
        return next(iter(self.items.values()))

    @property
    def used(self) -> int:
        """Bytes of all files."""
        return sum(item.size for item in self.items.values())

    def add(self, name: str, parent: Item | None, at: str, *, size: int = 0, is_folder: bool = False) -> Item:
        """Puts a new item there."""
        key = "01" + "".join(self.rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=32))
        made = Item(key, name, parent.id if parent else None, size, is_folder, at)
        self.items[key] = made
        self.journal.append(key)
        if parent is not None:
            self._below.setdefault(parent.id, []).append(key)
        return made

    def children(self, item: Item) -> list[Item]:
        """What is directly in a folder."""
        return [self.items[key] for key in self._below.get(item.id, ())]

    def child(self, parent: Item, name: str) -> Item | None:
        """What is called so in this folder, whatever the case."""
        return next((item for item in self.children(parent) if item.name.lower() == name.lower()), None)

    def remove(self, item: Item) -> None:
        """Takes an item away with all below it."""
        for each in list(self.below(item)):
            del self.items[each.id]
            self._below.pop(each.id, None)
            self.journal.append(each.id)
        if item.parent is not None:
            self._below[item.parent].remove(item.id)

    def take_over(self, other: "Drive", without: set[str]) -> None:
        """Shows what another library holds, without these items."""
        self.items = {key: item for key, item in other.items.items() if key not in without}
        self._below = {above: [key for key in keys if key not in without] for above, keys in other._below.items()}

    def below(self, item: Item) -> Iterator[Item]:
        """The item and everything below it, each folder before what is in it."""
        yield item
        for each in self.children(item):
            yield from self.below(each)

    def size_of(self, item: Item) -> int:
        """Bytes of a file, or of all files below a folder."""
        return sum(each.size for each in self.below(item))

    def ancestors(self, item: Item) -> list[Item]:
        """The folders above, the nearest first."""
        found: list[Item] = []
        while item.parent is not None:
            item = self.items[item.parent]
            found.append(item)
        return found


def drive_id(person: Person) -> str:
    """The id of somebody's OneDrive."""
    return f"b!{person.id.replace('-', '')}"


@dataclass(slots=True)
class Drives:
    """All libraries by their id. `outside` are the ids of those who share with people outside."""

    calendar: Calendar
    outside: frozenset[str]
    find: Callable[[str], Person | None]
    _made: dict[str, Drive] = field(default_factory=dict)

    def of(self, person: Person) -> Drive | None:
        """Somebody's OneDrive; None when it was never provisioned."""
        if person.drive_bytes is None:
            return None
        key = drive_id(person)
        if key not in self._made:
            self._made[key] = self._fill(person)
        return self._made[key]

    def site(self) -> Drive:
        """The library of the site for leavers, empty at first."""
        if SITE_ID not in self._made:
            made = Drive(
                f"b!{LEAVERS}", "Documents", f"https://{SITES_HOST}/sites/{LEAVERS}", None, random.Random(LEAVERS)
            )
            made.add("root", None, self.calendar.moment(900, random.Random(LEAVERS)), is_folder=True)
            self._made[SITE_ID] = made
        return self._made[SITE_ID]

    def by_id(self, key: str) -> Drive | None:
        """A library by its id; that of a deleted person is still there until they are purged."""
        if key == self.site().id:
            return self.site()
        hexed = key.removeprefix("b!").lower()
        person = self.find("-".join((hexed[:8], hexed[8:12], hexed[12:16], hexed[16:20], hexed[20:])))
        return self.of(person) if person else None

    def _fill(self, person: Person) -> Drive:
        rng = random.Random(f"{person.id}/files")
        local = person.upn.replace("@", "_").replace(".", "_")
        drive = Drive(drive_id(person), "OneDrive", f"https://{HOST}/personal/{local}/Documents", person, rng)
        at = self.calendar.moment(500, rng)
        folders = {"": drive.add("root", None, at, is_folder=True)}
        for path in _FOLDERS:
            above, _, name = path.rpartition("/")
            folders[path] = drive.add(name, folders[above], at, is_folder=True)
        places = list(folders.values())
        count = rng.randint(18, 60)
        total = person.drive_bytes or 0
        cuts = sorted(rng.randint(0, total) for _ in range(count - 1))
        sizes = [end - begin for begin, end in zip([0, *cuts], [*cuts, total], strict=True)]
        for n, size in enumerate(sizes):
            name = f"{rng.choice(_NAMES)} {n:02}.{rng.choice(_KINDS)}"
            drive.add(name, rng.choice(places), self.calendar.moment(rng.randint(20, 480), rng), size=size)
        drive.root.permissions.append(owner_of(person, rng))
        if person.id in self.outside:
            _share_outside(drive, person, rng)
        return drive


def _id(rng: random.Random) -> str:
    return "".join(rng.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=22))


def granted(key: str, roles: list[str], user: Fields, login: str) -> Fields:
    """A permission of one user, as SharePoint writes it."""
    return {
        "id": key,
        "roles": roles,
        "grantedToV2": {"user": user, "siteUser": user | {"loginName": f"i:0#.f|membership|{login}"}},
        "grantedTo": {"user": user},
    }


def owner_of(person: Person, rng: random.Random) -> Fields:
    """The owner's own permission on the root."""
    user = {"id": person.id, "displayName": person.fields["displayName"], "email": person.fields["mail"]}
    return granted(_id(rng), ["owner"], user, person.upn)


def link(key: str, kind: str, scope: str) -> Fields:
    """A sharing link: `kind` view or edit; `scope` anonymous, organization or users."""
    return {
        "id": key,
        "roles": ["write" if kind == "edit" else "read"],
        "link": {
            "type": kind,
            "scope": scope,
            "webUrl": f"https://{HOST}/:f:/g/personal/{key}",
            "preventsDownload": False,
        },
        "grantedToIdentitiesV2": [],
        "hasPassword": False,
    }


def _share_outside(drive: Drive, person: Person, rng: random.Random) -> None:
    """A link for anybody, one for the company, and a partner with an account of their own."""
    folders = [item for item in drive.items.values() if item.is_folder and item.parent]
    files = [item for item in drive.items.values() if not item.is_folder]
    folders[2].permissions.append(link(_id(rng), "edit", "anonymous"))
    files[0].permissions.append(link(_id(rng), "view", "anonymous"))
    files[1].permissions.append(link(_id(rng), "view", "organization"))
    partner = {"id": None, "displayName": "Ines Partner", "email": "ines@partner.example"}
    login = "ines_partner.example#ext#@larkfield.onmicrosoft.example"
    files[2].permissions.append(granted(_id(rng), ["write"], partner, login))
