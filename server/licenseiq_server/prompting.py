"""The prompts as a client sees them, and the completion of their arguments."""

from collections.abc import Awaitable, Callable

import anyio
from mcp.server.mcpserver.prompts import Prompt as Published
from mcp.server.mcpserver.prompts.base import PromptArgument
from mcp_types import (
    Completion,
    CompletionArgument,
    CompletionContext,
    PromptReference,
    ResourceTemplateReference,
)

from licenseiq.errors import LicenseIQError
from licenseiq_prompts import PROMPTS, Prompt
from licenseiq_prompts.completion import MOST, suggestions
from licenseiq_server.door import LazyDoor

# Whoever types waits for no scan: where there is no data yet, nothing is suggested.
_SECONDS = 2.0
Complete = Callable[
    [PromptReference | ResourceTemplateReference, CompletionArgument, CompletionContext | None],
    Awaitable[Completion | None],
]


def published(prompt: Prompt) -> Published:
    """A prompt in the SDK's shape. What is given is text of a person, and stands in the words as data."""

    def words(**given: object) -> str:
        return prompt.words(given)

    return Published(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[PromptArgument(name=a.name, description=a.says, required=a.required) for a in prompt.arguments],
        fn=words,
        context_kwarg=None,
    )


def completing(door: Callable[[], LazyDoor | None]) -> Complete:
    """Completes arguments of prompts through the ports that the tools ask, so that what they hide stays hidden."""
    prompts = {prompt.name: prompt for prompt in PROMPTS}

    async def complete(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        _: CompletionContext | None,
    ) -> Completion | None:
        prompt = prompts.get(ref.name) if isinstance(ref, PromptReference) else None
        open_door = door()
        if prompt is None or open_door is None:
            return None
        found: tuple[str, ...] = ()
        with anyio.move_on_after(_SECONDS):
            try:
                deps = await open_door.get()
            except LicenseIQError:
                return None
            found = await suggestions(deps.tenant, prompt.completes(argument.name), argument.value)
        return Completion(values=list(found), has_more=len(found) == MOST)

    return complete
