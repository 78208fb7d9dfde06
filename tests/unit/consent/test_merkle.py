"""The tree against the public vectors, and against a slow tree written straight from the definitions."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger.merkle import (
    EMPTY_ROOT,
    CompactRange,
    ProofRefused,
    consistency_proof,
    fold_right,
    inclusion_proof,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    range_hash,
    verify_consistency,
    verify_inclusion,
)

leaf_lists = st.lists(st.binary(max_size=4), max_size=70)


def slow_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    k = slow_split(len(leaves))
    return hashlib.sha256(b"\x01" + slow_root(leaves[:k]) + slow_root(leaves[k:])).digest()


def slow_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = slow_split(len(leaves))
    if m < k:
        return [*slow_path(m, leaves[:k]), slow_root(leaves[k:])]
    return [*slow_path(m - k, leaves[k:]), slow_root(leaves[:k])]


def slow_proof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """SUBPROOF(m, D[n], b) of section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [slow_root(leaves)]
    k = slow_split(len(leaves))
    if m <= k:
        return [*slow_proof(m, leaves[:k], whole), slow_root(leaves[k:])]
    return [*slow_proof(m - k, leaves[k:], False), slow_root(leaves[:k])]


def slow_split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


class Tree:
    """Perfect subtrees of a list of leaves, by the slow definition."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves

    def node(self, level: int, k: int) -> bytes:
        part = self.leaves[k << level : (k + 1) << level]
        assert len(part) == 1 << level
        return slow_root(part)


def cases(shared: Path, name: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads((shared / "vectors" / "merkle" / name).read_text())
    return found


def decoded(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def verdicts(shared: Path, name: str) -> dict[str, bool]:
    answers = {}
    for case, vector in cases(shared, name).items():
        proof = [decoded(each) for each in vector["proof"] or []]
        try:
            if name == "inclusion.json":
                verify_inclusion(
                    index=vector["leafIdx"],
                    size=vector["treeSize"],
                    hashed_leaf=decoded(vector["leafHash"]),
                    path=proof,
                    root=decoded(vector["root"]),
                )
            else:
                verify_consistency(
                    old=vector["size1"],
                    new=vector["size2"],
                    old_root=decoded(vector["root1"]),
                    new_root=decoded(vector["root2"]),
                    proof=proof,
                )
            answers[case] = True
        except ProofRefused:
            answers[case] = False
    return answers


@pytest.mark.shared
@pytest.mark.parametrize(("name", "count"), [("inclusion.json", 53), ("consistency.json", 43)])
def test_the_public_proofs_are_judged_as_they_should_be(shared: Path, name: str, count: int) -> None:
    wanted = {case: not vector["wantErr"] for case, vector in cases(shared, name).items()}
    assert verdicts(shared, name) == wanted
    assert len(wanted) == count
    assert set(wanted.values()) == {True, False}


@pytest.mark.shared
def test_the_reference_tree_has_the_published_hashes(shared: Path) -> None:
    reference = cases(shared, "rfc6962-reference.json")
    leaves = [bytes.fromhex(each) for each in reference["leaf_inputs_hex"]]
    tree = CompactRange()
    roots = [tree.root().hex()]
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
        roots.append(tree.root().hex())
    assert roots == reference["root_hash_hex_by_tree_size"]
    hashes = [leaf_hash(leaf) for leaf in leaves]
    levels = []
    while hashes:
        levels.append([each.hex() for each in hashes])
        hashes = [node_hash(*hashes[at : at + 2]) for at in range(0, len(hashes) - 1, 2)]
    assert levels == reference["node_hashes_hex_by_level"]
    assert reference["single_hashes"] == {
        "empty_root": EMPTY_ROOT.hex(),
        "leaf(empty)": leaf_hash(b"").hex(),
        "leaf('L123456')": leaf_hash(b"L123456").hex(),
        "node('N123','N456')": node_hash(b"N123", b"N456").hex(),
    }


@pytest.mark.shared
def test_every_root_and_proof_up_to_the_given_size_is_right(shared: Path) -> None:
    wanted = cases(shared, "accumulated-whole-tree.json")
    largest: int = wanted["N"]  # type: ignore[assignment]
    tree, grown = Tree([bytes([each]) for each in range(largest)]), CompactRange()
    digests = {name: hashlib.sha256() for name in ("roots", "inclusion", "consistency")}

    def feed(name: str, numbers: list[int], hashes: list[bytes]) -> None:
        line = " ".join([*map(str, numbers), *(each.hex() for each in hashes)])
        digests[name].update(f"{line}\n".encode())

    for n in range(largest + 1):
        feed("roots", [n], [grown.root()])
        for i in range(n):
            feed("inclusion", [i, n], inclusion_proof(tree.node, i, n))
        for m in range(1, n + 1):
            feed("consistency", [m, n], consistency_proof(tree.node, m, n))
        if n < largest:
            grown.append(leaf_hash(tree.leaves[n]))
    assert {name: digest.hexdigest() for name, digest in digests.items()} == wanted["want_sha256"]


@given(leaf_lists)
def test_a_growing_tree_and_the_definition_agree_on_the_root(leaves: list[bytes]) -> None:
    tree = CompactRange()
    for leaf in leaves:
        tree.append(leaf_hash(leaf))
    assert tree.root() == range_hash(Tree(leaves).node, 0, len(leaves)) == slow_root(leaves)
    assert tree.size == len(leaves)


@given(st.data(), leaf_lists.filter(bool))
def test_an_inclusion_proof_is_that_of_the_definition_and_holds_for_its_leaf_only(
    data: st.DataObject, leaves: list[bytes]
) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = inclusion_proof(Tree(leaves).node, index, len(leaves))
    assert path == slow_path(index, leaves)
    root, hashed = slow_root(leaves), leaf_hash(leaves[index])
    verify_inclusion(index=index, size=len(leaves), hashed_leaf=hashed, path=path, root=root)
    elsewhere = data.draw(st.integers(0, len(leaves) + 3))
    if elsewhere != index and (elsewhere >= len(leaves) or leaves[elsewhere] != leaves[index]):
        with pytest.raises(ProofRefused):
            verify_inclusion(index=elsewhere, size=len(leaves), hashed_leaf=hashed, path=path, root=root)


@given(st.data(), leaf_lists)
def test_a_consistency_proof_is_that_of_the_definition_and_holds_for_its_roots_only(
    data: st.DataObject, leaves: list[bytes]
) -> None:
    old = data.draw(st.integers(0, len(leaves)))
    proof = consistency_proof(Tree(leaves).node, old, len(leaves))
    if old:
        assert proof == slow_proof(old, leaves)
    old_root, new_root = slow_root(leaves[:old]), slow_root(leaves)
    verify_consistency(old=old, new=len(leaves), old_root=old_root, new_root=new_root, proof=proof)
    other = leaf_hash(b"another history")
    with pytest.raises(ProofRefused):
        verify_consistency(old=old, new=len(leaves), old_root=other, new_root=new_root, proof=proof)
    if old not in (0, len(leaves)):
        with pytest.raises(ProofRefused):
            verify_consistency(old=old, new=len(leaves), old_root=old_root, new_root=other, proof=proof)


@given(st.data(), leaf_lists.filter(lambda leaves: len(leaves) > 1))
def test_a_changed_bit_in_a_path_is_refused(data: st.DataObject, leaves: list[bytes]) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = inclusion_proof(Tree(leaves).node, index, len(leaves))
    place, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    number = int.from_bytes(path[place], "big") ^ 1 << bit
    path[place] = number.to_bytes(32, "big")
    with pytest.raises(ProofRefused):
        verify_inclusion(
            index=index, size=len(leaves), hashed_leaf=leaf_hash(leaves[index]), path=path, root=slow_root(leaves)
        )


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0), (0, 2**63), (2**70, 2**70 + 1)])
def test_a_leaf_outside_the_tree_has_no_place(index: int, size: int) -> None:
    with pytest.raises(ProofRefused):
        inclusion_ranges(index, size)


def test_a_hash_of_another_length_is_refused_though_it_leads_to_the_root() -> None:
    long = b"x" * 64
    with pytest.raises(ProofRefused):
        verify_inclusion(index=0, size=1, hashed_leaf=long, path=[], root=long)
    with pytest.raises(ProofRefused):
        verify_consistency(old=1, new=1, old_root=b"", new_root=b"", proof=[])


def test_nothing_is_folded_to_the_empty_root() -> None:
    assert fold_right([]) == EMPTY_ROOT
