"""`POST /adminapi/beta/{tenant}/InvokeCommand`: a cmdlet and its parameters, as the module itself sends them.

Microsoft documents none of it. Shapes as community code found them on the wire: paging by `Prefer: odata.maxpagesize`,
one row without it unless `ResultSize` is Unlimited; 403 with a body of NUL bytes for a cmdlet that is unknown or not
granted; the reason of a failure in `error.details`.
"""

import re
from typing import Any

from licenseiq_demo import odata
from licenseiq_demo.exchange.call import Call, Result
from licenseiq_demo.exchange.cmdlets import CMDLETS
from licenseiq_demo.exchange.errors import NO_WARNINGS, wrong_parameter
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.people.person import Fields
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, denied

_SIZE = re.compile(r"odata\.maxpagesize=(\d+)", re.IGNORECASE)
TRUNCATED = (
    "By default, only the first {} items are returned. Use the ResultSize parameter to specify the number of items "
    'returned. To return all items, specify "-ResultSize Unlimited".'
)


def cmdlet_of(request: Asked) -> tuple[str, dict[str, Any]]:
    """Name and parameters; 400 when the body is not of this shape."""
    given = request.json().get("CmdletInput")
    name = given.get("CmdletName") if isinstance(given, dict) else None
    parameters = given.get("Parameters") or {} if isinstance(given, dict) else None
    if not isinstance(name, str) or not isinstance(parameters, dict):
        raise GraphError(400, "BadRequest", "Invalid Operation")
    return name, parameters


def invoke(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """Runs one cmdlet for the holder of the writer's token."""
    if request.who != "writer" or keys["tenant"].lower() != state.tenant.tenant_id.lower():
        raise denied()
    if "x-anchormailbox" not in request.headers:
        raise GraphError(400, "BadRequest", "The X-AnchorMailbox header is missing.")
    name, parameters = cmdlet_of(request)
    if name != request.cmdlet:  # it came by way of Graph, which knows no cmdlets
        raise GraphError(404, "BadRequest", "Resource not found for the segment 'adminapi'.")
    if name.lower() not in CMDLETS:
        raise denied()
    cmdlet, known = CMDLETS[name.lower()]
    for parameter in parameters:
        if parameter.lower() not in known and not parameter.startswith("@"):
            raise wrong_parameter(f"A parameter cannot be found that matches parameter name '{parameter}'.")
    result = cmdlet(Call(state, {key.lower(): value for key, value in parameters.items()}))
    return _answer(request, result, keys["tenant"], str(parameters.get("ResultSize", "")))


def _answer(request: Asked, result: Result, tenant: str, result_size: str) -> Answer:
    asked = _SIZE.search(request.headers.get("prefer", ""))
    unlimited = result_size.lower() == "unlimited"
    most = int(asked.group(1)) if asked else len(result.rows) if unlimited else max(1, int(result_size or 1))
    first = odata.start(request)
    rows, data = result.rows[first : first + most], dict[str, Any]()
    warnings = list(result.warnings)
    if first + most < len(result.rows):
        data["@odata.nextLink"] = odata.link(request, first + most).replace("/v1.0", "", 1)
        warnings += [] if asked else [TRUNCATED.format(most)]
    context = f"{request.base}/adminapi/beta/{tenant}/$metadata#Collection(Exchange.GenericHashTable)"
    head: Fields = {"@odata.context": context, **NO_WARNINGS, "@adminapi.warnings": warnings}
    return Answer(200, {**head, **data, "value": rows})


def silent(answer: Answer) -> Answer:
    """The answer as this endpoint words it: 403 says nothing at all."""
    return Answer(403, raw=b"\x00" * 64, media="application/json") if answer.status == 403 else answer
