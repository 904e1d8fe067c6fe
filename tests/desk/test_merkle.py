"""The tree of RFC 6962, against published answers and by properties. INV-42."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenseiq import merkle

# The test vectors of certificate-transparency's Merkle tree tests: eight leaves, roots of the first n.
LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = st.integers(1, 40)


def tree(size: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_published_vectors(size: int) -> None:
    leaves = [merkle.leaf_hash(data) for data in LEAVES[:size]]
    frontier = merkle.Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    assert merkle.root(leaves).hex() == ROOTS[size]
    assert frontier.root().hex() == ROOTS[size]


def test_the_published_inclusion_and_consistency_proofs_come_out() -> None:
    leaves = [merkle.leaf_hash(data) for data in LEAVES]
    assert [step.hex() for step in merkle.inclusion_proof(leaves, 0)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [step.hex() for step in merkle.consistency_proof(leaves, 6)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@settings(max_examples=150, deadline=None)
@given(data=st.data(), size=SIZES)
def test_inclusion_proofs_verify_for_their_place_only(data: st.DataObject, size: int) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    leaves = tree(size)
    top, proof = merkle.root(leaves), merkle.inclusion_proof(leaves, index)
    assert merkle.verify_inclusion(leaves[index], index, size, proof, top)
    if other != index:
        assert not merkle.verify_inclusion(leaves[other], index, size, proof, top)
        assert not merkle.verify_inclusion(leaves[index], other, size, proof, top)
    for place in range(len(proof)):
        wrong = [*proof[:place], bytes(32), *proof[place + 1 :]]
        assert not merkle.verify_inclusion(leaves[index], index, size, wrong, top)
    assert not merkle.verify_inclusion(leaves[index], index, size, [*proof, bytes(32)], top)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), newer=SIZES)
def test_consistency_proofs_verify_for_a_true_past_only(data: st.DataObject, newer: int) -> None:
    older = data.draw(st.integers(1, newer))
    leaves = tree(newer)
    proof = merkle.consistency_proof(leaves, older)
    old, new = merkle.root(leaves[:older]), merkle.root(leaves)
    assert merkle.verify_consistency(older, newer, old, new, proof)
    rewritten = [merkle.leaf_hash(b"other"), *leaves[1:]]
    assert not merkle.verify_consistency(older, newer, merkle.root(rewritten[:older]), new, proof)
    if older < newer:
        assert not merkle.verify_consistency(older, newer, old, merkle.root(rewritten), proof)
        assert not merkle.verify_consistency(older, newer, old, new, proof[:-1])


@pytest.mark.parametrize("size", range(1, 40))
def test_proofs_of_all_leaves_at_once_are_those_of_each(size: int) -> None:
    leaves = [merkle.leaf_hash(bytes([number])) for number in range(size)]
    assert merkle.inclusion_proofs(leaves, range(size)) == {
        index: merkle.inclusion_proof(leaves, index) for index in range(size)
    }
