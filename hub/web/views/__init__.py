"""The pages, one module per part of the site. Each reads a form, calls a use case and answers; it decides nothing."""
