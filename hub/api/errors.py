"""What a request to the API can be refused for before any use case is asked. None of these quotes the request."""

from __future__ import annotations


class ApiError(Exception):
    """Whatever this folder raises."""


class RequestRefused(ApiError):
    """The request is readable and not what the route takes; `members` are the places, by names that we gave them."""

    def __init__(self, members: tuple[str, ...]) -> None:
        super().__init__(f"refused members: {', '.join(members)}")
        self.members = members


class BodyUnreadable(ApiError):
    """The body is not JSON, or JSON that readers would understand differently."""


class WrongContentType(ApiError):
    """The body is of a type that the route does not take."""


class NoSuchLearner(ApiError):
    """Nobody has these identifiers, or whoever has them is not the caller's: both alike."""


class NothingSigned(ApiError):
    """The ledger has no signed checkpoint yet."""
