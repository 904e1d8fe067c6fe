"""Every question once: several readings of one moment ask the same, and get one answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import anyio

from licenseiq.proposals.canonical import Json, canonical
from licenseiq.steps.asking import Ask


class Asks(Protocol):
    """What a reading needs of a `licenseiq.ports.TenantWriter`."""

    async def ask(self, question: Ask, what: str, permission: str) -> Mapping[str, Json]: ...


@dataclass(frozen=True, slots=True)
class AskedOnce:
    """Remembers answers for as long as it lives. What could not be read is asked again; several who ask the same at the
    same time ask it once."""

    writer: Asks
    _answers: dict[bytes, Mapping[str, Json]] = field(default_factory=dict)
    _asking: dict[bytes, anyio.Lock] = field(default_factory=dict)

    async def ask(self, question: Ask, what: str, permission: str) -> Mapping[str, Json]:
        asked = [question.api.value, question.path, question.pages, question.advanced, dict(question.parameters)]
        key = canonical(asked)
        async with self._asking.setdefault(key, anyio.Lock()):
            if key not in self._answers:
                self._answers[key] = await self.writer.ask(question, what, permission)
            return self._answers[key]
