"""Reading eDiscovery: cases, hold policies, what they hold, custodians. Three to a page; there is no lookup by person.

"List ediscoveryCases", "List ediscoveryHoldPolicies", "List userSources", "List siteSources" (graph, security).
"""

from licenseiq_demo import odata
from licenseiq_demo.graph.handler import Keys
from licenseiq_demo.legal.cases import Case, Hold
from licenseiq_demo.people.person import Fields
from licenseiq_demo.state import DemoState
from licenseiq_demo.wire import Answer, Asked, GraphError, collection, entity

PAGE = 3


def _absent(what: str, key: str) -> GraphError:
    return GraphError(404, "NotFound", f"The {what} '{key}' was not found.")


def _case(state: DemoState, keys: Keys) -> Case:
    for case in state.tenant.legal.cases:
        if case.fields["id"] == keys["case"]:
            return case
    raise _absent("case", keys["case"])


def _hold(state: DemoState, keys: Keys) -> Hold:
    for hold in _case(state, keys).holds:
        if hold.fields["id"] == keys["hold"]:
            return hold
    raise _absent("hold policy", keys["hold"])


def _page(request: Asked, rows: list[Fields]) -> Answer:
    found, extra = odata.page(request, rows, lambda row: row, odata.top(request, PAGE, 100))
    return collection(request, request.path.strip("/"), found, **extra)


def cases(state: DemoState, request: Asked, _: Keys) -> Answer:
    """`GET /security/cases/ediscoveryCases`."""
    return _page(request, [case.fields for case in state.tenant.legal.cases])


def one_case(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET …/{case}`."""
    return entity(request, "security/cases/ediscoveryCases/$entity", _case(state, keys).fields)


def holds(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET …/{case}/legalHolds`."""
    return _page(request, [hold.fields for hold in _case(state, keys).holds])


def one_hold(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET …/{case}/legalHolds/{hold}`."""
    return entity(request, "security/cases/ediscoveryCases/legalHolds/$entity", _hold(state, keys).fields)


def user_sources(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET …/{case}/legalHolds/{hold}/userSources`."""
    return _page(request, _hold(state, keys).users)


def site_sources(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET …/{case}/legalHolds/{hold}/siteSources`; the site itself is a property of each."""
    return _page(request, _hold(state, keys).sites)


def custodians(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET …/{case}/custodians`."""
    return _page(request, [fields for fields, _ in _case(state, keys).custodians])


def custodian_sources(state: DemoState, request: Asked, keys: Keys) -> Answer:
    """`GET …/{case}/custodians/{custodian}/userSources`."""
    for fields, sources in _case(state, keys).custodians:
        if fields["id"] == keys["custodian"]:
            return _page(request, sources)
    raise _absent("custodian", keys["custodian"])
