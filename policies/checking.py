"""`dolen policy check` beyond what does not parse: all that protocols say which can't have been meant.

Nothing here keeps a protocol from loading: what does not load permits nothing, and a review date that passed must not
stop a hub from starting. Normative list: docs/policy-language.md, section "What `policy check` looks for".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations

from policies.bars import barrable
from policies.fields import Catalogue
from policies.findings import Check, Finding
from policies.holding import held_by
from policies.idle_rows import PlacedRow, idle_passages, never_applying, placed_rows, shadowed
from policies.model import Basis, Protocol, ProtocolRef
from policies.words import Words

Signed = Mapping[ProtocolRef, Collection[str]]
"""Per version, the agencies of which a signature over these very bytes is there."""


def check(
    protocols: Sequence[Protocol],
    catalogue: Catalogue,
    *,
    on: date,
    signed: Signed | None = None,
    kept_back: int = 0,
) -> tuple[Finding, ...]:
    """Everything to mend in protocols that load, as of the day `on`.

    Args:
        protocols: all versions that are to stand beside each other.
        on: the day as of which review dates are judged.
        signed: who signed which version; None: drafts, of which no signature is expected yet.
        kept_back: fields of which somebody wrote down that nobody is to see them.
    """
    rows = placed_rows(protocols)
    found: list[Finding] = [*never_applying(rows), *idle_passages(protocols), *shadowed(rows)]
    found += [*_telling_markers(rows, catalogue), *_asked_twice(rows, catalogue), *_reviews(protocols, on)]
    found += [*_seen_by_nobody(protocols, catalogue, kept_back), *_without_welsh(catalogue)]
    if signed is not None:
        found += _unsigned(protocols, signed)
    return tuple(sorted(found))


def _telling_markers(rows: Iterable[PlacedRow], catalogue: Catalogue) -> Iterator[Finding]:
    taken = barrable(catalogue)
    for row in rows:
        if row.rule.withheld_marker and row.rule.mask & taken:
            names = _listed(catalogue.ids(row.rule.mask & taken))
            problem = f"shows a marker for {names}, which a bar takes away by its tag: the marker's absence would tell"
            yield row.finding(Check.MARKER_TELLS, problem, "put these fields into a row with `withheld_marker: false`")


def _asked_twice(rows: Iterable[PlacedRow], catalogue: Catalogue) -> Iterator[Finding]:
    """Pairs of protocols that ask a family the same question at the same time."""
    asking = [row for row in rows if row.rule.basis is Basis.CONSENT]
    seen: set[tuple[str, ...]] = set()
    for first, second in combinations(sorted(asking, key=lambda row: (row.protocol.ref, row.rule.line)), 2):
        if not _ask_alike(first, second):
            continue
        for group in catalogue.by_group(first.rule.mask).keys() & catalogue.by_group(second.rule.mask).keys():
            rule = second.rule
            question = (first.protocol.ref.id, second.protocol.ref.id, rule.holder, rule.recipient, rule.purpose, group)
            if question not in seen:
                seen.add(question)
                problem = f"asks for consent to `group:{group}`, as `{first.protocol.ref}#{first.rule.id}` does already"
                yield second.finding(Check.ASKED_TWICE, problem, "keep the group in one of the two protocols")


def _ask_alike(first: PlacedRow, second: PlacedRow) -> bool:
    return (
        first.protocol.ref.id != second.protocol.ref.id
        and (first.rule.holder, first.rule.recipient, first.rule.purpose)
        == (second.rule.holder, second.rule.recipient, second.rule.purpose)
        and max(first.starts_at, second.starts_at) < min(first.ends_at, second.ends_at)
    )


def _reviews(protocols: Sequence[Protocol], on: date) -> Iterator[Finding]:
    """Reviews that are over or too far away; a version that another has taken over from needs none."""
    for one in protocols:
        later = (other for other in protocols if other.ref.id == one.ref.id and other.ref.version > one.ref.version)
        if any(other.in_force_from <= on for other in later):
            continue
        if one.review_on <= on:
            problem = f"{one.ref} was to be reviewed on {one.review_on}, and has permitted nothing since"
            yield _at(one, "review_on", Check.REVIEW, problem, "review it, and sign a new version")
        elif one.review_on > two_years_after(on):
            problem = f"{one.ref} is to be reviewed on {one.review_on}, more than 2 years from {on}"
            yield _at(one, "review_on", Check.REVIEW, problem, f"set a day up to {two_years_after(on)}")


def two_years_after(day: date) -> date:
    """The same day two years later; 28 February for a 29th."""
    try:
        return day.replace(year=day.year + 2)
    except ValueError:
        return day.replace(year=day.year + 2, day=28)


def _seen_by_nobody(protocols: Sequence[Protocol], catalogue: Catalogue, kept_back: int) -> Iterator[Finding]:
    """One finding that lists the fields which a holder of these protocols has, and which no row shares."""
    if not protocols:
        return
    sectors = {one.partners[rule.holder].sector for one in protocols for rule in one.rules}
    shared = 0
    for one in protocols:
        for rule in one.rules:
            shared |= rule.mask
    alone = [entry.id for entry in catalogue.entries(catalogue.everything & ~shared & ~kept_back)
             if held_by(entry) & sectors]  # fmt: skip
    if alone:
        problem = f"{len(alone)} fields that these partners hold are shared with nobody: {', '.join(sorted(alone))}"
        remedy = "share them in a row, or say that it is meant: a property with `never: true` in properties.yaml"
        yield _at(protocols[0], "information", Check.NOBODY_SEES, problem, remedy)


def _without_welsh(catalogue: Catalogue) -> Iterator[Finding]:
    """The loader refuses a field without Welsh; here are those in which the Welsh is the English once more."""
    for entry in catalogue.fields:
        for key, words in (("title", entry.title), ("plain", entry.plain)):
            if _is_copied(words):
                problem = f"the `{key}` of `{entry.id}` says in Welsh what it says in English, word for word"
                yield Finding(entry.file, entry.line, Check.NO_WELSH, problem, "write it in Welsh")


def _is_copied(words: Words) -> bool:
    """Three words alike are no loanword."""
    return len(words.en.split()) >= 3 and words.en.casefold() == words.cy.casefold()


def _unsigned(protocols: Iterable[Protocol], signed: Signed) -> Iterator[Finding]:
    for one in protocols:
        for agency in sorted(one.partners.keys() - set(signed.get(one.ref, ()))):
            problem = f"no signature of `{agency}` over {one.ref} as this file says it"
            remedy = "have its designated person run `dolen policy sign`; for a draft, check with --draft"
            yield Finding(one.file, one.partners[agency].line or 1, Check.UNSIGNED, problem, remedy)


def _at(protocol: Protocol, key: str, check_: Check, problem: str, remedy: str) -> Finding:
    return Finding(protocol.file, protocol.line_of(key), check_, problem, remedy)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
