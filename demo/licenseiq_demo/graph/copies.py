"""Copying: "driveItem: copy" and "Working with long running actions" (graph): 202 with the address of a monitor that
needs no token and answers 202 to the end; only its `status` tells when it is over."""

import secrets

from licenseiq_demo.estate.copies import Copy
from licenseiq_demo.estate.drives import Drive, Item
from licenseiq_demo.graph.files import find_drive, find_item, no_item, refused, settle_name
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked

MONITOR = "/_monitor"
MOST_ITEMS = 30_000


def copy(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`POST /drives/{id}/items/{item}/copy`: one item with all below it, or `childrenOnly`."""
    source, body = find_drive(state, keys), request.json()
    item = find_item(source, keys)
    target, folder = _target(state, source, item, body.get("parentReference"))
    only_children = body.get("childrenOnly") is True
    if item.parent is None and not only_children:
        raise refused("The root of a library cannot be copied, only its children.")
    if only_children and "name" in body:
        raise refused("A name cannot be given with childrenOnly.")
    whole = list(source.below(item))
    if len(whole) > MOST_ITEMS:
        raise refused("The copy is limited to 30,000 items.")
    if source is target and folder in whole:
        raise refused("Something cannot be copied into itself.")
    behaviour = request.query.get("@microsoft.graph.conflictBehavior", "fail")
    wanted = source.children(item) if only_children else [item]
    name = body.get("name")
    waiting = [
        (source, each, folder, settle_name(target, folder, str(name) if name else each.name, behaviour))
        for each in wanted
    ]
    total = len(whole) - (1 if only_children else 0)
    if state.faults.on("short_copy"):
        waiting, total = _without_one_file(source, waiting, total)
    ticket = secrets.token_urlsafe(24)
    made = Copy(target, waiting, total, state.stamp(), state.faults.on("failed_copy"))
    state.estate.copies.by_ticket[ticket] = made
    return Answer(202, None, {"Location": f"{request.base}{MONITOR}/{ticket}"})


def _target(state: DemoState, source: Drive, item: Item, reference: object) -> tuple[Drive, Item]:
    if reference is None:
        above = source.items[item.parent] if item.parent else source.root
        return source, above
    fields = reference if isinstance(reference, dict) else {}
    target = state.estate.drives.by_id(str(fields.get("driveId", source.id)))
    if target is None:
        raise no_item()
    folder = find_item(target, {"item": str(fields.get("id", "root"))})
    if not folder.is_folder:
        raise refused("The target of a copy has to be a folder.")
    return target, folder


def _without_one_file(
    source: Drive, waiting: list[tuple[Drive, Item, Item, str]], total: int
) -> tuple[list[tuple[Drive, Item, Item, str]], int]:
    """The copy of a library from which one file is missing already, so that nobody is told of it."""
    shadow = Drive(source.id, source.name, source.web_url, source.owner, source.rng)
    lost: set[str] = set()
    for _, item, _, _ in waiting:
        for each in source.below(item):
            if not each.is_folder and not lost:
                lost.add(each.id)
    shadow.take_over(source, lost)
    return [(shadow, item, folder, name) for _, item, folder, name in waiting if item.id not in lost], total - len(lost)


def monitor(state: DemoState, request: Asked) -> Answer:
    """`GET /_monitor/{ticket}`, outside of Graph."""
    found = state.estate.copies.by_ticket.get(request.path.strip("/").rpartition("/")[2])
    if found is None:
        raise no_item()
    state.estate.copies.move_on()
    return Answer(202, found.told())
