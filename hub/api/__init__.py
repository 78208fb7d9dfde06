"""JSON for agency systems: parse, call one use case, answer."""
