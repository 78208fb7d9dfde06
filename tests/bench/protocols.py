"""Protocols at the size of a country: compiling them, the whole matrix, and answers while a new snapshot compiles."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import product
from random import Random
from statistics import median, quantiles
from threading import Event, Thread
from time import perf_counter

from policies import (
    AccessRequest,
    Basis,
    Catalogue,
    Facts,
    Field,
    FieldType,
    Group,
    Office,
    Protocol,
    ProtocolRef,
    Question,
    Rule,
    Sensitivity,
    Snapshot,
    Words,
    compile_snapshot,
    decide,
)
from policies.matrix import matrix
from policies.matrix_files import as_csv, as_page
from policies.model import (
    ALWAYS,
    Confidentiality,
    EraseBy,
    Obligations,
    Partner,
    Period,
    ProtocolKind,
    Purpose,
    ReadLimit,
    Role,
    Sector,
    Undertakings,
    When,
)
from tests.bench.measure import Figure, in_turns, ratio_of
from tests.bench.sizes import Sizes

ROLES = ("lead", "clerk", "system")
_AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
_COMPILE_AIM_S, _MATRIX_AIM_S, _PAUSE_AIM_MS = 1.0, 5.0, 10.0


def run(sizes: Sizes, _databases: Sequence[str]) -> Iterator[Figure]:
    """Compile, matrix, and decisions beside a compile."""
    catalogue = catalogue_of(sizes.fields)
    protocols = country(catalogue, sizes.protocols)
    yield from _compiling(sizes, catalogue, protocols)
    yield from _matrix(sizes, catalogue)
    yield from _reloading(sizes, catalogue, protocols)


def _compiling(sizes: Sizes, catalogue: Catalogue, protocols: Sequence[Protocol]) -> Iterator[Figure]:
    half = protocols[: len(protocols) // 2]
    taken = in_turns(
        {
            "all": lambda: compile_snapshot(catalogue, protocols),
            "half": lambda: compile_snapshot(catalogue, half),
        },
        rounds=sizes.rounds,
    )
    spent = median(taken["all"])
    what = f"compile {len(protocols)} protocols, {len(catalogue.fields)} fields"
    yield Figure(
        "protocols", what, "", spent, "s", "half of them", ratio_of(taken["all"], taken["half"]),
        f"< {_COMPILE_AIM_S:.0f} s", spent < _COMPILE_AIM_S,
    )  # fmt: skip


def _matrix(sizes: Sizes, catalogue: Catalogue) -> Iterator[Figure]:
    """One holder, so that every recipient and purpose is a column of one table."""
    protocol = hub_and_spokes(catalogue, recipients=sizes.recipients, purposes=sizes.purposes)
    snapshot = compile_snapshot(catalogue, [protocol])
    found = matrix(snapshot, at=_AT)
    cells = sum(len(table.columns) for table in found.tables) * len(catalogue.fields)
    taken = in_turns(
        {
            "matrix": lambda: matrix(snapshot, at=_AT),
            "csv": lambda: as_csv(matrix(snapshot, at=_AT)),
            "page": lambda: as_page(matrix(snapshot, at=_AT)),
        },
        rounds=sizes.rounds,
    )
    for name in ("csv", "page"):
        spent = median(taken[name])
        yield Figure(
            "protocols", f"matrix of {cells:,} cells as {name}", "", spent, "s", "the matrix alone",
            ratio_of(taken[name], taken["matrix"]), f"< {_MATRIX_AIM_S:.0f} s", spent < _MATRIX_AIM_S,
        )  # fmt: skip


def _reloading(sizes: Sizes, catalogue: Catalogue, protocols: Sequence[Protocol]) -> Iterator[Figure]:
    """How long single decisions take while another thread compiles the same protocols over and over, and without."""
    snapshot = compile_snapshot(catalogue, protocols)
    quiet = _latencies(snapshot, sizes.reload_decisions)
    busy = _beside(lambda: compile_snapshot(catalogue, protocols), lambda: _latencies(snapshot, sizes.reload_decisions))
    for name, of in (("p50", _percentile(50)), ("p99", _percentile(99)), ("max", max)):
        has_aim = name == "p99"
        yield Figure(
            "protocols", f"decision while a snapshot compiles, {name}", "", of(busy), "ms", "no compile",
            of(busy) / of(quiet), f"< {_PAUSE_AIM_MS:.0f} ms" if has_aim else "",
            of(busy) < _PAUSE_AIM_MS if has_aim else None,
        )  # fmt: skip


def _percentile(number: int) -> Callable[[list[float]], float]:
    return lambda taken: quantiles(taken, n=100)[number - 1]


def _latencies(snapshot: Snapshot, count: int) -> list[float]:
    """Milliseconds of each of so many decisions about everything there is to ask."""
    keys = list(snapshot.cells)
    taken = []
    for number in range(count):
        recipient, purpose, role, holder = keys[number % len(keys)]
        request = AccessRequest(recipient, role, purpose, holder, snapshot.catalogue.everything, _AT)
        began = perf_counter()
        decide(snapshot, request, Facts())
        taken.append((perf_counter() - began) * 1e3)
    return taken


def _beside(work: Callable[[], object], measured: Callable[[], list[float]]) -> list[float]:
    stop = Event()

    def over_and_over() -> None:
        while not stop.is_set():
            work()

    thread = Thread(target=over_and_over)
    thread.start()
    try:
        return measured()
    finally:
        stop.set()
        thread.join()


# ---- what is measured


def catalogue_of(count: int) -> Catalogue:
    """So many fields, in groups of ten."""
    kinds = (Sensitivity.ORDINARY, Sensitivity.SPECIAL, Sensitivity.SPECIAL, Sensitivity.THIRD_PARTY)
    fields = tuple(
        Field(
            id=f"part.group_{number // 10}.field_{number}",
            ordinal=number,
            type=FieldType.TEXT,
            sensitivity=kinds[number % 4],
            group=f"g{number // 10}",
            question="q",
            title=_words(f"Field {number}"),
            plain=_words("plain"),
        )
        for number in range(count)
    )
    groups = {f"g{number}": Group(f"g{number}", _words("g"), _words("g")) for number in range((count + 9) // 10)}
    return Catalogue(1, fields, groups, {"q": Question("q", _words("q"))}, {})


def country(catalogue: Catalogue, count: int) -> list[Protocol]:
    """So many versions, a quarter of them second ones; each between five of fifty agencies, with thirty rows."""
    random = Random(20)
    agencies = [f"agency-{number}" for number in range(50)]
    found = []
    for number in range(count):
        name, version = (f"p{number}", 1) if number % 4 else (f"p{number - 1}", 2)
        partners = random.sample(agencies, 5)
        pairs = [random.sample(partners, 2) for _ in range(30)]
        rules = tuple(
            _rule(random, catalogue, at, holder=holder, recipient=recipient, purpose=f"purpose-{at % 4}")
            for at, (holder, recipient) in enumerate(pairs)
        )
        found.append(_protocol(ProtocolRef(name, version), partners, 4, rules))
    return found


def hub_and_spokes(catalogue: Catalogue, *, recipients: int, purposes: int) -> Protocol:
    """One holder that shares with every recipient for every purpose, in three rows each."""
    random = Random(21)
    names = [f"agency-{number}" for number in range(recipients)]
    rules = tuple(
        _rule(random, catalogue, number, holder="holder", recipient=recipient, purpose=f"purpose-{purpose}")
        for number, (recipient, purpose, _) in enumerate(product(names, range(purposes), range(3)))
    )
    return _protocol(ProtocolRef("spokes", 1), ["holder", *names], purposes, rules)


def _rule(random: Random, catalogue: Catalogue, number: int, *, holder: str, recipient: str, purpose: str) -> Rule:
    """A row of fifty fields; a third of the rows have a condition, a sixth a limit of reads."""
    begins = random.randrange(max(1, len(catalogue.fields) - 50))
    mask = sum(entry.bit for entry in catalogue.fields[begins : begins + 50])
    return Rule(
        id=f"r{number}",
        holder=holder,
        recipient=recipient,
        roles=frozenset(random.sample(ROLES, 2)),
        purpose=purpose,
        mask=mask,
        basis=list(Basis)[number % 4],
        why=_words("why"),
        article_6="6(1)(e)",
        article_9="9(2)(g)",
        article_10=None,
        condition=None,
        powers=(),
        confidentiality=Confidentiality.NONE,
        withheld_marker=number % 2 == 0,
        obligations=Obligations(
            no_onward_sharing=True,
            reads=ReadLimit(3, Period.WEEK) if number % 6 == 0 else None,
            erase_by=EraseBy.PLAN_ENDS,
            tell_family=False,
        ),
        when=When(age_until=18) if number % 3 == 0 else ALWAYS,
    )


def _protocol(ref: ProtocolRef, agencies: Sequence[str], purposes: int, rules: tuple[Rule, ...]) -> Protocol:
    month = 1 if ref.version == 1 else 3
    return Protocol(
        ref=ref,
        kind=ProtocolKind.RECIPROCAL,
        title=_words("title"),
        introduction=_words("introduction"),
        catalogue=1,
        partners={
            agency: Partner(
                agency, _words(agency), Sector.HEALTH, _words("o"), Office(agency, _words("o"), "o"), frozenset(ROLES)
            )
            for agency in agencies
        },
        roles={code: Role(code, _words(code)) for code in ROLES},
        purposes={f"purpose-{one}": Purpose(f"purpose-{one}", _words(f"purpose {one}")) for one in range(purposes)},
        admission=(),
        rules=rules,
        retention=(),
        in_force_from=date(2026, month, 1),
        review_on=date(2027, 12, 1),
        undertakings=Undertakings(*[_words("undertaking")] * 6),
    )


def _words(text: str) -> Words:
    return Words(en=text, cy=f"{text} (cy)")
