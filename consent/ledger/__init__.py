"""Append-only ledger in the public C2SP formats: leaves, tree, checkpoints, proofs."""
