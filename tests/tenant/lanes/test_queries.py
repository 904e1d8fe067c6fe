"""What is asked of Graph: values in a query are quoted (INV-34)."""

from urllib.parse import parse_qs, urlsplit

import anyio
from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq_tenant.lanes import queries
from tests.tenant.lanes.marks import SDK
from tests.tenant.lanes.scripted import Scripted

pytestmark = SDK
NASTY = ("O'Brien", "' or 1 eq 1 or id eq '", "a','b", "x') or startswith(id,'", "&$top=999", "%27", "#", "\u2019")


async def filter_for(*user_ids: str) -> str:
    async with Scripted([(200, b"", 0)]).open() as graph:
        asked = parse_qs(urlsplit(str(queries.some_users(graph, user_ids).url)).query, strict_parsing=True)
    assert set(asked) == {"$select", "$top", "$filter"}
    (found,) = asked["$filter"]
    return found


def values(text: str) -> list[str]:
    """The values of an OData `id in (…)`, read as the specification writes text: a quote inside stands twice."""
    assert text.startswith("id in (")
    assert text.endswith(")")
    inside, found = text[len("id in (") : -1], []
    while inside:
        assert inside[0] == "'"
        value, at = "", 1
        while inside[at : at + 2] == "''" or inside[at] != "'":
            step = 2 if inside[at] == "'" else 1
            value += inside[at]
            at += step
        found.append(value)
        inside = inside[at + 1 :]
        assert inside[:1] in ("", ",")
        inside = inside[1:]
    return found


def test_what_stands_in_a_filter_stays_a_value() -> None:
    assert values(anyio.run(filter_for, *NASTY)) == list(NASTY)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(alphabet="ab'(), %&$#", min_size=1, max_size=9), min_size=1, max_size=3))
def test_no_text_ends_its_value(texts: list[str]) -> None:
    assert values(anyio.run(filter_for, *texts)) == texts


def test_positive_control_the_reader_sees_a_value_that_was_not_quoted() -> None:
    assert values("id in ('a','b')") == ["a", "b"]
    assert values("id in ('a'',''b')") == ["a','b"]
