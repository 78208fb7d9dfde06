"""Authorization server and token checks; the only place that imports Authlib."""
