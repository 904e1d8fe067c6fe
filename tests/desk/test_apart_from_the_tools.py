"""Approving and the tools stand apart: no application holds routes of both."""

import ast
import sys
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from licenseiq_desk.pages.app import Pages
from licenseiq_desk.pages.safety import Safety
from tests.desk.fakes import TENANT, World
from tests.desk.passkey_world import PARTY

TOP = Path(__file__).resolve().parent.parent.parent
TOOLS_SIDE = ("core", "tenant", "tools", "prompts", "server")
OURS = ("/", "/proposals", "/runs", "/approvers", "/enrol", "/api", "/control", "/static")


def strange(routes: list[BaseRoute]) -> list[str]:
    """The paths that are none of the desk's."""
    paths = [route.path for route in routes if isinstance(route, Route | Mount)]
    assert len(paths) == len(routes)
    return [path for path in paths if path != "/" and not path.startswith(OURS[1:])]


def opens(source: str) -> set[str]:
    """Which web servers a module could open: names of modules that it imports."""
    tree = ast.parse(source)
    named = {one.name for node in ast.walk(tree) if isinstance(node, ast.Import) for one in node.names}
    named |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    return {one.split(".")[0] for one in named} & {"starlette", "uvicorn", "http", "socketserver", "licenseiq_desk"}


def test_the_desks_application_has_its_own_routes_alone(world: World) -> None:
    """INV-41, INV-06."""
    app = Pages(world.desk, TENANT, world.tenant, PARTY.origin, "s").app()
    assert isinstance(app, Safety)
    inner = app._app
    assert isinstance(inner, Starlette)
    assert strange(inner.routes) == []
    assert "licenseiq_server" not in {name.split(".")[0] for name in _loaded_by("licenseiq_desk")}
    inner.routes.append(Mount("/mcp", Starlette()))
    assert strange(inner.routes) == ["/mcp"], "positive control"


def test_the_side_of_the_tools_opens_no_web_server() -> None:
    """INV-41: what a model calls is spoken over pipes, so there is nothing that a route could be mounted on."""
    found = {
        path.relative_to(TOP): named
        for room in TOOLS_SIDE
        for path in (TOP / room).rglob("*.py")
        if (named := opens(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "source",
    ["from starlette.routing import Route", "import uvicorn", "def f():\n    from http.server import HTTPServer"],
)
def test_positive_control_a_planted_web_server_is_found(source: str) -> None:
    assert opens(source)


def _loaded_by(package: str) -> set[str]:
    """What the modules of a package, as they are loaded now, name."""
    ours = [module for name, module in list(sys.modules.items()) if name.split(".")[0] == package]
    assert ours
    return {getattr(value, "__module__", None) or "" for module in ours for value in list(vars(module).values())}
