"""Every error class of every room has a place in the one table, by itself or by a class above it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

import connectors
import consent
import hub
import policies
from hub.problems import PROBLEMS, problem_of, status_of

ELSEWHERE = {"connectors.reasons", "connectors.registry"}


def error_modules() -> Iterator[ModuleType]:
    """Every module called `errors`, and those where connectors keep theirs."""
    for room in (hub, consent, policies, connectors):
        for found in pkgutil.walk_packages(room.__path__, prefix=f"{room.__name__}."):
            if found.name.endswith(".errors") or found.name in ELSEWHERE:
                yield importlib.import_module(found.name)


def error_classes() -> list[type[Exception]]:
    """Their exception classes."""
    return sorted(
        {
            found
            for module in error_modules()
            for _, found in inspect.getmembers(module, inspect.isclass)
            if issubclass(found, Exception) and found.__module__ == module.__name__
        },
        key=lambda found: (found.__module__, found.__name__),
    )


@pytest.mark.parametrize("error", error_classes(), ids=lambda error: f"{error.__module__}.{error.__name__}")
def test_an_error_class_has_a_problem(error: type[Exception]) -> None:
    assert problem_of(error.__new__(error)) is not None, (
        f"{error.__module__}.{error.__name__} has no place in hub/problems/table.py"
    )


def test_the_walk_finds_the_rooms() -> None:
    rooms = {found.__module__ for found in error_classes()}
    assert {"hub.sharing.errors", "hub.oauth.errors", "hub.api.errors", "consent.errors", "policies.errors"} <= rooms
    assert len(error_classes()) > 40


def test_an_error_that_nobody_has_thought_about_has_no_status() -> None:
    assert status_of(RuntimeError("x")) is None
    assert all(above not in PROBLEMS for above in (Exception, BaseException, ValueError, LookupError))
