"""Who is in a group that the policy excludes: also by way of groups inside it, and never by a guess."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import anyio
import pytest

from licenseiq.errors import NotReadable
from licenseiq_tenant.graph.client import Connection, Graph, open_graph
from licenseiq_tenant.graph.guard import read_rule
from licenseiq_tenant.lanes import excluded, groups
from licenseiq_tenant.lanes.excluded import ExcludedGroup, excluded_groups
from tests.tenant.lanes.marks import SDK
from tests.tenant.on_demo import OnDemo, no_waiting

pytestmark = SDK
Members = Mapping[str, object]


@asynccontextmanager
async def graph_of(answers: Members) -> AsyncIterator[Graph]:
    """A Graph that knows the members of these groups: 'u…' are users, 'g…' groups, 'd…' devices; a number is a status,
    a text is the body."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        group_id = head.split()[1].split("/groups/")[1].split("/")[0]
        found = answers.get(group_id, 404)
        status, body = (found, "{}") if isinstance(found, int) else (200, found)
        if not isinstance(body, str):
            assert isinstance(body, list | tuple)
            kinds = {"u": "user", "g": "group", "d": "device"}
            rows = [{"@odata.type": f"#microsoft.graph.{kinds[one[0]]}", "id": one.upper()} for one in body]
            body = json.dumps({"value": rows})
        data = body.encode()
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n"
            "Connection: close\r\n\r\n".encode()
            + data
        )
        await writer.drain()
        writer.close()

    async def token() -> str:
        return "secret"

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1.0"
    async with server, open_graph(Connection(base, token), read_rule(base)) as graph:
        yield graph


def read(answers: Members, *wanted: str) -> tuple[ExcludedGroup, ...]:
    async def asked() -> tuple[ExcludedGroup, ...]:
        async with graph_of(answers) as graph:
            return await excluded_groups(graph, wanted, no_waiting)

    return anyio.run(asked)


def test_people_of_groups_inside_are_in_it_and_a_circle_ends() -> None:
    answers = {"g1": ["u1", "g2", "d1"], "g2": ["u2", "u1", "g3"], "g3": ["g1", "u3"], "g9": ["u9"]}
    assert read(answers, "g9", "g1") == (
        ExcludedGroup("g1", ("g2", "g3"), ("u1", "u2", "u3"), is_read=True),
        ExcludedGroup("g9", (), ("u9",), is_read=True),
    )


@pytest.mark.parametrize(
    "inner", [403, 404, '{"value": [{"id": "U2"}]}', '{"value": [7]}', '{"value": [{"@odata.type": "#x"}]}']
)
def test_where_a_part_cannot_be_read_the_group_is_not_read_and_who_was_seen_is_kept(inner: object) -> None:
    (found,) = read({"g1": ["u1", "g2", "g3"], "g2": inner, "g3": ["u3"]}, "g1")
    assert not found.is_read
    assert set(found.members) == {"u1", "u3"}


def test_an_empty_group_is_read_and_one_that_is_not_there_is_not() -> None:
    assert [one.is_read for one in read({"g1": []}, "g1", "g2")] == [True, False]


def test_trouble_of_the_whole_reading_is_raised_and_no_empty_group() -> None:
    with pytest.raises(NotReadable):
        read({"g1": 401}, "g1")


def test_endless_groups_inside_groups_are_given_up_as_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excluded, "MOST_INSIDE", 5)
    answers = {f"g{n}": [f"g{n + 1}", f"u{n}"] for n in range(1, 30)}
    (found,) = read(answers, "g1")
    assert not found.is_read


def test_the_members_of_a_real_group_are_those_that_graph_lists(demo: OnDemo) -> None:
    async def both(graph: Graph) -> tuple[object, object]:
        group = (await groups.licensing_groups(graph, no_waiting)).items[0]
        (found,) = await excluded_groups(graph, [group.group_id], no_waiting)
        return set(group.members or ()), set(found.members)

    listed, found = demo.read(both)
    assert found == listed
    assert found
