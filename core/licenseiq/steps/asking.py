"""What a step may ask of a tenant and what it may send, as data: core names requests, and never makes one."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from licenseiq.errors import Tampered
from licenseiq.proposals.canonical import Json, canonical

LEAST_PASSWORD = 40


class Api(StrEnum):
    """GRAPH: Microsoft Graph, below its version. EXCHANGE: cmdlets through the admin API's InvokeCommand. INDEX: the
    desk's own index of eDiscovery holds, which is read beforehand, as Graph allows five requests a minute."""

    GRAPH = "graph"
    EXCHANGE = "exchange"
    INDEX = "index"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request that only reads. `path` is Graph's path with its query, or the name of a Get- cmdlet with its
    `parameters`. `pages`: the collection is read to its end, or not at all. `advanced`: an advanced query (eventual
    consistency)."""

    path: str
    api: Api = Api.GRAPH
    parameters: Mapping[str, Json] = field(default_factory=dict)
    pages: bool = False
    advanced: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One request that changes something: exactly this is sent. `path` as of Ask, with the name of a cmdlet that is no
    Get-; `body` is what Graph is sent as JSON, None for nothing. A value of '@odata.id' in it is the path of an object;
    who sends it makes an address of it. `fresh_profile` is the member of the body in which who sends it puts a
    `passwordProfile` of a random password that nobody learns and nothing keeps: the one thing that is sent and signed
    by nobody."""

    method: str
    path: str
    body: Json = None
    api: Api = Api.GRAPH
    parameters: Mapping[str, Json] = field(default_factory=dict)
    fresh_profile: str = ""

    def to_bytes(self) -> bytes:
        """One byte string for one call: what a journal knows it by, once keyed."""
        told: list[Json] = [self.api.value, self.method, self.path, self.body, dict(self.parameters)]
        return canonical([*told, self.fresh_profile] if self.fresh_profile else told)


# The answer to an Ask: Graph's object, for a collection {"value": [every row]}; of a cmdlet {"value": [rows]}.
# Raises NotReadable (with the permission of the reading), NotFound and EffectWaits.
Asking = Callable[[Ask], Awaitable[Mapping[str, Json]]]


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a step is about: the committed values of its person. `user_id` is None for an account that is not there
    yet."""

    values: Mapping[str, Json]

    @property
    def user_id(self) -> str | None:
        found = self.values.get("user_id")
        return found if isinstance(found, str) else None

    @property
    def principal(self) -> str:
        """The principal name; Exchange takes it as an identity. Raises Tampered where the plan holds none."""
        return self.text("user_principal_name")

    def text(self, name: str) -> str:
        """A committed value that has to be a text. Raises Tampered."""
        found = self.values.get(name)
        if not isinstance(found, str) or not found:
            raise Tampered("A plan does not hold a value that its step needs.", "Withdraw it and propose again.")
        return found


@dataclass(frozen=True, slots=True)
class Reading:
    """A part of the tenant's state around one person: `name` is its key in `Account.more`, `what` follows 'Could not
    read', `permission` is the least that reads it, `paths` and `cmdlets` are the only requests that `read` may make
    (see `Shape`). `of_step`: what it reads differs from step to step of one person. `read` gets the step's arguments,
    and returns what predicates look at; it lets errors pass, and raises KeyError, TypeError or ValueError for an answer
    that it does not understand."""

    name: str
    what: str
    permission: str
    read: Callable[[Asking, Target, Mapping[str, Json]], Awaitable[Json]]
    paths: tuple[str, ...] = ()
    cmdlets: tuple[str, ...] = ()
    of_step: bool = False


def anything(_: Json) -> bool:
    """Whatever the body holds."""
    return True


def nothing(body: Json) -> bool:
    return body is None


def exactly(*names: str) -> Callable[[Json], bool]:
    """A body with exactly these members."""
    return lambda body: isinstance(body, Mapping) and body.keys() == set(names)


def only(body: Json) -> Callable[[Json], bool]:
    """This body and no other."""
    return lambda found: found == body


_ID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_GUID = re.compile(_ID)
_OBJECT = re.compile(rf"https?://[^/?#]+/[^/?#]+/directoryObjects/{_ID}")


def is_id(value: Json) -> bool:
    """Whether a member of a body is the id of an object of the directory."""
    return isinstance(value, str) and _GUID.fullmatch(value) is not None


def reference(body: Json) -> bool:
    """A body that names one object of the directory, and nothing else."""
    if not isinstance(body, Mapping) or body.keys() != {"@odata.id"}:
        return False
    found = body["@odata.id"]
    return isinstance(found, str) and _OBJECT.fullmatch(found) is not None


def password(profile: Json) -> bool:
    """A `passwordProfile` with a long password."""
    if not isinstance(profile, Mapping) or profile.keys() != {"password", "forceChangePasswordNextSignIn"}:
        return False
    found = profile["password"]
    return isinstance(found, str) and len(found) >= LEAST_PASSWORD and profile["forceChangePasswordNextSignIn"] is True


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of request that may change something. In `path` '{id}' is a GUID, '{key}' an opaque id of Graph without a
    slash, '{upn}' a principal name; for Exchange it is a cmdlet's name, and `body` judges its parameters."""

    method: str
    path: str
    body: Callable[[Json], bool] = nothing
    api: Api = Api.GRAPH
