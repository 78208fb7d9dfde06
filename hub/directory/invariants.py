"""Triggers that keep exactly one accountable person per learner, whatever SQL is run and from wherever.

With the composite foreign key of `hub.directory.tables` they hold these rules, on SQLite also where a connection has
switched foreign keys off:

- a learner points at the newest row of its own history, always;
- a row of the history is added at the end only, and is never changed, replaced or deleted;
- adding one moves the learner to it in the same statement;
- neither learner nor history can be deleted, nor the person who is in it.

The accountable row is written first, the learner second. The migration that makes the tables runs `statements`.
"""

# ruff: noqa: S608 - the statements are built from constants of this module

from __future__ import annotations

_NEWEST = "(SELECT id FROM accountable WHERE learner_id = {id} ORDER BY from_at DESC LIMIT 1)"
_NEWEST_OF_ROW = _NEWEST.format(id="NEW.learner_id")
_MOVE = f"UPDATE learner SET accountable_id = {_NEWEST_OF_ROW} WHERE id = NEW.learner_id;"
_DIGITS = "[0-9]"
_INSTANT = f"{_DIGITS * 4}-{_DIGITS * 2}-{_DIGITS * 2} {_DIGITS * 2}:{_DIGITS * 2}:{_DIGITS * 2}.{_DIGITS * 6}"


def _refuse(message: str, where: str) -> str:
    return f"SELECT RAISE(ABORT, '{message}') WHERE {where};"


def _sqlite(name: str, event: str, *steps: str) -> str:
    return f"CREATE TRIGGER {name} {event} BEGIN {' '.join(steps)} END"


SQLITE = (
    _sqlite(
        "accountable_is_next",
        "BEFORE INSERT ON accountable",
        # Instants are compared as text, so they must all be written alike.
        _refuse(
            "accountable: from_at is not an instant as this database writes them",
            f"typeof(NEW.from_at) <> 'text' OR NEW.from_at NOT GLOB '{_INSTANT}'",
        ),
        _refuse(
            "accountable: a row is never replaced",
            "EXISTS (SELECT 1 FROM accountable WHERE id = NEW.id)",
        ),
        _refuse(
            "accountable: a row begins after the one before it",
            "EXISTS (SELECT 1 FROM accountable WHERE learner_id = NEW.learner_id AND from_at >= NEW.from_at)",
        ),
        _refuse("accountable: no such person", "NOT EXISTS (SELECT 1 FROM person WHERE id = NEW.person_id)"),
    ),
    _sqlite(
        "accountable_moves_learner",
        "AFTER INSERT ON accountable",
        _MOVE,
    ),
    _sqlite("accountable_is_kept", "BEFORE UPDATE ON accountable", _refuse("accountable: a row is never changed", "1")),
    _sqlite("accountable_stays", "BEFORE DELETE ON accountable", _refuse("accountable: a row is never deleted", "1")),
    _sqlite(
        "learner_begins_with_one",
        "BEFORE INSERT ON learner",
        _refuse("learner: a learner is never replaced", "EXISTS (SELECT 1 FROM learner WHERE id = NEW.id)"),
        _refuse(
            "learner: not the newest row of its own accountable persons",
            f"NEW.accountable_id IS NOT {_NEWEST.format(id='NEW.id')}",
        ),
    ),
    _sqlite(
        "learner_keeps_one",
        "BEFORE UPDATE ON learner",
        _refuse("learner: its id never changes", "NEW.id IS NOT OLD.id"),
        _refuse(
            "learner: not the newest row of its own accountable persons",
            f"NEW.accountable_id IS NOT {_NEWEST.format(id='NEW.id')}",
        ),
    ),
    _sqlite("learner_stays", "BEFORE DELETE ON learner", _refuse("learner: a learner is never deleted", "1")),
    _sqlite(
        "person_is_not_replaced",
        # REPLACE would delete the row in its way without asking the trigger below.
        "BEFORE INSERT ON person",
        _refuse(
            "person: id or e-mail index is taken",
            "EXISTS (SELECT 1 FROM person WHERE id = NEW.id OR email_index = NEW.email_index)",
        ),
    ),
    _sqlite(
        "person_keeps_id",
        "BEFORE UPDATE ON person",
        _refuse("person: its id never changes", "NEW.id IS NOT OLD.id"),
        _refuse(
            "person: id or e-mail index is taken",
            "EXISTS (SELECT 1 FROM person WHERE id <> OLD.id AND email_index = NEW.email_index)",
        ),
    ),
    _sqlite(
        "person_stays",
        "BEFORE DELETE ON person",
        _refuse(
            "person: is in the history of a learner", "EXISTS (SELECT 1 FROM accountable WHERE person_id = OLD.id)"
        ),
    ),
)


def _function(name: str, body: str) -> str:
    return f"CREATE FUNCTION dolen_{name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _trigger(name: str, event: str, each: str, function: str) -> str:
    return f"CREATE TRIGGER {name} {event} FOR EACH {each} EXECUTE FUNCTION dolen_{function}()"


def _raise(message: str, condition: str) -> str:
    return f"IF {condition} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF;"


POSTGRES = (
    _function(
        "accountable_is_next",
        # The lock makes two hand-overs at once wait for each other; NO KEY leaves foreign keys to learner free.
        "PERFORM 1 FROM learner WHERE id = NEW.learner_id FOR NO KEY UPDATE; "
        + _raise(
            "accountable: a row begins after the one before it",
            "EXISTS (SELECT 1 FROM accountable WHERE learner_id = NEW.learner_id AND from_at >= NEW.from_at)",
        )
        + " RETURN NEW;",
    ),
    _function(
        "accountable_moves_learner",
        f"{_MOVE} RETURN NULL;",
    ),
    _function(
        "accountable_has_learner",
        _raise(
            "accountable: its learner does not point at the newest row",
            f"NOT EXISTS (SELECT 1 FROM learner WHERE id = NEW.learner_id AND accountable_id = {_NEWEST_OF_ROW})",
        )
        + " RETURN NULL;",
    ),
    _function(
        "learner_has_newest",
        _raise("learner: its id never changes", "TG_OP = 'UPDATE' AND NEW.id IS DISTINCT FROM OLD.id")
        + _raise(
            "learner: not the newest row of its own accountable persons",
            f"NEW.accountable_id IS DISTINCT FROM {_NEWEST.format(id='NEW.id')}",
        )
        + " RETURN NEW;",
    ),
    _function("is_kept", _raise("learner and accountable: a row is never changed or deleted", "true")),
    _trigger("accountable_is_next", "BEFORE INSERT ON accountable", "ROW", "accountable_is_next"),
    _trigger("accountable_moves_learner", "AFTER INSERT ON accountable", "ROW", "accountable_moves_learner"),
    # At commit: a row for a learner that another transaction was making is seen here, with a fresh snapshot.
    _trigger(
        "accountable_has_learner",
        "AFTER INSERT ON accountable DEFERRABLE INITIALLY DEFERRED",
        "ROW",
        "accountable_has_learner",
    ).replace("CREATE TRIGGER", "CREATE CONSTRAINT TRIGGER"),
    _trigger("accountable_is_kept", "BEFORE UPDATE OR DELETE ON accountable", "ROW", "is_kept"),
    _trigger("accountable_stays", "BEFORE TRUNCATE ON accountable", "STATEMENT", "is_kept"),
    _trigger("learner_has_newest", "BEFORE INSERT OR UPDATE ON learner", "ROW", "learner_has_newest"),
    _trigger("learner_is_kept", "BEFORE DELETE ON learner", "ROW", "is_kept"),
    _trigger("learner_stays", "BEFORE TRUNCATE ON learner", "STATEMENT", "is_kept"),
)

SEED = ("INSERT INTO matching_turn (id, number) VALUES (1, 0)",)


def statements(dialect: str) -> tuple[str, ...]:
    """What to run once the directory's tables are made, on `sqlite` or `postgresql`: triggers, and the one row."""
    return (SQLITE if dialect == "sqlite" else POSTGRES) + SEED


def drop_statements(dialect: str) -> tuple[str, ...]:
    """What takes the triggers away again, before the tables go (a migration's way back)."""
    if dialect == "sqlite":
        return tuple(f"DROP TRIGGER {one.split()[2]}" for one in SQLITE)
    made = (one.split()[2] for one in POSTGRES if one.startswith("CREATE FUNCTION"))
    return tuple(f"DROP FUNCTION {name} CASCADE" for name in made)
