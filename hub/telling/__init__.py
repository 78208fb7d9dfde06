"""Delivering notices: lease, recipients, re-check, channels, escalation."""
