"""Check rules of the numbers that a learner may carry.

Sources: NHS Data Dictionary, "NHS NUMBER" (modulus 11); DfE, "Unique pupil numbers: guide" (check letter, temporary
numbers); HESA and the Learning Records Service, "ULN" (remainder 10). A good check digit proves little: stand-ins such
as 0000000000 pass modulus 11 and are refused here by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from connectors.base import Identifier, IdentifierKind

NHS_NUMBER_SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN_SHAPE = re.compile(rf"[A-Z][0-9]{{11}}[0-9{_UPN_LETTERS}]")
_TEN_DIGITS = re.compile(r"[0-9]{10}")
_SEPARATORS = re.compile(r"[ \t\u00a0-]+")
LONGEST = 64
"""Characters of a number at most; what is longer is no number and is not kept as one."""
_LOWEST_AUTHORITY = 201  # City of London; Wales has 660 to 681, which some libraries leave out


def normalised(text: str) -> str:
    """`text` without the spaces and hyphens that people write into numbers, in capitals; other scripts stay."""
    return _SEPARATORS.sub("", text.strip()).upper()


def is_nhs_number(number: str) -> bool:
    """Whether `number` (normalised) could have been issued: modulus 11, no check digit of 10, no repeated digit."""
    if _TEN_DIGITS.fullmatch(number) is None or len(set(number)) == 1:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:9], range(10, 1, -1), strict=True))
    return (11 - total % 11) % 11 == int(number[9])  # 10 never equals one digit: such a number is not issued


def is_test_nhs_number(number: str) -> bool:
    """Whether `number` is of the range 999, which is kept for tests and never issued to a person."""
    return number.startswith("999")


class UpnFault(StrEnum):
    """What is wrong with a unique pupil number; the flags of a unit name it."""

    SHAPE = "upn_shape"
    CHECK_LETTER = "upn_check_letter"
    AUTHORITY = "upn_authority"


def upn_fault(number: str) -> UpnFault | None:
    """What is wrong with `number` (normalised) as a unique pupil number, permanent or temporary (ends in a letter)."""
    if _UPN_SHAPE.fullmatch(number) is None:
        return UpnFault.SHAPE
    values = [int(sign) if sign.isdigit() else _UPN_LETTERS.index(sign) for sign in number[1:]]
    total = sum(position * value for position, value in enumerate(values, start=2))
    if _UPN_LETTERS[total % 23] != number[0]:
        return UpnFault.CHECK_LETTER
    return UpnFault.AUTHORITY if int(number[1:4]) < _LOWEST_AUTHORITY else None


def is_upn(number: str) -> bool:
    """Whether `number` (normalised) is a unique pupil number."""
    return upn_fault(number) is None


def is_temporary_upn(number: str) -> bool:
    """Whether a UPN was given for the time being, so that the pupil will have another one."""
    return is_upn(number) and number[-1].isalpha()


def is_uln(number: str) -> bool:
    """Whether `number` (normalised) is a unique learner number: weights 10 to 1, remainder 10 of 11, no 0 first."""
    if _TEN_DIGITS.fullmatch(number) is None or number[0] == "0" or len(set(number)) == 1:
        return False
    return sum(int(digit) * weight for digit, weight in zip(number, range(10, 0, -1), strict=True)) % 11 == 10


def nhs_number(text: str) -> Identifier:
    """The NHS number in `text`, checked; normalised when it is one, else as it came."""
    number = normalised(text)
    is_valid = is_nhs_number(number)
    return Identifier(
        IdentifierKind.NHS_NUMBER,
        number if is_valid else text.strip(),
        system=NHS_NUMBER_SYSTEM,
        is_valid=is_valid,
        is_test=is_test_nhs_number(number),
    )


def upn(text: str, *, former: bool = False) -> Identifier:
    """The unique pupil number in `text`, checked likewise; `former` for one that the pupil had before."""
    number = normalised(text)
    is_valid = is_upn(number)
    kind = IdentifierKind.FORMER_UPN if former else IdentifierKind.UPN
    return Identifier(kind, number if is_valid else text.strip(), is_valid=is_valid)


def uln(text: str) -> Identifier:
    """The unique learner number in `text`, checked likewise."""
    number = normalised(text)
    is_valid = is_uln(number)
    return Identifier(IdentifierKind.ULN, number if is_valid else text.strip(), is_valid=is_valid)


def local(system: str, value: str) -> Identifier:
    """A further number of the holder's own for the child; it has no check digit that we know."""
    return Identifier(IdentifierKind.LOCAL, value.strip(), system=system)


def doubts(numbers: Iterable[Identifier]) -> tuple[str, ...]:
    """Flags that say which numbers are not what they claim to be: kept, and never matched on."""
    return tuple(dict.fromkeys(_doubt(number) for number in numbers if not number.is_valid))


def _doubt(number: Identifier) -> str:
    if number.kind not in {IdentifierKind.UPN, IdentifierKind.FORMER_UPN}:
        return f"{number.kind.value}_check_digit"
    fault = upn_fault(normalised(number.value)) or UpnFault.SHAPE
    return fault.value if number.kind is IdentifierKind.UPN else f"former_{fault.value}"
