"""Pages for families, accountable people and partner officers."""
