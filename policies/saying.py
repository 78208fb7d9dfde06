"""Reasons and changes in plain words, in both languages: what command line, API and pages all say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from policies.changes import Change, Step
from policies.fields import Catalogue
from policies.outcome import Reason
from policies.told import CLOSED
from policies.words import Words

_WALES = ZoneInfo("Europe/London")
_LOCALES: Final = {"en": "en_GB", "cy": "cy"}

_REASONS: Final[Mapping[str, Words]] = {
    Reason.OWN_RECORD: Words("It is their own record.", "Eu cofnod eu hunain ydyw."),
    Reason.LEGAL_OBLIGATION: Words(
        "The law says that this must be shared.", "Mae’r gyfraith yn dweud bod rhaid rhannu hyn."
    ),
    Reason.PUBLIC_TASK: Words(
        "The law lets them share this to do their work.", "Mae’r gyfraith yn gadael iddynt rannu hyn i wneud eu gwaith."
    ),
    Reason.CONSENT: Words("It was agreed to.", "Cytunwyd i hyn."),
    Reason.OVERRIDE: Words(
        "It is open for a time to keep somebody safe.", "Mae ar agor am gyfnod er mwyn cadw rhywun yn ddiogel."
    ),
    Reason.BARRED: Words("A bar keeps it closed.", "Mae gwaharddiad yn ei gadw ar gau."),
    Reason.OBJECTION_OPEN: Words(
        "Somebody objected to it, and the objection stands.",
        "Gwrthwynebodd rhywun hyn, ac mae’r gwrthwynebiad yn sefyll.",
    ),
    Reason.CONSENT_EXPIRED: Words("The agreement to it has come to its end.", "Daeth y cytundeb iddo i ben."),
    Reason.CONSENT_NOT_BEGUN: Words(
        "The agreement to it has not begun yet.", "Nid yw’r cytundeb iddo wedi dechrau eto."
    ),
    Reason.CONSENT_OUTGROWN: Words(
        "It was agreed to under an earlier version of the protocol, which shared less.",
        "Cytunwyd iddo o dan fersiwn gynharach o’r protocol, a oedd yn rhannu llai.",
    ),
    Reason.CONSENT_MISSING: Words(
        "It is shared only where it is agreed to, and it is not.",
        "Dim ond os cytunir iddo y caiff ei rannu, ac ni chytunwyd iddo.",
    ),
    Reason.CONDITION_UNMET: Words(
        "The protocol shares it under a condition that is not met.",
        "Mae’r protocol yn ei rannu o dan amod nad yw wedi’i fodloni.",
    ),
    Reason.READ_LIMIT: Words(
        "They have read it as often as they may for now.", "Maent wedi ei ddarllen mor aml ag y cânt am y tro."
    ),
    Reason.OVERRIDE_ONLY: Words(
        "It stays closed unless somebody may come to harm.", "Mae’n aros ar gau oni bai y gallai rhywun gael niwed."
    ),
    Reason.NO_RULE: Words(
        "No row of a protocol in force shares it with them in this role for this.",
        "Nid oes yr un rhes o brotocol sydd mewn grym yn ei rannu â nhw yn y rôl hon at y diben hwn.",
    ),
    Reason.PROTOCOL_LAPSED: Words(
        "The protocol has passed its review date, or was replaced.",
        "Mae’r protocol wedi mynd heibio i’w ddyddiad adolygu, neu wedi’i ddisodli.",
    ),
    Reason.PROTOCOL_NOT_STARTED: Words("The protocol is not in force yet.", "Nid yw’r protocol mewn grym eto."),
    Reason.UNKNOWN_RECIPIENT: Words(
        "The recipient is a partner of no protocol.", "Nid yw’r derbynnydd yn bartner mewn unrhyw brotocol."
    ),
    Reason.UNKNOWN_HOLDER: Words(
        "The holder is a partner of no protocol.", "Nid yw’r deiliad yn bartner mewn unrhyw brotocol."
    ),
    Reason.UNKNOWN_PURPOSE: Words(
        "No protocol of theirs knows this purpose.", "Nid yw’r un o’u protocolau’n adnabod y diben hwn."
    ),
    Reason.UNKNOWN_ROLE: Words(
        "They do not have this role in any protocol.", "Nid oes ganddynt y rôl hon mewn unrhyw brotocol."
    ),
    Reason.UNKNOWN_FIELD: Words("The catalogue has no such field.", "Nid oes maes o’r fath yn y catalog."),
    CLOSED: Words(
        "It is closed now. There can be reasons that this page does not show.",
        "Mae ar gau ar hyn o bryd. Gall fod rhesymau nad yw’r dudalen hon yn eu dangos.",
    ),
}

_CHANGES: Final[Mapping[Change, Words]] = {
    Change.CONSENT_GIVEN: Words(
        "whoever may decide about it agrees to share: {group}",
        "bod pwy bynnag a gaiff benderfynu yn cytuno i rannu: {group}",
    ),
    Change.CONSENT_RENEWED: Words(
        "whoever may decide about it agrees again to share: {group}",
        "bod pwy bynnag a gaiff benderfynu yn cytuno eto i rannu: {group}",
    ),
    Change.CONSENT_WIDENED: Words(
        "whoever agreed under the earlier version ({protocol}) is asked for the difference, and agrees: {group}",
        "bod pwy bynnag a gytunodd o dan y fersiwn gynharach ({protocol}) yn cael cais am y gwahaniaeth,"
        " ac yn cytuno: {group}",
    ),
    Change.CONSENT_BEGINS: Words(
        "the agreement that was given begins: {moment}", "bod y cytundeb a roddwyd yn dechrau: {moment}"
    ),
    Change.OBJECTION_ANSWERED: Words(
        "the holder answers the objection with reasons that outweigh it, or it is taken back",
        "bod y deiliad yn ateb y gwrthwynebiad â rhesymau sy’n drech nag ef,"
        " neu fod y gwrthwynebiad yn cael ei dynnu’n ôl",
    ),
    Change.BAR_LIFTED: Words("the bar on it is lifted", "bod y gwaharddiad arno yn cael ei godi"),
    Change.AGE_FITS: Words(
        "the learner’s age is known, and is {ages}", "bod oedran y dysgwr yn hysbys, a’i fod yn {ages}"
    ),
    Change.LEVEL_FITS: Words(
        "the learner’s level of need is known, and is one of: {levels}",
        "bod lefel angen y dysgwr yn hysbys, a’i bod yn un o: {levels}",
    ),
    Change.LIVE_TIE: Words(
        "the recipient has a live tie to the learner", "bod gan y derbynnydd gyswllt byw â’r dysgwr"
    ),
    Change.CONDITIONS_HOLD: Words(
        "the conditions that the row has for a learner are met",
        "bod yr amodau sydd gan y rhes ar gyfer dysgwr wedi’u bodloni",
    ),
    Change.OVERRIDE_MADE: Words(
        "somebody in this role makes an override to keep somebody safe, with a second person",
        "bod rhywun yn y rôl hon yn gwneud gwrthwneud er mwyn cadw rhywun yn ddiogel, gydag ail berson",
    ),
    Change.ROW_BEGINS: Words("the row begins to count: {moment}", "bod y rhes yn dechrau cyfrif: {moment}"),
    Change.READ_AGAIN: Words("the next read is due: {moment}", "bod y darlleniad nesaf yn bosibl: {moment}"),
    Change.PROTOCOL_BEGINS: Words(
        "the protocol {protocol} comes into force: {moment}", "bod y protocol {protocol} yn dod i rym: {moment}"
    ),
    Change.ROW_AGREED: Words(
        "the partners agree a new version of a protocol, with a row for this role and purpose",
        "bod y partneriaid yn cytuno ar fersiwn newydd o brotocol, gyda rhes ar gyfer y rôl a’r diben hyn",
    ),
    Change.PARTNER_JOINS: Words(
        "the agency becomes a partner of a protocol", "bod yr asiantaeth yn dod yn bartner mewn protocol"
    ),
    Change.PURPOSE_KNOWN: Words(
        "it asks for `own-record`, or for a purpose of one of its protocols",
        "ei bod yn gofyn at ddiben `own-record`, neu at ddiben un o’i phrotocolau",
    ),
    Change.ROLE_KNOWN: Words(
        "it asks in a role that it has in one of its protocols",
        "ei bod yn gofyn mewn rôl sydd ganddi yn un o’i phrotocolau",
    ),
}


def say_reason(code: str) -> Words:
    """A reason (or `policies.told.CLOSED`) as one sentence."""
    return _REASONS[code]


def say_step(step: Step, catalogue: Catalogue) -> Words:
    """One change as a half sentence that goes on after "if"."""
    template = _CHANGES[step.change]
    return Words(
        en=template.en.format(**_details(step, catalogue, "en")),
        cy=template.cy.format(**_details(step, catalogue, "cy")),
    )


def _details(step: Step, catalogue: Catalogue, language: str) -> dict[str, str]:
    group = catalogue.groups.get(step.group or "")
    title = None if group is None else group.title
    return {
        "group": step.group or "" if title is None else (title.cy if language == "cy" else title.en),
        "protocol": "" if step.protocol is None else str(step.protocol),
        "moment": "" if step.at is None else _moment(step.at, language),
        "levels": ", ".join(str(level) for level in step.levels),
        "ages": _ages(step.ages or (None, None)),
    }


def _ages(ages: tuple[int | None, int | None]) -> str:
    """The ages in completed years that fit, as figures: `11-17`, `16+`, `0-15`."""
    least, end = ages
    return f"{least}+" if end is None else f"{least or 0}-{end - 1}"


def _moment(at: datetime, language: str) -> str:
    local, locale = at.astimezone(_WALES), _LOCALES[language]
    return f"{format_date(local, 'd MMMM y', locale=locale)}, {format_time(local, 'HH:mm', locale=locale)}"
