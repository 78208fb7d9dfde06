"""Agencies, clients, handles, learners, people, ties, the accountable person."""
