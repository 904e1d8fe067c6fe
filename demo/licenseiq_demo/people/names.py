"""Invented people's names, with the accents their bearers would insist on."""

import random
import unicodedata
from importlib.resources import files

DOMAIN = "larkfield.example"
GUEST_DOMAIN = "larkfield.onmicrosoft.example"
TENANT_NAME = "Larkfield Instruments"


def _lines(name: str) -> list[str]:
    return (files("licenseiq_demo") / "data" / name).read_text(encoding="utf-8").splitlines()


GIVEN = _lines("given_names.txt")
FAMILY = _lines("family_names.txt")

_PLAIN = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ı": "i", "đ": "d", "ß": "ss", "æ": "ae"})


def plain(text: str) -> str:
    """The letters a sign-in name is made of: lower case ASCII."""
    letters = unicodedata.normalize("NFKD", text.translate(_PLAIN)).encode("ascii", "ignore").decode()
    return letters.lower().replace(" ", "")


def person(rng: random.Random) -> tuple[str, str]:
    """A given and a family name."""
    return GIVEN[int(rng.random() * len(GIVEN))], FAMILY[int(rng.random() * len(FAMILY))]


class SignInNames:
    """Hands out user principal names, each once."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}

    def take(self, local: str, domain: str = DOMAIN) -> str:
        """`local@domain`, or `local2@domain` when somebody has it already."""
        seen = self._taken.get(local, 0) + 1
        self._taken[local] = seen
        return f"{local}{seen if seen > 1 else ''}@{domain}"
