"""Sealed records: store, versions, history, changed fields."""
