"""The register of protocol versions: what was proposed, who signed it, and what counts now."""
