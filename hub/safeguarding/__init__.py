"""Bars and safeguarding overrides: setting, confirming, ending and reviewing them."""
