"""Sign-in codes by mail, in the person's language."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hub.database import new_id
from hub.telling.channels import Mailer
from hub.telling.model import Address, Mail
from hub.telling.texts import code_text


def send_code(mailer: Mailer, *, person_id: UUID, address: Address, code: str, at: datetime) -> None:
    """Mail a one-time code; raises MailUnavailable or MailRefused. Who has no address gets none, and no error says so.

    Call it outside every transaction. A code is never tried again later: by then it has lapsed.
    """
    if address.email is None:
        return
    subject, body = code_text(code=code, language=address.language)
    mailer.send(Mail(str(new_id()), person_id, at, to=address.email, subject=subject, body=body))
