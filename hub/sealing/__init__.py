"""Envelope, keyrings, key store, blind index."""
