"""Bars, which take fields away whatever protocol and consent say, and overrides, which open some for a few hours."""
