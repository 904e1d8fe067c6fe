"""Rights of others on a mailbox: FullAccess and SendAs. What is there already, or not there, is a warning."""

from collections.abc import Callable
from dataclasses import dataclass

from licenseiq_demo.exchange.call import Call, Result
from licenseiq_demo.exchange.errors import refused
from licenseiq_demo.exchange.shapes import alias, typed
from licenseiq_demo.mail.box import Box
from licenseiq_demo.people.person import Fields, Person

SELF = "NT AUTHORITY\\SELF"
_THERE = 'The appropriate access control entry is already present on the object "{}" for account "{}".'
_ABSENT = 'Can\'t remove the access control entry on the object "{}" for account "{}" because the ACE isn\'t present.'


def _access(mailbox: Person, user: str, rights: list[str]) -> Fields:
    return typed(
        {
            "Identity": alias(mailbox),
            "User": user,
            "AccessRights": rights,
            "IsInherited": False,
            "Deny": False,
            "InheritanceType": "All",
        }
    )


def _trust(mailbox: Person, trustee: str) -> Fields:
    return typed(
        {
            "Identity": alias(mailbox),
            "Trustee": trustee,
            "AccessControlType": "Allow",
            "AccessRights": ["SendAs"],
            "IsInherited": False,
            "InheritanceType": "None",
        }
    )


@dataclass(frozen=True, slots=True)
class _Right:
    """A right: its name, the parameter that names who has it, the ids in a mailbox, and the row of an entry."""

    name: str
    who: str
    ids: Callable[[Box], list[str]]
    row: Callable[[Person, str], Fields]


_FULL_ACCESS = _Right(
    "FullAccess", "User", lambda box: box.full_access, lambda at, who: _access(at, who, ["FullAccess"])
)
_SEND_AS = _Right("SendAs", "Trustee", lambda box: box.send_as, _trust)


def _change(call: Call, right: _Right, *, give: bool) -> Result:
    value = call.parameters.get("accessrights")
    names = [str(item) for item in value] if isinstance(value, list) else [call.needed("AccessRights")]
    if [name.lower() for name in names] != [right.name.lower()]:
        raise refused(f"This tenant knows no access right but {right.name}: '{', '.join(names)}'.")
    mailbox, box = call.writing(call.needed("Identity"))
    other, ids = call.person(call.needed(right.who))[0], right.ids(box)
    if (other.id in ids) == give:
        return Result(warnings=[(_THERE if give else _ABSENT).format(alias(mailbox), other.upn)])
    if not give:
        ids.remove(other.id)
        return Result()
    ids.append(other.id)
    return Result([right.row(mailbox, other.upn)])


def get_permissions(call: Call) -> Result:
    """Who may open a mailbox; the owner's own entry is the first."""
    person, box, _ = call.seen(call.needed("Identity"))
    rows = [_access(person, SELF, ["FullAccess", "ReadPermission"])]
    rows += [_FULL_ACCESS.row(person, other.upn) for other in call.named(box.full_access)]
    user = call.text("User")
    if user is not None:
        wanted = call.person(user)[0].upn
        rows = [row for row in rows if row["User"] == wanted]
    return Result(rows)


def add_permission(call: Call) -> Result:
    """Lets somebody open a mailbox; the answer is the entry."""
    return _change(call, _FULL_ACCESS, give=True)


def remove_permission(call: Call) -> Result:
    """Takes it away again."""
    return _change(call, _FULL_ACCESS, give=False)


def get_trustees(call: Call) -> Result:
    """Who may send as whom: of one mailbox, of one trustee, or all."""
    identity, trustee = call.text("Identity"), call.text("Trustee")
    wanted = call.person(trustee)[0].upn if trustee else None
    tenant = call.state.tenant
    if identity is not None:
        person, box, _ = call.seen(identity)
        found = [(person, box)]
    else:
        found = []
        for person in tenant.people:
            seen = tenant.mail.look(person, call.today)
            if seen is not None and seen[1] == "live":
                found.append((person, seen[0]))
    rows = []
    for person, box in found:
        rows.append(_trust(person, SELF))
        rows += [_trust(person, other.upn) for other in call.named(box.send_as)]
    return Result([row for row in rows if wanted is None or row["Trustee"] == wanted])


def add_trustee(call: Call) -> Result:
    """Lets somebody send as this mailbox; the answer is the entry."""
    return _change(call, _SEND_AS, give=True)


def remove_trustee(call: Call) -> Result:
    """Takes it away again."""
    return _change(call, _SEND_AS, give=False)
