"""Rights of others on a mailbox: FullAccess and SendAs. What is there already, or not there, is a warning."""

from licenseiq_demo.exchange.call import Call, Result
from licenseiq_demo.exchange.errors import refused
from licenseiq_demo.exchange.shapes import alias, typed
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


def _right(call: Call, wanted: str) -> None:
    value = call.parameters.get("accessrights")
    names = [str(item) for item in value] if isinstance(value, list) else [call.needed("AccessRights")]
    if [name.lower() for name in names] != [wanted.lower()]:
        raise refused(f"This tenant knows no access right but {wanted}: '{', '.join(names)}'.")


def get_permissions(call: Call) -> Result:
    """Who may open a mailbox; the owner's own entry is the first."""
    person, box, _ = call.seen(call.needed("Identity"))
    rows = [_access(person, SELF, ["FullAccess", "ReadPermission"])]
    rows += [_access(person, other.upn, ["FullAccess"]) for other in call.named(box.full_access)]
    user = call.text("User")
    if user is not None:
        wanted = call.person(user)[0].upn
        rows = [row for row in rows if row["User"] == wanted]
    return Result(rows)


def add_permission(call: Call) -> Result:
    """Lets somebody open a mailbox; the answer is the entry."""
    _right(call, "FullAccess")
    person, box = call.writing(call.needed("Identity"))
    user = call.person(call.needed("User"))[0]
    if user.id in box.full_access:
        return Result(warnings=[_THERE.format(alias(person), user.upn)])
    box.full_access.append(user.id)
    return Result([_access(person, user.upn, ["FullAccess"])])


def remove_permission(call: Call) -> Result:
    """Takes it away again."""
    _right(call, "FullAccess")
    person, box = call.writing(call.needed("Identity"))
    user = call.person(call.needed("User"))[0]
    if user.id not in box.full_access:
        return Result(warnings=[_ABSENT.format(alias(person), user.upn)])
    box.full_access.remove(user.id)
    return Result()


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
    """Lets somebody send as this mailbox."""
    _right(call, "SendAs")
    person, box = call.writing(call.needed("Identity"))
    trustee = call.person(call.needed("Trustee"))[0]
    if trustee.id in box.send_as:
        return Result(warnings=[_THERE.format(alias(person), trustee.upn)])
    box.send_as.append(trustee.id)
    return Result([_trust(person, trustee.upn)])


def remove_trustee(call: Call) -> Result:
    """Takes it away again."""
    _right(call, "SendAs")
    person, box = call.writing(call.needed("Identity"))
    trustee = call.person(call.needed("Trustee"))[0]
    if trustee.id not in box.send_as:
        return Result(warnings=[_ABSENT.format(alias(person), trustee.upn)])
    box.send_as.remove(trustee.id)
    return Result()
