"""What the directory refuses. Every message names ids; none holds a name, an address or an identifier."""

from __future__ import annotations

from uuid import UUID

from hub.sealing.model import KeyOwner


class DirectoryError(Exception):
    """Whatever this folder raises."""


class UnknownAgency(DirectoryError):
    """There is no such partner, or it is not active."""

    def __init__(self, agency_id: str) -> None:
        super().__init__(f"agency {agency_id} is unknown or not active")
        self.agency_id = agency_id


class NoDutyPerson(DirectoryError):
    """An agency names its duty person before its first sync: they get every learner that it brings."""

    def __init__(self, agency_id: str) -> None:
        super().__init__(f"agency {agency_id} has named no duty person; name one, then sync")
        self.agency_id = agency_id


class UnknownLearner(DirectoryError):
    """No learner has this id."""

    def __init__(self, learner_id: UUID) -> None:
        super().__init__(f"learner {learner_id} is unknown")
        self.learner_id = learner_id


class UnknownPerson(DirectoryError):
    """No active person has this id."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__(f"person {person_id} is unknown or not active")
        self.person_id = person_id


class NotAccountable(DirectoryError):
    """This person cannot be accountable for a learner: family cannot, nor can a person who is not active."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__(f"person {person_id} cannot be an accountable person")
        self.person_id = person_id


class NotYetSucceeded(DirectoryError):
    """A hand-over must be later than the one before it; somebody else handed over at the same time."""

    def __init__(self, learner_id: UUID) -> None:
        super().__init__(f"learner {learner_id} was handed over at that time or later already")
        self.learner_id = learner_id


class EmailTaken(DirectoryError):
    """Another person signs in with this e-mail address."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__(f"the e-mail address of person {person_id} is somebody else's already")
        self.person_id = person_id


class BadSlug(DirectoryError):
    """An agency's id is a short stable slug: a to z, digits and hyphens, a letter first, 2 to 40 characters."""

    def __init__(self) -> None:
        super().__init__("an agency id is 2 to 40 characters of a-z, 0-9 and hyphen, a letter first")


class PrivateKeyShown(DirectoryError):
    """A client's key set holds something other than public keys."""

    def __init__(self, client_id: str) -> None:
        super().__init__(f"the key set of client {client_id} must hold public keys only")
        self.client_id = client_id


class NobodyThere(DirectoryError):
    """The directory has no contact for this person, or no name for this learner."""

    def __init__(self, subject: KeyOwner) -> None:
        super().__init__(f"no contact for {subject.kind} {subject.id}")
        self.subject = subject
