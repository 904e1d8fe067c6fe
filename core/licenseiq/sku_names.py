"""Finding a SKU by what somebody calls it: exact, without case; what is not unique is asked back."""

from licenseiq.context import Context
from licenseiq.errors import Ambiguous, NotFound


def sku_id_of(context: Context, name: str) -> str:
    """By id, part number or friendly name; else by a part of the name of an owned SKU. Raises NotFound, Ambiguous."""
    wanted = name.strip().casefold()
    owned = {i: context.sku(i) for i in context.lines}
    for known in (owned, context.catalogue.skus):
        exact = {
            i for i, sku in known.items() if wanted in (sku.sku_id, sku.part_number.casefold(), sku.name.casefold())
        }
        if len(exact) == 1:
            return exact.pop()
        if exact:
            raise _ambiguous(context, exact)
    partly = {i for i, sku in owned.items() if wanted in sku.name.casefold()} if wanted else set[str]()
    if len(partly) == 1:
        return partly.pop()
    if partly:
        raise _ambiguous(context, partly)
    raise NotFound(
        "No SKU goes by that name.", "Give a friendly name such as 'Microsoft 365 E5', a part number, or an id."
    )


def _ambiguous(context: Context, found: set[str]) -> Ambiguous:
    names = sorted(f"{context.sku(i).name} ({i})" for i in found)
    return Ambiguous("Several SKUs go by that name.", "Name one of the candidates by its id.", names)
