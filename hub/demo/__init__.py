"""The fictional partnership and its story: three partners, twelve children, one family that decides."""
