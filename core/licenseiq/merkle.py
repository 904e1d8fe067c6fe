"""The hash tree of RFC 6962 (Certificate Transparency), section 2.1: leaves, roots, and proofs about them.

A root names every leaf and their order. An inclusion proof shows that one leaf is in the tree; a consistency proof
shows that an older tree is the beginning of a newer one. Both are lists of hashes that any CT tool can check.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """What is needed to append: the roots of the full subtrees, largest first. One hash per set bit of `size`."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Frontier":
        """The frontier with one more leaf hash."""
        peaks, new, rest = list(self.peaks), leaf, self.size
        while rest & 1:
            new = node_hash(peaks.pop(), new)
            rest >>= 1
        return Frontier(self.size + 1, (*peaks, new))

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY_ROOT
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node_hash(peak, found)
        return found


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes (the RFC's MTH)."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = _split(len(leaves))
    return node_hash(root(leaves[:split]), root(leaves[split:]))


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The RFC's PATH for the leaf at `index` (from 0), from the leaf upwards."""
    if not 0 <= index < len(leaves):
        raise ValueError("no such leaf")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(leaves[:split], index), root(leaves[split:])]
    return [*inclusion_proof(leaves[split:], index - split), root(leaves[:split])]


def inclusion_proofs(leaves: Sequence[bytes], indexes: Iterable[int]) -> dict[int, list[bytes]]:
    """The same for several leaves of one tree, whose hashes are computed once."""
    levels = [list(leaves)]
    while len(levels[-1]) > 1:
        pairs = (levels[-1][place : place + 2] for place in range(0, len(levels[-1]), 2))
        levels.append([node_hash(*pair) if len(pair) == 2 else pair[0] for pair in pairs])

    def path(index: int) -> list[bytes]:
        beside = ((level, (index >> height) ^ 1) for height, level in enumerate(levels[:-1]))
        return [level[place] for level, place in beside if place < len(level)]

    return {index: path(index) for index in indexes}


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> bool:
    """Whether `proof` shows that `leaf` stands at `index` of the tree of `size` leaves with root `expected`."""
    if not 0 <= index < size:
        return False
    here, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            found = node_hash(step, found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            found = node_hash(found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and found == expected


def consistency_proof(leaves: Sequence[bytes], older: int) -> list[bytes]:
    """The RFC's PROOF that the first `older` leaves are the beginning of `leaves`; empty when the trees are equal."""
    if not 0 < older <= len(leaves):
        raise ValueError("no such older tree")
    return _subproof(leaves, older, True)


def verify_consistency(older: int, newer: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `older` leaves is the beginning of the tree of `newer` leaves."""
    if not 0 < older <= newer:
        return False
    if older == newer:
        return not proof and old_root == new_root
    path = list(proof)
    if older & (older - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    here, last = older - 1, newer - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old_found = new_found = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old_found, new_found = node_hash(step, old_found), node_hash(step, new_found)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new_found = node_hash(new_found, step)
        here, last = here >> 1, last >> 1
    return last == 0 and old_found == old_root and new_found == new_root


def _subproof(leaves: Sequence[bytes], older: int, whole: bool) -> list[bytes]:
    if older == len(leaves):
        return [] if whole else [root(leaves)]
    split = _split(len(leaves))
    if older <= split:
        return [*_subproof(leaves[:split], older, whole), root(leaves[split:])]
    return [*_subproof(leaves[split:], older - split, False), root(leaves[:split])]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)
