"""The text on which a decision is taken: built once, shown as it is, and bound to the decision by its SHA-256.

It names no person: the same offer gives the same bytes, so a text can be built again later and held against the ledger.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hub.asking.model import Objected
from hub.consenting.model import ConsentLine, Offer, Shown
from hub.web.language import Language, Translate, day, translate
from hub.web.words import Words

VERSION = "pages-1"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownText:
    """Everything that a check page says about one decision."""

    language: Language
    title: str
    sections: tuple[Section, ...]

    def canonical(self) -> bytes:
        """UTF-8, NFC, one line per text, `# ` before headings and `- ` before items, a newline after every line."""
        lines = [f"dolen-shown-text/{VERSION}", self.language, _one_line(self.title)]
        for section in self.sections:
            lines.append(f"# {_one_line(section.heading)}")
            lines.extend(f"- {_one_line(item)}" for item in section.items)
        return unicodedata.normalize("NFC", "".join(f"{line}\n" for line in lines)).encode()

    def shown(self) -> Shown:
        """What the decision is recorded with."""
        return Shown(VERSION, self.language, hashlib.sha256(self.canonical()).digest())


def of_grant(offer: Offer, *, field_ids: Sequence[str], until_on: date, words: Words, language: Language) -> ShownText:
    """The text under which sharing is agreed to."""
    _ = translate(language)
    return ShownText(
        language,
        _("Check your answers before you agree to share"),
        (
            Section(_("Who will be able to see it"), (words.agency(offer.recipient),)),
            Section(_("Whose records they are"), (words.agency(offer.holder),)),
            Section(_("What they will be able to see"), _fields(field_ids, words)),
            *_beyond(offer, field_ids, words, _),
            Section(_("Why"), (words.purpose(offer.purpose),)),
            Section(_("Whether you have to agree"), (_("No. This is your choice, and you can stop it at any time."),)),
            Section(_("Until"), (_("The end of %s") % day(until_on, language),)),
            Section(_("If you do not agree"), _if_no(_) if offer.difference is None else _if_left(_)),
            Section(_("If you have answered before"), (_("This answer takes the place of your earlier one."),)),
            Section(_("If somebody else may decide too"), (_("Only what all of you agree to is shown."),)),
            Section(_("Who to ask"), (words.ask(offer.holder),)),
        ),
    )


def of_refusal(offer: Offer, *, words: Words, language: Language) -> ShownText:
    """The text under which sharing is refused."""
    _ = translate(language)
    return ShownText(
        language,
        _("Check your answer before you say no"),
        (
            Section(_("Who would have been able to see it"), (words.agency(offer.recipient),)),
            Section(_("Whose records they are"), (words.agency(offer.holder),)),
            Section(_("What will not be shared"), _fields(offer.field_ids, words)),
            Section(_("Why they ask"), (words.purpose(offer.purpose),)),
            Section(_("What happens when you say no"), _if_no(_)),
            *(() if offer.difference is None else (Section(_("What you agreed to before"), _if_left(_)),)),
            Section(_("Who to ask"), (words.ask(offer.holder),)),
        ),
    )


def of_withdrawal(consent: ConsentLine, *, words: Words, language: Language) -> ShownText:
    """The text under which sharing is stopped."""
    _ = translate(language)
    return ShownText(
        language,
        _("Check before you stop sharing"),
        (
            Section(_("Who can see it now"), (words.agency(consent.recipient),)),
            Section(_("Whose records they are"), (words.agency(consent.holder),)),
            Section(_("What you stop sharing"), _fields(consent.field_ids, words)),
            Section(_("Why it was shared"), (words.purpose(consent.purpose),)),
            Section(_("When it stops"), (_("At once: from the moment you confirm, the next look shows none of it."),)),
            Section(
                _("What was already shared"),
                (
                    _("What was seen before you stop cannot be unseen, and may be part of their own records by now."),
                    _("You can ask whoever saw it to delete it. They must answer you."),
                ),
            ),
            Section(_("What does not change"), (_("What the law lets them see without your agreement."),)),
            Section(_("Who to ask"), (words.ask(consent.holder),)),
        ),
    )


def of_objection(about: Objected, *, words: Words, language: Language) -> ShownText:
    """The text under which somebody objects to a public task. What they say themselves is not in it."""
    _ = translate(language)
    return ShownText(
        language,
        _("Check before you object"),
        (
            Section(_("Who can see it now"), (words.agency(about.recipient),)),
            Section(_("Whose records they are"), (words.agency(about.holder),)),
            Section(_("What you object to"), _fields(about.field_ids, words)),
            Section(_("Why it is shared"), (words.purpose(about.purpose),)),
            Section(_("When it stops"), (_("At once: from the moment you confirm, the next look shows none of it."),)),
            Section(
                _("What happens next"),
                (
                    _("Whoever holds the records looks at your reasons and answers you within a month."),
                    _("If they agree, it stays closed. If they do not, they must say why, and it is shared again."),
                    _("You can take your objection back at any time."),
                ),
            ),
            Section(_("What does not change"), (_("What the law says they must share."),)),
            Section(
                _("Who learns of it"),
                (_("Whoever holds the records, and the accountable person. Nobody else in the family is told."),),
            ),
            Section(_("Who to ask"), (words.ask(about.holder),)),
        ),
    )


def _beyond(offer: Offer, field_ids: Sequence[str], words: Words, _: Translate) -> tuple[Section, ...]:
    """What is new since this person agreed: nothing else is asked."""
    new = offer.difference
    if new is None:
        return ()
    fields = [field_id for field_id in new.fields if field_id in set(field_ids)]
    roles = tuple(
        f"{words.role(role)}: {', '.join(words.field(field_id) for field_id in seen)}" for role, seen in new.roles
    )
    found = (
        Section(_("What you agreed to before"), tuple(words.field(field_id) for field_id in new.agreed)),
        Section(_("New: what they would see besides"), tuple(words.field(field_id) for field_id in fields)),
        Section(_("New: who else would see what you agreed to"), roles),
        Section(_("New: what they would see on other terms"), tuple(words.field(one) for one in new.terms)),
    )
    return tuple(section for section in found if section.items)


def _if_left(_: Translate) -> tuple[str, ...]:
    return (_("What you agreed to before stays exactly as it is: the same details, the same people, the same day."),)


def _if_no(_: Translate) -> tuple[str, ...]:
    return (
        _("These details are not shared. They may ask you for them, or ask for an assessment of their own."),
        _("What the law lets them see without your agreement does not change."),
        _("You can change your mind at any time."),
    )


def _fields(field_ids: Sequence[str], words: Words) -> tuple[str, ...]:
    return tuple(f"{words.field(field_id)}: {words.field_explanation(field_id)}" for field_id in field_ids)


def _one_line(text: str) -> str:
    return " ".join(text.split())
