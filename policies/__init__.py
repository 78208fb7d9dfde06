"""Field catalogue, protocols, decision. Pure: no I/O but reading its own files."""
