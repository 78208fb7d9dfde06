"""The words of a mail. INVARIANT: nothing here takes anything about a person or a learner, so none can be written."""

from __future__ import annotations

from hub.telling.model import Language

_SUBJECT: dict[Language, str] = {"cy": "Dolen: cyfeirnod {reference}", "en": "Dolen: reference {reference}"}
_NOTICE: dict[Language, str] = {
    "cy": (
        "Mae newid i chi edrych arno, cyfeirnod {reference}.\n"
        "Mewngofnodwch: {base_url}/cy/inbox\n\n"
        "Efallai y cewch y neges hon ddwywaith; yr un newid ydyw. Peidiwch ag ateb y neges hon.\n"
    ),
    "en": (
        "There is a change for you to look at, reference {reference}.\n"
        "Sign in: {base_url}/en/inbox\n\n"
        "You may get this message twice; it is the same change. Please do not reply to it.\n"
    ),
}
_CODE_SUBJECT: dict[Language, str] = {"cy": "Dolen: eich cod mewngofnodi", "en": "Dolen: your sign-in code"}
_CODE: dict[Language, str] = {
    "cy": "Eich cod mewngofnodi: {code}\n\nOs na wnaethoch chi ofyn amdano, anwybyddwch y neges hon.\n",
    "en": "Your sign-in code: {code}\n\nIf you did not ask for it, ignore this message.\n",
}
_BETWEEN = "\n-- -- --\n\n"


def notice_text(*, reference: str, base_url: str, language: Language | None) -> tuple[str, str]:
    """Subject and body of a notice; in both languages, Welsh first, where the person's is not known.

    Welsh Language (Wales) Measure 2011, standards on correspondence: not to be treated less favourably than English.
    """
    base_url = base_url.rstrip("/")
    bodies = [_NOTICE[each].format(reference=reference, base_url=base_url) for each in _languages(language)]
    subjects = [_SUBJECT[each].format(reference=reference) for each in _languages(language)]
    return " / ".join(subjects), _BETWEEN.join(bodies)


def code_text(*, code: str, language: Language | None) -> tuple[str, str]:
    """Subject and body of a sign-in code. The code is in the body only: subjects show on a locked telephone."""
    bodies = [_CODE[each].format(code=code) for each in _languages(language)]
    return " / ".join(_CODE_SUBJECT[each] for each in _languages(language)), _BETWEEN.join(bodies)


def _languages(language: Language | None) -> tuple[Language, ...]:
    return ("cy", "en") if language is None else (language,)
