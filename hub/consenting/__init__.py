"""Who has standing, and a consent event with its outbox and notice rows in one transaction."""
