"""The authorization server for agency systems, and the check of every token that they bring.

Client credentials with `private_key_jwt`, and nothing else. Authlib gives the plumbing of the endpoints; what it
accepts too easily is decided here (decision 0060). A token is good only while its row, its client and its agency are.
"""
