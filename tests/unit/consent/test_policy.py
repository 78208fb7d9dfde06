"""Policy files: whom a reader trusts, and how many are enough."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent.ledger.policy import PolicyMalformed, parse_policy
from tests.unit.consent.worlds import WITNESSES, MemoryLog, Witness, key, three_witnesses

LOG = f"log {MemoryLog().vkey}\n"
NAMED = three_witnesses("")


def policy(text: str) -> bytes:
    return text.encode()


def test_a_policy_may_need_no_witness() -> None:
    read = parse_policy(policy(LOG + "quorum none\n"))
    assert read.is_satisfied(frozenset())
    assert [log.name for log in read.logs] == [MemoryLog().origin]


def test_comments_blank_lines_and_addresses_mean_nothing() -> None:
    text = f"# who\n\n \t\n  {LOG[:-1]} https://hub.example\n\t#x\nwitness a {WITNESSES[0].vkey}\thttps://a\nquorum a\n"
    assert parse_policy(policy(text)).is_satisfied({"a"})


@pytest.mark.parametrize(
    ("lines", "enough"),
    [
        ("quorum b\n", lambda who: "b" in who),
        ("group g any a b c\nquorum g\n", lambda who: len(who) >= 1),
        ("group g all a b c\nquorum g\n", lambda who: len(who) == 3),
        ("group g 2 a b c\nquorum g\n", lambda who: len(who) >= 2),
        ("group x any a b\ngroup y all x c\nquorum y\n", lambda who: "c" in who and who & {"a", "b"}),
        ("quorum none\n", lambda _who: True),
    ],
)
def test_every_set_of_witnesses_is_judged_by_the_rule(lines: str, enough: object) -> None:
    read = parse_policy(policy(LOG + NAMED + lines))
    for count in range(4):
        for who in itertools.combinations("abc", count):
            assert read.is_satisfied(frozenset(who)) is bool(enough(set(who)))  # type: ignore[operator]


@given(st.sets(st.sampled_from("abc")), st.sampled_from("abc"))
def test_one_more_witness_never_breaks_a_quorum(who: set[str], more: str) -> None:
    read = parse_policy(policy(LOG + NAMED + "group g 2 a b c\nquorum g\n"))
    assert read.is_satisfied(who | {more}) or not read.is_satisfied(who)


def test_the_published_example_has_this_form() -> None:
    names = [f"{group}{number}" for group in "XY" for number in (1, 2, 3)]
    lines = [f"witness {name} {key_of(at)}" for at, name in enumerate(names)]
    lines += ["group X-witnesses 2 X1 X2 X3", "group Y-witnesses any Y1 Y2 Y3"]
    lines += ["group X-and-Y all X-witnesses Y-witnesses", "quorum X-and-Y"]
    read = parse_policy(policy(LOG + "\n".join(lines) + "\n"))
    assert read.is_satisfied({"X1", "X3", "Y2"})
    assert not read.is_satisfied({"X1", "X2", "X3"})
    assert not read.is_satisfied({"X1", "Y1", "Y2", "Y3"})


def key_of(number: int) -> str:
    return Witness(f"w{number}", key(100 + number)).vkey


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (LOG, 0),
        (LOG + "quorum none", 2),
        (LOG + "quorum none\nquorum none\n", 3),
        (LOG + "quorum a\n", 2),
        (LOG + NAMED + "quorum d\n", 5),
        (LOG + LOG + "quorum none\n", 2),
        (NAMED + NAMED + "quorum none\n", 4),
        (f"witness none {WITNESSES[0].vkey}\nquorum none\n", 1),
        (f"witness z {WITNESSES[0].vkey}\nwitness y {WITNESSES[0].vkey}\nquorum none\n", 2),
        (f"log {WITNESSES[0].vkey}\nquorum none\n", 1),
        (f"witness a {MemoryLog().vkey}\nquorum none\n", 1),
        (NAMED + "group g 0 a b\nquorum g\n", 4),
        (NAMED + "group g 4 a b c\nquorum g\n", 4),
        (NAMED + "group g 02 a b c\nquorum g\n", 4),
        (NAMED + "group g most a b c\nquorum g\n", 4),
        (NAMED + "group g any\nquorum g\n", 4),
        (NAMED + "group g any a a\nquorum g\n", 4),
        (NAMED + "group g any a none\nquorum g\n", 4),
        (NAMED + "group g any g\nquorum g\n", 4),
        (NAMED + "group a any b c\nquorum a\n", 4),
        (NAMED + "group g any a\ngroup h any a\nquorum g\n", 5),
        ("trust me\nquorum none\n", 1),
        ("log\nquorum none\n", 1),
        ("quorum\n", 1),
        ("quorum none\r\n", 0),
        ("quorum none\x00\n", 0),
        ("#" * 70_000 + "\n", 0),
    ],
)
def test_a_policy_that_cannot_be_followed_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(PolicyMalformed) as refused:
        parse_policy(policy(text))
    assert refused.value.line == line


def test_bytes_that_are_not_utf8_are_names_like_others() -> None:
    text = f"witness \xff {WITNESSES[0].vkey}\nquorum \xff\n".encode("latin-1")
    assert list(parse_policy(text).witnesses) == ["\udcff"]


@given(st.binary(max_size=120))
def test_no_bytes_crash_the_reader(data: bytes) -> None:
    try:
        read = parse_policy(data + b"\nquorum none\n")
    except PolicyMalformed:
        return
    assert read.quorum is None
