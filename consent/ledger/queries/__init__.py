"""All SQL of the ledger. Nothing here commits."""
