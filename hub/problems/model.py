"""What a caller is told when something did not go through."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of problem. `slug` is for ever; the texts say what happened, what was kept, and what to do."""

    slug: str
    status: int
    title: str
    happened: str
    kept: str
    to_do: str
    retry_after: int | None = None

    @property
    def type(self) -> str:
        """The `type` of the document: an address under which the same is explained."""
        return f"/problems/{self.slug}"

    @property
    def detail(self) -> str:
        """The three texts in a row."""
        return f"{self.happened} {self.kept} {self.to_do}"
