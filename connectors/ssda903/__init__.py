"""SSDA903: the return of looked-after children, one CSV file a table. What is carried: docs/connecting.md."""
