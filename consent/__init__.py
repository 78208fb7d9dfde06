"""Consent records and events, and the ledger that proves them. Knows neither the hub nor the other leaves."""
