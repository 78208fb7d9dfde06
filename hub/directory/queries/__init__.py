"""All SQL of the directory, one module per family. Nothing here commits."""
