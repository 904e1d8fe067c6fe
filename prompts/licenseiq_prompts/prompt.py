"""A prompt as one value, and its words with what was given put in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

from licenseiq.text import clean

NOT_SAID = "(not said)"
_PLACE = re.compile(r"\{([a-z_]+)\}")


class Completes(Enum):
    """What an argument is completed from; NOTHING for free text and days."""

    PEOPLE = "people"
    DEPARTMENTS = "departments"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Argument:
    """What a person may say beforehand. `says` is one sentence for them."""

    name: str
    says: str
    completes: Completes = Completes.NOTHING
    required: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """`description` is shown in the client's menu; the words stand in `{name}.md` beside the prompt's file."""

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]

    def completes(self, argument: str) -> Completes:
        """What an argument is completed from; NOTHING for one that there is not."""
        return next((one.completes for one in self.arguments if one.name == argument), Completes.NOTHING)

    def words(self, given: Mapping[str, object]) -> str:
        """The words, with each argument cleaned and in quotation marks, or as not said. What is no argument of this
        prompt is left out."""
        said = {one.name: _quoted(given.get(one.name)) for one in self.arguments}
        return _PLACE.sub(lambda place: said[place[1]], template(self.name))


@cache
def template(name: str) -> str:
    return (files("licenseiq_prompts") / f"{name}.md").read_text(encoding="utf-8")


def _quoted(value: object) -> str:
    """A value as data, on one line and without the quotation marks that would end it."""
    text = clean(str(value)).text.replace('"', "'") if value is not None else ""
    return f'"{text}"' if text else NOT_SAID
