"""The running service: the rooms and the order in which they may import each other are in docs/architecture.md."""
