"""`python -m hub.cli` is `dolen`."""

from hub.cli import main

main()
