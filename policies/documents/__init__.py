"""Protocols as documents: the reference table as a table, the protocol on paper, and what is published of it.

Everything here is pure: bytes of files are read and written in the hub.
"""
