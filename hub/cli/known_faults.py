"""One table: what any room may raise, to what the command line says of it."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from connectors.reasons import UnreadableSource
from consent.ledger.errors import LedgerError
from hub.circumstances import errors as circumstances
from hub.cli.faults import Refused, Unusable
from hub.directory import errors as directory
from hub.oauth import errors as oauth
from hub.protocols.errors import ProtocolRefused
from hub.safeguarding import errors as safeguarding
from hub.sealing.errors import KeyMissing, KeyringUnavailable
from hub.syncing import errors as syncing
from hub.telling.errors import NotDead
from hub.wiring.secrets import SecretMissing
from policies.errors import PolicyFilesRefused

NOTHING = "nothing was changed"
DOCTOR = "run `dolen doctor`: it says what is wrong and what to do about it"
_OURS = ("hub.", "consent.", "connectors.", "policies.", "workers.")

Tell = Callable[[Exception], Refused]


def _says(todo: str, *, kept: str = NOTHING) -> Tell:
    """For errors whose own text is made of ids and codes."""
    return lambda failure: Refused(str(failure), kept=kept, todo=todo)


def _policy_files(failure: Exception) -> Refused:
    return Refused(f"the protocol files are refused\n{failure}", kept=NOTHING, todo="mend each line named above")


def _protocol(failure: Exception) -> Refused:
    assert isinstance(failure, ProtocolRefused)  # noqa: S101 - the table's own key
    return Refused(str(failure), kept=f"{NOTHING}, and what was in force is in force still", todo=failure.todo)


def _unreadable(failure: Exception) -> Refused:
    assert isinstance(failure, UnreadableSource)  # noqa: S101 - the table's own key
    return Unusable(
        f"the source cannot be read: {failure.reason}",
        kept="batches stored before it are kept, and the same run again goes on from there",
        todo=failure.remedy,
    )


def _database(failure: Exception) -> Refused:
    name = type(failure.orig if isinstance(failure, DBAPIError) and failure.orig else failure).__name__
    return Refused(f"a database cannot be reached or refused its work ({name})", kept=NOTHING, todo=DOCTOR)


def _database_address(failure: Exception) -> Refused:
    return Unusable(
        f"DOLEN_DATABASE_URL or DOLEN_KEYS_URL is no address that is understood ({type(failure).__name__})",
        todo="write sqlite:///path or postgresql://user@host/name, or leave it empty for files under DOLEN_HOME",
    )


def _system(failure: Exception) -> Refused:
    says = failure.strerror if isinstance(failure, OSError) and failure.strerror else type(failure).__name__
    return Refused(
        f"this machine refused a file, a folder or a connection ({says}, at {place_of(failure.__traceback__)})",
        kept="what was committed before is kept, the rest was rolled back",
        todo="let DOLEN_HOME be a folder that this account may write to, with room on its disk; " + DOCTOR,
    )


_AGENCY_TODO = "`dolen agency list` shows the partners, `dolen agency add` takes one in"
_KEYRING_TODO = "put the keyring and its passphrase file back, both mode 0600; `dolen doctor` checks them"

# In order: a narrower class stands before a wider one.
_KNOWN: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Tell], ...] = (
    (UnreadableSource, _unreadable),
    (PolicyFilesRefused, _policy_files),
    (ProtocolRefused, _protocol),
    (SecretMissing, _says("run `dolen init`, or put the file back from where you keep it")),
    (oauth.SigningKeyRefused, _says("`dolen init` makes the key files that are missing; set mode 0600")),
    (oauth.IssuerRefused, _says("set DOLEN_BASE_URL to https://your-host, or http://127.0.0.1:PORT to try it")),
    (oauth.ClientUnavailable, _says("`dolen client list` shows the clients, `dolen client add` takes one in")),
    (oauth.GrantRefused, _says("ask for a purpose, a role and scopes that `dolen client list` shows for this client")),
    (oauth.RegistrationRefused, _says("give public keys of the profile's kind: ES384 on P-384, each with a `kid`")),
    (KeyringUnavailable, _says(_KEYRING_TODO)),
    (KeyMissing, _says("the key store lacks a key that the database counts on; " + DOCTOR)),
    (directory.NoDutyPerson, _says("`dolen agency duty AGENCY --person PERSON` names one")),
    ((directory.UnknownAgency, syncing.UnknownAgency), _says(_AGENCY_TODO)),
    (directory.UnknownPerson, _says("`dolen person list` shows who is active and where they work")),
    (directory.UnknownLearner, _says("`dolen learner find` gives the id of a learner")),
    (directory.NotAccountable, _says("name an active person who works for a partner; `dolen person list`")),
    (directory.NotYetSucceeded, _says("look who is accountable now, and hand over again if that is still right")),
    (directory.EmailTaken, _says("one address signs in one person: use another, or let go of the first")),
    (directory.PrivateKeyShown, _says("give the public half only; whoever saw the private key must make a new one")),
    (circumstances.NotKnownToAgency, _says("bring the learner with `dolen sync` first, or name another agency")),
    (circumstances.NoSuchAgencyTie, _says("`dolen tie agency list` shows the ties of a learner")),
    (circumstances.LevelNotTheirs, _says("`dolen handover` makes somebody accountable; they set the level")),
    (directory.DirectoryError, _says("mend what is named above")),
    (
        safeguarding.NotForYou,
        _says("name the learner's accountable person, or the safeguarding lead of a partner that knows the learner"),
    ),
    (safeguarding.NotOpen, _says("`dolen bar list` shows what stands")),
    (safeguarding.Refused, _says("mend the part that is named; --help says what may stand there")),
    (syncing.NothingAdmitted, _says("put a protocol with an admission rule for this holder in force")),
    (
        syncing.BatchNotStored,
        _says("run it again: it goes on where it stopped", kept="all batches before this one"),
    ),
    (NotDead, _says("`dolen notices list` shows those that were given up")),
    (LedgerError, _says(DOCTOR)),
    ((ArgumentError, NoSuchModuleError), _database_address),
    ((DBAPIError, PoolTimeout), _database),
    (OSError, _system),
)


def told(failure: Exception) -> Refused:
    """What to say of a failure. For one that nobody foresaw: its class and its place in our code, and no text of it."""
    for kinds, tell in _KNOWN:
        if isinstance(failure, kinds):
            return tell(failure)
    name = f"{type(failure).__module__}.{type(failure).__qualname__}".removeprefix("builtins.")
    return Refused(
        f"something unforeseen went wrong ({name} at {place_of(failure.__traceback__)})",
        kept="what was committed before is kept, the rest was rolled back",
        todo=DOCTOR,
    )


def place_of(trace: TracebackType | None) -> str:
    """The innermost place in our own code, as module and line; the text of a line may quote somebody's data."""
    place = "?"
    while trace is not None:
        name = str(trace.tb_frame.f_globals.get("__name__", "?"))
        if name.startswith(_OURS):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
